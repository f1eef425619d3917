"""The penalty language's parser: what it reads, what it refuses, where, with which mend; and that it is safe."""

# ruff: noqa: PT017, S307 - errors of random texts have no one message; one eval is a negative control
from __future__ import annotations

import ast
import contextlib
import operator
import sys
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic import expression as ex
from convergan.symbolic.errors import ExpressionError
from convergan.symbolic.parser import Scope, parse
from convergan.symbolic.source import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, MAX_LENGTH

PENALTY = Scope(frozenset({"gamma", "sigma", "p", "theta", "psi"}), samples=True)
PLAIN = Scope(frozenset({"gamma", "t"}))
CLAIM = Scope(frozenset({"gamma", "f1", "h"}), imaginary=True, printed=True)


def number(value: str | int) -> ex.Number:
    return ex.Number(Fraction(value))


GAMMA, PSI, D, GRAD = ex.Name("gamma"), ex.Name("psi"), ex.Output(), ex.Gradient()
SQUARE = ex.Power(ex.Norm(GRAD), number(2))

TREES = {
    "gamma/2 * E_real(norm(grad(D))**2)": ex.Multiply((ex.Divide(GAMMA, number(2)), ex.Expectation("E_real", SQUARE))),
    "E_real_noisy(D, sigma)": ex.Expectation("E_real_noisy", D, ex.Name("sigma")),
    "E_fake_noisy(D, 1) + E_mix(D) - E_fake(D)": ex.Add(
        (
            ex.Expectation("E_fake_noisy", D, number(1)),
            ex.Expectation("E_mix", D),
            ex.Negate(ex.Expectation("E_fake", D)),
        )
    ),
    "norm(grad_theta(L))": ex.Norm(ex.PlayerGradient("theta", "L")),
    "norm(grad_psi(L_G))": ex.Norm(ex.PlayerGradient("psi", "L_G")),
    "norm(theta)*psi": ex.Multiply((ex.Norm(ex.Name("theta")), PSI)),
    "-gamma**2": ex.Negate(ex.Power(GAMMA, number(2))),  # as in Python, ** binds closer than the minus before it
    "gamma**-1": ex.Power(GAMMA, number(-1)),
    "gamma**p": ex.Power(GAMMA, ex.Name("p")),
    "2**3**2": ex.Power(number(2), number(9)),
    "gamma**(1/2)": ex.Power(GAMMA, number("1/2")),
    "gamma - 1 - psi": ex.Add((GAMMA, ex.Negate(number(1)), ex.Negate(PSI))),
    "gamma/2/psi": ex.Divide(ex.Divide(GAMMA, number(2)), PSI),
    "+gamma": GAMMA,
    "pi": ex.Name("pi"),
    "max(gamma, 1, psi)": ex.Call("max", (GAMMA, number(1), PSI)),
    "sqrt(gamma)": ex.Call("sqrt", (GAMMA,)),
    "  gamma\n + 1\t": ex.Add((GAMMA, number(1))),
}


@pytest.mark.parametrize("text", TREES)
def test_trees(text):
    assert parse(text, PENALTY) == TREES[text]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1", "1/10"),  # not the float 0.1000000000000000055...
        ("1e-3", "1/1000"),
        ("2.50E+2", "250"),
        (".5", "1/2"),
        ("3.", "3"),
        ("1.e2", "100"),
        ("9" * MAX_DIGITS, "9" * MAX_DIGITS),
        ("0.30000000000000004", "30000000000000004/100000000000000000"),
    ],
)
def test_numbers_are_exact(text, value):
    tree = parse(text, PLAIN)
    assert isinstance(tree, ex.Number)
    assert tree.value == Fraction(value)
    # Negative control: the float that Python would have made is a different number, except for these exact ones.
    if text in {"0.1", "1e-3", "0.30000000000000004"}:
        assert tree.value != Fraction(float(text))


def test_every_function_and_expectation_parses():
    for name in ex.FUNCTIONS:
        arguments = "gamma, psi" if name in {"max", "min"} else "gamma"
        assert parse(f"{name}({arguments})", PENALTY) is not None
    for name in ex.EXPECTATIONS:
        assert isinstance(parse(f"{name}(D{', sigma' if name.endswith('noisy') else ''})", PENALTY), ex.Expectation)


def test_spans_name_the_source():
    text = " gamma + E_real( sigmoid(D) * 0.25 )"
    tree = parse(text, PENALTY)
    parts = {text[n.span.start : n.span.end] for n in ex.walk(tree)}
    assert {"gamma", "E_real( sigmoid(D) * 0.25 )", "sigmoid(D) * 0.25", "sigmoid(D)", "D", "0.25"} <= parts


# What is refused: (text, scope, words of the problem, the offending text exactly, words of the mend).
REFUSED = [
    ("gamma + delta", PENALTY, "undeclared symbol delta", "delta", "[parameters]"),
    ("gama*psi", PENALTY, "undeclared symbol gama", "gama", "gamma"),
    ("f1", PENALTY, "reserved name f1", "f1", ""),
    ("h", PENALTY, "reserved name h", "h", "declare"),
    ("t", PENALTY, "reserved name t", "t", ""),
    ("I*gamma", PENALTY, "reserved name I", "I", ""),
    ("(gamma + 1", PENALTY, "unbalanced", "(", "close"),
    ("gamma + 1)", PENALTY, "unbalanced", ")", "remove"),
    ("gamma.real", PENALTY, "attribute access", "gamma.real", "declared names"),
    ("gamma.__class__.__bases__", PENALTY, "attribute access", "gamma.__class__.__bases__", ""),
    ("(1).bit_length()", PENALTY, "attribute access", "(1).bit_length", ""),
    ("__import__('os')", PENALTY, "unknown function __import__", "__import__('os')", "functions:"),
    ("eval('1')", PENALTY, "unknown function eval", "eval('1')", "functions:"),
    ("gamma(2)", PENALTY, "gamma is not a function", "gamma(2)", "*"),
    ("2(gamma)", PENALTY, "not a function", "2(gamma)", "*"),
    ("exp(gamma, psi)", PENALTY, "exp takes one argument", "exp(gamma, psi)", ""),
    ("max(gamma)", PENALTY, "max takes two or more", "max(gamma)", ""),
    ("exp(x=gamma)", PENALTY, "plain arguments", "exp(x=gamma)", "exp(x)"),
    ("exp(*gamma)", PENALTY, "plain arguments", "exp(*gamma)", ""),
    ("exp", PENALTY, "without its argument", "exp", "exp(...)"),
    ("E_real", PENALTY, "without its argument", "E_real", ""),
    ("import os", PENALTY, "not an expression", None, "word of Python"),
    ("lambda: 1", PENALTY, "not part of the language", "lambda: 1", ""),
    ("lambda", PENALTY, "not an expression", None, "write lam"),
    ("lambda*2", PENALTY, "not an expression", None, "write lam"),
    ("(gamma := 1)", PENALTY, "not part of the language", "gamma := 1", ""),
    ("gamma = 1", PENALTY, "not an expression", None, "=="),
    ("f'{gamma}'", PENALTY, "not part of the language", "f'{gamma}'", ""),
    ("'gamma'", PENALTY, "not a number", "'gamma'", ""),
    ("[gamma for gamma in psi]", PENALTY, "not part of the language", "[gamma for gamma in psi]", ""),
    ("gamma for gamma in psi", PENALTY, "not part of the language", None, ""),
    ("{gamma: 1}", PENALTY, "not part of the language", "{gamma: 1}", ""),
    ("gamma, psi", PENALTY, "not part of the language", None, ""),
    ("gamma[0]", PENALTY, "not part of the language", "gamma[0]", ""),
    ("gamma if psi else 1", PENALTY, "a condition where a number", "gamma if psi else 1", "max"),
    ("gamma > 0", PENALTY, "a condition where a number", "gamma > 0", ""),
    ("gamma and psi", PENALTY, "a condition where a number", "gamma and psi", ""),
    ("not gamma", PENALTY, "not part of the language", "not gamma", ""),
    ("gamma ^ 2", PENALTY, "^ is not a power", "gamma ^ 2", "**"),
    ("gamma // 2", PENALTY, "operator outside", "gamma // 2", "+ - * / **"),
    ("gamma % 2", PENALTY, "operator outside", "gamma % 2", ""),
    ("gamma @ psi", PENALTY, "operator outside", "gamma @ psi", ""),
    ("~gamma", PENALTY, "not part of the language", "~gamma", ""),
    ("2gamma", PENALTY, "not an expression", None, "products with *"),
    ("2 gamma", PENALTY, "not an expression", None, "products with *"),
    ("γ*psi", PENALTY, "character outside", "γ", "gamma"),
    ("gamma²", PENALTY, "character outside", "²", ""),
    ("gamma\x00", PENALTY, "character outside", "\x00", ""),
    ("gamma # twice", PENALTY, "comments", "#", "TOML"),
    ("", PENALTY, "empty", None, "write 0"),
    ("   ", PENALTY, "empty", None, "write 0"),
    ("True", PENALTY, "not a number", "True", ""),
    ("None*2", PENALTY, "not a number", "None", ""),
    ("...", PENALTY, "not a number", "...", ""),
    ("1j", PENALTY, "not a number", "1j", "decimals"),
    ("0x10", PENALTY, "not a number", "0x10", ""),
    ("1_000", PENALTY, "not a number", "1_000", ""),
    ("9" * (MAX_DIGITS + 1), PENALTY, "too large", "9" * (MAX_DIGITS + 1), "digits"),
    ("1e61", PENALTY, "too large", "1e61", "digits"),
    ("1e-61", PENALTY, "too large", "1e-61", "digits"),
    ("1e9999999999", PENALTY, "not a number", "1e9999999999", ""),
    (f"gamma**{MAX_EXPONENT + 1}", PENALTY, "exponent too large", None, "use at most"),
    ("9**9**9", PENALTY, "too large", None, ""),
    ("20**1000", PENALTY, "too large", None, ""),
    ("(1/20)**1000", PENALTY, "too large", None, ""),
    ("0**-1", PENALTY, "division by zero", "0**-1", ""),
    ("gamma/0", PENALTY, "division by zero", "gamma/0", ""),
    ("gamma/(1 - 1)", PENALTY, "division by zero", "gamma/(1 - 1)", ""),
    ("gamma**psi", PENALTY, "exponent must be", None, "exp and log"),
    ("gamma**(p + 1)", PENALTY, "exponent must be", None, "declare a parameter"),
    ("grad(D)", PENALTY, "grad(D) outside", "grad(D)", "E_real"),
    ("D", PENALTY, "D outside an expectation", "D", "E_real(D)"),
    ("D**2 + E_real(D)", PENALTY, "D outside an expectation", "D", ""),
    ("E_real(grad(D))", PENALTY, "a vector where a scalar", "grad(D)", "norm"),
    ("grad_psi(L)", PENALTY, "a vector where a scalar", "grad_psi(L)", "norm"),
    ("exp(grad_psi(L))", PENALTY, "a vector where a scalar", "grad_psi(L)", ""),
    ("gamma + grad_psi(L)", PENALTY, "a vector added to a scalar", None, "norm"),
    ("E_real(norm(grad(D)*grad(D)))", PENALTY, "a product of two vectors", "grad(D)*grad(D)", "norm(v)**2"),
    ("E_real(norm(grad(D)**2))", PENALTY, "a power of a vector", "grad(D)**2", "norm(v)**2"),
    ("E_real(1/grad(D))", PENALTY, "a vector where a scalar", "grad(D)", ""),
    ("grad(gamma)", PENALTY, "grad takes D only", "grad(gamma)", "grad(D)"),
    ("E_real(grad(D, 1))", PENALTY, "grad takes D only", "grad(D, 1)", ""),
    ("grad_psi(gamma)", PENALTY, "grad_psi takes L or L_G", "grad_psi(gamma)", "grad_psi(L)"),
    ("L", PENALTY, "bare L", "L", "grad_theta(L)"),
    ("L_G + 1", PENALTY, "bare L_G", "L_G", "grad_theta(L_G)"),
    ("E_real(norm(grad_psi(L)))", PENALTY, "inside an expectation", "grad_psi(L)", "outside"),
    ("E_real(E_fake(D))", PENALTY, "an expectation inside", "E_fake(D)", "do not nest"),
    ("E_real(psi*D)", PENALTY, "psi inside an expectation", "psi", "outside"),
    ("E_real(norm(theta))", PENALTY, "theta inside an expectation", "theta", "outside"),
    ("E_real()", PENALTY, "E_real takes one expression", "E_real()", ""),
    ("E_real(D, 1)", PENALTY, "E_real takes one expression", "E_real(D, 1)", ""),
    ("E_real_noisy(D)", PENALTY, "and a variance", "E_real_noisy(D)", ""),
    ("E_real_noisy(D, D)", PENALTY, "D outside", "D", ""),
    ("E_real_noisy(D, psi)", PENALTY, "variance", "psi", ""),
    ("E_real_noisy(D, E_real(D))", PENALTY, "variance", "E_real(D)", ""),
    ("norm(gamma, psi)", PENALTY, "norm takes one", "norm(gamma, psi)", ""),
    ("E_real(D)", PLAIN, "unknown function E_real", "E_real(D)", "functions:"),
    ("norm(gamma)", PLAIN, "unknown function norm", "norm(gamma)", ""),
    ("psi", PLAIN, "reserved name psi", "psi", ""),
    ("gamma**t", PLAIN, "exponent must be", None, "exp and log"),
    ("gamma + 1) + (2", PENALTY, "unbalanced", ")", ""),
    ("gamma +", PENALTY, "not an expression", None, ""),
    ("await gamma", PENALTY, "not", None, ""),
    ("yield gamma", PENALTY, "not part of the language", None, ""),
    ("gamma \\\n + 1", PENALTY, "not an expression", None, ""),
]


@pytest.mark.parametrize(("text", "scope", "problem", "offending", "mend"), REFUSED, ids=[r[0][:40] for r in REFUSED])
def test_refused(text, scope, problem, offending, mend):
    with pytest.raises(ExpressionError) as caught:
        parse(text, scope)
    error = caught.value
    assert problem in error.problem
    assert mend in error.mend
    part = text[error.span.start : error.span.end]
    if offending is not None:
        assert part == offending
    assert 0 <= error.span.start <= error.span.end <= len(text)
    # One line that names problem and place; long texts are shortened.
    assert problem in str(error)
    assert f"column {error.span.start + 1}" in str(error)
    assert len(error.offending) <= 60


def test_refusals_are_not_blanket():
    """Negative control: each refused text has a neighbour that is read."""
    for text in ("gamma + sigma", "(gamma + 1)", "max(gamma, psi)", "gamma ** 2", "2*gamma", "9" * MAX_DIGITS):
        parse(text, PENALTY)
    for text in ("E_real(norm(grad(D)))", "norm(grad_psi(L))", "norm(psi)", f"gamma**{MAX_EXPONENT}", "10**100"):
        parse(text, PENALTY)
    parse("gamma**(f1 + h)*I + Abs(gamma) + Max(gamma, f1)", CLAIM)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 1000 + "gamma" + ")" * 1000,
        "-" * 1000 + "gamma",
        "+" * 1000 + "gamma",
        "gamma" + "**2" * 1000,
        "exp(" * 1000 + "gamma" + ")" * 1000,
        "1/(" * 1000 + "gamma" + ")" * 1000,
        "[" * 1000 + "]" * 1000,
        "not " * 1000 + "gamma",
        "gamma if psi else " * 200 + "1",
        "lambda:" * 500 + "1",
        "gamma/" * 1000 + "2",
    ],
    ids=lambda text: text[:12],
)
def test_a_thousand_deep(text):
    start = time.perf_counter()
    with pytest.raises(ExpressionError):
        parse(text, PENALTY)
    assert time.perf_counter() - start < 2


def test_long_flat_sums_and_products_are_read():
    total = parse("+".join(["gamma"] * 800), PENALTY)
    assert isinstance(total, ex.Add)
    assert len(total.terms) == 800
    product = parse("*".join(["gamma"] * 800), PENALTY)
    assert isinstance(product, ex.Multiply)
    assert len(product.factors) == 800


def test_length_limit():
    parse("1" + " " * (MAX_LENGTH - 1), PENALTY)
    with pytest.raises(ExpressionError, match="longer than"):
        parse("1" + " " * MAX_LENGTH, PENALTY)


def test_depth_limit_is_where_it_says():
    parse("exp(" * (MAX_DEPTH - 1) + "1" + ")" * (MAX_DEPTH - 1), PLAIN)
    with pytest.raises(ExpressionError, match="deep"):
        parse("exp(" * (MAX_DEPTH + 1) + "1" + ")" * (MAX_DEPTH + 1), PLAIN)


def test_nothing_is_executed():
    seen: list[str] = []
    listening = False

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listening and event in {"exec", "import", "open", "os.system", "subprocess.Popen"}:
            seen.append(f"{event} {arguments}")

    texts = ["__import__('os').system('x')", "(lambda: eval('1'))()", "[open('x') for _ in '1']", "print(1)"]
    texts += ["gamma*E_real(norm(grad(D))**2)", "f'{open(1)}'", "(gamma := exec('1'))", "exp(gamma)"]

    def read_all() -> None:
        for text in texts:
            with contextlib.suppress(ExpressionError):
                parse(text, PENALTY)

    read_all()  # whatever Python itself loads lazily
    sys.addaudithook(hook)
    listening = True
    read_all()
    listening = False
    assert seen == []
    # Negative control: the hook does hear an execution.
    listening = True
    eval("1 + 1")
    listening = False
    assert seen


# -- any text --------------------------------------------------------------------------------------------------------

WORDS = [
    *ex.FUNCTIONS, *ex.EXPECTATIONS, "gamma", "sigma", "psi", "theta", "D", "grad(D)", "norm", "L", "grad_psi(L)", "pi",
    "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "**", "//", "^", "%", ",", ".", ":", ":=", "=", "==", "<", "!",
    "'", '"', "\\", "#", "\n", " ", "0", "1", "2", "0.5", "1e9", "1e", "0x", "_", "lambda", "if", "else", "for", "in",
    "not", "and", "or", "await", "yield", "f'", "b'", "__import__", "os", "@", "~", "*gamma", "**gamma", "γ", "\x00",
    "\t", ";",
]  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=25).map("".join)))
def test_any_text_is_read_or_refused(text):
    start = time.perf_counter()
    for scope in (PENALTY, PLAIN, CLAIM):
        try:
            parse(text, scope)
        except ExpressionError as error:
            assert error.problem
            assert 0 <= error.span.start <= error.span.end <= max(len(text), error.span.end)
            assert str(error)
    assert time.perf_counter() - start < 2


# -- round trip ------------------------------------------------------------------------------------------------------


def printed(node: ex.Expression) -> str:
    """Text with every operand in parentheses."""
    match node:
        case ex.Number(value=value):
            return f"{value.numerator}" if value.denominator == 1 else f"({value.numerator}/{value.denominator})"
        case ex.Name(name=name):
            return name
        case ex.Add(terms=terms):
            return "+".join(f"({printed(term)})" for term in terms)
        case ex.Multiply(factors=factors):
            return "*".join(f"({printed(factor)})" for factor in factors)
        case ex.Divide(numerator=a, denominator=b):
            return f"({printed(a)})/({printed(b)})"
        case ex.Power(base=a, exponent=b):
            return f"({printed(a)})**({printed(b)})"
        case ex.Negate(operand=a):
            return f"-({printed(a)})"
        case ex.Call(function=name, arguments=arguments):
            return f"{name}({', '.join(map(printed, arguments))})"
        case ex.Output():
            return "D"
        case ex.Norm(operand=a):
            return f"norm({printed(a)})"
        case ex.Gradient():
            return "grad(D)"
        case ex.PlayerGradient(player=player, loss=loss):
            return f"grad_{player}({loss})"
        case ex.Expectation(operator=name, body=body, variance=variance):
            return f"{name}({printed(body)}{'' if variance is None else ', ' + printed(variance)})"
    raise TypeError(node)


def _trees(leaves: st.SearchStrategy[ex.Expression]) -> st.SearchStrategy[ex.Expression]:
    one = sorted(ex.FUNCTIONS - {"max", "min"})

    def extend(children: st.SearchStrategy[ex.Expression]) -> st.SearchStrategy[ex.Expression]:
        several = st.lists(children, min_size=2, max_size=3).map(tuple)
        exponent = st.one_of(st.fractions(-3, 3, max_denominator=5).map(ex.Number), st.just(ex.Name("p")))
        # The parser flattens no parenthesised sum into another and refuses division by a constant zero.
        return st.one_of(
            several.map(ex.Add),
            several.map(ex.Multiply),
            children.map(ex.Negate),
            st.builds(ex.Divide, children, st.sampled_from([ex.Name("gamma"), number(3)])),
            st.builds(ex.Power, children.filter(lambda n: not ex.names(n) <= {"p"}), exponent),
            st.builds(lambda f, a: ex.Call(f, (a,)), st.sampled_from(one), children),
            st.builds(lambda f, a: ex.Call(f, a), st.sampled_from(["max", "min"]), several),
        )

    return st.recursive(leaves, extend, max_leaves=12)


_numbers = st.integers(0, 10**6).map(number)
_inside = _trees(st.one_of(_numbers, st.sampled_from([GAMMA, D, ex.Norm(GRAD), ex.Norm(ex.Multiply((GAMMA, GRAD)))])))
_expectations = st.one_of(
    st.builds(ex.Expectation, st.sampled_from(["E_real", "E_fake", "E_mix"]), _inside),
    st.builds(ex.Expectation, st.sampled_from(["E_real_noisy", "E_fake_noisy"]), _inside, st.just(ex.Name("sigma"))),
)
_outside = _trees(
    st.one_of(
        _numbers,
        st.sampled_from([GAMMA, PSI, ex.Norm(PSI), ex.Name("pi"), ex.Norm(ex.PlayerGradient("theta", "L_G"))]),
        _expectations,
    )
)


def flattened(node: ex.Expression) -> ex.Expression:
    """What the parser makes of fully parenthesised text: leading sums and products stay as they are nested."""
    match node:
        case ex.Add(terms=terms):
            first = flattened(terms[0])
            rest = tuple(map(flattened, terms[1:]))
            return ex.Add((*first.terms, *rest)) if isinstance(first, ex.Add) else ex.Add((first, *rest))
        case ex.Multiply(factors=factors):
            first = flattened(factors[0])
            rest = tuple(map(flattened, factors[1:]))
            return (
                ex.Multiply((*first.factors, *rest)) if isinstance(first, ex.Multiply) else ex.Multiply((first, *rest))
            )
        case ex.Divide(numerator=a, denominator=b):
            return ex.Divide(flattened(a), flattened(b))
        case ex.Power(base=a, exponent=b):
            return ex.Power(flattened(a), b)
        case ex.Negate(operand=a):
            return ex.Negate(flattened(a))
        case ex.Call(function=name, arguments=arguments):
            return ex.Call(name, tuple(map(flattened, arguments)))
        case ex.Expectation(operator=name, body=body, variance=variance):
            return ex.Expectation(name, flattened(body), variance)
    return node


@given(_outside)
def test_round_trip(tree):
    text = printed(tree)
    try:
        read = parse(text, PENALTY)
    except ExpressionError as error:
        # Constants that the language refuses: too long or too deep texts, division by 0, huge powers.
        assert any(word in error.problem for word in ("too large", "zero", "deep", "longer"))
        return
    assert read == flattened(tree)


VALUES = {"gamma": Fraction(3, 7), "p": 2, "psi": Fraction(-5, 2)}
_ARITHMETIC = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}  # fmt: skip


class Exact:
    """An algebra over the rationals: the tree's value."""

    def number(self, value):
        return value

    def name(self, name):
        return VALUES[name]

    def add(self, terms):
        return sum(terms)

    def multiply(self, factors):
        product = Fraction(1)
        for factor in factors:
            product *= factor
        return product

    def divide(self, a, b):
        return a / b

    def power(self, a, b):
        return a ** int(b)

    def negate(self, a):
        return -a


@given(st.data())
def test_precedence_is_pythons(data):
    """Random unparenthesised arithmetic has the value that Python gives it, over exact fractions."""
    atoms = st.sampled_from(["gamma", "psi", "1", "2", "7", "0.5"])
    text = data.draw(atoms)
    for _ in range(data.draw(st.integers(0, 6))):
        text += data.draw(st.sampled_from(["+", "-", "*", "/", " - -", "*-"])) + data.draw(atoms)
    if data.draw(st.booleans()):
        text = f"-{text}**2"

    def value(node):
        match node:
            case ast.Constant(value=constant):
                return Fraction(str(constant))
            case ast.Name(id=name):
                return VALUES[name]
            case ast.UnaryOp(operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return _ARITHMETIC[type(op)](value(left), value(right))
        raise TypeError(node)

    assert ex.interpret(parse(text, PENALTY), Exact()) == value(ast.parse(text, mode="eval").body)

"""Random texts and trees: any text is read or refused, what is printed is read back, precedence is Python's."""

# ruff: noqa: PT017 - errors of random texts have no one message
from __future__ import annotations

import ast
import operator
import time
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic import expression as ex
from convergan.symbolic.errors import ExpressionError
from convergan.symbolic.parser import Scope, parse

PENALTY = Scope(frozenset({"gamma", "sigma", "p", "theta", "psi"}), samples=True)
PLAIN = Scope(frozenset({"gamma", "t"}))
CLAIM = Scope(frozenset({"gamma", "f1", "h"}), imaginary=True, printed=True)


def number(value: str | int) -> ex.Number:
    return ex.Number(Fraction(value))


GAMMA, PSI, D, GRAD = ex.Name("gamma"), ex.Name("psi"), ex.Output(), ex.Gradient()

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

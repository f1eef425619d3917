"""The penalty language's parser: what it reads, what it refuses, where, with which mend; and that it is safe."""

# ruff: noqa: S307 - one eval, as a negative control
from __future__ import annotations

import contextlib
import sys
import time
from fractions import Fraction

import pytest

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

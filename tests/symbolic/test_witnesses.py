"""Witnesses and counterexamples: simple numbers, and a concrete f that has the verdict that the point claims."""

from __future__ import annotations

import functools
from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp

from convergan.proofs.certificate import point_document
from convergan.proofs.points import example, example_text
from convergan.symbolic.concrete import WELL_KNOWN, concrete_objective
from convergan.symbolic.decision.points import holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.decision.readable import burden, simplest_between
from convergan.symbolic.formula import compare, conjunction, symbols
from convergan.symbolic.rulings import Verdict

R1 = "gamma/2*E_real(norm(grad(D))**2)"
a, b, c, e = sp.symbols("a b c e", real=True)
f1, f2, f3, f = (sp.Symbol(name, real=True) for name in ("f1", "f2", "f3", "f"))


def d(penalty, **more):
    return {"penalty": {"discriminator": penalty}, **more}


# -- a concrete objective ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", WELL_KNOWN)
def test_derivatives_of_the_well_known(function):
    """By central differences at high precision, on Python's reading of the text."""
    code = compile(function, "f", "eval")
    with mp.workdps(60):
        taylor = mp.taylor(lambda t: eval(code, {"t": t, "exp": mp.exp, "log": mp.log, "tanh": mp.tanh,  # noqa: S307
                                                 "sin": mp.sin}), 0, 6)  # fmt: skip
        for order, value in enumerate(WELL_KNOWN[function], 1):
            exact = Fraction(value)
            assert abs(taylor[order] * mp.factorial(order) - mp.mpf(exact.numerator) / exact.denominator) < 1e-30


def test_the_objective_has_the_derivatives_of_the_point():
    cases = {
        (("f1", "1/2"), ("f2", "-1/4"), ("f3", "0")): "-log(1 + exp(-t))",
        (("f1", "1"), ("f2", "-1")): "-(t - 1)**2/2",
        (("f1", "1"), ("f2", "-1"), ("f3", "1")): "1 - exp(-t)",
        (("f1", "1"), ("f2", "0")): "t",
        (("f1", "-1"), ("f2", "-1")): "-t - t**2/2",
        (("f1", "2"), ("f2", "-3"), ("f4", "1/2")): "2*t - 3*t**2/2 + t**4/48",
        (("f1", "0"), ("f2", "0")): "0",
        (("gamma", "1"),): None,
    }
    t = sp.Symbol("t")
    for values, expected in cases.items():
        point = {sp.Symbol(name, real=True): sp.Rational(value) for name, value in values}
        found = concrete_objective(point)
        assert found == expected
        if found is not None:
            function = sp.sympify(found, locals={"t": t})
            for symbol, value in point.items():
                assert sp.diff(function, t, int(symbol.name[1:])).subs(t, 0) == value
    irrational = concrete_objective({f1: sp.sqrt(2), f2: -sp.Rational(1, 3)})
    assert irrational == "sqrt(2)*t - t**2/6"


def test_examples_name_the_objective_and_certificates_keep_the_polynomial():
    point = {a: sp.Integer(2), f1: sp.Integer(1), f2: sp.Integer(-1)}
    assert example(point) == {"a": "2", "f1": "1", "f2": "-1", "f": "-(t - 1)**2/2"}
    assert point_document(point) == {"a": "2", "f1": "1", "f2": "-1", "f": "-t**2/2 + t"}
    assert example_text(point) == "a = 2, f1 = 1, f2 = -1, for instance f(t) = -(t - 1)**2/2"
    assert example({a: sp.Integer(2)}) == {"a": "2"}
    assert example_text({a: sp.Integer(2)}) == "a = 2"
    assert example(None) is None
    # A parameter may be called f.
    both = {f: sp.Integer(3), f1: sp.Integer(1), f2: sp.Integer(0)}
    assert example(both) == {"f": "3", "f1": "1", "f2": "0", "f(t)": "t"}
    assert example_text(both) == "f = 3, f1 = 1, f2 = 0, for instance f(t) = t"


CONDITIONAL = {
    "R1, gamma real": d(R1, parameters={"gamma": "real"}),
    "R1, gamma real, flow": d(R1, parameters={"gamma": "real"}, training={"update": "flow"}),
    "R1, gamma > 2 f1": d(R1, parameters={"gamma": "gamma > 2*f1"}, training={"update": "flow"}),
    "instance noise": {
        "parameters": {"s": "s > 0"},
        "objective": {"instance_noise": "s", "assume": "f1 != 0"},
        "training": {"update": "flow"},
    },
    "data at c": {"parameters": {"c": "real"}, "game": {"data": "c"}, "training": {"update": "flow"}},
    "generator t": d(R1, parameters={"gamma": "gamma > 0"}, objective={"generator": "t"}),
    "h_ratio": d(R1, parameters={"gamma": "gamma > 0", "r": "real"}, training={"h_ratio": "r"}),
    "tilted": d("gamma*psi + psi**2", parameters={"gamma": "real"}),
    "R1, h declared": d(R1, parameters={"gamma": "gamma > 0", "h": "h > 0"}),
    "lookahead": {"parameters": {"a": "0 < a < 1"}, "training": {
        "update": "lookahead", "lookahead_steps": 3, "lookahead_alpha": "a"}},
    "consensus": {"parameters": {"w": "real"}, "training": {"update": "consensus", "consensus_weight": "w"}},
    "standard": d(R1, parameters={"gamma": "real"}, objective={"f": "any", "assume": "f1 == 1/2 and f2 == -1/4"}),
}  # fmt: skip


@pytest.fixture(scope="module")
def conditional(decide):
    return functools.cache(lambda name: decide(**CONDITIONAL[name]))


def at_point(document, point):
    """The proposal at one point: parameters fixed, f written out."""
    values = example(point)
    function = values.pop("f", None)
    objective = {k: v for k, v in document.get("objective", {}).items() if k not in ("f", "assume")}
    fixed = {name: f"{name} == {values[name]}" for name in document["parameters"]}
    return document | {"parameters": fixed, "objective": objective | {"f": function}}


@pytest.mark.parametrize("name", CONDITIONAL)
def test_the_named_objective_has_the_verdict_of_the_point(name, conditional, decide):
    """The game with this f and these numbers: decided again, by itself."""
    verdict = conditional(name).verdict
    assert verdict.verdict is Verdict.CONDITIONAL
    for point, expected in ((verdict.witness, "converges"), (verdict.counterexample, "does-not-converge")):
        found = decide(**at_point(CONDITIONAL[name], point))
        assert found.verdict.verdict.value == expected, (point, found.verdict.reason)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_points_are_simple(name, conditional):
    verdict = conditional(name).verdict
    for point in (verdict.witness, verdict.counterexample):
        assert all(value.is_Rational for value in point.values())
        assert sum(map(burden, point.values())) <= 10, point


def test_known_objectives_are_met(conditional):
    assert example(conditional("standard").verdict.witness)["f"] == "-log(1 + exp(-t))"
    assert example(conditional("R1, gamma real").verdict.witness)["f"] == "-(t - 1)**2/2"


# -- simple numbers ----------------------------------------------------------------------------------------------------


def test_the_simplest_fraction_of_an_interval():
    """Against a search by denominators."""
    ends = [Fraction(k, 37) for k in range(-40, 90, 7)]
    for low in ends:
        for high in (low, low + Fraction(1, 50), low + Fraction(1, 3), low + 2):
            found = simplest_between(low, high)
            assert low <= found <= high
            for denominator in range(1, found.denominator):
                first = -(-low * denominator // 1)
                assert first > high * denominator, (low, high, found)
    assert simplest_between(Fraction(314, 100), Fraction(315, 100)) == Fraction(22, 7)
    assert simplest_between(Fraction(-5, 2), Fraction(7, 3)) == 0


def test_narrow_conditions_still_have_simple_points():
    R = sp.Rational
    narrow = [
        (conjunction([compare(a, ">", R(3, 10)), compare(a, "<", R(31, 100)), compare(b, ">", R(17, 10)),
                      compare(b, "<", 2), compare(c, ">", R(3, 5)), compare(c, "<", R(2, 3)),
                      compare(a * b * c, ">", R(37, 100))]), 100),
        (conjunction([compare(a, "==", 3 * b), compare(b, ">", R(101, 100)), compare(c, "==", a * b),
                      compare(e * a, "<", R(-997, 100)), compare(e, ">", -4)]), 30),
        (conjunction([compare(a + b, "==", R(1, 97)), compare(a, ">", 5)]), 1000),
        (conjunction([compare(a, ">", R(314159, 10**5)), compare(a, "<", R(31416, 10**4)),
                      compare(b, ">", a**2)]), 400),
        (conjunction([compare(a, ">", 10**6)]), 10**7),
        (conjunction([compare(a**2, "==", 2), compare(a, ">")]), 2),
    ]  # fmt: skip
    for formula, largest in narrow:
        point = Prover(deadline=1e12).point(formula)
        assert point is not None
        assert set(point) == symbols(formula)
        assert holds(formula, point) is True
        for value in point.values():
            assert not value.is_Rational or max(abs(value.p), value.q) <= largest, point


def test_small_numbers_come_first():
    prover = Prover(deadline=1e12)
    for formula, expected in (
        (compare(a, ">"), {a: 1}),
        (compare(a, "<"), {a: -1}),
        (conjunction([compare(a, ">"), compare(a, "<", 1)]), {a: sp.Rational(1, 2)}),
        (conjunction([compare(a, ">", 2), compare(b, "<", -a)]), {a: 3, b: -4}),
        (compare(a * b * c * e, ">", 100), None),
        (compare(a, "==", sp.Rational(7, 9)), {a: sp.Rational(7, 9)}),
    ):
        point = prover.point(formula)
        assert expected is None or point == expected
        assert holds(formula, point) is True

"""Declared conditions and claimed regions: how they are read, and what they mean."""

# ruff: noqa: S307 - the texts that are evaluated here are the tests' own
from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic import expression as ex
from convergan.symbolic.conditions import Combination, Relation, names, parse_conditions, parse_region, relations
from convergan.symbolic.decision.points import holds
from convergan.symbolic.errors import ExpressionError
from convergan.symbolic.formula import And, Atom, atoms, compare, conjunction, negation, to_sympy
from convergan.symbolic.hypotheses import condition_formula
from convergan.symbolic.parser import Scope

SCOPE = Scope(frozenset({"gamma", "a", "b", "f1", "f2"}))
CLAIM = Scope(frozenset({"gamma", "a", "b", "f1", "f2", "h"}), imaginary=True, printed=True)
SYMBOLS = {name: sp.Symbol(name, real=True) for name in ("gamma", "a", "b", "f1", "f2", "h")}


def relation(left: str, operator: str, right: int) -> Relation:
    return Relation(ex.Name(left), operator, ex.Number(Fraction(right)))


@pytest.mark.parametrize("text", ["real", " real "])
def test_real_means_no_condition(text):
    assert parse_conditions(text, SCOPE) == ()


def test_every_operator():
    for operator in ("<", "<=", ">", ">=", "==", "!="):
        assert parse_conditions(f"gamma {operator} 0", SCOPE) == (relation("gamma", operator, 0),)


def test_chains_are_conjunctions():
    first, second = parse_conditions("0 < gamma <= 2*f1", SCOPE)
    assert (first.operator, second.operator) == ("<", "<=")
    assert first.right == second.left == ex.Name("gamma")


@pytest.mark.parametrize(
    "text",
    [
        "a > 0 and b > 0 and gamma > 0 and gamma < 1",
        "a > 0 and (b > 0 and (gamma > 0 and gamma < 1))",
        "(a > 0 and b > 0) and 0 < gamma < 1",
        "a > 0 and (b > 0 and 0 < gamma < 1)",
        "((a > 0 and (b > 0)) and (0 < gamma and (gamma < 1)))",
    ],
)
def test_no_part_of_a_nested_conjunction_is_lost(text):
    found = parse_conditions(text, SCOPE)
    assert len(found) == 4
    formula = conjunction(condition_formula(part, SYMBOLS) for part in found)
    point = {SYMBOLS["a"]: sp.Integer(1), SYMBOLS["b"]: sp.Integer(1)}
    assert holds(formula, point | {SYMBOLS["gamma"]: sp.Rational(1, 2)}) is True
    assert holds(formula, point | {SYMBOLS["gamma"]: sp.Integer(2)}) is False
    assert holds(formula, point | {SYMBOLS["gamma"]: sp.Integer(-1)}) is False


@pytest.mark.parametrize(
    ("text", "problem", "mend"),
    [
        ("gamma > 0 or a > 0", "'or' in a condition", "'and' only"),
        ("not gamma > 0", "'not' in a condition", "'and' only"),
        ("gamma > 0 and (a > 0 or b > 0)", "'or' in a condition", "'and' only"),
        ("gamma > 0 and (a > 0 and not b > 0)", "'not' in a condition", "'and' only"),
        ("gamma", "not a comparison", "gamma > 0"),
        ("gamma + 1", "not a comparison", ""),
        ("positive", "not a comparison", ""),
        ("gamma > delta", "undeclared symbol delta", "[parameters]"),
        ("gamma in a", "comparison outside", "< <= > >="),
        ("gamma is 0", "comparison outside", ""),
        ("gamma = 0", "not an expression", "=="),
        ("sqrt(gamma) > 0", "not a polynomial", "name the value"),
        ("1/gamma > 0", "not a polynomial", "name the value"),
        ("gamma**a > 0", "not a polynomial", "whole exponents"),
        ("gamma**(1/2) > 0", "not a polynomial", "whole exponents"),
        ("gamma**-1 > 0", "not a polynomial", "whole exponents"),
        ("abs(gamma) > 0", "not a polynomial", ""),
        ("gamma > 0 and", "not an expression", ""),
        ("gamma > (0", "unbalanced", "close"),
        ("E_real(D) > 0", "unknown function E_real", ""),
        ("", "empty", ""),
        ("(" * 1000 + "gamma > 0" + ")" * 1000, "deep", ""),
        ("gamma > 0 > __import__('os')", "unknown function", ""),
    ],
)
def test_refused(text, problem, mend):
    with pytest.raises(ExpressionError) as caught:
        parse_conditions(text, SCOPE)
    assert problem in caught.value.problem
    assert mend in caught.value.mend
    assert 0 <= caught.value.span.start <= caught.value.span.end <= len(text)


def test_polynomials_of_every_shape_are_read():
    for text in ("gamma**2 == 2", "-(gamma - 1)**2*f1/3 < pi", "gamma/(1 + 1) > 0.25", "2**3 < gamma"):
        assert len(parse_conditions(text, SCOPE)) == 1


REGIONS = {
    "gamma > 0 and a > 0 or b < 1": lambda g, a, b: (g > 0 and a > 0) or b < 1,
    "not (gamma > 0 or a == 1)": lambda g, a, b: not (g > 0 or a == 1),
    "Or(And(gamma > 0, a > 0), Not(Eq(b, 1)))": lambda g, a, b: (g > 0 and a > 0) or b != 1,
    "Ne(gamma, a)": lambda g, a, b: g != a,
    "-1 < gamma <= a != b": lambda g, a, b: -1 < g <= a != b,
    "Ge(gamma, 2*Abs(a))": lambda g, a, b: g >= 2 * abs(a),
    "Eq(gamma, Max(a, b))": lambda g, a, b: g == max(a, b),
    "not (a < gamma < b)": lambda g, a, b: not (a < g < b),
}


@pytest.mark.parametrize("text", REGIONS)
def test_regions_mean_what_python_means(text):
    region = parse_region(text, CLAIM)
    formula = condition_formula(region, SYMBOLS)
    outcomes = set()
    for g in (-1, 0, 1, 2):
        for a in (-1, 0, 1):
            for b in (-1, 1, 2):
                point = {SYMBOLS[k]: sp.Integer(v) for k, v in (("gamma", g), ("a", a), ("b", b))}
                expected = REGIONS[text](g, a, b)
                assert holds(formula, point) is expected
                assert holds(negation(formula), point) is not expected
                outcomes.add(expected)
    assert outcomes == {True, False}  # the grid tells them apart


def test_what_is_printed_can_be_claimed():
    region = parse_region("gamma > 0 and not (a == b or gamma > 2)", CLAIM)
    formula = condition_formula(region, SYMBOLS)
    again = condition_formula(
        parse_region(str(to_sympy(formula)).replace("&", "and").replace("|", "or"), CLAIM), SYMBOLS
    )
    for g in (-1, 1, 3):
        for a, b in ((0, 0), (0, 1)):
            point = {SYMBOLS[k]: sp.Integer(v) for k, v in (("gamma", g), ("a", a), ("b", b))}
            assert holds(formula, point) is holds(again, point)


def test_names_and_relations():
    region = parse_region("gamma > 0 and (a > f1 or not b == pi)", CLAIM)
    assert names(region) == {"gamma", "a", "f1", "b"}
    assert [r.operator for r in relations(region)] == [">", ">", "=="]
    assert isinstance(region, Combination)


def test_comparisons_are_not_folded_by_sympy():
    """SymPy would make f1**2 >= 0 true by itself; here the solver is asked."""
    (square,) = parse_conditions("f1**2 >= 0", SCOPE)
    formula = condition_formula(square, SYMBOLS)
    assert isinstance(formula, Atom)
    # Rational comparisons are settled exactly, both ways.
    (yes,), (no,) = parse_conditions("0.1 + 0.2 == 0.3", SCOPE), parse_conditions("1/3 > 1/3", SCOPE)
    assert condition_formula(yes, SYMBOLS) == And(())
    assert condition_formula(no, SYMBOLS) != And(())
    assert atoms(condition_formula(no, SYMBOLS)) == []


_relations = st.builds(
    "{}{}{}".format,
    st.sampled_from(["gamma", "a", "b", "gamma*a", "a - b"]),
    st.sampled_from([" < ", " <= ", " > ", " >= ", " == ", " != "]),
    st.sampled_from(["0", "1", "b", "gamma - 1"]),
)
_regions = st.recursive(
    _relations,
    lambda r: st.one_of(
        st.builds("({}) and ({})".format, r, r), st.builds("({}) or ({})".format, r, r), st.builds("not ({})".format, r)
    ),
    max_leaves=6,
)


@given(_regions, st.integers(-2, 2), st.integers(-2, 2), st.integers(-2, 2))
def test_random_regions(text, gamma, a, b):
    values = {"gamma": gamma, "a": a, "b": b}
    formula = condition_formula(parse_region(text, CLAIM), SYMBOLS)
    point = {SYMBOLS[name]: sp.Integer(value) for name, value in values.items()}
    assert holds(formula, point) is eval(text, {"__builtins__": {}}, values)


def test_display_keeps_the_sign_of_a_denominator() -> None:
    """As pi - 4 < 0, gamma/(pi - 4) > 0 is gamma < 0, and must not be shown as gamma > 0."""
    gamma = sp.Symbol("gamma", real=True)
    shown = to_sympy(compare(gamma / (sp.pi - 4), ">"))
    assert shown.subs(gamma, -1)
    assert not shown.subs(gamma, 1)
    assert str(to_sympy(compare(gamma / 3 - sp.Rational(1, 2), ">"))) == "2*gamma > 3"

"""Sign conditions in normal form, unions of cells, solved conditions: the same sets as before, and short."""

from __future__ import annotations

import itertools

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from convergan.symbolic.decision.points import holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import FALSE, TRUE, Atom, atoms, compare, conjunction, disjunction, negation, symbols
from convergan.symbolic.printing import displayed, formula_text
from convergan.symbolic.roots import solutions
from convergan.symbolic.samples import Samples
from convergan.symbolic.sign_conditions import SignConditions, solved
from convergan.symbolic.simplification import Union, parts_of

x, y, z = sp.symbols("x y z", real=True)
RELATIONS = ("<", "<=", ">", ">=", "==", "!=")
FACTORS = [x, y, x - y, x + 1, x**2 + 1, x * y - 1, x**2 - 2, y - 2 * x]
HYPOTHESES = {
    "nothing": TRUE,
    "x > 0": compare(x, ">"),
    "x < 0, y != 0": conjunction([compare(x, "<"), compare(y, "!=")]),
    "x >= 0, y >= x": conjunction([compare(x, ">="), compare(y, ">=", x)]),
}
VALUES = [sp.Rational(v) for v in ("-2", "-1", "-1/2", "0", "1/2", "1", "2")]
GRID = [{x: a, y: b} for a, b in itertools.product(VALUES, VALUES)]
PROVERS = {name: SignConditions(assumed, Prover(deadline=1e12)) for name, assumed in HYPOTHESES.items()}


@given(
    st.sampled_from(sorted(HYPOTHESES)),
    st.lists(st.tuples(st.sampled_from(FACTORS), st.integers(1, 3)), min_size=1, max_size=3),
    st.sampled_from((-6, -1, 1, sp.Rational(3, 4))),
    st.sampled_from(RELATIONS),
    st.booleans(),
)
def test_normal_forms_mean_the_same(name, factors, content, relation, expanded):
    product = content * sp.Mul(*(factor**power for factor, power in factors))
    formula = compare(sp.expand(product) if expanded else product, relation)
    normal = PROVERS[name].normal(formula)
    for point in GRID:
        if holds(HYPOTHESES[name], point):
            assert holds(normal, point) is holds(formula, point), (formula, normal, point)
    assert PROVERS[name].normal(normal) == normal
    for atom in atoms(normal):
        assert PROVERS[name].sign(atom.expression) not in (">", "<")


@given(
    st.sampled_from(sorted(HYPOTHESES)),
    st.sampled_from([1 / (x**2 + 1), (x - y) / (x + 3) ** 2, -y / (1 + x**2) ** 3, x / (x**2 + y**2 + 1) - 1, 1 / x]),
    st.sampled_from(RELATIONS),
)
def test_normal_forms_of_fractions(name, expression, relation):
    formula = compare(expression, relation)
    normal = PROVERS[name].normal(formula)
    for point in GRID:
        if holds(HYPOTHESES[name], point) and holds(formula, point) is not None:
            assert holds(normal, point) is holds(formula, point), (formula, normal, point)


@pytest.mark.parametrize(
    ("name", "formula", "expected"),
    [
        ("nothing", compare(x**2 - x**4 * y**2, ">"), {"x**2*y**2 < 1", "Ne(x, 0)"}),
        ("x > 0", compare(x**2 - x**4 * y**2, ">"), {"x**2*y**2 < 1"}),
        ("x > 0", compare(6 * x * y, ">"), {"y > 0"}),
        ("x > 0", compare(-4 * x**3 * y, ">="), {"y <= 0"}),
        ("x < 0, y != 0", compare(x * y**2 - x**2 * y**2, ">"), {"False"}),
        ("x < 0, y != 0", compare(x * y**3, ">"), {"y < 0"}),
        ("nothing", compare((x - 1) ** 2, ">"), {"Ne(x, 1)"}),
        ("nothing", compare((x - 1) ** 4, "=="), {"Eq(x, 1)"}),
        ("nothing", compare((x**2 + 1) * (y**2 + 1), ">"), set()),
        ("x > 0", compare(2 * sp.log(x), ">"), {"log(x) > 0"}),
    ],
)
def test_factors_of_known_sign_are_dropped(name, formula, expected):
    assert set(map(formula_text, parts_of(PROVERS[name].normal(formula)))) == expected


# -- unions ------------------------------------------------------------------------------------------------------------


def described(inside, outside, assumed=TRUE):
    prover = Prover(seconds=2.0, deadline=1e12)
    cells = [[conjunction([assumed, cell]) for cell in cells] for cells in (inside, outside)]
    samples = Samples(assumed, [*cells[0], *cells[1]], prover)
    return Union(cells[0], cells[1], SignConditions(assumed, prover, samples), samples).described()


def signs(expression):
    return [compare(expression, relation) for relation in (">", "==", "<")]


UP_X, ZERO_X, DOWN_X = signs(x)
UP_Y, ZERO_Y, DOWN_Y = signs(y)


@pytest.mark.parametrize(
    ("inside", "outside", "expected"),
    [
        ([UP_X, ZERO_X], [DOWN_X], "x >= 0"),
        ([UP_X, DOWN_X], [ZERO_X], "Ne(x, 0)"),
        ([ZERO_X], [UP_X, DOWN_X], "Eq(x, 0)"),
        ([UP_X, ZERO_X, DOWN_X], [], "True"),
        ([], [UP_X, ZERO_X, DOWN_X], "False"),
        # Quadrants with their edges: the corner is left out.
        ([conjunction([a, b]) for a in (UP_X, ZERO_X) for b in (UP_Y,)],
         [conjunction([a, b]) for a, b in itertools.product(signs(x), signs(y)) if (a, b) not in
          {(UP_X, UP_Y), (ZERO_X, UP_Y)}], "And(y > 0, x >= 0)"),
        # The same condition in different words.
        ([conjunction([compare(x**3, ">"), compare(x * y, ">")])],
         [compare(x**3, "<="), conjunction([UP_X, compare(x * y, "<=")])], "And(x > 0, y > 0)"),
        # Cut by a curve that does not matter.
        ([conjunction([UP_X, cut]) for cut in signs(x**2 + y**2 - 1)], [DOWN_X, ZERO_X], "x > 0"),
        # A union that is no conjunction.
        ([UP_X, conjunction([compare(x, "<="), UP_Y])], [conjunction([compare(x, "<="), compare(y, "<=")])],
         "Or(x > 0, y > 0)"),
    ],
)  # fmt: skip
def test_unions_are_short(inside, outside, expected):
    found = described(inside, outside)
    if expected.startswith("Or"):
        assert {formula_text(found)} <= {expected, "Or(y > 0, x > 0)"}
    elif expected.startswith("And"):
        parts = expected[4:-1].split(", ")
        assert formula_text(found) in {f"And({', '.join(p)})" for p in itertools.permutations(parts)}
    else:
        assert formula_text(found) == expected


@settings(max_examples=20)
@given(st.lists(st.booleans(), min_size=27, max_size=27))
def test_unions_of_any_cells_are_right(labels):
    """Cells by the signs of x, y and x - y, labelled at random: the formula holds on those inside and no other."""
    cells = [conjunction(parts) for parts in itertools.product(signs(x), signs(y), signs(x - y))]
    met = [any(holds(cell, point) for point in GRID) for cell in cells]
    inside, outside = (
        [c for c, label, real in zip(cells, labels, met, strict=True) if real and label is side]
        for side in (True, False)
    )
    found = described(inside, outside)
    assert found is not None
    for point in GRID:
        assert holds(found, point) is any(holds(cell, point) for cell in inside)
    assert symbols(found) <= {x, y}
    assert len(atoms(found)) <= max(sum(len(atoms(cell)) for cell in inside), 0)


def test_a_union_that_cannot_be_proved_is_not_described():
    """Cells that meet: nothing holds inside and not outside."""
    assert described([UP_X], [compare(x, ">=", 1)]) is None
    hopeless = Prover(deadline=0.0)
    samples = Samples(TRUE, [], hopeless)
    assert Union([UP_X], [compare(x, "<=")], SignConditions(TRUE, hopeless), samples).described() is None


# -- solved ------------------------------------------------------------------------------------------------------------


def test_conditions_are_solved_where_the_coefficient_has_a_sign():
    conditions = SignConditions(conjunction([compare(x, ">"), compare(y, "!=")]), Prover(deadline=1e12))
    for formula, expected in (
        (compare(x - z * y**2, ">"), "z < x/y**2"),
        (compare(x - z * y**2, "<="), "z >= x/y**2"),
        (compare(2 * z * y, "==", 3 * x), "Eq(z, 3*x/(2*y))"),
        (compare(x - z * y, ">"), None),  # the sign of y is free
        (compare(x - z**2, ">"), None),
        (compare(x - y, ">"), None),
    ):
        assert isinstance(formula, Atom)
        found = solved(formula, z, conditions)
        assert (None if found is None else formula_text(found)) == expected


def test_solutions_are_complete():
    prover = Prover(deadline=1e12)
    positive, real = compare(y, ">"), TRUE
    for equation, assumed, expected in (
        (x**2 - y**2, real, "Or(Eq(x, y), Eq(x, -y))"),
        (x**2 - y**2, conjunction([positive, compare(x, ">")]), "Eq(x, y)"),
        (x**2 - y**2, compare(x, ">"), "Eq(x, Abs(y))"),
        (x**4 - y**2, real, "Eq(x**2, Abs(y))"),
        (x**2 - y, positive, None),
        (x**2 + y, positive, None),
        (x**5 - x - y, positive, None),
        ((x - y) * (x**2 + 1), real, "Eq(x, y)"),
    ):
        formula = compare(sp.expand(equation), "==")
        assert isinstance(formula, Atom)
        found = solutions(formula, x, assumed, prover)
        if expected is None:
            assert found is None or all(prover.proves(conjunction([assumed, a]), b) for a, b in
                                        ((found, formula), (formula, found)))  # fmt: skip
        elif expected.startswith("Or"):
            assert formula_text(found) in {expected, "Or(Eq(x, -y), Eq(x, y))"}
        else:
            assert formula_text(found) == expected


# -- printing ----------------------------------------------------------------------------------------------------------


@given(
    st.sampled_from([*FACTORS, x / 2 - sp.Rational(1, 3), -3 * x - 6, 2 * x * y - 4 * y, x - y / (1 + x**2), x + y,
                     x - 1 / y**2, 4 * x**2 + 8 * x + 4 - y**2, sp.pi * x - 1, x / (sp.pi - 4), x - 2 * sp.Abs(y)]),
    st.sampled_from(RELATIONS), st.booleans(),
)  # fmt: skip
def test_what_is_displayed_means_the_same(expression, relation, negate):
    formula = compare(expression, relation)
    formula = negation(formula) if negate else formula
    for point in GRID:
        if holds(formula, point) is None:
            continue
        shown = displayed(formula).subs(dict(point))
        assert bool(shown) is holds(formula, point), (formula, displayed(formula), point)
    assert displayed(disjunction([formula, FALSE])) == displayed(formula)

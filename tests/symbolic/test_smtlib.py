"""From sign conditions to SMT-LIB: the same meaning, and proofs only with their domains in order."""

from __future__ import annotations

from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convergan.symbolic.decision.points import holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import FALSE, TRUE, Atom, compare, conjunction
from convergan.symbolic.solvers import translate

a, b, c = sp.symbols("a b c", real=True)

# Every kind of node that a sign condition may contain, with points where it is defined.
EXPRESSIONS = [
    a, -a, a + b, a - 2 * b / 3, a * b, a**2 * b - b**3 / 7, a / b, (a + 1) / (b**2 + 1), 1 / (a * b) - 1 / a,
    sp.sqrt(a), sp.sqrt(a**2 + b) - a, sp.sqrt(a) ** 3 - b, a ** sp.Rational(1, 3) - b, a ** sp.Rational(-2, 3) - b,
    sp.sqrt(1 + sp.sqrt(a)) - b, sp.Abs(a) - b, sp.Abs(a - b) - sp.Abs(a), sp.sign(a) - b, sp.sign(a - b) * a,
    sp.Abs(a) / b - 1, sp.sqrt(sp.Abs(a)) - b,
]  # fmt: skip
INCOMPLETE = [
    sp.exp(a) - b, sp.log(a) - b, sp.tanh(a) - b, sp.atan(a) - b, sp.sin(a) - b, sp.cos(a) - b, a**b - c,
    sp.pi - a, sp.E - a,
    sp.exp(a**2 - b) - 1, sp.log(a) * b,
]  # fmt: skip
RELATIONS = [">", ">=", "==", "!=", "<", "<="]
rationals = st.fractions(-4, 4, max_denominator=6)


def satisfiable(text, fixed):
    """Whether Z3, in this process, finds the script satisfiable with the given values of variables."""
    solver = z3.SolverFor("QF_NRA")
    solver.from_string(text)
    for name, value in fixed.items():
        solver.add(z3.Real(name) == z3.Q(value.numerator, value.denominator))
    return solver.check()


def evaluated(expression, point):
    """The value by mpmath."""
    function = sp.lambdify((a, b, c), expression, modules="mpmath")
    return function(*(mp.mpf(p.numerator) / p.denominator for p in point))


def truth(expression, relation, point):
    """The comparison by mpmath at 60 digits; None where it is undefined or too close to call."""
    with mp.workdps(60):
        try:
            value = evaluated(expression, point)
        except (ZeroDivisionError, ValueError, OverflowError):
            return None
        if isinstance(value, mp.mpc) or not mp.isfinite(value):
            return None
        if abs(value) < mp.mpf(10) ** -40:
            exact = sp.nsimplify(expression.subs(dict(zip((a, b, c), map(sp.Rational, map(str, point)), strict=True))))
            if exact != 0:
                return None
            value = mp.mpf(0)
    return {
        ">": value > 0, ">=": value >= 0, "==": value == 0, "!=": value != 0, "<": value < 0, "<=": value <= 0
    }[relation]  # fmt: skip


@settings(max_examples=100)
@given(st.sampled_from(EXPRESSIONS), st.sampled_from(RELATIONS), st.tuples(rationals, rationals, rationals))
def test_exact_translations_agree_with_evaluation(expression, relation, point):
    expected = truth(expression, relation, point)
    assume(expected is not None)
    formula = compare(expression, relation)
    script = translate(formula)
    assert script.exact
    fixed = {name: Fraction(point[(a, b, c).index(s)]) for s, name in script.names.items() if s in (a, b, c)}
    assert satisfiable(script.text, fixed) == (z3.sat if expected else z3.unsat)
    assert holds(formula, {s: sp.Rational(str(p)) for s, p in zip((a, b, c), point, strict=True)}) is expected


@settings(max_examples=50)
@given(st.sampled_from(INCOMPLETE), st.sampled_from(RELATIONS), st.tuples(rationals, rationals, rationals))
def test_incomplete_translations_never_exclude_a_true_point(expression, relation, point):
    expected = truth(expression, relation, point)
    assume(expected is not None)
    if any(not power.exp.is_Rational for power in expression.atoms(sp.Pow)):
        assume(point[0] > 0)
    script = translate(compare(expression, relation))
    assert not script.exact
    fixed = {name: Fraction(point[(a, b, c).index(s)]) for s, name in script.names.items() if s in (a, b, c)}
    if expected:
        assert satisfiable(script.text, fixed) != z3.unsat


def test_facts_about_transcendental_functions_are_used():
    prover = Prover()
    positive = compare(a, ">")
    for goal in (
        compare(sp.exp(b), ">"),
        compare(sp.exp(a), ">", 1),
        compare(sp.tanh(a), ">"),
        compare(sp.tanh(b), "<", 1),
        compare(sp.atan(a), "<", 2),
        compare(sp.sin(b) ** 2, "<=", 1),
        compare(sp.log(1 + a), ">"),
        compare(sp.log(a), "<", a),
        compare((1 + a) ** a, ">", 1),
        compare(sp.pi, ">", 3),
        compare(sp.pi, "<", sp.Rational(22, 7)),
        compare(sp.sqrt(a) ** 2, "==", a),
        compare(sp.Abs(b), ">=", b),
        compare(sp.sign(b) * b, "==", sp.Abs(b)),
    ):
        assert prover.proves(positive, goal), goal
    for goal in (compare(sp.exp(b), ">", 1), compare(sp.tanh(a), ">", sp.Rational(1, 2)), compare(sp.Abs(b), ">")):
        assert not prover.proves(positive, goal), goal


# -- obligations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hypotheses", "goal"),
    [
        (TRUE, compare(sp.sqrt(a), ">=")),  # a may be negative
        (compare(a, ">", -1), compare(sp.sqrt(a) + 1, ">")),
        (TRUE, compare(1 / a, "!=")),  # a may be 0
        (compare(a, ">="), compare(b**2 / a, ">=")),
        (TRUE, compare(sp.log(a) ** 2, ">=")),
        (TRUE, compare(a**b, ">")),
        (compare(a, ">="), compare(a**b, ">=")),
        (compare(a, ">", -1), compare(sp.sqrt(sp.sqrt(a)), ">=")),
        (TRUE, compare(a / (a**2 - 1) - a / (a**2 - 1) + 1 / (a - 1), "!=")),
        (compare(a, ">="), compare(a ** sp.Rational(-1, 2), ">")),
        (TRUE, compare(sp.Abs(1 / a), ">=")),
    ],
)
def test_nothing_is_proved_where_the_goal_may_be_undefined(hypotheses, goal):
    prover = Prover()
    assert not prover.proves(hypotheses, goal)
    # Where it is defined, the same goal is proved.
    stronger = conjunction([hypotheses, compare(a, ">", 2), compare(b, ">")])
    assert prover.proves(stronger, goal)


def test_undefined_hypotheses_prove_nothing():
    """An assumption that is itself undefined somewhere must not put its own domain in order."""
    prover = Prover()
    assert not prover.proves(compare(sp.sqrt(a), ">"), compare(a, ">"))
    assert not prover.proves(compare(1 / a, ">"), compare(a, ">"))
    assert not prover.contradictory(conjunction([compare(1 / a, ">"), compare(a, "==")]))
    assert prover.proves(conjunction([compare(sp.sqrt(a), ">"), compare(a, ">=")]), compare(a, ">"))


def test_a_goal_does_not_rest_on_itself():
    """Constant denominators with transcendental parts used to be obligations of their own proof."""
    gap = compare((sp.log(2) + a) / (16 * sp.log(2) ** 4 + 32 * sp.log(2) ** 2 + 16), "==")
    prover = Prover()
    assert not prover.contradictory(gap)
    assert prover.proves(compare(a, ">"), compare((sp.log(2) + a) / (1 + sp.log(2) ** 2), ">"))


def test_proofs_and_refutations():
    prover = Prover()
    assert prover.proves(compare(a, ">"), compare(a**3 + a, ">"))
    assert not prover.proves(compare(a, ">="), compare(a**3 + a, ">"))
    assert prover.proves(conjunction([compare(a, "<", b), compare(b, "<", c)]), compare(a, "<", c))
    assert prover.contradictory(conjunction([compare(a**2, "<")]))
    assert prover.contradictory(FALSE)
    assert not prover.contradictory(TRUE)
    assert prover.proves(TRUE, TRUE)
    assert not prover.proves(TRUE, FALSE)
    # Every question is kept, once, with its answer.
    before = len(prover.queries)
    prover.proves(compare(a, ">"), compare(a**3 + a, ">"))
    assert len(prover.queries) == before
    assert {query.answer for query in prover.queries} <= {"sat", "unsat", "unknown"}
    assert all(query.script.startswith("(set-logic QF_NRA)") for query in prover.queries)


def test_names_cannot_collide_with_the_translations_own():
    for name in ("aux0", "aux1", "v_aux0", "assert", "true", "x0", "_"):
        symbol = sp.Symbol(name, real=True)
        script = translate(conjunction([compare(sp.sqrt(symbol + 1), ">", symbol), compare(symbol, ">", 5)]))
        solver = z3.SolverFor("QF_NRA")
        solver.from_string(script.text)
        assert solver.check() == z3.unsat, name  # sqrt(6) < 5


def test_what_has_no_translation():
    for expression in (sp.I * a, sp.Function("g")(a), sp.atan2(a, b), sp.nan, sp.zoo):
        with pytest.raises(TypeError):
            translate(Atom(expression, ">"))
        assert not Prover().contradictory(Atom(expression, ">"))

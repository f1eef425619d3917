"""From sign conditions to the solver and back.

The translation says what the formula says, proofs need their domains in order, points are re-checked exactly, and the
solver's process can neither hang the program nor be fooled.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from fractions import Fraction

import mpmath as mp
import pytest
import sympy as sp
import z3
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from convergan.symbolic.decision.cells import Cell, NeedSplit, Unresolved, analysed
from convergan.symbolic.decision.points import enclosure, holds, sign
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import (
    FALSE,
    TRUE,
    And,
    Atom,
    Or,
    compare,
    conjunction,
    disjunction,
    negation,
    substituted,
    symbols,
)
from convergan.symbolic.solvers import process as process_module
from convergan.symbolic.solvers import shared_process, translate
from convergan.symbolic.solvers.process import SolverProcess

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


# -- points ------------------------------------------------------------------------------------------------------------


def test_points_are_exact_and_rechecked():
    prover = Prover()
    for formula in (
        conjunction([compare(a**2, "==", 2), compare(a, ">")]),
        conjunction([compare(a**3, "==", 2)]),
        conjunction([compare(a**5 - a, "==", 1)]),
        conjunction([compare(a + b, "==", sp.Rational(1, 97)), compare(a, ">", 5)]),
        conjunction([compare(sp.exp(a), "<", sp.Rational(1, 2))]),
        conjunction([compare(a, ">", 10**6)]),
    ):
        point = prover.point(formula)
        assert point is not None, formula
        assert set(point) == symbols(formula)
        assert holds(formula, point) is True
        assert not any(value.has(sp.Float) for value in point.values())
    assert prover.point(compare(a**2, "<")) is None
    assert prover.point(compare(sp.exp(a), "==", 2)) is None  # log(2) is no algebraic number: nothing is claimed
    assert set(prover.point(TRUE, [a, b])) == {a, b}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (sp.Integer(0), 0),
        (sp.sqrt(2) - sp.Rational(141421356237, 10**11), 1),
        (sp.sqrt(2) - sp.Rational(141421356238, 10**11), -1),
        (sp.sqrt(2) + sp.sqrt(3) - sp.sqrt(5 + 2 * sp.sqrt(6)), 0),
        (sp.pi - sp.Rational(355, 113), -1),
        (sp.exp(sp.pi) - sp.pi - 20, -1),  # 19.999099979...
        (sp.exp(sp.pi * sp.sqrt(163)) - 262537412640768744, -1),  # 7.5e-13 below an integer
        (sp.tanh(1) - sp.Rational(3, 4), 1),
        (sp.log(2) - sp.log(3), -1),
        (sp.Abs(-sp.sqrt(2)) - sp.sqrt(2), 0),
        (sp.CRootOf(sp.Symbol("x") ** 5 - sp.Symbol("x") - 1, 0) - sp.Rational(1167303978, 10**9), 1),
        (sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1, None),  # zero, but not by algebra
        (sp.sqrt(sp.Integer(-2)), None),
        (sp.log(-2, evaluate=False), None),
        (sp.zoo, None),
        (sp.nan, None),
        (a, None),
    ],
)
def test_signs_of_constants(value, expected):
    assert sign(value) == expected


@given(st.sampled_from(EXPRESSIONS + INCOMPLETE), st.tuples(rationals, rationals, rationals))
def test_enclosures_contain_the_value(expression, point):
    exact = (sp.Rational(p.numerator, p.denominator) for p in point)
    value = expression.xreplace(dict(zip((a, b, c), exact, strict=True)))
    assume(truth(expression, ">", point) is not None)
    ball = enclosure(value, 200)
    assume(ball is not None)
    with mp.workdps(50):
        reference = evaluated(expression, point)
        middle = mp.mpf(str(ball.mid().str(60, radius=False)))
        assert abs(middle - reference) <= mp.mpf(10) ** -40 * (1 + abs(reference))
        assert ball.rad() < 1e-40


# -- formulas ----------------------------------------------------------------------------------------------------------

_atoms = st.builds(compare, st.sampled_from([a, b, a - b, a * b - 1]), st.sampled_from(RELATIONS))
_formulas = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(conjunction),
        st.lists(inner, min_size=1, max_size=3).map(disjunction),
    ),
    max_leaves=6,
)


@given(_formulas, st.integers(-2, 2), st.integers(-2, 2))
def test_negation_and_substitution(formula, x, y):
    point = {a: sp.Integer(x), b: sp.Integer(y)}
    assert holds(negation(formula), point) is (not holds(formula, point))
    assert substituted(formula, point) == (TRUE if holds(formula, point) else FALSE)
    assert holds(conjunction([formula, negation(formula)]), point) is False
    assert isinstance(formula, Atom | And | Or)


# -- cells -------------------------------------------------------------------------------------------------------------


def test_cells_split_where_a_sign_varies():
    cell = Cell(compare(a, ">="), Prover())
    assert cell.sign(a**2 + 1) == 1
    with pytest.raises(NeedSplit):
        cell.sign(a)
    found = analysed(cell, lambda part: part.sign(a * (a - 1)))
    for x in ("0", "1/2", "1", "3"):
        inside = [value for part, value in found if holds(part.formula, {a: sp.Rational(x)})]
        assert inside == [int(sp.sign(sp.Rational(x) * (sp.Rational(x) - 1)))]


def test_signs_that_cannot_be_decided_stay_open():
    found = analysed(Cell(TRUE, Prover()), lambda part: part.sign(sp.sin(1) ** 2 + sp.cos(1) ** 2 - 1))
    assert [type(value) for _, value in found] == [Unresolved]


def test_failures_of_sympy_stay_open():
    def broken(_part):
        raise NotImplementedError("SymPy gave up")

    ((_, found),) = analysed(Cell(TRUE, Prover()), broken)
    assert isinstance(found, Unresolved)
    assert "gave up" in found.reason


# -- the solver's process ----------------------------------------------------------------------------------------------

EASY = "(set-logic QF_NRA)\n(declare-fun x () Real)\n(assert (< (* x x) 0))\n"


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_both_solvers_answer(solver):
    process = SolverProcess(solver)
    try:
        assert process.ask(EASY, 10).status == "unsat"
        assert process.ask(EASY.replace("<", ">"), 10).status == "sat"
    finally:
        process.close()


def test_models_are_exact():
    process = shared_process("z3")
    answer = process.ask("(declare-fun x () Real)(assert (and (= (* x x x) 2) (> x 0)))", 10)
    assert answer.status == "sat"
    assert sp.minimal_polynomial(answer.model["x"], a) == a**3 - 2
    answer = process.ask("(declare-fun x () Real)(assert (= (* 3 x) 1))", 10)
    assert answer.model["x"] == sp.Rational(1, 3)


def test_nonsense_is_unknown():
    process = SolverProcess("z3")
    try:
        for script in ("(assert", "(declare-fun x () Real)(assert (foo x))", "\x00", "(exit)" * 3):
            assert process.ask(script, 5).status in {"unknown", "sat"}
        assert process.ask("(assert", 5).reason
        assert process.ask(EASY, 10).status == "unsat"  # and the process still answers, the right question
    finally:
        process.close()


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_solver_that_outstays_its_time_is_killed(monkeypatch):
    monkeypatch.setattr(process_module, "_GRACE", 0.0)
    monkeypatch.setattr(process_module, "_START", 0.0)
    process = SolverProcess("z3")
    start = time.perf_counter()
    answer = process.ask(EASY, 0.01)  # it cannot even load in this time
    assert answer.status == "unknown"
    assert "exceeded" in answer.reason
    assert time.perf_counter() - start < 5
    assert process._process is None
    monkeypatch.undo()
    try:
        assert process.ask(EASY, 10).status == "unsat"  # a fresh one, no answer left over
        pid = process._process.pid
        process._process.kill()
        process._process.wait()
        assert process.ask(EASY, 10).status == "unsat"
        assert process._process.pid != pid
        assert not alive(pid)
    finally:
        process.close()


def test_hard_questions_end_in_time():
    # Sums of high powers: nlsat does not finish.
    names = [f"x{i}" for i in range(12)]
    declared = "".join(f"(declare-fun {n} () Real)" for n in names)
    products = " ".join(f"(* {' '.join([n] * 7 + [m] * 6)})" for n, m in zip(names, names[1:] + names[:1], strict=True))
    script = f"(set-logic QF_NRA){declared}(assert (= (+ {products}) 1))(assert (> (* {' '.join(names)}) 3))"
    process = SolverProcess("z3")
    try:
        process.ask(EASY, 10)
        start = time.perf_counter()
        answer = process.ask(script, 0.5)
        assert time.perf_counter() - start < 5
        assert answer.status in {"unknown", "sat", "unsat"}
        assert process.ask(EASY, 10).status == "unsat"
    finally:
        process.close()


def test_an_interrupted_question_leaves_no_stale_answer(monkeypatch):
    process = SolverProcess("z3")
    try:
        assert process.ask(EASY, 10).status == "unsat"

        class Interrupted(Exception):
            pass

        def interrupted(*_arguments, **_keywords):
            raise Interrupted

        monkeypatch.setattr(process_module.selectors, "DefaultSelector", interrupted)
        with pytest.raises(Interrupted):
            process.ask(EASY.replace("<", ">"), 10)  # its answer, sat, is never read
        monkeypatch.undo()
        assert process.ask(EASY, 10).status == "unsat"
    finally:
        process.close()


def test_the_deadline_makes_every_answer_unknown():
    prover = Prover(deadline=time.monotonic() - 1)
    assert not prover.proves(compare(a, ">"), compare(a**3 + a, ">"))
    assert not prover.contradictory(compare(a**2, "<"))
    assert prover.queries == []


def test_a_working_directory_cannot_replace_modules(tmp_path):
    """json.py and z3.py lying around where the program runs are not imported by the worker."""
    for name in ("json.py", "z3.py", "selectors.py", "sympy.py"):
        (tmp_path / name).write_text("open('imported', 'a').write(__name__)\nraise SystemExit(7)\n")
    code = (
        "from convergan.symbolic.solvers.process import SolverProcess; p = SolverProcess('z3'); "
        "print(p.ask('(declare-fun x () Real)(assert (< (* x x) 0))', 20).status); p.close()"
    )
    root = os.pathsep.join(path for path in sys.path if path)
    result = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert result.stdout.strip() == "unsat", result.stderr
    assert not (tmp_path / "imported").exists()
    # Negative control: without -P the files do stand in the way.
    control = subprocess.run(
        [sys.executable, "-c", "import z3"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert control.returncode == 7

"""What exactly has to be proved for a ruling to stand: the hypotheses of its theorem as sign conditions on the cell.

The engine finds a ruling by asking for signs one after the other; here its theorem's hypotheses are written down
afresh, for 2 x 2 matrices through trace and determinant, and proved as implications "cell => goal". A ruling whose
goals are not all proved is withdrawn. Certificates carry these goals, and ``verify`` has them decided by the other
solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .criteria import EPSILON, scaled, schur_expressions
from .formula import FALSE, TRUE, Formula, compare, conjunction, disjunction
from .germs import LocalField
from .rulings import RuledCell, Ruling
from .spectrum import characteristic_coefficients, cleared
from .stability import Question, outward_gradients

CRITICAL_THEOREMS = frozenset(
    {
        "block-linear-stability",
        "centre-manifold",
        "conewise-linear",
        "energy-grows",
        "energy-lasalle",
        "equilibrium-curve",
        "equilibrium-line",
        "first-approximation",
        "first-integral",
        "leading-part",
        "decaying-steps",
        "finite-steps",
        "linear-averages",
        "linear-critical",
        "manifold-linear-instability",
        "manifold-linear-stability",
        "mean-energy",
        "measure-preserved",
        "nilpotent",
        "no-limit",
        "no-step",
        "orbit-linearisation",
        "period-moves",
        "periodic",
        "pushed-off",
        "sliding",
        "steep-damping",
        "steep-growth",
        "sticking",
        "steep-map",
        "time-reversal",
        "weak-focus",
    }
)


@dataclass(frozen=True, slots=True)
class Goal:
    """A formula that the cell has to imply, and what it is for."""

    formula: Formula
    because: str


def goals(question: Question, ruled: RuledCell) -> list[Goal] | None:
    """The goals of a ruling that are not plainly true; their conjunction on the cell is what its theorem needs.

    Args:
        question: The rule that was judged.
        ruled: The cell and its ruling, which is not open.

    Returns:
        The goals, or None if the theorem has none that can be written down.
    """
    found = _all_goals(question, ruled)
    return None if found is None else [goal for goal in found if goal.formula != TRUE]


def _all_goals(question: Question, ruled: RuledCell) -> list[Goal] | None:
    ruling, local = ruled.ruling, ruled.local
    found: list[Goal] = []
    conditions = [Goal(condition, "a sign that the theorem uses") for condition in ruling.conditions]
    if ruling.theorem in CRITICAL_THEOREMS:
        return conditions
    if local is not None and ruling.matrix is not None:
        for field in (local, *(other for _, other in ruling.fields)):
            found += _one_linearisation(field)
    match ruling.theorem:
        case "flow-linear-stability" | "flow-linear-instability" if ruling.matrix is not None:
            _, minus_trace, determinant = characteristic_coefficients(ruling.matrix)
            inside = [minus_trace, determinant]
            return [*found, *_spectral(question, ruled, inside, stable=ruling.theorem == "flow-linear-stability")]
        case "map-linear-stability" | "map-linear-instability" if ruling.matrix is not None:
            coefficients = cleared(characteristic_coefficients(ruling.matrix), question.h)
            stable = ruling.theorem == "map-linear-stability"
            return [
                *found,
                *conditions,
                *_spectral(question, ruled, _inside(coefficients), stable=stable, of=coefficients),
            ]
        case "not-stationary" if ruling.piece is not None:
            assert ruling.piece.value is not None
            moves = disjunction(compare(component, "!=") for component in ruling.piece.value)
            return [Goal(moves, "v does not vanish at the equilibrium")]
        case "repelling-jump" if ruling.piece is not None:
            value = sp.Matrix(ruling.piece.value)
            return [
                Goal(compare(sp.expand(gradient.dot(value)), ">"), "the field points off the jump")
                for gradient in outward_gradients(ruling.piece)
            ]
        case "map-jump" if ruling.piece is not None:
            assert ruling.piece.value is not None
            moves = disjunction(compare(component, "!=") for component in ruling.piece.value)
            own = [
                Goal(moves, "the one-sided limit is not 0"),
                _open_side(ruled),
                *_several_steps(question, ruling),
            ]
            return own + ([Goal(compare(question.h, "!="), "the step size is not 0")] if question.declared else [])
        case "no-filippov-equilibrium" if local is not None:
            return [Goal(_one_sign(ruled), "a component has one sign on every side")]
    return None


def _one_linearisation(local: LocalField) -> list[Goal]:
    """All pieces vanish at the equilibrium and have the same Jacobian."""
    found: list[Goal] = []
    first = local.pieces[0].jacobian
    for piece in local.pieces:
        assert piece.value is not None and piece.jacobian is not None and first is not None
        zero = conjunction(compare(component, "==") for component in piece.value)
        same = conjunction(compare(entry, "==") for entry in piece.jacobian - first)
        found += [Goal(zero, "v vanishes at the equilibrium"), Goal(same, "the pieces share one Jacobian")]
    return list(dict.fromkeys(found))


def _inside(coefficients: list[sp.Expr]) -> list[sp.Expr]:
    """Expressions that are all positive iff every root lies inside; the leading coefficient is positive."""
    if len(coefficients) != 3:
        return schur_expressions(coefficients)
    leading, minus_trace, determinant = coefficients
    return [leading - determinant, leading + minus_trace + determinant, leading - minus_trace + determinant]


def _spectral(
    question: Question, ruled: RuledCell, inside: list[sp.Expr], *, stable: bool, of: list[sp.Expr] | None = None
) -> list[Goal]:
    small = [question.h] if question.rule.discrete and not question.declared else []
    if stable:
        return [Goal(_signed(e, ">", small, ruled), "every root lies inside") for e in inside]
    because = "a root lies outside" + (" for small h" if small else "")
    formula = disjunction(_signed(e, "<", small, ruled) for e in inside)
    if of is None or len(of) == 3 or ruled.cell.prover.proves(ruled.cell.formula, formula, because):
        return [Goal(formula, because)]
    # With a root on the circle none of them need be negative; then one is for a circle that is a little larger.
    moved = schur_expressions(scaled(of))
    return [Goal(disjunction(_signed(e, "<", [EPSILON, *small], ruled) for e in moved), because)]


def _signed(expression: sp.Expr, relation: str, small: list[sp.Symbol], ruled: RuledCell) -> Formula:
    """Positive, or negative, for all sufficiently small positive values of some symbols, the first of them smallest.

    On the cell every sign is constant, so the coefficients up to the deciding one are listed and no more.
    """
    vanishing, leading = _lowest(sp.expand(expression), small, ruled)
    return conjunction([*vanishing, FALSE if leading is None else compare(leading, relation)])


def _lowest(expression: sp.Expr, small: list[sp.Symbol], ruled: RuledCell) -> tuple[list[Formula], sp.Expr | None]:
    """The coefficient of the lowest powers that does not vanish, if any, and that those below it do."""
    if not small:
        zero = compare(expression, "==")
        vanishes = ruled.cell.prover.proves(ruled.cell.formula, zero, "a coefficient vanishes")
        return ([zero], None) if vanishes else ([], expression)
    found: list[Formula] = []
    for coefficient in reversed(sp.Poly(expression, small[0]).all_coeffs()):
        vanishing, leading = _lowest(coefficient, small[1:], ruled)
        found += vanishing
        if leading is not None:
            return found, leading
    return found, None


def _several_steps(question: Question, ruling: Ruling) -> list[Goal]:
    """That a period of several steps of the player who is moved stays on its side."""
    piece, steps = ruling.piece, question.rule.first_order
    if question.rule.name != "alternating" or question.declared or steps is None or steps == (1, 1) or piece is None:
        return []
    assert piece.value is not None
    first, second = (sp.expand(component) for component in piece.value)
    if steps[1] == 1 and first == 0:
        return []
    gradients = outward_gradients(piece)
    still = conjunction([compare(first, "=="), *(compare(sp.expand(g[1] * second), ">") for g in gradients)])
    led = conjunction(
        condition
        for g in gradients
        for condition in (compare(sp.expand(g[0] * first), ">"), compare(sp.expand(g[1] * second), ">="))
    )
    once = compare(first, "!=") if steps[0] == 1 else FALSE
    return [Goal(disjunction([still, led, once]), "all steps stay on the side, or G takes one and moves")]


def _open_side(ruled: RuledCell) -> Goal:
    assert ruled.ruling.piece is not None
    gradients = outward_gradients(ruled.ruling.piece)
    if len(gradients) == 1:
        formula = disjunction(compare(entry, "!=") for entry in gradients[0])
    else:
        formula = compare(sp.Matrix.hstack(*gradients).det(), "!=")
    return Goal(formula, "the side is open and touches the equilibrium")


def _one_sign(ruled: RuledCell) -> Formula:
    assert ruled.local is not None
    values = [piece.value for piece in ruled.local.pieces if piece.value is not None]
    return disjunction(
        conjunction(compare(value[component], relation) for value in values)
        for component in (0, 1)
        for relation in (">", "<")
    )

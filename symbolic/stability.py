"""One rule on one cell: is the equilibrium locally asymptotically stable there?

The field's pieces near x* say which of four situations holds. *Differentiable*: all pieces vanish at x* and share one
Jacobian, so v(x) = J (x - x*) + o(|x - x*|) along every path, and the linearisation decides unless its spectrum touches
the boundary. *Shifted*: v is continuous and does not vanish. *Jump*: one-sided limits differ. *Kink*: v is continuous
but the pieces' Jacobians differ; no verdict is drawn from stable pieces.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .criteria import Sign, Spectrum, classify_flow, classify_map, infinitesimal_sign
from .decision.cells import Cell
from .formula import Formula, compare, conjunction, disjunction
from .germs.local import LocalField, Piece, X, Y
from .rulings import Outcome, Ruling
from .spectrum import characteristic_coefficients, cleared
from .updates import Linearisation, Rule, period_matrix


@dataclass(frozen=True, slots=True)
class Question:
    """A rule with what it needs.

    Attributes:
        rule: The training rule.
        h: The step size's symbol.
        declared: Whether h is a quantified parameter; if not, "every sufficiently small h" is asked.
        thorough: Whether costly methods may be tried: the proposal's own rule, not those reported beside it.
    """

    rule: Rule
    h: sp.Symbol
    declared: bool
    thorough: bool = True


def judge(question: Question, local: LocalField, cell: Cell) -> Ruling:
    """Decides one rule on one cell, as far as linearisation, stationarity and one-sided limits go.

    Args:
        question: What is asked.
        local: The field's pieces on the cell.
        cell: Where signs are decided.

    Returns:
        The ruling; ``Outcome.OPEN`` with the reason where nothing here decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    found = stationary(question, local, cell)
    return found if isinstance(found, Ruling) else _linearised(question, found, cell)


def stationary(question: Question, local: LocalField, cell: Cell) -> Ruling | sp.ImmutableMatrix:
    """The Jacobian at x*, where v vanishes and is differentiable there; else what follows from that it does not.

    Args:
        question: What is asked.
        local: The field's pieces on the cell.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    smooth = [piece for piece in local.pieces if piece.value is not None]
    moving = [piece for piece in smooth if not all(cell.is_zero(component) for component in piece.value or ())]
    if moving and len(local.pieces) > 1 and not _same_values(smooth, cell):
        return _jump(question, local, smooth, moving, cell)
    if local.failure:
        return Ruling(Outcome.OPEN, "", f"not smooth at the equilibrium: {local.failure}")
    if moving:
        return _shifted(question, moving[0], cell)
    jacobian = smooth[0].jacobian
    assert jacobian is not None
    for piece in smooth[1:]:
        assert piece.jacobian is not None
        if not all(cell.is_zero(entry) for entry in piece.jacobian - jacobian):
            where = ", ".join(str(_in_words(function)) for function, _ in piece.branch.signs)
            return Ruling(
                Outcome.OPEN,
                "",
                f"v has a kink at the equilibrium (across {where} = 0): the linearisation is not unique",
            )
    return jacobian


def _linearised(question: Question, jacobian: sp.ImmutableMatrix, cell: Cell) -> Ruling:
    if not question.rule.discrete:
        match classify_flow(characteristic_coefficients(jacobian), cell.sign):
            case Spectrum.STABLE:
                reason = "every eigenvalue of v' has negative real part" + _defect(
                    jacobian, "t exp(lambda t)", cell.formula, cell
                )
                return Ruling(Outcome.YES, "flow-linear-stability", reason, "linear", jacobian)
            case Spectrum.UNSTABLE:
                reason = "an eigenvalue of v' has positive real part"
                return Ruling(Outcome.NO, "flow-linear-instability", reason, matrix=jacobian)
        reason = "critical: eigenvalues of v' lie on the imaginary axis, where the linearisation does not decide"
        return Ruling(Outcome.OPEN, "", reason, matrix=jacobian)
    return by_multipliers(question, period_matrix(question.rule, Linearisation(jacobian), question.h), cell)


def by_multipliers(question: Question, matrix: sp.ImmutableMatrix, cell: Cell) -> Ruling:
    """What the multipliers of one period say.

    Args:
        question: What is asked.
        matrix: The Jacobian of one period at the equilibrium.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    small = "" if question.declared else " for every sufficiently small h"
    coefficients = cleared(characteristic_coefficients(matrix), question.h)
    match classify_map(coefficients, step_sign(question, cell.sign)):
        case Spectrum.STABLE:
            given = conjunction([cell.formula, compare(question.h, ">")])
            reason = f"every multiplier lies inside the unit circle{small}" + _defect(
                matrix, "k |lambda|^k", given, cell
            )
            return Ruling(Outcome.YES, "map-linear-stability", reason, "linear", matrix)
        case Spectrum.UNSTABLE:
            reason = f"a multiplier lies outside the unit circle{small}"
            return Ruling(Outcome.NO, "map-linear-instability", reason, matrix=matrix)
    reason = f"critical: multipliers lie on the unit circle{small}, where the linearisation does not decide"
    return Ruling(Outcome.OPEN, "", reason, matrix=matrix)


def _defect(matrix: sp.ImmutableMatrix, law: str, given: Formula, cell: Cell) -> str:
    """What a Jordan block does to the rate, in words; empty where it is not proved to be there under what is given."""
    if matrix.shape != (2, 2):
        return ""
    a, b, c, d = matrix
    double = compare(sp.expand((a - d) ** 2 + 4 * b * c), "==")
    coupled = disjunction(compare(sp.expand(entry), "!=") for entry in (a - d, b, c))
    if not cell.prover.proves(given, conjunction([double, coupled]), "a Jordan block"):
        return ""
    if cell.prover.proves(given, compare(sp.expand(a + d), "=="), "a nilpotent matrix"):
        return "; the matrix is nilpotent: two periods together are superlinear"
    return f"; with a Jordan block: the error falls like {law}"


def step_sign(question: Question, sign: Sign) -> Sign:
    """Signs of expressions in the parameters and h: those given, or for every sufficiently small h."""
    return sign if question.declared else infinitesimal_sign(question.h, sign)


def moves(question: Question, cell: Cell) -> bool:
    """Whether a step of the map moves at all: h is not 0."""
    return not question.declared or not cell.is_zero(question.h)


def _shifted(question: Question, piece: Piece, cell: Cell) -> Ruling:
    assert piece.value is not None
    reason = f"not stationary: v = ({', '.join(map(str, piece.value))}) at the equilibrium"
    if question.rule.discrete and not moves(question, cell):
        return Ruling(Outcome.OPEN, "", "the step size is 0")
    if question.rule.name == "alternating" and question.declared:
        # With a fixed h, several steps of one player could in principle lead back to x*.
        assert question.rule.first_order is not None
        planar = len(piece.value) == 2
        first = planar and not cell.is_zero(piece.value[0])
        count = question.rule.first_order[0 if first else 1] if planar else max(question.rule.first_order)
        if count > 1:
            return Ruling(Outcome.OPEN, "", f"{reason}; {count} steps of a fixed size may return to it")
    return Ruling(Outcome.NO, "not-stationary", reason, piece=piece)


def _jump(question: Question, local: LocalField, smooth: list[Piece], moving: list[Piece], cell: Cell) -> Ruling:
    limits = "; ".join(f"({', '.join(map(str, p.value))}) where {_side(p)}" for p in smooth if p.value is not None)
    reason = f"v jumps at the equilibrium: its limits are {limits}"
    reachable = [piece for piece in moving if is_open_side(piece, cell)]
    if not question.rule.discrete:
        for piece in reachable:
            if repels(piece, cell.sign):
                words = f"{reason}; trajectories are pushed off the jump"
                return Ruling(Outcome.NO, "repelling-jump", words, piece=piece)
        if len(moving) == len(local.pieces) and _one_sign(smooth, cell):
            return Ruling(Outcome.NO, "no-filippov-equilibrium", f"{reason}; 0 is not in the Filippov set")
        return Ruling(Outcome.OPEN, "", f"{reason}; sliding along the jump is not decided")
    if not moves(question, cell):
        return Ruling(Outcome.OPEN, "", "the step size is 0")
    for piece in reachable:
        if _map_leaves(question, piece, local, cell):
            return Ruling(Outcome.NO, "map-jump", f"{reason}; a step moves away however near it starts", piece=piece)
    return Ruling(Outcome.OPEN, "", f"{reason}; what the map does there is not decided")


def _map_leaves(question: Question, piece: Piece, local: LocalField, cell: Cell) -> bool:
    """Whether one period from points of the piece near x* ends at a distance from x* that is bounded from below."""
    if question.rule.name == "simultaneous":
        return True
    assert piece.value is not None and question.rule.first_order is not None
    if len(piece.value) != 2:
        return False
    g_steps, d_steps = question.rule.first_order
    if not question.declared and stays(piece, cell.sign):
        return True
    if not cell.is_zero(piece.value[0]):
        # D's steps leave theta alone, so one G step decides.
        return g_steps == 1
    if local.failure or d_steps != 1:
        return False
    # With v1 differentiable, G's steps are x -> A x + o(|x|). Where A is regular (1 + h J11 != 0), they take some
    # points of every neighbourhood of x* well into the piece, which contains a cone.
    assert piece.jacobian is not None
    row = piece.jacobian[0, :]
    for other in local.pieces:
        if other.value is None or other.jacobian is None or not cell.is_zero(other.value[0]):
            return False
        if not all(cell.is_zero(entry) for entry in other.jacobian[0, :] - row):
            return False
    return not question.declared or not cell.is_zero(1 + question.h * row[0])


def _same_values(pieces: list[Piece], cell: Cell) -> bool:
    first = pieces[0].value
    assert first is not None
    return all(cell.is_zero(a - b) for piece in pieces[1:] for a, b in zip(piece.value or (), first, strict=True))


def outward_gradients(piece: Piece) -> list[sp.Matrix]:
    """Outward gradients at x* of the switching functions, sign included: positive means into the piece."""
    origin = {coordinate: sp.Integer(0) for coordinate in piece.coordinates}
    return [
        sign * sp.Matrix([sp.diff(function, coordinate).xreplace(origin) for coordinate in piece.coordinates])
        for function, sign in piece.branch.signs
    ]


def is_open_side(piece: Piece, cell: Cell) -> bool:
    """Whether the piece's branch surely contains points arbitrarily near x*."""
    if any(not function.is_polynomial(*piece.coordinates) for function, _ in piece.branch.signs):
        return False
    gradients = outward_gradients(piece)
    if len(gradients) == 1:
        return any(not cell.is_zero(entry) for entry in gradients[0])
    return len(gradients) == 2 == len(piece.coordinates) and not cell.is_zero(sp.Matrix.hstack(*gradients).det())


def repels(piece: Piece, sign: Sign) -> bool:
    """Whether the field points off every boundary of the piece at x*, into it."""
    value = sp.Matrix(piece.value)
    return all(sign(sp.expand(gradient.dot(value))) > 0 for gradient in outward_gradients(piece))


def stays(piece: Piece, sign: Sign) -> bool:
    """Whether all points of a period of small alternating steps from near x* lie on the piece, where v = v0 + O(|x|).

    Then the period moves by h (n_g v0_1, n_d v0_2) + O(h^2). Where v0 has no component of G, its steps are h O(|x|) and
    keep off the boundaries; else they have to lead off all of them, and D's steps not back.
    """
    assert piece.value is not None
    if piece.jacobian is None:
        return False
    first, second = piece.value
    if sign(sp.expand(first)) == 0:
        return repels(piece, sign)
    return all(
        sign(sp.expand(gradient[0] * first)) > 0 and sign(sp.expand(gradient[1] * second)) >= 0
        for gradient in outward_gradients(piece)
    )


def _one_sign(pieces: list[Piece], cell: Cell) -> bool:
    for component in range(len(pieces[0].value or ())):
        signs = {cell.sign(piece.value[component]) for piece in pieces if piece.value is not None}
        if len(signs) == 1 and signs != {0}:
            return True
    return False


def _in_words(function: sp.Expr) -> sp.Expr:
    return function.xreplace({X: sp.Symbol("(theta - theta*)"), Y: sp.Symbol("psi")})


def _side(piece: Piece) -> str:
    return " and ".join(f"{_in_words(function)} {'>' if sign > 0 else '<'} 0" for function, sign in piece.branch.signs)

"""Games whose players have several parameters: linearisation modulo the set of equilibria.

The equilibria E through x* are given with the game; that v vanishes on E is decided here, and the Jacobian acts on
R^n / T_x* E. Its decoupled blocks are judged one by one: all have to attract. Where v vanishes on a line that leaves E,
points arbitrarily near x* stay where they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import sympy as sp

from .averages import averaged
from .criteria import Spectrum, classify_flow, classify_map, hurwitz_expressions
from .decision.cells import Cell, NeedSplit
from .decision.equations import solved_equations
from .derivation import Derivation
from .formula import Formula, compare
from .germs.jet import NotSmooth
from .germs.local import LocalField, rebuilt, resolver, space_of, with_derivative_symbols
from .periods import common_jacobian, leaving, linearisation
from .prototypes import FREE
from .quotient import Quotient, blocks, quotient
from .rulings import Outcome, Ruling
from .spectrum import characteristic_coefficients, cleared
from .stability import Question, moves, step_sign
from .updates import Averaged, Linearisation, Rule, Stepwise, period_matrix

# The sign conditions of larger blocks are beyond what anybody reads or a solver decides.
_LARGEST = 6


def judge_manifold(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling:
    """Decides one rule on one cell for a game with several parameters per player.

    Args:
        question: What is asked.
        derivation: The field and its equilibria.
        local: The field's pieces on the cell.
        cell: Where signs are decided.

    Returns:
        The ruling; ``Outcome.OPEN`` with the reason where nothing here decides.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    rule = question.rule
    if rule.discrete and not moves(question, cell):
        return Ruling(Outcome.NO, "no-step", "the step size is 0", conditions=(compare(question.h, "=="),))
    if isinstance(rule, Averaged) or (isinstance(rule, Stepwise) and rule.decay is not None):
        return _open(f"the rule {rule.name!r} is decided for players with one parameter only")
    at: Linearisation | None = None
    jacobian = common_jacobian(local, cell, "v")
    if rule.discrete and not isinstance(jacobian, str):
        found = linearisation(rule, derivation, local, cell)
        at, jacobian = (None, found) if isinstance(found, str) else (found[0], jacobian)
    if isinstance(jacobian, str):
        return leaving(question, derivation, local, cell) or _open(jacobian)
    family = next((each for each in derivation.equilibria if vanishes_on(derivation, each, cell)), None)
    space = None if family is None else quotient(family, len(derivation.players[0]))
    if family is None or space is None:
        return _open("that v vanishes on the game's equilibria was not proved")
    if space.tangent.cols and not _keeps(rule, derivation, local, family, cell):
        return _open("beside a manifold of equilibria: smooth fields, and rules without memory that keep it")
    line = _line_of_zeros(derivation, space, jacobian, cell)
    if line is not None and rule.keeps_equilibria:
        words = ", ".join(f"{s} = {c}" for s, c in zip(derivation.coordinates, line, strict=True) if c.has(FREE[0]))
        reason = f"v vanishes on the line {words}, which leaves the equilibria with D = d*: nothing is attracted"
        return Ruling(Outcome.NO, "equilibrium-line", reason.replace(str(FREE[0]), "s"))
    return _by_blocks(question, at, jacobian, space, cell)


def _open(reason: str) -> Ruling:
    return Ruling(Outcome.OPEN, "", reason)


def _keeps(rule: Rule, derivation: Derivation, local: LocalField, family: tuple[sp.Expr, ...], cell: Cell) -> bool:
    """Whether the family is one of fixed points, and v is smooth around it."""
    if not rule.planar or rule.uses_opponents:
        return False
    free = replace(derivation, field=derivation.free_field)
    return _is_smooth(derivation, local, cell) and (not rule.uses_free_field or vanishes_on(free, family, cell))


def _by_blocks(
    question: Question, at: Linearisation | None, jacobian: sp.ImmutableMatrix, space: Quotient, cell: Cell
) -> Ruling:
    """Judges the decoupled blocks of v', and where that leaves it open those of F'."""
    reduced = space.reduced(jacobian)
    words = _FOR_FLOWS if at is None else _FOR_MAPS
    conditions: tuple[Formula, ...] = ()
    if at is None:
        parts = blocks(reduced)
        spectrum = _together(parts, lambda part: classify_flow(characteristic_coefficients(part), cell.sign))
        if spectrum is Spectrum.STABLE:
            conditions = tuple(
                compare(e, ">") for part in parts for e in hurwitz_expressions(characteristic_coefficients(part))
            )
    else:
        spectrum = _of_small_steps(question, reduced, space, cell) or _of_period(question, at, space, cell)
    if spectrum is None:
        return _open(f"a block of more than {_LARGEST} parameters, or a rule that divides by 0")
    if spectrum is Spectrum.UNSTABLE:
        return Ruling(Outcome.NO, "manifold-linear-instability", words[spectrum])
    if spectrum is Spectrum.CRITICAL:
        return _open(f"critical: {words[spectrum]}, and the linearisation does not decide")
    dimension = space.tangent.cols
    small = " for every sufficiently small h" if at is not None and not question.declared else ""
    beside = f", {dimension} along the manifold of equilibria excepted" if dimension else ""
    theorem = "manifold-linear-stability" if dimension else "block-linear-stability"
    return Ruling(Outcome.YES, theorem, f"{words[spectrum]}{small}{beside}", "linear", conditions=conditions)


def _of_small_steps(question: Question, reduced: sp.Matrix, space: Quotient, cell: Cell) -> Spectrum | None:
    """For steps X + h diag(n, m) v + O(h^2) with small h, the eigenvalues of diag(n, m) v' decide, unless critical."""
    if question.rule.first_order is None or question.declared:
        return None
    n, m = question.rule.first_order
    scale = sp.diag(*(n if i < space.of_generator else m for i in range(reduced.rows)))
    found = _together(blocks(scale * reduced), lambda part: classify_flow(characteristic_coefficients(part), cell.sign))
    return None if found is Spectrum.CRITICAL else found


def _of_period(question: Question, at: Linearisation, space: Quotient, cell: Cell) -> Spectrum | None:
    """By the multipliers of one period; that of a rule with memory only where the equilibrium is a point."""
    period = period_matrix(question.rule, at, question.h)
    if question.declared and any(cell.is_zero(sp.denom(sp.together(entry))) for entry in period):
        return None
    sign = step_sign(question, cell.sign)

    def judged(part: sp.Matrix) -> Spectrum:
        return classify_map(cleared(characteristic_coefficients(part), question.h), sign)

    return _together(blocks(space.reduced(period) if space.tangent.cols else period), judged)


def _together(parts: list[sp.ImmutableMatrix], judged: Callable[[sp.Matrix], Spectrum]) -> Spectrum | None:
    """The spectrum of all blocks; None if one is larger than what is decided."""
    found: set[Spectrum] = set()
    for part in parts:
        if part.rows > _LARGEST and part.free_symbols:
            return None
        found.add(judged(part))
        if Spectrum.UNSTABLE in found:
            return Spectrum.UNSTABLE
    return Spectrum.CRITICAL if Spectrum.CRITICAL in found else Spectrum.STABLE


_FOR_FLOWS = {
    Spectrum.STABLE: "every eigenvalue of v' has negative real part",
    Spectrum.UNSTABLE: "an eigenvalue of v' has positive real part",
    Spectrum.CRITICAL: "eigenvalues of v' lie on the imaginary axis",
}
_FOR_MAPS = {
    Spectrum.STABLE: "every multiplier lies inside the unit circle",
    Spectrum.UNSTABLE: "a multiplier lies outside the unit circle",
    Spectrum.CRITICAL: "multipliers lie on the unit circle",
}


def _is_smooth(derivation: Derivation, local: LocalField, cell: Cell) -> bool:
    """Whether v is smooth all around x*, node by node: no root, quotient or logarithm of anything that is 0 there."""
    rows = local.pieces[0].rows
    if len(local.pieces) != 1 or rows is None:
        return False
    own = resolver(cell, space_of(derivation), local.pieces[0].branch, 1)
    for node in set().union(*(sp.preorder_traversal(row) for row in rows)):
        singular = isinstance(node, sp.log) or (isinstance(node, sp.Pow) and not _is_natural(node.exp))
        if singular and node.has(*own.coordinates):
            base = node.args[0]
            try:
                value = own.algebra.value(own.algebra.evaluate(base, dict(own.jets)))
            except NotSmooth:
                return False
            if cell.sign(value) <= 0 and not (isinstance(node, sp.Pow) and node.exp.is_Integer and cell.sign(value)):
                return False
        if isinstance(node, sp.Abs | sp.sign) and node.has(*own.coordinates):
            return False
    return True


def _is_natural(exponent: sp.Expr) -> bool:
    return bool(exponent.is_Integer and exponent >= 0)


def vanishes_on(derivation: Derivation, family: Iterable[sp.Expr], cell: Cell) -> bool:
    """Whether v = 0 for every value of the symbols ``FREE`` in a family of points, as an identity."""
    at = dict(zip(derivation.coordinates, family, strict=True))
    known = solved_equations(cell)
    for row in derivation.field:
        value = averaged(rebuilt(row.xreplace(at).xreplace(known)))
        value = sp.numer(sp.together(with_derivative_symbols(rebuilt(value))))
        if sp.expand(value) != 0:
            return False
    return True


def _line_of_zeros(
    derivation: Derivation, space: Quotient, jacobian: sp.Matrix, cell: Cell
) -> tuple[sp.Expr, ...] | None:
    """A line x* + s d on which v vanishes, d in the kernel of v' and not tangent to E; None if none is seen."""
    for direction in _kernel(space, jacobian, cell):
        family = tuple(star + FREE[0] * d for star, d in zip(derivation.equilibrium, direction, strict=True))
        if vanishes_on(derivation, family, cell):
            return family
    return None


def _kernel(space: Quotient, jacobian: sp.Matrix, cell: Cell) -> list[list[sp.Expr]]:
    """Rational vectors that span the kernel of the quotient's matrix, lifted; those seen entry by entry."""
    reduced = space.reduced(jacobian)
    plain = sp.Matrix(reduced.rows, reduced.cols, lambda i, j: _known(reduced[i, j], cell))
    return [list(space.lift * vector) for vector in plain.nullspace() if all(entry.is_Rational for entry in vector)]


def _known(entry: sp.Expr, cell: Cell) -> sp.Expr:
    try:
        return sp.Integer(0) if cell.is_zero(entry) else entry
    except NeedSplit:
        return entry


def dimension(derivation: Derivation, cells: Iterable[Cell], theorems: set[str]) -> int | None:
    """The dimension of the set of equilibria at x*, where every cell is stable; else None.

    Args:
        derivation: The field and its equilibria.
        cells: The cells that were ruled on.
        theorems: The theorems that decided.
    """
    if theorems == {"block-linear-stability"}:
        return 0
    if theorems != {"manifold-linear-stability"}:
        return None
    counts = {
        next((_parameters(each) for each in derivation.equilibria if vanishes_on(derivation, each, cell)), None)
        for cell in cells
    }
    return counts.pop() if len(counts) == 1 else None


def _parameters(family: Iterable[sp.Expr]) -> int:
    coordinates = tuple(family)
    return sum(any(coordinate.has(s) for coordinate in coordinates) for s in FREE)

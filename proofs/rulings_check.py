"""Whether a theorem really rules on a cell: its hypotheses, rebuilt from the certificate's (checked) pieces and matrix.

Each theorem's hypotheses are written down here in words of their own: for 2 x 2 matrices the trace and determinant
conditions of Routh-Hurwitz and Jury, and for "every sufficiently small h > 0" the sign of the lowest coefficient in h
that does not vanish.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import sympy as sp

from ..symbolic.formula import Formula, compare, conjunction, disjunction
from ..symbolic.theorems import THEOREMS
from .certificate_reading import CellSteps, PieceStep, Refused, Uncheckable
from .entailment import entails
from .implications import SecondSolver
from .pieces import Branch
from .root_conditions import WIDER, polynomial_in_z, positive, schur_conditions
from .rule_matrices import SECOND_ORDER, STEP, Rule

Side = Callable[[PieceStep], Branch]
OUTCOMES = {
    "flow-linear-stability": "yes",
    "map-linear-stability": "yes",
    "flow-linear-instability": "no",
    "map-linear-instability": "no",
    "not-stationary": "no",
    "repelling-jump": "no",
    "no-filippov-equilibrium": "no",
    "map-jump": "no",
    "no-equilibrium-output": "no",
}


def check_ruling(
    cell: CellSteps, rule: Rule, side: Side, second_order: Callable[[PieceStep], None], solver: SecondSolver
) -> None:
    """That the theorem of a ruling applies to the rule, and that its hypotheses are among what was proved.

    The cell's pieces and matrix were checked before, and so were its goals as implications.

    Args:
        cell: What is said about the cell.
        rule: The training rule.
        side: The branch of a piece.
        second_order: Checks that a piece has second derivatives at the equilibrium.
        solver: Decides what no goal lists.

    Raises:
        Refused: If the theorem does not rule, or not as is said.
        Uncheckable: If that cannot be told.
    """
    if cell.outcome == "open":
        if cell.goals or cell.branch is not None or cell.rate is not None:
            raise Refused("an open cell has no goals, no deciding branch and no rate")
        return
    if cell.theorem in THEOREMS and cell.theorem not in OUTCOMES:
        raise Uncheckable(f"the theorem {cell.theorem!r} is not known here")
    if OUTCOMES.get(cell.theorem) != cell.outcome:
        raise Refused(f"the outcome of {cell.theorem!r} is {OUTCOMES.get(cell.theorem)!r}, not {cell.outcome!r}")
    if cell.rate != ("linear" if cell.outcome == "yes" else None):
        raise Refused(f"the rate {cell.rate!r} does not follow from {cell.theorem!r}")
    check = _Hypotheses(cell, rule, side, second_order, solver)
    for formula, because in check.needed():
        if not entails([goal.goal for goal in cell.goals], formula, solver):
            raise Refused(f"the goals do not say what {cell.theorem} needs: {because}")


class _Hypotheses:
    def __init__(
        self,
        cell: CellSteps,
        rule: Rule,
        side: Side,
        second_order: Callable[[PieceStep], None],
        solver: SecondSolver,
    ) -> None:
        self.cell, self.rule, self.side, self.second_order, self.solver = cell, rule, side, second_order, solver

    def needed(self) -> list[tuple[Formula, str]]:
        """What the goals have to say; everything else is proved here."""
        kind, _, rest = self.cell.theorem.partition("-")
        if rest.startswith("linear"):
            if kind != ("map" if self.rule.discrete else "flow"):
                raise Refused(f"{self.cell.theorem} says nothing about the rule {self.rule.name!r}")
            return self._linearisation() + self._spectrum(stable=rest == "linear-stability")
        if not self.rule.plain:
            raise Uncheckable(f"{self.cell.theorem} is checked for the flow and for gradient steps only")
        match self.cell.theorem:
            case "not-stationary":
                return self._not_stationary()
            case "repelling-jump":
                return self._repelling()
            case "no-filippov-equilibrium":
                return self._one_sign()
        return self._map_jump()

    # -- the linearisation -------------------------------------------------------------------------------------------

    def _linearisation(self) -> list[tuple[Formula, str]]:
        pieces = self._all_smooth()
        if self.cell.branch is not None or self.cell.matrix is None:
            raise Refused("a linearisation has a matrix and no deciding branch")
        if (self.cell.free is not None) != (self.rule.every > 1):
            raise Refused("lazy penalties, and they alone, need the field that is free of them")
        for number, key in self.rule.positive():
            self._require(compare(number, ">"), f"{key} is positive")
        found: list[tuple[Formula, str]] = []
        for field in [pieces] if self.cell.free is None else [pieces, self.cell.free]:
            for piece in field:
                if piece.value is None or piece.jacobian is None or field[0].jacobian is None:
                    raise Refused("a linearisation needs every field on every side of the equilibrium")
                zero = conjunction(compare(component, "==") for component in piece.value)
                same = conjunction(compare(e, "==") for e in piece.jacobian - field[0].jacobian)
                found += [(zero, "v vanishes at the equilibrium"), (same, "all pieces share one Jacobian")]
        if self.rule.update in SECOND_ORDER:
            for piece in pieces:
                self.second_order(piece)
        return found

    def _spectrum(self, *, stable: bool) -> list[tuple[Formula, str]]:
        assert self.cell.matrix is not None
        coefficients = polynomial_in_z(self.cell.matrix)
        small = [STEP] if self.rule.discrete and not self.rule.declared else []
        if not self.rule.discrete:
            # Re z < 0 for both roots (Routh-Hurwitz): T < 0, D > 0.
            inside = coefficients[1:]
        elif len(coefficients) == 3:
            # |z| < 1 for both roots of a z^2 - T z + D, a > 0 (Jury): p(1) > 0, p(-1) > 0, D < a.
            a, minus_trace, determinant = coefficients
            inside = [a + minus_trace + determinant, a - minus_trace + determinant, a - determinant]
        else:
            inside = schur_conditions(coefficients)
        if stable:
            return [(positive(sp.expand(e), small), "every root lies inside") for e in inside]
        # One of them negative puts a root outside the closed region, whatever the others are.
        outside = [positive(sp.expand(-e), small) for e in inside]
        if self.rule.discrete and len(coefficients) > 3:
            wider = [sp.expand(c * (1 + WIDER) ** (len(coefficients) - 1 - k)) for k, c in enumerate(coefficients)]
            outside += [positive(sp.expand(-e), [WIDER, *small]) for e in schur_conditions(wider)]
        return [(disjunction(outside), "a root lies outside")]

    # -- no linearisation --------------------------------------------------------------------------------------------

    def _not_stationary(self) -> list[tuple[Formula, str]]:
        pieces = self._all_smooth()
        piece = self._deciding()
        assert piece.value is not None
        for other in pieces:
            assert other.value is not None
            for mine, theirs in zip(piece.value, other.value, strict=True):
                self._require(compare(mine - theirs, "=="), "v is continuous at the equilibrium")
        if self.rule.discrete and self.rule.declared:
            self._require(compare(STEP, "!="), "the step size is not 0")
            self._require_one_step_to_leave(piece)
        moves = disjunction(compare(component, "!=") for component in piece.value)
        return [(moves, "v does not vanish at the equilibrium")]

    def _require_one_step_to_leave(self, piece: PieceStep) -> None:
        """With a fixed h, several alternating steps of one player could lead back to the equilibrium."""
        if self.rule.name != "alternating" or (self.rule.g_steps, self.rule.d_steps) == (1, 1):
            return
        assert piece.value is not None
        first, second = piece.value
        if self.rule.g_steps == 1 and self.solver.implies(self.cell.formula, compare(first, "!=")):
            return
        self._require(compare(first, "=="), "the generator does not move")
        self._require(compare(second, "!="), "the discriminator moves")
        if self.rule.d_steps != 1:
            raise Refused("several steps of a fixed size may return to the equilibrium")

    def _repelling(self) -> list[tuple[Formula, str]]:
        if self.rule.discrete:
            raise Refused(f"repelling-jump says nothing about the rule {self.rule.name!r}")
        piece = self._deciding()
        assert piece.value is not None
        value = sp.Matrix(piece.value)
        # Pointing into every half plane, v0 itself shows that the wedge is open and touches the equilibrium.
        speeds = [sp.expand(gradient.dot(value)) for gradient in self._gradients(piece)]
        return [(compare(speed, ">"), "the field points off the jump") for speed in speeds]

    def _one_sign(self) -> list[tuple[Formula, str]]:
        if self.rule.discrete or self.cell.branch is not None:
            raise Refused("no-filippov-equilibrium is about all pieces of a flow")
        values = [piece.value for piece in self._all_smooth() if piece.value is not None]
        formula = disjunction(
            conjunction(compare(value[component], relation) for value in values)
            for component, relation in product((0, 1), (">", "<"))
        )
        return [(formula, "a component has one sign on every side")]

    def _map_jump(self) -> list[tuple[Formula, str]]:
        if not self.rule.discrete:
            raise Refused("map-jump says nothing about the flow")
        piece = self._deciding()
        assert piece.value is not None
        gradients = self._gradients(piece)
        if len(gradients) == 1:
            is_open = disjunction(compare(entry, "!=") for entry in gradients[0])
        elif len(gradients) == 2:
            is_open = compare(sp.expand(sp.Matrix.hstack(*gradients).det()), "!=")
        else:
            raise Uncheckable("whether a side bounded by more than two curves touches the equilibrium is not plain")
        if self.rule.declared:
            self._require(compare(STEP, "!="), "the step size is not 0")
        if self.rule.name != "simultaneous":
            self._require_alternating_leaves(piece)
        moves = disjunction(compare(component, "!=") for component in piece.value)
        return [(moves, "the one-sided limit is not 0"), (is_open, "the side is open and touches the equilibrium")]

    def _require_alternating_leaves(self, piece: PieceStep) -> None:
        assert piece.value is not None
        first, second = piece.value
        if self.rule.g_steps == 1 and self.solver.implies(self.cell.formula, compare(first, "!=")):
            return  # D's steps leave theta where G's single step took it
        # G's steps then have to be x -> A x + o(|x|) with A regular: a side that contains a cone has preimages of its
        # points arbitrarily near the equilibrium, and D's step throws them off.
        if not self.rule.declared and self._stays_on_side(piece):
            return
        if self.rule.d_steps != 1:
            raise Refused("several steps of the discriminator may return to the equilibrium")
        self._require(compare(second, "!="), "the discriminator moves")
        assert piece.jacobian is not None
        for other in self._all_smooth():
            assert other.value is not None and other.jacobian is not None
            self._require(compare(other.value[0], "=="), "the generator's row vanishes at the equilibrium")
            for mine, theirs in zip(piece.jacobian[0, :], other.jacobian[0, :], strict=True):
                self._require(compare(mine - theirs, "=="), "the generator's row is differentiable")
        if self.rule.declared:
            self._require(compare(1 + STEP * piece.jacobian[0, 0], "!="), "the generator's step is regular")

    def _stays_on_side(self, piece: PieceStep) -> bool:
        """Small steps never leave the side: G's are O(h |x|) and D's lead off its boundaries, or G's lead off first."""
        if piece.value is None or piece.jacobian is None:
            return False
        first, second = piece.value
        cell, gradients = self.cell.formula, self._gradients(piece)
        off = [(sp.expand(g[0] * first), sp.expand(g[1] * second)) for g in gradients]
        still = conjunction([compare(first, "=="), *(compare(d, ">") for _, d in off)])
        led = conjunction(c for g, d in off for c in (compare(g, ">"), compare(d, ">=")))
        return bool(self.solver.implies(cell, still) or self.solver.implies(cell, led))

    # -- pieces ------------------------------------------------------------------------------------------------------

    def _all_smooth(self) -> tuple[PieceStep, ...]:
        pieces = self.cell.pieces
        if not pieces or any(piece.value is None for piece in pieces):
            raise Refused(f"{self.cell.theorem} needs the field on every side of the equilibrium")
        return pieces

    def _deciding(self) -> PieceStep:
        for piece in self.cell.pieces or ():
            if piece.branch == self.cell.branch and piece.value is not None:
                return piece
        raise Refused(f"{self.cell.theorem} needs the branch of a smooth piece")

    def _gradients(self, piece: PieceStep) -> list[sp.Matrix]:
        gradients = self.side(piece).gradients()
        if gradients is None:
            raise Uncheckable("a switching function is no polynomial")
        if not gradients:
            raise Refused("a field without branches does not jump")
        return gradients

    def _require(self, formula: Formula, because: str) -> None:
        known = self.solver.implies(self.cell.formula, formula)
        if known is not True:
            problem = f"{self.cell.theorem}: not shown on the cell: {because}"
            raise Refused(problem) if known is False else Uncheckable(problem)


def check_cover(pieces: tuple[PieceStep, ...]) -> None:
    """That the branches leave nothing out but the zero sets of switching functions.

    Raises:
        Refused: If some signs of the switching functions belong to no piece.
    """
    functions = sorted({function for piece in pieces for function, _ in piece.branch})
    if len(functions) > 16:
        raise Uncheckable("more than 16 switching functions")
    for signs in product((1, -1), repeat=len(functions)):
        here = dict(zip(functions, signs, strict=True))
        if not any(all(here[function] == sign for function, sign in piece.branch) for piece in pieces):
            words = ", ".join(f"{function} {'>' if sign > 0 else '<'} 0" for function, sign in here.items())
            raise Refused(f"no piece says what the field is where {words}")

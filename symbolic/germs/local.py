"""The pieces of a vector field near the equilibrium, on one cell of the parameter space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from ..calculus import ObjectiveDerivative
from ..decision.cells import Cell
from ..decision.equations import solved_equations
from ..derivation import Derivation
from ..requirements import Requirement
from . import domains
from .coefficients import CoefficientField
from .jet import Jet, JetAlgebra, NotSmooth
from .switching import Branch, NeedBranch, Resolver
from .uniform import averaged

X, Y = sp.symbols("_x _y", real=True)  # no parameter begins with _
_MAX_PIECES = 16


@dataclass(frozen=True, slots=True)
class Piece:
    """The field on one branch.

    Attributes:
        branch: Signs of the switching functions (in the local coordinates ``X`` and ``Y``).
        value: (v1, v2) at the equilibrium, as the limit from inside the branch; None if the piece is not smooth.
        jacobian: The 2 x 2 Jacobian of the piece there; None if the piece is not smooth.
        rows: (v1, v2) on the branch, without absolute values and signs; None if the piece is not smooth, or is so only
            up to flat terms, where Gaussian noise crosses a switch.
        failure: Why the piece is not smooth, or an empty string.
        undefined: Whether the proposal's text was not seen to have a value all over the piece.
    """

    branch: Branch
    value: tuple[sp.Expr, sp.Expr] | None
    jacobian: sp.ImmutableMatrix | None
    rows: tuple[sp.Expr, sp.Expr] | None = None
    failure: str = ""
    undefined: bool = False


@dataclass(frozen=True, slots=True)
class LocalField:
    """All pieces that may occur near the equilibrium; their branches cover a full neighbourhood, null sets excepted."""

    pieces: tuple[Piece, ...]

    @property
    def failure(self) -> str:
        """The first piece's reason for not being smooth, or an empty string."""
        return next((piece.failure for piece in self.pieces if piece.failure), "")


def local_field(derivation: Derivation, cell: Cell) -> LocalField:
    """The first-order pieces of the vector field at the equilibrium.

    Args:
        derivation: The field and the equilibrium.
        cell: The part of the parameter space.

    Returns:
        The pieces.

    Raises:
        NeedSplit: If the sign of a parameter expression is needed and varies over the cell.
    """
    rows, required = shifted(derivation, cell)
    parameters = sorted(set(derivation.symbols.values()), key=str)
    pieces: list[Piece] = []
    branches = [Branch()]
    while branches:
        branch = branches.pop()
        try:
            pieces.append(_piece(rows, required, cell, parameters, branch))
        except NeedBranch as needed:
            branches += [branch.with_sign(needed.function, sign) for sign in (1, -1)]
        if len(pieces) + len(branches) > _MAX_PIECES:
            return LocalField((Piece(Branch(), None, None, failure="too many pieces", undefined=True),))
    if len({piece.rows for piece in pieces}) == 1 and pieces[0].rows is not None:
        # The switches cancel: the field is one and the same on all sides.
        pieces = [replace(pieces[0], branch=Branch())]
    return LocalField(tuple(pieces))


def shifted(derivation: Derivation, cell: Cell) -> tuple[tuple[sp.Expr, sp.Expr], list[Requirement]]:
    """The field and the requirements of its text in the local coordinates ``X`` and ``Y``, with what the cell fixes."""
    theta_star, psi_star = derivation.equilibrium
    known = solved_equations(cell)
    shift = {derivation.theta: theta_star + X, derivation.psi: psi_star + Y}

    def moved(expression: sp.Expr) -> sp.Expr:
        return averaged(rebuilt(expression.xreplace(shift).xreplace(known)))

    first, second = (moved(row) for row in derivation.field)
    required = [replace(r, argument=moved(r.argument), exponent=moved(r.exponent)) for r in derivation.requirements]
    return (first, second), required


def resolver(cell: Cell, parameters: list[sp.Symbol], branch: Branch, order: int) -> Resolver:
    """What rewrites expressions on one branch and computes their jets.

    Args:
        cell: Where signs are decided.
        parameters: The parameter symbols.
        branch: Signs of the switching functions.
        order: Degree of the jets.
    """
    axis_signs = {
        name: sign for function, sign in branch.signs for name, axis in (("x", X), ("y", Y)) if function == axis
    }
    algebra = JetAlgebra(cell, CoefficientField(parameters), order, axis_signs)
    return Resolver(algebra, X, Y, {X: Jet(algebra.x, order), Y: Jet(algebra.y, order)}, branch)


def rebuilt(expression: sp.Expr) -> sp.Expr:
    """The expression built again, so that SymPy's exact rewritings apply after the shift."""
    return expression.func(*map(rebuilt, expression.args)) if expression.args else expression


def with_derivative_symbols(expression: sp.Expr) -> sp.Expr:
    """The expression built again, with f^(k)(0) as its symbol."""
    if not expression.args:
        return expression
    arguments = [with_derivative_symbols(argument) for argument in expression.args]
    if isinstance(expression, ObjectiveDerivative) and arguments[1] == 0:
        return sp.Symbol(f"f{arguments[0]}", real=True)
    return expression.func(*arguments)


def _piece(
    rows: Sequence[sp.Expr], required: list[Requirement], cell: Cell, parameters: list[sp.Symbol], branch: Branch
) -> Piece:
    own = resolver(cell, parameters, branch, 1)
    algebra = own.algebra
    try:
        for requirement in required:
            domains.check(requirement, own)
    except NotSmooth as failure:
        return Piece(branch, None, None, failure=str(failure), undefined=True)
    try:
        first, second = (own.resolved(row) for row in rows)
        values = [algebra.evaluate(row, dict(own.jets)) for row in (first, second)]
    except NotSmooth as failure:
        return Piece(branch, None, None, failure=str(failure))
    except (TypeError, OverflowError) as failure:
        return Piece(branch, None, None, failure=f"outside what is analysed here: {failure}")
    if any(jet.order < 1 for jet in values):
        return Piece(branch, None, None, failure="the field is not differentiable at the equilibrium")
    value = tuple(algebra.coefficient(jet, 0, 0) for jet in values)
    jacobian = sp.ImmutableMatrix([[algebra.coefficient(jet, *d) for d in ((1, 0), (0, 1))] for jet in values])
    return Piece(branch, (value[0], value[1]), jacobian, None if own.crossed else (first, second))

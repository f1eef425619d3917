"""The pieces of a vector field near the equilibrium, on one cell of the parameter space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sympy as sp

from ..averages import averaged, is_constant
from ..calculus import Mean, ObjectiveDerivative, RandomSymbol
from ..decision.cells import Cell
from ..decision.equations import solved_equations
from ..derivation import Derivation
from ..requirements import Requirement
from . import domains
from .coefficients import CoefficientField
from .growth import is_controlled
from .jet import Jet, JetAlgebra, NotSmooth
from .switching import Branch, NeedBranch, Resolver

X, Y = sp.symbols("_x _y", real=True)  # no parameter begins with _
_MAX_PIECES = 16


@dataclass(frozen=True, slots=True)
class Space:
    """What the expressions of a local analysis are made of.

    Attributes:
        parameters: The parameter symbols.
        coordinates: The local coordinates, G's before D's: ``X`` and ``Y`` where each player has one parameter.
        random: The random symbols.
    """

    parameters: tuple[sp.Symbol, ...]
    coordinates: tuple[sp.Symbol, ...]
    random: tuple[RandomSymbol, ...]


def space_of(derivation: Derivation) -> Space:
    """The space of a derived proposal."""
    rows = [*derivation.field, *derivation.free_field, *(derivation.opponents or ())]
    texts = [need.argument for need in derivation.requirements]
    random = set[sp.Basic]().union(*(expression.atoms(RandomSymbol) for expression in (*rows, *texts)))
    size = len(derivation.coordinates)
    own = (X, Y) if size == 2 else sp.symbols(f"_x1:{size + 1}", real=True)
    parameters = sorted(set(derivation.symbols.values()), key=str)
    return Space(tuple(parameters), tuple(own), tuple(sorted(random, key=str)))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Piece:
    """The field on one branch.

    Attributes:
        branch: Signs of the switching functions (in the local coordinates).
        value: v at the equilibrium, as the limit from inside the branch; None if none was found.
        jacobian: The Jacobian of the piece there; None if the piece is not smooth. (It may have a value all the same.)
        rows: v on the branch, without absolute values and signs; None if the piece is not smooth, or is so only
            up to flat terms, where Gaussian noise crosses a switch.
        failure: Why the piece is not smooth, or an empty string.
        coordinates: The local coordinates.
        undefined: Whether the proposal's text was not seen to have a value all over the piece.
    """

    branch: Branch
    value: tuple[sp.Expr, ...] | None
    jacobian: sp.ImmutableMatrix | None
    rows: tuple[sp.Expr, ...] | None = None
    failure: str = ""
    undefined: bool = False
    coordinates: tuple[sp.Symbol, ...] = (X, Y)


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
    space = space_of(derivation)
    pieces: list[Piece] = []
    branches = [Branch()]
    while branches:
        branch = branches.pop()
        try:
            pieces.append(_piece(rows, required, cell, space, branch))
        except NeedBranch as needed:
            branches += [branch.with_sign(needed.function, sign) for sign in (1, -1)]
        if len(pieces) + len(branches) > _MAX_PIECES:
            return LocalField((Piece(Branch(), None, None, failure="too many pieces", undefined=True),))
    if len({piece.rows for piece in pieces}) == 1 and pieces[0].rows is not None:
        # The switches cancel: the field is one and the same on all sides.
        pieces = [replace(pieces[0], branch=Branch())]
    return LocalField(tuple(pieces))


def shifted(derivation: Derivation, cell: Cell) -> tuple[tuple[sp.Expr, ...], list[Requirement]]:
    """The field and the requirements of its text in the local coordinates, with what the cell fixes."""
    known = solved_equations(cell)
    local = space_of(derivation).coordinates
    shift = {
        symbol: star + coordinate
        for symbol, star, coordinate in zip(derivation.coordinates, derivation.equilibrium, local, strict=True)
    }

    def moved(expression: sp.Expr) -> sp.Expr:
        found = rebuilt(expression.xreplace(shift).xreplace(known))
        # The critical methods, which are for the plane, want polynomials; jets take moments themselves.
        return averaged(found) if derivation.planar or found.has(sp.Abs, sp.sign) else found

    rows = tuple(moved(row) for row in derivation.field)
    required = [replace(r, argument=moved(r.argument), exponent=moved(r.exponent)) for r in derivation.requirements]
    return rows, required


def resolver(cell: Cell, space: Space, branch: Branch, order: int) -> Resolver:
    """What rewrites expressions on one branch and computes their jets.

    Args:
        cell: Where signs are decided.
        space: What the expressions are made of.
        branch: Signs of the switching functions.
        order: Degree of the jets.
    """
    axes = {axis: place for place, axis in enumerate(space.coordinates)}
    axis_signs = {axes[function]: sign for function, sign in branch.signs if function in axes}
    field = CoefficientField(list(space.parameters))
    algebra = JetAlgebra(cell, field, order, axis_signs, len(space.coordinates), space.random)
    jets = zip(space.coordinates, algebra.coordinates, strict=True)
    return Resolver(algebra, space.coordinates, {symbol: Jet(axis, order) for symbol, axis in jets}, branch)


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


def _piece(rows: Sequence[sp.Expr], required: list[Requirement], cell: Cell, space: Space, branch: Branch) -> Piece:
    own = resolver(cell, space, branch, 1)
    algebra = own.algebra
    try:
        for requirement in required:
            domains.check(requirement, own)
    except NotSmooth as failure:
        return Piece(branch, None, None, failure=str(failure), undefined=True, coordinates=space.coordinates)
    try:
        resolved = tuple(own.resolved(row) for row in rows)
        values = [algebra.evaluate(row, dict(own.jets)) for row in resolved]
    except NotSmooth as failure:
        return Piece(branch, _limit(rows, own), None, failure=str(failure), coordinates=space.coordinates)
    except (TypeError, OverflowError) as failure:
        return Piece(branch, None, None, failure=f"outside what is analysed here: {failure}")
    if any(jet.order < 1 for jet in values):
        return Piece(branch, None, None, failure="the field is not differentiable at the equilibrium")
    value = tuple(algebra.coefficient(jet, *(0 for _ in space.coordinates)) for jet in values)
    jacobian = sp.ImmutableMatrix([algebra.slopes(jet) for jet in values])
    return Piece(branch, value, jacobian, None if own.crossed else resolved, coordinates=space.coordinates)


_CONTINUOUS = (sp.Add, sp.Mul, sp.Abs, sp.exp, sp.tanh, sp.atan, sp.sin, sp.cos, ObjectiveDerivative, Mean)


def _limit(rows: Sequence[sp.Expr], own: Resolver) -> tuple[sp.Expr, ...] | None:
    """The limit of v at x* from inside the branch, where v is continuous on it by its shape; else None."""
    origin = {axis: sp.Integer(0) for axis in own.coordinates}
    found: list[sp.Expr] = []
    for row in rows:
        try:
            resolved = own.resolved(row, moduli=True)
        except NotSmooth:
            return None
        if own.crossed or not _is_continuous(resolved, own):
            return None
        value = averaged(with_derivative_symbols(rebuilt(resolved.xreplace(origin))))
        if value.has(ObjectiveDerivative) or not all(is_constant(mean) for mean in value.atoms(Mean)):
            return None
        found.append(value)
    return tuple(found)


def _is_continuous(expression: sp.Expr, own: Resolver) -> bool:
    if isinstance(expression, Mean) and not is_controlled(expression.args[0], own.algebra.cell):
        return False
    if not expression.args or not expression.has(*own.coordinates):
        # Roots and quotients of parameters have values wherever the text has one.
        return True
    if isinstance(expression, sp.Pow):
        natural = expression.exp.is_Integer and expression.exp > 0
        return bool(natural) and _is_continuous(expression.base, own)
    return isinstance(expression, _CONTINUOUS) and all(_is_continuous(argument, own) for argument in expression.args)

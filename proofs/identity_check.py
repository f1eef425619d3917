r"""Rulings that rest on an identity: the function of the certificate is put into it, and the normal form has to be 0.

- ``first-integral``: V is not constant, and grad V . v = 0.
- ``equilibrium-line``: v = 0 where the coordinate s is 0.
- ``equilibrium-curve``: v = g w, with g(x*) = 0, grad g(x*) != 0 and w finite at x*.
- ``time-reversal``: v(R x) = -R v(x), with R the reflection in the line where the linear form l is 0.
- ``measure-preserved``: v is smooth, v . grad g = g div v, or g(S) = +-det S' g for every step S of a map, g(x*) != 0.

The field is that of ``recomputation``, in the local coordinates.
"""

from __future__ import annotations

import sympy as sp

from ..symbolic.formula import compare, disjunction
from .certificate_reading import Refused, Uncheckable
from .field_check import differ
from .function_check import FunctionCheck, X, Y
from .normal_forms import is_zero
from .printed import ObjectiveValue
from .recomputation import Plane, field
from .rule_matrices import STEP

_ORIGIN = {X: sp.Integer(0), Y: sp.Integer(0)}
_Map = tuple[sp.Expr, sp.Expr]


class IdentityCheck(FunctionCheck):
    """Checks the rulings of ``IDENTITIES``."""

    def check(self, function: sp.Expr) -> None:
        """Puts the function into the identity of the theorem."""
        flow_only = {"first-integral", "time-reversal"}
        if self.rule.discrete and self.cell.theorem in flow_only:
            raise Refused(f"{self.cell.theorem} of the flow says nothing about steps")
        match self.cell.theorem:
            case "first-integral":
                self._first_integral(function)
            case "equilibrium-line":
                self._line(function)
            case "equilibrium-curve":
                self._curve(function)
            case "time-reversal":
                self._reversal(function)
            case _:
                self._measure(function)

    # -- the identities ----------------------------------------------------------------------------------------------

    def _first_integral(self, function: sp.Expr) -> None:
        self._require_polynomial(function)
        change = sp.Add(*(function.diff(s) * row for s, row in zip((X, Y), self._rows(), strict=True)))
        self._require_identity(change, "grad V . v")
        rising = [c for m, c in sp.Poly(function, X, Y).terms() if any(m)]
        if not rising:
            raise Refused("the function is constant")
        self.require(disjunction(compare(c, "!=") for c in rising), "the function is not constant")

    def _line(self, function: sp.Expr) -> None:
        if function not in (X, Y):
            raise Refused("the function is no coordinate")
        for row in self._smooth_rows():
            self._require_identity(self._at_equilibrium(row.xreplace({function: sp.Integer(0)})), "v on the line")

    def _curve(self, function: sp.Expr) -> None:
        self._require_polynomial(function)
        self.require(compare(function.xreplace(_ORIGIN), "=="), "the curve runs through the equilibrium")
        slopes = [function.diff(s).xreplace(_ORIGIN) for s in (X, Y)]
        if self.setting.solver.implies(self.cell.formula, disjunction(compare(s, "!=") for s in slopes)) is not True:
            raise Uncheckable("whether the factor vanishes along a curve is not told by its gradient")
        for row in self._smooth_rows():
            quotient = sp.cancel(self._changed(row) / function)
            below = sp.fraction(quotient)[1].xreplace(_ORIGIN)
            self.require(compare(below, "!="), "the other factor is finite")

    def _reversal(self, function: sp.Expr) -> None:
        self._require_polynomial(function)
        form = [function.coeff(s) for s in (X, Y)]
        if (
            not all(c.is_Integer for c in form)
            or sp.expand(function - form[0] * X - form[1] * Y) != 0
            or form == [0, 0]
        ):
            raise Refused("the function is no linear form with integer coefficients")

        def reflected(x: sp.Expr, y: sp.Expr) -> _Map:
            share = 2 * (form[0] * x + form[1] * y) / (form[0] ** 2 + form[1] ** 2)
            return sp.expand(x - share * form[0]), sp.expand(y - share * form[1])

        rows = self._smooth_rows()
        image = dict(zip((X, Y), reflected(X, Y), strict=True))
        for row, moved in zip(rows, reflected(*rows), strict=True):
            self._require_identity(row.xreplace(image) + moved, "v(R x) + R v")

    def _measure(self, function: sp.Expr) -> None:
        plain = function.replace(sp.exp, lambda power: sp.Integer(1) if power.is_polynomial(X, Y) else sp.nan)
        if not plain.is_polynomial(X, Y) or plain.has(sp.nan, sp.sign, sp.Abs):
            raise Refused("the density is no polynomial in the local coordinates and exponentials of such")
        pieces = self.cell.pieces or ()
        if len(pieces) != 1 or pieces[0].branch or pieces[0].value is None:
            raise Uncheckable("a field that is not smooth at the equilibrium may take a measure together")
        self.require(compare(function.xreplace(_ORIGIN), "!="), "the density does not vanish")
        rows = self._smooth_rows()
        if not self.rule.discrete:
            pairs = zip((X, Y), rows, strict=True)
            change = sp.Add(*(function.diff(s) * row - function * row.diff(s) for s, row in pairs))
            self._require_identity(change, "v . grad g - g div v")
            return
        for images in self._steps(rows):
            a, b, c, d = (image.diff(s) for image in images for s in (X, Y))
            stretch = a * d - b * c
            at = self._at_equilibrium(stretch.xreplace(_ORIGIN))
            way = next((sign for sign in (1, -1) if is_zero(at - sign)), None)
            if way is None:
                raise Uncheckable("a step that changes areas at the equilibrium")
            moved = function.xreplace(dict(zip((X, Y), images, strict=True)))
            self._require_identity(moved - way * stretch * function, "g(S) -+ det S' g")

    def _steps(self, rows: _Map) -> list[_Map]:
        """The maps whose product is one period."""
        match self.rule.name:
            case "simultaneous":
                return [(X + STEP * rows[0], Y + STEP * rows[1])]
            case "alternating":
                return [(X + STEP * rows[0], Y), (X, Y + STEP * rows[1])]
        raise Uncheckable(f"the training rule {self.rule.name!r} is not known here")

    # -- the field ---------------------------------------------------------------------------------------------------

    def _rows(self) -> _Map:
        setting = self.setting
        plane = Plane(setting.names)
        at = {plane.theta: setting.equilibrium[0] + X, plane.psi: setting.equilibrium[1] + Y}
        first, second = (self._settled(row.xreplace(at)) for row in field(setting.proposal, plane, setting.output))
        return self._changed(first), self._changed(second)

    def _smooth_rows(self) -> _Map:
        rows = self._rows()
        if any(row.has(sp.sign, sp.nan, sp.zoo) for row in rows):
            raise Uncheckable("a field that may jump")
        return rows

    def _changed(self, value: sp.Expr) -> sp.Expr:
        """With the numbers that the cell fixes."""
        fixed = self.setting.branch(1).names
        return value.xreplace({s: fixed[name] for name, s in self.setting.names.items() if fixed[name] != s})

    def _settled(self, row: sp.Expr) -> sp.Expr:
        """Without the absolute values and signs of what is not 0 at the equilibrium."""
        if not row.args:
            return row
        row = row.func(*map(self._settled, row.args))
        if not isinstance(row, sp.Abs | sp.sign):
            return row
        value = row.args[0].xreplace(_ORIGIN)
        plain = not value.has(sp.Integral, sp.nan, sp.zoo) and value.free_symbols <= {*self.setting.names.values()}
        sign = self.setting.solver.sign(self.cell.formula, value) if plain else None
        if sign not in (1, -1):
            return row
        return sign * row.args[0] if isinstance(row, sp.Abs) else sp.Integer(sign)

    def _at_equilibrium(self, value: sp.Expr) -> sp.Expr:
        """With the derivatives of f at 0 as the symbols f1, f2, ..."""
        names = self.setting.names

        def symbol(order: sp.Expr, argument: sp.Expr) -> sp.Expr:
            known = names.get(f"f{order}")
            return known if argument == 0 and known is not None else ObjectiveValue(order, argument)

        return self._changed(value.replace(ObjectiveValue, symbol))

    # -- conditions --------------------------------------------------------------------------------------------------

    def _require_polynomial(self, function: sp.Expr) -> None:
        if not function.is_polynomial(X, Y):
            raise Refused("the function is no polynomial in the local coordinates")

    def _require_identity(self, value: sp.Expr, what: str) -> None:
        value = self._changed(value)
        if value.has(sp.nan, sp.zoo, sp.Derivative, sp.DiracDelta):
            raise Uncheckable(f"{what} has no normal form")
        if not is_zero(value):
            problem = f"the normal form of {what} is not 0"
            raise Refused(problem) if differ(value, sp.Integer(0)) else Uncheckable(problem)


IDENTITIES = ("first-integral", "equilibrium-line", "equilibrium-curve", "time-reversal", "measure-preserved")

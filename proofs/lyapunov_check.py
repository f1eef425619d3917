r"""The Lyapunov functions of weak foci, differentiated again.

The certificate names V in the local coordinates. The field (or one period of the rule) is expanded again at the
equilibrium, and the change of V, grad V . v or V o F - V, has to vanish below degree 2k and to be eta Q^k in degree 2k,
with Q the quadratic part of V, definite, and eta Q^{k+1} of the sign that the outcome says.
"""

from __future__ import annotations

from typing import ClassVar

import sympy as sp

from ..symbolic.formula import Formula, compare, conjunction
from .certificate_reading import Refused, Uncheckable
from .function_check import FunctionCheck, X, Y
from .root_conditions import positive
from .rule_matrices import STEP

_HIGHEST = 8
_Polynomial = dict[tuple[int, int], sp.Expr]


class WeakFocusCheck(FunctionCheck):
    """Checks the Lyapunov function of a weak focus."""

    outcomes: ClassVar[tuple[str, ...]] = ("yes", "no")

    def check(self, function: sp.Expr) -> None:
        """Expands the field again, and takes the change of the function."""
        if not function.is_polynomial(X, Y):
            raise Refused("the function is no polynomial in the local coordinates")
        pieces = self.cell.pieces or ()
        if len(pieces) != 1 or pieces[0].branch or pieces[0].value is None:
            raise Refused("weak-focus needs a field that is smooth at the equilibrium")
        for component in pieces[0].value:
            self.require(compare(component, "=="), "v vanishes at the equilibrium")
        v = dict(sp.Poly(function, X, Y).terms())
        if any(sum(m) < 2 for m in v):
            raise Refused("the function does not begin with a quadratic form")
        a, b, c = (v.get(m, sp.Integer(0)) for m in ((2, 0), (1, 1), (0, 2)))
        for coefficient in v.values():
            below = sp.fraction(sp.together(coefficient))[1]
            self.require(self._positive(sp.expand(below**2)), "the function is defined")
        self.require(self._positive_ratio(4 * a * c - b**2), "the quadratic form is definite")
        degree, change = self._first_change(v)
        form = {m: value for m, value in v.items() if sum(m) == 2}
        power: _Polynomial = {(0, 0): sp.Integer(1)}
        for _ in range(degree // 2):
            power = _product(power, form, degree)
        eta = sp.cancel(change.get((degree, 0), sp.Integer(0)) / power[degree, 0])
        for m in {*change, *power}:
            if sum(m) > degree:
                continue
            wanted = eta * power.get(m, sp.Integer(0)) if sum(m) == degree else sp.Integer(0)
            self._require_zero(sp.cancel(change.get(m, sp.Integer(0)) - wanted), f"the change of V at {m}")
        # |V| falls where eta Q^{k+1} < 0.
        turned = eta * a ** (degree // 2 + 1)
        outcome = -turned if self.cell.outcome == "yes" else turned
        self.require(self._positive_ratio(outcome), "the first coefficient has the sign that the outcome says")

    def _first_change(self, v: _Polynomial) -> tuple[int, _Polynomial]:
        """The lowest even degree up to which the change of V does not vanish, and the change up to it."""
        for degree in range(4, _HIGHEST + 1, 2):
            if degree >= max(sum(m) for m in v):
                change = self._change(v, degree)
                if change:
                    return degree, change
        raise Uncheckable(f"the function does not change up to degree {_HIGHEST}")

    def _change(self, v: _Polynomial, degree: int) -> _Polynomial:
        rows = self._expanded(degree - 1)
        if not self.rule.discrete:
            total: _Polynomial = {}
            for k, row in enumerate(rows):
                slope = {(m[0] - (k == 0), m[1] - (k == 1)): m[k] * value for m, value in v.items() if m[k]}
                total = _sum(total, _product(slope, row, degree))
            return total
        x, y = self._period(rows, degree - 1)
        return _sum(_composed(v, x, y, degree), {m: -value for m, value in v.items()})

    def _expanded(self, degree: int) -> tuple[_Polynomial, _Polynomial]:
        """Both rows at the equilibrium up to a degree, by repeated differentiation."""
        branch = self.setting.branch(degree + 2)
        found: list[_Polynomial] = []
        for row in branch.rows(self.setting.proposal, self.setting.output):
            terms: _Polynomial = {}
            by_x = row
            for i in range(degree + 1):
                current = by_x
                for j in range(degree + 1 - i):
                    value = branch.at_equilibrium(current)
                    if value != 0:
                        terms[i, j] = value / (sp.factorial(i) * sp.factorial(j))
                    current = branch.derivative(current, "psi")
                by_x = branch.derivative(by_x, "theta")
            found.append(terms)
        if any(
            symbol.name.startswith("f") and symbol not in branch.names.values() and symbol in _UNKNOWN
            for terms in found
            for value in terms.values()
            for symbol in value.free_symbols
        ):
            raise Uncheckable("derivatives of f beyond the sixth")
        return found[0], found[1]

    def _period(self, rows: tuple[_Polynomial, _Polynomial], degree: int) -> tuple[_Polynomial, _Polynomial]:
        x: _Polynomial = {(1, 0): sp.Integer(1)}
        y: _Polynomial = {(0, 1): sp.Integer(1)}
        match self.rule.name:
            case "simultaneous":
                return _sum(x, _scaled(rows[0])), _sum(y, _scaled(rows[1]))
            case "alternating":
                for _ in range(self.rule.g_steps):
                    x = _sum(x, _scaled(_composed(rows[0], x, y, degree)))
                for _ in range(self.rule.d_steps):
                    y = _sum(y, _scaled(_composed(rows[1], x, y, degree)))
                return x, y
        raise Uncheckable(f"the training rule {self.rule.name!r} is not known here")

    # -- conditions --------------------------------------------------------------------------------------------------

    def _positive(self, polynomial: sp.Expr) -> Formula:
        small = self.rule.discrete and not self.rule.declared
        return positive(polynomial, [STEP] if small else [])

    def _positive_ratio(self, value: sp.Expr) -> Formula:
        above, below = sp.fraction(sp.cancel(sp.together(value)))
        return self._positive(sp.expand(above * below))

    def _require_zero(self, value: sp.Expr, because: str) -> None:
        above = sp.expand(sp.fraction(sp.together(value))[0])
        if above == 0:
            return
        small = self.rule.discrete and not self.rule.declared
        parts = sp.Poly(above, STEP).all_coeffs() if small else [above]
        self.require(conjunction(compare(part, "==") for part in parts), because)


# f has derivatives f1 ... f6 in the language; a field to degree 5 needs no more.
_UNKNOWN = {sp.Symbol(f"f{k}", real=True) for k in range(7, 12)}


def _scaled(polynomial: _Polynomial) -> _Polynomial:
    return {m: STEP * value for m, value in polynomial.items()}


def _sum(left: _Polynomial, right: _Polynomial) -> _Polynomial:
    return {
        m: value
        for m in {*left, *right}
        if (value := sp.cancel(left.get(m, sp.Integer(0)) + right.get(m, sp.Integer(0)))) != 0
    }


def _product(left: _Polynomial, right: _Polynomial, degree: int) -> _Polynomial:
    total: dict[tuple[int, int], list[sp.Expr]] = {}
    for (i, j), a in left.items():
        for (p, q), b in right.items():
            if i + j + p + q <= degree:
                total.setdefault((i + p, j + q), []).append(a * b)
    return {m: value for m, parts in total.items() if (value := sp.cancel(sp.Add(*parts))) != 0}


def _composed(function: _Polynomial, x: _Polynomial, y: _Polynomial, degree: int) -> _Polynomial:
    """function(x, y) for x and y without constant terms, up to a degree."""
    powers: tuple[list[_Polynomial], list[_Polynomial]] = ([{(0, 0): sp.Integer(1)}], [{(0, 0): sp.Integer(1)}])
    total: _Polynomial = {}
    for (i, j), value in function.items():
        for known, base, power in ((powers[0], x, i), (powers[1], y, j)):
            while len(known) <= power:
                known.append(_product(known[-1], base, degree))
        term = _product(powers[0][i], powers[1][j], degree)
        total = _sum(total, {m: value * part for m, part in term.items()})
    return total

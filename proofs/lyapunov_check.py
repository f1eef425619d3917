r"""Functions that a theorem rests on, differentiated again: first integrals and the Lyapunov functions of weak foci.

The certificate names V in the local coordinates. For a first integral grad V . v has the normal form 0. For a weak
focus the field (or one period of the rule) is expanded again at the equilibrium, and the change of V, grad V . v or
V o F - V, has to vanish below degree 2k and to be eta Q^k in degree 2k, with Q the quadratic part of V, definite, and
eta Q^{k+1} of the sign that the outcome says.
"""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from ..symbolic.formula import Formula, compare, conjunction
from ..symbolic.proposal import Proposal
from .certificate_reading import CellSteps, Refused, Uncheckable, expression
from .field_check import differ
from .implications import SecondSolver
from .normal_forms import is_zero
from .pieces import Branch
from .recomputation import Plane, field
from .rulings_check import STEP, Rule, small_step_positive

FUNCTION_THEOREMS = {"first-integral": ("no",), "weak-focus": ("yes", "no")}
_HIGHEST = 8
_X, _Y = sp.symbols("_x _y", real=True)
_Polynomial = dict[tuple[int, int], sp.Expr]


class FunctionCheck:
    """What a cell says about a function, checked.

    Args:
        cell: The cell; its pieces were checked before.
        rule: The training rule.
        proposal: The proposal.
        names: Symbols of the parameters and of f1, f2, ...
        output: The equilibrium output.
        equilibrium: (theta*, psi*).
        branch: The neighbourhood without switches, f kept to a given derivative.
        solver: Decides signs on the cell.
    """

    def __init__(
        self,
        cell: CellSteps,
        rule: Rule,
        proposal: Proposal,
        names: dict[str, sp.Symbol],
        output: sp.Expr,
        equilibrium: tuple[sp.Expr, sp.Expr],
        branch: Callable[[int], Branch],
        solver: SecondSolver,
    ) -> None:
        self.cell, self.rule, self.proposal, self.names = cell, rule, proposal, names
        self.output, self.equilibrium, self.branch, self.solver = output, equilibrium, branch, solver

    def run(self) -> None:
        """Checks the ruling.

        Raises:
            Refused: If the function is not what the theorem needs.
            Uncheckable: If that cannot be told.
        """
        cell = self.cell
        if cell.outcome not in FUNCTION_THEOREMS[cell.theorem]:
            raise Refused(f"the outcome {cell.outcome!r} does not follow from {cell.theorem!r}")
        if cell.rate != ("sublinear" if cell.outcome == "yes" else None) or cell.branch is not None:
            raise Refused(f"the rate or branch does not follow from {cell.theorem!r}")
        if cell.function is None:
            raise Refused(f"{cell.theorem} needs its function")
        known = {**self.names, STEP.name: STEP, "_x": _X, "_y": _Y}
        function = expression(cell.function, known, cell.ruling)
        if not function.is_polynomial(_X, _Y):
            raise Refused("the function is no polynomial in the local coordinates")
        if cell.theorem == "first-integral":
            self._first_integral(function)
        else:
            self._weak_focus(function)

    def _first_integral(self, function: sp.Expr) -> None:
        if self.rule.discrete:
            raise Refused("a first integral of the flow says nothing about steps")
        plane = Plane(self.names)
        at = {plane.theta: self.equilibrium[0] + _X, plane.psi: self.equilibrium[1] + _Y}
        fixed = self.branch(1).names
        here = {symbol: fixed[name] for name, symbol in self.names.items() if fixed[name] != symbol}
        rows = [row.xreplace(at).xreplace(here) for row in field(self.proposal, plane, self.output)]
        change = sp.Add(*(function.diff(s) * self._settled(r) for s, r in zip((_X, _Y), rows, strict=True)))
        if not is_zero(change.xreplace(here)):
            problem = "the normal form of grad V . v is not 0"
            raise Refused(problem) if differ(change, sp.Integer(0)) else Uncheckable(problem)
        rising = [c for m, c in sp.Poly(function, _X, _Y).terms() if any(m)]
        if not any(self.solver.implies(self.cell.formula, compare(c, "!=")) for c in rising):
            raise Refused("the function is constant")

    def _settled(self, row: sp.Expr) -> sp.Expr:
        """Without the absolute values and signs of what is not 0 at the equilibrium."""
        if not row.args:
            return row
        row = row.func(*map(self._settled, row.args))
        if not isinstance(row, sp.Abs | sp.sign):
            return row
        value = row.args[0].xreplace({_X: sp.Integer(0), _Y: sp.Integer(0)})
        plain = not value.has(sp.Integral, sp.nan, sp.zoo) and value.free_symbols <= {*self.names.values()}
        sign = self.solver.sign(self.cell.formula, value) if plain else None
        if sign not in (1, -1):
            return row
        return sign * row.args[0] if isinstance(row, sp.Abs) else sp.Integer(sign)

    # -- weak foci ---------------------------------------------------------------------------------------------------

    def _weak_focus(self, function: sp.Expr) -> None:
        pieces = self.cell.pieces or ()
        if len(pieces) != 1 or pieces[0].branch or pieces[0].value is None:
            raise Refused("weak-focus needs a field that is smooth at the equilibrium")
        for component in pieces[0].value:
            self._require(compare(component, "=="), "v vanishes at the equilibrium")
        v = dict(sp.Poly(function, _X, _Y).terms())
        if any(sum(m) < 2 for m in v):
            raise Refused("the function does not begin with a quadratic form")
        a, b, c = (v.get(m, sp.Integer(0)) for m in ((2, 0), (1, 1), (0, 2)))
        for coefficient in v.values():
            below = sp.fraction(sp.together(coefficient))[1]
            self._require(self._positive(sp.expand(below**2)), "the function is defined")
        self._require(self._positive_ratio(4 * a * c - b**2), "the quadratic form is definite")
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
        self._require(self._positive_ratio(outcome), "the first coefficient has the sign that the outcome says")

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
        branch = self.branch(degree + 2)
        found: list[_Polynomial] = []
        for row in branch.rows(self.proposal, self.output):
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
        return small_step_positive(polynomial) if small else compare(polynomial, ">")

    def _positive_ratio(self, value: sp.Expr) -> Formula:
        above, below = sp.fraction(sp.cancel(sp.together(value)))
        return self._positive(sp.expand(above * below))

    def _require_zero(self, value: sp.Expr, because: str) -> None:
        above = sp.expand(sp.fraction(sp.together(value))[0])
        if above == 0:
            return
        small = self.rule.discrete and not self.rule.declared
        parts = sp.Poly(above, STEP).all_coeffs() if small else [above]
        self._require(conjunction(compare(part, "==") for part in parts), because)

    def _require(self, formula: Formula, because: str) -> None:
        known = self.solver.implies(self.cell.formula, formula)
        if known is not True:
            problem = f"{self.cell.theorem}: not shown on the cell: {because}"
            raise Refused(problem) if known is False else Uncheckable(problem)


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

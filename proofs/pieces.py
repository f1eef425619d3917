"""One branch near the equilibrium: value and Jacobian of the vector field there, derived a second time.

On a branch every absolute value is settled *before* anything is differentiated: the losses are smooth functions there,
and the field is their gradient. An arbitrary f is replaced by its Taylor polynomial, which has the same derivatives at
the equilibrium; expectations are integrals of polynomials once theta and psi are at the equilibrium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from ..symbolic.formula import Formula, compare
from ..symbolic.proposal import Proposal
from .averages import averaged, is_dominated, mean_of_polynomial, stays_above
from .certificate_reading import Refused, Uncheckable
from .certificate_reading import expression as read_expression
from .implications import SecondSolver
from .premises import fixed_parameters
from .printed import GAUSSIANS, UNIFORM, ObjectiveValue, expectation
from .recomputation import Frame, field

# A player's gradient in a penalty, the row, the Jacobian: f is differentiated three times at most.
FIRST_ORDER = 3
_RANDOM = {*GAUSSIANS.values(), UNIFORM}
# (theta - theta*, psi - psi*), as certificates print them: no parameter begins with _.
X_LOCAL, Y_LOCAL = sp.Dummy("_x", real=True), sp.Dummy("_y", real=True)


@dataclass(frozen=True, slots=True)
class _Unsaid:
    """The unknown sign of an expression near the equilibrium.

    Attributes:
        symbol: Stands for it.
        switches: Whether the expression vanishes at the equilibrium.
        varies: Whether it is surely not 0 off a null set, so that the sign's square is 1.
    """

    symbol: sp.Dummy
    switches: bool
    varies: bool


class Branch(Frame):
    """A neighbourhood of the equilibrium, cut down to where the switching functions have given signs.

    Args:
        names: The declared parameters' symbols and f1 ... f6.
        equilibrium: (theta*, psi*).
        cell: The part of the parameter space.
        solver: Decides signs on the cell.
        signs: Switching functions as text in ``_x`` and ``_y``, with their signs.
        step: Id of the step that the branch stands in, for errors.
        order: The highest derivative of an arbitrary f that is kept.
    """

    def __init__(
        self,
        names: Mapping[str, sp.Symbol],
        equilibrium: tuple[sp.Expr, sp.Expr],
        cell: Formula,
        solver: SecondSolver,
        signs: Sequence[tuple[str, int]],
        step: str = "",
        order: int = FIRST_ORDER,
    ) -> None:
        self.order = order
        # A parameter that the cell fixes at a number is that number: an exponent may only then be seen to be even.
        fixed_values = fixed_parameters(cell)
        self.names = {name: fixed_values.get(symbol, symbol) for name, symbol in names.items()}
        self.cell, self.solver = cell, solver
        locals_ = {**names, "_x": X_LOCAL, "_y": Y_LOCAL}
        read = [(read_expression(text, locals_, step, fields=True), sign) for text, sign in signs]
        fixed = {function: sign for function, sign in read if function in (X_LOCAL, Y_LOCAL)}
        # A coordinate whose sign is fixed is that sign times a positive symbol, so that its powers are real.
        self._coordinates = {
            local: sp.Dummy(str(local), positive=True) if local in fixed else sp.Dummy(str(local), real=True)
            for local in (X_LOCAL, Y_LOCAL)
        }
        self._orientation = {local: sp.Integer(fixed.get(local, 1)) for local in (X_LOCAL, Y_LOCAL)}
        self.star: dict[sp.Expr, sp.Expr] = {c: sp.Integer(0) for c in self._coordinates.values()}
        here = {local: self._orientation[local] * self._coordinates[local] for local in (X_LOCAL, Y_LOCAL)}
        self.theta, self.psi = equilibrium[0] + here[X_LOCAL], equilibrium[1] + here[Y_LOCAL]
        self.functions = [(averaged(self._without_f(f.xreplace(here))), sign) for f, sign in read]
        self._only_axes = len(fixed) == len(read)
        # Signs that neither branch nor cell fixes: constants, harmless where no value depends on them.
        self._unsaid: dict[sp.Expr, _Unsaid] = {}

    # -- the frame ---------------------------------------------------------------------------------------------------

    def settled(self, expression: sp.Expr) -> sp.Expr:
        """Every absolute value and sign replaced by what it is on the branch."""
        if not expression.has(sp.Abs, sp.sign):
            return expression
        if isinstance(expression, sp.Pow) and isinstance(expression.base, sp.Abs) and expression.exp.is_even:
            return self.settled(expression.base.args[0]) ** expression.exp  # needs no sign
        arguments = [self.settled(argument) for argument in expression.args]
        if isinstance(expression, sp.Abs):
            return self._side(arguments[0]) * arguments[0]
        if isinstance(expression, sp.sign):
            return self._side(arguments[0])
        rebuilt = expression.func(*arguments)
        return self.settled(rebuilt) if rebuilt != expression and rebuilt.has(sp.Abs, sp.sign) else rebuilt

    def derivative(self, expression: sp.Expr, player: str) -> sp.Expr:
        """SymPy's derivative of a smooth expression."""
        local = X_LOCAL if player == "theta" else Y_LOCAL
        return self.settled(self._orientation[local] * expression.diff(self._coordinates[local]))

    def objective(self, argument: sp.Expr) -> sp.Expr:
        """The Taylor polynomial of f at 0, where every argument of f is at the equilibrium."""
        return self._taylor(0, argument)

    def _taylor(self, order: int, argument: sp.Expr) -> sp.Expr:
        """The order-th derivative of the Taylor polynomial, at an argument."""
        if sp.expand(argument.xreplace(self.star)) != 0:
            raise Uncheckable(f"f at {argument}, which is not 0 at the equilibrium")
        # f^(0) is no symbol of the language; a value of f itself never reaches the field.
        derivatives = [sp.Symbol(f"f{k}" if k else "_f0", real=True) for k in range(self.order + 1)]
        return sp.Add(*(d * argument**k / sp.factorial(k) for k, d in enumerate(derivatives[order:])))

    def average(self, body: sp.Expr) -> sp.Expr:
        """The mean, worked out at once where the body is a small polynomial."""
        return averaged(expectation(body))

    def require(self, kind: str, argument: sp.Expr, exponent: sp.Expr = sp.S.One) -> None:
        """That an operation of the text has a real value on the branch, off null sets, for all random values."""
        if kind == "power" and argument.is_nonnegative and self.solver.sign(self.cell, exponent) == 1:
            return
        here = self.settled(argument)
        if not self._is_defined(kind, here, exponent):
            raise Uncheckable(f"{kind} of {here}: not defined on the whole branch")

    def _is_defined(self, kind: str, here: sp.Expr, exponent: sp.Expr) -> bool:
        if here.free_symbols & set(GAUSSIANS.values()):
            return stays_above(here, self.sign) or (kind == "division" and stays_above(-here, self.sign))
        if UNIFORM in here.free_symbols:
            sign = self.sign(self.at_equilibrium(here))  # and so near the equilibrium, for all values at once
        elif not here.has(*self.star):
            may_vanish = kind == "power" and self.solver.sign(self.cell, exponent) == 1
            relation = "!=" if kind == "division" else ">=" if may_vanish else ">"
            return self.solver.implies(self.cell, compare(here, relation)) is True
        else:
            sign = self._side(here)
        if kind == "division":
            return sign in (1, -1)
        return bool(sign == 1 or (sign == 0 and kind == "power" and exponent.is_positive))

    # -- the field at the equilibrium --------------------------------------------------------------------------------

    def rows(self, proposal: Proposal, output: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """The field on the branch, smooth at the equilibrium.

        Raises:
            Uncheckable: If that is not plain.
        """
        rows = field(proposal, self, output)
        for row in rows:
            self._require_smooth(row)
            for integral in row.atoms(sp.Integral):
                if not is_dominated(integral, self.star, self.sign):
                    raise Uncheckable(f"whether the expectation {integral} may be differentiated is not plain")
        return rows

    def at_equilibrium(self, expression: sp.Expr) -> sp.Expr:
        """The limit of a smooth expression at the equilibrium, from inside the branch.

        Raises:
            Uncheckable: If there is no plain one.
        """
        value = self._limits_of_powers(expression).xreplace(self.star)
        value = value.replace(lambda node: isinstance(node, sp.Integral), mean_of_polynomial)
        if value.has(sp.nan, sp.zoo, sp.oo, *self.star, *_RANDOM):
            raise Uncheckable(f"{expression} has no plain value at the equilibrium")
        return value

    def first_order(self, proposal: Proposal, output: sp.Expr) -> tuple[tuple[sp.Expr, sp.Expr], sp.ImmutableMatrix]:
        """Value and Jacobian at the equilibrium.

        Raises:
            Refused: If a switching function does not vanish there, so that the branch is no branch at the equilibrium.
            Uncheckable: If they cannot be derived.
        """
        for function, _ in self.functions:
            if self.sign(self.at_equilibrium(function)) != 0:
                raise Refused(f"the branch is not at the equilibrium: {function} does not vanish there")
        rows = self.rows(proposal, output)
        value = (self._said(self.at_equilibrium(rows[0])), self._said(self.at_equilibrium(rows[1])))
        slopes = [[self.derivative(row, player) for player in ("theta", "psi")] for row in rows]
        return value, sp.ImmutableMatrix([[self._said(self.at_equilibrium(e)) for e in row] for row in slopes])

    def gradients(self) -> list[sp.Matrix] | None:
        """Gradients at the equilibrium of sign times switching function; None unless all are polynomials."""
        found: list[sp.Matrix] = []
        for function, sign in self.functions:
            if not function.is_polynomial(*self.star):
                return None
            slopes = [self._orientation[local] * function.diff(c) for local, c in self._coordinates.items()]
            found.append(sign * sp.Matrix([slope.xreplace(self.star) for slope in slopes]))
        return found

    def sign(self, expression: sp.Expr) -> int:
        """The sign of a parameter expression on the cell.

        Raises:
            Uncheckable: If it varies or is not known.
        """
        value = self.solver.sign(self.cell, expression)
        if value is None:
            raise Uncheckable(f"the sign of {expression} is not known on the cell")
        return value

    # -- signs near the equilibrium ----------------------------------------------------------------------------------

    def _side(self, argument: sp.Expr) -> sp.Expr:
        """The sign that an argument has on the branch, near the equilibrium; a symbol where it is not fixed."""
        argument = averaged(argument)
        for function, sign in self.functions:
            if sp.expand(argument - function) == 0:
                return sp.Integer(sign)
            if sp.expand(argument + function) == 0:
                return sp.Integer(-sign)
        if argument.free_symbols & _RANDOM:
            return sp.Integer(self._random_side(argument))
        if not argument.has(*self.star):
            return self._factor_side(argument)
        self._require_smooth(argument)
        top, bottom = sp.fraction(sp.together(argument))
        constant, factors = sp.factor_list(sp.expand(top * bottom))
        sides = [self._factor_side(factor) ** (2 - multiplicity % 2) for factor, multiplicity in factors]
        return sp.Mul(self._factor_side(constant), *sides)

    def _factor_side(self, factor: sp.Expr) -> sp.Expr:
        if factor in self.star and factor.is_positive:
            return sp.Integer(1)
        there = self.solver.sign(self.cell, self.at_equilibrium(factor))
        if there or (there == 0 and not factor.has(*self.star)):
            return sp.Integer(there)
        for function, sign in self.functions:
            ratio = sp.cancel(function / factor)
            if ratio.is_Rational:
                return sign * sp.sign(ratio)
        polynomial = sp.Poly(factor, *self.star) if factor.is_polynomial(*self.star) else None
        signs = [self.solver.sign(self.cell, c) for c in polynomial.coeffs()] if polynomial else []
        if signs and not any(sign is None or sign for sign in signs):
            return sp.Integer(0)
        if factor not in self._unsaid:
            self._unsaid[factor] = _Unsaid(sp.Dummy("side", real=True), there == 0, any(signs))
        return self._unsaid[factor].symbol

    def _said(self, value: sp.Expr) -> sp.Expr:
        """A value, which must not depend on signs that are not fixed."""
        for factor, unsaid in self._unsaid.items():
            if not value.has(unsaid.symbol):
                continue
            terms = [(n, c) for (n,), c in sp.Poly(sp.expand(value), unsaid.symbol).terms()]
            terms = [(n, c) for n, c in terms if n == 0 or self.solver.sign(self.cell, c) != 0]
            if unsaid.varies and unsaid.switches and any(n % 2 for n, _ in terms):
                problem = f"the branch does not say which sign {factor} has, and it switches at the equilibrium"
                raise Refused(problem)
            if any(n % 2 or (n and not unsaid.varies) for n, _ in terms):
                raise Uncheckable(f"the sign of {factor} is not known")
            value = sp.Add(*(c for _, c in terms))
        return value

    def _random_side(self, argument: sp.Expr) -> int:
        """The sign at the equilibrium, if it is the same for every value of the random variables.

        It holds near the equilibrium for a uniform variable. For a Gaussian one it fails only where |epsilon| exceeds a
        negative power of the distance to the equilibrium, an event whose probability, and whose share in a dominated
        expectation, is flat there: it changes neither value nor Jacobian.
        """
        there = argument.xreplace(self.star)
        gaussian = [variable for variable in GAUSSIANS.values() if argument.has(variable)]
        if there.free_symbols & _RANDOM or not argument.is_polynomial(*gaussian, *self.star):
            raise Uncheckable(f"the sign of {argument} varies under an expectation")
        sign = self.sign(there)
        if sign == 0:
            raise Uncheckable(f"the sign of {argument} varies under an expectation")
        return sign

    # -- smoothness --------------------------------------------------------------------------------------------------

    def _require_smooth(self, expression: sp.Expr) -> None:
        """That every power and logarithm in it is defined and smooth at the equilibrium, on the whole cell."""
        for node in sp.preorder_traversal(expression):
            if isinstance(node, sp.Pow) and not (node.exp.is_Integer and node.exp >= 0):
                self._require_power(node)
            elif isinstance(node, sp.log):
                if self.sign(self.at_equilibrium(node.args[0])) <= 0:
                    raise Uncheckable(f"{node} is not defined at the equilibrium")
            elif isinstance(node, sp.Abs | sp.sign):
                raise Uncheckable(f"{node} is not settled on the branch")

    def _require_power(self, node: sp.Pow) -> None:
        if node.exp.free_symbols & (_RANDOM | set(self.star)):
            raise Uncheckable(f"{node} has a varying exponent")
        if node.base in self.star and node.base.is_positive and self._only_axes:
            return  # decided by its exponent, in _limits_of_powers
        base, varies = self.at_equilibrium(node.base), bool(node.base.free_symbols & (_RANDOM | set(self.star)))
        if node.exp.is_Integer:
            if self.sign(base) == 0:
                raise Uncheckable(f"{node} divides by what vanishes at the equilibrium")
        elif not varies and self.solver.sign(self.cell, node.exp) == 1:
            if self.solver.implies(self.cell, compare(base, ">=")) is not True:
                raise Uncheckable(f"{node} is not defined on the whole cell")
        elif self.sign(base) <= 0:
            raise Uncheckable(f"{node} is not smooth at the equilibrium")

    def _limits_of_powers(self, expression: sp.Expr) -> sp.Expr:
        """q**e for a positive coordinate q, as q tends to 0: 0 for e > 0, and 1 for e = 0, as decided on the cell."""
        for q in self.star:
            if q.is_positive and expression.has(q):
                expression = self._limit(sp.expand_mul(expression), q)
        return expression

    def _limit(self, node: sp.Expr, q: sp.Expr) -> sp.Expr:
        if not node.has(q) or node == q:
            return node
        if not isinstance(node, sp.Add | sp.Mul | sp.Pow):
            return node.func(*(self._limit(argument, q) for argument in node.args))
        by_exponent: dict[sp.Expr, list[sp.Expr]] = {}
        for term in sp.Add.make_args(node):
            factors = sp.Mul.make_args(term)
            own = [factor for factor in factors if factor.as_base_exp()[0] == q]
            exponent = sp.expand(sp.Add(*(factor.as_base_exp()[1] for factor in own)))
            rest = [self._limit_below(factor, q) for factor in factors if factor not in own]
            by_exponent.setdefault(exponent, []).append(sp.Mul(*rest))
        return sp.Add(*(self._limit_of_term(sp.Add(*rest), e, q) for e, rest in by_exponent.items()))

    def _limit_below(self, factor: sp.Expr, q: sp.Expr) -> sp.Expr:
        """Limits inside a factor that is no power of q itself."""
        return factor.func(*(self._limit(argument, q) for argument in factor.args)) if factor.has(q) else factor

    def _limit_of_term(self, rest: sp.Expr, exponent: sp.Expr, q: sp.Expr) -> sp.Expr:
        if exponent.is_Integer and exponent >= 0:
            return rest * q**exponent
        sign = self.sign(exponent)
        if sign >= 0:
            return rest * q if sign else rest  # of a positive power only its limit 0 is used
        if not rest.has(*self.star, *_RANDOM) and self.sign(sp.expand(rest)) == 0:
            return sp.Integer(0)
        raise Uncheckable(f"{q}**({exponent}) is unbounded at the equilibrium")

    def _without_f(self, function: sp.Expr) -> sp.Expr:
        """A switching function with f replaced by its Taylor polynomial, as everywhere on a branch."""
        return function.replace(ObjectiveValue, lambda order, argument: self._taylor(int(order), argument))

"""Parameter expressions as elements of a field with a normal form.

The field is QQ(parameters, f0 ... f9, atoms): everything that is not a rational function of the parameters, such as
``sqrt(c)`` or ``exp(gamma)``, is an atom with a generator of its own. Equality of normal forms proves equality; atoms
may be related (sqrt(c)**2 = c is used), so different normal forms are only compared by the solver.
"""

from __future__ import annotations

import sympy as sp
from sympy.polys.fields import FracElement

from ..expression import DERIVATIVE_SYMBOLS
from ..flattening import flattened

ATOMS = 12
DERIVATIVES = 12


class CoefficientField:
    """QQ(parameters, derivatives of f at 0, atoms).

    Args:
        parameters: The parameter symbols that may occur.

    Attributes:
        domain: SymPy's domain.
    """

    def __init__(self, parameters: list[sp.Symbol]) -> None:
        derivatives = [_derivative(k) for k in range(DERIVATIVES)]
        own = [symbol for symbol in parameters if symbol not in derivatives]
        self._spare = [sp.Symbol(f"_atom{k}", real=True) for k in range(ATOMS)]
        self._atoms: dict[sp.Expr, sp.Symbol] = {}
        self.domain = sp.QQ.frac_field(*own, *derivatives, *self._spare)

    def element(self, expression: sp.Expr) -> FracElement:
        """The normal form of a parameter expression.

        Raises:
            OverflowError: If it has more than ``ATOMS`` different atoms.
        """
        return self.domain.from_sympy(self._flat(expression))

    def expression(self, element: FracElement) -> sp.Expr:
        """The parameter expression of a normal form."""
        return self.with_atoms(self.flat_expression(element))

    def flat_expression(self, element: FracElement) -> sp.Expr:
        """The normal form as a rational function in the parameters and the symbols of the atoms."""
        return self.domain.to_sympy(element)

    def with_atoms(self, expression: sp.Expr) -> sp.Expr:
        """The expression with the atoms in place of their symbols."""
        back = {symbol: node for node, symbol in self._atoms.items()}
        while back and expression.has(*back):
            expression = expression.xreplace(back)
        return expression

    def derivative_of_f(self, order: int) -> FracElement:
        """f^(order)(0)."""
        if order >= DERIVATIVES:
            raise OverflowError(f"derivatives of f beyond order {DERIVATIVES - 1}")
        return self.domain.from_sympy(_derivative(order))

    def _flat(self, expression: sp.Expr) -> sp.Expr:
        return flattened(expression, self._atom)

    def _atom(self, node: sp.Expr) -> sp.Symbol:
        if node not in self._atoms:
            if len(self._atoms) == ATOMS:
                raise OverflowError(f"more than {ATOMS} constants that are no rational functions of the parameters")
            self._atoms[node] = self._spare[len(self._atoms)]
        return self._atoms[node]


def _derivative(order: int) -> sp.Symbol:
    """The symbol of f^(order)(0); those that proposals cannot name cannot be parameters either."""
    name = f"f{order}"
    return sp.Symbol(name if name in DERIVATIVE_SYMBOLS else f"_{name}", real=True)


assert len(DERIVATIVE_SYMBOLS) < DERIVATIVES

"""What a training rule has to say."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

# (theta, psi) -> (v1, v2), over any arithmetic.
VectorField = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Steps:
    """Counts of a rule: generator and discriminator steps in one period."""

    generator: int = 1
    discriminator: int = 1


class Rule(ABC):
    """A training rule.

    Attributes:
        name: As written in a proposal.
        discrete: Whether it is a map (with a step size h) rather than a flow.
        formula: One period, for people.
        source: Where it is from.
    """

    name: str
    discrete: bool
    formula: str
    source: str

    @abstractmethod
    def period(self, field: VectorField, theta: Any, psi: Any, h: Any, steps: Steps) -> tuple[Any, Any]:
        """One period of the rule from (theta, psi), with step size h.

        Raises:
            TypeError: If the rule is no map.
        """

    def matrix(self, jacobian: sp.Matrix, h: sp.Expr, steps: Steps) -> sp.ImmutableMatrix:
        """The Jacobian of one period at a fixed point, from the field's Jacobian there.

        Args:
            jacobian: v'(x*), 2 x 2.
            h: The step size.
            steps: Counts of the rule.

        Returns:
            F'(x*), with expanded polynomial entries.
        """

        def linear(theta: sp.Expr, psi: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
            row = jacobian * sp.Matrix([theta, psi])
            return sp.expand(row[0]), sp.expand(row[1])

        columns = [self.period(linear, *unit, h, steps) for unit in ((sp.Integer(1), sp.Integer(0)), (0, 1))]
        return sp.ImmutableMatrix(2, 2, lambda i, j: sp.expand(columns[j][i]))

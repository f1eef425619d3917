"""Recognises a damped centre: what the Dirac-GAN is near x*, whichever penalty or noise damps it."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..decision.prover import Prover
from ..formula import Formula, compare


@dataclass(frozen=True, slots=True)
class DampedCentre:
    """v'(x*) = [[0, -p], [q, -g]] (D is damped), or [[-g, -p], [q, 0]] (G is), with p q > 0.

    Both have the same characteristic polynomials, of v' and of a simultaneous and an alternating step: they depend on g
    and p q only.

    Attributes:
        p: -v'_12.
        q: v'_21.
        damping: g; 0 for a centre without damping, of any sign.
        player: Whose row has it, ``psi`` or ``theta``.
    """

    p: sp.Expr
    q: sp.Expr
    damping: sp.Expr
    player: str

    @property
    def square(self) -> sp.Expr:
        """Omega^2 = p q."""
        return sp.expand(self.p * self.q)

    @property
    def frequency(self) -> sp.Expr:
        """Omega > 0: the frequency without damping, |f1| for R1 and instance noise."""
        return sp.sqrt(sp.factor_terms(self.square))


def damped_centre(jacobian: sp.Matrix, assumed: Formula, prover: Prover) -> DampedCentre | None:
    """The form of v'(x*).

    Args:
        jacobian: v'(x*), 2 x 2.
        assumed: What may be assumed of the parameters.
        prover: Proves that p q > 0.

    Returns:
        The damped centre; None if both players are damped, or if p q > 0 is not proved.
    """
    first, above, below, second = (sp.expand(entry) for entry in jacobian)
    if (first != 0 and second != 0) or not prover.proves(assumed, compare(above * below, "<"), "v' turns"):
        return None
    player = "psi" if first == 0 else "theta"
    return DampedCentre(-above, below, sp.expand(-first - second), player)

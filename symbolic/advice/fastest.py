r"""The fastest damping and step of a damped centre, in closed form.

With the frequency w > 0, the damping g and the step h, one step of training has (trace, determinant)

    simultaneous (2 - h g, 1 - h g + h^2 w^2),    alternating, 1:1 (2 - h g - h^2 w^2, 1 - h g).

Let rho be the largest modulus of a multiplier. *For a given h* it falls in g as long as the multipliers are a complex
pair (rho^2 = determinant) and grows once they are real: the best g is where they meet, g = 2 w for simultaneous and
g = 2 w - h w^2 for alternating steps, and rho = |1 - h w| for both; for h w >= 2 no g converges. *For a given g*, with
k = g / w:

    simultaneous:   k <= 2:  h = g / (2 w^2),  rho = sqrt(1 - k^2/4);     k >= 2:  h = 2 / g,  rho = sqrt(1 - 4/k^2);
    alternating:    k <= kappa:  h = (2 w - g) / w^2,  rho = |1 - k|, where the multipliers meet;
                    k >= kappa:  h = (sqrt(g^2 + 8 w^2) - g) / (2 w^2),  rho = sqrt(h g - 1), where they are opposite.

kappa = 1.5437 is the real root of k^3 - 2 k^2 + 2 k - 2. *For both free* F' is nilpotent: h = 1/w with g = 2 w for
simultaneous and g = w for alternating steps, so that the linearised error is 0 after two steps.

The simultaneous forms with k < 2 and k > 2 are in Mescheder et al. 2018, section 3.2, for k = 2; the others are derived
here, proved by ``rates.proves_best`` and compared with dense grids in ``tests/symbolic/advice``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import sympy as sp

from ..formula import Formula, compare, conjunction


class Schedule(Enum):
    """Which plain rule of gradient steps."""

    SIMULTANEOUS = "simultaneous"
    ALTERNATING = "alternating"


@dataclass(frozen=True, slots=True)
class Optimum:
    """A damping and a step where rho is smallest.

    Attributes:
        region: Where in the parameters (for a given h: for which h) it holds.
        damping: g, given or best.
        step: h, given or best.
        radius: The smallest rho.
        excluded: Whether the declared conditions exclude the weight that this damping takes.
    """

    region: Formula
    damping: sp.Expr
    step: sp.Expr
    radius: sp.Expr
    excluded: bool = False


def stable_steps(schedule: Schedule, damping: sp.Expr, frequency: sp.Expr, step: sp.Expr) -> Formula:
    """The exact condition for both multipliers inside the unit circle, for h > 0.

    Args:
        schedule: The rule.
        damping: g.
        frequency: w > 0.
        step: h.
    """
    square = frequency**2
    if schedule is Schedule.SIMULTANEOUS:
        bounds = compare(step * square, "<", damping), compare(4 - 2 * step * damping + step**2 * square, ">")
    else:
        bounds = compare(damping, ">"), compare(step**2 * square + 2 * step * damping, "<", 4)
    return conjunction(bounds)


def critical_damping(schedule: Schedule | None, frequency: sp.Expr, step: sp.Expr) -> sp.Expr:
    """The damping where two eigenvalues meet: those of v' without a schedule, else the multipliers of its step."""
    if schedule is Schedule.ALTERNATING:
        return 2 * frequency - step * frequency**2
    return 2 * frequency


def best_damping(schedule: Schedule, frequency: sp.Expr, step: sp.Expr) -> Optimum:
    """The damping for a given step; its region is where any damping converges."""
    stable = compare(step * frequency, "<", 2)
    return Optimum(stable, critical_damping(schedule, frequency, step), step, sp.Abs(1 - step * frequency))


def best_steps(schedule: Schedule, damping: sp.Expr, frequency: sp.Expr) -> tuple[Optimum, Optimum]:
    """The step for a given damping g > 0: for small g, and for large g; at the border both are the best."""
    g, w = damping, frequency
    if schedule is Schedule.SIMULTANEOUS:
        return (
            Optimum(compare(g, "<=", 2 * w), g, g / (2 * w**2), sp.sqrt(1 - g**2 / (4 * w**2))),
            Optimum(compare(g, ">=", 2 * w), g, 2 / g, sp.sqrt(1 - 4 * w**2 / g**2)),
        )
    border = sp.expand(g**3 - 2 * g**2 * w + 2 * g * w**2 - 2 * w**3)
    opposite = (sp.sqrt(g**2 + 8 * w**2) - g) / (2 * w**2)
    return (
        Optimum(compare(border, "<="), g, (2 * w - g) / w**2, sp.Abs(1 - g / w)),
        Optimum(compare(border, ">="), g, opposite, sp.sqrt(g * opposite - 1)),
    )


def best_pair(schedule: Schedule, frequency: sp.Expr) -> Optimum:
    """Damping and step together: F' is nilpotent."""
    damping = frequency if schedule is Schedule.ALTERNATING else 2 * frequency
    return Optimum(conjunction(()), damping, 1 / frequency, sp.Integer(0))

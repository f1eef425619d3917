r"""What sampled instance noise leaves of an equilibrium at a fixed step: the stationary covariance.

D's gradient from B noisy fake and real samples is, near x* and for noise of variance sigma^2 on each,

    v2 = q theta - (g - zeta) psi + xi,    xi, zeta of mean 0, independent of x and uncorrelated,

    xi = q sigma (mean of e - mean of e'),    B Var xi = 2 q^2 sigma^2,
    zeta = r sum over both of phi''(d*) (mean of (c + sigma e)^2 less its expectation),
    B Var zeta = r^2 (phi_f''^2 + phi_r''^2) (2 sigma^4 + 4 c^2 sigma^2),

up to terms of second order in x; in a relativistic pair c cancels, and B Var zeta = 8 r^2 f''^2 sigma^4. G's gradient,
-p psi, has no noise to first order, since D = d* there. One step is then x <- F' x + (xi + zeta psi) N, with F' and N
derived from the rule itself, and the covariance moves by

    Sigma  <-  F' Sigma F'^T + (Var xi + Var zeta Sigma_22) N N^T.

With the solution P of the discrete Lyapunov equation P = F' P F'^T + N N^T, three linear equations, the fixed point is
Sigma = Var(xi) P / (1 - Var(zeta) P_22), attained iff F' is stable and Var(zeta) P_22 < 1. This is exact for the
linearised training, multiplicative noise zeta included. For small steps Sigma is about h Var(xi) / (2 g): a standard
deviation of order sqrt(h / B), so that training does not settle at a fixed step. What the linearisation leaves out,
f'''(0) first, changes Sigma by a part that is small with h / B, as zeta does. Without instance noise both variances are
0 and so is Sigma: all samples of the Dirac-GAN are the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..formula import Formula, compare, conjunction
from ..updates import UPDATES
from .centre import DampedCentre
from .fastest import Schedule, stable_steps

_P, _Q, _G, _H = sp.symbols("p q g h", real=True)


@dataclass(frozen=True, slots=True)
class SampledNoise:
    """Variances of D's gradient from one sample of each kind; from B of them they are B times smaller.

    Attributes:
        additive: B Var xi.
        slope: B Var zeta.
    """

    additive: sp.Expr
    slope: sp.Expr


@dataclass(frozen=True, slots=True)
class Stationary:
    """The covariance that the linearised training tends to.

    Attributes:
        covariance: Of (theta, psi), symmetric 2 x 2.
        settles: For which h > 0 it is attained: the multipliers lie inside the unit circle, and the multiplicative
            noise does not outweigh them in mean square.
        leading: h Var(xi) / (2 g): the variance of psi for small h.
    """

    covariance: sp.ImmutableMatrix
    settles: Formula
    leading: sp.Expr


def sampled_noise(
    centre: DampedCentre,
    variance: sp.Expr,
    curvatures: tuple[sp.Expr, sp.Expr],
    ratio: sp.Expr,
    data: sp.Expr,
    relativistic: bool,
) -> SampledNoise:
    """The variances of D's gradient at x* under sampled instance noise.

    Args:
        centre: The game near x*; the noise is part of its damping.
        variance: sigma^2.
        curvatures: (phi_f'', phi_r'') at d*.
        ratio: The ratio of D's step to G's.
        data: The data point c.
        relativistic: Whether real and fake samples are paired.
    """
    fake, real = curvatures
    square = 8 * fake**2 * variance**2
    if not relativistic:
        square = (fake**2 + real**2) * (2 * variance**2 + 4 * data**2 * variance)
    return SampledNoise(2 * centre.q**2 * variance, sp.expand(ratio**2 * square))


def stationary(
    schedule: Schedule, centre: DampedCentre, noise: SampledNoise, step: sp.Expr, batch: sp.Expr
) -> Stationary:
    """The covariance near x* at a fixed step.

    Args:
        schedule: The rule.
        centre: The game near x*, with D damped.
        noise: D's gradient noise.
        step: h.
        batch: B, samples of each kind in one of D's gradients.

    Raises:
        ValueError: If G is damped.
    """
    if centre.player != "psi":
        raise ValueError("the noise is in D's gradient, so D has to be the damped player")
    at = {_P: centre.p, _Q: centre.q, _G: centre.damping, _H: step}
    above, below, first, mixed = (part.xreplace(at) for part in _unit_noise(schedule))
    second = noise.additive * above / (batch * below - noise.slope * above)
    first, mixed = sp.cancel(first) * second, sp.cancel(mixed) * second
    stable = stable_steps(schedule, centre.damping, centre.frequency, step)
    settles = conjunction([stable, compare(noise.slope * above, "<", batch * below)])
    leading = sp.cancel(step * noise.additive / (2 * batch * centre.damping))
    return Stationary(sp.ImmutableMatrix([[first, mixed], [mixed, second]]), settles, leading)


@functools.cache
def _unit_noise(schedule: Schedule) -> tuple[sp.Expr, sp.Expr, sp.Expr, sp.Expr]:
    """The solution P of P = F' P F'^T + N N^T, in p, q, g and h.

    Returns:
        P22's numerator and denominator, both positive for stable steps, and P11 / P22, P12 / P22.
    """
    linear, kick = _noisy_period(schedule)
    unknown = sp.symbols("s11 s12 s22", real=True)
    covariance = sp.Matrix([[unknown[0], unknown[1]], [unknown[1], unknown[2]]])
    rest = linear * covariance * linear.T + kick * kick.T - covariance
    (solution,) = sp.linsolve([rest[0, 0], rest[0, 1], rest[1, 1]], unknown)
    above, below = sp.fraction(sp.factor(solution[2]))
    sign = 1 if below.subs({_P: 1, _Q: 1, _G: 1, _H: sp.Rational(1, 10)}) > 0 else -1
    ratios = (sp.factor(moment / solution[2]) for moment in solution[:2])
    return sign * above, sign * below, *ratios


def _noisy_period(schedule: Schedule) -> tuple[sp.Matrix, sp.Matrix]:
    """F', and the derivative N of a step by D's random gradient; that by its random slope is N times psi."""
    theta, psi, xi = sp.symbols("theta psi xi", real=True)
    players: Any = _NoisyPlayers(xi)
    rule = UPDATES[schedule.value].configured({})
    period = sp.Matrix(rule.period(players, (theta, psi), _H)).applyfunc(sp.expand)
    return period.jacobian((theta, psi)), period.diff(xi)


class _NoisyPlayers:
    """A damped centre whose D sees a random gradient xi; plain steps ask for nothing but the field."""

    def __init__(self, xi: sp.Symbol) -> None:
        self._xi = xi

    def field(self, theta: Any, psi: Any) -> tuple[Any, Any]:
        """J x with D's noise."""
        return -_P * psi, _Q * theta - _G * psi + self._xi

"""Exact moments of the prototype games by other means than the engine's: integrals and constant terms."""

from __future__ import annotations

import itertools
from functools import cache

import pytest
import sympy as sp

from convergan.symbolic.calculus import CircleSymbol, GaussSymbol, RandomSymbol, SignSymbol
from convergan.symbolic.prototypes import PROTOTYPES
from convergan.symbolic.prototypes.latents import noise

OPTIONS = {
    "plane": ({}, {"dimension": 4, "generator_dimension": 2}, {"dimension": 3, "generator_dimension": 3}),
    "segment": ({}, {"degree": 3}),
}
GAMES = [(name, options) for name in PROTOTYPES for options in OPTIONS.get(name, ({},))]


@cache
def gauss_moment(power):
    t = sp.Symbol("t")
    return sp.exp(t**2 / 2).diff(t, power).subs(t, 0) if power else sp.Integer(1)


@cache
def circle_moment(i, j):
    """E[cos^i sin^j] as the constant term of a Laurent polynomial in z = exp(i t)."""
    z = sp.Symbol("z")
    whole = sp.expand(((z + 1 / z) / 2) ** i * ((z - 1 / z) / (2 * sp.I)) ** j)
    return whole.as_coefficients_dict(z).get(sp.Integer(1), sp.Integer(0)) if i + j else sp.Integer(1)


def mean(expression):
    """E of a polynomial in random symbols."""
    expression = sp.expand(expression)
    random = sorted(expression.atoms(RandomSymbol), key=str)
    circles = [s for s in random if isinstance(s, CircleSymbol)]
    for symbol in (s for s in random if s not in circles):
        if isinstance(symbol, SignSymbol):
            expression = sum(expression.xreplace({symbol: sp.Integer(v)}) for v in (1, -1)) / 2
        elif isinstance(symbol, GaussSymbol):
            terms = sp.Poly(expression, symbol).terms()
            expression = sum(c * gauss_moment(power) for (power,), c in terms)
        else:
            expression = sp.integrate(sp.expand(expression), (symbol, 0, 1))
    for angle in {s.angle for s in circles}:
        pair = [CircleSymbol(f"{axis}_{angle}", real=True) for axis in ("cos", "sin")]
        terms = sp.Poly(expression, *pair).terms()
        expression = sum(c * circle_moment(i, j) for (i, j), c in terms)
    return sp.expand(expression)


class Blocks:
    """K and the quadratic forms of a game, exactly."""

    def __init__(self, name, options):
        self.game = PROTOTYPES[name](sp.Integer(0), sp.Integer(0), options)
        self.at = dict(zip((*self.game.theta, *self.game.psi), self.game.equilibrium(), strict=True))

    def sample(self, law):
        real = self.game.real()
        if law[0] == "noisy":
            return real + sp.sqrt(sp.Symbol("_variance", positive=True)) * noise("real", real.rows)
        if law[0] == "mixture":
            u = sp.Symbol("_u")
            fake = self.game.fake().xreplace(self.at)
            return u * fake + (1 - u) * real
        return real

    def forms(self, law):
        """(E[u u^T], E[u] E[u]^T, E[grad u grad u^T]) for a law."""
        sample = self.sample(law)
        value = self.game.discriminator(sample)
        u = sp.Matrix([sp.diff(value, p) for p in self.game.psi])
        slope = self.game.discriminator_gradient(sample).jacobian(list(self.game.psi))
        return (
            (u * u.T).applyfunc(self._mean),
            u.applyfunc(self._mean) * u.applyfunc(self._mean).T,
            (slope.T * slope).applyfunc(self._mean),
        )

    def coupling(self, law=("data",)):
        """K = d/dtheta E_theta[d D/d psi]."""
        sample = self.game.fake()
        if law[0] == "noisy":
            sample = sample + sp.sqrt(sp.Symbol("_variance", positive=True)) * noise("fake", sample.rows)
        value = self.game.discriminator(sample)
        features = sp.Matrix([sp.diff(value, p) * self.game.density_ratio() for p in self.game.psi])
        return features.applyfunc(mean).jacobian(list(self.game.theta)).xreplace(self.at)

    def _mean(self, expression):
        u = sp.Symbol("_u")
        return mean(sp.integrate(sp.expand(expression), (u, 0, 1)) if expression.has(u) else expression)


@pytest.fixture
def blocks():
    return Blocks


@pytest.fixture(params=GAMES, ids=lambda game: "-".join([game[0], *map(str, itertools.chain(*game[1].items()))]))
def game(request):
    """Every prototype, with some of its options."""
    return request.param

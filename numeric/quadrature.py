"""Explicit weighted samples that stand for the random symbols on both sides of a comparison.

Independence concerns differentiation, not integration (DESIGN.md section 8): autograd and the symbolic field average
over the same nodes. Gauss rules are exact for polynomials up to degree 2n - 1, so the exact moments that enter the
Jacobian at the equilibrium agree with them too; where a body is no polynomial, both sides see the same finite sample.

At an equilibrium D is constant, so that v' there has products of at most two derivatives of D in it: with features of
degree k in the sample, rules that are exact to degree 2k give it without any error of integration, whatever f is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.parser import constant
from ..symbolic.proposal import Proposal
from .cases import EvidenceUnavailable

Array = NDArray[np.float64]
# The Jacobian at the equilibrium needs moments of degree 2 (two derivatives of D(x) = d* + psi x); v needs none exact.
MINIMUM_NODES = 4
MAXIMUM_NODES = 64


# Up to 12 nodes: positions are good to this times max(1, |x|), weights to this times themselves (a test computes them).
NODE_ERROR = 64 * float(np.finfo(np.float64).eps)
# Where the circle's nodes begin: none lies on an axis, where |x| and sign(x) have their kinks.
_FIRST_ANGLE = 0.3


@dataclass(frozen=True, slots=True)
class Nodes:
    """Positions, of shape [n] or [n, d], and weights of shape [n], which sum to 1."""

    positions: Array
    weights: Array


@dataclass(frozen=True, slots=True)
class Sample:
    """The explicit sample of a comparison: nodes for every kind of random variable.

    Attributes:
        gauss: For a standard normal variable, of shape [n].
        uniform: For a uniform variable on [0, 1], of shape [n].
        sign: 1 and -1.
        circle: For a uniform point of the unit circle, of shape [n, 2].
        noise: For a standard normal vector with as many entries as a sample has, of shape [n, d].
    """

    gauss: Nodes
    uniform: Nodes
    sign: Nodes
    circle: Nodes
    noise: Nodes

    @classmethod
    def of_count(cls, count: int, degree: int = 1, dimension: int = 1) -> Sample:
        """Rules with ``count`` nodes per variable.

        Args:
            count: At least ``degree + 1``, so that products of two features are averaged exactly.
            degree: The largest degree of a feature of D in the sample.
            dimension: Of a sample.
        """
        gauss = gauss_hermite(count)
        fair = Nodes(np.array([-1.0, 1.0]), np.array([0.5, 0.5]))
        return cls(gauss, gauss_legendre(count), fair, circle(2 * degree + 1), gaussian_noise(gauss, degree, dimension))

    def size(self, *, latent: int, noisy: bool, paired: bool, mixed: bool) -> int:
        """How many nodes the largest expectation takes.

        Args:
            latent: The number of nodes of a sample without noise.
            noisy: Whether there is noise on it.
            paired: Whether real and generated samples meet in one expectation.
            mixed: Whether they are mixed there.
        """
        single = latent * (len(self.noise.weights) if noisy else 1)
        return max(single * single if paired else single, latent * latent * len(self.uniform.weights) if mixed else 1)


@lru_cache(maxsize=16)
def gauss_hermite(count: int) -> Nodes:
    """Nodes for a standard normal variable, exact to degree 2*count - 1."""
    positions, weights = np.polynomial.hermite_e.hermegauss(count)
    return Nodes(positions, weights / weights.sum())


@lru_cache(maxsize=16)
def gauss_legendre(count: int) -> Nodes:
    """Nodes for a uniform variable on [0, 1], exact to degree 2*count - 1."""
    positions, weights = np.polynomial.legendre.leggauss(count)
    return Nodes((positions + 1) / 2, weights / 2)


@lru_cache(maxsize=16)
def circle(count: int) -> Nodes:
    """Equidistant points of the unit circle, exact for polynomials of degree ``count - 1`` in the coordinates."""
    angles = _FIRST_ANGLE + 2 * np.pi * np.arange(count) / count
    return Nodes(np.stack([np.cos(angles), np.sin(angles)], axis=1), np.full(count, 1 / count))


def gaussian_noise(gauss: Nodes, degree: int, dimension: int) -> Nodes:
    """Nodes for a standard normal vector, exact for polynomials of degree 2 ``degree``.

    Products of a rule for each entry in up to two dimensions, and for features of degree 1 in more: there 2 d nodes,
    sqrt(d) away on the axes, are exact to degree 3 (Stroud 1971, E_n^{r^2} 3-1).

    Raises:
        EvidenceUnavailable: For features of a higher degree in more than two dimensions.
    """
    if dimension <= 2:
        grid = np.meshgrid(*[gauss.positions] * dimension, indexing="ij")
        sizes = np.meshgrid(*[gauss.weights] * dimension, indexing="ij")
        weights = np.prod([part.reshape(-1) for part in sizes], axis=0)
        return Nodes(np.stack([part.reshape(-1) for part in grid], axis=1), weights)
    if degree > 1:
        raise EvidenceUnavailable(f"noise in {dimension} dimensions under features of degree {degree}")
    axes = np.sqrt(dimension) * np.eye(dimension)
    return Nodes(np.concatenate([axes, -axes]), np.full(2 * dimension, 1 / (2 * dimension)))


def degree(node: ex.Expression, variables: frozenset[str] = frozenset({"t"})) -> int | None:
    """The degree of a polynomial tree in the given names and in ``D``, or None if it is no polynomial in them."""
    match node:
        case ex.Number() | ex.Gradient() | ex.PlayerGradient():
            return 0
        case ex.Name(name=name):
            return int(name in variables)
        case ex.Output():
            return 1
        case ex.Add(terms=terms):
            return _combine(max, [degree(term, variables) for term in terms])
        case ex.Multiply(factors=factors):
            return _combine(sum, [degree(factor, variables) for factor in factors])
        case ex.Negate(operand=operand):
            return degree(operand, variables)
        case ex.Divide(numerator=numerator, denominator=denominator) if degree(denominator, variables) == 0:
            return degree(numerator, variables)
        case ex.Power(base=base, exponent=exponent):
            inner, value = degree(base, variables), constant(exponent)
            if inner == 0:
                return 0
            if inner is not None and value is not None and value.denominator == 1 and value >= 0:
                return inner * int(value)
    return 0 if all(degree(child, variables) == 0 for child in ex.children(node)) else None


def _combine(rule: Callable[[list[int]], int], degrees: list[int | None]) -> int | None:
    known = [d for d in degrees if d is not None]
    return rule(known) if len(known) == len(degrees) else None


def node_count(proposal: Proposal) -> int:
    """How many nodes per random variable make every polynomial expectation of a proposal exact.

    A body of degree d in the sample has a derivative of degree at most d in it, and d <= 2n - 1 is enough.
    """
    penalties = (proposal.penalty_discriminator, proposal.penalty_generator)
    bodies = [n.body for tree in penalties for n in ex.walk(tree) if isinstance(n, ex.Expectation)]
    objective = proposal.objective
    if objective is not None:
        functions = (objective.fake, objective.real, objective.generator)
        bodies += [tree for tree in functions if isinstance(tree, ex.Expression)]
    degrees = [d for body in bodies if (d := degree(body)) is not None]
    return min(max([MINIMUM_NODES, *(d // 2 + 1 for d in degrees)]), MAXIMUM_NODES)

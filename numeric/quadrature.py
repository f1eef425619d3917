"""Explicit weighted samples that stand for the random symbols on both sides of a comparison.

Independence concerns differentiation, not integration (DESIGN.md section 8): autograd and the symbolic field average
over the same nodes. Gauss rules are exact for polynomials up to degree 2n - 1, so the exact moments that enter the
Jacobian at the equilibrium agree with them too; where a body is no polynomial, both sides see the same finite sample.
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

Array = NDArray[np.float64]
# The Jacobian at the equilibrium needs moments of degree 2 (two derivatives of D(x) = d* + psi x); v needs none exact.
MINIMUM_NODES = 4
MAXIMUM_NODES = 64


@dataclass(frozen=True, slots=True)
class Nodes:
    """Positions and weights, both of shape [n]; the weights sum to 1."""

    positions: Array
    weights: Array


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

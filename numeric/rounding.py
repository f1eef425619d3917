"""How far rounding may move v and J of a proposal: derived tolerances, never tuned ones.

The proposal's losses are written down a second time in ``jets``: Taylor series in (theta, psi) whose magnitudes add
absolute values wherever the computation adds terms. What reverse-mode autograd sums into a derivative are exactly the
products of local derivatives that those magnitudes sum, so the error of a torch derivative is at most

    N * eps * magnitude,    N = 4**levels * nodes + samples,

to first order: ``nodes`` operations in the loss, at most 4 for each of them per level of differentiation (a product
gives two products and a sum; elementary functions are good to 4 units in the last place), and one addition per sample.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ..symbolic import expression as ex
from ..symbolic.proposal import Objective, Proposal
from . import jets
from .cases import Cases
from .functions import ATOMS, SmoothFunctions
from .jet_language import JetAlgebra, batch, jets_of
from .jets import EPS, Jet, Kinks, decided_magnitudes
from .quadrature import gauss_hermite, gauss_legendre, node_count
from .rewriting import collect_powers

Array = NDArray[np.float64]
# Axes of a batch: cases, nodes of the noise on real samples, on fake samples, and of the mixing variable.
REAL_NOISE, FAKE_NOISE, MIXING = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of the rounding errors of one evaluation.

    Attributes:
        value: What the jets themselves compute: a third evaluation, by forward-mode series.
        magnitude: What eps and the number of operations multiply, of the same shape.
        decided: Where no kink lies within rounding: False where autograd may be on either side of one.
    """

    value: Array
    magnitude: Array
    decided: NDArray[np.bool_]


def operations(proposal: Proposal, levels: int) -> int:
    """N for the torch evaluation of a proposal, differentiated ``levels`` times."""
    trees: list[ex.Expression] = [proposal.penalty_discriminator, proposal.penalty_generator, proposal.data]
    if proposal.field is not None:
        trees += [proposal.field.theta, proposal.field.psi]
    size = 16
    if proposal.objective is not None:
        functions = (proposal.objective.fake, proposal.objective.real, proposal.objective.generator)
        trees += [tree for tree in functions if isinstance(tree, ex.Expression)]
        size += 4 * len(ATOMS)
    size += sum(1 for tree in trees for _ in ex.walk(tree))
    inner = any(isinstance(node, ex.Gradient | ex.PlayerGradient) for tree in trees for node in ex.walk(tree))
    return 4 ** (levels + inner) * size + node_count(proposal) ** 2


def bounds(proposal: Proposal, theta: Array, psi: Array, cases: Cases, *, jacobian: bool) -> Bounds:
    """Values and magnitudes of v, or of J, at one point per case.

    Args:
        proposal: What is evaluated.
        theta: Of shape [cases].
        psi: Of shape [cases].
        cases: Parameter values and objectives.
        jacobian: Whether J is wanted, of shape [cases, 2, 2], or v, of shape [cases, 2].
    """
    order = 1 if jacobian else 0
    return Bounds(
        *decided_magnitudes(
            EPS * operations(proposal, 1 + order),
            lambda kinks: _Model(proposal, cases, theta, psi, kinks, order).entries(),
        )
    )


@dataclass(frozen=True, slots=True)
class Series:
    """Derivatives of a function of one variable, of shape [orders, cases], and their magnitudes."""

    value: Array
    magnitude: Array


def objective_derivatives(function: ex.Expression, at: Array, parameters: Mapping[str, Array], order: int) -> Series:
    """Derivatives of a concrete function of ``t``, by Taylor series.

    Args:
        function: The tree of f(t).
        at: Where, of shape [cases].
        parameters: By name, each of shape [cases].
        order: The highest derivative.

    Returns:
        Derivatives 0 to ``order``; NaN where there is none, and from a kink on.
    """
    names = {name: Jet.constant(batch(values), order) for name, values in parameters.items()}
    t = Jet.variable(batch(at), 0, order)
    places = [k for k, (_, j) in enumerate(jets.indices(order)) if j == 0]
    factorials = np.cumprod([1.0, *range(1, order + 1)])[:, None]
    shape = (len(jets.indices(order)), len(at))

    def compute(kinks: Kinks) -> tuple[Array, Array]:
        series = jets_of(function, names | {"t": t}, kinks, order)
        value, magnitude = (
            np.broadcast_to(array[..., 0, 0, 0], shape)[places] * factorials
            for array in (series.values, series.magnitudes)
        )
        return value, magnitude

    size = sum(1 for _ in ex.walk(function))
    value, magnitude, decided = decided_magnitudes(4 * EPS * size, compute)
    return Series(np.where(decided, value, np.nan), magnitude)


def scalar(tree: ex.Expression, parameters: Mapping[str, Array], count: int) -> Array:
    """Values of an expression in parameters, of shape [count]."""
    names = {name: Jet.constant(batch(values), 0) for name, values in parameters.items()}
    with np.errstate(all="ignore"):
        return np.broadcast_to(jets_of(tree, names, Kinks(), 0).value[:, 0, 0, 0], (count,))


class _Model:
    """The Dirac-GAN's losses as jets at one point per case."""

    def __init__(self, proposal: Proposal, cases: Cases, theta: Array, psi: Array, kinks: Kinks, order: int) -> None:
        self.proposal, self.cases, self.kinks, self.order = proposal, cases, kinks, order
        penalties = (proposal.penalty_discriminator, proposal.penalty_generator)
        nested = any(isinstance(node, ex.PlayerGradient) for tree in penalties for node in ex.walk(tree))
        # A field given directly is not differentiated; a gradient inside a penalty takes one order more.
        deepest = order + (0 if proposal.field is not None else 2 if nested else 1)
        self.depth = deepest
        self.theta = Jet.variable(batch(theta), 0, deepest)
        self.psi = Jet.variable(batch(psi), 1, deepest)
        self.names = {name: Jet.constant(batch(values), deepest) for name, values in cases.parameters.items()}
        self.hermite = gauss_hermite(node_count(proposal))
        self.legendre = gauss_legendre(node_count(proposal))
        self._losses = None if proposal.field is not None else self._both_losses()

    def entries(self) -> tuple[Array, Array]:
        """(values, magnitudes) of v or, at order 1, of J."""
        ratio = self._scalar(self.proposal.training.h_ratio)
        if self.proposal.field is not None:
            slopes = {name: Jet.constant(batch(values), self.depth) for name, values in self.cases.slopes.items()}
            names = self.names | slopes | {"theta": self.theta, "psi": self.psi}
            rows = (self.proposal.field.theta, self.proposal.field.psi)
            first, second = (jets_of(row, names, self.kinks, self.depth) for row in rows)
        else:
            names = self.names | {"theta": self.theta, "psi": self.psi}
            algebra = JetAlgebra(names, self.kinks, self.depth, self)
            penalties = (self.proposal.penalty_discriminator, self.proposal.penalty_generator)
            for_d, for_g = (algebra.lifted(ex.interpret(collect_powers(tree), algebra)) for tree in penalties)
            first = -(self.loss("L_G") + for_g).derivative(0)
            second = (self.loss("L") - for_d).derivative(1)
        rows = [first.truncated(self.order), (ratio * second).truncated(self.order)]
        return self._collected([row.values for row in rows]), self._collected([row.magnitudes for row in rows])

    def _collected(self, rows: list[Array]) -> Array:
        shape = (rows[0].shape[0], len(self.cases), 1, 1, 1)
        flat = [np.broadcast_to(row, shape)[..., 0, 0, 0] for row in rows]
        if self.order == 0:
            return np.stack([row[0] for row in flat], axis=-1)
        return np.stack([np.stack([row[1], row[2]], axis=-1) for row in flat], axis=-2)

    def loss(self, name: str) -> Jet:
        """``L``, what D ascends, or ``L_G``, what G descends, both without penalties."""
        assert self._losses is not None
        return self._losses[0 if name == "L" else 1]

    def discriminator(self, sample: Jet) -> Jet:
        """D(x) = d* + psi x."""
        return Jet.constant(batch(self.cases.output), self.depth) + self.psi * sample

    def sample(self, operator: str, variance: Jet | None) -> Jet:
        """The sample of an expectation operator, over the nodes' axes."""
        real, fake = self._scalar(self.proposal.data), self.theta
        if operator == "E_mix":
            u = Jet.constant(_along(self.legendre.positions, MIXING), self.depth)
            return (Jet.constant(batch(1.0), self.depth) - u) * real + u * fake
        clean, axis = (real, REAL_NOISE) if operator.startswith("E_real") else (fake, FAKE_NOISE)
        if variance is None:
            return clean
        return clean + jets.power(variance, Fraction(1, 2), self.kinks) * self._noise(axis)

    def mean(self, value: Jet) -> Jet:
        """The average over all nodes."""
        for axis in (REAL_NOISE, FAKE_NOISE):
            value = value.average(self.hermite.weights, axis)
        return value.average(self.legendre.weights, MIXING)

    def _noise(self, axis: int) -> Jet:
        return Jet.constant(_along(self.hermite.positions, axis), self.depth)

    def _scalar(self, tree: ex.Expression) -> Jet:
        return jets_of(tree, self.names, self.kinks, self.depth)

    def _both_losses(self) -> tuple[Jet, Jet]:
        """(L, L_G)."""
        objective = self.proposal.objective
        assert objective is not None
        real, fake = self._scalar(self.proposal.data), self.theta
        if not ex.is_zero(objective.noise):
            sigma = self._scalar(objective.noise)
            real, fake = real + sigma * self._noise(REAL_NOISE), fake + sigma * self._noise(FAKE_NOISE)
        on_real, on_fake = self.discriminator(real), self.discriminator(fake)
        t = on_fake - on_real if objective.relativistic else on_fake
        gain = self.mean(self._apply(objective.fake, t))
        if not objective.relativistic:
            mirrored = objective.arbitrary
            gain = gain + self.mean(self._apply(objective.real, -on_real if mirrored else on_real))
        if objective.generator == "zero-sum":
            return gain, gain
        return gain, self.mean(self._generator_value(objective, t))

    def _generator_value(self, objective: Objective, t: Jet) -> Jet:
        if isinstance(objective.generator, ex.Expression):
            return self._apply(objective.generator, t)
        if objective.arbitrary or objective.relativistic:
            return -self._apply(objective.f, -t)
        return -self._apply(objective.real, t)

    def _apply(self, function: ex.Expression | None, t: Jet) -> Jet:
        if function is not None:
            return jets_of(function, self.names | {"t": t}, self.kinks, self.depth)
        family = self.cases.functions
        assert family is not None
        return compose_family(family, 0, t)


def compose_family(family: SmoothFunctions, order: int, t: Jet) -> Jet:
    """f^(order)(t) as a jet, for the family's exact derivatives."""
    return t.compose(lambda k, u: family.with_magnitude(order + k, u))


def _along(positions: Array, axis: int) -> Array:
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    return positions.reshape(shape)

r"""The trainer's game with linear features: Gaussian data on an affine subspace, G affine, D linear in its parameters.

    data b + F t, t ~ N(0, 1_k);    G(z) = z W + c, z ~ N(0, 1_k);    D(x) = d* + psi . phi(x)

p_theta is N(c, W^T W), so that M_G = {W = U F^T with U in O(k), c = b}: its tangent space is {Omega F^T, Omega skew},
of dimension k (k - 1)/2. z -> U z leaves the codes' law alone, so J has the same spectrum at all points of M_G; it is
taken at U = 1, psi* = 0. With more codes than k, W^T W does not have constant rank, and nothing is said. M_D is the
kernel of the values and slopes of phi on the data.

Expectations over the data are sums over an equidistant grid of codes with weights exp(-|z|^2/2): for a function that is
analytic in a strip of width a around the real axis their error falls like exp(-2 pi a/spacing), for tanh faster than
that of Gauss rules. What a grid with two thirds of the nodes changes in J is the error that is carried on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import jacrev, vmap

from ...numeric.cases import EvidenceUnavailable
from ...numeric.field import State, TorchField, tensor
from ...numeric.interpret import WeightedSamples
from ...numeric.realisable.blocks import DATA, BlockNumbers
from ...symbolic.proposal import Proposal
from ..data.affine_subspace import AffineSubspace
from ..data.gaussian import Gaussian
from ..networks.affine import Affine
from ..networks.features import Features
from ..networks.linear import Linear
from .features import EPS, Quotients, blocks_at, concrete_rule, curvatures, of_quotients
from .pinning import Number, PredictionError, Values, exact, pinned_proposal
from .prediction import Behaviour, Prediction

if TYPE_CHECKING:
    from ...numeric.realisable import GeneralNumbers

Array = NDArray[np.float64]
Tensor = torch.Tensor
# Nodes along each coordinate of a code, by the codes' dimension.
NODES = {1: 192, 2: 128}
# Beyond this code the normal law has a weight of 2e-11.
_REACH = 7.0
# Fewer nodes do for the size of what is not linear.
_FEW = 16


@dataclass(frozen=True)
class GaussianGame:
    """What is trained.

    Attributes:
        law: The data.
        generator: Affine, with as many codes as the data have dimensions.
        discriminator: Linear in its parameters.
    """

    law: AffineSubspace | Gaussian
    generator: Affine
    discriminator: Features | Linear

    def __post_init__(self) -> None:
        n = self.law.dimension
        if self.generator.outputs != n or self.discriminator.inputs != n:
            raise PredictionError(
                f"data in R^{n}, G into R^{self.generator.outputs}, D on R^{self.discriminator.inputs}: give one n"
            )

    @property
    def words(self) -> str:
        """For people."""
        k, n = self.law.intrinsic, self.law.dimension
        return f"Gaussian data of dimension {k} in R^{n}, G affine, D {self.discriminator.name}"


def predict_gaussian(
    proposal: Proposal, values: Values, h: Number, game: GaussianGame, nodes: int | None = None
) -> Prediction:
    """What the linearisation says of runs that come near M_G x M_D.

    Args:
        proposal: Its objective concrete; its own prototype is not looked at.
        values: Of all declared parameters.
        h: The step size.
        game: Data and networks.
        nodes: Along each coordinate of a code, if not ``NODES``.

    Raises:
        PredictionError: For what has no numbers.
    """
    step = exact("h", h)
    pinned = pinned_proposal(proposal, values, h)
    if pinned.field is not None or pinned.objective is None or pinned.objective.arbitrary:
        raise PredictionError(f"{proposal.name}: features need a concrete objective; give one, such as f = 'standard'")
    try:
        rule = concrete_rule(proposal, values)
        blocks = blocks_at(proposal, values, 1, rule)
        fine = nodes or NODES.get(game.law.intrinsic, 0)
        model, coarse, few = (NetworkModel(game, count) for count in (fine, 2 * fine // 3, _FEW))
        whole = model.jacobian(blocks.whole)
        free = None if blocks.free is None else model.jacobian(blocks.free)
    except EvidenceUnavailable as reason:
        return Prediction(game.words, "", "", Behaviour.UNDECIDED, f"no statement: {reason}")
    normal, split = model.normal()

    def quotient(matrix: Array) -> Array:
        return (normal.T @ matrix @ normal)[None]

    off = np.abs(whole - coarse.jacobian(blocks.whole))
    if blocks.free is not None and free is not None:
        off = np.maximum(off, np.abs(free - coarse.jacobian(blocks.free)))
    # Each entry is a sum over all nodes of products of a few features.
    bound = off + 16 * len(model.codes) * EPS * np.abs(whole).max()
    bound = (np.abs(normal).T @ bound @ np.abs(normal))[None]
    field, own = NetworkField(blocks.proposal, few), blocks.whole.cases

    def moved(away: Array) -> Array:
        point = few.point + away[0]
        size = len(few.theta)
        many = own[np.zeros(len(point), dtype=np.intp)]
        return field.field(point[:, :size], point[:, size:], many)[None]

    curved = curvatures(moved, normal[None], quotient(few.jacobian(blocks.whole)))
    games = Quotients(quotient(whole), bound, split, None if free is None else quotient(free), curved)
    return of_quotients(game.words, rule, float(step), games)[0]


class NetworkModel:
    """The game in torch; theta = (W, c), psi* = 0.

    Args:
        game: Data and networks.
        nodes: Along each coordinate of a code.

    Raises:
        EvidenceUnavailable: For codes that are more or fewer than the data's dimensions, or too many for a grid.
    """

    def __init__(self, game: GaussianGame, nodes: int) -> None:
        k, n = game.law.intrinsic, game.law.dimension
        if game.generator.inputs != k:
            raise EvidenceUnavailable(f"{game.generator.inputs} codes for data of dimension {k}; with {k} it has one")
        if k not in NODES:
            raise EvidenceUnavailable(f"data of dimension {k}: grids are taken for at most {max(NODES)}")
        self.game, self.rank = game, n * k + n - k * (k - 1) // 2
        axis = np.linspace(-_REACH, _REACH, nodes)
        codes = np.stack([g.reshape(-1) for g in np.meshgrid(*[axis] * k, indexing="ij")], axis=1)
        weights = np.exp(-(codes**2).sum(axis=1) / 2)
        self.codes, self.weights = tensor(codes), tensor(weights / weights.sum())
        if isinstance(game.law, Gaussian):
            frame, shift = game.law.sigma * np.eye(n), np.zeros(n)
        else:
            frame, shift = game.law.tables["frame"][:, :k], game.law.tables["shift"]
        self.frame: Array = frame
        self.theta: Array = np.concatenate([frame.T.reshape(-1), shift])
        self.psi: Array = np.zeros(game.discriminator.count)
        # Penalties and noise that mix or shake samples are not followed here.
        self.noise = torch.zeros(1, n, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
        self.mixing = torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
        # Features keep their random numbers from the first call on: not from within a transform of torch.func.
        self.discriminate(tensor(self.psi))(self.places(tensor(self.theta)))

    @property
    def point(self) -> Array:
        """(theta*, psi*)."""
        return np.concatenate([self.theta, self.psi])

    def places(self, theta: Tensor) -> Tensor:
        """Generated samples [N, n]."""
        return self.game.generator.apply(theta[None], self.codes[None])[0]

    def samples(self, theta: Tensor) -> WeightedSamples:
        """Real samples, generated at theta*, and generated ones."""
        real = self.places(tensor(self.theta))
        return WeightedSamples(real, self.places(theta), *self.noise, *self.mixing, self.weights, self.weights)

    def discriminate(self, psi: Tensor) -> Callable[[Tensor], Tensor]:
        """D - d* as a function of samples [N, n]."""
        return lambda x: self.game.discriminator.apply(psi[None], x[None])[0, :, 0]

    def jacobian(self, numbers: GeneralNumbers) -> Array:
        """J from moments of features, of shape [m + q, m + q].

        Raises:
            EvidenceUnavailable: For blocks over other laws than the data, and penalties on the players' gradients.
        """
        blocks = numbers.blocks
        if set(blocks.forms) != {DATA} or blocks.players:
            raise EvidenceUnavailable("a penalty or noise that sees more than D's values and slopes on the data")
        u, slopes = self._features
        often, codes = self.weights.numpy(), self.codes.numpy()
        # dx/dW_ij = z_i e_j and dx/dc_j = e_j.
        moves = np.concatenate([codes, np.ones((len(codes), 1))], axis=1)
        k = np.einsum("s,sjq,si->qij", often, slopes, moves, optimize=True).reshape(len(self.psi), -1)
        value, average = np.einsum("s,sp,sq->pq", often, u, u, optimize=True), often @ u
        slope = np.einsum("s,sjp,sjq->pq", often, slopes, slopes, optimize=True)
        return _assembled(blocks, k, value, np.outer(average, average), slope)

    @cached_property
    def _features(self) -> tuple[Array, Array]:
        """Phi at the data, of shape [N, q], and its gradients, of shape [N, n, q]: D is linear in psi."""
        units = torch.eye(len(self.psi), dtype=torch.float64)

        def phi(x: Tensor) -> Tensor:
            return self.game.discriminator.apply(units, x.expand(len(units), 1, -1))[:, 0, 0]

        x = self.places(tensor(self.theta))
        return vmap(phi)(x).numpy(), vmap(jacrev(phi))(x).mT.numpy()

    def normal(self) -> tuple[Array, int]:
        """An orthonormal basis of the complement of T (M_G x M_D), of shape [m + q, d], and G's part of d."""
        frame, k = self.frame, self.frame.shape[1]
        turns = [
            np.outer(_unit(k, i), frame[:, j]) - np.outer(_unit(k, j), frame[:, i]) for i in range(k) for j in range(i)
        ]
        flat = np.stack([np.concatenate([t.reshape(-1), np.zeros(len(frame))]) for t in turns]) if turns else None
        m = len(self.theta)
        of_g = np.eye(m) if flat is None else np.linalg.svd(flat)[2][len(flat) :].T
        u, slopes = self._features
        root = self.weights.sqrt().numpy()
        jets = np.concatenate([root[:, None] * u, (root[:, None, None] * slopes).reshape(-1, len(self.psi))])
        _, sizes, rows = np.linalg.svd(jets, full_matrices=jets.shape[0] < jets.shape[1])
        seen = int((sizes > 64 * EPS * sum(jets.shape) * sizes[0]).sum())
        normal = np.zeros((m + len(self.psi), of_g.shape[1] + seen))
        normal[:m, : of_g.shape[1]], normal[m:, of_g.shape[1] :] = of_g, rows[:seen].T
        return normal, of_g.shape[1]


class NetworkField(TorchField):
    """The training field of a proposal on these networks, its expectations sums over the nodes.

    Args:
        proposal: Its prototype is not looked at.
        model: The game.
    """

    def __init__(self, proposal: Proposal, model: NetworkModel) -> None:
        super().__init__(proposal)
        self._model = model
        self.sizes = len(model.theta), len(model.psi)
        self.codes, self._code_weights = model.codes, model.weights

    def _samples(self, theta: Tensor, state: State) -> WeightedSamples:
        return self._model.samples(theta)

    def _d(self, psi: Tensor, state: State) -> Callable[[Tensor], Tensor]:
        difference, output = self._model.discriminate(psi), state["game"]["output"]
        return lambda x: output + difference(x)


def _assembled(blocks: BlockNumbers, k: Array, value: Array, mean: Array, slope: Array) -> Array:
    """[[0, -pull K^T], [push K, -Q]], D's rows times the ratio of the steps."""
    on_values, on_means, on_slopes = (float(part[0]) for part in blocks.forms[DATA])
    q = on_values * value + on_means * mean + on_slopes * slope
    ratio = 1.0 if blocks.ratio is None else float(blocks.ratio[0])
    upper = np.concatenate([np.zeros((k.shape[1], k.shape[1])), -float(blocks.pull[0]) * k.T], axis=1)
    return np.concatenate([upper, ratio * np.concatenate([float(blocks.push[0]) * k, -q], axis=1)])


def _unit(size: int, place: int) -> Array:
    return np.eye(size)[place]

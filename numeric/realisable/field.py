"""The training field of a proposal on random realisable games: ``TorchField`` with a game of its own in every case."""

from __future__ import annotations

from collections.abc import Callable

import torch

from ...symbolic.proposal import Proposal
from ..cases import EvidenceUnavailable
from ..field import State, TorchField, tensor
from ..interpret import WeightedSamples
from .games import Games
from .model import Model

Tensor = torch.Tensor


class RealisableField(TorchField):
    """v and J by autograd on the losses as training code writes them; case i is played on game i.

    Args:
        proposal: Objective and penalties. Its prototype is not looked at.
        games: One for each case.

    Raises:
        EvidenceUnavailable: If the proposal gives its vector field, of two numbers, directly.
    """

    def __init__(self, proposal: Proposal, games: Games) -> None:
        if proposal.field is not None:
            raise EvidenceUnavailable(
                f"{proposal.name!r} gives a vector field of two numbers: there are no losses to play"
            )
        super().__init__(proposal)
        self.games, self.model = games, Model(games.shape)
        self.sizes = games.theta.shape[1], games.psi.shape[1]
        self._noise, self._noise_weights = self.model.noise
        self._mixing, self._mixing_weights = self.model.mixing
        # Only their number matters, as a measure of work: codes are among the games' tables.
        self.codes, self._code_weights = torch.zeros(games.shape.nodes, 0, dtype=torch.float64), None
        self._tables = {name: tensor(values) for name, values in games.tables.items()}

    def _vmapped(self, function: Callable[[Tensor, State], Tensor], points: Tensor, state: State) -> Tensor:
        if len(points) != len(self.games):
            raise ValueError(f"{len(points)} cases on {len(self.games)} games: give one game for each case")
        return super()._vmapped(function, points, state | {"game": state["game"] | self._tables})

    def _samples(self, theta: Tensor, state: State) -> WeightedSamples:
        return self.model.samples(theta, state["game"])

    def _d(self, psi: Tensor, state: State) -> Callable[[Tensor], Tensor]:
        difference, output = self.model.discriminate(psi, state["game"]), state["game"]["output"]
        return lambda x: output + difference(x)

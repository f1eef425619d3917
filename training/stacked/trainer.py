"""Trains many members at once: blocks of one rule each, advanced period by period without a look from the host.

    F: state -> state',  the rule's period on the stacked losses (``symbolic.updates``, ``players``)

On a CUDA device the periods of all blocks are captured once as a graph and replayed; minibatches are drawn in chunks
outside it and copied into the tensors that it reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from .block import Block, form
from .divergence import CAUSES, NEVER
from .draws import MEASURING
from .member import Architecture, Member, MemberError, bare_players

if TYPE_CHECKING:
    from ..data.law import Law

Tensor = torch.Tensor
# Periods before a graph is captured, in this process: libraries set themselves up in them.
_WARM_UP = 3


class Trainer:
    """Members of one architecture, trained together.

    Args:
        members: The members; results come in their order.
        architecture: Their networks and the size of their minibatches.
        dtype: ``torch.float32`` or ``torch.float64``.
        device: Where to train, such as "cpu" or "cuda".

    Attributes:
        steps: Periods done.

    Raises:
        MemberError: If there are no members, a law does not fit the networks, or the device does not exist.
    """

    def __init__(
        self,
        members: Sequence[Member],
        architecture: Architecture,
        *,
        dtype: torch.dtype = torch.float32,
        device: str = "cpu",
    ) -> None:
        if not members:
            raise MemberError("no members to train; give at least one")
        for member in members:
            if member.law.dimension != architecture.generator.outputs:
                raise MemberError(
                    f"{member.proposal.name}: data in R^{member.law.dimension} and a generator into "
                    f"R^{architecture.generator.outputs}; give networks of the data's dimension"
                )
            sizes = architecture.generator.count, architecture.discriminator.count
            for player, size in zip(("theta", "psi"), sizes, strict=True):
                if size > 1 and player in bare_players(member.proposal):
                    raise MemberError(
                        f"{member.proposal.name}: {player} stands for one number in a penalty, and these networks give "
                        f"it {size}; write norm({player}), or train on dirac:dimension=1"
                    )
            if member.proposal.field is not None and (sizes != (1, 1) or member.law.intrinsic):
                raise MemberError(
                    f"{member.proposal.name}: a [field] speaks of one theta and one psi, and has no losses for "
                    "networks; train it on the Dirac-GAN: data dirac:dimension=1"
                )
        self.members, self.architecture, self.dtype = tuple(members), architecture, dtype
        if not re.fullmatch(r"cpu|cuda(:\d+)?", device):
            raise MemberError(
                f"device {device!r}: unknown; known: cpu, cuda and cuda:N, on 'cpu' torch can always compute"
            )
        try:
            self.device = torch.empty(0, device=device).device
        except (AssertionError, RuntimeError) as error:
            problem = str(error).splitlines()[0]
            raise MemberError(f"device {device!r}: {problem}; on 'cpu' torch can always compute") from None
        groups: dict[str, list[int]] = {}
        for place, member in enumerate(members):
            groups.setdefault(form(member), []).append(place)
        self._blocks = [
            Block([members[k] for k in group], architecture, dtype, self.device) for group in groups.values()
        ]
        rows = [group[k] for group, block in zip(groups.values(), self._blocks, strict=True) for k in block.order]
        # Where each member's row is in the blocks' rows, one block after the other.
        self._rows = torch.tensor(sorted(range(len(rows)), key=rows.__getitem__), device=self.device)
        self.steps = 0
        self._warm = 0
        self._graph: torch.cuda.CUDAGraph | None = None

    def run(self, periods: int) -> None:
        """Trains for so many periods; returns before a device has done them."""
        for _ in range(periods):
            for block in self._blocks:
                block.prepare(self.steps)
            self._advance()
            self.steps += 1

    def _advance(self) -> None:
        if self._graph is not None:
            self._graph.replay()
            return
        if self.device.type == "cuda" and self._warm >= _WARM_UP and not any(b.rule.solves for b in self._blocks):
            self._capture()
            return
        self._warm += 1
        for block in self._blocks:
            block.advance()

    def _capture(self) -> None:
        """Captures one period of all blocks and replays it: capturing itself computes nothing."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for block in self._blocks:
                block.advance()
        self._graph = graph
        graph.replay()

    # -- what became of the members ----------------------------------------------------------------------------------

    def parameters(self, *, judged: bool = True) -> tuple[Tensor, Tensor]:
        """Theta of shape [E, m] and psi of shape [E, n].

        Args:
            judged: Whether averages are wanted where the rule's verdict means averages; else always the iterates.
        """
        pairs = [block.judged() if judged else block.state[:2] for block in self._blocks]
        theta, psi = (torch.cat(part)[self._rows] for part in zip(*pairs, strict=True))
        return theta, psi

    def generate(self, codes: Tensor) -> Tensor:
        """Samples of shape [E, n, d] for latent codes of shape [E, n, k]."""
        with torch.no_grad():
            return self.architecture.generator.apply(self.parameters()[0], codes)

    def samples(self, count: int, seed: int = 0) -> tuple[Tensor, Tensor]:
        """Generated and real samples, both of shape [E, count, d]: the same numbers for every member.

        Args:
            count: How many.
            seed: Of the latent codes and the real samples; not a member's.
        """
        codes = torch.randn(count, self.architecture.generator.inputs, **self._stream(seed, 0))
        laws = {member.law: self._points(member.law, count, seed) for member in self.members}
        return self.generate(codes.expand(len(self), -1, -1)), torch.stack([laws[m.law] for m in self.members])

    def __len__(self) -> int:
        return len(self.members)

    def _points(self, law: Law, count: int, seed: int) -> Tensor:
        normal = torch.randn(count, law.normals, **self._stream(seed, 1))
        return law.points(normal, torch.rand(count, law.uniforms, **self._stream(seed, 2)))

    def _stream(self, seed: int, purpose: int) -> dict[str, Any]:
        """Options of a random tensor: a stream of its own for every purpose."""
        key = np.random.SeedSequence([MEASURING, seed, purpose]).generate_state(1, np.uint64)[0] >> 1
        generator = torch.Generator(self.device).manual_seed(int(key))
        return {"generator": generator, "dtype": self.dtype, "device": self.device}

    def discriminate(self, x: Tensor, places: Sequence[int] | None = None) -> Tensor:
        """D of members at their samples.

        Args:
            x: Of shape [e, n, d].
            places: Which members; None for all.

        Returns:
            Of shape [e, n], differentiable in x.
        """
        chosen = self._rows if places is None else self._rows[list(places)]
        outputs = torch.cat([block.outputs() for block in self._blocks])[chosen]
        psi = torch.cat([block.judged()[1] for block in self._blocks])[chosen]
        return self.architecture.discriminator.apply(psi, x).squeeze(-1) + outputs

    def divergence(self) -> tuple[list[int | None], list[str]]:
        """The period in which each member diverged (None: it did not), and why."""
        since = torch.cat([block.since for block in self._blocks])[self._rows].tolist()
        cause = torch.cat([block.cause for block in self._blocks])[self._rows].tolist()
        return [None if step == NEVER else step for step in since], [CAUSES[code] for code in cause]

    # -- stopping and going on ---------------------------------------------------------------------------------------

    def state(self) -> dict[str, Tensor]:
        """Everything that is needed to go on, by name; on the CPU."""
        found = {}
        for number, block in enumerate(self._blocks):
            for name, value in _named(block).items():
                found[f"{number}.{name}"] = value.detach().cpu().clone()
        return found

    def load(self, state: Mapping[str, Tensor], steps: int) -> None:
        """Goes back to a state of the same members.

        Args:
            state: What ``state`` returned.
            steps: The periods that were done then.

        Raises:
            MemberError: If the state is one of other members.
        """
        own = {
            f"{number}.{name}": value
            for number, block in enumerate(self._blocks)
            for name, value in _named(block).items()
        }
        for name in own.keys() | state.keys():
            if name not in own or name not in state or own[name].shape != state[name].shape:
                raise MemberError(f"the state is one of other members or networks ({name}); start anew")
        for name, value in own.items():
            value.copy_(state[name])
        self.steps = steps


def _named(block: Block) -> dict[str, Tensor]:
    parts = {f"state.{place}": value for place, value in enumerate(block.state)}
    parts |= {f"average.{place}": value for place, value in enumerate(block.averages)}
    return parts | {"since": block.since, "cause": block.cause, "count": block.count}

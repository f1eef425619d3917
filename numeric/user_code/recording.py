"""Where a user's code evaluates D, and which samples these are.

Code draws its mixing weights and its noise itself. The discriminator that it is given records its inputs, and these are
recognised afterwards, batch by batch: clean samples, points u x_fake + (1 - u) x_real, or noisy samples. The
mathematics then averages over the very same points, so that nothing random remains in the comparison; whether u is
uniform and the noise Gaussian is asked of all of them together (``laws``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import nn

Tensor = torch.Tensor
Kind = Literal["real", "fake", "mix", "real-real", "elementwise", "real-noisy", "fake-noisy"]
# What stands for an expectation over samples that the code draws.
DRAWN: dict[str, Kind] = {"E_mix": "mix", "E_real_noisy": "real-noisy", "E_fake_noisy": "fake-noisy"}
# A convex combination takes two products and a sum, or a difference, a product and a sum.
_ROUNDINGS = 16


class RecordingDiscriminator(nn.Module):
    """A discriminator that remembers its inputs.

    Args:
        inner: From [N, ...] to [N].
        column: Whether it returns [N, 1], as networks that end in a linear layer do, or [N].
    """

    def __init__(self, inner: nn.Module, *, column: bool) -> None:
        super().__init__()
        self.inner, self.column = inner, column
        self.inputs: list[Tensor] = []

    def forward(self, x: Tensor, *_: object, **__: object) -> Tensor:
        """The raw value at each sample; labels and options of conditional networks are accepted and not used."""
        if torch.is_grad_enabled():  # what is evaluated without gradients is for a log
            self.inputs.append(_plain(x))
        value = self.inner(x)
        return value[:, None] if self.column else value


def _plain(x: Tensor) -> Tensor:
    """The numbers of an input, out of ``torch.func``'s wrappers; samples under vmap become rows."""
    functorch: Any = torch._C._functorch  # pyright: ignore[reportAttributeAccessIssue]
    while functorch.is_functorch_wrapped_tensor(x):
        if functorch.is_batchedtensor(x):
            axis = functorch.maybe_get_bdim(x)
            x = functorch.get_unwrapped(x).movedim(axis, 0)
            x = x.flatten(0, 1)
        else:
            x = functorch.get_unwrapped(x)
    return x.detach().clone()


@dataclass(frozen=True)
class Block:
    """One batch of inputs of D.

    Attributes:
        kind: Which samples they are; ``real-real`` lies between real samples, ``elementwise`` has a mixing weight of
            its own in every entry.
        x: Of shape [N, ...].
        pairs: For mixed samples: the real and the fake sample of each, of shape [N, 2].
        weights: For mixed samples: the weight u of the fake one, of shape [N].
    """

    kind: Kind
    x: Tensor
    pairs: Tensor | None = None
    weights: Tensor | None = None


def recognise(
    inputs: Sequence[Tensor], real: Tensor, fake: Tensor, *, moved: Sequence[Tensor] | None = None, by: float = 0.0
) -> list[Block]:
    """The batches of inputs, in order; several that were concatenated are taken apart.

    Args:
        inputs: What D was given, each of shape [M, ...].
        real: Of shape [N, ...].
        fake: Of shape [N, ...].
        moved: Where noise is expected: how each input moves when the real samples do, all else being equal.
        by: How far they were moved, all entries alike.
    """
    count = len(real)
    places = [place for place, x in enumerate(inputs) if x.shape[1:] == real.shape[1:]]
    if not places:
        return []
    rows = torch.cat([inputs[place] for place in places])
    shifts = None if moved is None else torch.cat([moved[place] for place in places])
    # Samples that are taken one by one make a batch together.
    return [
        _recognised(rows[k : k + count], real, fake, None if shifts is None else shifts[k : k + count], by)
        for k in range(0, len(rows) - count + 1, count)
    ]


def _recognised(x: Tensor, real: Tensor, fake: Tensor, shift: Tensor | None, by: float) -> Block:
    if torch.equal(x, real):
        return Block("real", x)
    if torch.equal(x, fake):
        return Block("fake", x)
    if shift is not None:
        slack = 1e-3 * by  # noise may depend on the batch, say on its spread, and that is rounded
        kinds: tuple[tuple[Kind, float], ...] = (("real-noisy", by), ("fake-noisy", 0.0))
        for kind, expected in kinds:
            if bool(((shift - expected).abs() <= slack).all()):
                return Block(kind, x)
    mixed = _on_segments(x, real, fake)
    if mixed is not None:
        return Block("mix", x, *mixed)
    mixed = _on_segments(x, real, real)
    if mixed is not None:
        return Block("real-real", x, *mixed)
    share = (x - real) / (fake - real)
    if real[0].numel() > 2 and bool(((share >= 0) & (share <= 1)).all()):
        return Block("elementwise", x)
    to_real, to_fake = ((x - clean).square().sum() for clean in (real, fake))
    return Block("real-noisy" if to_real <= to_fake else "fake-noisy", x)


def _on_segments(x: Tensor, first: Tensor, second: Tensor) -> tuple[Tensor, Tensor] | None:
    """Pairs and weights, if every row lies on a line through a row of each; pairs of equal index are tried first."""
    count = len(x)
    rows = x.reshape(count, -1)
    start, end = first.reshape(count, -1), second.reshape(count, -1)
    way = end[None, :, :] - start[:, None, :]  # [i, j, d]
    length = way.square().sum(-1)
    offset = rows[:, None, None, :] - start[None, :, None, :]  # [row, i, 1, d]
    weight = (offset * way[None]).sum(-1) / length[None]  # [row, i, j]
    rest = (offset - weight[..., None] * way[None]).abs().amax(-1)
    size = start.abs().amax() + end.abs().amax() + rows.abs().amax()
    good = (rest <= _ROUNDINGS * torch.finfo(x.dtype).eps * size) & (length[None] > 0)
    # On the line all pairs fit: one that x lies between, and its own if that is one of them.
    between = (weight >= 0) & (weight <= 1)
    own = torch.eye(count, dtype=torch.bool)[:, :, None] & torch.eye(count, dtype=torch.bool)[:, None, :]
    score = good * (1.0 + 2.0 * between + 1.0 * own)
    best = score.reshape(count, -1).argmax(1)
    if not bool((score.reshape(count, -1).amax(1) > 0).all()):
        return None
    pairs = torch.stack([best // count, best % count], dim=1)
    return pairs, weight[torch.arange(count), pairs[:, 0], pairs[:, 1]]

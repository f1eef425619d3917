"""Random numbers of a stack: every member has its own streams, which nobody who shares the batch can shift.

A stream belongs to (seed, purpose, and for data the law) and is cut into chunks of periods, each from a generator
seeded by the chunk's number, so that training can stop and go on anywhere. Members with equal seeds see equal
minibatches: methods and hyper-parameters are compared on common random numbers, and each number is drawn once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from ..data.law import Law

Tensor = torch.Tensor
PURPOSES = ("latent", "real", "noise:real", "noise:fake", "noise:E_real_noisy", "noise:E_fake_noisy", "mix")
# What random numbers are for comes first in their keys: NumPy fills keys up with zeros.
TRAINING, MEASURING, STARTING = 1, 2, 3
# Chunks are short enough for the minibatches of hundreds of members to fit into memory.
_LARGEST_CHUNK = 1 << 27


@dataclass(frozen=True)
class Sizes:
    """How many numbers a period takes.

    Attributes:
        minibatches: Minibatches of one period.
        samples: N, samples of one minibatch.
        latent: Dimension of a latent code.
        dimension: Dimension of a sample.
    """

    minibatches: int
    samples: int
    latent: int
    dimension: int


class Draws:
    """Minibatches of one purpose for some members.

    Args:
        purpose: One of ``PURPOSES``.
        seeds: The members' seeds.
        laws: The members' laws.
        sizes: How many numbers.
        dtype: Of the numbers.
        device: Where they are drawn and used.
        chunk: Periods drawn at once.
    """

    def __init__(
        self,
        purpose: str,
        seeds: Sequence[int],
        laws: Sequence[Law],
        sizes: Sizes,
        dtype: torch.dtype,
        device: torch.device,
        chunk: int,
    ) -> None:
        self.purpose, self._sizes, self._dtype, self._device, self._chunk = purpose, sizes, dtype, device, chunk
        keys = [(seed, law if purpose == "real" else None) for seed, law in zip(seeds, laws, strict=True)]
        self._streams = list(dict.fromkeys(keys))
        places = [self._streams.index(key) for key in keys]
        self._places = None if len(self._streams) == 1 else torch.tensor(places, device=device)
        self._members = len(keys)
        self._number = -1
        self._buffer = torch.empty(0)
        self.current = torch.empty(0)

    def advance(self, period: int) -> None:
        """Puts the numbers of a period, of shape [minibatches, streams, N, k], where ``minibatch`` reads them."""
        number, row = divmod(period, self._chunk)
        if number != self._number:
            self._buffer = torch.stack([self._drawn(stream, number) for stream in self._streams], dim=2)
            self._number = number
        if self.current.numel():
            # In place: a captured graph reads this very tensor.
            self.current.copy_(self._buffer[row])
        else:
            self.current = self._buffer[row].clone()

    def minibatch(self, place: int) -> Tensor:
        """The members' numbers in one minibatch of the current period, of shape [e, N, k]."""
        numbers = self.current[place]
        if self._places is None:
            return numbers.expand(self._members, -1, -1)
        return numbers.index_select(0, self._places)

    def _drawn(self, stream: tuple[int, Law | None], number: int) -> Tensor:
        """One stream's numbers in a chunk, of shape [chunk, minibatches, N, k]."""
        seed, law = stream
        key = np.random.SeedSequence([TRAINING, seed, PURPOSES.index(self.purpose), number])
        generator = torch.Generator(self._device).manual_seed(int(key.generate_state(1, np.uint64)[0] >> 1))
        shape = (self._chunk, self._sizes.minibatches, self._sizes.samples)
        options = {"generator": generator, "dtype": self._dtype, "device": self._device}
        if law is not None:
            normal = torch.randn(*shape, law.normals, **options)
            return law.points(normal, torch.rand(*shape, law.uniforms, **options))
        if self.purpose == "mix":
            return torch.rand(*shape, 1, **options)
        return torch.randn(*shape, self._sizes.latent if self.purpose == "latent" else self._sizes.dimension, **options)


def chunk_length(sizes: Sizes) -> int:
    """Periods drawn at once; a function of one member's numbers only, so that streams do not depend on the others."""
    numbers = sizes.minibatches * sizes.samples * max(sizes.latent, sizes.dimension, 1)
    return max(1, min(64, _LARGEST_CHUNK // (512 * numbers)))

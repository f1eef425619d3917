"""Members that diverge are marked with step and cause and stay where they last were finite; nobody else notices."""

from __future__ import annotations

from collections.abc import Sequence

import torch

Tensor = torch.Tensor
# Beyond this no trajectory of a bounded game comes back, and float32 squares still are finite.
LARGEST = 1e12
NEVER = -1
# In the order in which they are looked for; a code is an index.
CAUSES = (
    "",
    "the generator's parameters are not finite",
    "the discriminator's parameters are not finite",
    "the rule's memory is not finite",
    f"a parameter of the generator exceeds {LARGEST:g}",
    f"a parameter of the discriminator exceeds {LARGEST:g}",
)


def guard(old: Sequence[Tensor], new: Sequence[Tensor], step: Tensor, since: Tensor, cause: Tensor) -> None:
    """Writes a new state over the old one, except for members that have diverged or do so now.

    Args:
        old: The state's parts (theta, psi, memory...), each of shape [E, k]; overwritten.
        new: The same after a period.
        step: The number of this period, of shape [].
        since: When each member diverged, or ``NEVER``, of shape [E]; overwritten.
        cause: Why, as an index into ``CAUSES``, of shape [E]; overwritten.
    """
    found = torch.zeros_like(cause)
    for place in reversed(range(len(new))):
        part = new[place]
        kind = min(place, 2)
        size = part.detach().abs().amax(1)
        if kind < 2:  # second moments are squares, and may be large
            found = torch.where(size > LARGEST, 4 + kind, found)
        found = torch.where(size.isfinite(), found, 1 + kind)
    fresh = (found > 0) & (since == NEVER)
    cause.copy_(torch.where(fresh, found, cause))
    since.copy_(torch.where(fresh, step, since))
    alive = (since == NEVER)[:, None]
    # All are made before one is overwritten: a rule's new memory may be the old parameters themselves.
    kept = [torch.where(alive, after.detach(), before) for before, after in zip(old, new, strict=True)]
    for before, after in zip(old, kept, strict=True):
        before.copy_(after)

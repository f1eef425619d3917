"""Which modes of a law a generator hits, and what share of its samples lies on the law's support.

A mode is hit when at least a share of what is due to it, n/m of n samples among m equally probable modes, lies within
its radius and nearer to it than to any other. One stray sample is no hit, unlike in counts of "modes with a sample".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from ..data.law import Law

Tensor = torch.Tensor
# Of what is due to a mode. A perfect generator falls short of it once in 10^10 where 50 samples are due.
SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Coverage:
    """Modes and samples of each member.

    Attributes:
        counts: Samples within each mode's radius, of shape [E, m].
        hit: How many modes are hit, of shape [E].
        modes: m.
        inside: The share of samples within the radius of some mode, of shape [E].
    """

    counts: Tensor
    hit: Tensor
    modes: int
    inside: Tensor


def mode_coverage(law: Law, samples: Tensor, *, share: float = SHARE) -> Coverage | None:
    """Modes that samples hit.

    Args:
        law: With m modes and their radius ``spread``.
        samples: Of shape [E, n, d]; what is not finite is in no mode.
        share: Of the n/m samples that are due to a mode.

    Returns:
        Counts, or None for a law that is one piece.
    """
    centres = law.modes()
    if centres is None:
        return None
    members, count, _ = samples.shape
    # Not by a product of matrices, which cancels digits of close points.
    exact = "donot_use_mm_for_euclid_dist"
    distances = torch.cdist(samples.double(), centres.to(samples.device).double(), compute_mode=exact)
    distance, nearest = distances.min(dim=2)
    inside = (distance <= law.spread).double()
    counts = torch.zeros(members, len(centres), dtype=torch.float64, device=samples.device)
    counts.scatter_add_(1, nearest, inside)
    hit = (counts >= max(share * count / len(centres), 1.0)).sum(dim=1)
    return Coverage(counts.long(), hit, len(centres), inside.mean(dim=1))


def share_on_support(law: Law, samples: Tensor, tolerance: float) -> Tensor:
    """The share of samples at most ``tolerance`` away from the support, of shape [E].

    A law with full support, a mixture of Gaussians for one, has distance 0 everywhere: its modes say more.

    Args:
        law: Whose ``distance`` counts.
        samples: Of shape [E, n, d]; what is not finite is off the support.
        tolerance: Not negative.
    """
    return (law.distance(samples.double()) <= tolerance).double().mean(dim=1)

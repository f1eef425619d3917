"""The distance to a regular curve c(t) of the plane that has no closed form.

The minima of phi(t) = |c(t) - x|^2/2 are bracketed by a table of c. The five lowest are refined by Newton's method for
phi' inside their brackets, by bisection where Newton's step leaves them. The result is the distance to a point of the
curve, so never below the true one. It is the true one up to rounding if phi has at most four minima and no cell of the
table holds two extrema; the fifth is for a closed curve, whose first point may be found from both sides. In any case
phi is too large by at most max |phi''| w^2/8, with w the width of a cell, since the table's points count as well.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

# t of shape [...] to c(t), c'(t), c''(t) of shape [..., 2].
Curve = Callable[[torch.Tensor], tuple[torch.Tensor, torch.Tensor, torch.Tensor]]
CELLS = 1024
_MINIMA = 5
_STEPS = 14  # Newton's method takes five; bisection alone leaves 1e-7 of t, and its square of phi
_CHUNK = 4096  # points whose table of distances is held at a time: 34 MB


def distance_to_curve(x: torch.Tensor, curve: Curve, low: float, high: float, *, closed: bool) -> torch.Tensor:
    """Distances of points to {c(t): low <= t <= high}, computed in float64.

    Args:
        x: Points of shape [..., 2].
        curve: c with its first two derivatives.
        low: The first t.
        high: The last t.
        closed: Whether c is periodic with period high - low.

    Returns:
        Distances of shape [...], in the dtype of x.
    """
    t = torch.linspace(low, high, CELLS + 1, dtype=torch.float64, device=x.device)
    parts = x.reshape(-1, 2).to(torch.float64).split(_CHUNK)
    return torch.cat([_distance(part, curve, t, closed) for part in parts]).reshape(x.shape[:-1]).to(x.dtype)


def _distance(x: torch.Tensor, curve: Curve, t: torch.Tensor, closed: bool) -> torch.Tensor:
    points = curve(t)[0]
    table = points.square().sum(-1) - 2 * x @ points.T  # 2 phi up to |x|^2: only its order in a row counts
    width, outside = t[1] - t[0], torch.full_like(table[:, :1], torch.inf)
    dip = (table <= torch.cat([outside, table[:, :-1]], 1)) & (table <= torch.cat([table[:, 1:], outside], 1))
    first_places = t[torch.where(dip, table, torch.inf).topk(_MINIMA, dim=1, largest=False).indices]
    place, left, right = first_places, first_places - width, first_places + width
    if not closed:
        left, right = left.clamp(min=t[0]), right.clamp(max=t[-1])
    for _ in range(_STEPS):
        value, first, second = curve(place)
        gap = value - x[:, None]
        slope = (gap * first).sum(-1)
        left, right = torch.where(slope > 0, left, place), torch.where(slope > 0, place, right)
        step = place - slope / (first.square() + gap * second).sum(-1)
        place = torch.where((left <= step) & (step <= right), step, (left + right) / 2)
    places = torch.cat([place, first_places], dim=1)
    return (curve(places)[0] - x[:, None]).square().sum(-1).amin(1).sqrt()

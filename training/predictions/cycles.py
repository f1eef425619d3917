"""Where the analysed map ends that does not converge: its attractor, by iterating it.

The map is iterated from the run's start, and from starts an eighth farther and nearer, over windows that double in
length. Least, mean and greatest distance of the last window are the prediction, and what changed since the window
before is their error; on doubling windows an algebraic drift is as visible as an exponential one. All of it is evidence
about one map in floating point, never a verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from .maps import FieldMap
from .prediction import Behaviour, Cycle, Estimate

Array = NDArray[np.float64]
EPS = float(np.finfo(np.float64).eps)
# Starts: as given, farther, nearer. An eighth is exact in binary and large beside rounding.
_SCALES = np.array([1.0, 1.125, 0.875])
_FIRST, LAST = 2**10, 2**15
# Two windows that agree to the first number end the iteration; to the second, they still show what it settles on.
_SETTLED, _GOOD = 1e-4, 1e-2
# The change of the mean distance over a window that ``training.measures`` may still take for none.
_DRIFT = 0.25
# A distance so many times the start's is on its way out, one so small a part of it on its way in.
_FAR, _NEAR = 1e6, 1e-9


@dataclass(frozen=True, slots=True)
class Attractor:
    """What iterating the map showed.

    Attributes:
        behaviour: In one word.
        cycle: The last window's distances, where the motion settled.
        because: One sentence.
    """

    behaviour: Behaviour
    cycle: Cycle | None
    because: str


@dataclass(frozen=True, slots=True)
class _Window:
    """Distances over a window, and turns around x*, each of shape [starts]; the first start is the run's.

    Attributes:
        mean: Over ``counted`` periods: whole turns, or the window where there is none.
        centre: The mean of (theta, psi) - x*, of shape [starts, 2 n].
        turns: How many there are.
        turn: Periods of one; NaN where there is none.
    """

    least: Array
    mean: Array
    greatest: Array
    centre: Array
    turns: Array
    turn: Array
    counted: Array
    length: int

    @property
    def cut(self) -> Array:
        """What the mean is off by because turns are no whole numbers of periods: two periods at most."""
        return 2 * (self.greatest - self.least) / self.counted

    @property
    def missed(self) -> Array:
        """What the extremes are off by: whole periods miss the extreme of a turn of T of them by 1 - cos(pi/T)."""
        share = np.where(self.turns >= 1, pi**2 / (2 * np.nan_to_num(self.turn, nan=1.0) ** 2), 0.0)
        return (self.greatest - self.least) * share

    @property
    def attracting(self) -> bool:
        """Whether all starts have come to the same distances."""
        slack = self.cut.max() + _GOOD * self.mean[0]
        return bool(np.ptp(self.mean) <= slack and np.ptp(self.greatest) <= self.missed.max() + _GOOD * self.mean[0])


def attractor(field_map: FieldMap, theta: Array, psi: Array, *, last: int = LAST) -> Attractor:
    """Iterates the map from a start until it settles.

    Args:
        field_map: F_h.
        theta: G's start, of shape [n].
        psi: D's start, of shape [n].
        last: The largest number of periods, where orbits drift slowly those that the run has; at least 2,048 are done.

    Returns:
        Where the motion ends, with errors from what changed between the last two windows.
    """
    away = np.concatenate([theta, psi]) - field_map.equilibrium
    points = field_map.equilibrium + _SCALES[:, None] * away
    state = field_map.start(points[:, : len(theta)], points[:, len(theta) :])
    scale = float(np.linalg.norm(away))
    if scale == 0:
        return Attractor(Behaviour.CONVERGING, None, "the run starts at x*")
    track, windows, done = [points - field_map.equilibrium], list[_Window](), 0
    for end in _doubling(last):
        with np.errstate(all="ignore"):
            for count in range(done, end):
                state = field_map.step(state, count)
                track.append(np.concatenate(state[:2], axis=1) - field_map.equilibrium)
        done = end
        path = np.stack(track)
        reached = np.linalg.norm(path[:, 0], axis=1)
        if not np.isfinite(reached).all() or reached[-1] > _FAR * scale:
            finite = reached[np.isfinite(reached)]
            grown = finite[-1] > 2 * scale
            words = f"the distance from x* grew from {scale:.3g} to {finite[-1]:.3g} in {len(finite) - 1} periods"
            return Attractor(Behaviour.LEAVING if grown else Behaviour.UNDECIDED, None, words)
        windows.append(_window(path[end // 2 :]))
        if windows[-1].greatest[0] < _NEAR * scale:
            return Attractor(Behaviour.CONVERGING, None, f"the distance from x* fell below {_NEAR:g} of the start's")
        if len(windows) > 1 and _still(windows[-2], windows[-1], last / end):
            break
    return _read(windows, done)


def _doubling(last: int) -> list[int]:
    ends = [max(2 * _FIRST, last)]
    while ends[0] > _FIRST:
        ends.insert(0, max(ends[0] // 2, _FIRST))
    return ends


def _window(path: Array) -> _Window:
    """What a window [periods, starts, 2 n] shows."""
    distance = np.linalg.norm(path, axis=2)
    size = path.shape[2] // 2
    theta, psi = path[:, :, :size], path[:, :, size:]
    # The pair of coordinates that moves most turns around x* with the motion.
    pair = (theta**2 + psi**2).mean(axis=0).argmax(axis=1)
    rows = np.arange(path.shape[1])
    x, y = theta[:, rows, pair], psi[:, rows, pair]
    angle = np.unwrap(np.arctan2(y, x), axis=0)
    turns = np.abs(angle[-1] - angle[0]) / (2 * pi)
    turn = np.array([_turn(column) for column in angle.T])
    counted = np.where(turns >= 1, np.round(np.floor(turns) * np.nan_to_num(turn)), len(path)).astype(int)
    means = [column[:count].mean() for column, count in zip(distance.T, counted, strict=True)]
    return _Window(
        distance.min(axis=0),
        np.array(means),
        distance.max(axis=0),
        path.mean(axis=0),
        turns,
        turn,
        counted,
        len(path),
    )


def _turn(angle: Array) -> float:
    """Periods of one turn: between the first and the last passage of the first phase, interpolated; NaN without."""
    phase = np.abs(angle - angle[0]) / (2 * pi)
    whole = int(phase[-1])
    if whole < 1:
        return float("nan")
    place = int(np.argmax(phase >= whole))
    before = phase[place - 1]
    return (place - 1 + (whole - before) / (phase[place] - before)) / whole


def _change(before: _Window, after: _Window) -> float:
    """The relative change of the run's own mean distance."""
    return abs(float(after.mean[0] - before.mean[0])) / float(after.mean[0])


def _still(before: _Window, after: _Window, left: float) -> bool:
    """Whether nothing but sampling changes any more; what drifts off no cycle has ``left`` times as long to do so."""
    if after.turns[0] < 2 and np.linalg.norm(after.centre[0] - before.centre[0]) > _SETTLED * after.mean[0]:
        return False
    for now, then, sampled in (
        (after.mean[0], before.mean[0], after.cut[0] + before.cut[0]),
        (after.least[0], before.least[0], after.missed[0] + before.missed[0]),
        (after.greatest[0], before.greatest[0], after.missed[0] + before.missed[0]),
    ):
        moved = abs(now - then)
        moved = max(moved - sampled, 0.0) if after.attracting else moved * left
        if moved > _SETTLED * after.mean[0]:
            return False
    return True


def _read(windows: list[_Window], done: int) -> Attractor:
    final = windows[-1]
    change = _change(windows[-2], final)
    if change <= _GOOD:
        return _settled(windows[-2], final, done)
    words = f"the mean distance went from {windows[-2].mean[0]:.4g} to {final.mean[0]:.4g} in the last window"
    late = float(final.mean[0] - windows[-2].mean[0])
    if late > 0:
        if change > _DRIFT:
            return Attractor(Behaviour.LEAVING, None, words)
        return Attractor(Behaviour.UNDECIDED, None, f"{words}: so slow a drift may be seen as circling")
    if len(windows) > 2:
        early = float(windows[-2].mean[0] - windows[-3].mean[0])
        # On doubling windows a + b n^-p is geometric, so that its limit a is Aitken's.
        limit = float(final.mean[0]) - late**2 / (late - early) if late != early else float("nan")
        if limit <= final.mean[0] / 10:
            return Attractor(Behaviour.CONVERGING, None, f"{words}, on its way to 0 like a power of the time")
    return Attractor(Behaviour.UNDECIDED, None, f"{words}, and has not settled after {done} periods")


def _settled(before: _Window, final: _Window, done: int) -> Attractor:
    def estimate(name: str, slack: float) -> Estimate:
        now, then = (float(getattr(w, name)[0]) for w in (final, before))
        error = abs(now - then) + slack + done * EPS * now
        return Estimate(now, error, f"the last {final.length} of {done} periods of the derived map")

    mean = estimate("mean", float(final.cut[0]))
    least, greatest = (estimate(name, float(final.missed[0])) for name in ("least", "greatest"))
    circles = final.turns[0] >= 2
    turn = None
    if circles:
        counted = int(final.turns[0])
        error = abs(float(final.turn[0] - before.turn[0])) if before.turns[0] >= 1 else float(final.turn[0])
        turn = Estimate(float(final.turn[0]), error + 1 / counted, f"{counted} turns of the derived map")
    which = "an attracting cycle" if final.attracting else "the orbit of this start; others have others"
    if not circles:
        which = f"rest at a distance {np.linalg.norm(final.centre[0]):.4g} from x*, not at x*"
    because = f"iterating the derived map settles on {which}"
    cycle = Cycle(least, mean, greatest, turn, final.attracting, because)
    return Attractor(Behaviour.CIRCLING if circles else Behaviour.ELSEWHERE, cycle, because)

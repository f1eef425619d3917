"""Time limits: they come, come again where they were swallowed, nest, and leave nothing behind."""

from __future__ import annotations

import signal
import time

import pytest
import sympy as sp

from convergan.symbolic.critical.averages import growth_per_turn
from convergan.symbolic.decision.limits import OutOfTime, time_limit, unbroken
from convergan.symbolic.germs.local import X, Y


def busy(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_the_limit_comes() -> None:
    limit = object()
    start = time.monotonic()
    with pytest.raises(OutOfTime) as caught, time_limit(0.05, limit):
        busy(20)
    assert caught.value.limit is limit
    assert time.monotonic() - start < 10
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)


def test_a_swallowed_limit_comes_again() -> None:
    swallowed = []

    def deaf() -> None:
        try:
            busy(20)
        except OutOfTime:
            swallowed.append(1)
        busy(20)

    with pytest.raises(OutOfTime), time_limit(0.05, object()):
        deaf()
    assert swallowed == [1]


def test_the_inner_limit_leaves_the_outer_one_in_force() -> None:
    outer, inner = object(), object()

    def nested() -> None:
        with pytest.raises(OutOfTime) as first, time_limit(0.02, inner):
            busy(20)
        assert first.value.limit is inner
        busy(20)

    with pytest.raises(OutOfTime) as caught, time_limit(0.3, outer):
        nested()
    assert caught.value.limit is outer


def test_an_outer_limit_that_is_nearer_stays_the_one() -> None:
    outer = object()
    with pytest.raises(OutOfTime) as caught, time_limit(0.05, outer), time_limit(60, object()):
        busy(20)
    assert caught.value.limit is outer


def test_a_limit_that_ends_with_its_block_leaves_nothing_behind() -> None:
    ended = 0
    for delay in range(300):
        try:
            with time_limit(0.002, object()):
                busy(0.0019 + delay * 1e-6)
        except OutOfTime:
            ended += 1
        assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    busy(0.6)  # longer than a limit waits before it comes again
    assert 0 < ended < 300


def test_what_must_not_be_broken_is_not_and_the_limit_comes_after_it() -> None:
    finished = []

    def work() -> None:
        busy(0.3)
        finished.append(1)

    def run() -> None:
        unbroken(work)
        finished.append(2)
        busy(20)

    with pytest.raises(OutOfTime), time_limit(0.05, object()):
        run()
    assert finished[0] == 1


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5, 0.7])
def test_a_limit_during_an_integral_of_balls(seconds: float) -> None:
    """An exception in Python's answers to compiled code once grew to a chain of 260,000, and a crash."""
    x, y, small = X, Y, sp.Rational(1, 10**9)
    # Theta nearly vanishes on an axis: thousands of evaluations.
    rows = -(y**5) - x**4 * y * small, x * y**4 + x**5 * small - y**5

    def run() -> None:
        growth_per_turn([(rows, ())])
        busy(20)

    with pytest.raises(OutOfTime), time_limit(seconds, object()):
        run()

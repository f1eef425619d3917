"""What Hypothesis costs per case: examples of the public strategies against the same drawn in one batch."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from convergan.numeric import random_functions, random_points, sample_cases
from convergan.numeric.strategies import cases, objectives, points

from .jacobians import r1
from .timing import Pair, Work


def examples(strategy: st.SearchStrategy[Any], count: int) -> Work:
    """Runs a test with an empty body on so many examples."""

    def work() -> int:
        drawn = 0

        @settings(
            max_examples=count,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def empty(_: Any) -> None:
            nonlocal drawn
            drawn += 1

        empty()
        return drawn

    return work


def pairs(scale: float) -> list[Pair]:
    """Cases of R1, cases with points, and objectives by themselves."""
    many, few = max(8, int(65_536 * scale)), max(2, int(300 * scale))
    proposal = r1()

    def batch() -> int:
        return len(sample_cases(proposal, many, 0))

    def batch_of_points() -> int:
        drawn = sample_cases(proposal, many, 0)
        return len(random_points(proposal, drawn, 0)[0])

    def batch_of_objectives() -> int:
        return len(random_functions(many, np.random.default_rng(0)))

    return [
        Pair(
            "drawing cases of R1",
            ("sample_cases", batch),
            ("Hypothesis, strategies.cases", examples(cases(proposal), few)),
        ),
        Pair(
            "drawing cases and points of R1",
            ("sample_cases and random_points", batch_of_points),
            ("Hypothesis, strategies.points", examples(points(proposal), few)),
        ),
        Pair(
            "drawing objectives",
            ("random_functions", batch_of_objectives),
            ("Hypothesis, strategies.objectives", examples(objectives(), few)),
        ),
    ]

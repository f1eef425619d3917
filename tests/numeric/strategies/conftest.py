"""What the tests of the strategies share: the smallest example of a predicate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis.strategies import SearchStrategy

# One failure is all that is asked for; by default Hypothesis goes on and looks for others.
_ONE = settings(
    database=None,
    deadline=None,
    derandomize=True,
    max_examples=2000,
    phases=(Phase.generate, Phase.shrink),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="session")
def smallest() -> Callable[[SearchStrategy[Any], Callable[[Any], bool]], Any]:
    """The minimal example of a strategy that satisfies a predicate."""

    def found(strategy: SearchStrategy[Any], predicate: Callable[[Any], bool]) -> Any:
        return find(strategy, predicate, settings=_ONE)

    return found

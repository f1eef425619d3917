"""Strategies for the values at which a proposal is evaluated: admissible parameters, objectives and points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.proposal import Proposal
from ..cases import Cases
from ..rounding import scalar
from ..sampling import Output, admissible, draw_values, has_arbitrary_f, plan, slopes_at
from .objectives import objectives, rationals

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the phase plane, with the case that it belongs to.

    Attributes:
        theta: G's parameter, of shape [1].
        psi: D's parameter, of shape [1].
        case: Parameter values and f, one case.
    """

    theta: Array
    psi: Array
    case: Cases


@st.composite
def cases(draw: st.DrawFn, proposal: Proposal, output: Output | None = None) -> Cases:
    """One admissible case of a proposal: parameter values and, where f is arbitrary, an f, jointly admissible.

    Args:
        draw: Given by Hypothesis.
        proposal: Whose conditions hold.
        output: The equilibrium output d* at parameter values; 0 if not given.
    """

    def number(name: str, low: Array, high: Array) -> Array:
        bottom, top = float(low[0]), float(high[0])
        if np.isfinite(bottom) and np.isfinite(top):
            share = draw(st.sampled_from([1 / 2, 1 / 4, 3 / 4, 1 / 100, 99 / 100]))
            return np.array([bottom + (top - bottom) * share])
        if np.isfinite(bottom) or np.isfinite(top):
            away = float(draw(rationals(positive=True)))
            return np.array([bottom + away if np.isfinite(bottom) else top - away])
        return np.array([float(draw(rationals()))])

    drawing = plan(proposal, output)
    with np.errstate(all="ignore"):
        values = draw_values(drawing, 1, number)
        given = {name: values[name] for name in proposal.parameter_names}
        at = np.zeros(1) if output is None else np.reshape(output(given), (1,))
        functions = None
        if has_arbitrary_f(proposal):
            targets = {int(name[1:]): values[name] for name in drawing.order if name in ex.DERIVATIVE_SYMBOLS}
            functions = draw(objectives()).pinned(targets)
        slopes, magnitudes = slopes_at(proposal, functions, at, given)
        assume(bool(admissible(drawing, given, slopes, magnitudes, 1).all()))
    return Cases(given, functions, at, slopes)


def parameters(proposal: Proposal) -> st.SearchStrategy[dict[str, float]]:
    """Admissible values of a proposal's parameters, by name."""
    return cases(proposal).map(lambda case: {name: float(value[0]) for name, value in case.parameters.items()})


@st.composite
def points(draw: st.DrawFn, proposal: Proposal, output: Output | None = None) -> Point:
    """A point off the equilibrium, at an admissible case.

    Args:
        draw: Given by Hypothesis.
        proposal: Whose phase plane it is.
        output: The equilibrium output d* at parameter values; 0 if not given.
    """
    case = draw(cases(proposal, output))
    data = scalar(proposal.data, case.parameters, 1)
    small = st.builds(lambda n, d: n / d, st.integers(-12, 12), st.integers(1, 4))
    theta, psi = draw(small), draw(small)
    assume(theta != 0 or psi != 0)
    return Point(data + theta, np.array([psi]), case)

"""Cases on a surface: an admissible case of which one coordinate is moved there, or a little beyond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from ...symbolic import expression as ex
from ...symbolic.conditions import Relation
from ...symbolic.proposal import Proposal
from ..functions import SmoothFunctions
from ..polynomials import holds
from ..sampling import has_arbitrary_f
from .admissible_cases import Case, Declared, inside
from .mixtures import SmoothFunction
from .rationals import rationals

if TYPE_CHECKING:
    from .surfaces import Surface

# How far outside, relative to the edge where that is larger than 1.
_BEYOND = st.sampled_from([1 / 8, 1e-3, 1e-6])
_STEPS = rationals(positive=True)


@st.composite
def on_surfaces(
    draw: st.DrawFn,
    declared: Declared,
    functions: st.SearchStrategy[SmoothFunction],
    surfaces: Sequence[Surface],
) -> Case:
    """An admissible case on one of some surfaces, where it bounds its region."""
    surface = draw(st.sampled_from(surfaces))
    case = draw(inside(declared, functions))
    if "h" in surface.names and not declared.proposal.declares_step:
        step = np.array([float(draw(_STEPS))])
        case = Case({**case.parameters, "h": step}, case.functions, case.output, case.slopes)
    for name in movable(declared.proposal, surface.names):
        found = []
        for value in surface.solutions(name, _values(case)):
            moved, good = _moved(declared, case, name, value)
            values = _values(moved)
            if (
                good
                and values.get("h", 1.0) > 0
                and value in surface.solutions(name, values)
                and surface.bounds(values)
            ):
                found.append(moved)
        if found:
            return draw(st.sampled_from(found))
    assume(False)
    raise AssertionError("unreachable")


@st.composite
def at_edges(
    draw: st.DrawFn,
    declared: Declared,
    functions: st.SearchStrategy[SmoothFunction],
    relations: Sequence[Relation],
    *,
    beyond: bool,
) -> Case:
    """A case at which one of some declared conditions is an equality, or fails by little; all others hold."""
    from .surfaces import of_relation

    relation = draw(st.sampled_from(relations))
    case = draw(inside(declared, functions))
    surface = of_relation(relation, declared.proposal)
    # Outside of "f1 != 0" there is nothing but its edge; it is drawn all the same, or such examples would be smaller.
    step = draw(_BEYOND) if beyond else 0.0
    step = 0.0 if relation.operator == "!=" else step
    for name in movable(declared.proposal, surface.names):
        found = []
        for edge in surface.solutions(name, _values(case)):
            away = step * max(1.0, abs(edge))
            for value in dict.fromkeys((edge + away, edge - away)):
                moved, good = _moved(declared, case, name, value, without=relation)
                if good and not (beyond and _holds(relation, moved)):
                    found.append(moved)
        if found:
            return draw(st.sampled_from(found))
    assume(False)
    raise AssertionError("unreachable")


def movable(proposal: Proposal, names: frozenset[str]) -> Iterator[str]:
    """Names that may be moved: h, parameters, later ones first, and the derivatives of an arbitrary f."""
    order = ["h"] * (not proposal.declares_step) + list(reversed(proposal.parameter_names))
    if has_arbitrary_f(proposal):
        order += ex.DERIVATIVE_SYMBOLS
    return (name for name in order if name in names)


def _moved(
    declared: Declared,
    case: Case,
    name: str,
    value: float,
    without: Relation | None = None,
) -> tuple[Case, bool]:
    """The case with another value of one name, and whether it is what was asked for and admissible."""
    given, f = dict(case.parameters), case.functions
    if name in ex.DERIVATIVE_SYMBOLS:
        assert f is not None
        f = SmoothFunctions(f.coefficients, f.scales).pinned({int(name[1:]): np.array([value])})
    else:
        given[name] = np.array([value])
    moved, good = declared.checked(given, f, without)
    return moved, good and _values(moved)[name] == value


def _values(case: Case) -> dict[str, float]:
    return case.values | {name: float(slope[0]) for name, slope in case.slopes.items() if np.isfinite(slope[0])}


def _holds(relation: Relation, case: Case) -> bool:
    values = {name: np.array([value]) for name, value in _values(case).items()}
    return bool(np.all(holds(relation, values, {})))

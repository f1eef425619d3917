"""Strategies for the values at which a proposal is evaluated: admissible parameters, objectives and points.

``where`` says on which side of the declared conditions the values lie: ``"inside"``, where all of them hold, edges
nearly reached included; on the ``"boundary"``, where one comparison is an equality and all others hold; ``"outside"``,
where one comparison fails by little and all others hold. A theorem has to hold inside; where it stops to hold shows
what its conditions are good for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.conditions import Relation
from ...symbolic.errors import ExpressionError
from ...symbolic.proposal import Proposal
from ..rounding import scalar
from ..sampling import Output, conditions, has_arbitrary_f
from .admissible_cases import Case, Declared, inside
from .arguments import one_of
from .edges import at_edges, movable, on_surfaces
from .mixtures import SmoothFunction, mixtures

if TYPE_CHECKING:
    from .surfaces import Surface

Array = NDArray[np.float64]
SIDES = ("inside", "boundary", "outside")
_FUNCTIONS = mixtures(3)


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
    case: Case


def cases(
    proposal: Proposal,
    output: Output | None = None,
    *,
    where: str = "inside",
    of: Sequence[str] | None = None,
    on: str | None = None,
) -> st.SearchStrategy[Case]:
    """One case of a proposal: parameter values and, where f is arbitrary, an f, jointly admissible.

    Args:
        proposal: Whose conditions hold.
        output: The equilibrium output d* at parameter values; 0 if not given.
        where: "inside" the declared conditions, on their "boundary", or "outside" of them, but near.
        of: On the boundary and outside: only comparisons that mention one of these names count, as ("gamma",).
        on: A region as it is written under ``[claim]`` or printed by ``check``: one of its comparisons is an equality,
            correct to one rounding of one value, and the point lies on the region's edge. Regions may mention ``h``,
            which then is a value of the case.

    Returns:
        Cases; small rational values and f(t) = t are the smallest.

    Raises:
        InvalidArgument: For unknown words, regions that cannot be read, and conditions without a boundary.
    """
    declared = Declared.by(_require_proposal(proposal), output)
    if one_of("where", where, SIDES) != "inside":
        if on is not None:
            raise InvalidArgument(f"on={on!r} beside where={where!r}: give one of them")
        return edge_cases(declared, _FUNCTIONS, where=where, of=of)
    if of is not None:
        raise InvalidArgument(f"of={of!r}: it belongs to where='boundary' and where='outside'")
    if on is None:
        return inside(declared, _FUNCTIONS)
    return on_surfaces(declared, _FUNCTIONS, _surfaces(on, proposal))


def critical_cases(proposal: Proposal, output: Output | None = None) -> st.SearchStrategy[Case]:
    """Admissible cases at the values that the analysis finds critical.

    They are where eigenvalues of v'(x*) meet, at the edges of the stable step sizes, and at the edges of the region
    where training converges. The analysis runs when the strategy is first used; it takes seconds. ``cases(...,
    on=...)`` takes regions that are known already.

    Args:
        proposal: What to analyse.
        output: The equilibrium output d* at parameter values; 0 if not given.

    Returns:
        Cases, each correct to one rounding of one value; with ``h`` where it is on the edge of the stable step sizes.

    Raises:
        InvalidArgument: If there are none, when the strategy is first used.
    """
    declared = Declared.by(_require_proposal(proposal), output)

    def strategy() -> st.SearchStrategy[Case]:
        from .surfaces import derived

        found = [surface for surface in derived(proposal) if any(movable(proposal, surface.names))]
        if not found:
            raise InvalidArgument(f"the analysis of {proposal.name!r} found no critical values; draw cases(...)")
        return on_surfaces(declared, _FUNCTIONS, found)

    return st.deferred(strategy)


def parameters(
    proposal: Proposal, *, where: str = "inside", of: Sequence[str] | None = None, on: str | None = None
) -> st.SearchStrategy[dict[str, float]]:
    """Values of a proposal's parameters, by name.

    Args:
        proposal: Whose conditions hold.
        where: As for ``cases``.
        of: As for ``cases``.
        on: As for ``cases``.

    Raises:
        InvalidArgument: As for ``cases``.
    """
    return cases(proposal, where=where, of=of, on=on).map(lambda case: case.values)


def points(
    proposal: Proposal,
    output: Output | None = None,
    *,
    where: str = "inside",
    of: Sequence[str] | None = None,
    on: str | None = None,
) -> st.SearchStrategy[Point]:
    """A point off the equilibrium of the Dirac-GAN, at one case.

    Args:
        proposal: Whose phase plane it is.
        output: The equilibrium output d* at parameter values; 0 if not given.
        where: As for ``cases``.
        of: As for ``cases``.
        on: As for ``cases``.

    Raises:
        InvalidArgument: As for ``cases``, and for proposals on other prototypes.
    """
    if _require_proposal(proposal).prototype != "dirac":
        problem = f"the prototype {proposal.prototype!r} has no phase plane"
        raise InvalidArgument(f"{problem}; draw cases(...) and take numeric.random_points")
    drawn_cases = cases(proposal, output, where=where, of=of, on=on)
    small = st.builds(lambda n, d: n / d, st.integers(-12, 12), st.integers(1, 4))

    @st.composite
    def drawn(draw: st.DrawFn) -> Point:
        case = draw(drawn_cases)
        data = scalar(proposal.data, case.parameters, 1)
        theta, psi = draw(small), draw(small)
        assume(theta != 0 or psi != 0)
        return Point(data + theta, np.array([psi]), case)

    return drawn()


def edge_cases(
    declared: Declared,
    functions: st.SearchStrategy[SmoothFunction],
    *,
    where: str,
    of: Sequence[str] | None,
) -> st.SearchStrategy[Case]:
    """Cases on the boundary of the declared conditions or just outside.

    Raises:
        InvalidArgument: If no condition has an edge to move to, or none mentions one of the names.
    """
    proposal = declared.proposal
    known = {*proposal.parameter_names, *(ex.DERIVATIVE_SYMBOLS if has_arbitrary_f(proposal) else ())}
    if of is not None and (isinstance(of, str) or not of or not set(of) <= known):
        raise InvalidArgument(f"of={of!r}: a list of names is needed; known: {', '.join(sorted(known))}")
    everything = conditions(proposal)
    assumed = () if proposal.objective is None else proposal.objective.assume
    # Conditions on parameters first: strategies shrink towards the first.
    ordered = [*everything[len(assumed) :], *assumed]
    relations = [
        relation
        for relation in ordered
        if (names := _names(relation)) & known
        and (of is None or names & set(of))
        and (where == "outside" or relation.operator != "==")
    ]
    if not relations:
        wanted = "" if of is None else f" that mentions {' or '.join(of)}"
        raise InvalidArgument(f"{proposal.name!r} declares no comparison{wanted} with an edge; give it a condition")
    return at_edges(declared, functions, relations, beyond=where == "outside")


def _names(relation: Relation) -> frozenset[str]:
    return ex.names(relation.left) | ex.names(relation.right)


def _surfaces(on: Any, proposal: Proposal) -> list[Surface]:
    from .surfaces import of_text

    if not isinstance(on, str):
        raise InvalidArgument(f"on={on!r}: a region as text is needed, such as 'gamma == 2*abs(f1)'")
    try:
        found = of_text(on, proposal)
    except ExpressionError as error:
        raise InvalidArgument(f"on={on!r}: {error.describe()}") from error
    usable = [surface for surface in found if any(movable(proposal, surface.names))]
    if not usable:
        raise InvalidArgument(f"on={on!r}: no comparison in a parameter, h or an arbitrary f's f1, f2, ...")
    return usable


def _require_proposal(proposal: Any) -> Proposal:
    if not isinstance(proposal, Proposal):
        raise InvalidArgument(f"{proposal!r} is no proposal; make one by convergan.read_proposal(document)")
    return proposal

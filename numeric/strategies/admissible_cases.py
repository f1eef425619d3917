"""One admissible case, drawn name by name; small numbers and few atoms are the smallest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.conditions import Relation
from ...symbolic.proposal import Proposal
from ..cases import Cases, EvidenceUnavailable
from ..functions import SmoothFunctions
from ..sampling import Output, Plan, admissible, draw_values, has_arbitrary_f, plan, slopes_at
from .mixtures import SmoothFunction
from .rationals import distances, rationals

Array = NDArray[np.float64]
# Made once: Hypothesis spends more time on making strategies than on drawing from them.
_SHARES = st.sampled_from([1 / 2, 1 / 4, 3 / 4, 1 / 100, 99 / 100, 1e-6, 1 - 1e-6])
_DISTANCES, _NUMBERS, _NONZERO = distances(), rationals(), rationals(zero=False)


class Case(Cases):
    """One case: a batch of length 1 that says what it is."""

    __slots__ = ()

    @property
    def values(self) -> dict[str, float]:
        """Parameter values by name; ``h`` as well, where a region mentions it."""
        return {name: float(value[0]) for name, value in self.parameters.items()}

    @property
    def f(self) -> SmoothFunction | None:
        """The arbitrary objective's f, or None where the objective is concrete or absent."""
        return None if self.functions is None else SmoothFunction.of(self.functions)

    def __repr__(self) -> str:
        parts = [f"{name}={value!r}" for name, value in self.values.items()]
        parts += [] if self.f is None else [f"f={self.f!r}"]
        parts += [f"output={float(self.output[0])!r}"] if self.output[0] != 0 else []
        return f"Case({', '.join(parts)})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints in a falsifying example: dataclasses it would take apart."""
        printer.text(repr(self))


@dataclass(frozen=True, slots=True)
class Declared:
    """What a proposal declares about its names, and in which order they are drawn so that it holds.

    Attributes:
        proposal: Whose conditions they are.
        output: The equilibrium output d* at parameter values; 0 if not given.
        drawing: Names in order, and what bounds each.
        nonzero: Names of which a condition says that they are not 0.
    """

    proposal: Proposal
    output: Output | None
    drawing: Plan
    nonzero: frozenset[str]

    @classmethod
    def by(cls, proposal: Proposal, output: Output | None = None) -> Declared:
        """What a proposal declares.

        Raises:
            InvalidArgument: For conditions that cannot be met by drawing, such as equalities of degree 3.
        """
        try:
            drawing = plan(proposal, output)
        except EvidenceUnavailable as error:
            raise InvalidArgument(f"{proposal.name!r}: {error}; solve it for one name") from error
        unequal = [
            relation for relation in drawing.relations if relation.operator == "!=" and ex.is_zero(relation.right)
        ]
        nonzero = frozenset(relation.left.name for relation in unequal if isinstance(relation.left, ex.Name))
        return cls(proposal, output, drawing, nonzero)

    def checked(
        self, given: dict[str, Array], f: SmoothFunctions | None, without: Relation | None = None
    ) -> tuple[Case, bool]:
        """A case of given values, and whether the declared conditions hold there.

        Args:
            given: Parameter values by name, each of shape [1].
            f: The arbitrary f, if there is one.
            without: A condition that need not hold.
        """
        at = np.zeros(1) if self.output is None else np.reshape(self.output(given), (1,))
        relations = tuple(relation for relation in self.drawing.relations if relation is not without)
        with np.errstate(all="ignore"):
            slopes, magnitudes = slopes_at(self.proposal, f, at, given)
            good = admissible(replace(self.drawing, relations=relations), given, slopes, magnitudes, 1)
        return Case(given, f, at, slopes), bool(good.all())


@st.composite
def inside(draw: st.DrawFn, declared: Declared, functions: st.SearchStrategy[SmoothFunction]) -> Case:
    """A case where all declared conditions hold.

    Args:
        draw: Given by Hypothesis.
        declared: The conditions.
        functions: What stands for an arbitrary f before its derivatives are prescribed.
    """

    def number(name: str, low: Array, high: Array) -> Array:
        bottom, top = float(low[0]), float(high[0])
        if np.isfinite(bottom) and np.isfinite(top):
            return np.array([bottom + (top - bottom) * draw(_SHARES)])
        if np.isfinite(bottom) or np.isfinite(top):
            away = float(draw(_DISTANCES))
            return np.array([bottom + away if np.isfinite(bottom) else top - away])
        return np.array([float(draw(_NONZERO if name in declared.nonzero else _NUMBERS))])

    order = declared.drawing.order
    with np.errstate(all="ignore"):
        values = draw_values(declared.drawing, 1, number)
    given = {name: values[name] + 0.0 for name in declared.proposal.parameter_names}  # + 0.0: no negative zero
    f = None
    if has_arbitrary_f(declared.proposal):
        targets = {int(name[1:]): values[name] for name in order if name in ex.DERIVATIVE_SYMBOLS}
        f = draw(functions).pinned(targets)
    case, good = declared.checked(given, f)
    assume(good)
    return case

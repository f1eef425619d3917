"""A proposal at exact values: every declared parameter and the step size h pinned by an equation.

The pinned proposal is a proposal like any other, so that all of the symbolic layer judges it: its verdict is the
verdict at these values. Floats are taken as the exact binary numbers that they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import isfinite
from typing import Any

from ...symbolic.analysis import Analysis, analyse
from ...symbolic.conditions import names as names_in
from ...symbolic.decision.points import holds
from ...symbolic.errors import ProposalError, closest
from ...symbolic.hypotheses import condition_formula
from ...symbolic.interpretation import rational
from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal

Number = Fraction | int | float
Values = Mapping[str, Number]


class PredictionError(ValueError):
    """What cannot be predicted as it is asked: names the proposal, what is wrong and the mend."""


def exact(name: str, value: Any) -> Fraction:
    """A number as the exact fraction that it is.

    Raises:
        PredictionError: For anything but a finite real number.
    """
    good = isinstance(value, Fraction | int | float) and not isinstance(value, bool)
    if not good or (isinstance(value, float) and not isfinite(value)):
        raise PredictionError(f"{name} = {value!r} is no finite number; give a Fraction, an int or a float")
    return Fraction(value)


def pinned_proposal(
    proposal: Proposal,
    values: Values,
    h: Number | None = None,
    *,
    game: Mapping[str, Any] | None = None,
    training: Mapping[str, Any] | None = None,
) -> Proposal:
    """The proposal with its parameters pinned to values, and h to a step size.

    Args:
        proposal: Any proposal.
        values: By parameter name; parameters that are left out keep their conditions.
        h: The step size of one period; not pinned if not given.
        game: The ``[game]`` section in the place of the proposal's.
        training: The ``[training]`` section in the place of the proposal's.

    Raises:
        PredictionError: For unknown names, values that break a declared condition, or a step size that is not positive.
    """
    given = {name: exact(name, value) for name, value in values.items()}
    own = tuple(name for name in proposal.parameter_names if name != "h")
    for name in given:
        if name not in own:
            raise PredictionError(f"{proposal.name}: no parameter {name!r}; {closest(name, own)}")
    if h is not None:
        given["h"] = exact("h", h)
        if given["h"] <= 0:
            raise PredictionError(f"{proposal.name}: h = {h}: a step size is positive; give another")
    _require_admissible(proposal, given)
    sections: dict[str, Any] = {name: dict(part) for name, part in proposal.source.items() if name != "claim"}
    declared = dict(sections.get("parameters", {}))
    for name, value in given.items():
        text = str(declared.get(name, "real"))
        equation = f"{name} == {value}"
        declared[name] = equation if text.strip() == "real" else f"{text} and {equation}"
    sections["parameters"] = declared
    if game is not None:
        sections["game"] = dict(game)
    if training is not None:
        sections["training"] = dict(training)
    try:
        return read_proposal(sections, proposal.name)
    except ProposalError as error:
        raise PredictionError(f"{proposal.name}: {error.describe()}") from error


def analysed_at(proposal: Proposal) -> Analysis:
    """The analysis of a pinned proposal's own rule, remembered.

    Raises:
        PredictionError: If the proposal cannot be analysed, with the reason.
    """
    try:
        return _analysed(json.dumps(proposal.source, sort_keys=True, default=str), proposal.name)
    except ProposalError as error:
        raise PredictionError(f"{proposal.name}: {error.describe()}") from error


@lru_cache(maxsize=256)
def _analysed(source: str, name: str) -> Analysis:
    return analyse(read_proposal(json.loads(source), name), beside=False)


def _require_admissible(proposal: Proposal, given: Mapping[str, Fraction]) -> None:
    point = {name: rational(value) for name, value in given.items()}
    for parameter in proposal.parameters:
        for relation in parameter.conditions:
            if names_in(relation) <= set(point) and holds(condition_formula(relation, point), {}) is False:
                text = proposal.source["parameters"][parameter.name]
                values = ", ".join(f"{name} = {given[name]}" for name in sorted(names_in(relation)))
                raise PredictionError(
                    f"{proposal.name}: {values} breaks the declared condition {text!r}; choose others"
                )

"""What else a vector field may be, and which of it explains the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from ...symbolic import expression as ex
from ...symbolic.objectives import NAMED_OBJECTIVES
from ...symbolic.parser import Scope, parse
from ...symbolic.proposal import Proposal
from .diagnosis import of_factor, of_scaling
from .fitting import Array, Observation, constant_coefficients, rational, varying_coefficients
from .kinds import Binding
from .mathematics import penalty_terms
from .outcome import Cause

_ROWS = ("v_theta", "v_psi")
# From a proposal and the sign of psi to both rows, of shape [places, 2, n].
Field = Callable[[Proposal, int], Array]


@dataclass(frozen=True)
class Alternative:
    """Another field.

    Attributes:
        cause: For people.
        mend: What to do.
        rows: From the field, and theta and psi of shape [places, n], to what replaces the objective's part, or comes on
            top of it.
        added: Whether it is a further term.
    """

    cause: str
    mend: str
    rows: Callable[[Field, Array, Array], Array]
    added: bool = False


def alternatives(proposal: Proposal) -> Iterator[Alternative]:
    """All that are known for a proposal."""
    bare = proposal
    if proposal.field is None:
        bare = replace(proposal, penalty_discriminator=ex.ZERO, penalty_generator=ex.ZERO)
    yield Alternative(
        "the new point is returned, not the field",
        "return v, not x + h v",
        lambda _, theta, psi: np.stack([theta, psi], axis=1),
        True,
    )
    if proposal.field is not None:
        return
    yield Alternative(
        "f' is taken at -psi*theta",
        "D is high on fakes: f'(psi*theta)",
        lambda field, theta, psi: -field(bare, -1),
    )
    for player, other in (("discriminator", "generator"), ("generator", "discriminator")):
        for term in penalty_terms(proposal, player):  # type: ignore[arg-type]
            assert term.tree is not None
            moved = replace(bare, **{f"penalty_{other}": term.tree})
            yield Alternative(
                f"the penalty {term.text} of the {player} is in the other player's row too",
                f"it belongs to the {player} alone",
                lambda field, theta, psi, moved=moved: field(moved, 1) - field(bare, 1),
                True,
            )
    assert bare.objective is not None
    for generator, text in (("zero-sum", "saturating"), ("non-saturating", "non-saturating")):
        if bare.objective.generator != generator:
            changed = replace(bare, objective=replace(bare.objective, generator=generator))
            yield Alternative(
                f"G's objective is the {text} one",
                f'use the proposal\'s, or write generator = "{generator}" there',
                lambda field, theta, psi, changed=changed: field(changed, 1),
            )
    if bare.objective.arbitrary or bare.objective.relativistic:
        return
    scope = Scope(frozenset({"t"}))
    for name, row in NAMED_OBJECTIVES.items():
        if row.f is None or row.name == bare.objective.label:
            continue
        f, fake, real = (parse(text, scope) for text in (row.f, row.fake, row.real))
        changed = replace(bare, objective=replace(bare.objective, label=name, f=f, fake=fake, real=real))
        yield Alternative(
            f"the objective is {name}",
            "use the proposal's f",
            lambda field, theta, psi, changed=changed: field(changed, 1),
        )


def row_causes(
    proposal: Proposal,
    seen: Sequence[Sequence[Observation]],
    failed: Sequence[int],
    others: Sequence[tuple[Alternative, Sequence[Sequence[Array]]]],
    names: Sequence[str],
    binding: Binding,
) -> tuple[list[Cause], int]:
    """The likely causes, row by row, and how many rows none was found for.

    Args:
        proposal: The mathematics.
        seen: Observations by row and place.
        failed: Which rows differ.
        others: Alternatives with their columns, by row and place.
        names: Of the parameters.
        binding: Which numbers the code got.
    """
    texts = _texts(proposal)
    exchanged = _exchanged(seen)
    if exchanged is not None:
        return [exchanged], 0
    by_row = [_row_causes(row, texts[row], seen[row], others, names, binding) for row in failed]
    found = [cause for causes in by_row for cause in causes]
    if len(by_row) == 2 and len(found) == 2 and found[0].text == found[1].text:
        found = [replace(found[0], where="both rows")]
    return found, sum(not causes for causes in by_row)


def _row_causes(
    row: int,
    texts: Sequence[str],
    observations: Sequence[Observation],
    others: Sequence[tuple[Alternative, Sequence[Sequence[Array]]]],
    names: Sequence[str],
    binding: Binding,
) -> list[Cause]:
    constants = constant_coefficients(observations)
    if constants is not None:
        return _constants(row, texts, constants)
    varying = varying_coefficients(observations, names)
    if varying is not None and all(scaling is not None for scaling in varying):
        laws = zip(texts, varying, strict=True)
        return [c for t, s in laws if s is not None for c in of_scaling(f"{_ROWS[row]}: {t}", s, binding)]
    return _other(row, texts, observations, others)


def _exchanged(seen: Sequence[Sequence[Observation]]) -> Cause | None:
    """Whether each row is the other one's mathematics."""
    for first, second in zip(seen[0], seen[1], strict=True):
        if len(first.code) != len(second.code):
            return None
        slack = max(first.tolerance, second.tolerance)
        for code, other in ((first.code, second.terms), (second.code, first.terms)):
            if not bool((np.abs(code - other.sum(axis=1)) <= slack).all()):
                return None
    return Cause("both rows", "the two rows are exchanged", "return (v_theta, v_psi)")


def _texts(proposal: Proposal) -> list[list[str]]:
    if proposal.field is not None:
        return [["the field"], ["the field"]]
    return [
        ["the objective", *(t.text for t in penalty_terms(proposal, "generator"))],
        ["the objective", *(t.text for t in penalty_terms(proposal, "discriminator"))],
    ]


def _constants(row: int, texts: Sequence[str], found: Array) -> list[Cause]:
    fractions = [rational(float(value)) for value in found]
    if len(set(fractions)) == 1 and fractions[0] not in (None, 1):
        text, mend = of_factor(f"the code is {fractions[0]} times the proposal", fractions[0])
        return [Cause(_ROWS[row], text, mend, str(fractions[0]))]
    said = []
    for text, value, fraction in zip(texts, found, fractions, strict=True):
        if fraction == 1:
            continue
        shown = str(fraction) if fraction is not None else f"{value:.6g}"
        if fraction == 0:
            said.append(Cause(f"{_ROWS[row]}: {text}", "the term is missing", "add it", "0"))
            continue
        cause, mend = of_factor(f"the code is {shown} times the proposal", fraction)
        said.append(Cause(f"{_ROWS[row]}: {text}", cause, mend, shown))
    return said


def _other(
    row: int,
    texts: Sequence[str],
    observations: Sequence[Observation],
    others: Sequence[tuple[Alternative, Sequence[Sequence[Array]]]],
) -> list[Cause]:
    for other, columns in others:
        if any(len(column) != len(o.code) for column, o in zip(columns[row], observations, strict=True)):
            continue  # points at kinks were left out
        changed = []
        for column, o in zip(columns[row], observations, strict=True):
            terms = np.concatenate([o.terms, column[:, None]], axis=1) if other.added else o.terms.copy()
            if not other.added:
                terms[:, 0] = column
            grown = np.abs(terms).max(initial=0.0) / max(np.abs(o.terms).max(initial=0.0), 1e-300)
            changed.append(replace(o, terms=terms, tolerance=o.tolerance * max(1.0, float(grown))))
        found = constant_coefficients(changed)
        if found is None:
            continue
        place = len(texts) if other.added else 0
        fractions: list[Fraction | None] = [rational(float(value)) for value in found]
        if fractions[place] == 0:
            continue
        said = [Cause(_ROWS[row], other.cause, other.mend)]
        rest = [k for k in range(len(texts)) if fractions[k] != 1 and (k != place or other.added)]
        if other.added and other.cause.startswith("the new point"):
            shown = [str(q) if q is not None else f"{v:.6g}" for q, v in zip(fractions, found, strict=True)]
            return [replace(said[0], factor=f"h = {shown[0]}")]
        if fractions[place] != 1:
            factor = str(fractions[place]) if fractions[place] is not None else f"{found[place]:.6g}"
            said = [replace(said[0], text=f"{other.cause}, times {factor}", factor=factor)]
        return said + [
            Cause(f"{_ROWS[row]}: {texts[k]}", f"the code is {fractions[k] or f'{found[k]:.6g}'} times the proposal")
            for k in rest
        ]
    return []

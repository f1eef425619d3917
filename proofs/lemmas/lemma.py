"""What a lemma is, and how it comes by its status.

A lemma's derivation is an ordinary function that calls ``proof.derived``, ``proof.identity``, ``proof.implies``,
``proof.example`` and ``proof.theorem``. Each call proves its step or raises ``NotProved``; a derivation that returns
has proved its statement. What the paper prints is put to the same test by ``printed_holds``, with ``proof.equal`` and
``proof.decide`` that prove a printed formula or record a counterexample; so the status is derived, never declared:

========== ==================================================================
proved     the derivation goes through and what is printed holds
corrected  the derivation goes through and what is printed does not hold
refuted    what is printed does not hold, and nothing was derived in its place
tested     as proved or corrected, but some step rests on random testing only
undecided  a step could not be proved
========== ==================================================================

The formulas that a lemma claims are constants of its module, read when it is derived: whoever changes one and derives
the lemma again sees the proof fail.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from ..proof import Proof
from ..steps import NotProved, Step

__all__ = ["Derived", "Erratum", "Lemma", "NotProved", "Proof", "Status", "derive_lemma"]


class Status(Enum):
    """How a lemma stands."""

    PROVED = "proved"
    CORRECTED = "corrected"
    REFUTED = "refuted"
    TESTED = "tested"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Erratum:
    """A formula or sentence of the literature that does not hold.

    Attributes:
        where: Where it is printed.
        failing: What is printed (LaTeX between dollar signs).
        right: What holds.
        seen: How a reader sees it, in one sentence.
        said: Whether it is what people say or might infer, and not what the source prints.
    """

    where: str
    failing: str
    right: str
    seen: str
    said: bool = False


@dataclass(frozen=True, slots=True)
class Lemma:
    """A statement of the literature.

    Attributes:
        id: Such as ``mescheder2018-lemma-3.3``.
        source: Where it is printed.
        printed: What is printed, in the paper's symbols (LaTeX between dollar signs).
        statement: What is derived here.
        assumptions: As sign conditions, for people.
        status: The recorded status; a derivation that comes out differently is an error.
        derive: Proves the statement, step by step.
        printed_holds: Whether what is printed holds as it stands; it may record steps.
        difference: What differs from the paper, if anything.
        errata: The same, formula by formula; a lemma that is ``corrected`` or ``refuted`` has one at least.
        evidence: Numerical confirmation that is no part of the proof: what was compared, and the test that does it.
    """

    id: str
    source: str
    printed: str
    statement: str
    assumptions: tuple[str, ...]
    status: Status
    derive: Callable[[Proof], None]
    printed_holds: Callable[[Proof], bool]
    difference: str = ""
    errata: tuple[Erratum, ...] = ()
    evidence: str = ""

    @property
    def quoted(self) -> bool:
        """Whether ``printed`` is what the source prints, and not a claim of ours about it."""
        return not any(words in self.source for words in ("derived here", "in our words", "said "))


@dataclass(frozen=True, slots=True)
class Derived:
    """What came out of a derivation.

    Attributes:
        lemma: The lemma.
        status: The derived status.
        reason: One sentence.
        steps: The proved steps.
        seconds: How long it took.
    """

    lemma: Lemma
    status: Status
    reason: str
    steps: tuple[Step, ...]
    seconds: float

    @property
    def as_recorded(self) -> bool:
        """Whether the derived status is the one that the lemma file records."""
        return self.status is self.lemma.status


def derive_lemma(lemma: Lemma) -> Derived:
    """Derives a lemma and puts what is printed to the test.

    Args:
        lemma: The lemma.

    Returns:
        The derived status with its steps.
    """
    start = time.monotonic()
    proof = Proof()
    failure = ""
    try:
        lemma.derive(proof)
    except NotProved as step:
        failure = str(step)
    proof.part = "printed"
    try:
        printed: bool | None = lemma.printed_holds(proof)
    except NotProved as step:
        printed, failure = None, failure or str(step)
    tested = [step.statement for step in proof.steps if step.kind == "tested"]
    if not failure and printed is not None and tested:
        status, reason = Status.TESTED, f"tested, not proved: {'; '.join(tested)}"
    elif not failure and printed:
        status, reason = Status.PROVED, "derived as printed" if lemma.quoted else "derived as claimed"
    elif not failure and printed is False:
        status, reason = Status.CORRECTED, lemma.difference or "what is printed does not hold; the statement here does"
    elif printed is False:
        status, reason = Status.REFUTED, f"what is printed does not hold, and a step failed: {failure}"
    else:
        status, reason = Status.UNDECIDED, f"a step could not be proved: {failure}"
    return Derived(lemma, status, reason, tuple(proof.steps), time.monotonic() - start)

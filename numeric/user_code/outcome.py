"""What came out of a comparison, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One difference between code and mathematics.

    Attributes:
        where: The player, and the sample or term, that differs.
        text: What the code does, in one sentence.
        mend: What to change, or an empty string.
        factor: The constant factor or the law that the code differs by, or an empty string.
    """

    where: str
    text: str
    mend: str = ""
    factor: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A user's code against a proposal.

    Attributes:
        kind: ``penalty of the discriminator``, ``penalty of the generator``, ``pair of losses`` or ``vector field``.
        holds: Whether they agree in every case; None if nothing could be compared.
        reason: One sentence.
        causes: The likely causes of a disagreement, the likeliest first.
        smallest: The smallest case found that shows it, in lines.
        remarks: What was assumed or could not be compared, in sentences.
        compared: What was compared, in one phrase.
        cases: In how many cases.
        max_error: The largest difference relative to the size of the terms; infinite where the code is not finite.
    """

    kind: str
    holds: bool | None
    reason: str
    causes: tuple[Cause, ...]
    smallest: tuple[str, ...]
    remarks: tuple[str, ...]
    compared: str
    cases: int
    max_error: float


@dataclass(frozen=True, slots=True)
class Settings:
    """How to compare.

    Attributes:
        seed: The result is a function of it.
        rounds: How often the table of cases is gone through.
        player: Whose penalty the function is; the only one of the proposal if not given.
    """

    seed: int = 0
    rounds: int = 1
    player: str | None = None

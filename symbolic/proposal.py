"""A proposal as a value: what a researcher wrote down, parsed and typed, nothing derived yet.

``proofs.reading`` turns a TOML file into a mapping; ``symbolic.proposal_reader`` turns the mapping into this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .conditions import Condition, Relation
from .expression import Expression


@dataclass(frozen=True, slots=True)
class Parameter:
    """A declared real parameter and the conditions it satisfies (none: any real number)."""

    name: str
    conditions: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class Objective:
    """What the players ascend and descend.

    Attributes:
        label: ``any``, a named objective, or the source text.
        f: The single function of ``t``, or None where f is arbitrary or there are two functions.
        fake: What D ascends on fake samples, as a function of ``t``; None where f is arbitrary.
        real: What D ascends on real samples; None where f is arbitrary.
        assume: Conditions on f1, f2, ... (for an arbitrary f, what is assumed of it).
        generator: ``zero-sum``, ``non-saturating``, or g as a function of ``t``.
        noise: Standard deviation of the Gaussian instance noise.
        relativistic: Whether t = D(fake) - D(real) on independent pairs.
    """

    label: str
    f: Expression | None
    fake: Expression | None
    real: Expression | None
    assume: tuple[Relation, ...]
    generator: str | Expression
    noise: Expression
    relativistic: bool

    @property
    def arbitrary(self) -> bool:
        """Whether f is any admissible function."""
        return self.fake is None


@dataclass(frozen=True, slots=True)
class FieldRows:
    """A vector field given directly, in place of objective and penalties."""

    theta: Expression
    psi: Expression


@dataclass(frozen=True, slots=True)
class Training:
    """The training rule.

    Attributes:
        update: Its name.
        options: Values of its keys, given or by default: integers, booleans, words, and expressions.
        h_ratio: The ratio of D's step to G's.
    """

    update: str
    options: Mapping[str, Any]
    h_ratio: Expression

    @property
    def g_steps(self) -> int:
        """G's steps in one iteration."""
        return int(self.options.get("g_steps", 1))

    @property
    def d_steps(self) -> int:
        """D's steps in one iteration."""
        return int(self.options.get("d_steps", 1))


@dataclass(frozen=True, slots=True)
class Claim:
    """What the proposal's author claims; None where nothing is said."""

    verdict: str | None = None
    rate: str | None = None
    eigenvalues: tuple[Expression, ...] | None = None
    multipliers: tuple[Expression, ...] | None = None
    condition: Condition | None = None
    step_size: Condition | None = None
    critical: Condition | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A loss, a penalty and a training rule on a prototype game.

    Attributes:
        name: For people.
        reference: Where it is from, or an empty string.
        parameters: Declared parameters, in order.
        prototype: The game's name.
        data: Where the data sit, on prototypes that place them.
        game_options: Values of the prototype's own keys.
        objective: None if ``field`` is given without an objective.
        field: The vector field, if given directly.
        penalty_discriminator: Subtracted from D's gain.
        penalty_generator: Added to G's cost.
        training: The rule.
        claim: The author's claim.
        source: The mapping it was read from, for certificates.
    """

    name: str
    reference: str
    parameters: tuple[Parameter, ...]
    prototype: str
    data: Expression
    game_options: Mapping[str, int]
    objective: Objective | None
    field: FieldRows | None
    penalty_discriminator: Expression
    penalty_generator: Expression
    training: Training
    claim: Claim
    source: Mapping[str, Any]

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """Names of the declared parameters, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def declares_step(self) -> bool:
        """Whether the step size h is a declared, quantified parameter."""
        return "h" in self.parameter_names

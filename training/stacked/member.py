"""One member of a stack: a proposal at given parameter values, on a data law, with a step size and a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from ...symbolic import expression as ex
from ...symbolic.conditions import names
from ...symbolic.formula import FALSE
from ...symbolic.hypotheses import condition_formula
from ...symbolic.interpretation import rational
from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal
from ..networks.network import Array, Network
from ..networks.point import Point

if TYPE_CHECKING:
    from ..data.law import Law


_LEAST, _MOST = Fraction(1, 10**37), Fraction(10**37)
# Numbers in a minibatch, and in a network, of one member.
_LARGEST_BATCH = 1 << 24


class MemberError(ValueError):
    """A proposal that cannot be trained as it is asked to: names the proposal, what is wrong and the mend."""


@dataclass(frozen=True)
class Architecture:
    """What all members of a stack share.

    Attributes:
        generator: From latent codes to samples.
        discriminator: From samples to one number.
        batch: N, samples of a minibatch.
    """

    generator: Network
    discriminator: Network
    batch: int

    def __post_init__(self) -> None:
        if isinstance(self.discriminator, Point):
            raise MemberError("discriminator: a point does not look at its input; give another network, such as linear")
        size = self.batch * max(self.generator.inputs, self.generator.outputs)
        if size > _LARGEST_BATCH or max(self.generator.count, self.discriminator.count) > _LARGEST_BATCH:
            raise MemberError(
                f"minibatches of {self.batch:,} samples and codes of {self.generator.inputs:,} numbers are more than "
                f"{_LARGEST_BATCH:,} numbers for one member; give a smaller batch or latent dimension"
            )
        if self.generator.outputs != self.discriminator.inputs or self.discriminator.outputs != 1:
            raise MemberError(
                f"a generator into R^{self.generator.outputs} and a discriminator from "
                f"R^{self.discriminator.inputs} to R^{self.discriminator.outputs} do not fit; D maps samples to R"
            )


@dataclass(frozen=True)
class Member:
    """One run.

    Attributes:
        proposal: What is trained; its objective concrete (``trainable``).
        values: Values of the declared parameters that training reads.
        step: h, G's step size in one step; D's is ``h_ratio`` times that.
        law: The data.
        seed: Of the initial parameters and of every minibatch.
        decay: Of the second moments of RMSprop and Adam.
        frozen: Whether second moments stay what the proposal freezes them at, as in the analysis.
        start: (theta, psi) of shapes [m] and [n], or None to draw them.
    """

    proposal: Proposal
    values: Mapping[str, Fraction]
    step: Fraction
    law: Law
    seed: int = 0
    decay: Fraction = Fraction(99, 100)
    frozen: bool = False
    start: tuple[Array, Array] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        name = self.proposal.name
        missing = sorted(read_parameters(self.proposal) - set(self.values))
        if missing:
            raise MemberError(f"{name}: {missing[0]} has no value; give {missing[0]} = a number")
        for unknown in sorted(set(self.values) - set(self.proposal.parameter_names)):
            known = ", ".join(self.proposal.parameter_names) or "none"
            raise MemberError(f"{name}: {unknown} is not declared under [parameters]; declared: {known}")
        if "h" in self.values:
            raise MemberError(f"{name}: h is the step size, not a value; give it as the step")
        if self.step <= 0:
            raise MemberError(f"{name}: step size h = {self.step}; it must be positive")
        numbers = {**self.values, "h": self.step}
        for given, value in numbers.items():
            if not _is_float(value):
                raise MemberError(f"{name}: {given} is beyond the range of float32; choose a number from 1e-37 to 1e37")
        if not self.frozen and not 0 <= self.decay < 1:
            raise MemberError(f"{name}: decay = {self.decay}; a decay of second moments is at least 0 and below 1")
        if self.proposal.training.update == "flow":
            raise MemberError(f'{name}: update = "flow" takes no steps; train it with update = "simultaneous"')
        for text in broken_conditions(self.proposal, self.numbers):
            raise MemberError(f"{name}: the values break the declared condition {text}; choose others")

    @property
    def numbers(self) -> dict[str, Fraction]:
        """The values of all parameters, the step size h among them where it is declared."""
        return {**self.values, **({"h": self.step} if self.proposal.declares_step else {})}


def _is_float(value: Fraction) -> bool:
    """Whether a number is finite, and not 0 unless it is 0, in float32 as well."""
    return value == 0 or _LEAST <= abs(value) <= _MOST


def trainable(proposal: Proposal, objective: str = "standard") -> Proposal:
    """The proposal with a concrete objective in the place of an arbitrary f.

    Args:
        proposal: Any proposal; it is returned as it is where its objective is concrete or its field is given.
        objective: What replaces f = "any": a named objective or an expression in t.

    Raises:
        MemberError: For a field in f1, f2, ..., which have no values.
        ProposalError: For an objective that cannot be read.
    """
    if proposal.field is not None:
        slopes = (ex.names(proposal.field.theta) | ex.names(proposal.field.psi)) & set(ex.DERIVATIVE_SYMBOLS)
        if slopes:
            first = min(slopes)
            raise MemberError(f"{proposal.name}: {first} has no value in training; write a number for it in [field]")
        return proposal
    if proposal.objective is None or not proposal.objective.arbitrary:
        return proposal
    sections = {section: dict(content) for section, content in proposal.source.items() if section != "claim"}
    given = {key: value for key, value in sections.get("objective", {}).items() if key != "assume"}
    return read_proposal(sections | {"objective": given | {"f": objective}}, proposal.name)


def read_parameters(proposal: Proposal) -> frozenset[str]:
    """The declared parameters whose values change how training goes; the step size h is not among them."""
    objective, training = proposal.objective, proposal.training
    trees = [proposal.penalty_discriminator, proposal.penalty_generator, training.h_ratio]
    trees += [value for value in training.options.values() if isinstance(value, ex.Expression)]
    if proposal.field is not None:
        trees += [proposal.field.theta, proposal.field.psi]
    elif objective is not None:
        trees += [objective.noise]
        trees += [t for t in (objective.fake, objective.real, objective.generator) if isinstance(t, ex.Expression)]
    found = frozenset[str]().union(*map(ex.names, trees))
    return found & frozenset(proposal.parameter_names) - {"h"}


def broken_conditions(proposal: Proposal, values: Mapping[str, Fraction]) -> list[str]:
    """Declared conditions that some values break, as they are written; those on other names are passed over."""
    given = {name: rational(value) for name, value in values.items()}
    found = []
    for parameter in proposal.parameters:
        kept = (condition for condition in parameter.conditions if names(condition) <= set(given))
        if any(condition_formula(condition, given) == FALSE for condition in kept):
            found.append(f"{parameter.name} = {proposal.source['parameters'][parameter.name]!r}")
    return found


def bare_players(proposal: Proposal) -> frozenset[str]:
    """The players whose parameters stand in a penalty as a number, outside ``norm``."""
    found = set()

    def look(node: ex.Expression) -> None:
        if isinstance(node, ex.Name) and node.name in ("theta", "psi"):
            found.add(node.name)
        if not (isinstance(node, ex.Norm) and isinstance(node.operand, ex.Name)):
            for child in ex.children(node):
                look(child)

    for tree in (proposal.penalty_discriminator, proposal.penalty_generator):
        look(tree)
    return frozenset(found)

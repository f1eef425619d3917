"""A member as plain data: what a study's file, a database and a checkpoint hold, and what worker processes are sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from json import dumps, loads
from typing import Any

from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal
from ..data import read_data
from ..networks.registry import read_network
from .member import Architecture, Member, MemberError, trainable

_LONGEST = 100


@dataclass(frozen=True)
class Specification:
    """One run in words and numbers.

    Attributes:
        document: The proposal's sections, as read from its file.
        name: The proposal's name where the document has none.
        changes: Keys of the document that the run sets, such as ``{"training.optimizer": "rmsprop"}``.
        objective: What trains in the place of f = "any".
        values: Parameter values by name, as exact text ("10", "1/3", "0.25").
        step: h, as exact text.
        data: A law, as ``training.data.read_data`` reads it.
        generator: A network, as ``training.networks.read_network`` reads it.
        discriminator: Another.
        latent: Dimension of a latent code.
        batch: Samples of a minibatch.
        seed: Of the run.
        decay: Of second moments, as exact text.
    """

    document: Mapping[str, Any]
    name: str = "proposal"
    changes: Mapping[str, Any] = field(default_factory=dict)
    objective: str = "standard"
    values: Mapping[str, str] = field(default_factory=dict)
    step: str = "1/100"
    data: str = "circle"
    generator: str = "mlp"
    discriminator: str = "mlp"
    latent: int = 16
    batch: int = 128
    seed: int = 0
    decay: str = "99/100"

    def member(self) -> Member:
        """The member that is meant.

        Raises:
            MemberError: For a number that cannot be read or does not fit, or a missing value.
            DataError: For an unknown law.
            ProposalError: For a change that makes no proposal.
        """
        return Member(
            _proposal(dumps(_changed(self.document, self.changes)), self.name, self.objective),
            {name: exact(value, name) for name, value in self.values.items()},
            exact(self.step, "h"),
            read_data(self.data),
            self.seed,
            exact(self.decay, "decay"),
        )

    def architecture(self) -> Architecture:
        """The networks that are meant.

        Raises:
            NetworkError: For an unknown network.
            DataError: For an unknown law.
        """
        dimension = read_data(self.data).dimension
        generator = read_network(self.generator, self.latent, dimension)
        return Architecture(generator, read_network(self.discriminator, dimension, 1), self.batch)


def exact(text: str, name: str) -> Fraction:
    """A number from text, exactly as it is written.

    Raises:
        MemberError: For anything else.
    """
    # An exponent of nine digits would be a number that fills the memory.
    if len(text) <= _LONGEST and not re.search(r"[eE][+-]?\d{4}", text):
        try:
            return Fraction(text.strip())
        except (ValueError, ZeroDivisionError):
            pass
    raise MemberError(f"{name} = {text!r} is no number; write one such as 10, 0.25, 1e-4 or 1/3")


def _changed(document: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document with some keys set; a claim is about the proposal as it was, and goes."""
    sections = {section: dict(content) for section, content in document.items() if section != "claim"}
    for path, value in changes.items():
        section, separator, key = path.partition(".")
        if not separator:
            raise MemberError(f"{path!r} names no key of a proposal; write SECTION.KEY, such as training.optimizer")
        sections.setdefault(section, {})[key] = value
    return sections


@lru_cache(maxsize=256)
def _proposal(text: str, name: str, objective: str) -> Proposal:
    """Hundreds of members share a few proposals."""
    return trainable(read_proposal(loads(text), name), objective)

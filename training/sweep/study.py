"""A study as a value: methods, optimisers, architectures and data, whose product is a list of runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product
from json import dumps
from math import prod
from typing import Any

from ...symbolic.errors import ProposalError
from ..stacked.specification import Specification


class StudyError(ProposalError):
    """A study that cannot be read; names file, key, offending text and mend."""


@dataclass(frozen=True)
class Schedule:
    """When a run is measured, and on how many samples.

    The last stretch has a rhythm and a size of its own: final values are means over it.

    Attributes:
        every: Steps from one measurement to the next; the start is measured, too.
        samples: Of each.
        final_steps: Length of the last stretch.
        final_every: Steps from one measurement to the next in it, counted back from the end.
        final_samples: Of each.
    """

    every: int
    samples: int
    final_steps: int
    final_every: int
    final_samples: int

    def final(self, iterations: int) -> range:
        """The steps of the last stretch that are measured, the last step among them."""
        first = iterations - (min(self.final_steps, iterations) - 1) // self.final_every * self.final_every
        return range(first, iterations + 1, self.final_every)

    def measurements(self, iterations: int) -> dict[int, int]:
        """Samples by step, in order."""
        last = self.final(iterations)
        found = dict.fromkeys(range(0, last[0], self.every), self.samples)
        return found | dict.fromkeys(last, self.final_samples)


@dataclass(frozen=True)
class Networks:
    """An architecture: a generator and a discriminator, as ``training.networks.read_network`` reads them."""

    name: str
    generator: str
    discriminator: str


@dataclass(frozen=True)
class Method:
    """A proposal, and the parameter values that are tried.

    Attributes:
        name: As shown.
        document: The proposal's sections.
        values: Exact texts by parameter; their product is tried.
    """

    name: str
    document: Mapping[str, Any]
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Optimizer:
    """How gradients become steps, and the step sizes that are tried.

    Attributes:
        name: As shown.
        steps: Step sizes h, as exact text.
        changes: Keys of every method's document that it sets, such as ``{"training.optimizer": "rmsprop"}``.
        decay: Of second moments, as exact text.
    """

    name: str
    steps: tuple[str, ...]
    changes: Mapping[str, Any]
    decay: str


@dataclass(frozen=True)
class Group:
    """A full product.

    Attributes:
        name: As shown.
        iterations: Steps of every run.
        batch: Samples of a minibatch.
        latent: Dimension of a latent code.
        dtype: "float32" or "float64".
        seeds: Of the runs.
        data: Laws, as ``training.data.read_data`` reads them.
        architectures: Networks.
        methods: Proposals.
        optimizers: Optimisers.
        schedule: When is measured.
    """

    name: str
    iterations: int
    batch: int
    latent: int
    dtype: str
    seeds: tuple[int, ...]
    data: tuple[str, ...]
    architectures: tuple[Networks, ...]
    methods: tuple[Method, ...]
    optimizers: tuple[Optimizer, ...]
    schedule: Schedule

    @property
    def count(self) -> int:
        """The number of runs."""
        settings = sum(prod(map(len, method.values.values())) for method in self.methods)
        steps = sum(len(optimizer.steps) for optimizer in self.optimizers)
        return len(self.architectures) * settings * steps * len(self.data) * len(self.seeds)

    def runs(self) -> Iterator[Run]:
        """Architectures vary slowest, then methods, optimisers, values, step sizes, data and seeds."""
        for networks, method, optimizer in product(self.architectures, self.methods, self.optimizers):
            for chosen in product(*method.values.values()):
                values = dict(zip(method.values, chosen, strict=True))
                for step, law, seed in product(optimizer.steps, self.data, self.seeds):
                    specification = Specification(
                        method.document,
                        method.name,
                        optimizer.changes,
                        values=values,
                        step=step,
                        data=law,
                        generator=networks.generator,
                        discriminator=networks.discriminator,
                        latent=self.latent,
                        batch=self.batch,
                        seed=seed,
                        decay=optimizer.decay,
                    )
                    yield Run(
                        self.name,
                        method.name,
                        optimizer.name,
                        networks.name,
                        specification,
                        self.iterations,
                        self.dtype,
                        self.schedule,
                    )


@dataclass(frozen=True)
class Run:
    """One run of a study.

    Attributes:
        group: Its group's name.
        method: Its method's.
        optimizer: Its optimiser's.
        architecture: Its architecture's.
        specification: What is trained.
        iterations: For how many steps.
        dtype: In what numbers.
        schedule: When it is measured.
    """

    group: str
    method: str
    optimizer: str
    architecture: str
    specification: Specification
    iterations: int
    dtype: str
    schedule: Schedule

    @cached_property
    def id(self) -> str:
        """A digest of everything that the run is: the same in every process and version of Python."""
        return digest(asdict(self))

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Run:
        """The run that ``dataclasses.asdict`` has written."""
        specification = Specification(**document["specification"])
        return cls(**{**document, "specification": specification, "schedule": Schedule(**document["schedule"])})

    @property
    def label(self) -> str:
        """The run in words."""
        given = self.specification
        values = ", ".join(f"{name} = {value}" for name, value in given.values.items())
        where = f"{given.data}, {self.architecture}, seed {given.seed}"
        return f"{self.method}{f' ({values})' if values else ''}, {self.optimizer} {given.step}, {where}"


@dataclass(frozen=True)
class Study:
    """What is asked.

    Attributes:
        name: As shown.
        reference: Its source.
        groups: Products of runs.
        reconstructed: The settings that could not be read in the source and are our reconstruction: dotted keys of the
            file, and what stands there.
    """

    name: str
    reference: str
    groups: tuple[Group, ...]
    reconstructed: Mapping[str, str]

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """All runs, in an order that only the study's content decides."""
        return tuple(run for group in self.groups for run in group.runs())

    @cached_property
    def digest(self) -> str:
        """Of all runs; their order and the file's comments do not matter."""
        return digest(sorted(run.id for run in self.runs))


def digest(content: Any) -> str:
    """A short name for plain data."""
    return sha256(dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:20]

"""What a run is asked to do, as one value that a file can hold: several values of an option are several members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from ..stacked.member import MemberError
from ..stacked.specification import Specification, exact

# The members of one stack; beyond that a study is the better tool.
MOST_MEMBERS = 4096
# Exact assignment takes a matrix of samples by samples.
MOST_SAMPLES = 16_384
DTYPES = ("float32", "float64")


class SettingsError(ValueError):
    """Settings that make no run; names the option, what was given and the mend."""


def _option(name: str, default: Any = None) -> Any:
    """A field, with the option of the command line that sets it."""
    return field(metadata={"option": name}) if default is None else field(default=default, metadata={"option": name})


@dataclass(frozen=True)
class Settings:
    """A run: the members are the product of the parameter values, the step sizes and the seeds.

    Attributes:
        document: The proposal's sections, as read from its file.
        name: The proposal's name.
        values: Values of the declared parameters, as exact text, one or several for each.
        steps: Step sizes h, as exact text.
        seeds: Of the initial parameters and the minibatches.
        changes: Keys of the document that the run sets, such as ``{"training.optimizer": "rmsprop"}``.
        objective: What trains in the place of f = "any".
        data: A law, as ``training.data.read_data`` reads it.
        generator: A network, as ``training.networks.read_network`` reads it.
        discriminator: Another.
        latent: Dimension of a latent code.
        batch: Samples of a minibatch.
        iterations: Periods of the rule.
        every: Periods from one measurement, and checkpoint, to the next.
        samples: Samples of a measurement.
        final_samples: Samples of the last one.
        dtype: One of ``DTYPES``.
        device: Where to train, such as "cpu" or "cuda".
    """

    document: Mapping[str, Any] = _option("PROPOSAL")
    name: str = _option("PROPOSAL")
    values: Mapping[str, tuple[str, ...]] = _option("--set")
    steps: tuple[str, ...] = _option("--h", ("0.01",))
    seeds: tuple[int, ...] = _option("--seed", (0,))
    changes: Mapping[str, Any] = field(default_factory=dict, metadata={"option": "--change"})
    objective: str = _option("--objective", "standard")
    data: str = _option("--data", "circle")
    generator: str = _option("--generator", "mlp")
    discriminator: str = _option("--discriminator", "mlp")
    latent: int = _option("--latent", 16)
    batch: int = _option("--batch", 128)
    iterations: int = _option("--iterations", 10_000)
    every: int = _option("--every", 500)
    samples: int = _option("--samples", 512)
    final_samples: int = _option("--samples", 2048)
    dtype: str = _option("--dtype", "float32")
    device: str = _option("--device", "cpu")

    def __post_init__(self) -> None:
        if self.dtype not in DTYPES:
            raise SettingsError(f"--dtype {self.dtype}: no such type; known: {', '.join(DTYPES)}")
        for name in ("latent", "batch", "iterations", "every", "samples", "final_samples"):
            if getattr(self, name) < 1:
                raise SettingsError(f"{option_of(name)} {getattr(self, name)}: give a positive integer")
        if max(self.samples, self.final_samples) > MOST_SAMPLES:
            raise SettingsError(f"--samples {max(self.samples, self.final_samples)}: give at most {MOST_SAMPLES}")
        many = {"--h": self.steps, "--seed": self.seeds} | {f"--set {name}": v for name, v in self.values.items()}
        for option, given in many.items():
            for value in given:
                if [_number(other) for other in given].count(_number(value)) > 1:
                    raise SettingsError(f"{option}: {value} is given twice; leave one out")
            if not given:
                raise SettingsError(f"{option}: no value; give at least one")
        if self.members > MOST_MEMBERS:
            raise SettingsError(
                f"{self.members} members are more than {MOST_MEMBERS}; give fewer values of --set, --h or --seed, or "
                "make it a study (convergan sweep)"
            )

    @property
    def members(self) -> int:
        """Their number."""
        return prod(map(len, self.values.values())) * len(self.steps) * len(self.seeds)

    @property
    def marks(self) -> tuple[int, ...]:
        """The periods after which is measured, the start and the end among them."""
        return *range(0, self.iterations, self.every), self.iterations

    def samples_at(self, step: int) -> int:
        """The samples of the measurement after so many periods."""
        return self.final_samples if step == self.iterations else self.samples

    def specifications(self) -> tuple[Specification, ...]:
        """The members, seeds varying fastest."""
        names = tuple(self.values)
        return tuple(
            Specification(
                self.document,
                self.name,
                self.changes,
                self.objective,
                dict(zip(names, chosen, strict=True)),
                step,
                self.data,
                self.generator,
                self.discriminator,
                self.latent,
                self.batch,
                seed,
            )
            for chosen in product(*self.values.values())
            for step, seed in product(self.steps, self.seeds)
        )

    def as_document(self) -> dict[str, Any]:
        """What JSON can hold, and ``from_document`` reads."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Settings:
        """The settings that were written.

        Raises:
            SettingsError: For keys that are missing or unknown.
        """
        names = {f.name for f in fields(cls)}
        for key in sorted(names ^ set(document)):
            raise SettingsError(
                f"settings.{key}: {'missing' if key in names else 'unknown'}; was another version used?"
            )
        listed = {key: tuple(document[key]) for key in ("steps", "seeds")}
        values = {name: tuple(given) for name, given in document["values"].items()}
        return cls(**{**document, **listed, "values": values})


def option_of(name: str) -> str:
    """The option of the command line that sets a field."""
    return next(f.metadata["option"] for f in fields(Settings) if f.name == name)


def labels(settings: Settings, *, varying: bool = False) -> tuple[str, ...]:
    """The members in words, in order.

    Args:
        settings: Whose.
        varying: Whether only what differs between members is named (everything if nothing does).
    """
    parts = [{**s.values, "h": s.step, "seed": s.seed} for s in settings.specifications()]
    names = [name for name in parts[0] if not varying or len({part[name] for part in parts}) > 1]
    return tuple(", ".join(f"{name} = {part[name]}" for name in names or part) for part in parts)


def _number(value: str | int) -> Fraction | str | int:
    """0.1 and 0.10 are one number; what is none is told where members are made."""
    try:
        return exact(str(value), "")
    except MemberError:
        return value

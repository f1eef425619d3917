"""The options of ``convergan train 2d`` as settings, with one clear error for anything wrong."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

from ...symbolic.errors import closest
from ...symbolic.proposal import Proposal
from ...training.data import read_data
from ...training.data.dirac import Dirac
from ...training.runs.settings import Settings
from ...training.stacked.member import read_parameters, trainable

# Read exactly, as a fraction: exponents that would fill the memory are no numbers here.
_NUMBER = re.compile(r"[+-]?(\d{1,40}/0*[1-9]\d{0,39}|(\d{1,40}(\.\d{0,40})?|\.\d{1,40})([eE][+-]?\d{1,3})?)")


class OptionError(ValueError):
    """An option that makes no sense; names it, what was given and the mend."""


def new_settings(proposal: Proposal, given: dict[str, Any]) -> Settings:
    """Settings of a new run.

    Args:
        proposal: What is trained.
        given: Fields of ``Settings`` that options gave; the others take their defaults, on a point mass those of the
            Dirac-GAN: a point, a linear discriminator and minibatches of 1.

    Raises:
        OptionError: For parameters without a value, and an objective where the proposal has its own.
        SettingsError, DataError: For what makes no run.
    """
    values = given.pop("values", {})
    changes = given.get("changes", {})
    _require_values(proposal, values, changes)
    if "objective" in given and any(path in changes for path in ("objective.f", "objective.fake")):
        raise OptionError(f"--objective {given['objective']}: --change gives another objective; leave one out")
    if "objective" in given and proposal.objective is not None and not proposal.objective.arbitrary:
        raise OptionError(
            f"--objective {given['objective']}: the proposal has an objective of its own; replace it by "
            f"--change objective.f={given['objective']}"
        )
    defaults: dict[str, Any] = {}
    if isinstance(read_data(given.get("data", "circle")), Dirac):
        defaults = {"generator": "point", "discriminator": "linear", "batch": 1}
    return Settings(document=proposal.source, name=proposal.name, values=values, **{**defaults, **given})


def resumed_settings(recorded: Settings, proposal: Proposal, given: dict[str, Any]) -> Settings:
    """Settings of a run that goes on: what was recorded, with everything that was given now in its place."""
    return replace(recorded, document=proposal.source, name=proposal.name, **given)


def given_fields(**options: Any) -> dict[str, Any]:
    """The options that were given, as fields of ``Settings``.

    Args:
        options: By field; None or an empty list where an option was not given.

    Raises:
        OptionError: For text that does not say what the option needs.
    """
    known = {f.name for f in fields(Settings)}
    found = {name: value for name, value in options.items() if name in known and value not in (None, [])}
    if "values" in found:
        found["values"] = parameter_values(found["values"])
    if "changes" in found:
        found["changes"] = changed_keys(found["changes"])
    if "steps" in found:
        found["steps"] = numbers("--h", ",".join(found["steps"]))
    if "seeds" in found:
        found["seeds"] = seeds(",".join(found["seeds"]))
    if "samples" in found:
        found["final_samples"] = found["samples"]
    return found


def parameter_values(texts: list[str]) -> dict[str, tuple[str, ...]]:
    """NAME=NUMBER[,NUMBER...] for every parameter."""
    found: dict[str, tuple[str, ...]] = {}
    for text in texts:
        name, separator, listed = (part.strip() for part in text.partition("="))
        if not separator or not name:
            raise OptionError(f"--set {text}: not NAME=NUMBER; write --set gamma=10, or --set gamma=1,10,100")
        if name in found:
            raise OptionError(f"--set {text}: {name} is given twice; list its values, as in --set {name}=1,10")
        if name == "h":
            raise OptionError(f"--set {text}: h is the step size; write --h {listed}")
        found[name] = numbers(f"--set {text}", listed)
    return found


def changed_keys(texts: list[str]) -> dict[str, Any]:
    """SECTION.KEY=VALUE for every key; whole numbers and true, false are what TOML makes of them."""
    found: dict[str, Any] = {}
    for text in texts:
        path, separator, value = (part.strip() for part in text.partition("="))
        section, dot, key = path.partition(".")
        if not (separator and dot and section and key and value):
            raise OptionError(f"--change {text}: not SECTION.KEY=VALUE; write --change training.optimizer=rmsprop")
        if path in found:
            raise OptionError(f"--change {text}: {path} is given twice; leave one out")
        if section == "claim":
            raise OptionError(f"--change {text}: a claim is not trained; change what is trained")
        words: dict[str, Any] = {"true": True, "false": False}
        found[path] = int(value) if re.fullmatch(r"-?\d+", value) else words.get(value, value)
    return found


def numbers(option: str, listed: str) -> tuple[str, ...]:
    """Exact numbers, separated by commas."""
    found = []
    for text in map(str.strip, listed.split(",")):
        if not _NUMBER.fullmatch(text):
            raise OptionError(f"{option}: {text!r} is no number; write one such as 10, 0.25 or 1/3")
        found.append(text)
    return tuple(found)


def seeds(listed: str) -> tuple[int, ...]:
    """Integers that are not negative, separated by commas."""
    found = []
    for text in listed.split(","):
        if not re.fullmatch(r"\s*\d{1,18}\s*", text):
            raise OptionError(f"--seed: {text.strip()!r} is no seed; write integers such as 0 or 0,1,2")
        found.append(int(text))
    return tuple(found)


def _require_values(proposal: Proposal, values: dict[str, Any], changes: dict[str, Any]) -> None:
    """That every parameter that is read has a value, and no other name has one."""
    # Changes may declare parameters and read others; the members look at what came of them.
    if changes:
        return
    names = proposal.parameter_names
    for name in values:
        if name not in names:
            raise OptionError(f"--set {name}: no such parameter; {closest(name, names) if names else 'it has none'}")
    missing = sorted(read_parameters(trainable(proposal)) - set(values))
    if missing:
        raise OptionError(f"{missing[0]} has no value; add --set {missing[0]}=NUMBER")

"""From a mapping (the content of a study's file) to a ``Study``, with one clear error for anything wrong."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from json import dumps
from typing import Any

from ...symbolic.errors import ProposalError, closest
from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal
from ..data import DataError
from ..networks.registry import NetworkError
from ..stacked.member import MemberError, read_parameters
from ..stacked.specification import Specification
from .study import Group, Method, Networks, Optimizer, Schedule, Study, StudyError
from .tables import Table

# The sections of a proposal that a method may have; its name stands beside them, and a claim is none of a study's.
_SECTIONS = ("parameters", "game", "objective", "penalty", "training")
_RUNS = ("iterations", "batch", "latent", "dtype", "seeds", "data")
_LISTS = ("architectures", "optimizers", "methods")
_MEASURE = ("every", "samples", "final_steps", "final_every", "final_samples")
_TOP = ("study", "runs", "measure", *_LISTS, "groups")
_MOST_RUNS = 1_000_000
DTYPES = ("float32", "float64")


def read_study(document: Mapping[str, Any], default_name: str = "study") -> Study:
    """Reads a study from the mapping that its TOML file holds.

    Args:
        document: Sections and keys; numbers may be given as numbers or as strings, decimals have to be strings.
        default_name: The name if the document gives none.

    Returns:
        The study; every run of it can be trained.

    Raises:
        StudyError: For anything that is not in the format (docs/sweeps.md).
        ProposalError: For a method that is no proposal.
    """
    file = Table(document)
    file.allow(_TOP)
    head = file.table("study")
    head.allow(("name", "reference", "reconstructed"))
    architectures = {table.text("name"): _networks(table) for table in file.tables("architectures")}
    optimizers = {table.text("name"): _optimizer(table) for table in file.tables("optimizers")}
    methods = {table.text("name"): _method(table) for table in file.tables("methods")}
    known: dict[str, Mapping[str, Any]] = dict(zip(_LISTS, (architectures, optimizers, methods), strict=True))
    runs, measure = file.table("runs"), file.table("measure")
    runs.allow(_RUNS)
    measure.allow(_MEASURE)
    if "groups" in file.content:
        groups = tuple(_group(table, runs, measure, known) for table in file.tables("groups"))
    else:
        groups = (_group(Table({"name": "all"}, "runs"), runs, measure, known),)
    reconstructed = head.texts("reconstructed") if "reconstructed" in head.content else ()
    return Study(
        head.text("name", default_name),
        head.text("reference", ""),
        groups,
        {key: _found(document, key) for key in reconstructed},
    )


# -- lists of the file ------------------------------------------------------------------------------------------------


def _networks(table: Table) -> Networks:
    table.allow(("name", "generator", "discriminator"))
    return Networks(table.text("name"), table.text("generator"), table.text("discriminator"))


def _optimizer(table: Table) -> Optimizer:
    table.allow(("name", "steps", "changes", "decay"))
    changes = table.table("changes")
    for key, value in changes.content.items():
        if not isinstance(value, str | int):
            raise StudyError(changes.key(key), f"neither text, number nor truth value: {value!r}", "write one of these")
    return Optimizer(table.text("name"), table.numbers("steps"), dict(changes.content), table.number("decay", "99/100"))


def _method(table: Table) -> Method:
    table.allow(("name", "values", *_SECTIONS))
    name = table.text("name")
    document = {section: dict(table.table(section).content) for section in _SECTIONS if section in table.content}
    proposal = _in(table.where, lambda: read_proposal(document, name))
    if proposal.objective is not None and proposal.objective.arbitrary:
        problem = 'f = "any" stands for every objective and trains none'
        raise StudyError(f"{table.where}.objective.f", problem, 'name the one that trains, such as f = "standard"')
    values = table.table("values")
    _compare(values, proposal)
    return Method(name, document, {key: values.numbers(key) for key in values.content})


def _compare(values: Table, proposal: Proposal) -> None:
    """Every parameter that training reads has values, and no other name has."""
    for key in values.content:
        if key not in proposal.parameter_names:
            raise StudyError(values.key(key), "not declared under parameters", closest(key, proposal.parameter_names))
    for key in sorted(read_parameters(proposal) - set(values.content)):
        raise StudyError(values.key(key), "missing", f"give the values to try, such as {key} = [1, 10]")


# -- groups -----------------------------------------------------------------------------------------------------------


def _group(own: Table, runs: Table, measure: Table, known: Mapping[str, Mapping[str, Any]]) -> Group:
    """A group: its own keys, and for the rest those of [runs] and [measure] and all rows of the lists."""
    own.allow(("name", *_RUNS, "measure", *_LISTS))
    merged = Table({**runs.content, **own.content}, own.where)
    schedule = Table({**measure.content, **own.table("measure").content}, own.key("measure"))
    schedule.allow(_MEASURE)
    every, samples = schedule.integer("every"), schedule.integer("samples")
    chosen = {name: _chosen(own, name, rows) for name, rows in known.items()}
    dtype = merged.text("dtype", "float32")
    if dtype not in DTYPES:
        raise StudyError(merged.key("dtype"), f"unknown value {dtype!r}", closest(dtype, DTYPES))
    group = Group(
        own.text("name"),
        merged.integer("iterations"),
        merged.integer("batch"),
        merged.integer("latent"),
        dtype,
        merged.integers("seeds", [0]),
        merged.texts("data"),
        chosen["architectures"],
        chosen["methods"],
        chosen["optimizers"],
        Schedule(
            every,
            samples,
            schedule.integer("final_steps", default=1),
            schedule.integer("final_every", default=every),
            schedule.integer("final_samples", default=samples),
        ),
    )
    _require_trainable(group, merged)
    return group


def _chosen(own: Table, name: str, rows: Mapping[str, Any]) -> tuple[Any, ...]:
    names = own.texts(name, list(rows))
    for title in names:
        if title not in rows:
            raise StudyError(own.key(name), f"no {name} are called {title!r}", closest(title, rows))
    return tuple(rows[title] for title in names)


def _require_trainable(group: Group, table: Table) -> None:
    """One member of every kind can be made, so that nothing fails in the midst of a study."""
    if group.count > _MOST_RUNS:
        raise StudyError(table.where, f"more than {_MOST_RUNS} runs", "make several studies of it")
    for law, networks in product(group.data, group.architectures):
        given = Specification({}, generator=networks.generator, discriminator=networks.discriminator, data=law)
        try:
            given.architecture()
        except DataError as error:
            raise StudyError(table.key("data"), str(error)) from None
        except (NetworkError, MemberError) as error:
            raise StudyError(f"architectures.{networks.name}", str(error)) from None
    law = group.data[0]
    for method, optimizer in product(group.methods, group.optimizers):
        for chosen in product(*method.values.values()):
            values = dict(zip(method.values, chosen, strict=True))
            plain = Specification(method.document, method.name, values=values, data=law)
            _in(f"methods.{method.name}", plain.member)
            for step in optimizer.steps:
                changed = Specification(
                    method.document, method.name, optimizer.changes, values=values, step=step, data=law
                )
                _in(f"optimizers.{optimizer.name} on {method.name}", changed.member)


def _in(where: str, make: Any) -> Any:
    """What a function makes; its error is one of the study's key."""
    try:
        return make()
    except ProposalError as error:
        raise StudyError(f"{where}.{error.key}" if error.key else where, error.problem, error.mend) from None
    except MemberError as error:
        raise StudyError(where, str(error)) from None


# -- what was reconstructed -------------------------------------------------------------------------------------------


def _found(document: Mapping[str, Any], key: str) -> str:
    """What stands behind a dotted key, as text; behind one of a list, what its rows have.

    Raises:
        StudyError: If there is no such key.
    """
    places: list[Any] = [document]
    for name in key.split("."):
        rows = [row for place in places for row in (place if isinstance(place, list) else [place])]
        places = [row[name] for row in rows if isinstance(row, Mapping) and name in row]
        if not places:
            raise StudyError("study.reconstructed", f"no such key: {key!r}", "write SECTION.KEY, such as runs.batch")
    values = list(dict.fromkeys(place if isinstance(place, str) else dumps(place, default=str) for place in places))
    return "; ".join(values)

"""``convergan train 2d``: a proposal trained on low-dimensional data, all members at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from ... import __version__
from ...symbolic.errors import ProposalError
from ...symbolic.proposal import Proposal
from ...training.data import DataError
from ...training.networks.registry import NetworkError
from ...training.runs.execution import Outcome, Progress, train, trainer_of
from ...training.runs.extras import MissingExtraError
from ...training.runs.folder import RunError, free_folder, recorded_settings, strange_versions
from ...training.runs.settings import Settings, SettingsError
from ...training.stacked.member import MemberError
from ..comparison_text import comparison_document, comparison_text, contradicted
from ..reading import proposal_name, read_proposal_file
from .output import OutputError, console, error_console, print_plain, write_json
from .train_options import OptionError, given_fields, new_settings, resumed_settings

_INVALID = (
    ProposalError,
    OptionError,
    SettingsError,
    DataError,
    NetworkError,
    MemberError,
    RunError,
    MissingExtraError,
    OutputError,
)
_RUNS = Path("runs")
_MEASURES = {"w1": "W1", "w1_ratio": "W1/floor", "gradient_real": "|grad D|"}


def run_train_2d(
    proposal: str, *, out: Path | None, resume: bool, json: str | None, plots: bool, **options: Any
) -> int:
    """Trains a proposal and prints what came out.

    Args:
        proposal: The proposal's file.
        out: The run's folder; the next free one under ``runs`` if not given.
        resume: Whether the run in the folder goes on.
        json: Where the JSON document goes, ``-`` for standard output, or None.
        plots: Whether figures are drawn.
        options: Fields of ``Settings`` as text, None where an option was not given.

    Returns:
        The exit code: 0 trained to the end, 1 a prediction was contradicted, 2 invalid, 3 stopped before the end.
    """
    errors, screen = error_console(), console(quiet=json == "-")
    try:
        read = read_proposal_file(proposal)
        settings, folder = _settings(read, proposal, out, resume, given_fields(**options))
        _try(settings, proposal)
        print_plain(screen, heading(read, settings, folder))
        for line in strange_versions(folder) if resume else ():
            print_plain(errors, f"{folder}: {line}")
        outcome = _trained(settings, folder, resume, plots)
        if outcome is None:
            print_plain(errors, f"stopped; go on with --resume --out {folder}")
            return 3
        print_plain(screen, table(outcome))
        if outcome.comparisons:
            print_plain(screen, "\n" + comparison_text(outcome.comparisons))
        if json is not None:
            write_json(document(outcome), json)
    except _INVALID as error:
        print_plain(errors, str(error))
        return 2
    return 1 if contradicted(outcome.comparisons) else 0


def _trained(settings: Settings, folder: Path, resume: bool, plots: bool) -> Outcome | None:
    """The run, with a progress line; None if it was interrupted."""
    try:
        with _progress_line() as report:
            return train(settings, folder, resume=resume, figures=plots, report=report)
    except KeyboardInterrupt:
        return None


def _settings(
    proposal: Proposal, file: str, out: Path | None, resume: bool, given: dict[str, Any]
) -> tuple[Settings, Path]:
    """What is to be run, and where."""
    if resume:
        if out is None:
            raise OptionError("--resume: which run? name its folder with --out DIR")
        return resumed_settings(recorded_settings(out), proposal, given), out
    settings = new_settings(proposal, given)
    law = settings.data.partition(":")[0]
    return settings, out or free_folder(_RUNS, f"{proposal_name(Path(file))}-{law}")


def _try(settings: Settings, file: str) -> None:
    """Makes the members, for their errors to come before anything is printed or written."""
    try:
        trainer_of(settings)
    except ProposalError as error:
        raise error.in_file(f"{file} as changed" if settings.changes else file) from None


def heading(proposal: Proposal, settings: Settings, folder: Path) -> str:
    """What is about to be done."""
    count = f"{settings.members} members" if settings.members > 1 else "1 member"
    lines = [
        f"{settings.name} on {settings.data}: {count}, {settings.iterations:,} iterations of batch {settings.batch}",
        f"  networks  {settings.generator} and {settings.discriminator}, {settings.dtype} on {settings.device}",
        f"  folder    {folder}",
    ]
    if proposal.objective is not None and proposal.objective.arbitrary and "objective.f" not in settings.changes:
        lines.append(f'  objective f = "any": {settings.objective} trains in its place')
    lines += [f"  changed   {path} = {value}" for path, value in settings.changes.items()]
    return "\n".join(lines) + "\n"


def table(outcome: Outcome) -> str:
    """The members with their last measures, and what became of those that diverged."""
    shown = {key: name for key, name in _MEASURES.items() if any(row.get(key) is not None for row in outcome.last)}
    width = max(6, *map(len, outcome.labels))
    lines = [f"{'member':<{width}}" + "".join(f"  {name:>9}" for name in shown.values())]
    for text, row, step, cause in zip(outcome.labels, outcome.last, outcome.diverged, outcome.causes, strict=True):
        cells = "".join(f"  {'-' if row[key] is None else format(row[key], '.4g'):>9}" for key in shown)
        lines.append(f"{text:<{width}}{cells}" + (f"  diverged in step {step:,}: {cause}" if step is not None else ""))
    return "\n".join(lines)


def document(outcome: Outcome) -> dict[str, Any]:
    """The document of ``train`` (schema ``convergan.train/1``)."""
    settings = outcome.settings
    members = zip(settings.specifications(), outcome.last, outcome.diverged, outcome.causes, strict=True)
    return {
        "schema": "convergan.train/1",
        "version": __version__,
        "run": str(outcome.folder),
        "settings": settings.as_document(),
        "members": [
            {
                "member": number,
                "values": dict(member.values),
                "h": member.step,
                "seed": member.seed,
                "measures": {name: value for name, value in row.items() if name not in ("step", "member")},
                "diverged": None if step is None else {"step": step, "cause": cause},
            }
            for number, (member, row, step, cause) in enumerate(members)
        ],
        "predictions": comparison_document(outcome.comparisons),
    }


@contextmanager
def _progress_line() -> Iterator[Callable[[Progress], None]]:
    """A line on a terminal that is kept up to date; nothing in a pipe."""
    target = error_console()
    if not target.is_terminal:
        yield lambda _: None
        return
    with target.status("starting") as status:
        first: tuple[float, int] | None = None

        def report(progress: Progress) -> None:
            nonlocal first
            first = first or (monotonic(), progress.step)
            status.update(progress_text(progress, monotonic() - first[0], progress.step - first[1]))

        yield report


def progress_text(progress: Progress, seconds: float, done: int) -> str:
    """Step, member-steps per second, the best W1 ratio, what diverged and the time that is left.

    Args:
        progress: How far the run is.
        seconds: Since it began, or went on.
        done: Steps since then.
    """
    parts = [f"{progress.step:,}/{progress.total:,}"]
    if done and seconds > 0:
        parts.append(f"{done * progress.members / seconds:,.0f} member-steps/s")
    if progress.ratio is not None:
        parts.append(f"best W1 {progress.ratio:.2f} times the floor")
    if progress.diverged:
        parts.append(f"{progress.diverged} of {progress.members} diverged")
    if done and seconds > 0:
        left = round((progress.total - progress.step) * seconds / done)
        parts.append(f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
    return "  ".join(parts)

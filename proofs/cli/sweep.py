"""``convergan sweep``: a study to its end or to the next interruption, and what came of it."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from textwrap import shorten
from typing import Any

from ... import __version__
from ...symbolic.errors import ProposalError
from ...training.plots.bars import Bar
from ...training.predictions.comparison import Comparison
from ...training.runs.extras import MissingExtraError, require
from ...training.stacked.member import MemberError
from ...training.sweep.comparing import comparisons
from ...training.sweep.database import Database, DatabaseError, opened
from ...training.sweep.engines import BACKENDS, EngineError, available_workers
from ...training.sweep.execution import Execution, Progress, sweep
from ...training.sweep.plan import Batch
from ...training.sweep.results import Outcome, bars, outcomes
from ...training.sweep.study import Study
from ..comparison_text import comparison_document, comparison_text, contradicted
from ..study_reading import read_study_file
from .output import OutputError, console, error_console, print_plain, write_json

_INVALID = (ProposalError, MemberError, DatabaseError, EngineError, MissingExtraError, OutputError)
_LIBRARIES = {"safetensors": "states", "filelock": "databases", "joblib": "workers"}
# A slice on a GPU begins with building all members and capturing a graph, which has to be small beside it.
_SLICE_SECONDS = {"cpu": 20.0, "cuda": 60.0}
_SHOWN = 10


def run_sweep(
    study: str,
    *,
    database: Path | None,
    workers: int | None,
    backend: str,
    cluster: str | None,
    device: str,
    members: int | None,
    stop_after: float | None,
    json: str | None,
    figure: Path | None,
) -> int:
    """Does what is left of a study and prints what came of it.

    Args:
        study: The study's file.
        database: Where results are kept; NAME.db in the working directory if not given.
        workers: Worker processes; as many as there are cores if not given.
        backend: "loky", "dask" or "ray".
        cluster: The address of a running Dask or Ray cluster, or None.
        device: Where batches train.
        members: At most so many runs in a batch, or None for the device's default.
        stop_after: Seconds after which nothing new is begun, or None.
        json: Where the JSON document goes, ``-`` for standard output, or None.
        figure: Where the bars are drawn, or None; those of all settings beside it.

    Returns:
        The exit code: 0 done, 1 a prediction was contradicted, 2 invalid, 3 unfinished.
    """
    errors, screen = error_console(), console(quiet=json == "-")
    try:
        for library, purpose in _LIBRARIES.items():
            require(library, purpose)
        if figure is not None:
            require("matplotlib", "figures")
        if backend not in BACKENDS:
            raise EngineError(f"--backend {backend}: unknown; known: {', '.join(BACKENDS)}")
        read = read_study_file(study)
        # One run is made for its errors, such as a device that is not there.
        Batch(0, (0,), read.runs[:1]).trainer(device)
        path = database or Path(f"{Path(study).stem}.db")
        count = workers if workers is not None else (0 if cluster else available_workers())
        kind = device.partition(":")[0]
        given = Execution(count, backend, cluster, device, stop_after, _SLICE_SECONDS.get(kind, 20.0))
        with opened(path, read, device=device, members=members) as kept:
            print_plain(screen, heading(read, kept))
            progress = _swept(kept, given)
            results = outcomes(kept)
            print_plain(screen, summary(read, results))
            compared = comparisons(kept)
            if compared:
                print_plain(screen, "\n" + comparison_text(compared))
            for line in _unfinished(progress, kept):
                print_plain(errors, line)
            if json is not None:
                write_json(document(read, kept, progress, results, compared), json)
            if figure is not None:
                _draw(read, bars(results), figure)
    except _INVALID as error:
        print_plain(errors, str(error))
        return 2
    except KeyboardInterrupt:
        print_plain(errors, "stopped; the same command goes on")
        return 3
    return 1 if contradicted(compared) else 0 if progress.finished else 3


def _swept(database: Database, execution: Execution) -> Progress:
    """The sweep with a progress line, as far as it got; a signal to end leaves everything that is recorded."""
    last = [_standing(database)]
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with _progress_line() as show:

            def report(progress: Progress) -> None:
                last[:] = [progress]
                show(progress)

            return sweep(database, execution, report=report)
    except KeyboardInterrupt:
        return last[-1]
    finally:
        signal.signal(signal.SIGTERM, before)


def _standing(database: Database) -> Progress:
    """How far the study is before anything is done."""
    batches = database.standings()
    done, total = (
        sum(part) for part in zip(*((b.step * b.members, b.iterations * b.members) for b in batches), strict=True)
    )
    ended = sum(batch.step == batch.iterations for batch in batches)
    diverged = sum(since is not None for _, _, _, since, _ in database.runs())
    return Progress(done, total, 0.0, (ended, len(batches)), diverged, ())


# -- in words ---------------------------------------------------------------------------------------------------------


def heading(study: Study, database: Database) -> str:
    """What is asked, and what of it is our reconstruction."""
    batches, steps = database.standings(), sum(run.iterations for run in study.runs)
    lines = [
        study.name + (f" ({study.reference})" if study.reference else ""),
        f"  {len(study.runs):,} runs in {len(batches):,} batches, {steps:,} member-steps",
        f"  database {database.path}",
    ]
    if study.reconstructed:
        lines.append("  our reconstruction, since the source does not say:")
        lines += [f"    {key} = {shorten(value, 100)}" for key, value in study.reconstructed.items()]
    return "\n".join(lines) + "\n"


def summary(study: Study, results: Sequence[Outcome]) -> str:
    """A line per method, optimiser and law: the best setting, and all."""
    rows = bars(results)
    done = sum(outcome.done for outcome in results)
    lines = [f"{done:,} of {len(results):,} runs are done"]
    if rows:
        names = [f"{row.method}, {row.optimizer}, {row.data}" for row in rows]
        width = max(map(len, names))
        lines.append(f"{'':<{width}}  {'best W1':>9}  {'/ floor':>7}  {'median':>9}  {'settings':>8}  {'diverged':>8}")
        lines += [f"{name:<{width}}{_cells(row)}" for name, row in zip(names, rows, strict=True)]
    lost = [outcome for outcome in results if outcome.diverged is not None]
    lines += [f"diverged in step {o.diverged:,}: {o.run.label}: {o.cause}" for o in lost[:_SHOWN]]
    if len(lost) > _SHOWN:
        lines.append(f"... and {len(lost) - _SHOWN:,} more; --json PATH lists all")
    return "\n".join(lines)


def _cells(row: Bar) -> str:
    if not row.values:
        return f"  {'-':>9}  {'-':>7}  {'-':>9}  {row.diverged:>8}  {row.diverged:>8}"
    ratio = f"{row.best / row.floor:.2f}" if row.floor > 0 else "-"
    count = len(row.values) + row.diverged
    return f"  {row.best:>9.4g}  {ratio:>7}  {median(row.values):>9.4g}  {count:>8}  {row.diverged:>8}"


def _unfinished(progress: Progress, database: Database) -> Iterator[str]:
    """What is left, why, and how to go on."""
    for number, reason in progress.failed:
        yield f"batch {number} was given up: {reason}"
    if not progress.finished:
        share = 100 * progress.done / progress.total
        yield f"unfinished: {share:.1f}% of the member-steps are done; the same command goes on in {database.path}"


@contextmanager
def _progress_line() -> Iterator[Callable[[Progress], None]]:
    """A line on a terminal that is kept up to date; nothing in a pipe."""
    target = error_console()
    if not target.is_terminal:
        yield lambda _: None
        return
    with target.status("starting") as status:
        yield lambda progress: status.update(progress_text(progress))


def progress_text(progress: Progress) -> str:
    """Member-steps, their rate, batches, what diverged and the time that is left."""
    parts = [f"{100 * progress.done / progress.total:.1f}% of {progress.total:,} member-steps"]
    if progress.remaining is not None:
        left = round(progress.remaining)
        parts.append(f"{progress.rate:,.0f}/s")
        parts.append(f"{left // 3600}:{left // 60 % 60:02}:{left % 60:02} left")
    parts.append("batches {} of {}".format(*progress.batches))
    if progress.diverged:
        parts.append(f"{progress.diverged} runs diverged")
    if progress.failed:
        parts.append(f"{len(progress.failed)} batches given up")
    return "  ".join(parts)


# -- for others -------------------------------------------------------------------------------------------------------


def document(
    study: Study,
    database: Database,
    progress: Progress,
    results: Sequence[Outcome],
    compared: Sequence[Comparison],
) -> dict[str, Any]:
    """The document of ``sweep`` (schema ``convergan.sweep/1``)."""
    return {
        "schema": "convergan.sweep/1",
        "version": __version__,
        "study": study.name,
        "reference": study.reference,
        "reconstructed": dict(study.reconstructed),
        "database": str(database.path),
        "device": database.fact("device"),
        "member_steps": {"done": progress.done, "total": progress.total},
        "seconds": database.seconds(),
        "failed": [{"batch": number, "reason": reason} for number, reason in progress.failed],
        "runs": [_run(outcome) for outcome in results],
        "bars": [
            {
                "method": row.method,
                "optimizer": row.optimizer,
                "data": row.data,
                "best": row.best if row.values else None,
                "values": list(row.values),
                "floor": row.floor,
                "diverged": row.diverged,
            }
            for row in bars(results)
        ],
        "predictions": comparison_document(compared),
    }


def _run(outcome: Outcome) -> dict[str, Any]:
    run, given = outcome.run, outcome.run.specification
    return {
        "id": run.id,
        "group": run.group,
        "method": run.method,
        "optimizer": run.optimizer,
        "architecture": run.architecture,
        "data": given.data,
        "values": dict(given.values),
        "h": given.step,
        "seed": given.seed,
        "step": outcome.step,
        "iterations": run.iterations,
        "final": {name: value if abs(value) < float("inf") else None for name, value in outcome.final.items()},
        "diverged": None if outcome.diverged is None else {"step": outcome.diverged, "cause": outcome.cause},
    }


def _draw(study: Study, rows: Sequence[Bar], path: Path) -> None:
    """The best setting per bar at the path, and all settings beside it."""
    if not rows:
        raise OutputError(f"--figure {path}: no run is done yet, so there is nothing to draw; run the study on")
    from ...training.plots.bars import bars_figure

    for every, name in ((False, path), (True, path.with_name(f"{path.stem}-settings{path.suffix}"))):
        drawn = bars_figure(rows, study.name, every_setting=every, reconstructed=tuple(study.reconstructed))
        try:
            name.parent.mkdir(parents=True, exist_ok=True)
            drawn.savefig(name)
        except (OSError, ValueError) as error:
            raise OutputError(f"--figure {name}: cannot be written: {error}") from None

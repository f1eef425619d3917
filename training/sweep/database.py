"""One SQLite file per study: what was asked, what was measured, and the state of every batch to go on from.

A finished slice is one transaction. So a kill loses at most what was in flight, and never half of anything; that a
slice starts where its batch stands is part of the transaction, so that nothing is recorded twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from json import dumps, loads
from pathlib import Path

from ... import __version__
from .plan import MEMBERS, Batch, plan
from .slices import Result
from .study import Run, Study

SCHEMA = "convergan.sweep/1"
_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, batch INTEGER NOT NULL, run TEXT NOT NULL,
    diverged_step INTEGER, diverged_cause TEXT NOT NULL DEFAULT ''
);
CREATE TABLE batches (
    number INTEGER PRIMARY KEY, step INTEGER NOT NULL, iterations INTEGER NOT NULL, state BLOB, failed TEXT
);
CREATE TABLE measurements (
    place INTEGER NOT NULL, step INTEGER NOT NULL, quantity TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (place, step, quantity)
) WITHOUT ROWID;
CREATE TABLE slices (
    batch INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL, seconds REAL NOT NULL,
    PRIMARY KEY (batch, start)
) WITHOUT ROWID;
"""


class DatabaseError(ValueError):
    """A database that cannot be used as it is asked to; names the file, what is wrong and the mend."""


@dataclass(frozen=True)
class Standing:
    """How far a batch is.

    Attributes:
        batch: Its number.
        step: Steps done.
        iterations: Steps to be done.
        members: Its runs.
        failed: Why it was given up, or None.
    """

    batch: int
    step: int
    iterations: int
    members: int
    failed: str | None


class Database:
    """The results of one study.

    Args:
        path: The file.
        connection: To it.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection

    # -- asked -------------------------------------------------------------------------------------------------------

    def fact(self, name: str) -> str:
        """What was written at the start: study, reference, reconstructed (JSON), digest, device, members, version."""
        return self._connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()[0]

    def standings(self) -> list[Standing]:
        """All batches in order."""
        rows = self._connection.execute(
            "SELECT number, step, iterations, (SELECT count(*) FROM runs WHERE batch = number), failed "
            "FROM batches ORDER BY number"
        )
        return [Standing(*row) for row in rows]

    def batch(self, number: int) -> Batch:
        """A batch as it was planned when the database was made."""
        rows = self._connection.execute("SELECT place, run FROM runs WHERE batch = ? ORDER BY place", (number,))
        places, texts = zip(*rows, strict=True)
        return Batch(number, places, tuple(Run.from_document(loads(text)) for text in texts))

    def state(self, batch: int) -> bytes | None:
        """The state of a batch (safetensors), or None where nothing was done."""
        return self._connection.execute("SELECT state FROM batches WHERE number = ?", (batch,)).fetchone()[0]

    # -- measured ----------------------------------------------------------------------------------------------------

    def quantities(self) -> list[str]:
        """What was measured."""
        return [row[0] for row in self._connection.execute("SELECT DISTINCT quantity FROM measurements ORDER BY 1")]

    def series(self, quantity: str) -> dict[int, tuple[list[int], list[float]]]:
        """Steps and values by the run's place."""
        found: dict[int, tuple[list[int], list[float]]] = {}
        rows = self._connection.execute(
            "SELECT place, step, value FROM measurements WHERE quantity = ? ORDER BY place, step", (quantity,)
        )
        for place, step, value in rows:
            steps, values = found.setdefault(place, ([], []))
            steps.append(step)
            values.append(value)
        return found

    def means(self, place: int, first: int) -> dict[str, float]:
        """Means of a run's quantities from a step on."""
        rows = self._connection.execute(
            "SELECT quantity, avg(value) FROM measurements WHERE place = ? AND step >= ? GROUP BY quantity",
            (place, first),
        )
        return dict(rows.fetchall())

    def runs(self) -> list[tuple[int, Run, int, int | None, str]]:
        """(place, run, steps done, step of divergence, its cause) of all runs in order."""
        rows = self._connection.execute(
            "SELECT place, run, step, diverged_step, diverged_cause FROM runs JOIN batches ON number = batch "
            "ORDER BY place"
        )
        return [(place, Run.from_document(loads(text)), *rest) for place, text, *rest in rows]

    def seconds(self) -> float:
        """Of all slices together."""
        return self._connection.execute("SELECT coalesce(sum(seconds), 0) FROM slices").fetchone()[0]

    # -- recorded ----------------------------------------------------------------------------------------------------

    def record(self, result: Result) -> None:
        """Keeps a finished slice, whole or not at all.

        Raises:
            DatabaseError: If it does not start where its batch stands.
        """
        with self._transaction() as write:
            moved = write.execute(
                "UPDATE batches SET step = ?, state = ? WHERE number = ? AND step = ?",
                (result.stop, result.state, result.batch, result.start),
            )
            if moved.rowcount != 1:
                raise DatabaseError(
                    f"{self.path}: batch {result.batch} is not at step {result.start}: somebody else writes to it; "
                    "give every study a database of its own"
                )
            write.executemany("INSERT INTO measurements VALUES (?, ?, ?, ?)", result.rows)
            write.executemany(
                "UPDATE runs SET diverged_step = ?, diverged_cause = ? WHERE place = ?",
                [(step, cause, place) for place, step, cause in result.diverged],
            )
            write.execute(
                "INSERT INTO slices VALUES (?, ?, ?, ?)", (result.batch, result.start, result.stop, result.seconds)
            )

    def fail(self, batch: int, reason: str | None) -> None:
        """Notes why a batch was given up; None: it will be tried again."""
        with self._transaction() as write:
            write.execute("UPDATE batches SET failed = ? WHERE number = ?", (reason, batch))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def _fill(self, study: Study, batches: Sequence[Batch], device: str, members: int) -> None:
        facts = {
            "schema": SCHEMA,
            "version": __version__,
            "study": study.name,
            "reference": study.reference,
            "reconstructed": dumps(dict(study.reconstructed), ensure_ascii=False),
            "digest": study.digest,
            "device": device,
            "members": str(members),
        }
        with self._transaction() as write:
            # One statement each: executescript would commit before all are there.
            for statement in filter(str.strip, _TABLES.split(";")):
                write.execute(statement)
            write.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())
            write.executemany(
                "INSERT INTO batches VALUES (?, 0, ?, NULL, NULL)", [(b.number, b.iterations) for b in batches]
            )
            write.executemany(
                "INSERT INTO runs (place, id, batch, run) VALUES (?, ?, ?, ?)",
                [
                    (place, run.id, batch.number, dumps(asdict(run), ensure_ascii=False))
                    for batch in batches
                    for place, run in zip(batch.places, batch.runs, strict=True)
                ],
            )


# -- opening ----------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path, study: Study, *, device: str, members: int | None = None) -> Iterator[Database]:
    """The study's database, for this process alone to write; made where there is none.

    Args:
        path: The file.
        study: What is asked.
        device: Where it trains.
        members: At most so many runs in a batch; the default is the device's.

    Raises:
        DatabaseError: If another process writes to it, or it belongs to another study or device.
    """
    from filelock import FileLock, Timeout

    kind = device.partition(":")[0]
    lock = FileLock(f"{path}.lock", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise DatabaseError(f"{path}: another sweep writes to it; wait for it or choose another --database") from None
    except OSError as error:
        raise _unusable(path, error) from None
    try:
        if path.exists():
            # Looked at before anything is written: another program's file stays as it is.
            with _connected(path, "ro") as connection:
                if not _is_empty(connection):
                    _require_schema(Database(path, connection))
        with _connected(path, "rwc") as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            database = Database(path, connection)
            if _is_empty(connection):
                count = members or MEMBERS.get(kind, MEMBERS["cpu"])
                database._fill(study, plan(study.runs, count), kind, count)
            else:
                _require_same(database, study, kind, members)
            yield database
    except sqlite3.Error as error:
        raise _unusable(path, error) from None
    finally:
        lock.release()


@contextmanager
def reading(path: Path) -> Iterator[Database]:
    """A database to read from, also while a sweep writes to it.

    Raises:
        DatabaseError: If there is none.
    """
    try:
        with _connected(path, "ro") as connection:
            if _is_empty(connection):
                raise DatabaseError(f"{path}: an empty database; run convergan sweep first")
            database = Database(path, connection)
            _require_schema(database)
            yield database
    except sqlite3.Error as error:
        raise _unusable(path, error) from None


@contextmanager
def _connected(path: Path, mode: str) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0


def _unusable(path: Path, error: Exception) -> DatabaseError:
    reason = getattr(error, "strerror", None) or str(error)
    return DatabaseError(f"{path}: no database that can be used: {reason}; choose another --database")


def _require_schema(database: Database) -> None:
    try:
        schema = database.fact("schema")
    except (sqlite3.Error, TypeError):
        schema = "none"
    if schema != SCHEMA:
        raise DatabaseError(
            f"{database.path}: no sweep of this program (schema {schema}, {SCHEMA} is needed); "
            "choose another --database"
        )


def _require_same(database: Database, study: Study, device: str, members: int | None) -> None:
    """Refuses what would mix two studies, or random numbers of two kinds of device."""
    _require_schema(database)
    start_anew = "choose another --database to start anew"
    if database.fact("digest") != study.digest:
        asked, kept = (
            {run.id: run for run in study.runs},
            {r[0] for r in database._connection.execute("SELECT id FROM runs")},
        )
        new: list[Run] = [run for name, run in asked.items() if name not in kept]
        gone = len(kept - asked.keys())
        example = f", such as {new[0].label}" if new else ""
        raise DatabaseError(
            f"{database.path}: belongs to another study ({database.fact('study')!r}, {len(kept)} runs): "
            f"{len(new)} of {len(asked)} runs asked are not in it{example}, {gone} in it are not asked; "
            f"restore the study, or {start_anew}"
        )
    for name, given in (("device", device), ("members", members)):
        if given is not None and str(given) != (was := database.fact(name)):
            raise DatabaseError(f"{database.path}: begun with --{name} {was}, now {given}; leave it, or {start_anew}")

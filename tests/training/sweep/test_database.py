"""The database: slices are recorded whole and once, and other studies are refused."""

from __future__ import annotations

import sqlite3
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from convergan.training.plots.bars import Bar
from convergan.training.sweep.database import Database, DatabaseError, opened, reading
from convergan.training.sweep.results import bars, outcomes
from convergan.training.sweep.slices import Result, Slice, run_slice
from convergan.training.sweep.study_reader import read_study


def result(**changed: Any) -> Result:
    return replace(Result(0, 0, 6, b"state", ((0, 2, "w1", 0.5),), ((1, 3, "because"),), 0.1), **changed)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "study.db"


def test_a_slice_is_recorded_whole(path: Path, child: ModuleType) -> None:
    with opened(path, child.study(), device="cpu") as database:
        assert all(s.step == 0 and s.failed is None for s in database.standings())
        assert database.state(0) is None
        database.record(result())
        assert database.standings()[0].step == 6
        assert database.state(0) == b"state"
        assert database.series("w1") == {0: ([2], [0.5])}
        assert database.runs()[1][3:] == (3, "because")
        assert database.runs()[0][3:] == (None, "")


WRONG = {
    "the same again": result(),
    "a gap": result(start=7, stop=9),
    "an unknown batch": result(batch=99),
    "a row twice": result(start=6, stop=9, rows=((0, 2, "w1", 0.25),)),
}


@pytest.mark.parametrize("name", WRONG)
def test_nothing_of_a_wrong_slice_is_kept(name: str, path: Path, child: ModuleType) -> None:
    with opened(path, child.study(), device="cpu") as database:
        database.record(result())
    before = child.content(path)
    with (
        pytest.raises((DatabaseError, sqlite3.IntegrityError)),
        opened(path, child.study(), device="cpu") as database,
    ):
        database.record(WRONG[name])
    assert child.content(path) == before


def test_only_one_process_writes_and_others_may_read(path: Path, child: ModuleType) -> None:
    with opened(path, child.study(), device="cpu") as database:
        database.record(result())
        with (
            pytest.raises(DatabaseError, match="another sweep writes to it"),
            opened(path, child.study(), device="cpu"),
        ):
            pass
        with reading(path) as other:
            assert other.series("w1") == {0: ([2], [0.5])}


def other_study(document: dict[str, Any]) -> dict[str, Any]:
    found = deepcopy(document)
    found["runs"]["seeds"] = [0, 4]
    return found


def test_another_study_device_or_plan_is_refused(path: Path, child: ModuleType) -> None:
    with opened(path, child.study(), device="cpu", members=3):
        pass
    before = path.read_bytes()
    other = read_study(other_study(child.DOCUMENT))
    cases = [
        (other, {"device": "cpu"}, ("another study", "24 of 48 runs", "seed 4", "24 in it are not asked")),
        (child.study(), {"device": "cuda"}, ("begun with --device cpu, now cuda",)),
        (child.study(), {"device": "cpu", "members": 5}, ("begun with --members 3, now 5",)),
    ]
    for study, options, words in cases:
        with pytest.raises(DatabaseError) as found, opened(path, study, **options):
            pass
        assert all(word in str(found.value) for word in (str(path), *words)), str(found.value)
    assert path.read_bytes() == before
    renamed = deepcopy(child.DOCUMENT)
    renamed["methods"].reverse()
    with opened(path, read_study(renamed), device="cpu") as database:
        assert len(database.standings()) == len({batch for batch, *_ in child.content(path)["batches"]})


FILES = {
    "no database": (b"no database, but long enough to be read as one" * 9, "not a database"),
    "a folder": (None, "no database that can be used"),
}


@pytest.mark.parametrize("name", FILES)
def test_other_files_are_left_alone(name: str, path: Path, child: ModuleType) -> None:
    content, words = FILES[name]
    path.parent.mkdir()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(DatabaseError, match=words), opened(path, child.study(), device="cpu"):
        pass
    assert content is None or path.read_bytes() == content


def test_a_foreign_database_is_refused(path: Path, child: ModuleType) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE other (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for open_it in (lambda: opened(path, child.study(), device="cpu"), lambda: reading(path)):
        with pytest.raises(DatabaseError, match="no sweep of this program"), open_it():
            pass
        assert path.read_bytes() == before


def test_reading_what_is_not_there(path: Path) -> None:
    with pytest.raises(DatabaseError, match="no database that can be used"), reading(path):
        pass
    assert not path.exists()


def test_slices_give_the_same_bits_however_they_are_cut(child: ModuleType, path: Path) -> None:
    with opened(path, child.study(), device="cpu", members=4) as database:
        batch = database.batch(len(database.standings()) - 1)
    whole = run_slice(Slice(batch, 0, 40, None), "cpu", child.measure)
    state, rows = None, []
    for start, stop in ((0, 1), (1, 20), (20, 21), (21, 40)):
        part = run_slice(Slice(batch, start, stop, state), "cpu", child.measure)
        state, rows = part.state, [*rows, *part.rows]
    assert state == whole.state
    assert tuple(rows) == whole.rows
    assert {step for _, step, _, _ in rows} == set(batch.measurements)


def filled(database: Database, values: dict[int, float], diverged: dict[int, int]) -> None:
    """Final values of runs by their place, the same at every measurement."""
    for standing in database.standings():
        batch = database.batch(standing.batch)
        rows = [
            (place, step, name, value)
            for place in batch.places
            for step in batch.measurements
            for name, value in (("w1", values[place] + (step < 31)), ("w1_floor", 0.25))
        ]
        lost = [(place, diverged[place], "because") for place in batch.places if place in diverged]
        database.record(Result(batch.number, 0, batch.iterations, b"", tuple(rows), tuple(lost), 0.0))


def test_bars_are_means_over_seeds_of_the_last_stretch(path: Path, child: ModuleType) -> None:
    """Against the same table, made by hand from the study's product."""
    study = child.study()
    values = {place: 1 + place / 64 for place in range(len(study.runs))}
    diverged = {
        place: 7
        for place, run in enumerate(study.runs)
        if run.method == "R1" and run.specification.seed == 3 and run.specification.values["gamma"] == "10"
    }
    with opened(path, study, device="cpu") as database:
        assert bars(outcomes(database)) == ()
        filled(database, values, diverged)
        found = outcomes(database)
        rows = {(bar.method, bar.optimizer, bar.data): bar for bar in bars(found)}
    assert [outcome.final["w1"] for outcome in found] == list(values.values())
    assert {outcome.place for outcome in found if outcome.diverged == 7} == set(diverged)
    assert len(rows) == 2 * 2 * 2
    for (method, optimizer, data), bar in rows.items():
        settings: dict[tuple[str, str | None], list[float]] = {}
        for place, run in enumerate(study.runs):
            given = run.specification
            if (run.method, run.optimizer, given.data) == (method, optimizer, data):
                settings.setdefault((run.architecture, given.values.get("gamma")), []).append(values[place])
        kept = sorted(sum(own) / 2 for (_, gamma), own in settings.items() if gamma != "10")
        assert (sorted(bar.values), bar.best, bar.floor) == (kept, kept[0], 0.25)
        assert bar.diverged == (2 if method == "R1" else 0)
    assert all(isinstance(bar, Bar) for bar in rows.values())
    assert all(len(bar.values) == 1 for bar in bars(found, architecture="four"))

"""Runs that are stopped anywhere and go on: the same state and the same journal, to the last bit."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from filelock import FileLock

from convergan.training.runs.checkpoints import latest
from convergan.training.runs.folder import RunError
from convergan.training.runs.journal import read_journal

CHILD = Path(__file__).with_name("child.py")
PLACES = ("training", "between two files", "in a file")


class Stop(Exception):
    """An interruption that can be caught."""


def results(folder: Path) -> tuple[bytes, bytes]:
    """What has to be equal: the journal, and the last state."""
    return (folder / "metrics.jsonl").read_bytes(), (folder / "checkpoint-000160.safetensors").read_bytes()


def stop_at(step: int):
    def report(progress) -> None:
        if progress.step >= step:
            raise Stop

    return report


def test_killed_and_resumed_is_never_killed(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    for place in PLACES:
        command = [sys.executable, "-P", str(CHILD), str(folder), place]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == -signal.SIGKILL, done.stderr
        found = latest(folder)
        assert found is not None
        assert found[0].step == 40
    # The last child has left lines that no checkpoint counts on, and half a file.
    assert (folder / "metrics.jsonl").stat().st_size > found[0].metrics_bytes
    assert list(folder.glob("*.partial"))
    child.run(folder, resume=True)
    assert results(folder) == results(whole)


def test_other_seeds_are_other_runs(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    child.run(tmp_path / "other", settings=child.settings(seeds=(0, 4)))
    assert all(a != b for a, b in zip(results(tmp_path / "other"), results(whole), strict=True))


@pytest.mark.parametrize(
    ("training", "dtype"),
    [
        ({"update": "averaged"}, "float32"),
        ({"update": "optimistic"}, "float64"),
        ({"update": "alternating", "optimizer": "adam", "lazy": 2, "ema": "9/10"}, "float32"),
        ({"update": "replay", "replay_size": 3}, "float64"),
    ],
    ids=["averaged", "optimistic", "lazy Adam", "replay"],
)
def test_every_kind_of_memory_is_kept(child: ModuleType, tmp_path: Path, training: dict, dtype: str) -> None:
    settings = child.settings(document=child.R1 | {"training": training}, iterations=80, every=20, dtype=dtype)
    a, b = tmp_path / "a", tmp_path / "b"
    child.run(a, settings=settings)
    with pytest.raises(Stop):
        child.run(b, settings=settings, report=stop_at(50))
    child.run(b, settings=settings, resume=True)
    for name in ("metrics.jsonl", "checkpoint-000080.safetensors"):
        assert (a / name).read_bytes() == (b / name).read_bytes()


def test_a_trajectory_goes_on(child: ModuleType, tmp_path: Path) -> None:
    small = {"data": "dirac:dimension=1", "generator": "point", "discriminator": "linear"}
    settings = child.settings(**small)
    child.run(tmp_path / "a", settings=settings)
    with pytest.raises(Stop):
        child.run(tmp_path / "b", settings=settings, report=stop_at(70))
    child.run(tmp_path / "b", settings=settings, resume=True)
    states = [latest(tmp_path / name) for name in "ab"]
    assert states[0] is not None
    assert states[1] is not None
    # 160 periods fit: a point for each, and the start.
    assert states[0][1]["trajectory"].shape == (161, 4, 2)
    assert states[0][1]["trajectory"].equal(states[1][1]["trajectory"])


def test_a_run_that_has_ended_is_read(child: ModuleType, whole: Path) -> None:
    before = results(whole)
    outcome = child.run(whole, resume=True)
    assert results(whole) == before
    assert [row["step"] for row in outcome.last] == [160] * 4


def test_a_damaged_checkpoint_is_passed_over(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(whole, folder)
    path = folder / "checkpoint-000160.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    found = latest(folder)
    assert found is not None
    assert found[0].step == 120
    child.run(folder, resume=True)
    assert results(folder) == results(whole)


def test_the_last_three_checkpoints_stay(whole: Path) -> None:
    names = sorted(path.name for path in whole.glob("checkpoint-*"))
    steps = ("000080", "000120", "000160")
    assert names == [f"checkpoint-{step}.{kind}" for step in steps for kind in ("json", "safetensors")]


def test_a_journal_that_was_cut_is_an_error(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole, tmp_path / "cut")
    path = tmp_path / "cut" / "metrics.jsonl"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RunError, match=r"metrics\.jsonl: lines are missing"):
        child.run(tmp_path / "cut", resume=True)


CHANGES = {
    "--set": {"values": {"gamma": ("1", "11")}},
    "--h": {"steps": ("0.06",)},
    "--seed": {"seeds": (0, 1)},
    "--change": {"changes": {"training.nesterov": True}},
    "--objective": {"objective": "wasserstein"},
    "--data": {"data": "segment"},
    "--generator": {"generator": "mlp:width=5,layers=2"},
    "--discriminator": {"discriminator": "mlp:width=5,layers=2"},
    "--latent": {"latent": 3},
    "--batch": {"batch": 9},
    "--iterations": {"iterations": 200},
    "--every": {"every": 20},
    "--samples": {"samples": 17},
    "--dtype": {"dtype": "float64"},
    "the proposal is another": {"name": "R2"},
}


@pytest.mark.parametrize("option", CHANGES)
def test_other_settings_are_named(child: ModuleType, whole: Path, option: str) -> None:
    with pytest.raises(RunError) as caught:
        child.run(whole, settings=child.settings(**CHANGES[option]), resume=True)
    assert option in str(caught.value)
    assert str(whole) in str(caught.value)
    assert "\n" not in str(caught.value)


def folders(tmp_path: Path) -> dict[str, tuple[Path, bool, str]]:
    """Name: the folder, whether a run is to go on, what the error says."""
    for name in ("foreign", "broken", "elsewhere", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "foreign" / "thesis.tex").write_text("")
    (tmp_path / "broken" / "run.json").write_text("{")
    (tmp_path / "elsewhere" / "run.json").write_text(json.dumps({"schema": "other/1"}))
    return {
        "a file": (tmp_path / "file", False, "a file"),
        "no run": (tmp_path / "nowhere", True, "no run to go on with"),
        "empty": (tmp_path / "empty", True, "no run to go on with"),
        "foreign": (tmp_path / "foreign", False, "not empty, and no run"),
        "broken": (tmp_path / "broken", True, "cannot be read"),
        "elsewhere": (tmp_path / "elsewhere", True, "convergan.run/1"),
        "there already": (tmp_path / "broken", False, "--resume"),
    }


def test_folders_that_cannot_be_used(child: ModuleType, tmp_path: Path) -> None:
    for folder, resume, words in folders(tmp_path).values():
        before = sorted(path for path in tmp_path.rglob("*") if path.name != ".lock")
        with pytest.raises(RunError) as caught:
            child.run(folder, resume=resume)
        assert words in str(caught.value)
        assert str(folder) in str(caught.value)
        assert sorted(path for path in tmp_path.rglob("*") if path.name != ".lock") == before


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_in_use(child: ModuleType, whole: Path, tmp_path: Path, resume: bool) -> None:
    folder = whole if resume else tmp_path
    with FileLock(folder / ".lock"), pytest.raises(RunError, match="another process trains in it"):
        child.run(folder, resume=resume)


def test_killed_before_the_first_checkpoint(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    folder = tmp_path / "early"
    with pytest.raises(Stop):
        child.run(folder, report=stop_at(0))
    assert latest(folder) is None
    child.run(folder, resume=True)
    assert results(folder) == results(whole)
    assert len(read_journal(folder)) == 4 * 5

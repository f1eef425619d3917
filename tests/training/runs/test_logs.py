"""What a run writes for people and programs to read: the journal, run.json, TensorBoard."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import ModuleType

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from convergan.training.runs.execution import trainer_of
from convergan.training.runs.journal import read_journal
from convergan.training.runs.settings import Settings


def scalars(folder: Path) -> dict[tuple[str, int], float]:
    """What TensorBoard shows: numbers by tag and step; a step that is there twice is an error."""
    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    found: dict[tuple[str, int], float] = {}
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            assert (tag, event.step) not in found
            found[tag, event.step] = event.value
    return found


def expected(folder: Path) -> dict[tuple[str, int], float]:
    """The same, from the journal; TensorBoard keeps float32."""
    return {
        (f"{name}/member-{row['member']:03}", row["step"]): torch.tensor(row[name], dtype=torch.float32).item()
        for row in read_journal(folder)
        for name in ("w1", "w1_ratio", "other")
    }


def test_the_journal_has_what_was_measured(child: ModuleType, whole: Path) -> None:
    settings = child.settings()
    trainer = trainer_of(settings)
    lines = []
    for step in (0, 40, 80, 120, 160):
        trainer.run(step - trainer.steps)
        samples = 32 if step == 160 else 16
        for member, found in enumerate(child.measure(trainer, samples=samples, seed=step)):
            lines.append({"step": step, "member": member, "samples": samples, **found})
    assert read_journal(whole) == lines


def test_tensorboard_has_the_journal(whole: Path) -> None:
    found = scalars(whole)
    assert len(found) == 3 * 4 * 5
    assert found == expected(whole)


def test_tensorboard_after_an_interruption(child: ModuleType, tmp_path: Path) -> None:
    def report(progress) -> None:
        if progress.step > stop:
            raise KeyboardInterrupt

    for stop in (-1, 50, 100):
        with pytest.raises(KeyboardInterrupt):
            child.run(tmp_path / "run", resume=stop >= 0, report=report)
    child.run(tmp_path / "run", resume=True)
    assert scalars(tmp_path / "run") == expected(tmp_path / "run")
    assert len(expected(tmp_path / "run")) == 3 * 4 * 5


def test_run_json_makes_the_run_again(child: ModuleType, whole: Path, tmp_path: Path) -> None:
    record = json.loads((whole / "run.json").read_text(encoding="utf-8"))
    assert record["schema"] == "convergan.run/1"
    assert record["versions"]["torch"] == str(torch.__version__)
    assert [member["values"]["gamma"] for member in record["members"]] == ["1", "1", "10", "10"]
    assert [member["seed"] for member in record["members"]] == [0, 3, 0, 3]
    settings = Settings.from_document(record["settings"])
    assert settings == child.settings()
    child.run(tmp_path / "again", settings=settings)
    assert (tmp_path / "again" / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()


def test_what_is_not_finite_is_null(child: ModuleType, tmp_path: Path) -> None:
    from convergan.training.runs.execution import train

    def measure(trainer, *, samples, seed):
        return [{"w1": math.inf, "w1_ratio": math.nan, "share": 0.5}]

    settings = child.settings(values={"gamma": ("1",)}, seeds=(0,), iterations=2, every=2)
    train(settings, tmp_path / "run", figures=False, measure=measure)
    text = (tmp_path / "run" / "metrics.jsonl").read_text(encoding="utf-8")
    assert text.splitlines() == [
        f'{{"step": {step}, "member": 0, "samples": {n}, "w1": null, "w1_ratio": null, "share": 0.5}}'
        for step, n in ((0, 16), (2, 32))
    ]
    assert {tag for tag, _ in scalars(tmp_path / "run")} == {"share/member-000"}


def test_divergence_is_reported_with_step_and_cause(child: ModuleType, tmp_path: Path) -> None:
    seen = []
    settings = child.settings(steps=("0.05", "1000000"), values={"gamma": ("1",)}, seeds=(0,))
    outcome = child.run(tmp_path / "run", settings=settings, report=seen.append)
    assert outcome.diverged[0] is None
    assert outcome.diverged[1] in range(1, 161)
    assert "parameter" in outcome.causes[1]
    assert (seen[0].diverged, seen[-1].diverged) == (0, 1)
    assert seen[-1].step == seen[-1].total == 160
    last = read_journal(tmp_path / "run")[-2:]
    assert seen[-1].ratio == min(row["w1_ratio"] for row in last if row["w1_ratio"] is not None)

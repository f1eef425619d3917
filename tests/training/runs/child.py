"""A small run, as a process of its own that is killed at a known place: ``python child.py FOLDER PLACE``."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

from convergan.training.runs import checkpoints
from convergan.training.runs.execution import Outcome, Progress, train
from convergan.training.runs.settings import Settings

R1: dict[str, Any] = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
    "training": {"update": "alternating", "momentum": "1/2"},
}


def settings(**changed: Any) -> Settings:
    """Four members with memory; chunks of minibatches end between the marks."""
    return Settings(
        **{
            "document": R1,
            "name": "R1",
            "values": {"gamma": ("1", "10")},
            "steps": ("0.05",),
            "seeds": (0, 3),
            "generator": "mlp:width=4,layers=2",
            "discriminator": "mlp:width=4,layers=2",
            "latent": 2,
            "batch": 8,
            "iterations": 160,
            "every": 40,
            "samples": 16,
            "final_samples": 32,
            **changed,
        }
    )


def measure(trainer: Any, *, samples: int, seed: int) -> list[dict[str, float]]:
    """Cheap numbers that see every bit of the generator, the discriminator and the samples."""
    fake, real = trainer.samples(samples, seed)
    value = trainer.discriminate(fake).detach()
    pairs = zip(fake.mean((1, 2)).tolist(), (value.sum(1) + real.sum((1, 2))).tolist(), strict=True)
    return [{"w1": one, "w1_ratio": abs(one), "other": two} for one, two in pairs]


def run(folder: Path, **options: Any) -> Outcome:
    """The run with cheap measures and no figures."""
    return train(options.pop("settings", settings()), folder, figures=False, measure=measure, **options)


def kill() -> None:
    """The end, without a goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def kill_while_training(progress: Progress) -> None:
    """Between two checkpoints."""
    if progress.step == 60:
        kill()


def kill_in_the_middle(path: Path, content: bytes) -> None:
    """With half a file on the disk."""
    with path.with_name(path.name + ".partial").open("wb") as file:
        file.write(content[: len(content) // 2])
        file.flush()
        os.fsync(file.fileno())
    kill()


def kill_before_json(path: Path, content: bytes) -> None:
    """With the state on the disk, and nothing that says so."""
    if path.suffix == ".json":
        kill()
    write_whole(path, content)


write_whole = checkpoints.write_whole

if __name__ == "__main__":
    folder, place = Path(sys.argv[1]), sys.argv[2]
    report = kill_while_training if place == "training" else lambda _: None
    if place == "in a file":
        checkpoints.write_whole = kill_in_the_middle
    elif place == "between two files":
        checkpoints.write_whole = kill_before_json
    run(folder, resume=(folder / "run.json").exists(), report=report)

"""What importing costs."""

from __future__ import annotations

import subprocess
import sys


def test_libraries_of_training_are_imported_on_first_use_only() -> None:
    heavy = {"torch", "matplotlib", "tensorboard", "safetensors", "scipy", "ot"}
    modules = "convergan.training.runs, convergan.training.plots, convergan.training.plots.bars, convergan.proofs.cli"
    code = f"import sys, {modules}; sys.exit(bool({heavy!r} & set(sys.modules)))"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_every_public_name_exists() -> None:
    from convergan.training import plots, runs

    for package in (plots, runs):
        assert all(getattr(package, name) is not None for name in package.__all__)

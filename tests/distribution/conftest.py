"""What the packaging tests share: the source tree, copies of it, and empty environments.

The folder is not called `packaging`: pytest's importlib mode would put that name into `sys.modules`, over the library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
IGNORED = ("__pycache__", "build", "dist")

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def _walk(folder: Path) -> list[Path]:
    """All files below `folder` but caches and hidden folders: for a tree without git, as the sdist is."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            found.append(path)
        elif path.name == ".ci" or not (
            path.name.startswith(".") or path.name in IGNORED or path.suffix == ".egg-info"
        ):
            found += _walk(path)
    return found


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository root, which is the package."""
    return ROOT


@pytest.fixture(scope="session")
def pyproject() -> dict[str, Any]:
    """The parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def source_files() -> list[Path]:
    """Tracked and untracked files that git does not ignore, relative to the root."""
    if not (ROOT / ".git").exists():
        return [path.relative_to(ROOT) for path in _walk(ROOT)]
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    names = sorted(set(listing.stdout.split("\0")) - {""})
    return [Path(name) for name in names if (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def copy_source(source_files: list[Path]) -> Callable[..., Path]:
    """Copy the source files to a folder; `keep` filters them by their relative path."""

    def copy(target: Path, keep: Callable[[Path], bool] = lambda path: True) -> Path:
        for relative in filter(keep, source_files):
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / relative, target / relative)
        return target

    return copy


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command without PYTHONPATH, or pytest's own variables, from outside; a wrong exit code shows its output."""

    def call(
        command: Sequence[str | Path], cwd: Path, *, code: int | None = 0, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        env = {
            name: text for name, text in os.environ.items() if not name.startswith(("PYTHONPATH", "PYTEST_", "MAKE"))
        }
        result = subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env={**env, "PYTHONDONTWRITEBYTECODE": "1", **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        if code is not None and result.returncode != code:
            pytest.fail(
                f"{command} in {cwd}: exit code {result.returncode}\n{result.stdout[-6000:]}\n{result.stderr[-6000:]}"
            )
        return result

    return call


@pytest.fixture(scope="session")
def new_environment(run: Run) -> Callable[..., Path]:
    """Create an environment that holds only `requirement` and sees the outer libraries; give its bin folder."""

    def create(folder: Path, *requirement: str | Path) -> Path:
        venv.create(folder, with_pip=False, symlinks=os.name != "nt")
        scheme = {"base": str(folder), "platbase": str(folder)}
        inside = Path(sysconfig.get_path("purelib", "venv", scheme))
        outside = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
        # A .pth file makes importable what lies there, and does not follow the .pth files (editable installs) there.
        (inside / "outer.pth").write_text("\n".join(outside) + "\n", encoding="utf-8")
        scripts = Path(sysconfig.get_path("scripts", "venv", scheme))
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", scripts / "python"]
        run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-build-isolation", *requirement], folder)
        return scripts

    return create

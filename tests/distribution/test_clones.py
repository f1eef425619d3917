"""Clones whose folder is named convergan, repo or convergan-main: the tests import that clone, once, however called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

PROBE = """
import os
import sys
from pathlib import Path

def test_probe():
    import convergan.symbolic

    root = Path(__file__).resolve().parents[{depth}]
    files = {{name: Path(module.__file__).resolve() for name, module in list(sys.modules.items())
             if getattr(module, "__file__", None)}}
    ours = {{name: file.relative_to(root) for name, file in files.items()
            if file.is_relative_to(root) and file.relative_to(root).parts[0] != "tests"}}
    assert ours["convergan"] == Path("__init__.py")
    strangers = {{file for name, file in ours.items() if name.split(".")[0] != "convergan"}}
    assert strangers <= {{Path(name) for name in os.environ["TWICE"].split()}}
"""
PROBES = {"tests/test_probe.py": 1, "tests/symbolic/test_probe.py": 2, "tests/numeric/test_probe.py": 2}

# How pytest is called: where, with what, how many of the probes that selects, what may be loaded under a second name.
# Given the root itself, pytest makes it a package named after the folder, so its __init__.py must bear that.
WAYS = {
    "root": (".", ["pytest"], 3, ""),
    "root, dot": (".", ["pytest", "."], 3, "__init__.py"),
    "root, python -m": (".", ["python", "-m", "pytest", "tests/symbolic", "tests/test_probe.py"], 2, ""),
    "inside tests": ("tests", ["pytest"], 3, ""),
    "elsewhere": ("..", ["pytest", "{root}/tests"], 3, ""),
}


# The archive's name is the hard one: no identifier.
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("convergan", marks=pytest.mark.slow),
        pytest.param("repo", marks=pytest.mark.slow),
        "convergan-main",
    ],
)
def test_pytest_in_a_clone(
    name: str,
    tmp_path: Path,
    subtests: pytest.Subtests,
    copy_source: Callable[..., Path],
    new_environment: Callable[..., Path],
    run: Callable[..., Any],
) -> None:
    root = copy_source(tmp_path / name, lambda path: not path.name.startswith("test_"))
    for probe, depth in PROBES.items():
        (root / probe).parent.mkdir(parents=True, exist_ok=True)
        (root / probe).write_text(PROBE.format(depth=depth), encoding="utf-8")
    scripts = new_environment(tmp_path / "environment", "--editable", root)
    for way, (where, command, count, twice) in WAYS.items():
        with subtests.test(way=way):
            program, *arguments = [part.format(root=root) for part in command]
            # `-P -m pytest` is what the script `pytest` does; the empty environment has no such script.
            start = [scripts / "python"] if program == "python" else [scripts / "python", "-P", "-m", "pytest"]
            result = run([*start, *arguments, "-q", "-p", "no:cacheprovider"], root / where, TWICE=twice)
            assert f"{count} passed" in result.stdout


def test_all_tests_are_collected_in_a_downloaded_archive(
    tmp_path: Path, copy_source: Callable[..., Path], new_environment: Callable[..., Path], run: Callable[..., Any]
) -> None:
    root = copy_source(tmp_path / "convergan-main")
    scripts = new_environment(tmp_path / "environment", "--editable", root)
    collect = [scripts / "python", "-P", "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    result = run(collect, root)
    assert "test_clones.py::test_pytest_in_a_clone" in result.stdout

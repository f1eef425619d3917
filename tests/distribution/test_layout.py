"""The layout that DESIGN.md section 4 fixes: packages, layers, lengths, and facts that stand in two files."""

from __future__ import annotations

import ast
import re
import site
import sysconfig
import tomllib
from collections.abc import Iterator
from importlib.machinery import PathFinder
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

import convergan

LAYERS = ("symbolic", "numeric", "training", "proofs")
OUTSIDE = {"tests", "examples", "benchmarks", "docs", ".ci"}
LONGEST = 350


def _package_modules(source_files: list[Path]) -> list[Path]:
    return [path for path in source_files if path.suffix == ".py" and path.parts[0] not in OUTSIDE]


def _imports(path: Path, text: str) -> Iterator[tuple[str, int]]:
    """Every module `path` may import, absolute, with its line; relative ones begin with `convergan`.

    `from a import b` yields both a and a.b, for b may be a module. `import_module` and `__import__` count.
    """
    package = ("convergan", *path.parent.parts)

    def absolute(level: int, name: str) -> str:
        return ".".join((*package[: len(package) - level + 1], *filter(None, [name]))) if level else name

    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(node.level, node.module or "")
            yield base, node.lineno
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            name = node.args[0].value
            if function in {"import_module", "__import__"} and isinstance(name, str):
                yield absolute(len(name) - len(name.lstrip(".")), name.lstrip(".")), node.lineno


def _breaches(path: Path, text: str) -> list[str]:
    """The imports of one module that its layer may not have."""
    layer = path.parts[0]
    lower = LAYERS[: LAYERS.index(layer) + 1]
    found = []
    for name, line in _imports(path, text):
        head, _, rest = name.partition(".")
        own = rest.split(".")[0]
        if (
            (head == "convergan" and own and own not in {*lower, "__version__"})
            or (layer == "symbolic" and head in {"torch", "typer", "rich", "tomllib"})
            or (layer != "proofs" and head in {"typer", "rich"})
        ):
            found.append(f"{path}:{line}: {layer} may not import {name}")
    return found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("symbolic/a.py", "import torch.nn"),
        ("symbolic/a.py", "def f():\n    from torch import nn"),
        ("symbolic/updates/a.py", "from ...numeric import field"),
        ("symbolic/a.py", "from .. import proofs"),
        ("symbolic/a.py", "from .. import Proposal"),
        ("numeric/a.py", "from ..training.trainer import train"),
        ("numeric/a.py", "import importlib\nimportlib.import_module('..proofs', __package__)"),
        ("training/data/a.py", "import convergan.proofs"),
    ],
)
def test_a_breach_of_the_layers_is_seen(path: str, text: str) -> None:
    assert _breaches(Path(path), text)


def test_what_the_layers_allow_is_no_breach() -> None:
    text = "import torch\nfrom .field import v\nfrom ..symbolic import game\nfrom ..symbolic.updates import UPDATES\n"
    assert _breaches(Path("numeric/a.py"), text) == []
    assert _breaches(Path("numeric/strategies/a.py"), "from ..field import v\nfrom ... import __version__\n") == []


def test_layers(root: Path, source_files: list[Path]) -> None:
    modules = [path for path in _package_modules(source_files) if path.parts[0] in LAYERS]
    assert modules
    found = [breach for path in modules for breach in _breaches(path, (root / path).read_text(encoding="utf-8"))]
    assert found == []


def test_imports_inside_the_package_are_relative(root: Path, source_files: list[Path]) -> None:
    found = []
    for path in _package_modules(source_files):
        for node in ast.walk(ast.parse((root / path).read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            found += [f"{path}: {name}" for name in names if name.split(".")[0] in {"convergan", *LAYERS}]
    assert found == []


def test_package_list_is_the_folders(source_files: list[Path], pyproject: dict[str, Any]) -> None:
    folders = {path.parent for path in source_files if path.name == "__init__.py" and path.parts[0] not in OUTSIDE}
    packages = {".".join(("convergan", *folder.parts)) for folder in folders}
    declared = pyproject["tool"]["setuptools"]["packages"]
    assert sorted(declared) == sorted(packages), "name every folder that holds an __init__.py in pyproject.toml"
    homeless = [path for path in _package_modules(source_files) if path.parent not in folders]
    assert homeless == [], "a folder of modules needs an __init__.py"


def test_tests_are_no_packages(source_files: list[Path]) -> None:
    assert [path for path in source_files if path.parts[0] == "tests" and path.name == "__init__.py"] == []


def test_test_folders_shadow_no_library(root: Path) -> None:
    """Pytest's importlib mode names tests/NAME/test_a.py NAME.test_a, and so puts NAME into `sys.modules`."""
    libraries = [*site.getsitepackages(), sysconfig.get_path("stdlib")]
    folders = [path.name for path in (root / "tests").iterdir() if path.is_dir() and path.name.isidentifier()]
    assert [name for name in folders if PathFinder.find_spec(name, libraries)] == []


def test_files_are_short(root: Path, source_files: list[Path]) -> None:
    lengths = {
        str(path): len((root / path).read_text(encoding="utf-8").splitlines())
        for path in source_files
        if path.suffix == ".py"
    }
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def test_one_version(root: Path, pyproject: dict[str, Any]) -> None:
    citation = re.search(r"^version: *\"?([^\s\"]+)", (root / "CITATION.cff").read_text(encoding="utf-8"), re.M)
    changes = re.findall(r"^## \[([^\]]+)\]", (root / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert changes[0] == "Unreleased"
    found = {
        "installed": installed_version("convergan"),
        "convergan.__version__": convergan.__version__,
        "CITATION.cff": citation and citation[1],
        "CHANGELOG.md": changes[1],
    }
    assert set(found.values()) == {pyproject["project"]["version"]}, found


def test_constraints_pin_every_direct_requirement(root: Path, pyproject: dict[str, Any]) -> None:
    lines = (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    project = pyproject["project"]
    extras = [entry for extra in project["optional-dependencies"].values() for entry in extra]
    wanted = {item.name: item for item in map(Requirement, [*project["dependencies"], *extras])}
    del wanted["convergan"]  # an extra may take in another one
    assert set(pins) == set(wanted)
    assert {name: pins[name] for name, item in wanted.items() if not item.specifier.contains(pins[name])} == {}


def test_the_two_pytest_settings_agree(root: Path, pyproject: dict[str, Any]) -> None:
    from_root = dict(pyproject["tool"]["pytest"])
    inside = tomllib.loads((root / "tests" / "pytest.toml").read_text(encoding="utf-8"))["pytest"]
    assert from_root.pop("testpaths") == ["tests"]
    from_root["addopts"] = [option for option in from_root["addopts"] if option != "--confcutdir=tests"]
    assert from_root == inside

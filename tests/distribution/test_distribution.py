"""The wheel and the sdist: what they hold, and that every module of an installed wheel imports."""

from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

CACHES = (
    ".venv/lib/library.py",
    "build/lib/convergan/old.py",
    "symbolic/__pycache__/game.cpython-311.pyc",
    "tests/__pycache__/conftest.cpython-311.pyc",
    "tests/.hypothesis/examples/one",
    "tests/.pytest_cache/README.md",
    "examples/.ruff_cache/one",
)
IMPORT_ALL = """
import importlib, json, pkgutil, sys
import convergan
names = ["convergan"]
for module in pkgutil.walk_packages(convergan.__path__, "convergan."):
    if not module.name.endswith(".__main__"):
        names.append(module.name)
        importlib.import_module(module.name)
files = {name: sys.modules[name].__file__ for name in names}
print(json.dumps({"files": files, "version": convergan.__version__}))
"""


class Built(NamedTuple):
    """The two archives and the names in them (the sdist's without its leading folder)."""

    wheel: Path
    wheel_names: set[str]
    sdist_names: set[str]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, copy_source: Callable[..., Path], run: Callable[..., Any]) -> Built:
    """Build a copy of the source with the installed setuptools: the sdist, and from the sdist the wheel."""
    folder = tmp_path_factory.mktemp("built")
    source = copy_source(folder / "source")
    for name in CACHES:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("a cache\n", encoding="utf-8")
    run([sys.executable, "-P", "-m", "build", "--no-isolation", "--outdir", folder / "out", source], folder)
    (wheel,) = (folder / "out").glob("*.whl")
    (sdist,) = (folder / "out").glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        members = {member.name.partition("/")[2] for member in archive.getmembers() if member.isfile()}
    return Built(wheel, set(zipfile.ZipFile(wheel).namelist()), members)


def _modules(source_files: list[Path], packages: list[str]) -> dict[str, Path]:
    """The modules of the declared packages, by dotted name."""
    found = {}
    for path in source_files:
        package = ".".join(("convergan", *path.parent.parts))
        if path.suffix == ".py" and package in packages:
            found[package if path.stem == "__init__" else f"{package}.{path.stem}"] = path
    return found


def test_only_convergan_lands_at_top_level(built: Built, pyproject: dict[str, Any]) -> None:
    version = pyproject["project"]["version"]
    assert {name.split("/")[0] for name in built.wheel_names} == {"convergan", f"convergan-{version}.dist-info"}


def test_wheel_holds_the_packages_and_nothing_else(
    built: Built, source_files: list[Path], pyproject: dict[str, Any]
) -> None:
    packages = pyproject["tool"]["setuptools"]["packages"]
    inside = {Path(name).relative_to("convergan") for name in built.wheel_names if name.startswith("convergan/")}
    modules = set(_modules(source_files, packages).values())
    folders = {Path(*package.split(".")[1:]) for package in packages}
    assert {path for path in inside if path.suffix == ".py"} == modules
    data = {path for path in inside if path.suffix != ".py"}
    assert {path for path in data if path.parent == Path()} == {Path("py.typed")}
    # Data stands in a package or one folder below it.
    assert {path.parent for path in data} <= folders | {path.parent for path in data if path.parent.parent in folders}
    wanted = {path for path in source_files if path.parent in folders - {Path()} and path.suffix not in {".py", ".md"}}
    assert wanted <= data, "data files of a package: name them in [tool.setuptools.package-data]"


def test_wheel_has_licence_and_console_script(built: Built) -> None:
    with zipfile.ZipFile(built.wheel) as archive:
        texts = {name.partition(".dist-info/")[2]: name for name in built.wheel_names if ".dist-info/" in name}
        assert "MIT License" in archive.read(texts["licenses/LICENSE"]).decode()
        assert "convergan = convergan.proofs.cli:main" in archive.read(texts["entry_points.txt"]).decode()


def test_sdist_holds_what_a_tester_needs(built: Built, source_files: list[Path]) -> None:
    def part_of(path: Path) -> bool:
        return path.parts[0] in {"tests", "examples"} or len(path.parts) == 1

    wanted = {path.as_posix() for path in source_files if part_of(path) and path.name != ".gitignore"}
    assert any(name.startswith("tests/") for name in wanted)
    assert wanted <= built.sdist_names


def test_sdist_holds_no_caches(built: Built) -> None:
    assert built.sdist_names & set(CACHES) == set()


def test_every_module_of_the_installed_wheel_imports(
    built: Built,
    tmp_path: Path,
    source_files: list[Path],
    pyproject: dict[str, Any],
    new_environment: Callable[..., Path],
    run: Callable[..., Any],
) -> None:
    scripts = new_environment(tmp_path / "environment", built.wheel)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    answer = json.loads(run([scripts / "python", "-c", IMPORT_ALL], elsewhere).stdout.splitlines()[-1])
    assert answer["version"] == pyproject["project"]["version"]
    modules = set(_modules(source_files, pyproject["tool"]["setuptools"]["packages"]))
    assert set(answer["files"]) == {name for name in modules if not name.endswith(".__main__")}
    environment = (tmp_path / "environment").resolve()
    assert all(Path(file).resolve().is_relative_to(environment) for file in answer["files"].values())
    assert "Usage" in run([scripts / "convergan", "--help"], elsewhere).stdout

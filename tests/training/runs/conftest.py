"""The small run of ``child.py``."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

CHILD = Path(__file__).with_name("child.py")


@pytest.fixture(scope="session")
def child() -> ModuleType:
    specification = spec_from_file_location("small_run", CHILD)
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def whole(child: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run, never interrupted."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    child.run(folder)
    return folder

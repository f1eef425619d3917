"""The small study of ``child.py``."""

from __future__ import annotations

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

CHILD = Path(__file__).with_name("child.py")


@pytest.fixture(scope="session")
def child() -> ModuleType:
    specification = spec_from_file_location("small_study", CHILD)
    assert specification is not None
    assert specification.loader is not None
    module = module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def whole(child: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the study, never interrupted, with one slice per batch."""
    path = tmp_path_factory.mktemp("sweeps") / "whole.db"
    assert child.run(path, first_steps=10**6).finished
    return path

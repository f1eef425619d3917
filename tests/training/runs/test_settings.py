"""Settings: members as a product, the way through JSON, errors."""

from __future__ import annotations

import json
from fractions import Fraction
from types import ModuleType

import pytest

from convergan.training.runs.figures import pictured, spread
from convergan.training.runs.settings import Settings, SettingsError, labels


def test_members_are_the_product(child: ModuleType) -> None:
    settings = child.settings(values={"a": ("1", "2"), "b": ("3",)}, steps=("0.1", "1/3"), seeds=(5, 6))
    found = [(m.values["a"], m.values["b"], m.step, m.seed) for m in settings.specifications()]
    assert found == [(a, "3", h, seed) for a in "12" for h in ("0.1", "1/3") for seed in (5, 6)]
    assert settings.members == len(found) == 8
    assert labels(settings)[1] == "a = 1, b = 3, h = 0.1, seed = 6"
    assert labels(settings, varying=True)[1] == "a = 1, h = 0.1, seed = 6"
    alone = child.settings(values={"a": ("1",)}, steps=("0.1",), seeds=(5,))
    assert labels(alone, varying=True) == ("a = 1, h = 0.1, seed = 5",)


def test_a_declared_step_size_is_the_step_size(child: ModuleType) -> None:
    document = child.R1 | {"parameters": {"gamma": "gamma > 0", "h": "0 < h and h < 1"}}
    settings = child.settings(document=document, steps=("0.5", "2"), seeds=(0,))
    inside, outside = settings.specifications()[:2]
    assert inside.member().step == Fraction(1, 2)
    with pytest.raises(ValueError, match="h < 1"):
        outside.member()


def test_marks(child: ModuleType) -> None:
    assert child.settings(iterations=100, every=40).marks == (0, 40, 80, 100)
    assert child.settings(iterations=80, every=40).marks == (0, 40, 80)
    assert child.settings(iterations=3, every=40).marks == (0, 3)
    assert [child.settings(iterations=80, every=40).samples_at(step) for step in (0, 40, 80)] == [16, 16, 32]


def test_pictures_are_spread() -> None:
    assert pictured(tuple(range(0, 10001, 500))) == {2000, 4000, 6000, 8000, 10000}
    assert pictured((0, 40, 80, 100)) == {40, 80, 100}
    assert spread(40, 8) == [0, 6, 11, 17, 22, 28, 33, 39]
    assert spread(3, 8) == [0, 1, 2]


def test_through_json(child: ModuleType) -> None:
    settings = child.settings(changes={"training.lazy": 2, "training.nesterov": True})
    assert Settings.from_document(json.loads(json.dumps(settings.as_document()))) == settings


ERRORS = {
    "dtype": ({"dtype": "float16"}, "--dtype float16: no such type"),
    "batch": ({"batch": 0}, "--batch 0"),
    "seeds": ({"seeds": (1, 1)}, "--seed: 1 is given twice"),
    "none": ({"steps": ()}, "--h: no value"),
    "values": ({"values": {"gamma": ("1", "2", "1")}}, "--set gamma: 1 is given twice"),
    "members": ({"seeds": tuple(range(3000))}, "6000 members are more than 4096"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(child: ModuleType, case: str) -> None:
    changed, words = ERRORS[case]
    with pytest.raises(SettingsError) as caught:
        child.settings(**changed)
    assert words in str(caught.value)


def test_documents_of_other_versions(child: ModuleType) -> None:
    document = child.settings().as_document()
    with pytest.raises(SettingsError, match="new: unknown"):
        Settings.from_document(document | {"new": 1})
    del document["batch"]
    with pytest.raises(SettingsError, match="batch: missing"):
        Settings.from_document(document)

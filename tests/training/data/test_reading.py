"""Laws as text, and what is no law."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import pytest
import torch

from convergan.training.data import DATA, DataError, Law, read_data
from convergan.training.data.circle import Circle
from convergan.training.data.curved_manifold import CurvedManifold
from convergan.training.data.dirac import Dirac
from convergan.training.data.four_segments import FourSegments


@pytest.mark.parametrize("name", DATA)
def test_a_name_is_the_law_with_its_defaults(name: str) -> None:
    law = read_data(name)
    assert isinstance(law, Law)
    assert law == DATA[name]()
    assert law.text == name
    assert law.name == name


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("circle:radius=2", "circle:radius=2"),
        ("circle:radius=2.50", "circle:radius=2.5"),
        ("circle:radius=1", "circle"),
        ("circle:radius=1e-3", "circle:radius=0.001"),
        ("circle:radius=1e-5", "circle:radius=1e-05"),
        ("affine-subspace:dimension=10,intrinsic=2,seed=0", "affine-subspace"),
        ("affine-subspace:seed=3,dimension=20", "affine-subspace:dimension=20,seed=3"),
        ("curved-manifold:curvature=0.1", "curved-manifold:curvature=0.1"),
        ("dirac:dimension=3,at=1:0:-2.5", "dirac:dimension=3,at=1:0:-2.5"),
        ("dirac:at=-1", "dirac:at=-1"),
        ("gaussian:dimension=1,sigma=0.3333333333333333", "gaussian:dimension=1,sigma=0.3333333333333333"),
    ],
)
def test_text_makes_the_law_again(text: str, canonical: str) -> None:
    law = read_data(text)
    assert law.text == canonical
    assert read_data(canonical) == law
    assert hash(read_data(canonical)) == hash(law)


def test_laws_are_values() -> None:
    assert Circle(2) == Circle(2.0) == read_data("circle:radius=2")
    assert Circle(2).text == Circle(2.0).text
    assert len({read_data(name) for name in DATA} | {DATA[name]() for name in DATA}) == len(DATA)
    with pytest.raises(dataclasses.FrozenInstanceError):
        Circle().radius = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("circel", "unknown data 'circel'; did you mean 'circle'? known: gaussian, segment, "),
        ("", "unknown data ''; known: gaussian"),
        ("eight_gaussians", "did you mean 'eight-gaussians'"),
        ("circle:radus=1", "circle: unknown option 'radus'; did you mean 'radius'? known: radius"),
        ("circle:", "circle: unknown option ''; known: radius"),
        ("circle:radius", "circle: 'radius' has no value; write radius=VALUE"),
        ("circle:radius=1,radius=2", "circle: radius is given twice; give it once"),
        ("circle:radius=big", "circle: radius = 'big'; give a number"),
        ("circle:radius=", "circle: radius = ''; give a number"),
        ("circle:radius=0", "circle: radius = 0; give a positive number"),
        ("circle:radius=-1", "circle: radius = -1; give a positive number"),
        ("circle:radius=nan", "circle: radius = nan; give a finite number"),
        ("circle:radius=1e999", "circle: radius = inf; give a finite number"),
        ("circle:name=a", "circle: unknown option 'name'"),
        ("circle:dimension=3", "circle: unknown option 'dimension'"),
        ("gaussian:dimension=2.5", "gaussian: dimension = '2.5'; give a whole number"),
        ("gaussian:dimension=0", "gaussian: dimension = 0; give a whole number from 1 to 1000000"),
        ("dirac:dimension=2,at=1:2:3", "dirac: at = 1:2:3; give one number, or 2 as dimension says"),
        ("dirac:at=1:x", "dirac: at = '1:x'; give a number, or one per coordinate as in 1:0:-2"),
        ("dirac:at=inf", "dirac: at = inf; give finite numbers"),
        ("four-segments:length=1.5", "four-segments: length = 1.5; give less than sqrt(2) radius, where radius = 1"),
        ("four-squares:side=1.5", "four-squares: side = 1.5; give less than sqrt(2) centre, where centre = 1"),
        ("eight-gaussians:sigma=0", "eight-gaussians: sigma = 0; give a positive number"),
        ("affine-subspace:intrinsic=11", "affine-subspace: intrinsic = 11; give a whole number from 1 to 10"),
        ("affine-subspace:seed=-1", "affine-subspace: seed = -1; give a whole number from 0"),
        ("affine-subspace:dimension=100000", "dimension = 100000; give a whole number from 1 to 1024"),
        ("curved-manifold:intrinsic=10", "curved-manifold: intrinsic = 10; give a whole number from 1 to 9"),
        ("curved-manifold:dimension=1", "curved-manifold: dimension = 1; give a whole number from 2 to 1024"),
        ("curved-manifold:curvature=0", "curved-manifold: curvature = 0; give a positive number"),
    ],
)
def test_what_is_no_law_is_named(text: str, message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_data(text)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Circle("2"), "circle: radius = '2'; give a finite number"),
        (lambda: Circle(True), "circle: radius = True; give a finite number"),
        (lambda: Dirac(dimension=True), "dirac: dimension = True; give a whole number"),
        (lambda: Dirac(at=(1.0, None)), "dirac: at = 1:None; give finite numbers"),
        (lambda: CurvedManifold(seed=1.0), "curved-manifold: seed = 1; give a whole number"),
        (lambda: FourSegments(length=None), "four-segments: length = None; give a finite number"),
    ],
)
def test_values_of_other_types_are_named(make: object, message: str) -> None:
    with pytest.raises(DataError) as caught:
        make()  # type: ignore[operator]
    assert message in str(caught.value)


def test_shapes_are_checked() -> None:
    law = read_data("four-segments")
    with pytest.raises(
        ValueError, match=r"four-segments: a sample takes 0 Gaussian and 2 uniform numbers; given: shapes"
    ):
        law.points(torch.zeros(5, 0), torch.zeros(5, 1))
    with pytest.raises(ValueError, match=r"shapes \(4, 0\) and \(5, 2\)"):
        law.points(torch.zeros(4, 0), torch.zeros(5, 2))
    with pytest.raises(ValueError, match=r"four-segments: points of R\^2 are needed; given: shape \(5, 3\)"):
        law.distance(torch.zeros(5, 3))


def test_torch_is_imported_on_first_use_only() -> None:
    code = "import sys, convergan.training.data as data; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-P", "-c", code], check=True)


def test_every_public_name_exists() -> None:
    import convergan.training.data as data

    assert all(getattr(data, name) is not None for name in data.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = data.nothing

"""Proposals and shapes that the tests of random games share."""

from __future__ import annotations

from typing import Any

import pytest

from convergan.numeric.realisable.shape import Shape, fitted
from convergan.symbolic import read_proposal

GAMMA = {"gamma": "gamma > 0"}
PENALTIES = {
    "R1": "gamma/2*E_real(norm(grad(D))**2)",
    "R2": "gamma/2*E_fake(norm(grad(D))**2)",
    "R1 and R2": "gamma/6*E_real(norm(grad(D))**2) + gamma/3*E_fake(norm(grad(D))**2)",
}
# Named by what is superfluous in theta and psi; 2 to 17 parameters.
SMALL = {
    "Dirac": Shape(),
    "line, nothing superfluous": fitted(2, 1, curved=False),
    "curve, entries of psi, D not 0 far away": fitted(2, 1, extra=2, outside=True),
    "ellipse, rotations": fitted(3, 2, generator="rotated", maps="polynomials"),
}
LARGE = {
    "curve, networks and quadrics": fitted(2, 1, generator="network", discriminator="quadric", extra=2),
    "curve, twin units": fitted(2, 1, discriminator="network"),
    "surface, factors and products": fitted(3, 2, generator="factored", discriminator="product"),
    "curve in R^3, a factor and quadrics": fitted(3, 1, generator="scaled", discriminator="quadric", extra=4),
    "surface in R^4, a factor": fitted(4, 2, generator="scaled", extra=4, outside=True),
    "surface, network and products": fitted(3, 2, generator="network", discriminator="product"),
    "surface in R^5, factors": fitted(5, 2, generator="factored", extra=2),
}


# Those on which M_G x M_D is a point.
ISOLATED = {"Dirac", "line, nothing superfluous"}


def shapes(*, moving: bool = False) -> list[Any]:
    """All shapes, or those with a manifold of equilibria; the large ones at night only."""
    small = [pytest.param(shape, id=name) for name, shape in SMALL.items() if not (moving and name in ISOLATED)]
    return small + [pytest.param(shape, id=name, marks=pytest.mark.nightly) for name, shape in LARGE.items()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "shape" in metafunc.fixturenames:
        metafunc.parametrize("shape", shapes())
    if "moving" in metafunc.fixturenames:
        metafunc.parametrize("moving", shapes(moving=True))


@pytest.fixture(scope="session")
def penalised():
    """A proposal from the text of D's penalty."""

    def read(penalty: str):
        return read_proposal(
            {"proposal": {"name": "drawn"}, "parameters": GAMMA, "penalty": {"discriminator": penalty}}
        )

    return read


@pytest.fixture(scope="session")
def penalties():
    return PENALTIES

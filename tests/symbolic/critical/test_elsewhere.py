"""Other equilibria than x*, and the generator alone: information beside the verdict."""

from __future__ import annotations

from typing import Any

import pytest

from convergan.symbolic import analyse, read_proposal


def test_where_the_equilibrium_went(document: Any) -> None:
    penalised = {"objective": {"f": "t"}, "game": {"data": "1"}, "training": {"update": "flow"}}
    penalised["penalty"] = {"discriminator": "psi**2", "generator": "theta**2/4"}
    found = analyse(read_proposal(penalised)).elsewhere
    assert found is not None
    assert found.complete
    assert [(str(e.theta), str(e.psi), e.generator_right, e.attracts) for e in found.equilibria] == [
        ("1/2", "-1/4", False, True)  # -psi - theta/2 = 0 = theta - 1 - 2 psi
    ]
    pushed = document(("-theta", "psi - psi**3 + (1 - sign(psi)**2)/2 + sign(psi)"))
    found = analyse(read_proposal(pushed)).elsewhere
    assert found is not None
    assert len(found.equilibria) == 2
    assert all(e.generator_right and e.attracts is None for e in found.equilibria)  # psi^3 = psi + 1 is not rational
    arbitrary = {"penalty": {"discriminator": "psi"}}
    found = analyse(read_proposal(arbitrary)).elsewhere
    assert found is not None
    assert not found.complete
    assert "arbitrary f" in found.reason
    assert analyse(read_proposal(document(("-theta", "-psi")))).elsewhere is None


@pytest.mark.parametrize(
    ("rows", "alone", "dimension"),
    [
        (("-theta", "psi"), True, 0),
        (("theta", "-psi"), False, 0),
        (("-theta", "0"), True, 1),
        (("0", "-psi"), False, 1),
        (("-theta**3", "psi"), True, None),
        (("-theta", "psi**2"), None, None),  # psi is infinite at t = 1/psi(0)
        (("theta", "-psi**3"), False, None),
        (("-psi", "theta"), None, 0),
    ],
)
def test_the_generator_alone(rows: tuple[str, str], alone: bool | None, dimension: int | None, document: Any) -> None:
    analysis = analyse(read_proposal(document(rows)))
    assert (analysis.generator_converges, analysis.dimension) == (alone, dimension)

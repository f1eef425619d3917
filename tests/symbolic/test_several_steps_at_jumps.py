"""Where v jumps, several alternating steps: decided only if no small period can end where it began.

The oracle iterates the map in exact arithmetic from points ever nearer to x*, on both sides of the jump.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from convergan.proofs.certificate import build_certificate
from convergan.proofs.verify import verify_certificate
from convergan.symbolic import analyse, read_proposal

WGAN_GP: dict[str, Any] = {
    "parameters": {"gamma": "gamma > 0", "g0": "g0 > 0"},
    "objective": {"f": "wasserstein"},
    "penalty": {"discriminator": "gamma/2*E_mix((norm(grad(D)) - g0)**2)"},
}
ROWS: list[tuple[str, dict[str, Any], str]] = [
    ("WGAN-GP", WGAN_GP, "does-not-converge"),
    ("G jumps", {"field": {"theta": "sign(theta) - psi", "psi": "theta"}}, "does-not-converge"),
    # In the quadrants G's steps run along one of the boundaries: not looked at.
    ("both jump", {"field": {"theta": "sign(theta) - psi", "psi": "theta + sign(psi)"}}, "undecided"),
    # The jump leads back onto the axis: sliding, which is left open.
    ("onto the axis", {"field": {"theta": "-psi", "psi": "theta - sign(psi)"}}, "undecided"),
    # G's steps cross the boundary theta = 0 towards the other side, from where D's lead back.
    ("across", {"field": {"theta": "-sign(theta)", "psi": "sign(theta) - psi"}}, "undecided"),
]
STEPS = [(1, 5), (2, 3), (3, 1), (4, 2)]


@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize(("document", "verdict"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_verdicts_and_certificates(document: dict[str, Any], verdict: str, steps: tuple[int, int]) -> None:
    training = {"update": "alternating", "g_steps": steps[0], "d_steps": steps[1]}
    analysis = analyse(read_proposal({**document, "training": training}), beside=False)
    found = analysis.verdict.verdict.value
    assert found == verdict or (verdict == "undecided" and found == "does-not-converge" and 1 in steps)
    if found == "does-not-converge":
        assert verify_certificate(build_certificate(analysis)).accepted is True


def sign(x: Fraction) -> int:
    return (x > 0) - (x < 0)


def period(theta: Fraction, psi: Fraction, h: Fraction, steps: tuple[int, int]) -> tuple[Fraction, Fraction]:
    """WGAN-GP with gamma = g0 = 1."""
    for _ in range(steps[0]):
        theta -= h * psi
    for _ in range(steps[1]):
        psi += h * (theta - psi + sign(psi))
    return theta, psi


@pytest.mark.parametrize("steps", STEPS, ids=str)
def test_small_periods_lead_away(steps: tuple[int, int]) -> None:
    for exponent in (6, 12, 30):
        for h in (Fraction(1, 10), Fraction(1, 100)):
            for side in (1, -1):
                start = Fraction(1, 10**exponent), Fraction(side, 10**exponent)
                _, psi = period(*start, h, steps)
                assert side * psi > h / 2, "the period ends at a distance that does not shrink with the start"

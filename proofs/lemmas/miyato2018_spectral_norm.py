r"""Spectral normalisation on the Dirac-GAN: D = sign(psi) x, and psi never moves.

Statement. Normalising the one weight of D = psi x gives D = (psi/|psi|) x, with the loss f(sign(psi) theta) for psi
!= 0. Its field there is v = (-sign(psi) f'(sign(psi) theta), 0): psi is constant along every trajectory, theta moves
in the direction -sign(psi) f'(.) for ever where f' has one sign, and no trajectory with psi != 0 tends to (0, 0). v
has the limits (-+f'(0), 0) at (0, 0): no fixed step of simultaneous or alternating descent keeps a neighbourhood of
it.

Derivation. d sign(psi)/dpsi = 0 off psi = 0; with w = psi/|psi|, w^2 = 1, the chain rule gives
dL/dpsi = f' theta (1 - w^2)/|psi| = 0.

What differs. Nothing; no paper states it. The normalisation takes away the only direction in which D could return;
with a gain that is learned D would be the plain psi x again.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from .lemma import Lemma, Proof, Status

F1, THETA, PSI, W, SIZE, S = sp.symbols("f1 theta psi w r s", real=True)
SPECTRAL = {"field": {"theta": "-sign(psi)", "psi": "0"}}  # f(t) = t
STEPS = ("simultaneous", "alternating")

UNIT = {W: PSI / SIZE}  # w = psi/|psi|, r = |psi|
FIELD = sp.ImmutableMatrix([[-W * S], [0]])
SIDES = conjunction([compare(SIZE, ">"), compare(SIZE**2, "==", PSI**2)])
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """The chain rule through the normalisation, and what stays constant."""
    square = PSI**2
    slope = (SIZE - PSI**2 / SIZE) / SIZE**2  # d(psi/r)/dpsi with dr/dpsi = psi/r
    of_w = proof.identity("d(psi/|psi|)/dpsi = (1 - w^2)/|psi|", slope, ((1 - W**2) / SIZE).xreplace(UNIT))
    unit = proof.implies("w^2 = 1", SIDES, compare((W**2).xreplace(UNIT), "==", 1))
    second = proof.implies("so v2 = f' theta dw/dpsi is 0", SIDES, compare(S * THETA * slope, "==", FIELD[1]))
    flat = proof.identity("psi^2 does not change", sp.diff(square, PSI) * FIELD[1], sp.Integer(0))
    off = proof.implies("it is positive off psi = 0", compare(PSI, "!="), compare(square, ">"))
    proof.theorem("first-integral", "no trajectory with psi != 0 tends to (0, 0)", [of_w, unit, second, flat, off])
    sided = conjunction([SIDES, compare(S, "!=")])
    proof.implies("theta never stops: |v1| = |f'|", sided, compare((FIELD[0] ** 2).xreplace(UNIT), "==", S**2))
    right = conjunction([SIDES, compare(PSI, ">"), compare(F1, ">")])
    leaves = proof.implies("v1 < 0 on psi > 0 where f' > 0", right, compare((-W * F1).xreplace(UNIT), "<"))
    jump = proof.implies("its limit there is -f'(0)", right, compare((-W * F1).xreplace(UNIT), "==", -F1))
    proof.theorem("map-jump", "a step moves by h f'(0) however near it starts", [leaves, jump])


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts on the field with f(t) = t."""
    verdicts = [
        proof.decides(f"spectral normalisation, {rule}", SPECTRAL | {"training": {"update": rule}}, PRINTED_VERDICT)
        for rule in STEPS
    ]
    return all(verdicts)


LEMMA = Lemma(
    id="miyato2018-spectral-norm",
    source="Miyato et al. 2018 (the normalisation); on the Dirac-GAN: derived here",
    printed="With $f(t) = t$ a spectrally normalised linear discriminator does not converge on the Dirac-GAN under "
    "simultaneous or alternating steps of any fixed size.",
    statement=r"With $D = \frac{\psi}{|\psi|} x$ the field is $(-\mathrm{sign}(\psi) f'(\mathrm{sign}(\psi) \theta), "
    r"0)$ for $\psi \neq 0$: $\psi$ is constant, $\theta$ drifts, and no trajectory with $\psi \neq 0$ tends to the "
    "equilibrium; the field jumps there, and no fixed step keeps a neighbourhood of it.",
    assumptions=("$f' > 0$ (or $f' < 0$)", r"$\psi \neq 0$ at the start"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

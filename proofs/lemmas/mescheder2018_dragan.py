r"""DRAGAN on the Dirac-GAN: three penalties of one paper, three verdicts.

Statement. Let f'(0) != 0, f''(0) < 0, lam > 0, k > 0 and c > 0, with penalties on samples around the data, where
|grad D| = |psi|.
(1) lam E (|grad D| - k)^2: v(0, 0+-) = (0, +- 2 lam k), and training does not converge to (0, 0).
(2) lam E |grad D|^2 is R1 with gamma = 2 lam: it converges linearly.
(3) lam E max(0, |grad D|^2 - k) vanishes near (0, 0): v' is that of the unregularised Dirac-GAN, and neither the flow
nor simultaneous descent converges.

Derivation. d/dpsi of lam (e psi - k)^2 is 2 lam (psi - e k) for e = sign(psi); of lam psi^2 it is 2 lam psi; and
psi^2 < k near 0.

What differs. Nothing in Mescheder et al., who speak of (1). Kodali et al. write all three.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from .lemma import Lemma, Proof, Status

PSI, F1, LAM, KAPPA, C = sp.symbols("psi f1 lam k c", real=True)
PARAMETERS = {"lam": "lam > 0", "k": "k > 0", "c": "c > 0"}
ONE_CENTRED = {
    "parameters": PARAMETERS,
    "penalty": {"discriminator": "lam * E_real_noisy((norm(grad(D)) - k)**2, c)"},
}
ZERO_CENTRED = {
    "parameters": PARAMETERS,
    "penalty": {"discriminator": "lam * E_real_noisy(norm(grad(D))**2, c)"},
}
HINGED = {
    "parameters": PARAMETERS,
    "penalty": {"discriminator": "lam * E_real_noisy(max(0, norm(grad(D))**2 - k), c)"},
}

SIDES = (("psi > 0", sp.Integer(1)), ("psi < 0", -sp.Integer(1)))
JUMP = 2 * LAM * KAPPA  # |v2(0, 0+-)|
ZERO_CENTRED_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -2 * LAM]])
HINGED_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
VERDICTS = (
    ("one-centred", ONE_CENTRED, {"flow": "does-not-converge", "simultaneous": "does-not-converge"}),
    ("zero-centred", ZERO_CENTRED, {"flow": "converges linear", "simultaneous": "converges linear"}),
    ("hinged", HINGED, {"flow": "does-not-converge", "simultaneous": "does-not-converge"}),
)
PRINTED_VERDICT = "does-not-converge"


def derive(proof: Proof) -> None:
    """The jump, the two Jacobians, and what the engine says."""
    assumed = conjunction([compare(LAM, ">"), compare(KAPPA, ">")])
    steps: list[int] = []
    for words, side in SIDES:
        push = -sp.diff(LAM * (side * PSI - KAPPA) ** 2, PSI)  # theta = 0: the loss adds nothing
        steps.append(proof.identity(f"one-centred: v2 at (0, psi), {words}", push, side * JUMP - 2 * LAM * PSI))
    steps.append(proof.implies("+-2 lam k points away on both sides", assumed, compare(JUMP, ">")))
    proof.theorem("repelling-jump", "(0, 0) repels on both sides", steps)
    proof.derived("zero-centred: v'(0, 0)", ZERO_CENTRED, "jacobian", ZERO_CENTRED_JACOBIAN)
    proof.derived("hinged: v'(0, 0), as without a penalty", HINGED, "jacobian", HINGED_JACOBIAN)
    for name, proposal, verdicts in VERDICTS:
        proof.judged(name, proposal, **verdicts)


def printed_holds(proof: Proof) -> bool:
    """DRAGAN's final penalty under alternating descent, with one and with five updates of D."""
    rules = ({"update": "alternating", "d_steps": count} for count in (1, 5))
    return all(
        proof.decides(
            f"DRAGAN does not converge to (0, 0), n_d = {rule['d_steps']}",
            ONE_CENTRED | {"training": rule},
            PRINTED_VERDICT,
        )
        for rule in rules
    )


LEMMA = Lemma(
    id="mescheder2018-dragan",
    source="Mescheder, Geiger & Nowozin 2018, section 1 and supplement; Kodali et al. 2017, eq. (1)",
    printed="DRAGAN does not converge on the Dirac-GAN for a fixed number of discriminator updates per generator "
    "update.",
    statement=r"With $\lambda E(|\nabla D| - k)^2$, $v(0, 0^\pm) = (0, \pm 2 \lambda k)$, and training does not "
    r"converge to $(0, 0)$. The other penalties of the same paper differ: $\lambda E |\nabla D|^2$ is $R_1$ with "
    r"$\gamma = 2 \lambda$ and converges linearly; $\lambda E \max(0, |\nabla D|^2 - k)$ is inactive near $(0, 0)$, "
    "where $v'$ is a centre.",
    assumptions=("$f'(0) \\neq 0$", "$f''(0) < 0$", r"$\lambda, k, c > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

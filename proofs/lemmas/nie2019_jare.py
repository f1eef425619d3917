r"""JARE on the Dirac-GAN: each player is penalised by the square of the other's gradient.

Statement. Let f'(0) = a != 0, gamma > 0, G's cost be L + (gamma/2)|grad_psi L|^2 and D's -L + (gamma/2)|grad_theta
L|^2. v'(0, 0) = [[-gamma a^2, -a], [a, -gamma a^2]] has the eigenvalues

    -gamma a^2 +- i a.

The flow converges linearly; simultaneous steps do iff h (1 + gamma^2 a^2) < 2 gamma, alternating steps iff h gamma
a^2 < 2 and h^2 a^2 < (2 - h gamma a^2)^2. |Im|/|Re| = 1/(gamma |a|) falls with gamma. ConOpt, which takes both
squares in both costs, has the same Jacobian; a player's penalty on its own gradient leaves v' as it was.

Derivation. To second order grad_psi L = a theta and grad_theta L = a psi, so that (gamma/2)|grad_psi L|^2 adds
-gamma a^2 theta to v1, and (gamma/2)|grad_theta L|^2 adds -gamma a^2 psi to v2. The other square of ConOpt is no
function of the player's own parameter to second order.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, inside_left_half_plane
from .lemma import Lemma, Proof, Status

F1, GAMMA, MORE, H = sp.symbols("f1 gamma gamma2 h", real=True)
OF_D, OF_G = "gamma/2*norm(grad_theta(L))**2", "gamma/2*norm(grad_psi(L))**2"
GAMES = {"parameters": {"gamma": "gamma > 0"}, "objective": {"f": "any", "assume": "f1 != 0"}}
JARE = GAMES | {"penalty": {"discriminator": OF_D, "generator": OF_G}}
CONSENSUS = GAMES | {"penalty": {"discriminator": f"{OF_D} + {OF_G}", "generator": f"{OF_D} + {OF_G}"}}
OWN = GAMES | {"penalty": {"discriminator": OF_G, "generator": OF_D}}

ASSUMED = conjunction([compare(F1, "!="), compare(GAMMA, ">")])
JACOBIAN = sp.ImmutableMatrix([[-GAMMA * F1**2, -F1], [F1, -GAMMA * F1**2]])
CENTRE = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
EIGENVALUES = (-GAMMA * F1**2 + sp.I * F1, -GAMMA * F1**2 - sp.I * F1)
RATIO_SQUARED = 1 / (GAMMA**2 * F1**2)  # (Im/Re)^2
STEPS = {
    "simultaneous": compare(H * (1 + GAMMA**2 * F1**2), "<", 2 * GAMMA),
    "alternating": conjunction(
        [compare(H * GAMMA * F1**2, "<", 2), compare(H**2 * F1**2, "<", (2 - H * GAMMA * F1**2) ** 2)]
    ),
}


def derive(proof: Proof) -> None:
    """The Jacobians of the three choices, and the steps."""
    rest = proof.derived("v vanishes at (0, 0)", JARE, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", JARE, "jacobian", JACOBIAN)
    proof.derived("the same with both squares in both costs (ConOpt)", CONSENSUS, "jacobian", JACOBIAN)
    proof.derived("with each player's own gradient: no change", OWN, "jacobian", CENTRE)
    signs = proof.implies("Routh-Hurwitz", ASSUMED, inside_left_half_plane(JACOBIAN))
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [jacobian, signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly", [rest, hurwitz])
    for rule, steps in STEPS.items():
        training = JARE | {"training": {"update": rule}}
        proof.decided(f"every small enough {rule} step converges", training, "converges", "linear")
        proof.region(f"the sizes of {rule} steps that converge", training, "step_size", steps)


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues, and the ratio of their parts, which a larger weight makes smaller."""
    formula = proof.equal("the eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    real = sp.Add(*EIGENVALUES) / 2
    imaginary = (EIGENVALUES[0] - EIGENVALUES[1]) / (2 * sp.I)
    ratio = proof.equal("(Im/Re)^2", imaginary**2, RATIO_SQUARED * real**2)
    smaller = compare(RATIO_SQUARED.xreplace({GAMMA: MORE}), "<", RATIO_SQUARED)
    heavier = conjunction([ASSUMED, compare(MORE, ">", GAMMA)])
    return proof.decide("the ratio falls as the weight grows", heavier, smaller) and formula and ratio


LEMMA = Lemma(
    id="nie2019-jare",
    source="Nie & Patel 2019 (JARE), the phase factor; the formulas on the Dirac-GAN: derived here",
    printed="Regularising the Jacobian weakens the phase factor: eigenvalues whose imaginary part is large against "
    "their real part.",
    statement=r"The eigenvalues are $-\gamma f'(0)^2 \pm i f'(0)$, so that $|\mathrm{Im}|/|\mathrm{Re}| = "
    r"1/(\gamma |f'(0)|)$. The flow converges linearly, simultaneous steps iff $h (1 + \gamma^2 f'(0)^2) < 2 \gamma$, "
    r"alternating steps iff $h \gamma f'(0)^2 < 2$ and $h^2 f'(0)^2 < (2 - h \gamma f'(0)^2)^2$. ConOpt has the same "
    r"Jacobian at the equilibrium; penalties on a player's own gradient do not change it.",
    assumptions=(r"$f'(0) \neq 0$", r"$\gamma > 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

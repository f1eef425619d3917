r"""A smooth one-centred gradient penalty on the Dirac-GAN: van der Pol's oscillator.

Statement. Let f'(0) = a != 0, gamma, g0 > 0, and D be penalised by (gamma/4) E (|grad D|^2 - g0^2)^2, which is
smooth. On the Dirac-GAN it is (gamma/4)(psi^2 - g0^2)^2, v vanishes at (0, 0), and

    v'(0, 0) = [[0, -a], [a, gamma g0^2]],    eigenvalues gamma g0^2/2 +- sqrt(gamma^2 g0^4/4 - a^2),

both of positive real part: neither the flow nor simultaneous or alternating steps converge. For f(t) = t, y = sqrt(3)
psi/g0 satisfies van der Pol's equation

    y'' = gamma g0^2 (1 - y^2) y' - y,

so that every trajectory but the one at 0 tends to one closed orbit.

Derivation. v = (-psi s, theta s - gamma psi (psi^2 - g0^2)), s = f'(theta psi). With s = 1, psi'' = theta' -
gamma (3 psi^2 - g0^2) psi' and theta' = -psi.

What differs. WGAN-GP fails on the Dirac-GAN not by the corner of |psi| alone: its centre g0 > 0 destabilises as well.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_coefficients, characteristic_polynomial
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

F1, GAMMA, G0, THETA, PSI, S, Y, RATE = sp.symbols("f1 gamma g0 theta psi s y r", real=True)
ONE_CENTRED = {
    "parameters": {"gamma": "gamma > 0", "g0": "g0 > 0"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma/4*E_real((norm(grad(D))**2 - g0**2)**2)"},
}

ASSUMED = conjunction([compare(GAMMA, ">"), compare(G0, ">"), compare(F1, "!=")])
FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S - GAMMA * PSI * (PSI**2 - G0**2)]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, GAMMA * G0**2]])
RADICAND = GAMMA**2 * G0**4 / 4 - F1**2
EIGENVALUES = (GAMMA * G0**2 / 2 + sp.sqrt(RADICAND), GAMMA * G0**2 / 2 - sp.sqrt(RADICAND))
SCALE = sp.sqrt(3) / G0  # y = SCALE psi
OSCILLATOR = GAMMA * G0**2 * (1 - Y**2) * RATE - Y  # y'' with r = y'
VERDICTS = ("flow", "simultaneous", "alternating")


def derive(proof: Proof) -> None:
    """The field, its instability, and van der Pol's equation."""
    proof.derived("v, with s = f'(theta psi)", ONE_CENTRED, "vector_field", FIELD)
    rest = proof.derived("v vanishes at (0, 0)", ONE_CENTRED, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", ONE_CENTRED, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", ONE_CENTRED, "characteristic_polynomial", from_roots(EIGENVALUES))
    # The roots of det(-z - J) are those of J with the other sign.
    _, minus_trace, determinant = characteristic_coefficients(JACOBIAN)
    mirrored = conjunction([compare(-minus_trace, ">"), compare(determinant, ">")])
    signs = proof.implies("Routh-Hurwitz for -v'", ASSUMED, mirrored)
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues of v' have positive real part", [jacobian, signs])
    proof.theorem("flow-linear-instability", "(0, 0) is unstable for the flow", [rest, hurwitz])
    linear = FIELD.xreplace({S: sp.Integer(1)})
    speed = sp.Symbol("v2", real=True)  # psi'
    second = sp.diff(linear[1], THETA) * linear[0] + sp.diff(linear[1], PSI) * speed
    scaled = SCALE * second.xreplace({PSI: Y / SCALE}).xreplace({speed: RATE / SCALE})
    equation = proof.identity("y'' for f(t) = t", scaled, OSCILLATOR)
    positive = proof.implies("its parameter is positive", ASSUMED, compare(GAMMA * G0**2, ">"))
    proof.theorem("van-der-pol", "for f(t) = t all other trajectories tend to one closed orbit", [equation, positive])


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues by their polynomial, and the engine's verdicts."""
    formula = proof.equal("the eigenvalues", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    verdicts = [
        proof.decides(
            f"the one-centred penalty, {rule}", ONE_CENTRED | {"training": {"update": rule}}, "does-not-converge"
        )
        for rule in VERDICTS
    ]
    return formula and all(verdicts)


LEMMA = Lemma(
    id="one-centred-penalty",
    source="derived here; the penalty is WGAN-GP's (Gulrajani et al. 2017) without its corner",
    printed=r"A one-centred gradient penalty does not converge on the Dirac-GAN even where it is smooth: the "
    r"eigenvalues have the real part $\frac{\gamma g_0^2}{2}$ or are positive.",
    statement=r"$v'(0, 0)$ has the eigenvalues $\frac{\gamma g_0^2}{2} \pm \sqrt{\frac{\gamma^2 g_0^4}{4} - f'(0)^2}$, "
    r"of positive real part; for $f(t) = t$, $y = \sqrt{3} \psi/g_0$ satisfies $y'' = \gamma g_0^2 (1 - y^2) y' - y$, "
    r"and every trajectory but the one at $0$ tends to one closed orbit.",
    assumptions=(r"$f'(0) \neq 0$", r"$\gamma, g_0 > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

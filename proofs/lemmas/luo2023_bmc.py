r"""Brownian motion control on the Dirac-GAN: almost surely to the equilibrium, in mean square away from it.

Statement. Let v = s (-psi, theta) with any s (s = f'(theta psi) on the Dirac-GAN) and

    dX = v(X) dt + rho1 X dB1 + rho2 |X|^beta X dB2,    X_0 != 0.

With rho2 = 0, log |X_t| = log |X_0| - rho1^2 t/2 + rho1 B1_t: the exponent of |X_t| is almost surely -rho1^2/2, and
E |X_t|^2 = |X_0|^2 exp(rho1^2 t). With rho2 != 0 the almost sure exponent is at most -rho1^2/2.

Derivation. X . v = 0, so Ito's formula for U = log |X| and V = |X|^2 has no term of v. With q = |X|^beta,

    dU = -(rho1^2 + rho2^2 q^2)/2 dt + rho1 dB1 + rho2 q dB2,
    dV = (rho1^2 + rho2^2 q^2) V dt + 2 rho1 V dB1 + 2 rho2 q V dB2.

B1_t / t tends to 0, and the integral of rho2 q dB2 less half that of rho2^2 q^2 dt is almost surely bounded above.

What differs. The paper's condition rho1^2/2 > phi, phi a bound of |v|/|X|, is enough; on the Dirac-GAN every rho1 !=
0 is. Almost every run converges while the mean of |X|^2 over runs grows: no criterion on a Jacobian sees this.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import product
from .lemma import Lemma, Proof, Status

RHO1, RHO2, Q, PHI, THETA, PSI, S = sp.symbols("rho1 rho2 q phi theta psi s", real=True)
UNREGULARISED = {"training": {"update": "flow"}}

FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S]])
STATE = sp.ImmutableMatrix([[THETA], [PSI]])
SQUARE = THETA**2 + PSI**2
LOG_GRADIENT = sp.ImmutableMatrix([[THETA / SQUARE], [PSI / SQUARE]])  # of log |X|
SQUARE_GRADIENT = 2 * STATE
LOG_DRIFT = -(RHO1**2 + RHO2**2 * Q**2) / 2
SQUARE_DRIFT = (RHO1**2 + RHO2**2 * Q**2) * SQUARE
LOG_NOISE = (RHO1, RHO2 * Q)
SQUARE_NOISE = (2 * RHO1 * SQUARE, 2 * RHO2 * Q * SQUARE)
EXPONENT = -(RHO1**2) / 2
MEAN_SQUARE_EXPONENT = RHO1**2
PRINTED_CONDITION = compare(RHO1**2 / 2, ">", PHI)


def derive(proof: Proof) -> None:
    """Ito's formula for log |X| and |X|^2, term by term."""
    proof.derived("v, with s = f'(theta psi)", UNREGULARISED, "vector_field", FIELD)
    noise = (RHO1 * STATE, RHO2 * Q * STATE)
    terms: list[int] = []
    for name, gradient, drift, diffusion in (
        ("log |X|", LOG_GRADIENT, LOG_DRIFT, LOG_NOISE),
        ("|X|^2", SQUARE_GRADIENT, SQUARE_DRIFT, SQUARE_NOISE),
    ):
        hessian = gradient.jacobian([THETA, PSI])
        curl = hessian - hessian.T
        terms.append(
            proof.identity(f"the gradient of {name} is one: its curl vanishes", curl, sp.zeros(2).as_immutable())
        )
        second = sp.Add(*((g.T * hessian * g)[0] for g in noise)) / 2
        terms.append(proof.identity(f"the dt term of d {name}", (gradient.T * FIELD)[0] + second, drift))
        for number, (g, claimed) in enumerate(zip(noise, diffusion, strict=True), 1):
            terms.append(proof.identity(f"the dB{number} term of d {name}", (gradient.T * g)[0], claimed))
    radial = product(LOG_GRADIENT.T, STATE)
    terms.append(proof.identity("d log |X| = dr/r along a ray", radial, sp.eye(1).as_immutable()))
    ito = proof.theorem("ito", "d log |X| and d |X|^2 have these terms; a start off 0 stays off 0", terms)
    first = {RHO2: sp.Integer(0)}
    plain = proof.identity("rho2 = 0: the drift of log |X| is constant", LOG_DRIFT.xreplace(first), EXPONENT)
    proof.theorem("brownian-strong-law", "rho2 = 0: |X_t| has the exponent -rho1^2/2 almost surely", [ito, plain])
    rest = proof.identity("rho2 q dB2 comes with half its square", LOG_DRIFT - EXPONENT, -(LOG_NOISE[1] ** 2) / 2)
    proof.theorem("positive-supermartingale", "with rho2 the exponent is at most -rho1^2/2", [ito, rest])
    mean = MEAN_SQUARE_EXPONENT * SQUARE
    growth = proof.identity("rho2 = 0: the drift of |X|^2 is a multiple of it", SQUARE_DRIFT.xreplace(first), mean)
    proof.theorem("geometric-brownian-mean", "E |X_t|^2 = |X_0|^2 exp(rho1^2 t)", [ito, growth])
    signs = conjunction([compare(EXPONENT, "<"), compare(MEAN_SQUARE_EXPONENT, ">")])
    proof.implies("every rho1 != 0 stabilises runs and makes their mean square grow", compare(RHO1, "!="), signs)


def printed_holds(proof: Proof) -> bool:
    """Theorem 2 asks for more than is needed here."""
    bound = proof.equal("|v|^2 = s^2 |X|^2, so phi = |s| is the bound", (FIELD.T * FIELD)[0], S**2 * SQUARE)
    asked = conjunction([PRINTED_CONDITION, compare(PHI, ">="), compare(S**2, "<=", PHI**2)])
    return proof.decide("rho1^2/2 > phi: negative, even with s added", asked, compare(EXPONENT + S, "<")) and bound


LEMMA = Lemma(
    id="luo2023-bmc",
    source="Luo et al. 2023 (Brownian motion control), Theorem 2; the exponents on the Dirac-GAN: derived here",
    printed=r"With the control $u = \rho_1 X dB_1 + \rho_2 |X|^\beta X dB_2$ the Dirac-GAN is almost surely "
    r"exponentially "
    r"stable if $\rho_1^2/2 > \varphi$, where $|v(X)| \leq \varphi |X|$.",
    statement=r"On the Dirac-GAN, with $\rho_2 = 0$, $|X_t|$ has almost surely the exponent $-\rho_1^2/2$ for every "
    r"$\rho_1 \neq 0$, and $E |X_t|^2 = |X_0|^2 \exp(\rho_1^2 t)$; with $\rho_2 \neq 0$ the almost sure exponent is at "
    r"most $-\rho_1^2/2$.",
    assumptions=(r"$X_0 \neq 0$", r"$\rho_1 \neq 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    difference="on the Dirac-GAN every rho1 != 0 is enough; the mean square grows all the same",
)

r"""The generator's penalty of Nagarajan & Kolter on the Dirac-GAN: every eta > 0.

Statement. Let f'(0) != 0 and theta descend L + eta |grad_psi L|^2. v'(0, 0) = [[-2 eta f1^2, -f1], [f1, 0]] has the
eigenvalues

    -eta f1^2 +- sqrt(eta^2 f1^4 - f1^2),

of negative real part iff eta > 0, whatever f''(0); they meet at eta = 1/|f'(0)|. Simultaneous steps converge linearly
iff h < 2 eta and 4 h eta f1^2 < 4 + h^2 f1^2. With the data at c != 0 and f''(0) < 0, J_DD = 2 f''(0) c^2, every
eta > 0 converges too, also beyond 1/(2 lam_max(-J_DD)).

Derivation. |grad_psi L|^2 = theta^2 f'(theta psi)^2 has the theta-derivative 2 f1^2 theta at first order. Routh-Hurwitz
asks for 2 eta f1^2 > 0 and f1^2 > 0. At c the characteristic polynomial is

    z^2 + (2 eta f1^2 - 2 f2 c^2) z + f1^2:

eta adds to the damping, and the determinant does not have it.

What differs. The theorem states that eta < 1/(2 lam_max(-J_DD)) is sufficient (nagarajan2017-theorem-3.2); read as
necessary it does not hold: f1 = 1, f2 = -1, c = 1 has the bound 1/4, and eta = 1 converges.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from ..roots import from_roots, inside_left_half_plane
from .lemma import Erratum, Lemma, Proof, Status

ETA, F1, F2, C, H = sp.symbols("eta f1 f2 c h", real=True)
PENALTY = {"generator": "eta*norm(grad_psi(L))**2"}
DIRAC = {"parameters": {"eta": "eta > 0"}, "objective": {"assume": "f1 != 0"}, "penalty": PENALTY}
ANY_SIGN = {"parameters": {"eta": "real"}, "objective": {"assume": "f1 != 0"}, "penalty": PENALTY}
ELSEWHERE = {"parameters": {"eta": "eta > 0", "c": "c != 0"}, "game": {"data": "c"}, "penalty": PENALTY}
BEYOND = {
    "parameters": {"eta": "eta > 0 and 4*eta*c**2 > 1", "c": "c != 0"},
    "game": {"data": "c"},
    "objective": {"f": "-exp(-t)"},
    "penalty": PENALTY,
}

JACOBIAN = sp.ImmutableMatrix([[-2 * ETA * F1**2, -F1], [F1, 0]])
RADICAND = ETA**2 * F1**4 - F1**2
EIGENVALUES = (-ETA * F1**2 + sp.sqrt(RADICAND), -ETA * F1**2 - sp.sqrt(RADICAND))
CRITICAL = 1 / sp.Abs(F1)
STEPS = conjunction([compare(H, "<", 2 * ETA), compare(4 * H * ETA * F1**2, "<", 4 + H**2 * F1**2)])
STABLE = compare(ETA, ">")
POLYNOMIAL = Z**2 + (2 * ETA * F1**2 - 2 * F2 * C**2) * Z + F1**2
ELSEWHERE_ASSUMED = conjunction([compare(F1, "!="), compare(F2, "<"), compare(C, "!="), STABLE])
PRINTED_BOUND = compare(2 * ETA * (-2 * F2 * C**2), "<", 1)
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {F1: sp.Integer(1), F2: sp.Integer(-1), C: sp.Integer(1), ETA: sp.Integer(1)}


def derive(proof: Proof) -> None:
    """The Dirac-GAN, then the data elsewhere."""
    regular = compare(F1, "!=")
    nothing = sp.zeros(2, 1).as_immutable()
    rest = proof.derived("v vanishes at (0, 0)", ANY_SIGN, "value", nothing)
    matrix = proof.derived("the Jacobian of v at (0, 0)", ANY_SIGN, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", ANY_SIGN, "characteristic_polynomial", from_roots(EIGENVALUES))
    signs = proof.equivalent("Routh-Hurwitz holds iff eta > 0", regular, inside_left_half_plane(JACOBIAN), STABLE)
    hurwitz = proof.theorem("routh-hurwitz", "both real parts are negative iff eta > 0", [matrix, *signs])
    proof.theorem("flow-linear-stability", "the flow converges for every eta > 0", [rest, hurwitz])
    meeting = conjunction([regular, STABLE])
    proof.equivalent("where the eigenvalues meet", meeting, compare(RADICAND, "=="), compare(ETA, "==", CRITICAL))
    steps = proof.region("the step sizes of simultaneous descent", DIRAC, "step_size", STEPS)
    inside = proof.theorem("schur-cohn", "both multipliers of 1 + h v' are inside iff these hold", [matrix, *steps])
    proof.theorem("map-linear-stability", "simultaneous steps then converge linearly", [rest, inside])
    still = proof.derived("v vanishes with the data at c", ELSEWHERE, "value", nothing)
    polynomial = proof.derived("the polynomial there", ELSEWHERE, "characteristic_polynomial", POLYNOMIAL)
    positive = conjunction(compare(POLYNOMIAL.coeff(Z, k), ">") for k in (0, 1))
    damped = proof.implies("its coefficients are positive for every eta > 0", ELSEWHERE_ASSUMED, positive)
    elsewhere = proof.theorem("routh-hurwitz", "both real parts are negative", [polynomial, damped])
    proof.theorem("flow-linear-stability", "the flow converges for every eta > 0", [still, elsewhere])
    proof.decided("f = -exp(-t), -J_DD = 2 c^2, every eta beyond 1/(4 c^2)", BEYOND, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """Stability asks for eta below the bound?"""
    matrix = sp.ImmutableMatrix([[0, -(F1**2)], [1, -2 * ETA * F1**2 + 2 * F2 * C**2]])  # the companion of POLYNOMIAL
    stable = conjunction([ELSEWHERE_ASSUMED, inside_left_half_plane(matrix)])
    return proof.decide("stability ends at the bound", stable, PRINTED_BOUND, COUNTEREXAMPLE)


LEMMA = Lemma(
    id="nagarajan2017-generator-penalty",
    source="said of Nagarajan & Kolter 2017, Theorem 3.2: its bound (as we recall it), read as necessary; derived here "
    "on the Dirac-GAN",
    printed=r"The regularised updates are locally stable for $\eta < 1/(2 \lambda_{\max}(-J_{DD}))$, read as the range "
    r"of stable $\eta$.",
    statement=r"On the Dirac-GAN the eigenvalues are $-\eta f'(0)^2 \pm \sqrt{\eta^2 f'(0)^4 - f'(0)^2}$, with "
    r"negative real part iff $\eta > 0$; they meet at $\eta = 1/|f'(0)|$. Simultaneous steps converge linearly iff "
    r"$h < 2 \eta$ and $4 h \eta f'(0)^2 < 4 + h^2 f'(0)^2$. With the data at $c \neq 0$ and $f''(0) < 0$ the "
    r"polynomial is $z^2 + (2 \eta f'(0)^2 - 2 f''(0) c^2) z + f'(0)^2$: every $\eta > 0$ is stable.",
    assumptions=(r"$f'(0) \neq 0$", r"$\eta > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the bound on eta is sufficient, as the theorem states, and not necessary: with the data at 1 and "
    "f = -exp(-t) it is 1/4, and every eta > 0 converges",
    errata=(
        Erratum(
            where="readings of Theorem 3.2, the bound read as necessary",
            failing=r"stability for $\eta < 1/(2 \lambda_{\max}(-J_{DD}))$ only",
            right=r"every $\eta > 0$",
            seen=r"$\eta = 1$ at $f'(0) = c = 1$, $f''(0) = -1$, where the bound is $1/4$",
            said=True,
        ),
    ),
)

r"""The slides on simultaneous descent: eigenvalues, instability, and F' = 1 + h v'.

Statement. Let f'(0) != 0 and h > 0. Simultaneous descent has F_h'(0, 0) = 1 + h v'(0, 0) with the eigenvalues
1 +- i h f'(0) of modulus sqrt(1 + h^2 f'(0)^2) > 1: it is not stable, for any h. If all eigenvalues of v' have negative
real part, all of 1 + h v' are inside the unit circle for small h. Alternating descent has another F':

    [[1, -h f1], [h f1, 1 - h^2 f1^2]] = 1 + h v' - h^2 diag(0, f1^2).

Derivation. |1 + h z|^2 = 1 + 2 h Re z + h^2 |z|^2, which is below 1 iff h |z|^2 < -2 Re z.

What differs. "In practice we have F' = I + h v'" is said of F in general; it is right for simultaneous descent only.
The determinants differ: 1 + h^2 f1^2 there, 1 for alternating descent.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Erratum, Lemma, Proof, Status

F1, H, RE, IM = sp.symbols("f1 h re im", real=True)
SIMULTANEOUS = {"objective": {"assume": "f1 != 0"}, "training": {"update": "simultaneous"}}
ALTERNATING = {"objective": {"assume": "f1 != 0"}, "training": {"update": "alternating"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
PERIOD = (sp.eye(2) + H * JACOBIAN).as_immutable()
ALTERNATING_PERIOD = PERIOD - sp.diag(0, H**2 * F1**2)
MULTIPLIERS = (1 + sp.I * H * F1, 1 - sp.I * H * F1)
MODULUS_SQUARED = 1 + H**2 * F1**2
WINDOW = compare(H * (RE**2 + IM**2), "<", -2 * RE)
PRINTED_PERIOD = PERIOD


def derive(proof: Proof) -> None:
    """The step, its multipliers, and small steps of a stable flow."""
    rest = proof.derived("v vanishes at (0, 0)", SIMULTANEOUS, "value", sp.zeros(2, 1).as_immutable())
    proof.derived("the Jacobian of v", SIMULTANEOUS, "jacobian", JACOBIAN)
    step = proof.derived("a simultaneous step: 1 + h v'", SIMULTANEOUS, "update_jacobian", PERIOD)
    proof.derived("its characteristic polynomial", SIMULTANEOUS, "update_polynomial", from_roots(MULTIPLIERS))
    modulus = proof.identity("the squared modulus", sp.Mul(*MULTIPLIERS, evaluate=False), MODULUS_SQUARED)
    assumed = conjunction([compare(F1, "!="), compare(H, ">")])
    outside = proof.implies("it is above 1", assumed, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "(0, 0) is unstable for every h > 0", [rest, step, modulus, outside])
    proof.derived("an alternating step", ALTERNATING, "update_jacobian", ALTERNATING_PERIOD)
    square = (1 + H * RE) ** 2 + (H * IM) ** 2
    positive = compare(H, ">")
    proof.equivalent(
        "an eigenvalue of 1 + h v' is inside iff h |z|^2 < -2 Re z", positive, compare(square, "<", 1), WINDOW
    )
    small = conjunction([positive, compare(RE, "<"), compare(H * (RE**2 + IM**2), "<=", -RE)])
    proof.implies("every small enough h is among them if Re z < 0", small, WINDOW)


def printed_holds(proof: Proof) -> bool:
    """F' = 1 + h v' for simultaneous and alternating descent, entry by entry; the printed modulus."""
    proof.derived("simultaneous: F' = 1 + h v'", SIMULTANEOUS, "update_jacobian", PRINTED_PERIOD)
    square = proof.equal("|lambda|^2 = 1 + h^2 f'(0)^2", PRINTED_PERIOD.det(), MODULUS_SQUARED)
    return proof.equal("alternating: det F' = det(1 + h v')", ALTERNATING_PERIOD.det(), PRINTED_PERIOD.det()) and square


LEMMA = Lemma(
    id="pishkoo2023-simultaneous",
    source="Pishkoo & Khoshjoo 2023, slides, convergence theory and simultaneous gradient descent",
    printed=r"In practice $F'(\theta, \psi) = I + h v'(\theta, \psi)$. For simultaneous gradient descent $F_h'$ has "
    r"the eigenvalues $1 \pm h f'(0) i$ with absolute values $\sqrt{1 + h^2 f'(0)^2}$; independently of the learning "
    "rate it is not stable near the equilibrium.",
    statement=r"$F_h' = I + h v'$ for simultaneous descent, with eigenvalues $1 \pm i h f'(0)$ outside the unit circle "
    r"for every $h > 0$. Alternating descent has $F_h' = I + h v' - h^2 \mathrm{diag}(0, f'(0)^2)$. If all eigenvalues "
    r"$z$ of $v'$ have negative real part, $I + h v'$ is stable iff $h |z|^2 < -2 \mathrm{Re} z$ for all of them.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="F' = I + h v' is that of simultaneous descent only",
    errata=(
        Erratum(
            where="convergence theory, after the theorem",
            failing=r"$F'(\theta, \psi) = I + h v'(\theta, \psi)$ for both rules",
            right=r"alternating descent has $I + h v' - h^2 \mathrm{diag}(0, f'(0)^2)$ on the Dirac-GAN",
            seen="the determinants are $1 + h^2 f'(0)^2$ and $1$",
        ),
    ),
)

r"""Three penalties in one paper, three verdicts.

Statement. Let f'(0) != 0, lam > 0, k > 0, c > 0 and x the data plus noise of variance c. On the Dirac-GAN

    lam E |grad D|^2               v' = [[0, -f1], [f1, -2 lam]]: R1 with gamma = 2 lam, converges linearly;
    lam E max(0, |grad D|^2 - k)   is 0 where psi^2 < k: v' = [[0, -f1], [f1, 0]], circles near (0, 0);
    lam E (|grad D| - k)^2         v2 tends to +- 2 lam k for psi -> 0+-: (0, 0) is no equilibrium.

Derivation. grad D = psi wherever it is taken, so noise has no effect: the penalties are lam psi^2, lam max(0, psi^2 -
k) and lam (|psi| - k)^2, with psi-derivatives 2 lam psi, 0 near psi = 0, and 2 lam (psi -+ k) on psi > 0 and psi < 0.
Routh-Hurwitz asks for 2 lam > 0 and f1^2 > 0.

What differs. The paper moves from the first to the second to the third, eq. (1), and says of all: "the same effect of
constraining the norm of discriminator's gradients around real points to be small". Of large norms, |psi| > k and psi^2
> k, that is right: each pushes |psi| down. At the equilibrium, where convergence is decided, the first damps D, the
second does nothing, and the third pushes D away from it.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane
from .lemma import Erratum, Lemma, Proof, Status

F1, LAM, K, PSI, W = sp.symbols("f1 lam k psi w", real=True)


def penalised(penalty: str) -> dict[str, Any]:
    """The Dirac-GAN with a penalty on D."""
    parameters = {"lam": "lam > 0", "k": "k > 0", "c": "c > 0"}
    return {
        "parameters": parameters,
        "objective": {"assume": "f1 != 0"},
        "penalty": {"discriminator": f"lam*E_real_noisy({penalty}, c)"},
    }


ZERO_CENTRED = penalised("norm(grad(D))**2")
HINGED = penalised("max(0, norm(grad(D))**2 - k)")
ONE_CENTRED = penalised("(norm(grad(D)) - k)**2")  # eq. (1)

POSITIVE = conjunction([compare(LAM, ">"), compare(K, ">")])
ZERO_CENTRED_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -2 * LAM]])
HINGED_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
HINGE = conjunction([compare(W, ">="), compare(W, ">=", PSI**2 - K), compare(W * (W - PSI**2 + K), "==")])
PUSHES = (2 * LAM * K, -2 * LAM * K)  # the limits of v2 at (0, 0), from psi > 0 and psi < 0
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """Each penalty's part of the field at the equilibrium, and its verdict."""
    zero = proof.derived("the zero-centred penalty", ZERO_CENTRED, "jacobian", ZERO_CENTRED_JACOBIAN)
    assumed = conjunction([POSITIVE, compare(F1, "!=")])
    stable = proof.implies("Routh-Hurwitz holds", assumed, inside_left_half_plane(ZERO_CENTRED_JACOBIAN))
    proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [zero, stable])
    proof.judged("zero-centred", ZERO_CENTRED, flow="converges linear", simultaneous="converges linear")
    inactive = conjunction([POSITIVE, compare(PSI**2, "<", K), HINGE])
    proof.implies("w = max(0, psi^2 - k) is 0 where psi^2 < k", inactive, compare(W, "=="))
    proof.derived("so v' is that of no penalty", {}, "jacobian", HINGED_JACOBIAN)
    proof.judged("hinged", HINGED, flow="does-not-converge", simultaneous="does-not-converge")
    for side, push in zip((1, -1), PUSHES, strict=True):
        slope = -sp.diff(LAM * (side * PSI - K) ** 2, PSI)
        where = f"psi {'>' if side > 0 else '<'} 0"
        proof.identity(f"eq. (1): v2 at (0, 0), from {where}", slope.subs(PSI, 0), push)
        proof.implies(f"it points away from psi = 0, from {where}", POSITIVE, compare(side * push, ">"))
    large = conjunction([POSITIVE, compare(PSI, ">", K), compare(PSI**2, ">", K)])
    pulls = (-sp.diff(LAM * size, PSI) for size in (PSI**2, PSI**2 - K, (PSI - K) ** 2))
    proof.implies("psi > k, psi^2 > k: all three push psi down", large, conjunction(compare(e, "<") for e in pulls))
    proof.judged("eq. (1)", ONE_CENTRED, flow="does-not-converge", simultaneous="does-not-converge")


def printed_holds(proof: Proof) -> bool:
    """If all three had one effect, eq. (1) and the hinged penalty would converge as the zero-centred one does."""
    rules = {"training": {"update": "alternating"}}
    proof.decides("the zero-centred penalty converges, alternating", ZERO_CENTRED | rules, PRINTED_VERDICT)
    return proof.decides("so does the penalty of eq. (1)", ONE_CENTRED | rules, PRINTED_VERDICT)


LEMMA = Lemma(
    id="kodali2017-penalties",
    source="said of Kodali et al. 2017, section 2.4 and eq. (1), as a statement on convergence",
    printed=r"$\lambda E \|\nabla D\|^2$, $\lambda E \max(0, \|\nabla D\|^2 - k)$ and $\lambda E (\|\nabla D\| - "
    "k)^2$: "
    "\"All of the above schemes have the same effect of constraining the norm of discriminator's gradients around real "
    'points to be small" (true of large norms), taken as: the same effect on convergence.',
    statement=r"On the Dirac-GAN the first is $R_1$ with $\gamma = 2 \lambda$ and converges linearly; the second is "
    r"inactive for $\psi^2 < k$ and leaves the eigenvalues $\pm i f'(0)$; under the third $v_2 \to \pm 2 \lambda k$ "
    r"for $\psi \to 0\pm$: the equilibrium is lost. For $|\psi| > \max(k, \sqrt{k})$ all three push $|\psi|$ down.",
    assumptions=(r"$f'(0) \neq 0$", r"$\lambda, k, c > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="near the equilibrium the three have three effects: damping, none, and a push away from it",
    errata=(
        Erratum(
            where="section 2.4, after eq. (1)",
            failing="all three schemes have the same effect, on convergence as well",
            right="only the zero-centred one converges on the Dirac-GAN",
            seen=r"$2 \lambda \psi$, $0$ and $2 \lambda (|\psi| - k) \mathrm{sign}(\psi)$ near $\psi = 0$",
            said=True,
        ),
    ),
)

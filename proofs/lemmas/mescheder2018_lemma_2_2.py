r"""Lemma 2.2: the equilibrium of the Dirac-GAN and the spectrum of its vector field there.

Statement. Let f'(t) != 0 for all t, and v(theta, psi) = (-psi f'(theta psi), theta f'(theta psi)). Then v vanishes at
(0, 0) and nowhere else, and v'(0, 0) has the eigenvalues +- i f'(0).

Derivation. With s = f'(theta psi) != 0: psi s = 0 and theta s = 0 give theta = psi = 0. The Jacobian is
[[0, -f1], [f1, 0]] with characteristic polynomial z^2 + f1^2 = (z - i f1)(z + i f1).

The paper prints the eigenvalues without the i, and says that they lie on the imaginary axis; for f1 != 0 these two
statements exclude each other (z^2 - f1^2 is not z^2 + f1^2). The author's slides have the i.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic import analyse, read_proposal
from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import Z
from .lemma import Lemma, NotProved, Proof, Status

F1 = sp.Symbol("f1", real=True)


def derive(proof: Proof) -> None:
    """Uniqueness by the solver, the spectrum by the characteristic polynomial."""
    theta, psi, s = sp.symbols("theta psi s", real=True)
    proof.implies(
        "v(theta, psi) = (-psi s, theta s) with s = f'(theta psi) != 0 vanishes only at (0, 0)",
        conjunction([compare(s, "!="), compare(-psi * s, "=="), compare(theta * s, "==")]),
        conjunction([compare(theta, "=="), compare(psi, "==")]),
    )
    polynomial = analyse(read_proposal({"training": {"update": "flow"}}), proof.prover).polynomial
    if polynomial is None:
        raise NotProved("v is not differentiable at the equilibrium")
    proof.identity("the characteristic polynomial of v'(0, 0) is z^2 + f1^2", polynomial, Z**2 + F1**2)
    proof.identity("whose roots are +- i f1", Z**2 + F1**2, sp.expand((Z - sp.I * F1) * (Z + sp.I * F1)))


def printed_holds(proof: Proof) -> bool:
    """(z - f1)(z + f1) is not the characteristic polynomial: they differ at z = 0, f1 = 1."""
    proof.example(
        "the printed eigenvalues +- f1 are not those of v': at z = 0 the two polynomials differ",
        compare((Z - F1) * (Z + F1), "!=", Z**2 + F1**2),
        {Z: sp.Integer(0), F1: sp.Integer(1)},
    )
    return False


LEMMA = Lemma(
    id="mescheder2018-lemma-2.2",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 2.2",
    printed=r"The unique equilibrium point is $\theta = \psi = 0$; the Jacobian there has the two eigenvalues $\pm f'(0)$, "
    "which are both on the imaginary axis.",
    statement=r"The unique equilibrium point is $\theta = \psi = 0$; the Jacobian there has the eigenvalues $\pm i f'(0)$.",
    assumptions=(r"$f'(t) \neq 0$ for all $t$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the i is missing in print (the author's slides have it)",
)

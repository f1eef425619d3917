r"""Lemma 2.2: the equilibrium of the Dirac-GAN and the spectrum of its vector field there.

Statement. Let f'(t) != 0 for all t, and v(theta, psi) = (-psi f'(theta psi), theta f'(theta psi)). Then v vanishes at
(0, 0) and nowhere else, and v'(0, 0) has the eigenvalues +- i f'(0), which lie on the imaginary axis.

Derivation. With s = f'(theta psi) != 0: psi s = 0 and theta s = 0 give theta = psi = 0. The Jacobian is
[[0, -f1], [f1, 0]] with characteristic polynomial z^2 + f1^2 = (z - i f1)(z + i f1). Both roots have the square
-f1^2 < 0, so both are imaginary.

What differs. The paper prints the eigenvalues without the i, and says that they lie on the imaginary axis; these two
statements exclude each other for f1 != 0 (z^2 - f1^2 is not z^2 + f1^2). The author's slides have the i.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots
from .lemma import Erratum, Lemma, Proof, Status

THETA, PSI, S, F1 = sp.symbols("theta psi s f1", real=True)
UNREGULARISED = {"training": {"update": "flow"}}

SLOPE = compare(S, "!=")  # f'(theta psi) != 0
FIELD = sp.ImmutableMatrix([-PSI * S, THETA * S])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
PRINTED_EIGENVALUES = (F1, -F1)


def derive(proof: Proof) -> None:
    """Uniqueness by the solver, the spectrum by the characteristic polynomial."""
    proof.derived("the gradient vector field, with s = f'(theta psi)", UNREGULARISED, "vector_field", FIELD)
    still = conjunction(compare(row, "==") for row in FIELD)
    origin = conjunction([compare(THETA, "=="), compare(PSI, "==")])
    proof.equivalent("v vanishes at (0, 0) and nowhere else", SLOPE, still, origin)
    proof.derived("the Jacobian of v at (0, 0)", UNREGULARISED, "jacobian", JACOBIAN)
    polynomial = from_roots(EIGENVALUES)
    proof.derived("its characteristic polynomial", UNREGULARISED, "characteristic_polynomial", polynomial)
    for root, name in zip(EIGENVALUES, ("first", "second"), strict=True):
        proof.identity(f"the square of the {name} eigenvalue", sp.Pow(root, 2, evaluate=False), -(F1**2))
    proof.implies("is negative, so both lie on the imaginary axis", compare(F1, "!="), compare(-(F1**2), "<"))


def printed_holds(proof: Proof) -> bool:
    """The printed eigenvalues have another characteristic polynomial."""
    derived, printed = characteristic_polynomial(JACOBIAN), from_roots(PRINTED_EIGENVALUES)
    return proof.equal("the printed eigenvalues have the characteristic polynomial of v'(0, 0)", derived, printed)


LEMMA = Lemma(
    id="mescheder2018-lemma-2.2",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 2.2",
    printed=r"The unique equilibrium point is $\theta = \psi = 0$; the Jacobian there has the two eigenvalues $\pm "
    "f'(0)$, which are both on the imaginary axis.",
    statement=r"The unique equilibrium point is $\theta = \psi = 0$; the Jacobian there has the eigenvalues $\pm i "
    "f'(0)$, which are both on the imaginary axis.",
    assumptions=(r"$f'(t) \neq 0$ for all $t$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the i is missing in print (the author's slides have it)",
    errata=(
        Erratum(
            where="Lemma 2.2",
            failing=r"the eigenvalues are $\pm f'(0)$, on the imaginary axis",
            right=r"the eigenvalues are $\pm i f'(0)$",
            seen="$z^2 - f'(0)^2$ is not the characteristic polynomial $z^2 + f'(0)^2$",
        ),
    ),
    evidence="autograd's Jacobian at random f: `tests/numeric/test_agreement.py`",
)

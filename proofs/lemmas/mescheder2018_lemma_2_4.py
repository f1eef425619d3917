r"""Lemma 2.4: simultaneous gradient descent on the Dirac-GAN diverges at every step size.

Statement. Let f'(t) != 0 for all t, h > 0, and F_h(x) = x + h v(x). F_h'(0, 0) has the eigenvalues 1 +- i h f'(0), of
modulus sqrt(1 + h^2 f'(0)^2) > 1. For every start (theta, psi) != (0, 0), the norm of the iterates grows strictly and
for ever; (0, 0) is a fixed point.

Derivation. F_h(theta, psi) = (theta - h psi s, psi + h theta s) with s = f'(theta psi) has the Jacobian
[[1, -h f1], [h f1, 1]] at (0, 0), of characteristic polynomial (z - 1 - i h f1)(z - 1 + i h f1). And, exactly,

    |F_h(x)|^2 = |x|^2 (1 + h^2 f'(theta psi)^2) > |x|^2     for x != 0,

so that F_h(x) != 0 again, and the step can be repeated.

What differs. The paper says "for every initial condition"; the start (0, 0) must be excluded.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import Formula, compare, conjunction, disjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots
from .lemma import Erratum, Lemma, Proof, Status

THETA, PSI, S, H, F1 = sp.symbols("theta psi s h f1", real=True)
SIMULTANEOUS = {"training": {"update": "simultaneous"}}

AT_EQUILIBRIUM = conjunction([compare(H, ">"), compare(F1, "!=")])
STARTS = conjunction([compare(H, ">"), compare(S, "!="), disjunction([compare(THETA, "!="), compare(PSI, "!=")])])
PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1]])
MULTIPLIERS = (1 + sp.I * H * F1, 1 - sp.I * H * F1)
MODULUS_SQUARED = 1 + H**2 * F1**2
UPDATE = sp.ImmutableMatrix([THETA - H * PSI * S, PSI + H * THETA * S])
GROWTH = 1 + H**2 * S**2
PRINTED_MULTIPLIERS = (1 + sp.I * H * F1, 1 - sp.I * H * F1)
PRINTED_STARTS = conjunction([compare(H, ">"), compare(S, "!=")])  # "every initial condition and learning rate h > 0"


def derive(proof: Proof) -> None:
    """The multipliers and their moduli, then the exact growth of the norm."""
    proof.derived("the Jacobian of F_h at (0, 0)", SIMULTANEOUS, "update_jacobian", PERIOD)
    roots = from_roots(MULTIPLIERS)
    polynomial = proof.derived("its characteristic polynomial", SIMULTANEOUS, "update_polynomial", roots)
    moduli = [
        proof.identity(f"the {name} root times its conjugate", root * conjugate(root), MODULUS_SQUARED)
        for root, name in zip(MULTIPLIERS, ("first", "second"), strict=True)
    ]
    outside = proof.implies("the squared modulus is greater than 1", AT_EQUILIBRIUM, compare(MODULUS_SQUARED, ">", 1))
    proof.theorem("map-linear-instability", "(0, 0) is unstable at every h > 0", [polynomial, *moduli, outside])
    proof.derived("one step, with s = f'(theta psi)", SIMULTANEOUS, "update", UPDATE)
    proof.identity("the squared norm after one step", squared_norm(UPDATE), (THETA**2 + PSI**2) * GROWTH)
    proof.implies("grows from every start but (0, 0), and the new iterate is not (0, 0) either", STARTS, growing())


def squared_norm(vector: sp.Matrix) -> sp.Expr:
    """The sum of the squares."""
    return sp.Add(*(entry**2 for entry in vector))


def growing() -> Formula:
    """|F_h(x)|^2 > |x|^2."""
    return compare(sp.expand(squared_norm(UPDATE)), ">", THETA**2 + PSI**2)


def printed_holds(proof: Proof) -> bool:
    """The printed eigenvalues are right; the growth from *every* start is not."""
    multipliers = proof.equal(
        "the printed eigenvalues have the characteristic polynomial of F_h'(0, 0)",
        characteristic_polynomial(PERIOD),
        from_roots(PRINTED_MULTIPLIERS),
    )
    return proof.decide("the norm grows from every initial condition", PRINTED_STARTS, growing()) and multipliers


LEMMA = Lemma(
    id="mescheder2018-lemma-2.4",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 2.4",
    printed="For simultaneous gradient descent, the Jacobian of $F_h$ at the Nash-equilibrium has eigenvalues "
    r"$\lambda_{1/2} = 1 \pm h f'(0) i$ with absolute values $\sqrt{1 + h^2 f'(0)^2}$; for every initial condition "
    "and learning rate $h > 0$, the norm of the iterates is monotonically increasing.",
    statement=r"The Jacobian of $F_h$ at the equilibrium has the eigenvalues $1 \pm i h f'(0)$ of modulus $\sqrt{1 + "
    "h^2 f'(0)^2} > 1$; for every $h > 0$ and every start except $(0, 0)$, the norm of the iterates grows strictly: "
    r"$\|F_h(x)\|^2 = \|x\|^2 (1 + h^2 f'(\theta\psi)^2)$.",
    assumptions=(r"$f'(t) \neq 0$ for all $t$", r"$h > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the start (0, 0), a fixed point, has to be excluded",
    errata=(
        Erratum(
            where="Lemma 2.4",
            failing="for every initial condition the norm of the iterates increases",
            right="for every initial condition but $(0, 0)$",
            seen="$(0, 0)$ is a fixed point",
        ),
    ),
    evidence="one step against torch.optim.SGD: `tests/numeric/test_rule_references.py`",
)

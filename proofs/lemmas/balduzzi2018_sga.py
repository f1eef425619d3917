r"""Symplectic gradient adjustment on the Dirac-GAN: -lambda a^2 +- i a.

Statement. Let f'(0) = a != 0. The adjusted field v + (lambda/2)(v' - v'^T) v has at (0, 0) the Jacobian
[[-lambda a^2, -a], [a, -lambda a^2]], with the eigenvalues

    -lambda a^2 +- i a.

Simultaneous steps of small enough size converge iff lambda > 0, and exactly iff h (1 + lambda^2 a^2) < 2 lambda. The
symplectic part of v' is v' itself, so the Jacobian is that of ConOpt with gamma = lambda.

Derivation. J = [[0, -a], [a, 0]] is antisymmetric: (J - J^T)/2 = J and J^2 = -a^2, so that the adjusted Jacobian is
J + lambda J^2 = J - lambda a^2; J - lambda J^T J is the same.

What differs. Nothing. The sign of lambda matters: lambda < 0 diverges.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots, inside_left_half_plane, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, WEIGHT, H = sp.symbols("f1 lam h", real=True)
ADJUSTED = {
    "parameters": {"lam": "real"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "training": {"update": "symplectic", "symplectic_weight": "lam"},
}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
ADJUSTED_JACOBIAN = sp.ImmutableMatrix([[-WEIGHT * F1**2, -F1], [F1, -WEIGHT * F1**2]])
EIGENVALUES = (-WEIGHT * F1**2 + sp.I * F1, -WEIGHT * F1**2 - sp.I * F1)
STABLE = compare(WEIGHT, ">")
STEPS = compare(H * (1 + WEIGHT**2 * F1**2), "<", 2 * WEIGHT)
PRINTED_EIGENVALUES = EIGENVALUES


def derive(proof: Proof) -> None:
    """The adjusted Jacobian, its sign, and the steps."""
    proof.derived("the Jacobian of v at (0, 0)", ADJUSTED, "jacobian", JACOBIAN)
    half = WEIGHT / 2 * (JACOBIAN - JACOBIAN.T)
    adjusted = proof.identity("J + (lambda/2)(J - J^T) J", JACOBIAN + product(half, JACOBIAN), ADJUSTED_JACOBIAN)
    consensus = JACOBIAN - product(WEIGHT * JACOBIAN.T, JACOBIAN)
    proof.identity("J - lambda J^T J (ConOpt) is the same", consensus, ADJUSTED_JACOBIAN)
    step = proof.derived("a step of the rule", ADJUSTED, "update_jacobian", sp.eye(2) + H * ADJUSTED_JACOBIAN)
    nonzero = compare(F1, "!=")
    signs = proof.equivalent("Routh-Hurwitz: lambda > 0", nonzero, inside_left_half_plane(ADJUSTED_JACOBIAN), STABLE)
    proof.theorem("routh-hurwitz", "both eigenvalues have negative real part iff lambda > 0", [adjusted, *signs])
    moving = conjunction([compare(H, ">"), nonzero])
    inside = inside_unit_circle(sp.eye(2) + H * ADJUSTED_JACOBIAN)
    exact = proof.equivalent("Schur-Cohn: the steps", moving, inside, STEPS)
    proof.theorem("schur-cohn", "both multipliers are inside iff h (1 + lambda^2 a^2) < 2 lambda", [step, *exact])
    proof.region("the weights for which small steps converge", ADJUSTED, "condition", STABLE)


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues as printed, and the steps by their moduli."""
    polynomial = characteristic_polynomial(ADJUSTED_JACOBIAN)
    formula = proof.equal("the eigenvalues", polynomial, from_roots(PRINTED_EIGENVALUES))
    multiplier = 1 + H * PRINTED_EIGENVALUES[0]
    modulus = sp.expand(multiplier * conjugate(multiplier))
    known = conjunction([compare(H, ">"), compare(F1, "!="), STEPS])
    return proof.decide("the steps put |1 + h mu| below 1", known, compare(modulus, "<", 1)) and formula


LEMMA = Lemma(
    id="balduzzi2018-sga",
    source="Balduzzi et al. 2018, symplectic gradient adjustment; on the Dirac-GAN: derived here",
    printed=r"On the Dirac-GAN the adjusted field $\xi + \lambda A^T \xi$ has the eigenvalues $-\lambda f'(0)^2 \pm i "
    r"f'(0)$, and steps with $h (1 + \lambda^2 f'(0)^2) < 2 \lambda$ converge.",
    statement=r"The adjusted Jacobian has the eigenvalues $-\lambda f'(0)^2 \pm i f'(0)$, the same as ConOpt; small "
    r"simultaneous steps converge iff $\lambda > 0$, exactly those with $h (1 + \lambda^2 f'(0)^2) < 2 \lambda$.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="hand-built maps of random rules against floating-point spectra: `tests/symbolic/test_rule_spectra.py`",
)

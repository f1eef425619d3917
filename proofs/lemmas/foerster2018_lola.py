r"""LOLA and look-ahead gradients on the Dirac-GAN: -2 alpha a^2 +- i a and -alpha a^2 +- i a.

Statement. Let f'(0) = a != 0 and alpha > 0 the step that a player expects of its opponent. A player that takes the
opponent's step for given moves along v + alpha J_o v, J_o the off-diagonal blocks of v'; one that differentiates it
as well (LOLA) along v + alpha J_o v - alpha J_o^T c with c = (dC_D/dtheta, dC_G/dpsi). At (0, 0) their Jacobians have
the eigenvalues

    -alpha a^2 +- i a    and    -2 alpha a^2 +- i a,

and steps converge iff h (1 + alpha^2 a^2) < 2 alpha, or h (1 + 4 alpha^2 a^2) < 4 alpha. LOLA with alpha does what a
look-ahead gradient with 2 alpha does.

Derivation. Near (0, 0), v = J x with J = J_o = [[0, -a], [a, 0]], C_G = L = a theta psi = -C_D, so that
c = (-a psi, a theta) = J x; J_o J = -a^2 and J_o^T J = a^2.

What differs. Nothing.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import conjugate, from_roots, product
from .lemma import Lemma, Proof, Status

F1, ALPHA, H, THETA, PSI = sp.symbols("f1 alpha h theta psi", real=True)
GAME = {"parameters": {"alpha": "alpha > 0"}, "objective": {"f": "any", "assume": "f1 != 0"}}
AHEAD = GAME | {"training": {"update": "look-ahead-gradient", "opponent_rate": "alpha"}}
LOLA = GAME | {"training": {"update": "lola", "opponent_rate": "alpha"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
LOSS = F1 * THETA * PSI  # L to second order
AHEAD_EIGENVALUES = (-ALPHA * F1**2 + sp.I * F1, -ALPHA * F1**2 - sp.I * F1)
LOLA_EIGENVALUES = (-2 * ALPHA * F1**2 + sp.I * F1, -2 * ALPHA * F1**2 - sp.I * F1)
AHEAD_STEPS = compare(H * (1 + ALPHA**2 * F1**2), "<", 2 * ALPHA)
LOLA_STEPS = compare(H * (1 + 4 * ALPHA**2 * F1**2), "<", 4 * ALPHA)


def derive(proof: Proof) -> None:
    """Both fields to first order, and their steps."""
    state = sp.ImmutableMatrix([[THETA], [PSI]])
    proof.derived("the Jacobian of v at (0, 0)", AHEAD, "jacobian", JACOBIAN)
    costs = sp.ImmutableMatrix([[sp.diff(-LOSS, THETA)], [sp.diff(LOSS, PSI)]])
    proof.identity("c = (dC_D/dtheta, dC_G/dpsi) is J x", costs, product(JACOBIAN, state))
    ahead = JACOBIAN + ALPHA * JACOBIAN * JACOBIAN
    lola = ahead - ALPHA * JACOBIAN.T * JACOBIAN
    nonzero = conjunction([compare(H, ">"), compare(ALPHA, ">"), compare(F1, "!=")])
    for name, matrix, roots, steps in (
        ("look-ahead", ahead, AHEAD_EIGENVALUES, AHEAD_STEPS),
        ("LOLA", lola, LOLA_EIGENVALUES, LOLA_STEPS),
    ):
        polynomial = characteristic_polynomial(matrix)
        found = proof.identity(f"{name}: the eigenvalues", polynomial, from_roots(roots))
        multiplier = 1 + H * roots[0]
        inside = compare(sp.expand(multiplier * conjugate(multiplier)), "<", 1)
        exact = proof.equivalent(f"{name}: the multipliers 1 + h mu are inside", nonzero, inside, steps)
        proof.theorem("map-linear-stability", f"{name}: those steps converge linearly", [found, *exact])
    twice = ahead.xreplace({ALPHA: 2 * ALPHA})
    proof.identity("LOLA is the look-ahead gradient with 2 alpha", lola, twice)
    proof.derived("a look-ahead step by the rule", AHEAD, "update_jacobian", sp.eye(2) + H * ahead)


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts, and the steps that it finds from the rules themselves."""
    proof.region("look-ahead: the steps that converge", AHEAD, "step_size", AHEAD_STEPS)
    proof.region("LOLA: the steps that converge", LOLA, "step_size", LOLA_STEPS)
    ahead = proof.decides("look-ahead gradients converge", AHEAD, "converges")
    return proof.decides("LOLA converges", LOLA, "converges") and ahead


LEMMA = Lemma(
    id="foerster2018-lola",
    source="Foerster et al. 2018; Letcher et al. 2019 (LookAhead); on the Dirac-GAN: derived here",
    printed="On the Dirac-GAN players that take their opponent's learning into account, by LOLA or look-ahead "
    "gradients, "
    "converge for small steps.",
    statement=r"Look-ahead gradients have the eigenvalues $-\alpha f'(0)^2 \pm i f'(0)$, LOLA "
    r"$-2 \alpha f'(0)^2 \pm i f'(0)$; their steps converge iff $h (1 + \alpha^2 f'(0)^2) < 2 \alpha$, or "
    r"$h (1 + 4 \alpha^2 f'(0)^2) < 4 \alpha$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\alpha > 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    evidence="hand-built maps of random rules against floating-point spectra: `tests/symbolic/test_rule_spectra.py`",
)

r"""Lemma 3.3: zero-centered gradient penalties on the Dirac-GAN.

Statement. Let f'(0) != 0 and D be penalised by R(psi) = gamma/2 psi^2 (both R1 and R2 are that). v'(0, 0) has the
eigenvalues

    -gamma/2 +- sqrt(gamma^2/4 - f'(0)^2).

They both have negative real part iff gamma > 0; then the flow, and simultaneous and alternating gradient descent with
every small enough h, converge linearly. Exactly: the multipliers of simultaneous descent lie inside the unit circle iff

    h f'(0)^2 < gamma   and   2 h gamma < 4 + h^2 f'(0)^2,

those of alternating descent iff gamma > 0 and h^2 f'(0)^2 + 2 h gamma < 4. For gamma > 0 the eigenvalues meet iff
gamma = 2 |f'(0)|; v'(0, 0) is then one Jordan block.

Derivation. v = (-psi f'(theta psi), theta f'(theta psi) - gamma psi), v'(0, 0) = [[0, -f1], [f1, -gamma]].
Routh-Hurwitz asks for gamma > 0 and f1^2 > 0. Schur-Cohn on 1 + h v' asks for h gamma - h^2 f1^2 > 0 and
4 - 2 h gamma + h^2 f1^2 > 0; on the alternating map, with trace 2 - h gamma - h^2 f1^2 and determinant 1 - h gamma,
for 4 - 2 h gamma - h^2 f1^2 > 0. By Cayley-Hamilton, (v' + gamma/2)^2 = (gamma^2/4 - f1^2) 1.

What differs. Nothing in the lemma. The text after it calls the field "locally rotation free" at gamma = 2 |f'(0)|:
the eigenvalues are real, but the antisymmetric part of v' is [[0, -f1], [f1, 0]] for every gamma.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import COMPANION, from_roots, inside_left_half_plane, inside_unit_circle, product, same_spectrum
from .lemma import Lemma, Proof, Status

F1, GAMMA, H, ROOT = sp.symbols("f1 gamma h r", real=True)
R1 = {
    "parameters": {"gamma": "real"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}
R2 = R1 | {"penalty": {"discriminator": "gamma/2 * E_fake(norm(grad(D))**2)"}}
SIMULTANEOUS = R1 | {"training": {"update": "simultaneous"}}
ALTERNATING = R1 | {"training": {"update": "alternating"}}

ASSUMED = compare(F1, "!=")
STABLE = compare(GAMMA, ">")
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
RADICAND = GAMMA**2 / 4 - F1**2
EIGENVALUES = (-GAMMA / 2 + sp.sqrt(RADICAND), -GAMMA / 2 - sp.sqrt(RADICAND))
SIMULTANEOUS_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * GAMMA]])
ALTERNATING_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * GAMMA - H**2 * F1**2]])
SIMULTANEOUS_STEPS = conjunction([compare(H * F1**2, "<", GAMMA), compare(2 * H * GAMMA, "<", 4 + H**2 * F1**2)])
ALTERNATING_STEPS = compare(H**2 * F1**2 + 2 * H * GAMMA, "<", 4)
SMALL = conjunction([compare(H * F1**2, "<", GAMMA), compare(H * GAMMA, "<", 1), compare(H**2 * F1**2, "<", 1)])
CRITICAL = 2 * sp.Abs(F1)
PRINTED_EIGENVALUES = EIGENVALUES
PRINTED_STABLE = STABLE


def derive(proof: Proof) -> None:
    """The spectrum, its sign, the step sizes, and the critical weight."""
    rest = proof.derived("v vanishes at (0, 0)", R1, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", R1, "jacobian", JACOBIAN)
    proof.derived("the same on generated samples (R2)", R2, "jacobian", JACOBIAN)
    polynomial = from_roots(EIGENVALUES)
    proof.derived("its characteristic polynomial", R1, "characteristic_polynomial", polynomial)
    known = conjunction([ASSUMED, same_spectrum(JACOBIAN)])
    signs = proof.equivalent("Routh-Hurwitz holds iff gamma > 0", known, inside_left_half_plane(COMPANION), STABLE)
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [jacobian, *signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly if gamma > 0", [rest, hurwitz])
    positive = conjunction([ASSUMED, STABLE, compare(H, ">")])
    rules = (
        ("simultaneous", SIMULTANEOUS, SIMULTANEOUS_PERIOD, SIMULTANEOUS_STEPS),
        ("alternating", ALTERNATING, ALTERNATING_PERIOD, ALTERNATING_STEPS),
    )
    for name, proposal, period, steps in rules:
        map_ = proof.derived(f"the Jacobian of one period, {name}", proposal, "update_jacobian", period)
        known, inside = conjunction([positive, same_spectrum(period)]), inside_unit_circle(COMPANION)
        exact = proof.equivalent(f"Schur-Cohn for {name} descent: the step sizes", known, inside, steps)
        small = proof.implies("every small enough h is among them", conjunction([positive, SMALL]), steps)
        schur = proof.theorem("schur-cohn", "both multipliers are inside the unit circle", [map_, *exact, small])
        proof.theorem("map-linear-stability", f"{name} descent converges linearly", [rest, schur])
    meeting = conjunction([ASSUMED, STABLE])
    for relation, words in (("==", "meet"), ("<", "are not real"), (">", "are real and distinct")):
        weight = compare(GAMMA, relation, CRITICAL)
        proof.equivalent(f"where the eigenvalues {words}", meeting, compare(RADICAND, relation), weight)
    unit, block = sp.eye(2), JACOBIAN + GAMMA / 2 * sp.eye(2)
    proof.identity("v' + gamma/2 squares to 0 where they meet, and is not 0", product(block, block), RADICAND * unit)
    rotation = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
    halves = sp.Matrix.hstack(sp.eye(2), -sp.eye(2)) / 2
    part = product(halves, sp.Matrix.vstack(JACOBIAN, JACOBIAN.T))
    proof.identity("the antisymmetric part (v' - v'^T)/2, at every gamma", part, rotation)


def printed_holds(proof: Proof) -> bool:
    """Formula (8) by sum and product, and the larger real part, read off the formula."""
    total = sp.Add(*PRINTED_EIGENVALUES, evaluate=False)
    both = proof.equal("the two of formula (8) add up to the trace", total, JACOBIAN.trace()) and proof.equal(
        "and multiply to the determinant", sp.Mul(*PRINTED_EIGENVALUES, evaluate=False), JACOBIAN.det()
    )
    real = conjunction([compare(ROOT, ">="), compare(ROOT**2, "==", RADICAND)])
    neither = conjunction([compare(ROOT, "=="), compare(RADICAND, "<")])
    sign = proof.decide(
        "gamma > 0 is enough for negative real parts -gamma/2 +- r, r the real part of the square root",
        conjunction([ASSUMED, PRINTED_STABLE, disjunction([real, neither])]),
        compare(-GAMMA / 2 + ROOT, "<"),
    )
    return both and sign


LEMMA = Lemma(
    id="mescheder2018-lemma-3.3",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 3.3, eq. (7) and (8)",
    printed="The eigenvalues of the Jacobian of the gradient vector field for the gradient-regularized GAN, "
    r"$R(\psi) = \frac{\gamma}{2} \psi^2$, are $\lambda_{1/2} = -\frac{\gamma}{2} \pm \sqrt{\frac{\gamma^2}{4} - "
    r"f'(0)^2}$. In particular, for $\gamma > 0$ all have negative real part; hence, simultaneous and alternating "
    "gradient descent are both locally convergent for small enough learning rates.",
    statement=r"The eigenvalues are as printed; they have negative real part if and only if $\gamma > 0$. For $\gamma "
    r"> 0$ the multipliers are inside the unit circle iff $h f'(0)^2 < \gamma$ and $2 h \gamma < 4 + h^2 f'(0)^2$ "
    r"(simultaneous gradient descent), or $h^2 f'(0)^2 + 2 h \gamma < 4$ (alternating), which every small enough $h$ "
    r"satisfies; then training converges linearly. For $\gamma > 0$ the eigenvalues meet iff $\gamma = 2 |f'(0)|$, in "
    "one Jordan block.",
    assumptions=(r"$f'(0) \neq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    difference="nothing in the lemma; the text after it calls the field locally rotation free at gamma = 2 |f'(0)|, "
    "where the eigenvalues are real, but the antisymmetric part of v' does not depend on gamma",
)

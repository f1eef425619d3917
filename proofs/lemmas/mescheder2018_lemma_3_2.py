r"""Lemma 3.2: instance noise on the Dirac-GAN.

Statement. Let f'(0) != 0 and Gaussian noise of standard deviation sigma >= 0 be added to real and fake samples. The
Jacobian v'(0, 0) has the eigenvalues

    f''(0) sigma^2 +- sqrt(f''(0)^2 sigma^4 - f'(0)^2).

They both have negative real part iff f''(0) < 0 and sigma > 0; then the flow, and simultaneous and alternating
gradient descent with every small enough h, converge linearly. With g = -2 f''(0) sigma^2, the multipliers are inside
the unit circle iff h f'(0)^2 < g and 2 h g < 4 + h^2 f'(0)^2 (simultaneous), or g > 0 and h^2 f'(0)^2 + 2 h g < 4
(alternating). For f''(0) != 0 the eigenvalues meet iff sigma^2 |f''(0)| = |f'(0)|; they are not real below this noise
level and real above it.

Derivation. v = (-psi E f'(u), E (theta + sigma e) f'(u) - E sigma e f'(-psi sigma e)) with u = psi (theta + sigma e)
and e ~ N(0, 1); by E e^2 = 1, v'(0, 0) = [[0, -f1], [f1, 2 f2 sigma^2]]. Routh-Hurwitz asks for -2 f2 sigma^2 > 0 and
f1^2 > 0; Schur-Cohn on I + h v' and on the alternating map gives the step sizes.

What differs. Nothing in the lemma. The text after it says that sigma^2 = |f'(0)|/|f''(0)| and h = 1/|f'(0)| give
quadratic convergence: there F_h' is not 0, but its square is, so that two steps, not one, gain an order.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import from_roots, inside_left_half_plane, inside_unit_circle, product
from .lemma import Lemma, Proof, Status

F1, F2, SIGMA, H, W, ROOT = sp.symbols("f1 f2 sigma h w r", real=True)
NOISE = {
    "parameters": {"sigma": "sigma >= 0"},
    "objective": {"f": "any", "assume": "f1 != 0", "instance_noise": "sigma"},
}
SIMULTANEOUS = NOISE | {"training": {"update": "simultaneous"}}
ALTERNATING = NOISE | {"training": {"update": "alternating"}}

ASSUMED = conjunction([compare(F1, "!="), compare(SIGMA, ">=")])
STABLE = conjunction([compare(F2, "<"), compare(SIGMA, ">")])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * SIGMA**2]])
RADICAND = F2**2 * SIGMA**4 - F1**2
EIGENVALUES = (F2 * SIGMA**2 + sp.sqrt(RADICAND), F2 * SIGMA**2 - sp.sqrt(RADICAND))
DAMPING = -2 * F2 * SIGMA**2
SIMULTANEOUS_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * DAMPING]])
ALTERNATING_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * DAMPING - H**2 * F1**2]])
SIMULTANEOUS_STEPS = conjunction([compare(H * F1**2, "<", DAMPING), compare(2 * H * DAMPING, "<", 4 + H**2 * F1**2)])
ALTERNATING_STEPS = conjunction([compare(DAMPING, ">"), compare(H**2 * F1**2 + 2 * H * DAMPING, "<", 4)])
SMALL = conjunction([compare(H * F1**2, "<", DAMPING), compare(H * DAMPING, "<", 1), compare(H**2 * F1**2, "<", 1)])
LEVEL, CRITICAL = SIGMA**2 * sp.Abs(F2), sp.Abs(F1)
PRINTED_EIGENVALUES = EIGENVALUES
PRINTED_STABLE = STABLE


def derive(proof: Proof) -> None:
    """The spectrum, its sign, the step sizes, and the critical noise level."""
    rest = proof.derived("v vanishes at (0, 0)", NOISE, "value", sp.zeros(2, 1).as_immutable())
    jacobian = proof.derived("the Jacobian of v at (0, 0)", NOISE, "jacobian", JACOBIAN)
    polynomial = from_roots(EIGENVALUES)
    proof.derived("its characteristic polynomial", NOISE, "characteristic_polynomial", polynomial)
    stable = inside_left_half_plane(JACOBIAN)
    signs = proof.equivalent("Routh-Hurwitz holds iff f''(0) < 0 and sigma > 0", ASSUMED, stable, STABLE)
    hurwitz = proof.theorem("routh-hurwitz", "both eigenvalues have negative real part", [jacobian, *signs])
    proof.theorem("flow-linear-stability", "the flow converges linearly if f''(0) < 0 and sigma > 0", [rest, hurwitz])
    positive = conjunction([ASSUMED, compare(H, ">")])
    rules = (
        ("simultaneous", SIMULTANEOUS, SIMULTANEOUS_PERIOD, SIMULTANEOUS_STEPS),
        ("alternating", ALTERNATING, ALTERNATING_PERIOD, ALTERNATING_STEPS),
    )
    for name, proposal, period, steps in rules:
        map_ = proof.derived(f"the Jacobian of one period, {name}", proposal, "update_jacobian", period)
        inside = inside_unit_circle(period)
        exact = proof.equivalent(f"Schur-Cohn for {name} descent: the step sizes", positive, inside, steps)
        small = proof.implies("every small enough h is among them", conjunction([positive, STABLE, SMALL]), steps)
        schur = proof.theorem("schur-cohn", "both multipliers are inside the unit circle", [map_, *exact, small])
        proof.theorem("map-linear-stability", f"{name} descent converges linearly", [rest, schur])
    meeting = conjunction([ASSUMED, compare(F2, "!=")])
    for relation, words in (("==", "meet"), ("<", "are not real"), (">", "are real and distinct")):
        level = compare(LEVEL, relation, CRITICAL)
        proof.equivalent(f"where the eigenvalues {words}", meeting, compare(RADICAND, relation), level)
    critical = sp.ImmutableMatrix([[0, -F1], [F1, -2 * W]])  # w = |f'(0)| = -f''(0) sigma^2
    step = sp.eye(2) + critical / W
    proof.identity(
        "at the critical level, h = 1/w with w = |f'(0)|: the square of F_h' vanishes, F_h' does not",
        product(step, step),
        (1 - F1**2 / W**2) * sp.eye(2),
    )


def printed_holds(proof: Proof) -> bool:
    """Formula (6) by sum and product, and the larger real part, read off the formula."""
    total = sp.Add(*PRINTED_EIGENVALUES, evaluate=False)
    both = proof.equal("the two of formula (6) add up to the trace", total, JACOBIAN.trace()) and proof.equal(
        "and multiply to the determinant", sp.Mul(*PRINTED_EIGENVALUES, evaluate=False), JACOBIAN.det()
    )
    real = conjunction([compare(ROOT, ">="), compare(ROOT**2, "==", RADICAND)])
    neither = conjunction([compare(ROOT, "=="), compare(RADICAND, "<")])
    sign = proof.decide(
        "f''(0) < 0 and sigma > 0 are enough for negative real parts f''(0) sigma^2 +- r, r that of the square root",
        conjunction([ASSUMED, PRINTED_STABLE, disjunction([real, neither])]),
        compare(F2 * SIGMA**2 + ROOT, "<"),
    )
    return both and sign


LEMMA = Lemma(
    id="mescheder2018-lemma-3.2",
    source="Mescheder, Geiger & Nowozin 2018, Lemma 3.2, eq. (6)",
    printed=r"When using Gaussian instance noise with standard deviation $\sigma$, the eigenvalues of the Jacobian "
    r"of the gradient vector field are $\lambda_{1/2} = f''(0) \sigma^2 \pm \sqrt{f''(0)^2 \sigma^4 - f'(0)^2}$. In "
    r"particular, all have negative real part if $f''(0) < 0$ and $\sigma > 0$; hence, simultaneous and alternating "
    "gradient descent are both locally convergent for small enough learning rates.",
    statement=r"The eigenvalues are as printed; they have negative real part if and only if $f''(0) < 0$ and $\sigma "
    r"> 0$. With $g = -2 f''(0) \sigma^2$, the multipliers are inside the unit circle iff $h f'(0)^2 < g$ and $2 h g "
    "< 4 + h^2 f'(0)^2$ (simultaneous gradient descent), or $g > 0$ and $h^2 f'(0)^2 + 2 h g < 4$ (alternating), "
    r"which every small enough $h$ satisfies if $g > 0$; then training converges linearly. For $f''(0) \neq 0$ the "
    r"eigenvalues meet iff $\sigma^2 = |f'(0)|/|f''(0)|$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\sigma \geq 0$", "$h > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    difference="nothing in the lemma; the text after it promises quadratic convergence at the critical level with "
    "h = 1/|f'(0)|, but F_h' is nilpotent there and not 0, so that two steps gain an order, not one",
)

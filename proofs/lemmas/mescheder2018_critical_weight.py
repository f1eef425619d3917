r"""After Lemma 3.3: the critical weight gamma = 2 |f'(0)| of R1 and R2 on the Dirac-GAN.

Statement. Let f'(0) = a != 0 and gamma > 0. The two eigenvalues of v'(0, 0) = [[0, -a], [a, -gamma]] are real iff
gamma >= 2 |a|, and meet iff gamma = 2 |a|, at -|a|. There v' is one Jordan block, v'(0, 0) is not symmetric, and the
curl of v at (0, 0) is 2 a for every gamma. At that weight and h = 1/|a|, simultaneous descent has F' != 0 and F'^2 = 0:
two steps together converge superlinearly, one step does not. Alternating descent diverges there, with the multipliers
(-1 +- sqrt(5))/2; its F' is nilpotent at gamma = |a|, h = 1/|a| instead.

Derivation. theta -> -theta changes the sign of a, so let a > 0. The eigenvalues are -gamma/2 +- sqrt(gamma^2/4 - a^2),
(v' + a)^2 = 0 at gamma = 2 a, and v' + a = [[a, -a], [a, -a]]. With h a = 1 simultaneous descent has
F' = [[1, -1], [1, -1]], and alternating descent [[1, -1], [1, -2]], with z^2 + z - 1.

What differs. The eigenvalues are real beyond the critical weight, but the field keeps its rotation: it is "locally
rotation free" at no gamma.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, product
from .lemma import Erratum, Lemma, Proof, Status

A, F1, GAMMA, H = sp.symbols("a f1 gamma h", real=True)
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}
AT_CRITICAL = R1 | {  # f'(0) = 1/2
    "parameters": {"gamma": "gamma == 1", "h": "h == 2"},
    "objective": {"f": "standard"},
}

JACOBIAN = sp.ImmutableMatrix([[0, -A], [A, -GAMMA]])
CRITICAL = 2 * sp.Abs(F1)
RADICAND = GAMMA**2 / 4 - A**2
CURL = 2 * A
SIMULTANEOUS = sp.ImmutableMatrix([[1, -1], [1, -1]])  # a h = 1, gamma = 2 a
ALTERNATING = sp.ImmutableMatrix([[1, -1], [1, -2]])
MULTIPLIERS = ((-1 + sp.sqrt(5)) / 2, (-1 - sp.sqrt(5)) / 2)
NILPOTENT_WEIGHT = A  # for alternating descent
VERDICTS = {"alternating": "does-not-converge"}


def step(matrix: sp.ImmutableMatrix, player: int) -> sp.ImmutableMatrix:
    """1 + h v' in one player's row."""
    return (sp.eye(2) + H * sp.diag(1 - player, player) * matrix).as_immutable()


def derive(proof: Proof) -> None:
    """Where the eigenvalues meet, what is left of the rotation, and both rules at h = 1/|a|."""
    proof.derived("v'(0, 0)", R1, "jacobian", JACOBIAN.xreplace({A: F1}))
    mirror = sp.diag(-1, 1)
    proof.identity(
        "theta -> -theta changes the sign of a", product(mirror, JACOBIAN, mirror), JACOBIAN.xreplace({A: -A})
    )
    proof.region("where the eigenvalues meet", R1, "critical", compare(GAMMA, "==", CRITICAL))
    positive = conjunction([compare(GAMMA, ">"), compare(A, ">")])
    centred = JACOBIAN + GAMMA / 2 * sp.eye(2)
    proof.identity("(v' + gamma/2)^2 = tr^2/4 - det, with a > 0", product(centred, centred), RADICAND * sp.eye(2))
    proof.equivalent("where they are real", positive, compare(RADICAND, ">="), compare(GAMMA, ">=", 2 * A))
    block = JACOBIAN.subs({GAMMA: 2 * A}) + A * sp.eye(2)
    proof.identity("v' + a at the critical weight is not 0, its square is", product(block, block), sp.zeros(2, 2))
    proof.identity("the curl dv2/dtheta - dv1/dpsi, at every weight", JACOBIAN[1, 0] - JACOBIAN[0, 1], CURL)
    values = {GAMMA: 2 * A, H: 1 / A}
    sizes = sp.Matrix.hstack(sp.eye(2), H * sp.eye(2)).subs(values)
    once = product(sizes, sp.Matrix.vstack(sp.eye(2), JACOBIAN).subs(values))
    proof.identity("simultaneous descent at h = 1/a: F' = 1 + h v' is not 0", once, SIMULTANEOUS)
    twice = proof.identity(
        "two steps: F'^2 = 0, so that |F(F(x))| = O(|x|^2)", product(SIMULTANEOUS, SIMULTANEOUS), sp.zeros(2, 2)
    )
    proof.theorem("map-linear-stability", "both multipliers are 0: two steps are superlinear", [twice])
    period = product(*(step(JACOBIAN, player).subs(values) for player in (1, 0)))
    matrix = proof.identity("alternating descent there", period, ALTERNATING)
    roots = proof.identity("its multipliers", characteristic_polynomial(ALTERNATING), from_roots(MULTIPLIERS))
    outside = proof.implies("one is below -1", compare(A, ">"), compare(MULTIPLIERS[1], "<", -1))
    proof.theorem("map-linear-instability", "alternating descent diverges there", [matrix, roots, outside])
    other = {GAMMA: NILPOTENT_WEIGHT, H: 1 / A}
    players = (step(JACOBIAN, player).subs(other) for player in (1, 0))
    proof.identity("alternating descent has that nilpotent F' at gamma = a, h = 1/a", product(*players), SIMULTANEOUS)
    proof.judged("f'(0) = 1/2, gamma = 1, h = 2", AT_CRITICAL, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """Rotation free: the antisymmetric part vanishes."""
    critical = conjunction([compare(A, ">"), compare(GAMMA, "==", 2 * A)])
    symmetric = compare(JACOBIAN[1, 0], "==", JACOBIAN[0, 1])
    return proof.decide("v' is symmetric at the critical weight", critical, symmetric)


LEMMA = Lemma(
    id="mescheder2018-critical-weight",
    source="Mescheder, Geiger & Nowozin 2018, section 3.3 after Lemma 3.3",
    printed=r"There is a critical regularization parameter $\gamma_{critical} = 2 |f'(0)|$ that results in a locally "
    "rotation free vector field; it behaves like a normal optimization problem.",
    statement=r"The eigenvalues are real iff $\gamma \geq 2 |f'(0)|$ and meet at $\gamma = 2 |f'(0)|$, in one Jordan "
    r"block; the curl of $v$ at $(0, 0)$ is $2 f'(0)$ for every $\gamma$. There, with $h = 1/|f'(0)|$, simultaneous "
    r"descent has $F_h' \neq 0$ and $F_h'^2 = 0$: two steps converge superlinearly. Alternating descent has the "
    r"multipliers $(-1 \pm \sqrt 5)/2$ and diverges.",
    assumptions=("$f'(0) \\neq 0$", r"$\gamma > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the eigenvalues are real, but v' keeps its antisymmetric part",
    errata=(
        Erratum(
            where="section 3.3, after Lemma 3.3",
            failing=r"$\gamma = 2 |f'(0)|$ results in a locally rotation free vector field",
            right=r"the eigenvalues are real; $\mathrm{curl}\, v = 2 f'(0)$ at every $\gamma$, and $v'$ is defective",
            seen="the off-diagonal entries of $v'(0, 0)$",
        ),
    ),
)

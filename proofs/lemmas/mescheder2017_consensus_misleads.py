r"""Numerics of GANs, a caution: consensus optimisation can make a bad stationary point attractive.

Statement. Let v(x*) = 0 and let J = v'(x*) be symmetric with a positive eigenvalue (x* repels). Consensus optimisation
has the eigenvalue m - gamma m^2 for every eigenvalue m of J. So x* repels as long as gamma < 1/m for some m > 0, and
attracts if gamma > 1/m for every m > 0 and all others are negative: at J = diag(1, 2) gamma = 3/5 gives
diag(2/5, -2/5), which still repels, and gamma = 2 gives diag(-1, -6), which attracts.

Derivation. J v = m v gives (J - gamma J^2) v = (m - gamma m^2) v, and a symmetric J has a basis of eigenvectors.
L = -theta^2/2 + psi^2 is a loss with J = diag(1, 2): G descends from its maximum, D ascends from its minimum. For large
gamma the penalty |v|^2/2 wins, and it is least at every stationary point alike. Where J + J^T <= 0 this cannot
happen (consensus lemma): nothing there is repelled by v.

What differs. "Consensus optimisation keeps the equilibria": it has no new stationary points where 1 - gamma v'^T is
invertible, but it does change which of them attract.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, product
from .lemma import Erratum, Lemma, Proof, Status

M, GAMMA, THETA, PSI = sp.symbols("m gamma theta psi", real=True)
J, V = sp.symbols("J v", commutative=False)
FIELD = {"field": {"theta": "theta", "psi": "2*psi"}, "training": {"update": "simultaneous"}}
WEAK = FIELD | {"training": {"update": "consensus", "consensus_weight": "3/5"}}
CONSENSUS = FIELD | {"training": {"update": "consensus", "consensus_weight": "2"}}

LOSS = -(THETA**2) / 2 + PSI**2
JACOBIAN = sp.ImmutableMatrix([[1, 0], [0, 2]])
EIGENVALUES = (sp.Integer(1), sp.Integer(2))
WEIGHT = sp.Integer(2)
MOVED = sp.ImmutableMatrix([[-1, 0], [0, -6]])
MOVED_EIGENVALUES = (-sp.Integer(1), -sp.Integer(6))
EIGENVALUE = M - GAMMA * M**2
REPELS = compare(GAMMA * M, "<", 1)
ATTRACTS = compare(GAMMA * M, ">", 1)
VERDICT_WITHOUT, VERDICT_WITH = "does-not-converge", "converges"
PRINTED_WEIGHT = GAMMA  # any weight


def derive(proof: Proof) -> None:
    """The eigenvalues in words, the example, and the engine on both rules."""
    vector = proof.identity(
        "J = J^T: J v = m v gives (J - gamma J^2) v = (m - gamma m^2) v",
        (J - GAMMA * J * J) * V - EIGENVALUE * V,
        (1 - GAMMA * M - GAMMA * J) * (J * V - M * V),
    )
    positive = conjunction([compare(M, ">"), compare(GAMMA, ">")])
    repels = proof.equivalent("where consensus keeps a repelling direction", positive, compare(EIGENVALUE, ">"), REPELS)
    turns = proof.equivalent("where it turns one", positive, compare(EIGENVALUE, "<"), ATTRACTS)
    inward = conjunction([compare(M, "<"), compare(GAMMA, ">")])
    stays = proof.implies("it keeps every attracting one", inward, compare(EIGENVALUE, "<"))
    proof.theorem("flow-linear-instability", "x* repels while gamma < 1/m for some m > 0", [vector, *repels])
    proof.theorem(
        "flow-linear-stability",
        "x* attracts if gamma > 1/m for every m > 0 and the others are negative: the eigenvectors of J are a basis",
        [vector, *turns, stays],
    )
    point = sp.ImmutableMatrix([THETA, PSI])
    field = sp.ImmutableMatrix([-sp.diff(LOSS, THETA), sp.diff(LOSS, PSI)])
    proof.identity(
        "v = (-dL/dtheta, dL/dpsi) = J (theta, psi) for L = -theta^2/2 + psi^2", product(JACOBIAN, point), field
    )
    matrix = proof.derived("its Jacobian", FIELD, "jacobian", JACOBIAN)
    roots = proof.identity("J's eigenvalues are 1 and 2", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES))
    proof.theorem("flow-linear-instability", "v leaves (0, 0)", [matrix, roots])
    factor = (sp.eye(2) - WEIGHT * JACOBIAN.T).as_immutable()
    moved = proof.identity("J - gamma J^T J = (1 - gamma J^T) J at gamma = 2", product(factor, JACOBIAN), MOVED)
    polynomial = characteristic_polynomial(MOVED)
    signs = proof.identity("its eigenvalues are -1 and -6", polynomial, from_roots(MOVED_EIGENVALUES))
    proof.theorem("flow-linear-stability", "consensus optimisation is attracted", [moved, signs])
    proof.decided("simultaneous descent", FIELD, VERDICT_WITHOUT)
    proof.decided("consensus optimisation with gamma = 3/5, between 1/2 and 1", WEAK, VERDICT_WITHOUT)
    proof.decided("consensus optimisation with gamma = 2", CONSENSUS, VERDICT_WITH, "linear")


def printed_holds(proof: Proof) -> bool:
    """Whether a direction that v leaves is left with every weight."""
    positive = conjunction([compare(M, ">"), compare(PRINTED_WEIGHT, ">")])
    return proof.decide("consensus optimisation leaves what v leaves", positive, compare(EIGENVALUE, ">="))


LEMMA = Lemma(
    id="mescheder2017-consensus-misleads",
    source="said of Mescheder, Nowozin & Geiger 2017, section 4; the example is derived here",
    printed="Consensus optimization does not change which stationary points are equilibria: a point that repels the "
    "gradient vector field repels consensus optimization as well.",
    statement=r"For an eigenvalue $m$ of $J = v'(x^*)$ consensus optimization has $m - \gamma m^2$. With some $m > 0$ "
    r"$x^*$ repels $v$'s flow; it repels consensus optimization as long as $\gamma < 1/m$ for some $m > 0$, and "
    r"attracts it if $\gamma > 1/m$ for every $m > 0$ and all other $m$ are negative: $J = \mathrm{diag}(1, 2)$ and "
    r"$\gamma = 2$ give $\mathrm{diag}(-1, -6)$.",
    assumptions=("$v(x^*) = 0$", "$v'(x^*)$ symmetric", r"$\gamma > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="a weight above 1/m for every eigenvalue m > 0, with all others negative, makes a stationary point "
    "attractive that v leaves: at diag(1, 2) both players are at their worst",
    errata=(
        Erratum(
            where="readings of consensus optimization",
            failing="a point that repels $v$ repels consensus optimization",
            right=r"for a symmetric $v'$ as long as $\gamma < 1/m$ for some eigenvalue $m > 0$; it attracts if "
            r"$\gamma > 1/m$ for every $m > 0$ and all other eigenvalues are negative",
            seen=r"$J = \mathrm{diag}(1, 2)$, $\gamma = 2$: $J - \gamma J^T J = \mathrm{diag}(-1, -6)$",
            said=True,
        ),
    ),
)

r"""Numerics of GANs, a caution: consensus optimisation can make a bad stationary point attractive.

Statement. Let v(x*) = 0 and let v'(x*) be symmetric with an eigenvalue m > 0 (x* repels: a player is at its worst).
Consensus optimisation has m - gamma m^2 < 0 there iff gamma > 1/m. So a large gamma attracts to points that v itself
leaves: J = diag(1, 2) and gamma = 2 give J - gamma J^T J = diag(-1, -6).

Derivation. L = -theta^2/2 + psi^2 is a loss with that J: G descends from its maximum, D ascends from its minimum. For
large gamma the penalty |v|^2/2 wins, and it is least at every stationary point alike. Where J + J^T <= 0 this cannot
happen (consensus lemma): nothing there is repelled by v.

What differs. "Consensus optimisation keeps the equilibria": it has no new stationary points where 1 - gamma v'^T is
invertible, but it does change which of them attract.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane
from .lemma import Erratum, Lemma, Proof, Status

M, GAMMA, THETA, PSI = sp.symbols("m gamma theta psi", real=True)
FIELD = {"field": {"theta": "theta", "psi": "2*psi"}, "training": {"update": "simultaneous"}}
CONSENSUS = FIELD | {"training": {"update": "consensus", "consensus_weight": "2"}}

LOSS = -(THETA**2) / 2 + PSI**2
JACOBIAN = sp.ImmutableMatrix([[1, 0], [0, 2]])
WEIGHT = sp.Integer(2)
MOVED = sp.ImmutableMatrix([[-1, 0], [0, -6]])
ATTRACTS = compare(GAMMA * M, ">", 1)
VERDICT_WITHOUT, VERDICT_WITH = "does-not-converge", "converges"
PRINTED_WEIGHT = GAMMA  # any weight


def derive(proof: Proof) -> None:
    """One direction, the example, and the engine on both rules."""
    field = sp.ImmutableMatrix([-sp.diff(LOSS, THETA), sp.diff(LOSS, PSI)])
    proof.identity("v' of the loss", field.jacobian([THETA, PSI]), JACOBIAN)
    matrix = proof.derived("the same as a field", FIELD, "jacobian", JACOBIAN)
    repels = proof.implies("one of its eigenvalues is positive", compare(GAMMA, ">"), compare(JACOBIAN[0, 0], ">"))
    proof.theorem("flow-linear-instability", "v leaves (0, 0)", [matrix, repels])
    positive = conjunction([compare(M, ">"), compare(GAMMA, ">")])
    proof.equivalent("where consensus turns a repelling direction", positive, compare(M - GAMMA * M**2, "<"), ATTRACTS)
    moved = proof.identity("J - gamma J^T J at gamma = 2", JACOBIAN - WEIGHT * JACOBIAN.T * JACOBIAN, MOVED)
    signs = proof.implies("both eigenvalues are negative", compare(GAMMA, ">"), inside_left_half_plane(MOVED))
    proof.theorem("flow-linear-stability", "consensus optimisation is attracted", [moved, signs])
    proof.decided("simultaneous descent", FIELD, VERDICT_WITHOUT)
    proof.decided("consensus optimisation with gamma = 2", CONSENSUS, VERDICT_WITH, "linear")


def printed_holds(proof: Proof) -> bool:
    """Whether a direction that v leaves is left with every weight."""
    positive = conjunction([compare(M, ">"), compare(PRINTED_WEIGHT, ">")])
    return proof.decide("consensus optimisation leaves what v leaves", positive, compare(M - GAMMA * M**2, ">="))


LEMMA = Lemma(
    id="mescheder2017-consensus-misleads",
    source="said of Mescheder, Nowozin & Geiger 2017, section 4; the example is derived here",
    printed="Consensus optimization does not change which stationary points are equilibria: a point that repels the "
    "gradient vector field repels consensus optimization as well.",
    statement=r"A direction with the eigenvalue $m > 0$ of a symmetric $v'(x^*)$ is repelling for $v$, and attracting "
    r"for consensus optimization iff $\gamma > 1/m$: $J = \mathrm{diag}(1, 2)$ and $\gamma = 2$ give "
    r"$\mathrm{diag}(-1, -6)$.",
    assumptions=("$v(x^*) = 0$", r"$\gamma > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="a weight above 1/m makes a stationary point attractive at which a player is at its worst",
    errata=(
        Erratum(
            where="readings of consensus optimization",
            failing="a point that repels $v$ repels consensus optimization",
            right=r"only for $\gamma \leq 1/m$, $m$ its largest eigenvalue",
            seen=r"$J = \mathrm{diag}(1, 2)$, $\gamma = 2$: $J - \gamma J^T J = \mathrm{diag}(-1, -6)$",
        ),
    ),
)

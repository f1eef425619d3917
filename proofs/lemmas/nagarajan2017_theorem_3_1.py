r"""Theorem 3.1: GAN training without a penalty is locally stable where D sees all that G does.

Statement. At an equilibrium let v' = [[0, -K^T], [K, -Q]], with Q = -K_DD symmetric and positive definite and K = K_DG
of full column rank. Every eigenvalue of v' has negative real part, and the flow converges exponentially. Where the
equilibria form a manifold, with v = 0 on it and v' of this form on the quotient by its tangent space, the flow
converges to the manifold at a linear rate. With f'(0) != 0 and f''(0) < 0 this is so, under Assumptions I and III of
Mescheder et al. 2018, for data and samples with densities on one support, Q = -2 f''(0) E[d_psi D d_psi D^T]; on the
uniform example Q = -2 f''(0)/5 and K = 2 f'(0)/3.

Derivation. Let (x, y) be an eigenvector, (x*, y*) its conjugate transpose. Since v' + v'^T = -diag(0, 2 Q),

    2 Re(lambda) (|x|^2 + |y|^2) = (x*, y*) (v' + v'^T) (x, y) = -2 y* Q y.

So Re(lambda) < 0 unless y = 0; then the second row of v' (x, y) = lambda (x, y) is K x = 0, and x = 0 by rank: no
eigenvector.

What differs. Nothing: L_DD = 0 here. Without densities Q is only semi-definite, and on the Dirac-GAN it is 0: the case
that Mescheder et al. 2018 look at.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_left_half_plane, product
from .lemma import Lemma, Proof, Status

K, KT, Q, X, Y, XS, YS = sp.symbols("K Kt Q x y xs ys", commutative=False)
RE, SIZE, DAMPING, F1, F2 = sp.symbols("re size damping f1 f2", real=True)
UNREGULARISED = {"objective": {"assume": "f1 != 0 and f2 < 0"}}
UNIFORM = {**UNREGULARISED, "game": {"prototype": "uniform"}}

JACOBIAN = sp.ImmutableMatrix([[0, -KT], [K, -Q]])
TRANSPOSED = sp.ImmutableMatrix([[0, KT], [-K, -Q]])
UNIFORM_JACOBIAN = sp.ImmutableMatrix([[0, -2 * F1 / 3], [2 * F1 / 3, 2 * F2 / 5]])
ASSUMED = conjunction([compare(F1, "!="), compare(F2, "<")])
CASE = "converges"


def derive(proof: Proof) -> None:
    """The spectrum of the block matrix, then all data with densities, and the uniform example."""
    vector, adjoint = sp.ImmutableMatrix([X, Y]), sp.ImmutableMatrix([[XS, YS]])
    halves = [(adjoint * half * vector)[0, 0] for half in (JACOBIAN, TRANSPOSED)]
    form = proof.identity(
        "(x*, y*) v' (x, y) + (x*, y*) v'^T (x, y) = -2 y* Q y, for blocks of any size",
        sp.Add(*halves, evaluate=False),
        -2 * YS * Q * Y,
    )
    known = conjunction([compare(RE * SIZE, "==", -DAMPING), compare(SIZE, ">")])
    damped = conjunction([known, compare(DAMPING, ">")])
    negative = proof.implies("with y != 0, y* Q y > 0: negative real part", damped, compare(RE, "<"))
    rank = proof.identity(
        "with y = 0 the rows are (0, K x): so K x = 0, and x = 0 by full column rank",
        product(JACOBIAN, sp.ImmutableMatrix([X, sp.Integer(0)])),
        sp.ImmutableMatrix([sp.Integer(0), K * X]),
    )
    spectrum = [form, negative, rank]
    proof.theorem("flow-linear-stability", "the flow converges exponentially to the equilibrium", spectrum)
    proof.theorem(
        "manifold-linear-stability",
        "where v = 0 on a manifold and these are the blocks on the quotient by its tangent space: it converges to that",
        spectrum,
    )
    proof.case(
        "the GAN without a penalty, Assumptions I and III, densities on one support",
        UNREGULARISED,
        "absolutely_continuous",
        CASE,
    )
    proof.derived("the uniform example, Q = -2 f''(0)/5 and K = 2 f'(0)/3", UNIFORM, "jacobian", UNIFORM_JACOBIAN)
    proof.decided("it converges", UNIFORM, "converges", "linear")


def printed_holds(proof: Proof) -> bool:
    """One parameter each: Routh-Hurwitz on [[0, -k], [k, -q]], and on the uniform example."""
    k, q = sp.symbols("k q", real=True)
    block = sp.ImmutableMatrix([[0, -k], [k, -q]])
    conditions = conjunction([compare(q, ">"), compare(k, "!=")])
    stable = proof.decide("q > 0 and k != 0 are stable", conditions, inside_left_half_plane(block))
    exact = proof.decide("nothing else is", inside_left_half_plane(block), conditions)
    uniform = inside_left_half_plane(UNIFORM_JACOBIAN)
    return stable and exact and proof.decide("the uniform example is stable", ASSUMED, uniform)


LEMMA = Lemma(
    id="nagarajan2017-theorem-3.1",
    source="Nagarajan & Kolter 2017, Theorem 3.1",
    printed="Under curvature and rank conditions at the equilibrium ($K_{DD}$ negative definite and $K_{DG}$ of full "
    "column rank, modulo the manifold of equilibria) the traditional GAN is locally exponentially stable.",
    statement=r"$v' = \begin{pmatrix} 0 & -K_{DG}^T \\ K_{DG} & K_{DD} \end{pmatrix}$ with $K_{DD} < 0$ and $K_{DG}$ "
    "of full column rank has only eigenvalues with negative real part: the flow converges exponentially, where "
    r"equilibria form a manifold to that. For $f'(0) \neq 0$ and $f''(0) < 0$ training converges under Assumptions I "
    "and III, with densities on one support; the uniform example has $K_{DD} = \\frac{2}{5} f''(0)$ and $K_{DG} = "
    r"\frac{2}{3} f'(0)$.",
    assumptions=(
        "$v(x^*) = 0$",
        "$K_{DD} < 0$",
        "$K_{DG}$ has full column rank",
        "where equilibria form a manifold: $v = 0$ on it, the blocks are those on the quotient by its tangent space",
        "for the objectives: $f'(0) \\neq 0$, $f''(0) < 0$, Assumptions I and III of Mescheder et al. 2018, data and "
        "samples with densities on one support",
    ),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

r"""RpGAN without a penalty: a centre, wherever the data are.

Statement. Let f'(0) != 0 and L = E[f(D(fake) - D(real))]. With D = psi x, generator theta and the data at c, v'(c, 0)
has the eigenvalues +- i f'(0) for every c, and (theta - c)^2 + psi^2 is constant along the flow. Simultaneous steps
of any fixed size diverge; alternating steps converge for some f and not for others. The unpaired GAN at c != 0 has v'
= [[0, -a], [a, 2 b c^2]] (a = f'(0), b = f''(0)) instead, and converges linearly for b < 0.

In general K_DD = f''(0) E[(u - w)(u - w)^T] = 2 f''(0) Cov(d_psi D), where u = d_psi D(x), w = d_psi D(y) at
independent data x, y. So f'' damps no direction in which d_psi D is constant on the data: the mean is undamped.

Derivation. D(fake) - D(real) = psi (theta - c), so that v = (-psi s, (theta - c) s) with s = f'(psi (theta - c)), and
(theta - c) v1 + psi v2 = 0. For independent u, w of second moment M and mean m, E[(u - w)(u - w)^T] = M - m m^T - m
m^T + M, and the covariance is E[(u - m)(u - m)^T] = M - m m^T - m m^T + m m^T.

What differs. Nothing: "not always" is right, and on point masses it is never for the flow.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots
from .lemma import Lemma, Proof, Status

F1, F2, C, H, THETA, PSI, S = sp.symbols("f1 f2 c h theta psi s", real=True)
U, W, UT, WT, M, MEAN, MEAN_T = sp.symbols("u w ut wt M m mt", commutative=False)
AT_C = {"parameters": {"c": "real"}, "game": {"data": "c"}}
RPGAN = AT_C | {"objective": {"pairing": "relativistic"}}
AT_0 = {"objective": {"pairing": "relativistic"}}

FIELD = sp.ImmutableMatrix([[-PSI * S], [THETA * S]])
JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
UNPAIRED = sp.ImmutableMatrix([[0, -F1], [F1, 2 * F2 * C**2]])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
FIRST_INTEGRAL = (THETA - C) ** 2 + PSI**2
SQUARE = {U * UT: 1, U * WT: -1, W * UT: -1, W * WT: 1}  # the words of (u - w)(u - w)^T
MEANS = {U * UT: M, W * WT: M, U * WT: MEAN * MEAN_T, W * UT: MEAN * MEAN_T}
PAIRED_MOMENT = M - MEAN * MEAN_T - MEAN * MEAN_T + M
COVARIANCE = M - MEAN * MEAN_T - MEAN * MEAN_T + MEAN * MEAN_T
FACTOR = 2
VERDICTS = {"flow": "does-not-converge", "simultaneous": "does-not-converge"}
ALTERNATING = {"t - t**2 - t**3": "does-not-converge", "squared-hellinger": "converges"}


def derive(proof: Proof) -> None:
    """The centre at every c, its first integral, the rules, and the covariance."""
    proof.derived("v with the data at 0, s = f'(theta psi)", AT_0, "vector_field", FIELD)
    proof.derived("the Jacobian with the data at 0", AT_0, "jacobian", JACOBIAN)
    proof.derived("the Jacobian with the data at c", RPGAN, "jacobian", JACOBIAN)
    proof.derived("the same without pairing", AT_C, "jacobian", UNPAIRED)
    field = FIELD.xreplace({THETA: THETA - C})
    gradient = [sp.diff(FIRST_INTEGRAL, x) for x in (THETA, PSI)]
    change = gradient[0] * field[0] + gradient[1] * field[1]
    flat = proof.identity("(theta - c)^2 + psi^2 does not change along v", change, sp.Integer(0))
    away = disjunction([compare(PSI, "!="), compare(THETA, "!=", C)])
    level = proof.implies("it is positive off (c, 0)", away, compare(FIRST_INTEGRAL, ">"))
    proof.theorem("first-integral", "no trajectory tends to (c, 0)", [flat, level])
    proof.judged("RpGAN with the data at 0", AT_0, **VERDICTS)
    for name, verdict in ALTERNATING.items():
        game = {"objective": {"f": name, "pairing": "relativistic"}, "training": {"update": "alternating"}}
        proof.decided(f"alternating steps, f {name}", game, verdict)
    direction, first, second, other = sp.symbols("p first second bend", real=True)
    output = (first - second) * direction + other * direction**2 / 2  # bend = d2D(x) - d2D(y), of mean 0
    loss = F1 * output + F2 * output**2 / 2
    curvature = F2 * (first - second) ** 2 + F1 * other
    words = "along a direction of psi: L's second derivative before the mean; that of d2D(x) - d2D(y) is 0"
    proof.identity(words, sp.diff(loss, direction, 2).subs(direction, 0), curvature)
    words = sp.Add(*(sign * word for word, sign in SQUARE.items()))
    proof.identity("(u - w)(u - w)^T in words", (U - W) * (UT - WT), words)
    proof.identity(
        "its mean: u u^T and w w^T have the mean M, and by independence u w^T and w u^T have m m^T",
        sp.Add(*(sign * MEANS[word] for word, sign in SQUARE.items())),
        PAIRED_MOMENT,
    )
    proof.identity("it is twice the covariance", PAIRED_MOMENT, FACTOR * COVARIANCE)


def printed_holds(proof: Proof) -> bool:
    """The eigenvalues by their polynomial; "not always" by exactly computed growth of simultaneous steps."""
    formula = proof.equal(
        "the eigenvalues are +- i f'(0)", characteristic_polynomial(JACOBIAN), from_roots(EIGENVALUES)
    )
    step = FIELD.xreplace({THETA: THETA - C}) * H + sp.ImmutableMatrix([THETA - C, PSI])
    growth = (step.T * step)[0] - FIRST_INTEGRAL
    moving = conjunction([compare(H, ">"), compare(S, "!="), compare(FIRST_INTEGRAL, ">")])
    return proof.decide("every simultaneous step moves away from (c, 0)", moving, compare(growth, ">")) and formula


LEMMA = Lemma(
    id="huang2024-rpgan",
    source="Huang et al. 2024, appendix B (RpGAN without regularisation); the data at c and the covariance: derived "
    "here",
    printed=r"RpGAN without regularisation does not always converge: on the Dirac-GAN its eigenvalues are "
    r"$\pm i f'(0)$.",
    statement=r"With the data at $c$ the eigenvalues are $\pm i f'(0)$ for every $c$, $(\theta - c)^2 + \psi^2$ is "
    "constant along the flow, and simultaneous steps move away from the equilibrium; alternating steps converge for "
    r"some $f$ only. The unpaired GAN has $2 f''(0) c^2$ in the lower right entry instead of $0$. In general "
    r"$K_{DD} = 2 f''(0)\, \mathrm{Cov}(\nabla_\psi D)$: directions in which $\nabla_\psi D$ is constant on the data "
    "are not damped.",
    assumptions=(r"$f'(0) \neq 0$", "$f''(0) < 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
    difference="nothing; relativistic pairing takes away the damping that f'' gives the unpaired GAN off the origin",
)

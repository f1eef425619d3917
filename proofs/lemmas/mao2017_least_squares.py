r"""Least-squares GANs on the Dirac-GAN: the labels decide.

Statement. D has the targets a on generated and b on real samples, G the target c for generated ones; D = psi x, u =
theta psi, and the data are at 0.

- (a, b, c) = (-1, 1, 1), not zero-sum: eigenvalues +- i and d/dt (theta^2 + psi^2)/2 = -2 u^2; the flow and
  alternating steps converge at a sublinear rate, simultaneous steps do not.
- (-1, 1, 0): v' = [[0, 0], [1, 0]] up to a sign, nilpotent; theta = 0 is a line of equilibria with any D. Near its
  points with psi != 0 theta tends to 0, the right generator, and psi to a value that need not be 0; (0, 0) itself
  attracts no neighbourhood.
- (0, 1, 1): D = 1/2 is the equilibrium output, which psi x does not have at 0. As it stands v' is nilpotent and psi =
  0 a line of equilibria with any generator; with D = 1/2 + psi x it is a centre and the flow converges at a sublinear
  rate.
- The minimax form, f(t) = -(t - 1)^2/2: f'(1) = 0, so that every point of theta psi = 1 is a further equilibrium,
  with a wrong generator; (0, 0) is a centre and neither the flow nor simultaneous or alternating steps converge.

Derivation. With D high on generated samples (D -> -D): v1 = -psi (u + c), v2 = theta (-a - u) for b = -a = 1; so
theta v1 + psi v2 = -2 u^2 at c = 1, and v1 = -psi u at c = 0. (0, 1, 1): v1 = (1 - u) psi, v2 = -theta u.

What differs. The labels (-1, 1, 0) and (0, 1, 1) are proposed side by side; the former do not converge to (0, 0).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots
from .lemma import Erratum, Lemma, Proof, Status

THETA, PSI = sp.symbols("theta psi", real=True)
U = THETA * PSI
TARGETS = {"fake": "-(t - 1)**2/2", "real": "-(t + 1)**2/2"}  # D high on generated samples
SYMMETRIC = {"objective": TARGETS | {"generator": "(t + 1)**2/2"}}
TO_ZERO = {"objective": TARGETS | {"generator": "t**2/2"}}
UNBIASED = {"field": {"theta": "(1 - theta*psi)*psi", "psi": "-theta**2*psi"}}
BIASED = {"objective": {"fake": "-t**2/2", "real": "-(t - 1)**2/2", "generator": "(t - 1)**2/2"}}
MINIMAX = {"objective": {"f": "least-squares"}}

SYMMETRIC_FIELD = sp.ImmutableMatrix([[-PSI * (U + 1)], [THETA * (1 - U)]])
TO_ZERO_FIELD = sp.ImmutableMatrix([[-PSI * U], [THETA * (1 - U)]])
MINIMAX_FIELD = sp.ImmutableMatrix([[-PSI * (1 - U)], [THETA * (1 - U)]])
ENERGY_RATE = -2 * U**2
ON_AXIS = (-(PSI**2), sp.Integer(0))
CENTRE = sp.ImmutableMatrix([[0, -1], [1, 0]])
NILPOTENT = sp.ImmutableMatrix([[0, 0], [1, 0]])
UNBIASED_NILPOTENT = sp.ImmutableMatrix([[0, 1], [0, 0]])
SYMMETRIC_RULES = {"flow": "converges sublinear", "simultaneous": "does-not-converge", "alternating": "converges"}
NO_RULE = {"flow": "does-not-converge", "simultaneous": "does-not-converge", "alternating": "does-not-converge"}
PRINTED = ((BIASED, "(0, 1, 1)"), (TO_ZERO, "(-1, 1, 0)"))
PRINTED_VERDICT = "converges"


def derive(proof: Proof) -> None:
    """The four games."""
    proof.derived("(-1, 1, 1): v", SYMMETRIC, "vector_field", SYMMETRIC_FIELD)
    proof.derived("(-1, 1, 1): its Jacobian", SYMMETRIC, "jacobian", CENTRE)
    proof.derived("its eigenvalues", SYMMETRIC, "characteristic_polynomial", from_roots((sp.I, -sp.I)))
    change = THETA * SYMMETRIC_FIELD[0] + PSI * SYMMETRIC_FIELD[1]
    proof.identity("d/dt (theta^2 + psi^2)/2", change, ENERGY_RATE)
    off_axes = conjunction([compare(THETA, "!="), compare(PSI, "!=")])
    proof.implies("it is negative off the axes", off_axes, compare(ENERGY_RATE, "<"))
    proof.judged("(-1, 1, 1)", SYMMETRIC, **SYMMETRIC_RULES)
    proof.derived("(-1, 1, 0): v", TO_ZERO, "vector_field", TO_ZERO_FIELD)
    proof.derived("(-1, 1, 0): its Jacobian is nilpotent", TO_ZERO, "jacobian", NILPOTENT)
    nothing = sp.zeros(2, 1).as_immutable()
    on_line = TO_ZERO_FIELD.xreplace({THETA: sp.Integer(0)})
    line = proof.identity("(-1, 1, 0): v vanishes on theta = 0", on_line, nothing)
    proof.theorem("equilibrium-line", "(-1, 1, 0) does not converge to (0, 0)", [line])
    matrix = TO_ZERO_FIELD.jacobian([THETA, PSI]).xreplace({THETA: sp.Integer(0)})
    on_axis = proof.identity("its eigenvalues on theta = 0", characteristic_polynomial(matrix), from_roots(ON_AXIS))
    falls = proof.implies("one is negative off (0, 0)", compare(PSI, "!="), compare(ON_AXIS[0], "<"))
    words = "theta = 0 attracts off (0, 0): the generator is right there, and D is any"
    proof.theorem("manifold-linear-stability", words, [line, on_axis, falls])
    proof.derived("(0, 1, 1) without a bias: the Jacobian is nilpotent", UNBIASED, "jacobian", UNBIASED_NILPOTENT)
    proof.judged("(0, 1, 1) without a bias", UNBIASED, flow="does-not-converge", simultaneous="does-not-converge")
    proof.derived("(0, 1, 1), D = 1/2 + psi x: a centre", BIASED, "jacobian", -CENTRE / 2)
    proof.derived("minimax: v", MINIMAX, "vector_field", MINIMAX_FIELD)
    on_curve = MINIMAX_FIELD.xreplace({THETA: 1 / PSI})
    proof.identity("minimax: v vanishes on theta psi = 1", on_curve, nothing)
    proof.judged("minimax", MINIMAX, **NO_RULE)


def printed_holds(proof: Proof) -> bool:
    """Both proposed choices under the flow."""
    verdicts = [
        proof.decides(
            f"the flow with the labels {labels} converges", game | {"training": {"update": "flow"}}, PRINTED_VERDICT
        )
        for game, labels in PRINTED
    ]
    return all(verdicts)


LEMMA = Lemma(
    id="mao2017-least-squares",
    source="Mao et al. 2017, the choice of labels; on the Dirac-GAN: derived here",
    printed="The labels $(a, b, c) = (-1, 1, 0)$, which make the generator's loss a Pearson divergence, and $(0, 1, "
    "1)$ are both proposed, for a training that is more stable than that of the regular GAN.",
    statement=r"$(-1, 1, 1)$: eigenvalues $\pm i$, $\frac{d}{dt} \frac{\theta^2 + \psi^2}{2} = -2 \theta^2 \psi^2$, "
    r"sublinear convergence of the flow and of alternating steps. $(-1, 1, 0)$: nilpotent, a line of equilibria "
    r"$\theta = 0$: $\theta \to 0$ near its points with $\psi \neq 0$, and $\psi$ to a value that need not be $0$. "
    r"$(0, 1, 1)$: with $D = \frac{1}{2} + \psi x$ a centre with sublinear convergence, without the bias "
    r"a line of wrong generators. Minimax form: every point of $\theta \psi = 1$ is an equilibrium as well; no "
    "convergence of the flow, simultaneous or alternating steps.",
    assumptions=("$D = \\psi x$, data at $0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="of the two proposed choices (0, 1, 1) converges for the flow, at a sublinear rate, and (-1, 1, 0) "
    "has a line of equilibria instead",
    errata=(
        Erratum(
            where="the choice of labels, taken as a statement on convergence",
            failing="$(-1, 1, 0)$ trains stably, as $(0, 1, 1)$ does",
            right=r"with $(-1, 1, 0)$ every point of $\theta = 0$ is an equilibrium, whatever $D$",
            seen=r"G's gradient is $\theta \psi^2$: it vanishes with $\theta$, to first order in both.",
            said=True,
        ),
    ),
)

r"""WGAN-GP on the Dirac-GAN: one attracting limit cycle for gamma < 2, a wrong generator for gamma >= 2.

Statement. Let f(t) = t, gamma, g0 > 0 and D pay gamma/2 (|grad D| - g0)^2. The flow loses (0, 0). With
w = sqrt(1 - gamma^2/4) and q = exp(-gamma pi/(2 w)),

- gamma < 2: there is one limit cycle; it crosses psi = 0 at |theta| = gamma g0 (1 + q)/(1 - q) and attracts every other
  trajectory that starts off psi = 0;
- gamma >= 2: a trajectory that crosses psi = 0 stays on its new side and tends to psi = 0, theta = -gamma g0 (from
  psi > 0) or theta = gamma g0 (from psi < 0).

Derivation. For psi > 0, with X = theta + gamma g0: X' = -psi, psi' = X - gamma psi. From (X_0, 0), X_0 > 0,

    X = X_0 e^(-gamma t/2) (cos wt + gamma/(2w) sin wt),    psi = X_0 e^(-gamma t/2) sin(wt)/w,

so psi > 0 until t = pi/w, where X = -q X_0: theta = y goes to -(q y + (1 + q) gamma g0). v is odd, so the other
half-turn is the mirror image, and |theta| at crossings follows y -> q y + (1 + q) gamma g0, a contraction. For gamma =
k + 1/k, k > 1, the roots are -1/k and -k and psi = X_0 (e^(-t/k) - e^(-kt))/(k - 1/k) stays positive; for gamma = 2,
psi = X_0 t e^(-t).

What differs. Nothing: "WGAN-GP does not converge" is right for every weight. The cycle is there for gamma < 2 only; for
gamma >= 2 the generator comes to rest at a distance gamma g0 from the data.
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ...symbolic.formula import compare, conjunction
from .lemma import Lemma, Proof, Status

THETA, PSI, GAMMA, G0, X, X_0, W, T = sp.symbols("theta psi gamma g0 x x0 w t", real=True)
E, COS, SIN, Q, Y, K, SLOW, FAST, TAU = sp.symbols("e cos sin q y k slow fast tau", real=True)
WGAN_GP = {
    "parameters": {"gamma": "gamma > 0", "g0": "g0 > 0"},
    "objective": {"f": "wasserstein"},
    "penalty": {"discriminator": "gamma/2*E_mix((norm(grad(D)) - g0)**2)"},
}

ABOVE = sp.ImmutableMatrix([-PSI, THETA - GAMMA * (PSI - G0)])  # psi > 0
BELOW = sp.ImmutableMatrix([-PSI, THETA - GAMMA * (PSI + G0)])  # psi < 0
SHIFTED = sp.ImmutableMatrix([-PSI, X - GAMMA * PSI])
# e = exp(-gamma t/2), cos and sin of wt: their rates.
TURNING = {E: -GAMMA * E / 2, COS: -W * SIN, SIN: W * COS}
TURN = (X_0 * E * (COS + GAMMA / (2 * W) * SIN), X_0 * E * SIN / W)
UNIT = {GAMMA: 4 * TAU / (1 + TAU**2), W: (1 - TAU**2) / (1 + TAU**2)}  # gamma^2/4 + w^2 = 1
HALF_TURN = {E: Q, COS: sp.Integer(-1), SIN: sp.Integer(0)}  # t = pi/w
RETURN = Q * Y + (1 + Q) * GAMMA * G0
CROSSING = GAMMA * G0 * (1 + Q) / (1 - Q)
# slow = exp(-t/k), fast = exp(-k t); gamma = k + 1/k.
FALLING = {SLOW: -SLOW / K, FAST: -K * FAST}
NODE = (X_0 * (K * SLOW - FAST / K) / (K - 1 / K), X_0 * (SLOW - FAST) / (K - 1 / K))
CRITICAL = (X_0 * (1 + T) * E, X_0 * T * E)  # gamma = 2, e = exp(-t)
WRONG = -GAMMA * G0
POSITIVE = conjunction([compare(GAMMA, ">"), compare(G0, ">")])
PRINTED_VERDICT = "does-not-converge"
PRINTED_TURNS = compare(GAMMA, "<", 2)


def rate(value: sp.Expr, rates: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """The derivative in t of an expression in functions whose derivatives are given."""
    return sp.Add(*(sp.diff(value, symbol) * change for symbol, change in rates.items()))


def _solves(
    proof: Proof,
    name: str,
    path: tuple[sp.Expr, sp.Expr],
    rates: Mapping[sp.Symbol, sp.Expr],
    values: Mapping[sp.Symbol, sp.Expr],
) -> int:
    """A path solves X' = -psi, psi' = X - gamma psi, at values that keep its relations."""
    left = sp.ImmutableMatrix([rate(value, rates) for value in path]).subs(values)
    right = SHIFTED.subs({X: path[0], PSI: path[1]}, simultaneous=True).subs(values)
    return proof.identity(f"{name}: the solution from (X_0, 0)", left, right)


def derive(proof: Proof) -> None:
    """The two half planes, the half-turn, the return map, and nodes."""
    for name, sign, field in (("psi > 0", 1, ABOVE), ("psi < 0", -1, BELOW)):
        gain = PSI * THETA - GAMMA / 2 * (sign * PSI - G0) ** 2
        gradients = sp.ImmutableMatrix([-sp.diff(PSI * THETA, THETA), sp.diff(gain, PSI)])
        proof.identity(f"the field where {name}", gradients, field)
    proof.decided("(0, 0) is lost", {**WGAN_GP, "training": {"update": "flow"}}, "does-not-converge")
    mirrored = -ABOVE.subs({THETA: -THETA, PSI: -PSI}, simultaneous=True)
    proof.identity("v is odd: one half plane is the mirror image of the other", mirrored, BELOW)
    proof.identity("with X = theta + gamma g0", ABOVE.subs(THETA, X - GAMMA * G0), SHIFTED)
    _solves(proof, "gamma < 2", TURN, TURNING, UNIT)
    start = {E: sp.Integer(1), COS: sp.Integer(1), SIN: sp.Integer(0)}
    proof.identity("it starts there", sp.Matrix(TURN).subs(start), sp.Matrix([X_0, 0]))
    ahead = conjunction(compare(symbol, ">") for symbol in (E, SIN, W, X_0))
    proof.implies("psi > 0 until sin wt = 0", ahead, compare(TURN[1], ">"))
    proof.identity("half a turn: X_0 becomes -q X_0", sp.Matrix(TURN).subs(HALF_TURN), sp.Matrix([-Q * X_0, 0]))
    landing = -Q * (Y + GAMMA * G0) - GAMMA * G0
    proof.identity("theta = y goes to -(q y + (1 + q) gamma g0)", landing, -RETURN)
    known = conjunction([POSITIVE, compare(Q, ">"), compare(Q, "<", 1)])
    proof.identity("the crossing comes back, and others approach it by q", RETURN - CROSSING, Q * (Y - CROSSING))
    proof.implies(
        "no other crossing comes back", conjunction([known, compare(RETURN, "==", Y)]), compare(Y, "==", CROSSING)
    )
    proof.implies("it lies where v crosses psi = 0 from both sides", known, compare(CROSSING, ">", GAMMA * G0))
    _solves(proof, "gamma > 2", NODE, FALLING, {GAMMA: K + 1 / K})
    proof.identity("it starts there", sp.Matrix(NODE).subs({SLOW: 1, FAST: 1}), sp.Matrix([X_0, 0]))
    stays = conjunction([compare(X_0, ">"), compare(K, ">", 1), compare(SLOW, ">", FAST)])
    proof.implies("psi stays positive", stays, compare(NODE[1], ">"))
    _solves(proof, "gamma = 2", CRITICAL, {E: -E, T: sp.Integer(1)}, {GAMMA: sp.Integer(2)})
    late = conjunction([compare(X_0, ">"), compare(E, ">"), compare(T, ">")])
    proof.implies("psi stays positive there too", late, compare(CRITICAL[1], ">"))
    proof.identity("X = 0, where both tend, is theta = -gamma g0", ABOVE.subs({THETA: WRONG, PSI: 0}), sp.zeros(2, 1))
    proof.implies("that is no data point", POSITIVE, compare(WRONG, "!="))


def printed_holds(proof: Proof) -> bool:
    """The engine's verdicts; it turns iff the roots of the half plane's linear part are not real."""
    linear = SHIFTED.jacobian([X, PSI])
    turns = compare(linear.trace() ** 2 - 4 * linear.det(), "<")
    known = compare(GAMMA, ">")
    below = proof.decide("the flow turns if gamma < 2", conjunction([known, PRINTED_TURNS]), turns)
    above = proof.decide("it turns only if gamma < 2", conjunction([known, turns]), PRINTED_TURNS)
    lost = [
        proof.decides(f"WGAN-GP does not converge, {rule}", {**WGAN_GP, "training": {"update": rule}}, PRINTED_VERDICT)
        for rule in ("flow", "simultaneous", "alternating")
    ]
    return all(lost) and below and above


LEMMA = Lemma(
    id="wgan-gp-cycles",
    source="derived here; Mescheder et al. 2018, section 3.1 and Figure 3d, print that it does not converge",
    printed=r"WGAN-GP does not converge for the Dirac-GAN, whatever its weight; half planes turn around the "
    r"equilibrium iff "
    r"$\gamma < 2$.",
    statement=r"For $\gamma < 2$ the flow has one limit cycle, which attracts every trajectory off $\psi = 0$ and "
    r"crosses it at $|\theta| = \gamma g_0 \frac{1 + q}{1 - q}$, $q = e^{-\gamma \pi/(2 \omega)}$, $\omega = \sqrt{1 - "
    r"\gamma^2/4}$. For $\gamma \geq 2$ trajectories that cross $\psi = 0$ tend to $\theta = \mp \gamma g_0$, $\psi = "
    r"0 \pm$: a wrong generator.",
    assumptions=("$f(t) = t$", r"$\gamma, g_0 > 0$"),
    status=Status.PROVED,
    derive=derive,
    printed_holds=printed_holds,
)

r"""RMSprop and Adam with R1 near the equilibrium: the step is h/epsilon.

Statement. Let f'(0) = a != 0, gamma, h, epsilon > 0, and let the second moments be frozen at the squares of r_g, r_d
>= 0. RMSprop moves by diag(1/(r_g + epsilon), 1/(r_d + epsilon)) h v. At an equilibrium gradients vanish, and r_g =
r_d = 0: alternating steps with R1 are gradient steps of size h/epsilon and converge iff

    h^2 a^2 + 2 h gamma epsilon < 4 epsilon^2,

simultaneous steps iff h a^2 < gamma epsilon and 2 h gamma epsilon < 4 epsilon^2 + h^2 a^2. In general alternating
steps converge iff h^2 a^2 + 2 h gamma (r_g + epsilon) < 4 (r_g + epsilon)(r_d + epsilon): with large moments the
nominal h may be large. Adam with beta1 = 0 is the same; with beta1 its step is heavy ball with beta1 and h (1 -
beta1)/epsilon.

Derivation. [[1, 0], [h_d a, 1 - h_d gamma]] [[1, -h_g a], [0, 1]] with h_g = h/(r_g + epsilon), h_d = h/(r_d +
epsilon): trace 2 - h_d gamma - h_g h_d a^2, determinant 1 - h_d gamma, and Schur-Cohn.

What differs. What holds for gradient descent of step h need not hold here: at h = 1/1000, epsilon = 10^-8, a = 1/2,
gamma = 1, gradient descent converges and RMSprop does not, near (0, 0).
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import inside_unit_circle, product
from .lemma import Erratum, Lemma, Proof, Status

F1, GAMMA, H, EPS, RG, RD, B = sp.symbols("f1 gamma h eps rg rd b", real=True)
GAME: dict[str, Any] = {
    "parameters": {"gamma": "gamma > 0", "eps": "eps > 0"},
    "objective": {"f": "any", "assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}
FROZEN: dict[str, Any] = {
    "parameters": GAME["parameters"] | {"rg": "rg >= 0", "rd": "rd >= 0"},
    "training": {"update": "alternating", "optimizer": "rmsprop", "epsilon": "eps", "rms_g": "rg", "rms_d": "rd"},
}

ASSUMED = conjunction(
    [compare(F1, "!="), *(compare(x, ">") for x in (GAMMA, H, EPS)), compare(RG, ">="), compare(RD, ">=")]
)
G_STEP, D_STEP = H / (RG + EPS), H / (RD + EPS)
PERIOD = sp.ImmutableMatrix([[1, -G_STEP * F1], [D_STEP * F1, 1 - D_STEP * GAMMA - G_STEP * D_STEP * F1**2]])
FROZEN_STEPS = compare(H**2 * F1**2 + 2 * H * GAMMA * (RG + EPS), "<", 4 * (RG + EPS) * (RD + EPS))
STEPS = {
    "alternating": compare(H**2 * F1**2 + 2 * H * GAMMA * EPS, "<", 4 * EPS**2),
    "simultaneous": conjunction(
        [compare(H * F1**2, "<", GAMMA * EPS), compare(2 * H * GAMMA * EPS, "<", 4 * EPS**2 + H**2 * F1**2)]
    ),
}
DESCENT_STEPS = compare(H**2 * F1**2 + 2 * H * GAMMA, "<", 4)  # of gradient descent with h
POINT: dict[sp.Symbol, sp.Expr] = {
    F1: sp.Rational(1, 2),
    GAMMA: sp.Integer(1),
    H: sp.Rational(1, 1000),
    EPS: sp.Rational(1, 10**8),
    RG: sp.Integer(0),
    RD: sp.Integer(0),
}


def derive(proof: Proof) -> None:
    """The map with frozen moments, its stability, and the limit near the equilibrium."""
    descent = product(
        sp.ImmutableMatrix([[1, 0], [D_STEP * F1, 1 - D_STEP * GAMMA]]), sp.ImmutableMatrix([[1, -G_STEP * F1], [0, 1]])
    )
    map_ = proof.identity("G's scaled step, then D's", descent, PERIOD)
    proof.derived("the same from the rule", GAME | FROZEN, "update_jacobian", PERIOD)
    exact = proof.equivalent("Schur-Cohn", ASSUMED, inside_unit_circle(PERIOD), FROZEN_STEPS)
    schur = proof.theorem("schur-cohn", "both multipliers inside iff so", [map_, *exact])
    proof.theorem("map-linear-stability", "those steps converge linearly", [schur])
    for rule, steps in STEPS.items():
        training = GAME | {"training": {"update": rule, "optimizer": "rmsprop", "epsilon": "eps"}}
        proof.region(f"RMSprop near the equilibrium: the {rule} steps that converge", training, "step_size", steps)
    adam = GAME | {"training": {"update": "alternating", "optimizer": "adam", "beta1": "0", "epsilon": "eps"}}
    near = {RG: sp.Integer(0), RD: sp.Integer(0)}
    proof.derived("Adam with beta1 = 0 is the same", adam, "update_jacobian", PERIOD.xreplace(near))
    momentum = {
        "parameters": GAME["parameters"] | {"b": "0 <= b < 1"},
        "training": {"update": "simultaneous", "optimizer": "adam", "beta1": "b", "epsilon": "eps"},
    }
    z, step = sp.Symbol("z", real=True), H * (1 - B) / EPS
    heavy_ball = (z - 1) * (z - B) * ((z - 1) * (z - B) + step * GAMMA * z) + step**2 * F1**2 * z**2
    proof.derived("Adam is heavy ball with h (1 - beta1)/epsilon", GAME | momentum, "update_polynomial", heavy_ball)


def printed_holds(proof: Proof) -> bool:
    """The steps of gradient descent, put to RMSprop near the equilibrium."""
    near = {RG: sp.Integer(0), RD: sp.Integer(0)}
    asked = conjunction([ASSUMED, DESCENT_STEPS, compare(RG, "=="), compare(RD, "==")])
    inside = inside_unit_circle(PERIOD.xreplace(near))
    return proof.decide("the step sizes of gradient descent are those of RMSprop", asked, inside, POINT)


LEMMA = Lemma(
    id="rmsprop-adam",
    source="RMSprop as in the experiments of Mescheder et al. 2018, section F, whose Theorem 4.1 is on gradient "
    "descent; derived here",
    printed="What holds for alternating gradient descent with $R_1$ and the step size $h$ holds for RMSprop and Adam "
    "with the step size $h$.",
    statement=r"With second moments frozen at $r_g^2, r_d^2$ alternating RMSprop steps with $R_1$ converge iff "
    r"$h^2 f'(0)^2 + 2 h \gamma (r_g + \epsilon) < 4 (r_g + \epsilon)(r_d + \epsilon)$. Near the equilibrium "
    r"$r_g = r_d = 0$: they are gradient steps of size $h/\epsilon$, and converge iff $h^2 f'(0)^2 + 2 h \gamma "
    r"\epsilon < 4 \epsilon^2$. Adam is heavy ball with $\beta_1$ and steps $h (1 - \beta_1)/\epsilon$.",
    assumptions=(r"$f'(0) \neq 0$", r"$\gamma, h, \epsilon > 0$", "frozen second moments"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="near the equilibrium the step is h/epsilon: with epsilon = 10^-8 training stalls at a distance from it",
    errata=(
        Erratum(
            where="said of training with RMSprop or Adam",
            failing="small nominal steps $h$ converge as those of gradient descent do",
            right=r"$h/\epsilon$ has to be small",
            seen=r"At $h = 10^{-3}$, $\epsilon = 10^{-8}$, $f'(0) = \frac{1}{2}$, $\gamma = 1$ a multiplier is far "
            "outside the unit circle.",
            said=True,
        ),
    ),
)

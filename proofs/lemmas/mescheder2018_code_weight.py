r"""The weight of R1 in the authors' code: reg_param is gamma/2.

Statement. The code adds reg_param E_real |grad D|^2 to D's loss, without the factor 1/2 of equation (9). Its weight is
that of R1 with gamma = 2 reg_param: on the Dirac-GAN

    v'(0, 0) = [[0, -f'(0)], [f'(0), -2 reg_param]],

so that reg_param = 10 is gamma = 20, and the critical weight is reg_param = |f'(0)|.

Derivation. d^2/d psi^2 of reg psi^2 is 2 reg; of gamma/2 psi^2 it is gamma.

What differs. Who reads reg_param = 10 as gamma = 10 in equation (9) is off by the factor 2. Every step bound of Lemma
3.3 is then to be read with gamma = 2 reg_param.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from .lemma import Erratum, Lemma, Proof, Status

F1, REG, GAMMA = sp.symbols("f1 reg gamma", real=True)
CODE = {
    "parameters": {"reg": "reg > 0"},
    "penalty": {"discriminator": "reg * E_real(norm(grad(D))**2)"},
}
PAPER = {
    "parameters": {"gamma": "gamma > 0"},
    "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"},
}

PAPER_JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, -GAMMA]])
WEIGHT = 2 * REG  # gamma
JACOBIAN = PAPER_JACOBIAN.xreplace({GAMMA: WEIGHT})
DEFAULT = {"penalty": {"discriminator": "10 * E_real(norm(grad(D))**2)"}}
DEFAULT_GAMMA = sp.Integer(20)
CRITICAL = compare(REG, "==", sp.Abs(F1))
PRINTED_WEIGHT = REG


def derive(proof: Proof) -> None:
    """Both Jacobians, and the weight that makes them one."""
    proof.derived("v'(0, 0) of equation (9)", PAPER, "jacobian", PAPER_JACOBIAN)
    proof.derived("v'(0, 0) of the code is that of equation (9) at gamma = 2 reg", CODE, "jacobian", JACOBIAN)
    twenty = PAPER_JACOBIAN.xreplace({GAMMA: DEFAULT_GAMMA})
    proof.derived("reg_param = 10: v'(0, 0) is that of gamma = 20", DEFAULT, "jacobian", twenty)
    proof.region("the critical weight in the code's units", CODE, "critical", CRITICAL)


def printed_holds(proof: Proof) -> bool:
    """Whether the code's weight is gamma: both penalties damp D alike."""
    weights = conjunction([compare(REG, ">"), compare(GAMMA, "==", PRINTED_WEIGHT)])
    alike = compare(JACOBIAN[1, 1], "==", PAPER_JACOBIAN[1, 1])
    return proof.decide("reg_param = gamma: the code damps D as equation (9) does", weights, alike)


LEMMA = Lemma(
    id="mescheder2018-code-weight",
    source="Mescheder, Geiger & Nowozin 2018, eq. (9), and the authors' code (GAN_stability)",
    printed="The weight reg_param = 10 of the code is $\\gamma = 10$ in eq. (9).",
    statement=r"The code's penalty is $\mathrm{reg} \cdot E_{p_D} |\nabla D|^2$, that is $R_1$ with $\gamma = 2\, "
    r"\mathrm{reg}$: reg_param = 10 is $\gamma = 20$, and the critical weight is $\mathrm{reg} = |f'(0)|$.",
    assumptions=("$f'(0) \\neq 0$", r"$\mathrm{reg} > 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the code has no factor 1/2, so that reg_param is gamma/2",
    errata=(
        Erratum(
            where="the authors' code against eq. (9)",
            failing=r"reg_param $= \gamma$",
            right=r"reg_param $= \gamma/2$",
            seen=r"$\partial^2_\psi$ of $\mathrm{reg}\, \psi^2$ is $2\, \mathrm{reg}$, of $\frac{\gamma}{2} \psi^2$ it "
            r"is $\gamma$",
        ),
    ),
)

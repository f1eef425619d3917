r"""The non-saturating GAN on the Dirac-GAN: sublinear for the flow, no limit for fixed simultaneous steps.

Statement. Let f'(0) != 0, f''(0) < 0 and v = (-psi f'(-theta psi), theta f'(theta psi)). v'(0, 0) has the eigenvalues
+- i f'(0). Along the flow

    d/dt (theta^2 + psi^2)/2 = theta psi (f'(theta psi) - f'(-theta psi)) = 2 f''(0) (theta psi)^2 + O((theta psi)^4),

and the flow and alternating descent converge to (0, 0) at a sublinear rate; simultaneous descent does not converge for
any fixed step size.

Derivation. The objective of G is g(t) = -f(-t), so that g'(t) = f'(-t) and v'(0, 0) is that of the zero-sum game. The
second-order term of f makes the first Lyapunov coefficient of the flow f''(0)/2 < 0. A simultaneous step has the
multipliers 1 +- i h f'(0) of modulus sqrt(1 + h^2 f'(0)^2) > 1.

What differs. "Converges" (section 3) is right for the flow and for alternating steps. Simultaneous steps of a fixed
size end on a cycle around the equilibrium.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Erratum, Lemma, Proof, Status

F1, F2, F3, T, H, THETA, PSI = sp.symbols("f1 f2 f3 t h theta psi", real=True)
NON_SATURATING = {"objective": {"f": "any", "generator": "non-saturating"}}

JACOBIAN = sp.ImmutableMatrix([[0, -F1], [F1, 0]])
EIGENVALUES = (sp.I * F1, -sp.I * F1)
SLOPE = F1 + F2 * T + F3 * T**2 / 2  # f'(t) to second order
ENERGY_RATE = 2 * F2 * T**2  # with t = theta psi
VERDICTS = {"flow": "converges sublinear", "simultaneous": "does-not-converge", "alternating": "converges sublinear"}
PRINTED_RULE, PRINTED_VERDICT = "simultaneous", "converges"


def derive(proof: Proof) -> None:
    """The linear part, the energy, and the three rules."""
    flow = NON_SATURATING | {"training": {"update": "flow"}}
    proof.derived("the Jacobian of v at (0, 0)", flow, "jacobian", JACOBIAN)
    proof.derived("its characteristic polynomial", flow, "characteristic_polynomial", from_roots(EIGENVALUES))
    t = THETA * PSI
    rate = THETA * (-PSI * SLOPE.xreplace({T: -t})) + PSI * (THETA * SLOPE.xreplace({T: t}))
    proof.identity(
        "d/dt (theta^2 + psi^2)/2, with f' to second order: the odd terms cancel", rate, ENERGY_RATE.xreplace({T: t})
    )
    concave = conjunction([compare(F2, "<"), compare(THETA * PSI, "!=")])
    proof.implies("it is negative off the axes", concave, compare(ENERGY_RATE.xreplace({T: t}), "<"))
    growth = compare(1 + H**2 * F1**2, ">", 1)
    proof.implies(
        "the multipliers 1 +- i h f'(0) lie outside", conjunction([compare(H, ">"), compare(F1, "!=")]), growth
    )
    proof.judged("training", NON_SATURATING, **VERDICTS)


def printed_holds(proof: Proof) -> bool:
    """What is said without a rule is put to the rule of the paper's operator F_h."""
    rule = NON_SATURATING | {"training": {"update": PRINTED_RULE}}
    return proof.decides("the non-saturating GAN converges under simultaneous steps", rule, PRINTED_VERDICT)


LEMMA = Lemma(
    id="mescheder2018-nonsaturating",
    source="Mescheder, Geiger & Nowozin 2018, section 3 and supplement, non-saturating GAN",
    printed=r"The non-saturating GAN on the Dirac-GAN has the eigenvalues $\pm i f'(0)$; it converges, but extremely "
    "slowly.",
    statement=r"The eigenvalues are $\pm i f'(0)$, and $\frac{d}{dt} \frac{\theta^2 + \psi^2}{2} = 2 f''(0) (\theta "
    r"\psi)^2 + O((\theta \psi)^4)$: for $f''(0) < 0$ the flow and alternating steps converge, at a sublinear rate; "
    "simultaneous steps of a fixed size do not.",
    assumptions=(r"$f'(0) \neq 0$", "$f''(0) < 0$"),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the flow and alternating steps converge; simultaneous steps of a fixed size end on a cycle",
    errata=(
        Erratum(
            where="section 3, non-saturating GAN",
            failing="the training dynamics converge",
            right="the flow and alternating descent do; $|1 \\pm i h f'(0)| > 1$ for every $h > 0$",
            seen="the modulus of the multipliers of a simultaneous step",
        ),
    ),
    evidence="trajectories of simultaneous steps end on a cycle: `tests/symbolic/test_rules.py`",
)

"""Named objectives: the functions of the discriminator's output that its player ascends.

D is high on fakes, as in the paper's L(theta, psi) = E_fake[f(D(x))] + E_real[f(-D(x))] (Mescheder et al. 2018,
eq. 1). An f-divergence in the variational form of Nowozin et al. 2016 (Tables 1 and 2) has output activation g_f and
conjugate f*, and its V is high on real samples: D ascends E_real[g_f(V)] - E_fake[f*(g_f(V))]. With V = -D,

    fake(t) = -f*(g_f(-t)),    real(t) = g_f(-t).

Each row gives the equilibrium output d* (fake'(d*) + real'(d*) = 0), f1 = fake'(d*) and the two second derivatives;
``tests/symbolic/test_objectives.py`` derives them again from g_f and f*.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class NamedObjective:
    """One row: expressions in ``t`` and what they are at the equilibrium output.

    Attributes:
        name: As written in a proposal.
        f: The single function with fake(t) = f(t), real(t) = f(-t), where there is one.
        fake: What D ascends on fake samples.
        real: What D ascends on real samples.
        output: The equilibrium output d*.
        slope: f1 = fake'(d*) = -real'(d*).
        fake_curvature: fake''(d*).
        real_curvature: real''(d*).
        source: Where it is from.
    """

    name: str
    f: str | None
    fake: str
    real: str
    output: Fraction
    slope: Fraction
    fake_curvature: Fraction
    real_curvature: Fraction
    source: str


def _single(name: str, f: str, real: str, slope: Fraction, curvature: Fraction, source: str) -> NamedObjective:
    return NamedObjective(name, f, f, real, Fraction(0), slope, curvature, curvature, source)


_F = Fraction
_NOWOZIN = "Nowozin et al. 2016, Tables 1-2 (used by Kodali et al. 2017, section 3.3)"

NAMED_OBJECTIVES: dict[str, NamedObjective] = {
    row.name: row
    for row in (
        _single("standard", "-softplus(-t)", "-softplus(t)", _F(1, 2), _F(-1, 4), "Goodfellow et al. 2014"),
        _single("wasserstein", "t", "-t", _F(1), _F(0), "Arjovsky et al. 2017"),
        _single("hinge", "min(0, t - 1)", "min(0, -t - 1)", _F(1), _F(0), "Lim & Ye 2017; Miyato et al. 2018"),
        _single("least-squares", "-(t - 1)**2/2", "-(t + 1)**2/2", _F(1), _F(-1), "Mao et al. 2017, symmetric targets"),
        NamedObjective("forward-kl", None, "-exp(-t - 1)", "-t", _F(-1), _F(1), _F(-1), _F(0), _NOWOZIN),
        NamedObjective("reverse-kl", None, "1 + t", "-exp(t)", _F(0), _F(1), _F(0), _F(-1), _NOWOZIN),
        NamedObjective("pearson-chi2", None, "t - t**2/4", "-t", _F(0), _F(1), _F(-1, 2), _F(0), _NOWOZIN),
        _single("squared-hellinger", "1 - exp(-t)", "1 - exp(t)", _F(1), _F(-1), _NOWOZIN),
        _single("total-variation", "tanh(t)/2", "-tanh(t)/2", _F(1, 2), _F(0), _NOWOZIN),
        _single("jensen-shannon", "log(2) - softplus(-t)", "log(2) - softplus(t)", _F(1, 2), _F(-1, 4), _NOWOZIN),
    )
}

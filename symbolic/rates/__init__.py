"""Rates: the spectral radius of a period, the fastest step size and parameters, and certified enclosures of them.

``spectral_radius`` gives rho(F'(x*)) as a function of the step size h and the parameters. ``best_step``,
``best_parameter`` and ``best_pair`` minimise it over h, over a parameter for given h, and over both, in closed form on
regions of the parameters and with a proof by the solver; ``proves_best`` checks a claimed optimum.
``certified_best_step`` encloses the minimum at exact values of the parameters, for any rule, and
``certified_stable_steps`` all step sizes that are stable there.
"""

from __future__ import annotations

from ..enclosures import Interval, NoEnclosure
from .certified import certified_best_step, certified_stable_steps
from .optimum import best_pair, best_parameter, best_step, proves_best
from .radius import spectral_radius
from .results import BestStep, CertifiedStep, SpectralRadius

__all__ = [
    "BestStep",
    "CertifiedStep",
    "Interval",
    "NoEnclosure",
    "SpectralRadius",
    "best_pair",
    "best_parameter",
    "best_step",
    "certified_best_step",
    "certified_stable_steps",
    "proves_best",
    "spectral_radius",
]

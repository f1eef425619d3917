"""Advice on the Dirac-GAN: critical and best weights and steps, equal noise and penalties, what minibatches leave.

Everything is in closed form and exact for the Dirac-GAN near x*. The numbers are for that game at unit data scale; they
do not transfer to networks.
"""

from __future__ import annotations

from .advice import Advice, Equivalents, Plan, advise
from .centre import DampedCentre, damped_centre
from .conventions import CONVENTIONS, Convention, Setting, settings
from .fastest import Optimum, Schedule, best_damping, best_pair, best_steps, critical_damping, stable_steps
from .minibatch import SampledNoise, Stationary, sampled_noise, stationary
from .noise import curvatures, equivalent_variance
from .penalties import PenaltyWeights, is_silent, penalty_weights
from .weight import Weight, find_weight

__all__ = [
    "CONVENTIONS",
    "Advice",
    "Convention",
    "DampedCentre",
    "Equivalents",
    "Optimum",
    "PenaltyWeights",
    "Plan",
    "SampledNoise",
    "Schedule",
    "Setting",
    "Stationary",
    "Weight",
    "advise",
    "best_damping",
    "best_pair",
    "best_steps",
    "critical_damping",
    "curvatures",
    "damped_centre",
    "equivalent_variance",
    "find_weight",
    "is_silent",
    "penalty_weights",
    "sampled_noise",
    "settings",
    "stable_steps",
    "stationary",
]

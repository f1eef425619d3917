"""How code bases write the gradient penalty R = gamma/2 E|grad D|^2, and what they have to be set to for a given gamma.

Factors of two between them are the rule: ``reg_param = 10`` of GAN_stability is gamma = 20 of the paper.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from .penalties import PenaltyWeights

_REAL, _FAKE, _BOTH = frozenset({"real"}), frozenset({"fake"}), frozenset({"real", "fake"})


@dataclass(frozen=True, slots=True)
class Convention:
    """One code base.

    Attributes:
        code: Its name.
        setting: The name of the number that is set.
        term: The penalty as the code writes it; g2 is |grad D|^2 at a sample.
        factor: gamma = factor times the setting.
        samples: The sets of samples that it can penalise, with one number for all of them.
        note: On lazy penalties and options.
        source: Where the term stands.
    """

    code: str
    setting: str
    term: str
    factor: sp.Rational
    samples: tuple[frozenset[str], ...]
    note: str
    source: str

    def setting_for(self, gamma: sp.Expr) -> sp.Expr:
        """What to set for the paper's gamma."""
        return sp.expand(gamma / self.factor)


CONVENTIONS: tuple[Convention, ...] = (
    Convention(
        "GAN_stability",
        "reg_param",
        "reg_param * mean(g2)",
        sp.Integer(2),
        (_REAL, _FAKE, _BOTH),
        "reg_type real, fake or real_fake; at every step",
        "LMescheder/GAN_stability, gan_training/train.py",
    ),
    Convention(
        "GAN_stability, Dirac notebook",
        "reg",
        "v2 = ... - reg * psi",
        sp.Integer(1),
        (_REAL, _FAKE),
        "the field of the Dirac-GAN itself, where R1 and R2 are the same; at every step",
        "LMescheder/GAN_stability, notebooks/diracgan/gans.py",
    ),
    Convention(
        "Reich's Dirac-GAN",
        "r1_w",
        "r1_w * mean(g2)",
        sp.Integer(2),
        (_REAL,),
        "at every step",
        "ChristophReich1996/Dirac-GAN, dirac_gan/loss.py (0.2 there)",
    ),
    Convention(
        "StyleGAN2 and 3",
        "r1_gamma",
        "r1_gamma / 2 * mean(g2)",
        sp.Integer(1),
        (_REAL,),
        "every 16 steps with the gradient times 16: the setting is the mean weight",
        "NVlabs/stylegan3, training/loss.py and training_loop.py",
    ),
    Convention(
        "R3GAN",
        "Gamma",
        "Gamma / 2 * (mean(g2 real) + mean(g2 fake))",
        sp.Integer(1),
        (_BOTH,),
        "at every step",
        "brownvc/R3GAN, R3GAN/Trainer.py",
    ),
    Convention(
        "StudioGAN",
        "r1_lambda",
        "r1_lambda * 0.5 * mean(g2)",
        sp.Integer(1),
        (_REAL,),
        "at every step; with a StyleGAN backbone every d_reg_interval steps, times that interval",
        "POSTECH-CVLab/PyTorch-StudioGAN, src/utils/losses.py",
    ),
    Convention(
        "DRAGAN, zero-centred draft",
        "lambda",
        "lambda * mean(g2 at x + delta)",
        sp.Integer(2),
        (_REAL,),
        "at noisy samples: the same on the Dirac-GAN, where grad D is constant, and another penalty elsewhere",
        "Kodali et al. 2017",
    ),
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What one code base has to be set to.

    Attributes:
        convention: The code base.
        value: The number, in the proposal's parameters.
    """

    convention: Convention
    value: sp.Expr


def settings(weights: PenaltyWeights) -> tuple[Setting, ...]:
    """The code bases that can have a penalty, and their numbers.

    Args:
        weights: In the paper's convention.

    Returns:
        None of them for two different weights: every one has a single number for real and fake samples.
    """
    samples = weights.samples
    if samples == _BOTH and sp.expand(weights.real - weights.fake) != 0:
        return ()
    gamma = weights.fake if samples == _FAKE else weights.real
    return tuple(Setting(row, row.setting_for(gamma)) for row in CONVENTIONS if samples in row.samples)

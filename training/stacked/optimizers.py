"""RMSprop and Adam as they train: second moments follow the gradients (in the analysis they are frozen at x*).

Both are steppers like those of ``symbolic.updates.steppers``; with a decay of 1 and the moment put at rms^2 they are
the frozen ones, which a test holds them to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sympy as sp

from ...symbolic import expression as ex
from ...symbolic.derivation import parameter_symbols
from ...symbolic.interpretation import ScalarAlgebra
from ...symbolic.proposal import Proposal
from ...symbolic.updates import Rule, Stepwise
from ...symbolic.updates.steppers import Memory, Stepper


@dataclass(frozen=True)
class RMSprop(Stepper):
    """S <- alpha s + (1 - alpha) v^2, x <- x + h v/(sqrt(s) + eps) (Tieleman & Hinton 2012)."""

    alpha: Any
    epsilon: Any

    def rest(self, value: Any) -> Memory:
        """The second moment 0."""
        return (value * 0,)

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The second moment first."""
        second = self.alpha * memory[0] + (1 - self.alpha) * gradient * gradient
        return value + h * gradient / (second.sqrt() + self.epsilon), (second,)


@dataclass(frozen=True)
class Adam(Stepper):
    """M <- b1 m + (1 - b1) v, s <- b2 s + (1 - b2) v^2, x <- x + h m'/(sqrt(s') + eps), m' and s' without bias.

    Source: Kingma & Ba 2015, algorithm 1.
    """

    beta1: Any
    beta2: Any
    epsilon: Any

    def rest(self, value: Any) -> Memory:
        """Both moments 0, and the number of steps, of shape [E, 1]."""
        return value * 0, value * 0, value[:, :1] * 0

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The moments first."""
        count = memory[2] + 1
        moment = self.beta1 * memory[0] + (1 - self.beta1) * gradient
        second = self.beta2 * memory[1] + (1 - self.beta2) * gradient * gradient
        corrected = (second / (1 - self.beta2**count)).sqrt()
        step = moment / (1 - self.beta1**count) / (corrected + self.epsilon)
        return value + h * step, (moment, second, count)


def live(rule: Rule, proposal: Proposal, decay: Any) -> Rule:
    """The rule with second moments that follow the gradients, where the proposal asks for RMSprop or Adam.

    Args:
        rule: The rule as it is analysed.
        proposal: Whose it is.
        decay: The decay of the second moment: RMSprop's alpha, Adam's beta2.
    """
    options = proposal.training.options
    if not isinstance(rule, Stepwise) or options.get("optimizer", "sgd") == "sgd":
        return rule
    algebra = ScalarAlgebra(parameter_symbols(proposal))
    epsilon = ex.interpret(options["epsilon"], algebra)
    if options["optimizer"] == "rmsprop":
        stepper: Stepper = RMSprop(sp.nsimplify(decay), epsilon)
    else:
        stepper = Adam(ex.interpret(options["beta1"], algebra), sp.nsimplify(decay), epsilon)
    return replace(rule, generator=stepper, discriminator=stepper)

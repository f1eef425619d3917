"""The penalty language on a stack of members, by plain double backward.

Scalars are of shape [E, N] inside an expectation and [E, 1] outside, vectors of shape [E, N, d] and [E, 1, P]. Members
do not meet in any operation, so that one gradient of the sum over members gives every member's own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import torch

from ...numeric.interpret import TorchAlgebra, Value, Vector, as_tensor, plain
from ...symbolic import expression as ex

Tensor = torch.Tensor


@dataclass(frozen=True)
class StackedAlgebra(TorchAlgebra):
    """What the language means on tensors with a member axis.

    Attributes:
        draw_samples: Samples [E, N, d] of an expectation operator, from (operator, variance [E, 1] or None).
        outputs: D at samples, from [E, N, d] to [E, N]; remembered, so that D and grad(D) share one evaluation.
    """

    draw_samples: Callable[[str, Tensor | None], Tensor] | None = None
    outputs: Callable[[Tensor], Tensor] | None = None

    def output(self) -> Value:
        """D at the samples, of shape [E, N]."""
        x, outputs = self._samples_and_outputs()
        return outputs(x)

    def gradient(self) -> Value:
        """The gradient of D at each sample, of shape [E, N, d]."""
        x, outputs = self._samples_and_outputs()
        # Each output depends on its own sample and member only, so one gradient of the sum gives all rows.
        return Vector(torch.autograd.grad(outputs(x).sum(), x, create_graph=True)[0])

    def expectation(self, operator: str, body: ex.Expression, variance: Value | None) -> Value:
        """The mean of the body over the operator's minibatch, of shape [E, 1]."""
        if self.draw_samples is None:
            raise TypeError("expectations have no value outside a game")
        x = self.draw_samples(operator, None if variance is None else as_tensor(variance))
        value = plain(ex.interpret(body, replace(self, sample=x)))
        return value if isinstance(value, Fraction) or value.dim() == 0 else value.mean(1, keepdim=True)

    def _samples_and_outputs(self) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        if self.sample is None or self.outputs is None:
            raise TypeError("D and grad(D) have values inside an expectation only")
        return self.sample, self.outputs

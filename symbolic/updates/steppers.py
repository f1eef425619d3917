"""How one player turns its gradients into a step: plain gradient steps, momentum, RMSprop and Adam near x*.

A stepper is written once and generic over arithmetic; the rules say in which order the players use theirs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

Memory = tuple[Any, ...]


@dataclass(frozen=True)
class Stepper(ABC):
    """One player's step."""

    def rest(self, value: Any) -> Memory:
        """The memory before the first step."""
        return ()

    @property
    def first_factor(self) -> Any:
        """C, where the first step from rest is x + h c v."""
        return 1

    def reduced(self) -> Stepper:
        """The same step without a memory that is always 0."""
        return self

    @abstractmethod
    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The value and the memory after a step along the player's row of the field."""


@dataclass(frozen=True)
class Gradient(Stepper):
    """X + h v."""

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """X + h v."""
        return value + h * gradient, memory


GRADIENT = Gradient()


@dataclass(frozen=True)
class HeavyBall(Stepper):
    """U <- beta u + v, x <- x + h u (Polyak 1964; negative beta: Gidel et al. 2019)."""

    beta: Any

    def reduced(self) -> Stepper:
        """Without momentum a gradient step."""
        return GRADIENT if self.beta == 0 else self

    def rest(self, value: Any) -> Memory:
        """The velocity 0."""
        return (value * 0,)

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The velocity first."""
        velocity = self.beta * memory[0] + gradient
        return value + h * velocity, (velocity,)


@dataclass(frozen=True)
class Nesterov(HeavyBall):
    """U <- beta u + v, x <- x + h (v + beta u), Nesterov's step as Sutskever et al. 2013 write it (and torch)."""

    @property
    def first_factor(self) -> Any:
        """1 + beta."""
        return 1 + self.beta

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The velocity first, then a step that looks ahead along it."""
        velocity = self.beta * memory[0] + gradient
        return value + h * (gradient + self.beta * velocity), (velocity,)


@dataclass(frozen=True)
class Preconditioned(Stepper):
    """X + h c v with c = 1 / (sqrt(s) + eps): RMSprop with its second moment s frozen (Tieleman & Hinton 2012).

    At an equilibrium v = 0, so the second moment itself tends to 0 and c to 1 / eps: near x* RMSprop is gradient
    descent with the step h / eps.
    """

    scale: Any

    @property
    def first_factor(self) -> Any:
        """C itself."""
        return self.scale

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """X + h c v."""
        return value + h * self.scale * gradient, memory


@dataclass(frozen=True)
class Adam(Stepper):
    """M <- beta1 m + (1 - beta1) v, x <- x + h c m: Adam with s frozen, its bias corrections at their limit 1."""

    scale: Any
    beta1: Any

    def reduced(self) -> Stepper:
        """Without a first moment a scaled gradient step."""
        return Preconditioned(self.scale) if self.beta1 == 0 else self

    @property
    def first_factor(self) -> Any:
        """C (1 - beta1)."""
        return self.scale * (1 - self.beta1)

    def rest(self, value: Any) -> Memory:
        """The first moment 0."""
        return (value * 0,)

    def advance(self, value: Any, gradient: Any, memory: Memory, h: Any) -> tuple[Any, Memory]:
        """The first moment first."""
        moment = self.beta1 * memory[0] + (1 - self.beta1) * gradient
        return value + h * self.scale * moment, (moment,)

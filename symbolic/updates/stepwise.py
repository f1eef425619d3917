"""What simultaneous and alternating descent share: steppers, lazy penalties, clipping, averages, decaying steps."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from .keys import Key, Kind, Misfit
from .lazy import lazy_field
from .players import Pair, Players
from .rule import Rule, State
from .steppers import GRADIENT, Adam, HeavyBall, Nesterov, Preconditioned, Stepper

_OPTIMISERS = ("sgd", "rmsprop", "adam")
STEPWISE_KEYS = (
    Key("momentum", Kind.NUMBER, "beta of both players' heavy ball: u <- beta u + v, x <- x + h u", ""),
    Key("momentum_g", Kind.NUMBER, "beta of the generator alone", ""),
    Key("momentum_d", Kind.NUMBER, "beta of the discriminator alone", ""),
    Key("nesterov", Kind.FLAG, "x <- x + h (v + beta u) in place of x + h u", False),
    Key("optimizer", Kind.WORD, "how gradients become steps: x + h v, or x + h v/(rms + epsilon)", "sgd", _OPTIMISERS),
    Key("epsilon", Kind.NUMBER, "of rmsprop and adam; near x* their step is h/epsilon", "1/10**8"),
    Key("rms_g", Kind.NUMBER, "root of the generator's frozen second moment; at x* it is 0", "0"),
    Key("rms_d", Kind.NUMBER, "root of the discriminator's frozen second moment; at x* it is 0", "0"),
    Key("beta1", Kind.NUMBER, "of adam: m <- beta1 m + (1 - beta1) v", "9/10"),
    Key("lazy", Kind.COUNT, "k: the penalties at every k-th step only, at k times their weight", 1),
    Key("clip", Kind.NUMBER, "c: psi is brought into [-c, c] after every step", ""),
    Key("ema", Kind.NUMBER, "b: the averages y <- b y + (1 - b) x are judged as well", ""),
    Key("h_decay", Kind.NUMBER, "p: the k-th step has size h/k**p", ""),
)
_ONLY_SGD = ("momentum", "momentum_g", "momentum_d", "nesterov")
_ONLY_ADAPTIVE = ("epsilon", "rms_g", "rms_d", "beta1")


@dataclass(frozen=True)
class Stepwise(Rule):
    """Both players step along their rows of the field, each with a stepper of its own.

    Attributes:
        generator: The generator's stepper.
        discriminator: The discriminator's.
        lazy: k; a period is k iterations, the last with the penalties at k times their weight.
        clip: c, or None.
        ema: Decay of the exponential averages that are kept beside the iterates, or None.
        decay: p of the step sizes h / k^p, or None.
    """

    keys: ClassVar[tuple[Key, ...]] = STEPWISE_KEYS

    generator: Stepper = GRADIENT
    discriminator: Stepper = GRADIENT
    lazy: int = 1
    clip: Any = None
    ema: Any = None
    decay: Any = None

    @classmethod
    def configured(cls, options: Mapping[str, Any]) -> Self:
        """The rule with the values of its keys."""
        own = {key: options[key] for key in ("lazy", "clip", "ema", "g_steps", "d_steps") if key in options}
        return cls(
            generator=_stepper(options, "g"),
            discriminator=_stepper(options, "d"),
            decay=options.get("h_decay"),
            **own,
        )

    @classmethod
    def misfit(cls, options: Mapping[str, Any]) -> Misfit | None:
        """Momentum given twice, or keys of one optimizer beside another."""
        if "momentum" in options:
            for key in ("momentum_g", "momentum_d"):
                if key in options:
                    return Misfit(key, "beside momentum, which is for both players", "give one of them")
        optimizer = options.get("optimizer", "sgd")
        foreign = _ONLY_ADAPTIVE if optimizer == "sgd" else _ONLY_SGD
        for key in foreign if optimizer != "rmsprop" else (*_ONLY_SGD, "beta1"):
            if key in options:
                return Misfit(key, f"not of the optimizer {optimizer!r}", "leave it out, or change the optimizer")
        if options.get("nesterov") and not {"momentum", "momentum_g", "momentum_d"} & set(options):
            return Misfit("nesterov", "without momentum", "give momentum as well")
        if "h_decay" in options and options.get("lazy", 1) != 1:
            return Misfit("h_decay", "beside lazy", "decide them one at a time")
        return None

    @property
    def plain(self) -> bool:
        """Whether it is gradient steps and nothing else."""
        steppers = self.generator, self.discriminator
        return all(s == GRADIENT for s in steppers) and self.lazy == 1 and self.unadorned == self

    @property
    def unadorned(self) -> Self:
        """The rule without clipping, averages beside it and decay: what one period does to the iterates near x*."""
        return type(self)(**{**self.__dict__, "clip": None, "ema": None, "decay": None})

    @property
    def uses_free_field(self) -> bool:
        """With lazy penalties."""
        return self.lazy > 1

    @property
    def keeps_equilibria(self) -> bool:  # type: ignore[override]
        """A zero of v need not be one of v0 and of v0 + k (v - v0)."""
        return self.lazy == 1

    def positive(self) -> list[tuple[str, str, Any]]:
        """The clipping bound, and what gradients are divided by."""
        found = [] if self.clip is None else [("clip", "clip", self.clip)]
        for player, stepper in (("g", self.generator), ("d", self.discriminator)):
            if isinstance(stepper, Preconditioned | Adam):
                found.append(("epsilon", f"rms_{player} + epsilon", 1 / stepper.scale))
        return found

    def start(self, theta: Any, psi: Any) -> State:
        """(theta, psi, G's memory, D's memory, the averages)."""
        averages = () if self.ema is None else (theta, psi)
        return (theta, psi, *self.generator.rest(theta), *self.discriminator.rest(psi), *averages)

    def period(self, players: Players, state: State, h: Any) -> State:
        """K iterations."""
        for turn in range(1, self.lazy + 1):
            state = self._iteration(lazy_field(players, self.lazy, turn), players, state, h)
        return state

    def step_size(self, h: Any, count: Any) -> Any:
        """H / (count + 1)^p."""
        return h if self.decay is None else h / (count + 1) ** self.decay

    @abstractmethod
    def moved(self, field: Callable[[Any, Any], Pair], now: Any, clipped: Callable[[Any], Any], h: Any) -> Any:
        """(theta, psi, G's memory, D's memory) after both players' steps."""

    def _iteration(self, field: Callable[[Any, Any], Pair], players: Players, state: State, h: Any) -> State:
        theta, psi, *memory = state
        own = len(self.generator.rest(theta))
        both = own + len(self.discriminator.rest(psi))

        def clipped(value: Any) -> Any:
            return value if self.clip is None else players.clip(value, self.clip)

        now = theta, psi, tuple(memory[:own]), tuple(memory[own:both])
        theta, psi, of_g, of_d = self.moved(field, now, clipped, h)
        averages = memory[both:]
        if self.ema is not None:
            averages = [self.ema * old + (1 - self.ema) * new for old, new in zip(averages, (theta, psi), strict=True)]
        return (theta, psi, *of_g, *of_d, *averages)


def _stepper(options: Mapping[str, Any], player: str) -> Stepper:
    optimizer = options.get("optimizer", "sgd")
    if optimizer == "sgd":
        beta = options.get("momentum", options.get(f"momentum_{player}"))
        if beta is None:
            return GRADIENT
        return (Nesterov(beta) if options.get("nesterov") else HeavyBall(beta)).reduced()
    scale = 1 / (options[f"rms_{player}"] + options["epsilon"])
    return Preconditioned(scale) if optimizer == "rmsprop" else Adam(scale, options["beta1"]).reduced()

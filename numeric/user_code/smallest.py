"""The smallest case that shows a disagreement, by Hypothesis: few samples, few entries, small numbers, a linear D."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from hypothesis import HealthCheck, Phase, find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample, Unsatisfiable

from ..cases import Cases
from ..strategies.networks import batches, discriminators, generators
from ..strategies.values import cases
from .execution import Manner
from .kinds import Binding
from .mathematics import NoSamples, Player
from .observing import Comparison, Part, look
from .trials import Trial

_EXAMPLES = 120
_SHAPES = ((1,), (2,), (1, 1, 2), (2, 1, 2))


def smallest_case(
    comparison: Comparison, binding: Binding, failed: Sequence[tuple[Player, Part]], seed: int
) -> tuple[str, ...]:
    """Lines that state the case and both numbers; nothing if none was found among small cases.

    Args:
        comparison: Which code and mathematics disagree.
        binding: The function and what its arguments get.
        failed: In which quantities.
        seed: Of the code's own random draws.
    """
    manner = comparison.sights[0].manner
    here = Manner(torch.float64, manner.column, manner.tracked, seed)

    # A linear D first: shrinking does not get from one family of networks to another.
    for families in (("linear",), ("mlp",)):
        trial = _found(comparison, lambda t: _difference(comparison, binding, t, here, failed) is not None, families)
        if trial is not None:
            break
    else:
        return ()
    found = _difference(comparison, binding, trial, here, failed)
    assert found is not None
    what, code, mathematics = found
    numbers = ", ".join(f"{name} = {value:g}" for name, value in trial.parameters.items())
    used = trial.functions is not None and comparison.pair and bool(binding.objective)
    functions = [f"f(t) = {trial.functions.text()}"] if used and trial.functions is not None else []
    return (
        f"D = {trial.discriminator!r}",
        f"x_real = {_shown(trial.real)}",
        f"x_fake = {_shown(trial.fake)}",
        *([numbers] if numbers else []),
        *functions,
        f"{what}: {both(code, mathematics)}",
    )


def _found(comparison: Comparison, differs: Callable[[Trial], bool], families: tuple[str, ...]) -> Trial | None:
    chosen = settings(
        max_examples=_EXAMPLES,
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    try:
        return find(_trials(comparison, families), differs, settings=chosen)
    except (NoSuchExample, Unsatisfiable):
        return None


@st.composite
def _trials(draw: st.DrawFn, comparison: Comparison, families: tuple[str, ...]) -> Trial:
    shape = draw(st.sampled_from(_SHAPES))
    count = draw(st.integers(1, 3))
    discriminator = draw(discriminators(shape=shape, families=families, max_depth=1, max_width=3))
    generator = draw(generators(latent=(1,), shape=shape, families=families, max_depth=1, max_width=2))
    real = draw(batches(shape=shape, min_size=count, max_size=count))
    latent = draw(batches(shape=(1,), min_size=count, max_size=count))
    case: Cases = draw(cases(comparison.proposal))
    values = {name: float(np.float32(v[0])) for name, v in case.parameters.items()}
    return Trial(discriminator, generator, real, latent, values, case.functions, degenerate=False)


def _difference(
    comparison: Comparison, binding: Binding, trial: Trial, manner: Manner, failed: Sequence[tuple[Player, Part]]
) -> tuple[str, float, float] | None:
    """What differs there, with both numbers; None where nothing does."""
    sights, failures = look(binding, comparison.proposal, [trial], manner, comparison.penalised)
    if failures:
        return None
    old = comparison.sights[0].scene
    same: dict[str, Any] = {"orientation": old.orientation, "pairing": old.pairing}
    one = Comparison(comparison.proposal, comparison.pair, comparison.penalised, sights).seen(**same)
    for player, part in failed:
        try:
            seen = one.observed(0, player, part)
        except NoSamples:
            continue
        mathematics = seen.terms.sum(axis=1)
        # A case at a kink of the mathematics shows nothing.
        if seen.agrees or not np.isfinite(mathematics).all():
            continue
        if np.isfinite(seen.code).all() and not _smooth_there(one, trial, player):
            continue
        place = int(np.argmax(np.where(np.isfinite(seen.code), np.abs(seen.code - mathematics), np.inf)))
        name = "value" if part == "value" else _parameter(trial, player, place)
        row = "D" if player == "discriminator" else "G"
        whole = "cost" if comparison.pair else "penalty"
        what = f"value of {row}'s {whole}" if part == "value" else f"derivative of {row}'s {whole} in {name}"
        return what, float(seen.code[place]), float(mathematics[place])
    return None


def _smooth_there(comparison: Comparison, trial: Trial, player: Player) -> bool:
    """Whether D has a gradient at the samples, or the mathematics needs none."""
    x = torch.cat([trial.real, trial.fake]).requires_grad_()
    value = trial.discriminator(x).sum()
    gradient = torch.autograd.grad(value, x)[0] if value.requires_grad else torch.zeros_like(x)
    flat = bool((gradient.flatten(1).abs().amax(1) < 1e-9).any())
    return not flat or comparison.smooth(0, player)


def _parameter(trial: Trial, player: Player, place: int) -> str:
    module = trial.discriminator if player == "discriminator" else trial.generator
    for name, parameter in module.named_parameters():
        if place < parameter.numel():
            index = np.unravel_index(place, tuple(parameter.shape))
            return f"{name}[{', '.join(str(int(i)) for i in index)}]"
        place -= parameter.numel()
    raise IndexError(place)


def both(code: float, mathematics: float) -> str:
    """Both numbers, with as many digits as it takes to tell them apart."""
    digits = next((n for n in (10, 13) if f"{code:.{n}g}" != f"{mathematics:.{n}g}"), 17)
    return f"the code gives {code:.{digits}g}, the mathematics {mathematics:.{digits}g}"


def _shown(x: torch.Tensor) -> str:
    def short(values: Any) -> str:
        if isinstance(values, list):
            return "[" + ", ".join(short(value) for value in values) + "]"
        return f"{values:g}"

    return short(x.tolist())

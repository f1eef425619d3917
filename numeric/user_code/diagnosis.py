"""From numbers that differ to the difference that explains them.

In this order: a graph that is cut, numbers that are not finite, coefficients of the terms (constant, or following the
batch size, the size of a sample or a parameter), and one term computed differently (``alternatives``). A cause is only
named if it reproduces every number within rounding; otherwise it is said that none was found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import torch

from .alternatives import alternatives, of_all_terms
from .fitting import Array, Observation, Scaling, constant_coefficients, rational, varying_coefficients
from .kinds import Binding
from .mathematics import NoSamples, Player, Scene, Term
from .observing import Comparison, Part
from .outcome import Cause

_ENOUGH = 10


def causes(comparison: Comparison, binding: Binding, failed: Sequence[tuple[Player, Part]]) -> tuple[list[Cause], int]:
    """The likely causes, player by player, and for how many players none was found.

    Args:
        comparison: Code and mathematics.
        binding: Which numbers the code got.
        failed: What differs.
    """
    parts: dict[Player, list[Part]] = {}
    for player, part in failed:
        parts.setdefault(player, []).append(part)
    by_player = [_causes(comparison, binding, player, differing) for player, differing in parts.items()]
    lazy = comparison.proposal.training.options.get("lazy")
    found = [_of_lazy(cause, lazy) for causes in by_player for cause in causes]
    return found, sum(not causes for causes in by_player)


def _of_lazy(cause: Cause, lazy: int | None) -> Cause:
    """The penalty of a lazy step is k times the proposal's, and its code base may multiply elsewhere."""
    if not lazy or lazy == 1 or cause.factor != str(lazy):
        return cause
    text = f"the code is {lazy} times the proposal: it has the factor of the lazy step (lazy = {lazy}) in it"
    return replace(cause, text=text, mend="return the penalty itself, and multiply in the training step")


def _causes(comparison: Comparison, binding: Binding, player: Player, parts: list[Part]) -> list[Cause]:
    cut = _cut(comparison, player, value_agrees="value" not in parts and not comparison.pair)
    if cut is not None:
        return [cut]
    undefined = _not_finite(comparison, player)
    if undefined is not None:
        regular = [o for part in parts for o in _regular(comparison, player, part)]
        if all(o.agrees for o in regular) or not all(np.isfinite(o.code).all() for o in regular):
            return [undefined]
        return [undefined, *_by_numbers(comparison, binding, player, parts)]
    return _by_numbers(comparison, binding, player, parts)


def _by_numbers(comparison: Comparison, binding: Binding, player: Player, parts: list[Part]) -> list[Cause]:
    # Gradients have many entries and say more; a value alone may be off by a constant or have its graph cut in part.
    part: Part = "gradient" if "gradient" in parts else "value"
    regular = _regular(comparison, player, part)
    terms = comparison.terms(player)
    constants = constant_coefficients(regular)
    if constants is not None:
        return _of_constants(terms, constants, player, value_agrees="value" not in parts and not comparison.pair)
    names = list(comparison.proposal.parameter_names)
    varying = varying_coefficients(_regular(comparison, player, "gradient"), names)
    if varying is not None and all(scaling is not None for scaling in varying):
        laws = zip(terms, varying, strict=True)
        return [c for t, s in laws if s is not None for c in of_scaling(f"{_row_name(player)}: {t.text}", s, binding)]
    return _of_alternatives(comparison, player, part)


def _regular(comparison: Comparison, player: Player, part: Part) -> list[Observation]:
    found = comparison.observations(player, part)
    return [o for o in found if not o.trial.degenerate and o.dtype == torch.float64] or found


def _cut(comparison: Comparison, player: Player, *, value_agrees: bool) -> Cause | None:
    rows = [sight.run.rows[player] for sight in comparison.sights if not sight.trial.degenerate]
    if not rows or any(row.attached for row in rows):
        return None
    if player == "generator":
        return Cause(
            _row_name(player),
            "no gradient reaches the generator: the generated samples are detached in its cost",
            "use x_fake as it is given there; detach it in D's loss only",
        )
    if any(row.differentiable for row in rows):
        text, mend = "no gradient reaches the discriminator", "create_graph=True in torch.autograd.grad"
    else:
        text = "the value has no graph: nothing is trained by it"
        mend = "create_graph=True in torch.autograd.grad, and no detach(), item() or no_grad()"
    return Cause(_row_name(player), text + ("; its value is right" if value_agrees else ""), mend)


def _not_finite(comparison: Comparison, player: Player) -> Cause | None:
    for sight in comparison.sights:
        row = sight.run.rows[player]
        if bool(row.value.isfinite()) and bool(row.gradient.isfinite().all()):
            continue
        what = "the value" if not bool(row.value.isfinite()) else "its gradient"
        if sight.trial.degenerate:
            return Cause(
                _row_name(player),
                f"{what} is not finite where the gradient of D vanishes, as it does at the equilibrium: a root is "
                "differentiated at 0",
                "square without taking the root, or use torch.linalg.vector_norm, whose gradient at 0 is 0",
            )
        return Cause(_row_name(player), f"{what} is not finite", "use the stable form, softplus or logsigmoid")
    return None


# -- coefficients ----------------------------------------------------------------------------------------------------


def _of_constants(terms: Sequence[Term], found: Array, player: Player, *, value_agrees: bool) -> list[Cause]:
    fractions = [rational(float(value)) for value in found]
    common = fractions[0]
    if common is not None and len(terms) > 1 and common not in (0, 1) and all(f == common for f in fractions):
        text = f"the code is {common} times the proposal, in every term"
        return [Cause(_row_name(player), *of_factor(text, common), factor=str(common))]
    return [
        cause
        for term, value, fraction in zip(terms, found, fractions, strict=True)
        if fraction != 1
        for cause in [_of_constant(term, float(value), fraction, player, value_agrees=value_agrees)]
    ]


def _of_constant(term: Term, value: float, fraction: Fraction | None, player: Player, *, value_agrees: bool) -> Cause:
    where = f"{_row_name(player)}: {term.text}"
    shown = str(fraction) if fraction is not None else f"{value:.6g}"
    if fraction == 0:
        if value_agrees:
            text = "no gradient flows through this term, though its value is right: its graph is cut"
            return Cause(where, text, "create_graph=True in torch.autograd.grad", factor="0")
        return Cause(where, "the term is missing", "add it", factor="0")
    if value_agrees and fraction is None:
        return Cause(where, f"its gradient is {shown} times the proposal's, though its value is right", factor=shown)
    text = f"the code is {shown} times the proposal"
    return Cause(where, *of_factor(text, fraction), factor=shown)


def of_factor(text: str, factor: Fraction | None) -> tuple[str, str]:
    """A sentence that names a factor, with what it means, and the mend."""
    if factor == -1:
        return f"{text}: the sign is wrong", "change the sign"
    if factor is not None and factor < 0:
        return f"{text}: the sign is wrong, and the size", "change both"
    if factor == 2:
        return f"{text}: the factor 1/2 is missing", "halve it, or pass half of the weight (reg_param = gamma/2)"
    if factor == Fraction(1, 2):
        return f"{text}: there is a factor 1/2 too many", "double it, or pass twice the weight"
    return text, "divide by it" if factor is None or factor != 0 else "add it"


def of_scaling(where: str, scaling: Scaling, binding: Binding) -> list[Cause]:
    """The cause behind a coefficient that follows a law; none for the coefficient 1."""
    fraction = rational(scaling.factor)
    if fraction == 1 and not (scaling.batch or scaling.entries or scaling.power):
        return []
    shown = str(fraction) if fraction is not None else f"{scaling.factor:.6g}"
    powers = ((scaling.batch, "N"), (scaling.entries, "d"), (scaling.power, scaling.parameter))
    law = _law(shown, [(name, p) for p, name in powers if p])
    text, mend = f"the code is {law} times the proposal", ""
    if scaling.power:
        text, mend = _of_parameter(text, scaling, fraction, binding)
    else:
        reasons = []
        if scaling.batch:
            reasons.append(_BATCH.get(scaling.batch, ("the batch size enters", "average over the batch")))
        if scaling.entries:
            reasons.append(_ENTRIES.get(scaling.entries, ("the size of a sample enters", "sum over its entries")))
        text += "".join(f": {reason}" for reason, _ in reasons)
        mend = "; ".join(mend for _, mend in reasons)
        if fraction is not None and fraction != 1:
            text += f", and {of_factor('there is the factor ' + shown, fraction)[0]}"
    letters = ["N: batch size"] * bool(scaling.batch) + ["d: entries of a sample"] * bool(scaling.entries)
    legend = f" ({', '.join(letters)})" if letters else ""
    return [Cause(where, text + legend, mend, factor=law)]


_BATCH: dict[Fraction, tuple[str, str]] = {
    Fraction(1): ("the sum over the batch is taken, not the mean", "average over the batch"),
    Fraction(-1): ("the mean over the batch is taken twice", "average over the batch once"),
    Fraction(-2): (
        "the gradient of D.mean() is taken: each sample's is divided by the batch size",
        "differentiate D.sum(), or pass grad_outputs=torch.ones_like(d)",
    ),
}
_ENTRIES: dict[Fraction, tuple[str, str]] = {
    Fraction(-1): ("the mean over a sample's entries is taken, not the sum", "g.square().flatten(1).sum(1)"),
    Fraction(1): ("the entries of a sample are counted once too often", "sum over the entries once"),
}


def _of_parameter(text: str, scaling: Scaling, factor: Fraction | None, binding: Binding) -> tuple[str, str]:
    name, exact = scaling.parameter, factor if factor is not None else scaling.factor
    if name in binding.unused and scaling.power == -1:
        return (
            f"the code does not take {name}: it is the proposal at {name} = {exact}",
            f"pass it (as an argument {name}, or --with ARGUMENT={name}), or write {name} == {exact} in the proposal",
        )
    if scaling.power == 1:
        return f"{text}: the weight {name} enters twice", f"multiply by {name} once"
    if scaling.power == -1:
        return f"{text}: the weight {name} is missing", f"multiply by {name}"
    return f"{text}: the power of {name} is wrong", ""


def _law(factor: str, powers: list[tuple[str, Fraction]]) -> str:
    """A product of powers, those below 0 as divisors."""
    above = [_power(name, p) for name, p in powers if p > 0]
    below = [_power(name, -p) for name, p in powers if p < 0]
    return "/".join(["*".join([factor] * (factor != "1" or not above) + above), *below])


def _power(name: str, power: Fraction) -> str:
    if power == 1:
        return name
    return f"{name}**{power}" if power.denominator == 1 else f"{name}**({power})"


# -- alternatives ----------------------------------------------------------------------------------------------------


def _of_alternatives(comparison: Comparison, player: Player, part: Part) -> list[Cause]:
    """One term computed differently, the others with any coefficients; exact matches before scaled ones."""
    numbers = [
        number
        for number, sight in enumerate(comparison.sights)
        if not sight.trial.degenerate and sight.trial.batch > 1 and sight.manner.dtype == torch.float64
        if sight.trial.entries > 1
    ][:_ENOUGH]
    scaled: list[Cause] = []
    terms = comparison.terms(player)
    for cause, mend, scene in of_all_terms():
        replaced = {place: (term, scene) for place, term in enumerate(terms) if term.kind != "penalty"}
        found = _matched(comparison, numbers, player, part, replaced)
        if found is not None and all(rational(float(value)) == 1 for value in found):
            return [Cause(_row_name(player), cause, mend)]
    for place, term in enumerate(terms):
        for other in alternatives(term):
            found = _matched(comparison, numbers, player, part, {place: (other.term, other.scene)})
            if found is None:
                continue
            fractions = [rational(float(value)) for value in found]
            if fractions[place] == 0:
                continue
            where = f"{_row_name(player)}: {term.text}"
            rest = [
                cause
                for k, (t, v, q) in enumerate(zip(terms, found, fractions, strict=True))
                if q != 1 and k != place
                for cause in [_of_constant(t, float(v), q, player, value_agrees=False)]
            ]
            if fractions[place] == 1 and not rest:
                return [Cause(where, other.cause, other.mend)]
            if fractions[place] is not None and not scaled:
                factor = fractions[place]
                own = "" if factor == 1 else f", times {factor}"
                scaled = [Cause(where, other.cause + own, other.mend, "" if factor == 1 else str(factor)), *rest]
    return scaled


def _matched(
    comparison: Comparison,
    numbers: Sequence[int],
    player: Player,
    part: Part,
    replaced: Mapping[int, tuple[Term, Callable[[Scene], Scene]]],
) -> Array | None:
    """Coefficients with some terms replaced, each by a term in a scene; None if they do not explain the numbers."""
    changed: list[Observation] = []
    for number in numbers:
        observation = comparison.observed(number, player, part)
        sight = comparison.sights[number]
        terms = observation.terms.copy()
        for place, (term, scene) in replaced.items():
            try:
                value, gradient = comparison.columns(replace(sight, scene=scene(sight.scene)), term, player)
            except NoSamples:
                return None
            terms[:, place] = np.array([value]) if part == "value" else gradient
        if not np.isfinite(terms).all():
            return None
        grown = float(np.abs(terms).max(axis=0).sum()) / max(float(np.abs(observation.terms).max(axis=0).sum()), 1e-300)
        changed.append(replace(observation, terms=terms, tolerance=observation.tolerance * max(1.0, grown)))
        if len(changed) == 1 and len(observation.code) > 2 * terms.shape[1] and constant_coefficients(changed) is None:
            return None
    return constant_coefficients(changed)


def _row_name(player: Player) -> str:
    return "D's row" if player == "discriminator" else "G's row"

"""A user's penalty or pair of losses against a proposal, from the call to the outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from ...symbolic import expression as ex
from ...symbolic.proposal import Proposal
from .concrete import concrete_proposals
from .diagnosis import causes
from .drawn import SAMPLES, drawn, missing_samples
from .errors import CodeError
from .execution import Manner
from .kinds import Binding
from .mathematics import NoSamples, Player
from .observing import Comparison, Part, Sight, look, needed_kinds
from .outcome import Cause, Outcome, Settings
from .smallest import smallest_case
from .trials import Trial, trials

_KINDS = {
    (False, "discriminator"): "penalty of the discriminator",
    (False, "generator"): "penalty of the generator",
    (True, "discriminator"): "pair of losses",
    (True, "generator"): "pair of losses",
}


def compare_losses(proposal: Proposal, binding: Binding, settings: Settings) -> Outcome:
    """Compares a penalty or a pair of losses.

    Args:
        proposal: The mathematics.
        binding: The function and what its arguments get.
        settings: How.

    Raises:
        CodeError: If the function fails in every case, or returns something else.
        EvidenceUnavailable: If no admissible parameters are found.
    """
    table = trials(proposal, settings.seed, settings.rounds)
    penalised = _penalised(proposal, binding, settings)
    sights, remarks = _sights(binding, proposal, table, penalised, settings.seed)
    sights, without = _with_samples(proposal, sights)
    remarks += without
    pair = sights[0].run.is_pair
    whose: Player = "discriminator" if penalised is _UNSURE else penalised
    if not pair and penalised is _UNSURE and not _nothing(proposal, whose):
        raise CodeError(binding.function.where, "both players have a penalty", "say whose it is: --player generator")
    if not pair and _nothing(proposal, whose):
        raise CodeError(
            binding.function.where, f"the proposal has no penalty of the {whose}", "give [penalty] or a pair of losses"
        )
    remarks += [*binding.remarks, *dict.fromkeys(note for sight in sights for note in sight.run.notes)]
    candidates = concrete_proposals(proposal, binding, needed=pair and not binding.objective)
    tried = [_comparison(candidate, pair, whose, sights) for candidate in candidates]
    for comparison in (seen for one in tried for seen in _views(one)):
        failed = _failed(comparison)
        if not failed:
            said = _assumed(proposal, comparison) + remarks
            laws = drawn(binding, comparison, settings.seed)
            outcome = _outcome(comparison, laws.causes, said, settings, binding)
            if laws.examined:
                return outcome
            reason = "they agree at the points that the code draws, but too few draws were seen to test their law"
            return replace(outcome, holds=None, reason=reason)
    if pair and _exchanged(binding, tried, table, settings.seed):
        cause = Cause("both rows", "the losses are returned in the other order", "return (loss_d, loss_g)")
        return _outcome(tried[0], [cause], remarks, settings, binding)
    found, comparison = _best(tried, binding)
    return _outcome(comparison, found, _assumed(proposal, comparison) + remarks, settings, binding)


class _Unsure(str):
    """The discriminator, for want of knowing better."""


_UNSURE: Player = _Unsure("discriminator")  # type: ignore[assignment]


def _penalised(proposal: Proposal, binding: Binding, settings: Settings) -> Player:
    if settings.player is not None:
        if settings.player not in ("discriminator", "generator"):
            raise CodeError(binding.function.where, f"no player {settings.player!r}", "discriminator or generator")
        return settings.player  # type: ignore[return-value]
    nothing = [_nothing(proposal, player) for player in ("discriminator", "generator")]
    if nothing == [True, False]:
        return "generator"
    return "discriminator" if nothing == [False, True] else _UNSURE


def _nothing(proposal: Proposal, player: Player) -> bool:
    return ex.is_zero(proposal.penalty_discriminator if player == "discriminator" else proposal.penalty_generator)


# -- calling ---------------------------------------------------------------------------------------------------------

_MANNERS = (
    Manner(torch.float64, column=True),
    Manner(torch.float64, column=False),
    Manner(torch.float32, column=True),
    Manner(torch.float32, column=False),
)


def _sights(
    binding: Binding, proposal: Proposal, table: Sequence[Trial], penalised: Player, seed: int
) -> tuple[list[Sight], list[str]]:
    """All calls that came back, float64 first, and what is to be said of those that did not."""
    found: list[Sight] = []
    remarks: list[str] = []
    failures: list[tuple[Manner, Trial, str]] = []
    for place, manner in enumerate(_MANNERS):
        # The table is gone through once per precision; the other shape of D's output on a part of it.
        part = table if place in (0, 2) or not found else table[:: 3 if place == 1 else 5]
        manner = replace(manner, seed=seed)
        seen, failed = look(binding, proposal, part, manner, penalised)
        if failed and not seen:
            again, still = look(binding, proposal, part, replace(manner, tracked=True), penalised)
            if again:
                seen, failed = again, still
                remarks.append(
                    "the code needs real samples that require gradients: call x_real.requires_grad_() before it"
                )
        found += seen
        failures += [(manner, trial, text) for trial, text in failed]
    if not found:
        raise CodeError(binding.function.where, f"it fails in every case: {failures[0][2]}", _mend(failures[0][2]))
    found.sort(key=lambda sight: sight.manner.dtype != torch.float64)
    return found, list(dict.fromkeys(remarks + _failure_remarks(found, failures)))


def _failure_remarks(found: Sequence[Sight], failures: Sequence[tuple[Manner, Trial, str]]) -> list[str]:
    """Where the code fails while it works elsewhere: by precision, output shape, samples and batch size."""
    said: list[str] = []
    groups = (
        (lambda m, t: str(m.dtype).removeprefix("torch."), "in {}"),
        (lambda m, t: "[N, 1]" if m.column else "[N]", "where D returns {}"),
        (lambda m, t: "images [N, C, H, W]" if len(t.shape) == 3 else "vectors [N, d]", "on {}"),
        (lambda m, t: f"{t.batch}", "at batch size {}"),
    )
    rest = list(failures)
    for key, text in groups:
        worked = {key(s.manner, s.trial) for s in found}
        for value in sorted({key(m, t) for m, t, _ in rest} - worked):
            example = next(error for m, t, error in rest if key(m, t) == value)
            said.append(f"it fails {text.format(value)}, which was not compared: {example}")
            rest = [(m, t, e) for m, t, e in rest if key(m, t) != value]
    if rest:
        said.append(f"it fails in {len(rest)} other cases, which were not compared: {rest[0][2]}")
    return said


def _mend(failure: str) -> str:
    if "does not require grad" in failure or "not to have been used in the graph" in failure:
        return "call x.requires_grad_() before D(x) and pass create_graph=True"
    if "second time" in failure:
        return "return the losses without calling backward()"
    return "it is called with modules D: [N, ...] -> [N, 1] and tensors, as torch.float64 and torch.float32"


def _with_samples(proposal: Proposal, sights: list[Sight]) -> tuple[list[Sight], list[str]]:
    """The calls that evaluate D at mixed or noisy samples, where most do and the others at no numbers at all."""
    wanted = needed_kinds(proposal)
    if not wanted:
        return sights, []
    shown = [bool(wanted & {block.kind for block in s.run.blocks}) for s in sights]
    finite = [all(bool(block.x.isfinite().all()) for block in s.run.blocks) for s in sights]
    kept = [s for s, has, good in zip(sights, shown, finite, strict=True) if has or good]
    odd = [s for s, has, good in zip(sights, shown, finite, strict=True) if not has and not good]
    if not odd or sum(shown) < len(sights) / 2:
        return sights, []
    sizes = ", ".join(sorted({str(s.trial.batch) for s in odd}))
    return kept, [f"D's inputs are not finite in {len(odd)} cases with batches of {sizes}, which were not compared"]


# -- comparing -------------------------------------------------------------------------------------------------------


def _comparison(proposal: Proposal, pair: bool, penalised: Player, sights: Sequence[Sight]) -> Comparison:
    placed = [replace(sight, scene=replace(sight.scene, proposal=proposal)) for sight in sights]
    return Comparison(proposal, pair, penalised, placed)


def _views(comparison: Comparison) -> list[Comparison]:
    """The readings that are all right: the sign of D, how batches are paired, in which order noise is drawn."""
    objective = comparison.proposal.objective
    signs = (1, -1) if comparison.pair or comparison.sees_output else (1,)
    readings: list[dict[str, object]] = [{}]
    if comparison.pair and objective is not None:
        if objective.relativistic:
            readings.append({"pairing": "all"})
        if not ex.is_zero(objective.noise):
            readings.append({"generator_first": True})
    return [comparison.seen(**reading, orientation=sign) for sign in signs for reading in readings]


def _failed(comparison: Comparison) -> list[tuple[Player, Part]]:
    """Which quantities differ; everything where samples are missing."""
    parts: tuple[Part, ...] = ("gradient",) if comparison.pair else ("value", "gradient")
    failed: list[tuple[Player, Part]] = []
    for player in comparison.players:
        for part in parts:
            try:
                good = _agree(comparison, player, part)
            except NoSamples:
                good = False
            if not good:
                failed.append((player, part))
    return failed


def _agree(comparison: Comparison, player: Player, part: Part) -> bool:
    for number, sight in enumerate(comparison.sights):
        observation = comparison.observed(number, player, part)
        if observation.agrees:
            continue
        flat = sight.trial.degenerate and part == "gradient" and np.isfinite(observation.code).all()
        # At a kink of the mathematics, any finite number is as good as another.
        if not flat or comparison.smooth(number, player):
            return False
    return True


def _exchanged(binding: Binding, tried: Sequence[Comparison], table: Sequence[Trial], seed: int) -> bool:
    """Whether the pair agrees when it is read the other way round."""
    first = tried[0].sights[0].manner
    manner = Manner(torch.float64, first.column, first.tracked, seed, exchanged=True)
    sights, _ = look(binding, tried[0].proposal, table[::3], manner, tried[0].penalised)
    comparisons = [_comparison(one.proposal, True, one.penalised, sights) for one in tried] if sights else []
    return any(not _failed(seen) for one in comparisons for seen in _views(one))


def _assumed(proposal: Proposal, comparison: Comparison) -> list[str]:
    said = []
    chosen, objective = comparison.proposal.objective, proposal.objective
    if objective is not None and objective.arbitrary and chosen is not None and not chosen.arbitrary:
        said.append(f"f is any in the proposal; the code was compared with f = {chosen.label}")
    if comparison.sights[0].scene.orientation == -1:
        said.append("D is high on real samples in the code, and high on fakes in the paper: the spectra are the same")
    return said


def _best(tried: Sequence[Comparison], binding: Binding) -> tuple[list[Cause], Comparison]:
    """The explanation with the fewest causes, over objectives and signs of D; the first reading if there is none."""
    best: tuple[int, list[Cause], Comparison] | None = None
    for comparison in (seen for one in tried for seen in _views(one)):
        failed = _failed(comparison)
        try:
            found, unexplained = causes(comparison, binding, failed)
        except NoSamples as missing:
            found, unexplained = missing_samples(comparison, missing.kind), 0
        rank = 1000 * unexplained + 10 * len(found) + len({player for player, _ in failed})
        if best is None or rank < best[0]:
            best = (rank, found, comparison)
    assert best is not None
    return best[1], best[2]


def _outcome(
    comparison: Comparison, found: Sequence[Cause], remarks: Sequence[str], settings: Settings, binding: Binding
) -> Outcome:
    failed = _failed(comparison)
    holds = not failed and not found
    shapes = sorted({tuple(s.trial.shape) for s in comparison.sights}, key=lambda s: (len(s), s))
    batches = sorted({s.trial.batch for s in comparison.sights})
    precisions = sorted({str(s.manner.dtype).removeprefix("torch.") for s in comparison.sights}, reverse=True)
    what = "gradients of both losses" if comparison.pair else "value and gradient"
    compared = (
        f"{what}; D constant, linear, MLP, convolutional; samples {', '.join(str(list(s)) for s in shapes)}; "
        f"batches of {', '.join(map(str, batches))}; {' and '.join(precisions)}"
    )
    cases = len(comparison.sights)
    error = _largest_error(comparison)
    if holds:
        reason = f"code and mathematics agree in {cases} cases"
    elif found:
        reason = f"{found[0].where}: {found[0].text}"
    else:
        rows = " and ".join(dict.fromkeys("D's row" if p == "discriminator" else "G's row" for p, _ in failed))
        differ = "differs" if len({p for p, _ in failed}) == 1 else "differ"
        reason = f"{rows} {differ}, by none of the known causes"
    # Where D is evaluated at other samples, there is no number to put beside the code's.
    sampled = any(cause.where == SAMPLES for cause in found)
    smallest = () if holds or not failed or sampled else smallest_case(comparison, binding, failed, settings.seed)
    kind = _KINDS[comparison.pair, "generator" if comparison.penalised == "generator" else "discriminator"]
    return Outcome(kind, holds, reason, tuple(found), smallest, tuple(remarks), compared, cases, error)


def _largest_error(comparison: Comparison) -> float:
    """Relative to the size of the terms, in double precision; what is compared at kinks does not count."""
    largest = 0.0
    for player in comparison.players:
        for part in ("gradient",) if comparison.pair else ("value", "gradient"):
            for number, sight in enumerate(comparison.sights):
                if sight.trial.degenerate or sight.manner.dtype != torch.float64:
                    continue
                try:
                    seen = comparison.observed(number, player, part)
                except NoSamples:
                    return float("inf")
                size = float(np.abs(seen.terms).max(axis=0, initial=0.0).sum())
                largest = max(largest, seen.error / size if size > 0 else (0.0 if seen.error == 0 else float("inf")))
    return largest

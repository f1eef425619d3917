"""What the code draws itself: whether it is what the mathematics averages over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from ...symbolic import expression as ex
from ..interpret import TorchAlgebra, as_tensor
from .execution import Manner
from .fitting import Array
from .kinds import Binding
from .laws import gaussian, uniform
from .observing import Comparison, Sight, look, needed_kinds
from .outcome import Cause
from .recording import Block, Kind
from .trials import WIDE, law_trials

SAMPLES = "the samples"
# Calls per choice of parameters, and their batch size: enough to see a standard deviation that is 1.3 times too large.
_CALLS = ((8, 24), (12, 3))
_MORE_CALLS = 600
_NEEDS = {
    "E_mix": "on the segments between real and generated samples",
    "E_real_noisy": "at noisy real samples",
    "E_fake_noisy": "at noisy generated samples",
}
_SHOWN = {
    "real": "at real samples",
    "fake": "at generated samples",
    "mix": "between real and generated samples",
    "real-real": "between two real samples",
    "elementwise": "at mixtures with a weight of its own for every entry of a sample",
    "real-noisy": "at points around real samples",
    "fake-noisy": "at points around generated samples",
}
_MENDS = {
    "elementwise": "draw one weight per sample: torch.rand(N, 1, 1, 1) for images",
    "real-real": "mix real samples with generated ones",
}


def missing_samples(comparison: Comparison, kind: str) -> list[Cause]:
    """The cause where the code evaluates D at none of the samples of an expectation operator."""
    kinds = [block.kind for sight in comparison.sights if sight.trial.entries > 1 for block in sight.run.blocks]
    seen = list(dict.fromkeys(kinds))
    odd = next((k for k in ("elementwise", "real-real") if k in seen), None)
    shown = _SHOWN[odd] if odd else " and ".join(_SHOWN[k] for k in seen) or "at none of the samples"
    text = f"D is evaluated {shown}, and not {_NEEDS[kind]}"
    return [Cause(SAMPLES, text, _MENDS.get(odd or "", f"evaluate it {_NEEDS[kind]} for {kind}"))]


@dataclass(frozen=True)
class Drawn:
    """What is known of the code's random draws.

    Attributes:
        causes: What is wrong with them.
        examined: Whether all that the mathematics averages over was drawn and tested.
    """

    causes: tuple[Cause, ...]
    examined: bool


def drawn(binding: Binding, comparison: Comparison, seed: int) -> Drawn:
    """Whether mixing weights are U[0, 1] and noise is N(0, c I), over some thousand draws.

    Vectors and images, large batches and small ones, and every choice of parameters are tested apart: what is too large
    here and too small there would hide each other.

    Args:
        binding: The code.
        comparison: With which the code agrees at the points that it draws.
        seed: The result is a function of it.
    """
    proposal = comparison.proposal
    needed = needed_kinds(proposal)
    if not needed:
        return Drawn((), True)
    manner = comparison.sights[0].manner
    causes: list[Cause] = []
    seen: set[Kind] = set()
    for place, wide in enumerate(WIDE):
        for calls, batch in _CALLS:
            groups = []
            for group, trials in enumerate(law_trials(proposal, wide, seed, calls, batch)):
                here = Manner(torch.float64, manner.column, manner.tracked, seed + 1000 * (group + 1) + place)
                groups.append(look(binding, proposal, trials, here, comparison.penalised)[0])
            sights = [sight for group in groups for sight in group]
            seen |= {block.kind for sight in sights for block in sight.run.blocks}
            causes += _weights(binding, comparison, sights, manner, seed) if "mix" in needed else []
            causes += [cause for group in groups for cause in _noise(group, comparison)]
            if causes:
                return Drawn(tuple(causes[:1]), True)
    return Drawn((), needed <= seen)


def _blocks(sights: list[Sight], kind: str) -> list[tuple[Sight, Block]]:
    return [(sight, block) for sight in sights for block in sight.run.blocks if block.kind == kind]


def _weights(binding: Binding, comparison: Comparison, sights: list[Sight], manner: Manner, seed: int) -> list[Cause]:
    mixed = _shared(sights)
    if not mixed:
        return []
    if all(len(weights) == 1 for weights in mixed):
        # One weight per batch has the same expectation, and takes more calls.
        few = law_trials(comparison.proposal, WIDE[0], seed, _MORE_CALLS, 2)[0]
        here = Manner(torch.float64, manner.column, manner.tracked, seed + 50_000)
        mixed = _shared(look(binding, comparison.proposal, few, here, comparison.penalised)[0]) or mixed
    weights = torch.cat(mixed).double().numpy()
    repeated = _repeated(weights, "mixing weights")
    if repeated:
        return repeated
    test = uniform(weights)
    if test.holds:
        return []
    spread = f"from {weights.min():.3g} to {weights.max():.3g}, mean {weights.mean():.3g}"
    text = f"the mixing weights are not uniform on [0, 1] ({spread}, {test.draws} draws)"
    return [Cause(SAMPLES, text, "draw them by torch.rand")]


def _shared(sights: list[Sight]) -> list[torch.Tensor]:
    """Independent weights, batch by batch; one where all are the same number."""
    mixed = [block.weights for _, block in _blocks(sights, "mix") if block.weights is not None]
    return [w[:1] if float(w.max() - w.min()) < 1e-9 else w for w in mixed]


def _repeated(draws: Array, what: str) -> list[Cause]:
    """Numbers with a density do not come twice, but for the digits of single precision."""
    different = len(np.unique(np.round(draws, 9)))
    if different >= 0.99 * len(draws):
        return []
    text = f"the {what} take {different} different values in {len(draws)} draws"
    return [Cause(SAMPLES, text, "draw anew at every call, without clamping, rounding or a seed of your own")]


def _noise(sights: list[Sight], comparison: Comparison) -> list[Cause]:
    by_kind: dict[str, list[torch.Tensor]] = {}
    for kind in sorted(needed_kinds(comparison.proposal) & {"real-noisy", "fake-noisy"}):
        for sight, block in _blocks(sights, kind):
            clean = sight.trial.real if kind == "real-noisy" else sight.trial.fake
            variance = _variance(comparison, sight, kind)
            if variance is not None and variance > 0:
                rows = (block.x.double() - clean).reshape(len(clean), -1) / variance**0.5
                same = len(rows) > 1 and float((rows - rows[:1]).abs().max()) < 1e-9
                by_kind.setdefault(kind, []).append(rows[:1] if same else rows)
    found = [cause for noise in by_kind.values() for cause in _noise_causes(torch.cat(noise), sights[0])]
    pair = comparison.proposal.objective is not None and comparison.proposal.objective.relativistic
    if not found and pair and len(by_kind) == 2:
        first, second = (torch.cat(noise).reshape(-1) for noise in by_kind.values())
        if len(first) == len(second) and float((first - second).abs().max()) < 1e-6:
            text = "the same noise is added to real and to generated samples, which are compared with each other"
            return [Cause(SAMPLES, text, "draw it twice")]
    return found


def _noise_causes(noise: torch.Tensor, sight: Sight) -> list[Cause]:
    draws = noise.reshape(-1).numpy()
    # One number for all entries of a sample is told from one that comes again and again.
    if noise.shape[1] > 1 and float((noise - noise[:, :1]).abs().max()) < 1e-6:
        text = "one random number is added to all entries of a sample"
        return [Cause(SAMPLES, text, "draw one number per entry: torch.randn_like(x)")]
    repeated = _repeated(draws, "noise")
    if repeated:
        return repeated
    test = gaussian(draws)
    if not test.holds:
        spread = f"mean {draws.mean():.3g}, standard deviation {draws.std():.3g} in units of the proposal's"
        numbers = ", ".join(f"{name} = {value:g}" for name, value in sight.trial.parameters.items())
        text = f"the noise is not N(0, c I) ({spread}, at {numbers}; {test.draws} draws)"
        return [Cause(SAMPLES, text, "c is the variance: add c**0.5 * torch.randn_like(x)")]
    # Independent entries: their normalised sum is standard normal too.
    together = gaussian((noise.sum(1) / noise.shape[1] ** 0.5).numpy())
    if not together.holds:
        text = "the entries of the noise are not independent of each other"
        return [Cause(SAMPLES, text, "draw one number per entry: torch.randn_like(x)")]
    return []


def _variance(comparison: Comparison, sight: Sight, kind: str) -> float | None:
    """The variance that the mathematics asks for: of the noisy operator, or of instance noise."""
    proposal = comparison.proposal
    operator = "E_real_noisy" if kind == "real-noisy" else "E_fake_noisy"
    names = {n: torch.tensor(v, dtype=torch.float64) for n, v in sight.trial.parameters.items()}

    def number(tree: ex.Expression) -> float:
        return float(as_tensor(ex.interpret(tree, TorchAlgebra(names))))

    for tree in (proposal.penalty_discriminator, proposal.penalty_generator):
        for node in ex.walk(tree):
            if isinstance(node, ex.Expectation) and node.operator == operator and node.variance is not None:
                return number(node.variance)
    if proposal.objective is not None and not ex.is_zero(proposal.objective.noise):
        return float(np.square(number(proposal.objective.noise)))
    return None

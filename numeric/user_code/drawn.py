"""What the code draws itself: whether it is what the mathematics averages over."""

from __future__ import annotations

import numpy as np
import torch

from ...symbolic import expression as ex
from ..interpret import TorchAlgebra, as_tensor
from .execution import Manner
from .kinds import Binding
from .laws import gaussian, uniform
from .observing import Comparison, Sight, look, needed_kinds
from .outcome import Cause
from .recording import Block
from .trials import law_trials

SAMPLES = "the samples"
# Per choice of parameters: enough to see a standard deviation that is 1.3 times too large.
_CALLS, _BATCH = 8, 24
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


def drawn_causes(binding: Binding, comparison: Comparison, seed: int) -> list[Cause]:
    """Whether mixing weights are U[0, 1] and noise is N(0, c I), over some hundred draws.

    Args:
        binding: The code.
        comparison: With which the code agrees at the points that it draws.
        seed: The result is a function of it.
    """
    proposal = comparison.proposal
    if not needed_kinds(proposal):
        return []
    manner = comparison.sights[0].manner
    groups = []
    for place, trials in enumerate(law_trials(proposal, seed, _CALLS, _BATCH)):
        here = Manner(torch.float64, manner.column, manner.tracked, seed + 1000 * (place + 1))
        groups.append(look(binding, proposal, trials, here, comparison.penalised)[0])
    weights = _weights([sight for sights in groups for sight in sights])
    # Group by group: scales that are too large here and too small there would hide each other.
    noise = [cause for sights in groups for cause in _noise(sights, comparison)]
    return [*weights, *noise[:1]]


def _blocks(sights: list[Sight], kind: str) -> list[tuple[Sight, Block]]:
    return [(sight, block) for sight in sights for block in sight.run.blocks if block.kind == kind]


def _weights(sights: list[Sight]) -> list[Cause]:
    mixed = [block.weights for _, block in _blocks(sights, "mix") if block.weights is not None]
    if not mixed:
        return []
    # Batches that share one weight are one draw each: the mean over the batch has the same expectation.
    drawn = [w[:1] if float(w.max() - w.min()) < 1e-9 else w for w in mixed]
    weights = torch.cat(drawn).double().numpy()
    test = uniform(weights)
    if test.holds:
        return []
    spread = f"from {weights.min():.3g} to {weights.max():.3g}, mean {weights.mean():.3g}"
    text = f"the mixing weights are not uniform on [0, 1] ({spread}, {test.draws} draws)"
    return [Cause(SAMPLES, text, "draw them by torch.rand")]


def _noise(sights: list[Sight], comparison: Comparison) -> list[Cause]:
    found: list[Cause] = []
    for kind in sorted(needed_kinds(comparison.proposal) & {"real-noisy", "fake-noisy"}):
        scaled, sight = [], None
        for sight, block in _blocks(sights, kind):
            clean = sight.trial.real if kind == "real-noisy" else sight.trial.fake
            variance = _variance(comparison, sight, kind)
            if variance is None or variance <= 0:
                continue
            scaled.append((block.x.double() - clean).reshape(len(clean), -1) / variance**0.5)
        if not scaled or sight is None:
            continue
        noise = torch.cat(scaled)
        draws = noise.reshape(-1).numpy()
        test = gaussian(draws)
        if not test.holds:
            spread = f"mean {draws.mean():.3g}, standard deviation {draws.std():.3g} in units of the proposal's"
            numbers = ", ".join(f"{name} = {value:g}" for name, value in sight.trial.parameters.items())
            text = f"the noise is not N(0, c I) ({spread}, at {numbers}; {test.draws} draws)"
            mend = "c is the variance: add c**0.5 * torch.randn_like(x)"
            found.append(Cause(SAMPLES, text, mend))
            continue
        # Independent entries: their normalised sum is standard normal too.
        together = gaussian((noise.sum(1) / noise.shape[1] ** 0.5).numpy())
        if not together.holds:
            text = "one random number is added to all entries of a sample"
            found.append(Cause(SAMPLES, text, "draw one number per entry: torch.randn_like(x)"))
    return found


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

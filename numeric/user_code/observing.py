"""Code and mathematics on the table of trials: one observation per trial, player and quantity."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import torch

from ...symbolic import expression as ex
from ...symbolic.proposal import Proposal
from .execution import Manner, Run, run
from .fitting import Array, Observation, conditioning, tolerance
from .kinds import Binding
from .mathematics import Player, Scene, Term, objective_terms, penalty_terms
from .recording import DRAWN, Kind
from .trials import Trial

Part = Literal["value", "gradient"]
# So far from a kink its two sides are told apart, and so near that nothing else changes.
_STEP = 1e-7
# A few times exp(-20), relative to the terms.
_SATURATED = 1e-8


@dataclass(frozen=True)
class Sight:
    """One call of the code, with the scene that its samples make.

    Attributes:
        trial: The case.
        manner: How the code was called.
        run: What it returned.
        scene: The mathematics there.
    """

    trial: Trial
    manner: Manner
    run: Run
    scene: Scene


@dataclass(frozen=True)
class Comparison:
    """All observations of one function against one proposal with one sign of D.

    Attributes:
        proposal: The mathematics.
        pair: Whether the function returns two losses.
        penalised: Whose penalty it is otherwise.
        sights: The calls that came back.
    """

    proposal: Proposal
    pair: bool
    penalised: Player
    sights: Sequence[Sight]
    _cache: dict[tuple[int, Player], tuple[Array, Array, float]] = field(default_factory=dict, repr=False)

    @property
    def players(self) -> tuple[Player, ...]:
        """Whose costs the function returns."""
        return ("discriminator", "generator") if self.pair else (self.penalised,)

    @property
    def sees_output(self) -> bool:
        """Whether a penalty depends on the sign of D: those of gradients alone do not."""
        trees = (self.proposal.penalty_discriminator, self.proposal.penalty_generator)
        return any(isinstance(node, ex.Output | ex.PlayerGradient) for tree in trees for node in ex.walk(tree))

    def terms(self, player: Player) -> tuple[Term, ...]:
        """The mathematics' terms of a player's cost."""
        penalty = penalty_terms(self.proposal, player)
        return (*objective_terms(self.proposal.objective, player), *penalty) if self.pair else penalty

    def observations(self, player: Player, part: Part) -> list[Observation]:
        """One per sight; of losses only gradients count, since constants do not train.

        Raises:
            NoSamples: If the code evaluates D at none of the samples that the mathematics needs.
        """
        return [self.observed(number, player, part) for number in range(len(self.sights))]

    def observed(self, number: int, player: Player, part: Part) -> Observation:
        """One observation.

        Raises:
            NoSamples: As ``observations``.
        """
        sight = self.sights[number]
        row = sight.run.rows[player]
        values, gradients, condition = self._mathematics(number, player)
        terms = values[None, :] if part == "value" else gradients
        code = row.value.reshape(1) if part == "value" else row.gradient
        # Code may compute in single precision whatever it is given; it shows in what it returns.
        dtype = torch.float32 if row.value.dtype == torch.float32 else sight.manner.dtype
        slack = tolerance(condition, _size(terms), dtype) + _SATURATED * sight.trial.saturated * _size(terms)
        return Observation(sight.trial, code.double().numpy(), terms, slack, dtype)

    def columns(self, sight: Sight, term: Term, player: Player) -> tuple[float, Array]:
        """One term's value and gradient."""
        value, gradient = sight.scene.of([term], player)
        return float(value), gradient.double().numpy()

    def smooth(self, number: int, player: Player) -> bool:
        """Whether the mathematics' gradient is continuous there, across D's parameters; it is not at a kink."""
        sight = self.sights[number]
        sides = []
        for step in (_STEP, -_STEP):
            discriminator = copy.deepcopy(sight.trial.discriminator)
            with torch.no_grad():
                for parameter in discriminator.parameters():
                    parameter += step
            moved = replace(sight.trial, discriminator=discriminator)
            scene = replace(sight, trial=moved, scene=replace(sight.scene, trial=moved))
            sides.append(np.sum([self.columns(scene, term, player)[1] for term in self.terms(player)], axis=0))
        gap, size = np.abs(sides[0] - sides[1]).max(initial=0.0), max(np.abs(side).max(initial=0.0) for side in sides)
        return bool(gap <= 1e-3 * max(size, 1e-3))

    def _mathematics(self, number: int, player: Player) -> tuple[Array, Array, float]:
        """Values [K] and gradients [P, K] of the terms, and kappa; once per trial unless the code draws samples."""
        sight, terms = self.sights[number], self.terms(player)
        key = (number if needed_kinds(self.proposal) else id(sight.trial), player)
        if key not in self._cache:
            found = [self.columns(sight, term, player) for term in terms]
            width = len(sight.run.rows[player].gradient)
            values = np.array([value for value, _ in found])
            gradients = np.stack([g for _, g in found], axis=1) if found else np.zeros((width, 0))
            condition = 0.0
            if found:
                value, gradient = replace(sight.scene, dtype=torch.float32).of(terms, player)
                condition = max(
                    conditioning(
                        value.reshape(1).double().numpy(), values.sum(keepdims=True), float(np.abs(values).sum())
                    ),
                    conditioning(gradient.double().numpy(), gradients.sum(axis=1), _size(gradients)),
                )
            self._cache[key] = (values, gradients, condition)
        return self._cache[key]

    def seen(self, **changes: Any) -> Comparison:
        """The same with other scenes: ``orientation``, ``pairing``, ``generator_first``."""
        sights = [replace(sight, scene=replace(sight.scene, **changes)) for sight in self.sights]
        return replace(self, sights=sights, _cache={})


def _size(terms: Array) -> float:
    """The sum over terms [m, K] of their largest entries."""
    return float(np.abs(terms).max(axis=0, initial=0.0).sum())


def needed_kinds(proposal: Proposal) -> frozenset[Kind]:
    """Which samples of its own the code has to draw: mixed ones, noisy real ones, noisy generated ones."""
    trees = (proposal.penalty_discriminator, proposal.penalty_generator)
    operators = {n.operator for tree in trees for n in ex.walk(tree) if isinstance(n, ex.Expectation)}
    if proposal.objective is not None and not ex.is_zero(proposal.objective.noise):
        operators |= {"E_real_noisy", "E_fake_noisy"}
    return frozenset(kind for operator, kind in DRAWN.items() if operator in operators)


def look(
    binding: Binding, proposal: Proposal, trials: Iterable[Trial], manner: Manner, penalised: Player
) -> tuple[list[Sight], list[tuple[Trial, str]]]:
    """Calls the code on trials.

    Returns:
        The calls that came back, and the trials on which it failed with the exception in one line.
    """
    sights, failures = [], []
    noise = bool(needed_kinds(proposal) & {"real-noisy", "fake-noisy"})
    for number, trial in enumerate(trials):
        here = replace(manner, seed=manner.seed + number)
        found = run(binding, trial, here, penalised=penalised, noise=noise)
        if found.failure:
            failures.append((trial, found.failure))
        else:
            sights.append(Sight(trial, here, found, Scene(proposal, trial, found.blocks)))
    return sights, failures

"""A proposal's losses and penalties on real networks and batches, term by term.

    D descends   -E_fake[fake(D)] - E_real[real(D)] + R_D,        G descends   E_fake[g(D(G(z)))] + R_G

Each term's value, and its gradient in the parameters of the player whose row it is in. Expectations are means over the
batch; mixed and noisy samples are the points at which the user's code evaluated D (``recording``). Differentiation is
``torch.func``, functional in the parameters, whatever the user's code does.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import torch
from torch import nn
from torch.func import functional_call, grad, grad_and_value

from ...symbolic import expression as ex
from ...symbolic.proposal import Objective, Proposal
from ..functions import smooth
from ..interpret import TorchAlgebra, Vector, as_tensor
from ..rewriting import collect_powers
from .recording import DRAWN, Block
from .summands import summands
from .trials import Trial

Tensor = torch.Tensor
Player = Literal["discriminator", "generator"]
Weights = dict[str, Tensor]


class NoSamples(Exception):
    """The user's code evaluates D at no samples of a kind that the mathematics needs.

    Attributes:
        kind: The expectation operator.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


@dataclass(frozen=True)
class Term:
    """One term of a player's cost.

    Attributes:
        player: Whose row it is in.
        kind: ``fake``, ``real``, ``pairs`` for parts of the objective, ``penalty`` for a summand of the penalty.
        text: For people.
        tree: The penalty's term, or the function of D's output; None for an arbitrary f.
        sign: 1, or -1 for what the player ascends.
        inward: 1, or -1 where the function is applied to -D (real samples of an arbitrary f), and for g(t) = -f(-t).
    """

    player: Player
    kind: Literal["fake", "real", "pairs", "penalty"]
    text: str
    tree: ex.Expression | None
    sign: int = 1
    inward: int = 1


def objective_terms(objective: Objective | None, player: Player) -> tuple[Term, ...]:
    """The terms of the unpenalised cost of a player."""
    if objective is None:
        return ()
    if player == "discriminator":
        if objective.relativistic:
            return (Term(player, "pairs", "E[f(D(fake) - D(real))]", objective.fake, -1),)
        real_sign = -1 if objective.arbitrary else 1
        return (
            Term(player, "fake", "the objective on fake samples", objective.fake, -1),
            Term(player, "real", "the objective on real samples", objective.real, -1, real_sign),
        )
    kind: Literal["fake", "pairs"] = "pairs" if objective.relativistic else "fake"
    text = "G's objective"
    if isinstance(objective.generator, ex.Expression):
        return (Term(player, kind, text, objective.generator),)
    if objective.generator == "zero-sum":
        return (Term(player, kind, text, objective.fake),)
    if objective.arbitrary or objective.relativistic:
        return (Term(player, kind, text, objective.f, -1, -1),)
    return (Term(player, kind, text, objective.real, -1),)


def penalty_terms(proposal: Proposal, player: Player) -> tuple[Term, ...]:
    """The summands of a player's penalty."""
    tree = proposal.penalty_discriminator if player == "discriminator" else proposal.penalty_generator
    source = str(proposal.source.get("penalty", {}).get(player, ""))
    return tuple(Term(player, "penalty", part.text, part.tree) for part in summands(tree, source))


@dataclass(frozen=True)
class Scene:
    """One trial, with the points that the code has shown.

    Attributes:
        proposal: For the losses inside ``grad_theta(L)``.
        trial: Networks, samples, numbers.
        blocks: Where the user's code evaluated D.
        orientation: 1 if D is high on fakes, as in the paper; -1 if the code's D is high on real samples.
        dtype: In which precision.
        algebra: The meaning of the language; an alternative one for a wrong program.
        pairing: Whether relativistic pairs are taken in order, as batches pair them, or all of them; or the mean of one
            side is subtracted (a wrong program).
        squash: Whether D stands for its sigmoid (a wrong program).
        generator_first: Whether the code draws the noise of G's loss before that of D's.
    """

    proposal: Proposal
    trial: Trial
    blocks: tuple[Block, ...] = ()
    orientation: int = 1
    dtype: torch.dtype = torch.float64
    algebra: type[TorchAlgebra] = TorchAlgebra
    pairing: Literal["in order", "all", "to mean real", "to mean fake"] = "in order"
    squash: bool = False
    generator_first: bool = False

    @cached_property
    def modules(self) -> tuple[nn.Module, nn.Module]:
        """G and D in the scene's precision, buffers included."""
        if self.dtype == torch.float64:
            return self.trial.generator, self.trial.discriminator
        generator, discriminator = (
            copy.deepcopy(m).to(self.dtype) for m in (self.trial.generator, self.trial.discriminator)
        )
        return generator, discriminator

    @cached_property
    def theta(self) -> Weights:
        """G's parameters by name."""
        return {name: value.detach() for name, value in self.modules[0].named_parameters()}

    @cached_property
    def psi(self) -> Weights:
        """D's parameters by name."""
        return {name: value.detach() for name, value in self.modules[1].named_parameters()}

    def of(self, terms: Sequence[Term], player: Player) -> tuple[Tensor, Tensor]:
        """The sum of terms, of shape [], and its gradient in the parameters of either player, flat, of shape [P].

        Raises:
            NoSamples: If the code evaluates D at none of the samples that it needs.
        """
        psi, theta = self.psi, self.theta
        if player == "discriminator":
            gradient, value = grad_and_value(lambda psi: self._sum(terms, theta, psi))(psi)
        else:
            gradient, value = grad_and_value(lambda theta: self._sum(terms, theta, psi))(theta)
        return value, flat(gradient)

    # -- one term ----------------------------------------------------------------------------------------------------

    def _sum(self, terms: Sequence[Term], theta: Weights, psi: Weights) -> Tensor:
        return torch.stack([self._term(term, theta, psi) for term in terms]).sum()

    def _term(self, term: Term, theta: Weights, psi: Weights) -> Tensor:
        if term.kind == "penalty":
            assert term.tree is not None
            return self._penalty(term.tree, theta, psi).to(self.dtype)
        t = term.inward * self._outputs(term, theta, psi)
        return term.sign * self._apply(term.tree, t).mean()

    def _outputs(self, term: Term, theta: Weights, psi: Weights) -> Tensor:
        discriminator, samples = self._discriminator(psi), self._samples(theta)
        noisy = self.proposal.objective is not None and not ex.is_zero(self.proposal.objective.noise)
        # Code may draw noise once for D's loss and once more for G's.
        place = 0 if (term.player == "discriminator") != self.generator_first else -1
        fake = samples.noisy("E_fake_noisy", place) if noisy else samples.fake
        if term.kind == "fake":
            return discriminator(fake)
        real = samples.noisy("E_real_noisy", place) if noisy else samples.real
        if term.kind == "real":
            return discriminator(real)
        on_fake, on_real = discriminator(fake), discriminator(real)
        match self.pairing:
            case "in order":
                return on_fake - on_real
            case "all":
                return (on_fake[:, None] - on_real[None, :]).reshape(-1)
            case "to mean real":
                return on_fake - on_real.mean()
            case "to mean fake":
                return on_fake.mean() - on_real

    def _apply(self, function: ex.Expression | None, t: Tensor) -> Tensor:
        if function is None:
            assert self.trial.functions is not None
            rows = (self.trial.functions.coefficients[0], self.trial.functions.scales[0])
            return smooth(t, *(torch.from_numpy(row).to(self.dtype) for row in rows))
        algebra = TorchAlgebra(self._numbers() | {"t": t})
        return as_tensor(ex.interpret(collect_powers(function), algebra)).expand(t.shape)

    def _penalty(self, tree: ex.Expression, theta: Weights, psi: Weights) -> Tensor:
        own = {"theta": flat(theta), "psi": flat(psi)}
        players = {name: value[0] if len(value) == 1 else Vector(value) for name, value in own.items()}

        def player_gradient(player: str, loss: str) -> Tensor:
            of: Player = "discriminator" if loss == "L" else "generator"
            terms = objective_terms(self.proposal.objective, of)
            sign = -1 if loss == "L" else 1  # L is what D ascends, L_G what G descends

            def cost(theta: Weights, psi: Weights) -> Tensor:
                return sign * self._sum(terms, theta, psi)

            return flat(grad(cost, argnums=0 if player == "theta" else 1)(theta, psi))

        algebra = self.algebra(
            self._numbers() | players, self._discriminator(psi), self._samples(theta), player_gradient
        )
        return as_tensor(ex.interpret(collect_powers(tree), algebra)).expand(())

    def _numbers(self) -> dict[str, Tensor | Vector]:
        return {n: torch.tensor(v, dtype=self.dtype) for n, v in self.trial.parameters.items()}

    def _discriminator(self, psi: Weights) -> Callable[[Tensor], Tensor]:
        def raw(x: Tensor) -> Tensor:
            value = functional_call(self.modules[1], psi, (x,))
            return self.orientation * (torch.sigmoid(value) if self.squash else value)

        return raw

    def _samples(self, theta: Weights) -> BatchSamples:
        fake = functional_call(self.modules[0], theta, (self.trial.latent.to(self.dtype),))
        return BatchSamples(self.trial.real.to(self.dtype), fake, self.blocks)


@dataclass(frozen=True)
class BatchSamples:
    """Batches, and what the code drew itself.

    Attributes:
        real: Of shape [N, ...].
        fake: Of shape [N, ...].
        blocks: Where the code evaluated D.
    """

    real: Tensor
    fake: Tensor
    blocks: Sequence[Block]

    def draw(self, kind: str, variance: Tensor | None) -> tuple[Tensor, None]:
        """Samples of shape [M, ...] of an expectation operator, all of the same weight.

        Raises:
            NoSamples: If the code has shown none.
        """
        return self.rows(kind), None

    def rows(self, kind: str) -> Tensor:
        """The samples of an operator.

        Raises:
            NoSamples: If the code has shown none.
        """
        if kind in ("E_real", "E_fake"):
            return self.real if kind == "E_real" else self.fake
        return torch.cat([self._moved(block) for block in self._of(kind)])

    def noisy(self, kind: str, place: int) -> Tensor:
        """One batch of noisy samples: the first (0) or the last (-1) that the code made.

        Raises:
            NoSamples: If it made none.
        """
        return self._moved(self._of(kind)[place])

    def _of(self, kind: str) -> list[Block]:
        blocks = [block for block in self.blocks if block.kind == DRAWN[kind]]
        if not blocks:
            raise NoSamples(kind)
        return blocks

    def _moved(self, block: Block) -> Tensor:
        """A block's samples as functions of the generated ones: G's gradients flow through them."""
        x = block.x.to(self.fake.dtype)
        if block.kind == "mix" and block.pairs is not None and block.weights is not None:
            share = block.weights.to(x.dtype).reshape(-1, *[1] * (x.dim() - 1))
            fake = self.fake[block.pairs[:, 1]]
            return x + share * (fake - fake.detach())
        return x + (self.fake - self.fake.detach()) if block.kind == "fake-noisy" else x


def flat(weights: Weights) -> Tensor:
    """Parameters as one vector, in the order of their names' declaration."""
    return torch.cat([value.reshape(-1) for value in weights.values()])

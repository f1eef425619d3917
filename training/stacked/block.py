"""Members under rules of one form: their state in one set of tensors, advanced by the analysed update map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import sympy as sp
import torch

from ...numeric.evaluate import evaluate
from ...symbolic.derivation import equilibrium_output_of, parameter_symbols, training_rule
from ...symbolic.interpretation import rational
from ...symbolic.updates import Averaged, Rule
from .divergence import NEVER, guard
from .draws import PURPOSES, STARTING, Draws, Sizes, chunk_length
from .losses import Method, Part
from .member import Architecture, Member
from .optimizers import live
from .players import StackedPlayers, minibatches_of

Tensor = torch.Tensor


class Block:
    """A stack of members whose rules differ in numbers only, sorted by method.

    Args:
        members: The members.
        architecture: Their networks.
        dtype: Of all tensors.
        device: Of all tensors.

    Attributes:
        order: The places of the block's rows among the members given.
        state: theta [E, m], psi [E, n] and the rule's memory; row k belongs to member ``order[k]``.
        since: The period in which each row diverged, or -1; of shape [E].
        cause: Why (``divergence.CAUSES``), of shape [E].
        count: Periods done, of shape [].
        averages: The uniform averages of the iterates x_1, ..., x_k, for ``update = "averaged"``; else empty.
    """

    def __init__(
        self, members: Sequence[Member], architecture: Architecture, dtype: torch.dtype, device: torch.device
    ) -> None:
        methods = [Method.of(member.proposal) for member in members]
        known = list(dict.fromkeys(methods))
        self.order = sorted(range(len(members)), key=lambda place: known.index(methods[place]))
        self._members = [members[place] for place in self.order]
        self._options = {"dtype": dtype, "device": device}
        self.rule = self._stacked_rule()
        self._steps = self._column([float(member.step) for member in self._members])
        starts = [start_of(member, architecture) for member in self._members]
        theta, psi = (torch.tensor(np.stack(part), **self._options) for part in zip(*starts, strict=True))
        self.state = [part.clone() for part in self.rule.start(theta, psi)]
        self.since = torch.full((len(members),), NEVER, dtype=torch.int64, device=device)
        self.cause = torch.zeros_like(self.since)
        self.count = torch.zeros((), dtype=torch.int64, device=device)
        averaged = isinstance(self.rule, Averaged)
        self.averages = [theta.clone(), psi.clone()] if averaged else []
        self.sizes = Sizes(
            minibatches_of(self.rule, theta, psi),
            architecture.batch,
            architecture.generator.inputs,
            architecture.generator.outputs,
        )
        self._parts = self._split([methods[place] for place in self.order], architecture)
        self._draws = [self._streams(part) for part in self._parts]

    def prepare(self, period: int) -> None:
        """Draws the minibatches of a period; everything that touches the host happens here."""
        for draws in self._draws:
            for stream in draws.values():
                stream.advance(period)

    def advance(self) -> None:
        """One period on the minibatches that were prepared; the state is overwritten."""
        players = StackedPlayers(self._parts, self.minibatches)
        h = self.rule.step_size(self._steps, self.count)
        new = self.rule.period(players, tuple(self.state), h)
        self.count += 1
        guard(self.state, new, self.count, self.since, self.cause)
        for mean, value in zip(self.averages, self.state, strict=False):
            mean += (value - mean) / self.count

    def minibatches(self, number: int) -> list[Mapping[str, Tensor]]:
        """The samples of a minibatch by purpose, one mapping per part."""
        return [{name: stream.minibatch(number) for name, stream in draws.items()} for draws in self._draws]

    def judged(self) -> list[Tensor]:
        """Theta and psi as the rule's verdict means them: averages where it averages, else the iterates."""
        if self.averages:
            return self.averages
        return self.state[-2:] if getattr(self.rule, "ema", None) is not None else self.state[:2]

    def outputs(self) -> Tensor:
        """The equilibrium outputs d* that are added to D, of shape [E, 1]."""
        return torch.cat([part.output for part in self._parts])

    # -- building ----------------------------------------------------------------------------------------------------

    def _stacked_rule(self) -> Rule:
        """The members' common rule, its numbers of shape [E, 1]."""
        rules = [analysed_rule(member) for member in self._members]
        rows = []
        for rule, member in zip(rules, self._members, strict=True):
            symbols = parameter_symbols(member.proposal)
            values = {symbols[name]: np.array([float(value)]) for name, value in member.numbers.items()}
            formulas = rule.numbers(sp.Expr)
            rows.append(np.broadcast_to(evaluate(formulas, values)[0], (1, len(formulas)))[0] if formulas else [])
        columns = iter([self._column(list(column)) for column in zip(*rows, strict=True)])
        return rules[0].converted(lambda _: next(columns), sp.Expr)

    def _column(self, values: Sequence[float]) -> Tensor:
        """Numbers of the members, of shape [E, 1]."""
        return torch.tensor(np.array(values, dtype=np.float64), **self._options)[:, None]

    def _split(self, methods: Sequence[Method], architecture: Architecture) -> list[Part]:
        """The block's parts: one per method, in order."""
        parts = []
        first = 0
        while first < len(methods):
            last = first + methods.count(methods[first])
            members = self._members[first:last]
            numbers = [member.numbers for member in members]
            names = sorted(set().union(*numbers))
            columns = {name: self._column([float(of_one.get(name, 0)) for of_one in numbers]) for name in names}
            bias_free = architecture.discriminator.bias_free
            outputs = [_equilibrium_output(member) if bias_free else 0.0 for member in members]
            parts.append(
                Part(
                    methods[first],
                    slice(first, last),
                    columns,
                    self._column(outputs),
                    architecture.generator,
                    architecture.discriminator,
                )
            )
            first = last
        return parts

    def _streams(self, part: Part) -> dict[str, Draws]:
        purposes = {"latent", "real", *part.method.noises, *(["mix"] if part.method.mixes else [])}
        members = self._members[part.where]
        seeds, laws = [m.seed for m in members], [m.law for m in members]
        chunk = chunk_length(self.sizes)
        options = (self.sizes, self._options["dtype"], self._options["device"], chunk)
        return {name: Draws(name, seeds, laws, *options) for name in PURPOSES if name in purposes}


def analysed_rule(member: Member) -> Rule:
    """The member's rule, its numbers as expressions; second moments live unless the member freezes them."""
    rule = training_rule(member.proposal)
    return rule if member.frozen else live(rule, member.proposal, member.decay)


def form(member: Member) -> str:
    """What members have to share in order to be in one block: the rule but for its numbers."""
    return repr(analysed_rule(member).converted(lambda _: None, sp.Expr))


def _equilibrium_output(member: Member) -> float:
    symbols = parameter_symbols(member.proposal)
    values = {symbols[name]: rational(value) for name, value in member.numbers.items()}
    return float(equilibrium_output_of(member.proposal).xreplace(values))


def start_of(member: Member, architecture: Architecture) -> tuple[np.ndarray, np.ndarray]:
    """(theta, psi) of shapes [m] and [n], drawn from the member's seed where they are not given."""
    networks = architecture.generator, architecture.discriminator
    if member.start is not None:
        for network, value, name in zip(networks, member.start, ("theta", "psi"), strict=True):
            if np.shape(value) != (network.count,):
                raise ValueError(f"start: {name} of shape {list(np.shape(value))}; it must be [{network.count}]")
        return member.start
    theta, psi = (n.start(np.random.default_rng([STARTING, member.seed, player])) for player, n in enumerate(networks))
    return theta, psi

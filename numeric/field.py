"""The vector field of a proposal and its Jacobian by torch autograd, on real modules, batched over cases.

    v(theta, psi) = ( -d/dtheta [L_G + R_G],  d/dpsi [L - R_D] ),    J = dv/d(theta, psi)

Nothing here is derived: losses are written down as training code writes them (modules, sample batches, double
backward), and ``torch.func`` differentiates. Fake and mixed samples in D's penalty count as constants because D's row
is a gradient in psi alone; calling ``detach`` would also take them out of J, where theta does move them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.func import functional_call, grad, jacrev, vmap

from ..symbolic import expression as ex
from ..symbolic.proposal import Objective, Proposal
from .cases import Cases
from .functions import smooth
from .games import torch_game
from .games.game import Latent, TorchGame
from .interpret import TorchAlgebra, Vector, WeightedSamples, as_tensor, noisy, weights_of
from .quadrature import NODE_ERROR, Sample, node_count
from .rewriting import collect_powers
from .running import RunningErrors

Array = NDArray[np.float64]
Tensor = torch.Tensor
# Numbers in the largest tensors of a batch.
_LARGEST_BATCH = 1_000_000
# One case as a tree of tensors of shape []; vmap adds the case axis.
State = dict[str, dict[str, Tensor]]


class TorchField:
    """v and J of one proposal on its prototype's modules.

    Points are given per player: of shape [cases] for a player with one parameter, [cases, k] for one with k.

    Args:
        proposal: What to differentiate.
        device: Where torch computes, such as "cuda"; points and results are NumPy arrays wherever that is.

    Attributes:
        game: Modules and samples.
        sample: The nodes that stand for random variables; the symbolic side averages over the same.
        sizes: The numbers of parameters of G and of D.
        codes: Latent codes, of shape [N, k].

    Raises:
        EvidenceUnavailable: If the proposal's prototype has no torch form.
        ValueError: If torch has no such device.
    """

    def __init__(self, proposal: Proposal, device: str = "cpu") -> None:
        self.proposal = proposal
        try:
            self._device = torch.empty(0, device=device).device
        except (AssertionError, RuntimeError) as error:
            problem = str(error).splitlines()[0]
            raise ValueError(f"device = {device!r}: {problem}; on 'cpu' torch can always compute") from None
        self.game = torch_game(proposal.prototype, dict(proposal.game_options))
        self.sizes = tuple(
            sum(p.numel() for p in m.parameters()) for m in (self.game.generator, self.game.discriminator)
        )
        self._penalty_d = collect_powers(proposal.penalty_discriminator)
        self._penalty_g = collect_powers(proposal.penalty_generator)
        self.sample = explicit_sample(proposal, self.game)
        noise, uniform = self.sample.noise, self.sample.uniform
        self._noise, self._noise_weights = (self._tensor(a) for a in (noise.positions, noise.weights))
        self._mixing, self._mixing_weights = (self._tensor(a) for a in (uniform.positions, uniform.weights))
        codes, often = latent_codes(self.game.latent, self.sample)
        self.codes, self._code_weights = codes.to(self._device), None if often is None else often.to(self._device)

    def field(self, theta: Array, psi: Array, cases: Cases) -> Array:
        """The vector field at one point per case.

        Args:
            theta: Of shape [cases] or [cases, m].
            psi: Of shape [cases] or [cases, n].
            cases: Parameter values and objectives.

        Returns:
            Of shape [cases, m + n], G's rows first.
        """
        return self._batched(self._row, theta, psi, cases)

    def jacobian(self, theta: Array, psi: Array, cases: Cases) -> Array:
        """The Jacobian at one point per case, of shape [cases, m + n, m + n]; G's rows and columns first."""
        return self._batched(jacrev(self._row), theta, psi, cases)

    def _batched(self, function: Callable[[Tensor, State], Tensor], theta: Array, psi: Array, cases: Cases) -> Array:
        points, state = self._points(theta, psi, cases), states(cases, self._device)
        return self._vmapped(function, points, state).detach().cpu().numpy()

    def bounded(
        self, theta: Array, psi: Array, cases: Cases, *, jacobian: bool, blur: Array, output_blur: Array
    ) -> tuple[Array, Array]:
        """V or J with a running bound of its rounding error.

        Args:
            theta: As in ``field``.
            psi: As in ``field``.
            cases: Parameter values and objectives.
            jacobian: Whether J is wanted. It is meant to be compared with exact moments, so that the rounding of the
                nodes counts as well; v is compared with the average over the same nodes.
            blur: How far the point may be off, of shape [cases, m + n].
            output_blur: How far the equilibrium output d* may be off, of shape [cases].

        Returns:
            Values and bounds, both of shape [cases, m + n] or [cases, m + n, m + n].

        Raises:
            EvidenceUnavailable: If an operation has no rule.
        """
        points, state = self._points(theta, psi, cases), states(cases, self._device)
        running = RunningErrors()
        running.mark(points, self._tensor(blur))
        running.mark(state["game"]["output"], self._tensor(output_blur))
        if jacobian:
            for weights in (self._noise_weights, self._mixing_weights, self._code_weights):
                if weights is not None:
                    running.mark(weights, NODE_ERROR * weights)
            for nodes in (self._noise, self._mixing, self.codes):
                running.mark(nodes, NODE_ERROR * nodes.abs().clamp(min=1))
        with running:
            values = self._vmapped(jacrev(self._row) if jacobian else self._row, points, state).detach()
        return values.cpu().numpy(), running.of(values).cpu().numpy()

    def start(self, data: Array) -> tuple[Array, Array]:
        """The equilibrium as the modules have it, for data at given places of shape [cases].

        Returns:
            theta of shape [cases, m] and psi of shape [cases, n].
        """
        modules = (self.game.generator, self.game.discriminator)
        theta, psi = (torch.cat([p.detach() for p in m.parameters()]).numpy() for m in modules)
        return theta + data[:, None], np.tile(psi, (len(data), 1))

    def reach(self, theta: Array, psi: Array, cases: Cases) -> Array:
        """The largest |D - d*| on the samples that the objective sees, of shape [cases]."""

        def largest(point: Tensor, state: State) -> Tensor:
            split = self.sizes[0]
            real, _, fake, _ = self._outputs(point[:split], point[split:], state)
            return (torch.cat([real, fake]) - state["game"]["output"]).abs().max()

        return self._batched(largest, theta, psi, cases)

    @property
    def work(self) -> int:
        """Numbers that one case takes: nodes of the largest expectation, times features, times rows."""
        penalties = (self.proposal.penalty_discriminator, self.proposal.penalty_generator)
        operators = {n.operator for tree in penalties for n in ex.walk(tree) if isinstance(n, ex.Expectation)}
        objective = self.proposal.objective
        noisy = objective is not None and not ex.is_zero(objective.noise)
        nodes = self.sample.size(
            latent=len(self.codes),
            noisy=noisy or bool(operators & {"E_real_noisy", "E_fake_noisy"}),
            paired=objective is not None and objective.relativistic,
            mixed="E_mix" in operators,
        )
        return nodes * self.sizes[1] * sum(self.sizes)

    def _points(self, theta: Array, psi: Array, cases: Cases) -> Tensor:
        return torch.cat([self._tensor(part).reshape(len(cases), -1) for part in (theta, psi)], dim=1)

    def _tensor(self, values: Array) -> Tensor:
        return tensor(values).to(self._device)

    def _vmapped(self, function: Callable[[Tensor, State], Tensor], points: Tensor, state: State) -> Tensor:
        # Cases that do not fit into memory together are taken in groups.
        return vmap(function, chunk_size=max(1, _LARGEST_BATCH // self.work))(points, state)

    # -- one case ----------------------------------------------------------------------------------------------------

    def rows(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """(v1, v2), of shapes [m] and [n], at theta of shape [m] and psi of shape [n]."""
        if self.proposal.field is not None:
            return self._given_rows(theta, psi, state)
        descent = grad(lambda value: self._cost(value, psi, state))(theta)
        ascent = grad(lambda value: self._gain(theta, value, state))(psi)
        return -descent, self._ratio(state) * ascent

    def free_rows(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """The same without both players' penalties; a field given directly has none."""
        if self.proposal.field is not None:
            return self._given_rows(theta, psi, state)
        descent = grad(self._generator_loss)(theta, psi, state)
        ascent = grad(self._discriminator_loss, argnums=1)(theta, psi, state)
        return -descent, self._ratio(state) * ascent

    def opponent_rows(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """(d C_G/d psi, d C_D/d theta) of the costs C_G = L_G + R_G and C_D = -L + R_D.

        Raises:
            TypeError: For a field given directly: it has no costs.
        """
        if self.proposal.field is not None:
            raise TypeError("a field that is given directly has no costs, so no gradients in the opponent's parameter")
        of_cost = grad(self._cost, argnums=1)(theta, psi, state)
        of_gain = grad(self._gain)(theta, psi, state)
        return of_cost, -self._ratio(state) * of_gain

    def _row(self, point: Tensor, state: State) -> Tensor:
        """(v1, v2) of shape [m + n] at a point of that shape."""
        split = self.sizes[0]
        return torch.cat(self.rows(point[:split], point[split:], state))

    def _given_rows(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor]:
        assert self.proposal.field is not None
        names = state["parameters"] | state["slopes"] | {"theta": theta[0], "psi": psi[0]}
        rows = (self.proposal.field.theta, self.proposal.field.psi)
        first, second = (as_tensor(ex.interpret(collect_powers(row), TorchAlgebra(names))) for row in rows)
        return first.expand(1), (self._ratio(state) * second).expand(1)

    def _ratio(self, state: State) -> Tensor:
        return self._scalar(self.proposal.training.h_ratio, state)

    def _gain(self, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        """What D ascends: L - R_D."""
        loss = self._discriminator_loss(theta, psi, state)
        return loss if ex.is_zero(self._penalty_d) else loss - self._penalty(self._penalty_d, theta, psi, state)

    def _cost(self, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        """What G descends: L_G + R_G."""
        loss = self._generator_loss(theta, psi, state)
        return loss if ex.is_zero(self._penalty_g) else loss + self._penalty(self._penalty_g, theta, psi, state)

    def _discriminator_loss(self, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        """L, the unpenalised objective of D, instance noise included."""
        objective = self._objective
        on_real, real_weights, on_fake, fake_weights = self._outputs(theta, psi, state)
        if objective.relativistic:
            pairs, weights = on_fake[:, None] - on_real[None, :], fake_weights[:, None] * real_weights[None, :]
            return (weights * self._apply(objective.fake, pairs, state)).sum()
        fakes = self._apply(objective.fake, on_fake, state)
        reals = self._apply(objective.real, -on_real if objective.arbitrary else on_real, state)
        return (fake_weights * fakes).sum() + (real_weights * reals).sum()

    def _generator_loss(self, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        """L_G, the unpenalised objective of G; L itself in a zero-sum game."""
        objective = self._objective
        if objective.generator == "zero-sum":
            return self._discriminator_loss(theta, psi, state)
        on_real, real_weights, t, weights = self._outputs(theta, psi, state)
        if objective.relativistic:
            t, weights = t[:, None] - on_real[None, :], weights[:, None] * real_weights[None, :]
        if isinstance(objective.generator, ex.Expression):
            values = self._apply(objective.generator, t, state)
        elif objective.arbitrary or objective.relativistic:
            values = -self._apply(objective.f, -t, state)
        else:
            values = -self._apply(objective.real, t, state)
        return (weights * values).sum()

    # -- pieces ------------------------------------------------------------------------------------------------------

    @property
    def _objective(self) -> Objective:
        assert self.proposal.objective is not None
        return self.proposal.objective

    def _apply(self, function: ex.Expression | None, t: Tensor, state: State) -> Tensor:
        """A function of D's output at tensors of any shape; None is the arbitrary f."""
        if function is None:
            return smooth(t, state["f"]["a"], state["f"]["s"])
        names = state["parameters"] | {"t": t}
        return as_tensor(ex.interpret(collect_powers(function), TorchAlgebra(names))).expand(t.shape)

    def _scalar(self, tree: ex.Expression, state: State) -> Tensor:
        return as_tensor(ex.interpret(tree, TorchAlgebra(state["parameters"])))

    def _samples(self, theta: Tensor, state: State) -> WeightedSamples:
        """Clean samples: those of real and of fake ones that latent codes stand for."""
        game = self.game
        fake = functional_call(game.generator, {"theta": theta}, (self.codes,))
        real = game.real(self.codes, self._scalar(self.proposal.data, state))
        nodes = (self._noise, self._noise_weights, self._mixing, self._mixing_weights)
        often = game.fake_weights(theta, self.codes, self._code_weights)
        return WeightedSamples(real, fake, *nodes, self._code_weights, often)

    def _d(self, psi: Tensor, state: State) -> Callable[[Tensor], Tensor]:
        values = {"psi": psi, "output": state["game"]["output"]}
        return lambda x: functional_call(self.game.discriminator, values, (x,))

    def _outputs(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """D on real samples with weights, and on fake samples with weights, noise included."""
        clean = self._samples(theta, state)
        parts = [(clean.real, clean.real_weights), (clean.fake, clean.fake_weights)]
        if ex.is_zero(self._objective.noise):
            parts = [(x, weights_of(x, often)) for x, often in parts]
        else:
            sigma = self._scalar(self._objective.noise, state)
            parts = [noisy(x, sigma, self._noise, self._noise_weights, often) for x, often in parts]
        discriminator = self._d(psi, state)
        (real, real_weights), (fake, fake_weights) = parts
        return discriminator(real), real_weights, discriminator(fake), fake_weights

    def _penalty(self, tree: ex.Expression, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        def player_gradient(player: str, loss: str) -> Tensor:
            function = self._discriminator_loss if loss == "L" else self._generator_loss
            return grad(function, argnums=0 if player == "theta" else 1)(theta, psi, state)

        own = {"theta": theta, "psi": psi}
        players = {name: value[0] if len(value) == 1 else Vector(value) for name, value in own.items()}
        samples = self._samples(theta, state)
        algebra = TorchAlgebra(state["parameters"] | players, self._d(psi, state), samples, player_gradient)
        return as_tensor(ex.interpret(tree, algebra)).expand(())


def explicit_sample(proposal: Proposal, game: TorchGame) -> Sample:
    """The nodes on which a proposal's expectations are taken."""
    if proposal.prototype == "dirac":
        return Sample.of_count(node_count(proposal))
    # An even number: the node at 0 is where moduli have their kinks.
    return Sample.of_count(2 * (game.degree // 2 + 1), game.degree, game.dimension)


def latent_codes(latent: Latent, sample: Sample) -> tuple[Tensor, Tensor | None]:
    """Latent codes of shape [N, k] and how often each occurs, of shape [N]; None for a single one."""
    if latent == "point":
        return torch.zeros(1, 1, dtype=torch.float64), None
    nodes = {"uniform": sample.uniform, "gauss": sample.gauss, "sign": sample.sign, "circle": sample.circle}[latent]
    positions = tensor(nodes.positions).reshape(len(nodes.weights), -1)
    return 2 * positions - 1 if latent == "uniform" else positions, tensor(nodes.weights)


def states(cases: Cases, device: torch.device | None = None) -> State:
    """A batch of cases as a tree of tensors, their first axis the cases; on the CPU if no device is given."""
    tables = {
        "parameters": cases.parameters,
        "slopes": cases.slopes,
        "game": {"output": cases.output},
    }
    if cases.functions is not None:
        tables["f"] = {"a": cases.functions.coefficients, "s": cases.functions.scales}
    return {part: {name: tensor(values).to(device) for name, values in table.items()} for part, table in tables.items()}


def tensor(values: Array) -> Tensor:
    """Numbers as a float64 tensor of their own."""
    return torch.from_numpy(np.array(values, dtype=np.float64))

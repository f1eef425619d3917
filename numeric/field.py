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
from .cases import Cases, EvidenceUnavailable
from .functions import smooth
from .interpret import TorchAlgebra, WeightedSamples, as_tensor, noisy
from .modules import DiracDiscriminator, DiracGenerator
from .quadrature import gauss_hermite, gauss_legendre, node_count
from .rewriting import collect_powers

Array = NDArray[np.float64]
Tensor = torch.Tensor
# One case as a tree of tensors of shape []; vmap adds the case axis.
State = dict[str, dict[str, Tensor]]


class TorchField:
    """v and J of one proposal on the Dirac-GAN.

    Args:
        proposal: What to differentiate.

    Raises:
        EvidenceUnavailable: If the proposal's prototype has no torch form.
    """

    def __init__(self, proposal: Proposal) -> None:
        if proposal.field is None and proposal.prototype != "dirac":
            raise EvidenceUnavailable(f"the prototype {proposal.prototype!r} has no torch modules yet; known: dirac")
        self.proposal = proposal
        self._discriminator, self._generator = DiracDiscriminator(), DiracGenerator()
        self._penalty_d = collect_powers(proposal.penalty_discriminator)
        self._penalty_g = collect_powers(proposal.penalty_generator)
        nodes = node_count(proposal)
        hermite, legendre = gauss_hermite(nodes), gauss_legendre(nodes)
        self._noise = torch.from_numpy(hermite.positions.copy())[:, None]
        self._noise_weights = torch.from_numpy(hermite.weights.copy())
        self._mixing = torch.from_numpy(legendre.positions.copy())
        self._mixing_weights = torch.from_numpy(legendre.weights.copy())

    def field(self, theta: Array, psi: Array, cases: Cases) -> Array:
        """The vector field at one point per case.

        Args:
            theta: Of shape [cases].
            psi: Of shape [cases].
            cases: Parameter values and objectives.

        Returns:
            Of shape [cases, 2].
        """
        return self._batched(self._row, theta, psi, cases)

    def jacobian(self, theta: Array, psi: Array, cases: Cases) -> Array:
        """The Jacobian at one point per case, of shape [cases, 2, 2], rows v1 and v2, columns theta and psi."""
        return self._batched(jacrev(self._row), theta, psi, cases)

    def _batched(self, function: Callable[[Tensor, State], Tensor], theta: Array, psi: Array, cases: Cases) -> Array:
        points = torch.stack([tensor(theta), tensor(psi)], dim=1)
        return vmap(function)(points, states(cases)).detach().numpy()

    # -- one case ----------------------------------------------------------------------------------------------------

    def rows(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """(v1, v2), each of shape [1], at theta and psi of shape [1]."""
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
        """(v1, v2) of shape [2] at a point of shape [2]."""
        return torch.cat(self.rows(point[0:1], point[1:2], state))

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

    def _clean(self, theta: Tensor, state: State) -> tuple[Tensor, Tensor]:
        """(real, fake) samples, each of shape [1, 1]: both distributions are point masses."""
        fake = functional_call(self._generator, {"theta": theta}, (torch.zeros(1, 1),))
        return self._scalar(self.proposal.data, state).reshape(1, 1), fake

    def _d(self, psi: Tensor, state: State) -> Callable[[Tensor], Tensor]:
        values = {"psi": psi, "output": state["game"]["output"]}
        return lambda x: functional_call(self._discriminator, values, (x,))

    def _outputs(self, theta: Tensor, psi: Tensor, state: State) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """D on real samples with weights, and on fake samples with weights, noise included."""
        real, fake = self._clean(theta, state)
        real_weights = fake_weights = torch.ones(1, dtype=torch.float64)
        if not ex.is_zero(self._objective.noise):
            sigma = self._scalar(self._objective.noise, state)
            real, real_weights = noisy(real, sigma, self._noise, self._noise_weights)
            fake, fake_weights = noisy(fake, sigma, self._noise, self._noise_weights)
        discriminator = self._d(psi, state)
        return discriminator(real), real_weights, discriminator(fake), fake_weights

    def _penalty(self, tree: ex.Expression, theta: Tensor, psi: Tensor, state: State) -> Tensor:
        real, fake = self._clean(theta, state)

        def player_gradient(player: str, loss: str) -> Tensor:
            function = self._discriminator_loss if loss == "L" else self._generator_loss
            return grad(function, argnums=0 if player == "theta" else 1)(theta, psi, state)

        names = state["parameters"] | {"theta": theta[0], "psi": psi[0]}
        samples = WeightedSamples(real, fake, self._noise, self._noise_weights, self._mixing, self._mixing_weights)
        algebra = TorchAlgebra(names, self._d(psi, state), samples, player_gradient)
        return as_tensor(ex.interpret(tree, algebra)).expand(())


def states(cases: Cases) -> State:
    """A batch of cases as a tree of tensors, their first axis the cases."""
    state: State = {
        "parameters": {name: tensor(values) for name, values in cases.parameters.items()},
        "slopes": {name: tensor(values) for name, values in cases.slopes.items()},
        "game": {"output": tensor(cases.output)},
    }
    if cases.functions is not None:
        state["f"] = {"a": tensor(cases.functions.coefficients), "s": tensor(cases.functions.scales)}
    return state


def tensor(values: Array) -> Tensor:
    """Numbers as a float64 tensor of their own."""
    return torch.from_numpy(np.array(values, dtype=np.float64))

"""The losses of members that share a method, at one point on one minibatch.

    L(theta, psi) = E_fake[fake(D)] + E_real[real(D)],    D ascends L - R_D,    G descends L_G + R_G

Expectations are means over the minibatch. Fake and mixed samples are functions of theta wherever theta is
differentiated; in D's row they are constants because psi alone is (``numeric.field``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from ...numeric.interpret import TorchAlgebra, Vector, as_tensor
from ...numeric.rewriting import collect_powers
from ...symbolic import expression as ex
from ...symbolic.proposal import FieldRows, Objective, Proposal
from ..networks.network import Network
from .algebra import StackedAlgebra

Tensor = torch.Tensor
# Latent codes, real samples, noise and mixing weights by purpose (``draws``), each of shape [e, N, k].
Minibatch = Mapping[str, Tensor]


@dataclass(frozen=True)
class Method:
    """What members have to share in order to be evaluated together.

    Attributes:
        objective: What the players ascend and descend; concrete. None beside a field.
        field: The vector field, if given directly.
        penalty_discriminator: Subtracted from D's gain.
        penalty_generator: Added to G's cost.
        ratio: The ratio of D's step to G's.
    """

    objective: Objective | None
    field: FieldRows | None
    penalty_discriminator: ex.Expression
    penalty_generator: ex.Expression
    ratio: ex.Expression

    @classmethod
    def of(cls, proposal: Proposal) -> Method:
        """The method of a proposal that is trainable (``member.trainable``)."""
        penalties = collect_powers(proposal.penalty_discriminator), collect_powers(proposal.penalty_generator)
        objective = None if proposal.field is not None else proposal.objective
        return cls(objective, proposal.field, *penalties, proposal.training.h_ratio)

    @property
    def penalties(self) -> tuple[ex.Expression, ex.Expression]:
        """D's and G's."""
        return self.penalty_discriminator, self.penalty_generator

    @property
    def reads_player_gradients(self) -> bool:
        """Whether a penalty differentiates a loss in a player's parameters."""
        return any(isinstance(n, ex.PlayerGradient) for tree in self.penalties for n in ex.walk(tree))

    @property
    def noises(self) -> tuple[str, ...]:
        """The purposes of the normal vectors that a minibatch has to have."""
        operators = {n.operator for tree in self.penalties for n in ex.walk(tree) if isinstance(n, ex.Expectation)}
        quiet = self.objective is None or ex.is_zero(self.objective.noise)
        found = [] if quiet else ["noise:real", "noise:fake"]
        return (*found, *(f"noise:{name}" for name in ("E_real_noisy", "E_fake_noisy") if name in operators))

    @property
    def mixes(self) -> bool:
        """Whether a penalty takes samples between real and fake ones."""
        return any(
            isinstance(n, ex.Expectation) and n.operator == "E_mix" for tree in self.penalties for n in ex.walk(tree)
        )


@dataclass(frozen=True)
class Part:
    """Members of a stack that share a method: a slice of it.

    Attributes:
        method: Their losses.
        where: Their place in the stack.
        values: Their parameters by name, each of shape [e, 1].
        output: What is added to a discriminator without a bias: the equilibrium output d*, of shape [e, 1].
        generator: The generator.
        discriminator: The discriminator.
    """

    method: Method
    where: slice
    values: Mapping[str, Tensor]
    output: Tensor
    generator: Network
    discriminator: Network

    def given_row(self, theta: Tensor, psi: Tensor, player: int) -> Tensor:
        """A row of a field that is given directly, of shape [e, 1], on the Dirac-GAN in one dimension."""
        assert self.method.field is not None
        tree = self.method.field.psi if player else self.method.field.theta
        algebra = TorchAlgebra({**self.values, "theta": theta, "psi": psi})
        return as_tensor(ex.interpret(collect_powers(tree), algebra)).expand(theta.shape)

    def scalar(self, tree: ex.Expression) -> Tensor | float:
        """An expression in the parameters, of shape [e, 1] or []."""
        return as_tensor(ex.interpret(tree, TorchAlgebra(self.values)))


class Evaluation:
    """The losses of a part at one point.

    Args:
        part: Whose.
        theta: Of shape [e, m].
        psi: Of shape [e, n].
        minibatch: What expectations average over.
    """

    def __init__(self, part: Part, theta: Tensor, psi: Tensor, minibatch: Minibatch) -> None:
        self._part, self._theta, self._psi, self._minibatch = part, theta, psi, minibatch
        assert part.method.objective is not None
        self._method, self._objective = part.method, part.method.objective
        self._samples: dict[str, Tensor] = {}
        # Keyed by identity; the samples are kept alive beside the outputs.
        self._outputs: dict[int, tuple[Tensor, Tensor]] = {}

    def gain(self, *, free: bool = False) -> Tensor:
        """What D ascends, L - R_D, of shape [e, 1]; without the penalty if free."""
        penalty = self._method.penalty_discriminator
        loss = self.objective()
        return loss if free or ex.is_zero(penalty) else loss - self._penalty(penalty)

    def cost(self, *, free: bool = False) -> Tensor:
        """What G descends, L_G + R_G, of shape [e, 1]; without the penalty if free.

        Terms that do not depend on theta are left out.
        """
        penalty = self._method.penalty_generator
        loss = self._generator_loss(moving_only=True)
        return loss if free or ex.is_zero(penalty) else loss + self._penalty(penalty)

    def whole_cost(self) -> Tensor:
        """L_G + R_G with all terms, of shape [e, 1]."""
        penalty = self._method.penalty_generator
        loss = self._generator_loss()
        return loss if ex.is_zero(penalty) else loss + self._penalty(penalty)

    def objective(self) -> Tensor:
        """L, the unpenalised objective of D, instance noise included."""
        objective = self._objective
        on_real, on_fake = self._on("real"), self._on("fake")
        if objective.relativistic:
            # A minibatch pairs independent samples.
            return self._mean(objective.fake, on_fake - on_real)
        return self._mean(objective.fake, on_fake) + self._mean(objective.real, on_real)

    def _generator_loss(self, *, moving_only: bool = False) -> Tensor:
        """L_G, the unpenalised objective of G; L itself, or its part on fakes, in a zero-sum game."""
        objective = self._objective
        if objective.generator == "zero-sum":
            if moving_only and not objective.relativistic:
                return self._mean(objective.fake, self._on("fake"))
            return self.objective()
        t = self._on("fake") - self._on("real") if objective.relativistic else self._on("fake")
        if isinstance(objective.generator, ex.Expression):
            return self._mean(objective.generator, t)
        if objective.relativistic:
            return -self._mean(objective.f, -t)
        return -self._mean(objective.real, t)

    # -- samples -----------------------------------------------------------------------------------------------------

    def _clean(self, side: str) -> Tensor:
        """Real or generated samples, of shape [e, N, d]."""
        if side not in self._samples:
            if side == "real":
                self._samples[side] = self._differentiable(self._minibatch["real"])
            else:
                fake = self._part.generator.apply(self._theta, self._minibatch["latent"])
                self._samples[side] = self._differentiable(fake)
        return self._samples[side]

    def _differentiable(self, x: Tensor) -> Tensor:
        """Samples at which D can be differentiated."""
        return x if x.requires_grad else x.detach().requires_grad_()

    def _on(self, side: str) -> Tensor:
        """D on the samples that the objective sees, of shape [e, N]."""
        noise = self._objective.noise
        if ex.is_zero(noise):
            return self._d(self._clean(side))
        name = f"noisy {side}"
        if name not in self._samples:
            sigma = _over_samples(self._part.scalar(noise))
            self._samples[name] = self._clean(side) + sigma * self._minibatch[f"noise:{side}"]
        return self._d(self._samples[name])

    def _drawn(self, operator: str, variance: Tensor | None) -> Tensor:
        """The samples of an expectation operator, of shape [e, N, d]."""
        match operator:
            case "E_real":
                return self._clean("real")
            case "E_fake":
                return self._clean("fake")
            case "E_mix":
                if operator not in self._samples:
                    u = self._minibatch["mix"]
                    mixed = (1 - u) * self._clean("real") + u * self._clean("fake")
                    self._samples[operator] = self._differentiable(mixed)
                return self._samples[operator]
            case "E_real_noisy" | "E_fake_noisy":
                assert variance is not None
                clean = self._clean("real" if operator == "E_real_noisy" else "fake")
                return clean + _over_samples(variance.sqrt()) * self._minibatch[f"noise:{operator}"]
        raise ValueError(f"unknown expectation {operator}; known: {', '.join(sorted(ex.EXPECTATIONS))}")

    def _d(self, x: Tensor) -> Tensor:
        """D at samples [e, N, d], of shape [e, N]."""
        if id(x) not in self._outputs:
            value = self._part.discriminator.apply(self._psi, x).squeeze(-1) + self._part.output
            self._outputs[id(x)] = x, value
        return self._outputs[id(x)][1]

    # -- pieces ------------------------------------------------------------------------------------------------------

    def _mean(self, function: ex.Expression | None, t: Tensor) -> Tensor:
        """The mean of a function of D's output over the samples, of shape [e, 1]."""
        assert function is not None
        names = {**self._part.values, "t": t}
        value = as_tensor(ex.interpret(collect_powers(function), TorchAlgebra(names)))
        return value.expand(t.shape).mean(1, keepdim=True)

    def _penalty(self, tree: ex.Expression) -> Tensor:
        own = {"theta": self._theta, "psi": self._psi}
        players = {name: value if value.shape[1] == 1 else Vector(value[:, None, :]) for name, value in own.items()}
        algebra = StackedAlgebra(
            {**self._part.values, **players},
            player_gradient_of=self._player_gradient,
            draw_samples=self._drawn,
            outputs=self._d,
        )
        return as_tensor(ex.interpret(tree, algebra)).expand(self._theta.shape[0], 1)

    def _player_gradient(self, player: str, loss: str) -> Tensor:
        value = self.objective() if loss == "L" else self._generator_loss()
        at = self._theta if player == "theta" else self._psi
        gradient = torch.autograd.grad(value.sum(), at, create_graph=True)[0]
        return gradient[:, None, :]


def _over_samples(value: Tensor | float) -> Tensor | float:
    """A scalar [e, 1] so that it multiplies samples [e, N, d]."""
    return value[..., None] if isinstance(value, Tensor) and value.dim() else value

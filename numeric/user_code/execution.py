"""Running a user's function on one trial: values, and gradients as an optimiser would get them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from ...symbolic import expression as ex
from ..cases import EvidenceUnavailable
from ..functions import smooth
from ..interpret import TorchAlgebra, as_tensor
from .errors import CodeError
from .kinds import Binding
from .loading import described
from .mathematics import Player
from .recording import Block, RecordingDiscriminator, recognise
from .surroundings import user_surroundings
from .trials import Trial

Tensor = torch.Tensor
_LOSS_NAMES: dict[Player, tuple[str, ...]] = {
    "discriminator": ("discriminator", "d", "loss_d", "d_loss", "disc"),
    "generator": ("generator", "g", "loss_g", "g_loss", "gen"),
}


# How far real samples are moved to see what moves with them.
_MOVE = 0.5


@dataclass(frozen=True)
class Row:
    """What the code says about one player's cost.

    Attributes:
        value: Of shape [].
        gradient: In that player's parameters, flat, of shape [P]; zeros where the graph does not reach them.
        attached: Whether the graph reaches any of them.
        differentiable: Whether the value has a graph at all.
    """

    value: Tensor
    gradient: Tensor
    attached: bool
    differentiable: bool


@dataclass(frozen=True)
class Run:
    """The outcome of one call.

    Attributes:
        rows: By player; one for a penalty, two for a pair of losses. Empty if it failed.
        blocks: Where D was evaluated.
        failure: The exception in one line, or an empty string.
        notes: What the code does besides, in sentences.
    """

    rows: Mapping[Player, Row]
    blocks: tuple[Block, ...]
    failure: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_pair(self) -> bool:
        """Whether it returned two losses."""
        return len(self.rows) == 2


@dataclass(frozen=True, slots=True)
class Manner:
    """How the code is called.

    Attributes:
        dtype: Precision of networks and samples.
        column: Whether D returns [N, 1] rather than [N].
        tracked: Whether the real samples require gradients before the call.
        seed: Of the code's random draws.
        exchanged: Whether a pair is read as (loss_g, loss_d).
    """

    dtype: torch.dtype = torch.float64
    column: bool = True
    tracked: bool = False
    seed: int = 0
    exchanged: bool = False


def run(binding: Binding, trial: Trial, manner: Manner, *, penalised: Player, noise: bool) -> Run:
    """Calls the function on one trial.

    Args:
        binding: Which argument gets what.
        trial: Networks, samples and numbers.
        manner: How.
        penalised: Whose penalty it is, if it turns out to be one.
        noise: Whether the mathematics has noise. Then a second call with the same draws and moved real samples shows
            which of D's inputs are noisy real samples.

    Raises:
        CodeError: If it returns something else than a scalar or two scalars.
    """
    try:
        rows, inputs, real, fake, notes = _called(binding, trial, manner, penalised)
        moved = None
        if noise:
            if not _same(inputs, _called(binding, trial, manner, penalised)[1]):
                raise EvidenceUnavailable(
                    f"{binding.function.where} draws from a generator of its own: two calls with one seed differ; draw "
                    "from torch's or NumPy's global generator in this comparison"
                )
            elsewhere = replace(trial, real=trial.real + _MOVE)
            others = _called(binding, elsewhere, manner, penalised)[1]
            moved = [b - a for a, b in zip(inputs, others, strict=True)] if len(others) == len(inputs) else None
        blocks = tuple(recognise(inputs, real, fake, moved=moved, by=_MOVE))
    except (CodeError, EvidenceUnavailable):
        raise
    except (Exception, SystemExit) as error:
        return Run({}, (), described(error, binding.function.file))
    return Run(rows, blocks, notes=notes)


def _same(first: list[Tensor], second: list[Tensor]) -> bool:
    if len(first) != len(second):
        return False
    return all(torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(first, second, strict=True))


def _called(
    binding: Binding, trial: Trial, manner: Manner, penalised: Player
) -> tuple[dict[Player, Row], list[Tensor], Tensor, Tensor, tuple[str, ...]]:
    """The costs, D's inputs, both batches, and what the code leaves behind."""
    recording = RecordingDiscriminator(copy.deepcopy(trial.discriminator), column=manner.column).to(manner.dtype)
    generator = copy.deepcopy(trial.generator).to(manner.dtype)
    real, latent = trial.real.to(manner.dtype, copy=True), trial.latent.to(manner.dtype, copy=True)
    fake = generator(latent)
    if manner.tracked:
        real.requires_grad_()
    given: dict[str, Any] = {
        "discriminator": recording,
        "generator": generator,
        "real": real,
        "fake": fake,
        "latent": latent,
    }
    arguments = {name: given[role] for name, role in binding.positions.items()} | _numbers(binding, trial, manner.dtype)
    with user_surroundings(binding.function.root, manner.dtype, manner.seed):
        returned = binding.call(arguments)
        rows = _rows(binding, returned, recording.inner, generator, penalised, exchanged=manner.exchanged)
    return rows, recording.inputs, real.detach(), fake.detach(), _left_behind(recording, generator, trial)


def _left_behind(discriminator: RecordingDiscriminator, generator: nn.Module, trial: Trial) -> tuple[str, ...]:
    """What a function that computes costs should not do."""
    said = []
    for name, now, before in (("D", discriminator.inner, trial.discriminator), ("G", generator, trial.generator)):
        if any(p.grad is not None for p in now.parameters()):
            said.append(f"the code leaves gradients in {name}'s parameters: backward() after it would add to them")
        pairs = zip(now.parameters(), before.parameters(), strict=True)
        if not all(torch.equal(a.detach(), b.detach().to(a.dtype)) for a, b in pairs):
            said.append(f"the code changes {name}'s parameters")
    return tuple(said)


def floats(binding: Binding, parameters: Mapping[str, float]) -> dict[str, float]:
    """The arguments that are numbers."""
    names = {name: torch.tensor(value, dtype=torch.float64) for name, value in parameters.items()}
    return {name: float(as_tensor(ex.interpret(tree, TorchAlgebra(names)))) for name, tree in binding.numbers.items()}


def _numbers(binding: Binding, trial: Trial, dtype: torch.dtype) -> dict[str, Any]:
    """The arguments that are numbers, and those that are functions."""
    given: dict[str, Any] = dict(floats(binding, trial.parameters))
    for name, order in binding.objective.items():
        assert trial.functions is not None
        rows = [torch.from_numpy(r[0]).to(dtype) for r in (trial.functions.coefficients, trial.functions.scales)]
        given[name] = _function(rows, order)
    return given


def _function(rows: list[Tensor], order: int) -> Callable[[Tensor], Tensor]:
    def f(t: Tensor) -> Tensor:
        return smooth(t, *rows)

    def derivative(t: Tensor) -> Tensor:
        t = t if t.requires_grad else t.detach().requires_grad_()
        return torch.autograd.grad(f(t).sum(), t, create_graph=True)[0]

    return derivative if order else f


def _rows(
    binding: Binding,
    returned: Any,
    discriminator: nn.Module,
    generator: nn.Module,
    penalised: Player,
    *,
    exchanged: bool,
) -> dict[Player, Row]:
    costs = _costs(binding, returned, penalised)
    if exchanged and len(costs) == 2:
        costs: dict[Player, Tensor] = {"discriminator": costs["generator"], "generator": costs["discriminator"]}
    modules: dict[Player, nn.Module] = {"discriminator": discriminator, "generator": generator}
    rows: dict[Player, Row] = {player: _row(value, modules[player]) for player, value in costs.items()}
    return rows


def _costs(binding: Binding, returned: Any, penalised: Player) -> dict[Player, Tensor]:
    where = binding.function.where
    if isinstance(returned, Mapping) and len(returned) == 1:
        (returned,) = returned.values()
    if isinstance(returned, Mapping):
        lowered = {str(name).lower(): value for name, value in returned.items()}
        pair = {p: next((lowered[n] for n in names if n in lowered), None) for p, names in _LOSS_NAMES.items()}
        if any(value is None for value in pair.values()):
            known = ", ".join(map(repr, returned))
            raise CodeError(where, f"it returned a mapping with the keys {known}", "name them loss_d and loss_g")
        first, second = pair.values()
        return {"discriminator": _scalar(where, first), "generator": _scalar(where, second)}
    if isinstance(returned, list | tuple):
        # A penalty with numbers or gradients beside it, for a log.
        scalars = [isinstance(value, Tensor) and value.numel() == 1 for value in returned]
        if scalars and scalars[0] and not any(scalars[1:]):
            return {penalised: _scalar(where, returned[0])}
        if len(returned) != 2:
            raise CodeError(where, f"it returned {len(returned)} values", "return a scalar, or loss_d and loss_g")
        return {"discriminator": _scalar(where, returned[0]), "generator": _scalar(where, returned[1])}
    return {penalised: _scalar(where, returned)}


def _scalar(where: str, value: Any) -> Tensor:
    if isinstance(value, int | float):
        return torch.tensor(float(value))
    if not isinstance(value, torch.Tensor):
        raise CodeError(where, f"it returned a {type(value).__name__} where a scalar is needed", "return a tensor")
    if value.numel() != 1:
        raise CodeError(
            where,
            f"it returned a tensor of shape {list(value.shape)} where a scalar is needed",
            "take the mean over the batch",
        )
    return value.reshape(())


def _row(value: Tensor, module: nn.Module) -> Row:
    parameters = list(module.parameters())
    for parameter in parameters:
        parameter.requires_grad_(True)  # where the code has frozen them for the other player's half
    zeros = torch.zeros(sum(p.numel() for p in parameters), dtype=value.dtype)
    if not value.requires_grad:
        return Row(value.detach(), zeros, attached=False, differentiable=False)
    found = torch.autograd.grad(value, parameters, retain_graph=True, allow_unused=True)
    parts = [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]
    gradient = torch.cat([part.reshape(-1) for part in parts]).detach()
    return Row(value.detach(), gradient, attached=any(g is not None for g in found), differentiable=True)

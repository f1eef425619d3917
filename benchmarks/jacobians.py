"""v and J of R1 on the Dirac-GAN by autograd: batches against a loop over ``torch.autograd.functional.jacobian``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch.autograd.functional import jacobian

from convergan.numeric import Cases, TorchField, agree, sample_cases
from convergan.numeric.functions import smooth
from convergan.symbolic.analysis import analyse
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.proposal_reader import read_proposal

from .timing import Pair

Array = NDArray[np.float64]
Tensor = torch.Tensor


def r1() -> Proposal:
    return read_proposal(
        {"parameters": {"gamma": "gamma > 0"}, "penalty": {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}},
        default_name="R1",
    )


def field_of_case(cases: Cases, case: int) -> Callable[[Tensor], Tensor]:
    """The field v of one case, written for one case: losses, double backward for the penalty, two gradients."""
    assert cases.functions is not None
    a, s = (torch.from_numpy(table[case].copy()) for table in (cases.functions.coefficients, cases.functions.scales))
    gamma = float(cases.parameters["gamma"][case])

    def field(at: Tensor) -> Tensor:
        theta, psi = at.unbind()
        real = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        on_real = psi * real
        loss = (smooth(psi * theta, a, s) + smooth(-on_real, a, s)).sum()
        (slope,) = torch.autograd.grad(on_real.sum(), real, create_graph=True)
        gain = loss - gamma / 2 * (slope * slope).sum()
        (down,) = torch.autograd.grad(loss, at, create_graph=True)
        (up,) = torch.autograd.grad(gain, at, create_graph=True)
        return torch.stack([-down[0], up[1]])

    return field


def jacobians_one_by_one(points: Array, cases: Cases) -> Array:
    """J at one point per case, of shape [cases, 2, 2], in a loop."""
    rows = [jacobian(field_of_case(cases, case), torch.from_numpy(points[case])) for case in range(len(cases))]
    return np.stack([np.asarray(row) for row in rows])


def pairs(scale: float) -> list[Pair]:
    """Jacobians alone, and the whole comparison of ``check``."""
    many, few = max(8, int(131_072 * scale)), max(2, int(200 * scale))
    proposal = r1()
    analysis = analyse(proposal)
    assert analysis.derivation is not None
    game, cases = TorchField(proposal), sample_cases(proposal, min(many, 16_384), 0)
    points = np.random.default_rng(0).normal(size=(len(cases), 2))

    def batch() -> int:
        return len(game.jacobian(points[:, 0], points[:, 1], cases))

    def loop() -> int:
        return len(jacobians_one_by_one(points[:few], cases[slice(0, few)]))

    def agreement() -> int:
        assert analysis.derivation is not None
        return agree(proposal, analysis.derivation, analysis.jacobian, many).cases

    def comparison() -> int:
        for case in range(few):
            field, at = field_of_case(cases, case), torch.from_numpy(points[case])
            field(at.requires_grad_())
            jacobian(field, torch.zeros(2, dtype=torch.float64))
        return few

    loop_name = "loop over torch.autograd.functional.jacobian"
    return [
        Pair("J of R1 by autograd", ("TorchField.jacobian", batch), (loop_name, loop)),
        Pair(
            "agreement of R1: v and J",
            ("agree: cases drawn, formulas, autograd, error bounds, comparison", agreement),
            (f"autograd alone, {loop_name}", comparison),
        ),
    ]

"""Running error bounds hold against the same operations with 40 digits, and are not absurdly large."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import torch
from torch.func import grad, vmap

from convergan.numeric import EvidenceUnavailable
from convergan.numeric.running import RunningErrors

EPS = float(np.finfo(float).eps)
Tensor = torch.Tensor
COUNT = 200


def logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


# In torch, and exactly; of two arguments.
FUNCTIONS: dict[str, tuple[Callable[..., Tensor], Callable[..., Any]]] = {
    "+": (lambda a, b: a + 3 * b, lambda a, b: a + 3 * b),
    "-": (lambda a, b: 0.1 - a - b, lambda a, b: mp.mpf(1) / 10 - a - b),
    "*": (lambda a, b: a * b * 0.3, lambda a, b: a * b * 3 / 10),
    "/": (lambda a, b: a / b, lambda a, b: a / b),
    "exp": (lambda a, b: torch.exp(a) * b, lambda a, b: mp.exp(a) * b),
    "log": (lambda a, b: torch.log(a * a), lambda a, b: mp.log(a * a)),
    "sqrt": (lambda a, b: torch.sqrt(a * a + b * b), lambda a, b: mp.sqrt(a * a + b * b)),
    "sin": (lambda a, b: torch.sin(a) - torch.cos(b), lambda a, b: mp.sin(a) - mp.cos(b)),
    "tanh": (lambda a, b: 1 - torch.tanh(a) ** 2, lambda a, b: 1 - mp.tanh(a) ** 2),
    "atan": (lambda a, b: torch.atan(a / b), lambda a, b: mp.atan(a / b)),
    "sigmoid": (lambda a, b: torch.sigmoid(a) * torch.sigmoid(-b), lambda a, b: logistic(a) * logistic(-b)),
    "softplus": (
        lambda a, b: torch.logaddexp(a, torch.zeros_like(a)),
        lambda a, b: mp.log1p(mp.exp(a)),
    ),
    "cube": (lambda a, b: (a - b) ** 3, lambda a, b: (a - b) ** 3),
    "root": (lambda a, b: (a * a) ** 0.7, lambda a, b: (a * a) ** mp.mpf(0.7)),
    "inverse power": (lambda a, b: (a * a) ** -1.5, lambda a, b: (a * a) ** mp.mpf(-1.5)),
    "variable power": (lambda a, b: torch.pow(a.abs(), b), lambda a, b: abs(a) ** b),
    "maximum": (lambda a, b: torch.maximum(a, b) - torch.minimum(-a, b), lambda a, b: max(a, b) - min(-a, b)),
    "where": (lambda a, b: torch.where(a > b, a * a, b), lambda a, b: a * a if a > b else b),
    "abs": (lambda a, b: (a - b).abs() * a.sign(), lambda a, b: abs(a - b) * mp.sign(a)),
    "slope of tanh": (lambda a, b: grad(torch.tanh)(a) * b, lambda a, b: b / mp.cosh(a) ** 2),
    "slope of sigmoid": (lambda a, b: grad(torch.sigmoid)(a), lambda a, b: logistic(a) * logistic(-a)),
    "slope of softplus": (
        lambda a, b: grad(lambda u: torch.logaddexp(u, torch.zeros_like(u)))(a),
        lambda a, b: logistic(a),
    ),
    "slope of a norm": (
        lambda a, b: grad(lambda u: torch.sqrt(u * u + b * b))(a),
        lambda a, b: a / mp.sqrt(a * a + b * b),
    ),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_results_lie_within_their_bounds(name: str) -> None:
    """Also where arguments are known up to a bound only: the exact function, somewhere in their intervals."""
    function, exact = FUNCTIONS[name]
    random = np.random.default_rng(7)
    a, b = random.choice([-1, 1], (2, COUNT)) * 10.0 ** random.uniform(-1.5, 0.8, (2, COUNT))
    blur = np.where(random.random((2, COUNT)) < 0.5, 0.0, np.abs([a, b]) * 10.0 ** random.uniform(-15, -6, (2, COUNT)))
    first, second = torch.from_numpy(a), torch.from_numpy(b)
    running = RunningErrors()
    running.mark(first, torch.from_numpy(blur[0]))
    running.mark(second, torch.from_numpy(blur[1]))
    with running:
        found = vmap(function)(first, second)
    bounds = running.of(found).numpy()
    moved = random.uniform(-1, 1, (2, COUNT)) * blur
    ratios = []
    with mp.workdps(40):
        for k in range(COUNT):
            truth = exact(mp.mpf(a[k]) + mp.mpf(moved[0, k]), mp.mpf(b[k]) + mp.mpf(moved[1, k]))
            error = abs(truth - mp.mpf(float(found[k])))
            assert error <= bounds[k], (a[k], b[k], float(error), bounds[k])
            if blur[:, k].max() == 0:
                ratios.append(bounds[k] / (EPS * max(abs(float(truth)), 1e-3)))
    assert np.isfinite(bounds).mean() > 0.9
    # A handful of operations lose a handful of roundings, but for cancellation.
    assert np.median(ratios) < 100


def test_sums_and_products_of_matrices() -> None:
    random = np.random.default_rng(3)
    a, b = random.normal(size=(6, 40)), random.normal(size=(40, 5))
    running = RunningErrors()
    with running:
        left, right = torch.from_numpy(a), torch.from_numpy(b)
        product = left @ right
        found = torch.stack([product.sum(), product.mean(), (left[0] @ right)[2]])
    bounds = running.of(found).tolist()
    with mp.workdps(40):
        exact = mp.matrix(a.tolist()) * mp.matrix(b.tolist())
        total = mp.fsum(exact)
        for value, truth, bound in zip(found.tolist(), (total, total / 30, exact[0, 2]), bounds, strict=True):
            assert abs(mp.mpf(value) - truth) <= bound < 1e-10


@pytest.mark.parametrize(
    "function",
    [
        lambda x: grad(torch.abs)(x),
        lambda x: torch.sign(x),
        lambda x: torch.where(x > 0, x, -1.0),
        lambda x: grad(lambda u: torch.maximum(u, torch.zeros_like(u)))(x),
        lambda x: 1 / x,
        lambda x: torch.log(x),
        lambda x: x**-2.0,
    ],
    ids=["slope of abs", "sign", "where", "slope of max", "1/x", "log", "x^-2"],
)
def test_nothing_is_said_within_rounding_of_a_kink_or_a_pole(function: Callable[[Tensor], Tensor]) -> None:
    x = torch.tensor([0.0, 1e-17, 1e-3], dtype=torch.float64)
    running = RunningErrors()
    running.mark(x, torch.full((3,), 1e-16, dtype=torch.float64))
    with running:
        found = vmap(function)(x)
        stopped = found * torch.zeros_like(x)
    assert running.of(found).isinf().tolist() == [True, True, False]
    if bool(found.isfinite().all()):
        assert running.of(stopped).tolist() == [0.0, 0.0, 0.0]


def test_an_unknown_operation_is_refused() -> None:
    x = torch.ones(3, dtype=torch.float64)
    with pytest.raises(EvidenceUnavailable, match="erfinv"), RunningErrors():
        torch.erfinv(x)
    with pytest.raises(EvidenceUnavailable, match="add_"), RunningErrors():
        (x * 1).add_(1.0)

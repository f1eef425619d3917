"""Calling a user's vector field: on arrays where the code takes them, on tensors, or on numbers one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from ...symbolic.proposal import Proposal
from ..cases import Cases
from ..functions import SmoothFunctions
from .errors import CodeError
from .execution import floats
from .fitting import Array
from .kinds import Binding
from .loading import described
from .surroundings import user_surroundings
from .trials import moderate_parameters

GROUPS = 7
_POINTS, _FEW, _DRAWS = 24, 8, 200
_SIGMAS = 7.0  # of a mean over draws: a false alarm in 1e11


@dataclass(frozen=True)
class Place:
    """Points with one choice of parameters.

    Attributes:
        theta: Of shape [n].
        psi: Of shape [n].
        parameters: By name.
        functions: The arbitrary f, if there is one.
    """

    theta: Array
    psi: Array
    parameters: Mapping[str, float]
    functions: SmoothFunctions | None
    batch: int = 1
    entries: int = 1
    degenerate: bool = False

    def cases(self, output: float) -> Cases:
        """The same as one case per point."""
        count = len(self.theta)
        values = {name: np.full(count, value) for name, value in self.parameters.items()}
        functions = None if self.functions is None else self.functions[np.zeros(count, dtype=np.intp)]
        return Cases(values, functions, np.full(count, output), {})


@dataclass(frozen=True)
class Values:
    """What the code says at a place: rows of shape [2, n] and the error of a mean over draws, 0 without any."""

    rows: Array
    error: Array


def places(proposal: Proposal, seed: int) -> Iterator[Place]:
    """Points for several choices of the parameters, the equilibrium among them; multiples of 1/16 up to 3/2."""
    random = np.random.default_rng([seed, 2])
    supply = moderate_parameters(proposal, seed)
    for _ in range(GROUPS):
        parameters, functions = next(supply)
        theta, psi = random.integers(-24, 25, (2, _POINTS)) / 16
        theta[0] = psi[0] = 0.0
        yield Place(theta, psi, parameters, functions)


def draws(binding: Binding, place: Place, seed: int) -> bool:
    """Whether the code draws random numbers."""
    return not np.array_equal(*(_called(binding, place, seed + k) for k in (0, 1)), equal_nan=True)


def thinned(place: Place) -> Place:
    """The same with few points: a mean over draws takes hundreds of calls at each."""
    return replace(place, theta=place.theta[:_FEW], psi=place.psi[:_FEW])


def field_values(binding: Binding, place: Place, seed: int) -> Values:
    """What the code says; the mean over many calls if it draws.

    Raises:
        CodeError: If it fails on arrays, on tensors and on numbers, or returns something else than two rows.
    """
    first, second = (_called(binding, place, seed + k) for k in (0, 1))
    if np.array_equal(first, second, equal_nan=True):
        return Values(first, np.zeros_like(first))
    drawn = np.stack([_called(binding, place, seed + k) for k in range(_DRAWS)])
    return Values(drawn.mean(axis=0), _SIGMAS * drawn.std(axis=0, ddof=1) / _DRAWS**0.5)


def _called(binding: Binding, place: Place, seed: int) -> Array:
    """The field at all points, of shape [2, n]: on arrays where the code takes them, else point by point."""
    names = {role: name for name, role in binding.positions.items()}
    numbers = floats(binding, place.parameters)
    failures: list[str] = []
    for convert in (np.asarray, torch.from_numpy):
        functions = _functions(binding, place, as_tensor=convert is torch.from_numpy)
        given = {names["theta"]: convert(place.theta.copy()), names["psi"]: convert(place.psi.copy())}
        try:
            whole = _row_pair(binding, _call(binding, given | numbers | functions, seed), len(place.theta))
            few = [_at(binding, names, place, numbers, convert, k, seed) for k in (0, 1)]
        except CodeError:
            raise
        except (Exception, SystemExit) as error:
            failures.append(described(error, binding.function.file))
            continue
        # Code that sums over its arguments, or branches on one, is right on numbers only.
        if all(np.allclose(whole[:, k], value, rtol=1e-9, atol=1e-12, equal_nan=True) for k, value in enumerate(few)):
            return whole
        return np.stack(
            [_at(binding, names, place, numbers, convert, k, seed) for k in range(len(place.theta))], axis=1
        )
    try:
        convert = float
        return np.stack(
            [_at(binding, names, place, numbers, convert, k, seed) for k in range(len(place.theta))], axis=1
        )
    except CodeError:
        raise
    except (Exception, SystemExit) as error:
        failures.append(described(error, binding.function.file))
    raise CodeError(
        binding.function.where,
        f"it fails on arrays, on tensors and on numbers: {failures[0]}",
        "it is called as v(theta, psi)",
    )


def _at(
    binding: Binding, names: Mapping[Any, str], place: Place, numbers: dict[str, float], convert: Any, k: int, seed: int
) -> Array:
    as_tensor = convert is torch.from_numpy
    # Arrays of length 1, so that code that goes through them works; numbers for code that takes nothing else.
    chosen = k if convert is float else slice(k, k + 1)
    theta, psi = (np.array(values[chosen]) for values in (place.theta, place.psi))
    given = {names["theta"]: convert(theta), names["psi"]: convert(psi)}
    arguments = given | numbers | _functions(binding, place, as_tensor=as_tensor)
    return _row_pair(binding, _call(binding, arguments, seed), 1)[:, 0]


def _call(binding: Binding, arguments: dict[str, Any], seed: int) -> Any:
    with user_surroundings(binding.function.root, torch.float64, seed), np.errstate(all="ignore"):
        return binding.call(arguments)


def _functions(binding: Binding, place: Place, *, as_tensor: bool) -> dict[str, Any]:
    functions = place.functions
    if not binding.objective:
        return {}
    assert functions is not None

    def derivative(order: int) -> Callable[[Any], Any]:
        def evaluate(t: Any) -> Any:
            shape = np.shape(t)
            value = functions.derivative(order, np.asarray(t, dtype=float).reshape(1, -1)).reshape(shape)
            return torch.from_numpy(np.asarray(value)) if as_tensor else value

        return evaluate

    return {name: derivative(order) for name, order in binding.objective.items()}


def _row_pair(binding: Binding, returned: Any, count: int) -> Array:
    pair = list(returned) if isinstance(returned, list | tuple | np.ndarray | torch.Tensor) else None
    if pair is None or len(pair) != 2:
        kind = type(returned).__name__ if pair is None else f"{len(pair)} values"
        raise CodeError(binding.function.where, f"it returned {kind}", "return (v_theta, v_psi)")
    rows = [part.detach().numpy() if isinstance(part, torch.Tensor) else np.asarray(part, dtype=float) for part in pair]
    return np.stack([np.broadcast_to(row.reshape(-1), (count,)) for row in rows]).astype(float)

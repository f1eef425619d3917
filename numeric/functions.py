"""The closed family of smooth objectives that stands for "any f" in evidence.

    f(t) = sum_i a_i g_i(s_i t),    g_i in {-softplus(-t), tanh, atan, exp, t, t^2/2!, ..., t^6/6!}

One batch holds thousands of such f as two coefficient tables of shape [cases, atoms]. Derivatives of order 0 to 6 are
exact closed forms in NumPy; torch sees f only, and differentiates it itself. The monomials let f'(0), ..., f^(6)(0)
take any prescribed values, so conditions on f1 ... f6 can be met exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import factorial
from operator import mul
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .elementary import derivative, softplus_derivative

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float64]
CURVED = ("logistic", "tanh", "atan", "exp")
MONOMIALS = 6
ATOMS = (*CURVED, *(f"t{k}" for k in range(1, MONOMIALS + 1)))
MAX_ORDER = 6
_LANGUAGE = {"logistic": "-softplus(-({}))", "tanh": "tanh({})", "atan": "atan({})", "exp": "exp({})"}


@dataclass(frozen=True, slots=True)
class SmoothFunctions:
    """A batch of smooth functions with exact derivatives.

    Attributes:
        coefficients: a_i, of shape [cases, atoms]; columns as in ``ATOMS``.
        scales: s_i, of the same shape; 1 for the monomials, whose scale is part of the coefficient.
    """

    coefficients: Array
    scales: Array

    def __post_init__(self) -> None:
        if self.coefficients.shape != self.scales.shape or self.coefficients.shape[1:] != (len(ATOMS),):
            raise ValueError(
                f"coefficients {self.coefficients.shape} and scales {self.scales.shape} must both have the shape "
                f"[cases, {len(ATOMS)}], columns as in ATOMS"
            )

    @classmethod
    def single(cls, atoms: Mapping[str, tuple[float, float]]) -> SmoothFunctions:
        """One function from {atom: (coefficient, scale)}.

        Raises:
            KeyError: For a name that is not in ``ATOMS``.
        """
        coefficients, scales = np.zeros((1, len(ATOMS))), np.ones((1, len(ATOMS)))
        for name, (coefficient, scale) in atoms.items():
            if name not in ATOMS:
                raise KeyError(f"unknown atom {name!r}; known: {', '.join(ATOMS)}")
            place = ATOMS.index(name)
            monomial = name not in CURVED
            coefficients[0, place] = coefficient * (scale ** (place - len(CURVED) + 1) if monomial else 1.0)
            scales[0, place] = 1.0 if monomial else scale
        return cls(coefficients, scales)

    def __len__(self) -> int:
        return len(self.coefficients)

    def __getitem__(self, cases: slice | NDArray[np.intp]) -> SmoothFunctions:
        """The functions of a slice or an index array of cases."""
        return SmoothFunctions(self.coefficients[cases], self.scales[cases])

    def derivative(self, order: int, t: Array) -> Array:
        """f^(order)(t), exact up to rounding.

        Args:
            order: 0 to 6.
            t: Where, of shape [cases, ...].

        Returns:
            Of the shape of ``t``.

        Raises:
            ValueError: For an order outside 0 to 6.
        """
        return self.with_magnitude(order, t)[0]

    def magnitude(self, order: int, t: Array) -> Array:
        """The sum of the absolute values of the terms of f^(order)(t) (``elementary``)."""
        return self.with_magnitude(order, t)[1]

    def with_magnitude(self, order: int, t: Array) -> tuple[Array, Array]:
        """(f^(order)(t), its magnitude), as ``derivative`` and ``magnitude`` give them one by one."""
        # One order more than is exact for callers: bounds of rounding errors look one derivative further.
        if not 0 <= order <= MAX_ORDER + 1:
            raise ValueError(f"order {order} of a derivative; it must be 0 to {MAX_ORDER}")
        t = np.asarray(t, dtype=np.float64)
        shape = (len(self), *[1] * (t.ndim - 1))
        total = np.zeros(np.broadcast_shapes(t.shape, shape))
        size = np.zeros_like(total)
        # At the equilibrium every argument is 0, and an atom's derivative there is one number for all cases.
        nowhere = not np.any(t)
        origin = np.zeros([1] * t.ndim)
        for place, name in enumerate(ATOMS):
            a = self.coefficients[:, place].reshape(shape)
            if not np.count_nonzero(a):
                continue
            if name in CURVED:
                s = self.scales[:, place].reshape(shape)
                value, amplitude = _atom(name, order, origin if nowhere else s * t)
                if order:
                    a = a * reduce(mul, [s] * order)  # several times as fast as s**order
            else:
                value, amplitude = _atom(name, order, origin if nowhere else t)
            total += a * value
            size += np.abs(a) * amplitude
        return total, size

    def text(self, case: int = 0) -> str:
        """One function in the penalty language, as ``[objective] f`` reads it."""
        terms = []
        for place, name in enumerate(ATOMS):
            a, s = float(self.coefficients[case, place]), float(self.scales[case, place])
            if a == 0:
                continue
            if name in CURVED:
                body = _LANGUAGE[name].format(f"{s!r}*t" if s != 1 else "t")
            else:
                power = place - len(CURVED) + 1
                body = "t" if power == 1 else f"t**{power}/{factorial(power)}"
            terms.append(f"({a!r})*({body})")
        return " + ".join(terms) or "0"

    def pinned(self, targets: Mapping[int, Array]) -> SmoothFunctions:
        """The same functions with prescribed derivatives at 0.

        Args:
            targets: {order: values of shape [cases]} for orders 1 to 6.

        Returns:
            Functions whose monomials are changed such that f^(order)(0) is the target up to one rounding per atom.
        """
        coefficients = self.coefficients.copy()
        zero = np.zeros(len(self))
        for order, target in targets.items():
            place = len(CURVED) + order - 1
            coefficients[:, place] = 0.0
            coefficients[:, place] = target - SmoothFunctions(coefficients, self.scales).derivative(order, zero)
        return SmoothFunctions(coefficients, self.scales)


def _atom(name: str, order: int, u: Array) -> tuple[Array, Array]:
    """(g^(order)(u), amplitude) of one atom."""
    if name == "logistic":
        value = (-1.0) ** (order + 1) * softplus_derivative(order, -u)
        return value, np.abs(value) + derivative("softplus", order, -u)[1]
    if name in CURVED:
        return derivative(name, order, u)
    power = ATOMS.index(name) - len(CURVED) + 1
    if order > power:
        return np.zeros_like(u), np.zeros_like(u)
    value = u ** (power - order) / factorial(power - order)
    return value, np.abs(value)


def random_functions(count: int, random: np.random.Generator) -> SmoothFunctions:
    """Functions with random atoms, of moderate size for arguments up to about 15.

    Args:
        count: How many.
        random: The source of randomness; the result is a function of its state.
    """
    shape = (count, len(ATOMS))
    size = 10.0 ** random.uniform(-1.0, 0.5, shape) * random.choice([-1.0, 1.0], shape)
    present = random.random(shape) < 0.45
    present[:, len(CURVED)] |= ~present.any(axis=1)
    scales = np.ones(shape)
    scales[:, : len(CURVED)] = random.uniform(0.2, 1.5, (count, len(CURVED)))
    scales[:, CURVED.index("exp")] *= random.choice([-0.5, 0.5], count)
    return SmoothFunctions(np.where(present, size, 0.0), scales)


def smooth(t: torch.Tensor, coefficients: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
    """One function of the family in torch, for autograd to differentiate.

    Args:
        t: Arguments, any shape.
        coefficients: a_i, of shape [atoms].
        scales: s_i, of shape [atoms].

    Returns:
        f(t), of the shape of ``t``.
    """
    import torch as backend

    total = coefficients[len(CURVED)] * t
    for power in range(2, MONOMIALS + 1):
        total = total + coefficients[len(CURVED) + power - 1] * t**power / factorial(power)
    atoms: dict[str, Callable[[backend.Tensor], backend.Tensor]] = {
        "logistic": lambda u: -stable_softplus(-u),
        "tanh": backend.tanh,
        "atan": backend.atan,
        "exp": backend.exp,
    }
    for place, name in enumerate(CURVED):
        total = total + coefficients[place] * atoms[name](scales[place] * t)
    return total


def stable_softplus(u: torch.Tensor) -> torch.Tensor:
    """log(1 + exp(u)) whose derivatives of every order autograd computes to full precision.

    ``F.softplus`` is linear beyond its threshold of 20, so its second derivative is exactly 0 there, ``F.logsigmoid``
    loses digits and warns under vmap, and ``-log1p(exp(-t))`` is NaN far out.
    """
    import torch as backend

    return backend.logaddexp(u, backend.zeros_like(u))

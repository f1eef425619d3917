"""One smooth function of the closed family, callable and readable, and how its atoms are drawn.

    f(t) = sum_i a_i g_i(s_i t)    with the atoms of ``functions``

Coefficients and scales are multiples of powers of two, so that derivatives at 0, sums of rational multiples of them,
are exact in floating point wherever only logistic, tanh, atan, exp and monomials of low order meet.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import factorial
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ...symbolic import expression as ex
from ...symbolic.parser import Scope, parse
from ..functions import ATOMS, CURVED, SmoothFunctions
from .rationals import dyadics

if TYPE_CHECKING:
    import torch

Array = NDArray[np.float64]
_CALLS = {"logistic": ("softplus", -1), "tanh": ("tanh", 1), "atan": ("atan", 1), "exp": ("exp", 1)}
# Denominators of fractions that floats are written as; larger ones would fit any float.
_LARGEST_DENOMINATOR = 10**6
# By atom: the signs of (coefficient, scale) with which f' > 0 everywhere, or f' >= 0 for the last two ...
_INCREASING = {
    "t1": {(1, 1)},
    "logistic": {(1, 1)},
    "tanh": {(1, 1)},
    "atan": {(1, 1)},
    "exp": {(1, 1), (-1, -1)},
    "t3": {(1, 1)},
    "t5": {(1, 1)},
}
_STRICTLY = ("t1", "logistic", "tanh", "atan", "exp")
# ... and with which f'' <= 0 everywhere.
_CONCAVE = {
    "t1": {(1, 1), (-1, 1)},
    "logistic": {(1, 1), (1, -1)},
    "exp": {(-1, 1), (-1, -1)},
    "t2": {(-1, 1)},
    "t4": {(-1, 1)},
    "t6": {(-1, 1)},
}


class SmoothFunction(SmoothFunctions):
    """One function f: exact derivatives in NumPy, f itself in torch, and its formula as ``repr``.

    It is a batch of length 1. The formula can be pasted behind ``[objective] f`` of a proposal.
    """

    __slots__ = ()

    @classmethod
    def of(cls, functions: SmoothFunctions, case: int = 0) -> SmoothFunction:
        """One function of a batch."""
        one = functions[slice(case, case + 1)]
        return cls(one.coefficients, one.scales)

    @overload
    def __call__(self, t: torch.Tensor) -> torch.Tensor: ...

    @overload
    def __call__(self, t: float | Array) -> Array: ...

    def __call__(self, t: Any) -> Any:
        """f(t).

        Args:
            t: A tensor of any shape, to be differentiated by autograd, vmapped and so on; or numbers.

        Returns:
            A tensor of the same shape and dtype; for numbers, an array of their shape.
        """
        if isinstance(t, int | float | np.ndarray | np.generic):
            return self.derivative(0, np.reshape(t, (1, -1))).reshape(np.shape(t))
        from ..interpret import TorchAlgebra, as_tensor

        if not self.coefficients.any():
            return 0 * t  # not a constant: autograd has to find its way to t
        return as_tensor(ex.interpret(_tree(self.text()), TorchAlgebra({"t": t})))

    def slope(self, order: int) -> float:
        """f^(order)(0): f1, f2, ... of the proposals, for orders 1 to 6."""
        return float(self.derivative(order, np.zeros(1))[0])

    def text(self, case: int = 0) -> str:
        """The function in the penalty language, as ``[objective] f`` reads it, up to the rounding of coefficients."""
        terms = [
            _term(name, float(a), float(s))
            for name, a, s in zip(ATOMS, self.coefficients[case], self.scales[case], strict=True)
            if a != 0
        ]
        return " + ".join(terms).replace("+ -", "- ") or "0"

    def __repr__(self) -> str:
        return self.text()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What Hypothesis prints in a falsifying example: dataclasses it would take apart."""
        printer.text(repr(self))


@lru_cache(maxsize=256)
def _tree(text: str) -> ex.Expression:
    return parse(text, Scope(frozenset({"t"})))


def _term(name: str, coefficient: float, scale: float) -> str:
    """One term; a minus sign, if there is one, stands at its front."""
    if name in CURVED:
        function, sign = _CALLS[name]
        return _times(_exact(sign * coefficient), f"{function}({_times(_exact(sign * scale), 't')})")
    power = ATOMS.index(name) - len(CURVED) + 1
    number = _exact(coefficient)
    if isinstance(number, str):
        return _times(number, "t" if power == 1 else f"t**{power}/{factorial(power)}")
    return _times(number / factorial(power), "t" if power == 1 else f"t**{power}")


def _exact(value: float) -> Fraction | str:
    """A simple fraction that rounds to the number, or the number itself."""
    simple = Fraction(value).limit_denominator(_LARGEST_DENOMINATOR)
    return simple if float(simple) == value else repr(value)


def _times(number: Fraction | str, body: str) -> str:
    if isinstance(number, str):
        return f"{number}*{body}"
    sign = "-" if number < 0 else ""
    above, below = abs(number.numerator), number.denominator
    return f"{sign}{'' if above == 1 else f'{above}*'}{body}{'' if below == 1 else f'/{below}'}"


_COEFFICIENTS = dyadics()
_SIZES = _COEFFICIENTS.map(abs).filter(bool)
_SCALES = st.sampled_from([1.0, 0.5, 2.0])
_SIGNED_SCALES = st.sampled_from([1.0, 0.5, 2.0, -1.0])


def mixtures(max_atoms: int) -> st.SearchStrategy[SmoothFunction]:
    """Any mixture of up to ``max_atoms`` atoms; the smallest is 0."""
    chosen = st.lists(st.sampled_from(ATOMS), max_size=max_atoms, unique=True)

    @st.composite
    def mixture(draw: st.DrawFn) -> SmoothFunction:
        atoms: dict[str, tuple[float, float]] = {}
        for name in draw(chosen):
            scale = draw(_SIGNED_SCALES) if name in CURVED else 1.0
            atoms[name] = (float(draw(_COEFFICIENTS)), scale)
        return SmoothFunction.of(SmoothFunctions.single(atoms))

    return mixture()


def shaped_mixtures(max_atoms: int, *, increasing: bool, concave: bool) -> st.SearchStrategy[SmoothFunction]:
    """Mixtures of 1 to ``max_atoms`` atoms with f'(t) > 0, or f''(t) <= 0, or both, for every t; the smallest is t."""
    tables = [table for table, wanted in ((_INCREASING, increasing), (_CONCAVE, concave)) if wanted]
    common = {name: set.intersection(*(table.get(name, set()) for table in tables)) for name in tables[0]}
    signs = {name: st.sampled_from(sorted(pairs, reverse=True)) for name, pairs in common.items() if pairs}
    first = st.sampled_from([name for name in signs if not increasing or name in _STRICTLY])
    others = st.lists(st.sampled_from(list(signs)), max_size=max_atoms - 1, unique=True)

    @st.composite
    def mixture(draw: st.DrawFn) -> SmoothFunction:
        atoms: dict[str, tuple[float, float]] = {}
        for name in dict.fromkeys([draw(first), *draw(others)]):
            of_coefficient, of_scale = draw(signs[name])
            scale = draw(_SCALES) if name in CURVED else 1.0
            atoms[name] = (of_coefficient * float(draw(_SIZES)), of_scale * scale)
        return SmoothFunction.of(SmoothFunctions.single(atoms))

    return mixture()

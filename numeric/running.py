"""Running error analysis: every operation that torch carries out is accompanied by a bound of its rounding error.

``RunningErrors`` sees the operations below vmap and autograd, those that are really executed, forwards and backwards.
Each result's bound follows from its operands' bounds and the operation's own rounding (Wilkinson; Higham 2002, Accuracy
and Stability of Numerical Algorithms, section 3.3): sums add bounds, products have |a| err(b) + |b| err(a) +
err(a) err(b), functions the largest slope on the interval times the argument's bound (``running_rules``). A function is
taken to be good to 4 units in the last place, a sum of n terms to n roundings in whatever order. Roundings are counted
with eps, twice the unit roundoff, which covers those of the bounds themselves.

Within its bound of a kink, a jump or a pole nothing can be said about what follows: the bound is infinite there, unless
it is multiplied by an exact 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakTensorKeyDictionary

from .cases import EvidenceUnavailable
from .running_rules import RULES, Approximate, finite

Tensor = torch.Tensor
# Operations that move or select entries: bounds move along.
_MOVES = {
    *(
        "view",
        "_unsafe_view",
        "reshape",
        "expand",
        "permute",
        "transpose",
        "t",
        "movedim",
        "unsqueeze",
        "squeeze",
        "flip",
    ),
    *(
        "select",
        "slice",
        "split",
        "split_with_sizes",
        "diagonal",
        "unbind",
        "index_select",
        "repeat",
        "cat",
        "stack",
        "flip",
    ),
    *("clone", "detach", "alias", "contiguous", "_to_copy", "to", "select_backward", "slice_backward"),
    "constant_pad_nd",
}
# Operations that make tensors from nothing: exactly, or from numbers that may be rounded ones.
_MAKES = {
    *("zeros", "ones", "zeros_like", "ones_like", "new_zeros", "new_ones", "empty", "new_empty", "empty_like"),
    *("_efficientzerotensor", "eye", "arange"),
}
_FILLS = {"full", "new_full", "full_like", "scalar_tensor", "lift_fresh", "lift_fresh_copy"}


class RunningErrors(TorchDispatchMode):
    """Bounds the rounding errors of all torch operations within its context; tensors from outside count as exact."""

    def __init__(self) -> None:
        super().__init__()
        self._bounds = WeakTensorKeyDictionary()

    def mark(self, value: Tensor, bound: Tensor) -> None:
        """Says that a tensor is only known up to a bound of the same shape."""
        self._bounds[value] = bound

    def of(self, value: Tensor) -> Tensor:
        """The bound of a tensor's entries, of its shape."""
        bound = self._bounds.get(value)
        return torch.zeros_like(value) if bound is None else bound

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        options = kwargs or {}
        name = func.overloadpacket.__name__
        if name.endswith("_") and not name.startswith("_"):
            return self._in_place(func, name, args, options)
        result = func(*args, **options)
        if name in _MAKES:
            return result
        if name in _FILLS:
            self._record(result, _rounded(result))
        elif name in _MOVES:
            if self._inexact(args):
                bounds = func(*_mapped(self._bound_or_zeros, args), **options)
                pairs = zip(result, bounds, strict=True) if isinstance(result, list | tuple) else [(result, bounds)]
                for part, bound in pairs:
                    self._record(part, bound)
        elif name in RULES:
            self._record(result, RULES[name](result, *_mapped(self._approximate, args), **options))
        else:
            raise EvidenceUnavailable(f"no bound of rounding errors is known for torch's operation {name!r}")
        return result

    def _in_place(self, func: Any, name: str, args: Any, options: Any) -> Any:
        """Operations that overwrite a tensor; autograd uses few of them."""
        target, bound = args[0], self._bounds.get(args[0])
        if name == "fill_" and bound is None:
            return func(*args, **options)
        if name[:-1] in _MOVES:
            result = func(*args, **options)
            if bound is not None:
                self._bounds[target] = func(bound.clone(), *args[1:], **options)
            return result
        if name == "masked_fill_" and not target._is_view():
            result, mask = func(*args, **options), args[1]
            kept = torch.zeros_like(target) if bound is None else bound
            unsure = self._bounds.get(mask)
            self._bounds[target] = torch.where(mask, 0.0, kept) + (0.0 if unsure is None else unsure)
            return result
        raise EvidenceUnavailable(f"no bound of rounding errors is known for torch's operation {name!r}")

    def _record(self, value: Tensor, bound: Tensor | float) -> None:
        if isinstance(bound, Tensor):
            self._bounds[value] = finite(value, bound) if value.is_floating_point() else bound

    def _approximate(self, value: Any) -> Any:
        if isinstance(value, Tensor):
            bound = self._bounds.get(value)
            return Approximate(value, 0.0 if bound is None else bound)
        return value

    def _bound_or_zeros(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        bound = self._bounds.get(value)
        if bound is None:
            return torch.zeros(value.shape, dtype=torch.float64, device=value.device)
        return bound.expand(value.shape)

    def _inexact(self, args: Any) -> bool:
        found: list[bool] = []
        _mapped(lambda value: found.append(isinstance(value, Tensor) and value in self._bounds), args)
        return any(found)


def _mapped(function: Callable[[Any], Any], values: Any) -> Any:
    """The function applied to every entry of nested lists."""
    if isinstance(values, list | tuple):
        return [_mapped(function, value) for value in values]
    return function(values)


def _rounded(value: Tensor) -> Tensor | float:
    """The bound of numbers that were rounded to doubles: integers are exact."""
    if not value.is_floating_point():
        return 0.0
    bound = torch.where(value == value.round(), 0.0, torch.finfo(value.dtype).eps * value.abs())
    return bound if bool(bound.any()) else 0.0

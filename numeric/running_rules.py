"""Bounds of the rounding error of single torch operations, from the bounds of their operands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

Tensor = torch.Tensor
EPS = torch.finfo(torch.float64).eps
# Elementary functions are good to so many units in the last place.
_ULPS = 4
Bound = Tensor | float
Axes = Sequence[int] | None


@dataclass(frozen=True, slots=True)
class Approximate:
    """A tensor and the bound of its error; the number 0.0 where it is exact.

    A Boolean tensor has the bound infinity where the comparison may have another outcome.
    """

    value: Tensor
    error: Bound


def finite(value: Tensor, bound: Tensor) -> Tensor:
    """The bound, infinite where the value has overflowed or is undefined."""
    return torch.where(value.isfinite(), bound, torch.inf)


def _of(value: Any) -> Approximate:
    """Operands may be Python numbers, rounded from exact ones."""
    if isinstance(value, Approximate):
        return value
    number = torch.tensor(float(value), dtype=torch.float64)
    return Approximate(number, 0.0 if float(value).is_integer() else EPS * abs(float(value)))


def _times(size: Bound, bound: Bound) -> Bound:
    """The product of a size >= 0 and a bound, with 0 * infinity = 0."""
    product = size * bound
    return product.nan_to_num(nan=0.0, posinf=torch.inf) if isinstance(product, Tensor) else product


def _product(a: Approximate, b: Approximate) -> Bound:
    return _times(a.value.abs(), b.error) + _times(b.value.abs(), a.error) + _times(a.error, b.error)


def _mul(out: Tensor, left: Any, right: Any) -> Tensor:
    return _product(_of(left), _of(right)) + EPS * out.abs()


def _add(out: Tensor, left: Any, right: Any, alpha: float = 1) -> Tensor:
    a, b = _of(left), _of(right)
    return a.error + abs(alpha) * b.error + EPS * out.abs()


def _reversed_sub(out: Tensor, left: Any, right: Any, alpha: float = 1) -> Tensor:
    return _add(out, right, left, alpha)


def _div(out: Tensor, left: Any, right: Any) -> Tensor:
    a, b = _of(left), _of(right)
    least = b.value.abs() - b.error
    moved = a.error + _times(out.abs(), b.error)
    return torch.where(least > 0, moved / least, torch.inf) + EPS * out.abs()


def _same(out: Tensor, operand: Approximate) -> Bound:
    return operand.error


def _slope(
    slope: Callable[[Tensor, Tensor | float], Bound], *, ulps: int = _ULPS
) -> Callable[[Tensor, Approximate], Tensor]:
    """A rule for a function, from (argument, bound) to its largest change."""

    def rule(out: Tensor, operand: Approximate) -> Tensor:
        return slope(operand.value, operand.error) + ulps * EPS * out.abs()

    return rule


def _log_change(x: Tensor, e: Bound) -> Tensor:
    least = x.abs() - e
    return torch.where(least > 0, torch.log1p(e / least), torch.inf)


def _sqrt_change(x: Tensor, e: Bound) -> Tensor:
    bound = torch.as_tensor(e, dtype=x.dtype).expand(x.shape)
    return torch.where(x > 0, torch.minimum(bound / x.sqrt(), bound.sqrt()), bound.sqrt())


def _near(x: Tensor, e: Bound) -> Tensor:
    return (x.abs() - e).clamp(min=0.0)


def _sigmoid_change(x: Tensor, e: Bound) -> Bound:
    # s' = s(u) s(-u) <= exp(-|u|), and <= 1/4.
    return _times(torch.exp(-_near(x, e)).clamp(max=0.25), e)


def _tanh_change(x: Tensor, e: Bound) -> Bound:
    return _times((4 * torch.exp(-2 * _near(x, e))).clamp(max=1.0), e)


def _sigmoid_backward(out: Tensor, slope: Approximate, y: Approximate) -> Tensor:
    rest = Approximate(1 - y.value, y.error + EPS * (1 - y.value).abs())
    both = Approximate(rest.value * y.value, _mul(rest.value * y.value, rest, y))
    # The order of the two products is torch's own: one rounding more.
    return _product(slope, both) + 2 * EPS * out.abs()


def _tanh_backward(out: Tensor, slope: Approximate, y: Approximate) -> Tensor:
    square = Approximate(y.value * y.value, _mul(y.value * y.value, y, y))
    rest = 1 - square.value
    return _product(slope, Approximate(rest, square.error + EPS * rest.abs())) + EPS * out.abs()


def _power(out: Tensor, base: Approximate, exponent: Any) -> Tensor:
    """x**p for a number p, exact by itself: |p| t**(p - 1) at the worse end of the interval."""
    x, e, p = base.value, base.error, float(exponent)
    largest, least = x.abs() + e, x.abs() - e
    own = (_ULPS + abs(p)) * EPS * out.abs()
    if p.is_integer() and p >= 1:
        return _times(p * largest ** (p - 1), e) + own
    if p == 0:
        return own
    end = torch.where(least > 0, (largest if p > 1 else least) ** (p - 1), torch.inf)
    change = _times(abs(p) * end, e)
    crossing = largest**p if p > 0 else torch.full_like(x, torch.inf)
    return torch.where(least > 0, change, crossing) + own


def _power_of_tensors(out: Tensor, base: Any, exponent: Any) -> Tensor:
    """x**y: a relative change of x and a change of y become a change of y log(x)."""
    a, b = _of(base), _of(exponent)
    least = a.value.abs() - a.error
    change = (b.value.abs() + b.error) * a.error / least + b.error * a.value.abs().log().abs()
    inside = out.abs() * torch.expm1(change) + 2 * _ULPS * EPS * out.abs() * (1 + (b.value * a.value.abs().log()).abs())
    lowest = b.value - b.error
    largest = a.value.abs() + a.error
    crossing = torch.where(lowest > 0, torch.maximum(largest**lowest, largest ** (b.value + b.error)), torch.inf)
    return torch.where(least > 0, inside, torch.where(largest > 0, crossing, torch.where(lowest > 0, 0.0, torch.inf)))


def _log_add_exp(out: Tensor, left: Any, right: Any) -> Tensor:
    a, b = _of(left), _of(right)
    gap = (a.value - b.value).abs()
    size = torch.maximum(a.value, b.value).abs() + out.abs() + gap * torch.exp(-gap)
    return _largest(a.error, b.error) + 2 * _ULPS * EPS * size


def _largest(a: Bound, b: Bound) -> Bound:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return torch.maximum(a, b)
    return a + b


def _extremum(out: Tensor, left: Any, right: Any) -> Bound:
    return _largest(_of(left).error, _of(right).error) + torch.zeros_like(out)


def _sign(out: Tensor, operand: Approximate) -> Tensor:
    return torch.where(operand.value.abs() <= operand.error, torch.inf, 0.0)


def _order(out: Tensor, left: Any, right: Any) -> Tensor:
    """An order is unsure where it may be the other way round, and where both sides are equal: there is a kink."""
    a, b = _of(left), _of(right)
    return torch.where((a.value - b.value).abs() <= a.error + b.error, torch.inf, 0.0).expand(out.shape)


def _equality(out: Tensor, left: Any, right: Any) -> Bound:
    """Two exact numbers are equal or not."""
    a, b = _of(left), _of(right)
    error = a.error + b.error
    unsure = ((a.value - b.value).abs() <= error) & (torch.as_tensor(error) > 0)
    return torch.where(unsure, torch.inf, 0.0).expand(out.shape)


def _where(out: Tensor, condition: Approximate, left: Any, right: Any) -> Bound:
    a, b = _of(left), _of(right)
    zero = torch.zeros_like(out)
    return torch.where(condition.value, a.error + zero, b.error + zero) + condition.error


def _masked_fill(out: Tensor, operand: Approximate, mask: Approximate, value: Any) -> Bound:
    return _where(out, mask, value, operand)


def _logic(out: Tensor, left: Approximate, right: Approximate | None = None) -> Bound:
    return _of(left).error + (0.0 if right is None else _of(right).error)


def _sum(out: Tensor, operand: Approximate, dims: Axes = None, keepdim: bool = False, **_: Any) -> Tensor:
    axes = list(dims) if dims else list(range(operand.value.dim()))
    size = operand.value.abs().sum(axes, keepdim)
    moved = operand.error.sum(axes, keepdim) if isinstance(operand.error, Tensor) else 0.0
    return moved + EPS * (operand.value.numel() / max(out.numel(), 1)) * size


def _mean(out: Tensor, operand: Approximate, dims: Axes = None, keepdim: bool = False, **_: Any) -> Tensor:
    count = operand.value.numel() / max(out.numel(), 1)
    return _sum(out, operand, dims, keepdim) / count + EPS * out.abs()


def _matrix(out: Tensor, left: Approximate, right: Approximate) -> Tensor:
    """|A| err(B) + err(A) |B| + err(A) err(B) and one rounding per term."""
    a, b = left.value.abs(), right.value.abs()
    place = {"dtype": torch.float64, "device": out.device}
    zero = torch.zeros((), **place)
    first, second = (torch.as_tensor(e, **place) + zero for e in (left.error, right.error))
    first, second = first.expand(a.shape), second.expand(b.shape)
    count = a.shape[-1] + 1
    calm = [torch.where(e.isfinite(), e, 0.0) for e in (first, second)]
    bound = torch.matmul(a, calm[1]) + torch.matmul(calm[0], b + calm[1]) + count * EPS * torch.matmul(a, b)
    wild = [e.isinf().to(torch.float64) for e in (first, second)]
    if not any(bool(part.any()) for part in wild):
        return bound
    reached = torch.matmul((a + calm[0] > 0).to(torch.float64), wild[1]) + torch.matmul(
        wild[0], ((b + calm[1] > 0) | (wild[1] > 0)).to(torch.float64)
    )
    return torch.where(reached > 0, torch.inf, bound)


RULES: dict[str, Callable[..., Bound]] = {
    "mul": _mul,
    "add": _add,
    "sub": _add,
    "rsub": _reversed_sub,
    "div": _div,
    "neg": _same,
    "abs": _same,
    "exp": _slope(lambda x, e: torch.exp(x) * torch.expm1(torch.as_tensor(e, dtype=x.dtype))),
    "log": _slope(_log_change),
    "sqrt": _slope(_sqrt_change, ulps=1),
    "sin": _slope(lambda _, e: e),
    "cos": _slope(lambda _, e: e),
    "atan": _slope(lambda _, e: e),
    "tanh": _slope(_tanh_change),
    "sigmoid": _slope(_sigmoid_change),
    "tanh_backward": _tanh_backward,
    "sigmoid_backward": _sigmoid_backward,
    "logaddexp": _log_add_exp,
    "maximum": _extremum,
    "minimum": _extremum,
    "sign": _sign,
    "sgn": _sign,
    "where": _where,
    "masked_fill": _masked_fill,
    "sum": _sum,
    "mean": _mean,
    **dict.fromkeys(("mm", "bmm", "mv", "dot"), _matrix),
    **dict.fromkeys(("gt", "ge", "lt", "le"), _order),
    **dict.fromkeys(("eq", "ne"), _equality),
    **dict.fromkeys(("logical_and", "logical_or", "logical_not", "bitwise_and", "bitwise_or", "bitwise_not"), _logic),
    "pow": lambda out, base, exponent: (
        _power_of_tensors(out, base, exponent) if isinstance(exponent, Approximate) else _power(out, base, exponent)
    ),
    "reciprocal": lambda out, operand: _div(out, 1, operand),
}

"""Elementary functions of balls."""

from __future__ import annotations

from collections.abc import Callable

import flint
import sympy as sp

Ball = flint.arb | flint.acb

ENTIRE: dict[type[sp.Basic], Callable[[Ball], Ball]] = {
    sp.exp: lambda x: x.exp(),
    sp.sin: lambda x: x.sin(),
    sp.cos: lambda x: x.cos(),
    sp.sinh: lambda x: x.sinh(),
    sp.cosh: lambda x: x.cosh(),
    sp.erf: lambda x: x.erf(),
}
# Of real arguments; poles show as infinite balls.
REAL: dict[type[sp.Basic], Callable[[flint.arb], flint.arb]] = {
    sp.tan: lambda x: x.tan(),
    sp.tanh: lambda x: x.tanh(),
    sp.atan: lambda x: x.atan(),
}

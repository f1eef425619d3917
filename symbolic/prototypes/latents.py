"""Random symbols that prototypes and noise draw samples from; those of real and generated samples are independent.

side    ``real`` or ``fake``
"""

from __future__ import annotations

import sympy as sp

from ..calculus import CircleSymbol, GaussSymbol, SignSymbol, UniformSymbol


def uniform(side: str) -> sp.Expr:
    """Uniform on [-1, 1]."""
    return 2 * UniformSymbol(f"u_{side}", real=True) - 1


def gauss(side: str) -> sp.Symbol:
    """Standard normal: a data point, not the noise on it."""
    return GaussSymbol(f"z_{side}", real=True)


def fair_sign(side: str) -> sp.Symbol:
    """1 or -1, equally likely."""
    return SignSymbol(f"s_{side}", real=True)


def circle(side: str) -> sp.Matrix:
    """A uniform point of the unit circle, of shape (2, 1)."""
    return sp.Matrix([CircleSymbol(f"{axis}_{side}", real=True) for axis in ("cos", "sin")])


def noise(side: str, dimension: int) -> sp.Matrix:
    """Independent standard normal noise, of shape (dimension, 1)."""
    names = [f"epsilon_{side}", *(f"epsilon_{side}_{i}" for i in range(2, dimension + 1))]
    return sp.Matrix([GaussSymbol(name, real=True) for name in names])

"""What a step of a derivation may state an identity of."""

from __future__ import annotations

from typing import TypeAlias

import sympy as sp

Value: TypeAlias = sp.Expr | sp.MatrixBase | sp.MatMul

"""Exact points for readers: witnesses and counterexamples with a concrete objective that belongs to them."""

from __future__ import annotations

import sympy as sp

from ..symbolic.concrete import concrete_objective
from .certificate import point_document


def example(point: dict[sp.Symbol, sp.Expr] | None) -> dict[str, str] | None:
    """A point by name, as in a certificate, but with a well known objective f where one has the derivatives.

    Args:
        point: Values by symbol.

    Returns:
        Texts by name; where f1, f2, ... have values, ``f`` is a function of ``t`` with these derivatives at 0. It is
        called ``f(t)`` where ``f`` is a parameter. None for no point.
    """
    document = point_document(point)
    if point is None or document is None:
        return None
    function = concrete_objective(point)
    if function is not None:
        document[_function_key(document)] = function
    return document


def example_text(point: dict[sp.Symbol, sp.Expr]) -> str:
    """The point on one line."""
    document = example(point) or {}
    function = document.pop(_function_key(document)) if concrete_objective(point) is not None else None
    values = [f"{name} = {value}" for name, value in document.items()]
    return ", ".join(values if function is None else [*values, f"for instance f(t) = {function}"])


def _function_key(document: dict[str, str]) -> str:
    """The key of the objective: a parameter may be called f."""
    return "f(t)" if "f(t)" in document else "f"

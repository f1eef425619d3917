"""Expressions and conditions in LaTeX, in the papers' notation: f'(0) for f1, f'(u) and E[...] for our own nodes."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from ..symbolic.calculus import Mean, ObjectiveDerivative
from ..symbolic.expression import DERIVATIVE_SYMBOLS
from ..symbolic.formula import FALSE, TRUE, And, Atom, Formula, to_sympy
from ..symbolic.printing import relation
from .values import Value

NONE: Mapping[str, str] = {}
_PRIMES = {k: "f" + "'" * k + "(0)" if k <= 3 else f"f^{{({k})}}(0)" for k in range(1, 7)}
_NAMES = {name: _PRIMES[int(name[1:])] for name in DERIVATIVE_SYMBOLS} | {"lam": r"\lambda"}
# What s stands for in lemmas that derive a vector field (``quantities``).
SLOPE = {"s": r"f'(\theta \psi)"}


def value_latex(value: Value, own: Mapping[str, str] = NONE) -> str:
    """An expression, a matrix or a product of matrices.

    Args:
        value: What to print.
        own: LaTeX of further names.
    """
    shown, nodes = _without_nodes(value)
    known = _NAMES | dict(own)
    names = {symbol: known[str(symbol)] for symbol in shown.free_symbols if str(symbol) in known}
    for symbol in shown.free_symbols - set(nodes):
        if symbol.name.startswith("_"):  # bound variables and local coordinates
            names[symbol] = sp.latex(sp.Symbol(symbol.name[1:]))
    return sp.latex(shown, symbol_names=names | nodes)


def formula_latex(formula: Formula, own: Mapping[str, str] = NONE, *, inner: bool = False) -> str:
    """A condition as it stands, atom by atom; conjunctions are written with commas on the outside."""
    if isinstance(formula, Atom):
        return value_latex(to_sympy(formula), own)
    if not formula.parts:
        return r"\text{true}" if isinstance(formula, And) else r"\text{false}"
    word = (r" \land " if inner else r",\; ") if isinstance(formula, And) else r" \lor "
    joined = word.join(formula_latex(part, own, inner=True) for part in formula.parts)
    return rf"\left({joined}\right)" if inner else joined


def condition_latex(formula: Formula, *, inner: bool = False) -> str:
    """A condition as a reader would write it: terms with a minus sign stand on the other side."""
    if formula in (TRUE, FALSE):
        return r"\text{true}" if formula == TRUE else r"\text{false}"
    if isinstance(formula, Atom):
        return value_latex(relation(formula))
    word = (r" \land " if inner else r",\; ") if isinstance(formula, And) else r" \;\text{or}\; "
    joined = word.join(condition_latex(part, inner=True) for part in formula.parts)
    return rf"\left({joined}\right)" if inner else joined


def _without_nodes(value: Value) -> tuple[Value, dict[sp.Symbol, str]]:
    """The value with a symbol for every f^(k)(u) and E[...] that no other one holds, and their LaTeX."""
    if not value.has(ObjectiveDerivative, Mean):
        return value, {}
    names: dict[sp.Symbol, str] = {}
    known: dict[sp.Expr, sp.Symbol] = {}

    def replaced(node: sp.Expr) -> sp.Expr:
        if not node.has(ObjectiveDerivative, Mean):
            return node
        if isinstance(node, ObjectiveDerivative | Mean):
            if node not in known:
                known[node] = sp.Symbol(f"_node{len(known)}", real=True)
                names[known[node]] = _node_latex(node)
            return known[node]
        return node.func(*map(replaced, node.args))

    if isinstance(value, sp.MatrixBase):
        return value.applyfunc(replaced), names
    return replaced(value), names


def _node_latex(node: sp.Expr) -> str:
    if isinstance(node, Mean):
        return rf"\mathbb{{E}}\left[{value_latex(node.args[0])}\right]"
    order, point = int(node.args[0]), node.args[1]
    primes = "'" * order if order <= 3 else f"^{{({order})}}"
    return rf"f{primes}\left({value_latex(point)}\right)"

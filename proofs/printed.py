"""Expressions as certificates print them: text to SymPy without executing any of it.

The language is that of results (``symbolic.parser`` with ``printed=True``: ``Abs``, any scalar as an exponent) and what
``symbolic.printing`` adds to it: ``f^(k)(u)`` as ``Subs(Derivative(f(t), (t, k)), t, u)``, expectations as the
integrals that they are, ``E`` and ``CRootOf``. Texts are bounded in length, depth and the number of terms that they
expand to.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from typing import Any

import sympy as sp

from ..symbolic import expression as ex
from ..symbolic.parser import Reader, Scope
from ..symbolic.source import MAX_LENGTH

# More terms than this and an expression is not expanded but given up, so that no certificate can stall its reader.
_MAX_TERMS = 50_000


class TooLargeError(ValueError):
    """An expression that may be right and is not read, since handling it could take for ever."""


class ObjectiveValue(sp.Function):
    """``ObjectiveValue(k, u)``: f^(k)(u) for an arbitrary f; SymPy's chain rule does the rest."""

    nargs = 2
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The derivative in u raises the order."""
        order, argument = self.args
        return ObjectiveValue(order + 1, argument)


class SignChange(sp.Function):
    """``SignChange(u)``: what the derivative of sign(u) leaves on the zero set of a random u."""

    nargs = 1
    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """Nothing needs a second derivative."""
        return SignChange(self.args[0])


# The random variables of expectations. A dummy equals nothing but itself, so a declared parameter of the same name
# stays another symbol.
GAUSSIANS: dict[str, sp.Dummy] = {name: sp.Dummy(name, real=True) for name in ("epsilon_fake", "epsilon_real")}
UNIFORM = sp.Dummy("u", real=True)
# No parameter begins with an underscore, so what an integral binds captures none.
_PRINTED_GAUSSIANS = {f"_{name}": variable for name, variable in GAUSSIANS.items()}


def density(variable: sp.Symbol) -> sp.Expr:
    """The standard normal density."""
    return sp.exp(-(variable**2) / 2) / sp.sqrt(2 * sp.pi)


def expectation(body: sp.Expr) -> sp.Expr:
    """E[body] over the random variables in it, as an integral; the body itself where nothing is random."""
    limits: list[tuple[sp.Symbol, sp.Expr, sp.Expr]] = []
    for variable in GAUSSIANS.values():
        if body.has(variable):
            limits.append((variable, -sp.oo, sp.oo))
    integrand = sp.Mul(body, *(density(variable) for variable, _, _ in limits))
    if body.has(UNIFORM):
        limits.append((UNIFORM, sp.Integer(0), sp.Integer(1)))
    return sp.Integral(integrand, *limits) if limits else body


@dataclass(frozen=True, slots=True)
class _Derivative(ex.Expression):
    """f^(order)(argument)."""

    order: int
    argument: ex.Expression


@dataclass(frozen=True, slots=True)
class _Jump(ex.Expression):
    """``SignChange`` of an argument."""

    argument: ex.Expression


@dataclass(frozen=True, slots=True)
class _Average(ex.Expression):
    """The integral of ``body`` over one random variable."""

    body: ex.Expression
    variable: str


@dataclass(frozen=True, slots=True)
class _Root(ex.Expression):
    """The ``index``-th real root of a polynomial in ``x``."""

    polynomial: ex.Expression
    index: int


def read(text: str, symbols: Mapping[str, sp.Expr], *, fields: bool = False) -> sp.Expr:
    """Reads one printed expression.

    Args:
        text: The source.
        symbols: Values of the names that may occur.
        fields: Whether f and expectations may occur (vector fields and switching functions).

    Returns:
        The expression.

    Raises:
        ExpressionError: For anything outside the language.
        TooLargeError: If it is too long or expands to too many terms.
    """
    if len(text) > MAX_LENGTH:
        raise TooLargeError(f"an expression of {len(text)} characters; at most {MAX_LENGTH} are read")
    scope = Scope(frozenset(symbols) | {"E"}, printed=True)
    reader = _PrintedReader(text, scope, fields=fields)
    tree = reader.expression(reader.python_tree())
    if _terms(tree) > _MAX_TERMS:
        raise TooLargeError(f"an expression that expands to more than {_MAX_TERMS} terms")
    return _built(tree, {"E": sp.E, **symbols})


class _PrintedReader(Reader):
    def __init__(self, text: str, scope: Scope, *, fields: bool) -> None:
        super().__init__(text, scope)
        self._fields = fields

    def _call(self, node: ast.Call) -> ex.Expression:
        match node:
            case ast.Call(func=ast.Name(id="f"), args=[argument], keywords=[]) if self._fields:
                return _Derivative(0, self.expression(argument), span=self.span(node))
            case ast.Call(func=ast.Name(id="Subs"), args=[derivative, ast.Name(id="t"), argument], keywords=[]) if (
                self._fields
            ):
                return _Derivative(self._order(derivative), self.expression(argument), span=self.span(node))
            case ast.Call(func=ast.Name(id="SignChange"), args=[argument], keywords=[]) if self._fields:
                return _Jump(self.expression(argument), span=self.span(node))
            case ast.Call(func=ast.Name(id="Integral"), args=[body, *limits], keywords=[]) if self._fields and limits:
                return self._integral(node, body, limits)
            case ast.Call(func=ast.Name(id="CRootOf"), args=[body, ast.Constant(value=int() as index)], keywords=[]):
                inner = _PrintedReader(self.text, Scope(frozenset({"x"}), printed=True), fields=False)
                return _Root(inner.expression(body), index, span=self.span(node))
        return super()._call(node)

    def _order(self, node: ast.expr) -> int:
        """The k of ``Derivative(f(t), (t, k))``; ``Derivative(f(t), t)`` has k = 1."""
        match node:
            case ast.Call(
                func=ast.Name(id="Derivative"),
                args=[ast.Call(func=ast.Name(id="f"), args=[ast.Name(id="t")], keywords=[]), by],
                keywords=[],
            ):
                match by:
                    case ast.Name(id="t"):
                        return 1
                    case ast.Tuple(elts=[ast.Name(id="t"), ast.Constant(value=int() as order)]) if 0 < order < 20:
                        return order
        raise self.fail("not a derivative of f", node)

    def _integral(self, node: ast.Call, body: ast.expr, limits: list[ast.expr]) -> ex.Expression:
        names = [self._variable(limit) for limit in limits]
        # The variables are known inside the integral and nowhere else.
        outer = self.scope
        self.scope = Scope(outer.names | set(names), printed=True)
        try:
            tree = self.expression(body)
        finally:
            self.scope = outer
        for name in names:
            tree = _Average(tree, name, span=self.span(node))
        return tree

    def _variable(self, node: ast.expr) -> str:
        match node:
            case ast.Tuple(
                elts=[
                    ast.Name(id=name),
                    ast.UnaryOp(op=ast.USub(), operand=ast.Name(id="oo")),
                    ast.Name(id="oo"),
                ]
            ) if name in _PRINTED_GAUSSIANS:
                return name
            case ast.Tuple(elts=[ast.Name(id="_u"), ast.Constant(value=0), ast.Constant(value=1)]):
                return "_u"
        raise self.fail("not the range of a random variable", node)


def _built(tree: Any, symbols: Mapping[str, sp.Expr]) -> sp.Expr:
    """The SymPy expression of a tree."""

    def built(node: ex.Expression) -> sp.Expr:
        return _built(node, symbols)

    match tree:
        case ex.Number(value=value):
            return sp.Rational(value.numerator, value.denominator)
        case ex.Name(name=name):
            return sp.pi if name == "pi" else symbols[name]
        case ex.Add(terms=terms):
            return sp.Add(*map(built, terms))
        case ex.Multiply(factors=factors):
            return sp.Mul(*map(built, factors))
        case ex.Negate(operand=operand):
            return -built(operand)
        case ex.Divide(numerator=numerator, denominator=denominator):
            return built(numerator) / built(denominator)
        case ex.Power(base=base, exponent=exponent):
            return built(base) ** built(exponent)
        case ex.Call(function=function, arguments=arguments):
            return apply(function, [built(argument) for argument in arguments])
        case _Derivative(order=order, argument=argument):
            return ObjectiveValue(sp.Integer(order), built(argument))
        case _Jump(argument=argument):
            return SignChange(built(argument))
        case _Average(body=body, variable=name):
            variable = _PRINTED_GAUSSIANS.get(name, UNIFORM)
            whole = (sp.Integer(0), sp.Integer(1)) if variable is UNIFORM else (-sp.oo, sp.oo)
            return sp.Integral(_built(body, {**symbols, name: variable}), (variable, *whole))
        case _Root(polynomial=polynomial, index=index):
            x = sp.Symbol("x")
            roots = sp.Poly(_built(polynomial, {"x": x}), x, domain="QQ")
            return sp.rootof(roots, index, radicals=False)
    raise TypeError(f"not a node of the language: {tree!r}")


def apply(function: str, arguments: list[sp.Expr]) -> sp.Expr:
    """A function of the language at SymPy expressions.

    Args:
        function: Its name.
        arguments: One; two or more for ``max`` and ``min``.
    """
    if function in {"max", "min"}:
        result = arguments[0]
        for argument in arguments[1:]:
            gap = sp.Abs(result - argument)
            result = (result + argument + (gap if function == "max" else -gap)) / 2
        return result
    (argument,) = arguments
    match function:
        case "abs":
            return sp.Abs(argument)
        case "sigmoid":
            return 1 / (1 + sp.exp(-argument))
        case "softplus":
            return sp.log(1 + sp.exp(argument))
    table = {"sqrt": sp.sqrt, "exp": sp.exp, "log": sp.log, "sign": sp.sign, "tanh": sp.tanh, "atan": sp.atan}
    table |= {"sin": sp.sin, "cos": sp.cos}
    return table[function](argument)


def _terms(tree: Any) -> int:
    """An upper bound of the number of terms that the expression expands to, capped."""
    match tree:
        case ex.Add(terms=terms):
            total = sum(map(_terms, terms))
        case ex.Multiply(factors=factors):
            total = 1
            for factor in factors:
                total = min(total * _terms(factor), 10 * _MAX_TERMS)
        case ex.Negate(operand=operand) | ex.Divide(numerator=operand, denominator=ex.Number()):
            total = _terms(operand)
        case ex.Divide(numerator=numerator, denominator=denominator):
            total = _terms(numerator) * _terms(denominator)
        case ex.Power(base=base, exponent=exponent):
            inner, power = _terms(base), exponent.value if isinstance(exponent, ex.Number) else 1
            total = inner if inner == 1 else comb(inner + int(abs(power)), inner - 1) if inner < 40 else 10 * _MAX_TERMS
        case ex.Call(arguments=arguments):
            total = max(map(_terms, arguments))
        case _Derivative(argument=argument) | _Jump(argument=argument):
            total = _terms(argument)
        case _Average(body=body):
            total = _terms(body)
        case _:
            total = 1
    return min(total, 10 * _MAX_TERMS)

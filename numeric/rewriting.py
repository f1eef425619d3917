"""Exact rewriting of trees before they are interpreted in floating point."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ..symbolic import expression as ex
from ..symbolic.parser import constant


def collect_powers(node: ex.Expression) -> ex.Expression:
    """The tree with repeated factors written as powers, and even powers of products taken factor by factor.

    ``norm(u)*norm(u)`` and ``(w*norm(u))**2`` are smooth at u = 0, but autograd multiplies two kinks there;
    ``norm(u)**2`` is a dot product.
    """
    match node:
        case ex.Multiply(factors=factors):
            counts: dict[ex.Expression, int] = {}
            for factor in map(collect_powers, factors):
                counts[factor] = counts.get(factor, 0) + 1
            powers = tuple(f if n == 1 else ex.Power(f, ex.Number(Fraction(n))) for f, n in counts.items())
            return powers[0] if len(powers) == 1 else replace(node, factors=powers)
        case ex.Add(terms=terms):
            return replace(node, terms=tuple(map(collect_powers, terms)))
        case ex.Divide(numerator=numerator, denominator=denominator):
            return replace(node, numerator=collect_powers(numerator), denominator=collect_powers(denominator))
        case ex.Power(base=base, exponent=exponent):
            value = constant(exponent)
            if value is not None and value.denominator == 1 and value.numerator % 2 == 0:
                return _even_power(collect_powers(base), value)
            return replace(node, base=collect_powers(base))
        case ex.Negate(operand=operand) | ex.Norm(operand=operand):
            return replace(node, operand=collect_powers(operand))
        case ex.Call(arguments=arguments):
            return replace(node, arguments=tuple(map(collect_powers, arguments)))
        case ex.Expectation(body=body):
            return replace(node, body=collect_powers(body))
    return node


def _even_power(base: ex.Expression, exponent: Fraction) -> ex.Expression:
    """The tree of base**exponent for an even exponent: signs vanish, products and quotients are taken apart."""
    match base:
        case ex.Negate(operand=operand):
            return _even_power(operand, exponent)
        case ex.Multiply(factors=factors):
            return ex.Multiply(tuple(_even_power(factor, exponent) for factor in factors))
        case ex.Divide(numerator=numerator, denominator=denominator):
            return ex.Divide(_even_power(numerator, exponent), _even_power(denominator, exponent))
        case ex.Power(base=inner, exponent=power):
            value = constant(power)
            if value is not None and value.denominator == 1:
                return ex.Power(inner, ex.Number(value * exponent))
    return ex.Power(base, ex.Number(exponent))

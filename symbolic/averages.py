"""Expectations that can be taken exactly before anything else is done with a field.

A random factor comes out of an absolute value or a sign, |r w| = |r| |w| and sign(r w) = sign(r) sign(w), for an r of
random symbols alone and a w that is not random; sign(r) = |r|/r almost surely. What is then a sum of products of a
random and a certain factor is averaged factor by factor: by moments where the random one is a polynomial, exactly where
it is the modulus of a polynomial in one uniform variable with rational roots. Any other E[r] is a constant of its own.
"""

from __future__ import annotations

import itertools

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .calculus import (
    GaussSymbol,
    Mean,
    ObjectiveDerivative,
    RandomSymbol,
    SignChange,
    SignSymbol,
    UniformSymbol,
    joint_moment,
    random_symbols,
)

_SWITCHES = (sp.Abs, sp.sign, SignChange)


def averaged(expression: sp.Expr) -> sp.Expr:
    """The expression with every expectation taken that can be.

    Args:
        expression: In the local coordinates.
    """
    if not expression.has(Mean):
        return expression
    if not isinstance(expression, Mean):
        return expression.func(*map(averaged, expression.args))
    body = _factored(expression.args[0])
    random = sorted(random_symbols(body), key=str)
    if not random:
        return body
    taken, left = sp.Integer(0), sp.Integer(0)
    for term in sp.Add.make_args(_multiplied_out(body)):
        certain, chance = term.as_independent(*random, as_Add=False)
        value = _mean_of(_factored(chance))
        if value is None:
            left += term
        else:
            taken += certain * value
    return taken + Mean(left)


def is_constant(expression: sp.Expr) -> bool:
    """Whether an expectation is a positive number of its own: one of moduli that no coordinate enters.

    Such an expectation exists, since all random symbols have all moments. One whose sign is not seen is not taken for a
    number, so that nothing is ever concluded from a sign that it does not have.
    """
    whole = isinstance(expression, Mean) and expression.has(sp.Abs) and not _coordinates(expression)
    return whole and _is_piecewise_polynomial(expression.args[0]) and is_positive_almost_surely(expression.args[0])


def is_positive_almost_surely(expression: sp.Expr) -> bool:
    """Whether the shape of a random expression shows that it is positive with probability 1."""
    if expression.is_Rational:
        return bool(expression > 0)
    if isinstance(expression, sp.Mul):
        return all(is_positive_almost_surely(factor) for factor in expression.args)
    if isinstance(expression, sp.Pow) and expression.exp.is_Integer and expression.exp > 0:
        return is_positive_almost_surely(expression.base) or (
            expression.exp % 2 == 0 and _vanishes_rarely(expression.base)
        )
    if isinstance(expression, sp.Abs):
        return _vanishes_rarely(expression.args[0])
    return isinstance(expression, UniformSymbol)


def _vanishes_rarely(expression: sp.Expr) -> bool:
    """Whether a polynomial is not 0 almost surely: some monomial in continuous variables has a coefficient != 0."""
    random = sorted(random_symbols(expression), key=str)
    continuous = [symbol for symbol in random if isinstance(symbol, GaussSymbol | UniformSymbol)]
    if len(continuous) < len(random) or not random or not expression.is_polynomial(*random):
        return False
    return any(c.is_Rational and c != 0 and any(powers) for powers, c in sp.Poly(expression, *random).terms())


def _factored(expression: sp.Expr) -> sp.Expr:
    """The expression with random factors taken out of absolute values, signs and roots of squares."""
    if not expression.args or not expression.atoms(RandomSymbol) or isinstance(expression, Mean):
        return expression
    arguments = [_factored(argument) for argument in expression.args]
    if isinstance(expression, _SWITCHES):
        return _switched(expression, arguments[0])
    if isinstance(expression, sp.Pow):
        base, exponent = arguments
        if isinstance(base, sp.Abs) and exponent.is_Integer and exponent % 2 == 0:
            return base.args[0] ** exponent  # all symbols are real
        if isinstance(base, sp.Pow) and base.exp == 2 and exponent == sp.Rational(1, 2):
            return _switched(sp.Abs(base.base), base.base)
    return expression.func(*arguments)


def _switched(node: sp.Expr, argument: sp.Expr) -> sp.Expr:
    """|w r|, sign(w r) or SignChange(w r) with the random factors r of the argument taken out."""
    kind = type(node)
    random = random_symbols(argument)
    if not random:
        return kind(argument)
    try:
        constant, factors = sp.factor_list(sp.expand(argument))
    except BasePolynomialError:
        return kind(argument)
    chance, rest = sp.Integer(1), constant
    for factor, multiplicity in factors:
        if random_symbols(factor) and not _coordinates(factor):
            chance *= _taken_out(kind, factor, multiplicity)
        else:
            rest *= factor**multiplicity
    if kind is SignChange and not random_symbols(rest):
        return sp.Integer(0)  # d sign(w) off the zero set of w, which is not random
    return chance * kind(rest)


def _taken_out(kind: type, factor: sp.Expr, multiplicity: int) -> sp.Expr:
    positive = isinstance(factor, UniformSymbol)
    if kind is sp.Abs:
        odd = factor if positive or multiplicity % 2 == 0 else sp.Abs(factor)
        return factor ** (multiplicity - 1) * odd
    if positive or (multiplicity % 2 == 0 and _vanishes_rarely(factor)):
        return sp.Integer(1)
    return sp.sign(factor) ** multiplicity


def _coordinates(expression: sp.Expr) -> bool:
    """Whether an expression has a local coordinate in it, or anything else that is not a polynomial."""
    symbols = {s for s in expression.free_symbols if isinstance(s, sp.Symbol) and not isinstance(s, RandomSymbol)}
    return any(s.name.startswith("_") for s in symbols) or expression.has(ObjectiveDerivative)


def _multiplied_out(expression: sp.Expr) -> sp.Expr:
    """Products of sums as sums of products; quotients and functions stay as they are, so that their bounds are seen."""
    held: dict[sp.Expr, sp.Symbol] = {}

    def polynomial(node: sp.Expr) -> sp.Expr:
        if isinstance(node, sp.Add | sp.Mul):
            return node.func(*map(polynomial, node.args))
        if isinstance(node, sp.Pow) and node.exp.is_Integer and node.exp > 0:
            return polynomial(node.base) ** node.exp
        return node if node.is_Symbol or node.is_number else held.setdefault(node, sp.Dummy())

    return sp.expand(polynomial(expression)).xreplace({name: node for node, name in held.items()})


def _mean_of(chance: sp.Expr) -> sp.Expr | None:
    """E[r]: exactly, or as a constant; None for anything but sums and products of random symbols and their moduli."""
    random = sorted(random_symbols(chance), key=str)
    if chance.is_polynomial(*random):
        terms = sp.Poly(chance, *random).terms() if random else [((), chance)]
        return sp.Add(*(c * joint_moment(dict(zip(random, powers, strict=True))) for powers, c in terms))
    if _coordinates(chance) or not _is_piecewise_polynomial(chance):
        return None
    if len(random) == 1 and chance.free_symbols == {random[0]}:
        exact = _INTEGRALS.get(type(random[0]), _unknown)(chance, random[0])
        if exact is not None:
            return exact
    return Mean(chance)


def _is_piecewise_polynomial(expression: sp.Expr) -> bool:
    if isinstance(expression, sp.Add | sp.Mul | sp.Abs | sp.sign):
        return all(_is_piecewise_polynomial(argument) for argument in expression.args)
    if isinstance(expression, sp.Pow) and random_symbols(expression):
        return bool(expression.exp.is_Integer and expression.exp > 0) and _is_piecewise_polynomial(expression.base)
    return expression.is_Symbol or not random_symbols(expression)


def _piecewise_integral(chance: sp.Expr, u: sp.Symbol) -> sp.Expr | None:
    """The integral over [0, 1], by pieces, where the arguments of Abs and sign have rational roots only."""
    ends = {sp.Integer(0), sp.Integer(1)}
    switches = chance.atoms(sp.Abs, sp.sign)
    for node in switches:
        if node.args[0].has(sp.Abs, sp.sign):
            return None
        roots = sp.real_roots(sp.Poly(node.args[0], u))
        if not all(root.is_Rational for root in roots):
            return None
        ends |= {root for root in roots if 0 < root < 1}
    points = sorted(ends)
    total = sp.Integer(0)
    for left, right in itertools.pairwise(points):
        middle = (left + right) / 2
        known = {}
        for node in switches:
            sign = sp.sign(node.args[0].xreplace({u: middle}))
            known[node] = sign * node.args[0] if isinstance(node, sp.Abs) else sign
        polynomial = sp.Poly(sp.expand(chance.xreplace(known)), u).integrate(u)
        total += polynomial.eval(right) - polynomial.eval(left)
    return total


def _half_line(chance: sp.Expr, z: sp.Symbol) -> sp.Expr | None:
    """E over a standard normal z, where Abs and sign switch at z = 0 only.

    E[z^k; z > 0] = 2^(k/2 - 1) Gamma((k + 1)/2) / sqrt(pi).
    """
    switches = chance.atoms(sp.Abs, sp.sign)
    if any(not (node.args[0] / z).is_Rational for node in switches):
        return None
    total = sp.Integer(0)
    for side in (1, -1):
        known = {}
        for node in switches:
            sign = sp.sign(node.args[0] / z) * side
            known[node] = sign * node.args[0] if isinstance(node, sp.Abs) else sign
        for (power,), c in sp.Poly(sp.expand(chance.xreplace(known)), z).terms():
            half = sp.Integer(2) ** (sp.Rational(power, 2) - 1) * sp.gamma(sp.Rational(power + 1, 2)) / sp.sqrt(sp.pi)
            total += c * side**power * half
    return total


def _two_values(chance: sp.Expr, s: sp.Symbol) -> sp.Expr:
    """The mean of the values at 1 and -1."""
    return sp.Add(*(chance.xreplace({s: sp.Integer(value)}) for value in (1, -1))) / 2


def _unknown(chance: sp.Expr, symbol: sp.Symbol) -> None:
    """No closed form."""


_INTEGRALS = {UniformSymbol: _piecewise_integral, GaussSymbol: _half_line, SignSymbol: _two_values}

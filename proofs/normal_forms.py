"""Whether an expression is identically zero, by an exact normal form; no ``simplify``, no floating point.

An expression is read as a rational function over QQ in symbols and generators: f^(k)(u), exp of a monomial, roots,
signs, expectations of monomials, and so on, each named by the normal form of its argument. Known relations are used (a
root's power is its radicand, the square of a sign is 1 if its zeros are a null set, expectations are linear, moments of
random variables are numbers). ``True`` is a proof; ``False`` only says that the normal form shows nothing.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from .printed import GAUSSIANS, UNIFORM, SignChange, density

_EXPANDED = 24  # higher powers of sums stay powers of a generator
_RANDOM = {*GAUSSIANS.values(), UNIFORM}
_COORDINATES = frozenset({"theta", "psi", "_x", "_y"})


def is_zero(expression: sp.Expr) -> bool:
    """Whether the normal form of the expression is 0."""
    return _Generators().vanishes(expression)


def same(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two expressions have the same normal form."""
    return left == right or is_zero(left - right)


@cache
def moment(variable: sp.Symbol, power: int) -> sp.Expr:
    """E[variable**power], by integration."""
    if variable is UNIFORM:
        return sp.integrate(variable**power, (variable, 0, 1))
    return sp.integrate(variable**power * density(variable), (variable, -sp.oo, sp.oo))


class _Generators:
    """The generators of one expression."""

    def __init__(self) -> None:
        self._symbols: dict[tuple[object, ...], sp.Dummy] = {}
        self._relations: list[tuple[sp.Dummy, sp.Expr]] = []  # generator, polynomial that vanishes
        self._units: set[sp.Symbol] = set()  # signs that are 1 or -1 almost everywhere
        self._roots: dict[sp.Expr, sp.Expr] = {}  # generator, what it is a root of
        self._random: dict[sp.Symbol, frozenset[sp.Symbol]] = {v: frozenset({v}) for v in _RANDOM}

    def vanishes(self, expression: sp.Expr) -> bool:
        """Whether the expression is 0 as a rational function modulo the relations."""
        numerator, _ = sp.fraction(sp.together(self._flat(expression)))
        numerator = sp.expand(numerator)
        # Later generators are built from earlier ones, so they are reduced first.
        for generator, relation in reversed(self._relations):
            if numerator != 0 and numerator.has(generator):
                numerator = sp.expand(sp.prem(numerator, relation, generator))
        return bool(numerator == 0)

    # -- generators --------------------------------------------------------------------------------------------------

    def _generator(self, *key: object, random: frozenset[sp.Symbol] = frozenset()) -> sp.Dummy:
        if key not in self._symbols:
            self._symbols[key] = sp.Dummy(f"g{len(self._symbols)}")
            if random:
                self._random[self._symbols[key]] = random
        return self._symbols[key]

    def _relate(self, generator: sp.Dummy, relation: sp.Expr) -> None:
        """Notes a polynomial in a generator that vanishes."""
        if not any(known == generator for known, _ in self._relations):
            self._relations.append((generator, relation))

    def _variables(self, expression: sp.Expr) -> frozenset[sp.Symbol]:
        """The random variables that a flat expression depends on."""
        found = [self._random[symbol] for symbol in expression.free_symbols if symbol in self._random]
        return frozenset().union(*found)

    def _canonical(self, expression: sp.Expr) -> sp.Expr:
        """The flat normal form of a generator's argument."""
        found = sp.cancel(sp.together(self._flat(expression)))
        if found.free_symbols.isdisjoint(self._units):
            return found
        # The square of a sign is 1, inside an argument too.
        reduced = found.replace(
            lambda e: e.is_Pow and e.base in self._units and e.exp.is_Integer, lambda e: e.base ** (e.exp % 2)
        )
        return sp.cancel(sp.together(reduced))

    def _flat(self, node: sp.Expr) -> sp.Expr:
        """The expression with every node that is not arithmetic replaced by its generator."""
        if node.is_Symbol or node.is_Rational:
            return node
        if isinstance(node, sp.Add | sp.Mul):
            return node.func(*map(self._flat, node.args))
        if isinstance(node, sp.exp) or node is sp.E:
            return self._exponential(node.args[0] if node.args else sp.Integer(1))
        if isinstance(node, sp.Pow):
            return self._power(node)
        if isinstance(node, sp.Integral):
            return self._average(node)
        if isinstance(node, sp.Abs):
            return self._sign(node.args[0]) * self._flat(node.args[0])
        if isinstance(node, sp.sign):
            return self._sign(node.args[0])
        arguments = [self._canonical(argument) for argument in node.args]
        if isinstance(node, SignChange) and arguments[0].could_extract_minus_sign():
            arguments = [self._canonical(-node.args[0])]
        random = frozenset().union(*map(self._variables, arguments))
        name = node.func if node.args else node
        return self._generator(name, *arguments, random=random)

    def _exponential(self, argument: sp.Expr) -> sp.Expr:
        """The exponential of a sum as a product over its monomials, so that exp(a + b) = exp(a) exp(b) is seen."""
        result: sp.Expr = sp.Integer(1)
        for term in sp.Add.make_args(sp.expand(self._canonical(argument))):
            coefficient, monomial = term.as_coeff_Mul()
            if coefficient.is_Rational and coefficient != 0:
                whole = self._generator(sp.exp, monomial, random=self._variables(monomial))
                base = whole
                if coefficient.q > 1:  # exp(u/q)**q = exp(u)
                    base = self._generator(sp.exp, monomial, coefficient.q, random=self._variables(monomial))
                    self._relate(base, base**coefficient.q - whole)
                result *= base**coefficient.p
        return result

    def _power(self, node: sp.Pow) -> sp.Expr:
        base, exponent = node.base, node.exp
        if exponent.is_Integer:
            if abs(exponent) <= _EXPANDED or not isinstance(base, sp.Add):
                return self._flat(base) ** exponent
            inner = self._canonical(base)
            return self._generator("sum", inner, random=self._variables(inner)) ** exponent
        inner = self._canonical(base)
        if exponent.is_Rational:
            root = self._generator(sp.Pow, inner, exponent.q, random=self._variables(inner))
            top, bottom = sp.fraction(sp.together(inner))
            self._relate(root, sp.expand(bottom * root**exponent.q - top))
            self._roots[root] = inner
            return root**exponent.p
        whole, rest = exponent.as_coeff_Add()
        if not whole.is_Integer:
            whole, rest = sp.Integer(0), exponent
        upper = self._canonical(rest)
        random = self._variables(inner) | self._variables(upper)
        return self._generator(sp.Pow, inner, upper, random=random) * self._flat(base) ** whole

    def _sign(self, argument: sp.Expr) -> sp.Expr:
        """sign(u) as the product of the signs of its factors, off null sets of coordinates and random variables."""
        top, bottom = sp.fraction(self._canonical(argument))
        if top == 0:
            return sp.Integer(0)
        constant, factors = sp.factor_list(sp.expand(top * bottom))
        result: sp.Expr = sp.sign(constant)
        exponentials = {symbol for key, symbol in self._symbols.items() if key[0] is sp.exp}
        for factor, multiplicity in factors:
            if factor in exponentials:
                continue
            if self._has_null_zeros(factor):
                if multiplicity % 2 == 0 or factor in self._roots:
                    continue
                known = self._generator(sp.sign, factor, random=self._variables(factor))
                self._units.add(known)
                self._relate(known, known**2 - 1)
                result *= known
            else:
                # Parameters may make it 0 everywhere.
                known = self._generator(sp.sign, factor, random=self._variables(factor))
                self._relate(known, known**3 - known)
                result *= known if multiplicity % 2 else known**2
        return result

    def _has_null_zeros(self, factor: sp.Expr) -> bool:
        """Whether a factor moves with the coordinates or a random variable and is 0 on a null set, for all parameters.

        That is so for a polynomial in them one of whose coefficients is a number, and for roots of such.
        """
        if factor in self._roots:
            top, bottom = sp.fraction(self._roots[factor])
            return all(self._has_null_zeros(f) for part in (top, bottom) for f, _ in sp.factor_list(part)[1])
        moving = [s for s in factor.free_symbols if s in _RANDOM or s.name in _COORDINATES or self._is_local(s)]
        if not moving or not factor.is_polynomial(*moving):
            return False
        return any(c.is_Rational for c in sp.Poly(factor, *moving).coeffs())

    def _is_local(self, symbol: sp.Symbol) -> bool:
        return isinstance(symbol, sp.Dummy) and symbol not in self._symbols.values()

    # -- expectations ------------------------------------------------------------------------------------------------

    def _average(self, node: sp.Integral) -> sp.Expr:
        """E[.] by linearity: one generator per random monomial, over a common random denominator if there is one."""
        variables: list[sp.Symbol] = []
        body: sp.Expr = node
        while isinstance(body, sp.Integral):  # the density of the outer variable may keep SymPy from merging two
            bound = [limit[0] for limit in body.limits]
            if not set(bound) <= _RANDOM:
                return self._generator("integral", node)
            variables += bound
            body = body.function / sp.Mul(*(density(v) for v in bound if v is not UNIFORM))
        top, bottom = sp.fraction(self._canonical(body))
        averaged = frozenset(variables)
        generators = sorted(
            (s for s in top.free_symbols if self._random.get(s, frozenset()) & averaged), key=lambda s: s.sort_key()
        )
        below = bottom if self._variables(bottom) & averaged else sp.Integer(1)
        outside = sp.Integer(1) if below is bottom else bottom
        if not generators:
            return self._mean(sp.Integer(1), below, averaged) * top / outside
        total: sp.Expr = sp.Integer(0)
        for powers, coefficient in sp.Poly(top, *generators).terms():
            monomial = sp.Mul(*(g**p for g, p in zip(generators, powers, strict=True)))
            total += coefficient * self._mean(monomial, below, averaged)
        return total / outside

    def _mean(self, monomial: sp.Expr, below: sp.Expr, averaged: frozenset[sp.Symbol]) -> sp.Expr:
        powers = monomial.as_powers_dict()
        if below == 1 and all(factor in averaged or factor == 1 for factor in powers):
            return sp.Mul(*(moment(factor, int(power)) for factor, power in powers.items() if factor != 1))
        variables = self._variables(monomial) | self._variables(below)
        # Signs, roots and the like are averaged with the monomial, so their relations do not apply inside.
        return self._generator("mean", monomial, below, variables & averaged, random=variables - averaged)

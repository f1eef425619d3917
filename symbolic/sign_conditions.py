"""Sign conditions in a normal form: factors whose sign the hypotheses fix are left out, even powers are resolved.

With p = c p_1^m_1 ... p_k^m_k (c rational, p_i irreducible over the rationals) the sign of p is the product of the
signs sgn(c) and sgn(p_i)^m_i. Under the hypotheses a positive factor may be left out, a negative one turns the sign
around, and so

    p > 0   iff   sgn(c) * (product of the p_i with odd m_i) > 0  and  p_i != 0 for those with even m_i,
    p == 0  iff   product of the p_i == 0.

Which factors have a fixed sign, the solver proves.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from .decision.prover import Prover
from .formula import And, Atom, Formula, compare, conjunction, disjunction
from .samples import Samples

_MAX_TERMS = 150
# The signs that a relation to 0 admits, strongest relations first.
SIGNS = {
    ">": frozenset({1}),
    "<": frozenset({-1}),
    "==": frozenset({0}),
    ">=": frozenset({0, 1}),
    "<=": frozenset({-1, 0}),
    "!=": frozenset({-1, 1}),
}


@dataclass(slots=True)
class SignConditions:
    """Normal forms of sign conditions under hypotheses.

    Attributes:
        assumed: The hypotheses.
        prover: Proves the signs of factors.
        samples: Points that say what not to ask.
    """

    assumed: Formula
    prover: Prover
    samples: Samples | None = None
    _signs: dict[sp.Expr, str] = field(default_factory=dict)

    def sign(self, expression: sp.Expr) -> str:
        """The first of ``> < == >= <= !=`` that is proved for ``expression relation 0``, or an empty string."""
        if expression not in self._signs:
            seen = None if self.samples is None else self.samples.seen(self.assumed, expression)
            possible = [relation for relation, signs in SIGNS.items() if seen is None or seen <= signs]
            proved = (r for r in possible if self.prover.proves(self.assumed, compare(expression, r), "a factor"))
            self._signs[expression] = next(proved, "")
        return self._signs[expression]

    def normal(self, formula: Formula) -> Formula:
        """An equivalent formula, each of whose conditions is in normal form."""
        if isinstance(formula, Atom):
            return self._normal(formula)
        parts = map(self.normal, formula.parts)
        return conjunction(parts) if isinstance(formula, And) else disjunction(parts)

    def factors(self, expression: sp.Expr) -> list[sp.Expr]:
        """The different factors of an expression whose sign is not fixed, each with a leading term that is positive."""
        _, odd, nonzero = self._split(expression)
        return [*odd, *nonzero]

    def _normal(self, atom: Atom) -> Formula:
        sign, odd, squared = self._split(atom.expression)
        product = sp.expand(sp.Mul(sign, *odd))
        match atom.relation:
            case ">":
                return conjunction([compare(product, ">"), *(compare(factor, "!=") for factor in squared)])
            case ">=":
                return disjunction([compare(product, ">="), *(compare(factor, "==") for factor in squared)])
            case "==":
                return compare(sp.expand(sp.Mul(*odd, *squared)), "==")
        return conjunction([compare(oriented(sp.expand(sp.Mul(*odd))), "!="), *(compare(f, "!=") for f in squared)])

    def _split(self, expression: sp.Expr) -> tuple[int, list[sp.Expr], list[sp.Expr]]:
        """A sign, the factors that count once, and those that count as squares: >= 0 and not known to be nonzero."""
        sign, known = self._factored(expression)
        odd: list[sp.Expr] = []
        squared: list[sp.Expr] = []
        for factor, multiplicity in known:
            relation = self.sign(factor)
            if relation in ("<", "<=") and multiplicity % 2:
                sign = -sign
            if relation in (">", "<") or (relation == "!=" and multiplicity % 2 == 0):
                continue
            (squared if relation in ("==", ">=", "<=") or multiplicity % 2 == 0 else odd).append(factor)
        return sign, odd, squared

    def _factored(self, expression: sp.Expr) -> tuple[int, list[tuple[sp.Expr, int]]]:
        """The sign of the content, and the irreducible factors with their multiplicities."""
        polynomial = expression.is_polynomial()
        numerator, denominator = (expression, sp.Integer(1)) if polynomial else sp.fraction(sp.together(expression))
        whole = [(expression, 1)]
        if denominator != 1 and self.sign(denominator) not in (">", "<", "!="):
            return 1, whole
        sign, factors = 1, list[tuple[sp.Expr, int]]()
        for part in (numerator, denominator):
            content, found = factor_list(part)
            sign *= 1 if content > 0 else -1
            factors += found
        merged: dict[sp.Expr, int] = {}
        for factor, multiplicity in factors:
            merged[factor] = merged.get(factor, 0) + multiplicity
        return sign, list(merged.items())


@functools.lru_cache(maxsize=1024)
def factor_list(expression: sp.Expr) -> tuple[sp.Rational, list[tuple[sp.Expr, int]]]:
    """Content and irreducible factors over the rationals of a polynomial; anything else is its own only factor.

    Args:
        expression: A polynomial in symbols, and perhaps in roots, logarithms and the like.

    Returns:
        A rational number and pairs of a factor, whose leading coefficient is positive, and its multiplicity.
    """
    try:
        polynomial = sp.Poly(expression, *sorted(expression.free_symbols, key=str), domain="QQ")
    except (BasePolynomialError, TypeError, ValueError):
        return _outer_factors(expression)
    if not polynomial.gens or len(polynomial.terms()) > _MAX_TERMS:
        return (sp.Integer(1), [(expression, 1)]) if expression.free_symbols else (sp.Rational(expression), [])
    content, factors = polynomial.factor_list()
    return sp.Rational(content), [(factor.as_expr(), multiplicity) for factor, multiplicity in factors]


def _outer_factors(expression: sp.Expr) -> tuple[sp.Rational, list[tuple[sp.Expr, int]]]:
    """The factors that a product shows, with integer powers."""
    content, factors = sp.Integer(1), list[tuple[sp.Expr, int]]()
    for part in sp.Mul.make_args(expression):
        base, power = part.as_base_exp()
        if part.is_Rational:
            content *= part
        elif power.is_Integer and power > 0:
            factors.append((base, int(power)))
        else:
            factors.append((part, 1))
    return content, factors


def oriented(expression: sp.Expr) -> sp.Expr:
    """The expression or its negative, whichever begins with a positive term."""
    return -expression if expression.could_extract_minus_sign() else expression


def solved(atom: Atom, symbol: sp.Symbol, conditions: SignConditions) -> Formula | None:
    """``symbol relation value`` where the condition is linear in the symbol, with a coefficient of known sign.

    Args:
        atom: a x + b related to 0.
        symbol: x.
        conditions: Proves the sign of a, and the two forms equivalent.

    Returns:
        x related to -b/a; None if the condition is not linear in x, or if that is not proved.
    """
    expression = atom.expression
    if not expression.is_polynomial(symbol) or sp.degree(expression, symbol) != 1:
        return None
    slope, rest = sp.Poly(expression, symbol).all_coeffs()
    sign = conditions.sign(slope)
    if sign not in (">", "<") and not (sign == "!=" and atom.relation in ("==", "!=")):
        return None
    value = sp.cancel(-rest / slope)
    top, bottom = sp.fraction(value)
    turn = -1 if bottom.could_extract_minus_sign() else 1
    gap = sp.Add(symbol, -sp.factor_terms(sp.expand(turn * top)) / sp.factor_terms(sp.expand(turn * bottom)))
    found = compare(gap if sign == ">" or atom.relation in ("==", "!=") else -gap, atom.relation)
    prover, assumed = conditions.prover, conditions.assumed
    both = ((atom, found), (found, atom))
    same = all(prover.proves(conjunction([assumed, one]), other, "a condition, solved") for one, other in both)
    return found if same else None

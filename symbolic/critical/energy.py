r"""Energy: V = c |x|^(m+1)/(m+1) + d |y|^(k+1)/(k+1) with V' <= 0, and LaSalle's invariance principle.

For a zero-sum objective the terms with f' cancel in V', and what is left is what the penalties take out. V' is looked
at on each open quadrant, where absolute values and signs of monomials are known: if all its terms c |x|^i |y|^j have
c <= 0 there, V falls or rests. x* is asymptotically stable if moreover nothing but x* can rest for ever:

- V' < 0 on all open quadrants, and v crosses the axes on which V' = 0 everywhere but at x*; or
- V' < 0 on some open quadrant, and v turns around x*: it has a derivative with complex eigenvalues there, or
  x v2 - y v1 has one sign on all closed quadrants.

This needs v to be continuous, not smooth; where it turns by the second criterion, it may jump across the axes, which
solutions then cross. If it jumps otherwise, V' < 0 is needed from all sides.
"""

from __future__ import annotations

from typing import NamedTuple

import sympy as sp

from ..calculus import Mean, ObjectiveDerivative, SignChange
from ..germs.local import X, Y, rebuilt, with_derivative_symbols
from .case import Case
from .facts import Facts
from .quadrants import (
    QUADRANTS,
    SIZE_X,
    SIZE_Y,
    Monomial,
    Quadrant,
    has_vanishing_factor,
    monomials,
    on_quadrant,
    order,
    shared_sign,
)

Rows = tuple[sp.Expr, sp.Expr]


class Energy(NamedTuple):
    """V = c |x|^(m+1)/(m+1) + d |y|^(k+1)/(k+1) with c, d, m, k > 0: convex, and definite."""

    x_weight: sp.Expr
    x_power: sp.Expr
    y_weight: sp.Expr
    y_power: sp.Expr


def dissipates(case: Case, jacobian: sp.ImmutableMatrix | None) -> str | None:
    """The rate at which some V falls along v, where LaSalle's principle leaves only x*.

    Args:
        case: The flow.
        jacobian: J with v = J x + o(r), if there is one, with eigenvalues on the imaginary axis.

    Returns:
        ``linear``, ``sublinear``, an empty string if the rate is not known, or None if no such V is found.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    facts = case.facts
    rows = (sp.expand(case.rows[0]), sp.expand(case.rows[1]))
    if any(row.has(Mean, SignChange) for row in rows):
        return None
    known = _quadrants(case)
    if known is None or not all(_is_bounded(row, facts) for row in rows):
        return None
    energies = _energies(known, facts)
    if _turns(known, facts):
        found = next((rate for e in energies if (rate := _falls_somewhere(known, e, facts)) is not None), None)
        if found is not None:
            return found
    if not all(_is_continuous(row, facts) for row in rows):
        return next((rate for e in energies if (rate := _falls_strictly(known, e, facts)) is not None), None)
    return next((rate for e in energies if (rate := _falls(rows, known, e, jacobian, facts)) is not None), None)


def _turns(known: list[Rows], facts: Facts) -> bool:
    """Whether x v2 - y v1 is a definite quadratic form to leading order, of one sign on all closed quadrants."""
    parts = [
        sp.expand(a * SIZE_X * second - b * SIZE_Y * first)
        for (a, b), (first, second) in zip(QUADRANTS, known, strict=True)
    ]
    for way in (1, -1):
        turned = [sp.expand(-way * part) for part in parts]
        if all(shared_sign(part, facts) == -1 for part in turned):
            return all(_has_square(part, place, facts) for part in turned for place in (1, 2))
    return False


def _has_square(part: sp.Expr, place: int, facts: Facts) -> bool:
    terms = [term for term in monomials(part) if term is not None]
    lowest = all(facts.compared(term.x_power + term.y_power - 2, ">=") for term in terms)
    plain = lowest and not has_vanishing_factor(part)
    return plain and any(t[place] == 2 and t[3 - place] == 0 and facts.sign(t.coefficient) < 0 for t in terms)


def _falls_somewhere(known: list[Rows], energy: Energy, facts: Facts) -> str | None:
    """The rate at which V falls where every solution turns."""
    if (energy.x_power, energy.y_power) != (1, 1):
        return None
    parts = _changes(known, energy)
    signs = [shared_sign(part, facts) for part in parts]
    if not all(sign in (-1, 0) for sign in signs) or -1 not in signs:
        return None
    terms = [term for part in parts for term in monomials(part) if term is not None]
    falling = [t for t in terms if not has_vanishing_factor(t.weight) and facts.sign(t.coefficient) < 0]
    # With v = O(r) a turn takes a time bounded from below, and V falls at its own power for a part of it.
    moderate = all(_is_at_least(term, 1, facts) for pair in known for row in pair for term in monomials(row))
    if moderate and any(facts.compared(2 - t.x_power - t.y_power, ">=") for t in falling):
        return "linear"
    return _slow_rate(parts, facts)


def _slow_rate(parts: list[sp.Expr], facts: Facts) -> str:
    """``sublinear`` where V' = o(r^2) for a quadratic V, which falls slower than every exponential; else unknown."""
    slow = all(_is_at_least(term, 2, facts, strictly=True) for part in parts for term in monomials(part))
    return "sublinear" if slow else ""


def _is_at_least(term: Monomial | None, power: int, facts: Facts, *, strictly: bool = False) -> bool:
    """Whether a term is O(r^power), or strictly smaller than that."""
    size = None if term is None else order(term)
    return size is not None and facts.sign(size - power) >= strictly


def _falls_strictly(known: list[Rows], energy: Energy, facts: Facts) -> str | None:
    """The rate at which V falls on all closed quadrants, x* excepted: a mean of one-sided values then falls as well."""
    parts = _changes(known, energy)
    if not all(shared_sign(part, facts) == -1 for part in parts):
        return None
    if not all(_survives(part, place, facts) for part in parts for place in (1, 2)):
        return None
    return _rate(parts, energy, facts)


def _rate(parts: list[sp.Expr], energy: Energy, facts: Facts) -> str:
    if all(_falls_fast(part, energy, facts) for part in parts):
        return "linear"
    return _slow_rate(parts, facts) if (energy.x_power, energy.y_power) == (1, 1) else ""


def never_falls(case: Case) -> bool:
    """Whether some V does not fall along v on any open quadrant, so that nothing is attracted.

    v may jump: a solution of the inclusion moves along a mean of the values beside it, and a step along one of them.

    Args:
        case: The flow, or simultaneous descent.

    Raises:
        NeedSplit: If the sign of a coefficient varies over the cell.
    """
    known = _quadrants(case)
    if known is None or not all(_is_bounded(sp.expand(row), case.facts) for row in case.rows):
        return False
    return any(
        all(shared_sign(part, case.facts) in (0, 1) for part in _changes(known, energy))
        for energy in _energies(known, case.facts)
    )


def _quadrants(case: Case) -> list[Rows] | None:
    rows = [case.quadrant_rows(quadrant) for quadrant in QUADRANTS]
    known = [pair for pair in rows if pair is not None]
    return known if len(known) == len(rows) else None


def _energies(known: list[Rows], facts: Facts) -> list[Energy]:
    """The square of the distance, and the energy that the lowest pure terms of v1 in y and of v2 in x conserve."""
    found = [Energy(sp.Integer(1), sp.Integer(1), sp.Integer(1), sp.Integer(1))]
    pure = []
    for row, own, other in ((known[0][0], 2, 1), (known[0][1], 1, 2)):
        terms = [term for term in monomials(row) if term is not None and term[other] == 0]
        if not terms or not all(term[own].is_Rational and term[own] > 0 for term in terms):
            return found
        pure.append(min(((term[own], term[0]) for term in terms), key=lambda pair: pair[0]))
    (k, alpha), (m, beta) = pure
    signs = facts.sign(alpha), facts.sign(beta)
    if signs[0] * signs[1] < 0:
        candidate = Energy(signs[1] * beta, m, signs[0] * alpha, k)
        found += [candidate] if candidate not in found else []
    return found


def _changes(known: list[Rows], energy: Energy) -> list[sp.Expr]:
    """V' on each quadrant."""
    return [
        sp.expand(
            energy.x_weight * a * SIZE_X**energy.x_power * first + energy.y_weight * b * SIZE_Y**energy.y_power * second
        )
        for (a, b), (first, second) in zip(QUADRANTS, known, strict=True)
    ]


def _falls(
    rows: Rows, known: list[Rows], energy: Energy, jacobian: sp.ImmutableMatrix | None, facts: Facts
) -> str | None:
    parts = _changes(known, energy)
    if not all(shared_sign(part, facts) in (-1, 0) for part in parts):
        return None
    falling = [shared_sign(part, facts) == -1 for part in parts]
    if not any(falling):
        return None
    if jacobian is not None and facts.sign(sp.expand(4 * jacobian.det() - jacobian.trace() ** 2)) > 0:
        return "sublinear"
    # On an axis the terms without the other coordinate are left.
    resting = [
        axis
        for axis, size, place in ((X, SIZE_X, 1), (Y, SIZE_Y, 2))
        if not all(_survives(part, place, facts) for part in parts)
    ]
    if not all(falling) or not all(_is_crossed(rows[0 if axis == X else 1], axis, facts) for axis in resting):
        return None
    if jacobian is not None:
        return "sublinear"  # its spectrum touches the imaginary axis
    return _rate(parts, energy, facts)


def _falls_fast(part: sp.Expr, energy: Energy, facts: Facts) -> bool:
    """Whether V' <= -c V near x*: each coordinate falls by itself at its power in V or a lower one."""
    terms = [term for term in monomials(part) if term is not None and not has_vanishing_factor(term.weight)]
    return all(
        any(t[other] == 0 and facts.sign(t.coefficient) < 0 and facts.sign(power + 1 - t[own]) >= 0 for t in terms)
        for own, other, power in ((1, 2, energy.x_power), (2, 1, energy.y_power))
    )


def _survives(part: sp.Expr, place: int, facts: Facts) -> bool:
    """Whether V' < 0 on the axis where one coordinate is 0: some term is free of it."""
    terms = [term for term in monomials(part) if term is not None]
    return any(term[place] == 0 and facts.sign(term.coefficient) < 0 for term in terms)


def _is_crossed(row: sp.Expr, axis: sp.Symbol, facts: Facts) -> bool:
    """Whether the row is c s**k with c != 0 on the axis {axis = 0}, with s the other coordinate."""
    other = Y if axis == X else X
    on_axis = with_derivative_symbols(row.xreplace({axis: sp.Integer(0)}))
    coefficient, rest = sp.expand(on_axis).as_independent(other, as_Add=False)
    base, exponent = rest.as_base_exp()
    return base == other and exponent.is_Integer and exponent > 0 and not facts.is_zero(coefficient)


def _is_bounded(row: sp.Expr, facts: Facts) -> bool:
    """Whether a row is bounded near x*: its terms are continuous up to signs, or have powers >= 0."""
    for term in sp.Add.make_args(row):
        plain = sp.Mul(*(f for f in sp.Mul.make_args(term) if not isinstance(f.as_base_exp()[0], sp.sign)))
        if _is_continuous(plain, facts):
            continue
        parts = [on_quadrant(term, quadrant) for quadrant in QUADRANTS]
        found = [m for part in parts for m in (monomials(part) if part is not None else (None,))]
        if not all(m is not None and _is_bounded_monomial(m, facts) for m in found):
            return False
    return True


def _is_bounded_monomial(term: Monomial, facts: Facts) -> bool:
    size = order(term)
    return size is not None and all(facts.compared(q, ">=") for q in (term.x_power, term.y_power, size))


def _is_continuous(node: sp.Expr, facts: Facts) -> bool:
    """Whether the shape of an expression shows that it is continuous near the equilibrium."""
    if not node.has(X, Y):
        return True
    if isinstance(node, sp.Symbol):
        return True
    if isinstance(node, sp.Mul):
        zeros = {_stem(factor, facts) for factor in node.args if not isinstance(factor, sp.sign)}
        zeros |= {part for stem in zeros for part in sp.Mul.make_args(stem)}
        return all(
            all(part in zeros or _keeps_sign(part, facts) for part in sp.Mul.make_args(factor.args[0]))
            if isinstance(factor, sp.sign)
            else _is_continuous(factor, facts)
            for factor in node.args
        )
    if isinstance(node, sp.Pow):
        base, exponent = node.base, node.exp
        if exponent.has(X, Y) or not _is_continuous(base, facts):
            return False
        if exponent.is_Integer and exponent >= 0:
            return True
        if isinstance(base, sp.Abs) and facts.sign(exponent) > 0:
            return True
        if facts.sign(exponent) > 0 and all(_is_nonnegative(base, quadrant, facts) for quadrant in QUADRANTS):
            return True
        value = _value(base)
        return value is not None and (facts.sign(value) > 0 if not exponent.is_Integer else not facts.is_zero(value))
    if isinstance(node, sp.log):
        value = _value(node.args[0])
        return value is not None and facts.sign(value) > 0 and _is_continuous(node.args[0], facts)
    if isinstance(node, sp.Add | sp.exp | sp.tanh | sp.atan | sp.sin | sp.cos | sp.Abs):
        return all(_is_continuous(argument, facts) for argument in node.args)
    if isinstance(node, sp.sign):
        return _keeps_sign(node.args[0], facts)
    return isinstance(node, ObjectiveDerivative) and _is_continuous(node.args[1], facts)


def _keeps_sign(part: sp.Expr, facts: Facts) -> bool:
    """Whether an expression is continuous and not 0 at x*, so that its sign is constant near it."""
    value = _value(part)
    return value is not None and _is_continuous(part, facts) and not facts.is_zero(value)


def _is_nonnegative(base: sp.Expr, quadrant: Quadrant, facts: Facts) -> bool:
    part = on_quadrant(base, quadrant)
    return part is not None and shared_sign(part, facts) in (0, 1)


def _stem(factor: sp.Expr, facts: Facts) -> sp.Expr:
    """The u of u**n and |u|**q with a positive exponent; the factor itself otherwise."""
    base, exponent = factor.as_base_exp()
    if exponent.has(X, Y) or facts.sign(exponent) <= 0:
        return factor
    return base.args[0] if isinstance(base, sp.Abs) else base


def _value(expression: sp.Expr) -> sp.Expr | None:
    """The value at the equilibrium, if it is finite and free of f."""
    value = rebuilt(expression.xreplace({X: sp.Integer(0), Y: sp.Integer(0)}))
    return None if value.has(sp.nan, sp.zoo, sp.oo, ObjectiveDerivative, sp.sign) else value

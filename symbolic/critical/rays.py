r"""The leading part of a planar field at its equilibrium: its rays, its turns, and what they say.

Let weights (p, q) be given and v = v0 + higher terms with v0 quasi-homogeneous: v0(l^p x, l^q y) = (l^{p+d} v1, l^{q+d}
v2), possibly another v0 in each of several sectors. Up to a positive factor of time the direction of a point turns by
Theta = p x v2 - q y v1, and V = x^{2q} + y^{2p} changes by R = q x^{2q-1} v1 + p y^{2p-1} v2 (half of it, for p = q = 1
r r'). A *ray* is a direction with Theta = 0.

- *Attracts*: there are rays, and R < 0 on all of them; or Theta has one sign all around, and R <= 0 there and < 0
  somewhere. Then v0 is asymptotically stable, has a quasi-homogeneous Lyapunov function, and so is v.
  Or div v0 <= 0 there and < 0 somewhere: Theta itself is a Lyapunov function, since v0 . grad Theta = Theta div v0.
  Where neither helps, the growth per turn is enclosed in a ball (``averages``) if v0 has numbers for coefficients, or
  a form V is sought that falls (``forms``).
- *Repels*: the same with the signs of R turned.
- *Escapes*: R > 0 on some ray around which Theta changes its sign. A narrow cone around it is entered and not left, in
  forward or in backward time, while V grows: x* is unstable. Where v is smooth around the ray, R > 0 is enough: in
  (t, r) the ray is an equilibrium with the eigenvalue R in the direction of r, and has an unstable manifold. (Not for
  maps x + h v0 + O(h^2 r): a ray that is not simple need not persist.)

The same follows for maps x + h v0 + higher terms: for d >= 1 and every h, for d = 0 and every sufficiently small h.
Between sectors v0 may jump where all directions cross in one sense: solutions are unique, depend continuously on their
starts, and are followed over one turn, or any bounded time, by the map with small steps relative to r.
Directions are (1, t), (-1, t) and (0, +-1), so that everything is a statement about polynomials in t.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, product

import numpy as np
import sympy as sp

from ..formula import FALSE, Formula, atoms, compare, conjunction, disjunction, substituted
from ..germs.local import X, Y
from .averages import growth_per_turn
from .facts import Facts
from .forms import Chart, form_sign

T = sp.Symbol("_t", real=True)
_ZERO, _ONE = sp.Integer(0), sp.Integer(1)
_CHARTS = ((_ONE, T), (-_ONE, T), (_ZERO, _ONE), (_ZERO, -_ONE))
_Point = tuple[sp.Expr, sp.Expr]
_OTHER_CHARTS = ((T, _ONE), (T, -_ONE))
_SAMPLES = tuple(sp.Rational(value) for value in ("0", "1", "-1", "1/2", "-1/2", "2", "-2"))


class Fan(Enum):
    """What the rays and turns of the leading part do."""

    ATTRACTS = "every trajectory of its leading part tends to x*"
    REPELS = "every trajectory of its leading part leaves x*"
    ESCAPES = "a trajectory of its leading part leaves along a ray"


@dataclass(frozen=True, slots=True)
class Sector:
    """The leading part where some linear forms are positive.

    Attributes:
        rows: (v1, v2) in ``X`` and ``Y``, rational, quasi-homogeneous.
        sides: The linear forms; none for the whole plane.
    """

    rows: tuple[sp.Expr, sp.Expr]
    sides: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class _Directions:
    """The directions (x, y) of one chart, which are polynomials in t, in a closed sector, with what happens there."""

    point: tuple[sp.Expr, sp.Expr]
    rows: tuple[sp.Expr, sp.Expr]
    turn: sp.Expr
    growth: sp.Expr
    divergence: sp.Expr
    inside: tuple[Formula, ...]

    @property
    def strictly(self) -> tuple[Formula, ...]:
        """The conditions for the interior of the sector."""
        return tuple(compare(atom.expression, ">") for part in self.inside for atom in atoms(part))


def fan(
    sectors: list[Sector],
    facts: Facts,
    weights: tuple[int, int] = (1, 1),
    *,
    smooth: bool,
) -> Fan | None:
    """What a leading part does; None if it is critical itself, or the solver does not say.

    Args:
        sectors: They cover the plane.
        facts: Where the parameters are.
        weights: (p, q).
        smooth: Whether rays need not be simple: inside the sectors the whole field is smooth, and a map with a leading
            part of degree 1 is x + h v itself.
    """
    around: list[_Directions] = []
    for sector, point in _met(sectors, _CHARTS):
        found = _directions(sector, point, facts, weights)
        if found is None:
            return None
        around.append(found)
    pairs = [(one, other) for one, other in combinations(around, 2) if one.point == other.point]
    if not all(_match(one, other, facts) for one, other in pairs):
        return None
    for way in (1, -1):
        if all(facts.holds(compare(way * d.turn, ">"), d.inside) for d in around):
            found = _turning(around, [d.growth for d in around], facts)
            if found is None and len(sectors) == 1:
                found = _turning(around, [d.divergence for d in around], facts)
            return found or (_per_turn(sectors) or _by_form(around, facts) if weights == (1, 1) else None)
    for way, answer in ((1, Fan.ATTRACTS), (-1, Fan.REPELS)):
        if not all(facts.holds(compare(-way * d.growth, ">"), [*d.inside, compare(d.turn, "==")]) for d in around):
            continue
        # Where there is no ray, the other condition for fields that turn has to hold instead.
        if _has_ray(around, facts) or _turning(around, [d.growth for d in around], facts) is answer:
            return answer
    # Opposite directions: where v0 is even, R has opposite signs on them, and Theta, being odd, has a zero.
    even = len(sectors) == 1 and weights == (1, 1) and _is_even(sectors[0])
    if even and all(facts.holds(compare(d.growth, "!="), [compare(d.turn, "==")]) for d in around):
        return Fan.ESCAPES
    others = [_directions(sector, point, facts, weights) for sector, point in _met(sectors, _OTHER_CHARTS)]
    candidates = [d for d in [*around, *others] if d is not None and d.point != (0, 1) and d.point != (0, -1)]
    return Fan.ESCAPES if any(_escapes(d, facts, smooth) for d in candidates) else None


def told_apart(sectors: list[Sector], facts: Facts) -> None:
    """Asks for the signs on which the rays of linear sectors depend, so that the cell is cut where they vary.

    Raises:
        NeedSplit: Where one varies.
    """
    for sector in sectors:
        turn = sp.expand(X * sector.rows[1] - Y * sector.rows[0])
        growth = sp.expand(X * sector.rows[0] + Y * sector.rows[1])
        if not turn.free_symbols - {X, Y} and not growth.free_symbols - {X, Y}:
            continue
        for side in sector.sides:
            ray = {X: -side.coeff(Y), Y: side.coeff(X)}
            facts.sign(sp.expand(turn.xreplace(ray)))
        a, b, c = (turn.coeff(X, 2), turn.coeff(X, 1).coeff(Y, 1), turn.coeff(Y, 2))
        facts.sign(sp.expand(b**2 - 4 * a * c))
        facts.sign(sp.expand(sum(sp.diff(row, s) for row, s in zip(sector.rows, (X, Y), strict=True))))
        matrix = sp.Matrix(sector.rows).jacobian([X, Y])
        facts.sign(sp.expand(matrix.det()))


def _met(sectors: list[Sector], charts: tuple[_Point, ...]) -> list[tuple[Sector, _Point]]:
    """Sectors with the charts that have directions in them, as far as constants tell."""
    return [pair for pair in product(sectors, charts) if FALSE not in _inside(*pair)]


def _inside(sector: Sector, point: _Point) -> tuple[Formula, ...]:
    at = dict(zip((X, Y), point, strict=True))
    return tuple(compare(sp.expand(side.xreplace(at)), ">=") for side in sector.sides)


def _directions(
    sector: Sector, point: tuple[sp.Expr, sp.Expr], facts: Facts, weights: tuple[int, int]
) -> _Directions | None:
    """The sector in one chart, without denominators; None if one of those may vanish."""
    p, q = weights
    at = dict(zip((X, Y), point, strict=True))
    inside = _inside(sector, point)
    quotients = [sp.fraction(sp.together(row.xreplace(at))) for row in sector.rows]
    common = sp.lcm(quotients[0][1], quotients[1][1])
    if not facts.holds(compare(common, "!="), inside):
        return None
    # Times common**2 > 0, which changes no sign.
    first, second = (sp.expand(sp.cancel(above * common / below) * common) for above, below in quotients)
    x, y = point
    turn = sp.expand(p * x * second - q * y * first)
    growth = sp.expand(q * x ** (2 * q - 1) * first + p * y ** (2 * p - 1) * second)
    above, below = sp.fraction(sp.together((sp.diff(sector.rows[0], X) + sp.diff(sector.rows[1], Y)).xreplace(at)))
    return _Directions(point, (first, second), turn, growth, sp.expand(above * below), inside)


def _turning(around: list[_Directions], growth: list[sp.Expr], facts: Facts) -> Fan | None:
    """By a growth that is nowhere positive and somewhere negative, or the other way round."""
    pairs = list(zip(around, growth, strict=True))
    for way, answer in ((1, Fan.ATTRACTS), (-1, Fan.REPELS)):
        if not all(facts.holds(compare(-way * change, ">="), d.inside) for d, change in pairs):
            continue
        for (d, change), t in product(pairs, _SAMPLES):
            strict = substituted(conjunction([*d.strictly, compare(-way * change, ">")]), {T: t})
            if facts.holds(strict):
                return answer
    return None


def _per_turn(sectors: list[Sector]) -> Fan | None:
    growth = growth_per_turn([(sector.rows, sector.sides) for sector in sectors])
    return None if growth is None else Fan.REPELS if growth > 0 else Fan.ATTRACTS


def _by_form(around: list[_Directions], facts: Facts) -> Fan | None:
    change = form_sign([Chart(d.point, d.rows, d.inside) for d in around], T, facts)
    return None if change is None else Fan.REPELS if change > 0 else Fan.ATTRACTS


def _match(one: _Directions, other: _Directions, facts: Facts) -> bool:
    """Whether v0 is continuous, or crosses in one sense, where two closed sectors meet."""
    equal = conjunction(compare(a, "==", b) for a, b in zip(one.rows, other.rows, strict=True))
    crossed = compare(sp.expand(one.turn * other.turn), ">")
    return facts.holds(disjunction([equal, crossed]), [*one.inside, *other.inside])


def _has_ray(around: list[_Directions], facts: Facts) -> bool:
    """Whether Theta is shown to take both signs, or 0, on the circle."""
    seen = set()
    for d, t in product(around, _SAMPLES):
        inside = substituted(conjunction(d.inside), {T: t})
        if not facts.holds(inside):
            continue
        value = d.turn.xreplace({T: t})
        seen |= {way for way in (1, -1) if way not in seen and facts.compared(way * value, ">=")}
        if len(seen) == 2:
            return True
    return False


def _is_even(sector: Sector) -> bool:
    mirror = {X: -X, Y: -Y}
    return all(sp.cancel(row.xreplace(mirror) - row) == 0 for row in sector.rows)


def _escapes(d: _Directions, facts: Facts, smooth: bool) -> bool:
    """Whether R > 0 on a ray of the open sector around which Theta changes sign (or, in a smooth field, on any ray)."""
    for factor, _ in sp.factor_list(d.turn, T)[1] if d.turn.has(T) else ():
        polynomial = sp.Poly(factor, T)
        if polynomial.degree() != 1 or not facts.compared(polynomial.LC(), "!="):
            continue
        root = sp.cancel(-polynomial.coeff_monomial(1) / polynomial.LC())
        here = substituted(conjunction([*d.strictly, compare(d.growth, ">")]), {T: root})
        simple = compare(sp.cancel(sp.diff(d.turn, T).xreplace({T: root})), "!=")
        if facts.holds(here) and (smooth or facts.holds(simple)):
            return True
    return any(_cone(d, low, high, facts) for low, high in _guesses(d, facts))


def _cone(d: _Directions, low: sp.Rational, high: sp.Rational, facts: Facts) -> bool:
    ends = [substituted(conjunction(d.strictly), {T: t}) for t in (low, high)]
    changes = compare(sp.expand(d.turn.xreplace({T: low}) * d.turn.xreplace({T: high})), "<")
    between = [compare(T, ">=", low), compare(T, "<=", high)]
    return facts.holds(conjunction([*ends, changes])) and facts.holds(compare(d.growth, ">"), between)


def _guesses(d: _Directions, facts: Facts) -> Iterator[tuple[sp.Rational, sp.Rational]]:
    """Narrow intervals around rays at one point of the cell; floats guess, the solver proves."""
    parameters = d.turn.free_symbols - {T}
    point = facts.cell.prover.point(facts.cell.formula, sorted(parameters, key=str), "a point for a guess")
    if point is None or not d.turn.has(T):
        return
    coefficients = [sp.N(c.xreplace(point)) for c in sp.Poly(d.turn, T).all_coeffs()]
    if not all(c.is_Float or c.is_Integer for c in coefficients) or not any(coefficients):
        return
    for root in np.roots(np.array([float(c) for c in coefficients])):
        if abs(root.imag) < 1e-6 * (1 + abs(root)):
            for width in (20, 1000):
                radius = sp.Rational(max(1, round(abs(root.real))), width)
                centre = sp.Rational(round(root.real * 4 * width), 4 * width)
                yield centre - radius, centre + radius

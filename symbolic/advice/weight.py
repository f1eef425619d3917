"""The one parameter that sets the damping: a penalty's weight, or the standard deviation of instance noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from ..decision.prover import Prover
from ..formula import Formula, compare
from .centre import DampedCentre


@dataclass(frozen=True, slots=True)
class Weight:
    """damping = slope symbol^power + rest, with neither slope, rest nor frequency depending on the symbol.

    Attributes:
        symbol: The parameter.
        power: 1 for a penalty's weight, 2 for a standard deviation.
        slope: What it is multiplied with; not 0.
        rest: The damping from elsewhere.
    """

    symbol: sp.Symbol
    power: int
    slope: sp.Expr
    rest: sp.Expr

    @property
    def quantity(self) -> sp.Expr:
        """Symbol^power."""
        return self.symbol**self.power

    def at(self, damping: sp.Expr) -> sp.Expr:
        """The value of symbol^power that gives a damping."""
        return _tidy(sp.expand((damping - self.rest) / self.slope))


def find_weight(
    centre: DampedCentre, names: Iterable[Iterable[str]], assumed: Formula, prover: Prover
) -> Weight | None:
    """The parameter to be advised on.

    Args:
        centre: The game near x*.
        names: Names of parameters, in groups: the first group of which some set the damping is asked.
        assumed: What may be assumed.
        prover: Proves that the slope is not 0.

    Returns:
        The weight; None unless exactly one parameter of that group enters the damping, by one power.
    """
    for group in names:
        own = sorted(set(group) & {s.name for s in centre.damping.free_symbols - centre.square.free_symbols})
        if len(own) > 1:
            return None
        if own:
            return _weight(centre.damping, sp.Symbol(own[0], real=True), assumed, prover)
    return None


def _tidy(value: sp.Expr) -> sp.Expr:
    """1/|s| for |s|/s^2, which SymPy leaves as it is."""
    for symbol in sorted((node.args[0] for node in value.atoms(sp.Abs) if node.args[0].is_Symbol), key=str):
        positive = sp.Dummy(positive=True)
        folded = value.subs(sp.Abs(symbol), positive).subs(symbol**2, positive**2)
        if not folded.has(symbol):
            value = sp.expand(folded).subs(positive, sp.Abs(symbol))
    return value


def _weight(damping: sp.Expr, symbol: sp.Symbol, assumed: Formula, prover: Prover) -> Weight | None:
    try:
        terms = dict(sp.Poly(damping, symbol).terms())
    except BasePolynomialError:
        return None
    rest = terms.pop((0,), sp.Integer(0))
    if len(terms) != 1:
        return None
    ((power,), slope) = terms.popitem()
    if not prover.proves(assumed, compare(slope, "!="), "the weight matters"):
        return None
    return Weight(symbol, int(power), slope, rest)

"""What is known about the speed of a rule: values that print well."""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from ..enclosures import Interval
from ..formula import Formula
from ..printing import formula_text


@dataclass(frozen=True, slots=True)
class SpectralRadius:
    """The largest modulus of an eigenvalue of a period, as a function of the step size and the parameters.

    Attributes:
        branches: Regions with the formula that holds on each; regions of different factors overlap, and there the
            largest value counts.
        expression: The same as one expression; None if the characteristic polynomial was not factored far enough.
        note: Why there is none.
    """

    branches: tuple[tuple[Formula, sp.Expr], ...]
    expression: sp.Expr | None
    note: str = ""

    def __str__(self) -> str:
        if self.expression is None:
            return f"no closed form: {self.note}"
        return "; ".join(f"{value} where {formula_text(region)}" for region, value in self.branches)


@dataclass(frozen=True, slots=True)
class BestStep:
    """The fastest choice of the step size, or of parameters, on a part of the parameter space.

    Attributes:
        region: Where it holds, beside the hypotheses.
        step: The step size that minimises rho (h itself where a parameter is chosen for a given h); None if not found.
        parameters: Further numbers that were chosen, each with its best value.
        radius: The smallest rho; None if not found.
        proved: Whether the solver proved that rho is the radius there and nowhere smaller; without a radius, that no
            choice converges.
        unique: Whether it also proved that rho is larger everywhere else.
        defective: Whether an eigenvalue of modulus rho has a Jordan block there; None if that is not known.
        note: What else is to be said; where nothing was found, why.
    """

    region: Formula
    step: sp.Expr | None
    parameters: tuple[tuple[sp.Symbol, sp.Expr], ...]
    radius: sp.Expr | None
    proved: bool
    unique: bool = False
    defective: bool | None = None
    note: str = ""

    def __str__(self) -> str:
        where = f"where {formula_text(self.region)}: "
        if self.radius is None:
            return f"{where}{'none' if self.proved else 'not found'}: {self.note}"
        chosen = ", ".join(f"{symbol} = {value}" for symbol, value in (("h", self.step), *self.parameters))
        proof = "proved" if self.proved else "not proved"
        return f"{where}{chosen}, rho = {self.radius} ({proof}{'; ' + self.note if self.note else ''})"


@dataclass(frozen=True, slots=True)
class CertifiedStep:
    """The fastest step size at exact values of the parameters, enclosed.

    Real roots were isolated by balls (Arb); every sign was then decided in rational arithmetic.

    Attributes:
        radius: Contains the smallest rho over 0 < h <= the largest stable step size (so over all h > 0).
        steps: Intervals, in increasing order, whose union contains every h where rho is smallest.
        largest_stable: Contains the least upper bound of the stable step sizes.
    """

    radius: Interval
    steps: tuple[Interval, ...]
    largest_stable: Interval

    @property
    def step(self) -> Interval:
        """One interval that contains every minimiser."""
        return Interval(self.steps[0].lower, self.steps[-1].upper)

    def __str__(self) -> str:
        steps = " or ".join(map(str, self.steps))
        return f"rho in {self.radius} at h in {steps} (stable up to h in {self.largest_stable})"

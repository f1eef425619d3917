"""What the methods find, as rulings: theorem, sentence, rate."""

from __future__ import annotations

import sympy as sp

from ..germs.local import X, Y
from ..rulings import Outcome, Ruling
from .centre_manifold import Reduced
from .focus import Focus
from .nilpotent import Nilpotent
from .rays import Fan

# Theorems by which x* lies on a curve of fixed points.
CONTINUUM = frozenset({"equilibrium-line", "equilibrium-curve"})
_WORDS = {X: sp.Symbol("(theta - theta*)"), Y: sp.Symbol("psi")}


def in_words(expression: sp.Expr) -> sp.Expr:
    """The expression with the names of the coordinates."""
    return expression.xreplace(_WORDS)


def equilibrium_curve(factor: sp.Expr) -> Ruling:
    """By a common factor that vanishes along a curve through x*."""
    reason = f"where {in_words(factor)} = 0 every point is an equilibrium, and only x* is the right one"
    return Ruling(Outcome.NO, "equilibrium-curve", reason, function=factor)


def focus_ruling(found: Focus) -> Ruling:
    """By the first Lyapunov coefficient that is not 0."""
    order = found.weight // 2
    reason = f"critical, decided by the Lyapunov coefficient of order {order}: the radius"
    if found.stable:
        exponent = sp.Rational(1, 2 * order - 2)
        words = f"{reason} decays like t**(-{exponent})"
        return Ruling(Outcome.YES, "weak-focus", words, "sublinear", function=found.function)
    return Ruling(Outcome.NO, "weak-focus", f"{reason} grows", function=found.function)


def integral_ruling(integral: sp.Expr) -> Ruling:
    """By a function that is constant along every trajectory."""
    reason = f"{in_words(integral)} is constant along every trajectory"
    return Ruling(Outcome.NO, "first-integral", reason, function=integral)


def density_ruling(density: sp.Expr) -> Ruling:
    """By a measure dx dy / g that the flow or map keeps."""
    kept = "areas" if density == 1 else f"the measure dtheta dpsi/({in_words(density)})"
    return Ruling(
        Outcome.NO, "measure-preserved", f"the motion keeps {kept}, so nothing is attracted", function=density
    )


def reduction_ruling(found: Reduced) -> Ruling:
    """By the motion on the centre manifold."""
    sign = "< 0" if found.stable else "of the wrong sign"
    where = f"on the centre manifold the motion is c u**{found.power} with c {sign}"
    if found.stable:
        exponent = sp.Rational(1, found.power - 1)
        reason = f"critical: {where}, decay like t**(-{exponent})"
        return Ruling(Outcome.YES, "centre-manifold", reason, "sublinear")
    if found.power % 2 == 0:
        where = f"on the centre manifold the motion is c u**{found.power} with c != 0, which leaves on one side"
    return Ruling(Outcome.NO, "centre-manifold", f"critical: {where}")


def nilpotent_ruling(found: Nilpotent) -> Ruling:
    """By the normal form of a nilpotent linear part."""
    outcome = Outcome.YES if found.stable else Outcome.NO
    return Ruling(outcome, "nilpotent", f"critical: {found.reason}", "sublinear" if found.stable else "")


def leading_ruling(found: Fan, degree: int) -> Ruling:
    """By the rays and turns of the leading part, homogeneous of the given degree."""
    rate = "linear" if degree <= 1 else "sublinear"
    reason = f"critical, decided by the terms of degree {degree}: {found.value}"
    if found is Fan.ATTRACTS:
        return Ruling(Outcome.YES, "leading-part", reason, rate)
    return Ruling(Outcome.NO, "leading-part", reason)

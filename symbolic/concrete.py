"""A concrete objective f for a point of the parameter space that gives f1 = f'(0), f2 = f''(0), ...

A verdict at such a point holds for every f with these derivatives; an example makes it tangible. A function of the
literature is taken where its derivatives are the given ones, else the polynomial f1 t + f2 t**2/2 + f3 t**3/6 + ...
"""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

# f as written in a proposal, with f1, ..., f6: Goodfellow et al. 2014, Arjovsky et al. 2017, Mao et al. 2017, the
# squared Hellinger distance of Nowozin et al. 2016, and functions that everybody knows.
WELL_KNOWN: dict[str, tuple[str, ...]] = {
    "-log(1 + exp(-t))": ("1/2", "-1/4", "0", "1/8", "0", "-1/4"),
    "t": ("1", "0", "0", "0", "0", "0"),
    "-(t - 1)**2/2": ("1", "-1", "0", "0", "0", "0"),
    "1 - exp(-t)": ("1", "-1", "1", "-1", "1", "-1"),
    "exp(t)": ("1", "1", "1", "1", "1", "1"),
    "log(1 + t)": ("1", "-1", "2", "-6", "24", "-120"),
    "tanh(t)": ("1", "0", "-2", "0", "16", "0"),
    "sin(t)": ("1", "0", "-1", "0", "1", "0"),
}


def concrete_objective(point: Mapping[sp.Symbol, sp.Expr]) -> str | None:
    """A function that is C-infinity near 0 and has the derivatives at 0 that a point gives.

    Args:
        point: Values by symbol; f1, f2, ... are derivatives at 0, and those that it leaves out may be anything.

    Returns:
        The function as the text of an expression in ``t``; None if the point gives no derivative.
    """
    given = {int(s.name[1:]): value for s, value in point.items() if s.name[:1] == "f" and s.name[1:].isdigit()}
    if not given:
        return None
    for function, derivatives in WELL_KNOWN.items():
        known = dict(enumerate(map(sp.Rational, derivatives), 1))
        if all(order in known and value == known[order] for order, value in given.items()):
            return function
    t = sp.Symbol("t")
    polynomial = sp.Add(*(value * t**order / sp.factorial(order) for order, value in given.items()))
    return sp.sstr(polynomial, order="rev-lex")

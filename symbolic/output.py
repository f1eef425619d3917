"""The equilibrium output d* of two-function objectives: fake'(d*) + real'(d*) = 0.

Where D(x) = d* on real and fake samples alike, D's own gain is stationary in a constant shift of D.
"""

from __future__ import annotations

from contextlib import suppress

import sympy as sp

from .calculus import derivative


class NoEquilibriumOutput(ValueError):
    """There is no equilibrium output, or no unique one that could be found.

    Attributes:
        proved: Whether it is proved that none exists.
    """

    def __init__(self, message: str, *, proved: bool) -> None:
        super().__init__(message)
        self.proved = proved


def equilibrium_output(fake: sp.Expr, real: sp.Expr, t: sp.Symbol) -> sp.Expr:
    """Solves fake'(d) + real'(d) = 0 exactly.

    Where every d solves it (Wasserstein), d* = 0. Of several solutions the one that maximises D's gain is taken if it
    is the only maximiser.

    Args:
        fake: What D ascends on fakes, in ``t``.
        real: What D ascends on real samples.
        t: The output's symbol.

    Returns:
        d*, in the parameters.

    Raises:
        NoEquilibriumOutput: If there is none, or if it could not be found exactly.
    """
    total = derivative(fake, t) + derivative(real, t)
    slope = sp.together(sp.expand(total))
    if slope.has(sp.Abs, sp.sign):
        return _piecewise_output(total, t)
    numerator = sp.numer(slope)
    if not numerator.has(t):
        if sp.expand(numerator) == 0:
            return sp.Integer(0)
        if numerator.is_number and numerator.is_Rational:
            raise NoEquilibriumOutput(
                f"fake' + real' = {slope} is never 0: there is no equilibrium output", proved=True
            )
        raise NoEquilibriumOutput(f"whether fake' + real' = {slope} is 0 depends on parameters", proved=False)
    candidates = [root for root in _candidates(numerator, t) if _solves(total, t, root)]
    if len(candidates) > 1:
        curvature = derivative(total, t)
        candidates = [root for root in candidates if sp.expand(curvature.xreplace({t: root})).is_negative]
    if len(candidates) != 1:
        raise NoEquilibriumOutput(
            f"the equilibrium output, a solution of {numerator} = 0, was not found uniquely", proved=False
        )
    return candidates[0]


def _piecewise_output(total: sp.Expr, t: sp.Symbol) -> sp.Expr:
    """D = 0 if no piece switches there and the slopes cancel (hinged losses)."""
    at_zero = total.xreplace({t: sp.Integer(0)})
    switches = [node.args[0].xreplace({t: sp.Integer(0)}) for node in total.atoms(sp.Abs, sp.sign)]
    if all(value.is_number and value.is_zero is False for value in switches) and sp.expand(at_zero) == 0:
        return sp.Integer(0)
    raise NoEquilibriumOutput("fake' + real' has kinks and does not vanish at output 0", proved=False)


def _candidates(numerator: sp.Expr, t: sp.Symbol) -> list[sp.Expr]:
    if numerator.is_polynomial(t):
        polynomial = sp.Poly(numerator, t)
        if polynomial.degree() == 1:
            lead, constant = polynomial.all_coeffs()
            return [sp.cancel(-constant / lead)]
        if polynomial.free_symbols - {t}:
            return []
        return [root for root, _ in sp.real_roots(polynomial, multiple=False)]
    guesses: list[sp.Expr] = [sp.Integer(0)]
    with suppress(NotImplementedError):
        guesses += [root for root in sp.solve(numerator, t) if root.is_real]
    unique: list[sp.Expr] = []
    for guess in guesses:
        if guess not in unique:
            unique.append(guess)
    # A transcendental equation may have roots that were not found: only a strictly monotone slope proves uniqueness.
    return unique if _strictly_monotone(numerator, t) else []


def _strictly_monotone(numerator: sp.Expr, t: sp.Symbol) -> bool:
    """Whether the terms are all nondecreasing or all nonincreasing in t, and not all constant, by their shape."""
    signs = {_direction(term, t) for term in sp.Add.make_args(sp.expand(numerator))} - {0}
    return len(signs) == 1 and None not in signs


def _direction(term: sp.Expr, t: sp.Symbol) -> int | None:
    """+1 for c*exp(a*t) or c*t with c*a > 0, -1 with c*a < 0, 0 for a constant, None otherwise."""
    coefficient, rest = term.as_independent(t, as_Add=False)
    if rest == 1:
        return 0
    if not coefficient.is_number:
        return None
    sign = 1 if coefficient.is_positive else -1
    if rest == t:
        return sign
    if isinstance(rest, sp.exp):
        inner = sp.Poly(rest.args[0], t) if rest.args[0].is_polynomial(t) else None
        if inner is not None and inner.degree() == 1 and inner.LC().is_number:
            return sign if inner.LC().is_positive else -sign
    return None


def _solves(total: sp.Expr, t: sp.Symbol, root: sp.Expr) -> bool:
    value = sp.expand(total.xreplace({t: root}))
    return value == 0 or sp.cancel(value) == 0

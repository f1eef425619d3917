"""The spectral radius as an explicit function of the step size and the parameters.

A linear factor z - u gives |u|. A quadratic z^2 - T z + D gives sqrt(D) where T^2 < 4D (two conjugate eigenvalues) and
(|T| + sqrt(T^2 - 4D))/2 elsewhere. An irreducible factor that splits over QQ[i] into z^2 - t z + d and its conjugate
gives rho^2 = |t|^2/4 + |s| + sqrt((|t|^2 |s| + Re(conj(t)^2 s))/2) with s = t^2/4 - d. rho is the largest of them.
"""

from __future__ import annotations

import time

import sympy as sp

from ..decision.cells import SYMPY_FAILURES
from ..decision.limits import OutOfTime, time_limit
from ..decision.prover import Prover
from ..formula import TRUE, Formula, compare, conjunction, to_sympy
from .candidates import square_root
from .display import Sign, absolute, radius_of, region_shown, signs_on
from .polynomial import ROOT, Factor
from .problem import Problem, folded, posed
from .results import SpectralRadius

_Branches = list[tuple[Formula, sp.Expr]]


def spectral_radius(
    matrix: sp.Matrix,
    h: sp.Symbol,
    hypotheses: Formula = TRUE,
    prover: Prover | None = None,
    seconds: float = 10.0,
) -> SpectralRadius:
    """Rho as a function of h > 0 and the parameters.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        hypotheses: What may be assumed; they only simplify the result.
        prover: Where to ask; a fresh one within the time if not given.
        seconds: The limit for everything together.
    """
    limit = object()
    asked = Prover(deadline=time.monotonic() + seconds) if prover is None else prover
    try:
        with time_limit(seconds, limit):
            problem = folded(posed(matrix, (), conjunction([hypotheses, compare(h, ">")])))
            return _radius(problem, signs_on(problem, problem.given, asked))
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return SpectralRadius((), None, f"not found in {seconds:g} s")
    except SYMPY_FAILURES as failure:
        return SpectralRadius((), None, f"outside what is analysed here: {failure}")


def _radius(problem: Problem, sign: Sign) -> SpectralRadius:
    values: list[sp.Expr] = []
    branches: _Branches = []
    flat = [factor for factor in problem.flat if any(c != 0 for c in factor.coefficients[1:])]
    for factor in flat:
        own = _branches(factor, problem, sign)
        if own is None:
            note = (
                f"a factor of degree {factor.degree} of the characteristic polynomial does not split over QQ or QQ[i]"
            )
            return SpectralRadius((), None, note)
        own = [(region_shown(region, problem), _restored(value, problem)) for region, value in own]
        branches += own
        first = own[0]
        cases = [first, (TRUE, own[1][1])] if len(own) > 1 else [first]
        values.append(own[0][1] if len(cases) == 1 else sp.Piecewise(*((v, to_sympy(r)) for r, v in cases)))
    if not values:
        return SpectralRadius(((TRUE, sp.Integer(0)),), sp.Integer(0))
    return SpectralRadius(tuple(branches), values[0] if len(values) == 1 else sp.Max(*values))


def _restored(value: sp.Expr, problem: Problem) -> sp.Expr:
    return problem.unfolded(value.xreplace(problem.nodes))


def _branches(factor: Factor, problem: Problem, sign: Sign) -> _Branches | None:
    first, *rest = factor.coefficients
    if factor.degree == 1:
        return [(TRUE, absolute(sp.cancel(rest[0] / first), sign))]
    if factor.degree > 2:
        value = _conjugate_pair(factor, sign)
        return None if value is None else [(TRUE, value)]
    trace, determinant = sp.cancel(-rest[0] / first), sp.cancel(rest[1] / first)
    gap = rest[0] ** 2 - 4 * first * rest[1]
    outside, inside = square_root(sp.expand(gap))
    # gap / first^2 = (outside / first)^2 inside, and what is positive in ``inside`` does not matter for its sign.
    constant, parts = sp.factor_list(inside)
    decisive = sp.sign(constant)
    for part, multiplicity in parts:
        known = sign(part)
        decisive *= sp.Integer(known) if known else part**multiplicity
    root = absolute(sp.cancel(outside / first), sign) * sp.sqrt(sp.expand(inside))
    real = (absolute(trace, sign) + root) / 2
    if decisive.is_Rational:
        return [(TRUE, real if decisive >= 0 else sp.sqrt(determinant))]
    decisive = sp.expand(decisive.xreplace(problem.nodes))
    return [(compare(decisive, "<"), sp.sqrt(determinant)), (compare(decisive, ">="), real)]


def _conjugate_pair(factor: Factor, sign: Sign) -> sp.Expr | None:
    """Rho of a factor of degree 4 that is a quadratic over QQ[i] times its conjugate."""
    if factor.degree != 4:
        return None
    parts = [p for p, _ in sp.factor_list(factor.polynomial(), gaussian=True)[1] if p.has(ROOT)]
    quadratic = next((sp.Poly(p, ROOT) for p in parts if sp.degree(p, ROOT) == 2), None)
    if quadratic is None:
        return None
    first, second, third = quadratic.all_coeffs()
    t, d = (sp.cancel(sp.expand(c / first)) for c in (-second, third))
    s = sp.expand(t**2 / 4 - d)
    (t_re, t_im), (s_re, s_im) = (sp.expand(e).as_real_imag() for e in (t, s))
    size, gap = sp.factor(sp.expand(t_re**2 + t_im**2)), radius_of(sp.expand(s_re**2 + s_im**2), sign)
    turned = sp.factor(sp.expand((t_re**2 - t_im**2) * s_re + 2 * t_re * t_im * s_im))
    return sp.sqrt(size / 4 + gap + radius_of(sp.factor((size * gap + turned) / 2), sign))

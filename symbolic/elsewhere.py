r"""Where the equilibrium went: the other equilibria of a proposal at one point of its parameters, as information.

At a point of the parameter space, v1 = v2 = 0 is solved exactly: absolute values and signs are replaced by each choice
of signs, denominators are cleared, and the polynomial system is solved by a Groebner basis; every solution is checked
against its choice. Each equilibrium with rational coordinates is then judged like x* itself. None of it changes the
verdict, which is about x*.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from itertools import product

import sympy as sp

from .averages import averaged
from .calculus import Mean, ObjectiveDerivative, SignChange
from .decision.cells import SYMPY_FAILURES, Cell, Unresolved, analysed
from .decision.limits import OutOfTime, time_limit
from .decision.points import sign
from .derivation import Derivation
from .formula import compare, conjunction
from .germs import local_field
from .judgement import judge_rule
from .rulings import Outcome, Point
from .stability import Question

SECONDS = 4.0
_MOST_CHOICES = 4
_MOST = 8


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Another equilibrium.

    Attributes:
        theta: Its coordinates, exact.
        psi: The same.
        generator_right: Whether theta = theta*.
        attracts: Whether it is asymptotically stable under the proposal's rule; None if that was not decided.
    """

    theta: sp.Expr
    psi: sp.Expr
    generator_right: bool
    attracts: bool | None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What was found.

    Attributes:
        point: The values of the parameters.
        equilibria: All equilibria there (``complete``) or some.
        complete: Whether there are no others.
        reason: Why not, or an empty string.
    """

    point: Point
    equilibria: tuple[Equilibrium, ...]
    complete: bool
    reason: str


def elsewhere(question: Question, derivation: Derivation, cell: Cell, point: Point) -> Elsewhere:
    """The equilibria at one point of the parameters.

    Args:
        question: The proposal's rule.
        derivation: The field.
        cell: What is assumed; gives the prover.
        point: Exact values of the parameters.

    Returns:
        The equilibria, nearest to x* first.
    """
    limit = object()
    try:
        with time_limit(SECONDS, limit):
            rows = tuple(averaged(row.xreplace(point)) for row in derivation.field)
            found = _solutions((rows[0], rows[1]), derivation)
            if isinstance(found, str):
                return Elsewhere(point, (), False, found)
            theta_star, psi_star = (c.xreplace(point) for c in derivation.equilibrium)
            known = [s for s in found if s != (theta_star, psi_star)]
            known.sort(key=lambda s: float(sp.N((s[0] - theta_star) ** 2 + (s[1] - psi_star) ** 2)))
            equilibria = tuple(
                Equilibrium(*s, sign(s[0] - theta_star) == 0, _attracts(question, derivation, cell, point, s))
                for s in known[:_MOST]
            )
            return Elsewhere(point, equilibria, len(known) <= _MOST, "" if len(known) <= _MOST else "too many")
    except OutOfTime as out:
        if out.limit is not limit:
            raise
        return Elsewhere(point, (), False, f"not found in {SECONDS:g} s")
    except SYMPY_FAILURES as failure:
        return Elsewhere(point, (), False, f"the system could not be solved: {failure}")


Solution = tuple[sp.Expr, sp.Expr]


def _solutions(rows: tuple[sp.Expr, sp.Expr], derivation: Derivation) -> list[Solution] | str:
    unknowns = (derivation.theta, derivation.psi)
    if any(row.has(Mean, ObjectiveDerivative, SignChange) for row in rows):
        return "v holds an expectation or an arbitrary f, so its other zeros were not looked for"
    found: list[Solution] = []
    for choice, smooth in _choices(rows):
        if smooth is None:
            return "too many absolute values to look for other equilibria"
        if any(row.free_symbols - set(unknowns) or not row.is_rational_function(*unknowns) for row in smooth):
            return "v is no polynomial system, so its other zeros were not looked for"
        numerators = [sp.fraction(sp.cancel(row))[0] for row in smooth]
        for solution in _real_zeros(numerators, unknowns):
            at = dict(zip(unknowns, solution, strict=True))
            below = [sp.fraction(sp.cancel(row))[1].xreplace(at) for row in smooth]
            fits = all(sign(argument.xreplace(at)) == way for argument, way in choice)
            if fits and all(sign(value) not in (0, None) for value in below) and solution not in found:
                found.append(solution)
    return found


def _choices(
    rows: tuple[sp.Expr, sp.Expr],
) -> Iterator[tuple[tuple[tuple[sp.Expr, int], ...], tuple[sp.Expr, ...] | None]]:
    """Every choice of signs of what stands in an absolute value, and the rows with it.

    Points where such an argument is 0 are left out: there v jumps or has a kink.
    """
    arguments = sorted({node.args[0] for row in rows for node in row.atoms(sp.Abs, sp.sign)}, key=str)
    if len(arguments) > _MOST_CHOICES or any(argument.has(sp.Abs, sp.sign) for argument in arguments):
        yield (), None
        return
    for ways in product((1, -1), repeat=len(arguments)):
        changes: dict[sp.Expr, sp.Expr] = {}
        for argument, way in zip(arguments, ways, strict=True):
            changes |= {sp.Abs(argument): way * argument, sp.sign(argument): sp.Integer(way)}
        yield tuple(zip(arguments, ways, strict=True)), tuple(row.xreplace(changes) for row in rows)


def _real_zeros(system: list[sp.Expr], unknowns: tuple[sp.Symbol, sp.Symbol]) -> list[Solution]:
    """The real zeros of two polynomials.

    Raises:
        ValueError: If there are infinitely many.
    """
    theta, psi = unknowns
    basis = sp.groebner(system, theta, psi, order="lex", domain=sp.QQ)
    if basis.exprs == [1]:
        return []
    if not basis.is_zero_dimensional:
        raise ValueError("it has infinitely many solutions")
    last = next(p for p in basis.polys if not p.as_expr().has(theta))
    found: list[Solution] = []
    for value in sorted(set(sp.real_roots(sp.Poly(last.as_expr(), psi)))):
        for other in _common_roots([p.as_expr().xreplace({psi: value}) for p in basis.polys], theta, value):
            found.append((other, value))
    return found


def _common_roots(polynomials: list[sp.Expr], symbol: sp.Symbol, value: sp.Expr) -> list[sp.Expr]:
    if not value.is_Rational:
        # Only where the other coordinate is linear over it: no tower of algebraic numbers is built.
        linear = [p for p in polynomials if p.has(symbol) and sp.Poly(p, symbol).degree() == 1]
        if not linear:
            raise ValueError("its solutions are nested algebraic numbers")
        first, constant = sp.Poly(linear[0], symbol).all_coeffs()
        return [-constant / first]
    shared = reduce(sp.Poly.gcd, [sp.Poly(p, symbol, domain=sp.QQ) for p in polynomials if sp.expand(p) != 0])
    return sorted(set(sp.real_roots(shared))) if shared.degree() > 0 else []


def _attracts(question: Question, derivation: Derivation, cell: Cell, point: Point, solution: Solution) -> bool | None:
    if not all(value.is_Rational for value in (*point.values(), *solution)):
        return None
    here = Cell(conjunction(compare(symbol, "==", value) for symbol, value in point.items()), cell.prover)
    moved = replace(derivation, equilibrium=solution)

    def ruled(part: Cell) -> Outcome:
        local = local_field(moved, part)
        return judge_rule(question, moved, local, part).outcome

    outcomes = {Outcome.OPEN if isinstance(o, Unresolved) else o for _, o in analysed(here, ruled)}
    return {frozenset({Outcome.YES}): True, frozenset({Outcome.NO}): False}.get(frozenset(outcomes))

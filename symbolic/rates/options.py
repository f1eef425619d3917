"""Candidates as options to be compared, and the polynomials whose signs may tell where which is the best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import sympy as sp

from ..formula import And, Atom, atoms
from .candidates import Candidate, Found, candidates, linear_in, linear_root, norm, solve_curve
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Option:
    """A possible optimum: values of the variables, and rho^2 there, in the folded parameters."""

    choice: Mapping[sp.Symbol, sp.Expr]
    square: sp.Expr


@dataclass(slots=True)
class Choices:
    """All options.

    Attributes:
        options: The simplest first.
        switches: Polynomials in the parameters where the number of candidates may change.
    """

    options: list[Option]
    switches: list[sp.Expr]
    _candidates: list[Candidate]
    _problem: Problem

    def comparisons(self, labels: Iterable[int]) -> list[sp.Expr]:
        """Polynomials where the order of some options may change, or one of them leaves the admissible range."""
        found = Found()
        chosen = [self._candidates[label] for label in labels]
        for one in chosen:
            roots = [(one.root, one.radicand)]
            found.switch(norm(one.base, roots))
            found.switch(norm(one.square - 1, roots))
            for atom in atoms(self._problem.admissible):
                (x, *others) = self._problem.variables
                if one.power == 1 and not others and atom.expression.is_polynomial():
                    found.switch(norm(atom.expression.xreplace({x: one.base}), roots))
        for one, other in combinations(chosen, 2):
            roots = [(c.root, c.radicand) for c in (one, other)]
            found.switch(norm(one.square - other.square, roots))
        return [e.xreplace(self._problem.nodes) for e in found.switches]


def single_options(problem: Problem) -> Choices:
    """The candidates for one variable."""
    (x,) = problem.variables
    found = candidates(problem.flat, x, _ends(problem, x))
    options = [Option({x: c.plain(c.value)}, c.plain(c.square)) for c in found.candidates]
    return _restored(options, found.switches, found.candidates, problem)


def pair_options(problem: Problem) -> Choices:
    """The candidates for h and a parameter: where the best value of the parameter for a given h is best.

    With R(h) = rho^2 at a candidate for the parameter: the zeros of R and R', and where two such R are equal.
    """
    h, parameter = problem.variables
    inner = candidates(problem.flat, parameter, _ends(problem, parameter))
    usable = [c for c in inner.candidates if not c.radicand.has(h)]
    outer, found = Found(), list[tuple[Candidate, Option]]()
    for candidate, equation in _equations(usable, h):
        numerator, denominator = sp.fraction(sp.together(candidate.square))
        for curve, _ in sp.factor_list(equation)[1]:
            if not curve.has(h) or curve == h:
                continue
            root = linear_root([denominator, -numerator], curve, h)
            if root is None:
                continue
            new = Found()
            solve_curve(new, sp.Poly(curve, h), root[0])
            outer.switches += [
                s for s in new.switches if s not in outer.switches and candidate.root not in s.free_symbols
            ]
            for one in new.candidates:
                at = (
                    linear_in(candidate.base.xreplace({h: one.base}), one.root, one.radicand)
                    if one.power == 1
                    else None
                )
                if at is not None:
                    own = at if candidate.power == 1 else candidate.sign * at ** sp.Rational(1, candidate.power)
                    values = {h: one.value, parameter: own}
                    plain = {s: candidate.plain(one.plain(v)) for s, v in values.items()}
                    found.append((one, Option(plain, candidate.plain(one.plain(one.square)))))
    found.sort(key=lambda pair: sum(v.count_ops() for v in pair[1].choice.values()) + pair[1].square.count_ops())
    unique = {(*option.choice.values(), option.square): (one, option) for one, option in reversed(found)}
    pairs = list(unique.values())[::-1]
    return _restored([o for _, o in pairs], outer.switches + inner.switches, [c for c, _ in pairs], problem)


def _equations(usable: list[Candidate], h: sp.Symbol) -> Iterable[tuple[Candidate, sp.Expr]]:
    for candidate in usable:
        for expression in (candidate.square, sp.diff(candidate.square, h)):
            numerator = sp.numer(sp.together(expression))
            if numerator.has(h):
                yield candidate, numerator
    for one, other in combinations(usable, 2):
        if one.root is None and other.root is None:
            numerator = sp.numer(sp.together(one.square - other.square))
            if numerator.has(h):
                yield one, numerator


def _ends(problem: Problem, x: sp.Symbol) -> list[sp.Expr]:
    """What vanishes at the closed ends of x's range."""
    parts = problem.admissible.parts if isinstance(problem.admissible, And) else (problem.admissible,)
    ends = [part.expression for part in parts if isinstance(part, Atom) and part.relation in {">=", "=="}]
    return [e for e in ends if e.has(x) and e.is_polynomial() and not e.has(*problem.nodes or [sp.nan])]


def _restored(options: list[Option], switches: list[sp.Expr], found: list[Candidate], problem: Problem) -> Choices:
    """With the nodes that symbols stood for, and the parameters themselves among the switches."""
    nodes = problem.nodes
    options = [Option({s: v.xreplace(nodes) for s, v in o.choice.items()}, o.square.xreplace(nodes)) for o in options]
    own = [e.xreplace(nodes) for e in switches if not e.free_symbols & set(problem.variables)]
    own += [s for s in problem.parameters if s not in own]
    return Choices(options, own, found, problem)


def at_boundary(option: Option, known: Mapping[sp.Symbol, sp.Expr]) -> Option:
    """The option where some parameters are known in terms of the others."""

    def put(value: sp.Expr) -> sp.Expr:
        value = value.xreplace(dict(known))
        return sp.factor(value) if value.is_rational_function() else value

    return replace(option, choice={s: put(v) for s, v in option.choice.items()}, square=put(option.square))

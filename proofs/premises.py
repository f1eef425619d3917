"""What a certificate may start from, rebuilt from the proposal: hypotheses, equilibrium output, exact points."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ..symbolic import expression as ex
from ..symbolic.conditions import Relation
from ..symbolic.decision.points import sign as sign_of_constant
from ..symbolic.decision.prover import Prover
from ..symbolic.formula import TRUE, And, Atom, Formula, compare, conjunction, symbols
from ..symbolic.proposal import Objective, Proposal
from .certificate_reading import Refused, Uncheckable, expression
from .implications import SecondSolver
from .normal_forms import is_zero
from .recomputation import scalar

_T = sp.Symbol("t", real=True)  # reserved: no parameter has this name
DERIVATIVES = {name: sp.Symbol(name, real=True) for name in ex.DERIVATIVE_SYMBOLS}


def parameter_symbols(proposal: Proposal) -> dict[str, sp.Symbol]:
    """The declared parameters, real and nothing more."""
    return {name: sp.Symbol(name, real=True) for name in proposal.parameter_names}


def _functions(objective: Objective, names: Mapping[str, sp.Expr]) -> tuple[sp.Expr, sp.Expr]:
    """fake(t) and real(t)."""
    assert objective.fake is not None and objective.real is not None
    return scalar(objective.fake, {**names, "t": _T}), scalar(objective.real, {**names, "t": _T})


def _slope(function: sp.Expr, at: sp.Expr, order: int = 1) -> sp.Expr:
    """The derivative of a function of t near t = ``at``; its absolute values have the signs that they have there.

    Raises:
        Uncheckable: If one of them switches there.
    """

    def settled(node: sp.Expr) -> sp.Expr:
        if not node.has(sp.Abs, sp.sign):
            return node
        arguments = [settled(argument) for argument in node.args]
        if not isinstance(node, sp.Abs | sp.sign):
            return node.func(*arguments)
        there = sign_of_constant(arguments[0].xreplace({_T: at}))
        if not there:
            raise Uncheckable(f"{node} switches at the equilibrium output {at}, or its sign there is not known")
        return there * arguments[0] if isinstance(node, sp.Abs) else sp.Integer(there)

    return settled(function).diff((_T, order))


def check_output(objective: Objective | None, output: sp.Expr, assumed: Formula, solver: SecondSolver) -> None:
    """That D's equilibrium output is what the certificate says: the one d with fake'(d) + real'(d) = 0.

    For an arbitrary f, and for f alone, it is 0 by definition, as it is where every d is a solution.

    Raises:
        Refused: If it is another.
        Uncheckable: If that cannot be told.
    """
    if objective is None or objective.arbitrary or objective.f is not None:
        if output != 0:
            raise Refused(f"the equilibrium output is 0, not {output}")
        return
    names = {str(s): s for s in (symbols(assumed) | output.free_symbols)}
    names |= {n: sp.Symbol(n, real=True) for f in (objective.fake, objective.real) if f for n in ex.names(f)}
    functions = _functions(objective, names)
    kinked = any(function.has(sp.Abs, sp.sign) for function in functions)
    total = sp.Add(*(_slope(function, output) for function in functions))
    there = total.xreplace({_T: output})
    if not is_zero(there):
        known = solver.implies(assumed, compare(there, "=="))
        if known is not True:
            problem = f"fake' + real' = {there} at the equilibrium output {output}"
            raise Refused(problem) if known is False else Uncheckable(problem)
    if kinked or is_zero(total):
        if output != 0:
            raise Refused(f"the equilibrium output is 0, not {output}")
        return
    if not _is_only_solution(total, output, assumed, solver):
        raise Uncheckable(f"whether {output} is the only equilibrium output is not plain")


def _is_only_solution(total: sp.Expr, output: sp.Expr, assumed: Formula, solver: SecondSolver) -> bool:
    """Whether nothing else solves total(t) = 0, or nothing else maximises D's gain."""
    curvature = total.diff(_T)
    # A derivative without zeros has one sign, so the slope is strictly monotone.
    if solver.implies(assumed, compare(curvature, "!=")):
        return True
    if total.free_symbols != {_T} or not total.is_polynomial(_T):
        return False
    roots = sp.real_roots(sp.Poly(total, _T), multiple=False)
    bends = [(root, sign_of_constant(curvature.xreplace({_T: root}))) for root, _ in roots]
    return all(bend == (-1 if is_zero(root - output) else 1) for root, bend in bends)


def has_no_output(objective: Objective | None) -> bool:
    """Whether fake' + real' is a number other than 0, so that no equilibrium output exists."""
    if objective is None or objective.fake is None or objective.f is not None:
        return False
    names = {n: sp.Symbol(n, real=True) for f in (objective.fake, objective.real) if f for n in ex.names(f)}
    functions = _functions(objective, names)
    if any(function.has(sp.Abs, sp.sign) for function in functions):
        return False
    total = sp.cancel(sp.together(sp.expand(sp.Add(*(function.diff(_T) for function in functions)))))
    return bool(total.is_Rational and total != 0)


def hypotheses(proposal: Proposal, output: sp.Expr) -> Formula:
    """Everything that a proposal declares, as one formula; f1, f2, ... of a concrete objective have their values.

    Raises:
        Uncheckable: If a condition names a derivative that the objective does not plainly have.
    """
    names: dict[str, sp.Expr] = {**DERIVATIVES, **parameter_symbols(proposal)}
    objective = proposal.objective
    relations: list[Relation] = [relation for p in proposal.parameters for relation in p.conditions]
    if objective is not None:
        relations += objective.assume
        if not objective.arbitrary:
            names |= _derivative_values(objective, relations, names, output)
    return conjunction(
        compare(scalar(relation.left, names), relation.operator, scalar(relation.right, names))
        for relation in relations
    )


def _derivative_values(
    objective: Objective, relations: list[Relation], names: Mapping[str, sp.Expr], output: sp.Expr
) -> dict[str, sp.Expr]:
    used: set[str] = set()
    for relation in relations:
        used |= ex.names(relation.left) | ex.names(relation.right)
    fake, _ = _functions(objective, names)
    values: dict[str, sp.Expr] = {}
    for order, name in enumerate(ex.DERIVATIVE_SYMBOLS, 1):
        if name in used:
            value = _slope(fake, output, order).xreplace({_T: output})
            if value.has(sp.nan, sp.zoo, sp.oo):
                raise Uncheckable(f"a condition mentions {name}, which the objective does not have at its output")
            values[name] = value
    return values


def same_hypotheses(stated: Formula, rebuilt: Formula, solver: SecondSolver) -> None:
    """That two formulas say the same.

    Raises:
        Refused: If one does not imply the other.
        Uncheckable: If that is not decided.
    """
    if stated == rebuilt:
        return
    for left, right, words in ((rebuilt, stated, "assume more than"), (stated, rebuilt, "are not all of")):
        known = solver.implies(left, right)
        if known is not True:
            problem = f"the hypotheses {words} what the proposal declares"
            raise Refused(problem) if known is False else Uncheckable(f"perhaps {problem}")


def fixed_parameters(cell: Formula) -> dict[sp.Expr, sp.Expr]:
    """Parameters that an equation of a cell sets to a rational number, with that number."""
    found: dict[sp.Expr, sp.Expr] = {}
    for part in cell.parts if isinstance(cell, And) else (cell,):
        if isinstance(part, Atom) and part.relation == "==" and len(part.expression.free_symbols) == 1:
            (symbol,) = part.expression.free_symbols
            slope = part.expression.diff(symbol)
            if slope.is_Rational and slope != 0:
                found[symbol] = symbol - part.expression / slope
    return {symbol: value for symbol, raw in found.items() if (value := sp.expand(raw)).is_Rational}


def read_point(value: Any, proposal: Proposal, what: str) -> dict[sp.Symbol, sp.Expr] | None:
    """A witness or counterexample: exact values by name, and with f1, f2, ... an f that has these derivatives at 0.

    Args:
        value: As it stands in the certificate; None for no point.
        proposal: Whose parameters have to have values.
        what: ``witness`` or ``counterexample``, for errors.

    Raises:
        Refused: If it is no complete exact point.
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused(f"the {what} is no point: {value!r}")
    parameters = parameter_symbols(proposal)
    if "f" in parameters:
        raise Uncheckable(f"the {what} of a proposal with a parameter f is ambiguous")
    arbitrary = proposal.objective is not None and proposal.objective.arbitrary
    known = {**DERIVATIVES, **parameters} if arbitrary else parameters
    needed = {*parameters, *(("f1", "f2", "f") if arbitrary else ())}
    given = set(value)
    if missing := sorted(needed - given):
        raise Refused(f"the {what} gives no value for {', '.join(missing)}")
    if unknown := sorted(given - set(known) - needed):
        raise Refused(f"the {what} gives a value for {', '.join(unknown)}, which does not occur")
    point = {s: expression(value[name], {}, "verdict") for name, s in known.items() if name in given}
    if arbitrary:
        f = expression(value["f"], {"t": _T}, "verdict")
        wanted = sp.Add(
            *(point[s] * _T**k / sp.factorial(k) for k, s in enumerate(DERIVATIVES.values(), 1) if s in point)
        )
        if not is_zero(f - wanted):
            raise Refused(f"the {what}'s f does not have its derivatives at 0")
    return point


def has_admissible_point(proposal: Proposal, assumed: Formula) -> bool:
    """Whether an exact point satisfies the hypotheses, so that nothing is proved about nothing.

    Any search may find it: a point is only returned after its re-check in exact arithmetic.
    """
    variables = list(parameter_symbols(proposal).values())
    return assumed == TRUE or Prover().point(assumed, variables) is not None

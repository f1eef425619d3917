"""What a proposal lets one assume, as a formula in its parameters and f1, f2, ..."""

from __future__ import annotations

import sympy as sp

from . import expression as ex
from .conditions import Combination, Condition, Relation
from .derivation import Derivation, derivative_symbols
from .errors import ProposalError
from .formula import Formula, compare, conjunction, disjunction, negation, substituted, symbols
from .interpretation import ScalarAlgebra
from .proposal import Proposal


def condition_formula(condition: Condition, names: dict[str, sp.Expr]) -> Formula:
    """The formula of a condition tree.

    Args:
        condition: Comparisons and their combinations.
        names: Values of the names that occur.

    Returns:
        The formula.
    """
    if isinstance(condition, Relation):
        algebra = ScalarAlgebra(names)
        return compare(
            ex.interpret(condition.left, algebra), condition.operator, ex.interpret(condition.right, algebra)
        )
    parts = [condition_formula(part, names) for part in condition.parts]
    match condition:
        case Combination(operator="and"):
            return conjunction(parts)
        case Combination(operator="or"):
            return disjunction(parts)
    return negation(parts[0])


def declared(proposal: Proposal) -> Formula:
    """The conditions under ``[parameters]``, in the parameters and f1, f2, ..."""
    own = {name: sp.Symbol(name, real=True) for name in proposal.parameter_names}
    names: dict[str, sp.Expr] = dict(derivative_symbols()) | dict(own)
    return conjunction(condition_formula(r, names) for parameter in proposal.parameters for r in parameter.conditions)


def hypotheses(derivation: Derivation) -> Formula:
    """All declared conditions together.

    For a concrete objective f1, f2, ... are its derivatives at d*, and ``assume`` is a condition that it has to meet.

    Args:
        derivation: The derived proposal.

    Returns:
        The conjunction.

    Raises:
        ProposalError: If a condition names a derivative that the concrete objective does not have at d*.
    """
    proposal = derivation.proposal
    objective = proposal.objective
    if objective is None:
        return declared(proposal)
    names: dict[str, sp.Expr] = dict(derivative_symbols()) | dict(derivation.symbols)
    formula = conjunction([declared(proposal), *(condition_formula(relation, names) for relation in objective.assume)])
    if objective.arbitrary:
        return formula
    values = {sp.Symbol(name, real=True): value for name, value in derivation.objective_values.items()}
    known = substituted(formula, values)
    missing = symbols(known) & set(derivative_symbols().values())
    if missing:
        name = min(map(str, missing))
        raise ProposalError(
            "objective.f", f"a condition mentions {name}, which {objective.label!r} does not have at its output d*"
        )
    return known


def symbol_names(derivation: Derivation, extra: set[sp.Symbol]) -> list[str]:
    """Names of all symbols that results may mention: parameters, derivatives of f, h and z, in this order."""
    used = [name for name in ex.DERIVATIVE_SYMBOLS if sp.Symbol(name, real=True) in extra]
    declared = [name for name in derivation.symbols if name != "h"]
    return [*declared, *used, "h", "z"]

"""What a lemma takes from the engine: quantities of a proposal, by the keys of the document of ``check``.

============================= ================================================================
``vector_field``              (v1, v2) as a column, with ``s`` for f'(theta psi)
``value``                     v(x*) as a column
``jacobian``                  v'(x*)
``characteristic_polynomial`` det(z - v'(x*))
``update``                    one period of the rule as a column, with ``s`` (simultaneous only)
``update_jacobian``           F'(x*)
``update_polynomial``         det(z - F'(x*))
============================= ================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import sympy as sp

from ..symbolic.calculus import Mean, ObjectiveDerivative
from ..symbolic.criteria import schur_expressions
from ..symbolic.decision.cells import Cell, NeedSplit
from ..symbolic.decision.prover import Prover
from ..symbolic.derivation import Derivation, derive
from ..symbolic.formula import Formula, compare, conjunction, symbols
from ..symbolic.germs import local_field
from ..symbolic.hypotheses import hypotheses
from ..symbolic.proposal_reader import read_proposal
from ..symbolic.spectrum import characteristic_coefficients, characteristic_polynomial, cleared
from ..symbolic.updates import Linearisation, Simultaneous, period_matrix
from ..symbolic.updates.linear import LinearPlayers
from .decisions import analysis_of

SLOPE = sp.Symbol("s", real=True)
STEP = sp.Symbol("h", real=True)
QUANTITIES = frozenset(
    {
        "vector_field",
        "value",
        "jacobian",
        "characteristic_polynomial",
        "update",
        "update_jacobian",
        "update_polynomial",
    }
)


def quantity(document: Mapping[str, Any], name: str, prover: Prover) -> sp.Expr | sp.ImmutableMatrix:
    """Derives one quantity of a proposal.

    Args:
        document: The proposal, as its TOML file would hold it.
        name: One of ``QUANTITIES``.
        prover: Where signs are decided.

    Returns:
        The expression or matrix, in real symbols.

    Raises:
        ValueError: If the proposal has no such quantity; a ``ProposalError`` if it is no proposal.
    """
    if name not in QUANTITIES:
        raise ValueError(f"unknown quantity {name!r}; known: {', '.join(sorted(QUANTITIES))}")
    proposal = read_proposal(document)
    derivation = derive(proposal)
    rule = derivation.rule
    if name.startswith("update") and not rule.discrete:
        raise ValueError("the flow has no update")
    if name in {"vector_field", "update"}:
        field = _field(derivation)
        if name == "vector_field":
            return sp.ImmutableMatrix(field)
        if rule != Simultaneous():
            raise ValueError("only simultaneous steps read one and the same f'(theta psi)")
        players = _Known(field)
        return sp.ImmutableMatrix(rule.period(players, (derivation.theta, derivation.psi), STEP))
    value, jacobian = _linearised(derivation, prover)
    if name == "value":
        return value
    if name == "jacobian":
        return jacobian
    if name == "characteristic_polynomial":
        return characteristic_polynomial(jacobian)
    if rule.uses_opponents:
        raise ValueError(f"the update of {rule.name!r} needs more than v'")
    free = _linearised(replace(derivation, field=derivation.free_field), prover)[1] if rule.uses_free_field else None
    matrix = period_matrix(rule, Linearisation(jacobian, free), STEP)
    return matrix if name == "update_jacobian" else characteristic_polynomial(matrix)


def region(document: Mapping[str, Any], name: str) -> tuple[Formula, Formula]:
    """A region of parameters of a proposal.

    ============= ====================================================================
    ``step_size`` Schur and Cohn's conditions on one period, as they come
    ``critical``  where the discriminant of det(z - v'(x*)) vanishes; 2 x 2
    ``condition`` where training converges, as the engine found it
    ============= ====================================================================

    Args:
        document: The proposal, as its TOML file would hold it.
        name: Which one.

    Returns:
        The hypotheses (h > 0 among them where h occurs), and the region.

    Raises:
        ValueError: If there is none; a ``ProposalError`` if it is no proposal.
    """
    analysis = analysis_of(document)
    found: Formula | None = None
    if name == "condition":
        found = analysis.condition
    elif name == "step_size" and analysis.update_matrix is not None:
        coefficients = cleared(characteristic_coefficients(analysis.update_matrix), STEP)
        found = conjunction(compare(e, ">") for e in schur_expressions(coefficients))
    elif name == "critical" and analysis.jacobian is not None and analysis.jacobian.shape == (2, 2):
        _, minus_trace, determinant = characteristic_coefficients(analysis.jacobian)
        found = compare(minus_trace**2 - 4 * determinant, "==")
    if found is None:
        raise ValueError(f"the proposal has no {name}")
    positive = [compare(STEP, ">")] if STEP in symbols(found) else []
    return conjunction([analysis.hypotheses, *positive]), found


class _Known(LinearPlayers):
    """A field whose value at the point is known."""

    def __init__(self, rows: tuple[sp.Expr, sp.Expr]) -> None:
        super().__init__(())
        self._rows = rows

    def field(self, theta: sp.Expr, psi: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """The known rows."""
        return self._rows


def _field(derivation: Derivation) -> tuple[sp.Expr, sp.Expr]:
    slope = ObjectiveDerivative(sp.Integer(1), derivation.theta * derivation.psi)
    first, second = (row.xreplace({slope: SLOPE}) for row in derivation.field)
    if any(row.has(ObjectiveDerivative, Mean) for row in (first, second)):
        raise ValueError("the vector field is no polynomial in theta, psi and f'(theta psi)")
    return first, second


def _linearised(derivation: Derivation, prover: Prover) -> tuple[sp.ImmutableMatrix, sp.ImmutableMatrix]:
    """(v(x*), v'(x*)); the signs that the local analysis needs must not vary over the admissible parameters."""
    try:
        pieces = local_field(derivation, Cell(hypotheses(derivation), prover)).pieces
    except NeedSplit as split:
        raise ValueError(f"the Jacobian depends on the sign of {split.expression}") from None
    value, jacobian = pieces[0].value, pieces[0].jacobian
    if len(pieces) > 1 or value is None or jacobian is None:
        raise ValueError("v is not smooth at the equilibrium")
    return sp.ImmutableMatrix(value), jacobian

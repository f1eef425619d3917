"""The Jacobian of one period from the (checked) pieces of the fields that a rule reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from ..symbolic.parser import Scope, parse
from ..symbolic.proposal import Proposal
from .certificate_reading import CellSteps, Refused, Uncheckable
from .pieces import Branch
from .rule_matrices import STEP, Rule


def unpenalised(proposal: Proposal) -> Proposal:
    """The proposal without its penalties, whose field lazy rules follow most of the time."""
    zero = parse("0", Scope(frozenset()))
    return replace(proposal, penalty_discriminator=zero, penalty_generator=zero)


def check_matrix(cell: CellSteps, rule: Rule, vanishes: Callable[[sp.Expr, str], None]) -> None:
    """That a cell's matrix is that of one period of the rule.

    Args:
        cell: With its pieces.
        rule: The rule.
        vanishes: Checks that an expression vanishes on the cell.

    Raises:
        Refused: If it is not.
        Uncheckable: If that cannot be told.
    """
    assert cell.matrix is not None
    jacobian = cell.pieces[0].jacobian if cell.pieces else None
    if jacobian is None:
        raise Refused("a matrix without a Jacobian that it comes from")
    derived = rule.matrix(jacobian, cell.free[0].jacobian if cell.free else None)
    if derived.shape != cell.matrix.shape:
        raise Uncheckable(f"the matrix has {cell.matrix.rows} rows, where the rule has {derived.rows}")
    for mine, theirs in zip(derived, cell.matrix, strict=True):
        difference = sp.expand(mine - theirs)
        if not difference.is_polynomial(STEP):
            difference = sp.numer(sp.cancel(sp.together(difference)))
        # The step size is no part of the cell: the entries have to agree as polynomials in it.
        for coefficient in [difference] if rule.declared else sp.Poly(difference, STEP).all_coeffs():
            vanishes(coefficient, f"the entry {theirs}, which should be {mine}")


def require_second_order(branch: Branch, proposal: Proposal, output: sp.Expr) -> None:
    """That both rows have second derivatives at the equilibrium, from inside a branch.

    Raises:
        Uncheckable: If that is not seen.
    """
    for row in branch.rows(proposal, output):
        for first in ("theta", "psi"):
            slope = branch.derivative(row, first)
            for second in ("theta", "psi"):
                branch.at_equilibrium(branch.derivative(slope, second))

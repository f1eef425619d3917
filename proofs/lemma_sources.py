"""The quantities of ``quantities``, derived a second time on a way of their own (``recomputation``).

f is the generic cubic, f(t) = f1 t + f2 t^2/2 + f3 t^3/6: an arbitrary f enters v'(0, 0) through f'(0) and f''(0) only.
The loss is then a polynomial in theta, psi and the noise; moments are integrals, SymPy differentiates, and a period of
the rule is the product of matrices of ``rule_matrices``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from ..symbolic.formula import Formula, compare, conjunction
from ..symbolic.proposal import Proposal
from ..symbolic.proposal_reader import read_proposal
from .certificate_reading import Uncheckable
from .linearisation_check import unpenalised
from .normal_forms import moment
from .premises import hypotheses
from .printed import density
from .quantities import QUANTITIES
from .recomputation import Plane, field, scalar
from .root_conditions import polynomial_in_z, schur_conditions
from .rule_matrices import Rule

THETA, PSI, Z, H = sp.symbols("theta psi z h", real=True)
DERIVATIVES = sp.symbols("f1 f2 f3", real=True)


class _Cubic(Plane):
    """The plane, with the generic cubic for f."""

    def objective(self, argument: sp.Expr) -> sp.Expr:
        """F(argument), as a polynomial."""
        return sp.Add(*(f * argument**k / sp.factorial(k) for k, f in enumerate(DERIVATIVES, 1)))


def slope(argument: sp.Expr) -> sp.Expr:
    """f'(argument) of the generic cubic."""
    return sp.Add(*(f * argument**k / sp.factorial(k) for k, f in enumerate(DERIVATIVES)))


def rederived(document: Mapping[str, Any], name: str) -> sp.Expr | sp.ImmutableMatrix:
    """A quantity of a proposal on the Dirac-GAN.

    Args:
        document: The proposal, as its TOML file would hold it.
        name: One of ``quantities.QUANTITIES``.

    Returns:
        The expression or matrix, in real symbols; f'(theta psi) is that of the generic cubic.

    Raises:
        Uncheckable: If the proposal is none that is derived again here.
        ProposalError: If it is no proposal.
    """
    if name not in QUANTITIES:
        raise Uncheckable(f"unknown quantity {name!r}")
    proposal = read_proposal(document)
    rows = _field(proposal)
    names = {parameter: sp.Symbol(parameter, real=True) for parameter in proposal.parameter_names}
    star = {THETA: scalar(proposal.data, names) if proposal.field is None else sp.Integer(0), PSI: sp.Integer(0)}
    if name == "vector_field":
        return rows
    if name == "update":
        if proposal.training.update != "simultaneous":
            raise Uncheckable("only a simultaneous step is derived again as a map")
        return sp.ImmutableMatrix([THETA, PSI]) + H * rows
    if name == "value":
        return _expanded(rows.subs(star))
    jacobian = _expanded(rows.jacobian([THETA, PSI]).subs(star))
    if name in {"jacobian", "characteristic_polynomial"}:
        matrix = jacobian
    else:
        rule = Rule.of(proposal)
        free = None
        if rule.every > 1:
            free = _expanded(_field(unpenalised(proposal)).jacobian([THETA, PSI]).subs(star))
        matrix = rule.matrix(jacobian, free)
    return matrix if name.endswith("jacobian") else (Z * sp.eye(matrix.rows) - matrix).det()


def derived_region(document: Mapping[str, Any], name: str) -> Formula:
    """A region of ``quantities.region``, from the matrices that are derived here and conditions written down again.

    Raises:
        Uncheckable: If the proposal or the region is none that is derived again here.
    """
    if name == "step_size":
        coefficients = polynomial_in_z(sp.ImmutableMatrix(rederived(document, "update_jacobian")))
        return conjunction(compare(e, ">") for e in schur_conditions(coefficients))
    if name == "critical":
        jacobian = sp.ImmutableMatrix(rederived(document, "jacobian"))
        return compare(sp.expand(jacobian.trace() ** 2 - 4 * jacobian.det()), "==")
    raise Uncheckable(f"the region {name!r} is not derived again here")


def admissible(document: Mapping[str, Any]) -> Formula:
    """The hypotheses of a proposal, and h > 0.

    Raises:
        Uncheckable: If a condition names a derivative that the objective does not plainly have.
    """
    return conjunction([hypotheses(read_proposal(document), sp.Integer(0)), compare(H, ">")])


def _expanded(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
    return matrix.applyfunc(sp.expand)


def _field(proposal: Proposal) -> sp.ImmutableMatrix:
    if proposal.prototype != "dirac":
        raise Uncheckable("only the Dirac-GAN is derived again here")
    objective = proposal.objective
    if objective is not None and objective.fake is not None and objective.real is not None:
        t = sp.Symbol("t", real=True)
        known = {name: sp.Symbol(name, real=True) for name in proposal.parameter_names} | {"t": t}
        gain = sp.Add(*(scalar(function, known) for function in (objective.fake, objective.real)))
        if sp.expand(sp.diff(gain, t).subs(t, 0)) != 0:
            raise Uncheckable("only objectives with the equilibrium output 0 are derived again here")
    names = {name: sp.Symbol(name, real=True) for name in proposal.parameter_names}
    rows = field(proposal, _Cubic(names), sp.Integer(0))
    return sp.ImmutableMatrix([_averaged(row) for row in rows])


def _averaged(expression: sp.Expr) -> sp.Expr:
    """The expression with its expectations of polynomials carried out."""
    if isinstance(expression, sp.Integral):
        body = expression.function
        for variable, *_ in expression.limits:
            body = sp.expand(body / density(variable))
            if not body.is_polynomial(variable):
                raise Uncheckable("noise under a function that is no polynomial")
            terms = sp.Poly(body, variable).terms()
            body = sp.Add(*(coefficient * moment(variable, power) for (power,), coefficient in terms))
        return body
    return expression.func(*map(_averaged, expression.args)) if expression.args else expression

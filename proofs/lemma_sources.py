"""The quantities of ``quantities``, derived a second time on a way of their own (``recomputation``).

f is the generic cubic, f(t) = f1 t + f2 t^2/2 + f3 t^3/6: an arbitrary f enters v'(0, 0) through f'(0) and f''(0) only.
The loss is then a polynomial in theta, psi and the noise; moments are integrals, SymPy differentiates, and a period of
the rule is a product of single steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from ..symbolic import expression as ex
from ..symbolic.proposal import Proposal
from ..symbolic.proposal_reader import read_proposal
from .certificate_reading import Uncheckable
from .linearisation_check import unpenalised
from .normal_forms import moment
from .printed import density
from .quantities import QUANTITIES
from .recomputation import Plane, field, scalar

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
    """A quantity of a proposal on the Dirac-GAN with the data at 0.

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
    origin = {THETA: sp.Integer(0), PSI: sp.Integer(0)}
    if name == "vector_field":
        return rows
    if name == "update":
        if proposal.training.update != "simultaneous":
            raise Uncheckable("only a simultaneous step is derived again as a map")
        return sp.ImmutableMatrix([THETA, PSI]) + H * rows
    if name == "value":
        return rows.subs(origin)
    jacobian = rows.jacobian([THETA, PSI]).subs(origin)
    if name in {"jacobian", "characteristic_polynomial"}:
        matrix = jacobian
    else:
        matrix = _period(proposal, jacobian, lambda: _field(unpenalised(proposal)).jacobian([THETA, PSI]).subs(origin))
    return matrix if name.endswith("jacobian") else (Z * sp.eye(2) - matrix).det()


def _period(
    proposal: Proposal, jacobian: sp.ImmutableMatrix, free: Callable[[], sp.ImmutableMatrix]
) -> sp.ImmutableMatrix:
    training, given = proposal.training, set(proposal.source.get("training", {}))
    every = training.options.get("lazy", 1)
    if training.update not in {"simultaneous", "alternating"} or given - {"update", "g_steps", "d_steps", "lazy"}:
        raise Uncheckable(f"the rule {training.update!r} is not derived again here")

    def iteration(matrix: sp.ImmutableMatrix) -> sp.ImmutableMatrix:
        if training.update == "simultaneous":
            return sp.eye(2) + H * matrix
        generator, discriminator = (sp.eye(2) + H * sp.diag(*player) * matrix for player in ((1, 0), (0, 1)))
        return discriminator**training.d_steps * generator**training.g_steps

    if every == 1:
        return iteration(jacobian)
    without = free()
    return iteration(without + every * (jacobian - without)) * iteration(without) ** (every - 1)


def _field(proposal: Proposal) -> sp.ImmutableMatrix:
    if proposal.prototype != "dirac" or not ex.is_zero(proposal.data):
        raise Uncheckable("only the Dirac-GAN with the data at 0 is derived again here")
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

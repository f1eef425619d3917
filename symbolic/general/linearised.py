"""The linearised training of a general game, in the notation of the block Jacobian (LITERATURE 1.10).

With u = v . grad_psi D for a direction v of D's parameters, K = d/dtheta E_theta[grad_psi D] and laws l of samples,

    J = [[0, -pull K^T], [push K, -Q]],    v^T Q v = sum over l of  value_l Var u + (value_l + mean_l) (E u)^2
                                                                     + slope_l E|grad u|^2

Penalties on players' gradients add products of these blocks (``players``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sympy as sp

from .. import expression as ex
from ..calculus import derivative
from ..decision.cells import Cell
from ..derivation import Derivation, derivative_symbols, sees_no_shift
from ..interpretation import ScalarAlgebra
from ..printing import text
from ..proposal import Objective
from .truncated import NotSmooth, Quantity, Truncated
from .variation import variation

Law = tuple[str, ...]
DATA: Law = ("data",)


@dataclass(slots=True)
class Form:
    """The quadratic form of one law: ``value`` E[u^2] + ``mean`` (E u)^2 + ``slope`` E|grad u|^2."""

    value: sp.Expr = sp.S.Zero
    mean: sp.Expr = sp.S.Zero
    slope: sp.Expr = sp.S.Zero


@dataclass(slots=True)
class Linearised:
    """What decides in a general game.

    Attributes:
        pull: J12 = -pull K^T.
        push: J21 = push K.
        forms: Q, law by law.
        law: The law on which the objective sees D.
        shift_free: Whether the objective leaves d* free.
        tilts: D's first-order terms E[u] by law, which have to vanish where D rests.
        kinks: First-order terms E|grad u| of D's penalty, by law.
        players: Coefficients of |grad_player L|^2 by (who is penalised, player), halved: rho in (rho/2)|.|^2.
        zero_sum: Whether G descends what D ascends.
        idle: Laws on which a penalty looks at D and is constant near x*.
        ratio: D's step over G's.
        own_value: The objective's own part of ``forms[law].value``.
        own_slope: Its slope fake'(d*), before tilts.
    """

    pull: sp.Expr
    push: sp.Expr
    forms: dict[Law, Form]
    law: Law
    shift_free: bool
    tilts: dict[Law, sp.Expr] = field(default_factory=dict)
    kinks: dict[Law, sp.Expr] = field(default_factory=dict)
    players: dict[tuple[str, str], sp.Expr] = field(default_factory=dict)
    zero_sum: bool = True
    idle: frozenset[Law] = frozenset()
    ratio: sp.Expr = sp.S.One
    own_value: sp.Expr = sp.S.Zero
    own_slope: sp.Expr = sp.S.Zero


def linearised(derivation: Derivation, cell: Cell) -> Linearised:
    """Collects the blocks from the objective's derivatives and the penalties' second variations.

    Args:
        derivation: The proposal, with its equilibrium output.
        cell: Where signs are decided.

    Raises:
        NotSmooth: If a term has no second-order expansion.
        NotInvariant: If a penalty depends on the players' parametrisation.
        NeedSplit: If a sign varies over the cell.
    """
    proposal = derivation.proposal
    objective = proposal.objective
    assert objective is not None
    sigma = ex.interpret(objective.noise, ScalarAlgebra(derivation.symbols))
    law = DATA if cell.is_zero(sigma) else ("noisy", text(sp.expand(sigma**2)))
    slope, curvature, of_g = _derivatives(objective, derivation, cell)
    form = Form(value=-curvature, mean=curvature if objective.relativistic else sp.Integer(0))
    blocks = Linearised(
        pull=of_g,
        push=slope,
        forms={DATA: Form()} | {law: form},
        law=law,
        shift_free=sees_no_shift(objective, derivation.symbols),
        zero_sum=objective.generator == "zero-sum",
        ratio=ex.interpret(proposal.training.h_ratio, ScalarAlgebra(derivation.symbols)),
        own_value=-curvature,
        own_slope=slope,
    )
    on_d, on_g = (
        variation(tree, derivation.symbols, derivation.output, cell)
        for tree in (proposal.penalty_discriminator, proposal.penalty_generator)
    )
    for law in on_d.laws | on_g.laws:
        blocks.forms.setdefault(law, Form())
    blocks.idle = on_d.idle | on_g.idle
    _add_to_d(blocks, on_d.polynomial, cell)
    _add_to_g(blocks, on_g.polynomial, cell)
    return blocks


def _derivatives(objective: Objective, derivation: Derivation, cell: Cell) -> tuple[sp.Expr, sp.Expr, sp.Expr]:
    """(fake'(d*), fake''(d*) + real''(d*), g'(d*)); for relativistic pairs f' and 2 f'' at 0."""
    if objective.arbitrary:
        first, second = derivative_symbols()["f1"], derivative_symbols()["f2"]
        slopes = first, 2 * second
    else:
        t = sp.Symbol("t", real=True)
        algebra = ScalarAlgebra(derivation.symbols | {"t": t})
        assert objective.fake is not None and objective.real is not None
        fake, real = (ex.interpret(side, algebra) for side in (objective.fake, objective.real))
        first, second = _at(fake, derivation.output, t, cell)
        other = second if objective.relativistic else _at(real, derivation.output, t, cell)[1]
        slopes = first, second + other
    if not isinstance(objective.generator, ex.Expression):
        return *slopes, slopes[0]  # non-saturating: -real'(d*) = fake'(d*)
    t = sp.Symbol("t", real=True)
    cost = ex.interpret(objective.generator, ScalarAlgebra(derivation.symbols | {"t": t}))
    return *slopes, _at(cost, derivation.output, t, cell)[0]


def _at(function: sp.Expr, point: sp.Expr, t: sp.Symbol, cell: Cell) -> tuple[sp.Expr, sp.Expr]:
    """First and second derivative at a point where the function is smooth, node by node."""
    at = {t: point}
    for node in sp.preorder_traversal(function):
        if not node.has(t):
            continue
        if isinstance(node, sp.Abs | sp.sign) and cell.is_zero(node.args[0].xreplace(at)):
            raise NotSmooth(f"f has a kink at its equilibrium output {point}")
        if isinstance(node, sp.log) and cell.sign(node.args[0].xreplace(at)) <= 0:
            raise NotSmooth(f"f has a logarithm at the edge of its domain at {point}")
        if isinstance(node, sp.Pow) and not (node.exp.is_Integer and node.exp >= 0):
            sign = 1 if node.exp.has(t) and node.base.is_positive else cell.sign(node.base.xreplace(at))
            if sign == 0 or (sign < 0 and not node.exp.is_Integer):
                raise NotSmooth(f"f is not smooth at its equilibrium output {point}")
    signs = {node: _sign(node, at, cell) for node in function.atoms(sp.Abs, sp.sign) if node.has(t)}
    smooth = function.xreplace(signs)
    slope = derivative(smooth, t)
    return sp.expand(slope.xreplace(at)), sp.expand(derivative(slope, t).xreplace(at))


def _sign(node: sp.Expr, at: Mapping[sp.Symbol, sp.Expr], cell: Cell) -> sp.Expr:
    sign = sp.Integer(cell.sign(node.args[0].xreplace(at)))
    return sign * node.args[0] if isinstance(node, sp.Abs) else sign


def _add_to_d(blocks: Linearised, penalty: Truncated, cell: Cell) -> None:
    """What -R_D adds to D's row."""
    for monomial, coefficient in penalty.terms.items():
        kinds = tuple(q.kind for q in monomial)
        laws = [q.law[:-1] if q.kind == "value" and q.law[-1] in ("real", "fake") else q.law for q in monomial]
        if not monomial or cell.is_zero(coefficient):
            continue
        if kinds == ("value",):
            blocks.tilts[laws[0]] = blocks.tilts.get(laws[0], sp.Integer(0)) + coefficient
            if monomial[0].law[-1] == "fake":
                # d/dtheta of a mean over generated samples is K only for the law that the objective sees.
                if laws[0] != blocks.law:
                    raise NotSmooth("a mean of D over generated samples of another law than the objective's")
                blocks.push -= coefficient
        elif kinds == ("slope",):
            blocks.kinks[laws[0]] = blocks.kinks.get(laws[0], sp.Integer(0)) + coefficient
        elif kinds in (("value2",), ("slope2",)):
            form = blocks.forms.setdefault(laws[0], Form())
            name = kinds[0][:-1]
            setattr(form, name, getattr(form, name) + 2 * coefficient)
        elif kinds == ("value", "value") and laws[0] == laws[1]:
            blocks.forms.setdefault(laws[0], Form()).mean += 2 * coefficient
        elif kinds == ("player",):
            _add_player(blocks, "D", monomial[0], coefficient)
        else:
            raise NotSmooth("a product of D and |grad D|, or of means over different laws")


def _add_to_g(blocks: Linearised, penalty: Truncated, cell: Cell) -> None:
    """What R_G adds to G's row: only terms that meet generated samples move theta."""
    for monomial, coefficient in penalty.terms.items():
        if not monomial or cell.is_zero(coefficient):
            continue
        if len(monomial) == 1 and monomial[0].kind == "player":
            _add_player(blocks, "G", monomial[0], coefficient)
        elif monomial[0].kind in ("value2", "slope2", "player") or len(monomial) == 2:
            continue  # of second order in u, so that its gradient in theta is so too
        elif monomial[0].kind == "value" and monomial[0].law[-1] == "real":
            continue
        elif monomial[0].kind == "value" and monomial[0].law == (*blocks.law, "fake"):
            blocks.pull += coefficient
        else:
            raise NotSmooth("a penalty on G that is of first order in D at mixed or noisy samples, or has a kink")


def _add_player(blocks: Linearised, who: str, quantity: Quantity, coefficient: sp.Expr) -> None:
    player, loss = quantity.law
    if loss == "L_G" and not blocks.zero_sum:
        raise NotSmooth("a gradient of L_G, which need not vanish at the equilibrium")
    key = (who, player)
    blocks.players[key] = blocks.players.get(key, sp.Integer(0)) + 2 * coefficient

"""From a proposal to its gradient vector field, in closed form.

    v(theta, psi) = ( -d/dtheta [L_G + R_G],  +d/dpsi [L - R_D] )

with L the objective that D ascends, L_G the cost that G descends, and the penalties R_D, R_G. Instance noise, noisy and
mixed samples stay as ``Mean`` nodes; their derivatives at the equilibrium are exact moments (``germs``).
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from . import expression as ex
from .calculus import EPSILON_FAKE, EPSILON_REAL, Mean, ObjectiveDerivative, derivative
from .interpretation import GameAlgebra, ScalarAlgebra
from .objectives import NAMED_OBJECTIVES
from .output import equilibrium_output
from .proposal import Objective, Proposal, Training
from .prototypes import PROTOTYPES
from .prototypes.game import Game
from .requirements import Requirement, Requirements
from .updates import UPDATES, Rule


@dataclass(frozen=True, slots=True)
class Derivation:
    """A proposal's vector field and where it is judged.

    Attributes:
        proposal: What it was derived from.
        theta: G's parameter.
        psi: D's parameter.
        symbols: The declared parameters' symbols by name, all real.
        field: (v1, v2) as expressions in theta, psi and the parameters.
        equilibrium: (theta*, psi*).
        output: The equilibrium output d*.
        objective_values: f1, f2, ... by name where the objective is concrete, else empty.
        requirements: What the text needs in order to have a value, operation by operation.
        rule: The training rule, with the values of its keys as expressions.
        free_field: The field without the penalties.
        opponents: (d C_G / d psi, d C_D / d theta), each player's cost in the other's parameter; None beside a field.
    """

    proposal: Proposal
    theta: sp.Symbol
    psi: sp.Symbol
    symbols: dict[str, sp.Symbol]
    field: tuple[sp.Expr, sp.Expr]
    equilibrium: tuple[sp.Expr, sp.Expr]
    output: sp.Expr
    objective_values: dict[str, sp.Expr]
    requirements: tuple[Requirement, ...]
    rule: Rule
    free_field: tuple[sp.Expr, sp.Expr]
    opponents: tuple[sp.Expr, sp.Expr] | None = None


def parameter_symbols(proposal: Proposal) -> dict[str, sp.Symbol]:
    """The symbols of the declared parameters; real and nothing more, so that SymPy decides no sign by itself."""
    return {name: sp.Symbol(name, real=True) for name in proposal.parameter_names}


def derivative_symbols() -> dict[str, sp.Symbol]:
    """The symbols f1 ... f6."""
    return {name: sp.Symbol(name, real=True) for name in ex.DERIVATIVE_SYMBOLS}


def derive(proposal: Proposal) -> Derivation:
    """Derives the vector field.

    Args:
        proposal: What to derive from.

    Returns:
        The field, the equilibrium and the objective's derivatives there.

    Raises:
        NoEquilibriumOutput: If two functions have no, or no unique, equilibrium output.
    """
    symbols = parameter_symbols(proposal)
    needs = Requirements()
    ratio = ex.interpret(proposal.training.h_ratio, ScalarAlgebra(symbols, needs))
    rule = _rule(proposal.training, ScalarAlgebra(symbols, needs))
    if proposal.field is not None:
        theta, psi = sp.symbols("theta psi", real=True)
        algebra = ScalarAlgebra(symbols | derivative_symbols() | {"theta": theta, "psi": psi}, needs)
        first, second = (ex.interpret(row, algebra) for row in (proposal.field.theta, proposal.field.psi))
        zero = sp.Integer(0)
        field = first, ratio * second
        return Derivation(
            proposal, theta, psi, symbols, field, (zero, zero), zero, {}, needs.all(), rule, free_field=field
        )
    objective = proposal.objective
    assert objective is not None
    output = _output(objective, symbols)
    for node in output.atoms(sp.Pow):
        needs.power(node.base, node.exp)
    game = PROTOTYPES[proposal.prototype](ex.interpret(proposal.data, ScalarAlgebra(symbols, needs)), output)
    gain, cost = _losses(objective, game, symbols, needs)
    gradients = {
        (player, loss): sp.Matrix([derivative(value, parameter)])
        for player, parameter in (("theta", game.theta), ("psi", game.psi))
        for loss, value in (("L", gain), ("L_G", cost))
    }
    names = symbols | {"theta": game.theta, "psi": game.psi}
    algebra = GameAlgebra(names, game, gradients, requirements=needs)
    penalty_d = ex.interpret(proposal.penalty_discriminator, algebra)
    penalty_g = ex.interpret(proposal.penalty_generator, algebra)
    free = -derivative(cost, game.theta), derivative(gain, game.psi)
    first, second = free[0] - derivative(penalty_g, game.theta), free[1] - derivative(penalty_d, game.psi)
    opponents = derivative(cost + penalty_g, game.psi), -ratio * derivative(gain - penalty_d, game.theta)
    return Derivation(
        proposal,
        game.theta,
        game.psi,
        symbols,
        (first, ratio * second),
        game.equilibrium(),
        output,
        _objective_values(objective, output, symbols),
        needs.all(),
        rule,
        (free[0], ratio * free[1]),
        opponents,
    )


def _rule(training: Training, algebra: ScalarAlgebra) -> Rule:
    values = {
        name: ex.interpret(value, algebra) if isinstance(value, ex.Expression) else value
        for name, value in training.options.items()
    }
    return UPDATES[training.update].configured(values)


def _output(objective: Objective, symbols: dict[str, sp.Symbol]) -> sp.Expr:
    if objective.arbitrary or objective.f is not None:
        return sp.Integer(0)
    row = NAMED_OBJECTIVES.get(objective.label)
    if row is not None:
        return sp.Rational(row.output.numerator, row.output.denominator)
    t = sp.Symbol("t", real=True)
    algebra = ScalarAlgebra(symbols | {"t": t})
    assert objective.fake is not None and objective.real is not None
    return equilibrium_output(ex.interpret(objective.fake, algebra), ex.interpret(objective.real, algebra), t)


def _losses(
    objective: Objective, game: Game, symbols: dict[str, sp.Symbol], needs: Requirements
) -> tuple[sp.Expr, sp.Expr]:
    """(L, L_G): what D ascends and what G descends."""
    sigma = ex.interpret(objective.noise, ScalarAlgebra(symbols, needs))
    fake_sample, real_sample = game.fake(), game.real()
    on_fake = game.discriminator(fake_sample + sigma * EPSILON_FAKE * sp.ones(*fake_sample.shape))
    on_real = game.discriminator(real_sample + sigma * EPSILON_REAL * sp.ones(*real_sample.shape))

    def value(function: ex.Expression | None, at: sp.Expr) -> sp.Expr:
        if function is None:
            return ObjectiveDerivative(sp.Integer(0), at)
        return ex.interpret(function, ScalarAlgebra(symbols | {"t": at}, needs))

    if objective.relativistic:
        pair = on_fake - on_real
        gain = Mean(value(objective.f, pair))
        if objective.generator == "zero-sum":
            return gain, gain
        if objective.generator == "non-saturating":
            return gain, Mean(-value(objective.f, -pair))
        assert isinstance(objective.generator, ex.Expression)
        return gain, Mean(value(objective.generator, pair))
    fakes = Mean(value(objective.fake, on_fake))
    if objective.arbitrary:
        gain = fakes + Mean(value(None, -on_real))
        saturating = -value(None, -on_fake)
    else:
        gain = fakes + Mean(value(objective.real, on_real))
        saturating = -value(objective.real, on_fake)
    if objective.generator == "zero-sum":
        return gain, gain
    if objective.generator == "non-saturating":
        return gain, Mean(saturating)
    assert isinstance(objective.generator, ex.Expression)
    return gain, Mean(value(objective.generator, on_fake))


def _objective_values(objective: Objective, output: sp.Expr, symbols: dict[str, sp.Symbol]) -> dict[str, sp.Expr]:
    """f1, f2, ... of a concrete objective at d*, as far as they are finite there."""
    if objective.arbitrary:
        return {}
    t = sp.Symbol("t", real=True)
    assert objective.fake is not None
    current = ex.interpret(objective.fake, ScalarAlgebra(symbols | {"t": t}))
    values: dict[str, sp.Expr] = {}
    for name in ex.DERIVATIVE_SYMBOLS:
        current = derivative(current, t)
        switches = [node.args[0].xreplace({t: output}) for node in current.atoms(sp.Abs, sp.sign)]
        if not all(value.is_zero is False for value in switches):
            break
        at = current.xreplace({t: output})
        if not at.is_finite or at.has(sp.zoo, sp.nan, sp.oo):
            break
        values[name] = at
    return values

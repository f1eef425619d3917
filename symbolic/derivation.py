"""From a proposal to its gradient vector field, in closed form.

    v(theta, psi) = ( -d/dtheta [L_G + R_G],  +d/dpsi [L - R_D] )

with L the objective that D ascends, L_G the cost that G descends, and the penalties R_D, R_G. Instance noise, noisy and
mixed samples stay as ``Mean`` nodes; their derivatives at the equilibrium are exact moments (``germs``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from . import expression as ex
from .calculus import Mean, ObjectiveDerivative, derivative
from .interpretation import GameAlgebra, ScalarAlgebra
from .objectives import NAMED_OBJECTIVES
from .output import equilibrium_output
from .proposal import Objective, Proposal
from .prototypes import PROTOTYPES, Game, latents
from .requirements import Requirement, Requirements
from .updates import UPDATES, Rule


@dataclass(frozen=True, slots=True)
class Derivation:
    """A proposal's vector field and where it is judged.

    Attributes:
        proposal: What it was derived from.
        players: G's parameters, and D's.
        symbols: The declared parameters' symbols by name, all real.
        field: v, G's rows before D's, as expressions in the players' parameters and those of the proposal.
        equilibrium: (theta*, psi*).
        equilibria: What E, the set of equilibria near x*, may be, in the symbols ``FREE``, larger sets first.
        output: The equilibrium output d*.
        objective_values: f1, f2, ... by name where the objective is concrete, else empty.
        requirements: What the text needs in order to have a value, operation by operation.
        rule: The training rule, with the values of its keys as expressions.
        free_field: The field without the penalties.
        opponents: (d C_G / d psi, d C_D / d theta), each player's cost in the other's parameter; None beside a field.
    """

    proposal: Proposal
    players: tuple[tuple[sp.Symbol, ...], tuple[sp.Symbol, ...]]
    symbols: dict[str, sp.Symbol]
    field: tuple[sp.Expr, ...]
    equilibrium: tuple[sp.Expr, ...]
    output: sp.Expr
    objective_values: dict[str, sp.Expr]
    requirements: tuple[Requirement, ...]
    rule: Rule
    free_field: tuple[sp.Expr, ...]
    opponents: tuple[sp.Expr, ...] | None = None
    equilibria: tuple[tuple[sp.Expr, ...], ...] = ()

    @property
    def coordinates(self) -> tuple[sp.Symbol, ...]:
        """All parameters of the players, G's before D's."""
        return self.players[0] + self.players[1]

    @property
    def planar(self) -> bool:
        """Whether each player has one parameter."""
        return len(self.players[0]) == len(self.players[1]) == 1

    @property
    def theta(self) -> sp.Symbol:
        """G's only parameter."""
        (theta,) = self.players[0]
        return theta

    @property
    def psi(self) -> sp.Symbol:
        """D's only parameter."""
        (psi,) = self.players[1]
        return psi


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
    rule = training_rule(proposal, needs)
    if proposal.field is not None:
        theta, psi = sp.symbols("theta psi", real=True)
        algebra = ScalarAlgebra(symbols | derivative_symbols() | {"theta": theta, "psi": psi}, needs)
        first, second = (ex.interpret(row, algebra) for row in (proposal.field.theta, proposal.field.psi))
        zero = sp.Integer(0)
        field = first, ratio * second
        players, star = ((theta,), (psi,)), (zero, zero)
        return Derivation(
            proposal, players, symbols, field, star, zero, {}, needs.all(), rule, free_field=field, equilibria=(star,)
        )
    objective = proposal.objective
    assert objective is not None
    output = _output(objective, symbols)
    for node in output.atoms(sp.Pow):
        needs.power(node.base, node.exp)
    place = ex.interpret(proposal.data, ScalarAlgebra(symbols, needs))
    game = PROTOTYPES[proposal.prototype](place, output, proposal.game_options)
    gain, cost = _losses(objective, game, symbols, needs)
    players = {"theta": game.theta, "psi": game.psi}
    gradients = {
        (player, loss): sp.Matrix(_gradient(value, parameters))
        for player, parameters in players.items()
        for loss, value in (("L", gain), ("L_G", cost))
    }
    vectors = {name: own[0] if len(own) == 1 else sp.Matrix(own) for name, own in players.items()}
    names = symbols | vectors
    algebra = GameAlgebra(names, game, gradients, requirements=needs)
    penalty_d = ex.interpret(proposal.penalty_discriminator, algebra)
    penalty_g = ex.interpret(proposal.penalty_generator, algebra)
    descent, ascent = _gradient(cost, game.theta), _gradient(gain, game.psi)
    by_g, by_d = _gradient(penalty_g, game.theta), _gradient(penalty_d, game.psi)
    first = [-slope - own for slope, own in zip(descent, by_g, strict=True)]
    second = [ratio * (slope - own) for slope, own in zip(ascent, by_d, strict=True)]
    of_g = _gradient(cost + penalty_g, game.psi)
    of_d = [-ratio * slope for slope in _gradient(gain - penalty_d, game.theta)]
    return Derivation(
        proposal,
        (game.theta, game.psi),
        symbols,
        (*first, *second),
        game.equilibrium(),
        output,
        _objective_values(objective, output, symbols),
        needs.all(),
        rule,
        (*(-slope for slope in descent), *(ratio * slope for slope in ascent)),
        (*of_g, *of_d),
        _equilibria(game, objective, symbols),
    )


def sees_no_shift(objective: Objective, symbols: dict[str, sp.Symbol]) -> bool:
    """Whether the players' losses stay the same when D is shifted by a constant, so that d* is any number.

    Args:
        objective: What the players ascend and descend.
        symbols: The declared parameters' symbols.
    """
    if objective.relativistic:
        return True
    if objective.arbitrary:
        return False
    t = sp.Symbol("t", real=True)
    algebra = ScalarAlgebra(symbols | {"t": t})
    assert objective.fake is not None and objective.real is not None
    fake, real = (derivative(ex.interpret(side, algebra), t) for side in (objective.fake, objective.real))
    linear_g = True
    if isinstance(objective.generator, ex.Expression):
        linear_g = not derivative(ex.interpret(objective.generator, algebra), t).has(t)
    return linear_g and not fake.has(t) and not real.has(t) and sp.expand(fake + real) == 0


def _equilibria(game: Game, objective: Objective, symbols: dict[str, sp.Symbol]) -> tuple[tuple[sp.Expr, ...], ...]:
    shifted = game.shifted_equilibria() if sees_no_shift(objective, symbols) else None
    return (game.equilibria(),) if shifted is None else (shifted, game.equilibria())


def _gradient(value: sp.Expr, parameters: Sequence[sp.Symbol]) -> list[sp.Expr]:
    return [derivative(value, parameter) for parameter in parameters]


def training_rule(proposal: Proposal, needs: Requirements | None = None) -> Rule:
    """The proposal's rule, its numbers as expressions in the declared parameters.

    Args:
        proposal: Whose rule.
        needs: Where it is noted what the numbers need in order to have a value.
    """
    algebra = ScalarAlgebra(parameter_symbols(proposal), needs)
    values = {
        name: ex.interpret(value, algebra) if isinstance(value, ex.Expression) else value
        for name, value in proposal.training.options.items()
    }
    return UPDATES[proposal.training.update].configured(values)


def equilibrium_output_of(proposal: Proposal) -> sp.Expr:
    """d*, at which fake'(d*) + real'(d*) = 0, in the declared parameters; 0 for a field given directly.

    Raises:
        NoEquilibriumOutput: If two functions have no, or no unique, equilibrium output.
    """
    if proposal.objective is None:
        return sp.Integer(0)
    return _output(proposal.objective, parameter_symbols(proposal))


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
    on_fake = game.discriminator(fake_sample + sigma * latents.noise("fake", fake_sample.rows))
    on_real = game.discriminator(real_sample + sigma * latents.noise("real", real_sample.rows))
    often = game.density_ratio()

    def value(function: ex.Expression | None, at: sp.Expr) -> sp.Expr:
        if function is None:
            return ObjectiveDerivative(sp.Integer(0), at)
        return ex.interpret(function, ScalarAlgebra(symbols | {"t": at}, needs))

    if objective.relativistic:
        pair = on_fake - on_real
        gain = Mean(often * value(objective.f, pair))
        if objective.generator == "zero-sum":
            return gain, gain
        if objective.generator == "non-saturating":
            return gain, Mean(-often * value(objective.f, -pair))
        assert isinstance(objective.generator, ex.Expression)
        return gain, Mean(often * value(objective.generator, pair))
    fakes = Mean(often * value(objective.fake, on_fake))
    if objective.arbitrary:
        gain = fakes + Mean(value(None, -on_real))
        saturating = -value(None, -on_fake)
    else:
        gain = fakes + Mean(value(objective.real, on_real))
        saturating = -value(objective.real, on_fake)
    if objective.generator == "zero-sum":
        return gain, gain
    if objective.generator == "non-saturating":
        return gain, Mean(often * saturating)
    assert isinstance(objective.generator, ex.Expression)
    return gain, Mean(often * value(objective.generator, on_fake))


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

"""F'(x*) of every rule: autograd through one real training period against SymPy's matrix of the linearised game.

The matrix is exact, at the doubles that the derived Jacobians have in each case, so that to first order

    |autograd - SymPy| <= eps * (N_t + N_s) * M.

M: the period runs on the linearised game once more, over numbers whose sizes add wherever values add; an entry of v'
has the larger of its sizes in torch (``rounding``) and in SymPy. N_t: what a field costs in torch, as often as the
period reads it. N_s: the operations of the derived Jacobians. In floating point, too, a period leaves x* where it is
(which is asserted), so that no second derivative enters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from numpy.typing import NDArray

from convergan.numeric import rounding, sample_cases
from convergan.numeric.cases import Cases
from convergan.numeric.evaluate import evaluate, operations
from convergan.numeric.jets import EPS
from convergan.numeric.players import period, period_jacobian, start
from convergan.symbolic import expression as ex
from convergan.symbolic.decision.cells import Cell
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import Derivation, derive
from convergan.symbolic.germs import local_field
from convergan.symbolic.hypotheses import hypotheses
from convergan.symbolic.periods import linearisation
from convergan.symbolic.proposal import Proposal
from convergan.symbolic.proposal_reader import read_proposal
from convergan.symbolic.updates import UPDATES, Linearisation, period_matrix
from convergan.symbolic.updates.linear import LinearPlayers
from convergan.symbolic.updates.vector import Vector

Array = NDArray[np.float64]
Document = dict[str, dict[str, Any]]
CASES = 10

G1, R = {"g": "0 < g < 2"}, {"r": "1/4 < r < 2"}
R1 = "g/2 * E_real(norm(grad(D))**2)"
SQUARES = "g/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
GAMES: dict[str, Document] = {
    "any f, R1": {"parameters": G1, "penalty": {"discriminator": R1}},
    "any f, consensus penalties": {"parameters": G1, "penalty": {"discriminator": SQUARES, "generator": SQUARES}},
    "any f, relativistic, R1 and R2, weight decay on G": {
        "parameters": G1 | R,
        "objective": {"pairing": "relativistic", "generator": "non-saturating"},
        "penalty": {"discriminator": f"{R1} + E_fake(norm(grad(D))**2)/3", "generator": "g/5 * norm(theta)**2"},
        "training": {"h_ratio": "r"},
    },
    "any f, noise, JARE": {
        "parameters": G1 | R | {"s": "0 < s < 1"},
        "objective": {"instance_noise": "s"},
        "penalty": {"discriminator": "g * norm(grad_theta(L_G))**2", "generator": "g * norm(grad_psi(L))**2"},
        "training": {"h_ratio": "r"},
    },
    "standard, data at c, outputs of D on mixed samples": {
        "parameters": G1 | {"c": "-1 < c < 1"},
        "game": {"data": "c"},
        "objective": {"f": "standard"},
        "penalty": {"discriminator": "g * E_mix(D**2)", "generator": "g/3 * E_fake(D**2)"},
    },
    "two targets": {
        "parameters": {"a": "0 < a < 2", "b": "-2 < b < 0"},
        "objective": {"fake": "-(t - a)**2/2", "real": "-(t - b)**2/2"},
        "penalty": {"discriminator": "E_fake(norm(grad(D))**4) + norm(psi)**2/7"},
    },
    "wasserstein": {"parameters": R, "objective": {"f": "wasserstein"}, "training": {"h_ratio": "r"}},
    "a field": {
        "parameters": {"a": "0 < a < 2"},
        "field": {"theta": "-psi*exp(theta) - a*theta/3", "psi": "tanh(theta) - a*psi + theta*psi"},
    },
}

B, E, P = {"b": "-1 < b < 1"}, {"e": "0 < e < 1"}, {"p": "1/2 < p < 2"}
Row = tuple[dict[str, str], dict[str, Any]]  # parameters, options
SCALED = {"epsilon": "1/3", "rms_g": "e", "rms_d": "p"}
STEPPERS: dict[str, Row] = {
    "gradient": ({}, {}),
    "momentum": (B, {"momentum": "b"}),
    "momentum of G": (B, {"momentum_g": "b"}),
    "momentum of D": (B, {"momentum_d": "b"}),
    "two momenta": (B | E, {"momentum_g": "b", "momentum_d": "e"}),
    "nesterov": (B, {"momentum": "b", "nesterov": True}),
    "nesterov of D": (B, {"momentum_d": "b", "nesterov": True}),
    "rmsprop": (E | P, {"optimizer": "rmsprop", **SCALED}),
    "rmsprop at x*": ({}, {"optimizer": "rmsprop"}),
    "adam": (B | E | P, {"optimizer": "adam", "beta1": "b", **SCALED}),
    "adam at x*": ({}, {"optimizer": "adam"}),
    "adam without a first moment": (E | P, {"optimizer": "adam", "beta1": 0, **SCALED}),
}
BESIDE: dict[str, Row] = {
    "": ({}, {}),
    "averages": (P, {"ema": "p/3"}),
    "lazy 3": ({}, {"lazy": 3}),
    "lazy 2 and averages": (P, {"lazy": 2, "ema": "p/3"}),
    "clipped and decaying": (P, {"clip": "p", "h_decay": "p/2"}),
}
SOME: dict[str, Row] = {f"lazy {k}": ({}, {"lazy": k}) for k in (2, 16)}
STEPS: dict[str, Row] = {
    f"{n} and {m} steps": (P, {"g_steps": n, "d_steps": m, "ema": "p/3"}) for n, m in ((1, 5), (2, 1), (3, 2))
}
RATED = {"": {}, ", own rate": {"unroll_rate": "p"}}
OTHERS: dict[str, Row] = {
    **{name: ({}, {}) for name in ("extragradient", "past-extragradient", "optimistic", "averaged", "competitive")},
    **{f"lookahead {k}": (P, {"lookahead_steps": k, "lookahead_alpha": "p/2"}) for k in (1, 2, 7)},
    **{f"unrolled {k}{rate}": (P, {"unroll_steps": k, **own}) for k in (1, 2, 3) for rate, own in RATED.items()},
    **{
        f"unrolled {k}{rate}, stopped": (P, {"unroll_steps": k, "unroll_stop_gradient": True, **own})
        for k in (1, 2, 3)
        for rate, own in RATED.items()
    },
    "look-ahead-gradient": (P, {"opponent_rate": "p"}),
    "lola": (P, {"opponent_rate": "p"}),
    "symplectic": (P, {"symplectic_weight": "p"}),
    "consensus": (P, {"consensus_weight": "p"}),
    "running-average": (B | E, {"average_g": "b", "average_d": "e"}),
    "running-average of one": (B, {"average_d": "b"}),
    **{f"replay {size}": ({}, {"replay_size": size}) for size in (1, 2, 4)},
}


def _rules() -> dict[str, Row]:
    found = {name: (own, {"update": name.split()[0].rstrip(",")} | options) for name, (own, options) in OTHERS.items()}
    for order in ("simultaneous", "alternating"):
        for stepper, (own, options) in STEPPERS.items():
            chosen = stepper in ("gradient", "two momenta", "adam")
            beside = BESIDE | (SOME if chosen else {}) | (STEPS if chosen and order == "alternating" else {})
            for addition, (more, further) in beside.items():
                name = ", ".join(part for part in (order, stepper, addition) if part)
                found[name] = own | more, {"update": order, **options, **further}
    return found


RULES = _rules()


@dataclass(frozen=True)
class Setting:
    """One rule on one game, with cases of both."""

    derivation: Derivation
    cases: Cases
    steps: Array
    at: Array
    matrices: Linearisation

    def column(self, formula: sp.Expr) -> tuple[Array, Array]:
        """Values and sizes of a formula, of shape [cases]."""
        named = dict(self.cases.parameters) | dict(self.cases.slopes)
        value, size = evaluate([formula], {sp.Symbol(name, real=True): column for name, column in named.items()})
        return np.broadcast_to(value[:, 0], (CASES,)), np.broadcast_to(size[:, 0], (CASES,))

    def sizes(self, proposal: Proposal) -> Array:
        """What autograd adds up for the entries of v'(x*), of shape [cases, 4]."""
        found = rounding.bounds(proposal, self.at[:, 0], self.at[:, 1], self.cases, jacobian=True)
        return found.magnitude.reshape(CASES, 4)

    def matrix(self) -> Array:
        """SymPy's matrix of one period, of shape [cases, size, size]."""

        def exact(formula: sp.Expr, case: int) -> sp.Rational:
            return sp.Rational(float(self.column(formula)[0][case]))

        found = []
        for k, h in enumerate(self.steps):
            parts = (self.matrices.field, self.matrices.free, self.matrices.opponents)
            at = Linearisation(
                *(None if part is None else part.applyfunc(lambda e, k=k: exact(e, k)) for part in parts)
            )
            rule = self.derivation.rule.converted(lambda e, k=k: exact(e, k), sp.Expr)
            found.append(np.array(period_matrix(rule, at, sp.Rational(float(h))).tolist(), dtype=np.float64))
        return np.stack(found)


def setting(rule: str, game: str) -> Setting:
    own, training = RULES[rule]
    document = {name: dict(section) for name, section in GAMES[game].items()}
    document["parameters"] = dict(own) | document["parameters"]
    document["training"] = document.get("training", {}) | dict(training)
    proposal = read_proposal(document)
    derivation = derive(proposal)

    def at(formula: sp.Expr, parameters: Mapping[str, Array]) -> Array:
        symbols = {derivation.symbols[name]: column for name, column in parameters.items()}
        return evaluate([formula], symbols)[0][:, 0]

    cases = sample_cases(proposal, CASES, 3, lambda parameters: at(derivation.output, parameters))
    assert len(cases) == CASES
    theta, psi = (np.broadcast_to(at(x, cases.parameters), (CASES,)) for x in derivation.equilibrium)
    cell = Cell(hypotheses(derivation), Prover())
    found = linearisation(derivation.rule, derivation, local_field(derivation, cell), cell)
    assert not isinstance(found, str), found
    at_rest = Setting(derivation, cases, np.zeros(CASES), start(derivation.rule, theta, psi), found[0])
    # Steps for which products of many steps stay moderate.
    steps = np.random.default_rng(4).uniform(0.05, 0.4, CASES) / at_rest.sizes(proposal).max(axis=1)
    return replace(at_rest, steps=steps)


def applies(rule: str, game: str) -> bool:
    """A field that is given directly has no penalties and no costs."""
    training = RULES[rule][1]
    return game != "a field" or (training.get("lazy", 1) == 1 and not UPDATES[training["update"]].uses_opponents)


class Sized:
    """A number with the sum of the absolute values of what was added up for it."""

    def __init__(self, value: Any, size: Any = None) -> None:
        self.value, self.size = value, np.abs(value) if size is None else size

    def __add__(self, other: Any) -> Sized:
        other = _sized(other)
        return Sized(self.value + other.value, self.size + other.size)

    def __neg__(self) -> Sized:
        return Sized(-self.value, self.size)

    def __sub__(self, other: Any) -> Sized:
        return self + (-_sized(other))

    def __rsub__(self, other: Any) -> Sized:
        return _sized(other) - self

    def __mul__(self, other: Any) -> Sized:
        if isinstance(other, Vector):
            return NotImplemented  # each of its entries in turn
        other = _sized(other)
        return Sized(self.value * other.value, self.size * other.size)

    def __truediv__(self, other: Any) -> Sized:
        """The quotient's error: those of both operands, to first order."""
        other = _sized(other)
        value = self.value / other.value
        return Sized(value, (self.size + np.abs(value) * other.size) / np.abs(other.value))

    __radd__, __rmul__ = __add__, __mul__


def _sized(value: Any) -> Sized:
    return value if isinstance(value, Sized) else Sized(value)


class Counting(LinearPlayers):
    """Counts how often a rule reads a field or its derivative."""

    reads = 0

    def __getattribute__(self, name: str) -> Any:
        if name in ("field", "free_field", "jvp", "vjp", "opponent_gradients"):
            self.reads += 1
        return super().__getattribute__(name)


def allowed(at: Setting) -> Array:
    """The tolerance eps * (N_t + N_s) * M, of shape [cases, size, size]."""
    proposal, rule = at.derivation.proposal, at.derivation.rule
    free = replace(proposal, penalty_discriminator=ex.ZERO, penalty_generator=ex.ZERO)
    sizes = {name: at.sizes(part) for name, part in (("field", proposal), ("free", free))}
    # The costs' other second derivatives sum terms of the same losses.
    sizes["opponents"] = np.broadcast_to(sizes["field"].max(axis=1, keepdims=True), (CASES, 4))
    entries = {}
    formulas = rule.numbers(sp.Expr)
    for name, own in sizes.items():
        matrix = getattr(at.matrices, name)
        if matrix is not None:
            columns = [at.column(entry) for entry in matrix]
            flat = [Sized(v, np.maximum(s, own[:, k])) for k, (v, s) in enumerate(columns)]
            entries[name] = flat[:2], flat[2:]
            formulas += list(matrix)
    players = Counting(entries.pop("field"), **entries)
    concrete = rule.converted(lambda number: Sized(at.column(number)[0]), sp.Expr)
    size = at.at.shape[1]
    found = np.zeros((CASES, size, size))
    for column in range(size):
        unit = tuple(Vector((Sized(np.full(CASES, float(row == column))),)) for row in range(size))
        for row, part in enumerate(concrete.period(players, unit, Sized(at.steps))):
            (entry,) = part if isinstance(part, Vector) else (part,)
            found[:, row, column] = _sized(entry).size
    levels = 2 + rule.uses_jacobian
    return EPS * (rounding.operations(proposal, levels) * players.reads + operations(formulas)) * found


def combinations() -> list[Any]:
    """Every rule on one game in turn, rules with a file of their own on every third."""
    rows: list[Any] = []
    for turn, rule in enumerate(RULES):
        games = [game for game in GAMES if applies(rule, game)]
        chosen = games[turn % 3 :: 3] if rule in OTHERS else [games[turn % len(games)]]
        rows += [pytest.param(rule, game, id=f"{rule} on {game}") for game in chosen]
    return rows


@pytest.mark.parametrize(("rule", "game"), combinations())
def test_the_jacobian_of_a_real_period_is_the_matrix(rule: str, game: str) -> None:
    at = setting(rule, game)
    after = period(at.derivation.proposal, at.derivation.rule, at.at, at.steps, at.cases)
    # The mean of c and c may be c but for its own rounding.
    assert (np.abs(after - at.at) <= 4 * EPS * np.abs(at.at)).all()
    measured = period_jacobian(at.derivation.proposal, at.derivation.rule, at.at, at.steps, at.cases)
    # Not a number is a failure as well.
    assert (np.abs(measured - at.matrix()) <= allowed(at)).all()


def test_the_table_has_every_rule_and_every_key() -> None:
    given: dict[str, set[str]] = {}
    for _, training in RULES.values():
        given.setdefault(training["update"], set()).update(set(training) - {"update"})
    assert set(given) == set(UPDATES) - {"flow"}
    for name, keys in given.items():
        assert keys == {key.name for key in UPDATES[name].keys}


def test_a_flow_has_no_period() -> None:
    at = setting("averaged", "wasserstein")
    with pytest.raises(TypeError, match="not a map"):
        period(at.derivation.proposal, UPDATES["flow"](), at.at, at.steps, at.cases)

"""The training rules, transcribed a second time: the matrix of one period on the state (theta, psi, memory).

``symbolic.updates`` has each rule as a map that is run on the linearised game; here each is written down as matrices.
What a rule remembers comes in the same order: the generator's velocity, the discriminator's, averages or old values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..symbolic import expression as ex
from ..symbolic.proposal import Proposal
from .certificate_reading import Uncheckable
from .recomputation import scalar

STEP = sp.Symbol("h", real=True)
_PLAIN_KEYS = frozenset({"update", "h_ratio", "g_steps", "d_steps"})
# Rules that differentiate v.
SECOND_ORDER = frozenset({"look-ahead-gradient", "symplectic", "consensus", "competitive"})


@dataclass(frozen=True, slots=True)
class Rule:
    """The training rule.

    Attributes:
        name: As written; with "..." behind it if it is more than gradient steps, so that no theorem on those applies.
        g_steps: G's steps in one iteration.
        d_steps: D's.
        declared: Whether its step size is a quantified parameter.
        update: The rule's name as written.
        values: The numbers of its keys.
    """

    name: str
    g_steps: int
    d_steps: int
    declared: bool
    update: str = ""
    values: Mapping[str, Any] | None = None

    @classmethod
    def of(cls, proposal: Proposal) -> Rule:
        """The rule of a proposal."""
        training = proposal.training
        given = set(proposal.source.get("training", {}))
        plain = training.update in {"flow", "simultaneous", "alternating"} and given <= _PLAIN_KEYS
        names = {name: sp.Symbol(name, real=True) for name in proposal.parameter_names}
        values = {
            key: scalar(value, names) if isinstance(value, ex.Expression) else value
            for key, value in training.options.items()
        }
        name = training.update if plain else f"{training.update} ..."
        return cls(name, training.g_steps, training.d_steps, proposal.declares_step, training.update, values)

    @property
    def discrete(self) -> bool:
        """Whether it is a map."""
        return self.name != "flow"

    @property
    def plain(self) -> bool:
        """Whether it is the flow or gradient steps, and nothing else."""
        return self.name in {"flow", "simultaneous", "alternating"}

    @property
    def every(self) -> int:
        """K of lazy penalties; 1 without."""
        return int((self.values or {}).get("lazy", 1))

    def positive(self) -> list[tuple[sp.Expr, str]]:
        """Numbers that have to be positive, with their keys."""
        values = self.values or {}
        found = [(values["clip"], "clip")] if "clip" in values else []
        if values.get("optimizer", "sgd") != "sgd":
            found += [(values[f"rms_{player}"] + values["epsilon"], "epsilon") for player in ("g", "d")]
        return found

    def matrix(self, jacobian: sp.ImmutableMatrix, free: sp.ImmutableMatrix | None = None) -> sp.ImmutableMatrix:
        """The matrix whose spectrum decides: v' itself, or one period's Jacobian.

        Args:
            jacobian: v'(x*).
            free: The same without the penalties, for lazy rules.

        Raises:
            Uncheckable: For a rule that is not known here.
        """
        identity, (a, b, c, d) = sp.eye(2), jacobian
        if self.name == "flow":
            return jacobian
        if self.name == "simultaneous":
            return sp.ImmutableMatrix(identity + STEP * jacobian)
        if self.name == "alternating":
            one_g = sp.Matrix([[1 + STEP * a, STEP * b], [0, 1]])
            one_d = sp.Matrix([[1, 0], [STEP * c, 1 + STEP * d]])
            return sp.ImmutableMatrix(power(one_d, self.d_steps) * power(one_g, self.g_steps))
        values, j, zero = self.values or {}, STEP * jacobian, sp.zeros(2)
        match self.update:
            case "simultaneous" | "alternating":
                return _stepwise(self, values, jacobian, free)
            case "extragradient":
                found = identity + j + j * j
            case "past-extragradient":  # w <- J (x + h w), x <- x + h w
                found = _blocks([[identity + j, STEP * j], [jacobian, j]])
            case "optimistic":
                found = _blocks([[identity + 2 * j, -j], [identity, zero]])
            case "lookahead":
                alpha = values["lookahead_alpha"]
                found = (1 - alpha) * identity + alpha * power(identity + j, values["lookahead_steps"])
            case "look-ahead-gradient":
                found = identity + j + STEP * values["opponent_rate"] * sp.Matrix([[b * c, b * d], [c * a, c * b]])
            case "symplectic":
                skew = (jacobian - jacobian.T) / 2
                found = identity + (identity + values["symplectic_weight"] * skew) * j
            case "consensus":
                found = identity + (identity - values["consensus_weight"] * jacobian.T) * j
            case "competitive":
                cross = sp.Matrix([[0, STEP * b], [STEP * c, 0]])
                found = identity + (identity - cross * cross).inv() * (identity + cross) * j
            case "running-average":
                r, s = values["average_g"], values["average_d"]
                keep, new = sp.diag(r, s), sp.diag(1 - r, 1 - s)
                # G reads psi's average and its own theta; D reads theta's average and its own psi.
                own, other = sp.diag(a, d), sp.Matrix([[0, b], [c, 0]])
                found = _blocks([[identity + STEP * (own + other * new), STEP * other * keep], [new, keep]])
            case "replay":
                found = _replay(jacobian, values["replay_size"])
            case _:
                raise Uncheckable(f"the training rule {self.update!r} is not known here")
        return sp.ImmutableMatrix(found.applyfunc(sp.expand))


def power(matrix: sp.Matrix, count: int) -> sp.Matrix:
    """A power by repeated squaring, with expanded entries."""
    result, square = sp.eye(matrix.rows), matrix
    while count:
        if count & 1:
            result = (result * square).applyfunc(sp.expand)
        square, count = (square * square).applyfunc(sp.expand), count >> 1
    return result


def _blocks(rows: list[list[sp.Matrix]]) -> sp.Matrix:
    return sp.Matrix(sp.BlockMatrix(rows).as_explicit())


def _replay(jacobian: sp.ImmutableMatrix, size: int) -> sp.Matrix:
    """State (theta_k, psi, theta_{k-1}, ...)."""
    a, b, c, d = jacobian
    found = sp.zeros(size + 1)
    found[0, 0], found[0, 1], found[1, 1] = 1 + STEP * a, STEP * b, 1 + STEP * d
    for old in (0, *range(2, size + 1)):
        found[1, old] = STEP * c / size
    for row in range(2, size + 1):
        found[row, 0 if row == 2 else row - 1] = 1
    return found


def _stepwise(
    rule: Rule, values: Mapping[str, Any], jacobian: sp.ImmutableMatrix, free: sp.ImmutableMatrix | None
) -> sp.ImmutableMatrix:
    """Products of one matrix per player and step, on (theta, psi, u_g, u_d), with the rows of absent memory cut out."""
    unknown = set(values) - {"g_steps", "d_steps", "momentum", "momentum_g", "momentum_d", "nesterov", "lazy", "clip"}
    if unknown - {"optimizer", "epsilon", "rms_g", "rms_d", "beta1"} or values.get("optimizer", "sgd") not in _KNOWN:
        raise Uncheckable(f"the training rule {rule.update!r} with {', '.join(sorted(unknown))} is not known here")
    players = [_player(values, "g"), _player(values, "d")]

    def iteration(field: sp.ImmutableMatrix) -> sp.Matrix:
        steps = [_player_step(field, k, *players[k]) for k in (0, 1)]
        if rule.update == "alternating":
            return power(steps[1], rule.d_steps) * power(steps[0], rule.g_steps)
        both = sp.eye(4)
        for k in (0, 1):
            for row in (k, k + 2):
                both[row, :] = steps[k][row, :]
        return both

    if rule.every == 1:
        found = iteration(jacobian)
    else:
        if free is None:
            raise Uncheckable("lazy penalties without the field that is free of them")
        last = sp.ImmutableMatrix(free + rule.every * (jacobian - free))
        found = iteration(last) * power(iteration(free), rule.every - 1)
    kept = [0, 1, *(k + 2 for k in (0, 1) if players[k][0] != 0)]
    return sp.ImmutableMatrix(found.extract(kept, kept).applyfunc(sp.expand))


_KNOWN = frozenset({"sgd", "rmsprop", "adam"})


def _player(values: Mapping[str, Any], player: str) -> tuple[sp.Expr, sp.Expr, sp.Expr, bool]:
    """(beta, weight of the new gradient in the velocity, scale of the step, whether Nesterov's)."""
    one = sp.Integer(1)
    match values.get("optimizer", "sgd"):
        case "sgd":
            beta = values.get("momentum", values.get(f"momentum_{player}", sp.Integer(0)))
            return beta, one, one, bool(values.get("nesterov"))
        case kind:
            scale = 1 / (values[f"rms_{player}"] + values["epsilon"])
            beta = values["beta1"] if kind == "adam" else sp.Integer(0)
            return beta, 1 - beta, scale, False


def _player_step(
    field: sp.ImmutableMatrix, k: int, beta: sp.Expr, weight: sp.Expr, scale: sp.Expr, nesterov: bool
) -> sp.Matrix:
    """U <- beta u + weight v_k, x_k <- x_k + h scale u (or v_k + beta u) on (theta, psi, u_g, u_d)."""
    found = sp.eye(4)
    for column in (0, 1):
        velocity = weight * field[k, column]
        found[k + 2, column] = velocity
        step = field[k, column] + beta * velocity if nesterov else velocity
        found[k, column] += STEP * scale * step
    found[k + 2, k + 2] = beta
    found[k, k + 2] = STEP * scale * (beta**2 if nesterov else beta)
    return found

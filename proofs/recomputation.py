"""The vector field of a proposal, derived a second time: losses on the Dirac-GAN, differentiated by SymPy.

Nothing of ``symbolic.derivation``, ``symbolic.calculus`` or ``symbolic.germs`` is used; the parsed proposal is shared.
What theta, psi, an arbitrary f, an absolute value and a derivative *are* is left to a ``Frame``: the plane, for the
field as a formula, or one branch near the equilibrium (``pieces``), where every absolute value has a sign.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from ..symbolic import expression as ex
from ..symbolic.proposal import Objective, Proposal
from .certificate_reading import Refused
from .printed import GAUSSIANS, UNIFORM, ObjectiveValue, SignChange, apply, expectation


class Frame(ABC):
    """Where a proposal is read.

    Attributes:
        names: Values of the declared parameters.
        theta: G's parameter.
        psi: D's parameter.
    """

    names: Mapping[str, sp.Expr]
    theta: sp.Expr
    psi: sp.Expr

    @abstractmethod
    def settled(self, expression: sp.Expr) -> sp.Expr:
        """The expression with absolute values and signs as they are here."""

    @abstractmethod
    def derivative(self, expression: sp.Expr, player: str) -> sp.Expr:
        """The partial derivative by ``theta`` or ``psi``."""

    @abstractmethod
    def objective(self, argument: sp.Expr) -> sp.Expr:
        """The arbitrary f at an argument."""

    @abstractmethod
    def average(self, body: sp.Expr) -> sp.Expr:
        """The mean over the random variables in a body."""

    @abstractmethod
    def require(self, kind: str, argument: sp.Expr, exponent: sp.Expr = sp.S.One) -> None:
        """That an operation of the text has a real value here.

        SymPy's rewritings hold for complex numbers (``sqrt(u)**4`` becomes ``u**2``), so this is asked beforehand.

        Args:
            kind: ``division`` by, ``power`` of or ``log`` of the argument.
            argument: What is divided by, and so on.
            exponent: The power's exponent.
        """


class _Magnitude(sp.Function):
    """|u|, with the derivative that it has off its zero set; the second argument says whether u is random."""

    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The sign."""
        return _Side(*self.args)


class _Side(sp.Function):
    """The sign of u, which is constant off its zero set; under an expectation that set has weight."""

    is_real = True

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """0, or the node that stands for a jump."""
        argument, random = self.args
        return SignChange(argument) if random else sp.Integer(0)


class Plane(Frame):
    """The whole plane: the field as a formula, with f, absolute values and signs as they stand.

    Args:
        names: The declared parameters' symbols.
    """

    def __init__(self, names: Mapping[str, sp.Expr]) -> None:
        self.names = names
        self.theta, self.psi = sp.symbols("theta psi", real=True)

    def settled(self, expression: sp.Expr) -> sp.Expr:
        """Unchanged."""
        return expression

    def derivative(self, expression: sp.Expr, player: str) -> sp.Expr:
        """SymPy's derivative, with |u| and sign(u) smooth off the zero set of u."""

        def random(argument: sp.Expr) -> sp.Integer:
            # Noted now: SymPy renames variables of integration while it differentiates.
            return sp.Integer(not argument.free_symbols.isdisjoint({*GAUSSIANS.values(), UNIFORM}))

        smooth = expression.replace(sp.Abs, lambda u: _Magnitude(u, random(u)))
        smooth = smooth.replace(sp.sign, lambda u: _Side(u, random(u)))
        found = smooth.diff(self.theta if player == "theta" else self.psi)
        return found.replace(_Magnitude, lambda u, _: sp.Abs(u)).replace(_Side, lambda u, _: sp.sign(u))

    def objective(self, argument: sp.Expr) -> sp.Expr:
        """The function f itself."""
        return ObjectiveValue(sp.Integer(0), argument)

    def average(self, body: sp.Expr) -> sp.Expr:
        """The mean as an integral."""
        return expectation(body)

    def require(self, kind: str, argument: sp.Expr, exponent: sp.Expr = sp.S.One) -> None:
        """Nothing: a formula may be undefined somewhere in the plane."""


@dataclass(frozen=True, slots=True)
class _Vector:
    """A vector of the Dirac-GAN, where every space has one dimension."""

    entry: sp.Expr


_Value = sp.Expr | _Vector


class Scalars:
    """The language over named values.

    Args:
        names: The values.
        frame: Where operations have to be defined; None where that is not asked.
    """

    def __init__(self, names: Mapping[str, sp.Expr], frame: Frame | None = None) -> None:
        self.names, self.frame = names, frame

    def number(self, value: Fraction) -> _Value:
        """A rational number."""
        return sp.Rational(value.numerator, value.denominator)

    def name(self, name: str) -> _Value:
        """A named value, or pi."""
        return sp.pi if name == "pi" else self.names[name]

    def add(self, terms: Sequence[_Value]) -> _Value:
        """A sum, of scalars or of vectors."""
        entries = [term.entry if isinstance(term, _Vector) else term for term in terms]
        return self._like(terms, sp.Add(*entries))

    def multiply(self, factors: Sequence[_Value]) -> _Value:
        """A product with at most one vector."""
        entries = [factor.entry if isinstance(factor, _Vector) else factor for factor in factors]
        return self._like(factors, sp.Mul(*entries))

    def divide(self, numerator: _Value, denominator: _Value) -> _Value:
        """A quotient by a scalar."""
        self._require("division", _scalar(denominator))
        return self.multiply([numerator, _scalar(denominator) ** -1])

    def power(self, base: _Value, exponent: _Value) -> _Value:
        """A power of a scalar."""
        below, above = _scalar(base), _scalar(exponent)
        if not above.is_Integer:
            self._require("power", below, above)
        elif above.is_negative:
            self._require("division", below)
        return below**above

    def negate(self, operand: _Value) -> _Value:
        """Minus."""
        return self.multiply([sp.Integer(-1), operand])

    def call(self, function: str, arguments: Sequence[_Value]) -> _Value:
        """A function of the language."""
        values = [_scalar(argument) for argument in arguments]
        if function == "sqrt":
            self._require("power", values[0], sp.Rational(1, 2))
        elif function == "log":
            self._require("log", values[0])
        return apply(function, values)

    def norm(self, operand: _Value) -> _Value:
        """In one dimension the norm is the absolute value."""
        return sp.Abs(operand.entry if isinstance(operand, _Vector) else operand)

    def output(self) -> _Value:
        """Only inside an expectation."""
        raise TypeError("D has a value inside expectations only")

    def gradient(self) -> _Value:
        """Only inside an expectation."""
        raise TypeError("grad(D) has a value inside expectations only")

    def player_gradient(self, player: str, loss: str) -> _Value:
        """Only in penalties."""
        raise TypeError("player gradients have a value in penalties only")

    def expectation(self, operator: str, body: ex.Expression, variance: _Value | None) -> _Value:
        """Only in penalties."""
        raise TypeError("expectations have a value in penalties only")

    def _require(self, kind: str, argument: sp.Expr, exponent: sp.Expr = sp.S.One) -> None:
        if self.frame is not None:
            self.frame.require(kind, argument, exponent)

    @staticmethod
    def _like(parts: Sequence[_Value], entry: sp.Expr) -> _Value:
        return _Vector(entry) if any(isinstance(part, _Vector) for part in parts) else entry


def _scalar(value: _Value) -> sp.Expr:
    if isinstance(value, _Vector):
        raise TypeError("a vector where a scalar is needed")
    return value


def scalar(tree: ex.Expression, names: Mapping[str, sp.Expr], frame: Frame | None = None) -> sp.Expr:
    """The value of a tree over named values; with a frame, only if it is defined there."""
    return _scalar(ex.interpret(tree, Scalars(names, frame)))


class _Game(Scalars):
    """Penalties on the Dirac-GAN p_real = delta_c, p_fake = delta_theta, D(x) = d* + psi x."""

    def __init__(
        self,
        frame: Frame,
        data: sp.Expr,
        output: sp.Expr,
        losses: Mapping[str, sp.Expr],
        sample: sp.Expr | None = None,
    ) -> None:
        super().__init__({**frame.names, "theta": frame.theta, "psi": frame.psi}, frame)
        self.place, self.data, self.equilibrium_output, self.losses, self.sample = frame, data, output, losses, sample

    def output(self) -> _Value:
        """D at the sample."""
        assert self.sample is not None
        return self.equilibrium_output + self.place.psi * self.sample

    def gradient(self) -> _Value:
        """dD/dx."""
        return _Vector(self.place.psi)

    def player_gradient(self, player: str, loss: str) -> _Value:
        """The derivative of a loss by a player's parameter."""
        return _Vector(self.place.derivative(self.losses[loss], player))

    def expectation(self, operator: str, body: ex.Expression, variance: _Value | None) -> _Value:
        """The mean of the body over the operator's samples."""
        fake, real = self.place.theta, self.data
        match operator:
            case "E_fake":
                sample = fake
            case "E_real":
                sample = real
            case "E_mix":
                sample = UNIFORM * fake + (1 - UNIFORM) * real
            case _:
                assert variance is not None
                self._require("power", _scalar(variance), sp.Rational(1, 2))
                centre, name = (fake, "epsilon_fake") if operator == "E_fake_noisy" else (real, "epsilon_real")
                sample = centre + sp.sqrt(_scalar(variance)) * GAUSSIANS[name]
        inner = _Game(self.place, self.data, self.equilibrium_output, self.losses, sample)
        return self.place.average(self.place.settled(_scalar(ex.interpret(body, inner))))


def field(proposal: Proposal, frame: Frame, output: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """(v1, v2) = (-d/dtheta [L_G + R_G], h_ratio d/dpsi [L - R_D]) in a frame.

    Args:
        proposal: What to derive from.
        frame: Where.
        output: The equilibrium output d* of the discriminator.

    Returns:
        Both rows.
    """
    ratio = scalar(proposal.training.h_ratio, frame.names, frame)
    if proposal.field is not None:
        names = {**frame.names, "theta": frame.theta, "psi": frame.psi}
        first, second = (scalar(row, names, frame) for row in (proposal.field.theta, proposal.field.psi))
        return frame.settled(first), frame.settled(ratio * second)
    assert proposal.objective is not None
    data = scalar(proposal.data, frame.names, frame)
    gain, cost = _losses(proposal.objective, frame, data, output)
    game = _Game(frame, data, output, {"L": gain, "L_G": cost})
    penalties = [proposal.penalty_generator, proposal.penalty_discriminator]
    on_generator, on_discriminator = (frame.settled(_scalar(ex.interpret(tree, game))) for tree in penalties)
    first = -frame.derivative(cost, "theta") - frame.derivative(on_generator, "theta")
    second = frame.derivative(gain, "psi") - frame.derivative(on_discriminator, "psi")
    return frame.settled(first), frame.settled(ratio * second)


def _losses(objective: Objective, frame: Frame, data: sp.Expr, output: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """L, which D ascends, and L_G, which G descends."""
    sigma = scalar(objective.noise, frame.names, frame)
    on_fake = output + frame.psi * (frame.theta + sigma * GAUSSIANS["epsilon_fake"])
    on_real = output + frame.psi * (data + sigma * GAUSSIANS["epsilon_real"])

    def mean(function: ex.Expression | None, at: sp.Expr, factor: int = 1) -> sp.Expr:
        value = frame.objective(at) if function is None else scalar(function, {**frame.names, "t": at}, frame)
        return frame.average(frame.settled(factor * value))

    # An arbitrary f stands for both functions: fake(t) = f(t), real(t) = f(-t).
    mirrored = -1 if objective.arbitrary else 1
    if objective.relativistic:
        pair = on_fake - on_real
        gain, saturating = mean(objective.f, pair), lambda: mean(objective.f, -pair, -1)
        seen = pair
    else:
        gain = mean(objective.fake, on_fake) + mean(objective.real, mirrored * on_real)
        # Non-saturating: g(t) = -f(-t), which for two functions is -real(t).
        saturating = lambda: mean(objective.real, mirrored * on_fake, -1)  # noqa: E731
        seen = on_fake
    if isinstance(objective.generator, ex.Expression):
        return gain, mean(objective.generator, seen)
    if objective.generator == "non-saturating":
        return gain, saturating()
    if objective.generator != "zero-sum":
        raise Refused(f"an unknown generator loss: {objective.generator!r}")
    return gain, gain  # G descends what D ascends, all of it

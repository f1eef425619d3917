"""The penalty language as an immutable tree, and its one interpreter.

A tree is read once (``parser.parse``) and interpreted many times: by SymPy on a symbolic game, by torch on real
modules, and as LaTeX. An interpretation is an ``Algebra``: it says what each kind of node means, and ``interpret``
walks the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeVar

from .errors import Span

FUNCTIONS = frozenset(
    {"sqrt", "exp", "log", "abs", "max", "min", "sign", "tanh", "atan", "sigmoid", "softplus", "cos", "sin"}
)
EXPECTATIONS = frozenset({"E_real", "E_fake", "E_mix", "E_real_noisy", "E_fake_noisy"})
DERIVATIVE_SYMBOLS = tuple(f"f{k}" for k in range(1, 7))
RESERVED = (
    frozenset({"theta", "psi", "D", "L", "L_G", "h", "t", "z", "pi", "I", "norm", "grad", "grad_theta", "grad_psi"})
    | frozenset(DERIVATIVE_SYMBOLS)
    | FUNCTIONS
    | EXPECTATIONS
)
# Names that formulas in results are printed with; a parameter of that name would change their meaning.
PRINTED = frozenset({"Abs", "And", "CRootOf", "Derivative", "E", "Eq", "Integral", "Ne", "Not", "Or", "Subs", "oo"})


@dataclass(frozen=True, slots=True)
class Expression:
    """A node; ``span`` is its place in the source and does not take part in comparison."""

    span: Span = field(default=Span(0, 0), compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """An exact rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name(Expression):
    """A declared parameter, ``theta``, ``psi``, ``t``, ``h``, ``f1`` ... ``f6``, ``pi`` or (in claims) ``I``."""

    name: str


@dataclass(frozen=True, slots=True)
class Add(Expression):
    """A sum of two or more terms."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Multiply(Expression):
    """A product of two or more factors; at most one of them is a vector."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Divide(Expression):
    """A quotient by a scalar."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """A scalar to a rational number or parameter."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True)
class Negate(Expression):
    """Unary minus."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """One of ``FUNCTIONS`` on scalars."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Output(Expression):
    """``D``: the discriminator's raw value D(x) at the sample of the enclosing expectation."""


@dataclass(frozen=True, slots=True)
class Gradient(Expression):
    """``grad(D)``: the gradient of D in x at the sample of the enclosing expectation, a vector."""


@dataclass(frozen=True, slots=True)
class Norm(Expression):
    """The Euclidean norm."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class PlayerGradient(Expression):
    """``grad_theta(.)`` or ``grad_psi(.)`` of ``L`` or ``L_G``, a vector in that player's parameters."""

    player: str
    loss: str


@dataclass(frozen=True, slots=True)
class Expectation(Expression):
    """An exact expectation of a scalar expression in the sample; ``variance`` for the noisy operators only."""

    operator: str
    body: Expression
    variance: Expression | None = None


T = TypeVar("T")


class Algebra(Protocol[T]):
    """What each node means; vectors and scalars are both values of ``T``."""

    def number(self, value: Fraction) -> T: ...
    def name(self, name: str) -> T: ...
    def add(self, terms: Sequence[T]) -> T: ...
    def multiply(self, factors: Sequence[T]) -> T: ...
    def divide(self, numerator: T, denominator: T) -> T: ...
    def power(self, base: T, exponent: T) -> T: ...
    def negate(self, operand: T) -> T: ...
    def call(self, function: str, arguments: Sequence[T]) -> T: ...
    def output(self) -> T: ...
    def gradient(self) -> T: ...
    def norm(self, operand: T) -> T: ...
    def player_gradient(self, player: str, loss: str) -> T: ...
    def expectation(self, operator: str, body: Expression, variance: T | None) -> T: ...


def interpret(node: Expression, algebra: Algebra[T]) -> T:
    """The value of ``node`` in ``algebra``; an expectation's body is left to the algebra, which knows the sample."""
    match node:
        case Number(value=value):
            return algebra.number(value)
        case Name(name=name):
            return algebra.name(name)
        case Add(terms=terms):
            return algebra.add([interpret(term, algebra) for term in terms])
        case Multiply(factors=factors):
            return algebra.multiply([interpret(factor, algebra) for factor in factors])
        case Divide(numerator=numerator, denominator=denominator):
            return algebra.divide(interpret(numerator, algebra), interpret(denominator, algebra))
        case Power(base=base, exponent=exponent):
            return algebra.power(interpret(base, algebra), interpret(exponent, algebra))
        case Negate(operand=operand):
            return algebra.negate(interpret(operand, algebra))
        case Call(function=function, arguments=arguments):
            return algebra.call(function, [interpret(argument, algebra) for argument in arguments])
        case Output():
            return algebra.output()
        case Gradient():
            return algebra.gradient()
        case Norm(operand=operand):
            return algebra.norm(interpret(operand, algebra))
        case PlayerGradient(player=player, loss=loss):
            return algebra.player_gradient(player, loss)
        case Expectation(operator=operator, body=body, variance=variance):
            return algebra.expectation(operator, body, None if variance is None else interpret(variance, algebra))
    raise TypeError(f"not a node of the language: {node!r}")


def children(node: Expression) -> tuple[Expression, ...]:
    """The direct children of a node, from left to right."""
    match node:
        case Add(terms=parts) | Multiply(factors=parts) | Call(arguments=parts):
            return parts
        case Divide(numerator=left, denominator=right) | Power(base=left, exponent=right):
            return (left, right)
        case Negate(operand=operand) | Norm(operand=operand):
            return (operand,)
        case Expectation(body=body, variance=variance):
            return (body,) if variance is None else (body, variance)
    return ()


def walk(node: Expression) -> Iterator[Expression]:
    """The node and all its descendants."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Expression) -> frozenset[str]:
    """All names that occur, ``pi`` and ``I`` excepted."""
    return frozenset(n.name for n in walk(node) if isinstance(n, Name)) - {"pi", "I"}


ZERO = Number(Fraction(0))


def is_zero(node: Expression) -> bool:
    """Whether the node is the literal number 0 (an absent penalty)."""
    return isinstance(node, Number) and node.value == 0

"""What else a program may compute in a term's place: the mistakes of known code, each as mathematics of its own.

Most of them are in the issue lists of the well-known code bases (norms over the wrong axis of an image, gradients of
the mean in place of the sum, gradients of the sigmoid, the generated samples in place of the real ones).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import torch

from ...symbolic import expression as ex
from ...symbolic.objectives import NAMED_OBJECTIVES
from ...symbolic.parser import Scope, parse
from ..interpret import Modulus, TorchAlgebra, Value, Vector
from .mathematics import Scene, Term

Tensor = torch.Tensor


@dataclass(frozen=True)
class Alternative:
    """Another meaning of one term.

    Attributes:
        cause: What the code does, for people.
        mend: What to do.
        term: The term that it computes.
        scene: From the scene to the one it computes it in.
    """

    cause: str
    mend: str
    term: Term
    scene: Callable[[Scene], Scene] = lambda scene: scene


def alternatives(term: Term) -> Iterator[Alternative]:
    """All that are known for a term, the likeliest first."""
    yield from _penalties(term) if term.kind == "penalty" else _objectives(term)


def of_all_terms() -> Iterator[tuple[str, str, Callable[[Scene], Scene]]]:
    """What changes every term of a player's cost: cause, mend, and from the scene to the other one."""
    yield (
        "sigmoid(D) is taken where D is meant: the sigmoid is applied twice",
        "pass logits to a loss with logits, probabilities to one without",
        lambda scene: replace(scene, squash=True),
    )


# -- penalties -------------------------------------------------------------------------------------------------------

_WHERE = {"E_real": "real samples", "E_fake": "generated samples", "E_mix": "mixed samples"}


def _penalties(term: Term) -> Iterator[Alternative]:
    assert term.tree is not None
    tree = term.tree
    operators = {n.operator for n in ex.walk(tree) if isinstance(n, ex.Expectation)}
    uses_gradient = any(isinstance(n, ex.Gradient) for n in ex.walk(tree))
    if uses_gradient:
        for algebra, cause, mend in _ALGEBRAS:
            yield Alternative(cause, mend, term, lambda scene, algebra=algebra: replace(scene, algebra=algebra))
        yield Alternative(
            "the gradient of sigmoid(D) is penalised, not that of D",
            "differentiate the raw output (the logits)",
            term,
            lambda scene: replace(scene, squash=True),
        )
    if len(operators) == 1:
        (operator,) = operators
        for other, name in _WHERE.items():
            if other != operator:
                wrong = replace(term, tree=_swapped(tree, operator, other))
                yield Alternative(f"the penalty is taken at {name}", f"evaluate D at {_name(operator)}", wrong)
    if operators >= {"E_real", "E_fake"}:
        swapped = _swapped(_swapped(_swapped(tree, "E_real", "E_mix"), "E_fake", "E_real"), "E_mix", "E_fake")
        yield Alternative("real and generated samples are exchanged", "exchange them", replace(term, tree=swapped))
    for cause, mend, change in _TREES:
        changed = _mapped(tree, change)
        if changed != tree:
            yield Alternative(cause, mend, replace(term, tree=changed))
    yield Alternative(
        "D has the other sign: it is high on real samples here and high on fakes there",
        "use D of one sign in the penalty and in the loss",
        term,
        lambda scene: replace(scene, orientation=-scene.orientation),
    )


def _name(operator: str) -> str:
    return _WHERE.get(operator, "noisy samples")


class _OverChannels(TorchAlgebra):
    """norm(., dim=1) on [N, C, ...]: a norm for every position, averaged over positions."""

    def gradient(self) -> Value:
        assert self.sample is not None
        rows = super().gradient()
        assert isinstance(rows, Vector)
        shape = self.sample.shape
        per_position = rows.entries.reshape(shape[0], shape[1], -1).transpose(1, 2)  # [N, positions, C]
        return Vector(per_position.reshape(-1, shape[1]))


class _OverBatch(TorchAlgebra):
    """norm(.) of the whole tensor of gradients, all samples together."""

    def gradient(self) -> Value:
        rows = super().gradient()
        assert isinstance(rows, Vector)
        return Vector(rows.entries.reshape(1, -1))


class _OfTheMean(TorchAlgebra):
    """Gradients of D.mean(): each sample's divided by the batch size."""

    def gradient(self) -> Value:
        rows = super().gradient()
        assert isinstance(rows, Vector)
        return Vector(rows.entries / len(rows.entries))


class _MeanOfSquares(TorchAlgebra):
    """sqrt(mean of squares) over a sample's entries in place of the sum."""

    def norm(self, operand: Value) -> Value:
        if isinstance(operand, Vector):
            return Modulus(Vector(operand.entries / operand.entries.shape[-1] ** 0.5))
        return super().norm(operand)


class _SumOfModuli(TorchAlgebra):
    """The 1-norm."""

    def norm(self, operand: Value) -> Value:
        return operand.entries.abs().sum(-1) if isinstance(operand, Vector) else super().norm(operand)


class _LargestModulus(TorchAlgebra):
    """The maximum norm."""

    def norm(self, operand: Value) -> Value:
        return operand.entries.abs().amax(-1) if isinstance(operand, Vector) else super().norm(operand)


class _FirstOfBatch(TorchAlgebra):
    """The first sample's gradient only."""

    def gradient(self) -> Value:
        rows = super().gradient()
        assert isinstance(rows, Vector)
        return Vector(rows.entries[:1])


def _softened(epsilon: float, *, inside: bool) -> type[TorchAlgebra]:
    class Softened(TorchAlgebra):
        def norm(self, operand: Value) -> Value:
            if not isinstance(operand, Vector):
                return super().norm(operand)
            square = operand.entries.square().sum(-1)
            return (square + epsilon).sqrt() if inside else square.sqrt() + epsilon

    return Softened


_PER_SAMPLE = "flatten each sample first: g.flatten(1).norm(dim=1)"
_EPSILONS = tuple(10.0**-k for k in (16, 12, 10, 9, 8, 7, 6, 5, 4, 3))
_ALGEBRAS: tuple[tuple[type[TorchAlgebra], str, str], ...] = (
    (_OverChannels, "the norm is taken over axis 1 (the channels) of an image, position by position", _PER_SAMPLE),
    (_OverBatch, "one norm is taken over the whole batch, not one per sample", _PER_SAMPLE),
    (
        _OfTheMean,
        "the gradient of D.mean() is taken: each sample's is divided by the batch size",
        "differentiate D.sum(), or pass grad_outputs=torch.ones_like(d)",
    ),
    (_MeanOfSquares, "the mean over a sample's entries is taken where the norm needs the sum", "sum over the entries"),
    (_SumOfModuli, "the 1-norm is taken, not the Euclidean norm", "sum the squares"),
    (_LargestModulus, "the maximum norm is taken, not the Euclidean norm", "sum the squares"),
    (_FirstOfBatch, "only the first sample of the batch is used", "average over the batch"),
    *(
        (
            _softened(epsilon, inside=inside),
            f"{epsilon:g} is added {'under the root of the norm' if inside else 'to the norm'}",
            "it takes away the norm's kink at 0, which is another method there: leave it out, or write it into the "
            "proposal",
        )
        for epsilon in _EPSILONS
        for inside in (True, False)
    ),
)


def _power(node: ex.Expression, before: Fraction, after: Fraction) -> ex.Expression:
    match node:
        case ex.Power(base=ex.Norm() as base, exponent=ex.Number(value=value)) if value == before:
            return base if after == 1 else ex.Power(base, ex.Number(after))
    return node


def _target(value: Fraction) -> Callable[[ex.Expression], ex.Expression]:
    def change(node: ex.Expression) -> ex.Expression:
        match node:
            case ex.Add(terms=terms) if any(isinstance(t, ex.Norm) for t in terms):
                norms = tuple(t for t in terms if isinstance(t, ex.Norm))
                rest = () if value == 0 else (ex.Number(-value),)
                return norms[0] if len((*norms, *rest)) == 1 else ex.Add((*norms, *rest))
        return node

    return change


def _one_sided(node: ex.Expression) -> ex.Expression:
    match node:
        case ex.Add(terms=terms) if any(isinstance(t, ex.Norm) for t in terms):
            return ex.Call("max", (ex.Number(Fraction(0)), node))
    return node


def _two_sided(node: ex.Expression) -> ex.Expression:
    match node:
        case ex.Call(function="max", arguments=(ex.Number(value=value), ex.Expression() as other)) if value == 0:
            return other
    return node


_TREES: tuple[tuple[str, str, Callable[[ex.Expression], ex.Expression]], ...] = (
    ("the norm is not squared", "square it", lambda n: _power(n, Fraction(2), Fraction(1))),
    ("the squared norm is squared again", "square the norm once", lambda n: _power(n, Fraction(2), Fraction(4))),
    ("the penalty is centred at 0", "subtract the target from the norm", _target(Fraction(0))),
    ("the penalty is centred at 1", "subtract the proposal's target from the norm", _target(Fraction(1))),
    ("the penalty is one-sided: max(0, .) is applied", "leave max(0, .) out", _one_sided),
    ("the penalty is two-sided: max(0, .) is missing", "apply max(0, .)", _two_sided),
)


def _mapped(tree: ex.Expression, change: Callable[[ex.Expression], ex.Expression]) -> ex.Expression:
    """The tree with a change applied to every node, from the leaves up; changed nodes are not changed again."""
    match tree:
        case ex.Add(terms=parts):
            tree = replace(tree, terms=tuple(_mapped(p, change) for p in parts))
        case ex.Multiply(factors=parts):
            tree = replace(tree, factors=tuple(_mapped(p, change) for p in parts))
        case ex.Divide(numerator=a, denominator=b):
            tree = replace(tree, numerator=_mapped(a, change), denominator=_mapped(b, change))
        case ex.Power(base=base):
            tree = replace(tree, base=_mapped(base, change))
        case ex.Negate(operand=operand):
            tree = replace(tree, operand=_mapped(operand, change))
        case ex.Call(arguments=parts):
            tree = replace(tree, arguments=tuple(_mapped(p, change) for p in parts))
        case ex.Expectation(body=body):
            tree = replace(tree, body=_mapped(body, change))
    return change(tree)


def _swapped(tree: ex.Expression, before: str, after: str) -> ex.Expression:
    def change(node: ex.Expression) -> ex.Expression:
        match node:
            case ex.Expectation(operator=operator, body=body) if operator == before:
                return ex.Expectation(after, body)
        return node

    return _mapped(tree, change)


# -- objectives ------------------------------------------------------------------------------------------------------


def _objectives(term: Term) -> Iterator[Alternative]:
    scope = Scope(frozenset({"t"}))
    for name, row in NAMED_OBJECTIVES.items():
        fake, real = parse(row.fake, scope), parse(row.real, scope)
        if term.player == "generator":
            yield Alternative(
                f"G's loss is the saturating one of {name}", "", replace(term, tree=fake, sign=1, inward=1)
            )
            text = f"G's loss is the non-saturating one of {name}"
            yield Alternative(text, "", replace(term, tree=real, sign=-1, inward=1))
        else:
            wrong = fake if term.kind in ("fake", "pairs") else real
            yield Alternative(f"{term.text} is that of {name}", "", replace(term, tree=wrong, sign=-1, inward=1))
    yield Alternative(
        "D has the other sign there: the labels are exchanged in this term",
        "exchange real and fake labels",
        term,
        lambda scene: replace(scene, orientation=-scene.orientation),
    )
    if term.kind == "pairs":
        for pairing, side in (("to mean real", "real"), ("to mean fake", "generated")):
            yield Alternative(
                f"the mean over the {side} samples is subtracted (relativistic average), where samples are paired",
                "subtract D of one sample from D of another",
                term,
                lambda scene, pairing=pairing: replace(scene, pairing=pairing),
            )

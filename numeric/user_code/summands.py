"""A penalty as the sum that it is: what can be missing, doubled or of the wrong sign one by one."""

from __future__ import annotations

from dataclasses import dataclass

from ...symbolic import expression as ex


@dataclass(frozen=True, slots=True)
class Summand:
    """One term of a penalty.

    Attributes:
        tree: The term, factors included.
        text: As the proposal writes it, without common factors of a bracket.
    """

    tree: ex.Expression
    text: str


def summands(tree: ex.Expression, source: str) -> tuple[Summand, ...]:
    """The terms of a sum, common factors of a bracket multiplied in.

    Args:
        tree: The penalty.
        source: Its text.

    Returns:
        Nothing for the number 0.
    """
    return () if ex.is_zero(tree) else tuple(Summand(term, _text(term, source)) for term in _terms(tree))


def _terms(tree: ex.Expression) -> list[ex.Expression]:
    match tree:
        case ex.Add(terms=terms):
            return [part for term in terms for part in _terms(term)]
        case ex.Negate(operand=operand):
            return [ex.Negate(part, span=part.span) for part in _terms(operand)]
        case ex.Divide(numerator=numerator, denominator=denominator):
            parts = _terms(numerator)
            if len(parts) > 1:
                return [ex.Divide(part, denominator, span=part.span) for part in parts]
        case ex.Multiply(factors=factors):
            sums = [place for place, factor in enumerate(factors) if len(_terms(factor)) > 1]
            if len(sums) == 1 and _sampled(factors[sums[0]]):
                before, after = factors[: sums[0]], factors[sums[0] + 1 :]
                parts = _terms(factors[sums[0]])
                return [ex.Multiply((*before, part, *after), span=part.span) for part in parts]
    return [tree]


def _sampled(tree: ex.Expression) -> bool:
    """Whether the samples or the players enter: a sum of numbers is one factor."""
    return any(isinstance(node, ex.Expectation | ex.PlayerGradient | ex.Norm) for node in ex.walk(tree))


def _text(term: ex.Expression, source: str) -> str:
    return source[term.span.start : term.span.end].strip() or source.strip()


def expectations(tree: ex.Expression) -> frozenset[str]:
    """The expectation operators that occur."""
    return frozenset(node.operator for node in ex.walk(tree) if isinstance(node, ex.Expectation))

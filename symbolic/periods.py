"""Rules of any kind on one cell, by the Jacobian of one period.

Where the fields that a rule reads vanish at x* and are differentiable there, F(x*) = x* and F'(x*) is the rule applied
to the linearised game (``updates.linear``); its spectrum decides unless it touches the unit circle. Where v does not
vanish at x*, or jumps, a period that starts arbitrarily near x* moves by d + o(1); if d != 0, x* is not stable.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from .critical.facts import Facts
from .decision.cells import Cell
from .derivation import Derivation
from .formula import compare
from .germs import LocalField, local_field
from .germs.jet import NotSmooth
from .germs.local import Piece, resolver, space_of
from .germs.switching import NeedBranch
from .rulings import Outcome, Ruling
from .stability import Question, by_multipliers, is_open_side, moves, repels, step_sign
from .updates import Alternating, Extragradient, Linearisation, Lookahead, Rule, Simultaneous, Stepwise, period_matrix
from .updates.linear import LinearPlayers
from .updates.vector import Vector

_LEAVES = "a period that starts near the equilibrium, however near, moves away from it"


def judge_period(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling:
    """Decides a rule by the multipliers of one period, or by where a period from near x* leads.

    Args:
        question: What is asked; the rule is a map.
        derivation: The fields.
        local: The pieces of v on the cell.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if not moves(question, cell):
        return Ruling(Outcome.NO, "no-step", "the step size is 0", conditions=(compare(question.h, "=="),))
    found = linearisation(question.rule, derivation, local, cell)
    if isinstance(found, str):
        return leaving(question, derivation, local, cell) or Ruling(Outcome.OPEN, "", found)
    at, others = found
    matrix = period_matrix(question.rule, at, question.h)
    if question.declared and any(cell.is_zero(sp.denom(sp.together(entry))) for entry in matrix):
        return Ruling(Outcome.OPEN, "", "the rule divides by 0")
    ruling = by_multipliers(question, matrix, cell)
    return replace(ruling, fields=others)


def linearisation(
    rule: Rule, derivation: Derivation, local: LocalField, cell: Cell
) -> tuple[Linearisation, tuple[tuple[str, LocalField], ...]] | str:
    """The Jacobians at x* of the fields that a rule reads, with the pieces of those beside v.

    Args:
        rule: The rule.
        derivation: The fields.
        local: The pieces of v on the cell.
        cell: Where signs are decided.

    Returns:
        The Jacobians; or why there are none, or why they do not tell the Jacobian of a period.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    jacobian = common_jacobian(local, cell, "v")
    if isinstance(jacobian, str):
        return jacobian
    if rule.uses_jacobian and not _twice_differentiable(derivation, local, cell):
        return f"the rule {rule.name!r} differentiates v, which is not twice differentiable at the equilibrium"
    found: dict[str, sp.ImmutableMatrix] = {}
    others: list[tuple[str, LocalField]] = []
    for name, field, wanted, words in (
        ("free", derivation.free_field, rule.uses_free_field, "v without the penalties"),
        ("opponents", derivation.opponents, rule.uses_opponents, "the gradient of a cost in the opponent's parameter"),
    ):
        if wanted:
            assert field is not None
            pieces = local_field(replace(derivation, field=field), cell)
            other = common_jacobian(pieces, cell, words)
            if isinstance(other, str):
                return other
            found[name] = other
            others.append((name, pieces))
    sizes = len(derivation.players[0])
    return Linearisation(jacobian, found.get("free"), found.get("opponents"), sizes), tuple(others)


def common_jacobian(local: LocalField, cell: Cell, words: str) -> sp.ImmutableMatrix | str:
    """The Jacobian that all pieces share, if the field vanishes at x* and is differentiable there; else why not.

    Args:
        local: The field's pieces on the cell.
        cell: Where signs are decided.
        words: What the field is called.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    if local.failure:
        return f"{words} is not smooth at the equilibrium: {local.failure}"
    for piece in local.pieces:
        if not all(cell.is_zero(component) for component in piece.value or ()):
            return f"{words} does not vanish at the equilibrium"
    first = local.pieces[0].jacobian
    assert first is not None
    for piece in local.pieces[1:]:
        assert piece.jacobian is not None
        if not all(cell.is_zero(entry) for entry in piece.jacobian - first):
            return f"{words} has a kink at the equilibrium: the linearisation is not unique"
    return first


def _twice_differentiable(derivation: Derivation, local: LocalField, cell: Cell) -> bool:
    """Whether every piece has second-order jets, so that its derivative is continuous at x*."""
    space = space_of(derivation)
    for piece in local.pieces:
        if piece.rows is None:
            return False
        own = resolver(cell, space, piece.branch, 2)
        try:
            jets = [own.algebra.evaluate(own.resolved(row), dict(own.jets)) for row in piece.rows]
        except (NotSmooth, NeedBranch, OverflowError):
            return False
        if any(jet.order < 2 for jet in jets):
            return False
    return True


# -- no fixed point ------------------------------------------------------------------------------------------------


def leaving(question: Question, derivation: Derivation, local: LocalField, cell: Cell) -> Ruling | None:
    """That a period from near x* moves by an amount bounded from below, where that is seen; else None.

    Args:
        question: What is asked.
        derivation: The fields.
        local: The pieces of v on the cell.
        cell: Where signs are decided.

    Raises:
        NeedSplit: If a sign varies over the cell.
    """
    rule = question.rule
    if rule.uses_jacobian and not _twice_differentiable(derivation, local, cell):
        return None
    for piece in local.pieces:
        if piece.value is None or piece.jacobian is None or (len(local.pieces) > 1 and not is_open_side(piece, cell)):
            continue
        facts = Facts(cell)
        sign = step_sign(question, facts.sign)
        shifts = (sp.numer(sp.cancel(shift)) for shift in _shifts(question, derivation, piece, local, facts))
        if any(sign(sp.expand(shift)) for shift in shifts):
            return Ruling(Outcome.NO, "period-moves", _LEAVES, conditions=facts.conditions())
    return None


def _shifts(
    question: Question, derivation: Derivation, piece: Piece, local: LocalField, facts: Facts
) -> Iterator[sp.Expr]:
    """Numbers that are not all 0 only if a period from the piece, near x*, moves by an amount bounded from below."""
    assert piece.value is not None and piece.jacobian is not None
    rule, h = question.rule, question.h
    if rule.uses_opponents:
        # Where v = 0 the rule stays at x* while it reads; a cost with a slope in the opponent's parameter moves it.
        slopes = _slopes(derivation, facts.cell)
        if slopes is not None and all(facts.is_zero(component) for component in piece.value):
            yield from _end(rule, _Constant(piece, len(derivation.players[0]), slopes), h)
    elif rule.one_point:
        yield from _end(rule, _Constant(piece, len(derivation.players[0])), h)
    elif isinstance(rule, Extragradient | Lookahead) and not question.declared and repels(piece, facts.sign):
        # For small h all its points lie on the piece, where v is nearly constant.
        factor = rule.lookahead_alpha if isinstance(rule, Lookahead) else sp.Integer(1)
        yield from (h * factor * component for component in piece.value)
    elif isinstance(rule, Stepwise):
        yield from _last_iteration(question, rule, derivation, piece, local, facts)


def _end(rule: Rule, players: _Constant, h: sp.Expr) -> Iterator[sp.Expr]:
    """Where a period from x* leads, its memory at rest."""
    start = rule.start(*(Vector((sp.Integer(0),) * size) for size in players.sizes))
    for part in rule.period(players, start, h)[:2]:
        yield from part


def _slopes(derivation: Derivation, cell: Cell) -> tuple[sp.Expr, ...] | None:
    """(d C_G / d psi, d C_D / d theta) at x*, where they are smooth."""
    assert derivation.opponents is not None
    pieces = local_field(replace(derivation, field=derivation.opponents), cell).pieces
    return pieces[0].value if len(pieces) == 1 else None


class _Constant(LinearPlayers):
    """A field that is v0 everywhere, with the derivative J, and constant gradients of the opponents."""

    def __init__(self, piece: Piece, of_generator: int, opponents: tuple[sp.Expr, ...] | None = None) -> None:
        assert piece.value is not None and piece.jacobian is not None
        super().__init__(piece.jacobian.tolist(), of_generator=of_generator)
        self._value = Vector(piece.value[:of_generator]), Vector(piece.value[of_generator:])
        self.sizes = tuple(map(len, self._value))
        cut = self.sizes[1]
        self._slopes = None if opponents is None else (Vector(opponents[:cut]), Vector(opponents[cut:]))

    def field(self, theta: Any, psi: Any) -> tuple[Vector, Vector]:
        """V0."""
        return self._value

    def opponent_gradients(self, theta: Any, psi: Any) -> Any:
        """The constants."""
        return self._slopes


def _last_iteration(
    question: Question, rule: Stepwise, derivation: Derivation, piece: Piece, local: LocalField, facts: Facts
) -> Iterator[sp.Expr]:
    """The players' steps in the iteration that meets v itself, from memory at rest."""
    h, weight = question.h, rule.lazy
    assert piece.value is not None and piece.jacobian is not None
    if len(piece.value) > 2 and not isinstance(rule, Simultaneous):
        return
    if rule.lazy > 1:
        if rule.unadorned != type(rule)(lazy=rule.lazy):
            return
        # The steps before are those of the free field; where they are regular they reach every side of x*.
        free = local_field(replace(derivation, field=derivation.free_field), facts.cell)
        jacobian = common_jacobian(free, facts.cell, "v0")
        if isinstance(jacobian, str):
            return
        regular = period_matrix(type(rule)(), Linearisation(jacobian), h).det()
        if question.declared and facts.is_zero(sp.expand(regular)):
            return
        row = jacobian[0, :] + weight * (piece.jacobian[0, :] - jacobian[0, :])
    else:
        row = piece.jacobian[0, :]
    by_g, by_d = rule.generator.first_factor, rule.discriminator.first_factor
    if isinstance(rule, Simultaneous):
        split = len(derivation.players[0])
        for place, component in enumerate(piece.value):
            yield h * weight * component * (by_g if place < split else by_d)
        return
    first, second = (weight * component for component in piece.value)
    assert isinstance(rule, Alternating)
    if not facts.is_zero(sp.expand(first)):
        if rule.g_steps == 1:  # D's steps leave theta alone
            yield h * by_g * first
        return
    if rule.g_steps != 1 or rule.d_steps != 1 or local.failure:
        return
    # G's row vanishes with one derivative on all sides: its step x -> A x + o(|x|) reaches every side, if regular.
    for other in local.pieces:
        assert other.value is not None and other.jacobian is not None
        entries = (other.value[0], *(other.jacobian[0, :] - piece.jacobian[0, :]))
        if not all(facts.is_zero(sp.expand(entry)) for entry in entries):
            return
    if question.declared and facts.is_zero(sp.expand(1 + h * by_g * row[0])):
        return
    yield h * by_d * second

"""Negative controls for the whole catalogue, made mechanically: every step of every lemma with one thing wrong.

The fixed list of operators is sign, factor, exponent, condition, quantifier and swapped player. Each mutant of a step
is *refuted* by an exact point where it fails or has no value (for words in matrices, by the normal form of the free
algebra; for a verdict, by another verdict of the engine), or *proved* by the same means as the step itself: then the
mutant says something that is true as well, such as an implication with a hypothesis that it did not need. Nothing in
between is accepted.

As a program this file writes the counts to ``proofs/MUTANTS.md``.
"""

from __future__ import annotations

import copy
import functools
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import sympy as sp

from convergan.proofs.decisions import decision
from convergan.proofs.lemmas import catalogue, derive_lemma
from convergan.proofs.proof import Proof, multiplied, same
from convergan.proofs.steps import NotProved, Step
from convergan.symbolic.decision.points import holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.formula import And, Atom, Formula, compare, conjunction, negation, symbols
from convergan.symbolic.formula import atoms as atoms_of
from convergan.symbolic.proposal_reader import read_proposal

IDS = sorted(catalogue())
QUICK = ("mescheder2018-lemma", "mescheder2018-theorem", "huang", "nagarajan", "r1", "observability", "luo")
REPORT = Path(__file__).parents[2] / "proofs" / "MUTANTS.md"
REFUTED, PROVED, OPEN = "refuted", "still true", "open"
OPERATORS = ("sign", "factor", "exponent", "condition", "quantifier", "swapped player")
VALUES = tuple(sp.Rational(n, d) for n, d in ((2, 1), (3, 1), (1, 2), (-3, 2), (5, 3), (-1, 3), (7, 5), (-2, 1)))
Value = Any


@functools.cache
def steps(name: str) -> tuple[Step, ...]:
    return tuple(step for step in derive_lemma(catalogue()[name]).steps if step.part == "derivation")


# -- identities --------------------------------------------------------------------------------------------------------


def entries(value: Value) -> Iterator[tuple[Value, Any]]:
    """The nonzero entries of a value, at most four, each with a function that puts another one in its place."""
    whole = multiplied(value)
    if not isinstance(whole, sp.MatrixBase):
        if whole != 0:
            yield whole, lambda new: new
        return
    places = [(i, j) for i in range(whole.rows) for j in range(whole.cols) if whole[i, j] != 0]
    for i, j in places[:4]:

        def put(new: Value, i: int = i, j: int = j) -> Value:
            changed = sp.Matrix(whole)
            changed[i, j] = new
            return changed

        yield whole[i, j], put


def changed_sign(value: Value) -> Iterator[Value]:
    for entry, put in entries(value):
        terms = sp.Add.make_args(sp.expand(entry))
        yield put(sp.Add(*terms[1:]) - terms[0])


def changed_factor(value: Value) -> Iterator[Value]:
    for entry, put in entries(value):
        yield put(2 * entry)


def changed_exponent(value: Value) -> Iterator[Value]:
    for entry, put in entries(value):
        powers = sorted((p for p in entry.atoms(sp.Pow) if p.exp == 2), key=str)
        names = sorted(entry.free_symbols, key=str)
        if powers:
            yield put(entry.xreplace({powers[0]: powers[0].base}))
        elif names:
            yield put(entry.xreplace({names[0]: names[0] ** 2}))


def changed_player(value: Value) -> Iterator[Value]:
    whole = multiplied(value)
    if isinstance(whole, sp.MatrixBase) and whole.shape == (2, 2):
        yield sp.Matrix([[whole[1, 1], whole[1, 0]], [whole[0, 1], whole[0, 0]]])
    elif isinstance(whole, sp.MatrixBase) and whole.shape == (2, 1):
        yield sp.Matrix([whole[1], whole[0]])


def differs(left: Value, right: Value) -> bool:
    """Whether two values differ at an exact point where both have a value."""
    left, right = multiplied(left), multiplied(right)
    pairs = zip(left, right, strict=True) if isinstance(left, sp.MatrixBase) else [(left, right)]
    for a, b in pairs:
        gap = sp.Add(a, -b)
        if not gap.is_commutative:
            if sp.expand(gap) != 0:  # the normal form of the free algebra
                return True
            continue
        names, generator = sorted(gap.free_symbols, key=str), random.Random(0)
        for _ in range(12):
            at = gap.xreplace({name: generator.choice(VALUES) for name in names})
            if at.has(sp.zoo, sp.nan, sp.oo):
                continue
            for part in sp.expand_complex(at).as_real_imag() if at.has(sp.I) else (at,):
                if holds(compare(part, "!="), {}):
                    return True
    return False


def identity_mutants(step: Step) -> Iterator[tuple[str, str]]:
    assert step.left is not None
    assert step.right is not None
    for operator, change in (
        ("sign", changed_sign),
        ("factor", changed_factor),
        ("exponent", changed_exponent),
        ("swapped player", changed_player),
    ):
        for mutant in change(step.right):
            if mutant == multiplied(step.right):
                continue
            if differs(step.left, mutant):
                yield operator, REFUTED
            else:
                yield operator, PROVED if same(step.left, mutant) else OPEN


# -- implications ------------------------------------------------------------------------------------------------------


def parts(formula: Formula) -> list[Formula]:
    return list(formula.parts) if isinstance(formula, And) else [formula]


def implication_mutants(step: Step, prover: Prover) -> Iterator[tuple[str, str]]:
    assert step.hypotheses is not None
    assert step.goal is not None
    given, goal = step.hypotheses, step.goal
    yield "quantifier", judged(given, negation(goal), prover)
    if isinstance(goal, Atom):
        for mutant in itertools.islice(changed_sign(goal.expression), 1):
            yield "sign", judged(given, compare(mutant, goal.relation), prover)
        for mutant in itertools.islice(changed_exponent(goal.expression), 1):
            yield "exponent", judged(given, compare(mutant, goal.relation), prover)
        first, *others = sp.Add.make_args(goal.expression)
        if others:
            yield "factor", judged(given, compare(2 * first + sp.Add(*others), goal.relation), prover)
    atoms = parts(given)
    if len(atoms) > 1:
        for index in range(min(len(atoms), 4)):
            yield "condition", judged(conjunction(atoms[:index] + atoms[index + 1 :]), goal, prover)


def judged(given: Formula, goal: Formula, prover: Prover) -> str:
    fails = conjunction([given, negation(goal)])
    point = prover.point(fails, sorted(symbols(fails), key=str), "a mutant's counterexample")
    if point is not None and holds(fails, point):
        return REFUTED
    if prover.proves(given, goal, "a mutant"):
        return PROVED
    return REFUTED if loses_its_value(given, goal, prover) else OPEN


def loses_its_value(given: Formula, goal: Formula, prover: Prover) -> bool:
    """Whether a denominator of the statement vanishes, or a radicand is negative, where the other hypotheses hold."""
    everything = conjunction([given, goal])
    known = [atom for atom in parts(given) if isinstance(atom, Atom) and atom.expression.is_polynomial()]
    for atom in atoms_of(everything):
        if atom.expression.has(sp.I):
            return True
        for power in atom.expression.atoms(sp.Pow):
            if power.exp.is_negative:
                bad = compare(power.base, "==")
            elif power.exp.is_Rational and not power.exp.is_Integer:
                bad = compare(power.base, "<")
            else:
                continue
            point = prover.point(conjunction([*known, bad]), sorted(symbols(everything), key=str), "no value")
            if point is not None and holds(bad, point):
                return True
    return False


# -- verdicts ----------------------------------------------------------------------------------------------------------


def verdict_mutants(step: Step) -> Iterator[tuple[str, str]]:
    """The proposal with one thing wrong: another verdict refutes the mutant, the same one is proved again."""
    assert step.source is not None
    assert step.decision is not None
    for verdict in {"converges", "conditional", "does-not-converge"} - {step.decision.verdict}:
        yield "quantifier", REFUTED if refuses(step.source.proposal, verdict) else OPEN
    for operator, document in changed_documents(step.source.proposal):
        try:
            read_proposal(document)
            found = decision(document)
        except ValueError:
            continue
        if found.verdict == "undecided":
            yield operator, OPEN
        else:
            yield operator, PROVED if found.verdict == step.decision.verdict else REFUTED


def refuses(proposal: Mapping[str, Any], verdict: str) -> bool:
    """Whether a lemma that claims this verdict is not derived."""
    try:
        Proof().decided("a mutant", proposal, verdict)
    except NotProved:
        return True
    return False


def changed_documents(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    penalty = document.get("penalty", {})
    for player, text in penalty.items():
        yield "sign", with_value(document, "penalty", player, f"-({text})")
    if len(penalty) == 1:
        ((player, text),) = penalty.items()
        other = "generator" if player == "discriminator" else "discriminator"
        copied = copy.deepcopy(dict(document))
        copied["penalty"] = {other: text}
        yield "swapped player", copied
    for name in document.get("parameters", {}):
        yield "condition", with_value(document, "parameters", name, "real")


def with_value(document: Mapping[str, Any], section: str, key: str, value: Any) -> dict[str, Any]:
    copied = copy.deepcopy(dict(document))
    copied[section][key] = value
    return copied


# -- the tests ---------------------------------------------------------------------------------------------------------


def outcomes(name: str, *, verdicts: bool) -> Counter[tuple[str, str]]:
    """How often each operator led where, for one lemma."""
    prover, found = Prover(), Counter[tuple[str, str]]()
    for step in steps(name):
        if step.kind == "identity" and not verdicts:
            found.update(identity_mutants(step))
        elif step.kind == "solver" and not verdicts:
            found.update(implication_mutants(step, prover))
        elif step.kind == "verdict" and verdicts and step.source is not None and step.source.quantity == "verdict":
            found.update(verdict_mutants(step))
    return found


@pytest.mark.parametrize(
    "name", [name if name.startswith(QUICK) else pytest.param(name, marks=pytest.mark.slow) for name in IDS]
)
def test_every_mutant_of_a_formula_is_decided(name: str) -> None:
    found = outcomes(name, verdicts=False)
    assert not [operator for operator, outcome in found if outcome == OPEN], found
    refuted = sum(count for (_, outcome), count in found.items() if outcome == REFUTED)
    if any(step.kind in ("identity", "solver") for step in steps(name)):
        assert refuted >= max(1, sum(found.values()) // 2), found


@pytest.mark.slow
@pytest.mark.parametrize("name", IDS)
def test_mutants_of_proposals_are_decided_but_for_a_quarter(name: str) -> None:
    """The engine may leave a mutant of a proposal undecided; it counts as open in the report."""
    found = outcomes(name, verdicts=True)
    assert sum(count for (_, outcome), count in found.items() if outcome == OPEN) <= sum(found.values()) // 4, found


def test_the_operators_do_change_things() -> None:
    x, y = sp.symbols("x y", real=True)
    step = Step("identity", "", left=x**2 + y, right=x**2 + y)
    assert [outcome for _, outcome in identity_mutants(step)] == [REFUTED] * 3
    matrix = sp.ImmutableMatrix([[0, -x], [x, 0]])
    swapped = dict.fromkeys(
        operator for operator, _ in identity_mutants(Step("identity", "", left=matrix, right=matrix))
    )
    assert list(swapped) == ["sign", "factor", "exponent", "swapped player"]
    even = Step("identity", "", left=sp.Abs(x) ** 2, right=sp.Abs(-x) ** 2)
    assert differs(even.left, -even.right)
    assert not differs(x * y, y * x)


def test_words_that_do_not_commute_are_told_apart() -> None:
    k, q = sp.symbols("K Q", commutative=False)
    assert differs(k * q, q * k)
    assert not differs(k * (q + 1), k * q + k)


# -- the report --------------------------------------------------------------------------------------------------------


def report() -> str:
    lines = ["| lemma | mutants | refuted | still true | open |", "|---|---|---|---|---|"]
    total, by_operator = Counter[str](), Counter[tuple[str, str]]()
    for name in IDS:
        found = outcomes(name, verdicts=False) + outcomes(name, verdicts=True)
        by_operator += found
        counts = Counter[str]()
        for (_, outcome), count in found.items():
            counts[outcome] += count
        total += counts
        lines.append(f"| {name} | {counts.total()} | {counts[REFUTED]} | {counts[PROVED]} | {counts[OPEN]} |")
    lines.append(f"| all | {total.total()} | {total[REFUTED]} | {total[PROVED]} | {total[OPEN]} |")
    operators = [
        f"- {operator}: {sum(c for (o, _), c in by_operator.items() if o == operator)}, of which "
        f"{by_operator[operator, REFUTED]} refuted, {by_operator[operator, PROVED]} still true"
        for operator in OPERATORS
    ]
    head = (
        "# Mutants of the lemmas\n\nWritten by `python -P tests/proofs/test_lemma_mutants.py`. Every step of every "
        "lemma with one thing wrong: *refuted* by an exact point or by another verdict of the engine, or proved to "
        "hold as well (a hypothesis that the step did not need, a penalty whose sign does not matter). *Open* are "
        "proposals whose mutant the engine leaves undecided.\n\n"
    )
    return head + "\n".join(operators) + "\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    REPORT.write_text(report(), encoding="utf-8")
    sys.stdout.write(f"wrote {REPORT.name}\n")

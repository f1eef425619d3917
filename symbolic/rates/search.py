"""The search for a best choice: guess by samples, prove by the solver, within a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import sympy as sp

from ..decision.cells import SYMPY_FAILURES
from ..decision.limits import OutOfTime, time_limit
from ..decision.prover import Prover
from ..formula import TRUE, And, Atom, Formula, compare, conjunction, mapped
from ..regions import reduced
from .constants import without_constants
from .display import radius_of, region_shown, shown, signs_on
from .jordan import is_defective, remark
from .options import Choices, Option, at_boundary
from .problem import Problem, folded, posed, solved
from .proof import Choice, is_best, is_unique, may_be_chosen, none_converges
from .results import BestStep
from .sampling import NO_FORM, NONE_CONVERGES, UNKNOWN, Guess, guessed, labelled, points

_REASONS = {
    NO_FORM: "rho is smaller elsewhere than at every candidate of degree 2",
    NONE_CONVERGES: "no choice seems to converge, and that was not proved",
    UNKNOWN: "which candidate is the best could not be told from the parameters",
}


class Search:
    """One question: which values of the variables minimise rho.

    Args:
        matrix: The Jacobian of one period.
        variables: What is chosen.
        assumed: The hypotheses; those that mention a variable say what may be chosen.
        h: The step size.
        options: Gives the candidates of a problem.
        prover: Where to ask; a fresh one within the time if None.
        seconds: The limit.
    """

    def __init__(
        self,
        matrix: sp.Matrix,
        variables: tuple[sp.Symbol, ...],
        assumed: Formula,
        h: sp.Symbol,
        options: Callable[[Problem], Choices],
        prover: Prover | None,
        seconds: float,
    ) -> None:
        self._matrix, self._variables, self._assumed, self._h = matrix, variables, assumed, h
        self._find, self._seconds = options, seconds
        self._prover = Prover(deadline=time.monotonic() + seconds) if prover is None else prover
        self._constants: dict[sp.Symbol, sp.Expr] = {}
        self._open: list[Guess] = [Guess(TRUE, ())]
        self._done: list[BestStep] = []
        self._later: list[tuple[int, Choice, sp.Expr, Formula]] = []

    def results(self) -> tuple[BestStep, ...]:
        """What was found, and why nothing was found elsewhere."""
        limit, reason = object(), ""
        try:
            with time_limit(self._seconds, limit):
                self._run()
        except OutOfTime as out:
            if out.limit is not limit:
                raise
            reason = f"not decided in {self._seconds:g} s"
        except SYMPY_FAILURES as failure:
            reason = f"outside what is analysed here: {failure}"
        left = [self._unfound(self._unfolded(guess.region), reason) for guess in self._open]
        return tuple(sorted(map(self._restored, (*self._done, *left)), key=lambda best: not best.proved))

    def _run(self) -> None:
        matrix, assumed, self._constants = without_constants(self._matrix, self._assumed)
        self._problem = posed(matrix, self._variables, assumed)
        self._plain = folded(self._problem)
        choices = self._find(self._plain)
        columns = points(self._plain)
        if self._plain.parameters and not len(next(iter(columns.values()), ())):
            raise ValueError("no point of the parameter space was found to start from")
        samples = labelled(self._plain, choices.options, columns)
        present = sorted({int(label) for label in samples.labels if label >= 0})
        switches = list(dict.fromkeys([*choices.switches, *choices.comparisons(present)]))
        guesses = guessed(samples, switches)
        # Open cells first; equations, where little is at stake, last.
        self._open = sorted(guesses, key=lambda g: str(g.region).count("'=='"))
        while self._open:
            for best in self._settled(self._open[0], choices, switches):
                self._done.append(best)
            self._open.pop(0)
        for describe in (self._with_blocks, self._with_uniqueness):
            for index, choice, square, cell in self._later:
                self._done[index] = describe(self._done[index], choice, square, cell)

    def _settled(self, guess: Guess, choices: Choices, switches: Sequence[sp.Expr]) -> Iterator[BestStep]:
        """What is proved on the region of a guess; where something may vanish that is not 0 in general, apart."""
        cell = conjunction([self._plain.given, guess.region])
        if self._prover.contradictory(cell, "this case is possible"):
            return
        found = self._proved(guess, choices)
        special = [] if found else self._special(guess, cell, choices, switches)
        if not special:
            yield found or self._unproved(guess)
            return
        rest = Guess(conjunction([guess.region, *(compare(s, "!=") for s in special)]), guess.labels)
        yield self._proved(rest, choices) or self._unproved(rest)
        for k, expression in enumerate(special):
            others = [compare(s, "!=") for s in special[:k]]
            part = Guess(
                conjunction([guess.region, compare(expression, "=="), *others]), (NONE_CONVERGES, *guess.labels)
            )
            if not self._prover.contradictory(conjunction([self._plain.given, part.region]), "this case is possible"):
                yield self._proved(part, choices) or self._unproved(part)

    def _special(self, guess: Guess, cell: Formula, choices: Choices, switches: Sequence[sp.Expr]) -> list[sp.Expr]:
        """What may vanish on a cell where a candidate is not admissible everywhere: sigma = 0, say."""
        options = [choices.options[label] for label in guess.labels if label >= 0]
        possible = [self._possible(option, guess.region) for option in options]
        if all(possible):
            return []
        parts = guess.region.parts if isinstance(guess.region, And) else (guess.region,)
        known = {part.expression for part in parts if isinstance(part, Atom)}
        special = [s for s in switches if s.count_ops() <= 8 and s not in known and -s not in known]
        return [s for s in special if not self._prover.proves(cell, compare(s, "!="), "this vanishes nowhere")]

    def _possible(self, option: Option, cell: Formula) -> bool:
        choice, square = self._shown(at_boundary(option, solved(cell)))
        return may_be_chosen(self._problem, choice, square, self._unfolded(cell), self._prover)

    def _shown(self, option: Option) -> tuple[Choice, sp.Expr]:
        return {s: shown(v, self._plain) for s, v in option.choice.items()}, shown(option.square, self._plain)

    def _proved(self, guess: Guess, choices: Choices) -> BestStep | None:
        for label in guess.labels:
            if label == NONE_CONVERGES and none_converges(self._problem, self._unfolded(guess.region), self._prover):
                return self._unfound(self._region(guess.region), "rho >= 1 whatever is chosen", proved=True)
            if label >= 0:
                found = self._best(choices.options[label], guess.region)
                if found is not None:
                    return found
        return None

    def _best(self, option: Option, cell: Formula) -> BestStep | None:
        option = at_boundary(option, solved(cell))
        choice, square = self._shown(option)
        if not is_best(self._problem, choice, square, self._unfolded(cell), self._prover):
            return None
        sign = signs_on(self._plain, conjunction([self._plain.given, cell]), self._prover)
        radius = self._plain.unfolded(radius_of(option.square, sign))
        others = tuple((s, v) for s, v in choice.items() if s != self._h)
        best = BestStep(self._region(cell), choice.get(self._h, self._h), others, radius, True)
        self._later.append((len(self._done), choice, square, cell))
        return best

    def _with_blocks(self, best: BestStep, choice: Choice, square: sp.Expr, cell: Formula) -> BestStep:
        defective = is_defective(self._problem, choice, square, self._unfolded(cell), self._prover)
        known = {s: shown(v, self._plain) for s, v in solved(cell).items()}
        note = remark(self._problem, {**known, **choice}, square, defective)
        return replace(best, defective=defective, note=note)

    def _with_uniqueness(self, best: BestStep, choice: Choice, square: sp.Expr, cell: Formula) -> BestStep:
        unique = is_unique(self._problem, choice, square, self._unfolded(cell), self._prover)
        return replace(best, unique=unique)

    def _unproved(self, guess: Guess) -> BestStep:
        reasons = [
            _REASONS.get(label, "the solver did not prove the candidate to be the best") for label in guess.labels
        ]
        return self._unfound(self._region(guess.region), "; ".join(dict.fromkeys(reasons)))

    def _unfound(self, region: Formula, reason: str, proved: bool = False) -> BestStep:
        step = self._h if self._h not in self._variables else None
        return BestStep(region, step, (), None, proved, note=reason)

    def _region(self, cell: Formula) -> Formula:
        return region_shown(reduced(cell, self._plain.given, self._prover), self._plain)

    def _unfolded(self, cell: Formula) -> Formula:
        return cell if cell == TRUE else mapped(cell, self._plain.unfolded)

    def _restored(self, best: BestStep) -> BestStep:
        """With the constants that symbols stood for."""

        def put(expression: sp.Expr | None) -> sp.Expr | None:
            return None if expression is None else expression.xreplace(self._constants)

        others = tuple((s, v.xreplace(self._constants)) for s, v in best.parameters)
        region = mapped(best.region, lambda expression: expression.xreplace(self._constants))
        return replace(best, region=region, step=put(best.step), parameters=others, radius=put(best.radius))

"""The fastest step size, the best value of a parameter, and both together, with proof.

Candidates come from ``candidates``, the cells of the parameter space from ``sampling``; what is called proved is proved
by ``proof``. Where the answer is not a root of degree 2, or time runs out, the result says so.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

import sympy as sp

from ..decision.prover import Prover
from ..formula import TRUE, And, Formula, compare, conjunction, symbols
from .options import pair_options, single_options
from .problem import posed
from .proof import is_best
from .results import BestStep
from .search import Search

SECONDS = 10.0


def best_step(
    matrix: sp.Matrix, h: sp.Symbol, hypotheses: Formula, prover: Prover | None = None, seconds: float = SECONDS
) -> tuple[BestStep, ...]:
    """The h > 0 that minimises rho(F'(x*)), as a function of the parameters.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        hypotheses: What may be assumed; the parts that mention h are set aside, since h is what is asked for.
        prover: Where to ask; a fresh one within the time if not given.
        seconds: The limit for everything together.

    Returns:
        Values on regions that together cover the hypotheses; where nothing was proved, ``radius`` is None and ``note``
        says why.
    """
    assumed = _for_any_step(h, hypotheses)
    return Search(matrix, (h,), assumed, h, single_options, prover, seconds).results()


def best_parameter(
    matrix: sp.Matrix,
    parameter: sp.Symbol,
    h: sp.Symbol,
    hypotheses: Formula,
    prover: Prover | None = None,
    seconds: float = SECONDS,
) -> tuple[BestStep, ...]:
    """The value of a parameter that minimises rho(F'(x*)) for a given h > 0 and given other parameters.

    Args:
        matrix: The Jacobian of one period.
        parameter: What is chosen, gamma say; under the conditions in the hypotheses that mention it.
        h: The step size.
        hypotheses: What may be assumed.
        prover: Where to ask; a fresh one within the time if not given.
        seconds: The limit for everything together.

    Returns:
        As ``best_step``; ``parameters`` has the value.
    """
    assumed = conjunction([hypotheses, compare(h, ">")])
    return Search(matrix, (parameter,), assumed, h, single_options, prover, seconds).results()


def best_pair(
    matrix: sp.Matrix,
    parameter: sp.Symbol,
    h: sp.Symbol,
    hypotheses: Formula,
    prover: Prover | None = None,
    seconds: float = SECONDS,
) -> tuple[BestStep, ...]:
    """The step size h > 0 and the value of a parameter that minimise rho(F'(x*)) together.

    Args:
        matrix: The Jacobian of one period.
        parameter: What is chosen beside h, under the conditions in the hypotheses that mention it.
        h: The step size; conditions that mention it are set aside.
        hypotheses: What may be assumed.
        prover: Where to ask; a fresh one within the time if not given.
        seconds: The limit for everything together.

    Returns:
        As ``best_step``; ``parameters`` has the parameter's value.
    """
    assumed = _for_any_step(h, hypotheses)
    return Search(matrix, (h, parameter), assumed, h, pair_options, prover, seconds).results()


def proves_best(
    matrix: sp.Matrix,
    h: sp.Symbol,
    choice: Mapping[sp.Symbol, sp.Expr],
    radius: sp.Expr,
    hypotheses: Formula,
    region: Formula = TRUE,
    prover: Prover | None = None,
) -> bool:
    """Whether a claimed optimum is proved: rho is smallest at the choice all over a region, and equals the radius.

    Args:
        matrix: The Jacobian of one period.
        h: The step size.
        choice: The values of what is chosen, in the other symbols: of h, of parameters, or of both.
        radius: The claimed minimum, not negative.
        hypotheses: What may be assumed; if h is chosen, conditions that mention it are set aside.
        region: Where it is claimed, beside the hypotheses.
        prover: Where to ask.

    Returns:
        True only if it is proved; False says nothing.
    """
    asked = Prover(deadline=time.monotonic() + SECONDS) if prover is None else prover
    assumed = _for_any_step(h, hypotheses) if h in choice else conjunction([hypotheses, compare(h, ">")])
    problem = posed(matrix, tuple(choice), assumed)
    return is_best(problem, choice, sp.expand(radius**2), region, asked)


def _for_any_step(h: sp.Symbol, hypotheses: Formula) -> Formula:
    parts = hypotheses.parts if isinstance(hypotheses, And) else (hypotheses,)
    return conjunction([*(p for p in parts if h not in symbols(p)), compare(h, ">")])

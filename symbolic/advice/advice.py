"""All the advice on one analysed proposal, as values."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sympy as sp

from .. import expression as ex
from ..analysis import Analysis
from ..decision.cells import SYMPY_FAILURES
from ..decision.limits import OutOfTime, time_limit
from ..decision.prover import Prover
from ..derivation import Derivation
from ..formula import TRUE, And, Formula, compare, conjunction, substituted, symbols
from ..interpretation import ScalarAlgebra
from .centre import DampedCentre, damped_centre
from .conventions import Setting, settings
from .fastest import Optimum, Schedule, best_damping, best_pair, best_steps, critical_damping, stable_steps
from .minibatch import Stationary, sampled_noise, stationary
from .noise import curvatures, equivalent_variance
from .penalties import PenaltyWeights, is_silent, penalty_weights
from .weight import Weight, find_weight

SECONDS = 3.0
_EACH = 0.5


@dataclass(frozen=True, slots=True)
class Plan:
    """What is critical and best for one schedule.

    Attributes:
        schedule: Simultaneous or alternating steps, 1:1.
        stable: The exact condition on h > 0.
        critical: The damping where the multipliers meet.
        for_step: The best damping for a given h.
        for_damping: The best h for the proposal's damping, region by region; none if it is not known to be positive.
        together: The best damping and h.
    """

    schedule: Schedule
    stable: Formula
    critical: sp.Expr
    for_step: Optimum
    for_damping: tuple[Optimum, ...]
    together: Optimum


@dataclass(frozen=True, slots=True)
class Equivalents:
    """R1 and instance noise that give the same v'(x*) as the proposal.

    Attributes:
        gamma: The paper's weight of R1; None if G is the damped player.
        variance: sigma^2 of the noise; None where there is none.
        curvature: phi_f''(d*) + phi_r''(d*), 2 f''(0) of the paper; None if it does not exist.
        sign: Its sign, if that is known.
    """

    gamma: sp.Expr | None
    variance: sp.Expr | None
    curvature: sp.Expr | None
    sign: int | None


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on the Dirac-GAN at unit data scale.

    Attributes:
        step: h.
        batch: The symbol of the batch size.
        centre: The game near x*.
        ratio: The ratio of D's step to G's.
        weight: The parameter that sets the damping, if there is one.
        critical: The damping where the eigenvalues of v' meet.
        excluded: Whether the declared conditions exclude the weight's critical value.
        plans: For simultaneous and for alternating steps.
        equivalents: The same damping by R1 and by instance noise.
        penalty: D's gradient penalty in the paper's convention; None if it is no multiple of E|grad D|^2.
        settings: What code bases have to be set to for it; empty without it, or if none has it.
        sampled: The stationary covariance under minibatches of noisy samples, by schedule; empty if there is none.
        sampled_variance: sigma^2 of that noise.
        own_noise: Whether that noise is the proposal's own, not what would replace its damping.
        settles: Whether the proposal's own minibatches have no variance at x*; None if that is not analysed.
    """

    step: sp.Symbol
    batch: sp.Symbol
    centre: DampedCentre
    ratio: sp.Expr
    weight: Weight | None
    critical: sp.Expr
    excluded: bool
    plans: tuple[Plan, ...]
    equivalents: Equivalents
    penalty: PenaltyWeights | None
    settings: tuple[Setting, ...]
    sampled: tuple[tuple[Schedule, Stationary], ...]
    sampled_variance: sp.Expr | None
    own_noise: bool
    settles: bool | None


def advise(analysis: Analysis) -> Advice | None:
    """The advice on a proposal.

    Args:
        analysis: What was derived.

    Returns:
        The advice; None for a field given directly, another game than the Dirac-GAN, where v'(x*) does not exist for
        all parameters or is no damped centre, and where the algebra fails or takes longer than ``SECONDS``.
    """
    derivation, jacobian = analysis.derivation, analysis.jacobian
    proposal = analysis.proposal
    if derivation is None or jacobian is None or proposal.objective is None or proposal.field is not None:
        return None
    if proposal.prototype != "dirac" or jacobian.shape != (2, 2):
        return None
    prover, limit = analysis.prover.hurried(SECONDS, _EACH), object()
    try:
        with time_limit(SECONDS, limit):
            return _advise(analysis, derivation, jacobian, prover)
    except OutOfTime as late:
        if late.limit is not limit:
            raise
        return None
    except SYMPY_FAILURES:
        return None
    finally:
        analysis.prover.learn(prover)


def _advise(analysis: Analysis, derivation: Derivation, jacobian: sp.ImmutableMatrix, prover: Prover) -> Advice | None:
    proposal, h = derivation.proposal, analysis.step
    objective = proposal.objective
    assert objective is not None
    if not prover.proves(analysis.hypotheses, analysis.jacobian_region, "v' is the same for all parameters"):
        return None
    assumed = _for_any_step(analysis.hypotheses, h)
    centre = damped_centre(jacobian, assumed, prover)
    if centre is None:
        return None
    algebra = ScalarAlgebra(derivation.symbols)
    ratio = ex.interpret(proposal.training.h_ratio, algebra)
    penalties = proposal.penalty_discriminator, proposal.penalty_generator
    groups = ex.names(penalties[0]) | ex.names(penalties[1]), ex.names(objective.noise)
    weight = find_weight(centre, groups, assumed, prover)
    critical = critical_damping(None, centre.frequency, h)
    penalty = penalty_weights(penalties[0], derivation.symbols)
    advice = Advice(
        h,
        _batch(derivation),
        centre,
        ratio,
        weight,
        critical,
        _excluded(weight, critical, assumed, prover),
        tuple(_plan(schedule, centre, weight, h, assumed, prover) for schedule in Schedule),
        _equivalents(centre, derivation, ratio, assumed, prover),
        penalty,
        () if penalty is None else settings(penalty),
        (),
        None,
        False,
        None,
    )
    return _with_minibatches(advice, derivation, sp.expand(ex.interpret(objective.noise, algebra) ** 2))


def _for_any_step(assumed: Formula, h: sp.Symbol) -> Formula:
    """Without the conditions on h, which is what is advised on."""
    parts = assumed.parts if isinstance(assumed, And) else (assumed,)
    return conjunction(part for part in parts if h not in symbols(part))


def _batch(derivation: Derivation) -> sp.Symbol:
    name = next(name for name in ("batch", "batch_size", "samples_per_batch") if name not in derivation.symbols)
    return sp.Symbol(name, real=True)


def _excluded(
    weight: Weight | None, damping: sp.Expr, assumed: Formula, prover: Prover, region: Formula = TRUE
) -> bool:
    """Whether no admissible parameters, in a region, have the weight's value for a damping."""
    if weight is None or weight.power != 1:
        return False
    value = substituted(assumed, {weight.symbol: weight.at(damping)})
    return prover.contradictory(conjunction([value, region]), "this weight is admissible")


def _plan(
    schedule: Schedule, centre: DampedCentre, weight: Weight | None, h: sp.Symbol, assumed: Formula, prover: Prover
) -> Plan:
    g, w = centre.damping, centre.frequency
    steps: tuple[Optimum, ...] = ()
    if prover.proves(assumed, compare(g, ">"), "there is damping"):
        steps = tuple(
            replace(best, region=TRUE) if prover.proves(assumed, best.region, "this best step is the one") else best
            for best in best_steps(schedule, g, w)
            if not prover.contradictory(conjunction([assumed, best.region]), "this best step occurs")
        )
    given, pair = best_damping(schedule, w, h), best_pair(schedule, w)
    positive = conjunction([given.region, compare(h, ">")])
    return Plan(
        schedule,
        stable_steps(schedule, g, w, h),
        critical_damping(schedule, w, h),
        replace(given, excluded=_excluded(weight, given.damping, assumed, prover, positive)),
        steps,
        replace(pair, excluded=_excluded(weight, pair.damping, assumed, prover)),
    )


def _equivalents(
    centre: DampedCentre, derivation: Derivation, ratio: sp.Expr, assumed: Formula, prover: Prover
) -> Equivalents:
    both = curvatures(derivation)
    total = None if both is None else sp.expand(both[0] + both[1])
    sign = None if total is None else _sign(total, assumed, prover)
    if centre.player != "psi":
        return Equivalents(None, None, total, sign)
    gamma = sp.expand(sp.cancel(centre.damping / ratio))
    positive = sign == -1 and prover.proves(assumed, compare(centre.damping, ">="), "there is damping")
    variance = equivalent_variance(centre.damping, total, ratio) if positive and total is not None else None
    return Equivalents(gamma, variance, total, sign)


def _sign(expression: sp.Expr, assumed: Formula, prover: Prover) -> int | None:
    if expression.is_zero:
        return 0
    for value, relation in ((-1, "<"), (1, ">"), (0, "==")):
        if prover.proves(assumed, compare(expression, relation), "the sign of f''"):
            return value
    return None


def _with_minibatches(advice: Advice, derivation: Derivation, own: sp.Expr) -> Advice:
    """With what minibatches of sampled noise leave: the proposal's own noise, or the one that would replace it."""
    proposal = derivation.proposal
    objective = proposal.objective
    assert objective is not None
    silent = is_silent(proposal.penalty_discriminator) and is_silent(proposal.penalty_generator)
    advice = replace(advice, settles=True if own == 0 and silent else None)
    variance = own if own != 0 else advice.equivalents.variance
    both = curvatures(derivation)
    if not silent or not variance or both is None or advice.centre.player != "psi" or advice.centre.damping == 0:
        return advice
    data = ex.interpret(proposal.data, ScalarAlgebra(derivation.symbols))
    noise = sampled_noise(advice.centre, variance, both, advice.ratio, data, objective.relativistic)
    found = tuple((s, stationary(s, advice.centre, noise, advice.step, advice.batch)) for s in Schedule)
    settles = False if own != 0 else advice.settles
    return replace(advice, sampled=found, sampled_variance=variance, own_noise=own != 0, settles=settles)

"""Advice on weights, steps, equal noise, conventions and minibatches: for a terminal, a report and the JSON document.

``advice_document`` has these keys; formulas are strings that ``sympify`` reads back with ``symbols`` as real symbols.

- ``scope``: what the numbers are for, in words;
- ``symbols``, ``batch``: names in the formulas, and which of them is the batch size;
- ``damped``, ``damping``: the damped player (``discriminator`` or ``generator``) and g, its damping in v'(x*);
- ``weight``: what sets the damping (``gamma``, or ``sigma**2``); null unless it is one parameter;
- ``critical``: ``damping`` and ``weight`` where the eigenvalues of v' meet; ``excluded``: whether the declared
  conditions exclude that weight;
- ``simultaneous`` and ``alternating`` (1:1), each with ``stable`` (the condition on h > 0), ``critical`` (where the
  multipliers meet), ``for_given_h`` (the best damping and weight, ``excluded``, ``spectral_radius`` and ``where``),
  ``for_given_weight`` (a list: the best ``h`` with ``where`` and ``spectral_radius``) and ``both``;
- ``equivalent``: ``r1_gamma`` and ``noise_variance`` of the same v'(x*), and ``noise_effect``: what instance noise does
  for this objective (``damps``, ``none``, ``destabilises``; null if that is not known);
- ``gradient_penalty``: ``gamma_real`` and ``gamma_fake`` of the paper's convention, null for another penalty;
- ``code``: settings of code bases for the same penalty (``code``, ``setting``, ``term``, ``value``, ``at_critical``,
  ``note``, ``source``);
- ``minibatch``: ``clean_covariance_is_zero`` (null if not analysed), and ``sampled``: null, or ``noise`` (``own``, or
  ``equivalent``: in place of the penalty), ``noise_variance``, ``model``, and for each schedule ``covariance`` of
  (theta, psi), ``where`` it is attained, and ``small_h``, the variance of psi for small h.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ..symbolic.advice import Advice, Optimum, Plan, Schedule, Setting, Stationary, advise
from ..symbolic.analysis import Analysis
from ..symbolic.formula import TRUE
from ..symbolic.printing import formula_text, number_text, text

SCOPE = "for the Dirac-GAN at unit data scale; these numbers do not transfer to networks"
MODEL = (
    "exact for the linearised training with fresh noise in every gradient of D, its multiplicative part included; "
    "curvature of the field is left out"
)
_NOISE = {
    -1: "",
    0: "instance noise does nothing here, since f''(0) = 0",
    1: "instance noise destabilises, since f''(0) > 0",
    None: "instance noise needs f''(0) < 0",
}
_EFFECTS = {-1: "damps", 0: "none", 1: "destabilises"}
_LONGEST = 260


def advice_document(analysis: Analysis) -> dict[str, Any] | None:
    """The advice as JSON values; None where there is none."""
    found = advise(analysis)
    if found is None:
        return None
    equivalents, penalty = found.equivalents, found.penalty
    effect = None if equivalents.sign is None else _EFFECTS[equivalents.sign]
    return {
        "scope": SCOPE,
        "symbols": [*analysis.symbol_names, str(found.batch)],
        "batch": str(found.batch),
        "damped": "discriminator" if found.centre.player == "psi" else "generator",
        "damping": text(found.centre.damping),
        "weight": None if found.weight is None else text(found.weight.quantity),
        "critical": _at(found, found.critical) | {"excluded": found.excluded},
        **{plan.schedule.value: _plan_document(found, plan) for plan in found.plans},
        "equivalent": {
            "r1_gamma": _text(equivalents.gamma),
            "noise_variance": _text(equivalents.variance),
            "noise_effect": effect,
        },
        "gradient_penalty": None
        if penalty is None
        else {"gamma_real": text(penalty.real), "gamma_fake": text(penalty.fake)},
        "code": [_setting_document(found, setting) for setting in found.settings],
        "minibatch": {"clean_covariance_is_zero": found.settles, "sampled": _sampled_document(found)},
    }


def advice_lines(analysis: Analysis) -> list[str]:
    """The advice in words for a terminal, at most 12 lines; none where there is no advice."""
    found = advise(analysis)
    if found is None:
        return []
    lines = [
        f"{SCOPE} (plain steps, 1:1)",
        f"critical (eigenvalues of v' meet): {_target(found, found.critical, found.excluded)}",
    ]
    for plan in found.plans:
        name = plan.schedule.value
        lines.append(f"{name}, h given: {_for_step(found, plan)}")
        if plan.for_damping:
            lines.append(f"{name}, {_given(found)} given: {_steps_line(plan)}")
        best = plan.together
        lines.append(f"{name}, both free: {_chosen(found, best)}, h = {number_text(best.step)}: F'**2 = 0")
    lines += [*_equivalent_lines(found), *_code_lines(found), *_minibatch_lines(found)]
    return [line if len(line) <= _LONGEST else f"{line.split(':')[0]}: a long formula (in the JSON)" for line in lines]


def advice_report(analysis: Analysis) -> list[str]:
    """The advice as a section of the report, in Markdown; empty where there is none."""
    found = advise(analysis)
    if found is None:
        return []
    lines = ["\n## Advice\n", f"These formulas are {SCOPE}. Steps are plain gradient steps, one of each player.\n"]
    player = "D" if found.centre.player == "psi" else "G"
    lines.append(f"- Damping of {player} in v'(x*): `{text(found.centre.damping)}`.")
    lines.append(f"- Critical (eigenvalues of v' meet): {_target(found, found.critical, found.excluded)}.")
    for plan in found.plans:
        lines.append(f"- {plan.schedule.value.capitalize()} steps:")
        lines.append(f"  - converge linearly for `{formula_text(plan.stable)}`, h > 0;")
        lines.append(f"  - multipliers meet at `{_target(found, plan.critical)}`;")
        lines.append(f"  - h given: {_for_step(found, plan)};")
        lines += [f"  - {_given(found)} given: {_for_damping(best)};" for best in plan.for_damping]
        best = plan.together
        lines.append(
            f"  - both free: {_chosen(found, best)}, h = {text(best.step)}; F' is nilpotent, so the linearised "
            "error is 0 after two steps."
        )
    lines += [f"- {line[:1].upper()}{line[1:]}." for line in _equivalent_lines(found)]
    lines += _code_report(found)
    lines += _minibatch_report(found)
    return lines


# -- weights and steps ---------------------------------------------------------------------------------------------


def _at(found: Advice, damping: sp.Expr) -> dict[str, Any]:
    return {"damping": text(damping), "weight": None if found.weight is None else text(found.weight.at(damping))}


def _plan_document(found: Advice, plan: Plan) -> dict[str, Any]:
    def optimum(best: Optimum) -> dict[str, Any]:
        return {"where": formula_text(best.region), "h": text(best.step), "spectral_radius": text(best.radius)}

    def chosen(best: Optimum) -> dict[str, Any]:
        return _at(found, best.damping) | {"excluded": best.excluded} | optimum(best)

    return {
        "stable": formula_text(plan.stable),
        "critical": _at(found, plan.critical),
        "for_given_h": chosen(plan.for_step),
        "for_given_weight": [optimum(best) for best in plan.for_damping],
        "both": chosen(plan.together),
    }


def _target(found: Advice, damping: sp.Expr, excluded: bool = False) -> str:
    """What to set for a damping: the weight if there is one, else a condition, else what is to be added."""
    if found.weight is not None:
        but = " (excluded by the declared conditions)" if excluded else ""
        return f"{text(found.weight.quantity)} = {number_text(found.weight.at(damping))}{but}"
    if found.centre.damping.free_symbols:
        return f"{text(found.centre.damping)} = {number_text(damping)}"
    if found.centre.damping == 0:
        return f"R1 of gamma = {number_text(sp.cancel(damping / found.ratio))}"
    return f"a damping of {number_text(damping)} in place of {number_text(found.centre.damping)}"


def _chosen(found: Advice, best: Optimum) -> str:
    return _target(found, best.damping, best.excluded)


def _given(found: Advice) -> str:
    return "the penalty" if found.weight is None else str(found.weight.symbol)


def _for_step(found: Advice, plan: Plan) -> str:
    best = plan.for_step
    error = f"error times {text(best.radius)} a step, for {formula_text(best.region)}"
    return f"{_chosen(found, best)}, {error}"


def _for_damping(best: Optimum) -> str:
    return f"h = {number_text(best.step)}, error times {number_text(best.radius)}{_where(best)}"


def _where(best: Optimum) -> str:
    return "" if best.region == TRUE else f" where {formula_text(best.region)}"


def _steps_line(plan: Plan) -> str:
    """All regions in one line; without the factors of the error if that is too long."""
    steps = [f"h = {number_text(best.step)}" for best in plan.for_damping]
    factors = [f", error times {number_text(best.radius)}" for best in plan.for_damping]
    where = [_where(best) for best in plan.for_damping[:-1]] + [""]
    full = "; else ".join(map("".join, zip(steps, factors, where, strict=True)))
    return full if len(full) <= _LONGEST - 40 else "; else ".join(map("".join, zip(steps, where, strict=True)))


# -- the same by other means ---------------------------------------------------------------------------------------


def _equivalent_lines(found: Advice) -> list[str]:
    equivalents, penalty, curvature = found.equivalents, found.penalty, found.equivalents.curvature
    if found.centre.player != "psi":
        return ["equal noise: none, since G is damped and instance noise acts on D"]
    noise = _NOISE[equivalents.sign]
    if found.centre.damping == 0:
        if equivalents.sign == -1 and curvature is not None:
            noise = f"instance noise of sigma**2 damps as R1 of gamma = {text(-curvature)}*sigma**2 does"
        return [f"damping: none yet; {noise}"]
    if equivalents.variance is not None:
        own = found.own_noise and equivalents.variance == found.sampled_variance
        noise = "" if own else f"instance noise of sigma**2 = {text(equivalents.variance)}"
    own = penalty is not None and penalty.fake == 0 and penalty.real == equivalents.gamma
    words = "; ".join(filter(None, ["" if own else f"R1 of gamma = {_text(equivalents.gamma)}", noise]))
    return [f"same v'(x*): {words}"] if words else []


def _setting_document(found: Advice, setting: Setting) -> dict[str, Any]:
    row = setting.convention
    return {
        "code": row.code,
        "setting": row.setting,
        "term": row.term,
        "value": text(setting.value),
        "at_critical": _text(_at_critical(found, setting)),
        "note": row.note,
        "source": row.source,
    }


def _at_critical(found: Advice, setting: Setting) -> sp.Expr | None:
    weight = found.weight
    if weight is None or weight.power != 1 or not setting.value.has(weight.symbol):
        return None
    return sp.expand(setting.value.xreplace({weight.symbol: weight.at(found.critical)}))


def _code_lines(found: Advice) -> list[str]:
    if found.penalty is None:
        return []
    if not found.settings:
        return [f"same penalty in code: {_two_weights(found)}"]
    shown = "; ".join(f"{s.convention.code} {s.convention.setting} = {text(s.value)}" for s in found.settings)
    return [f"same penalty in code: {shown}"]


def _two_weights(found: Advice) -> str:
    assert found.penalty is not None
    weights = f"gamma = {text(found.penalty.real)} on real and {text(found.penalty.fake)} on fake samples"
    return f"{weights}; the known ones have one number for both"


def _code_report(found: Advice) -> list[str]:
    if found.penalty is None:
        return []
    lines = [
        f"- D's penalty is gamma/2 E|grad D|^2 with gamma = `{text(found.penalty.real)}` on real and "
        f"`{text(found.penalty.fake)}` on fake samples. The same penalty in code:"
    ]
    if not found.settings:
        return [*lines, f"  {_two_weights(found)}."]
    lines.append("\n| code | term | set | at the critical weight | note |\n|---|---|---|---|---|")
    for setting in found.settings:
        row, critical = setting.convention, _at_critical(found, setting)
        shown = "" if critical is None else f"`{text(critical)}`"
        lines.append(f"| {row.code} | `{row.term}` | `{row.setting} = {text(setting.value)}` | {shown} | {row.note} |")
    return [*lines, ""]


# -- minibatches ---------------------------------------------------------------------------------------------------


def _sampled_document(found: Advice) -> dict[str, Any] | None:
    if not found.sampled:
        return None
    return {
        "noise": "own" if found.own_noise else "equivalent",
        "noise_variance": _text(found.sampled_variance),
        "model": MODEL,
        **{schedule.value: _covariance_document(at) for schedule, at in found.sampled},
    }


def _covariance_document(at: Stationary) -> dict[str, Any]:
    rows = [[text(at.covariance[i, j]) for j in range(2)] for i in range(2)]
    return {"covariance": rows, "where": formula_text(at.settles), "small_h": text(at.leading)}


def _minibatch_lines(found: Advice) -> list[str]:
    noise = "this noise, sampled," if found.own_noise else "that noise, sampled in its place,"
    never = ""
    if found.sampled:
        leading = dict(found.sampled)[Schedule.SIMULTANEOUS].leading
        never = f"{noise} never settles at a fixed step: Var(psi) is about {text(leading)} for small h"
    clean = "clean samples are all the same, covariance 0" if found.settles else ""
    words = "; ".join(filter(None, [clean, never]))
    return [f"minibatches: {words}"] if words else []


def _minibatch_report(found: Advice) -> list[str]:
    lines: list[str] = []
    if found.settles:
        lines.append(
            "- Minibatches of clean samples: all samples of the Dirac-GAN are the same, so the covariance is 0."
        )
    if not found.sampled:
        return lines
    noise = "this instance noise" if found.own_noise else "the equal instance noise in place of the damping"
    lines.append(
        f"- Minibatches of `{found.batch}` samples with {noise} (variance `{_text(found.sampled_variance)}`) never "
        f"settle at a fixed step: the standard deviation falls like sqrt(h/{found.batch}). "
        f"The stationary covariance, {MODEL}:"
    )
    for schedule, at in found.sampled:
        (first, mixed), (_, second) = at.covariance.tolist()
        lines.append(f"  - {schedule.value}: Var(psi) = `{text(second)}`, Var(theta) = `{text(first)}`,")
        lines.append(f"    Cov = `{text(mixed)}`, attained for `{formula_text(at.settles)}`;")
        lines.append(f"    Var(psi) is about `{text(at.leading)}` for small h.")
    return lines


def _text(expression: sp.Expr | None) -> str | None:
    return None if expression is None else text(expression)

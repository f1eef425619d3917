"""Whether what a proposal claims is what was derived: yes, no (with an exact point), or not decided.

Lists of eigenvalues are compared as multisets through the polynomial that has them as roots. Two polynomials are equal
if the differences of their coefficients reduce to 0 with every radical r = u**(1/q) replaced by a root of r**q = u;
they differ if an exact admissible point gives different values, by complex ball arithmetic. Regions are compared by the
solver, both ways.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sympy as sp

from . import expression as ex
from .analysis import Analysis
from .conditions import Condition
from .criteria import schur_expressions
from .decision.points import is_nonzero
from .derivation import derivative_symbols
from .formula import FALSE, TRUE, And, Formula, compare, conjunction, disjunction, negation, substituted, symbols
from .hypotheses import condition_formula
from .interpretation import ScalarAlgebra
from .printing import text
from .rulings import Verdict
from .spectrum import characteristic_coefficients, discriminant

_POINTS = 4


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """One claimed key.

    Attributes:
        claim: The key under ``[claim]``.
        holds: True or False as proved, None if not decided.
        reason: One sentence.
    """

    claim: str
    holds: bool | None
    reason: str


def check_claims(analysis: Analysis) -> list[ClaimResult]:
    """Checks every claimed key.

    Args:
        analysis: The proposal with what was derived.

    Returns:
        One result per key that is present, in the order of the contract.
    """
    claim = analysis.proposal.claim
    results: list[ClaimResult] = []
    if claim.verdict is not None:
        results.append(verdict_claim(analysis, claim.verdict))
    if claim.rate is not None:
        results.append(_rate_claim(analysis, claim.rate))
    if claim.eigenvalues is not None:
        results.append(_spectrum_claim(analysis, "eigenvalues", claim.eigenvalues, analysis.jacobian))
    if claim.multipliers is not None:
        results.append(_spectrum_claim(analysis, "multipliers", claim.multipliers, analysis.update_matrix))
    if claim.condition is not None:
        results.append(_condition_claim(analysis, claim.condition))
    if claim.step_size is not None:
        results.append(_step_size_claim(analysis, claim.step_size))
    if claim.critical is not None:
        results.append(_critical_claim(analysis, claim.critical))
    return results


def verdict_claim(analysis: Analysis, claimed: str) -> ClaimResult:
    """Whether the verdict is the claimed one; an exact point against it refutes it even where the rest is open."""
    found = analysis.verdict
    if found.verdict.value == claimed:
        return ClaimResult("verdict", True, f"the verdict is {claimed}")
    if found.verdict is not Verdict.UNDECIDED:
        return ClaimResult("verdict", False, f"the verdict is {found.verdict.value}: {found.reason}")
    against = {"converges": found.counterexample, "does-not-converge": found.witness}.get(claimed)
    if against is not None:
        return ClaimResult("verdict", False, f"refuted at {_point_text(against)}")
    return ClaimResult("verdict", None, found.reason)


def _rate_claim(analysis: Analysis, claimed: str) -> ClaimResult:
    found = analysis.verdict
    if found.verdict is Verdict.UNDECIDED:
        return ClaimResult("rate", None, found.reason)
    if found.verdict is not Verdict.CONVERGES:
        return ClaimResult("rate", False, f"there is no rate: the verdict is {found.verdict.value}")
    if not found.rate:
        return ClaimResult("rate", None, "the rate of convergence is not known")
    return ClaimResult("rate", found.rate == claimed, f"the rate is {found.rate}")


def _names(analysis: Analysis) -> dict[str, sp.Expr]:
    names: dict[str, sp.Expr] = dict(derivative_symbols()) | {"h": analysis.step}
    if analysis.derivation is not None:
        names |= dict(analysis.derivation.objective_values)
        names |= analysis.derivation.symbols
    return names


def _spectrum_claim(
    analysis: Analysis, key: str, claimed: Sequence[ex.Expression], matrix: sp.ImmutableMatrix | None
) -> ClaimResult:
    if matrix is None:
        return ClaimResult(key, None, "there is no Jacobian to compare with")
    algebra = ScalarAlgebra(_names(analysis))
    values = [ex.interpret(value, algebra) for value in claimed]
    derived = characteristic_coefficients(matrix)
    if len(values) != len(derived) - 1:
        return ClaimResult(key, False, f"{len(values)} values are claimed, there are {len(derived) - 1}")
    z = sp.Dummy("z")
    product = sp.Poly(sp.expand(sp.prod([z - value for value in values])), z)
    differences = [sp.expand(a - b) for a, b in zip(product.all_coeffs(), derived, strict=True)]
    same = all(map(vanishes_identically, differences))
    if same and _covers(analysis):
        return ClaimResult(key, True, "both have the same characteristic polynomial")
    if same:
        return ClaimResult(key, None, "v' differs from one case of the parameters to another")
    for point in _admissible_points(analysis, matrix):
        if any(is_nonzero(difference.xreplace(point)) for difference in differences):
            return ClaimResult(key, False, f"the characteristic polynomials differ at {_point_text(point)}")
    return ClaimResult(key, None, "whether the characteristic polynomials agree could not be decided")


def vanishes_identically(expression: sp.Expr) -> bool:
    """Whether an expression with radicals is 0 by its normal form modulo r**q = u for each radical r.

    False says nothing. Sound where the radicals mean fixed roots of their radicands, real or complex.
    """
    radicals: dict[sp.Expr, sp.Symbol] = {}
    relations: list[tuple[sp.Symbol, sp.Expr, int]] = []

    def flat(node: sp.Expr) -> sp.Expr:
        if node.is_Symbol or node.is_Rational or node is sp.I:
            return node
        if isinstance(node, sp.Add | sp.Mul):
            return node.func(*map(flat, node.args))
        if isinstance(node, sp.Pow) and node.exp.is_Integer:
            return flat(node.base) ** node.exp
        if isinstance(node, sp.Pow) and node.exp.is_Rational:
            key = sp.Pow(node.base, sp.Rational(1, node.exp.q))
            if key not in radicals:
                base = flat(node.base)
                radicals[key] = sp.Symbol(f"_r{len(radicals)}")
                relations.append((radicals[key], base, node.exp.q))
            return radicals[key] ** node.exp.p
        if isinstance(node, sp.Abs) and node not in radicals:
            base = flat(node.args[0])
            radicals[node] = sp.Symbol(f"_r{len(radicals)}")
            relations.append((radicals[node], base**2, 2))
        elif node not in radicals:
            radicals[node] = sp.Symbol(f"_r{len(radicals)}")
        return radicals[node]

    numerator = sp.expand(sp.numer(sp.together(flat(expression))))
    for symbol, base, degree in reversed(relations):
        top, bottom = sp.fraction(sp.together(base))
        if not numerator.has(symbol):
            continue
        remainder = sp.Poly(numerator, symbol).rem(sp.Poly(bottom * symbol**degree - top, symbol))
        numerator = sp.expand(sp.numer(sp.together(remainder.as_expr())))
    return numerator == 0


def _covers(analysis: Analysis) -> bool:
    """Whether the one Jacobian of the analysis is v' for all admissible parameters."""
    return analysis.prover.proves(analysis.hypotheses, analysis.jacobian_region, "v' is the same for all parameters")


def _admissible_points(analysis: Analysis, matrix: sp.ImmutableMatrix) -> list[dict[sp.Symbol, sp.Expr]]:
    """A few different exact points where the hypotheses hold."""
    variables = set(_symbols_of(analysis)) | matrix.free_symbols
    formula, points = conjunction([analysis.hypotheses, analysis.jacobian_region]), []
    for _ in range(_POINTS):
        point = analysis.prover.point(formula, variables, "an admissible point")
        if point is None:
            break
        points.append(point)
        if not point:
            break
        formula = conjunction([formula, *(compare(s, "!=", value) for s, value in point.items())])
    return points


def _symbols_of(analysis: Analysis) -> list[sp.Symbol]:
    return [sp.Symbol(name, real=True) for name in analysis.symbol_names if name != "z"]


def _point_text(point: dict[sp.Symbol, sp.Expr]) -> str:
    return ", ".join(f"{symbol} = {text(value)}" for symbol, value in sorted(point.items(), key=lambda i: str(i[0])))


def _same_region(analysis: Analysis, key: str, claimed: Formula, derived: Formula, assumed: Formula) -> ClaimResult:
    prover = analysis.prover
    if prover.proves(conjunction([assumed, claimed]), derived, f"claimed {key}") and prover.proves(
        conjunction([assumed, derived]), claimed, f"claimed {key}"
    ):
        return ClaimResult(key, True, "the claimed and the derived region are the same")
    differ = disjunction([conjunction([claimed, negation(derived)]), conjunction([derived, negation(claimed)])])
    point = prover.point(conjunction([assumed, differ]), purpose=f"claimed {key}")
    if point is not None:
        return ClaimResult(key, False, f"the claimed and the derived region differ at {_point_text(point)}")
    return ClaimResult(key, None, "whether the claimed and the derived region agree could not be decided")


def _region(analysis: Analysis, condition: Condition) -> Formula:
    formula = condition_formula(condition, _names(analysis))
    if analysis.derivation is None:
        return formula
    values = {sp.Symbol(n, real=True): v for n, v in analysis.derivation.objective_values.items()}
    return substituted(formula, values)


def _condition_claim(analysis: Analysis, condition: Condition) -> ClaimResult:
    regions = {
        Verdict.CONVERGES: TRUE,
        Verdict.DOES_NOT_CONVERGE: FALSE,
        Verdict.CONDITIONAL: analysis.condition,
        Verdict.UNDECIDED: None,
    }
    derived = regions[analysis.verdict.verdict]
    if derived is None:
        return ClaimResult("condition", None, "the exact region of convergence was not found")
    return _same_region(analysis, "condition", _region(analysis, condition), derived, analysis.hypotheses)


def _step_size_claim(analysis: Analysis, condition: Condition) -> ClaimResult:
    if analysis.update_matrix is None or not _covers(analysis):
        return ClaimResult("step_size", None, "there is no linearised map to derive a step size from")
    h = analysis.step
    assumed = analysis.hypotheses
    parts = assumed.parts if isinstance(assumed, And) else (assumed,)
    positive = conjunction([*(part for part in parts if h not in symbols(part)), compare(h, ">")])
    inside = schur_expressions(characteristic_coefficients(analysis.update_matrix))
    derived = conjunction(compare(expression, ">") for expression in inside)
    return _same_region(analysis, "step_size", _region(analysis, condition), derived, positive)


def _critical_claim(analysis: Analysis, condition: Condition) -> ClaimResult:
    if analysis.jacobian is None or not _covers(analysis):
        return ClaimResult("critical", None, "there is no Jacobian to derive critical values from")
    if analysis.jacobian.rows != 2:
        return ClaimResult("critical", None, "critical values are derived for two eigenvalues only")
    derived = compare(discriminant(analysis.jacobian), "==")
    return _same_region(analysis, "critical", _region(analysis, condition), derived, analysis.hypotheses)

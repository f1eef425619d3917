"""Error bounds hold against exact arithmetic, and the series are the derivatives."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from convergan.numeric import jets
from convergan.numeric.jet_language import batch, jets_of
from convergan.numeric.jets import EPS, Jet, Kinks, decided_magnitudes
from convergan.numeric.polynomials import PolynomialAlgebra
from convergan.symbolic import expression as ex
from convergan.symbolic.parser import Scope, parse

NAMES = Scope(frozenset({"theta", "psi", "a"}))


def series(text: str, theta: float, psi: float, order: int, kinks: Kinks | None = None, a: float = 0.0) -> Jet:
    names = {
        "theta": Jet.variable(batch(theta), 0, order),
        "psi": Jet.variable(batch(psi), 1, order),
        "a": Jet.constant(batch(a), order),
    }
    return jets_of(parse(text, NAMES), names, kinks or Kinks(), order)


def coefficients(jet: Jet) -> dict[tuple[int, int], float]:
    return {index: float(jet.values[k].item()) for k, index in enumerate(jets.indices(jet.order))}


@st.composite
def polynomials(draw: st.DrawFn) -> str:
    """Sums of products that often cancel."""
    leaf = st.sampled_from(["theta", "psi", "(theta - psi)", "(theta + 1)", "(1 - psi)", "a", "3", "(-1/3)"])
    terms = draw(st.lists(st.lists(leaf, min_size=1, max_size=4).map("*".join), min_size=1, max_size=6))
    return " - ".join(terms)


@given(text=polynomials(), theta=st.floats(-1e3, 1e3), psi=st.floats(-1e3, 1e3), a=st.floats(-1e6, 1e6))
def test_the_bound_covers_the_rounding_error(text: str, theta: float, psi: float, a: float) -> None:
    tree = parse(text, NAMES)
    jet = series(text, theta, psi, 0, a=a)
    exact = exact_value(tree, {"theta": Fraction(theta), "psi": Fraction(psi), "a": Fraction(a)})
    operations = sum(1 for _ in ex.walk(tree))
    underflow = Fraction(1, 10**300)
    bound = Fraction(operations * EPS) * Fraction(float(jet.magnitude.item())) + underflow
    assert abs(Fraction(float(jet.value.item())) - exact) <= bound


def exact_value(node: ex.Expression, values: dict[str, Fraction]) -> Fraction:
    match node:
        case ex.Number(value=value):
            return value
        case ex.Name(name=name):
            return values[name]
        case ex.Negate(operand=operand):
            return -exact_value(operand, values)
        case ex.Add(terms=terms):
            return sum((exact_value(term, values) for term in terms), Fraction(0))
        case ex.Multiply(factors=factors):
            product = Fraction(1)
            for factor in factors:
                product *= exact_value(factor, values)
            return product
        case ex.Divide(numerator=numerator, denominator=denominator):
            return exact_value(numerator, values) / exact_value(denominator, values)
    raise TypeError(node)


def test_taylor_coefficients_of_a_composition() -> None:
    found = coefficients(series("exp(theta*psi)*cos(theta) + sqrt(1 + psi)/(2 - theta)", 0.0, 0.0, 3))
    # exp(tp) cos t = 1 + tp - t^2/2 + ...; sqrt(1+p)/(2-t) = (1 + p/2 - p^2/8 + p^3/16)(1/2 + t/4 + t^2/8 + t^3/16)
    expected = {
        (0, 0): 1 + 1 / 2,
        (1, 0): 1 / 4,
        (0, 1): 1 / 4,
        (2, 0): -1 / 2 + 1 / 8,
        (1, 1): 1 + 1 / 8,
        (0, 2): -1 / 16,
        (3, 0): 1 / 16,
        (2, 1): 1 / 16,
        (1, 2): -1 / 32,
        (0, 3): 1 / 32,
    }
    assert found == pytest.approx(expected, abs=1e-14)


def test_derivatives_of_series_lower_the_order() -> None:
    jet = series("theta**3*psi**2", 2.0, 3.0, 3)
    by_theta = jet.derivative(0)
    assert by_theta.order == 2
    assert by_theta.value.item() == 3 * 4 * 9
    assert by_theta.derivative(1).value.item() == 3 * 4 * 6
    with pytest.raises(ValueError, match="order 0"):
        by_theta.derivative(0).derivative(0).derivative(0)


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("abs(psi)", False),
        ("abs(psi)**2", True),
        ("abs(psi)**3", True),
        ("abs(psi)*abs(psi)", True),
        ("theta*abs(psi)", False),
        ("max(0, abs(psi) - 1)**2", True),
        ("max(0, psi)**2", True),
        ("max(0, psi)", False),
        ("min(3, psi, abs(psi) + 1)", True),
        ("max(theta, abs(psi))", True),
        ("sqrt(psi**2)", False),
        ("sqrt(1 + psi**2)", True),
        ("sign(psi)*psi**2", True),
        ("psi**(3/2)", False),
        ("0*abs(psi)", True),
        ("abs(theta - 1/3 - 1/3)", True),
    ],
)
def test_first_derivatives_at_kinks_are_marked(text: str, decided: bool) -> None:
    def compute(kinks: Kinks) -> tuple[np.ndarray, np.ndarray]:
        jet = series(text, 1.0, 0.0, 1, kinks)
        return jet.values[2], jet.magnitudes[2]

    values, _, found = decided_magnitudes(1e-12, compute)
    assert (found & np.isfinite(values)).all() == decided


def test_polynomials_in_one_name() -> None:
    tree = parse("(gamma - 2)**2*a - gamma/4", Scope(frozenset({"gamma", "a"})))
    found = PolynomialAlgebra({"a": np.array([3.0])}, "gamma").polynomial(tree)
    assert [c.item() for c in found] == [12.0, -12.25, 3.0]

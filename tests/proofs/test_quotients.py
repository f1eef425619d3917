"""The normal form in which ``verify`` compares identities."""

from __future__ import annotations

import pytest

from convergan.proofs.quotients import QuotientAlgebra


def same(left: str, right: str) -> bool:
    algebra = QuotientAlgebra({"x", "y"})
    return algebra.equal(algebra.read(left), algebra.read(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("(x + y)**3 / (x + y)", "x**2 + 2*x*y + y**2"),
        ("(x + I)*(x - I)", "x**2 + 1"),
        ("I**3", "-I"),
        ("sqrt(x**2 + 1)**2", "x**2 + 1"),
        ("(y - sqrt(x))*(y + sqrt(x))", "y**2 - x"),
        ("(x**2 + 1)**(3/2)", "(x**2 + 1)*sqrt(1 + x**2)"),
        ("sqrt((sqrt(x*y))**2 + 1)**2", "x*y + 1"),
        ("(1 + I*sqrt(x))*(1 - I*sqrt(x))", "1 + x"),
        ("x/(x*y)", "1/y"),
        ("x**(-2)*x**2", "1"),
    ],
)
def test_equal_quotients(left: str, right: str) -> None:
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [("sqrt(x**2)", "x"), ("sqrt(x)", "-sqrt(x)"), ("I", "1"), ("x/y", "y/x"), ("sqrt(x)*sqrt(y)", "sqrt(x*y)")],
)
def test_what_is_not_shown_equal(left: str, right: str) -> None:
    assert not same(left, right)

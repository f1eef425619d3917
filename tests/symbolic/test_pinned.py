"""Parameters that their conditions pin to one number."""

from __future__ import annotations

import pytest
import sympy as sp

from convergan.symbolic.formula import TRUE, compare, conjunction, disjunction
from convergan.symbolic.pinned import pinned

a, b, c = sp.symbols("a b c", real=True)
Q = sp.Rational


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (TRUE, {}),
        (compare(a, "==", Q(3, 10)), {a: Q(3, 10)}),
        (conjunction([compare(a, "==", 1), compare(b, "==", 2 * a), compare(c, ">")]), {a: 1, b: 2}),
        (conjunction([compare(b, "==", 2 * a), compare(a, "==", 1)]), {a: 1, b: 2}),
        (conjunction([compare(a**2, "==", 2), compare(a, ">")]), {a: sp.sqrt(2)}),
        (conjunction([compare(a**3, "==", 2)]), {a: sp.Integer(2) ** Q(1, 3)}),
        (conjunction([compare((a - 1) * (a - 2), "==", 0), compare(a, "!=", 1)]), {a: 2}),
        # What is no single number is not pinned.
        (compare(a**2, "==", 2), {}),
        (compare(a * b, "==", 1), {}),
        (disjunction([compare(a, "==", 1), compare(a, "==", 2)]), {}),
        (conjunction([compare(a, ">=", 1), compare(b, "!=", 1)]), {}),
        (compare(sp.exp(a), "==", 2), {}),
    ],
)
def test_pinned(formula, expected):
    found = pinned(formula)
    assert found.keys() == expected.keys()
    assert all(sp.minimal_polynomial(found[s] - expected[s], c) == c for s in expected)

"""What both tests of rates share: matrices of one period, closed forms from the literature, and floats as an oracle."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
import sympy as sp

from convergan.symbolic.updates import UPDATES, Linearisation, period_matrix

H, G, A, R, B, W, S = sp.symbols("h gamma f1 r f2 w sigma", real=True)
Q = sp.Rational
R1 = sp.ImmutableMatrix([[0, -A], [A, -G]])
CENTRE = R1.xreplace({G: sp.Integer(0)})
# Exact points (gamma, f1), with f1 of either sign, and the boundaries.
POINTS = [
    (Q(1), Q(1)),
    (Q(1, 3), Q(-2)),
    (Q(5), Q(-3, 2)),
    (Q(2), Q(1)),
    (Q(3), Q(-3, 2)),
    (Q(3, 2), Q(1)),
    (Q(4), Q(3)),
]


def period(name, field=R1, **options):
    """F'(x*) of a rule, as its own linear period."""
    return period_matrix(UPDATES[name].configured(options), Linearisation(field, CENTRE, CENTRE), H)


MATRICES = {
    "simultaneous": period("simultaneous"),
    "alternating": period("alternating"),
    "alternating, two steps": period("alternating", d_steps=2),
    "h_ratio": period("simultaneous", sp.diag(1, R) * R1),
    "extragradient": period("extragradient"),
    "extragradient centre": period("extragradient", CENTRE),
    "consensus": period("consensus", CENTRE, consensus_weight=W),
    "instance noise": period("simultaneous", sp.ImmutableMatrix([[0, -A], [A, 2 * B * S**2]])),
    "optimistic": period("optimistic"),
    "optimistic centre": period("optimistic", CENTRE),
    "competitive centre": period("competitive", CENTRE),
    "lookahead": period("lookahead", CENTRE, lookahead_steps=3, lookahead_alpha=Q(1, 2)),
    "heavy ball": period("simultaneous", momentum=Q(-1, 3)),
    "alternating heavy ball": period("alternating", CENTRE, momentum=Q(-1, 2)),
    "lazy": period("simultaneous", lazy=2),
}


def simultaneous(g, a):
    """LITERATURE 1.9 [OPT]."""
    if g < 2 * abs(a):
        return g / (2 * a**2), sp.sqrt(1 - g**2 / (4 * a**2))
    return 2 / g, sp.sqrt(1 - 4 * a**2 / g**2)


def alternating(g, a):
    """The double eigenvalue, up to the root of gamma^3 - 2 a gamma^2 + 2 a^2 gamma - 2 a^3; then T = 0."""
    a = abs(a)
    if g**3 - 2 * a * g**2 + 2 * a**2 * g - 2 * a**3 < 0:
        return (2 * a - g) / a**2, abs(1 - g / a)
    h = (-g + sp.sqrt(g**2 + 8 * a**2)) / (2 * a**2)
    return h, sp.sqrt(g * h - 1)


BEST = {"simultaneous": simultaneous, "alternating": alternating}


class Rates:
    """By name: matrices, (gamma, f1) -> (h, rho) of R1, and the oracle."""

    matrices = MATRICES
    centre = CENTRE
    best = BEST
    period = staticmethod(period)

    @staticmethod
    def radius_at(matrix, values):
        """Rho by numpy: an oracle that knows nothing of factors or conditions."""
        return max(abs(np.linalg.eigvals(np.array(matrix.xreplace(values).tolist(), dtype=float))))

    @staticmethod
    def smallest(matrix, symbol, values, top=8.0):
        """(x, rho) where rho is smallest over 0 < x < top, by a grid that zooms in."""
        function = sp.lambdify(symbol, [list(row) for row in matrix.xreplace(values).tolist()], "numpy")

        def rho(x):
            entries = [[np.broadcast_to(entry, x.shape) for entry in row] for row in function(x)]
            return abs(np.linalg.eigvals(np.moveaxis(np.array(entries, dtype=float), -1, 0))).max(axis=1)

        low, high, best = 1e-9, top, (inf, 0.0)
        for _ in range(8):
            grid = np.linspace(low, high, 2001)
            found = rho(grid)
            index = int(found.argmin())
            best = min(best, (float(found[index]), float(grid[index])))
            low, high = max(grid[max(index - 2, 0)], 1e-9), grid[min(index + 2, len(grid) - 1)]
        return best[1], best[0]


@pytest.fixture(scope="session")
def rates():
    return Rates


def pytest_generate_tests(metafunc):
    """A test with the arguments `r1_rule` and `r1_point` runs on both rules with a closed form, at all points."""
    if "r1_point" in metafunc.fixturenames:
        metafunc.parametrize("r1_point", POINTS, ids=str)
    if "r1_rule" in metafunc.fixturenames:
        metafunc.parametrize("r1_rule", list(Rates.best))

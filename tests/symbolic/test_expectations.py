"""Exact expectations under Gaussian and mixing randomness, against moments, quadrature and losses integrated first."""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from convergan.symbolic import read_proposal
from convergan.symbolic.calculus import (
    GaussSymbol,
    Mean,
    ObjectiveDerivative,
    UniformSymbol,
    moment,
)
from convergan.symbolic.decision.cells import Cell, analysed
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import derive
from convergan.symbolic.germs import local_field
from convergan.symbolic.hypotheses import hypotheses
from convergan.symbolic.objectives import NAMED_OBJECTIVES
from convergan.symbolic.prototypes.latents import noise

theta, psi, sigma, c, f1, f2, f3 = sp.symbols("theta psi sigma c f1 f2 f3", real=True)
(EPSILON_REAL,) = noise("real", 1)
REAL = {"data": "c"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"


def pieces(document):
    """Cells of the parameters and the field's pieces there."""
    derivation = derive(read_proposal(document))
    start = Cell(hypotheses(derivation), Prover())
    cells = analysed(start, lambda cell: local_field(derivation, cell))
    return [(cell, piece) for cell, found in cells for piece in found.pieces]


def normal_moment(power):
    """E n**power for a standard normal n: (2m)!/(2^m m!) for power = 2m."""
    return 0 if power % 2 else sp.factorial(power) / (2 ** (power // 2) * sp.factorial(power // 2))


def integrated(polynomial, symbol, moment):
    """The polynomial's expectation over one random symbol."""
    terms = sp.Poly(sp.expand(polynomial), symbol).all_terms()
    return sp.Add(*(coefficient * moment(power) for (power,), coefficient in terms))


def averaged(expression):
    """Means of polynomials in the random symbols, done by moments."""
    for mean in expression.atoms(Mean):
        body = mean.args[0]
        for symbol in [s for s in body.free_symbols if isinstance(s, GaussSymbol | UniformSymbol)]:
            uniform = isinstance(symbol, UniformSymbol)
            body = integrated(body, symbol, (lambda k: sp.Rational(1, k + 1)) if uniform else normal_moment)
        expression = expression.xreplace({mean: body})
    return expression


def test_normal_moments_are_integrals():
    x = sp.Symbol("x", real=True)
    density = sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)
    for power in range(7):
        integral = sp.integrate(x**power * density, (x, -sp.oo, sp.oo))
        assert integral == normal_moment(power) == moment(EPSILON_REAL, power)


def test_instance_noise_moments_against_integrals():
    """A polynomial f under noise, data at c: losses integrated first, differentiated afterwards."""
    n, m = sp.symbols("n m", real=True)
    f = lambda t: 3 * t - 2 * t**2 + t**3 - 5 * t**4  # noqa: E731
    document = {
        "parameters": {"sigma": "real", "c": "real"},
        "game": REAL,
        "objective": {"f": "3*t - 2*t**2 + t**3 - 5*t**4", "instance_noise": "sigma"},
    }
    on_fake = integrated(f(psi * (theta + sigma * n)), n, normal_moment)
    on_real = integrated(f(-psi * (c + sigma * m)), m, normal_moment)
    gain = on_fake + on_real
    field = sp.Matrix([-sp.diff(on_fake, theta), sp.diff(gain, psi)])
    expected = field.jacobian([theta, psi]).subs({theta: c, psi: 0})
    for _, piece in pieces(document):
        assert (piece.jacobian - expected).applyfunc(sp.expand) == sp.zeros(2)


@pytest.mark.parametrize(
    ("f", "penalty"),
    [
        ("standard", "0"),
        ("standard", "E_real_noisy(sigmoid(D)*norm(grad(D))**2, 3/2)"),
        ("squared-hellinger", "norm(grad_psi(L))**2"),
        ("total-variation", "E_mix(softplus(D)**2) + E_fake_noisy(tanh(D)**2, 2)"),
        ("least-squares", "exp(E_real(D)) + E_real_noisy(cos(D), 1/3)"),
    ],
)
def test_jacobians_against_quadrature(oracle, f, penalty):
    document = {
        "game": {"data": "3/4"},
        "objective": {"f": f, "instance_noise": "1/2"},
        "penalty": {"discriminator": penalty, "generator": penalty},
    }
    ((_, piece),) = pieces(document)
    written_out = {**document, "objective": {"f": NAMED_OBJECTIVES[f].f, "instance_noise": "1/2"}}
    loss = oracle.loss(written_out, {})
    expected = loss.jacobian()
    for i in range(2):
        for j in range(2):
            assert abs(mp.mpf(sp.N(piece.jacobian[i, j], 40)) - expected[i, j]) < mp.mpf(10) ** -20
    v = loss.field(loss.data, mp.mpf(0))
    for i in range(2):
        assert abs(mp.mpf(sp.N(piece.value[i], 40)) - v[i]) < mp.mpf(10) ** -20


def test_f_stays_arbitrary():
    """With f = any, substituting a concrete f's derivatives afterwards is the same as starting with it."""
    document = {
        "parameters": {"sigma": "sigma > 0", "c": "real", "gamma": "gamma > 0"},
        "game": REAL,
        "penalty": {"discriminator": f"{R1} + norm(grad_theta(L))**2", "generator": "norm(grad_psi(L_G))**2"},
    }
    noisy = {"instance_noise": "sigma"}
    free = pieces({**document, "objective": {**noisy, "assume": "real"}})
    concrete = pieces({**document, "objective": {**noisy, "f": "2*t - 3*t**2 + 7*t**3"}})
    values = {f1: sp.Integer(2), f2: sp.Integer(-6), f3: sp.Integer(42)}
    free_matrices = {tuple(sp.expand(e.xreplace(values)) for e in piece.jacobian) for _, piece in free}
    concrete_matrices = {tuple(sp.expand(e) for e in piece.jacobian) for _, piece in concrete}
    assert concrete_matrices <= free_matrices
    assert any(e.has(f2) for _, piece in free for e in piece.jacobian)


def test_objective_derivative_nodes():
    derivation = derive(read_proposal({"penalty": {"discriminator": "norm(grad_psi(L))**2"}}))
    orders = {int(node.args[0]) for row in derivation.field for node in row.atoms(ObjectiveDerivative)}
    assert orders == {1, 2}
    assert derivation.equilibrium == (0, 0)
    assert derivation.objective_values == {}


def test_noise_only_through_its_variance():
    noise = lambda text: pieces({"parameters": {"s": "s > 0"}, "objective": {"instance_noise": text}})  # noqa: E731
    ((_, plus),), ((_, minus),), ((_, twice),) = noise("s"), noise("-s"), noise("2*s")
    assert plus.jacobian == minus.jacobian != twice.jacobian


@settings(max_examples=15)
@given(
    st.lists(st.integers(-3, 3), min_size=4, max_size=4),
    st.lists(st.integers(-3, 3), min_size=4, max_size=4),
    st.integers(-2, 2),
    st.integers(-2, 2),
)
def test_random_polynomial_losses(f, g, at, on_theta):
    """Random polynomial f and generator loss, data anywhere, a random polynomial penalty: v by SymPy's diff."""
    text = "+".join(f"({a})*t**{i + 1}" for i, a in enumerate(f))
    other = "+".join(f"({a})*t**{i + 1}" for i, a in enumerate(g))
    document = {
        "game": {"data": str(at)},
        "objective": {"f": text, "generator": other},
        "penalty": {"discriminator": f"({on_theta})*E_mix(D**3) + E_real(D)*E_fake(D)", "generator": "E_fake(D)**3"},
    }
    derivation = derive(read_proposal(document))
    polynomial = lambda coefficients, t: sum(a * t ** (i + 1) for i, a in enumerate(coefficients))  # noqa: E731
    u = sp.Symbol("w")
    x = u * theta + (1 - u) * at
    on_d = on_theta * sp.integrate(sp.expand((psi * x) ** 3), (u, 0, 1)) + psi * at * psi * theta
    gain = polynomial(f, psi * theta) + polynomial(f, -psi * at) - on_d
    cost = polynomial(g, psi * theta) + (psi * theta) ** 3
    assert sp.expand(averaged(derivation.field[0]) + sp.diff(cost, theta)) == 0
    assert sp.expand(averaged(derivation.field[1]) - sp.diff(gain, psi)) == 0
    assert derivation.equilibrium == (at, 0)

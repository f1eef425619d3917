"""The Dirac-GAN in n dimensions is n copies near x*, and turns with its coordinates everywhere."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp

from convergan.numeric.cases import Cases
from convergan.numeric.evaluate import evaluate
from convergan.numeric.field import TorchField
from convergan.symbolic import derive, read_proposal
from convergan.training.predictions.dirac import in_plane
from convergan.training.predictions.formulas import Tape
from convergan.training.predictions.maps import FieldMap

from .conftest import METHODS, STANDARD

ROTATING = {name: m for name, m in METHODS.items() if name not in ("R1, overdamped", "R1, alternating")} | {}
PENALTIES = {
    "mixed": {"discriminator": "E_mix((norm(grad(D)) - 1/2)**2)"},
    "noisy": {"discriminator": "E_real_noisy(norm(grad(D))**2 + D**2, 1/4)"},
    "generator's slope": {"generator": "norm(grad_psi(L))**2"},
    "lengths": {"discriminator": "norm(psi)**4 * norm(theta)**2 + norm(psi)**2"},
}


def in_dimension(sections, dimension, moving=None):
    game = {"prototype": "plane", "dimension": dimension, "generator_dimension": moving or dimension}
    return read_proposal(sections | {"game": game} if dimension > 1 else sections)


def jacobian(proposal, values):
    """By autograd on the losses as training code writes them, at x* = 0."""
    field = TorchField(proposal)
    cases = Cases({name: np.array([float(v)]) for name, v in values.items()}, None, np.zeros(1), {})
    theta, psi = (np.zeros((1, size)) for size in field.sizes)
    return field.jacobian(
        theta if field.sizes[0] > 1 else theta[:, 0], psi if field.sizes[1] > 1 else psi[:, 0], cases
    )[0]


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("name", ["R1", "R2", "WGAN", "consensus", "instance noise"])
def test_autograd_finds_uncoupled_copies(name, dimension):
    method = METHODS[name]
    one = jacobian(method.proposal(), method.values)
    many = jacobian(in_dimension(method.sections, dimension), method.values)
    # Entries are sums of some tens of products of numbers of size 1; the noise's nodes are exact to 64 eps.
    assert np.abs(many - np.kron(one, np.eye(dimension))).max() < 1e-13
    # Controls: not the transposed order, and not copies where G moves in one dimension only.
    assert np.abs(many - np.kron(np.eye(dimension), one)).max() > 0.1
    assert len(jacobian(in_dimension(method.sections, dimension, 1), method.values)) == 1 + dimension


def field_map(sections, values, dimension):
    derivation = derive(in_dimension(sections, dimension))
    at = {sp.Symbol(n, real=True): sp.Rational(v.numerator, v.denominator) for n, v in values.items()}
    return FieldMap(derivation, at, 0.1)


CASES = {name: (m.sections, m.values) for name, m in ROTATING.items()} | {
    name: (STANDARD | {"penalty": penalty}, {}) for name, penalty in PENALTIES.items()
}


def moved(sections, values, theta, psi):
    own = field_map(sections, values, theta.shape[1])
    return own.step(own.start(theta, psi))[:2]


@pytest.mark.parametrize("name", CASES)
def test_a_period_turns_with_its_coordinates(name):
    """F(R x) = R F(x) for R in O(2), a rotation and a reflection; and runs that start parallel stay one-dimensional."""
    sections, values = CASES[name]
    random = np.random.default_rng(1)
    theta, psi = random.normal(size=(2, 5, 2))
    q = np.linalg.qr(random.normal(size=(2, 2)))[0]
    for turn in (q, q @ np.diag([1.0, -1.0])):
        here, there = moved(sections, values, theta, psi), moved(sections, values, theta @ turn.T, psi @ turn.T)
        # Tens of operations; sums over nodes of a grid that turns are exact to the rule's degree only.
        slack = 1e-12 if "noise" not in name else 1e-6
        assert max(np.abs(b - a @ turn.T).max() for a, b in zip(here, there, strict=True)) < slack
    unit = np.array([0.6, 0.8])
    a, b = random.normal(size=(2, 5, 1))
    along, single = moved(sections, values, a * unit, b * unit), moved(sections, values, a, b)
    slack = 1e-12 if "noise" not in name else 1e-6
    assert max(np.abs(x - y * unit).max() for x, y in zip(along, single, strict=True)) < slack


def test_clipping_does_not_turn():
    """The control: entries are clipped one by one."""
    sections = {"objective": {"f": "wasserstein"}, "training": {"update": "simultaneous", "clip": "1/10"}}
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    theta, psi = np.array([[1.0, 0.3]]), np.array([[0.5, -0.2]])
    here, there = moved(sections, {}, theta, psi), moved(sections, {}, theta @ turn.T, psi @ turn.T)
    assert np.abs(there[1] - here[1] @ turn.T).max() > 1e-2


def test_two_vectors_in_their_plane_keep_their_products():
    random = np.random.default_rng(2)
    for size in (2, 3, 7):
        theta, psi = random.normal(size=(2, size))
        pair, other = np.stack(in_plane(theta, psi)), np.stack([theta, psi])
        assert pair.shape == (2, 2)
        assert np.abs(pair @ pair.T - other @ other.T).max() < 1e-13


@pytest.mark.parametrize(
    "name", [name for name in CASES if "noise" not in name and "noisy" not in name and name != "mixed"]
)
def test_the_tape_is_the_formula(name):
    """Against ``numeric.evaluate``, which walks the formulas and bounds its rounding."""
    sections, values = CASES[name]
    derivation = derive(in_dimension(sections, 2))
    at = {sp.Symbol(n, real=True): sp.Rational(v.numerator, v.denominator) for n, v in values.items()}
    rows = [row.xreplace(at) for row in derivation.field]
    points = np.random.default_rng(3).normal(size=(len(derivation.coordinates), 20))
    found = np.stack(Tape(rows, derivation.coordinates)(list(points)), axis=1)
    expected, size = evaluate(rows, dict(zip(derivation.coordinates, points, strict=True)))
    count = max(sum(4 for _ in sp.preorder_traversal(row)) for row in rows)
    assert (np.abs(found - expected) <= 2 * count * np.finfo(float).eps * size).all()


def test_expectations_are_gauss_sums():
    """E exp(s z) = exp(s^2/2), and of a uniform variable (exp(s) - 1)/s."""
    from convergan.symbolic.calculus import UNIFORM, GaussSymbol, Mean

    s, z = sp.Symbol("s", real=True), GaussSymbol("z", real=True)
    at = np.array([0.5, 1.0, -1.5])
    normal, uniform = Tape([Mean(sp.exp(s * z)), Mean(sp.exp(s * UNIFORM))], [s])([at])
    assert np.abs(normal / np.exp(at**2 / 2) - 1).max() < 1e-13
    assert np.abs(uniform / (np.expm1(at) / at) - 1).max() < 1e-13
    with pytest.raises(TypeError, match="no value"):
        Tape([sp.Symbol("t", real=True)], [s])

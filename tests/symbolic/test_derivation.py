"""Fields and Jacobians against the literature's closed forms and against other routes of differentiation."""

from __future__ import annotations

import pytest
import sympy as sp

from convergan.symbolic import analyse, read_proposal
from convergan.symbolic.calculus import (
    GaussSymbol,
    Mean,
    UniformSymbol,
)
from convergan.symbolic.decision.cells import Cell, analysed
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import derive
from convergan.symbolic.germs import local_field
from convergan.symbolic.hypotheses import hypotheses
from convergan.symbolic.spectrum import characteristic_polynomial, eigenvalues

theta, psi, gamma, sigma, c, eta, k, lam, f1, f2, f3 = sp.symbols(
    "theta psi gamma sigma c eta k lam f1 f2 f3", real=True
)
GAMMA, ETA = {"gamma": "gamma > 0"}, {"eta": "eta > 0"}
REAL = {"data": "c"}
R1 = "gamma/2*E_real(norm(grad(D))**2)"
CONSENSUS = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
ROTH = "gamma/2*(E_real((1 - sigmoid(D))**2*norm(grad(D))**2) + E_fake(sigmoid(D)**2*norm(grad(D))**2))"


def pieces(document):
    """Cells of the parameters and the field's pieces there."""
    derivation = derive(read_proposal(document))
    start = Cell(hypotheses(derivation), Prover())
    cells = analysed(start, lambda cell: local_field(derivation, cell))
    return [(cell, piece) for cell, found in cells for piece in found.pieces]


# Jacobians as printed in LITERATURE.md 6.0 (a = f1, b = f2): name -> (document, J).
LITERATURE = {
    "GAN": ({}, [[0, -f1], [f1, 0]]),
    "RpGAN": ({"objective": {"pairing": "relativistic"}}, [[0, -f1], [f1, 0]]),
    "NSGAN": ({"objective": {"generator": "non-saturating"}}, [[0, -f1], [f1, 0]]),
    "WGAN": ({"objective": {"f": "wasserstein"}}, [[0, -1], [1, 0]]),
    "smooth one-centred": (
        {
            "parameters": {"gamma": "gamma > 0", "k": "k > 0"},
            "penalty": {"discriminator": "gamma/4*E_real((norm(grad(D))**2 - k**2)**2)"},
        },
        [[0, -f1], [f1, gamma * k**2]],
    ),
    "hinged penalty": (
        {
            "parameters": {"gamma": "gamma > 0", "k": "k > 0"},
            "penalty": {"discriminator": "gamma*E_real(max(0, norm(grad(D)) - k)**2)"},
        },
        [[0, -f1], [f1, 0]],
    ),
    "hinge loss": ({"objective": {"f": "hinge"}}, [[0, -1], [1, 0]]),
    "instance noise": (
        {"parameters": {"sigma": "sigma > 0"}, "objective": {"instance_noise": "sigma"}},
        [[0, -f1], [f1, 2 * f2 * sigma**2]],
    ),
    "R1": ({"parameters": GAMMA, "penalty": {"discriminator": R1}}, [[0, -f1], [f1, -gamma]]),
    "R2": ({"parameters": GAMMA, "penalty": {"discriminator": R1.replace("real", "fake")}}, [[0, -f1], [f1, -gamma]]),
    "R1+R2": (
        {"parameters": GAMMA, "penalty": {"discriminator": f"{R1} + {R1.replace('real', 'fake')}"}},
        [[0, -f1], [f1, -2 * gamma]],
    ),
    "0-GP": (
        {"parameters": {"lam": "lam > 0"}, "penalty": {"discriminator": "lam*E_mix(norm(grad(D))**2)"}},
        [[0, -f1], [f1, -2 * lam]],
    ),
    "Roth": (
        {"parameters": GAMMA, "objective": {"f": "standard"}, "penalty": {"discriminator": ROTH}},
        [[0, -sp.Rational(1, 2)], [sp.Rational(1, 2), -gamma / 2]],
    ),
    "ConOpt": (
        {"parameters": GAMMA, "penalty": {"discriminator": CONSENSUS, "generator": CONSENSUS}},
        [[-gamma * f1**2, -f1], [f1, -gamma * f1**2]],
    ),
    "JARE": (
        {
            "parameters": GAMMA,
            "penalty": {
                "discriminator": "gamma/2*norm(grad_theta(L))**2",
                "generator": "gamma/2*norm(grad_psi(L))**2",
            },
        },
        [[-gamma * f1**2, -f1], [f1, -gamma * f1**2]],
    ),
    "Nagarajan-Kolter": (
        {"parameters": ETA, "penalty": {"generator": "eta*norm(grad_psi(L))**2"}},
        [[-2 * eta * f1**2, -f1], [f1, 0]],
    ),
    "output penalty": (
        {"parameters": {"lam": "lam > 0"}, "penalty": {"discriminator": "lam/2*E_fake(D**2)"}},
        [[0, -f1], [f1, 0]],
    ),
    "LSGAN": ({"objective": {"f": "least-squares"}}, [[0, -1], [1, 0]]),
    "TTUR": (
        {"parameters": {"k": "k > 0"}, "training": {"h_ratio": "k"}},
        [[0, -f1], [k * f1, 0]],
    ),
    "data at c": ({"parameters": {"c": "real"}, "game": REAL}, [[0, -f1], [f1, 2 * f2 * c**2]]),
    "RpGAN, data at c": (
        {"parameters": {"c": "real"}, "game": REAL, "objective": {"pairing": "relativistic"}},
        [[0, -f1], [f1, 0]],
    ),
    "WGAN-QC signed": (
        {
            "parameters": {"lam": "lam > 0"},
            "field": {"theta": "psi", "psi": "-(psi*theta + theta**2/2)*theta - lam*(psi + theta)"},
        },
        [[0, 1], [-lam, -lam]],
    ),
    "SGA-like": (
        {"parameters": {"lam": "lam > 0"}, "field": {"theta": "-psi - lam*theta", "psi": "theta - lam*psi"}},
        [[-lam, -1], [1, -lam]],
    ),
    "mu-WGAN": (  # Kim et al.: SGP
        {"parameters": {"lam": "lam > 0"}, "field": {"theta": "-4*lam*theta - 2*psi/3", "psi": "2*theta/3"}},
        [[-4 * lam, -sp.Rational(2, 3)], [sp.Rational(2, 3), 0]],
    ),
    "CLC, data at c": (
        {"parameters": {"c": "real", "lam": "lam > 0"}, "game": REAL,
         "penalty": {"discriminator": "lam/2*(E_real(D**2) + E_fake(D**2))"}},
        [[0, -f1], [f1, 2 * (f2 - lam) * c**2]],
    ),
    "two losses": (  # 6.23: v = (-psi F_G, theta F_D)
        {"objective": {"f": "standard", "generator": "3*t"}}, [[0, -3], [sp.Rational(1, 2), 0]],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LITERATURE)
def test_jacobians_of_the_literature(name):
    document, expected = LITERATURE[name]
    expected, z = sp.Matrix(expected), sp.Symbol("z", real=True)
    for cell, piece in pieces(document):
        assert all(cell.is_zero(sp.expand(entry)) for entry in piece.jacobian - expected), piece.jacobian
        assert all(map(cell.is_zero, piece.value))
        found = characteristic_polynomial(piece.jacobian)
        assert cell.is_zero(sp.expand(found - (z**2 - expected.trace() * z + expected.det())))
        first, second = eigenvalues(piece.jacobian)
        assert sp.expand(first + second - piece.jacobian.trace()) == 0
        assert sp.simplify(sp.expand(first * second - piece.jacobian.det())) == 0
        # Negative control: the transposed matrix (players swapped) is not accepted, where it differs.
        if expected != expected.T:
            assert (piece.jacobian - expected.T).applyfunc(sp.expand) != sp.zeros(2)


def test_critical_values():
    def critical(**document):
        found = analyse(read_proposal(document)).critical
        return None if found is None else found.expression

    r1 = critical(parameters=GAMMA, penalty={"discriminator": R1})
    assert r1 == gamma - 2 * sp.Abs(f1)
    roth = critical(parameters=GAMMA, objective={"f": "standard"}, penalty={"discriminator": ROTH})
    assert roth == gamma - 2  # 4|a| with a = 1/2
    nk = critical(parameters=ETA, penalty={"generator": "eta*norm(grad_psi(L))**2"})
    assert sp.simplify(nk - (eta - 1 / sp.Abs(f1))) == 0
    # Consensus: -gamma a^2 +- i a never meet.
    assert critical(parameters=GAMMA, penalty={"discriminator": CONSENSUS, "generator": CONSENSUS}) is None


# -- the field itself, against SymPy's own differentiation of losses that are written out here -------------------------

S = "standard"
logistic = lambda t: -sp.log(1 + sp.exp(-t))  # noqa: E731
FIELDS = {
    "GAN": ({"objective": {"f": S}}, logistic(psi * theta), None, 0, 0),
    "GAN at c": ({"parameters": {"c": "real"}, "game": REAL, "objective": {"f": S}},
                 logistic(psi * theta) + logistic(-psi * c), None, 0, 0),
    "NSGAN": ({"objective": {"f": S, "generator": "non-saturating"}},
              logistic(psi * theta), -logistic(-psi * theta), 0, 0),
    "own generator": ({"objective": {"f": S, "generator": "t**3 + sin(t)"}},
                      logistic(psi * theta), (psi * theta) ** 3 + sp.sin(psi * theta), 0, 0),
    "relativistic at c": ({"parameters": {"c": "real"}, "game": REAL, "objective": {"f": S, "pairing": "relativistic"}},
                          logistic(psi * (theta - c)), None, 0, 0),
    "relativistic non-saturating": (
        {"objective": {"f": S, "pairing": "relativistic", "generator": "non-saturating"}},
        logistic(psi * theta), -logistic(-psi * theta), 0, 0),
    "two functions": ({"objective": {"fake": "-t**2/2", "real": "-(t - 1)**2/2"}},
                      -(sp.Rational(1, 2) + psi * theta) ** 2 / 2 - (sp.Rational(1, 2) - 1) ** 2 / 2, None, 0, 0),
    "forward KL at c": ({"parameters": {"c": "real"}, "game": REAL, "objective": {"f": "forward-kl"}},
                        -sp.exp(-(-1 + psi * theta) - 1) - (-1 + psi * c), None, 0, 0),
    "two functions, non-saturating": (
        {"objective": {"fake": "1 + t", "real": "-exp(t)", "generator": "non-saturating"}},
        1 + psi * theta, sp.exp(psi * theta), 0, 0),
    "R1": ({"parameters": GAMMA, "objective": {"f": S}, "penalty": {"discriminator": R1}},
           logistic(psi * theta), None, gamma / 2 * psi**2, 0),
    "mixed output": ({"parameters": {"c": "real"}, "game": REAL, "objective": {"f": S},
                      "penalty": {"discriminator": "E_mix(D**2)", "generator": "E_mix(D**2)"}},
                     logistic(psi * theta) + logistic(-psi * c), None,
                     psi**2 * (theta**2 + theta * c + c**2) / 3, psi**2 * (theta**2 + theta * c + c**2) / 3),
    "noisy output": ({"parameters": {"c": "real", "k": "k > 0"}, "game": REAL, "objective": {"f": S},
                      "penalty": {"discriminator": "E_real_noisy(D**4, k)", "generator": "E_fake_noisy(D**2, k)"}},
                     logistic(psi * theta) + logistic(-psi * c), None,
                     psi**4 * (c**4 + 6 * c**2 * k + 3 * k**2), psi**2 * (theta**2 + k)),
    "square of a mean": ({"parameters": {"k": "k > 0"}, "objective": {"f": S},
                          "penalty": {"discriminator": "E_fake_noisy(D, k)**2"}},
                         logistic(psi * theta), None, psi**2 * theta**2, 0),
    "weight decay": ({"parameters": {"c": "real"}, "game": REAL, "objective": {"f": S},
                      "penalty": {"discriminator": "norm(psi)**2", "generator": "norm(theta)**2"}},
                     logistic(psi * theta) + logistic(-psi * c), None, psi**2, theta**2),
    "fakes are constants for D": ({"objective": {"f": S},
                                   "penalty": {"discriminator": "E_fake(D)", "generator": "E_fake(D)"}},
                                  logistic(psi * theta), None, psi * theta, psi * theta),
}  # fmt: skip


PARAMETERS = {gamma: sp.Rational(3, 2), c: sp.Rational(2, 5), k: sp.Rational(1, 4)}


@pytest.mark.parametrize("name", FIELDS)
def test_fields_against_sympy(name):
    document, gain, cost, on_d, on_g = FIELDS[name]
    derivation = derive(read_proposal(document))
    cost = gain if cost is None else cost
    expected = (-sp.diff(cost + on_g, theta), sp.diff(gain - on_d, psi))
    for found, wanted in zip(derivation.field, expected, strict=True):
        for point in ({theta: 0.3, psi: -0.7}, {theta: -1.1, psi: 0.4}, {theta: 0.9, psi: 1.3}):
            numbers = {s: sp.Rational(str(v)) for s, v in point.items()} | PARAMETERS
            left, right = (sp.N(averaged(e.subs(numbers)), 40) for e in (found, wanted))
            assert abs(left - right) < 1e-30, (name, point)
    # Negative control: exchanging the rows is noticed.
    if name not in {"weight decay"}:
        numbers = {theta: sp.Rational(1, 3), psi: sp.Rational(-2, 3), gamma: 1, c: 1, k: 1}
        swapped = sp.N(averaged(derivation.field[0].subs(numbers)) - expected[1].subs(numbers), 30)
        assert abs(swapped) > 1e-6


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

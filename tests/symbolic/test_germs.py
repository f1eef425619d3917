"""What a field is near one point: Frechet differentiability is claimed only where it holds, with the right Jacobian.

The oracle evaluates the field's text in mpmath at distances 1e-20 and 1e-40 from the equilibrium in many directions. No
finite set of directions proves differentiability, but every wrong claim in the table below would be caught, since the
oracle itself is checked on each trap.
"""

from __future__ import annotations

import mpmath as mp
import pytest
import sympy as sp

from convergan.symbolic import read_proposal
from convergan.symbolic.decision.cells import Cell, Unresolved, analysed
from convergan.symbolic.decision.points import holds
from convergan.symbolic.decision.prover import Prover
from convergan.symbolic.derivation import derive
from convergan.symbolic.germs import local_field
from convergan.symbolic.hypotheses import hypotheses

DIRECTIONS = [
    (mp.cos(angle), mp.sin(angle)) for angle in (mp.mpf(2 * k + 1) * mp.pi / 37 + mp.mpf(1) / 1000 for k in range(37))
]
RADII = (mp.mpf(10) ** -20, mp.mpf(10) ** -40)


def cells(document):
    """[(cell, kind, pieces)] for a document: cells that cover the hypotheses, each with one kind."""
    derivation = derive(read_proposal(document))
    start = Cell(hypotheses(derivation), Prover())
    found = []
    for cell, local in analysed(start, lambda cell: local_field(derivation, cell)):
        if isinstance(local, Unresolved):
            found.append((cell, "nothing", ()))
            continue
        for part, name in analysed(cell, lambda part, pieces=local.pieces: kind(part, pieces)):
            found.append((part, "nothing" if isinstance(name, Unresolved) else name, local.pieces))
    return found


def kind(cell, pieces):
    """What the pieces claim: smooth, shifted, kink, jump, or nothing."""
    if any(piece.failure for piece in pieces):
        return "nothing"
    zero = [all(map(cell.is_zero, piece.value)) for piece in pieces]
    same = all(cell.is_zero(a - b) for p in pieces for a, b in zip(p.value, pieces[0].value, strict=True))
    if not same:
        return "jump"
    if not all(zero):
        return "shifted"
    agree = all(cell.is_zero(e) for piece in pieces for e in piece.jacobian - pieces[0].jacobian)
    return "smooth" if agree else "kink"


def claimed(row, parameters=None):
    """The kind and the second row of the Jacobian of psi' = row beside theta' = -theta, without parameters."""
    ((_, found, pieces),) = cells({"parameters": parameters or {}, "field": {"theta": "-theta", "psi": row}})
    return found, [pieces[0].jacobian[1, j] for j in range(2)] if found == "smooth" else None


def truth(loss):
    """(differentiable at the equilibrium with value 0?, second row of the Jacobian) by difference quotients."""
    quotients = []
    for radius in RADII:
        values = []
        for a, b in DIRECTIONS:
            try:
                values.append(loss.field(loss.data + radius * a, radius * b)[1] / radius)
            except ArithmeticError:
                return False, None
        quotients.append(values)
    # The Jacobian by least squares from the finest radius; then the largest deviation from linearity.
    system, right = mp.matrix([list(d) for d in DIRECTIONS]), mp.matrix(quotients[-1])
    row = mp.lu_solve(system, right)
    off = max(abs(v - (row[0] * a + row[1] * b)) for v, (a, b) in zip(quotients[-1], DIRECTIONS, strict=True))
    return off < mp.mpf(10) ** -6, row


# Rows that are differentiable at 0 and must be seen to be.
SMOOTH = [
    "-psi", "theta*exp(psi) - psi", "sin(theta)*cos(psi)", "tanh(psi) + atan(theta)", "psi/(1 + theta**2)",
    "psi*abs(psi)", "psi*abs(theta)", "abs(psi)**3", "abs(theta*psi)", "theta*sign(psi)*abs(psi)", "abs(psi)**2",
    "sign(psi)**2*psi", "sign(psi)*abs(psi)", "max(psi, 2*psi) + min(psi, 2*psi)", "max(0, psi)**2",
    "max(psi - 1, psi)",
    "sqrt(1 + psi) - 1", "log(1 + theta) - psi", "(1 + psi)**(1/3) - 1", "abs(psi)**(3/2)", "abs(psi)**(5/4)",
    "softplus(psi) - log(2)", "sigmoid(psi) - 1/2", "abs(psi - 1) - 1", "min(psi, 5)", "sign(1 + psi)*psi",
    "sqrt(psi**2)*psi", "(psi**2)**(3/4)", "psi**2/abs(psi)*psi", "abs(abs(psi) - 1) - 1 + abs(psi)",
    "(theta**2 + psi**2)*sign(theta)*sign(psi)", "psi**5", "exp(abs(psi)**2) - 1", "psi*theta/theta",
]  # fmt: skip
# Rows that are not, or are undefined on one side: any claim of a Jacobian would be wrong.
ROUGH = [
    "theta**2*psi/(theta**2 + psi**2)", "theta**3/(theta**2 + psi**2)", "psi**2/theta",
    "theta*psi/(abs(theta) + abs(psi))",
    "sqrt(theta**2 + psi**2)", "sqrt(theta**2 + psi**2) - abs(psi)", "abs(psi)", "max(0, psi)", "max(theta, psi)",
    "sqrt(abs(psi))", "abs(psi)**(1/2)*sign(psi)", "psi**(1/3)", "psi**(2/3)", "abs(psi)**(9/10)", "sign(psi)",
    "sign(theta)*psi", "sign(theta*psi)", "theta*sign(psi)", "log(abs(psi))*psi", "psi*log(psi**2)", "sqrt(psi)",
    "log(psi)",
    "sqrt(psi)**2", "exp(2*log(psi))", "psi**0.5*psi**0.5", "sqrt(psi**3)", "psi**(3/2)", "1/psi", "psi*sin(1/psi)",
    "log(psi - 1)*0 + psi", "sqrt(psi - 1)**2", "max(0, psi)/max(0, psi)*psi", "abs(psi) + abs(theta)",
    "abs(psi - theta)", "min(theta, psi, -psi)", "theta*psi**2/(theta**2 + psi**4)", "sqrt(theta**4 + psi**2)",
    "(psi - theta**2)**(3/2) + psi*abs(psi)", "exp(-1/psi)", "sqrt(max(0, psi))", "sqrt(theta*psi)", "1",
]  # fmt: skip


@pytest.mark.parametrize("row", SMOOTH)
def test_differentiable(row, oracle):
    loss = oracle.loss({"field": {"theta": "-theta", "psi": row}}, {})
    differentiable, expected = truth(loss)
    assert differentiable
    found, jacobian = claimed(row)
    assert found == "smooth"
    for j in range(2):
        assert abs(mp.mpf(sp.N(jacobian[j], 40)) - expected[j]) < mp.mpf(10) ** -8


@pytest.mark.parametrize("row", ROUGH)
def test_not_differentiable(row, oracle):
    loss = oracle.loss({"field": {"theta": "-theta", "psi": row}}, {})
    assert not truth(loss)[0]
    assert claimed(row)[0] != "smooth"


JUMPS = {"sign(psi)": "jump", "sign(theta*psi)": "jump", "1": "shifted", "1 + psi": "shifted",
         "cos(abs(psi))": "shifted", "abs(psi)": "kink", "max(theta, psi)": "kink", "sign(psi)*psi": "kink",
        "2 + sign(psi)": "jump",
         "sign(psi)**2": "shifted", "sign(1 + abs(psi)) - 1": "smooth", "sign(max(0, psi))": "jump"}  # fmt: skip


@pytest.mark.parametrize("row", JUMPS)
def test_kinds(row):
    assert claimed(row)[0] == JUMPS[row]


# Rows with parameters: on every cell the claim is compared with the truth at a point of the cell.
PARAMETRIC = [
    ("abs(psi)**p*sign(psi)", {"p": "p > 0"}),
    ("abs(psi)**p*sign(psi)", {"p": "p > 1"}),
    ("abs(a*psi)", {"a": "real"}),
    ("abs(a*psi)*psi", {"a": "real"}),
    ("max(0, abs(psi) - k) - psi", {"k": "k >= 0"}),
    ("max(k, psi) - k", {"k": "real"}),
    ("sqrt(psi**2 + k) - sqrt(k)", {"k": "k >= 0"}),
    ("log(k + psi) - log(k)", {"k": "k > 0"}),
    ("log(k + psi**2)*psi", {"k": "k >= 0"}),
    ("psi/(k + psi)", {"k": "real"}),
    ("k*psi/k", {"k": "real"}),
    ("sqrt(k)*psi", {"k": "real"}),
    ("sqrt(k)**2*psi", {"k": "real"}),
    ("exp(k)*psi", {"k": "real"}),
    ("log(k)*psi", {"k": "k > 0"}),
    ("(k - 1)*abs(psi)", {"k": "k > 0"}),
    ("abs(psi - k) - abs(k)", {"k": "real"}),
    ("sign(psi - k)*psi", {"k": "real"}),
    ("sign(a*psi + b*theta)", {"a": "real", "b": "b == 0"}),
    ("abs(a*theta + b*psi)*(a - b)", {"a": "real", "b": "b > 0"}),
    ("theta**2*psi/(theta**2 + psi**2 + k)", {"k": "k >= 0"}),
    ("tanh(k*psi)/(1 + k**2)", {"k": "real"}),
    ("psi*gamma**p", {"gamma": "gamma > 0", "p": "real"}),
    ("(abs(psi) + k)**(1/2) - sqrt(k)", {"k": "k >= 0"}),
    ("(1 + a*psi)**p - 1", {"a": "real", "p": "real"}),
    ("max(a*psi, b*psi)", {"a": "a > 0", "b": "b >= a"}),
]


@pytest.mark.parametrize(("row", "parameters"), PARAMETRIC)
def test_parameters(row, parameters, oracle):
    symbols = [sp.Symbol(name, real=True) for name in parameters]
    document = {"parameters": parameters, "field": {"theta": "-theta", "psi": row}}
    kinds = set()
    for cell, found, pieces in cells(document):
        point = cell.prover.point(cell.formula, symbols)
        if point is None:
            continue
        values = {symbol.name: mp.mpf(sp.N(value, 60)) for symbol, value in point.items()}
        differentiable, expected = truth(oracle.loss(document, values))
        kinds.add(found)
        if found == "smooth":
            assert differentiable, (point, cell.formula)
            for j in range(2):
                entry = pieces[0].jacobian[1, j].xreplace(point)
                assert abs(mp.mpf(sp.N(entry, 40)) - expected[j]) < mp.mpf(10) ** -6, (point, pieces[0].jacobian)
        if found in {"kink", "jump", "shifted"}:
            assert not differentiable, (point, cell.formula)
    assert kinds - {"nothing"}, "nothing was decided on any cell"


def test_cells_cover_the_hypotheses():
    """For a grid of parameter values, some cell contains each admissible one."""
    for row, parameters in PARAMETRIC:
        document = {"parameters": parameters, "field": {"theta": "-theta", "psi": row}}
        derivation = derive(read_proposal(document))
        assumed = hypotheses(derivation)
        symbols = [sp.Symbol(name, real=True) for name in parameters]
        found = [cell for cell, _, _ in cells(document)]
        for numbers in ("-2 -1/3", "0 0", "1 1", "2 3", "0 1", "1/2 0"):
            point = dict(zip(symbols, map(sp.Rational, numbers.split()), strict=False))
            if holds(assumed, point):
                assert any(holds(cell.formula, point) is not False for cell in found), (row, point)


# -- expectations ------------------------------------------------------------------------------------------------------

NOISY = [
    # (penalty on D, objective, smooth?)
    ("E_real_noisy(D**2, 1)", {}, True),
    ("E_real_noisy(tanh(D)**2, 1)", {}, True),
    ("E_real_noisy(softplus(D), 1)", {}, True),
    ("E_real_noisy(exp(D**2), 1)", {}, True),
    ("E_real_noisy(max(0, D - 1), 1)", {}, True),  # switched off: Gaussian tails are flat at psi = 0
    ("E_real_noisy(max(0, 1 - D), 1)", {}, True),
    ("E_real_noisy(sign(1 + D)*D**2, 1)", {}, True),
    ("E_mix(abs(1 + D))", {}, True),
    ("0", {"f": "hinge", "instance_noise": "1"}, True),
    ("0", {"f": "standard", "instance_noise": "1"}, True),
    ("0", {"f": "t**4 - t", "instance_noise": "1"}, True),
    ("E_real_noisy(abs(D), 1)", {}, False),
    ("E_real_noisy(max(0, D), 1)", {}, False),
    ("E_real_noisy(sign(D - norm(grad(D))**2), 1)", {}, False),
    ("E_real_noisy(D**2*sign(D), 1)", {}, None),  # with data at 0 psi |psi| E(e |e|) = 0, no penalty at all
    ("E_real_noisy(exp(D**4), 1)", {}, False),  # infinite for every psi other than 0
    ("E_real_noisy(exp(exp(D)), 1)", {}, False),
    ("E_real_noisy(sqrt(1 + D), 1)", {}, False),  # undefined for some noise
    ("E_real_noisy(log(1 + D), 1)", {}, False),
    ("E_real_noisy(1/(1 + D), 1)", {}, False),
    ("E_real_noisy(D**2, -1)", {}, False),
    ("0", {"f": "log(1 + t)", "instance_noise": "1"}, False),
    ("0", {"f": "abs(t)", "instance_noise": "1"}, False),
    ("0", {"f": "sign(t)", "instance_noise": "1"}, False),
    ("0", {"f": "exp(t**4)", "instance_noise": "1"}, False),
    ("0", {"instance_noise": "sqrt(-1)"}, False),
]


@pytest.mark.parametrize(("penalty", "objective", "smooth"), NOISY)
def test_expectations(penalty, objective, smooth):
    for data in ("0", "1/2"):
        document = {"game": {"data": data}, "objective": objective, "penalty": {"discriminator": penalty}}
        found = [name for _, name, _ in cells(document)]
        if smooth:
            assert set(found) <= {"smooth", "shifted"}
        elif smooth is False:
            assert set(found) <= {"nothing", "kink", "jump"}


def test_flat_tails_have_no_derivative():
    """E max(0, D - 1) = psi^2-like terms are absent: v' is that of the unpenalised game."""
    document = {"penalty": {"discriminator": "E_real_noisy(max(0, D - 1), 1)"}}
    ((_, _, pieces),) = cells(document)
    ((_, _, plain),) = cells({})
    assert all(piece.jacobian == plain[0].jacobian for piece in pieces)
    # By quadrature: at psi = 1/20 the expectation is below exp(-200 + 10).
    psi = mp.mpf(1) / 20
    tail = mp.quad(lambda n: (psi * n - 1) * mp.npdf(n), [20, 30, 60])
    assert 0 < tail < mp.mpf(10) ** -80

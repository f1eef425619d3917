"""Certified decimals of ``check``: against mpmath at the proposal's own numbers, and never where there are none."""

from __future__ import annotations

import functools
import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from convergan.proofs.checking import CheckResult, check
from convergan.proofs.decimals import decimal_lines, decimals_document
from convergan.proofs.document import check_document
from convergan.proofs.rendering import result_text
from convergan.proofs.report import report_text
from convergan.symbolic import Analysis, Proposal, analyse, read_proposal
from convergan.symbolic.decision.points import holds

NEAR = Fraction(1, 10**7)
PENALTY = '[penalty]\ndiscriminator = "gamma/2 * E_real(norm(grad(D))**2)"'
STANDARD, GAMMA = 'f = "standard"', 'gamma = "gamma == 3/10"'
STEPS_3_7 = 'update = "alternating"\ng_steps = 3\nd_steps = 7'
# Proposals in numbers: parameters, objective, training rule.
NUMBERS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "alternating 3:7": ((GAMMA, 'h = "h == 1/5"'), STANDARD, STEPS_3_7),
    "momentum": (
        (GAMMA, 'beta = "beta == 9/10"', 'h = "h == 1/500"'),
        STANDARD,
        'update = "simultaneous"\nmomentum = "beta"',
    ),
    "lazy": ((GAMMA, 'h = "h == 1/7"'), STANDARD, 'update = "alternating"\nlazy = 16'),
    "critical weight": (('gamma = "gamma == 1"', 'h = "h == 1/3"'), STANDARD, 'update = "alternating"'),
    "irrational weight": (
        ('gamma = "gamma**2 == 2 and gamma > 0"', 'h = "h == 1/5"'),
        'f = "least-squares"\npairing = "relativistic"',
        'update = "simultaneous"',
    ),
}


def proposal(parameters: tuple[str, ...], objective: str, training: str, more: str = PENALTY) -> Proposal:
    """The proposal of these lines."""
    text = "\n".join(["[parameters]", *parameters, "[objective]", objective, "[training]", training, more])
    return read_proposal(tomllib.loads(text))


@functools.cache
def analysed(*lines: Any) -> Analysis:
    """What is found out about a proposal; the rules beside its own do not matter here."""
    return analyse(proposal(*lines), beside=False)


@functools.cache
def checked(*lines: Any) -> CheckResult:
    """The whole result, as a user gets it."""
    return check(proposal(*lines), None)


def ends(pair: list[str]) -> tuple[Fraction, Fraction]:
    low, high = (Fraction(Decimal(text)) for text in pair)
    assert low <= high
    return low, high


def close(pair: list[str], value: mp.mpf) -> bool:
    """Whether two ends, 10 digits each, hold a value that mpmath has 30 digits of, and are narrow."""
    low, high = ends(pair)
    exact, slack = Fraction(str(value)), Fraction(1, 10**25)
    return low - slack <= exact <= high + slack and high - low <= max(abs(exact), Fraction(1, 100)) / 10**8


def entry(result: CheckResult) -> dict[str, Any]:
    return check_document([result])["results"][0]


def eigenvalues(matrix: sp.Matrix, at: dict[str, str], **changed: Fraction) -> list[mp.mpc]:
    """Those of a matrix at the numbers of a document, some of them changed, by mpmath."""
    values = {sp.Symbol(name, real=True): sp.sympify(value) for name, value in at.items()}
    values |= {sp.Symbol(name, real=True): sp.Rational(v.numerator, v.denominator) for name, v in changed.items()}
    cells = [[mp.mpf(str(sp.N(cell, 60))) for cell in row] for row in matrix.xreplace(values).tolist()]
    return list(mp.eig(mp.matrix(cells), left=False, right=False))


@pytest.mark.parametrize("name", NUMBERS)
def test_decimals_are_those_of_the_matrices(name):
    analysis = analysed(*NUMBERS[name])
    found, period = decimals_document(analysis), analysis.update_matrix
    assert set(found["at"]) >= {"gamma", "h"}
    with mp.workdps(60):
        for matrix, key, extreme, size in (
            (analysis.jacobian, "eigenvalues", "abscissa", lambda z: z.real),
            (period, "multipliers", "spectral_radius", abs),
        ):
            values = eigenvalues(matrix, found["at"])
            assert close(found[extreme], max(map(size, values)))
            assert sum(row["multiplicity"] for row in found[key]) == len(values)
            for row in found[key]:
                near = [z for z in values if close(row["re"], z.real) and close(row["im"], z.imag)]
                assert len(near) == row["multiplicity"]
        # Stable exactly as far as is said: the multipliers at a step on either side of each end.
        pieces = found["step_size"]["pieces"]
        assert pieces[0]["start"] == ["0", "0"]
        for piece in pieces:
            for pair, way in ((piece["start"], 1), (piece["end"], -1)):
                low, high = ends(pair)
                within, outside = (low, high)[way == 1] + way * NEAR, (low, high)[way == -1] - way * NEAR
                assert max(map(abs, eigenvalues(period, found["at"], h=within))) < 1
                if outside > 0:
                    assert max(map(abs, eigenvalues(period, found["at"], h=outside))) > 1


def test_lazy_steps_are_those_of_the_lemma():
    """The closed form of the lemma ``lazy-r1``, evaluated by mpmath on both sides of the enclosed end."""
    piece = decimals_document(analysed(*NUMBERS["lazy"]))["step_size"]["pieces"][0]
    low, high = (mp.mpf(end.numerator) / end.denominator for end in ends(piece["end"]))

    def window(h: mp.mpf) -> mp.mpf:
        phi, w = 2 * mp.asin(h / 4), h * 16 * mp.mpf(3) / 10  # e = h |f1| = h/2
        return w * (1 + mp.tan(phi / 2) * mp.tan(8 * phi)) - 2

    with mp.workdps(40):
        assert window(low - mp.mpf(10) ** -8) < 0 < window(high + mp.mpf(10) ** -8)


def test_regions_of_one_parameter_have_numbers():
    analysis = analysed(('gamma = "gamma > 0"', 'h = "h == 1/5"'), STANDARD, STEPS_3_7)
    found = decimals_document(analysis)
    assert found["condition"]["symbol"] == "gamma"
    (piece,) = found["condition"]["pieces"]
    low, high = ends(piece["end"])
    for end, inside in ((low - NEAR, True), (high + NEAR, False)):
        at = {"gamma": sp.Rational(end.numerator, end.denominator), "h": sp.Rational(1, 5)}
        assert holds(analysis.condition, {sp.Symbol(name, real=True): v for name, v in at.items()}) is inside
    assert found["eigenvalues"] is None
    assert "converges for 0 < gamma < (9.989285517 +- 1e-9)" in decimal_lines(analysis)


def test_there_are_no_numbers_where_parameters_are_free():
    result = checked(('gamma = "gamma > 0"',), 'f = "any"', 'update = "simultaneous"')
    assert entry(result)["decimals"] is None
    assert "in numbers" not in result_text(result)
    assert "In numbers" not in report_text(result)


def test_formulas_stay_exact_beside_the_numbers():
    document = entry(checked(*NUMBERS["alternating 3:7"]))
    assert document["eigenvalues"] == ["-3/20 + sqrt(91)*I/20", "-3/20 - sqrt(91)*I/20"]
    for key in ("eigenvalues", "multipliers", "step_size", "jacobian", "update_jacobian"):
        assert not re.search(r"\d\.\d", str(document[key])), key


@pytest.mark.parametrize("name", ["alternating 3:7", "critical weight"])
def test_every_surface_shows_the_same_numbers(name):
    result = checked(*NUMBERS[name])
    lines = decimal_lines(result.analysis)
    assert lines[0].startswith("at ")
    terminal, report = result_text(result), report_text(result)
    for line in lines:
        assert line in terminal
        assert f"- {line}" in report
    assert any("spectral radius" in line for line in lines)


def test_equilibria_are_left_out_of_the_rate():
    more = '[penalty]\ndiscriminator = "10*E_real(norm(grad(D))**2)"\n[game]\nprototype = "quadratic"'
    result = checked(('h = "h == 1/100"',), STANDARD, 'update = "simultaneous"', more)
    found = entry(result)["decimals"]
    assert {"re": ["1", "1"], "im": ["0", "0"], "multiplicity": 1} in found["multipliers"]
    low, high = ends(found["spectral_radius"])
    assert high < 1
    # 1 + h lambda with lambda = -10 + sqrt(399)/2
    assert low <= 1 + (Fraction(str(mp.sqrt(399) / 2)) - 10) / 100 + Fraction(1, 10**12)
    assert low > Fraction(99, 100)

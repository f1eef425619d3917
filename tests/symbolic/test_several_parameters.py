"""What is derived where the players have more than one parameter each: nothing may take v' for a 2 x 2 matrix."""

from __future__ import annotations

import pytest

from convergan.symbolic.claims import check_claims

R1 = {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}


@pytest.mark.parametrize("prototype", ["bias", "line", "plane"])
def test_spectra_and_claims(prototype, decide):
    claim = {"critical": "gamma == 2*f1"}
    analysis = decide(parameters={"gamma": "gamma > 0"}, game={"prototype": prototype}, penalty=R1, claim=claim)
    assert [result.holds for result in check_claims(analysis)] == [None]
    assert analysis.jacobian.rows == 3
    assert analysis.multipliers is None or len(analysis.multipliers) == 3


def test_no_kink_in_even_powers_of_moduli_whose_argument_sympy_cannot_call_real(decide):
    """sqrt(c) is real because the text has a value, not because SymPy knows."""
    penalty = {"discriminator": "E_fake_noisy(norm(grad(D))**2, c)"}
    analysis = decide(parameters={"c": "c > 0"}, game={"prototype": "quadratic"}, penalty=penalty)
    assert analysis.jacobian is not None

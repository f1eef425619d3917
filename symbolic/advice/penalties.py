"""Whether D's penalty is a multiple of E|grad D|^2 on real samples, on fake ones, or on both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sympy as sp

from .. import expression as ex
from ..decision.cells import SYMPY_FAILURES
from ..interpretation import ScalarAlgebra

_SLOPE = sp.Symbol("_slope", positive=True)
_SAMPLES = {"E_real": sp.Symbol("_real", real=True), "E_fake": sp.Symbol("_fake", real=True)}
_RANDOM = frozenset({"E_mix", "E_real_noisy", "E_fake_noisy"})


@dataclass(frozen=True, slots=True)
class PenaltyWeights:
    """R = gamma_real/2 E_real|grad D|^2 + gamma_fake/2 E_fake|grad D|^2, in the paper's convention.

    Attributes:
        real: gamma_real, the weight of R1; 0 for none.
        fake: gamma_fake, the weight of R2; 0 for none.
    """

    real: sp.Expr
    fake: sp.Expr

    @property
    def samples(self) -> frozenset[str]:
        """``real``, ``fake`` or both: where it is not 0."""
        return frozenset(name for name in ("real", "fake") if getattr(self, name) != 0)


def penalty_weights(penalty: ex.Expression, symbols: Mapping[str, sp.Symbol]) -> PenaltyWeights | None:
    """The weights of R1 and R2 that a penalty is made of.

    Args:
        penalty: D's penalty.
        symbols: The declared parameters.

    Returns:
        Exact weights in the paper's convention; None if there is any other term, or none at all.
    """
    try:
        value = sp.expand(ex.interpret(penalty, _Squares(symbols)))
        terms = sp.Poly(value, *_SAMPLES.values()).as_dict()
    except (*SYMPY_FAILURES, _OtherPenaltyError):
        return None
    if not terms or not set(terms) <= {(1, 0), (0, 1)}:
        return None
    weights = PenaltyWeights(*(sp.factor_terms(2 * terms.get(key, sp.Integer(0))) for key in ((1, 0), (0, 1))))
    return weights if (weights.real + weights.fake).free_symbols <= set(symbols.values()) else None


def is_silent(penalty: ex.Expression) -> bool:
    """Whether a minibatch of clean point masses gives the penalty of the full batch on the Dirac-GAN.

    There grad D = psi at every sample; only D itself, at mixed or noisy samples, depends on the draw.
    """
    return not any(
        isinstance(node, ex.Expectation)
        and node.operator in _RANDOM
        and any(isinstance(part, ex.Output) for part in ex.walk(node.body))
        for node in ex.walk(penalty)
    )


class _OtherPenaltyError(Exception):
    pass


class _Squares(ScalarAlgebra):
    """Penalties that see grad(D) by its norm only, with a symbol for E|grad D|^2 on each kind of sample."""

    def expectation(self, operator: str, body: ex.Expression, variance: sp.Expr | None) -> sp.Expr:
        if operator not in _SAMPLES:
            raise _OtherPenaltyError
        factor = sp.cancel(ex.interpret(body, _InSample(self.names)) / _SLOPE**2)
        if factor.has(_SLOPE):
            raise _OtherPenaltyError
        return factor * _SAMPLES[operator]


class _InSample(_Squares):
    """Inside an expectation: one number for grad(D), since only norm(grad(D)) can be a scalar."""

    def gradient(self) -> sp.Expr:
        return _SLOPE

    def expectation(self, operator: str, body: ex.Expression, variance: sp.Expr | None) -> sp.Expr:
        raise _OtherPenaltyError

"""Instance noise and R1 that damp alike.

Gaussian noise of standard deviation sigma on real and fake samples damps D by r C sigma^2 with
C = -(phi_f''(d*) + phi_r''(d*)), -2 f''(0) for the paper's objective, and r the ratio of D's step to G's; R1 of weight
gamma damps D by r gamma. So sigma^2 = gamma / C, and sigma^2 = gamma / (2 |f''(0)|) for f''(0) < 0: the same v'(x*)
(Mescheder et al. 2018, Lemmas 3.2 and 3.3). Where C = 0, as for f(t) = t, noise does nothing.
"""

from __future__ import annotations

import sympy as sp

from .. import expression as ex
from ..calculus import derivative
from ..derivation import Derivation, derivative_symbols
from ..interpretation import ScalarAlgebra


def curvatures(derivation: Derivation) -> tuple[sp.Expr, sp.Expr] | None:
    """(phi_f'', phi_r'') at d*: second derivatives of what D ascends on fake and on real samples.

    Args:
        derivation: A proposal with an objective.

    Returns:
        Both, equal for a relativistic objective (f'' twice); None where one is not smooth at d*.
    """
    objective = derivation.proposal.objective
    assert objective is not None
    if objective.arbitrary:
        second = derivative_symbols()["f2"]
        return second, second
    pair = (objective.f, objective.f) if objective.relativistic else (objective.fake, objective.real)
    fake, real = (None if function is None else _second(function, derivation) for function in pair)
    return None if fake is None or real is None else (fake, real)


def _second(function: ex.Expression, derivation: Derivation) -> sp.Expr | None:
    t = sp.Symbol("t", real=True)
    current = ex.interpret(function, ScalarAlgebra(derivation.symbols | {"t": t}))
    for _ in range(2):
        current = derivative(current, t)
        # Derivatives at a kink are no derivatives, whatever sign(0) is.
        if any(node.args[0].xreplace({t: derivation.output}).is_zero is not False for node in _kinks(current)):
            return None
    at = sp.expand(current.xreplace({t: derivation.output}))
    return None if at.has(sp.zoo, sp.nan, sp.oo) else at


def _kinks(expression: sp.Expr) -> set[sp.Expr]:
    return expression.atoms(sp.Abs, sp.sign)


def equivalent_variance(damping: sp.Expr, curvature: sp.Expr, ratio: sp.Expr) -> sp.Expr:
    """sigma^2 of the instance noise that damps D as much.

    Args:
        damping: g.
        curvature: phi_f''(d*) + phi_r''(d*); negative.
        ratio: The ratio of D's step to G's.
    """
    return sp.cancel(-damping / (ratio * curvature))

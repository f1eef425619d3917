r"""R1 at its nilpotent values: two steps, not one, and not the same for both rules.

Statement. Let a = f'(0) != 0. At gamma = 2 |a| and h = 1/|a| simultaneous descent with R1 has F' != 0 and F'^2 = 0,
with F'^T F' of the largest eigenvalue 4: a step may double the distance, two steps are 0 to first order. At the same
values alternating descent has the multipliers (-1 +- sqrt(5))/2 and diverges. Alternating descent has F' != 0 and F'^2
= 0 at gamma = |a|, h = 1/|a|.

Derivation. With u = a/|a|, F' = [[1, -u], [u, -1]] for simultaneous descent, [[1, -u], [u, -2]] for alternating descent
at the same values, [[1, -u], [u, -1]] at gamma = |a|; u^2 = 1. F' is nilpotent iff trace and determinant vanish: 2 - h
gamma = 0 and 1 - h gamma + h^2 a^2 = 0, or 2 - h gamma - h^2 a^2 = 0 and 1 - h gamma = 0, with no other solutions.

What differs. "Quadratic convergence for h = 1/|f'(0)|" is said of instance noise at its critical level (Mescheder et
al. 2018, section 3.2), which has the same v' as R1 at gamma = 2 |a|: the error is of second order after two steps, of
first order after one; and alternating descent diverges there.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction
from ..roots import from_roots
from .lemma import Erratum, Lemma, Proof, Status

H, F1, GAMMA, SIGN, Z = sp.symbols("h f1 gamma u z", real=True)
R1 = {
    "parameters": {"gamma": "gamma > 0"},
    "objective": {"assume": "f1 != 0"},
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)"},
}
SIMULTANEOUS, ALTERNATING = (R1 | {"training": {"update": rule}} for rule in ("simultaneous", "alternating"))
SIMULTANEOUS_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * GAMMA]])
ALTERNATING_PERIOD = sp.ImmutableMatrix([[1, -H * F1], [H * F1, 1 - H * GAMMA - H**2 * F1**2]])
WEIGHTS = (2, 1)  # gamma/|a| of the nilpotent step, simultaneous and alternating
GOLDEN = ((-1 + sp.sqrt(5)) / 2, (-1 - sp.sqrt(5)) / 2)
POSITIVE = conjunction([compare(H, ">"), compare(F1, "!="), compare(GAMMA, ">")])
PRINTED_ENTRY = sp.Integer(0)  # of F', for a step that is quadratic


def there(period: sp.ImmutableMatrix, weight: int) -> sp.ImmutableMatrix:
    """The step at h = 1/|a| and gamma = weight |a|, with a = u |a|."""
    size = sp.Symbol("size", real=True)
    values = {F1: SIGN * size, H: 1 / size, GAMMA: weight * size}
    return sp.ImmutableMatrix(period.xreplace(values).applyfunc(sp.cancel)).subs(SIGN**2, 1)


def derive(proof: Proof) -> None:
    """The two nilpotent steps, that there are no others, and the other rule at the first."""
    sizes = compare(SIGN**2, "==", 1)
    rules = (("simultaneous", SIMULTANEOUS, SIMULTANEOUS_PERIOD), ("alternating", ALTERNATING, ALTERNATING_PERIOD))
    for weight, (name, proposal, period) in zip(WEIGHTS, rules, strict=True):
        proof.derived(f"one {name} step", proposal, "update_jacobian", period)
        step = there(period, weight)
        square = (step * step).subs(SIGN**2, 1)
        proof.identity(f"{name}, h = 1/|a|, gamma = {weight} |a|: F'^2 = 0", square, sp.zeros(2).as_immutable())
        proof.identity(f"{name}: the first entry of F' is not 0", step[0, 0], sp.Integer(1))
        vanishing = conjunction([compare(period.trace(), "=="), compare(period.det(), "==")])
        values = conjunction([compare(H**2 * F1**2, "==", 1), compare(H * GAMMA, "==", weight)])
        proof.equivalent(f"{name}: trace and determinant vanish there only", POSITIVE, vanishing, values)
    step = there(SIMULTANEOUS_PERIOD, WEIGHTS[0])
    norm = (step.T * step).subs(SIGN**2, 1)
    proof.identity("F'^T F' of simultaneous descent: trace 4", norm.trace(), sp.Integer(4))
    proof.implies("and determinant 0: one step may double the distance", sizes, compare(norm.det(), "=="))
    other = there(ALTERNATING_PERIOD, WEIGHTS[0])
    roots = from_roots(GOLDEN)
    polynomial = Z**2 - other.trace() * Z + other.det().subs(SIGN**2, 1)
    found = proof.identity("alternating descent at the values of simultaneous descent", polynomial, roots)
    below = proof.implies("a multiplier below -1", sizes, compare(GOLDEN[1], "<", -1))
    proof.theorem("map-linear-instability", "alternating descent diverges there, for both signs of a", [found, below])


def printed_holds(proof: Proof) -> bool:
    """A quadratic step has F' = 0."""
    step = there(SIMULTANEOUS_PERIOD, WEIGHTS[0])
    claim = "F' vanishes at gamma = 2 |a|, h = 1/|a|: its second entry"
    return proof.decide(
        claim, compare(SIGN**2, "==", 1), compare(step[0, 1], "==", PRINTED_ENTRY), {SIGN: sp.Integer(1)}
    )


LEMMA = Lemma(
    id="r1-nilpotent",
    source="derived here; Mescheder et al. 2018, section 3.2, on instance noise at the critical level: the same v'",
    printed=r"At the critical value we can even achieve quadratic convergence for $h = |f'(0)|^{-1}$.",
    statement=r"At $\gamma = 2 |f'(0)|$, $h = 1/|f'(0)|$ simultaneous descent with $R_1$ has $F' \neq 0$, $F'^2 = 0$ "
    r"and $\|F'\| = 2$: two steps are of second order, one is not. Alternating descent diverges there, with "
    r"multipliers $\frac{-1 \pm \sqrt{5}}{2}$; it is nilpotent at $\gamma = |f'(0)|$, $h = 1/|f'(0)|$.",
    assumptions=(r"$f'(0) \neq 0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the step is nilpotent, not 0: the error is of second order after two steps; alternating descent "
    "diverges there",
    errata=(
        Erratum(
            where="R1 at the critical weight",
            failing="quadratic convergence for $h = 1/|f'(0)|$, as is said of the critical noise",
            right="every two simultaneous steps; alternating descent diverges",
            seen=r"$F' = \begin{pmatrix} 1 & -1 \\ 1 & -1 \end{pmatrix}$ for $f'(0) > 0$",
            said=True,
        ),
    ),
)

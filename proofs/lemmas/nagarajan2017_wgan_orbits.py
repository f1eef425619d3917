r"""The WGAN on the uniform example: closed orbits, and no limit cycle.

Statement. V = w (1 - A^2)/3, ascended by w and descended by A > 0:

    A' = 2 w A/3,    w' = (1 - A^2)/3,    E = w^2 + A^2/2 - log A is constant.

E is strictly convex with its minimum at (A, w) = (1, 0), so its level sets are closed curves around it: no trajectory
but the one at rest tends to the equilibrium. Neighbouring orbits are closed too: none is a limit cycle. Neither do
simultaneous or alternating steps converge. With eta |grad_w V|^2 on the generator, v' = [[-8 eta/9, 2/3], [-2/3, 0]],
stable for every eta > 0.

Derivation. dE/dA = A - 1/A and dE/dw = 2 w, so E' = (A - 1/A) 2 w A/3 + 2 w (1 - A^2)/3 = 0. The Hessian is diag(1 +
1/A^2, 2). grad_w V = (1 - A^2)/3 has the square's derivative -4 A (1 - A^2)/9, with the derivative 8/9 at A = 1.

What differs. "Limit cycles": a limit cycle has neighbours that tend to it. E forbids that; the orbits are a family of
closed curves, one through every start.
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ..roots import inside_left_half_plane, product
from .lemma import Erratum, Lemma, Proof, Status

A, W, ETA = sp.symbols("A w eta", real=True)
WGAN = {"game": {"prototype": "uniform"}, "objective": {"f": "wasserstein"}}
PENALISED = {
    **WGAN,
    "parameters": {"eta": "eta > 0"},
    "penalty": {"generator": "eta*norm(grad_psi(L))**2"},
}

VALUE = W * (1 - A**2) / 3
FIELD = sp.ImmutableMatrix([2 * W * A / 3, (1 - A**2) / 3])
SLOPES = (A - 1 / A, 2 * W)  # of E = w^2 + A^2/2 - log A, in A and w
HESSIAN = sp.ImmutableMatrix([[1 + 1 / A**2, 0], [0, 2]])
SIGN = sp.diag(1, -1).as_immutable()  # D is high on fakes in the engine: psi = -w
JACOBIAN = sp.ImmutableMatrix([[0, sp.Rational(2, 3)], [-sp.Rational(2, 3), 0]])
PENALISED_JACOBIAN = sp.ImmutableMatrix([[-8 * ETA / 9, sp.Rational(2, 3)], [-sp.Rational(2, 3), 0]])
VERDICTS = {"flow": "does-not-converge", "simultaneous": "does-not-converge", "alternating": "does-not-converge"}
PLANE = compare(A, ">")
COUNTEREXAMPLE: dict[sp.Symbol, sp.Expr] = {A: sp.Integer(2), W: sp.Integer(1)}


def rate() -> sp.Expr:
    """The derivative of E along the field, its two terms side by side."""
    return sp.Add(*(slope * row for slope, row in zip(SLOPES, FIELD, strict=True)), evaluate=False)


def derive(proof: Proof) -> None:
    """The field, its first integral, the rules, and the penalty."""
    gradients = sp.ImmutableMatrix([-sp.diff(VALUE, A), sp.diff(VALUE, W)])
    proof.identity("the gradient vector field of V", gradients, FIELD)
    proof.identity("its Jacobian at (1, 0)", FIELD.jacobian([A, W]).subs({A: 1, W: 0}), JACOBIAN)
    proof.derived("the engine's, with D high on fakes", WGAN, "jacobian", product(SIGN, JACOBIAN, SIGN).doit())
    constant = proof.identity("E is constant along v", rate(), sp.Integer(0))
    proof.identity("E's second derivatives", sp.ImmutableMatrix(SLOPES).jacobian([A, W]), HESSIAN)
    positive = conjunction(compare(HESSIAN[k, k], ">") for k in (0, 1))
    convex = proof.implies("E is strictly convex", PLANE, positive)
    still = conjunction(compare(slope, "==") for slope in SLOPES)
    minimum = conjunction([compare(A, "==", 1), compare(W, "==")])
    least = proof.equivalent("its only critical point is the equilibrium", PLANE, still, minimum)
    proof.theorem("first-integral", "no trajectory from another start tends to it", [constant, convex, *least])
    proof.judged("the WGAN", WGAN, **VERDICTS)
    penalised = product(SIGN, PENALISED_JACOBIAN, SIGN).doit()
    proof.derived("with the penalty, D high on fakes", PENALISED, "jacobian", penalised)
    stable = inside_left_half_plane(PENALISED_JACOBIAN)
    proof.equivalent("Routh-Hurwitz holds iff eta > 0", conjunction([]), stable, compare(ETA, ">"))


def printed_holds(proof: Proof) -> bool:
    """Trajectories that tend to a limit cycle change E, off the cycle, somewhere."""
    moving = conjunction([PLANE, disjunction([compare(A, "!=", 1), compare(W, "!=")])])
    claim = "trajectories next to a cycle tend to it or away from it: E falls or grows along them"
    return proof.decide(claim, moving, compare(rate(), "!="), COUNTEREXAMPLE)


LEMMA = Lemma(
    id="nagarajan2017-wgan-orbits",
    source="Nagarajan & Kolter 2017, abstract and the uniform example",
    printed="The recently proposed Wasserstein GAN can have non-convergent limit cycles near equilibrium.",
    statement=r"On the uniform example the WGAN's flow keeps $w^2 + \frac{A^2}{2} - \log A$, which is strictly convex "
    "with its minimum at the equilibrium: every trajectory near it is a closed orbit, none a limit cycle. With the "
    r"generator's penalty $v'$ is $\begin{pmatrix} -\frac{8}{9} \eta & \frac{2}{3} \\ -\frac{2}{3} & 0 \end{pmatrix}$, "
    r"stable for every $\eta > 0$.",
    assumptions=("$A > 0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="the orbits are a family of closed curves, one through every start; none of them is a limit cycle",
    errata=(
        Erratum(
            where="abstract",
            failing="non-convergent limit cycles",
            right=r"closed orbits, on which $w^2 + \frac{A^2}{2} - \log A$ is constant",
            seen=r"the constant takes another value on neighbouring orbits, so none tends to another",
        ),
    ),
)

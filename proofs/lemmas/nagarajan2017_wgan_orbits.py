r"""The WGAN on the uniform example: closed orbits, and no limit cycle.

Statement. V = w (1 - A^2)/3, ascended by w and descended by A > 0:

    A' = 2 w A/3,    w' = (1 - A^2)/3,    E = w^2 + A^2/2 - log A is constant.

E is strictly convex with its minimum at (A, w) = (1, 0), so near it the level sets are closed curves around it, and v
vanishes at (1, 0) only: through every start near it runs a closed orbit. Neighbouring orbits are closed too: none is an
isolated limit cycle. Neither do simultaneous or alternating steps converge. With eta |grad_w V|^2 on the generator,
v' = [[-8 eta/9, 2/3], [-2/3, 0]], stable for every eta > 0.

Derivation. dE/dA = A - 1/A and dE/dw = 2 w, so E' = (A - 1/A) 2 w A/3 + 2 w (1 - A^2)/3 = 0. The Hessian is diag(1 +
1/A^2, 2). grad_w V = (1 - A^2)/3 has the square's derivative -4 A (1 - A^2)/9, with the derivative 8/9 at A = 1.

What differs. "Limit cycles": a limit cycle has neighbours that tend to it, and E would be the same on all of these. On
this example the orbits are a family of closed curves, one through every start near the equilibrium; that no other game
has a limit cycle is not claimed (the abstract says that the WGAN *can* have them).
"""

from __future__ import annotations

import sympy as sp

from ...symbolic.formula import compare, conjunction, disjunction
from ...symbolic.spectrum import characteristic_polynomial
from ..roots import from_roots, product
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
PENALISED_RADICAND = 16 * ETA**2 / 81 - sp.Rational(4, 9)
PENALISED_EIGENVALUES = tuple(-4 * ETA / 9 + sign * sp.sqrt(PENALISED_RADICAND) for sign in (1, -1))
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
    hessian = proof.identity("E's second derivatives", sp.ImmutableMatrix(SLOPES).jacobian([A, W]), HESSIAN)
    positive = conjunction(compare(HESSIAN[k, k], ">") for k in (0, 1))
    convex = proof.implies("E is strictly convex", PLANE, positive)
    still = conjunction(compare(slope, "==") for slope in SLOPES)
    minimum = conjunction([compare(A, "==", 1), compare(W, "==")])
    least = proof.equivalent("its only critical point is the equilibrium", PLANE, still, minimum)
    rests = conjunction(compare(row, "==") for row in FIELD)
    alone = proof.equivalent("v = 0 at the equilibrium only", PLANE, rests, minimum)
    orbits = [constant, hessian, convex, *least, *alone]
    proof.theorem("closed-level-curves", "closed orbits through every start near the equilibrium", orbits)
    proof.judged("the WGAN", WGAN, **VERDICTS)
    penalised = product(SIGN, PENALISED_JACOBIAN, SIGN).doit()
    rest = proof.derived("with the penalty v = 0 there", PENALISED, "value", sp.zeros(2, 1).as_immutable())
    matrix = proof.derived("with the penalty, D high on fakes", PENALISED, "jacobian", penalised)
    roots = from_roots(PENALISED_EIGENVALUES)
    polynomial = proof.identity("its eigenvalues", characteristic_polynomial(PENALISED_JACOBIAN), roots)
    signs = "z^2 + 8 eta z/9 + 4/9: both real parts are negative iff eta > 0"
    hurwitz = proof.theorem("routh-hurwitz", signs, [matrix, polynomial])
    proof.theorem("flow-linear-stability", "the flow converges for every eta > 0", [rest, hurwitz])


def printed_holds(proof: Proof) -> bool:
    """Trajectories that tend to a closed orbit have its value of E: next to a limit cycle E would be constant."""
    moving = conjunction([PLANE, disjunction([compare(A, "!=", 1), compare(W, "!=")])])
    claim = "the closed orbits are limit cycles: those next to one tend to it and have its E, so dE = 0 there"
    return proof.decide(claim, moving, conjunction(compare(slope, "==") for slope in SLOPES), COUNTEREXAMPLE)


LEMMA = Lemma(
    id="nagarajan2017-wgan-orbits",
    source="Nagarajan & Kolter 2017, abstract and the uniform example",
    printed="The recently proposed Wasserstein GAN can have non-convergent limit cycles near equilibrium.",
    statement=r"On the uniform example the WGAN's flow keeps $w^2 + \frac{A^2}{2} - \log A$, which is strictly convex "
    "with its minimum at the equilibrium: every trajectory near it is a closed orbit, none an isolated limit cycle. "
    r"With the generator's penalty $v'$ is $\begin{pmatrix} -\frac{8}{9} \eta & \frac{2}{3} \\ -\frac{2}{3} & 0 "
    r"\end{pmatrix}$, stable for every $\eta > 0$.",
    assumptions=("$A > 0$",),
    status=Status.CORRECTED,
    derive=derive,
    printed_holds=printed_holds,
    difference="on the uniform example the orbits are a family of closed curves, one through every start near the "
    "equilibrium; none of them is an isolated limit cycle",
    errata=(
        Erratum(
            where="abstract",
            failing="non-convergent limit cycles",
            right="on the uniform example closed orbits through every start near the equilibrium, no isolated limit "
            "cycle",
            seen=r"$w^2 + \frac{A^2}{2} - \log A$ is constant on each orbit, with another value on the next: none "
            "tends to another",
        ),
    ),
)

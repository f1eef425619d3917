"""The verifier's own derivation, normal forms and theorems, against the literature and against counterexamples."""

from __future__ import annotations

from typing import Any

import pytest
import sympy as sp

from convergan.proofs.certificate_reading import CellSteps, PieceStep, Refused, SolverStep, Uncheckable
from convergan.proofs.entailment import entails
from convergan.proofs.implications import SecondSolver
from convergan.proofs.normal_forms import is_zero, moment
from convergan.proofs.pieces import Branch
from convergan.proofs.premises import DERIVATIVES, check_output, hypotheses, parameter_symbols
from convergan.proofs.printed import GAUSSIANS, UNIFORM, expectation, read
from convergan.proofs.recomputation import scalar
from convergan.proofs.rulings_check import STEP, Rule, check_cover, check_ruling
from convergan.proofs.script_check import disagreement
from convergan.symbolic import read_proposal
from convergan.symbolic.errors import ExpressionError
from convergan.symbolic.formula import FALSE, TRUE, compare, conjunction, disjunction
from convergan.symbolic.solvers import translate

Document = dict[str, Any]
G = {"gamma": "gamma > 0"}
F1, F2, GAMMA, SIGMA = sp.symbols("f1 f2 gamma sigma", real=True)
X, Y, THETA, PSI = sp.symbols("x y theta psi", real=True)
NAMES = {"x": X, "y": Y, "theta": sp.Symbol("theta", real=True), "psi": sp.Symbol("psi", real=True)}


def first_order(document: Document, signs: tuple[tuple[str, int], ...] = ()) -> tuple[Any, sp.ImmutableMatrix]:
    """Value and Jacobian at the equilibrium, on one branch and wherever the hypotheses hold."""
    proposal = read_proposal(document)
    output = sp.Integer(0)
    names = {**DERIVATIVES, **parameter_symbols(proposal)}
    equilibrium = (scalar(proposal.data, names), sp.Integer(0))
    branch = Branch(names, equilibrium, hypotheses(proposal, output), SecondSolver(), signs)
    return branch.first_order(proposal, output)


BOTH = "gamma/2*(norm(grad_theta(L))**2 + norm(grad_psi(L))**2)"
LITERATURE: list[tuple[Document, list[list[str]]]] = [
    ({}, [["0", "-f1"], ["f1", "0"]]),
    (
        {"parameters": G, "penalty": {"discriminator": "gamma/2*E_fake(norm(grad(D))**2)"}},
        [["0", "-f1"], ["f1", "-gamma"]],
    ),
    (
        {"parameters": {"sigma": "real"}, "objective": {"instance_noise": "sigma"}},
        [["0", "-f1"], ["f1", "2*f2*sigma**2"]],
    ),
    ({"parameters": {"c": "real"}, "game": {"data": "c"}}, [["0", "-f1"], ["f1", "2*f2*c**2"]]),
    (
        {"parameters": {"c": "real"}, "game": {"data": "c"}, "objective": {"pairing": "relativistic"}},
        [["0", "-f1"], ["f1", "0"]],
    ),
    (
        {"parameters": {"s": "real"}, "objective": {"pairing": "relativistic", "instance_noise": "s"}},
        [["0", "-f1"], ["f1", "2*f2*s**2"]],
    ),
    (
        {"parameters": G, "penalty": {"discriminator": BOTH, "generator": BOTH}},
        [["-gamma*f1**2", "-f1"], ["f1", "-gamma*f1**2"]],
    ),
    (
        {"parameters": G, "penalty": {"generator": "gamma*norm(grad_psi(L))**2"}},
        [["-2*gamma*f1**2", "-f1"], ["f1", "0"]],
    ),
    (
        {"parameters": G | {"c": "c > 0"}, "penalty": {"discriminator": "gamma/2*E_real_noisy(D**2, c)"}},
        [["0", "-f1"], ["f1", "-gamma*c"]],
    ),
    (
        {"parameters": G, "game": {"data": "3"}, "penalty": {"discriminator": "gamma/2*E_mix(D**2)"}},
        [["0", "-f1"], ["f1", "18*f2 - 9*gamma"]],
    ),
]


@pytest.mark.parametrize(("document", "jacobian"), LITERATURE)
def test_jacobians_of_the_literature(document: Document, jacobian: list[list[str]]) -> None:
    names = {**DERIVATIVES, **{n: sp.Symbol(n, real=True) for n in ("gamma", "sigma", "c", "s")}}
    value, found = first_order(document)
    assert value == (0, 0)
    assert all(is_zero(e) for e in found - sp.Matrix([[read(entry, names) for entry in row] for row in jacobian]))


def test_one_sided_limits_of_wgan_gp() -> None:
    document = {"parameters": G, "objective": {"f": "wasserstein"}} | {
        "penalty": {"discriminator": "gamma/2*E_mix((norm(grad(D)) - 1)**2)"}
    }
    for sign in (1, -1):
        value, jacobian = first_order(document, (("_y", sign),))
        assert value == (0, sign * GAMMA)
        assert jacobian == sp.Matrix([[0, -1], [1, -GAMMA]])
    with pytest.raises(Refused, match="does not say which sign"):
        first_order(document)
    with pytest.raises(Refused, match="does not vanish there"):
        first_order(document, (("_y - 1", -1),))


UNPLAIN: list[tuple[Document, str]] = [
    ({"penalty": {"discriminator": "sqrt(psi)**4"}}, "not defined|switches|does not say"),
    ({"penalty": {"discriminator": "log(theta - 1)"}}, "not defined"),
    ({"penalty": {"discriminator": "E_real(norm(grad(D))**(3/2))"}}, "not smooth|does not say|unbounded"),
    ({"penalty": {"discriminator": "psi*exp(1/(theta**2 + psi**2))"}}, "not defined"),
    ({"penalty": {"discriminator": "E_real_noisy(abs(D), 1)"}}, "varies under an expectation"),
    ({"penalty": {"discriminator": "E_real_noisy(sqrt(1 + D), 1)"}}, "not defined"),
    ({"penalty": {"discriminator": "E_real_noisy(exp(D**3), 1)"}}, "may be differentiated"),
    ({"parameters": {"a": "a > 0"}, "penalty": {"discriminator": "E_real_noisy(D**2, -a)"}}, "not defined"),
    ({"parameters": {"a": "real"}, "penalty": {"discriminator": "psi**2/a"}}, "not defined"),
    ({"parameters": {"a": "real"}, "penalty": {"discriminator": "abs(a)*psi**2"}}, "sign of a"),
]


@pytest.mark.parametrize(("document", "words"), UNPLAIN)
def test_what_is_not_plain_is_not_derived(document: Document, words: str) -> None:
    with pytest.raises((Uncheckable, Refused), match=words):
        first_order(document)


def test_a_kink_far_out_in_the_noise_changes_nothing() -> None:
    value, jacobian = first_order(
        {"parameters": {"sigma": "sigma > 0"}, "objective": {"f": "hinge", "instance_noise": "sigma"}}
    )
    assert (value, jacobian) == ((0, 0), sp.Matrix([[0, -1], [1, 0]]))


# -- normal forms ----------------------------------------------------------------------------------------------------

EPSILON = GAUSSIANS["epsilon_fake"]
ZERO = [
    sp.exp(X + Y) - sp.exp(X) * sp.exp(Y),
    sp.exp(X / 2) / (1 + sp.exp(X / 2)) ** 2 - sp.exp(X / 2) / (1 + 2 * sp.exp(X / 2) + sp.exp(X)),
    sp.exp(X) / (1 + sp.exp(X)) - 1 / (1 + sp.exp(-X)),
    sp.sqrt(X) ** 3 * sp.sqrt(X) - X**2,
    1 / (sp.sqrt(X) + 1) - (sp.sqrt(X) - 1) / (X - 1),
    sp.Abs(X * Y) - sp.sign(X) * sp.sign(Y) * X * Y,
    sp.sign(X - Y) + sp.sign(Y - X),
    sp.exp(sp.Abs(THETA * sp.sin(Y)) * sp.Abs(THETA)) - sp.exp(THETA**2 * sp.Abs(sp.sin(Y))),
    sp.sign(THETA - Y) ** 2 - 1,
    sp.sign(X) ** 3 - sp.sign(X),
    expectation(X * EPSILON**4) - 3 * X,
    expectation(X + EPSILON * sp.exp(Y * EPSILON)) - X - expectation(EPSILON * sp.exp(Y * EPSILON)),
    expectation(UNIFORM**3) - sp.Rational(1, 4),
]


@pytest.mark.parametrize("expression", ZERO)
def test_normal_forms_show_identities(expression: sp.Expr) -> None:
    assert is_zero(expression)
    assert not is_zero(expression + 1)
    assert not is_zero(expression + X / 7)


@pytest.mark.parametrize("factor", [X, X - Y, X**2, X * THETA + Y * PSI, sp.sqrt(X), sp.sqrt(X**2 * THETA**2)])
def test_what_parameters_make_zero_has_no_sign_whose_square_is_1(factor: sp.Expr) -> None:
    assert not is_zero(sp.sign(factor) ** 2 - 1)
    assert not is_zero(sp.sign(factor) ** 4 - 1)


def test_different_expectations_stay_different() -> None:
    assert not is_zero(expectation(sp.exp(EPSILON * X)) - sp.exp(X))
    assert not is_zero(expectation(sp.tanh(X + EPSILON)) - sp.tanh(X))
    assert [moment(EPSILON, k) for k in range(5)] == [1, 0, 1, 0, 3]


def test_printed_fields_are_read() -> None:
    density = "sqrt(2)*exp(-_epsilon_fake**2/2)/(2*sqrt(pi))"
    text = f"Integral({density}*Subs(Derivative(f(t), (t, 2)), t, x*_epsilon_fake), (_epsilon_fake, -oo, oo))"
    assert read(text, NAMES, fields=True).has(EPSILON)
    assert read("CRootOf(x**3 - 2, 0)", {}) == sp.CRootOf(sp.Symbol("x") ** 3 - 2, 0)
    for bad in ("Subs(x, t, x)", "Integral(x, (y, 0, 1))", "epsilon_fake", "Derivative(f(t), t)", "f"):
        with pytest.raises(ExpressionError):
            read(bad, NAMES, fields=True)
    with pytest.raises(ExpressionError):
        read("f(x)", NAMES)


# -- premises --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fake", "real", "output", "error"),
    [
        ("-exp(-t - 1)", "-t", "-1", None),
        ("-exp(-t - 1)", "-t", "0", Refused),
        ("-t**2/2 + 2*t", "-t**2/2", "1", None),
        ("t**3/3 - t", "0*t", "-1", None),  # the maximiser, not the minimiser
        ("t**3/3 - t", "0*t", "1", Uncheckable),
        ("t", "-t", "0", None),
        ("t", "-t", "1", Refused),
        ("cos(t)", "0*t", "0", Uncheckable),
    ],
)
def test_equilibrium_outputs(fake: str, real: str, output: str, error: type[Exception] | None) -> None:
    objective = read_proposal({"objective": {"fake": fake, "real": real}}).objective
    if error is None:
        check_output(objective, read(output, {}), TRUE, SecondSolver())
    else:
        with pytest.raises(error):
            check_output(objective, read(output, {}), TRUE, SecondSolver())


# -- theorems --------------------------------------------------------------------------------------------------------


def cell(theorem: str, pieces: list[PieceStep], goals: list[Any], **more: Any) -> CellSteps:
    steps = tuple(SolverStep("", TRUE, goal, (), "") for goal in goals)
    outcome = "yes" if theorem.endswith("-stability") else "no"
    rate = "linear" if outcome == "yes" else None
    return CellSteps(
        "cell-1", TRUE, tuple(pieces), more.get("matrix"), steps, theorem, outcome, rate, more.get("branch")
    )


def piece(sign: int, value: tuple[int, int], jacobian: list[list[int]], function: str = "_y") -> PieceStep:
    first, second = map(sp.Integer, value)
    return PieceStep(((function, sign),), (first, second), sp.ImmutableMatrix(jacobian))


def judge(steps: CellSteps, rule: Rule) -> None:
    def side(given: PieceStep) -> Branch:
        return Branch({}, (sp.Integer(0), sp.Integer(0)), TRUE, SecondSolver(), given.branch)

    check_ruling(steps, rule, side, lambda _: None, SecondSolver())


FLOW, SIMULTANEOUS = Rule("flow", 1, 1, False), Rule("simultaneous", 1, 1, False)
STABLE = [[-1, -1], [1, -1]]


def test_stable_pieces_do_not_make_a_stable_system() -> None:
    matrix = sp.ImmutableMatrix(STABLE)
    same = [piece(1, (0, 0), STABLE), piece(-1, (0, 0), STABLE)]
    judge(cell("flow-linear-stability", same, [], matrix=matrix), FLOW)
    kink = [piece(1, (0, 0), STABLE), piece(-1, (0, 0), [[-1, -9], [1, -1]])]
    with pytest.raises(Refused, match="share one Jacobian"):
        judge(cell("flow-linear-stability", kink, [], matrix=matrix), FLOW)
    with pytest.raises(Refused, match="vanishes"):
        judge(cell("flow-linear-stability", [piece(1, (0, 1), STABLE)], [], matrix=matrix), FLOW)
    with pytest.raises(Refused, match="says nothing about the rule"):
        judge(cell("flow-linear-stability", same, [], matrix=matrix), SIMULTANEOUS)


def test_a_jump_that_attracts_does_not_repel() -> None:
    pieces = [piece(1, (0, -1), STABLE), piece(-1, (0, 1), STABLE)]
    with pytest.raises(Refused, match="points off"):
        judge(cell("repelling-jump", pieces, [], branch=pieces[0].branch), FLOW)
    with pytest.raises(Refused, match="one sign"):
        judge(cell("no-filippov-equilibrium", pieces, []), FLOW)
    judge(cell("map-jump", pieces, [], branch=pieces[0].branch), SIMULTANEOUS)


def test_alternating_steps_over_a_jump() -> None:
    """D jumps while G's row is differentiable; where it is not, G's steps may avoid the side that throws off."""
    pieces = [piece(1, (0, 1), [[0, 1], [0, 0]], "_x"), piece(-1, (0, -1), [[0, 1], [0, 0]], "_x")]
    kinked = [pieces[0], piece(-1, (0, -1), [[0, -1], [0, 0]], "_x")]
    one, two = Rule("alternating", 1, 1, False), Rule("alternating", 1, 2, False)
    judge(cell("map-jump", pieces, [], branch=pieces[0].branch), one)
    with pytest.raises(Refused, match="row is differentiable"):
        judge(cell("map-jump", kinked, [], branch=pieces[0].branch), one)
    with pytest.raises(Refused, match="may return"):
        judge(cell("map-jump", pieces, [], branch=pieces[0].branch), two)


def test_branches_have_to_cover_a_neighbourhood() -> None:
    both = [piece(1, (0, 0), STABLE), piece(-1, (0, 0), STABLE)]
    check_cover(tuple(both))
    with pytest.raises(Refused, match="_y < 0"):
        check_cover((both[0],))
    with pytest.raises(Refused):
        check_cover((both[0], piece(-1, (0, 0), STABLE, "_x")))


def test_a_period_is_the_product_of_its_steps() -> None:
    a, b, c, d = sp.symbols("a b c d", real=True)
    theta, psi = X, Y
    for _ in range(2):
        theta = theta + STEP * (a * theta + b * psi)
    for _ in range(3):
        psi = psi + STEP * (c * theta + d * psi)
    expected = sp.Matrix([theta, psi]).jacobian([X, Y])
    found = Rule("alternating", 2, 3, False).matrix(sp.ImmutableMatrix([[a, b], [c, d]]))
    assert (found - expected).applyfunc(sp.expand).is_zero_matrix


def test_a_script_has_to_say_what_its_formula_says() -> None:
    formula = conjunction([compare(X, ">"), disjunction([compare(X * Y - 1, ">"), compare(Y, "==")]), compare(X, "!=")])
    text = translate(formula).text
    assert disagreement(text, formula) == ""
    for old, new in (("(or", "(and"), ("(not", "(and"), ("(- 1)", "1"), ("(> v_x 0)", "(< v_x 0)")):
        assert disagreement(text.replace(old, new, 1), formula), old


def test_entailment_is_shown_without_the_cell() -> None:
    solver = SecondSolver()
    positive, negative = compare(X, ">"), compare(X, "<")
    assert entails([positive], compare(3 * X, ">"), solver)
    assert entails([compare(X - 1, ">")], positive, solver)
    assert entails([positive], disjunction([negative, positive]), solver)
    assert entails([compare(X, "=="), compare(Y, ">")], conjunction([compare(-X, "=="), compare(Y, ">")]), solver)
    assert not entails([compare(X + 1, ">")], positive, solver)
    assert not entails([], positive, solver)
    assert entails([FALSE], positive, solver)

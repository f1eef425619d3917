"""Proposals as mappings: every key of the contract, the defaults, and every error with key, text and mend."""

from __future__ import annotations

from fractions import Fraction

import pytest

from convergan.symbolic import ProposalError, read_proposal
from convergan.symbolic import expression as ex
from convergan.symbolic.objectives import NAMED_OBJECTIVES
from convergan.symbolic.proposal_reader import mirror

GAMMA = {"gamma": "gamma > 0"}
FULL = {
    "proposal": {"name": "all keys", "reference": "nobody"},
    "parameters": {
        "gamma": "gamma > 0",
        "sigma": "real",
        "c": "c != 0 and c < gamma",
        "r": "0 < r < 2*f1",
        "h": "h > 0",
    },
    "game": {"prototype": "dirac", "data": "c"},
    "objective": {
        "f": "any",
        "assume": "f1 > 0 and f2 < 0",
        "generator": "non-saturating",
        "instance_noise": "sigma",
        "pairing": "relativistic",
    },
    "penalty": {"discriminator": "gamma/2*E_real(norm(grad(D))**2)", "generator": "gamma*norm(theta)**2"},
    "training": {"update": "alternating", "g_steps": 2, "d_steps": 3, "h_ratio": "r"},
    "claim": {
        "verdict": "converges",
        "rate": "linear",
        "eigenvalues": ["-gamma", -1],
        "multipliers": ["1 - h*gamma", "I/2"],
        "condition": "gamma > 0 and not (gamma == 1)",
        "step_size": "And(h > 0, h < 1/gamma)",
        "critical": "Eq(gamma, 2*Abs(f1))",
    },
}


def test_defaults_are_the_contracts():
    proposal = read_proposal({}, "some file")
    assert proposal.name == "some file"
    assert proposal.reference == ""
    assert proposal.parameters == ()
    assert proposal.prototype == "dirac"
    assert ex.is_zero(proposal.data)
    objective = proposal.objective
    assert objective is not None
    assert objective.arbitrary
    assert objective.label == "any"
    assert objective.generator == "zero-sum"
    assert ex.is_zero(objective.noise)
    assert not objective.relativistic
    assert [(r.operator, r.right) for r in objective.assume] == [("!=", ex.ZERO), ("<", ex.ZERO)]
    assert proposal.field is None
    assert ex.is_zero(proposal.penalty_discriminator)
    assert ex.is_zero(proposal.penalty_generator)
    training = proposal.training
    assert (training.update, training.g_steps, training.d_steps) == ("simultaneous", 1, 1)
    assert training.h_ratio == ex.Number(Fraction(1))
    assert not proposal.declares_step
    claim = proposal.claim
    assert (claim.verdict, claim.rate, claim.eigenvalues, claim.multipliers) == (None, None, None, None)
    assert (claim.condition, claim.step_size, claim.critical) == (None, None, None)


def test_every_key():
    proposal = read_proposal(FULL)
    assert proposal.name == "all keys"
    assert proposal.reference == "nobody"
    assert proposal.parameter_names == ("gamma", "sigma", "c", "r", "h")
    assert [len(p.conditions) for p in proposal.parameters] == [1, 0, 2, 2, 1]
    assert proposal.declares_step
    assert proposal.data == ex.Name("c")
    objective = proposal.objective
    assert objective is not None
    assert objective.generator == "non-saturating"
    assert objective.noise == ex.Name("sigma")
    assert objective.relativistic
    assert proposal.training.update == "alternating"
    assert (proposal.training.g_steps, proposal.training.d_steps) == (2, 3)
    assert proposal.training.h_ratio == ex.Name("r")
    claim = proposal.claim
    assert (claim.verdict, claim.rate) == ("converges", "linear")
    assert claim.eigenvalues == (ex.Negate(ex.Name("gamma")), ex.Negate(ex.Number(Fraction(1))))
    assert claim.multipliers is not None
    assert len(claim.multipliers) == 2
    assert None not in (claim.condition, claim.step_size, claim.critical)
    assert proposal.source == FULL
    assert proposal == read_proposal(FULL)


def test_numbers_may_be_written_as_numbers():
    proposal = read_proposal({"game": {"data": 2}, "objective": {"instance_noise": -1}, "training": {"h_ratio": 3}})
    assert proposal.data == ex.Number(Fraction(2))
    assert proposal.training.h_ratio == ex.Number(Fraction(3))


@pytest.mark.parametrize("name", NAMED_OBJECTIVES)
def test_named_objectives(name):
    objective = read_proposal({"objective": {"f": name}}).objective
    assert objective is not None
    assert not objective.arbitrary
    assert objective.label == name
    assert objective.assume == ()
    assert (objective.f is None) == (NAMED_OBJECTIVES[name].f is None)


def test_two_functions_and_expressions():
    objective = read_proposal({"objective": {"fake": "t", "real": "-t**2"}}).objective
    assert objective is not None
    assert objective.f is None
    assert objective.label == "fake and real"
    objective = read_proposal({"parameters": GAMMA, "objective": {"f": "exp(gamma*t)", "generator": "t**3"}}).objective
    assert objective is not None
    assert objective.f == objective.fake
    assert objective.real == mirror(objective.f)
    assert isinstance(objective.generator, ex.Power)


def test_field():
    proposal = read_proposal({"parameters": GAMMA, "field": {"theta": "-psi", "psi": "gamma*theta"}})
    assert proposal.objective is None
    assert proposal.field is not None
    proposal = read_proposal(
        {"field": {"theta": "-f1*psi", "psi": "theta"}, "objective": {"f": "any", "assume": "f1 > 0"}}
    )
    assert proposal.objective is not None
    assert proposal.objective.arbitrary


# (document, key, words of the problem, words of the mend)
REFUSED = [
    ({"penalties": {}}, "penalties", "unknown section", "penalty"),
    ({"penalty": "0"}, "penalty", "a value where a section", "[penalty]"),
    ({"parameters": 3}, "parameters", "a value where a section", "[parameters]"),
    ({"penalty": {"discriminater": "0"}}, "penalty.discriminater", "unknown key", "did you mean 'discriminator'"),
    ({"objective": {"F": "any"}}, "objective.F", "unknown key", "known:"),
    ({"training": {"steps": 3}}, "training.steps", "unknown key", "g_steps"),
    ({"claim": {"verdikt": "converges"}}, "claim.verdikt", "unknown key", "verdict"),
    ({"proposal": {"name": 3}}, "proposal.name", "not a string", "quotes"),
    ({"proposal": {"reference": ["x"]}}, "proposal.reference", "not a string", "quotes"),
    ({"parameters": {"gamma": 3}}, "parameters.gamma", "not a string", "quotes"),
    ({"parameters": {"gamma": True}}, "parameters.gamma", "not a string", ""),
    ({"parameters": {"lambda": "real"}}, "parameters.lambda", "word of Python", "write lam"),
    ({"parameters": {"class": "real"}}, "parameters.class", "word of Python", "rename"),
    ({"parameters": {"True": "real"}}, "parameters.True", "word of Python", ""),
    ({"parameters": {"γ": "real"}}, "parameters.γ", "not a name", "ASCII"),
    ({"parameters": {"2a": "real"}}, "parameters.2a", "not a name", ""),
    ({"parameters": {"_a": "real"}}, "parameters._a", "not a name", ""),
    ({"parameters": {"a.b": "real"}}, "parameters.a.b", "not a name", ""),
    ({"parameters": {"": "real"}}, "parameters.", "not a name", ""),
    *[
        ({"parameters": {name: "real"}}, f"parameters.{name}", "reserved", "rename")
        for name in ("theta", "psi", "D", "L", "L_G", "t", "z", "f1", "f6", "pi", "I", "exp", "E_mix", "norm", "E")
    ],
    ({"parameters": {"gamma": "gamma > delta"}}, "parameters.gamma", "undeclared symbol delta", ""),
    ({"parameters": {"gamma": "gamma > 0 or gamma < -1"}}, "parameters.gamma", "'or' in a condition", ""),
    ({"parameters": {"gamma": "theta > 0"}}, "parameters.gamma", "reserved name theta", ""),
    ({"parameters": {"gamma": ""}}, "parameters.gamma", "empty", ""),
    ({"game": {"prototype": "uniforme"}}, "game.prototype", "unknown value 'uniforme'", "known:"),
    ({"game": {"prototype": 1}}, "game.prototype", "not a string", ""),
    ({"game": {"data": "c"}}, "game.data", "undeclared symbol c", "[parameters]"),
    ({"game": {"data": 0.5}}, "game.data", "not a string: 0.5", "quotes"),
    ({"game": {"data": True}}, "game.data", "not a string", ""),
    ({"game": {"data": 10**100}}, "game.data", "too large", "digits"),
    ({"game": {"data": "theta"}}, "game.data", "reserved name theta", ""),
    ({"objective": {"f": "standart"}}, "objective.f", "unknown objective 'standart'", "did you mean 'standard'"),
    ({"objective": {"f": "gamma*t"}}, "objective.f", "undeclared symbol gamma", ""),
    ({"objective": {"f": "x"}}, "objective.f", "unknown objective 'x'", ""),
    ({"objective": {"f": "t", "fake": "t", "real": "t"}}, "objective.f", "f beside fake and real", "either"),
    ({"objective": {"fake": "t"}}, "objective.fake", "one of two", "both"),
    ({"objective": {"real": "t"}}, "objective.real", "one of two", "both"),
    ({"objective": {"assume": "f1 > 0 or f2 > 0"}}, "objective.assume", "'or'", ""),
    ({"objective": {"assume": "f7 > 0"}}, "objective.assume", "undeclared symbol f7", ""),
    ({"objective": {"generator": "nonsaturating + 1"}}, "objective.generator", "undeclared symbol nonsaturating", ""),
    ({"objective": {"generator": "psi*t"}}, "objective.generator", "reserved name psi", ""),
    ({"objective": {"instance_noise": "sigma"}}, "objective.instance_noise", "undeclared symbol sigma", ""),
    ({"objective": {"instance_noise": 0.1}}, "objective.instance_noise", "not a string", ""),
    ({"objective": {"pairing": "paired"}}, "objective.pairing", "unknown value 'paired'", "separate, relativistic"),
    (
        {"objective": {"f": "forward-kl", "pairing": "relativistic"}},
        "objective.pairing",
        "needs one function",
        "give f alone",
    ),
    (
        {"objective": {"fake": "t", "real": "-t", "pairing": "relativistic"}},
        "objective.pairing",
        "needs one function",
        "give f alone",
    ),
    ({"penalty": {"discriminator": "gamma"}}, "penalty.discriminator", "undeclared symbol gamma", "[parameters]"),
    ({"penalty": {"discriminator": "E_real(grad(D))"}}, "penalty.discriminator", "a vector where a scalar", "norm"),
    ({"penalty": {"generator": "(1"}}, "penalty.generator", "unbalanced", "close"),
    ({"penalty": {"generator": "().__class__"}}, "penalty.generator", "attribute access", ""),
    ({"penalty": {"generator": ["0"]}}, "penalty.generator", "not a string", ""),
    ({"field": {"theta": "-psi"}}, "field.psi", "missing", "both rows"),
    ({"field": {"psi": "theta"}}, "field.theta", "missing", "both rows"),
    ({"field": {"theta": "-f1*psi", "psi": "theta"}}, "field.theta", "reserved name f1", ""),
    ({"field": {"theta": "-psi", "psi": "theta"}, "penalty": {}}, "penalty", "beside [field]", "into the field"),
    ({"field": {"theta": "-psi", "psi": "theta"}, "game": {"data": "1"}}, "game.data", "beside [field]", "(0, 0)"),
    (
        {"field": {"theta": "-psi", "psi": "theta"}, "objective": {"f": "standard"}},
        "objective",
        "beside [field]",
        "only f",
    ),
    (
        {"field": {"theta": "-psi", "psi": "theta"}, "objective": {"instance_noise": "1"}},
        "objective",
        "beside [field]",
        "",
    ),
    ({"training": {"update": "simultanous"}}, "training.update", "unknown value", "did you mean 'simultaneous'"),
    ({"training": {"g_steps": 2}}, "training.g_steps", "2 steps with update 'simultaneous'", "alternating"),
    ({"training": {"update": "flow", "d_steps": 2}}, "training.d_steps", "2 steps with update 'flow'", "alternating"),
    ({"training": {"update": "alternating", "g_steps": 0}}, "training.g_steps", "not a number of steps: 0", "integer"),
    ({"training": {"update": "alternating", "g_steps": -1}}, "training.g_steps", "not a number of steps", ""),
    ({"training": {"update": "alternating", "g_steps": 1.0}}, "training.g_steps", "not a number of steps", ""),
    ({"training": {"update": "alternating", "d_steps": "2"}}, "training.d_steps", "not a number of steps", ""),
    ({"training": {"update": "alternating", "d_steps": True}}, "training.d_steps", "not a number of steps", ""),
    ({"training": {"update": "alternating", "d_steps": 10**9}}, "training.d_steps", "not a number of steps", ""),
    ({"training": {"h_ratio": "r"}}, "training.h_ratio", "undeclared symbol r", ""),
    ({"claim": {"verdict": "maybe"}}, "claim.verdict", "unknown value 'maybe'", "converges"),
    ({"claim": {"verdict": True}}, "claim.verdict", "not a string", ""),
    ({"claim": {"rate": "fast"}}, "claim.rate", "unknown value 'fast'", "linear, sublinear"),
    ({"claim": {"eigenvalues": "1"}}, "claim.eigenvalues", "not a list", "[\"-gamma\""),
    ({"claim": {"eigenvalues": []}}, "claim.eigenvalues", "not a list", ""),
    ({"claim": {"eigenvalues": ["1", "gamma"]}}, "claim.eigenvalues[1]", "undeclared symbol gamma", ""),
    ({"claim": {"eigenvalues": [0.5]}}, "claim.eigenvalues[0]", "not an expression", "quotes"),
    ({"claim": {"multipliers": [True]}}, "claim.multipliers[0]", "not an expression", ""),
    ({"claim": {"multipliers": ["E_real(D)"]}}, "claim.multipliers[0]", "unknown function E_real", ""),
    ({"claim": {"condition": "gamma > 0"}}, "claim.condition", "undeclared symbol gamma", ""),
    ({"claim": {"condition": "1"}}, "claim.condition", "not a comparison", ""),
    ({"claim": {"step_size": 1}}, "claim.step_size", "not a string", ""),
    ({"claim": {"critical": "f1"}}, "claim.critical", "not a comparison", ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("document", "key", "problem", "mend"), REFUSED, ids=[f"{i}-{r[1]}" for i, r in enumerate(REFUSED)]
)
def test_refused(document, key, problem, mend):
    with pytest.raises(ProposalError) as caught:
        read_proposal(document)
    error = caught.value
    assert error.key == key
    assert problem in error.problem
    # The mend stands in the message; for an expression it is part of the problem's text.
    assert mend in str(error)
    assert str(error).startswith(key)
    with_file = error.in_file("x.proposal.toml")
    assert str(with_file).startswith(f"x.proposal.toml: {key}: ")


def test_a_parameter_may_be_called_h_and_almost_anything():
    for name in (
        "h",
        "lam",
        "x",
        "y",
        "u",
        "e",
        "aux0",
        "x_local",
        "f0",
        "f7",
        "f12",
        "epsilon_real",
        "n_d",
        "S",
        "N",
        "Q",
    ):
        proposal = read_proposal(
            {"parameters": {name: f"{name} > 0"}, "penalty": {"discriminator": f"{name}*norm(psi)**2"}}
        )
        assert proposal.parameter_names == (name,)

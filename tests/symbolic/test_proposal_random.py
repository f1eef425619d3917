"""Random mappings are read or refused; f(-t) is the mirrored tree."""

# ruff: noqa: PT017 - errors of random mappings have no one message
from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from convergan.symbolic import ProposalError, read_proposal
from convergan.symbolic import expression as ex
from convergan.symbolic.proposal_reader import mirror


def test_mirror():
    objective = read_proposal({"objective": {"f": "(t - 1)**2/3 + exp(-t)*max(t, 2) - sqrt(t)"}}).objective
    assert objective is not None
    assert objective.f is not None

    class Numbers:
        def __init__(self, t):
            self.t = t

        def number(self, value):
            return float(value)

        def name(self, _):
            return self.t

        add = staticmethod(sum)

        def multiply(self, factors):
            product = 1.0
            for factor in factors:
                product *= factor
            return product

        def divide(self, a, b):
            return a / b

        def power(self, a, b):
            return a**b

        def negate(self, a):
            return -a

        def call(self, function, arguments):

            return {"exp": math.exp, "max": max, "sqrt": lambda x: math.copysign(abs(x) ** 0.5, x)}[function](
                *arguments
            )

    for t in (-2.0, 0.0, 0.5, 3.0):
        assert ex.interpret(mirror(objective.f), Numbers(t)) == ex.interpret(objective.f, Numbers(-t))
    assert ex.interpret(mirror(objective.f), Numbers(3.0)) != ex.interpret(objective.f, Numbers(3.0))


_values = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**70), 10**70), st.floats(), st.text(max_size=12), st.just("gamma")
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)),
    max_leaves=4,
)
_keys = [
    "name",
    "f",
    "assume",
    "fake",
    "generator",
    "discriminator",
    "theta",
    "psi",
    "update",
    "g_steps",
    "eigenvalues",
]
_sections = ["proposal", "parameters", "game", "objective", "penalty", "field", "training", "claim", "other"]


@given(
    st.dictionaries(
        st.sampled_from(_sections),
        st.one_of(
            _values, st.dictionaries(st.one_of(st.sampled_from(_keys), st.text(max_size=5)), _values, max_size=4)
        ),
        max_size=4,
    )
)
def test_any_mapping_is_read_or_refused(document):
    try:
        read_proposal(document)
    except ProposalError as error:
        assert error.key
        assert error.problem

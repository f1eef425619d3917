"""Strategies for whole proposals, as documents (what a TOML file holds) and as values."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal

_SINGLE = ("any", "standard", "wasserstein", "hinge", "least-squares", "squared-hellinger", "tanh(t) - t**2/8")
_DOUBLE = ("forward-kl", "reverse-kl", "pearson-chi2")
_GENERATORS = ("zero-sum", "non-saturating", "t", "a*t + t**2/2")
_OPERATORS = ("E_real({})", "E_fake({})", "E_mix({})", "E_real_noisy({}, b)", "E_fake_noisy({}, b)")
_BODIES = (
    "norm(grad(D))**2",
    "(norm(grad(D)) - a)**2",
    "max(0, norm(grad(D)) - a)**2",
    "D**2",
    "abs(D)",
    "D*tanh(D)",
    "sigmoid(D)**2*norm(grad(D))**2",
    "sqrt(1 + norm(grad(D))**2)",
    "softplus(D)",
    "cos(D)*norm(a*grad(D))",
    "norm(grad(D))**b",
    "1/(1 + D**2)",
)
_OUTSIDE = (
    "norm(psi)**2",
    "norm(theta)**4",
    "norm(grad_theta(L))**2",
    "norm(grad_psi(L))**2",
    "norm(grad_theta(L_G))**2",
    "norm(grad_theta(L))*norm(grad_psi(L))",
)


@st.composite
def _penalties(draw: st.DrawFn) -> str:
    terms = []
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            term = draw(st.sampled_from(_OUTSIDE))
        else:
            term = draw(st.sampled_from(_OPERATORS)).format(draw(st.sampled_from(_BODIES)))
        terms.append(f"{draw(st.sampled_from(['a/2', '3', 'a*b', '-1/4']))}*{term}")
    return " + ".join(terms) or "0"


@st.composite
def documents(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Valid proposals as mappings, with the parameters a > 0, b > 0 and c; the smallest is the unregularised GAN."""
    relativistic = draw(st.booleans())
    objective: dict[str, Any] = {
        "f": draw(st.sampled_from(_SINGLE if relativistic else _SINGLE + _DOUBLE)),
        "generator": draw(st.sampled_from(_GENERATORS)),
        "instance_noise": draw(st.sampled_from(["0", "b", "a/10"])),
        "pairing": "relativistic" if relativistic else "separate",
    }
    return {
        "proposal": {"name": "drawn"},
        "parameters": {"a": "a > 0", "b": draw(st.sampled_from(["b > 0", "0 < b < a", "b >= 1/2"])), "c": "real"},
        "game": {"prototype": "dirac", "data": draw(st.sampled_from(["0", "c", "1/2"]))},
        "objective": objective,
        "penalty": {"discriminator": draw(_penalties()), "generator": draw(_penalties())},
        "training": {"update": draw(st.sampled_from(["simultaneous", "alternating", "flow"]))},
    }


def proposals() -> st.SearchStrategy[Proposal]:
    """Valid proposals; ``Proposal.source`` holds the document for messages."""
    return documents().map(read_proposal)

"""Strategies for whole proposals, as documents (what a TOML file holds) and as values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ...symbolic.errors import ExpressionError
from ...symbolic.objectives import NAMED_OBJECTIVES
from ...symbolic.parser import Scope, parse
from ...symbolic.proposal import Proposal
from ...symbolic.proposal_reader import read_proposal
from ...symbolic.prototypes import PROTOTYPES
from ...symbolic.updates import UPDATES, Key, Kind
from .arguments import chosen, flag

FUNCTIONS = (
    "any",
    "standard",
    "wasserstein",
    "hinge",
    "least-squares",
    "squared-hellinger",
    "tanh(t) - t**2/8",
    "forward-kl",
    "reverse-kl",
    "pearson-chi2",
)
_GENERATORS = ("zero-sum", "non-saturating", "t", "a*t + t**2/2")
_OPERATORS = ("E_real({})", "E_fake({})", "E_mix({})", "E_real_noisy({}, b)", "E_fake_noisy({}, b)")
_ON_THE_DATA = ("E_real({})", "E_fake({})")
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
# Values of rules' keys; all positive, as some keys need, and all below 1, as decay factors are.
_NUMBERS = ("1/2", "1/10", "9/10", "a/(1 + a)")
_MOST_STEPS = 3
_RARELY = st.sampled_from([False, False, False, True])


@st.composite
def _penalties(draw: st.DrawFn, operators: Sequence[str]) -> str:
    terms = []
    for _ in range(draw(st.integers(0, 2))):
        if draw(st.booleans()):
            term = draw(st.sampled_from(_OUTSIDE))
        else:
            term = draw(st.sampled_from(operators)).format(draw(st.sampled_from(_BODIES)))
        terms.append(f"{draw(st.sampled_from(['a/2', '3', 'a*b', '-1/4']))}*{term}")
    return " + ".join(terms) or "0"


def documents(
    *,
    functions: Sequence[str] = FUNCTIONS,
    prototypes: Sequence[str] = ("dirac",),
    updates: Sequence[str] = ("simultaneous", "alternating", "flow"),
    rule_keys: bool = False,
) -> st.SearchStrategy[dict[str, dict[str, Any]]]:
    """Valid proposals as mappings, with the parameters a > 0, b > 0 and c.

    Args:
        functions: What ``[objective] f`` may be, simplest first: "any", named objectives, or expressions in t, a, b, c.
        prototypes: Some of the prototype games, simplest first; their own keys are drawn as well, small numbers mostly.
        updates: Some of the training rules, simplest first; keys that a rule needs are drawn.
        rule_keys: Whether keys that a rule does without are drawn as well, and ``h_ratio``.

    Returns:
        Mappings; the smallest is the unregularised GAN.

    Raises:
        InvalidArgument: For unknown games, rules and objectives, and expressions that cannot be read.
    """
    functions = _readable(functions)
    prototypes = chosen("prototypes", prototypes, tuple(PROTOTYPES))
    updates = chosen("updates", updates, tuple(UPDATES))
    return _documents(functions, prototypes, updates, flag("rule_keys", rule_keys))


def proposals(
    *,
    functions: Sequence[str] = FUNCTIONS,
    prototypes: Sequence[str] = ("dirac",),
    updates: Sequence[str] = ("simultaneous", "alternating", "flow"),
    rule_keys: bool = False,
) -> st.SearchStrategy[Proposal]:
    """Valid proposals; ``Proposal.source`` holds the document for messages.

    Args:
        functions: As for ``documents``.
        prototypes: As for ``documents``.
        updates: As for ``documents``.
        rule_keys: As for ``documents``.

    Raises:
        InvalidArgument: As for ``documents``.
    """
    drawn = documents(functions=functions, prototypes=prototypes, updates=updates, rule_keys=rule_keys)
    return drawn.map(read_proposal)


@st.composite
def _documents(
    draw: st.DrawFn, functions: tuple[str, ...], prototypes: tuple[str, ...], updates: tuple[str, ...], rule_keys: bool
) -> dict[str, dict[str, Any]]:
    single = [text for text in functions if text not in NAMED_OBJECTIVES or NAMED_OBJECTIVES[text].f is not None]
    relativistic = draw(st.booleans()) if single else False
    objective: dict[str, Any] = {
        "f": draw(st.sampled_from(single if relativistic else functions)),
        "generator": draw(st.sampled_from(_GENERATORS)),
    }
    prototype = draw(st.sampled_from(prototypes))
    kind = PROTOTYPES[prototype]
    objective["instance_noise"] = draw(st.sampled_from(["0", "b", "a/10"])) if kind.between else "0"
    objective["pairing"] = "relativistic" if relativistic else "separate"
    operators = _OPERATORS if kind.between else _ON_THE_DATA
    parameters = {"a": "a > 0", "b": draw(st.sampled_from(["b > 0", "0 < b < a", "b >= 1/2"])), "c": "real"}
    return {
        "proposal": {"name": "drawn"},
        "parameters": parameters,
        "game": draw(_games(prototype)),
        "objective": objective,
        "penalty": {"discriminator": draw(_penalties(operators)), "generator": draw(_penalties(operators))},
        "training": draw(_training(updates, rule_keys)),
    }


@st.composite
def _games(draw: st.DrawFn, prototype: str) -> dict[str, Any]:
    kind = PROTOTYPES[prototype]
    game: dict[str, Any] = {"prototype": prototype}
    if kind.places_data:
        game["data"] = draw(st.sampled_from(["0", "c", "1/2"]))
    for key in kind.keys:
        # Large games are slow, and show nothing that small ones do not; G moves in no more dimensions than there are.
        most = min(key.most, key.least + 2, game.get("dimension", key.most))
        game[key.name] = draw(st.integers(key.least, most))
    return game


@st.composite
def _training(draw: st.DrawFn, updates: tuple[str, ...], rule_keys: bool) -> dict[str, Any]:
    update = draw(st.sampled_from(updates))
    rule = UPDATES[update]
    options = {key.name: draw(_value(key)) for key in rule.keys if key.default is None or (rule_keys and draw(_RARELY))}
    while (wrong := rule.misfit(options)) is not None:
        del options[wrong.key]
    if rule_keys and draw(_RARELY):
        options["h_ratio"] = draw(st.sampled_from(["2", "1/2", "a"]))
    return {"update": update} | options


def _value(key: Key) -> st.SearchStrategy[Any]:
    """What may stand behind a rule's key."""
    return {
        Kind.COUNT: st.integers(1, _MOST_STEPS),
        Kind.FLAG: st.booleans(),
        Kind.WORD: st.sampled_from(key.words),
        Kind.NUMBER: st.sampled_from(_NUMBERS),
    }[key.kind]


def _readable(functions: Any) -> tuple[str, ...]:
    if isinstance(functions, str) or not isinstance(functions, Sequence) or not functions:
        known = ", ".join(("any", *NAMED_OBJECTIVES))
        raise InvalidArgument(f"functions={functions!r}: a list is needed, of {known} and expressions in t")
    for text in functions:
        if text == "any" or text in NAMED_OBJECTIVES:
            continue
        try:
            parse(str(text), Scope(frozenset({"t", "a", "b", "c"})))
        except ExpressionError as error:
            raise InvalidArgument(f"functions: {text!r} is no objective: {error.describe()}") from error
    return tuple(functions)

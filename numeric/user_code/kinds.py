"""What a user's function takes and what it returns.

    penalty   (discriminator, x_real, x_fake) -> scalar
    losses    (discriminator, x_real, x_fake) -> (loss_d, loss_g)
    field     (theta, psi) -> (v_theta, v_psi)

A fourth argument may be the generator; then the last one is the latent code z in place of x_fake. Further arguments get
the proposal's parameters by name, ``f`` an arbitrary objective, and what ``bindings`` says; those with defaults keep
them. Which of penalty and losses it is shows when it returns.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ...symbolic import expression as ex
from ...symbolic.errors import ExpressionError, closest
from ...symbolic.parser import Scope, parse
from ...symbolic.proposal import Proposal
from .errors import CodeError
from .loading import UserFunction

Role = Literal["discriminator", "generator", "real", "fake", "latent", "theta", "psi"]
_NAMES: dict[Role, frozenset[str]] = {
    "discriminator": frozenset({"discriminator", "d", "netd", "net_d", "disc", "critic", "dis", "d_net", "model_d"}),
    "generator": frozenset({"generator", "g", "netg", "net_g", "gen", "g_net", "model_g"}),
    "real": frozenset(
        {"x_real", "real", "real_x", "real_img", "real_imgs", "real_images", "real_data", "real_samples", "reals", "x"}
    ),
    "fake": frozenset(
        {"x_fake", "fake", "fake_x", "fake_img", "fake_imgs", "fake_images", "fake_data", "fake_samples", "fakes"}
        | {"gen_img", "gen_imgs", "generated"}
    ),
    "latent": frozenset({"z", "latent", "latents", "gen_z", "noise_z", "codes"}),
    "theta": frozenset({"theta"}),
    "psi": frozenset({"psi", "phi"}),
}
_SHAPES: tuple[tuple[Role, ...], ...] = (
    ("discriminator", "real", "fake"),
    ("discriminator", "real"),
    ("discriminator", "fake"),
    ("discriminator", "generator", "latent"),
    ("discriminator", "generator", "real", "latent"),
    ("theta", "psi"),
)
# Arguments that get an arbitrary f, or its derivative, as a function.
_FUNCTIONS = {"f": 0, "f_prime": 1, "fprime": 1, "df": 1}
_FORMS = "(discriminator, x_real, x_fake), (discriminator, generator, x_real, z) or (theta, psi)"


@dataclass(frozen=True)
class Binding:
    """Which argument gets what.

    Attributes:
        function: The user's function.
        positions: The roles of the arguments that carry no number, by the argument's name, in order.
        numbers: What the others get, by the argument's name: expressions in the proposal's parameters.
        objective: Which derivative of an arbitrary f the arguments get that take one, by the argument's name.
        unused: The proposal's parameters that no argument gets.
        remarks: What was assumed, in sentences.
    """

    function: UserFunction
    positions: Mapping[str, Role]
    numbers: Mapping[str, ex.Expression]
    objective: Mapping[str, int]
    unused: frozenset[str]
    remarks: tuple[str, ...]

    def call(self, arguments: Mapping[str, Any]) -> Any:
        """Calls the function with arguments by name, positional ones in their places."""
        kinds = _parameters(self.function)
        places = [n for n, p in kinds.items() if p.kind is inspect.Parameter.POSITIONAL_ONLY and n in arguments]
        rest = {name: value for name, value in arguments.items() if name not in places}
        return self.function.function(*(arguments[name] for name in places), **rest)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles that occur."""
        return frozenset(self.positions.values())

    @property
    def is_field(self) -> bool:
        """Whether the function is a vector field."""
        return "theta" in self.roles


def bind(function: UserFunction, proposal: Proposal, bindings: Mapping[str, str]) -> Binding:
    """Reads the signature.

    Args:
        function: What the user gave.
        proposal: Whose parameters are passed.
        bindings: Further arguments by name, as text in the proposal's parameters.

    Raises:
        CodeError: If an argument is not understood; it names it and the mend.
    """
    parameters = _parameters(function)
    scope = Scope(frozenset(proposal.parameter_names))
    numbers: dict[str, ex.Expression] = {}
    for name, text in bindings.items():
        if name not in parameters:
            raise CodeError(function.where, f"no argument {name!r}", closest(name, parameters))
        numbers[name] = _expression(function, name, text, scope)
    for name in proposal.parameter_names:
        if name in parameters and name not in numbers:
            numbers[name] = ex.Name(name)
    objective = {n: order for n, order in _FUNCTIONS.items() if n in parameters and n not in numbers}
    rest = [p for n, p in parameters.items() if n not in numbers and n not in objective]
    positions, surplus = _positions(function, rest)
    free = [name for name in proposal.parameter_names if not any(name in ex.names(e) for e in numbers.values())]
    remarks: tuple[str, ...] = ()
    if len(surplus) == 1 and len(free) == 1:
        taken = free.pop()
        numbers[surplus[0]] = ex.Name(taken)
        remarks = (f"the argument {surplus[0]!r} is taken to be the proposal's {taken}",)
    elif surplus:
        known = ", ".join(proposal.parameter_names) or "none"
        raise CodeError(
            function.where,
            f"the argument {surplus[0]!r} gets no value (the proposal's parameters: {known})",
            f"say what it is, as in --with {surplus[0]}=10 or --with {surplus[0]}=gamma/2",
        )
    return Binding(function, positions, numbers, objective, frozenset(free), remarks)


def _expression(function: UserFunction, name: str, text: str, scope: Scope) -> ex.Expression:
    try:
        return parse(text, scope)
    except ExpressionError as error:
        raise CodeError(function.where, f"--with {name}={text}: {error}") from None


def _parameters(function: UserFunction) -> dict[str, inspect.Parameter]:
    called = function.function
    fixed = getattr(called, "keywords", {}) if isinstance(called, functools.partial) else {}
    try:
        # A module's __call__ takes anything; what it wants is in forward.
        signature = inspect.signature(getattr(called, "forward", called))
    except (TypeError, ValueError):
        raise CodeError(function.where, "its arguments cannot be read", "wrap it in a Python function") from None
    kinds = inspect.Parameter
    return {
        name: parameter
        for name, parameter in signature.parameters.items()
        if parameter.kind not in (kinds.VAR_POSITIONAL, kinds.VAR_KEYWORD) and name not in fixed
    }


def _positions(function: UserFunction, rest: list[inspect.Parameter]) -> tuple[dict[str, Role], list[str]]:
    """Roles by argument, and required arguments that have none."""
    named: dict[str, Role] = {}
    for parameter in rest:
        required = parameter.default is inspect.Parameter.empty
        role = _role(parameter.name, required=required)
        if role is not None and role not in named.values():
            named[parameter.name] = role
    required = [p.name for p in rest if p.default is inspect.Parameter.empty]
    for shape in _SHAPES:
        if set(named.values()) == set(shape) and set(named) <= {p.name for p in rest}:
            return named, [name for name in required if name not in named]
    # Unknown names in a known number and order: what the documentation shows.
    by_count = {3: _SHAPES[0], 2: _SHAPES[-1]}
    if len(required) in by_count and not set(named) - set(required):
        shape = by_count[len(required)]
        guessed = dict(zip(required, shape, strict=True))
        alone = "theta" in shape and "discriminator" not in named.values()  # nothing else takes two arguments
        if alone or all(guessed[name] == role for name, role in named.items()):
            return guessed, []
    raise CodeError(
        function.where,
        f"the arguments of {function.text} are none of {_FORMS}",
        "wrap it in a function of that form; numbers such as weights are passed by the parameters' names",
    )


def _role(name: str, *, required: bool) -> Role | None:
    lowered = name.lower()
    for role, known in _NAMES.items():
        if lowered in known and (required or lowered not in ("d", "g", "x")):
            return role
    return None

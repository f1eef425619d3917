"""From a mapping (the content of a proposal file) to a ``Proposal``, with one clear error for anything wrong.

The keys are the contract of DESIGN.md section 6. Nothing is defaulted silently: unknown keys, keys of the wrong type
and combinations that a rule does not have are errors that name the key, the offending text and the mend.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping
from typing import Any

from . import expression as ex
from .conditions import Condition, parse_conditions, parse_region
from .errors import ExpressionError, ProposalError, closest
from .game_reader import GAME_KEYS, read_game, require_playable
from .objectives import NAMED_OBJECTIVES
from .parser import Scope, parse
from .proposal import Claim, FieldRows, Objective, Parameter, Proposal, Training
from .training_reader import TRAINING_KEYS, read_training
from .updates import UPDATES

VERDICTS = ("converges", "conditional", "does-not-converge", "undecided")
RATES = ("linear", "sublinear")
_KEYS: dict[str, tuple[str, ...]] = {
    "proposal": ("name", "reference"),
    "parameters": (),
    "game": GAME_KEYS,
    "objective": ("f", "assume", "fake", "real", "generator", "instance_noise", "pairing"),
    "penalty": ("discriminator", "generator"),
    "field": ("theta", "psi"),
    "training": TRAINING_KEYS,
    "claim": ("verdict", "rate", "eigenvalues", "multipliers", "condition", "step_size", "critical"),
}
DEFAULT_ASSUMPTION = "f1 != 0 and f2 < 0"


def read_proposal(document: Mapping[str, Any], default_name: str = "proposal") -> Proposal:
    """Reads a proposal from the mapping that its TOML file holds.

    Args:
        document: Sections and keys; numbers may be given as numbers or as strings.
        default_name: The name if the document gives none.

    Returns:
        The proposal.

    Raises:
        ProposalError: For anything that is not in the contract.
    """
    return _Reader(document).proposal(default_name)


class _Reader:
    def __init__(self, document: Mapping[str, Any]) -> None:
        self.sections: dict[str, Mapping[str, Any]] = {}
        for section, content in document.items():
            if section not in _KEYS:
                raise ProposalError(str(section), "unknown section", closest(str(section), tuple(_KEYS)))
            if not isinstance(content, Mapping):
                raise ProposalError(section, f"a value where a section is needed: {content!r}", f"write [{section}]")
            for key in content:
                if section != "parameters" and key not in _KEYS[section]:
                    raise ProposalError(f"{section}.{key}", "unknown key", closest(str(key), _KEYS[section]))
            self.sections[section] = content
        self.source = {section: dict(content) for section, content in self.sections.items()}

    def proposal(self, default_name: str) -> Proposal:
        name = self._string("proposal", "name", default_name)
        reference = self._string("proposal", "reference", "")
        declared = self._parameter_names()
        parameters = tuple(self._parameter(key, declared) for key in self.sections.get("parameters", {}))
        names = frozenset(declared)
        field = self._field(names)
        prototype, data, options = read_game(self, self.sections.get("game", {}), names, with_field=field is not None)
        objective = self._objective(names, with_field=field is not None)
        discriminator = self._penalty("discriminator", names)
        generator = self._penalty("generator", names)
        training = read_training(self, self.sections.get("training", {}), names)
        if field is not None:
            _require_losses(training)
        if objective is not None:
            penalties = {"discriminator": discriminator, "generator": generator}
            require_playable(prototype, options, penalties, objective.noise)
        return Proposal(
            name,
            reference,
            parameters,
            prototype,
            data,
            options,
            objective,
            field,
            discriminator,
            generator,
            training,
            self._claim(names),
            self.source,
        )

    # -- values ------------------------------------------------------------------------------------------------------

    def _get(self, section: str, key: str) -> Any:
        return self.sections.get(section, {}).get(key)

    def _string(self, section: str, key: str, default: str) -> str:
        value = self._get(section, key)
        if value is None:
            return default
        if not isinstance(value, str):
            raise ProposalError(f"{section}.{key}", f"not a string: {value!r}", "put it in quotes")
        return str(value)

    def _text(self, section: str, key: str, default: str) -> str:
        """A string, or a number where an expression is expected."""
        value = self._get(section, key)
        if isinstance(value, int) and not isinstance(value, bool):
            if value.bit_length() > 200:
                raise ProposalError(f"{section}.{key}", "number too large to matter", "use at most 60 digits")
            return str(value)
        return self._string(section, key, default)

    def choice(self, section: str, key: str, default: str, known: tuple[str, ...]) -> str:
        """One of some words."""
        value = self._string(section, key, default)
        if value not in known:
            raise ProposalError(f"{section}.{key}", f"unknown value {value!r}", closest(value, known))
        return value

    def expression(self, section: str, key: str, default: str, scope: Scope) -> ex.Expression:
        """An expression in the names of the scope."""
        text = self._text(section, key, default)
        try:
            return parse(text, scope)
        except ExpressionError as error:
            raise ProposalError(f"{section}.{key}", error.describe()) from error

    # -- sections ----------------------------------------------------------------------------------------------------

    def _parameter_names(self) -> tuple[str, ...]:
        declared = tuple(self.sections.get("parameters", {}))
        for name in declared:
            key = f"parameters.{name}"
            if keyword.iskeyword(name):
                mend = "write lam" if name == "lambda" else "rename it"
                raise ProposalError(key, f"{name!r} is a word of Python and cannot be a name", mend)
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
                raise ProposalError(key, f"{name!r} is not a name", "use ASCII letters, digits and _")
            if name in ex.RESERVED - {"h"} or name in ex.PRINTED:
                raise ProposalError(key, f"{name!r} is reserved", "rename the parameter")
        return declared

    def _parameter(self, name: str, declared: tuple[str, ...]) -> Parameter:
        text = self._string("parameters", name, "real")
        scope = Scope(frozenset(declared) | frozenset(ex.DERIVATIVE_SYMBOLS))
        try:
            return Parameter(name, parse_conditions(text, scope))
        except ExpressionError as error:
            raise ProposalError(f"parameters.{name}", error.describe()) from error

    def _field(self, names: frozenset[str]) -> FieldRows | None:
        if "field" not in self.sections:
            return None
        if "penalty" in self.sections:
            raise ProposalError("penalty", "a penalty beside [field]", "put the penalty's gradient into the field")
        if self._get("game", "data") not in (None, 0, "0"):
            raise ProposalError("game.data", "data beside [field]", "a field's equilibrium is judged at (0, 0)")
        for key in ("theta", "psi"):
            if self._get("field", key) is None:
                raise ProposalError(f"field.{key}", "missing", "give both rows, theta and psi")
        derivatives = frozenset(ex.DERIVATIVE_SYMBOLS) if "objective" in self.sections else frozenset()
        scope = Scope(names | derivatives | {"theta", "psi"})
        return FieldRows(*(self.expression("field", key, "", scope) for key in ("theta", "psi")))

    def _objective(self, names: frozenset[str], *, with_field: bool) -> Objective | None:
        if with_field:
            if "objective" not in self.sections:
                return None
            if self._string("objective", "f", "any") != "any" or set(self.sections["objective"]) - {"f", "assume"}:
                raise ProposalError(
                    "objective", "an objective beside [field]", 'with a field, only f = "any" and assume may be given'
                )
        label = self._text("objective", "f", "any")
        f, fake, real = self._functions(label, names)
        if fake is not None and f is None and label == "any":
            label = "fake and real"
        assume_text = self._string("objective", "assume", DEFAULT_ASSUMPTION if fake is None else "real")
        try:
            assume = parse_conditions(assume_text, Scope(names | frozenset(ex.DERIVATIVE_SYMBOLS)))
        except ExpressionError as error:
            raise ProposalError("objective.assume", error.describe()) from error
        pairing = self.choice("objective", "pairing", "separate", ("separate", "relativistic"))
        if pairing == "relativistic" and fake is not None and f is None:
            raise ProposalError("objective.pairing", "relativistic pairing needs one function f", "give f alone")
        generator: str | ex.Expression = self._text("objective", "generator", "zero-sum")
        if generator not in ("zero-sum", "non-saturating"):
            generator = self.expression("objective", "generator", "", Scope(names | {"t"}))
        noise = self.expression("objective", "instance_noise", "0", Scope(names))
        return Objective(label, f, fake, real, assume, generator, noise, pairing == "relativistic")

    def _functions(
        self, label: str, names: frozenset[str]
    ) -> tuple[ex.Expression | None, ex.Expression | None, ex.Expression | None]:
        """(f, fake, real); all None for an arbitrary f."""
        scope = Scope(names | {"t"})
        given = [key for key in ("fake", "real") if self._get("objective", key) is not None]
        if given:
            if self._get("objective", "f") is not None:
                raise ProposalError("objective.f", "f beside fake and real", "give either f, or fake and real")
            if len(given) == 1:
                raise ProposalError(f"objective.{given[0]}", "one of two functions", "give both fake and real")
            fake, real = (self.expression("objective", key, "", scope) for key in ("fake", "real"))
            return None, fake, real
        if label == "any":
            return None, None, None
        row = NAMED_OBJECTIVES.get(label)
        if row is not None:
            f = None if row.f is None else parse(row.f, scope)
            return f, parse(row.fake, scope), parse(row.real, scope)
        if re.fullmatch(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*", label) and label not in names | {"t", "pi"}:
            known = ("any", *NAMED_OBJECTIVES)
            raise ProposalError("objective.f", f"unknown objective {label!r}", closest(label, known))
        f = self.expression("objective", "f", "", scope)
        return f, f, mirror(f)

    def _penalty(self, player: str, names: frozenset[str]) -> ex.Expression:
        return self.expression("penalty", player, "0", Scope(names | {"theta", "psi"}, samples=True))

    def _claim(self, names: frozenset[str]) -> Claim:
        scope = Scope(names | frozenset(ex.DERIVATIVE_SYMBOLS) | {"h"}, imaginary=True, printed=True)
        verdict = None if self._get("claim", "verdict") is None else self.choice("claim", "verdict", "", VERDICTS)
        rate = None if self._get("claim", "rate") is None else self.choice("claim", "rate", "", RATES)
        return Claim(
            verdict,
            rate,
            self._claimed_values("eigenvalues", scope),
            self._claimed_values("multipliers", scope),
            self._claimed_region("condition", scope),
            self._claimed_region("step_size", scope),
            self._claimed_region("critical", scope),
        )

    def _claimed_values(self, key: str, scope: Scope) -> tuple[ex.Expression, ...] | None:
        values = self._get("claim", key)
        if values is None:
            return None
        if not isinstance(values, list) or not values:
            raise ProposalError(f"claim.{key}", f"not a list: {values!r}", 'write ["-gamma", "-1"]')
        parsed: list[ex.Expression] = []
        for position, value in enumerate(values):
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise ProposalError(f"claim.{key}[{position}]", f"not an expression: {value!r}", "put it in quotes")
            try:
                parsed.append(parse(str(value), scope))
            except ExpressionError as error:
                raise ProposalError(f"claim.{key}[{position}]", error.describe()) from error
        return tuple(parsed)

    def _claimed_region(self, key: str, scope: Scope) -> Condition | None:
        if self._get("claim", key) is None:
            return None
        text = self._string("claim", key, "")
        try:
            return parse_region(text, scope)
        except ExpressionError as error:
            raise ProposalError(f"claim.{key}", error.describe()) from error


def _require_losses(training: Training) -> None:
    """A vector field has no penalties to be lazy with, and no costs that an opponent could shape.

    Raises:
        ProposalError: If the rule asks for them.
    """
    if training.options.get("lazy", 1) != 1:
        raise ProposalError(
            "training.lazy", "lazy penalties beside [field]", "a field has no penalties; leave lazy out"
        )
    if UPDATES[training.update].needs_costs(training.options):
        mend = "give [objective] and [penalty] in its place"
        raise ProposalError("training.update", f"{training.update!r} needs the players' costs, not a [field]", mend)


def mirror(node: ex.Expression) -> ex.Expression:
    """The tree of f(-t) for the tree of f(t)."""
    match node:
        case ex.Name(name="t"):
            return ex.Negate(node)
        case ex.Add(terms=terms):
            return ex.Add(tuple(map(mirror, terms)))
        case ex.Multiply(factors=factors):
            return ex.Multiply(tuple(map(mirror, factors)))
        case ex.Divide(numerator=numerator, denominator=denominator):
            return ex.Divide(mirror(numerator), mirror(denominator))
        case ex.Power(base=base, exponent=exponent):
            return ex.Power(mirror(base), exponent)
        case ex.Negate(operand=operand):
            return ex.Negate(mirror(operand))
        case ex.Call(function=function, arguments=arguments):
            return ex.Call(function, tuple(map(mirror, arguments)))
    return node

"""Sign conditions as SMT-LIB text over the reals (QF_NRA).

Polynomials translate as they are. Every other node (a root, an absolute value, exp, a symbolic power, pi, ...) becomes
a fresh real variable together with facts that it satisfies. The facts for roots, absolute values and signs say exactly
what the node is; those for transcendental functions are true but incomplete, so ``unsat`` is still a proof, while a
``sat`` model has to be checked again on the original expressions (``points``). Denominators and the domains of roots
and logarithms come back as obligations, to be proved before the answer counts.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import sympy as sp

from ..averages import is_positive_almost_surely
from ..calculus import Mean
from ..flattening import flattened
from ..formula import And, Atom, Formula, compare


@dataclass(frozen=True, slots=True)
class Script:
    """An SMT-LIB text and what must hold besides.

    Attributes:
        text: Declarations and assertions, without ``check-sat``.
        exact: Whether the text says the same as the formula (no incompletely described node occurs).
        obligations: Conditions under which the translation is meaningful: denominators not 0, domains kept.
        names: SMT-LIB names of the symbols, by symbol.
    """

    text: str
    exact: bool
    obligations: tuple[Formula, ...]
    names: dict[sp.Symbol, str]


def translate(formula: Formula) -> Script:
    """The script whose models are the formula's (or more, if not ``exact``).

    Args:
        formula: The hypotheses and the negated goal together.

    Returns:
        The script.

    Raises:
        TypeError: For a node that has no translation.
    """
    return _Translator().script(formula)


@dataclass
class _Translator:
    names: dict[sp.Symbol, str] = field(default_factory=dict)
    auxiliary: dict[sp.Expr, sp.Symbol] = field(default_factory=dict)
    facts: list[str] = field(default_factory=list)
    obligations: list[Formula] = field(default_factory=list)
    exact: bool = True

    def script(self, formula: Formula) -> Script:
        body = self.formula(formula)
        declarations = [f"(declare-fun {name} () Real)" for name in self.names.values()]
        lines = ["(set-logic QF_NRA)", *declarations, *(f"(assert {fact})" for fact in self.facts), f"(assert {body})"]
        return Script("\n".join(lines) + "\n", self.exact, tuple(dict.fromkeys(self.obligations)), dict(self.names))

    def formula(self, formula: Formula) -> str:
        if isinstance(formula, Atom):
            return self._sign(formula.expression, formula.relation)
        word = "and" if isinstance(formula, And) else "or"
        if not formula.parts:
            return "true" if word == "and" else "false"
        return f"({word} {' '.join(self.formula(part) for part in formula.parts)})"

    def _sign(self, expression: sp.Expr, relation: str) -> str:
        numerator, denominator = self._fraction(expression)
        text = self._polynomial(numerator)
        if denominator != 1:
            self.obligations.append(compare(self._original(denominator), "!="))
            if relation not in {"==", "!="}:
                text = f"(* {text} {self._polynomial(denominator)})"
        return {">": f"(> {text} 0)", ">=": f"(>= {text} 0)", "==": f"(= {text} 0)", "!=": f"(not (= {text} 0))"}[
            relation
        ]

    def _fraction(self, expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
        """Numerator and denominator over the rationals in symbols and fresh variables."""
        return _over_one_denominator(flattened(expression, self._auxiliary))

    def _original(self, expression: sp.Expr) -> sp.Expr:
        back = {symbol: node for node, symbol in self.auxiliary.items()}
        while expression.has(*back) if back else False:
            expression = expression.xreplace(back)
        return expression

    def _auxiliary(self, node: sp.Expr) -> sp.Symbol:
        known = self.auxiliary.get(node)
        if known is None:
            known = sp.Symbol(f"_aux{len(self.auxiliary)}", real=True)  # no parameter begins with _
            self.auxiliary[node] = known
            self._describe(node, known)
        return known

    def _describe(self, node: sp.Expr, variable: sp.Symbol) -> None:
        """Adds what is known about a node that is no polynomial."""
        x = self._name(variable)
        if node is sp.pi:
            self.exact = False
            self.facts += [f"(> {x} (/ 314159265 100000000))", f"(< {x} (/ 314159266 100000000))"]
            return
        if node is sp.E:
            self.exact = False
            self.facts += [f"(> {x} (/ 271828182 100000000))", f"(< {x} (/ 271828183 100000000))"]
            return
        if isinstance(node, sp.Pow) and node.exp.is_Rational:
            self._root(node, variable)
            return
        if isinstance(node, sp.Pow):
            self.exact = False
            self.obligations.append(compare(node.base, ">"))
            self.facts.append(f"(> {x} 0)")
            self._compare_power(node, x)
            return
        if isinstance(node, Mean):
            self.exact = False
            if is_positive_almost_surely(node.args[0]):
                self.facts.append(f"(> {x} 0)")
            return
        if not isinstance(node, sp.Function) or len(node.args) != 1:
            raise TypeError(f"{node} has no translation to real arithmetic")
        (argument,) = node.args
        positive, negative, zero = (self._sign(argument, ">"), self._sign(-argument, ">"), self._sign(argument, "=="))
        match node:
            case sp.Abs():
                value = self._sign
                plus, minus = value(variable - argument, "=="), value(variable + argument, "==")
                self.facts.append(f"(or (and (not {negative}) {plus}) (and {negative} {minus}))")
            case sp.sign():
                self.facts.append(
                    f"(or (and {positive} (= {x} 1)) (and {zero} (= {x} 0)) (and {negative} (= {x} (- 1))))"
                )
            case sp.exp():
                self.exact = False
                self.facts += [f"(> {x} 0)", self._sign(variable - 1 - argument, ">="), f"(= {zero} (= {x} 1))"]
                self.facts.append(f"(= {positive} (> {x} 1))")
            case sp.log():
                self.exact = False
                self.obligations.append(compare(argument, ">"))
                self.facts += [
                    self._sign(argument - 1 - variable, ">="),
                    f"(= {self._sign(argument - 1, '>')} (> {x} 0))",
                ]
                self.facts.append(f"(= {self._sign(argument - 1, '==')} (= {x} 0))")
            case sp.tanh():
                self.exact = False
                self.facts += [f"(< {x} 1)", f"(> {x} (- 1))", f"(= {positive} (> {x} 0))", f"(= {zero} (= {x} 0))"]
            case sp.atan():
                self.exact = False
                bound = self._name(self._auxiliary(sp.pi))
                self.facts += [f"(< (* 2 {x}) {bound})", f"(> (* 2 {x}) (- {bound}))"]
                self.facts += [f"(= {positive} (> {x} 0))", f"(= {zero} (= {x} 0))"]
            case sp.sin() | sp.cos():
                self.exact = False
                self.facts += [f"(<= {x} 1)", f"(>= {x} (- 1))"]
                if isinstance(node, sp.sin):
                    cosine = flattened(sp.cos(argument), self._auxiliary)
                    self.facts.append(self._sign(variable**2 + cosine**2 - 1, "=="))
            case _:
                raise TypeError(f"{type(node).__name__} has no translation to real arithmetic")

    def _root(self, node: sp.Pow, variable: sp.Symbol) -> None:
        """u**(p/q) for a base that is not negative: the nonnegative x with x**q = u**p."""
        p, q = node.exp.p, node.exp.q
        self.obligations.append(compare(node.base, ">=" if p > 0 else ">"))
        self.facts.append(f"(>= {self._name(variable)} 0)")
        self.facts.append(self._sign(variable**q - node.base**p, "=="))

    def _compare_power(self, node: sp.Pow, x: str) -> None:
        """Where u**e lies relative to 1."""
        base, exponent = node.base, node.exp
        above, below = self._sign(base - 1, ">"), self._sign(1 - base, ">")
        up, down, level = self._sign(exponent, ">"), self._sign(-exponent, ">"), self._sign(exponent, "==")
        self.facts.append(f"(=> (or (and {above} {up}) (and {below} {down})) (> {x} 1))")
        self.facts.append(f"(=> (or (and {above} {down}) (and {below} {up})) (< {x} 1))")
        self.facts.append(f"(=> (or {level} {self._sign(base - 1, '==')}) (= {x} 1))")

    def _polynomial(self, expression: sp.Expr) -> str:
        generators = sorted(expression.free_symbols, key=str)
        if not generators:
            return _rational(expression)
        variables = [self._name(symbol) for symbol in generators]
        terms = [_monomial(sp.Rational(c), powers, variables) for powers, c in _terms(expression, tuple(generators))]
        return terms[0] if len(terms) == 1 else f"(+ {' '.join(terms)})"

    def _name(self, symbol: sp.Symbol) -> str:
        """An SMT-LIB name; declared parameters get a prefix so that no name is a word of SMT-LIB."""
        if symbol not in self.names:
            self.names[symbol] = f"v_{symbol.name}"
        return self.names[symbol]


# The same conditions occur in many questions.
@functools.lru_cache(maxsize=4096)
def _over_one_denominator(expression: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    numerator, denominator = sp.fraction(sp.together(expression))
    return sp.expand(numerator), sp.expand(denominator)


@functools.lru_cache(maxsize=4096)
def _terms(expression: sp.Expr, generators: tuple[sp.Symbol, ...]) -> list[tuple[tuple[int, ...], sp.Rational]]:
    return sp.Poly(expression, *generators, domain="QQ").terms()


def _rational(value: sp.Expr) -> str:
    number = sp.Rational(value)
    magnitude = str(abs(number.p)) if number.q == 1 else f"(/ {abs(number.p)} {number.q})"
    return f"(- {magnitude})" if number.p < 0 else magnitude


def _monomial(coefficient: sp.Rational, powers: tuple[int, ...], variables: list[str]) -> str:
    factors = [name for name, power in zip(variables, powers, strict=True) for _ in range(power)]
    if not factors or coefficient != 1:
        factors.insert(0, _rational(coefficient))
    return factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})"

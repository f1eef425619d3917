r"""The penalty language as LaTeX: what a proposal says, in the papers' notation.

latex(parse("gamma/2 * E_real(norm(grad(D))**2)", scope))
== r"\frac{\gamma}{2} \, \mathbb{E}_{x \sim p_D}\left[\left\|\nabla_x D(x)\right\|^{2}\right]"
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from . import expression as ex

_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_LAW = {
    "E_real": r"x \sim p_D",
    "E_fake": r"x \sim p_\theta",
    "E_mix": r"x \sim \mathrm{mix}(p_D, p_\theta)",
    "E_real_noisy": r"x \sim p_D + N(0, %s)",
    "E_fake_noisy": r"x \sim p_\theta + N(0, %s)",
}
_NAMES = {"f1": "f'(0)", "f2": "f''(0)", "f3": "f'''(0)"} | {f"f{k}": f"f^{{({k})}}(0)" for k in (4, 5, 6)}
_NAMES["lam"] = r"\lambda"  # lambda itself is a keyword of Python
_FUNCTIONS = {
    "exp": r"\exp",
    "log": r"\log",
    "max": r"\max",
    "min": r"\min",
    "sign": r"\operatorname{sign}",
    "tanh": r"\tanh",
    "atan": r"\arctan",
    "sigmoid": r"\operatorname{sigmoid}",
    "softplus": r"\operatorname{softplus}",
    "cos": r"\cos",
    "sin": r"\sin",
}


@dataclass(frozen=True, slots=True)
class _Latex:
    text: str
    level: int

    def within(self, level: int) -> str:
        return self.text if self.level >= level else rf"\left({self.text}\right)"


def latex(node: ex.Expression) -> str:
    """The LaTeX of a tree of the language, without dollar signs."""
    return ex.interpret(node, _LatexAlgebra()).text


class _LatexAlgebra:
    def number(self, value: Fraction) -> _Latex:
        if value.denominator == 1:
            return _Latex(str(value.numerator), _ATOM)
        return _Latex(rf"\frac{{{value.numerator}}}{{{value.denominator}}}", _PRODUCT)

    def name(self, name: str) -> _Latex:
        return _Latex(_NAMES.get(name) or (r"\pi" if name == "pi" else sp.latex(sp.Symbol(name))), _ATOM)

    def add(self, terms: Sequence[_Latex]) -> _Latex:
        text = terms[0].within(_SUM)
        for term in terms[1:]:
            part = term.within(_SUM)
            text += f" - {part[1:]}" if part.startswith("-") else f" + {part}"
        return _Latex(text, _SUM)

    def multiply(self, factors: Sequence[_Latex]) -> _Latex:
        return _Latex(r" \, ".join(factor.within(_PRODUCT) for factor in factors), _PRODUCT)

    def divide(self, numerator: _Latex, denominator: _Latex) -> _Latex:
        return _Latex(rf"\frac{{{numerator.text}}}{{{denominator.text}}}", _PRODUCT)

    def power(self, base: _Latex, exponent: _Latex) -> _Latex:
        return _Latex(f"{base.within(_ATOM)}^{{{exponent.text}}}", _POWER)

    def negate(self, operand: _Latex) -> _Latex:
        return _Latex(f"-{operand.within(_PRODUCT)}", _SUM)

    def call(self, function: str, arguments: Sequence[_Latex]) -> _Latex:
        inner = ", ".join(argument.text for argument in arguments)
        if function == "sqrt":
            return _Latex(rf"\sqrt{{{inner}}}", _ATOM)
        if function == "abs":
            return _Latex(rf"\left|{inner}\right|", _ATOM)
        return _Latex(rf"{_FUNCTIONS[function]}\left({inner}\right)", _ATOM)

    def output(self) -> _Latex:
        return _Latex("D(x)", _ATOM)

    def gradient(self) -> _Latex:
        return _Latex(r"\nabla_x D(x)", _PRODUCT)

    def norm(self, operand: _Latex) -> _Latex:
        return _Latex(rf"\left\|{operand.text}\right\|", _ATOM)

    def player_gradient(self, player: str, loss: str) -> _Latex:
        return _Latex(rf"\nabla_\{player} {loss}", _PRODUCT)

    def expectation(self, operator: str, body: ex.Expression, variance: _Latex | None) -> _Latex:
        law = _LAW[operator] % variance.text if variance is not None else _LAW[operator]
        return _Latex(rf"\mathbb{{E}}_{{{law}}}\left[{latex(body)}\right]", _ATOM)

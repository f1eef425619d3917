r"""The LaTeX of the derivations, read back: enough of it to tell other mathematics from other typesetting.

The language is that of SymPy's printer for polynomials, quotients, roots and matrices:

    formula = relation chain of sums;  sum = [-] product (+|- product)*;  product = power+ (\cdot or nothing between);
    power = atom [^ atom];  atom = number | name | (sum) | {sum} | |sum| | \frac{}{} | \sqrt{} | matrix

A name is a run of letters and keeps its subscript; ``f'(0)`` is one name. Whatever else there is cannot be read, and
counts as different.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sympy as sp

from .values import Value

_TOKEN = re.compile(
    r"f'+(?:\((?:0|\\theta \\psi)\))|\\begin\{matrix\}|\\end\{matrix\}|\\\\|\\operatorname\{\w+\}|\\text\{[^}]*\}"
    r"|\\[A-Za-z]+|\d+|[A-Za-z]+\(?|[-+*/^_(){}\[\]|=<>&,;.!']|\S"
)
_SPACES = re.compile(r"\\[,;:!]|\\q?quad|\\left|\\right|\s+")
_BETWEEN = frozenset(
    {
        "=",
        "<",
        ">",
        "\\leq",
        "\\geq",
        "\\neq",
        "\\land",
        "\\lor",
        "\\Longrightarrow",
        "\\wedge",
        "\\vee",
        ",",
        "&",
        "\\\\",
    }
)


_GREEK = "alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi rho sigma tau phi varphi chi psi omega"
_LETTERS = frozenset("\\" + name for name in _GREEK.split())


class Unreadable(ValueError):
    """LaTeX that is not in the language."""


def same_latex(left: str, right: str, letters: frozenset[str] = frozenset()) -> bool:
    """Whether two formulas say the same: the same text up to spaces, or the same expressions in the same places.

    Args:
        left: A formula.
        right: Another one.
        letters: Names that do not commute.
    """
    first, second = _tokens(left), _tokens(right)
    if first == second:
        return True
    try:
        return _same(_read(first, letters), _read(second, letters))
    except (Unreadable, RecursionError, ZeroDivisionError):
        return False


def _same(left: Sequence[Value | str], right: Sequence[Value | str]) -> bool:
    return len(left) == len(right) and all(
        a == b if isinstance(a, str) or isinstance(b, str) else _equal(a, b) for a, b in zip(left, right, strict=True)
    )


def _equal(left: Value, right: Value) -> bool:
    from .proof import same

    return same(left, right)


def _tokens(latex: str) -> list[str]:
    return _TOKEN.findall(_SPACES.sub(" ", latex))


def _read(tokens: list[str], letters: frozenset[str]) -> list[Value | str]:
    """Sums and what stands between them."""
    reader = _Reader(tokens, letters)
    found: list[Value | str] = []
    while not reader.at_end:
        found.append(reader.next() if reader.peek() in _BETWEEN or _is_word(reader.peek()) else reader.sum())
    return found


def _is_word(token: str) -> bool:
    return token.startswith("\\text{")


class _Reader:
    def __init__(self, tokens: list[str], letters: frozenset[str]) -> None:
        self._tokens, self._at, self._letters = tokens, 0, letters

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._tokens)

    def peek(self) -> str:
        return "" if self.at_end else self._tokens[self._at]

    def next(self) -> str:
        if self.at_end:
            raise Unreadable("the formula ends early")
        self._at += 1
        return self._tokens[self._at - 1]

    def expect(self, token: str) -> None:
        if self.next() != token:
            raise Unreadable(f"{token} is missing")

    def sum(self) -> Value:
        negative = self.peek() == "-"
        if self.peek() in ("-", "+"):
            self.next()
        total = -self.product() if negative else self.product()
        while self.peek() in ("+", "-"):
            total = total + self.product() if self.next() == "+" else total - self.product()
        return total

    def product(self) -> Value:
        total = self.power()
        while self._starts_atom():
            if self.peek() == "\\cdot":
                self.next()
            elif self.peek().isdigit():
                raise Unreadable("a number after a factor")
            factor = self.power()
            if isinstance(total, sp.MatrixBase) and isinstance(factor, sp.MatrixBase) and total.cols != factor.rows:
                raise Unreadable("matrices that do not fit")
            total = total * factor
        return total

    def _starts_atom(self) -> bool:
        token = self.peek()
        return (
            bool(token)
            and token not in _BETWEEN
            and token not in "+-)}]|.^_"
            and not (token.startswith("\\end") or _is_word(token))
        )

    def power(self) -> Value:
        base = self.atom()
        if self.peek() != "^":
            return base
        self.next()
        exponent = self.atom()
        if isinstance(base, sp.MatrixBase) or isinstance(exponent, sp.MatrixBase):
            raise Unreadable("a power of matrices")
        return base**exponent

    def atom(self) -> Value:
        token = self.next()
        if token.isdigit():
            return sp.Integer(token)
        if token in ("(", "{"):
            inner = self.sum()
            self.expect(")" if token == "(" else "}")
            return inner
        if token == "|":
            inner = self.sum()
            self.expect("|")
            return sp.Abs(inner)
        if token == "\\frac":
            above, below = self._braced(), self._braced()
            if below == 0:
                raise Unreadable("division by 0")
            return above / below
        if token == "\\sqrt":
            return sp.sqrt(self._braced())
        if token == "[":
            return self._matrix()
        if token.isalpha() or token in _LETTERS or token.startswith("f'"):
            return self._name(token)
        raise Unreadable(f"{token} is not read")

    def _braced(self) -> Value:
        self.expect("{")
        inner = self.sum()
        self.expect("}")
        return inner

    def _name(self, token: str) -> sp.Expr:
        if token == "i":
            return sp.I
        if self.peek() == "_":
            self.next()
            token += "_" + self._subscript()
        return sp.Symbol(token, commutative=False) if token in self._letters else sp.Symbol(token, real=True)

    def _subscript(self) -> str:
        token = self.next()
        if token != "{":
            return token
        inner = ""
        while self.peek() != "}":
            inner += self.next()
        self.expect("}")
        return inner

    def _matrix(self) -> sp.MatrixBase:
        self.expect("\\begin{matrix}")
        rows: list[list[Value]] = [[self.sum()]]
        while self.peek() != "\\end{matrix}":
            if self.next() == "&":
                rows[-1].append(self.sum())
            else:
                rows.append([self.sum()])
        self.next()
        self.expect("]")
        if len({len(row) for row in rows}) != 1:
            raise Unreadable("rows of different lengths")
        return sp.ImmutableMatrix(rows)

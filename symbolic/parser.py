"""Text to tree: a whitelist over Python's grammar. Nothing that is read here is ever executed.

Python's ``ast`` tokenises and brackets; every node that comes back is checked against the language of DESIGN.md
section 5 and rebuilt as our own. Numbers are read from the source text, so decimals stay exact.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from fractions import Fraction

from . import expression as ex
from .errors import ExpressionError, Span
from .source import MAX_DEPTH, MAX_DIGITS, MAX_EXPONENT, constant, python_expression

_VARIADIC = frozenset({"max", "min"})
_PRINTED = {"Abs": "abs", "Max": "max", "Min": "min"}


@dataclass(frozen=True, slots=True)
class Scope:
    """Which names and which parts of the language a text may use.

    Attributes:
        names: Scalar names that may be used.
        samples: Whether expectations, ``D`` and player gradients are part of the language here.
        imaginary: Whether ``I`` is (claims about eigenvalues).
        printed: Whether the text is in the language of results (claims): any scalar may be an exponent, and ``Abs``,
            ``Max`` and ``Min`` are read as they are printed. Proposals allow rational and parameter exponents only.
    """

    names: frozenset[str]
    samples: bool = False
    imaginary: bool = False
    printed: bool = False


def parse(text: str, scope: Scope) -> ex.Expression:
    """Reads a scalar expression.

    Args:
        text: The source.
        scope: What may be used in it.

    Returns:
        The tree.

    Raises:
        ExpressionError: For anything outside the language; it carries the place and the mend.
    """
    reader = Reader(text, scope)
    tree = reader.expression(reader.python_tree())
    if _is_vector(tree):
        raise ExpressionError(
            "a vector where a scalar is needed", text, tree.span, "take its norm, as in norm(grad(D))**2"
        )
    return tree


class Reader:
    """Rebuilds Python's tree as a tree of the language, for one text and scope."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self._offset = len(text) - len(text.lstrip()) - 1  # of the added opening parenthesis
        self._depth = 0
        self._inside: str | None = None  # the expectation around the current node

    def python_tree(self) -> ast.expr:
        """Python's tree of this reader's text."""
        return python_expression(self.text)

    def span(self, node: ast.expr) -> Span:
        """Where a Python node stands in the text."""
        end = node.end_col_offset if node.end_col_offset is not None else node.col_offset + 1
        return Span(max(node.col_offset + self._offset, 0), min(end + self._offset, len(self.text)))

    def fail(self, problem: str, node: ast.expr, mend: str = "") -> ExpressionError:
        """The error for a Python node."""
        return ExpressionError(problem, self.text, self.span(node), mend)

    def expression(self, node: ast.expr) -> ex.Expression:
        """The node of the language for a Python node.

        Raises:
            ExpressionError: If the language has no such node.
        """
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self.fail(f"nested more than {MAX_DEPTH} deep", node, "flatten it")
        try:
            match node:
                case ast.Constant():
                    return self._number(node)
                case ast.Name():
                    return self._name(node)
                case ast.UnaryOp(op=ast.USub()):
                    return ex.Negate(self.expression(node.operand), span=self.span(node))
                case ast.UnaryOp(op=ast.UAdd()):
                    return self.expression(node.operand)
                case ast.BinOp():
                    return self._binary(node)
                case ast.Call():
                    return self._call(node)
                case ast.Attribute():
                    raise self.fail("attribute access is not part of the language", node, "use declared names only")
                case ast.BoolOp() | ast.Compare() | ast.IfExp():
                    raise self.fail("a condition where a number is needed", node, "use max, min, abs or sign")
            raise self.fail("not part of the language", node, "use + - * / **, parentheses and the listed functions")
        finally:
            self._depth -= 1

    def _number(self, node: ast.Constant) -> ex.Expression:
        span = self.span(node)
        source = self.text[span.start : span.end]
        if not re.fullmatch(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", source):
            raise self.fail("not a number of the language", node, "write integers, fractions or decimals")
        mantissa, _, power = source.lower().partition("e")
        if len(mantissa) > MAX_DIGITS or abs(int(power or 0)) > MAX_DIGITS:
            raise self.fail("number too large to matter", node, f"use at most {MAX_DIGITS} digits")
        return ex.Number(Fraction(source), span=span)

    def _name(self, node: ast.Name) -> ex.Expression:
        name, span = node.id, self.span(node)
        if name == "pi" or (name == "I" and self.scope.imaginary):
            return ex.Name(name, span=span)
        if name == "D" and self.scope.samples:
            if self._inside is None:
                raise self.fail("D outside an expectation", node, "write E_real(D) or E_fake(D)")
            return ex.Output(span=span)
        if name in self.scope.names:
            if self._inside is not None and name in {"theta", "psi"}:
                raise self.fail(f"{name} inside an expectation", node, "move it outside the expectation")
            return ex.Name(name, span=span)
        if name in {"L", "L_G"} and self.scope.samples:
            raise self.fail(f"bare {name}", node, f"write grad_theta({name}) or grad_psi({name})")
        if name in ex.FUNCTIONS | ex.EXPECTATIONS | {"norm", "grad", "grad_theta", "grad_psi"}:
            raise self.fail(f"function {name} without its argument", node, f"write {name}(...)")
        if name in ex.RESERVED:
            raise self.fail(f"the reserved name {name} has no meaning here", node, "rename it or declare what it is")
        known = ", ".join(sorted(self.scope.names)) or "none"
        raise self.fail(f"undeclared symbol {name}", node, f"declare it under [parameters] (known here: {known})")

    def _binary(self, node: ast.BinOp) -> ex.Expression:
        span = self.span(node)
        match node.op:
            case ast.Add() | ast.Sub():
                terms = tuple(
                    ex.Negate(part, span=part.span) if negative else part
                    for part, negative in self._chain(node, (ast.Add, ast.Sub), ast.Sub)
                )
                if len({_is_vector(term) for term in terms}) > 1:
                    raise self.fail("a vector added to a scalar", node, "take the vector's norm first")
                return ex.Add(terms, span=span)
            case ast.Mult():
                factors = tuple(part for part, _ in self._chain(node, (ast.Mult,), ast.Sub))
                if sum(map(_is_vector, factors)) > 1:
                    raise self.fail("a product of two vectors", node, "write norm(v)**2")
                return ex.Multiply(factors, span=span)
            case ast.Div():
                left, right = self.expression(node.left), self.expression(node.right)
                self._scalar(right, node.right)
                if constant(right) == 0:
                    raise self.fail("division by zero", node)
                return ex.Divide(left, right, span=span)
            case ast.Pow():
                return self._power(node)
            case ast.BitXor():
                raise self.fail("^ is not a power", node, "write **")
        raise self.fail("operator outside the language", node, "use + - * / **")

    def _chain(self, node: ast.expr, operators: tuple[type, ...], negative: type) -> list[tuple[ex.Expression, bool]]:
        """The operands of a left-nested chain, so that long sums are flat; True marks a subtracted one."""
        parts: list[tuple[ast.expr, bool]] = []
        while isinstance(node, ast.BinOp) and isinstance(node.op, operators):
            parts.append((node.right, isinstance(node.op, negative)))
            node = node.left
        parts.append((node, False))
        return [(self.expression(part), minus) for part, minus in reversed(parts)]

    def _power(self, node: ast.BinOp) -> ex.Expression:
        base, exponent = self.expression(node.left), self.expression(node.right)
        if _is_vector(base):
            raise self.fail("a power of a vector", node, "write norm(v)**2")
        self._scalar(exponent, node.right)
        value = constant(exponent)
        if value is not None:
            if abs(value.numerator) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
                raise self.fail("exponent too large to matter", node, f"use at most {MAX_EXPONENT}")
            number = constant(base)
            if number == 0 and value < 0:
                raise self.fail("division by zero", node)
            if number is not None:
                bits = max(abs(number.numerator), number.denominator).bit_length() * abs(value)
                if bits > 4 * MAX_EXPONENT:
                    raise self.fail("number too large to matter", node, "scale the expression")
            exponent = ex.Number(value, span=exponent.span)
        elif not self.scope.printed and not isinstance(exponent, ex.Name):
            raise self.fail("an exponent must be a rational number or a parameter", node.right, "declare a parameter")
        elif isinstance(exponent, ex.Name) and exponent.name in {"theta", "psi", "t"}:
            raise self.fail("an exponent must be a rational number or a parameter", node.right, "use exp and log")
        return ex.Power(base, exponent, span=self.span(node))

    def _call(self, node: ast.Call) -> ex.Expression:
        if isinstance(node.func, ast.Attribute):
            raise self.fail("attribute access is not part of the language", node.func, "use declared names only")
        if not isinstance(node.func, ast.Name):
            raise self.fail("a call of something that is not a function of the language", node, "write products with *")
        name, span = node.func.id, self.span(node)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self.fail("only plain arguments are part of the language", node, f"write {name}(x)")
        if self.scope.printed:
            name = _PRINTED.get(name, name)
        if name in ex.FUNCTIONS:
            arguments = tuple(self.expression(argument) for argument in node.args)
            wanted = len(arguments) >= 2 if name in _VARIADIC else len(arguments) == 1
            if not wanted:
                count = "two or more arguments" if name in _VARIADIC else "one argument"
                raise self.fail(f"{name} takes {count}", node)
            for argument, source in zip(arguments, node.args, strict=True):
                self._scalar(argument, source)
            return ex.Call(name, arguments, span=span)
        if self.scope.samples:
            special = self._sample_call(name, node)
            if special is not None:
                return special
        if name in self.scope.names or name == "pi":
            raise self.fail(f"{name} is not a function", node, "write products with *")
        raise self.fail(f"unknown function {name}", node, "functions: " + " ".join(sorted(ex.FUNCTIONS)))

    def _sample_call(self, name: str, node: ast.Call) -> ex.Expression | None:
        span, arguments = self.span(node), node.args
        if name in ex.EXPECTATIONS:
            noisy = name.endswith("_noisy")
            if self._inside is not None:
                raise self.fail("an expectation inside an expectation", node, "expectations do not nest")
            if len(arguments) != (2 if noisy else 1):
                raise self.fail(f"{name} takes {'an expression and a variance' if noisy else 'one expression'}", node)
            variance = self.expression(arguments[1]) if noisy else None
            if variance is not None:
                self._scalar(variance, arguments[1])
                if any(isinstance(n, ex.Expectation | ex.PlayerGradient) for n in ex.walk(variance)) or (
                    ex.names(variance) & {"theta", "psi"}
                ):
                    raise self.fail("a variance may use numbers and parameters only", arguments[1])
            self._inside = name
            try:
                body = self.expression(arguments[0])
            finally:
                self._inside = None
            self._scalar(body, arguments[0])
            return ex.Expectation(name, body, variance, span=span)
        if name == "norm":
            if len(arguments) != 1:
                raise self.fail("norm takes one argument", node)
            return ex.Norm(self.expression(arguments[0]), span=span)
        if name == "grad":
            if len(arguments) != 1 or not (isinstance(arguments[0], ast.Name) and arguments[0].id == "D"):
                raise self.fail("grad takes D only", node, "write grad(D)")
            if self._inside is None:
                raise self.fail("grad(D) outside an expectation", node, "write E_real(norm(grad(D))**2)")
            return ex.Gradient(span=span)
        if name in {"grad_theta", "grad_psi"}:
            loss = arguments[0].id if len(arguments) == 1 and isinstance(arguments[0], ast.Name) else ""
            if loss not in {"L", "L_G"}:
                raise self.fail(f"{name} takes L or L_G only", node, f"write {name}(L)")
            if self._inside is not None:
                raise self.fail(f"{name} inside an expectation", node, "move it outside the expectation")
            return ex.PlayerGradient(name.removeprefix("grad_"), loss, span=span)
        return None

    def _scalar(self, tree: ex.Expression, node: ast.expr) -> None:
        if _is_vector(tree):
            raise self.fail("a vector where a scalar is needed", node, "take its norm, as in norm(grad(D))**2")


def _is_vector(node: ex.Expression) -> bool:
    match node:
        case ex.Gradient() | ex.PlayerGradient():
            return True
        case ex.Add() | ex.Multiply():
            return any(map(_is_vector, ex.children(node)))
        case ex.Negate(operand=operand):
            return _is_vector(operand)
        case ex.Divide(numerator=numerator):
            return _is_vector(numerator)
    return False

"""What the tests of the symbolic core share: `decide`, and an oracle that knows nothing of convergan.

The oracle reads a proposal's text as Python over mpmath numbers (the texts are our own), builds the losses of the
Dirac-GAN literally, and differentiates them by central differences at high precision. It shares no line with the
parser, the interpreter, the calculus or the germs.
"""

from __future__ import annotations

# ruff: noqa: S307 - the texts that are evaluated here are the tests' own
import ast
from collections.abc import Callable, Mapping
from typing import Any

import mpmath as mp
import pytest

from convergan.symbolic import Analysis, analyse, read_proposal

DIGITS = 120
STEP = mp.mpf(10) ** -20  # of a derivative; nested three times this leaves 1e-60 of rounding and 1e-40 of truncation


class Undefined(ArithmeticError):
    """The text has no real value at the point."""


class Sampled:
    """A value that depends on the sample x of the enclosing expectation."""

    def __init__(self, at: Callable[[Any], Any]) -> None:
        self.at = at


def _lifted(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        if any(isinstance(a, Sampled) for a in arguments):
            return Sampled(lambda x: call(*(a.at(x) if isinstance(a, Sampled) else a for a in arguments)))
        value = function(*arguments)
        if isinstance(value, mp.mpc) or not mp.isfinite(value):
            raise Undefined(f"{function.__name__}{arguments}")
        return value

    return call


def _add(a: Any, b: Any) -> Any:
    return a + b


def _sub(a: Any, b: Any) -> Any:
    return a - b


def _mul(a: Any, b: Any) -> Any:
    return a * b


def _div(a: Any, b: Any) -> Any:
    if b == 0:
        raise Undefined("division by 0")
    return a / b


def _pow(a: Any, b: Any) -> Any:
    if (a == 0 and b < 0) or (a < 0 and not mp.isint(b)):
        raise Undefined(f"{a}**{b}")
    return a**b


def _log(a: Any) -> Any:
    if a <= 0:
        raise Undefined(f"log({a})")
    return mp.log(a)


def _sqrt(a: Any) -> Any:
    if a < 0:
        raise Undefined(f"sqrt({a})")
    return mp.sqrt(a)


_OPERATORS = {"add": _add, "sub": _sub, "mul": _mul, "truediv": _div, "pow": _pow}
for _name, _operation in {name: _lifted(function) for name, function in _OPERATORS.items()}.items():
    setattr(Sampled, f"__{_name}__", lambda a, b, f=_operation: f(a, b))
    setattr(Sampled, f"__r{_name}__", lambda a, b, f=_operation: f(b, a))
Sampled.__neg__ = lambda a: _lifted(_sub)(mp.mpf(0), a)  # type: ignore[attr-defined]

FUNCTIONS = {
    "exp": mp.exp, "log": _log, "sqrt": _sqrt, "abs": abs, "sign": mp.sign, "tanh": mp.tanh, "atan": mp.atan,
    "cos": mp.cos, "sin": mp.sin, "max": max, "min": min,
    "sigmoid": lambda a: 1 / (1 + mp.exp(-a)), "softplus": lambda a: mp.log(1 + mp.exp(a)),
}  # fmt: skip
_LIFTED = {name: _lifted(function) for name, function in FUNCTIONS.items()} | {
    "_div": _lifted(_div), "_pow": _lifted(_pow)
}  # fmt: skip


def _gauss(kind: str, count: int) -> list[tuple[Any, Any]]:
    """Nodes and weights: `hermite` for a standard normal variable, `legendre` for a uniform one on [0, 1]."""
    with mp.workdps(2 * DIGITS):
        off = [mp.mpf(k) for k in range(1, count)]
        beta = [mp.sqrt(k) if kind == "hermite" else k / mp.sqrt(4 * k**2 - 1) for k in off]
        matrix = mp.zeros(count)
        for i, b in enumerate(beta):
            matrix[i, i + 1] = matrix[i + 1, i] = b
        nodes, vectors = mp.eigsy(matrix)
        pairs = [(nodes[i], vectors[0, i] ** 2) for i in range(count)]
    return pairs if kind == "hermite" else [((1 + node) / 2, weight) for node, weight in pairs]


_NODES: dict[str, list[tuple[Any, Any]]] = {}


def nodes(kind: str) -> list[tuple[Any, Any]]:
    """Eight nodes: near the equilibrium a sample's spread is a tiny number, so eight are far more than enough."""
    if kind not in _NODES:
        _NODES[kind] = _gauss(kind, 8)
    return _NODES[kind]


class _Exact(ast.NodeTransformer):
    """Numbers from their text; quotients and powers by functions that refuse what has no real value."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        source = ast.Constant(ast.get_source_segment(self.text, node))
        return ast.Call(ast.Name("_number", ast.Load()), [source], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        name = {ast.Div: "_div", ast.Pow: "_pow"}.get(type(node.op))
        return node if name is None else ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], [])


def compiled(text: str) -> Any:
    """Python's code for a text of the language."""
    flat = text.strip().replace("\n", " ")
    tree = _Exact(flat).visit(ast.parse(flat, mode="eval"))
    return compile(ast.fix_missing_locations(tree), "proposal", "eval")


def difference(function: Callable[[Any], Any], at: Any, step: Any = None) -> Any:
    """The central difference quotient."""
    step = STEP if step is None else step
    return (function(at + step) - function(at - step)) / (2 * step)


class Loss:
    """A proposal's losses as functions of two numbers.

    Args:
        document: The proposal's sections; every parameter has a value in `values`.
        values: Parameters.
        f: The objective as a function of one number, where the document says `any`.
    """

    def __init__(self, document: Mapping[str, Any], values: Mapping[str, Any], f: Callable[[Any], Any] | None = None):
        self.document, self.values = document, {k: mp.mpf(v) for k, v in values.items()}
        objective = document.get("objective", {})
        self.fake = self.one("fake") or self.one("f") or f
        mirrored = self.fake
        self.real = self.one("real") or (lambda t: mirrored(-t))
        self.relativistic = objective.get("pairing") == "relativistic"
        generator = objective.get("generator", "zero-sum")
        if generator == "zero-sum":
            self.generator = self.fake
        elif generator == "non-saturating":
            self.generator = lambda t: -self.real(t)
        else:
            self.generator = self.one("generator")
        self.sigma = self.number(objective.get("instance_noise", "0"))
        self.data = self.number(document.get("game", {}).get("data", "0"))
        self.ratio = self.number(document.get("training", {}).get("h_ratio", "1"))
        self.output = mp.mpf(0)
        self.penalties = {
            player: compiled(document.get("penalty", {}).get(player, "0")) for player in ("discriminator", "generator")
        }

    def number(self, text: Any) -> Any:
        return eval(compiled(str(text)), self.scope({}))

    def scope(self, more: Mapping[str, Any]) -> dict[str, Any]:
        return {**_LIFTED, "pi": mp.pi, "_number": mp.mpf, **self.values, **more, "__builtins__": {}}

    def one(self, key: str) -> Callable[[Any], Any] | None:
        text = self.document.get("objective", {}).get(key)
        if text is None or text == "any":
            return None
        code = compiled(str(text))
        return lambda t: eval(code, self.scope({"t": t}))

    # -- losses ------------------------------------------------------------------------------------------------------

    def noisy(self, at: Callable[[Any], Any], x: Any, variance: Any) -> Any:
        if variance == 0:
            return at(x)
        if variance < 0:
            raise Undefined("negative variance")
        return mp.fsum(w * at(x + mp.sqrt(variance) * n) for n, w in nodes("hermite"))

    def gain(self, theta: Any, psi: Any) -> Any:
        """L, which D ascends."""
        variance = self.sigma**2
        if self.relativistic:
            return self.pair(self.fake, theta, psi)
        on_fake = self.noisy(lambda x: self.fake(self.output + psi * x), theta, variance)
        return on_fake + self.noisy(lambda x: self.real(self.output + psi * x), self.data, variance)

    def pair(self, function: Callable[[Any], Any], theta: Any, psi: Any) -> Any:
        # The difference of two independent normal variables has twice the variance.
        return self.noisy(lambda x: function(psi * x), theta - self.data, 2 * self.sigma**2)

    def cost(self, theta: Any, psi: Any) -> Any:
        """L_G, which G descends: all of L in a zero-sum game."""
        if self.document.get("objective", {}).get("generator", "zero-sum") == "zero-sum":
            return self.gain(theta, psi)
        if self.relativistic:
            saturating = self.document["objective"].get("generator") == "non-saturating"
            return self.pair((lambda t: -self.fake(-t)) if saturating else self.generator, theta, psi)
        return self.noisy(lambda x: self.generator(self.output + psi * x), theta, self.sigma**2)

    def penalty(self, player: str, theta: Any, psi: Any) -> Any:
        def expectation(value: Any, x: Any) -> Any:
            return value.at(x) if isinstance(value, Sampled) else value

        def noisy(value: Any, variance: Any, x: Any) -> Any:
            return self.noisy(value.at, x, variance) if isinstance(value, Sampled) else value

        def mixed(value: Any) -> Any:
            if not isinstance(value, Sampled):
                return value
            return mp.fsum(w * value.at(u * theta + (1 - u) * self.data) for u, w in nodes("legendre"))

        def slope(loss: str, player: str) -> Any:
            function = self.gain if loss == "L" else self.cost
            if player == "theta":
                return difference(lambda t: function(t, psi), theta)
            return difference(lambda p: function(theta, p), psi)

        names = {
            "theta": theta,
            "psi": psi,
            "D": Sampled(lambda x: self.output + psi * x),
            "grad": lambda _: Sampled(lambda x: psi),
            "norm": _LIFTED["abs"],
            "E_real": lambda value: expectation(value, self.data),
            "E_fake": lambda value: expectation(value, theta),
            "E_mix": mixed,
            "E_real_noisy": lambda value, variance: noisy(value, variance, self.data),
            "E_fake_noisy": lambda value, variance: noisy(value, variance, theta),
            "L": "L",
            "L_G": "L_G",
            "grad_theta": lambda loss: slope(loss, "theta"),
            "grad_psi": lambda loss: slope(loss, "psi"),
        }
        return eval(self.penalties[player], self.scope(names))

    # -- the field ---------------------------------------------------------------------------------------------------

    def field(self, theta: Any, psi: Any, step: Any = None) -> tuple[Any, Any]:
        """v: G descends its cost and penalty, D ascends its gain less its penalty."""
        if "field" in self.document:
            names = {"theta": theta, "psi": psi}
            rows = [eval(compiled(self.document["field"][k]), self.scope(names)) for k in ("theta", "psi")]
            return rows[0], self.ratio * rows[1]
        first = -difference(lambda t: self.cost(t, psi) + self.penalty("generator", t, psi), theta, step)
        second = difference(lambda p: self.gain(theta, p) - self.penalty("discriminator", theta, p), psi, step)
        return first, self.ratio * second

    def jacobian(self) -> Any:
        """v'(data, 0)."""
        rows = mp.zeros(2)
        for row in range(2):
            rows[row, 0] = difference(lambda t, row=row: self.field(t, mp.mpf(0))[row], self.data)
            rows[row, 1] = difference(lambda p, row=row: self.field(self.data, p)[row], mp.mpf(0))
        return rows


def multipliers(jacobian: Any, h: Any, g_steps: int = 1, d_steps: int = 1, *, alternating: bool = False) -> list[Any]:
    """Eigenvalues of one period, step by step on the linear field."""
    columns = []
    for theta, psi in ((mp.mpf(1), mp.mpf(0)), (mp.mpf(0), mp.mpf(1))):
        if alternating:
            for _ in range(g_steps):
                theta += h * (jacobian[0, 0] * theta + jacobian[0, 1] * psi)
            for _ in range(d_steps):
                psi += h * (jacobian[1, 0] * theta + jacobian[1, 1] * psi)
        else:
            theta, psi = (
                theta + h * (jacobian[0, 0] * theta + jacobian[0, 1] * psi),
                psi + h * (jacobian[1, 0] * theta + jacobian[1, 1] * psi),
            )
        columns.append((theta, psi))
    (a, c), (b, d) = columns
    return eigenvalues(mp.matrix([[a, b], [c, d]]))


def eigenvalues(matrix: Any) -> list[Any]:
    """Both eigenvalues of a 2 x 2 matrix, by the quadratic formula."""
    half = (matrix[0, 0] + matrix[1, 1]) / 2
    root = mp.sqrt(mp.mpc(half**2 - (matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0])))
    return [half + root, half - root]


@pytest.fixture(autouse=True)
def precision():
    """All mpmath arithmetic of these tests at `DIGITS` digits."""
    with mp.workdps(DIGITS):
        yield


@pytest.fixture(scope="session")
def decide() -> Callable[..., Analysis]:
    """`decide(parameters=..., penalty=..., ...)`: the analysis of a proposal given by its sections."""

    def decide(**document: Any) -> Analysis:
        return analyse(read_proposal(document))

    return decide


@pytest.fixture(scope="session")
def oracle() -> Any:
    """The names above, for test files cannot import this one."""

    class Oracle:
        loss, undefined, difference = Loss, Undefined, staticmethod(difference)
        multipliers, eigenvalues = staticmethod(multipliers), staticmethod(eigenvalues)
        nodes, compiled = staticmethod(nodes), staticmethod(compiled)

    return Oracle

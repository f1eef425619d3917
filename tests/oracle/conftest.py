"""What the oracle's tests share: exact polynomials of its own, and one way to ask the engine.

Nothing of convergan is used but `read_proposal` and `analyse`. A polynomial is a mapping from exponents of
(theta, psi, a) to fractions; `a` is the parameter of the parametric plants.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from convergan.symbolic import analyse, read_proposal

YES, NO, MIXED, UNDECIDED = "converges", "does-not-converge", "conditional", "undecided"
NAMES = ("theta", "psi", "a")


class Poly:
    """A polynomial in theta, psi and a with rational coefficients."""

    def __init__(self, terms: dict[tuple[int, int, int], Fraction]) -> None:
        self.terms = {e: Fraction(c) for e, c in terms.items() if c}

    def __add__(self, other: Any) -> Poly:
        total = dict(self.terms)
        for e, c in _poly(other).terms.items():
            total[e] = total.get(e, Fraction(0)) + c
        return Poly(total)

    def __mul__(self, other: Any) -> Poly:
        total: dict[tuple[int, int, int], Fraction] = {}
        for (i, j, k), c in self.terms.items():
            for (p, q, r), d in _poly(other).terms.items():
                e = (i + p, j + q, k + r)
                total[e] = total.get(e, Fraction(0)) + c * d
        return Poly(total)

    def __neg__(self) -> Poly:
        return self * -1

    def __sub__(self, other: Any) -> Poly:
        return self + -_poly(other)

    def __pow__(self, n: int) -> Poly:
        power = _poly(1)
        for _ in range(n):
            power = power * self
        return power

    __radd__, __rmul__ = __add__, __mul__

    def __rsub__(self, other: Any) -> Poly:
        return -self + other

    def __call__(self, x: Poly, y: Poly) -> Poly:
        """With x and y in the place of theta and psi."""
        xs, ys = [_poly(1)], [_poly(1)]
        for _ in range(self.degree):
            xs.append(xs[-1] * x)
            ys.append(ys[-1] * y)
        total = _poly(0)
        for (i, j, k), c in self.terms.items():
            total = total + xs[i] * ys[j] * Poly({(0, 0, k): c})
        return total

    @property
    def degree(self) -> int:
        return max((i + j for i, j, _ in self.terms), default=0)

    def diff(self, which: int) -> Poly:
        total = {}
        for e, c in self.terms.items():
            if e[which]:
                total[tuple(n - (m == which) for m, n in enumerate(e))] = c * e[which]
        return Poly(total)  # type: ignore[arg-type]

    def coefficient(self, i: int, j: int) -> Fraction:
        return self.terms.get((i, j, 0), Fraction(0))

    def homogenised(self, by: Poly, degree: int) -> Poly:
        """Every term of degree d in (theta, psi) times by**(degree - d)."""
        powers = [_poly(1)]
        for _ in range(degree):
            powers.append(powers[-1] * by)
        return sum((Poly({e: c}) * powers[degree - e[0] - e[1]] for e, c in self.terms.items()), _poly(0))

    @property
    def text(self) -> str:
        def term(e: tuple[int, int, int], c: Fraction) -> str:
            factors = [f"({c})"] if c != 1 or not any(e) else []
            return "*".join(factors + [f"{x}**{n}" if n > 1 else x for x, n in zip(NAMES, e, strict=True) if n])

        return " + ".join(term(e, c) for e, c in sorted(self.terms.items())) or "0"


def _poly(value: Any) -> Poly:
    return value if isinstance(value, Poly) else Poly({(0, 0, 0): Fraction(value)})


X, Y, A = Poly({(1, 0, 0): Fraction(1)}), Poly({(0, 1, 0): Fraction(1)}), Poly({(0, 0, 1): Fraction(1)})
Pair = tuple[Poly, Poly]


def _small(rng: random.Random) -> Fraction:
    """A random nonzero number with few digits."""
    return Fraction(rng.choice([-2, -1, 1, 2]), rng.choice([1, 1, 2, 3]))


def _regular(rng: random.Random) -> tuple[Fraction, ...]:
    """A random regular matrix (p, q, r, s), rows first."""
    while True:
        p, q, r, s = (Fraction(rng.randint(-2, 2), rng.choice([1, 1, 2])) for _ in range(4))
        if p * s - q * r:
            return p, q, r, s


def _change(rng: random.Random, degrees: Iterable[int] = (2,), terms: int = 1, diagonal: bool = False) -> Pair:
    """A random phi with phi(0) = 0 and Dphi(0) regular (diagonal on demand)."""
    p, q, r, s = (_small(rng), Fraction(0), Fraction(0), _small(rng)) if diagonal else _regular(rng)
    images = [p * X + q * Y, r * X + s * Y]
    for i in range(2):
        for degree in degrees:
            for _ in range(terms):
                n = rng.randint(0, degree)
                images[i] = images[i] + _small(rng) * X**n * Y ** (degree - n)
    return images[0], images[1]


def _pull_back(u: Pair, phi: Pair) -> tuple[str, str]:
    """Dphi^-1 u(phi), as text: polynomial over polynomial."""
    (p, q), (r, s) = ((f.diff(0), f.diff(1)) for f in phi)
    first, second = (w(*phi) for w in u)
    return _quotients(s * first - q * second, p * second - r * first, p * s - q * r)


def _quotients(first: Poly, second: Poly, divisor: Poly) -> tuple[str, str]:
    assert divisor.coefficient(0, 0), "the denominator must not vanish at 0"
    if divisor.degree == 0:
        inverse = 1 / divisor.coefficient(0, 0)
        return (first * inverse).text, (second * inverse).text
    return f"({first.text})/({divisor.text})", f"({second.text})/({divisor.text})"


def _conjugate(rng: random.Random, normal: Pair) -> tuple[Poly, Poly, Poly]:
    """phi^-1 normal phi as (first, second, divisor); phi = linear, then a shear, then (sometimes) projective."""
    p, q, r, s = _regular(rng)
    det = p * s - q * r
    first, second = (n(p * X + q * Y, r * X + s * Y) for n in normal)
    first, second = (s * first - q * second) * (1 / det), (p * second - r * first) * (1 / det)
    bend = _small(rng) * X**2
    if rng.random() < 0.5:
        first, second = first(X, Y + bend), second(X, Y + bend)
        second = second - bend(first, Y)
    else:
        bend = _small(rng) * Y**2
        first, second = first(X + bend, Y), second(X + bend, Y)
        first = first - bend(X, second)
    if max(first.degree, second.degree) > 6 or rng.random() < 0.5:
        return first, second, _poly(1)
    line = _small(rng) * X + _small(rng) * Y
    degree = max(first.degree, second.degree)
    first, second = (f.homogenised(1 + line, degree) for f in (first, second))
    return first, second, (1 + line) ** degree - line(first, second)


def _ask(document: dict[str, Any]) -> dict[str, str]:
    """The engine's verdicts: under "own", and under the name of each standard rule."""
    analysis = analyse(read_proposal(document))
    found = {name: str(ruling.verdict.value) for name, ruling in analysis.updates.items()}
    return found | {"own": str(analysis.verdict.verdict.value)}


class Score:
    """Verdicts against known truths, counted per class."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.wrong: list[str] = []
        self.open: list[str] = []
        self.slowest = 0.0

    def judge(self, kind: str, document: dict[str, Any], truths: dict[str, str]) -> None:
        """Asks the engine about a planted proposal; `truths` holds its own verdict first, and other rules'."""
        count = self.counts.setdefault(kind, Counter())
        own = document["training"]["update"]
        started = time.monotonic()
        found = _ask(document)
        seconds = time.monotonic() - started
        self.slowest = max(self.slowest, seconds)
        count["seconds"] += seconds  # type: ignore[assignment]
        for rule, truth in truths.items():
            verdicts = {found["own"], found[rule]} if rule == own else {found[rule]}
            count["asked" if rule == own else "beside"] += 1
            if verdicts == {truth}:
                count["decided" if rule == own else "beside decided"] += 1
            elif verdicts <= {truth, UNDECIDED}:
                self.open.append(f"{kind}, {rule}: {truth} is {verdicts} for {document}")
            else:
                count["wrong"] += 1
                self.wrong.append(f"{kind}, {rule}: {truth} came out as {verdicts} for {document}")

    @property
    def share(self) -> float:
        return sum(c["decided"] for c in self.counts.values()) / max(1, self.asked)

    @property
    def asked(self) -> int:
        return sum(c["asked"] for c in self.counts.values())

    @property
    def table(self) -> str:
        def lines() -> Iterator[str]:
            yield f"{'class':<34}{'asked':>6}{'decided':>8}{'wrong':>6}{'other rules':>14}{'seconds':>9}"
            for kind, c in self.counts.items():
                beside = f"{c['beside decided']}/{c['beside']}"
                yield f"{kind:<34}{c['asked']:>6}{c['decided']:>8}{c['wrong']:>6}{beside:>14}{c['seconds']:>9.1f}"
            yield f"asked {self.asked}, decided {self.share:.3f}, slowest {self.slowest:.1f} s"

        return "\n".join(lines())


@pytest.fixture(scope="session")
def algebra() -> SimpleNamespace:
    """The polynomial tools."""
    return SimpleNamespace(
        Poly=Poly,
        X=X,
        Y=Y,
        A=A,
        small=_small,
        regular=_regular,
        change=_change,
        pull_back=_pull_back,
        quotients=_quotients,
        conjugate=_conjugate,
    )


@pytest.fixture
def score() -> Score:
    return Score()


@pytest.fixture(scope="session")
def ask() -> Callable[[dict[str, Any]], dict[str, str]]:
    return _ask

"""The methods of the tables, each with one period written by hand in NumPy: an oracle that shares nothing.

Points are rows [..., n] of theta and psi; f(t) = -log(1 + exp(-t)) has f'(t) = 1/(1 + exp(t)), and u = theta . psi.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from convergan.symbolic import read_proposal

GAMMA = {"gamma": "gamma > 0"}
STANDARD = {"objective": {"f": "standard"}}
R1 = {"discriminator": "gamma/2 * E_real(norm(grad(D))**2)"}


def slope(theta, psi):
    """f'(u), of shape [..., 1]."""
    return 1 / (1 + np.exp((theta * psi).sum(-1, keepdims=True)))


def bend(theta, psi):
    """f''(u) = -f'(u) (1 - f'(u))."""
    return -slope(theta, psi) * (1 - slope(theta, psi))


def field_of(penalty: Callable[[Any, Any], Any] = lambda theta, psi: 0.0, steep: Callable[[Any, Any], Any] = slope):
    """V = (-psi f', theta f' - penalty)."""
    return lambda theta, psi: (-psi * steep(theta, psi), theta * steep(theta, psi) - penalty(theta, psi))


def simultaneous(v, h):
    def step(state):
        theta, psi = state
        a, b = v(theta, psi)
        return theta + h * a, psi + h * b

    return step


def alternating(v, h):
    def step(state):
        theta, psi = state
        theta = theta + h * v(theta, psi)[0]
        return theta, psi + h * v(theta, psi)[1]

    return step


def extragradient(v, h):
    def step(state):
        theta, psi = state
        a, b = v(theta, psi)
        a, b = v(theta + h * a, psi + h * b)
        return theta + h * a, psi + h * b

    return step


def optimistic(v, h):
    def step(state):
        theta, psi, *old = state
        old_theta, old_psi = old or (theta, psi)
        (a, b), (c, d) = v(theta, psi), v(old_theta, old_psi)
        return theta + 2 * h * a - h * c, psi + 2 * h * b - h * d, theta, psi

    return step


def heavy_ball(v, h, beta, order):
    def step(state):
        theta, psi, *memory = state
        p, q = memory or (0 * theta, 0 * psi)
        a, b = v(theta, psi)
        p = beta * p + a
        theta = theta + h * p
        if order == "alternating":
            b = v(theta, psi)[1]
        q = beta * q + b
        return theta, psi + h * q, p, q

    return step


def lazy(free, whole, h, every):
    def step(state):
        for turn in range(1, every + 1):
            theta, psi = state
            theta = theta + h * free(theta, psi)[0]
            a, b = free(theta, psi)[1], whole(theta, psi)[1]
            state = theta, psi + h * (a if turn < every else a + every * (b - a))
        return state

    return step


def consensus_field(gamma):
    """V - gamma grad(|v|^2)/2 with |v|^2 = f'^2 (|theta|^2 + |psi|^2)."""

    def v(theta, psi):
        a, b = slope(theta, psi), bend(theta, psi)
        size = ((theta**2 + psi**2).sum(-1, keepdims=True)) * a * b
        return -psi * a - gamma * (a**2 * theta + size * psi), theta * a - gamma * (a**2 * psi + size * theta)

    return v


def noisy_field(sigma):
    """Instance noise by a fine sum over the normal law: the noise along psi is all that matters."""
    z = np.linspace(-8, 8, 401)
    w = np.exp(-(z**2) / 2)
    w /= w.sum()

    def v(theta, psi):
        size = np.linalg.norm(psi, axis=-1, keepdims=True)
        unit = psi / size
        u = (theta * psi).sum(-1, keepdims=True)
        fake, real = 1 / (1 + np.exp(u + sigma * size * z)), 1 / (1 + np.exp(-sigma * size * z))
        mean = (fake * w).sum(-1, keepdims=True)
        along = ((fake - real) * z * w).sum(-1, keepdims=True)
        return -psi * mean, theta * mean + sigma * along * unit

    return v


@dataclass(frozen=True)
class Method:
    """A proposal, values, and its period by hand, from the step size."""

    sections: dict[str, Any]
    values: dict[str, Fraction]
    h: Fraction
    period: Callable[[float], Callable[[Any], Any]]
    iterations: int = field(default=1)

    def proposal(self):
        return read_proposal(self.sections)


def penalised(update: str = "simultaneous", **training: Any) -> dict[str, Any]:
    return STANDARD | {"parameters": GAMMA, "penalty": R1, "training": {"update": update} | training}


def r1_field(gamma):
    return field_of(lambda theta, psi: gamma * psi)


G = Fraction(3, 10)
H = Fraction(1, 10)
TENTH = {"gamma": G}
METHODS: dict[str, Method] = {
    "unregularised": Method(STANDARD, {}, H, lambda h: simultaneous(field_of(), h)),
    "R1": Method(penalised(), TENTH, H, lambda h: simultaneous(r1_field(0.3), h)),
    "R1, overdamped": Method(penalised(), {"gamma": Fraction(2)}, H, lambda h: simultaneous(r1_field(2.0), h)),
    "R1, alternating": Method(penalised("alternating"), TENTH, H, lambda h: alternating(r1_field(0.3), h)),
    "R2": Method(
        penalised() | {"penalty": {"discriminator": "gamma/2 * E_fake(norm(grad(D))**2)"}},
        TENTH,
        H,
        lambda h: simultaneous(r1_field(0.3), h),
    ),
    "WGAN": Method({"objective": {"f": "wasserstein"}}, {}, H, lambda h: simultaneous(field_of(steep=_one), h)),
    "consensus": Method(
        STANDARD
        | {
            "parameters": GAMMA,
            "penalty": {
                "discriminator": "gamma/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)",
                "generator": "gamma/2 * (norm(grad_theta(L))**2 + norm(grad_psi(L))**2)",
            },
        },
        {"gamma": Fraction(1, 2)},
        H,
        lambda h: simultaneous(consensus_field(0.5), h),
    ),
    "extragradient": Method(
        STANDARD | {"training": {"update": "extragradient"}}, {}, H, lambda h: extragradient(field_of(), h)
    ),
    "optimistic": Method(STANDARD | {"training": {"update": "optimistic"}}, {}, H, lambda h: optimistic(field_of(), h)),
    "momentum": Method(
        STANDARD | {"training": {"update": "simultaneous", "momentum": "1/2"}},
        {},
        H,
        lambda h: heavy_ball(field_of(), h, 0.5, "simultaneous"),
    ),
    "negative momentum": Method(
        STANDARD | {"training": {"update": "alternating", "momentum": "-1/2"}},
        {},
        H,
        lambda h: heavy_ball(field_of(), h, -0.5, "alternating"),
    ),
    "lazy R1": Method(penalised("alternating", lazy=4), TENTH, H, lambda h: lazy(field_of(), r1_field(0.3), h, 4)),
    "instance noise": Method(
        {"parameters": {"sigma": "sigma > 0"}, "objective": {"f": "standard", "instance_noise": "sigma"}},
        {"sigma": Fraction(1)},
        H,
        lambda h: simultaneous(noisy_field(1.0), h),
    ),
}


def _one(theta, psi):
    return np.ones_like(theta[..., :1])


def run(step, theta, psi, periods):
    """Theta and psi after every period, of shape [periods + 1, n] each."""
    state = np.asarray(theta, dtype=float), np.asarray(psi, dtype=float)
    rows = [state[:2]]
    for _ in range(periods):
        state = step(state)
        rows.append(state[:2])
    return tuple(np.stack(part) for part in zip(*rows, strict=True))


def off_by(looks, rho, turn, between):
    """How far three looks at a run, ``between`` periods apart, are from the recurrence of its leading multiplier.

    With r = rho^m, m = between: y_1 = r y_0 where the leading part does not turn, else y_2 = 2 r cos(2 pi m/turn) y_1 -
    r^2 y_0.
    """
    start, first, second = looks
    r = rho**between
    if turn is None:
        return np.linalg.norm(first - r * start)
    return np.linalg.norm(second - 2 * r * np.cos(2 * np.pi * between / turn) * first + r**2 * start)


def leading(matrix):
    """The real part of an eigenvector of the largest multiplier."""
    values, vectors = np.linalg.eig(np.array(matrix))
    vector = vectors[:, np.abs(values).argmax()].real
    return vector / np.linalg.norm(vector)

"""Strategies for realisable games in n dimensions: Assumptions I and III of Theorem 4.1 hold in all of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..realisable.discriminators import discriminator_of
from ..realisable.games import Games, plain_games
from ..realisable.generators import generator_of
from ..realisable.shape import DISCRIMINATORS, GENERATORS, Shape, fitted
from .arguments import chosen, flag, whole

_MOST_DIMENSIONS = 5
_SEEDS = st.integers(0, 10**6)
_PLACES = st.integers(0, 59)


def games(
    *,
    max_parameters: int = 30,
    generators: Sequence[str] = GENERATORS,
    discriminators: Sequence[str] = DISCRIMINATORS,
    curved: bool = True,
    count: int = 1,
) -> st.SearchStrategy[Games]:
    """Random realisable games: data on a manifold, G and D as modules have them, at an equilibrium.

    They shrink to the Dirac-GAN D(x) = psi x with data at 0: to fewer dimensions, simpler players, and seed 0. The
    numbers of all other games follow from the seed, and the ``repr`` says how to have them again.

    Args:
        max_parameters: The largest number of entries of theta and psi together.
        generators: Kinds of G, some of ``affine``, ``scaled``, ``factored``, ``network``, ``rotated``.
        discriminators: Kinds of D, some of ``linear``, ``product``, ``quadric``, ``network``.
        curved: Whether data on curved manifolds are drawn as well.
        count: How many games of one shape make an example: for breadth, they are differentiated together.
    """
    whole("max_parameters", max_parameters, least=2)
    whole("count", count, least=1)
    kinds = chosen("generators", generators, GENERATORS), chosen("discriminators", discriminators, DISCRIMINATORS)
    shapes = _shapes(*kinds, flag("curved", curved))
    fitting = [shape for shape in shapes if _size(shape) <= max_parameters]
    if not fitting:
        least = min(map(_size, shapes)) if shapes else None
        mend = f"at least {least} are needed" if least else "no discriminator of these kinds sees such a generator"
        raise InvalidArgument(f"max_parameters={max_parameters}: too few for a game of these kinds; {mend}")

    @st.composite
    def drawn(draw: st.DrawFn) -> Games:
        from ..realisable.tangent_spaces import random_games  # here, since it imports torch

        # Key by key, so that each shrinks by itself; and one choice for every key, since Hypothesis takes an example of
        # fewer choices for the simpler one.
        left = fitting
        for key in ("ambient", "intrinsic", "generator", "discriminator", "extra", "curved", "features"):
            values = list(dict.fromkeys(getattr(shape, key) for shape in left))
            value = values[draw(_PLACES) % len(values)]
            left = [shape for shape in left if getattr(shape, key) == value]
        (shape,) = left
        seed = draw(_SEEDS)
        if seed == 0 and count == 1 and shape == Shape(shape.ambient, features=shape.ambient):
            return plain_games(shape)
        return random_games(shape, count, seed)

    return drawn()


@lru_cache(maxsize=64)
def _shapes(generators: tuple[str, ...], discriminators: tuple[str, ...], curved: bool) -> tuple[Shape, ...]:
    """All shapes of these kinds, simple ones first."""
    found: list[Shape] = []
    places = [(n, k) for n in range(1, _MOST_DIMENSIONS + 1) for k in range(min(n, 3))]
    for (n, k), g, d, extra, bent in product(places, generators, discriminators, (0, 2), (False, True)):
        if (bent and not (curved and k)) or (extra and d not in ("linear", "quadric")):
            continue
        if g == "rotated" and (k != 2 or d == "network"):
            continue
        if (g, d, k, extra) == ("affine", "linear", 0, 0):
            found.append(Shape(n, features=n))
        maps = "polynomials" if g == "rotated" else "waves"
        try:
            found.append(fitted(n, k, generator=g, discriminator=d, maps=maps, extra=extra, curved=bent))
        except ValueError:  # D's units cannot be told apart on so few samples
            continue
    return tuple(dict.fromkeys(found))


def _size(shape: Shape) -> int:
    return generator_of(shape).size + discriminator_of(shape).size

"""Strategies for affine and curved manifolds of lower dimension, for data of one's own tests."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ..realisable.manifold import Manifold
from .arguments import flag, whole

_SEEDS = st.integers(0, 10**6)


def manifolds(
    *, max_ambient: int = 4, min_intrinsic: int = 0, curved: bool = True, density: bool = False
) -> st.SearchStrategy[Manifold]:
    """Manifolds of dimension k < n in R^n, with a chart of the whole space.

    They shrink to a point in R^1 and, with ``min_intrinsic=1``, to the first axis of the plane. Frames, shifts and
    curvatures follow from one seed, 0 giving the coordinate subspace, or paraboloids over it: no single one of these
    numbers matters to anybody who reads a failing example.

    Args:
        max_ambient: The largest n.
        min_intrinsic: The smallest k.
        curved: Whether curved ones are drawn as well.
        density: Whether k = n is drawn as well.
    """
    whole("max_ambient", max_ambient, least=1)
    whole("min_intrinsic", min_intrinsic, least=0)
    flag("curved", curved)
    least = min_intrinsic + (not flag("density", density))
    if max_ambient < max(least, 1):
        raise InvalidArgument(
            f"min_intrinsic={min_intrinsic}: a manifold of that dimension needs max_ambient >= {least}, "
            f"and it is {max_ambient}"
        )

    @st.composite
    def drawn(draw: st.DrawFn) -> Manifold:
        ambient = draw(st.integers(max(least, 1), max_ambient))
        intrinsic = draw(st.integers(min_intrinsic, ambient if density else ambient - 1))
        bent = draw(st.booleans()) and curved and 0 < intrinsic < ambient
        return Manifold.of_seed(ambient, intrinsic, curved=bent, seed=draw(_SEEDS))

    return drawn()

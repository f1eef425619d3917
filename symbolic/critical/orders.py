"""To which orders the smooth methods expand a field, one after the other."""

from __future__ import annotations

from typing import NamedTuple


class Orders(NamedTuple):
    """Orders of Taylor polynomials that are tried in turn.

    Attributes:
        leading: For lowest terms that may decide by themselves.
        centre: For the motion on a centre manifold.
        circle: For Lyapunov coefficients: a pair on the imaginary axis, or on the unit circle.
        nilpotent: For nilpotent linear parts, whose first coefficient may be that of a high weight.
    """

    leading: tuple[int, ...]
    centre: tuple[int, ...]
    circle: tuple[int, ...]
    nilpotent: tuple[int, ...]


FLOW = Orders(leading=(3, 7), centre=(3, 7), circle=(3, 7), nilpotent=(5, 9))
# When everything else has passed.
FLOW_FURTHER = Orders(leading=(11,), centre=(11, 15), circle=(11, 15), nilpotent=(13,))
# Coefficients of maps are polynomials in h as well, and grow fast.
MAP = Orders(leading=(3, 5), centre=(3, 7), circle=(5, 9), nilpotent=(5, 7))
MAP_BESIDE = Orders(leading=(3, 5), centre=(3, 7), circle=(5,), nilpotent=(5,))
MAP_FURTHER = Orders(leading=(7,), centre=(11,), circle=(13,), nilpotent=(9,))

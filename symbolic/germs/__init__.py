"""Local analysis at the equilibrium: what a vector field is near one point, exactly.

``coefficients`` (parameter expressions in normal form), ``jet`` (truncated Taylor polynomials with a remainder order),
``switching`` (absolute values and signs become branches), ``local`` (the pieces of a field on one cell).
"""

from __future__ import annotations

from .jet import Jet, NotSmooth
from .local import LocalField, Piece, local_field

__all__ = ["Jet", "LocalField", "NotSmooth", "Piece", "local_field"]

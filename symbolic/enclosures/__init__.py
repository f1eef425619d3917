"""Certified numbers: rigorous enclosures of exact formulas, of spectra and of regions of one number.

Balls (python-flint's Arb) and rational arithmetic; no floating point. ``enclose`` evaluates a constant, ``spectrum``
the eigenvalues of a matrix of constants, ``real_set`` a condition on one symbol. This lies in the symbolic layer, since
the decision procedures and the rates rest on it.
"""

from __future__ import annotations

from .evaluation import enclose, enclose_complex, sign
from .interval import Box, Interval, NoEnclosure, listed
from .sections import Piece, RealSet, real_set
from .spectra import Spectrum, divided, spectrum
from .stability import abscissa, is_hurwitz, is_schur, radius

__all__ = [
    "Box",
    "Interval",
    "NoEnclosure",
    "Piece",
    "RealSet",
    "Spectrum",
    "abscissa",
    "divided",
    "enclose",
    "enclose_complex",
    "is_hurwitz",
    "is_schur",
    "listed",
    "radius",
    "real_set",
    "sign",
    "spectrum",
]

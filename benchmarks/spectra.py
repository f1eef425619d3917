"""Spectra of many small Jacobians: batches against a loop over ``numpy.linalg.eigvals``."""

from __future__ import annotations

import numpy as np

from convergan.numeric.spectra import eigenvalues, spectra

from .timing import Pair


def pairs(scale: float) -> list[Pair]:
    """Two rows with error bounds, and more rows with and without."""
    many, few = max(8, int(131_072 * scale)), max(2, int(4_000 * scale))
    found = []
    for size in (2, 3, 4, 6):
        matrices = np.random.default_rng(size).normal(size=(many // (size // 2), size, size))
        ways = [("spectra: values and error bounds", spectra)]
        if size > 2:
            ways.insert(0, ("eigenvalues: values alone", eigenvalues))
        for name, way in ways:

            def batch(way=way, matrices=matrices) -> int:
                way(matrices)
                return len(matrices)

            def loop(matrices=matrices) -> int:
                return len([np.linalg.eigvals(matrix) for matrix in matrices[:few]])

            found.append(Pair(f"spectra, {size} x {size}", (name, batch), ("loop over numpy.linalg.eigvals", loop)))
    return found

"""The surroundings in which a user's code is imported and run, and that are put back afterwards."""

from __future__ import annotations

import contextlib
import random
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch


@contextlib.contextmanager
def user_surroundings(root: Path, dtype: torch.dtype = torch.float32, seed: int = 0) -> Iterator[None]:
    """The user's folders on the path, a seed, a default precision, gradients on, and prints on standard error.

    Functions may import when they are called, draw random numbers, switch gradients off or change torch's defaults:
    nothing of it stays. Warnings are the code's own, also where a caller turns them into errors.

    Args:
        root: The folder that the code's imports start from.
        dtype: The default precision: most code makes its tensors with it.
        seed: Of torch's, NumPy's and Python's global generators.
    """
    path, precision, gradients = list(sys.path), torch.get_default_dtype(), torch.is_grad_enabled()
    numpy_state, python_state = np.random.get_state(), random.getstate()
    sys.path[:0] = [str(root), str(Path.cwd())]
    with (
        torch.random.fork_rng(devices=[]),
        contextlib.redirect_stdout(sys.stderr),
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        random.seed(seed)
        torch.set_default_dtype(dtype)
        torch.set_grad_enabled(True)
        try:
            yield
        finally:
            sys.path[:] = path
            torch.set_default_dtype(precision)
            torch.set_grad_enabled(gradients)
            np.random.set_state(numpy_state)
            random.setstate(python_state)

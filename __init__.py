"""convergan: a symbolic-numeric theorem checker for GAN training.

A loss, a penalty and a training rule go in; the vector field, its Jacobian and spectrum, and a decision for every
admissible objective and parameter value come out, with a proof that can be checked again, or a counterexample.
"""

from __future__ import annotations

from importlib import import_module, metadata
from typing import Any

try:
    __version__ = metadata.version("convergan")
except metadata.PackageNotFoundError:  # run from a checkout that is not installed
    __version__ = "0+unknown"

_HOMES = {
    "Analysis": ".symbolic",
    "Proposal": ".symbolic",
    "ProposalError": ".symbolic",
    "Verdict": ".symbolic",
    "analyse": ".symbolic",
    "check": ".proofs",
    "prove": ".proofs",
    "read_proposal": ".symbolic",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

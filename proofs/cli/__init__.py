"""The command line: ``convergan check``, ``prove``, ``verify``. Commands load what they need when they run."""

from __future__ import annotations

from .main import main

__all__ = ["main"]

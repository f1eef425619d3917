"""Decision of real arithmetic by outside solvers, in processes of their own with a hard time limit."""

from __future__ import annotations

from .process import Answer, SolverProcess, shared_process
from .smtlib import Script, translate

__all__ = ["Answer", "Script", "SolverProcess", "shared_process", "translate"]

"""The general case: data on any manifold, any architecture that meets the assumptions of Theorem 4.1.

``variation`` (a penalty to second order), ``linearised`` (the blocks of the Jacobian), ``control`` (where Q is
definite), ``theorem`` (all games at once), ``games`` (counterexamples), ``cases`` (a row of the paper's Table 1).
"""

from __future__ import annotations

from .cases import Case, Cases, CaseVerdict, cases, cases_of

__all__ = ["Case", "CaseVerdict", "Cases", "cases", "cases_of"]

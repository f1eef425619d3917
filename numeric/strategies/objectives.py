"""Strategies for smooth objectives f with known derivatives: the admissible class, its edge, and what lies beyond."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from ...symbolic.errors import ProposalError
from .admissible_cases import Case, Declared, inside
from .arguments import flag, one_of, whole
from .mixtures import SmoothFunction, mixtures, shaped_mixtures
from .values import SIDES, edge_cases

# Mescheder et al. 2018, Assumption II, at the realisable equilibrium.
ASSUMPTION_II = "f1 != 0 and f2 < 0"


def objectives(
    *,
    max_atoms: int = 3,
    assume: str = "f1 != 0",
    where: str = "inside",
    increasing: bool = False,
    concave: bool = False,
) -> st.SearchStrategy[SmoothFunction]:
    """One smooth f whose derivatives up to the sixth are known exactly.

    Mixtures of softplus, tanh, atan, exp and monomials. ``f(t)`` takes tensors, to be differentiated by autograd, and
    numbers; ``f.derivative(k, t)`` is the exact k-th derivative in NumPy, ``f.slope(k)`` that at 0. The ``repr`` is
    the formula, which can be pasted behind ``[objective] f``.

    Args:
        max_atoms: The largest number of atoms besides those that meet ``assume``; with a shape, of all atoms.
        assume: Conditions on f1, f2, ... as under ``[objective] assume``; "real" for none. ``ASSUMPTION_II`` is the
            class of the theorems.
        where: "inside" these conditions, values close to their edges such as f2 = -1e-6 included; on their "boundary",
            where one of them is an equality (f1 = 0, or f2 = 0); or just "outside" (f1 = 0, or f2 slightly positive).
        increasing: Whether f'(t) > 0 for every real t.
        concave: Whether f''(t) <= 0 for every real t.

    Returns:
        A batch of length 1; the smallest is f(t) = t, or t - t**2/2 under ``ASSUMPTION_II``.

    Raises:
        InvalidArgument: For arguments of a wrong type, conditions that cannot be read, and shapes beside ``where``.
    """
    atoms = whole("max_atoms", max_atoms, least=0)
    declared = _assuming(assume)
    side = one_of("where", where, SIDES)
    if flag("increasing", increasing) | flag("concave", concave):
        if side != "inside":
            problem = f"where={where!r} beside increasing or concave"
            raise InvalidArgument(f"{problem}: a derivative cannot be prescribed there; drop one of them")
        return shaped_mixtures(max(atoms, 1), increasing=increasing, concave=concave).filter(
            lambda f: declared.checked({}, f)[1]
        )
    found: st.SearchStrategy[Case]
    if side == "inside":
        found = inside(declared, mixtures(atoms))
    else:
        found = edge_cases(declared, mixtures(atoms), where=side, of=None)
    return found.map(_function)


def _assuming(text: Any) -> Declared:
    """An arbitrary f with these conditions and no others."""
    from ...symbolic.proposal_reader import read_proposal  # here, since it imports SymPy

    if not isinstance(text, str):
        raise InvalidArgument(f"assume={text!r}: conditions as text are needed, such as {ASSUMPTION_II!r}")
    try:
        proposal = read_proposal({"objective": {"f": "any", "assume": text}}, "assume")
    except ProposalError as error:
        raise InvalidArgument(f"assume={text!r}: {error.problem}") from error
    return Declared.by(proposal)


def _function(case: Case) -> SmoothFunction:
    assert case.f is not None
    return case.f

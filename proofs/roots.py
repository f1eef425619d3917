"""Statements about roots and matrices, as identities and formulas."""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp

from ..symbolic.criteria import hurwitz_expressions, schur_expressions
from ..symbolic.formula import Formula, compare, conjunction
from ..symbolic.spectrum import Z, characteristic_coefficients

T, D = sp.symbols("T D", real=True)
COMPANION = sp.ImmutableMatrix([[T, -D], [1, 0]])  # z^2 - T z + D


def same_spectrum(matrix: sp.MatrixBase) -> Formula:
    """T and D are the trace and the determinant of a 2x2 matrix: ``COMPANION`` has its eigenvalues."""
    return conjunction([compare(T, "==", matrix.trace()), compare(D, "==", matrix.det())])


def from_roots(roots: Iterable[sp.Expr]) -> sp.Expr:
    """The monic polynomial in z with these roots, as a product."""
    return sp.Mul(*(Z - root for root in roots), evaluate=False)


def product(*matrices: sp.MatrixBase) -> sp.MatMul:
    """A matrix product that is shown as one."""
    return sp.MatMul(*(matrix.as_immutable() for matrix in matrices), evaluate=False)


def conjugate(value: sp.Expr) -> sp.Expr:
    """The complex conjugate of a polynomial in i and real symbols."""
    return value.xreplace({sp.I: -sp.I})


def inside_left_half_plane(matrix: sp.MatrixBase) -> Formula:
    """Every eigenvalue has negative real part (theorem ``routh-hurwitz``)."""
    return conjunction(compare(e, ">") for e in hurwitz_expressions(characteristic_coefficients(matrix)))


def inside_unit_circle(matrix: sp.MatrixBase) -> Formula:
    """Every eigenvalue has modulus below 1 (theorem ``schur-cohn``)."""
    return conjunction(compare(e, ">") for e in schur_expressions(characteristic_coefficients(matrix)))

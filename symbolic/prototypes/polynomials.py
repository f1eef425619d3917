"""Polynomial features in the plane."""

from __future__ import annotations


def exponents(degree: int) -> list[tuple[int, int]]:
    """(i, j) of the monomials x^i y^j with 1 <= i + j <= degree, by degree."""
    return [(total - j, j) for total in range(1, degree + 1) for j in range(total + 1)]

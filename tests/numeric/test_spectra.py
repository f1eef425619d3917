"""Eigenvalues of small matrices lie within their bounds of 50-digit ones, and the bounds are as small as they say."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import mpmath
import numpy as np
import pytest
from numpy.typing import NDArray

from convergan.numeric.spectra import Spectra, eigenvalues, matching_distance, spectra

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
EPS = float(np.finfo(np.float64).eps)
COUNT = 400
CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 50


def critical(random: np.random.Generator) -> Array:
    """R1's v' at and beside gamma = 2 |f1|, where both eigenvalues meet."""
    f1 = random.uniform(0.1, 5, COUNT)
    gamma = 2 * f1 * (1 + random.integers(-3, 4, COUNT) * EPS)
    return np.stack([np.zeros(COUNT), -f1, f1, -gamma], axis=-1).reshape(COUNT, 2, 2)


def nearly_defective(random: np.random.Generator) -> Array:
    x, y = random.normal(size=(2, COUNT))
    e, z = 10.0 ** random.uniform(-9, 0, COUNT), random.choice([0, 1e-16, -3e-16, 1e-12], COUNT)
    return np.stack([x + e, y, -((e / 2) ** 2) / y * (1 + z), x], axis=-1).reshape(COUNT, 2, 2)


def singular(random: np.random.Generator) -> Array:
    u, v = random.normal(size=(2, COUNT, 2))
    return u[:, :, None] * v[:, None, :]


PLANAR: dict[str, Callable[[np.random.Generator], Array]] = {
    "random": lambda random: random.normal(size=(COUNT, 2, 2)),
    "badly scaled": lambda random: random.normal(size=(COUNT, 2, 2)) * 10.0 ** random.uniform(-8, 8, (COUNT, 2, 2)),
    "critical": critical,
    "nearly defective": nearly_defective,
    "singular": singular,
    "huge": lambda random: 1e307 * random.normal(size=(COUNT, 2, 2)),
    "tiny": lambda random: 1e-305 * random.normal(size=(COUNT, 2, 2)),
    "triangular": lambda random: np.triu(random.normal(size=(COUNT, 2, 2))),
    "with zeros": lambda random: random.normal(size=(COUNT, 2, 2)) * random.integers(0, 2, (COUNT, 2, 2)),
}


def exact_pair(matrix: Array) -> list[mpmath.mpc]:
    a, b, c, d = (CONTEXT.mpf(float(entry)) for entry in matrix.ravel())
    root = CONTEXT.sqrt(((a - d) / 2) ** 2 + b * c)
    return [(a + d) / 2 + root, (a + d) / 2 - root]


def distances(values: Complex, exact: list[mpmath.mpc]) -> list[mpmath.mpf]:
    """Of the better of both pairings."""
    numbers = [CONTEXT.mpc(float(value.real), float(value.imag)) for value in values]
    pairings = [[abs(x - y) for x, y in zip(numbers, order, strict=True)] for order in (exact, exact[::-1])]
    return min(pairings, key=max)


def unexplained(values: Complex, error: Array, matrices: Array) -> int:
    """How many eigenvalues are farther from the exact ones than their bounds."""
    return sum(
        bool(gap > CONTEXT.mpf(float(allowed)))
        for case in range(len(matrices))
        for gap, allowed in zip(distances(values[case], exact_pair(matrices[case])), error[case], strict=True)
    )


@pytest.mark.parametrize("kind", PLANAR)
def test_two_rows_keep_their_bounds(kind: str) -> None:
    matrices = PLANAR[kind](np.random.default_rng(0))
    found = spectra(matrices)
    assert unexplained(found.values, found.error, matrices) == 0
    # The bounds are some eps of the largest entry, also where eigenvalues meet; half the smallest number is lost.
    size = np.abs(matrices).max(axis=(1, 2))
    assert (found.error.max(axis=1) <= 20 * EPS * size + 1e-150 * (size == 0) + 1e-320).all()


def plain_formula(matrices: Array) -> Complex:
    trace, determinant = matrices[:, 0, 0] + matrices[:, 1, 1], np.linalg.det(matrices)
    root = np.sqrt((trace * trace / 4 - determinant).astype(complex))
    return np.stack([trace / 2 + root, trace / 2 - root], axis=-1)


@pytest.mark.parametrize("wrong", [plain_formula, np.linalg.eigvals], ids=["plain formula", "LAPACK"])
def test_what_loses_digits_does_not_keep_them(wrong: Callable[[Array], Complex]) -> None:
    matrices = nearly_defective(np.random.default_rng(0))
    assert unexplained(wrong(matrices), spectra(matrices).error, matrices) > COUNT / 10


@pytest.mark.parametrize("kind", ["random", "badly scaled", "singular"])
def test_the_smaller_real_eigenvalue_keeps_its_digits(kind: str) -> None:
    matrices = PLANAR[kind](np.random.default_rng(1))
    matrices = matrices[np.isreal(eigenvalues(matrices)).all(axis=1)]
    found = spectra(matrices)
    for values, error, matrix in zip(found.values, found.error, matrices, strict=True):
        a, b, c, d = (abs(CONTEXT.mpf(float(entry))) for entry in matrix.ravel())
        _, smaller = sorted(distances(values, exact_pair(matrix)), reverse=True)
        # Relative to itself, up to what eps^2 of the determinant's terms is of the larger one.
        least, largest = sorted(map(abs, exact_pair(matrix)))
        if largest > 4 * least:
            assert smaller <= 20 * EPS * (least + EPS * (a * d + b * c) / largest)
            assert error.min() <= 40 * EPS * (least + EPS * (a * d + b * c) / largest)


@pytest.mark.parametrize("size", [3, 4, 6])
def test_more_rows_keep_their_bounds(size: int) -> None:
    random = np.random.default_rng(size)
    matrices = random.normal(size=(16, size, size))
    matrices[1, :, 1] = matrices[1, :, 0] * (1 + 1e-9)
    turned = np.linalg.qr(matrices[2])[0]
    matrices[2] = turned @ (np.eye(size) + np.eye(size, k=1)) @ turned.T
    matrices[3] = np.diag(np.arange(size)) + 1e-7 * matrices[3]
    matrices[4] *= 1e306
    matrices[5] *= 1e-306
    matrices[6] = np.eye(size) + np.eye(size, k=1)
    found = spectra(matrices)
    for case in range(len(matrices)):
        scale = 2.0 ** -np.frexp(np.abs(matrices[case]).max())[1]
        exact, _ = CONTEXT.eig(CONTEXT.matrix((matrices[case] * scale).tolist()))
        distance = matching_distance(np.array([complex(x) for x in exact]), found.values[case] * scale)
        assert distance <= found.error[case].max() * scale + 1e-15
    assert np.median(found.error) < 1e-11
    # A Jordan block in general position: all that is known is the root of a backward error.
    assert 1e-7 < found.error[2].max() < 1
    assert np.abs(found.values[2] - 1).max() > 1e-7


@pytest.mark.parametrize("size", [2, 3, 5])
def test_errors_of_entries_are_part_of_the_bounds(size: int) -> None:
    random = np.random.default_rng(0)
    matrices = random.normal(size=(300, size, size))
    matrices[:100, 0] = matrices[:100, 1] + 1e-6 * matrices[:100, 0]
    error = 10.0 ** random.uniform(-9, -3, matrices.shape)
    found = spectra(matrices, error)
    moved = spectra(matrices + error * random.choice([-1.0, 1.0], matrices.shape))
    assert found.agrees(moved).all()
    assert not spectra(matrices).agrees(moved).all()
    # All errors ten times as large are seen.
    far = spectra(matrices + 1e4 * error)
    assert not found.agrees(far).any()


def test_an_unknown_entry_leaves_nothing_known() -> None:
    found = spectra(np.array([[0.0, -1.0], [1.0, -1.0]]), np.array([[0.0, 0.0], [0.0, np.inf]]))
    assert np.isinf(found.error).all()
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_matrix_that_is_not_finite_disturbs_no_other(size: int, bad: float) -> None:
    matrices = np.random.default_rng(0).normal(size=(7, size, size))
    clean, bounded = eigenvalues(matrices), spectra(matrices)
    matrices[3, 0, -1] = bad
    rest = np.arange(7) != 3
    values, found = eigenvalues(matrices), spectra(matrices)
    assert np.array_equal(values[rest], clean[rest])
    assert np.array_equal(found.values[rest], bounded.values[rest])
    assert np.array_equal(found.error[rest], bounded.error[rest])
    assert np.isnan(values[3]).all()
    assert np.isnan(found.values[3]).all()
    assert np.isnan(found.error[3]).all()


@pytest.mark.parametrize("size", [1, 2, 3, 6])
def test_values_are_those_of_lapack_up_to_both_errors(size: int) -> None:
    matrices = np.random.default_rng(0).normal(size=(40, size, size))
    distance = matching_distance(spectra(matrices).values, np.linalg.eigvals(matrices))
    assert (distance < 1e-11).all()
    assert (matching_distance(eigenvalues(matrices), np.linalg.eigvals(matrices)) < 1e-11).all()


def test_batches_do_not_show() -> None:
    matrices = np.random.default_rng(0).normal(size=(2, 9_000, 2, 2))
    found = spectra(matrices)
    assert found.values.shape == (2, 9_000, 2)
    for place in ((0, 0), (1, 7_383), (1, 7_384), (1, 8_999)):
        assert np.array_equal(found.values[place], spectra(matrices[place]).values)
    assert spectra(np.zeros((0, 2, 2))).values.shape == (0, 2)


def test_abscissa_and_radius() -> None:
    found = spectra(np.array([[[0.0, -1.0], [1.0, -1.0]], [[0.5, 2.0], [0.0, -3.0]]]))
    assert found.abscissa[0] == pytest.approx([-0.5, 0.5], abs=1e-15)
    assert found.radius[0] == pytest.approx([1.0, 3.0], abs=4e-15)
    assert np.array_equal(found.abscissa[1], found.error.max(axis=1))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_matching_is_the_best_of_all_pairings(size: int) -> None:
    random = np.random.default_rng(size)
    one, other = random.normal(size=(2, 50, size)) + 1j * random.normal(size=(2, 50, size))
    best = np.min([np.abs(one - other[:, list(order)]).max(axis=1) for order in permutations(range(size))], axis=0)
    assert np.array_equal(matching_distance(one, other), best)


def test_the_multiplicity_of_an_eigenvalue_counts() -> None:
    assert matching_distance([1.0, 1.0, 2.0], [1.0, 2.0, 2.0]) == 1
    assert matching_distance([1.0, 2.0, 1.0], [1.0, 1.0, 2.0]) == 0
    assert np.isnan(matching_distance([1.0, np.nan], [1.0, 2.0]))


def test_wrong_spectra_do_not_agree() -> None:
    """A doubled weight, a wrong sign, and entries in the wrong place."""
    random = np.random.default_rng(0)
    f1, gamma = random.uniform(0.5, 2, (2, 100))
    zero = np.zeros(100)

    def of(*entries: Array) -> Spectra:
        return spectra(np.stack(entries, axis=-1).reshape(100, 2, 2))

    right = of(zero, -f1, f1, -gamma)
    assert right.agrees(of(-gamma, f1, -f1, zero)).all()
    assert not right.agrees(of(zero, -f1, f1, -2 * gamma)).any()
    assert not right.agrees(of(zero, f1, f1, -gamma)).any()
    assert not right.agrees(of(zero, -f1, f1, gamma)).any()
    assert not right.agrees(of(zero, -f1, f1, -gamma * (1 + 1e-13))).any()


@pytest.mark.parametrize("shape", [(3,), (2, 3), (4, 0, 0)])
def test_other_arrays_are_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"real matrices \[..., n, n\] are needed"):
        spectra(np.zeros(shape))
    with pytest.raises(ValueError, match=r"real matrices \[..., n, n\] are needed"):
        eigenvalues(np.zeros((2, 2), dtype=complex))
    with pytest.raises(ValueError, match="the same"):
        matching_distance([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="at most 12"):
        matching_distance(np.zeros(13), np.zeros(13))

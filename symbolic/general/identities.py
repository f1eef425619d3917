"""Block identities behind the general theorem, as identities of words in non-commuting matrices.

K, Q, P stand for matrices of any size, Kt for the transpose of K; Q and P are symmetric. An identity holds if all words
cancel after expansion, which is a normal form in the free algebra.
"""

from __future__ import annotations

import functools

import sympy as sp

K, KT, Q, P = sp.symbols("K Kt Q P", commutative=False)
PULL, PUSH, RHO, SIGMA, A, B = sp.symbols("pull push rho sigma a b", positive=True)
_TRANSPOSED = {K: KT, KT: K}


def transposed(matrix: sp.Matrix) -> sp.Matrix:
    """The transpose of a block matrix: blocks change places, words are read backwards."""
    return sp.Matrix(matrix.cols, matrix.rows, lambda i, j: _reversed(sp.expand(matrix[j, i])))


def vanishes(matrix: sp.Matrix) -> bool:
    """Whether all blocks are 0 as sums of words."""
    return all(sp.expand(entry) == 0 for entry in matrix)


@functools.cache
def damping_identity() -> bool:
    """With J = [[0, -pull K^T], [push K, -Q]] and W = diag(push/pull, 1): W J + J^T W = -diag(0, 2 Q)."""
    jacobian = sp.Matrix([[0, -PULL * KT], [PUSH * K, -Q]])
    weight = sp.diag(PUSH / PULL, 1)
    return vanishes(weight * jacobian + transposed(jacobian) * weight + sp.diag(0, 2 * Q))


@functools.cache
def consensus_identity() -> bool:
    """The same for penalties on both players' gradients.

    With G = [b K, -Q], a consensus of weight rho on |grad_psi L|^2 and one of weight sigma on |grad_theta L|^2 in D's
    row, a coupling a that means of D may have changed, and a further damping P of D,

        J = [[0, -a K^T], [a K, -Q - P]] - rho G^T G - sigma diag(0, b^2 K K^T)

    has J + J^T = -2 diag(0, Q + P) - 2 rho G^T G - 2 sigma diag(0, b^2 K K^T).
    """
    gradient = sp.Matrix([[B * K, -Q]])
    square = transposed(gradient) * gradient
    jacobian = sp.Matrix([[0, -A * KT], [A * K, -Q - P]]) - RHO * square - SIGMA * sp.diag(0, B**2 * K * KT)
    right = -2 * sp.diag(0, Q + P) - 2 * RHO * square - 2 * SIGMA * sp.diag(0, B**2 * K * KT)
    return vanishes(jacobian + transposed(jacobian) - right)


@functools.cache
def generator_identity() -> bool:
    """Nagarajan & Kolter's penalty (rho/2)|grad_psi L|^2 on G is a change of coordinates away from damping D.

    With B = a K: J = [[-rho B^T B, -B^T (1 - rho Q)], [B, -Q]] and phi = theta + rho B^T psi,

        phi' = -B^T psi,    psi' = B phi - (Q + rho B B^T) psi.
    """
    bk, bt = A * K, A * KT
    jacobian = sp.Matrix([[-RHO * bt * bk, -bt + RHO * bt * Q], [bk, -Q]])
    change, back = sp.Matrix([[1, RHO * bt], [0, 1]]), sp.Matrix([[1, -RHO * bt], [0, 1]])
    return vanishes(change * jacobian * back - sp.Matrix([[0, -bt], [bk, -Q - RHO * bk * bt]]))


def _reversed(expression: sp.Expr) -> sp.Expr:
    words = []
    for term in sp.Add.make_args(expression):
        numbers, letters = term.args_cnc()
        word: list[sp.Expr] = []
        for letter in reversed(letters):
            base, power = letter.as_base_exp()
            word.append(_TRANSPOSED.get(base, base) ** power)
        words.append(sp.Mul(*numbers, *word))
    return sp.Add(*words)

"""Systems of equations, inverses and least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, decide, own
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.linalg.matrices import product, require_matrices, require_square, transposed
from autodiffx.numpy.primitives import matrix_product, sum_over, unbroadcast
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import reshape

__all__ = ["inv", "lstsq", "matrix_rank", "pinv", "solve", "tensorinv", "tensorsolve"]

_inv = Rule(
    "inv",
    np.linalg.inv,
    lambda adjoint, result, a, wanted: -product(transposed(result), adjoint, transposed(result)),
    lambda tangents, result, a: -product(result, tangents[0], result),
)


@function(np.linalg.inv)
def inv(a: Any) -> Any:
    """The inverse, as `numpy.linalg.inv`. Raises LinAlgError for a singular matrix."""
    return _inv(as_array(a))


def _solve_vjp(adjoint: Any, result: Any, a: Any, b: Any, wanted: Any) -> Any:
    of_b = _solve(transposed(a), adjoint)
    return (
        unbroadcast(-matrix_product(of_b, transposed(result)), a.shape) if wanted[0] else None,
        unbroadcast(of_b, b.shape) if wanted[1] else None,
    )


def _solve_jvp(tangents: Any, result: Any, a: Any, b: Any) -> Any:
    of_a, of_b = tangents
    change = of_b
    if of_a is not None:
        moved = -matrix_product(of_a, result)
        change = moved if of_b is None else moved + of_b
    return _solve(a, change)


_solve: Rule = Rule("solve", np.linalg.solve, _solve_vjp, _solve_jvp)


@function(np.linalg.solve)
def solve(a: Any, b: Any) -> Any:
    """The x with a @ x = b, as `numpy.linalg.solve`. Raises LinAlgError for a singular matrix.

    >>> import autodiffx as adx
    >>> b = adx.Variable([2.0, 4.0])
    >>> solve([[2.0, 0.0], [0.0, 8.0]], b).value
    array([1. , 0.5])
    """
    matrix, right = as_array(a), as_array(b)
    if right.ndim == 1:
        require_square(matrix)
        x = _solve(matrix, reshape(right, (right.size, 1)))
        return own(reshape(x, x.shape[:-1]))
    return _solve(matrix, right)


# ---- least squares ------------------------------------------------------------------------------


def _pinv_passed_on(adjoint: Any, inverse: Any, a: Any) -> Any:
    """What the adjoint of a pseudo-inverse passes on to the matrix, its rank staying."""
    rows = np.eye(a.shape[-2], dtype=a.dtype) - matrix_product(a, inverse)
    columns = np.eye(a.shape[-1], dtype=a.dtype) - matrix_product(inverse, a)
    turned, back = transposed(inverse), transposed(adjoint)
    return (
        product(rows, back, inverse, turned)
        + product(turned, inverse, back, columns)
        - product(turned, adjoint, turned)
    )


_pinv = Rule(
    "pinv",
    lambda a, cutoff, hermitian: np.linalg.pinv(a, rtol=cutoff, hermitian=hermitian),
    lambda adjoint, result, a, wanted, cutoff, hermitian: _pinv_passed_on(adjoint, result, a),
)


@function(np.linalg.pinv)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = np._NoValue) -> Any:
    """The pseudo-inverse, as `numpy.linalg.pinv`.

    The derivative is that along matrices of the same rank: where the rank changes there is none.
    """
    x = as_array(a)
    require_matrices(x)
    cutoff = rcond if rcond is not None else (None if rtol is np._NoValue else rtol)
    if cutoff is None:
        cutoff = 1e-15 if rtol is np._NoValue else max(x.shape[-2:]) * np.finfo(x.dtype).eps
    return _pinv(x, cutoff=cutoff, hermitian=hermitian)


def _lstsq_vjp(adjoint: Any, result: Any, a: Any, b: Any, wanted: Any, cutoff: Any) -> Any:
    inverse = _pinv(a, cutoff=cutoff, hermitian=False)
    of_a = None
    if wanted[0]:
        of_a = _pinv_passed_on(matrix_product(adjoint, transposed(b)), inverse, a)
    return of_a, matrix_product(transposed(inverse), adjoint) if wanted[1] else None


_lstsq = Rule("lstsq", lambda a, b, cutoff: np.linalg.lstsq(a, b, rcond=cutoff)[0], _lstsq_vjp)


@function(np.linalg.lstsq)
def lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    """The x of least norm for which a @ x is nearest to b, as `numpy.linalg.lstsq`.

    With it come the sums of squares of what is left (if there are more equations than unknowns
    and the rank is full), the rank, a plain integer, and the singular values. The derivative is
    that along matrices of the same rank.
    """
    from autodiffx.numpy.linalg.spectra import svdvals

    matrix, right = as_array(a), as_array(b)
    if matrix.ndim != 2:
        raise np.linalg.LinAlgError(
            f"{matrix.ndim}-dimensional array given. Array must be two-dimensional"
        )
    columns = reshape(right, (right.size, 1)) if right.ndim == 1 else right
    length, unknowns = matrix.shape
    cutoff = np.finfo(matrix.dtype).eps * max(length, unknowns) if rcond is None else rcond
    x = _lstsq(matrix, columns, cutoff=cutoff)
    rank = int(
        decide("rank", lambda now: np.linalg.lstsq(now, np.zeros(length), rcond=cutoff)[2], matrix)
    )
    left: Any = np.empty(0, matrix.dtype)
    if rank == unknowns and length > unknowns:
        rest = matrix_product(matrix, x) - columns
        left = sum_over(rest * rest, (0,))
    solution = reshape(x, x.shape[:1]) if right.ndim == 1 else x
    return solution, left, rank, svdvals(matrix)


@function(np.linalg.matrix_rank)
def matrix_rank(A: Any, tol: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """The number of singular values that are not small: plain integers, a guard in a Graph.

    >>> import autodiffx as adx
    >>> int(matrix_rank(adx.Variable([[1.0, 2.0], [2.0, 4.0]])))
    1
    """
    return decide(
        "matrix_rank", lambda now: np.linalg.matrix_rank(now, tol, hermitian, rtol=rtol), A
    )


# ---- of tensors ---------------------------------------------------------------------------------


@function(np.linalg.tensorsolve)
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with tensordot(a, x, x.ndim) = b, as `numpy.linalg.tensorsolve`."""
    tensor, right = as_array(a), as_array(b)
    if axes is not None:
        order = [i for i in range(tensor.ndim) if i not in [each % tensor.ndim for each in axes]]
        tensor = tensor.transpose((*order, *(each % tensor.ndim for each in axes)))
    shape = tensor.shape[right.ndim :]
    size = int(np.prod(shape, dtype=np.intp))
    if tensor.size != size**2:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == "
            "prod(a.shape[:b.ndim])"
        )
    return own(reshape(solve(reshape(tensor, (size, size)), reshape(right, (size,))), shape))


@function(np.linalg.tensorinv)
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse for tensordot over the first ind axes, as `numpy.linalg.tensorinv`."""
    tensor = as_array(a)
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    before, after = tensor.shape[:ind], tensor.shape[ind:]
    length = int(np.prod(after, dtype=np.intp))
    return own(reshape(inv(reshape(tensor, (-1, length))), (*after, *before)))

"""Factors that are found one column after another, each step a few products.

No differential stands here: the steps themselves are differentiated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.number import Array
from autodiffx.reference.numpy.linalg.matrices import (
    by_present,
    columns,
    matrices,
    product,
    rows,
    squares,
    symmetric,
    transposed,
)
from autodiffx.reference.shapes import dtype_of, shape_of

__all__ = ["eliminated", "lower_factor", "row_exchanges"]


def _from(start: int, length: int, like: Number) -> Array:
    """0 before a place, 1 from it on."""
    return (np.arange(length) >= start).astype(dtype_of(like))


def _unit(at: int, length: int, like: Number) -> Array:
    return np.asarray(np.arange(length) == at, dtype_of(like))


def _joined(lines: list[Number], axis: int, shape: tuple[int, ...], like: Number) -> Number:
    if not lines:  # neither has elements
        return np.reshape(like, shape)
    return IMPLEMENTATIONS[np.stack](lines, axis)


# ---- Cholesky's ---------------------------------------------------------------------------------


def _is_definite(a: Array) -> Array:
    np.linalg.cholesky(a)
    return np.ones(a.shape[:-2])


def lower_factor(a: Number, lower: bool) -> Number:
    """The lower triangle l with l lᵀ = a, of one triangle of a.

    Raises:
        LinAlgError: a matrix is not positive definite.
    """
    rest = symmetric(a, lower)
    apply(by_present("is_definite", _is_definite), rest)
    length = shape_of(rest)[-1]
    found: list[Number] = []
    for at in range(length):
        pivot = rest[..., at : at + 1, at]
        column = rest[..., at] * _from(at, length, a) / FUNCTIONS["sqrt"](pivot)
        rest = rest - columns(column) * rows(column)
        found.append(column)
    return _joined(found, -1, shape_of(a), a)


@implements(np.linalg.cholesky)
def cholesky(a: Any, upper: bool = False) -> Any:
    """The lower triangle l with l lᵀ = a, or the upper one u with uᵀ u = a.

    The matrix is taken to be symmetric: one triangle is looked at, the gradient is symmetric.

    Raises:
        LinAlgError: a matrix is not positive definite, or not square.

    >>> from autodiffx.reference import Variable
    >>> a = Variable([[4.0, 2.0], [2.0, 2.0]])
    >>> np.linalg.cholesky(a).value
    array([[2., 0.],
           [1., 1.]])
    """
    found = lower_factor(squares(a, "np.linalg.cholesky"), not upper)
    return transposed(found) if upper else found


# ---- Gauss's ------------------------------------------------------------------------------------


def row_exchanges(a: Array) -> Array:
    """With which row each was exchanged while the largest pivots were taken, as integers."""
    found = np.empty((*a.shape[:-2], min(a.shape[-2:])), np.intp)
    for at in np.ndindex(a.shape[:-2]):
        rest = np.array(a[at])
        for column in range(min(rest.shape)):
            largest = column + int(np.argmax(np.abs(rest[column:, column])))
            rest[[column, largest]] = rest[[largest, column]]
            found[(*at, column)] = largest
            pivot = rest[column, column]
            if pivot != 0.0:
                factors = rest[column + 1 :, column] / pivot
                rest[column + 1 :] = rest[column + 1 :] - factors[:, None] * rest[column]
    return found


def _row_orders(a: Array) -> Array:
    """The same as permutations p, with a = p l u."""
    found = np.empty((*a.shape[:-1], a.shape[-2]), a.dtype)
    exchanges = row_exchanges(a)
    for at in np.ndindex(a.shape[:-2]):
        order = np.arange(a.shape[-2])
        for row, other in enumerate(exchanges[at]):
            order[[row, other]] = order[[other, row]]
        found[at] = np.eye(len(order), dtype=a.dtype)[order].T
    return found


def eliminated(a: Number) -> tuple[Number, Number, Number]:
    """p, l and u with a = p l u. The order p follows from the present numbers."""
    order = apply(by_present("order_of_rows", _row_orders), a)
    rest = product(transposed(order), a)
    *batch, m, n = shape_of(a)
    k = min(m, n)
    lower: list[Number] = []
    upper: list[Number] = []
    for at in range(k):
        row = rest[..., at, :] * _from(at, n, a)
        column = rest[..., at] * 0.0  # the last pivot divides nothing
        if at + 1 < m:
            column = rest[..., at] / rest[..., at : at + 1, at] * _from(at + 1, m, a)
        column = column + _unit(at, m, a)
        rest = rest - columns(column) * rows(row)
        lower.append(column)
        upper.append(row)
    return (
        order,
        _joined(lower, -1, (*batch, m, k), a),
        _joined(upper, -2, (*batch, k, n), a),
    )


# ---- Gram's and Schmidt's -----------------------------------------------------------------------


def _signs(a: Array) -> Array:
    """The signs that NumPy gives the diagonal of r."""
    r = np.asarray(np.linalg.qr(a, mode="r"))
    return np.where(np.diagonal(r, axis1=-2, axis2=-1) < 0.0, -1.0, 1.0).astype(a.dtype)


def _orthonormal(a: Number) -> tuple[Number, Number]:
    """q and r of matrices that have as many rows as columns, or more."""
    signs = apply(by_present("signs", _signs), a)
    *batch, m, n = shape_of(a)
    q: list[Number] = []
    r: list[Number] = []
    for at in range(n):
        rest = a[..., at]
        shares: list[Number] = [np.zeros((*batch, 1), dtype_of(a))] * n
        for _ in range(2):  # the second time takes out what rounding left
            for other, axis in enumerate(q):
                share = np.sum(axis * rest, axis=-1, keepdims=True)
                rest = rest - axis * share
                shares[other] = shares[other] + share
        squared = np.sum(rest * rest, axis=-1, keepdims=True)
        shares[at] = FUNCTIONS["sqrt"](squared) * signs[..., at : at + 1]
        q.append(rest / shares[at])
        r.append(IMPLEMENTATIONS[np.concatenate](shares, axis=-1))
    return _joined(q, -1, (*batch, m, n), a), _joined(r, -1, (*batch, n, n), a)


_QRResult: Callable[..., Any] = type(np.linalg.qr(np.eye(1)))


@implements(np.linalg.qr)
def qr(a: Any, mode: Any = "reduced") -> Any:
    """Orthonormal columns q and an upper triangle r with a = q r; of mode "r" r alone.

    Raises:
        NotImplementedError: another mode.
    """
    x = matrices(a, "np.linalg.qr")
    m, n = shape_of(x)[-2:]
    if mode not in ("reduced", "r") and not (mode == "complete" and m <= n):
        raise NotImplementedError(
            f"np.linalg.qr with mode={mode!r} is not supported on a Variable: use 'reduced' or 'r'"
        )
    q, r = _orthonormal(x[..., :m])
    if n > m:
        r = IMPLEMENTATIONS[np.concatenate]([r, product(transposed(q), x[..., m:])], axis=-1)
    return r if mode == "r" else _QRResult(q, r)

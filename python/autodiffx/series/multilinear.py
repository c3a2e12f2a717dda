"""NumPy's products of Series, after Cauchy, and linear equations."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.series.linear import series_in
from autodiffx.series.products import added, at
from autodiffx.series.series import level_of, parts

__all__ = ["PRODUCTS", "einsum", "inverse", "solve"]


def _several(function: Callable[..., Any], operands: tuple[Any, ...]) -> Any:
    """A function that is linear in each operand."""
    like = level_of(*operands)
    found = [parts(x, like.level) for x in operands]
    if sum(len(c) > 1 for c in found) > 3:
        raise NotImplementedError(
            "a product of more than three Series of taylor() at once: take it in steps"
        )
    totals: list[Any] = [None] * (like.order + 1)
    for powers in itertools.product(*(range(len(c)) for c in found)):
        terms = [c[j] for c, j in zip(found, powers, strict=True)]
        k = sum(powers)
        if k <= like.order and all(term is not None for term in terms):
            totals[k] = added(totals[k], function(*terms))
    return like.like(totals)


def _product(function: Callable[..., Any]) -> Callable[..., Any]:
    def applied(a: Any, b: Any, *args: Any, **keywords: Any) -> Any:
        if keywords.get("out") is not None or series_in((args, keywords)):
            raise TypeError(f"numpy.{function.__name__} of Series takes two operands and no out=")
        return _several(lambda x, y: function(x, y, *args, **keywords), (a, b))

    return applied


PRODUCTS: dict[Callable[..., Any], Callable[..., Any]] = {
    each: _product(each)
    for each in (
        np.convolve, np.correlate, np.cross, np.dot, np.inner, np.kron, np.matmul, np.matvec,
        np.outer, np.tensordot, np.vdot, np.vecdot, np.vecmat, np.linalg.cross, np.linalg.matmul,
        np.linalg.outer, np.linalg.tensordot, np.linalg.vecdot,
    )
}  # fmt: skip


def einsum(subscripts: Any, *operands: Any, **keywords: Any) -> Any:
    """`numpy.einsum` of a string and operands, three of them Series at most."""
    if not isinstance(subscripts, str) or keywords.get("out") is not None:
        raise NotImplementedError(
            "numpy.einsum of Series takes subscripts in a string, operands and no out="
        )
    return _several(lambda *terms: np.einsum(subscripts, *terms, **keywords), operands)


def solve(a: Any, b: Any) -> Any:
    """x of a x = b: the coefficients follow from a_0 x_k = b_k - sum of a_j x_(k - j)."""
    if np.ndim(b) == 1:
        return np.squeeze(solve(a, b[:, None]), axis=-1)
    like = level_of(a, b)
    left, right = parts(a, like.level), parts(b, like.level)
    found: list[Any] = []
    for k in range(like.order + 1):
        rest = at(right, k)
        for j in range(1, min(k + 1, len(left))):
            if left[j] is not None and found[k - j] is not None:
                rest = added(rest, -np.matmul(left[j], found[k - j]))
        found.append(None if rest is None else np.linalg.solve(left[0], rest))
    return like.like(found)


def inverse(a: Any) -> Any:
    """The inverse of matrices."""
    return solve(a, np.broadcast_to(np.eye(a.shape[-1]), a.shape))

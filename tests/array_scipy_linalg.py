"""Calls of SciPy's linear algebra, with random matrices that are well conditioned for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from array_functions import Call, Sampler
from array_linear_algebra import even
from array_matrices import (
    Kind,
    Sizes,
    definite,
    line,
    of_spectrum,
    regular,
    right_sides,
    sampled,
    spaced,
    square,
    tall,
    vector,
    wide,
)
from array_shapes import Array

__all__ = ["FUNCTIONS", "OF_NUMPY"]

PACKAGE = "scipy.linalg"


def of(function: Callable[..., Any], *kinds: Kind, **options: Any) -> Sampler:
    """Calls with SciPy's linear algebra, which takes no stacks of no matrices."""
    options = {"none": False} | options
    return sampled(
        lambda arrays, **given: Call(function, arrays, package=PACKAGE, **given), kinds, **options
    )


def triangular(sizes: Sizes) -> Array:
    """With a diagonal that is larger than the rest; either triangle can be taken."""
    numbers = sizes.uniform(sizes.length, sizes.length) / max(sizes.length, 1)
    return numbers + np.eye(sizes.length) * sizes.steps(sizes.length)[..., None, :]


def smaller(sizes: Sizes) -> Array:
    """Square, of eigenvalues above -1, one row less than there are."""
    return regular_near_one(sizes, sizes.length - 1)


def regular_near_one(sizes: Sizes, length: int) -> Array:
    """Twice the identity and something smaller."""
    return 2.0 * np.eye(length) + 0.5 * sizes.uniform(length, length) / max(length, 1)


def beside(sizes: Sizes) -> Array:
    """The unknown of an equation between both."""
    return sizes.uniform(sizes.length, sizes.length - 1)


def band(below: int, above: int) -> Kind:
    """The diagonals of a matrix whose main one is the largest."""

    def rows(sizes: Sizes) -> Array:
        found = 0.3 * sizes.uniform(below + above + 1, sizes.length)
        found[..., above, :] += sizes.steps(sizes.length)
        return found

    return rows


def column(sizes: Sizes) -> Array:
    """A vector for each of a stack."""
    return sizes.uniform(sizes.length)


def small(sizes: Sizes) -> Array:
    """Of a norm of 1 or less."""
    return sizes.uniform(sizes.length, sizes.length) / max(sizes.length, 1)


def logm(la: Any, a: Any) -> Any:
    """SciPy has it in float64 alone."""
    if isinstance(a, np.ndarray):
        return la.logm(a.astype(np.float64)).astype(a.dtype)
    return la.logm(a)


def det(la: Any, a: Any) -> Any:
    """SciPy gives float64, whatever it is given."""
    return np.asarray(la.det(a), a.dtype) if isinstance(a, np.ndarray) else la.det(a)


def factored(la: Any, a: Any, b: Any, lower: bool) -> Any:
    return la.cho_solve(la.cho_factor(even(a), lower=lower), b)


def triangle(la: Any, a: Any, lower: bool) -> Any:
    return la.cho_factor(even(a), lower=lower)[0]


def eliminated(la: Any, a: Any) -> Any:
    return la.lu(a)[1:]


def solved(la: Any, a: Any, b: Any, trans: int) -> Any:
    return la.lu_solve(la.lu_factor(a), b, trans=trans)


def solve_triangular(la: Any, a: Any, b: Any, **options: Any) -> Any:
    return la.solve_triangular(a, b, **options)


FUNCTIONS: dict[str, Sampler] = {
    **{
        f"solve_triangular-{trans}-{lower}-{unit}": of(
            partial(solve_triangular, trans=trans, lower=lower, unit_diagonal=unit),
            triangular,
            right_sides,
        )
        for trans in (0, "T")
        for lower in (False, True)
        for unit in (False, True)
    },
    "solve_triangular-vector": of(solve_triangular, triangular, vector),
    "cholesky": of(lambda la, a: la.cholesky(even(a)), definite, batch=False),
    "cho_factor": of(partial(triangle, lower=False), definite, batch=False),
    "cho_factor-lower": of(partial(triangle, lower=True), definite, batch=False),
    "cho_solve": of(partial(factored, lower=False), definite, right_sides, batch=False),
    "cho_solve-lower": of(partial(factored, lower=True), definite, vector, batch=False),
    "lu": of(eliminated, regular),
    "lu-tall": of(eliminated, tall, least=1),
    "lu-wide": of(eliminated, wide, least=1),
    "lu-permute_l": of(lambda la, a: la.lu(a, permute_l=True), tall, least=1),
    "lu_factor": of(lambda la, a: la.lu_factor(a)[0], regular, batch=False),
    "lu_solve": of(partial(solved, trans=0), regular, right_sides, batch=False),
    "lu_solve-transposed": of(partial(solved, trans=1), regular, vector, batch=False),
    "expm": of(lambda la, a: la.expm(a), square, none=True),
    "expm-larger": of(lambda la, a: la.expm(a), regular, condition=1000.0),
    "logm": of(logm, of_spectrum, least=1, condition=100.0),
    "sqrtm": of(lambda la, a: la.sqrtm(a), of_spectrum, none=True),
    **{
        name: of(lambda la, a, name=name: getattr(la, name)(a), small, batch=False, least=1)
        for name in ("cosm", "sinm", "tanm", "coshm", "sinhm", "tanhm")
    },
    "solve_sylvester": of(
        lambda la, a, b, q: la.solve_sylvester(a, b, q), triangular, smaller, beside, least=2
    ),
    "solve_continuous_lyapunov": of(
        lambda la, a, q: la.solve_continuous_lyapunov(a, q), triangular, square, least=1
    ),
    "solve_banded": of(
        lambda la, ab, b: la.solve_banded((1, 2), ab, b), band(1, 2), right_sides, least=3
    ),
    "solve_banded-vector": of(
        lambda la, ab, b: la.solve_banded((2, 0), ab, b), band(2, 0), vector, least=3
    ),
    "block_diag": of(lambda la, a, b: la.block_diag(a, b), square, wide),
    "block_diag-of-lines": of(lambda la, a, b: la.block_diag(b, a, 2.0), wide, vector, batch=False),
    "toeplitz": of(lambda la, c: la.toeplitz(c), column, least=1),
    "toeplitz-of-two": of(lambda la, c, r: la.toeplitz(c, r), column, line, batch=False),
    "hankel": of(lambda la, c, r: la.hankel(c, r), vector, line, batch=False, least=1),
    "hankel-of-one": of(lambda la, c: la.hankel(c), vector, batch=False, least=1),
    "circulant": of(lambda la, c: la.circulant(c), column),
}

# What stands in autodiffx.scipy.linalg as NumPy has it: the reference has it for NumPy.
OF_NUMPY: dict[str, Sampler] = {
    "inv": of(lambda la, a: la.inv(a), regular, least=1),
    "solve": of(lambda la, a, b: la.solve(a, b), regular, right_sides),
    "solve-transposed": of(lambda la, a, b: la.solve(a, b, transposed=True), regular, vector),
    "det": of(det, square, least=1),
    "norm": of(lambda la, a: la.norm(a, 1, axis=(-2, -1), keepdims=True), tall, least=1),
    "pinv": of(lambda la, a: la.pinv(a), tall, least=1),
    "svd": of(lambda la, a: la.svd(a, full_matrices=False)[1], tall, least=1),
    "svdvals": of(lambda la, a: la.svdvals(a), wide, least=1),
    "qr": of(lambda la, a: la.qr(a), wide, least=1),
    "qr-economic": of(lambda la, a: la.qr(a, mode="economic"), tall, least=1),
    "qr-r": of(lambda la, a: la.qr(a, mode="r"), wide, least=1),
    "eigh": of(lambda la, a: la.eigh(even(a))[0], spaced, least=1),
    "eigh-values": of(lambda la, a: la.eigh(even(a), eigvals_only=True), spaced, least=1),
    "eigvalsh": of(lambda la, a: la.eigvalsh(even(a), lower=False), spaced, least=1),
}

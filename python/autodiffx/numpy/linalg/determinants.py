"""Determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function
from autodiffx.numpy.linalg.matrices import product, require_square, transposed
from autodiffx.numpy.linalg.solving import inv
from autodiffx.numpy.primitives import sum_over
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import reshape

__all__ = ["det", "slogdet"]


def _per_matrix(x: Any) -> Any:
    return reshape(x, (*x.shape, 1, 1))


def _parts(a: Any) -> tuple[Any, Any, Any, Any]:
    """Singular vectors and values, and the sign of the determinant of the vectors."""
    u, s, vh = np.linalg.svd(a)
    return u, s, vh, _per_matrix(np.asarray(np.linalg.det(u) * np.linalg.det(vh)))


def _others(s: Any, count: int) -> Any:
    """The products of all s but one, or but two at row and column (0 on the diagonal)."""
    length = s.shape[-1]
    left_out = np.eye(length, dtype=bool)
    if count == 2:
        left_out = left_out[:, None, :] | left_out[None, :, :]
    spread = s.reshape(*s.shape[:-1], *(1,) * count, length)
    found = np.where(left_out, s.dtype.type(1), spread).prod(axis=-1)
    return found * (1 - np.eye(length, dtype=s.dtype)) if count == 2 else found


def _cofactors(a: Any) -> Any:
    u, s, vh, sign = _parts(a)
    return sign * ((u * _others(s, 1)[..., None, :]) @ vh)


def _second(a: Any, k: Any) -> Any:
    """The gradient of the sum of cofactors times k, exact where the matrix is singular."""
    u, s, vh, sign = _parts(a)
    inside = np.swapaxes(u, -1, -2) @ k @ np.swapaxes(vh, -1, -2)
    pairs = _others(s, 2)
    found = -np.swapaxes(inside, -1, -2) * pairs
    on_diagonal = (pairs @ np.diagonal(inside, axis1=-2, axis2=-1)[..., None])[..., 0]
    found = found + np.eye(s.shape[-1], dtype=a.dtype) * on_diagonal[..., None, :]
    return sign * (u @ found @ vh)


def _second_by_inverse(a: Any, k: Any) -> Any:
    turned = transposed(inv(a))
    traced = sum_over(k * turned, (a.ndim - 2, a.ndim - 1), True)
    return _per_matrix(_det(a)) * (traced * turned - product(turned, transposed(k), turned))


def _second_vjp(adjoint: Any, result: Any, a: Any, k: Any, wanted: Any) -> Any:
    # Third derivatives are those of the formula for regular matrices.
    of_a = None
    if wanted[0]:
        turned = transposed(inv(a))
        size = (a.ndim - 2, a.ndim - 1)
        one, other = (sum_over(each * turned, size, True) for each in (k, adjoint))
        both = product(turned, transposed(k), turned)
        back = product(turned, transposed(adjoint), turned)
        mixed = sum_over(adjoint * both, size, True)
        found = (one * other - mixed) * turned - one * back - other * both
        found = found + product(turned, transposed(k), back)
        found = found + product(turned, transposed(adjoint), both)
        of_a = _per_matrix(_det(a)) * found
    return of_a, _cofactor_vjp(adjoint, None, a, (True,)) if wanted[1] else None


_second_rule: Rule = Rule("cofactor_derivative", _second, _second_vjp)


def _cofactor_vjp(adjoint: Any, result: Any, a: Any, wanted: Any) -> Any:
    return _second_rule(a, adjoint)


_cofactor: Rule = Rule("cofactors", _cofactors, _cofactor_vjp)
_det: Rule = Rule(
    "det",
    np.linalg.det,
    lambda adjoint, result, a, wanted: _per_matrix(adjoint) * _cofactor(a),
    lambda tangents, result, a: sum_over(_cofactor(a) * tangents[0], (a.ndim - 2, a.ndim - 1)),
)


@function(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant, as `numpy.linalg.det`; its gradient are the cofactors, singular or not."""
    x = as_array(a)
    require_square(x)
    return _det(x)


_slogdet = Rule(
    "slogdet",
    lambda a: tuple(np.linalg.slogdet(a)),
    lambda adjoint, result, a, wanted: _per_matrix(adjoint[1]) * transposed(inv(a)),
    lambda tangents, result, a: (
        None,
        sum_over(transposed(inv(a)) * tangents[0], (a.ndim - 2, a.ndim - 1)),
    ),
)
_SlogdetResult = type(np.linalg.slogdet(np.eye(1)))


@function(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the absolute value of the determinant, as `numpy.linalg.slogdet`.

    The sign has derivative zero. A gradient of the logarithm of a singular matrix raises
    LinAlgError.
    """
    x = as_array(a)
    require_square(x)
    return _SlogdetResult(*_slogdet(x))

"""Determinants, as polynomials in the elements: also singular matrices have all derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.numpy.linalg.matrices import by_present, identity, product, squares
from autodiffx.reference.shapes import shape_of

__all__: list[str] = []


def _determinant(a: Number) -> Number:
    """By the traces of products (U. Le Verrier; D. K. Faddeev and V. N. Faddeeva).

    c_k = -tr(a m_k) / k with m_1 = 1 and m_{k+1} = a m_k + c_k; the last is ± the determinant.
    """
    one = identity(a)
    length = shape_of(a)[-1]
    found: Number = np.sum(a, axis=(-2, -1), keepdims=True) + 1.0  # of matrices of no elements
    so_far: Number = one
    for k in range(1, length + 1):
        times = product(a, so_far)
        found = np.sum(times * one, axis=(-2, -1), keepdims=True) * (-1.0 / k)
        so_far = times + found * one
    return np.reshape(found * (-1.0) ** length, shape_of(a)[:-2])


@implements(np.linalg.det)
def det(a: Any) -> Any:
    """The determinant; its gradient are the cofactors.

    Raises:
        LinAlgError: the matrices are not square.

    >>> from autodiffx.reference import Variable
    >>> a = Variable([[2.0, 0.0], [0.0, 0.0]])
    >>> np.linalg.det(a).backward()
    >>> a.grad
    array([[0., 0.],
           [0., 2.]])
    """
    return _determinant(squares(a, "np.linalg.det"))


_SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))


@implements(np.linalg.slogdet)
def slogdet(a: Any) -> Any:
    """Sign and logarithm of the determinant; the sign has derivative zero."""
    x = squares(a, "np.linalg.slogdet")
    sign = apply(by_present("sign", lambda v: np.asarray(np.linalg.slogdet(v)[0])), x)
    return _SlogdetResult(sign, FUNCTIONS["log"](FUNCTIONS["absolute"](_determinant(x))))

"""What SciPy has as NumPy has it, with SciPy's names for the arguments."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy import linalg
from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.linalg.matrices import require_matrices
from autodiffx.scipy.calling import function, refuse
from autodiffx.scipy.linalg.triangles import require_finite

__all__ = ["det", "eigh", "eigvalsh", "inv", "norm", "pinv", "qr", "solve", "svd", "svdvals"]

GENERAL = "leave it out, the result is the same"


def _array(a: Any, check_finite: bool) -> Any:
    x = as_array(a)
    if check_finite:
        require_finite(x)
    return x


def _require_general(name: str, assume_a: Any) -> None:
    if assume_a not in ("gen", "general"):
        refuse(f"scipy.linalg.{name}", GENERAL, assume_a=(assume_a, None))


@function("scipy.linalg")
def inv(
    a: Any,
    overwrite_a: bool = False,
    check_finite: bool = True,
    *,
    assume_a: Any = None,
    lower: bool = False,
) -> Any:
    """The inverse, as `scipy.linalg.inv`; of any kind of matrix but assume_a="general".

    Raises:
        LinAlgError: the matrix is singular, or not square.
        ValueError: infinities or NaN, unless check_finite is False.
        NotImplementedError: assume_a is another one.

    >>> import autodiffx as adx
    >>> inv(adx.Variable([[2.0]])).value
    array([[0.5]])
    """
    _require_general("inv", assume_a)
    return linalg.inv(_array(a, check_finite))


@function("scipy.linalg")
def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: Any = None,
    transposed: bool = False,
) -> Any:
    """The x with a @ x = b, or a.T @ x = b if transposed, as `scipy.linalg.solve`.

    Raises:
        LinAlgError: the matrix is singular, or not square.
        ValueError: shapes that do not fit; infinities or NaN, unless check_finite is False.
        NotImplementedError: assume_a is neither None nor "general".

    >>> import autodiffx as adx
    >>> solve(adx.Variable([[2.0]]), [4.0]).value
    array([2.])
    """
    _require_general("solve", assume_a)
    matrix, right = _array(a, check_finite), _array(b, check_finite)
    return linalg.solve(np.swapaxes(matrix, -1, -2) if transposed else matrix, right)


@function("scipy.linalg")
def det(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """The determinant, as `scipy.linalg.det`; its gradient are the cofactors, singular or not.

    >>> import autodiffx as adx
    >>> det(adx.Variable([[2.0, 0.0], [0.0, 3.0]])).value
    6.0
    """
    return linalg.det(_array(a, check_finite))


@function("scipy.linalg")
def norm(
    a: Any, ord: Any = None, axis: Any = None, keepdims: bool = False, check_finite: bool = True
) -> Any:
    """Norms of vectors and matrices, as `scipy.linalg.norm`; see `autodiffx.numpy.linalg.norm`.

    >>> import autodiffx as adx
    >>> norm(adx.Variable([3.0, 4.0])).value
    5.0
    """
    return linalg.norm(_array(a, check_finite), ord, axis, keepdims)


@function("scipy.linalg")
def pinv(
    a: Any,
    *,
    atol: Any = None,
    rtol: Any = None,
    return_rank: bool = False,
    check_finite: bool = True,
) -> Any:
    """The pseudo-inverse, as `scipy.linalg.pinv`; see `autodiffx.numpy.linalg.pinv`.

    Raises:
        NotImplementedError: atol or return_rank is given.

    >>> import autodiffx as adx
    >>> pinv(adx.Variable([[2.0], [0.0]])).value
    array([[0.5, 0. ]])
    """
    refuse("scipy.linalg.pinv", "take rtol=", atol=(atol, None))
    refuse("scipy.linalg.pinv", "take numpy.linalg.matrix_rank", return_rank=(return_rank, False))
    return linalg.pinv(_array(a, check_finite), rtol=rtol)


@function("scipy.linalg")
def qr(
    a: Any,
    overwrite_a: bool = False,
    lwork: Any = None,
    mode: str = "full",
    pivoting: bool = False,
    check_finite: bool = True,
) -> Any:
    """Orthonormal columns and an upper triangle whose product is a, as `scipy.linalg.qr`.

    Raises:
        NotImplementedError: pivoting; another mode than "economic" of a matrix with more rows than
            columns.

    >>> import autodiffx as adx
    >>> qr(adx.Variable([[3.0], [4.0]]), mode="economic")[1].value
    array([[-5.]])
    """
    refuse("scipy.linalg.qr", "take np.linalg.qr", pivoting=(pivoting, False))
    x = _array(a, check_finite)
    require_matrices(x)
    if x.shape[-2] > x.shape[-1]:
        refuse("scipy.linalg.qr", "take mode='economic'", mode=(mode, "economic"))
    if mode == "raw":
        refuse("scipy.linalg.qr", "take another", mode=(mode, "full"))
    if mode not in ("full", "r", "economic"):
        raise ValueError("Mode argument should be one of ['full', 'r', 'economic', 'raw']")
    found = linalg.qr(x)
    return (found[1],) if mode == "r" else tuple(found)


@function("scipy.linalg")
def svd(
    a: Any,
    full_matrices: bool = True,
    compute_uv: bool = True,
    overwrite_a: bool = False,
    check_finite: bool = True,
    lapack_driver: Any = "gesdd",
) -> Any:
    """Singular vectors and values, as `scipy.linalg.svd`; see `autodiffx.numpy.linalg.svd`.

    Raises:
        NotImplementedError: full_matrices=True, which is the default, of a matrix that is not
            square; another lapack_driver.

    >>> import autodiffx as adx
    >>> svd(adx.Variable([[3.0], [4.0]]), full_matrices=False)[1].value
    array([5.])
    """
    refuse("scipy.linalg.svd", GENERAL, lapack_driver=(lapack_driver, "gesdd"))
    found = linalg.svd(_array(a, check_finite), full_matrices, compute_uv)
    return tuple(found) if compute_uv else found


@function("scipy.linalg")
def svdvals(a: Any, overwrite_a: bool = False, check_finite: bool = True) -> Any:
    """Singular values, as `scipy.linalg.svdvals`.

    >>> import autodiffx as adx
    >>> svdvals(adx.Variable([[3.0], [4.0]])).value
    array([5.])
    """
    return linalg.svdvals(_array(a, check_finite))


def _require_plain_eigh(
    name: str, b: Any, subset_by_index: Any, subset_by_value: Any, kind: int, driver: Any
) -> None:
    refuse(
        f"scipy.linalg.{name}",
        "take all eigenvalues of one matrix, and then some of them",
        b=(b, None),
        subset_by_index=(subset_by_index, None),
        subset_by_value=(subset_by_value, None),
        type=(kind, 1),
        driver=(driver, None),
    )


@function("scipy.linalg")
def eigh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    eigvals_only: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    """Eigenvalues and vectors of symmetric matrices, as `scipy.linalg.eigh`; see that of NumPy.

    Raises:
        NotImplementedError: b, a subset, another type or a driver is given.

    >>> import autodiffx as adx
    >>> eigh(adx.Variable([[2.0, 0.0], [0.0, 1.0]]))[0].value
    array([1., 2.])
    """
    _require_plain_eigh("eigh", b, subset_by_index, subset_by_value, type, driver)
    x, triangle = _array(a, check_finite), "L" if lower else "U"
    return linalg.eigvalsh(x, triangle) if eigvals_only else tuple(linalg.eigh(x, triangle))


@function("scipy.linalg")
def eigvalsh(
    a: Any,
    b: Any = None,
    *,
    lower: bool = True,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    type: int = 1,
    check_finite: bool = True,
    subset_by_index: Any = None,
    subset_by_value: Any = None,
    driver: Any = None,
) -> Any:
    """Eigenvalues of symmetric matrices, as `scipy.linalg.eigvalsh`; raises as `eigh` does.

    >>> import autodiffx as adx
    >>> eigvalsh(adx.Variable([[2.0, 0.0], [0.0, 1.0]])).value
    array([1., 2.])
    """
    _require_plain_eigh("eigvalsh", b, subset_by_index, subset_by_value, type, driver)
    return linalg.eigvalsh(_array(a, check_finite), "L" if lower else "U")

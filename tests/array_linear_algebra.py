"""Calls of NumPy's linear algebra, with random matrices that are well conditioned for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from array_functions import Call, Sampler
from array_matrices import (
    Kind,
    apart,
    definite,
    line,
    lines,
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

__all__ = ["FUNCTIONS", "even", "real", "without_signs"]


def even(x: Any) -> Any:
    """The symmetric part."""
    return (x + np.swapaxes(x, -1, -2)) * 0.5


def real(x: Any) -> Any:
    """NumPy 2.5 gives complex arrays of real eigenvalues, which a Variable's are not."""
    return np.real(x) if isinstance(x, np.ndarray) else x


def without_signs(vectors: Any, axis: int = -2) -> Any:
    """Vectors whose signs are a matter of rounding, each times its first component."""
    first = vectors[..., :1, :] if axis == -2 else vectors[..., :1]
    return vectors * first


def of(function: Callable[..., Any], *kinds: Kind, **options: Any) -> Sampler:
    """Calls with NumPy's linear algebra."""
    return sampled(
        lambda arrays, **given: Call(lambda n, *xs: function(n.linalg, *xs), arrays, **given),
        kinds,
        **options,
    )


def eigh(la: Any, a: Any) -> Any:
    w, v = la.eigh(even(a))
    return w, without_signs(v)


def eig(la: Any, a: Any) -> Any:
    w, v = map(real, la.eig(a))
    return w, without_signs(v)


def svd(la: Any, a: Any, **options: Any) -> Any:
    u, s, vh = la.svd(a, **options)
    return without_signs(u), s, without_signs(vh, -1)


def thin(la: Any, a: Any) -> Any:
    return svd(la, a, full_matrices=False)


def tensorsolve(la: Any, a: Any, b: Any) -> Any:
    return la.tensorsolve(a.reshape(*a.shape, 1), b.reshape(*b.shape))


FUNCTIONS: dict[str, Sampler] = {
    "inv": of(lambda la, a: la.inv(a), regular),
    "solve": of(lambda la, a, b: la.solve(a, b), regular, right_sides),
    "solve-vector": of(lambda la, a, b: la.solve(a, b), regular, vector),
    "pinv-tall": of(lambda la, a: la.pinv(a), tall),
    "pinv-wide": of(lambda la, a: la.pinv(a), wide),
    "lstsq": of(lambda la, a, b: la.lstsq(a, b)[0], tall, line, batch=False, least=1),
    "lstsq-wide": of(lambda la, a, b: la.lstsq(a, b)[0], wide, right_sides, batch=False, least=1),
    "lstsq-residuals": of(lambda la, a, b: la.lstsq(a, b)[1], tall, lines, batch=False, least=1),
    "det": of(lambda la, a: la.det(a), square),
    "slogdet": of(lambda la, a: la.slogdet(a)[1], regular),
    "cholesky": of(lambda la, a: la.cholesky(even(a)), definite),
    "cholesky-upper": of(lambda la, a: la.cholesky(even(a), upper=True), definite),
    "qr": of(lambda la, a: la.qr(a), tall),
    "qr-wide": of(lambda la, a: la.qr(a), wide),
    "qr-r": of(lambda la, a: la.qr(a, mode="r"), wide),
    "eigh": of(eigh, spaced),
    "eigvalsh": of(lambda la, a: la.eigvalsh(even(a), UPLO="U"), spaced),
    "eig": of(eig, of_spectrum, least=1),
    "eigvals": of(lambda la, a: real(la.eigvals(a)), of_spectrum, least=1),
    "svd": of(thin, tall),
    "svd-wide": of(thin, wide),
    "svd-square": of(svd, regular),
    "svdvals": of(lambda la, a: la.svd(a, compute_uv=False), tall),
    "tensorinv": of(lambda la, a: la.tensorinv(a[..., None], 1), regular, batch=False, least=1),
    "tensorsolve": of(tensorsolve, regular, vector, batch=False, least=1),
    "matrix_power": of(lambda la, a: la.matrix_power(a, -2), regular),
    "matrix_norm": of(lambda la, a: la.matrix_norm(a, ord=2, keepdims=True), tall, least=1),
    "vector_norm": of(lambda la, a: la.vector_norm(a, axis=-1), tall, least=1),
    **{
        f"norm-{order}": of(
            lambda la, a, order=order: la.norm(a, order, axis=(-1, -2)), tall, least=1
        )
        for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
    "norm-of-all": of(lambda la, a: la.norm(a), tall, least=1),
    **{
        f"norm-of-vectors-{order}": of(
            lambda la, a, order=order: la.norm(a, order, axis=-1, keepdims=True), apart, least=1
        )
        for order in (1, 2, 3, 0.5, np.inf, -np.inf)
    },
    **{
        f"cond-{order}": of(lambda la, a, order=order: la.cond(a, order), regular, least=1)
        for order in (None, 1, -2, np.inf, "fro")
    },
    # What is computed is of low rank, however its factors are moved.
    "pinv-of-low-rank": of(lambda la, a, b: la.pinv(a @ b, rtol=1e-4), tall, wide),
}

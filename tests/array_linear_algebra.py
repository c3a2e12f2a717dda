"""Calls of NumPy's linear algebra, with matrices that it is well conditioned for."""

from __future__ import annotations

from typing import Any

import numpy as np

from array_functions import Call
from array_shapes import uniform

__all__ = ["CALLS"]

MATRIX = uniform(1, (3, 3)) + 3.0 * np.eye(3)
BATCH = uniform(2, (2, 3, 3)) + 3.0 * np.eye(3)
TALL, WIDE = uniform(3, (4, 3)), uniform(4, (2, 4))
SPREAD = 0.3 * uniform(5, (3, 3)) + np.diag([1.0, 3.0, 6.0])  # real eigenvalues, far apart


def gram(x: Any) -> Any:
    """A symmetric positive definite matrix."""
    return x @ np.swapaxes(x, -1, -2) + np.eye(3)


def call(function: Any, *arrays: Any) -> Call:
    """The call with NumPy's linear algebra."""
    return Call(lambda n, *xs: function(n.linalg, *xs), arrays, "linear algebra")


CALLS: dict[str, Call] = {
    "inv": call(lambda la, a: la.inv(a), BATCH),
    "solve": call(lambda la, a, b: la.solve(a, b), MATRIX, uniform(6, (3, 2))),
    "solve-vector": call(lambda la, a, b: la.solve(a, b), MATRIX, uniform(7, (3,))),
    "solve-batch": call(lambda la, a, b: la.solve(a, b), BATCH[:, None], uniform(8, (4, 3, 2))),
    "pinv-tall": call(lambda la, a: la.pinv(a), TALL),
    "pinv-wide": call(lambda la, a: la.pinv(a), WIDE),
    "lstsq": call(lambda la, a, b: la.lstsq(a, b)[0], TALL, uniform(9, (4,))),
    "lstsq-wide": call(lambda la, a, b: la.lstsq(a, b)[0], WIDE, uniform(10, (2, 3))),
    "lstsq-residuals": call(lambda la, a, b: la.lstsq(a, b)[1], TALL, uniform(11, (4, 2))),
    "det": call(lambda la, a: la.det(a), BATCH),
    "slogdet": call(lambda la, a: la.slogdet(a)[1], BATCH),
    "cholesky": call(lambda la, a: la.cholesky(gram(a)), BATCH),
    "cholesky-upper": call(lambda la, a: la.cholesky(gram(a), upper=True), MATRIX),
    "qr": call(lambda la, a: la.qr(a), TALL),
    "qr-wide": call(lambda la, a: la.qr(a), WIDE),
    "eigh": call(lambda la, a: la.eigh(gram(a)), SPREAD),
    "eigvalsh": call(lambda la, a: la.eigvalsh(gram(a)), SPREAD),
    # NumPy 2.5 gives complex arrays of real eigenvalues, which a Variable's are not.
    "eig": call(lambda la, a: tuple(map(np.real, la.eig(a))), SPREAD),
    "eigvals": call(lambda la, a: np.real(la.eigvals(a)), SPREAD),
    "svd": call(lambda la, a: la.svd(a, full_matrices=False), TALL),
    "svd-wide": call(lambda la, a: la.svd(a, full_matrices=False), WIDE),
    "svd-square": call(lambda la, a: la.svd(a), SPREAD),
    "svdvals": call(lambda la, a: la.svd(a, compute_uv=False), TALL),
    "tensorinv": call(lambda la, a: la.tensorinv(a.reshape(3, 1, 3), 2), MATRIX),
    "tensorsolve": call(lambda la, a, b: la.tensorsolve(a, b), MATRIX, uniform(12, (3,))),
    "matrix_power": call(lambda la, a: la.matrix_power(a, -2), MATRIX),
    **{
        f"norm-{order}": call(lambda la, a, order=order: la.norm(a, order), TALL)
        for order in (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
    },
    **{
        f"norm-of-vectors-{order}": call(lambda la, a, order=order: la.norm(a, order, axis=1), TALL)
        for order in (1, 2, 3, 0.5, np.inf, -np.inf)
    },
    **{
        f"cond-{order}": call(lambda la, a, order=order: la.cond(a, order), SPREAD)
        for order in (None, 1, -2, np.inf, "fro")
    },
}

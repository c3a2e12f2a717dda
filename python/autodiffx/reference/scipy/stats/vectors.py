"""Distributions of vectors and matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.numpy.given import array_of, together
from autodiffx.reference.scipy.stats.distribution import Fixed
from autodiffx.reference.scipy.stats.families import power_log
from autodiffx.reference.scipy.stats.family import arguments_of, refusal
from autodiffx.reference.scipy.stats.triangles import log_determinant, solved, triangle_of
from autodiffx.reference.shapes import dtype_of

__all__ = ["VECTORS", "Vectors"]

lgamma, log, log1p = map(FUNCTIONS.__getitem__, ("lgamma", "log", "log1p"))


def _joined(parts: list[Any]) -> Any:
    """Numbers and arrays of one shape along a new first axis."""
    return together(lambda *places: np.stack([np.asarray(p) for p in places]), parts, "stack")


def _common(*numbers: Any) -> Any:
    """The dtype of arrays beside each other: plain numbers take that of the arrays."""
    strong = [dtype_of(number) for number in numbers if type(number) is not float]
    return np.result_type(*strong) if strong else np.dtype(np.float64)


def _of(number: Any, dtype: Any, shape: tuple[int, ...]) -> Any:
    """A number or an array, reshaped."""
    return np.reshape(np.asarray(number, dtype) if type(number) is float else number, shape)


def _square(place: str, matrix: Any, length: int | None, dtype: Any) -> Any:
    """A matrix, of a number or a vector the diagonal one."""
    if np.size(matrix) == 1 and length in (None, 1):
        return _of(matrix, dtype, (1, 1))
    if np.ndim(matrix) == 0:
        return matrix * np.eye(length or 1, dtype=dtype)
    if np.ndim(matrix) == 1:
        matrix = np.diag(matrix)
    rows = length or np.shape(matrix)[0]
    if np.shape(matrix) != (rows, rows):
        raise ValueError(f"{place} takes a {rows} by {rows} matrix, not shape {np.shape(matrix)}")
    return matrix


def _vector(place: str, vector: Any, dtype: Any) -> Any:
    vector = _of(vector, dtype, (1,)) if np.size(vector) == 1 else vector
    if np.ndim(vector) != 1:
        raise ValueError(f"{place} takes a vector, not an array of shape {np.shape(vector)}")
    return vector


def _forms(place: str, x: Any, center: Any, matrix: Any) -> tuple[Any, Any, int]:
    """(x - center)^T matrix^-1 (x - center) for every point, log(det(matrix)), and the length."""
    matrix = 1.0 if matrix is None else matrix
    dtype = _common(x, matrix) if center is None else _common(x, matrix, center)
    if center is None:
        center = np.zeros(np.shape(matrix)[0] if np.ndim(matrix) > 1 else 1, dtype)
    center = _vector(place, center, dtype)
    length = np.shape(center)[0]
    matrix = _square(place, matrix, length, dtype)
    if np.ndim(x) < 2:
        x = _of(x, dtype, (-1, 1) if length == 1 else (1, -1))
    if np.shape(x)[-1] not in (1, length):
        raise ValueError(f"{place} has {length} components, but x has shape {np.shape(x)}")
    deviation = x - center
    triangle = triangle_of(matrix, place)
    total: Any = 0.0
    for z in solved(triangle, [deviation[..., i] for i in range(length)]):
        total = total + z * z
    return total, log_determinant(triangle), length


def _refuse_singular(place: str, allow_singular: Any) -> None:
    if allow_singular:
        raise NotImplementedError(f"{place} is not supported with allow_singular=True")


def _normal(place: str, x: Any, mean: Any, cov: Any, allow_singular: Any) -> Any:
    _refuse_singular(place, allow_singular)
    forms, log_det, length = _forms(place, x, mean, cov)
    return -0.5 * (forms + log_det + length * math.log(2.0 * math.pi))


def _student(place: str, x: Any, loc: Any, shape: Any, df: Any, allow_singular: Any) -> Any:
    _refuse_singular(place, allow_singular)
    df = 1.0 if df is None else df
    if np.ndim(df) != 0 or not df > 0.0 or not df < math.inf:
        raise ValueError(f"{place} takes a positive finite number for df")
    forms, log_det, length = _forms(place, x, loc, shape)
    constant = lgamma(0.5 * (df + length)) - lgamma(0.5 * df)
    constant = constant - 0.5 * length * log(math.pi * df) - 0.5 * log_det
    return constant - 0.5 * (df + length) * log1p(forms / df)


def _dirichlet(place: str, x: Any, alpha: Any) -> Any:
    if np.ndim(alpha) != 1 or not np.all(alpha > 0.0):
        raise ValueError(f"{place} takes a vector of positive numbers for alpha")
    length = np.shape(alpha)[0]
    if np.ndim(x) not in (1, 2) or np.shape(x)[0] not in (length, length - 1):
        raise ValueError(f"{place} takes points of {length} components, not shape {np.shape(x)}")
    parts = [x[i] for i in range(np.shape(x)[0])]
    parts = [float(part) if isinstance(part, np.generic) else part for part in parts]
    if len(parts) < length:
        rest: Any = 1.0
        for part in parts:
            rest = rest - part
        parts.append(rest)
    total: Any = 0.0
    value: Any = 0.0
    for i, part in enumerate(parts):
        total = total + part
        if np.any(part < 0.0) or np.any(part > 1.0):
            raise ValueError(f"{place} takes components between 0 and 1")
        if np.any(FUNCTIONS["equal"](part, 0.0)) and alpha[i] < 1.0:
            raise ValueError(f"{place}: a component is 0 whose alpha is less than 1")
        value = value + power_log(alpha[i] - 1.0, part) - lgamma(alpha[i])
    single = dtype_of(x) == np.float32
    if np.any(abs(total - 1.0) > (1e-6 * length if single else 1e-9)):
        raise ValueError(f"{place} takes components that add up to 1")
    return value + lgamma(np.sum(alpha))


def _wishart(place: str, x: Any, df: Any, scale: Any) -> Any:
    scale = 1.0 if scale is None else scale
    dtype = _common(x, scale)
    scale = _square(place, scale, None, dtype)
    length = np.shape(scale)[0]
    df = float(length) if df is None else df
    if np.ndim(df) != 0:
        raise ValueError(f"{place} takes a number for df")
    if not df > length - 1:
        raise ValueError(f"{place} takes a df greater than {length - 1}")
    if np.ndim(x) == 0:
        x = x * np.eye(length, dtype=dtype)
    elif np.ndim(x) == 1:
        x = np.reshape(x, (1, 1, -1)) if length == 1 else np.diag(x)
    if np.ndim(x) not in (2, 3) or np.shape(x)[:2] != (length, length):
        raise ValueError(f"{place} takes {length} by {length} matrices, not {np.shape(x)}")
    points = [x] if np.ndim(x) == 2 else [x[:, :, i] for i in range(np.shape(x)[2])]
    triangle = triangle_of(scale, place)
    constant = 0.5 * df * (length * math.log(2.0) + log_determinant(triangle))
    constant = constant + 0.25 * length * (length - 1) * math.log(math.pi)
    for i in range(length):
        constant = constant + lgamma(0.5 * (df - i))
    values = []
    for point in points:
        root = triangle_of(point, place)
        trace: Any = 0.0
        for j in range(length):  # trace(scale^-1 R R^T) is what is left of each column of R
            column = [0.0] * j + [row[j] for row in root[j:]]
            for z in solved(triangle, column):
                trace = trace + z * z
        values.append(0.5 * ((df - length - 1.0) * log_determinant(root) - trace) - constant)
    return _joined(values) if np.ndim(x) == 3 else values[0]


Formula = Callable[..., Any]
_ELLIPTICAL = {"allow_singular": False}
VECTORS: dict[str, tuple[Formula, tuple[str, ...], dict[str, Any]]] = {
    "multivariate_normal": (
        _normal, ("mean", "cov", "allow_singular"), {"mean": None, "cov": 1.0, **_ELLIPTICAL}
    ),
    "multivariate_t": (
        _student,
        ("loc", "shape", "df", "allow_singular"),
        {"loc": None, "shape": 1.0, "df": 1.0, **_ELLIPTICAL},
    ),
    "dirichlet": (_dirichlet, ("alpha",), {}),
    "wishart": (_wishart, ("df", "scale"), {}),
}  # fmt: skip


class Vectors:
    """pdf and logpdf of a distribution of vectors or matrices.

    >>> from autodiffx.reference import Variable
    >>> from autodiffx.reference.scipy.stats import multivariate_normal
    >>> x = Variable([1.0, 2.0])
    >>> multivariate_normal.logpdf(x, [0.0, 0.0], [1.0, 2.0]).backward()
    >>> x.grad
    array([-1., -1.])
    """

    def __init__(self, name: str, row: tuple[Formula, tuple[str, ...], dict[str, Any]]) -> None:
        self.name = name
        self.formula, self.parameters, self.defaults = row

    def __call__(self, *args: Any, **kwds: Any) -> Any:
        """The distribution with its parameters fixed: methods take the point alone."""
        return Fixed(self, args, kwds)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method.startswith("_"):
            raise AttributeError(method)

        def unsupported(*args: Any, **kwds: Any) -> Any:
            raise refusal(self.name, method, ("logpdf", "pdf"))

        return unsupported

    def logpdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The logarithm of the density."""
        place = f"{self.name}.logpdf"
        parameters = arguments_of(place, self.parameters, self.defaults, args, kwds)
        value = self.formula(place, array_of(x, place), *parameters)
        lengths = tuple(length for length in np.shape(value) if length != 1)
        return value if np.shape(value) == lengths else np.copy(np.reshape(value, lengths))

    def pdf(self, x: Any, *args: Any, **kwds: Any) -> Any:
        """The density."""
        return FUNCTIONS["exp"](self.logpdf(x, *args, **kwds))

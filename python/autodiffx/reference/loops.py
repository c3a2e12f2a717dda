"""Rules over arrays: NumPy's own loops where it has the function, else element by element."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.number import FLOAT64, Array, settled
from autodiffx.reference.rule import Number, Rule
from autodiffx.reference.shapes import broadcast_shape, common_dtype, shape_of

__all__ = ["LOOPS", "computed", "evaluate"]

# Operators that NumPy has as a ufunc of the same name.
_UFUNCS = (
    "absolute", "add", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh",
    "cbrt", "ceil", "copysign", "cos", "cosh", "deg2rad", "divide", "equal", "exp", "exp2",
    "expm1", "floor", "floor_divide", "fmax", "fmin", "greater", "greater_equal", "hypot",
    "isfinite", "isinf", "isnan", "less", "less_equal", "log", "log10", "log1p", "log2",
    "logaddexp", "logical_and", "logical_not", "logical_or", "maximum", "minimum", "multiply",
    "negative", "not_equal", "positive", "power", "rad2deg", "reciprocal", "remainder", "rint",
    "sign", "sin", "sinh", "sqrt", "square", "subtract", "tan", "tanh", "trunc",
)  # fmt: skip


def _where(condition: Array, x: Array, y: Array) -> Array:
    return np.where(condition != 0, x, y)


def _zero_safe_product(a: Array, b: Array) -> Array:
    return np.where((a == 0) | (b == 0), np.zeros((), a.dtype), a * b)


LOOPS: dict[str, Any] = {
    **{name: getattr(np, name) for name in _UFUNCS},
    "clip": np.clip,
    "where": _where,
    "zero_safe_product": _zero_safe_product,
}


def evaluate(rule: Rule, *operands: Number) -> Number:
    """The rule's value for plain operands: floats, arrays, or some of each."""
    dtype = common_dtype(rule.name, operands)
    if dtype is None:
        return rule.primal(*map(float, operands))
    return computed(rule, dtype, operands)


def computed(rule: Rule, dtype: np.dtype[Any], operands: tuple[Number, ...]) -> Number:
    """The rule's value in one dtype, of the operands' common shape.

    Raises:
        ValueError: they have none.
    """
    shape = broadcast_shape(map(shape_of, operands))
    with np.errstate(all="ignore"):
        arrays = [np.asarray(operand, dtype=dtype) for operand in operands]
        loop = LOOPS.get(rule.name)
        found = loop(*arrays) if loop else _elementwise(rule, arrays, shape).astype(dtype)
    return settled(np.asarray(found))


def _elementwise(rule: Rule, arrays: list[Array], shape: tuple[int, ...]) -> Array:
    """The scalar rule for one element after another."""
    columns = [np.broadcast_to(array, shape).ravel().tolist() for array in arrays]
    elements = [rule.primal(*row) for row in zip(*columns, strict=True)]
    return np.array(elements, dtype=FLOAT64).reshape(shape)

"""What NumPy calls when its own functions are given a Series."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import OPS
from autodiffx.series.linear import JOINT, LINEAR, jointly, series_in
from autodiffx.series.multilinear import PRODUCTS, einsum, inverse, solve
from autodiffx.series.reductions import REDUCTIONS
from autodiffx.series.series import Series, combined

__all__ = ["apply_function", "apply_ufunc"]

# Functions of the values alone: places, shapes, decisions.
BY_VALUE = frozenset(
    (
        np.all, np.allclose, np.any, np.argmax, np.argmin, np.argsort, np.argwhere, np.array_equal,
        np.count_nonzero, np.digitize, np.empty_like, np.flatnonzero, np.isclose, np.iscomplexobj,
        np.isrealobj, np.ndim, np.nonzero, np.ones_like, np.result_type, np.searchsorted, np.shape,
        np.size, np.zeros_like,
    )
)  # fmt: skip

FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    **LINEAR,
    **PRODUCTS,
    **REDUCTIONS,
    np.einsum: einsum,
    np.fix: lambda x: OPS["trunc"](x),
    np.linalg.inv: inverse,
    np.linalg.solve: solve,
    np.real: lambda x: x,
    np.sinc: lambda x: OPS["sinc"](x),
}

METHODS: dict[tuple[Any, str], Callable[..., Any]] = {
    (np.add, "reduce"): np.sum,
    (np.add, "accumulate"): np.cumsum,
    (np.maximum, "reduce"): np.max,
    (np.minimum, "reduce"): np.min,
    (np.multiply, "reduce"): np.prod,
    (np.multiply, "accumulate"): np.cumprod,
}


def _refused(name: str) -> NotImplementedError:
    return NotImplementedError(
        f"{name} of a Series of taylor() is not supported: write it with operators and functions "
        "that are, or take the derivatives with nested grad"
    )


def _values(arguments: Any) -> Any:
    if isinstance(arguments, Series):
        return arguments.value
    if isinstance(arguments, (tuple, list)):
        return type(arguments)([_values(each) for each in arguments])
    return arguments


def apply_function(function: Any, args: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    """What a function of NumPy does with Series.

    Raises:
        NotImplementedError: it is not supported, with its name.
    """
    if function in BY_VALUE:
        return function(*_values(args), **{key: _values(x) for key, x in keywords.items()})
    if function in JOINT:
        return jointly(function, args, keywords)
    if function in FUNCTIONS:
        return FUNCTIONS[function](*args, **keywords)
    if function is np.full_like and not series_in((args[1:], keywords)):
        return function(_values(args[0]), *args[1:], **keywords)
    module = getattr(function, "__module__", None) or "numpy"
    raise _refused(f"{module}.{function.__name__}")


def apply_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """What a ufunc, or a method of one, does with Series; raises as apply_function."""
    name = ufunc.__name__
    if any(x is not None for x in keywords.values()) and method == "__call__":
        raise NotImplementedError(
            f"numpy.{name} of a Series takes no {'=, '.join(keywords)}=: the result is a new one"
        )
    if method != "__call__":
        if (ufunc, method) not in METHODS:
            raise _refused(f"numpy.{name}.{method}")
        given = dict(zip(("axis", "dtype", "out"), inputs[1:], strict=False)) | keywords
        given = {
            "axis": 0,
            **{key: x for key, x in given.items() if x is not None or key == "axis"},
        }
        return METHODS[ufunc, method](inputs[0], **given)
    if ufunc in PRODUCTS:
        return PRODUCTS[ufunc](*inputs)
    if ufunc is np.conjugate:
        return inputs[0]
    if ufunc is np.divmod:
        return combined("floor_divide", inputs), combined("remainder", inputs)
    if name in OPS and OPS[name].public:
        return getattr(_core, name)(*inputs)
    if hasattr(_core, name):  # another name of an operator, such as SciPy's
        return getattr(_core, name)(*inputs)
    raise _refused(f"numpy.{name}")

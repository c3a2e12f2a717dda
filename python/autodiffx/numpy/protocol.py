"""What NumPy calls when its own functions are given Variables."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Variable
from autodiffx.numpy.arrays import as_array, join_new
from autodiffx.numpy.cumulative import cumprod, cumsum
from autodiffx.numpy.deciding import all, any
from autodiffx.numpy.dispatch import SUPPORTED, any_foreign, refuse_keywords
from autodiffx.numpy.elementwise import UFUNCS
from autodiffx.numpy.exponentials import logsumexp
from autodiffx.numpy.products import matmul, matvec, vecdot, vecmat
from autodiffx.numpy.reductions import max, min, prod, sum
from autodiffx.numpy.unsupported import reason_for
from autodiffx.numpy.writing import write_at, write_result

__all__ = ["apply_function", "apply_ufunc"]

UFUNCS.update({np.matmul: matmul, np.matvec: matvec, np.vecdot: vecdot, np.vecmat: vecmat})

REDUCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.add: sum,
    np.multiply: prod,
    np.maximum: max,
    np.minimum: min,
    np.logical_and: all,
    np.logical_or: any,
}
ACCUMULATIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    np.add: cumsum,
    np.multiply: cumprod,
}
LOGIC = {"bitwise_and": "__and__", "bitwise_or": "__or__", "bitwise_xor": "__xor__"}


def _has_arrays(objects: Any) -> bool:
    for each in objects:
        if isinstance(each, (tuple, list)):
            if _has_arrays(each):
                return True
        elif isinstance(each, (Variable, np.ndarray)) and np.ndim(each):
            return True
    return False


def _refuse(name: str, arguments: Any) -> Exception:
    text = f"{name} of Variables is not supported: {reason_for(name)}"
    return NotImplementedError(text) if _has_arrays(arguments) else TypeError(text)


def full_name(function: Callable[..., Any]) -> str:
    """The name under which users know a function of NumPy."""
    module = getattr(function, "__module__", None) or "numpy"
    return f"{module}.{function.__name__}"


def apply_function(
    function: Callable[..., Any], arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """What a function of NumPy does with Variables.

    Raises:
        NotImplementedError: it is not supported, with its name and what to use instead (TypeError
            if all Variables are numbers).
    """
    if any_foreign((*arguments, *keywords.values())):
        return NotImplemented  # it is theirs
    traced = SUPPORTED.get(function)
    if traced is None:
        raise _refuse(full_name(function), (*arguments, *keywords.values()))
    return traced(*arguments, **keywords)


def apply_ufunc(
    ufunc: np.ufunc, method: str, inputs: tuple[Any, ...], keywords: dict[str, Any]
) -> Any:
    """What a ufunc, or a method of one, does with Variables; raises as apply_function."""
    if any_foreign(inputs):
        return NotImplemented  # it is theirs
    name = f"numpy.{ufunc.__name__}"
    if _is_scipys(ufunc):  # behind some of its functions stand ufuncs with an underscore
        name = f"scipy.special.{ufunc.__name__.lstrip('_')}"
    if method == "__call__":
        out, where = keywords.pop("out", None), keywords.pop("where", True)
        if out is not None:
            return write_result(ufunc, name, inputs, out, where, keywords)
        if where is not True:
            raise TypeError(
                f"{name} of Variables takes where= only together with out=, for what it leaves out "
                "would be anything: take np.where, or give out= an array to write into"
            )
        return _call(ufunc, name, inputs, keywords)
    whole = f"{name}.{method}"
    if method == "at" and len(inputs) == 3:
        return write_at(ufunc, whole, *inputs)
    if method in ("reduceat", "at") or ufunc.nin != 2 or ufunc.nout != 1 or ufunc.signature:
        raise _refuse(whole, inputs)
    if method == "outer":
        _refuse_all(whole, keywords)
        x, y = map(as_array, inputs)
        return _call(ufunc, name, (x.reshape((*x.shape, *(1,) * y.ndim)), y), {})
    x = as_array(inputs[0])
    if x.ndim == 0:
        raise TypeError(f"cannot {method} on a scalar")
    given = dict(zip(("axis", "dtype", "out"), inputs[1:], strict=False)) | keywords
    refuse_keywords(f"{ufunc.__name__}.{method}", out=given.pop("out", None))
    dtype = given.pop("dtype", None)
    x = x if dtype is None else x.astype(dtype)
    axis = given.pop("axis", 0)
    if method == "accumulate":
        _refuse_all(whole, given)
        if ufunc in ACCUMULATIONS:
            return ACCUMULATIONS[ufunc](x, axis)
        return _folded(ufunc, name, x, axis, True)
    if ufunc in REDUCTIONS:
        return REDUCTIONS[ufunc](x, axis, **given)
    if ufunc is np.logaddexp and not set(given) - {"keepdims"}:
        return logsumexp(x, axis, **given)
    kept = given.pop("keepdims", False)
    _refuse_all(whole, given)
    if isinstance(axis, tuple) or axis is None:
        raise NotImplementedError(f"{whole} of Variables along several axes: take one at a time")
    result = _folded(ufunc, name, x, axis, False)
    return (
        result.reshape([1 if i == axis % x.ndim else n for i, n in enumerate(x.shape)])
        if (kept)
        else result
    )


def _is_scipys(ufunc: np.ufunc) -> bool:
    """Whether it is one of scipy.special, which whoever calls it has imported."""
    special = sys.modules.get("scipy.special")
    name = ufunc.__name__
    # Some of SciPy's functions are in Python, and call ufuncs that are not public.
    private = getattr(special, "_ufuncs", None)
    return getattr(special, name, None) is ufunc or getattr(private, name, None) is ufunc


def _refuse_all(name: str, keywords: dict[str, Any]) -> None:
    if keywords:
        raise TypeError(f"{name} of Variables takes no {'=, '.join(keywords)}=")


def _folded(ufunc: np.ufunc, name: str, x: Any, axis: int, every: bool) -> Any:
    """Slice by slice along an axis."""
    at = (slice(None),) * (axis % x.ndim)
    if x.shape[axis] == 0:
        raise ValueError(
            f"zero-size array to reduction operation {ufunc.__name__} which has no identity"
        )
    found = [x[(*at, 0)]]
    for i in range(1, x.shape[axis]):
        found.append(_call(ufunc, name, (found[-1], x[(*at, i)]), {}))
    return join_new(found, axis % x.ndim) if every else found[-1]


def _call(ufunc: np.ufunc, name: str, inputs: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
    if ufunc in UFUNCS:
        refuse_keywords(ufunc.__name__, **keywords)
        return UFUNCS[ufunc](*inputs)
    if _is_scipys(ufunc):
        import autodiffx.scipy.special  # noqa: F401  # its functions become known

        if ufunc in SUPPORTED:
            _refuse_all(name, keywords)
            return SUPPORTED[ufunc](*inputs)
        raise _refuse(name, inputs)
    if ufunc.__name__ in LOGIC:
        first, second = inputs if isinstance(inputs[0], Variable) else inputs[::-1]
        method = getattr(type(first), LOGIC[ufunc.__name__])
        result = method(first, second)
        if result is NotImplemented:
            raise TypeError(
                f"{name} of Variables takes boolean arrays, as comparisons give them: for numbers "
                "use np.logical_and, np.logical_or and the like"
            )
        return result
    if ufunc is np.invert:
        if as_array(inputs[0]).dtype != np.bool_:
            raise TypeError(f"{name} of Variables takes a boolean array, as comparisons give it")
        return ~inputs[0]
    if ufunc.__name__ in _core.OPS or hasattr(_core, ufunc.__name__):
        refuse_keywords(ufunc.__name__, **keywords)
        return getattr(_core, ufunc.__name__)(*inputs)
    if keywords:
        refuse_keywords(ufunc.__name__, **keywords)
        return ufunc(*inputs)  # under another name, perhaps
    raise _refuse(name, inputs)

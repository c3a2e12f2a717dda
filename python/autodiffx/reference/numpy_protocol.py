"""NumPy's functions, called on what is more than a float, do what the functions here do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.arrangement import Arranged
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, full_name
from autodiffx.reference.number import FLOAT64, Array, is_plain
from autodiffx.reference.shapes import is_array

__all__ = ["ARRANGEMENTS", "NumpyProtocol"]

# Where NumPy's or SciPy's name for a ufunc is another one.
_UFUNC_NAMES = {
    "fabs": "absolute",
    "float_power": "power",
    "log_expit": "log_sigmoid",
    "psi": "digamma",
}

_LOGICAL: dict[str, Callable[..., Any]] = {
    "bitwise_and": Arithmetic.__and__,
    "bitwise_or": Arithmetic.__or__,
    "bitwise_xor": Arithmetic.__xor__,
    "invert": Arithmetic.__invert__,
}

_ARRAY_FUNCTIONS: dict[Callable[..., Any], str] = {
    np.sinc: "sinc",
    np.clip: "clip",
    np.round: "round",
    np.around: "round",
}

# Functions of NumPy's that move elements of their first argument, and the operator's name where
# they copy whatever it is.
ARRANGEMENTS: dict[Callable[..., Any], str] = {
    **dict.fromkeys(
        (
            np.broadcast_to, np.diagonal, np.expand_dims, np.flip, np.fliplr, np.flipud,
            np.matrix_transpose, np.moveaxis, np.ravel, np.reshape, np.rollaxis, np.rot90,
            np.squeeze, np.swapaxes, np.transpose,
        ),
        "gather",
    ),
    np.copy: "copy",
    np.delete: "delete",
    np.repeat: "repeat",
    np.resize: "resize",
    np.roll: "roll",
    np.take: "take",
    np.take_along_axis: "take_along_axis",
    np.tile: "tile",
}  # fmt: skip
_FIRST = ("a", "array", "arr", "m", "A", "x")  # how NumPy names that argument


def _size(a: Any, axis: int | None = None) -> int:
    return int(a.size if axis is None else a.shape[axis])


_ATTRIBUTES: dict[Callable[..., Any], Callable[..., Any]] = {
    np.ndim: lambda a: a.ndim,
    np.shape: lambda a: a.shape,
    np.size: _size,
}


class NumpyProtocol(Arithmetic):
    """Answers NumPy, and refuses to become an array where that would drop a derivative."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if method in ("reduce", "accumulate", "outer", "at"):
            from autodiffx.reference.numpy.ufuncs import METHODS

            return METHODS[method](ufunc, *inputs, **options)
        if method == "__call__" and "out" in options and not set(options) - {"out", "where"}:
            from autodiffx.reference.numpy.ufuncs import written

            return written(ufunc, inputs, **options)
        if _is_scipys(ufunc):
            import autodiffx.reference.scipy.special  # noqa: F401  # its functions become known
        if ufunc in IMPLEMENTATIONS and method == "__call__":
            return IMPLEMENTATIONS[ufunc](*inputs, **options)
        if options or method != "__call__":
            used = ", ".join(options) if options else f"the method {method!r}"
            raise (TypeError if options else _refused(inputs))(
                f"np.{ufunc.__name__} with {used} is not supported on a {type(self).__name__}: "
                "call it with operands only"
            )
        if ufunc.__name__ in _LOGICAL:
            return self._logical(ufunc.__name__, inputs)
        function = FUNCTIONS.get(_UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__))
        if function is None:
            name = f"np.{ufunc.__name__}"
            if _is_scipys(ufunc):  # behind some of its functions stand ufuncs with an underscore
                name = f"scipy.special.{ufunc.__name__.lstrip('_')}"
            raise _refused(inputs)(
                f"{name} is not supported on a {type(self).__name__}: "
                "there is no operator of this name"
            )
        beside_array = _is_any_array(inputs)
        for operand in inputs:
            if isinstance(operand, Arithmetic) or is_plain(operand):
                continue
            if not (beside_array and isinstance(operand, (list, tuple))):
                raise TypeError(
                    f"unsupported operand type for np.{ufunc.__name__} beside a "
                    f"{type(self).__name__}: {type(operand).__name__!r}"
                )
        if ufunc is np.float_power:  # which computes in float64 at least
            inputs = tuple(
                [o.astype(FLOAT64, copy=False) if hasattr(o, "astype") else o for o in inputs]
            )
        return function(*inputs)

    def _logical(self, name: str, inputs: tuple[Any, ...]) -> Any:
        """The first operand may be NumPy's, and the operators here do not mind the order."""
        others = [operand for operand in inputs if operand is not self]
        found = _LOGICAL[name](self, *(others or inputs[1:]))
        if found is NotImplemented:
            raise TypeError(
                f"np.{name} is supported on booleans only: "
                f"a {type(self).__name__} of {self.dtype} is not boolean"
            )
        return found

    def __array_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        if func in _ATTRIBUTES:
            return _ATTRIBUTES[func](*args, **kwargs)
        if func in IMPLEMENTATIONS:
            return IMPLEMENTATIONS[func](*args, **kwargs)
        if func in ARRANGEMENTS:
            return _rearranged(func, args, dict(kwargs))
        name = _ARRAY_FUNCTIONS.get(func)
        if name is None:
            raise _refused((*args, *kwargs.values()))(
                f"{full_name(func)} is not supported on a {type(self).__name__}: "
                "use an operator of autodiffx, or x.value for the plain number"
            )
        if func is np.clip:
            return _clipped(*args, **kwargs)
        return FUNCTIONS[name](*args, **kwargs)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        return np.asarray(float(self), dtype=dtype)


def _is_scipys(ufunc: np.ufunc) -> bool:
    """True for a ufunc of scipy.special, which whoever calls it has imported."""
    special = sys.modules.get("scipy.special")
    # Some of SciPy's functions are in Python, and call ufuncs that are not public.
    modules = (special, getattr(special, "_ufuncs", None))
    return any(getattr(module, ufunc.__name__, None) is ufunc for module in modules)


def _is_any_array(values: Any) -> bool:
    """True where an array is involved, also inside lists."""
    return any(
        is_array(value)
        if isinstance(value, Arithmetic)
        else np.ndim(value) > 0
        if isinstance(value, np.ndarray)
        else isinstance(value, (list, tuple)) and _is_any_array(value)
        for value in values
    )


def _refused(operands: Any) -> type[Exception]:
    return NotImplementedError if _is_any_array(operands) else TypeError


def _rearranged(func: Callable[..., Any], args: tuple[Any, ...], options: dict[str, Any]) -> Any:
    if args:
        operand, args = args[0], args[1:]
    else:
        operand = options.pop(next((key for key in _FIRST if key in options), ""), None)
    if not isinstance(operand, Arranged):
        raise NotImplementedError(
            f"np.{func.__name__} takes plain arguments beside the array, not a Variable"
        )
    if options.pop("out", None) is not None:
        raise NotImplementedError(
            f"np.{func.__name__} with out is not supported on a {type(operand).__name__}: "
            "assign the result"
        )
    return operand.arranged(lambda a: func(a, *args, **options), ARRANGEMENTS[func])


def _clipped(a: Any, a_min: Any = None, a_max: Any = None, **options: Any) -> Any:
    """NumPy's names for the bounds, either of which may be left out."""
    low, high = options.pop("min", a_min), options.pop("max", a_max)
    if options:
        used = ", ".join(options)
        raise NotImplementedError(f"np.clip with {used} is not supported: call it with bounds only")
    if low is None or high is None:
        bounded = a if low is None else FUNCTIONS["maximum"](a, low)
        return bounded if high is None else FUNCTIONS["minimum"](bounded, high)
    return FUNCTIONS["clip"](a, low, high)

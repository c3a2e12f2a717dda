"""NumPy's functions, called on what is more than a float, do what the functions here do."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.number import is_number

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

__all__ = ["NumpyProtocol"]

# Where NumPy's or SciPy's name for a ufunc is another one.
_UFUNC_NAMES = {
    "fabs": "absolute",
    "float_power": "power",
    "log_expit": "log_sigmoid",
    "psi": "digamma",
}

_ARRAY_FUNCTIONS: dict[Callable[..., Any], str] = {
    np.sinc: "sinc",
    np.where: "where",
    np.clip: "clip",
    np.round: "round",
    np.around: "round",
}


class NumpyProtocol(Arithmetic):
    """Answers NumPy, and refuses to become an array where that would drop a derivative."""

    __slots__ = ()

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        if options or method != "__call__":
            used = ", ".join(options) if options else f"the method {method!r}"
            raise TypeError(
                f"np.{ufunc.__name__} with {used} is not supported on a {type(self).__name__}: "
                "call it with operands only"
            )
        function = FUNCTIONS.get(_UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__))
        if function is None:
            raise TypeError(
                f"np.{ufunc.__name__} is not supported on a {type(self).__name__}: "
                "there is no operator of this name"
            )
        for operand in inputs:
            if not isinstance(operand, Arithmetic) and not is_number(operand):
                raise TypeError(
                    f"unsupported operand type for np.{ufunc.__name__} beside a "
                    f"{type(self).__name__}: {type(operand).__name__!r}"
                )
        return function(*inputs)

    def __array_function__(
        self,
        func: Callable[..., Any],
        types: tuple[type, ...],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Any:
        name = _ARRAY_FUNCTIONS.get(func)
        if name is None:
            raise TypeError(
                f"np.{func.__name__} is not supported on a {type(self).__name__}: "
                "use an operator of autodiffx, or x.value for the plain number"
            )
        return FUNCTIONS[name](*args, **kwargs)

    def __array__(
        self, dtype: DTypeLike | None = None, copy: bool | None = None
    ) -> np.ndarray[Any, Any]:
        return np.asarray(float(self), dtype=dtype)

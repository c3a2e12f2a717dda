"""Series: a number or an array with its Taylor coefficients along a direction."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np

from autodiffx._core import OPS, Dual, Variable
from autodiffx.series.products import trimmed
from autodiffx.series.system import solve

__all__ = ["Series", "combined", "is_number", "level_of", "parts"]

# What it has as methods: functions of numpy of the same name.
METHODS = frozenset(
    (
        "all", "any", "argmax", "argmin", "argsort", "clip", "copy", "cumprod", "cumsum",
        "diagonal", "dot", "max", "mean", "min", "nonzero", "prod", "ravel", "repeat",
        "reshape", "round", "sort", "squeeze", "std", "sum", "swapaxes", "take", "trace",
        "var",
    )
)  # fmt: skip


class Series:
    """c_0 + c_1 t + c_2 t**2 + ... up to an order; what `taylor` gives to a function.

    Operators, the functions of the table and NumPy's functions take it for a number or an array.
    Comparisons, conditions and places are those of its value, c_0. It is never written into.

    Args:
        coefficients: from c_0 on. None stands for zero; those that are missing are zero.
        order: the highest power that counts.
        level: of the call that it belongs to. To a higher level it is a constant.
    """

    __slots__ = ("coefficients", "level", "order")

    def __init__(self, coefficients: Sequence[Any], order: int, level: int) -> None:
        found = trimmed(coefficients)
        shape = np.shape(found[0])
        self.coefficients = [
            c if c is None or np.shape(c) == shape else np.broadcast_to(c, shape) for c in found
        ]
        self.order = order
        self.level = level

    def like(self, coefficients: Sequence[Any]) -> Series:
        """Other coefficients of the same call."""
        return Series(coefficients, self.order, self.level)

    def mapped(self, linear: Callable[[Any], Any]) -> Series:
        """What a linear function makes of it: it is applied to each coefficient."""
        return self.like([None if c is None else linear(c) for c in self.coefficients])

    @property
    def value(self) -> Any:
        """The value at t = 0, without the other coefficients."""
        return self.coefficients[0]

    def __repr__(self) -> str:
        shown = ", ".join("0.0" if c is None else repr(c) for c in self.coefficients)
        return f"<Series of order {self.order}: {shown}>"

    # ---- operators -----------------------------------------------------------------------------

    def __autodiffx_apply__(self, name: str, operands: tuple[Any, ...]) -> Any:
        return combined(name, operands)

    def __add__(self, other: Any) -> Any:
        return combined("add", (self, other))

    def __radd__(self, other: Any) -> Any:
        return combined("add", (other, self))

    def __sub__(self, other: Any) -> Any:
        return combined("subtract", (self, other))

    def __rsub__(self, other: Any) -> Any:
        return combined("subtract", (other, self))

    def __mul__(self, other: Any) -> Any:
        return combined("multiply", (self, other))

    def __rmul__(self, other: Any) -> Any:
        return combined("multiply", (other, self))

    def __truediv__(self, other: Any) -> Any:
        return combined("divide", (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return combined("divide", (other, self))

    def __floordiv__(self, other: Any) -> Any:
        return combined("floor_divide", (self, other))

    def __rfloordiv__(self, other: Any) -> Any:
        return combined("floor_divide", (other, self))

    def __mod__(self, other: Any) -> Any:
        return combined("remainder", (self, other))

    def __rmod__(self, other: Any) -> Any:
        return combined("remainder", (other, self))

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __pow__(self, other: Any) -> Any:
        return combined("power", (self, other))

    def __rpow__(self, other: Any) -> Any:
        return combined("power", (other, self))

    def __matmul__(self, other: Any) -> Any:
        return np.matmul(self, other) if is_number(other) else NotImplemented

    def __rmatmul__(self, other: Any) -> Any:
        return np.matmul(other, self) if is_number(other) else NotImplemented

    def __neg__(self) -> Any:
        return combined("negative", (self,))

    def __pos__(self) -> Any:
        return combined("positive", (self,))

    def __abs__(self) -> Any:
        return combined("absolute", (self,))

    def __lt__(self, other: Any) -> Any:
        return combined("less", (self, other))

    def __le__(self, other: Any) -> Any:
        return combined("less_equal", (self, other))

    def __gt__(self, other: Any) -> Any:
        return combined("greater", (self, other))

    def __ge__(self, other: Any) -> Any:
        return combined("greater_equal", (self, other))

    def __eq__(self, other: Any) -> Any:
        return combined("equal", (self, other))

    def __ne__(self, other: Any) -> Any:
        return combined("not_equal", (self, other))

    __hash__ = object.__hash__

    def _in_place(self, operator: str, found: Any) -> Any:
        if self.ndim and found is not NotImplemented:
            raise TypeError(
                f"x {operator}= y would write into an array that taylor() gave: write "
                f"x = x {operator} y"
            )
        return found

    def __iadd__(self, other: Any) -> Any:
        return self._in_place("+", self + other)

    def __isub__(self, other: Any) -> Any:
        return self._in_place("-", self - other)

    def __imul__(self, other: Any) -> Any:
        return self._in_place("*", self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self._in_place("/", self / other)

    def __ifloordiv__(self, other: Any) -> Any:
        return self._in_place("//", self // other)

    def __imod__(self, other: Any) -> Any:
        return self._in_place("%", self % other)

    def __ipow__(self, other: Any) -> Any:
        return self._in_place("**", self**other)

    def __imatmul__(self, other: Any) -> Any:
        return self._in_place("@", self @ other)

    # ---- what is decided by the value ----------------------------------------------------------

    def __bool__(self) -> bool:
        return bool(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __floor__(self) -> int:
        found: int = math.floor(self.value)
        return found

    def __ceil__(self) -> int:
        found: int = math.ceil(self.value)
        return found

    def __trunc__(self) -> int:
        found: int = math.trunc(self.value)
        return found

    def __round__(self, digits: int | None = None) -> Any:
        return np.round(self, digits or 0)

    def __float__(self) -> float:
        raise TypeError(
            "float() of a Series would drop its coefficients without a word: use .value if that is "
            "meant, or adx.sin and the like in place of math.sin"
        )

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        raise TypeError(
            "NumPy would make plain numbers of a Series and drop its coefficients: use "
            "np.stack or anp.array to make an array of several, or .value"
        )

    # ---- arrays --------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.value)

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def dtype(self) -> Any:
        return getattr(self.value, "dtype", np.dtype(np.float64))

    @property
    def T(self) -> Any:
        return np.transpose(self)

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a Series that is one number")
        return self.shape[0]

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        if not self.ndim:
            raise TypeError("indexing of a Series that is one number")
        return self.mapped(lambda c: _number(c[key]))

    def __setitem__(self, key: Any, value: Any) -> None:
        raise TypeError(
            "a Series is never written into: make the array of its parts with np.where, "
            "np.concatenate or np.stack"
        )

    def astype(self, dtype: Any, **keywords: Any) -> Any:
        """In another dtype; the integers that it would be rounded to are plain numbers."""
        if np.dtype(dtype).kind != "f":
            return self.value.astype(dtype, **keywords)
        return self.mapped(lambda c: c.astype(dtype, **keywords))

    def reshape(self, *shape: Any, order: Any = "C") -> Any:
        """With other lengths of axes, in one tuple or one by one."""
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, order=order)

    def transpose(self, *axes: Any) -> Any:
        """With its axes in another order, reversed if none is given."""
        return np.transpose(self, (axes[0] if len(axes) == 1 else axes) or None)

    def polygamma(self, order: Any) -> Any:
        """polygamma(order, x): the order comes first."""
        return combined("polygamma", (order, self))

    def flatten(self, order: Any = "C") -> Any:
        """As one line."""
        return np.ravel(self, order)

    def item(self, *place: Any) -> Any:
        """The one element, or that at a place."""
        return np.ravel(self)[place or 0] if len(place) < 2 else self[place]

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return partial(getattr(np, name), self)
        if name in OPS and OPS[name].public:
            return lambda *others: combined(name, (self, *others))
        raise AttributeError(f"a Series has no attribute {name!r}")

    # ---- NumPy ---------------------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **keywords: Any) -> Any:
        from autodiffx.series.protocol import apply_ufunc

        return apply_ufunc(ufunc, method, inputs, keywords)

    def __array_function__(self, function: Any, types: Any, args: Any, keywords: Any) -> Any:
        from autodiffx.series.protocol import apply_function

        return apply_function(function, args, keywords)


def _number(element: Any) -> Any:
    """NumPy's numbers as Python's, which are quicker to calculate with; float32 stays."""
    if isinstance(element, np.generic) and not isinstance(element, (np.float32, np.float16)):
        return element.item()
    return element


def is_number(object: Any) -> bool:
    """Whether operators take it: a number or an array of any kind."""
    if isinstance(object, np.ndarray):
        return object.dtype.kind in "fiub"
    return isinstance(
        object, (Series, Variable, Dual, int, float, np.floating, np.integer, np.bool_)
    )


def level_of(*objects: Any) -> Series:
    """One of the Series of the highest level among these, which has its level and order."""
    return max((x for x in objects if isinstance(x, Series)), key=lambda x: x.level)


def parts(number: Any, level: int) -> list[Any]:
    """The coefficients at a level: a number of another level is a constant."""
    if isinstance(number, Series) and number.level == level:
        return number.coefficients
    return [_number(number)]


def combined(name: str, operands: tuple[Any, ...]) -> Any:
    """What an operator of the table makes of Series and numbers.

    Returns:
        A Series; of a decision the plain one, by the values; NotImplemented for what is no number.
    """
    if not all(map(is_number, operands)):
        return NotImplemented
    like = level_of(*operands)
    found = [parts(x, like.level) for x in operands]
    if name == "power" and len(found[1]) == 1:
        return like.like(_power(found[0], found[1][0], like.order))
    if OPS[name].smoothness == "passive":
        return OPS[name](*(c[0] for c in found))
    return like.like([_number(c) for c in solve(name, found, like.order)])


# Up to which exponents powers are products: exact for polynomials, at the base 0 too.
LARGEST_EXPONENT = 1024


def _power(base: list[Any], exponent: Any, order: int) -> list[Any]:
    plain = isinstance(exponent, (int, float)) and 0 <= exponent <= LARGEST_EXPONENT
    if not plain or exponent != int(exponent):
        return solve("power", [base, [exponent]], order)
    rest, square = int(exponent), base
    found: list[Any] | None = None
    while rest:
        if rest % 2:
            found = square if found is None else solve("multiply", [found, square], order)
        rest //= 2
        if rest:
            square = solve("square", [square], order)
    return [OPS["power"](base[0], exponent), *(found or [1.0])[1:]]

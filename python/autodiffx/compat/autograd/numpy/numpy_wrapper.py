"""Every function of NumPy under its name, on plain arrays and on boxes.

Functions with a derivative are those of `autodiffx.numpy`; functions without one, such as
comparisons, rounding and ``argmax``, give plain numbers and arrays, as in autograd. Rules of one's
own take the place of a function's derivative with ``defvjp(np.function, ...)``.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, ValuesView
from types import ModuleType
from typing import Any

import numpy as _np

import autodiffx.numpy as _traced
from autodiffx.compat.autograd.numpy.vectorized import vectorize as _vectorize
from autodiffx.compat.autograd.tracer import isbox, notrace_primitive, primitive, wrapped
from autodiffx.compat.autograd.values import getval, holds_box
from autodiffx.compat.autograd.wrap_util import get_name

__all__ = [
    "array_from_args",
    "concatenate_args",
    "make_diagonal",
    "metadata",
    "numpy_version",
    "wrap_intdtype",
    "wrap_namespace",
]

numpy_version = _np.__version__

# What has no derivative, or the derivative zero: their results are plain.
_PASSIVE = """
    all allclose any argmax argmin argpartition argsort argwhere around array_equal array_equiv
    ceil count_nonzero empty_like equal fix flatnonzero floor floor_divide full_like greater
    greater_equal isclose iscomplex iscomplexobj isfinite isinf isnan isneginf isposinf isreal
    isscalar less less_equal logical_and logical_not logical_or logical_xor ndim nonzero
    not_equal ones_like result_type rint round searchsorted shape sign size trunc zeros_like
    empty eye identity ones zeros
"""
PASSIVE = frozenset(_PASSIVE.split())
# What autodiffx.numpy makes arrays of its own with, that can be assigned to: here they are NumPy's.
# What autograd goes through: its arrays may come from a generator, or be a dict's values.
JOINING = frozenset(["column_stack", "concatenate", "hstack", "stack", "vstack"])
_MAKING = "array asanyarray asarray asarray_chkfinite ascontiguousarray asfortranarray full"
MAKING = frozenset(_MAKING.split())
INTEGERS = (_np.int8, _np.int16, _np.int32, _np.int64)


def wrap_intdtype(cls: Any) -> Any:
    """An integer type of NumPy that takes boxes too: int64(x) is a plain number.

    >>> import numpy as np
    >>> kind = wrap_intdtype(np.int64)
    >>> kind(3), np.dtype(kind)
    (np.int64(3), dtype('int64'))
    """

    class OfItsKind(type):
        def __instancecheck__(self, instance: Any) -> bool:
            return isinstance(instance, cls)

    def made(self: Any, *args: Any) -> Any:
        return cls(*map(getval, args))

    return OfItsKind(cls.__name__, (cls,), {"__new__": made, "__doc__": cls.__doc__})


def _only_boxes(raw: Callable[..., Any], traced: Callable[..., Any]) -> Callable[..., Any]:
    def either(*args: Any, **kwargs: Any) -> Any:
        if holds_box(args) or holds_box(kwargs):
            return traced(*args, **kwargs)
        return raw(*args, **kwargs)

    return either


def _of_any_iterable(joining: Callable[..., Any]) -> Callable[..., Any]:
    def joined(arrays: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(arrays, (Iterator, ValuesView)):
            arrays = list(arrays)
        return joining(arrays, *args, **kwargs)

    return joined


def _wrapper(name: str, raw: Any) -> Any:
    if name in PASSIVE:
        return notrace_primitive(raw)
    traced = getattr(_traced, name)
    if get_name(raw) in JOINING:  # np.concat is another name of np.concatenate
        return wrapped(raw, _of_any_iterable(traced))
    return wrapped(raw, _only_boxes(raw, traced) if name in MAKING else traced)


def wrap_namespace(
    old: Mapping[str, Any],
    new: dict[str, Any],
    wrap: Callable[[str, Any], Any] = lambda _, raw: primitive(raw),
) -> None:
    """Put what stands in one namespace into another, functions as primitives.

    Args:
        old: names and what they stand for, as of a module's ``__dict__``.
        new: where functions go as primitives (two names for one function stay that), integer types
            as what takes boxes, and everything else as it is, but for modules.
        wrap: what makes a primitive of a name and a function.

    >>> import math
    >>> names = {}
    >>> wrap_namespace({"sine": math.sin, "pi": math.pi, "math": math}, names)
    >>> sorted(names), names["sine"].fun
    (['pi', 'sine'], <built-in function sin>)
    """
    made: dict[int, Any] = {}
    for name, found in list(old.items()):
        if isinstance(found, ModuleType):
            continue
        if isinstance(found, type):
            if found in INTEGERS:
                made.setdefault(id(found), wrap_intdtype(found))
            new[name] = made.get(id(found), found)
        elif callable(found):
            if id(found) not in made:
                made[id(found)] = wrap(name, found)
            new[name] = made[id(found)]
        else:
            new[name] = found


_public = {name: found for name, found in vars(_np).items() if not name.startswith("_")}
wrap_namespace(_public, globals(), _wrapper)
__all__ += [name for name in _public if name in globals()]


def __getattr__(name: str) -> Any:
    raise AttributeError(f"module 'autograd.numpy' has no attribute {name!r}")


# ---- what autograd has beside NumPy's ------------------------------------------------------------


def concatenate_args(axis: int, *args: Any) -> Any:
    """The arrays joined along an axis.

    >>> import numpy as np
    >>> concatenate_args(0, np.ones(1), np.zeros(1))
    array([1., 0.])
    """
    return _traced.concatenate(args, axis)


def array_from_args(array_args: Any, array_kwargs: Any, *args: Any) -> Any:
    """An array of numbers or arrays of one shape, along a new first axis.

    >>> array_from_args((), {}, 1.0, 2.0)
    array([1., 2.])
    """
    make: Any = globals()["array"]
    return make(list(args), *array_args, **array_kwargs)


def make_diagonal(D: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Diagonal matrices with D's last axis on their diagonals: the transpose of `diagonal`.

    Raises:
        NotImplementedError: offset, axis1 and axis2 are others than 0, -1 and -2.

    >>> import numpy as np
    >>> make_diagonal(np.array([1.0, 2.0]), offset=0, axis1=-1, axis2=-2)
    array([[1., 0.],
           [0., 2.]])
    """
    if (offset, axis1, axis2) != (0, -1, -2):
        raise NotImplementedError(
            "make_diagonal() takes offset=0, axis1=-1, axis2=-2 alone, got "
            f"{offset}, {axis1}, {axis2}: move the axes of the result"
        )
    zero = _np.zeros((), getattr(D, "dtype", float))
    return _traced.where(_np.eye(_np.shape(D)[-1], dtype=bool), D[..., None], zero)


def metadata(A: Any) -> tuple[tuple[int, ...], int, Any, bool]:
    """Shape, number of axes, dtype, and whether it is complex.

    >>> import numpy as np
    >>> metadata(np.ones((2, 3)))
    ((2, 3), 2, dtype('float64'), False)
    """
    value = getval(A)
    return _np.shape(value), _np.ndim(value), _np.result_type(value), _np.iscomplexobj(value)


def _astype(A: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    return A.astype(dtype, *args, **kwargs)


_where: Any = globals()["where"]


def _is_numpys(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return builtins.any(map(_is_numpys, x))
    return isbox(x) or isinstance(x, (_np.ndarray, _np.generic))


def where(condition: Any, *args: Any, **kwargs: Any) -> Any:
    """x where the condition holds and y elsewhere; the places where it holds if both are left out.

    As in autograd, what is made of Python's numbers and lists alone becomes Python's again.

    >>> import numpy as np
    >>> where([True, False], [1.0, 2.0], [3.0, 4.0]), where(np.array([True, False]), 1.0, 0.0)
    ([1.0, 4.0], array([1., 0.]))
    """
    if not args and not kwargs:
        return _np.nonzero(getval(condition))
    given = dict(zip(("x", "y"), args, strict=False)) | kwargs
    if len(args) + len(kwargs) != 2 or given.keys() != {"x", "y"}:
        raise ValueError("where() takes both of x and y or neither of them")
    result = _where(condition, given["x"], given["y"])
    if isinstance(result, _np.ndarray) and not builtins.any(
        map(_is_numpys, (condition, *given.values()))
    ):
        return result.tolist()
    return result


where.fun, where._rules = _np.where, _where._rules  # type: ignore[attr-defined]


vectorize: Any = _vectorize


class _Joined:
    """NumPy's ``r_`` and ``c_``, whose pieces may be boxes.

    >>> from autodiffx.compat.autograd import jacobian
    >>> jacobian(lambda x: r_[x, 1.0, 2.0 * x])(3.0)
    array([1., 0., 2.])
    """

    def __init__(self, plain: Any, columns: bool) -> None:
        self._plain = plain
        self._columns = columns

    def __getitem__(self, key: Any) -> Any:
        pieces = key if isinstance(key, tuple) else (key,)
        if not holds_box(pieces):
            return self._plain[key]
        if builtins.any(isinstance(piece, str) for piece in pieces):
            raise NotImplementedError(
                "np.r_ and np.c_ of boxes take no string that says how to join: use "
                "np.concatenate() or np.stack()"
            )
        found = [piece if isbox(piece) else self._made(piece) for piece in pieces]
        if not self._columns:
            return _traced.concatenate([_traced.atleast_1d(each) for each in found])
        columns = [
            _traced.atleast_1d(each)[:, None] if _np.ndim(each) < 2 else each for each in found
        ]
        return _traced.concatenate(columns, -1)

    def _made(self, piece: Any) -> Any:
        """A slice is a range; lists may hold boxes."""
        if isinstance(piece, slice):
            return _np.r_[piece]
        make: Any = globals()["array"]
        return make(piece)


r_: Any = _Joined(_np.r_, False)
c_: Any = _Joined(_np.c_, True)
__all__ += ["c_", "r_"]

"""What may stand where an array is asked for, and decisions that are read from arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Dual, Variable
from autodiffx.numpy.dispatch import any_traced, is_traced
from autodiffx.numpy.primitives import concatenate_all, gather
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import reshape

__all__ = [
    "as_array",
    "as_arrays",
    "decide",
    "join_new",
    "own",
    "plain",
    "rearranged",
    "require_plain",
]


def as_array(object: Any) -> Any:
    """A Variable or Dual as it is, a sequence of them joined, everything else an ndarray."""
    if is_traced(object):
        return object
    if isinstance(object, (tuple, list)) and any_traced(object):
        found = _core._stack(object, 0)
        return join_new([as_array(each) for each in object]) if found is None else found
    if isinstance(object, np.ndarray) and type(object) is not np.ndarray:
        _core._require_plain_array(object)
    return np.asarray(object)


def as_arrays(objects: Any) -> list[Any]:
    """Each of a sequence, or of an array along its first axis, as an array."""
    return [as_array(each) for each in objects]


def join_new(parts: Sequence[Any], axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis. Raises ValueError for different shapes."""
    found = _core._stack(parts, axis)
    if found is not None:
        return found
    if len({np.shape(part) for part in parts}) > 1:
        raise ValueError("all input arrays must have the same shape")
    shape = list(parts[0].shape)
    axis = axis if axis >= 0 else axis + len(shape) + 1
    shape.insert(axis, 1)
    return concatenate_all([reshape(part, shape) for part in parts], axis)


def plain(object: Any) -> Any:
    """The numbers that it has at present, as an ndarray."""
    if isinstance(object, Dual):
        return plain(object.value)
    if isinstance(object, Variable):
        return _core._read(object)
    if isinstance(object, (tuple, list)) and any_traced(object):
        return np.array([plain(each) for each in object])
    return np.asarray(object)


def _variable_in(object: Any) -> Any:
    while isinstance(object, Dual):
        object = object.value
    return object


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    return bool(np.array_equal(one, other, equal_nan=np.asarray(one).dtype.kind == "f"))


def decide(name: str, function: Callable[..., Any], *operands: Any) -> Any:
    """What a function of the operands' numbers gives, such as the places of the largest.

    While a Graph records this is a guard: a replay in which it would give something else raises
    ControlFlowChanged with the user's line.
    """
    result = function(*map(plain, operands))
    variables = [_variable_in(as_array(each)) for each in operands]
    if _core._records_guards() and any(isinstance(each, Variable) for each in variables):
        unchanged = Rule(name, lambda *now: np.float64(_same(result, function(*now))))
        bool(unchanged(*variables))
    return result


def own(x: Any) -> Any:
    """A result as one of its own, not as a view of what was computed on the way."""
    if isinstance(x, Variable):
        return x.copy() if x.op == "view" else x
    return x.copy() if isinstance(x, Dual) and np.ndim(x) else x


def rearranged(function: Callable[..., Any], x: Any, *arguments: Any, **keywords: Any) -> Any:
    """What a function that only moves and repeats elements makes of an array."""
    require_plain(function.__name__, *arguments, *keywords.values())
    places = np.arange(x.size).reshape(x.shape)
    return gather(x, function(places, *arguments, **keywords))


def require_plain(name: str, *arguments: Any) -> None:
    """Raises TypeError for a Variable where integers are asked for."""
    if any_traced(arguments):
        raise TypeError(
            f"numpy.{name} takes plain integers for places and lengths, not a Variable: take "
            "np.argsort, np.searchsorted and the like of it, which give integers"
        )

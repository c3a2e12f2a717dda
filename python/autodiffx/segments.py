"""Functions that are run and forgotten, and run again on the way back: `checkpoint`."""

from __future__ import annotations

import functools
import types
import weakref
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from autodiffx import _core
from autodiffx._core import Constant, Dual, Variable
from autodiffx.arguments import require_function
from autodiffx.errors import GraphError
from autodiffx.trees import Tree, flatten

__all__ = ["checkpoint", "require_same"]

# What two runs of a function may differ by, of the largest element: the order of a BLAS' sums.
_ALLOWED = {np.dtype(np.float64): 1e-10, np.dtype(np.float32): 1e-3}

_OTHER = (
    "the function given to checkpoint() runs again on the way back, and gives something else than "
    "when it was called"
)
_READS = (
    "the function given to checkpoint() runs again on the way back, and reads a Variable that it "
    "did not read when it was called, or that was assigned to since"
)
_ADVICE = "pass what changes, such as random numbers, as an argument"


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, of which nothing is kept but the result: it runs again on the way back.

    Memory for time: what f computes on its way is forgotten when it returns, and computed once more
    when a sweep comes by. A chain of N of them, each of M operations, holds about N + M results
    in place of N·M, for the time of one more run.

    Args:
        f: a function of anything that returns anything. Derivatives are taken by the numbers and
            arrays in its arguments, in any containers, and by the Variables that it captures.

    Returns:
        A function of the same arguments with the same value and the same derivatives, of any order
        and in every transform. In a Graph f runs again in each replay, so that whatever it decides
        on is decided anew.

    What f does must be the same whenever it runs with the same arguments. Of the variables of the
    function that encloses it, it keeps those that are bound when it is called, so that a loop may
    go on. What it draws at random, or changes outside of itself, is another matter: pass
    random numbers as an argument. Results that differ from those of the first run are an error.

    Raises:
        TypeError: f is no function.
        GraphError: f writes into its argument, or into an array that it captures; it gives
            another result when it runs again, or reads other Variables.
        StaleValueError: a leaf that f reads was set after the call.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> layer = adx.checkpoint(lambda w, x: np.tanh(w @ x))
    >>> loss = lambda w, x: np.sum(layer(w, layer(w, x)))
    >>> adx.grad(loss)(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0.0, 0.0]))
    array([[0., 0.],
           [0., 0.]])
    >>> adx.grad(adx.grad(adx.checkpoint(lambda x: x**3)))(2.0)
    12.0
    """
    require_function("checkpoint", f)

    @functools.wraps(f)
    def checkpointed(*args: Any, **kwargs: Any) -> Any:
        leaves, tree = flatten((args, kwargs))
        if any(hasattr(type(leaf), "__autodiffx_apply__") for leaf in leaves):
            return f(*args, **kwargs)
        call = _Call(f, leaves, tree)
        return call.take_result(_core._record_segment(call, call.take_operands()))

    return checkpointed


class _Place(NamedTuple):
    """Where a Variable stands among all of them."""

    number: int


class _Twofold(NamedTuple):
    """A Dual, taken apart."""

    value: Any
    tangent: Any
    level: int


class _Call:
    """One call: each time it is given Variables in place of those among the arguments."""

    def __init__(self, f: Callable[..., Any], leaves: list[Any], tree: Tree) -> None:
        self._first: Callable[..., Any] | None = f
        self._again = _with_own_cells(f)
        self._operands: list[Any] = []
        self._leaves = [_unchanging(_taken_apart(leaf, self._operands)) for leaf in leaves]
        self._tree = tree
        self._returned: list[Any] = []
        self._expected: list[Any] = []
        self._shape = tree  # of the result

    def take_operands(self) -> list[Any]:
        """The Variables among the arguments, which are not kept."""
        operands, self._operands = self._operands, []
        return operands

    def __call__(self, operands: list[Any]) -> list[Any]:
        """The Variables that the function returns, or what is there in their places now."""
        f = self._first or self._again
        args, kwargs = self._tree.unflatten([_put(leaf, operands) for leaf in self._leaves])
        leaves, shape = flatten(f(*args, **kwargs))
        variables: list[Any] = []
        parts = [_taken_apart(leaf, variables) for leaf in leaves]
        if self._first is not None:
            self._first = None
            self._returned, self._shape = parts, shape
            self._expected = [_unchanging(part) for part in parts]
            return variables
        if shape != self._shape:
            raise GraphError(f"{_OTHER}: {shape} in place of {self._shape}")
        found: list[Any] = []
        for part, before in zip(parts, self._expected, strict=True):
            _match(part, before, variables, found)
        return found

    def take_result(self, variables: list[Any]) -> Any:
        """What the function has returned, with other Variables in it. Not kept."""
        returned, self._returned = self._returned, []
        return self._shape.unflatten([_put(part, variables) for part in returned])


def _with_own_cells(f: Callable[..., Any]) -> Callable[..., Any]:
    """The function with what its closure refers to at present, whatever is bound to it later.

    So is what a decorator has wrapped.
    """
    if not isinstance(f, types.FunctionType) or f.__closure__ is None:
        return f
    wrapped = getattr(f, "__wrapped__", None)
    cells = []
    for cell in f.__closure__:
        try:
            found = cell.cell_contents
        except ValueError:  # not bound yet
            cells.append(cell)
            continue
        is_wrapped = found is wrapped and found is not None
        cells.append(types.CellType(_with_own_cells(found) if is_wrapped else found))
    own = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, tuple(cells))
    own.__kwdefaults__ = f.__kwdefaults__
    return own


def _taken_apart(leaf: Any, variables: list[Any]) -> Any:
    if isinstance(leaf, Dual):
        value = _taken_apart(leaf.value, variables)
        return _Twofold(value, _taken_apart(leaf.tangent, variables), leaf.level)
    if isinstance(leaf, Variable) and not isinstance(leaf, Constant):
        variables.append(leaf)
        return _Place(len(variables) - 1)
    return leaf


def _put(part: Any, variables: list[Any]) -> Any:
    if isinstance(part, _Twofold):
        return Dual(_put(part.value, variables), _put(part.tangent, variables), part.level)
    return variables[part.number] if isinstance(part, _Place) else part


# Copies of arrays, which calls with the same array share.
_copies: weakref.WeakValueDictionary[tuple[Any, ...], np.ndarray[Any, Any]] = (
    weakref.WeakValueDictionary()
)


def _unchanging(part: Any) -> Any:
    """An array as nobody can change it; anything else as it is."""
    if not isinstance(part, np.ndarray):
        return part
    key = id(part), part.shape, part.dtype
    known = _copies.get(key)
    if known is not None and np.array_equal(known, part):
        return known
    copy = part.copy()
    copy.flags.writeable = False
    _copies[key] = copy
    return copy


def _match(part: Any, before: Any, variables: list[Any], found: list[Any]) -> None:
    """Adds what now stands in the places of Variables of the first run."""
    if isinstance(before, _Twofold):
        now = part if isinstance(part, _Twofold) else _Twofold(part, 0.0, before.level)
        if now.level != before.level:
            raise GraphError(f"{_OTHER}: a Dual of another level")
        _match(now.value, before.value, variables, found)
        _match(now.tangent, before.tangent, variables, found)
    elif isinstance(before, _Place):
        if not isinstance(part, (_Place, int, float, np.ndarray, np.generic)):
            raise GraphError(f"{_OTHER}: {type(part).__name__!r} in place of a number")
        found.append(_put(part, variables))
    elif isinstance(part, (_Place, _Twofold)):
        raise GraphError(f"{_OTHER}: a Variable in place of {before!r}, which was a constant")
    elif isinstance(before, (int, float, np.ndarray, np.generic)):
        require_same(part, before)


def require_same(found: Any, expected: Any, read_others: bool = False) -> None:
    """Raises GraphError if a result of the second run is not that of the first.

    Args:
        found: in the second.
        expected: in the first.
        read_others: the second run has read Variables that the first did not read.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    if found.shape == expected.shape and np.array_equal(found, expected):
        return
    why = _READS if read_others else _OTHER
    if found.shape != expected.shape:
        raise GraphError(f"{why}: shape {found.shape} in place of {expected.shape}. {_ADVICE}")
    with np.errstate(all="ignore"):
        dtype = min(found.dtype, expected.dtype, key=lambda each: each.itemsize)
        finite = expected[np.isfinite(expected)]
        allowed = _ALLOWED.get(dtype, 0.0) * np.abs(finite).max(initial=0.0)
        other = (found != expected) & ~(np.isnan(found) & np.isnan(expected))
        if not (other & ~(np.abs(found * 1.0 - expected) <= allowed)).any():
            return
    at = tuple(int(i) for i in np.argwhere(other)[0])
    raise GraphError(f"{why}: {found[at]} in place of {expected[at]}. {_ADVICE}")

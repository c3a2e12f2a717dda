"""Elements picked by indices, masks and conditions, and put at other places."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.assignment import put, write_at
from autodiffx.reference.dispatch import Number, Ranked, operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import IMPLEMENTATIONS, implements
from autodiffx.reference.key import plain_key
from autodiffx.reference.numpy.given import BOOL, array_of, floating, plain_of, together
from autodiffx.reference.numpy.places import indices
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, shape_of

__all__ = ["target_of"]


@implements(np.where)
def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """x where the condition holds, else y; without these, where it holds, as `nonzero`.

    Only the chosen one has a partial; a condition is no guard.
    """
    if x is None and y is None:
        return IMPLEMENTATIONS[np.nonzero](condition)
    if x is None or y is None:
        raise ValueError("either both or neither of x and y should be given")
    operands = [array_of(a, "np.where") if isinstance(a, (list, tuple)) else a for a in (x, y)]
    if isinstance(condition, (list, tuple)):
        condition = array_of(condition, "np.where")
    return FUNCTIONS["where"](condition, *operands)


@implements(np.select)
def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """For each element the choice whose condition is the first to hold; conditions are no guards.

    Raises:
        ValueError: there are not as many choices as conditions, or none.
        TypeError: a condition is not boolean.
    """
    conditions, choices = list(condlist), list(choicelist)
    if len(conditions) != len(choices):
        raise ValueError("list of cases must be same length as list of conditions")
    if not conditions:
        raise ValueError("select with an empty condition list is not possible")
    result: Number = default
    for i in reversed(range(len(conditions))):
        condition = array_of(conditions[i], "np.select")
        if dtype_of(condition) != BOOL:
            raise TypeError(f"invalid entry {i} in condlist: should be boolean ndarray")
        choice = choices[i]
        if isinstance(choice, (list, tuple)):
            choice = array_of(choice, "np.select")
        result = operate(RULES["where"], condition, choice, result)
    return result


@implements(np.choose)
def choose(a: Any, choices: Any, mode: Any = "raise") -> Any:
    """For each element of `a`, plain integers, the element of the choice of that number.

    Raises:
        TypeError: `a` holds something else than integers.
        ValueError: there is no choice of some number.
    """
    numbers = plain_of(plain_key(a), "np.choose", "the numbers of the choices")
    operands = [array_of(choice, "np.choose") for choice in choices]
    return together(lambda *n: np.choose(numbers, n, mode=mode), operands, "choose")


@implements(np.compress)
def compress(condition: Any, a: Any, axis: Any = None) -> Any:
    """The elements along an axis where a mask is true, which is a guard in a Graph."""
    mask = np.asarray(plain_key(condition))
    if mask.ndim != 1:
        raise ValueError("condition must be a 1-d array")
    return np.take(array_of(a, "np.compress"), np.flatnonzero(mask), axis=axis)


@implements(np.extract)
def extract(condition: Any, arr: Any) -> Any:
    """The elements in C order where a condition holds, which is a guard in a Graph."""
    places = indices("flatnonzero", np.flatnonzero, array_of(condition, "np.extract"))
    return np.take(np.ravel(array_of(arr, "np.extract")), places)


@implements(np.unique)
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    equal_nan: bool = True,
) -> Any:
    """The distinct elements in order. Of equal ones the first is taken, a guard in a Graph."""
    x = array_of(ar, "np.unique")

    def found(what: str) -> Any:
        options: dict[str, Any] = {"axis": axis, "equal_nan": equal_nan, what: True}
        return indices("unique", lambda v: np.unique(v, **options)[1], x)

    first = found("return_index")
    results = [np.take(np.ravel(x) if axis is None else x, first, axis=axis or 0)]
    if return_index:
        results.append(first)
    if return_inverse:
        results.append(found("return_inverse"))
    if return_counts:
        results.append(found("return_counts"))
    return results[0] if len(results) == 1 else tuple(results)


@implements(np.diag, shows=True)
def diag(v: Any, k: int = 0) -> Any:
    """A matrix with the vector on a diagonal and zeros beside; of a matrix its diagonal, a view."""
    x = array_of(v, "np.diag")
    if np.ndim(x) == 2:
        return np.diagonal(x, k)
    return together(lambda n: np.diag(n, k), [x], "diag")


@implements(np.diagflat)
def diagflat(v: Any, k: int = 0) -> Any:
    """A matrix with all elements in C order on a diagonal."""
    return together(lambda n: np.diagflat(n, k), [array_of(v, "np.diagflat")], "diagflat")


@implements(np.tril)
def tril(m: Any, k: int = 0) -> Any:
    """What is on and below a diagonal of the last two axes; zero above it."""
    return together(lambda n: np.tril(n, k), [array_of(m, "np.tril")], "tril")


@implements(np.triu)
def triu(m: Any, k: int = 0) -> Any:
    """What is on and above a diagonal of the last two axes; zero below it."""
    return together(lambda n: np.triu(n, k), [array_of(m, "np.triu")], "triu")


@implements(np.nan_to_num)
def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    """Finite numbers as they are; what replaces the others has the derivative 0 by x."""
    number = floating(array_of(x, "np.nan_to_num"))
    limits = np.finfo(dtype_of(number))
    largest = float(limits.max) if posinf is None else posinf
    smallest = float(limits.min) if neginf is None else neginf
    choose_between = RULES["where"]
    known = operate(choose_between, FUNCTIONS["isnan"](number), nan, number)
    below = operate(choose_between, FUNCTIONS["equal"](number, np.inf), largest, known)
    return operate(choose_between, FUNCTIONS["equal"](number, -np.inf), smallest, below)


def target_of(arr: Any, name: str) -> Any:
    """An array that is written into."""
    if not isinstance(arr, Ranked):
        raise TypeError(
            f"{name} would write a Variable into a plain array and drop its derivative: write into "
            "anp.zeros, or into a copy() of a Variable"
        )
    return arr


@implements(np.put_along_axis)
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any) -> None:
    """Write values where `take_along_axis` reads; of several for one place the last remains."""
    plain = plain_of(indices, "np.put_along_axis", "indices")

    def places(a: Any) -> Any:
        return np.take_along_axis(a.reshape(-1) if axis is None else a, plain, axis=axis or 0)

    put(target_of(arr, "np.put_along_axis"), places, values)


@implements(np.fill_diagonal)
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write a number, or numbers in turn, on the main diagonal."""
    target = target_of(a, "np.fill_diagonal")
    marked = np.zeros(shape_of(target), dtype=bool)
    np.fill_diagonal(marked, True, wrap=wrap)
    count = np.count_nonzero(marked)
    values = np.ravel(array_of(val, "np.fill_diagonal"))
    put(target, lambda n: n[marked], np.resize(values, count))


@implements(np.copyto)
def copyto(dst: Any, src: Any, where: Any = True) -> None:
    """Write values into all elements, or where a mask is true."""
    target = target_of(dst, "np.copyto")
    if where is True:
        write_at(target, ..., src)
    else:
        write_at(target, ..., FUNCTIONS["where"](where, array_of(src, "np.copyto"), target))

"""numpy.vectorize of functions that are given boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

import autodiffx.numpy as traced
from autodiffx.compat.autograd.tracer import isbox
from autodiffx.compat.autograd.values import holds_box

__all__ = ["vectorize"]

Shape = tuple[int, ...]


class vectorize(np.vectorize):  # it has NumPy's name
    """NumPy's ``vectorize``: a function of numbers as one of arrays, called for each element.

    Args: those of `numpy.vectorize`.

    Where an argument that is not excluded is a box, the function is called with an element of it at
    a time, which is a box again, and the results are joined; ``cache`` is not asked then, for each
    element is called for once anyway.

    Raises:
        TypeError: the function captured a box, and is given none: pass it as an argument.
        ValueError: arguments do not broadcast, or do not fit the signature; there are no elements.

    Derivatives are those of the function, branches included.

    >>> from autodiffx.compat.autograd import grad
    >>> cubed = vectorize(lambda x: x**3 if x > 0.0 else 0.0 * x)
    >>> grad(lambda x: cubed(x).sum())(np.array([-1.0, 2.0]))
    array([ 0., 12.])
    """

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        places: list[Any] = [i for i in range(len(args)) if i not in self.excluded]
        names = [name for name in kwargs if name not in self.excluded]
        given = [args[i] for i in places] + [kwargs[name] for name in names]
        if not holds_box(given):
            return super().__call__(*args, **kwargs)
        inner = _inner_axes(self.signature, len(given))
        arrays = [_array(each, count > 0) for each, count in zip(given, inner, strict=True)]
        _require_lengths(self.signature, arrays)
        loop, rows = _rows(arrays, inner)
        if 0 in loop:
            raise ValueError(
                "vectorize() of a box without elements: there is no call to take a result from"
            )
        results = []
        for row in rows:
            positional, named = list(args), dict(kwargs)
            for place, element in zip((*places, *names), row, strict=True):
                if isinstance(place, int):
                    positional[place] = element
                else:
                    named[place] = element
            results.append(self.pyfunc(*positional, **named))
        if not isinstance(results[0], tuple):
            return _joined(results, loop, self.otypes, 0)
        outputs = zip(*results, strict=True)
        return tuple(_joined(each, loop, self.otypes, i) for i, each in enumerate(outputs))


def _array(x: Any, whole: bool) -> Any:
    """An argument as an array; elements of plain ones are Python's, as NumPy hands them out."""
    if isbox(x) or holds_box(x):
        return x if isbox(x) else traced.asarray(x)
    return np.asarray(x) if whole else np.asarray(x, dtype=object)


def _cores(signature: str) -> list[list[str]]:
    """The names of the axes that each argument of a signature such as (n),(m,n)->(m) has."""
    arguments = re.findall(r"\(([^)]*)\)", signature.split("->")[0])
    return [[name.strip() for name in each.split(",") if name.strip()] for each in arguments]


def _inner_axes(signature: str | None, count: int) -> list[int]:
    if signature is None:
        return [0] * count
    cores = _cores(signature)
    if len(cores) != count:
        raise TypeError(f"vectorize() with the signature {signature} got {count} arguments")
    return [len(names) for names in cores]


def _require_lengths(signature: str | None, arrays: list[Any]) -> None:
    lengths: dict[str, int] = {}
    for names, array in zip(_cores(signature or ""), arrays, strict=False):
        shape = np.shape(array)
        if len(shape) < len(names):
            raise ValueError(
                f"{signature} asks for {len(names)} axes, and an argument has {len(shape)}"
            )
        for name, length in zip(names, shape[len(shape) - len(names) :], strict=True):
            known = lengths.setdefault(name, length)
            if known != length:
                raise ValueError(f"the axis {name} of {signature} is of {known} and of {length}")


def _rows(arrays: list[Any], inner: list[int]) -> tuple[Shape, Iterator[list[Any]]]:
    """The shape to loop over, and what the function is given each time."""
    shapes = [np.shape(array) for array in arrays]
    outer = [shape[: len(shape) - count] for shape, count in zip(shapes, inner, strict=True)]
    loop = np.broadcast_shapes(*outer)
    spread = [
        traced.broadcast_to(array, (*loop, *shape[len(shape) - count :])) if loop else array
        for array, shape, count in zip(arrays, shapes, inner, strict=True)
    ]

    def element(array: Any, at: Shape) -> Any:
        if loop:
            return array[at]
        return array if isbox(array) or array.ndim else array[()]

    return loop, ([element(array, at) for array in spread] for at in np.ndindex(*loop))


def _joined(results: Any, loop: Shape, kinds: str | None, index: int) -> Any:
    """The results of all calls as one array; of a single call without axes as it is."""
    made = traced.stack([traced.asarray(each) for each in results])
    made = made.reshape((*loop, *made.shape[1:]))
    return made if kinds is None else made.astype(kinds[index])

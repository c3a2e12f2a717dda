"""Random reads and writes through indices, slices and views of views: NumPy's values, exact slopes.

A script is drawn beside a run on NumPy's arrays, which tells what shapes there are to write to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from array_differences import gradient
from array_shapes import Array, assert_close, assert_same_bits, seeds, shapes, uniform


@dataclass(frozen=True)
class Look:
    """Another view, of one of the views so far."""

    of: int
    index: Any


@dataclass(frozen=True)
class Read:
    """An element of one of the views so far: the number that it is now."""

    of: int
    index: tuple[int, ...]


@dataclass(frozen=True)
class Write:
    """Into a part of a view: a number read before, a plain one, or a part of a view."""

    into: int
    index: Any
    how: str
    number: int | float | None
    of: int
    part: Any


Script = list[Look | Read | Write]


class State:
    """What a script has by now: views of one array, and numbers that were read from it."""

    def __init__(self, y: Any) -> None:
        self.views = [y]
        self.numbers: list[Any] = []

    def value_of(self, step: Write, shape: tuple[int, ...]) -> Any:
        if isinstance(step.number, float):
            return step.number
        if step.number is not None:
            return self.numbers[step.number]
        part = self.views[step.of][step.part]
        if isinstance(part, np.ndarray):  # assigning within one array, NumPy may miss an overlap
            part = part.copy()
        if not fits(part.shape, shape):
            part = part.reshape(-1)[0] if part.size else 2.0
        return part * 0.5 + 0.25 if step.how == "set, computed" else part

    def take(self, step: Look | Read | Write) -> None:
        if isinstance(step, Look):
            self.views.append(self.views[step.of][step.index])
        elif isinstance(step, Read):
            self.numbers.append(self.views[step.of][step.index])
        else:
            target = self.views[step.into]
            value = self.value_of(step, np.empty(target.shape)[step.index].shape)
            if step.how == "add":
                target[step.index] += value
            elif step.how == "multiply":
                target[step.index] *= value
            else:
                target[step.index] = value


def fits(shape: tuple[int, ...], into: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, into) == into
    except ValueError:
        return False


def makes_a_number(index: Any) -> bool:
    """True where NumPy copies a number out; with an ellipsis it makes a view instead."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(isinstance(part, int) for part in parts)


def drawn_index(data: st.DataObject, array: Array, views_only: bool = False) -> Any:
    """A basic index; one that gives no dimension contains integers alone."""
    if array.ndim == 0:
        return ...
    index = data.draw(hnp.basic_indices(array.shape, max_dims=3, allow_newaxis=True))
    if array[index].ndim == 0 and (views_only or not makes_a_number(index)):
        return slice(None, None, -1)
    return index


def drawn_script(data: st.DataObject, x: Array) -> Script:
    script: Script = []
    state = State(x * 1)

    def which() -> int:
        return data.draw(st.integers(0, len(state.views) - 1))

    for _ in range(data.draw(st.integers(1, 8))):
        kind = data.draw(st.sampled_from(("look", "read", "write", "write", "write")))
        source = which()
        step: Look | Read | Write | None = None
        of = state.views[source]
        if kind == "look":
            step = Look(source, drawn_index(data, of, views_only=True))
        elif kind == "read" and of.size:
            step = Read(source, tuple(data.draw(st.integers(-n, n - 1)) for n in of.shape))
        elif kind == "write":
            into = which()
            number = data.draw(st.sampled_from((None, None, 1.5, *range(len(state.numbers)))))
            step = Write(
                into,
                drawn_index(data, state.views[into]),
                data.draw(st.sampled_from(("set", "set, computed", "add", "multiply"))),
                number,
                source,
                drawn_index(data, of),
            )
        if step is not None:
            state.take(step)
            script.append(step)
    return script


def run(script: Script, x: Any) -> Any:
    """All that is there at the end, in one array of the shape of `x`."""
    y = x * 1
    state = State(y)
    for step in script:
        state.take(step)
    result = y * x
    for place, number in enumerate(state.numbers):
        result = result + number * (place + 0.5)
    return result


@given(data=st.data(), seed=seeds)
@settings(max_examples=60)
def test_random_reads_and_writes(array_backend: Any, data: st.DataObject, seed: int) -> None:
    array = uniform(seed, data.draw(shapes(least=1, most=3)), low=0.5, high=1.5)
    script = drawn_script(data, array)
    x = array_backend.Variable(array)
    with array_backend.Graph() as graph:
        result = run(script, x)
    assert_same_bits(result.value, run(script, array))
    adjoint = uniform(seed + 1, array.shape)
    result.backward(adjoint)
    assert_close(x.grad, gradient(lambda z: run(script, z), array, adjoint))
    other = uniform(seed + 2, array.shape, low=0.5, high=1.5)
    x.value = other
    assert_same_bits(graph.forward(), run(script, other))

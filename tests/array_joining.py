"""Calls of functions that join, take apart, pick and arrange elements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_functions import (
    Call,
    Drawn,
    Sampler,
    axes_for,
    axis_for,
    calls,
    distinct,
    dtypes,
    masks,
    operand,
    some_shape,
)
from array_shapes import seeds

__all__ = ["JOINING", "METHODS"]

Arguments = tuple[tuple[Any, ...], dict[str, Any]]
Shape = tuple[int, ...]
SMALL = st.integers(-3, 3)


def of_one(
    name: str,
    arguments: Callable[[Drawn, Shape], Arguments] = lambda draw, shape: ((), {}),
    *,
    least: int = 0,
    most: int = 3,
    empty: bool = True,
    in_order: bool = False,
    exact: bool = True,
) -> Sampler:
    """Of one array and plain arguments."""

    def sample(draw: Drawn) -> Call:
        shape = some_shape(draw, least, most, empty=empty)
        args, options = arguments(draw, shape)
        array = (distinct if in_order else operand)(draw, shape, draw(dtypes))

        def function(n: Any, x: Any) -> Any:
            return getattr(n, name)(x, *args, **options)

        return Call(function, (array,), f"{name}(*{args}, **{options})", exact)

    return calls(sample)


def of_several(
    name: str,
    shapes: Callable[[Drawn], list[Shape]],
    options: Callable[[Drawn, list[Shape]], dict[str, Any]] = lambda draw, shapes: {},
) -> Sampler:
    """Of a list of arrays, now and then of both dtypes."""

    def sample(draw: Drawn) -> Call:
        drawn = shapes(draw)
        chosen = options(draw, drawn)
        arrays = tuple(operand(draw, shape, draw(dtypes)) for shape in drawn)
        words = f"{name}(**{chosen})"
        return Call(lambda n, *xs: getattr(n, name)(list(xs), **chosen), arrays, words, True)

    return calls(sample)


def alike(draw: Drawn, least: int = 0, most: int = 3) -> list[Shape]:
    return [some_shape(draw, least, most)] * draw(st.integers(1, 3))


def differing(axis: int, least: int = 1) -> Callable[[Drawn], list[Shape]]:
    """Shapes that differ along one axis only."""

    def shapes(draw: Drawn) -> list[Shape]:
        shape = some_shape(draw, least)
        lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
        return [tuple(n if i == axis % len(shape) else m for i, m in enumerate(shape))
                for n in lengths]  # fmt: skip

    return shapes


def concatenate(draw: Drawn) -> Call:
    shape = some_shape(draw, least=1)
    axis = axis_for(draw, len(shape), none=False)
    at = axis % len(shape)
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    shapes = [(*shape[:at], n, *shape[at + 1 :]) for n in lengths]
    arrays = tuple(operand(draw, s, draw(dtypes)) for s in shapes)
    return Call(lambda n, *xs: n.concatenate(xs, axis=axis), arrays, f"concatenate({axis})", True)


def block(draw: Drawn) -> Call:
    rows, columns, others = (draw(st.integers(0, 3)) for _ in range(3))
    dtype = draw(dtypes)
    arrays = [operand(draw, s, dtype) for s in ((rows, columns), (rows, 1), (others, columns + 1))]
    return Call(lambda n, a, b, c: n.block([[a, b], [c]]), tuple(arrays), "block", True)


def append(draw: Drawn) -> Call:
    shape = some_shape(draw, least=1)
    axis = axis_for(draw, len(shape))
    arrays = (operand(draw, shape, draw(dtypes)), operand(draw, shape, draw(dtypes)))
    return Call(lambda n, a, b: n.append(a, b, axis=axis), arrays, f"append(axis={axis})", True)


def insert(draw: Drawn) -> Call:
    shape, dtype = some_shape(draw, least=1, empty=False), draw(dtypes)
    axis = axis_for(draw, len(shape), none=False)
    place = draw(st.integers(-shape[axis], shape[axis]))
    places: Any = place if draw(st.booleans()) else [place, 0]
    value = operand(draw, (), dtype)

    def function(n: Any, x: Any, v: Any) -> Any:
        return n.insert(x, places, v, axis=axis)

    words = f"insert({places}, axis={axis})"
    return Call(function, (operand(draw, shape, dtype), value), words, True)


def meshgrid(draw: Drawn) -> Call:
    dtype = draw(dtypes)
    lengths = draw(st.lists(st.integers(0, 3), min_size=1, max_size=3))
    options = {"indexing": draw(st.sampled_from(("xy", "ij"))), "sparse": draw(st.booleans())}
    arrays = tuple(operand(draw, (n,), dtype) for n in lengths)
    return Call(lambda n, *xs: n.meshgrid(*xs, **options), arrays, f"meshgrid({options})", True)


def atleast(name: str) -> Sampler:
    def sample(draw: Drawn) -> Call:
        arrays = tuple(operand(draw, some_shape(draw), draw(dtypes)) for _ in range(2))
        return Call(lambda n, *xs: getattr(n, name)(*xs), arrays, name, True)

    return calls(sample)


def sections(name: str, axis: int, least: int) -> Sampler:
    def arguments(draw: Drawn, shape: Shape) -> Arguments:
        length = shape[axis if len(shape) > 1 else 0]
        equal = [n for n in (1, 2, 3) if length % n == 0]
        cut = draw(st.lists(st.integers(0, 4), max_size=3).map(sorted))
        return (draw(st.sampled_from([*equal, cut])),), {}

    return of_one(name, arguments, least=least)


def array_split(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape), none=False)
    return (draw(st.integers(1, 4)),), {"axis": axis}


def take(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape))
    length = int(np.prod(shape)) if axis is None else shape[axis]
    at = draw(st.lists(st.integers(-length, length - 1), max_size=4))
    return (np.reshape(np.array(at, np.intp), (-1, 1) if draw(st.booleans()) else -1),), {
        "axis": axis
    }


def take_along_axis(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape), none=False)
    rng = np.random.default_rng(draw(seeds))
    wanted = list(shape)
    wanted[axis] = draw(st.integers(0, 3))
    return (rng.integers(0, shape[axis], wanted),), {"axis": axis}


def repeat(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape), none=False)
    times: Any = draw(st.integers(0, 3))
    if draw(st.booleans()):
        times = draw(st.lists(st.integers(0, 2), min_size=shape[axis], max_size=shape[axis]))
    return (times,), {"axis": axis}


def tile(draw: Drawn, shape: Shape) -> Arguments:
    return (draw(st.sampled_from((0, 2, (2, 1), (1, 2, 2)))),), {}


def pad_widths(draw: Drawn, shape: Shape) -> Any:
    width = st.integers(0, 3)
    if draw(st.booleans()):
        return draw(width)
    return [(draw(width), draw(width)) for _ in shape]


def pad(mode: str, options: dict[str, Any] | None = None, exact: bool = True) -> Sampler:
    def arguments(draw: Drawn, shape: Shape) -> Arguments:
        return (pad_widths(draw, shape),), {"mode": mode, **(options or {})}

    return of_one("pad", arguments, least=1, most=2, empty=False, exact=exact, in_order=not exact)


def getitem(draw: Drawn) -> Call:
    """Index arrays, masks, and slices beside them; indices are repeated."""
    shape = some_shape(draw, least=1, empty=False)
    rng = np.random.default_rng(draw(seeds))

    def along(length: int) -> Any:
        kinds: list[Any] = [
            rng.integers(-length, length, draw(st.integers(0, 4))).tolist(),
            rng.integers(-length, length, (2, 1)),
            slice(None, None, draw(st.sampled_from((1, -1, 2)))),
            draw(st.integers(-length, length - 1)),
        ]
        return kinds[draw(st.integers(0, 3))]

    key: Any = masks(draw, shape) if draw(st.booleans()) else along(shape[0])
    if isinstance(key, np.ndarray) and key.dtype == bool:
        key = np.broadcast_to(key, shape).copy()
    elif len(shape) > 1 and draw(st.booleans()):
        second = rng.integers(0, shape[1], (2, 1))
        key = (rng.integers(0, shape[0], 3), second if draw(st.booleans()) else slice(None))
    array = operand(draw, shape, draw(dtypes))
    return Call(lambda n, x: x[key], (array,), f"[{key!r}]", True)


def select(draw: Drawn) -> Call:
    shape, dtype = some_shape(draw), draw(dtypes)
    conditions = [np.broadcast_to(masks(draw, shape), shape) for _ in range(2)]
    arrays = (operand(draw, shape, dtype), operand(draw, shape[1:], dtype))
    return Call(lambda n, *xs: n.select(conditions, list(xs), 0.5), arrays, "select", True)


def where(draw: Drawn) -> Call:
    """The condition is made of the first array."""
    shape = some_shape(draw)
    arrays = (operand(draw, shape, draw(dtypes)), operand(draw, shape[1:], draw(dtypes)))
    return Call(lambda n, x, y: n.where(x > 0.1, x, y), arrays, "where", True)


def choose(draw: Drawn) -> Call:
    shape, dtype = some_shape(draw), draw(dtypes)
    at = np.random.default_rng(draw(seeds)).integers(0, 2, shape)
    arrays = (operand(draw, shape, dtype), operand(draw, shape[1:], dtype))
    return Call(lambda n, *xs: n.choose(at, list(xs)), arrays, "choose", True)


def compress(draw: Drawn) -> Call:
    shape = some_shape(draw, least=1, empty=False)
    axis = axis_for(draw, len(shape), none=False)
    mask = draw(st.lists(st.booleans(), min_size=shape[axis], max_size=shape[axis]))
    array = operand(draw, shape, draw(dtypes))
    return Call(lambda n, x: n.compress(mask, x, axis=axis), (array,), f"compress({mask})", True)


def extract(draw: Drawn) -> Call:
    array = operand(draw, some_shape(draw, least=1), draw(dtypes))
    return Call(lambda n, x: n.extract(x > 0.1, x), (array,), "extract", True)


def shifts(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape))
    return (draw(SMALL),), {"axis": axis}


def turns(draw: Drawn, shape: Shape) -> Arguments:
    return (draw(SMALL),), {"axes": draw(st.permutations(range(len(shape))))[:2]}


def diagonal_number(draw: Drawn, shape: Shape) -> Arguments:
    return (draw(SMALL),), {}


def one_axis(draw: Drawn, shape: Shape) -> Arguments:
    return (), {"axis": axis_for(draw, len(shape), none=False)}


def deleted(draw: Drawn, shape: Shape) -> Arguments:
    axis = axis_for(draw, len(shape), none=False)
    return (draw(st.lists(st.integers(0, shape[axis] - 1), max_size=3)),), {"axis": axis}


JOINING: dict[str, Sampler] = {
    "getitem": calls(getitem),
    "concatenate": calls(concatenate),
    "stack": of_several(
        "stack", alike, lambda draw, s: {"axis": draw(st.integers(-len(s[0]) - 1, len(s[0])))}
    ),
    "hstack": of_several("hstack", differing(1, 2)),
    "vstack": of_several("vstack", differing(0, 2)),
    "dstack": of_several("dstack", alike),
    "column_stack": of_several("column_stack", lambda draw: alike(draw, 1, 2)),
    "block": calls(block),
    "append": calls(append),
    "insert": calls(insert),
    "meshgrid": calls(meshgrid),
    "atleast_1d": atleast("atleast_1d"),
    "atleast_2d": atleast("atleast_2d"),
    "atleast_3d": atleast("atleast_3d"),
    "split": sections("split", 0, 1),
    "hsplit": sections("hsplit", 1, 1),
    "vsplit": sections("vsplit", 0, 2),
    "dsplit": sections("dsplit", 2, 3),
    "array_split": of_one("array_split", array_split, least=1),
    "tile": of_one("tile", tile),
    "repeat": of_one("repeat", repeat, least=1),
    "pad-constant": pad("constant", {"constant_values": 1.5}),
    "pad-edge": pad("edge"),
    "pad-reflect": pad("reflect"),
    "pad-symmetric": pad("symmetric"),
    "pad-wrap": pad("wrap"),
    "pad-odd": pad("reflect", {"reflect_type": "odd"}, exact=False),
    "pad-linear_ramp": pad("linear_ramp", {"end_values": 0.5}, exact=False),
    "pad-mean": pad("mean", exact=False),
    "pad-maximum": pad("maximum", {"stat_length": 2}, exact=False),
    "roll": of_one("roll", shifts, least=1),
    "rot90": of_one("rot90", turns, least=2),
    "flip": of_one("flip", lambda draw, s: ((), {"axis": axes_for(draw, len(s))}), least=1),
    "fliplr": of_one("fliplr", least=2),
    "flipud": of_one("flipud", least=1),
    "where": calls(where),
    "select": calls(select),
    "choose": calls(choose),
    "take": of_one("take", take, least=1, empty=False),
    "take_along_axis": of_one("take_along_axis", take_along_axis, least=1, empty=False),
    "compress": calls(compress),
    "extract": calls(extract),
    "delete": of_one("delete", deleted, least=1, empty=False),
    "unique": of_one("unique", least=1, in_order=True),
    "tril": of_one("tril", diagonal_number, least=2),
    "triu": of_one("triu", diagonal_number, least=2),
    "diag": of_one("diag", diagonal_number, least=1, most=2),
    "diagflat": of_one("diagflat", diagonal_number, most=2),
    "nan_to_num": of_one("nan_to_num"),
    "clip": of_one("clip", lambda draw, s: ((-0.7, 0.9), {})),
}
METHODS = ("take", "repeat", "clip")

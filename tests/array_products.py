"""Calls of products of vectors, matrices and arrays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from array_functions import Call, Drawn, Sampler, calls, dtypes, operand, some_shape
from array_shapes import Array

__all__ = ["METHODS", "PRODUCTS"]

Shape = tuple[int, ...]
LENGTH = st.integers(0, 3)


def of_two(
    name: str, shapes: Callable[[Drawn], tuple[Shape, Shape]], options: dict[str, Any] | None = None
) -> Sampler:
    """Of two arrays, now and then of both dtypes."""
    path, chosen = name.split("."), options or {}

    def sample(draw: Drawn) -> Call:
        arrays = tuple(operand(draw, shape, draw(dtypes)) for shape in shapes(draw))

        def function(n: Any, x: Any, y: Any) -> Any:
            return found(n, path)(x, y, **chosen)

        return Call(function, arrays, f"{name}({chosen})")

    return calls(sample)


def found(namespace: Any, path: list[str]) -> Any:
    for name in path:
        namespace = getattr(namespace, name)
    return namespace


def stacked(draw: Drawn, core_x: Shape, core_y: Shape) -> tuple[Shape, Shape]:
    """The same last axes, behind axes that broadcast."""
    batch = draw(
        hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=2, min_side=0, max_side=3)
    ).input_shapes
    return (*batch[0], *core_x), (*batch[1], *core_y)


def matrices(draw: Drawn) -> tuple[Shape, Shape]:
    """Vectors, matrices, and stacks of matrices."""
    n, m, k = (draw(LENGTH) for _ in range(3))
    kind = draw(st.integers(0, 3))
    if kind == 0:
        return (m,), (m,)
    if kind == 1:
        return (m,), stacked(draw, (), (m, k))[1]
    if kind == 2:
        return stacked(draw, (n, m), ())[0], (m,)
    return stacked(draw, (n, m), (m, k))


def summed_last(draw: Drawn) -> tuple[Shape, Shape]:
    """Of dot: the last axis of one and the last but one of the other."""
    m = draw(LENGTH)
    first = (*draw(st.lists(LENGTH, max_size=2)), m)
    second = draw(st.sampled_from([(m,), (m, 2), (2, m, 1), ()]))
    return (first, second) if draw(st.booleans()) or second else ((), first)


def both_last(draw: Drawn) -> tuple[Shape, Shape]:
    m = draw(LENGTH)
    lead = st.lists(LENGTH, max_size=2)
    shapes = (*draw(lead), m), (*draw(lead), m)
    return (shapes[0], ()) if draw(st.integers(0, 4)) == 0 else shapes


def any_two(draw: Drawn) -> tuple[Shape, Shape]:
    return some_shape(draw, most=2), some_shape(draw, most=2)


def alike(draw: Drawn) -> tuple[Shape, Shape]:
    shape = some_shape(draw)
    return shape, shape


def vectors(draw: Drawn) -> tuple[Shape, Shape]:
    return (draw(LENGTH),), (draw(LENGTH),)


def of_three(draw: Drawn) -> tuple[Shape, Shape]:
    return stacked(draw, (3,), (3,))


def tensordot(draw: Drawn) -> Call:
    common = draw(st.lists(LENGTH, max_size=2))
    before, behind = draw(st.lists(LENGTH, max_size=1)), draw(st.lists(LENGTH, max_size=1))
    dtype, count = draw(dtypes), len(common)
    axes: Any = count
    first, second = (*before, *common), (*common, *behind)
    if draw(st.booleans()):
        order = list(draw(st.permutations(range(len(first)))))
        axes = ([order.index(len(before) + i) - len(first) for i in range(count)], range(count))
        axes = (axes[0], list(axes[1]))
        first = tuple(first[i] for i in order)
    arrays = operand(draw, first, dtype), operand(draw, second, dtype)
    return Call(lambda n, x, y: n.tensordot(x, y, axes=axes), arrays, f"tensordot({axes})")


SUBSCRIPTS = (
    "i->i", "ij->ji", "ij->", "ij->j", "ii", "ii->i", "iji->j", "...->...", "...i->...",
    "i,i", "i,j", "ij,j", "ij,jk", "ij,jk->ki", "ij,ij->ij", "ij,ij->", "ij,kj->ik", "i,ij,j",
    "ij,jk,kl", "ii,ij->j", "i,->i", ",", "...ij,...jk->...ik", "...i,...i", "...i,i...->i...",
    "bij,bjk->bik", "ij , jk -> ik", "i,i,i->i", "b...i,ji->b...j",
)  # fmt: skip


def einsum(draw: Drawn) -> Call:
    """Subscripts of every form, on axes some of which are repeated along the others."""
    subscripts = draw(st.sampled_from(SUBSCRIPTS))
    lengths = {letter: draw(LENGTH) for letter in "abijkl"}
    dots: Shape = draw(st.sampled_from([(), (2,), (1, 2)]))
    dtype, shapes = draw(dtypes), []
    for term in subscripts.replace(" ", "").partition("->")[0].split(","):
        before, dotted, behind = term.partition("...")
        once = len(set(term)) == len(term)
        own = [1 if once and draw(st.integers(0, 5)) == 0 else lengths[c] for c in before + behind]
        shapes.append((*own[: len(before)], *(dots if dotted else ()), *own[len(before) :]))
    arrays = tuple(operand(draw, shape, dtype) for shape in shapes)
    optimize = draw(st.sampled_from((False, True, "greedy", "optimal")))
    try:  # an axis of length 1 has to be repeated along another
        np.einsum(subscripts, *arrays)
    except ValueError:
        arrays = tuple(operand(draw, tuple(2 for _ in a.shape), dtype) for a in arrays)

    def function(n: Any, *xs: Any) -> Any:
        return n.einsum(subscripts, *xs, optimize=optimize)

    return Call(function, arrays, f"einsum({subscripts!r}, optimize={optimize})")


def einsum_of_lists(draw: Drawn) -> Call:
    n, m, k, dtype = draw(LENGTH), draw(LENGTH), draw(LENGTH), draw(dtypes)
    result = draw(st.sampled_from(([[0, 2]], [[2, 0]], [[]], [])))
    arrays = operand(draw, (n, m), dtype), operand(draw, (m, k), dtype)

    def function(n: Any, x: Any, y: Any) -> Any:
        return n.einsum(x, [0, 1], y, [1, 2], *result)

    return Call(function, arrays, f"einsum(x, [0, 1], y, [1, 2], *{result})")


def square(draw: Drawn, dtype: Any) -> Array:
    n = draw(st.integers(1, 3))
    return operand(draw, stacked(draw, (n, n), ())[0], dtype, -1.0, 1.0)


def matrix_power(draw: Drawn) -> Call:
    n = draw(st.integers(1, 5))
    array = square(draw, draw(dtypes))
    return Call(lambda n_, x: n_.linalg.matrix_power(x, n), (array,), f"matrix_power({n})")


def multi_dot(draw: Drawn) -> Call:
    lengths = [draw(st.integers(1, 3)) for _ in range(draw(st.integers(3, 5)))]
    shapes: list[Shape] = list(pairwise(lengths))
    if draw(st.booleans()):
        shapes[0] = shapes[0][1:]
    if draw(st.booleans()):
        shapes[-1] = shapes[-1][:1]
    dtype = draw(dtypes)
    arrays = tuple(operand(draw, shape, dtype) for shape in shapes)
    return Call(lambda n, *xs: n.linalg.multi_dot(list(xs)), arrays, "multi_dot")


def trace(draw: Drawn) -> Call:
    shape = some_shape(draw, least=2)
    axes = draw(st.permutations(range(len(shape))))[:2]
    options = {"offset": draw(st.integers(-2, 2)), "axis1": axes[0], "axis2": axes[1]}
    array = operand(draw, shape, draw(dtypes))
    return Call(lambda n, x: n.trace(x, **options), (array,), f"trace({options})")


def vander(draw: Drawn) -> Call:
    count = draw(st.sampled_from((None, 0, 1, 4)))
    increasing = draw(st.booleans())
    array = operand(draw, (draw(LENGTH),), draw(dtypes))
    words = f"vander({count}, increasing={increasing})"
    return Call(lambda n, x: n.vander(x, count, increasing), (array,), words)


def operator(draw: Drawn) -> Call:
    shapes = matrices(draw)
    arrays = tuple(operand(draw, shape, draw(dtypes)) for shape in shapes)
    return Call(lambda n, x, y: x @ y, arrays, "@")


def outer_of(name: str) -> Sampler:
    def sample(draw: Drawn) -> Call:
        arrays = tuple(operand(draw, shape, draw(dtypes)) for shape in any_two(draw))
        return Call(lambda n, x, y: getattr(np, name).outer(x, y), arrays, f"{name}.outer")

    return calls(sample)


PRODUCTS: dict[str, Sampler] = {
    "@": calls(operator),
    "matmul": of_two("matmul", matrices),
    "dot": of_two("dot", summed_last),
    "vdot": of_two("vdot", alike),
    "inner": of_two("inner", both_last),
    "outer": of_two("outer", any_two),
    "tensordot": calls(tensordot),
    "einsum": calls(einsum),
    "einsum-lists": calls(einsum_of_lists),
    "kron": of_two("kron", any_two),
    "cross": of_two("cross", of_three),
    "trace": calls(trace),
    "vander": calls(vander),
    "linalg.multi_dot": calls(multi_dot),
    "linalg.matrix_power": calls(matrix_power),
    "linalg.vecdot": of_two("linalg.vecdot", lambda draw: stacked(draw, (2,), (2,))),
    "vecdot": of_two("vecdot", lambda draw: stacked(draw, (2,), (2,))),
    "linalg.outer": of_two("linalg.outer", vectors),
    "linalg.matmul": of_two("linalg.matmul", lambda draw: stacked(draw, (2, 3), (3, 1))),
    "add.outer": outer_of("add"),
    "multiply.outer": outer_of("multiply"),
}
METHODS = ("dot", "trace")

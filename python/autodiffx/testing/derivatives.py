"""Derivatives of a flat function as the implementation gives them: the party under examination."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from autodiffx.testing.leaves import Array, FlatFunction, Leaf, copied

__all__ = ["Pullback", "Pushforward", "differentiated", "directions", "pull_back", "push_forward"]

# (leaves, direction of each) -> (results, tangents); the same with one cotangent for each result
# -> (results, gradients).
Pushforward = Callable[[Sequence[Leaf], Sequence[Array]], tuple[Sequence[Leaf], Sequence[Leaf]]]
Pullback = Callable[[Sequence[Leaf], Sequence[Array]], tuple[Sequence[Leaf], Sequence[Leaf]]]


def push_forward(function: FlatFunction) -> Pushforward:
    """Forward mode."""

    def pushed(leaves: Sequence[Leaf], tangents: Sequence[Array]) -> tuple[Any, Any]:
        found: tuple[Any, Any] = function.backend.jvp(
            function.call, tuple(leaves), tuple(map(as_leaf, tangents))
        )
        return found

    return pushed


def pull_back(function: FlatFunction) -> Pullback:
    """Reverse mode: vjp, or else the gradient of the inner product with the cotangents."""

    def pulled_by_vjp(leaves: Sequence[Leaf], cotangents: Sequence[Array]) -> tuple[Any, Any]:
        results, pullback = function.backend.vjp(function.call, *leaves)
        return results, pullback(tuple(map(as_leaf, cotangents)))

    def pulled(leaves: Sequence[Leaf], cotangents: Sequence[Array]) -> tuple[Any, Any]:
        def inner_product(*given: Leaf) -> Leaf:
            total: Leaf = 0.0
            for result, cotangent in zip(function.call(*given), cotangents, strict=True):
                product = result * cotangent  # an array without axes too: float64, as it is
                total = total + (product.sum() if np.ndim(cotangent) else product)
            return total

        everything = tuple(range(len(leaves)))
        return function.call(*leaves), function.backend.grad(inner_product, everything)(*leaves)

    return pulled_by_vjp if hasattr(function.backend, "vjp") else pulled


def as_leaf(array: Array) -> Leaf:
    return array if array.ndim else float(array)


def directions(shapes: Sequence[tuple[int, ...]], seed: int) -> list[Array]:
    """Random directions, the same in every run: entries between 1/2 and 1, of either sign.

    None is near zero, so that no element escapes, and all are exact in float32.
    """
    generator = np.random.default_rng(seed)
    found = []
    for shape in shapes:
        sizes = generator.integers(512, 1024, shape) / 1024.0
        found.append(np.asarray(sizes * generator.choice([-1.0, 1.0], shape), dtype=np.float64))
    return found


def tangents_at(point: Sequence[Leaf]) -> list[Array]:
    """A direction for each leaf, as large as its elements where these are larger than 1.

    The factors are powers of two, for exactness.
    """
    found = []
    for leaf, direction in zip(point, directions([np.shape(p) for p in point], 1), strict=True):
        sizes = np.nan_to_num(abs(np.asarray(leaf, dtype=np.float64)), posinf=1.0)
        found.append(direction * np.exp2(np.ceil(np.log2(np.maximum(sizes, 1.0)))))
    return found


def cotangents_of(function: FlatFunction) -> list[Array]:
    """A cotangent for each result."""
    shapes = [np.shape(result) for result in function.call(*copied(function.point))]
    return directions(shapes, 2 + len(function.modes))


def differentiated(function: FlatFunction, mode: str) -> FlatFunction:
    """The derivative along a fixed direction, or of a fixed combination, as a function."""
    modes = (*function.modes, mode)
    if mode == "fwd":
        tangents = tangents_at(function.point)
        pushed = push_forward(function)
        return replace(
            function, call=lambda *leaves: tuple(pushed(leaves, tangents)[1]), modes=modes
        )
    cotangents = cotangents_of(function)
    pulled = pull_back(function)
    return replace(
        function,
        call=lambda *leaves: tuple(pulled(leaves, cotangents)[1]),
        result_names=tuple(f"the gradient by {name}" for name in function.names),
        modes=modes,
    )

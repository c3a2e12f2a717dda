"""The training loop: updates by an optimiser, one after the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.derivatives import plain
from autodiffx.progress import Bar
from autodiffx.transforms import value_and_grad

if TYPE_CHECKING:
    from autodiffx.optimisers import Optimiser

__all__ = ["train"]


def train(
    f: Callable[..., Any],
    params: Any,
    optimiser: Optimiser,
    steps: int | None = None,
    batches: Iterable[Any] | None = None,
    progress: bool = False,
) -> tuple[Any, list[float]]:
    """Params after one update for each step, and the value of f before each.

    Args:
        f: a function of params, or of params and a batch, that returns one number.
        params: where to start, any container of numbers and arrays.
        optimiser: one of this module's, or any such pair of functions.
        steps: how many updates there are at most; may be left out with batches that end.
        batches: what f gets as its second argument, one after the other.
        progress: draw a bar with the latest value, if standard error is a terminal.

    Raises:
        ValueError: there are neither steps nor batches, or the steps are no number from 0 on.
        TypeError: the optimiser is none.
        FloatingPointError: a value is not finite; the params of the step before are lost to nobody
            who kept them.
        Whatever f or the batches raise.

    >>> import autodiffx as adx
    >>> best, values = adx.optimisers.train(
    ...     lambda p: (p["x"] - 3.0) ** 2, {"x": 0.0}, adx.optimisers.sgd(0.4), steps=20
    ... )
    >>> round(best["x"], 6), values[0]
    (3.0, 9.0)
    """
    if steps is None and batches is None:
        raise ValueError("train() needs a number of steps, or batches, or both")
    if steps is not None and not (isinstance(steps, (int, np.integer)) and steps >= 0):
        raise ValueError(f"train() needs a number of steps from 0 on, got {steps!r}")
    if not hasattr(optimiser, "init") or not hasattr(optimiser, "update"):
        raise TypeError(
            f"train() needs an optimiser, such as sgd(0.1), got {type(optimiser).__name__!r}"
        )
    total = steps if steps is not None else getattr(batches, "__len__", lambda: None)()
    inputs: Iterable[tuple[Any, ...]]
    inputs = itertools.repeat(()) if batches is None else ((batch,) for batch in batches)
    derive = value_and_grad(f)
    state = optimiser.init(params)
    values: list[float] = []
    with Bar("train", total) as bar:
        for batch in itertools.islice(inputs, steps):
            value, gradient = derive(params, *batch)
            values.append(float(plain(value)))
            if not math.isfinite(values[-1]):
                raise FloatingPointError(
                    f"train() found the value {values[-1]} in step {len(values)}: "
                    "lower the rate, or start elsewhere"
                )
            params, state = optimiser.update(gradient, state, params)
            if progress:
                bar.show(len(values), f"value {values[-1]:.6g}")
    return params, values

"""The transpose of a linear function that is given as code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.kernel import Leaves, value_of
from autodiffx.pullback import pulled_back

__all__ = ["transposed"]

Linear = Callable[[Leaves, Leaves], Leaves]


def transposed(
    what: str, linear: Linear, places: Leaves, parameters: Leaves, weights: Leaves
) -> Leaves:
    """Aᵀ weights of the function x ↦ A x.

    <weights, A x> is linear in x, and its gradient is the same everywhere.

    Args:
        what: whose function it is and for what, for the message.
        linear: ``linear(x, parameters)``, A x; written with what can be differentiated.
        places: arrays of which x has the shapes and dtypes.
        parameters: what A depends on.
        weights: an array for each that `linear` gives, None for zero.

    Returns:
        Arrays of the shapes of `places`; traced if a parameter or weight is.

    Raises:
        ValueError: the function is not linear.
    """
    count = len(places)
    values = [value_of(each) for each in parameters]
    ones = [np.ones(np.shape(each), _real(each)) for each in places]
    _require_linear(what, lambda x: linear(x, values), ones)
    wanted = [i < count for i in range(count + len(parameters))]
    return pulled_back(
        lambda x: linear(x[:count], x[count:]), weights, [*ones, *parameters], wanted
    )[:count]


def _require_linear(what: str, linear: Callable[[Leaves], Leaves], places: Leaves) -> None:
    """Raises if f(-x/2²⁴) is not -f(x)/2²⁴: then there is no transpose."""
    # Larger than what is clipped, but no larger than what an iteration meets its tolerance on.
    at = [_pattern(each.shape).astype(each.dtype) * 2**5 for each in places]

    def evaluate() -> tuple[Leaves, Leaves]:
        return linear(at), linear([each / -(2**24) for each in at])

    with np.errstate(all="ignore"):
        for one, other in zip(*_core._aside(evaluate), strict=True):
            if one is None and other is None:
                continue
            expected = np.asarray(0.0 if one is None else one, float)
            found = np.asarray(0.0 if other is None else other, float) * -(2**24)
            scale = np.max(np.abs(expected), initial=0.0)
            if not np.allclose(found, expected, rtol=1e-3, atol=1e-3 * scale, equal_nan=True):
                raise ValueError(
                    f"{what} is not linear: of a vector it gives {expected}, and of "
                    f"-2**-24 times the vector -2**-24 times {found}. Only a linear rule can be "
                    "used in the other direction: define the one that is missing"
                )


def _real(leaf: Any) -> Any:
    """The dtype of what derivatives of the leaf are made of, float64 for a decision."""
    return np.float32 if getattr(leaf, "dtype", None) == np.float32 else np.float64


def _pattern(shape: tuple[int, ...]) -> Any:
    """Numbers of both signs and different sizes."""
    count = int(np.prod(shape, dtype=np.intp))
    return np.resize([1.0, -2.25, 1.625, 0.4375, -3.125], count).reshape(shape)

"""The largest and the smallest elements, over one axis, several or all."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply, operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import implements
from autodiffx.reference.multilinear import Multilinear
from autodiffx.reference.numpy.axes import axes_of, merged, unmerged
from autodiffx.reference.numpy.choices import LARGEST, SMALLEST
from autodiffx.reference.numpy.given import array_of, floating
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import shape_of

__all__: list[str] = []

# What changes no extreme: every number is better.
_WORST = {"maximum": -np.inf, "minimum": np.inf}


def _extreme(
    name: str, operation: Multilinear, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    """The largest or smallest over the axes, `initial` among them where it is given."""
    x = floating(array_of(a, f"np.{name}"))
    shape, axes = shape_of(x), axes_of(axis, np.ndim(x))
    if where is not True:
        if initial is None:
            raise ValueError(
                f"reduction operation '{name}' does not have an identity, so to use a where mask "
                "one has to specify 'initial'"
            )
        x = operate(RULES["where"], where, x, _WORST[name])
    line = merged(x, axes)
    *others, count = shape_of(line)
    if count and 0 not in others:
        found: Number = apply(operation, line, line)
        if initial is not None:
            found = operate(RULES[name], found, initial)
    elif initial is not None or 0 in others:  # of no elements, or of no lines of elements
        found = operate(RULES["add"], np.sum(line, axis=-1), 0.0 if initial is None else initial)
    else:
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    return unmerged(found, shape, axes, keepdims)


@implements(np.max, np.amax)
def max(
    a: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest element over the axes, NaN where one is NaN.

    The partial is 1 for it; of several that are equally large it is the same for each, 1 in sum.

    Raises:
        ValueError: there are no elements, and no `initial`.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([3.0, 1.0, 3.0])
    >>> np.max(x).backward()
    >>> x.grad
    array([0.5, 0. , 0.5])
    """
    return _extreme("maximum", LARGEST, a, axis, keepdims, initial, where)


@implements(np.min, np.amin)
def min(
    a: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest element over the axes, NaN where one is NaN; several share the partial."""
    return _extreme("minimum", SMALLEST, a, axis, keepdims, initial, where)


def _present(
    name: str, operation: Multilinear, a: Any, axis: Any, keepdims: Any, initial: Any, where: Any
) -> Any:
    """Of what is not NaN; NaN where everything is."""
    x = floating(array_of(a, f"np.{name}"))
    unknown = FUNCTIONS["not_equal"](x, x)
    known = FUNCTIONS["where"](unknown, _WORST[name], x)
    found = _extreme(name, operation, known, axis, keepdims, initial, where)
    if initial is not None:
        return found
    unknowns = np.all(unknown, axis=axis, keepdims=bool(keepdims))
    return FUNCTIONS["where"](unknowns, np.nan, found)


@implements(np.nanmax)
def nanmax(
    a: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The largest of what is not NaN; a NaN has the partial 0."""
    return _present("maximum", LARGEST, a, axis, keepdims, initial, where)


@implements(np.nanmin)
def nanmin(
    a: Any, axis: Any = None, keepdims: Any = False, initial: Any = None, where: Any = True
) -> Any:
    """The smallest of what is not NaN; a NaN has the partial 0."""
    return _present("minimum", SMALLEST, a, axis, keepdims, initial, where)


@implements(np.ptp)
def ptp(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """max - min over the axes."""
    return max(a, axis, keepdims) - min(a, axis, keepdims)

"""An operator between all elements along an axis, one after another.

So a product has as its partials the products of all other factors, exactly, zeros or not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number, apply, operate
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import finished, implements
from autodiffx.reference.number import to_dtype
from autodiffx.reference.numpy.axes import along, axes_of, axis_of, merged, unmerged
from autodiffx.reference.numpy.given import array_of, floating, in_dtype, together
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, shape_of

__all__ = ["accumulated", "log_softmax", "logsumexp", "reduced", "softmax"]


def _factors(a: Any, dtype: Any, name: str) -> Number:
    x = floating(array_of(a, name))
    return x if dtype is None else in_dtype(x, to_dtype(dtype))


def reduced(name: str, x: Number, axis: Any, keepdims: Any, start: Any) -> Number:
    """An operator between all elements along some axes, and `start` where that is not None.

    Raises:
        ValueError: there are no elements, and no start.
    """
    shape, axes = shape_of(x), axes_of(axis, np.ndim(x))
    line = merged(x, axes)
    parts = [line[..., i] for i in range(shape_of(line)[-1])]
    if not parts and start is None:
        raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
    if not parts:
        return unmerged(_filled(line, start), shape, axes, keepdims)
    result = parts[0] if start is None else operate(RULES[name], start, parts[0])
    for part in parts[1:]:
        result = apply(RULES[name], result, part)
    return unmerged(result, shape, axes, keepdims)


def _filled(line: Number, start: Any) -> Number:
    """The start, in the shape of what an empty axis leaves."""
    nothing = np.sum(line, axis=-1)
    return operate(RULES["add"], nothing, start)


def accumulated(name: str, x: Number, axis: int) -> Number:
    """An operator between every element and all before it."""
    parts = [x[along(axis, i)] for i in range(shape_of(x)[axis])]
    results = parts[:1]
    for part in parts[1:]:
        results.append(apply(RULES[name], results[-1], part))
    if not results:
        return x * 1.0
    return together(lambda *numbers: np.stack(numbers, axis), results, "stack")


@implements(np.prod)
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    keepdims: Any = False,
    initial: Any = None,
    where: Any = True,
) -> Any:
    """Π a over the axes; the partial of each factor is the product of the others.

    >>> from autodiffx.reference import Variable
    >>> x = Variable([2.0, 0.0, 5.0])
    >>> np.prod(x).backward()
    >>> x.grad
    array([ 0., 10.,  0.])
    """
    x = _factors(a, dtype, "np.prod")
    if where is not True:
        x = operate(RULES["where"], where, x, 1.0)
    is_empty = 0 in [shape_of(x)[axis] for axis in axes_of(axis, np.ndim(x))]
    return reduced("multiply", x, axis, keepdims, 1.0 if initial is None and is_empty else initial)


@implements(np.cumprod)
def cumprod(a: Any, axis: Any = None, dtype: Any = None) -> Any:
    """The products of every element and all before it; in C order without an axis."""
    x = _factors(a, dtype, "np.cumprod")
    if axis is None or not np.ndim(x):
        x = np.ravel(x)
    return accumulated("multiply", x, axis_of(axis or 0, np.ndim(x)))


def logsumexp(a: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """log(Σ exp(a)) over the axes, without overflow: neighbours are joined pair by pair.

    Of no elements it is -inf.

    >>> from autodiffx.reference import Variable
    >>> logsumexp(Variable([[0.0, 0.0], [1.0, 1.0]]), axis=1).value
    array([0.69314718, 1.69314718])
    """
    x = floating(array_of(a, "logsumexp"))
    shape, axes = shape_of(x), axes_of(axis, np.ndim(x))
    line = merged(x, axes)
    if not shape_of(line)[-1]:
        return finished(unmerged(_filled(line, -np.inf), shape, axes, keepdims))
    terms = [line[..., i] for i in range(shape_of(line)[-1])]
    while len(terms) > 1:
        pairs = zip(terms[::2], terms[1::2], strict=False)
        joined = [apply(RULES["logaddexp"], *pair) for pair in pairs]
        terms = joined + terms[2 * len(joined) :]
    return finished(unmerged(terms[0], shape, axes, keepdims))


def log_softmax(a: Any, axis: Any = None) -> Any:
    """a - logsumexp(a) over the axes."""
    x = floating(array_of(a, "log_softmax"))
    return in_dtype(x - logsumexp(x, axis, keepdims=True), dtype_of(x))


def softmax(a: Any, axis: Any = None) -> Any:
    """exp(a) / Σ exp(a) over the axes.

    >>> from autodiffx.reference import Variable
    >>> softmax(Variable([0.0, 0.0])).value
    array([0.5, 0.5])
    """
    return FUNCTIONS["exp"](log_softmax(a, axis))

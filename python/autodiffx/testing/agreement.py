"""The engine against its reference: `compare_backends`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from autodiffx.testing.derivatives import cotangents_of, pull_back, push_forward, tangents_at
from autodiffx.testing.leaves import Array, Leaf, copied, flat_function, place_in, unit_of

__all__ = ["compare_backends"]


def compare_backends(
    f: Callable[..., Any],
    args: Sequence[Any],
    atol: float | None = None,
    rtol: float | None = None,
) -> None:
    """Checks that `autodiffx` and `autodiffx.reference` agree on f at args.

    Compared are the values, the tangents along a fixed direction and the gradient of a fixed
    combination of the results. The two share no rule and no table, so that a mistake in one of
    them shows, at any point and to nearly the last digit, kinks included.

    Args:
        f: a function of numbers, arrays and containers of them, which returns such. Operators,
            methods and NumPy's functions work in both; for `adx.sin` and the like f has a
            keyword-only parameter named adx, which is `autodiffx`, then `autodiffx.reference`.
        args: the tuple of its arguments: floats, and arrays of float64 or float32, in containers.
        atol: absolute tolerance; None: 2^10 units in the last place of the leaf's largest element.
        rtol: relative tolerance; None: 2^12 units in the last place. Both may round differently.

    Returns:
        None: they agree. nan agrees with nan.

    Raises:
        AssertionError: they do not; the message names what, which leaf and element, and has both
            numbers. Or only one of them raised an error.
        TypeError, ValueError: as `check_grads`; and whatever f raises in both.

    >>> import numpy as np
    >>> from autodiffx.testing import compare_backends
    >>> compare_backends(lambda x, *, adx: adx.relu(x) * np.tanh(x), (0.0,))
    """
    __tracebackhide__ = True
    core = importlib.import_module("autodiffx")
    reference = importlib.import_module("autodiffx.reference")
    ours, theirs = outcome(f, args, core), outcome(f, args, reference)
    if isinstance(ours, Exception) or isinstance(theirs, Exception):
        require_same_error(ours, theirs)
    else:
        for a, b in zip(ours, theirs, strict=True):
            require_agreement(a, b, atol, rtol)


class Part(NamedTuple):
    """One leaf of what is compared."""

    name: str
    leaf: Array
    unit: float  # distance from 1 to the next number in the least precise type that took part


def outcome(
    f: Callable[..., Any], args: Sequence[Any], backend: ModuleType
) -> list[Part] | Exception:
    """Values, tangents and gradient in one implementation, or the error."""
    try:
        function = flat_function(f, args, backend)
        point = function.point
        values, tangents = push_forward(function)(copied(point), tangents_at(point))
        gradient = pull_back(function)(copied(point), cotangents_of(function))[1]
    except Exception as error:  # whatever it is: it is compared
        return error
    unit = max([function.unit, *map(unit_of, values)])
    parts: list[tuple[str, Sequence[str], Sequence[Leaf]]] = [
        ("value of", function.result_names, values),
        ("tangent of", function.result_names, tangents),
        ("gradient by", function.names, gradient),
    ]
    return [
        Part(f"the {what} {name}", np.asarray(leaf, dtype=np.float64), unit)
        for what, names, leaves in parts
        for name, leaf in zip(names, leaves, strict=True)
    ]


def require_same_error(ours: list[Part] | Exception, theirs: list[Part] | Exception) -> None:
    __tracebackhide__ = True
    if isinstance(ours, Exception) and isinstance(theirs, Exception):
        raise ours
    error = ours if isinstance(ours, Exception) else theirs
    assert isinstance(error, Exception)
    raising = "autodiffx" if error is ours else "autodiffx.reference"
    raise AssertionError(
        f"only {raising} raises {type(error).__name__}: {error}. Functions of one implementation "
        "do not take Variables of the other: give f a keyword-only parameter adx, and use that"
    ) from error


def require_agreement(ours: Part, theirs: Part, atol: float | None, rtol: float | None) -> None:
    __tracebackhide__ = True
    a, b, unit = ours.leaf, theirs.leaf, max(ours.unit, theirs.unit)
    if a.shape != b.shape:
        raise AssertionError(
            f"{ours.name} has shape {a.shape} in autodiffx, {b.shape} in autodiffx.reference"
        )
    finite = abs(b[np.isfinite(b)])
    floor = 2.0**10 * unit * float(np.max(finite, initial=0.0)) if atol is None else atol
    relative = 2.0**12 * unit if rtol is None else rtol
    allowed = np.asarray(floor + relative * np.where(np.isfinite(b), abs(b), 0.0))
    with np.errstate(invalid="ignore"):  # inf - inf
        agree = (a == b) | (np.isnan(a) & np.isnan(b)) | (abs(a - b) <= allowed)
    if np.all(agree):
        return
    index = tuple(int(i) for i in np.argwhere(~agree)[0])
    raise AssertionError(
        f"{place_in(ours.name, index)} differs\n"
        f"  autodiffx            {float(a[index])!r}\n"
        f"  autodiffx.reference  {float(b[index])!r}\n"
        f"  they differ by {abs(float(a[index] - b[index])):.3g}, allowed is "
        f"{float(allowed[index]):.3g}\n"
        "  look next: at the rule of the operator in question; check_grads tells which of the two "
        "the differences side with (backend=)"
    )

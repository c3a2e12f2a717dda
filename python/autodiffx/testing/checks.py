"""Derivatives against differences: `check_grads`, `check_jvp`, `check_vjp`."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from autodiffx.testing.comparison import Comparison
from autodiffx.testing.derivatives import differentiated
from autodiffx.testing.differences import Accuracy
from autodiffx.testing.hand_written import by_jvp, by_vjp
from autodiffx.testing.leaves import FlatFunction, copied, flat_function, unit_of
from autodiffx.testing.report import MODES

__all__ = ["check_grads", "check_jvp", "check_vjp"]


def check_grads(
    f: Callable[..., Any],
    args: Sequence[Any],
    order: int = 2,
    modes: Sequence[str] = ("fwd", "rev"),
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    backend: ModuleType | None = None,
) -> None:
    """Checks f's derivatives at args: |derivative − quotient| ≤ atol + rtol |derivative|.

    In every mode the derivative along one random direction for each argument (the same in every
    run) is compared with what values of f alone say. Then the derivative itself is the function
    that is checked, in each mode, and so on to the order: order 2 with both modes compares four
    second derivatives. Differences are taken in float64, at arguments of float32 too.

    Args:
        f: a function of numbers, arrays and containers of them, which returns such. If it has a
            keyword-only parameter named adx, it is given the implementation as this.
        args: the tuple of its arguments: floats, and arrays of float64 or float32, in containers.
        order: how often f is differentiated.
        modes: "fwd" (`jvp`), "rev" (`grad`), or both.
        atol: absolute tolerance; None: what rounding of the values can do to the quotient.
        rtol: relative tolerance; None: 2^-20, about 1e-6, and 2^-10 where float32 is involved.
        eps: largest step of the differences, for arguments up to 1 (multiplied by larger ones);
            None: 2^-6. Where that is too far it is made smaller.
        backend: `autodiffx`, the default, or `autodiffx.reference`.

    Returns:
        None: nothing is wrong.

    Raises:
        AssertionError: a derivative deviates; the message names mode, order, argument, leaf and
            element, has both numbers, and says where to look. Or there is nothing to compare with
            at this point: a kink, an edge of the domain, a jump or a nan, as the message says.
        TypeError: f is no function, or an argument has no derivative.
        ValueError: order or modes is none, or there is nothing to differentiate.

    At kinks what autodiffx gives is a convention that no difference can confirm, so they fail.

    Source: Richardson's extrapolation of central differences (L. F. Richardson 1911); on failure
    the element is found by halving the direction.

    >>> import numpy as np
    >>> from autodiffx.testing import check_grads
    >>> check_grads(lambda x, p: np.sin(x) * p["scale"], (0.5, {"scale": 2.0}))
    >>> f = lambda x: x * (x.value if hasattr(x, "value") else x)
    >>> check_grads(f, (1.0,))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: order 1, forward mode: the derivative of the result by argument 0 is not ...
      autodiffx    1.0
      differences  2.0
      they differ by 1, allowed is 1.91e-06
      look next: for a factor: the differences are 2 times what autodiffx gives
    """
    __tracebackhide__ = True  # pytest shows the caller's line
    if isinstance(order, bool) or not isinstance(order, int) or order < 1:
        raise ValueError(f"order is a positive int, got {order!r}")
    if isinstance(modes, str) or not modes or not set(modes) <= set(MODES):
        raise ValueError(f'modes is a tuple of "fwd" and "rev", got {modes!r}')
    function = flat_function(f, args, backend or default_backend())
    accuracy = accuracy_for(function, atol, rtol)
    level = [function]
    for remaining in reversed(range(order)):
        for each in level:
            Comparison(each, modes, accuracy, eps).require_agreement()
        if remaining:
            level = [differentiated(each, mode) for each in level for mode in modes]


def check_jvp(
    f: Callable[..., Any],
    args: Sequence[Any],
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    jvp: Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Any, Any]] | None = None,
    backend: ModuleType | None = None,
) -> None:
    """Checks the tangent of f at args, ∂f/∂x · v: forward mode, of order 1.

    Args:
        jvp: `jvp(primals, tangents) -> (value, tangent)`, a rule written by hand, which is
            checked instead of the library's.

    The other arguments, and what is raised, are those of `check_grads`.

    >>> from autodiffx.testing import check_jvp
    >>> check_jvp(lambda x: x**3, (2.0,), jvp=lambda x, t: (x[0] ** 3, 3 * x[0] ** 2 * t[0]))
    """
    __tracebackhide__ = True
    function = flat_function(f, args, backend or default_backend())
    forward = None if jvp is None else by_jvp(jvp, args)
    accuracy = accuracy_for(function, atol, rtol)
    Comparison(function, ("fwd",), accuracy, eps, forward=forward).require_agreement()


def check_vjp(
    f: Callable[..., Any],
    args: Sequence[Any],
    atol: float | None = None,
    rtol: float | None = None,
    eps: float | None = None,
    *,
    vjp: Callable[..., tuple[Any, Callable[[Any], Any]]] | None = None,
    backend: ModuleType | None = None,
) -> None:
    """Checks the gradient of a fixed combination of f's results at args, uᵀ ∂f/∂x: reverse mode.

    Args:
        vjp: `vjp(*args) -> (value, pullback)`, rules written by hand, which are checked instead
            of the library's; `pullback(cotangent)` is the tuple of derivatives by each argument.

    The other arguments, and what is raised, are those of `check_grads`; the order is 1.

    >>> from autodiffx.testing import check_vjp
    >>> check_vjp(lambda x: x**3, (2.0,), vjp=lambda x: (x**3, lambda u: (3 * x**2 * u,)))
    """
    __tracebackhide__ = True
    function = flat_function(f, args, backend or default_backend())
    reverse = None if vjp is None else by_vjp(vjp, args)
    accuracy = accuracy_for(function, atol, rtol)
    Comparison(function, ("rev",), accuracy, eps, reverse=reverse).require_agreement()


def default_backend() -> ModuleType:
    return importlib.import_module("autodiffx")


def accuracy_for(function: FlatFunction, atol: float | None, rtol: float | None) -> Accuracy:
    """The tolerances, where the caller gives none.

    Differences of well-behaved functions are good to about 1e-10, so that in float64 derivatives
    are held to 2^-20, much nearer than a wrong formula comes. In float32 it is the derivative that
    is rounded, by 2^-24 in each operation: 2^-10 leaves room for some thousands of them.
    """
    if rtol is not None:
        return Accuracy(float(rtol), atol)
    units = [function.unit, *map(unit_of, function.call(*copied(function.point)))]
    return Accuracy(2.0**-20 if max(units) < 1e-12 else 2.0**-10, atol)

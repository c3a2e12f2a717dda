"""SciPy's `root` and `least_squares`, given exact Jacobians."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.constraints import VectorFunction, flat_bounds
from autodiffx.layout import Layout, Vector
from autodiffx.optimize import method_name, placed_callback
from autodiffx.progress import Bar, counted

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["least_squares", "root"]

# Of the methods of root(), those that use a Jacobian and know no callback; the others the reverse.
WITH_JACOBIAN = frozenset({"hybr", "lm"})
OURS = ("jac", "diff_step", "jac_sparsity", "workers")


def root(
    f: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str = "hybr",
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> OptimizeResult:
    """``x`` with ``f(x, *args) = 0``: `scipy.optimize.root` with the exact Jacobian.

    Args:
        f: a function that returns as many numbers as x has, in arrays and containers of any kind.
        x0: where to start, a number, an array or any container of them, as in `minimize`.
        args: further arguments of f: a tuple, or a single one.
        method: one of SciPy's. hybr and lm get the Jacobian; the others use none, and call f on
            plain numbers only.
        tol, options: as in SciPy.
        callback: as in SciPy, with x in x0's structure; hybr and lm call none.
        progress: draw the number of evaluations, if standard error is a terminal.

    Returns:
        SciPy's OptimizeResult; `x` is in x0's structure, everything else over its numbers in order.

    Raises:
        TypeError: x0 or what f returns is of something else than real numbers.
        ValueError: f returns another number of numbers, or the method is unknown.
        Whatever f or the callback raises.

    >>> import autodiffx as adx
    >>> found = adx.root(lambda x: [x[0] ** 2 + x[1] ** 2 - 2.0, x[0] - x[1]], np.array([2.0, 1.0]))
    >>> found.x.round(9)
    array([1., 1.])
    """
    optimize: Any = import_module("scipy.optimize")
    function, layout = _function(f, x0, args, "root")
    name = method_name("root", method)

    def equations(x: Vector) -> Vector:
        values = function.fun(x)
        if values.size < layout.size or (values.size > layout.size and name != "lm"):
            raise ValueError(
                f"root() needs as many equations as x0 has numbers, {layout.size}, "
                f"got {values.size}"
            )
        return values

    settings = dict(options or {})
    with Bar(f"root {name}", settings.get("maxfev") or None) as bar:
        result: Any = optimize.root(
            counted(equations, bar, _norm) if progress else equations,
            layout.start.copy(),
            method=method,
            jac=function.jac if name in WITH_JACOBIAN else None,
            tol=tol,
            callback=None if callback is None else placed_callback(callback, layout),
            options=settings,
        )
    result.x = layout.restore(np.asarray(result.x, dtype=np.float64))
    found: OptimizeResult = result
    return found


def least_squares(
    f: Callable[..., Any],
    x0: Any,
    args: Any = (),
    bounds: Any = None,
    method: str = "trf",
    callback: Callable[..., Any] | None = None,
    progress: bool = False,
    **options: Any,
) -> OptimizeResult:
    """``x`` with the least sum of squares of ``f(x, *args)``, as `scipy.optimize.least_squares`.

    Args:
        f: a function that returns the residuals, in arrays and containers of any kind.
        x0: where to start, a number, an array or any container of them, as in `minimize`.
        args: further arguments of f: a tuple, or a single one.
        bounds: as in `minimize`, or SciPy's pair (low, high) of numbers or vectors where x0 is
            a single array.
        method: trf, dogbox or lm, as in SciPy.
        callback: as in SciPy, with x in x0's structure.
        progress: draw the number of evaluations, if standard error is a terminal.
        options: SciPy's other keywords: ftol, xtol, gtol, x_scale, loss, f_scale, max_nfev,
            tr_solver, tr_options, verbose. With `tr_solver="lsmr"` the Jacobian is not
            made: its products with vectors are given instead.

    Returns:
        SciPy's OptimizeResult; `x` is in x0's structure, everything else over its numbers in order.

    Raises:
        TypeError: x0 or what f returns is of something else than real numbers, or an option
            is about a Jacobian by differences.
        ValueError: bounds do not fit x0, or an option is wrong.
        Whatever f or the callback raises.

    >>> import autodiffx as adx
    >>> t = np.array([0.0, 1.0, 2.0])
    >>> def misfit(p):
    ...     return p["size"] * np.exp(-p["rate"] * t) - np.array([2.0, 1.0, 0.5])
    >>> fit = adx.least_squares(misfit, {"size": 1.0, "rate": 0.1})
    >>> {name: round(value, 6) for name, value in fit.x.items()}
    {'size': 2.0, 'rate': 0.693147}
    """
    optimize: Any = import_module("scipy.optimize")
    function, layout = _function(f, x0, args, "least_squares")
    refused = [name for name in OURS if name in options]
    if refused:
        raise TypeError(
            f"least_squares() gives SciPy the exact Jacobian and takes no {refused[0]!r}: "
            "leave it out, or use scipy.optimize.least_squares"
        )
    if bounds is not None:
        limits = flat_bounds(_two_sides(bounds, layout), layout)
        options["bounds"] = (limits.lb, limits.ub)
    if callback is not None:
        options["callback"] = placed_callback(callback, layout)
    with Bar(f"least_squares {method}", options.get("max_nfev")) as bar:
        result: Any = optimize.least_squares(
            counted(function.fun, bar, _norm) if progress else function.fun,
            layout.start.copy(),
            jac=function.operator if options.get("tr_solver") == "lsmr" else function.jac,
            method=method,
            **options,
        )
    result.x = layout.restore(np.asarray(result.x, dtype=np.float64))
    found: OptimizeResult = result
    return found


def _two_sides(bounds: Any, layout: Layout) -> Any:
    """SciPy's pair of sides for a single array as a Bounds; other forms as they are."""
    optimize: Any = import_module("scipy.optimize")
    if not layout.is_array or not isinstance(bounds, tuple) or len(bounds) != 2:
        return bounds
    if any(side is None for side in bounds):
        return bounds
    return optimize.Bounds(*(np.asarray(side, dtype=np.float64) for side in bounds))


def _function(
    f: Callable[..., Any], x0: Any, args: Any, caller: str
) -> tuple[VectorFunction, Layout]:
    if not callable(f):
        raise TypeError(f"{caller}() takes a function, got {type(f).__name__!r}")
    layout = Layout(x0, "x0")
    return VectorFunction(f, layout, args if isinstance(args, tuple) else (args,)), layout


def _norm(values: Vector) -> str:
    return f"norm {np.linalg.norm(values):.6g}"

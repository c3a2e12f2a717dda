"""SciPy's `solve_ivp`, given exact Jacobians."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from autodiffx import derivatives
from autodiffx.layout import Layout, Vector, is_flat
from autodiffx.progress import Bar
from autodiffx.trees import flatten

__all__ = ["solve_ivp"]

STIFF = frozenset({"Radau", "BDF", "LSODA"})
OURS = ("jac", "jac_sparsity", "vectorized", "lband", "uband")


def solve_ivp(
    f: Callable[..., Any],
    t_span: tuple[float, float],
    y0: Any,
    method: str | type[Any] = "RK45",
    t_eval: Any = None,
    dense_output: bool = False,
    events: Any = None,
    args: Any = (),
    progress: bool = False,
    **options: Any,
) -> Any:
    """The solution of ``dy/dt = f(t, y, *args)``: `scipy.integrate.solve_ivp` with Jacobians.

    Args:
        f: the rate of change of y, in y0's structure and shapes. Where y0 is an array, or a list
            or tuple of numbers, a sequence or an array along one axis of as many numbers will do.
        t_span: beginning and end.
        y0: y at the beginning: a number, an array or any container of them, as in `minimize`.
        method: one of SciPy's, by name or class. Radau, BDF and LSODA get the exact Jacobian of f
            by y; the others call f on plain numbers only.
        t_eval, dense_output: as in SciPy.
        events: as in SciPy, functions of t, y in y0's structure, and args.
        args: further arguments of f and of the events: a tuple, or a single one.
        progress: draw how far t has come, if standard error is a terminal.
        options: SciPy's rtol, atol (numbers, or vectors over y's numbers in order), first_step,
            min_step and max_step.

    Returns:
        SciPy's result. Its `y` is in y0's structure with arrays of one axis more, the last, over
        `t`; `y_events` alike with the first over the events; `sol(t)` returns the structure, too.

    Raises:
        TypeError: y0 or f's result is of something else than real numbers, f's result has another
            structure than y0, or an option is about a Jacobian by differences.
        ValueError: f returns another number of numbers than y0 has, or other shapes, or an option
            is wrong.
        Whatever f or an event raises.

    >>> import autodiffx as adx
    >>> def decay(t, y, rate):
    ...     return {"fast": -1000.0 * rate * y["fast"], "slow": -rate * y["slow"]}
    >>> path = adx.solve_ivp(decay, (0.0, 1.0), {"fast": 1.0, "slow": 1.0}, "BDF", args=(2.0,))
    >>> bool(abs(path.y["slow"][-1] - np.exp(-2.0)) < 1e-3), path.njev
    (True, 1)
    """
    integrate: Any = import_module("scipy.integrate")
    if not callable(f):
        raise TypeError(f"solve_ivp() takes a function, got {type(f).__name__!r}")
    refused = [name for name in OURS if name in options]
    if refused:
        raise TypeError(
            f"solve_ivp() gives SciPy the exact Jacobian and takes no {refused[0]!r}: "
            "leave it out, or use scipy.integrate.solve_ivp"
        )
    layout = Layout(y0, "y0")
    more = args if isinstance(args, tuple) else (args,)
    begin, end = _span(t_span)

    def rate(t: float, y: Any) -> Any:
        return _checked(f(t, layout.unflatten(y), *more), layout)

    name = method if isinstance(method, str) else getattr(method, "__name__", repr(method))
    with Bar(name, abs(end - begin)) as bar:

        def plain_rate(t: float, y: Vector) -> Vector:
            if progress:
                bar.show(abs(t - begin), "of time")
            return derivatives.flat_values(rate(t, np.array(y, dtype=np.float64)))

        def jacobian(t: float, y: Vector) -> Vector:
            own = np.array(y, dtype=np.float64)
            return derivatives.jacobian(lambda z: rate(t, z), own)

        if name in STIFF:
            options["jac"] = jacobian
        result: Any = integrate.solve_ivp(
            plain_rate,
            (begin, end),
            layout.start.copy(),
            method=method,
            t_eval=t_eval,
            dense_output=dense_output,
            events=None if events is None else _events(events, layout, more),
            **options,
        )
    if not layout.is_vector:
        result.y = layout.unflatten_rows(result.y, axis=-1)
        if result.y_events is not None:
            result.y_events = [_event_rows(found, layout) for found in result.y_events]
        if result.sol is not None:
            result.sol = _Placed(result.sol, layout)
    return result


def _span(t_span: Any) -> tuple[float, float]:
    """Beginning and end."""
    if not isinstance(t_span, (Sequence, np.ndarray)) or len(t_span) != 2:
        raise TypeError(f"t_span should be a pair (beginning, end), got {t_span!r}")
    return float(t_span[0]), float(t_span[1])


class _Placed:
    """A dense solution whose values have the structure of y0."""

    def __init__(self, solution: Any, layout: Layout) -> None:
        self.vectors = solution
        self._layout = layout

    def __call__(self, t: Any) -> Any:
        """Y at one time, or at many along a last axis."""
        values: Vector = np.asarray(self.vectors(t), dtype=np.float64)
        if values.ndim == 1:
            return self._layout.restore(values)
        return self._layout.unflatten_rows(values, axis=-1)


def _checked(out: Any, layout: Layout) -> Any:
    """What f returned, if its numbers stand in the order of y's."""
    leaves, structure = flatten(out)
    ordered = structure.specification is None or is_flat(out)
    if structure != layout.structure and not (layout.is_sequence and ordered):
        raise TypeError(f"f should return y0's structure {layout.structure}, got {structure}")
    shapes = [np.shape(leaf) for leaf in leaves]
    size = sum(map(math.prod, shapes))
    if size != layout.size:
        raise ValueError(f"f should return {layout.size} numbers, as y0 has, got {size}")
    if structure == layout.structure:
        for leaf, shape in zip(layout.leaves, shapes, strict=True):
            if not _in_order(shape, leaf.shape):
                raise ValueError(
                    f"f should return the shape {leaf.shape} for {leaf.path}, got {shape}"
                )
    return out


def _in_order(shape: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    """Whether as many numbers stand in one order only: in the same shape, or along one axis."""
    along_one = len(shape) < 2 or len(expected) < 2
    return shape == expected or (along_one and math.prod(shape) == math.prod(expected))


def _events(events: Any, layout: Layout, args: tuple[Any, ...]) -> Any:
    if callable(events):
        return _event(events, layout, args)
    return [_event(event, layout, args) for event in events]


def _event(event: Callable[..., Any], layout: Layout, args: tuple[Any, ...]) -> Callable[..., Any]:
    def placed(t: float, y: Vector) -> float:
        value = derivatives.plain(event(t, layout.unflatten(np.array(y, dtype=np.float64)), *args))
        return float(value)

    for name in ("terminal", "direction"):
        if hasattr(event, name):
            setattr(placed, name, getattr(event, name))
    return placed


def _event_rows(found: Sequence[Any], layout: Layout) -> Any:
    rows = np.asarray(found, dtype=np.float64).reshape(-1, layout.size)
    return layout.unflatten_rows(rows, axis=0)

"""Bounds and constraints, given in terms of a container, as SciPy wants them of a vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any

import numpy as np

from autodiffx import derivatives
from autodiffx.layout import Layout, Vector

__all__ = ["VectorFunction", "flat_bounds", "flat_constraints"]


class VectorFunction:
    """A function of a container that returns numbers, as one from a vector to a vector."""

    def __init__(self, f: Callable[..., Any], layout: Layout, args: tuple[Any, ...] = ()) -> None:
        self._f = f
        self._layout = layout
        self._args = args

    def inside(self, x: Any) -> Any:
        """What f returns at a vector: an ndarray, a Variable or a Dual."""
        return self._f(self._layout.unflatten(x), *self._args)

    def fun(self, x: Vector) -> Vector:
        """All numbers that f returns, in one vector."""
        return derivatives.flat_values(self.inside(np.array(x, dtype=np.float64)))

    def jac(self, x: Vector) -> Vector:
        """The matrix of their derivatives."""
        return derivatives.jacobian(self.inside, np.array(x, dtype=np.float64))

    def operator(self, x: Vector) -> Any:
        """The Jacobian as a LinearOperator: its products, without the matrix."""
        linalg: Any = import_module("scipy.sparse.linalg")
        own = np.array(x, dtype=np.float64)
        along, back = derivatives.products(self.inside, own)
        return linalg.LinearOperator(
            (self.fun(own).size, own.size),
            matvec=lambda v: along(v.reshape(-1)),
            rmatvec=lambda w: back(w.reshape(-1)),
            dtype=np.float64,
        )

    def hess(self, x: Vector, weights: Vector) -> Any:
        """The Hessian of the weighted sum, as a LinearOperator."""
        linalg: Any = import_module("scipy.sparse.linalg")
        own = np.array(x, dtype=np.float64)
        given = np.array(weights, dtype=np.float64).reshape(-1)
        product = derivatives.hessian_product(
            lambda z: derivatives.weighted(self.inside(z), given), own
        )
        return linalg.LinearOperator(
            (own.size, own.size),
            matvec=lambda v: product(v.reshape(-1)),
            rmatvec=lambda v: product(v.reshape(-1)),
            dtype=np.float64,
        )


def flat_bounds(bounds: Any, layout: Layout) -> Any:
    """`scipy.optimize.Bounds` of the vector, or None.

    Taken are a Bounds (of numbers, of vectors in the layout's order, or of arrays of an array's
    shape), a sequence with a pair for each number, and a container of the layout's structure
    with a pair for each leaf. A pair is (low, high), each a number, None, or an array that
    broadcasts to the leaf.

    Raises:
        TypeError: the bounds have another structure, or are no pairs.
        ValueError: there are too few or too many, or their shapes do not fit.
    """
    optimize: Any = import_module("scipy.optimize")
    if bounds is None:
        return None
    if isinstance(bounds, optimize.Bounds):
        low, high = (_spread(side, layout) for side in (bounds.lb, bounds.ub))
        keep = np.broadcast_to(np.asarray(bounds.keep_feasible).reshape(-1), (layout.size,))
        return optimize.Bounds(low, high, keep)
    pairs = _pairs_of_numbers(bounds, layout)
    if pairs is not None:
        ends = [
            (-np.inf if low is None else low, np.inf if high is None else high)
            for low, high in pairs
        ]
        return optimize.Bounds(*np.array(ends, dtype=np.float64).T)
    lows: list[Vector] = []
    highs: list[Vector] = []
    for leaf, pair in zip(layout.leaves, layout.at(bounds, "bounds"), strict=True):
        if not _is_pair(pair):
            raise TypeError(
                f"bounds of {leaf.path} should be a pair (low, high), or one for each of "
                f"its numbers, got {pair!r}"
            )
        for side, value, open_end in ((lows, pair[0], -np.inf), (highs, pair[1], np.inf)):
            limit = np.asarray(open_end if value is None else value, dtype=np.float64)
            try:
                side.append(np.broadcast_to(limit, leaf.shape).reshape(-1))
            except ValueError:
                raise ValueError(
                    f"bounds of {leaf.path} should have its shape {leaf.shape}, got {limit.shape}"
                ) from None
    return optimize.Bounds(np.concatenate(lows), np.concatenate(highs))


def _spread(side: Any, layout: Layout) -> Vector:
    """One side of a Bounds for every number of the vector."""
    limit = np.asarray(side, dtype=np.float64)
    shapes: set[tuple[int, ...]] = {(), (1,), (layout.size,)}
    if layout.is_array:
        shapes.add(layout.leaves[0].shape)
    if limit.shape not in shapes:
        raise ValueError(
            f"Bounds should hold a number or {layout.size} of them, got shape {limit.shape}"
        )
    return np.broadcast_to(limit.reshape(-1), (layout.size,)).copy()


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, (Sequence, np.ndarray)) and len(pair) == 2


def _pairs_of_numbers(bounds: Any, layout: Layout) -> list[Any] | None:
    """SciPy's own form, if it is that: a pair of numbers for each number of the vector."""
    if not isinstance(bounds, (list, tuple, np.ndarray, zip)):
        return None
    pairs = list(bounds)
    numbers = all(_is_pair(p) and all(np.ndim(value) == 0 for value in p) for p in pairs)
    if numbers and len(pairs) == layout.size:
        return pairs
    if layout.is_vector:
        raise ValueError(
            f"bounds should be a Bounds, or {layout.size} pairs (low, high) of numbers, "
            f"one for each number of {layout.name}, got {len(pairs)} entries"
        )
    return None


def flat_constraints(constraints: Any, layout: Layout, exact: bool) -> list[Any]:
    """SciPy's constraints on the vector, with their Jacobians.

    Args:
        constraints: one of SciPy's constraints, or a sequence of them. Their functions take the
            container; a LinearConstraint has a column for each number of the vector, in order.
        layout: how the container lies in the vector.
        exact: whether the method uses second derivatives of constraints.

    Raises:
        TypeError: something is no constraint, or a function is none.
        ValueError: a dictionary has an unknown type or lacks its function.
    """
    optimize: Any = import_module("scipy.optimize")
    if isinstance(constraints, (Mapping, optimize.LinearConstraint, optimize.NonlinearConstraint)):
        constraints = [constraints]
    if not isinstance(constraints, Iterable):
        raise TypeError(
            "constraints should be a LinearConstraint, a NonlinearConstraint, a dictionary or a "
            f"sequence of these, got {type(constraints).__name__!r}"
        )
    flat: list[Any] = []
    for number, constraint in enumerate(constraints):
        name = f"constraint {number}"
        if isinstance(constraint, optimize.LinearConstraint):
            columns = np.shape(np.atleast_2d(constraint.A))[-1]
            if columns != layout.size:
                raise ValueError(
                    f"{name} should have {layout.size} columns, one for each number of "
                    f"{layout.name}, got {columns}"
                )
            flat.append(constraint)
        elif isinstance(constraint, optimize.NonlinearConstraint):
            flat.append(_nonlinear(constraint, layout, exact, name))
        elif isinstance(constraint, Mapping):
            flat.append(_from_mapping(constraint, layout, exact, name))
        else:
            raise TypeError(
                f"{name} should be a LinearConstraint, a NonlinearConstraint or a dictionary, "
                f"got {type(constraint).__name__!r}"
            )
    return flat


def _nonlinear(constraint: Any, layout: Layout, exact: bool, name: str) -> Any:
    optimize: Any = import_module("scipy.optimize")
    function = VectorFunction(_function(constraint.fun, name), layout)
    given = constraint.jac if callable(constraint.jac) else None
    options: dict[str, Any] = {}
    if exact and callable(constraint.hess):
        options["hess"] = _outside(constraint.hess, layout, ())
    elif exact and given is None:
        options["hess"] = function.hess
    return optimize.NonlinearConstraint(
        function.fun,
        constraint.lb,
        constraint.ub,
        jac=_outside(given, layout, ()) if given else function.jac,
        keep_feasible=constraint.keep_feasible,
        **options,
    )


def _from_mapping(constraint: Mapping[str, Any], layout: Layout, exact: bool, name: str) -> Any:
    optimize: Any = import_module("scipy.optimize")
    kind = str(constraint.get("type", "")).lower()
    if kind not in ("eq", "ineq") or "fun" not in constraint:
        raise ValueError(
            f"{name} should have a 'type', 'eq' or 'ineq', and a 'fun', got {dict(constraint)!r}"
        )
    args = constraint.get("args", ())
    args = tuple(args) if isinstance(args, (tuple, list)) else (args,)
    function = VectorFunction(_function(constraint["fun"], name), layout, args)
    given = constraint.get("jac")
    jac = _outside(given, layout, args) if callable(given) else function.jac
    if exact:
        options = {} if callable(given) else {"hess": function.hess}
        high = 0.0 if kind == "eq" else np.inf
        return optimize.NonlinearConstraint(function.fun, 0.0, high, jac=jac, **options)
    return {"type": kind, "fun": function.fun, "jac": jac}


def _function(f: Any, name: str) -> Callable[..., Any]:
    if not callable(f):
        raise TypeError(f"{name} should have a function 'fun', got {type(f).__name__!r}")
    return f  # type: ignore[no-any-return]


def _outside(f: Callable[..., Any], layout: Layout, args: tuple[Any, ...]) -> Callable[..., Any]:
    """A user's own derivative, which takes the container and returns what SciPy wants."""
    return lambda x, *more: f(layout.unflatten(np.array(x)), *more, *args)

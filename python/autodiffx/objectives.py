"""A function to minimise, with the derivatives that solvers ask for one by one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import derivatives
from autodiffx.layout import Layout, Vector

__all__ = ["Objective", "objective"]


class Point:
    """What is known about the function at one x. What was not asked for is not calculated."""

    def __init__(self, x: Vector) -> None:
        self.x = x
        self.value: float | None = None
        self.sweep: Callable[[], Vector] | None = None
        self.gradient: Vector | None = None
        self.product: Callable[[Vector], Vector] | None = None
        self.hessian: Vector | None = None


class Objective:
    """See `objective`, which makes it."""

    def __init__(self, f: Callable[[Any], Any], x0: Any = None, points: int = 2) -> None:
        if not callable(f):
            raise TypeError(f"objective() takes a function, got {type(f).__name__!r}")
        if points < 1:
            raise ValueError(f"points should be at least 1, got {points}")
        self.layout = None if x0 is None else Layout(x0, "x0")
        self.points = points
        self.evaluations = 0
        self.curvatures = 0
        self._f = f
        self._known: OrderedDict[tuple[tuple[int, ...], bytes], Point] = OrderedDict()

    @property
    def x0(self) -> Vector:
        """The example's numbers in one vector, to start a solver with."""
        return self._placed().start.copy()

    def unflatten(self, x: Any) -> Any:
        """The container of a solver's vector, in the dtypes of the example."""
        return self._placed().restore(np.asarray(x, dtype=np.float64))

    def fun(self, x: Any) -> float:
        """The value ``f(x)``, a float."""
        return self._evaluated(x)[0]

    def jac(self, x: Any) -> Vector:
        """The gradient, of x's shape, from the evaluation that `fun` made or will use."""
        point = self._evaluated(x)[1]
        if point.gradient is None:
            assert point.sweep is not None
            point.gradient = point.sweep()
            point.sweep = None
        return point.gradient.copy()

    def hess(self, x: Any) -> Vector:
        """The Hessian, of the shape ``x.shape + x.shape``, symmetric."""
        point = self._point(x)
        if point.hessian is None:
            point.hessian = derivatives.hessian(self._flat, point.x)
            self.curvatures += 1
        return point.hessian.copy()

    def hessp(self, x: Any, direction: Any) -> Vector:
        """The Hessian times a direction of x's shape, without the Hessian."""
        point = self._point(x)
        along = np.array(direction, dtype=np.float64)
        if along.shape != point.x.shape:
            raise ValueError(
                f"hessp() needs a direction of x's shape {point.x.shape}, got {along.shape}"
            )
        if point.product is None:
            point.product = derivatives.hessian_product(self._flat, point.x)
            self.curvatures += 1
        return point.product(along)

    def forget(self) -> None:
        """Evaluate anew from here on: needed once something that f uses has changed."""
        self._known.clear()

    def __repr__(self) -> str:
        """Its function and how often that was evaluated."""
        name = getattr(self._f, "__name__", type(self._f).__name__)
        return f"<Objective {name!r}: {self.evaluations} evaluations>"

    def _placed(self) -> Layout:
        if self.layout is None:
            raise ValueError("this objective has no x0: make it with objective(f, x0)")
        return self.layout

    def _flat(self, x: Any) -> Any:
        return self._f(x if self.layout is None else self.layout.unflatten(x))

    def _point(self, x: Any) -> Point:
        """The point of the values of x, remembered or new. It is found by its bits."""
        own = np.array(x, dtype=np.float64)
        if self.layout is not None and own.shape != (self.layout.size,):
            raise ValueError(
                f"x should be a vector of the {self.layout.size} numbers of x0, "
                f"got an array of shape {own.shape}"
            )
        key = (own.shape, own.tobytes())
        point = self._known.get(key)
        if point is None:
            point = self._known[key] = Point(own)
            while len(self._known) > self.points:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return point

    def _evaluated(self, x: Any) -> tuple[float, Point]:
        point = self._point(x)
        if point.value is None:
            self.evaluations += 1
            point.value, point.sweep = derivatives.recorded(self._flat, point.x)
        return point.value, point


def objective(f: Callable[[Any], Any], x0: Any = None, points: int = 2) -> Objective:
    """``f`` with ``fun, jac, hess, hessp``, one evaluation per point, for any solver.

    Args:
        f: a function that returns one number, of an array of any shape, or of a container.
        x0: an example of f's argument, any container of numbers and arrays. With it the methods
            take one vector, the container's numbers in order; `x0` is the vector to start with,
            `unflatten` makes a container of one. Without it they take an array as it is.
        points: how many points are remembered. One is enough for a line search; methods that
            may stay where they are after a trial, as those of trust regions, come back to the
            point before the last.

    Returns:
        An Objective. `fun(x)` and `jac(x)` at equal numbers x share one evaluation of f, whatever
        their order; all `hessp(x, v)` at one x share what does not depend on v; `hess(x)` is
        calculated once. `evaluations` counts the evaluations of f with its gradient, `curvatures`
        the points at which second derivatives were prepared. Results are float64, and
        are the caller's own. What f uses beside x must stay as it is, or `forget()` be called.

    Raises:
        TypeError: f is no function, or does not return one number, or x0 holds something else
            than numbers and arrays.
        ValueError: x or a direction has a wrong shape, or points is below 1.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> valley = adx.objective(lambda x: (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)
    >>> x = np.array([-1.0, 1.0])
    >>> valley.fun(x), valley.jac(x), valley.evaluations
    (4.0, array([-4.,  0.]), 1)
    >>> valley.hess(x)
    array([[802., 400.],
           [400., 200.]])
    >>> valley.hessp(x, np.array([0.0, 1.0]))
    array([400., 200.])
    """
    return Objective(f, x0, points)

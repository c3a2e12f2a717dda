"""SciPy's `minimize`, given exact derivatives."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx import derivatives
from autodiffx.constraints import flat_bounds, flat_constraints
from autodiffx.layout import Layout, Vector
from autodiffx.objectives import Objective
from autodiffx.progress import Bar, counted

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

__all__ = ["method_name", "minimize", "placed_callback"]

# What each of SciPy's methods can use. Products are preferred to a matrix where both would do:
# one costs a few gradients, the matrix as many as there are variables.
WITHOUT_DERIVATIVES = frozenset({"nelder-mead", "powell", "cobyla", "cobyqa"})
WITH_PRODUCTS = frozenset({"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"})
WITH_HESSIAN = frozenset({"dogleg", "trust-exact"})
LIMITS = ("maxfun", "maxfev")


def minimize(
    f: Callable[..., Any],
    x0: Any,
    args: Any = (),
    method: str | Callable[..., Any] | None = None,
    bounds: Any = None,
    constraints: Any = (),
    tol: float | None = None,
    callback: Callable[..., Any] | None = None,
    options: Mapping[str, Any] | None = None,
    progress: bool = False,
) -> OptimizeResult:
    """``x`` with the least ``f(x, *args)``: `scipy.optimize.minimize` with exact derivatives.

    Args:
        f: a function that returns one number.
        x0: where to start: a number, an array of any shape in float64 or float32, or a container
            of them (list, tuple, dict, named tuple, dataclass, what optree knows). f gets the
            same structure; so a list of numbers is a list there, too, and not an array.
        args: further arguments of f, which are not differentiated by: a tuple, or a single one.
        method: one of SciPy's, or a function of your own as SciPy takes it. Without one SciPy's
            choice: SLSQP with constraints, L-BFGS-B with bounds, else BFGS.
        bounds: a `scipy.optimize.Bounds`; or a pair (low, high) for each number, None being no
            bound; or x0's structure with a pair for each leaf.
        constraints: SciPy's constraints, or a list of them, whose functions take x in x0's
            structure and return numbers and arrays.
        tol: as in SciPy.
        callback: as in SciPy, with x in x0's structure.
        options: of the method, as in SciPy.
        progress: draw how many evaluations there were, and the value, if standard error is a
            terminal.

    The gradient goes to every method that uses one, Hessian-vector products to Newton-CG,
    trust-ncg, trust-krylov and trust-constr, the Hessian to dogleg and trust-exact, Jacobians of
    the constraints to SLSQP and trust-constr, and to the latter their second derivatives.
    Nelder-Mead, Powell, COBYLA and COBYQA call f on plain numbers. A constraint's own `jac` is
    used if it is a function (of x in x0's structure), and so is its `hess`.

    Returns:
        SciPy's OptimizeResult. Its `x` is in x0's structure, shapes and dtypes; everything else
        is SciPy's, over the vector of x's numbers, leaf after leaf.

    Raises:
        TypeError: x0 holds something else than numbers and arrays of real numbers, f does not
            return one number, or would have to be differentiated by a Variable from outside.
        ValueError: bounds or constraints do not fit x0, the method is unknown, or an option wrong.
        Whatever f, a constraint or the callback raises.

    >>> import autodiffx as adx
    >>> def rosenbrock(x):
    ...     return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    >>> adx.minimize(rosenbrock, np.array([-1.2, 1.0]), method="trust-exact").x.round(6)
    array([1., 1.])
    >>> def distance(p):
    ...     return (p["a"] - 1.0) ** 2 + ((p["b"] - 2.0) ** 2).sum()
    >>> box = {"a": (0.0, 0.5), "b": (0.0, None)}
    >>> best = adx.minimize(distance, {"a": 0.0, "b": np.zeros(2)}, bounds=box)
    >>> round(best.x["a"], 6), best.x["b"].round(6)
    (0.5, array([2., 2.]))
    """
    optimize: Any = import_module("scipy.optimize")
    if not callable(f):
        raise TypeError(f"minimize() takes a function, got {type(f).__name__!r}")
    layout = Layout(x0, "x0")
    more = args if isinstance(args, tuple) else (args,)
    limits = flat_bounds(bounds, layout)
    settings = dict(options or {})
    constraints = () if constraints is None else constraints
    name = _name(method, constraints, bounds)
    conditions = flat_constraints(constraints, layout, exact=name == "trust-constr")

    def inside(x: Any) -> Any:
        return f(layout.unflatten(x), *more)

    given: dict[str, Any] = {}
    if name in WITHOUT_DERIVATIVES:
        fun = _value_alone(inside)
    else:
        target = Objective(inside)
        fun = target.fun
        given["jac"] = target.jac
        if callable(method) or name in WITH_PRODUCTS:
            given["hessp"] = target.hessp
        if callable(method) or name in WITH_HESSIAN:
            given["hess"] = target.hess
    total = next((settings[key] for key in LIMITS if settings.get(key)), None)
    with Bar(name, total) as bar:
        result: Any = optimize.minimize(
            counted(fun, bar, "value {:.6g}".format) if progress else fun,
            layout.start.copy(),
            method=method or name,
            bounds=limits,
            constraints=conditions,
            tol=tol,
            callback=None if callback is None else placed_callback(callback, layout),
            options=settings,
            **given,
        )
    result.x = layout.restore(np.asarray(result.x, dtype=np.float64))
    found: OptimizeResult = result
    return found


def _name(method: Any, constraints: Any, bounds: Any) -> str:
    """The method's name in lower case: SciPy's own choice if there is none."""
    if callable(method):
        return getattr(method, "__name__", "minimize")
    if method is not None:
        return method_name("minimize", method)
    if isinstance(constraints, (list, tuple)) and not constraints:
        return "bfgs" if bounds is None else "l-bfgs-b"
    return "slsqp"


def method_name(caller: str, method: Any) -> str:
    """A method of SciPy's in lower case."""
    if not isinstance(method, str):
        raise TypeError(f"the method of {caller}() is the name of one of SciPy's, got {method!r}")
    return method.lower()


def _value_alone(inside: Callable[[Any], Any]) -> Callable[[Vector], float]:
    def fun(x: Vector) -> float:
        # SciPy's x is a copy already, which f may write into.
        return derivatives.number(inside(x))

    return fun


def placed_callback(callback: Callable[..., Any], layout: Layout) -> Callable[..., Any]:
    """The user's callback behind one of the same kind: SciPy looks at its parameters' names."""
    if set(inspect.signature(callback).parameters) == {"intermediate_result"}:

        def with_result(intermediate_result: Any) -> Any:
            result = type(intermediate_result)(intermediate_result)
            result.x = layout.restore(np.asarray(result.x, dtype=np.float64))
            return callback(intermediate_result=result)

        return with_result

    def with_x(x: Vector, *state: Any) -> Any:
        return callback(layout.restore(np.asarray(x, dtype=np.float64)), *state)

    return with_x

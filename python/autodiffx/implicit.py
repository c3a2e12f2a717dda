"""Derivatives of what a solver finds, by the implicit function theorem."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx.calls import require_same
from autodiffx.equations import METHODS, Equations
from autodiffx.kernel import Arguments, Kernel, Leaves, is_traced, plain
from autodiffx.pullback import pulled_back, pushed_forward
from autodiffx.transforms import grad
from autodiffx.trees import Tree, flatten
from autodiffx.vectors import joined, pieces

__all__ = ["implicit_fixed_point", "implicit_minimum", "implicit_root"]

Function = Callable[..., Any]


def implicit_root(
    solve: Function,
    residual: Function,
    *,
    linear: str = "auto",
    linear_tolerance: float = 1e-10,
    tolerance: float = 1e-4,
) -> Function:
    """The root x of residual(x, p) = 0 that a solver finds, with dx/dp = -(∂r/∂x)⁻¹ ∂r/∂p.

    Args:
        solve: ``solve(*params)``, any solver. It is only called with NumPy's numbers and arrays, in
            the containers that were passed, and returns x, or what `scipy.optimize` returns.
        residual: ``residual(x, *params)``, as many numbers as x has, written with what can be
            differentiated.
        linear: how linear equations with the Jacobian ∂r/∂x are solved: "dense", "cg" (it is
            symmetric and positive definite), "gmres", or "auto": dense up to 500 unknowns, and
            beyond that "gmres", or "cg" for a minimum.
        linear_tolerance: relative, of "cg" and "gmres".
        tolerance: how far the solution may be from the root, by one step of Newton's method,
            relative to the largest element of x or to 1, whichever is larger.

    Returns:
        A function of the parameters that gives x in float64 or float32, as the solver does. It is
        differentiated to any order in either direction. Without Variables it is `solve`, and the
        residual is evaluated once, to see that it has captured none.

    Raises:
        RuntimeError: the solver says that it did not converge; or x is too far from a root for
            the derivative to mean something; or "cg" or "gmres" did not converge.
        LinAlgError: the Jacobian is singular.
        ValueError: there are more or fewer equations than unknowns, no such way to solve, or a
            tolerance is no number above 0.
        TypeError: solve returns no real numbers; or solve or residual captured a Variable or
            Dual, whose derivative would be lost: pass it as a parameter.

    >>> import autodiffx as adx
    >>> root = adx.implicit_root(lambda a: a ** 0.5, lambda x, a: x * x - a)
    >>> adx.grad(root)(4.0)
    0.25
    >>> adx.grad(adx.grad(root))(4.0)
    -0.03125
    """
    return _implicit("implicit_root", solve, residual, residual, (linear, linear_tolerance), False,
                     tolerance)  # fmt: skip


def implicit_fixed_point(
    solve: Function,
    step: Function,
    *,
    linear: str = "auto",
    linear_tolerance: float = 1e-10,
    tolerance: float = 1e-4,
) -> Function:
    """The fixed point x = step(x, p) that a solver finds, with dx/dp = (1 - ∂s/∂x)⁻¹ ∂s/∂p.

    Args:
        solve, linear, linear_tolerance, tolerance: as for `implicit_root`.
        step: ``step(x, *params)``, of the structure of x.

    Returns:
        A function of the parameters that gives x, differentiated to any order.

    Raises:
        RuntimeError, LinAlgError, ValueError, TypeError: as for `implicit_root`.

    >>> import autodiffx as adx
    >>> def newton(a, x=1.0):
    ...     for _ in range(30):
    ...         x = 0.5 * (x + a / x)
    ...     return x
    >>> root = adx.implicit_fixed_point(newton, lambda x, a: 0.5 * (x + a / x))
    >>> adx.grad(root)(4.0)
    0.25
    """

    def residual(x: Any, *params: Any) -> Any:
        here, expected = flatten(x)
        there, found = flatten(step(x, *params))
        require_same("what the step of implicit_fixed_point() returns", found, expected)
        return [a - b for a, b in zip(here, there, strict=True)]

    return _implicit("implicit_fixed_point", solve, step, residual, (linear, linear_tolerance),
                     False, tolerance)  # fmt: skip


def implicit_minimum(
    solve: Function,
    objective: Function,
    *,
    linear: str = "auto",
    linear_tolerance: float = 1e-10,
    tolerance: float = 1e-4,
) -> Function:
    """The minimum x of objective(x, p) that a solver finds: the root of its gradient by x.

    dx/dp = -(∂²f/∂x²)⁻¹ ∂²f/∂x∂p. The minimum is unconstrained: the gradient is zero there.

    Args:
        solve, linear, linear_tolerance, tolerance: as for `implicit_root`; the Jacobian is the
            Hessian ∂²f/∂x².
        objective: ``objective(x, *params)``, one number, twice differentiable.

    Returns:
        A function of the parameters that gives x, differentiated to any order.

    Raises:
        RuntimeError, LinAlgError, ValueError, TypeError: as for `implicit_root`.

    >>> import autodiffx as adx
    >>> lowest = adx.implicit_minimum(lambda a: a / 2.0, lambda x, a: x * x - a * x)
    >>> adx.grad(lowest)(3.0)
    0.5
    """

    def residual(x: Any, *params: Any) -> Any:
        leaves, tree = flatten(x)

        def function(leaves: Leaves) -> Leaves:
            given = tree.unflatten(leaves[: len(x_leaves)])
            rest = parameters.unflatten(leaves[len(x_leaves) :])
            return [objective(given, *rest)]

        x_leaves = leaves
        others, parameters = flatten(params)
        if any(is_traced(each) for each in (*leaves, *others)):
            places = [i for i, each in enumerate(others) if isinstance(each, (int, float)) or
                      hasattr(each, "dtype")]  # fmt: skip

            def of_numbers(numbers: Leaves) -> Leaves:
                full = list(others)
                for i, each in zip(places, numbers[len(x_leaves) :], strict=True):
                    full[i] = each
                return function([*numbers[: len(x_leaves)], *full])

            at = [*leaves, *(others[i] for i in places)]
            wanted = [i < len(leaves) for i in range(len(at))]
            return pulled_back(of_numbers, [1.0], at, wanted)[: len(leaves)]
        return grad(objective)(x, *params)

    return _implicit("implicit_minimum", solve, objective, residual, (linear, linear_tolerance),
                     True, tolerance)  # fmt: skip


def _implicit(
    kind: str,
    solve: Function,
    given: Function,
    residual: Function,
    how: tuple[str, float],
    symmetric: bool,
    tolerance: float,
) -> Function:
    for each in (solve, given):
        if not callable(each):
            raise TypeError(f"{kind}() takes two functions, got {type(each).__name__!r}")
    if how[0] not in METHODS:
        raise ValueError(f"linear is one of {', '.join(METHODS)}, got {how[0]!r}")
    for setting, value in (("linear_tolerance", how[1]), ("tolerance", tolerance)):
        if not isinstance(value, (int, float, np.number)) or not value > 0.0:
            raise ValueError(f"{setting} of {kind}() is a number above 0, got {value!r}")
    name = f"{kind}({getattr(solve, '__name__', type(solve).__name__)})"

    @functools.wraps(solve)
    def solution(*params: Any) -> Any:
        arguments = Arguments(params)
        if not arguments.places:
            found = _found(name, solve(*params))
            # Equations that captured something would lose its derivative: they are asked once.
            _Solution(name, lambda *_: found, residual, how, symmetric, tolerance, arguments)()
            return found
        operands = arguments.operands()
        return _Solution(name, solve, residual, how, symmetric, tolerance, arguments).run(operands)

    return solution


def _found(name: str, found: Any) -> Any:
    """What a solver found, taken out of what SciPy's return.

    Raises:
        RuntimeError: it says that it did not converge.
    """
    # OptimizeResult is a dict with attributes; RootResults, of one variable, has others.
    for success, where in (("success", "x"), ("converged", "root")):
        if hasattr(found, success) and hasattr(found, where):
            if not getattr(found, success):
                said = getattr(found, "message", None) or getattr(found, "flag", "")
                raise RuntimeError(
                    f"the solver of {name} did not converge ({said}): a derivative would mean "
                    "nothing. Give it a better start, more iterations, or another method"
                )
            return getattr(found, where)
    return found


class _Solution(Kernel):
    """One call: operands are the parameters, results the leaves of x."""

    def __init__(
        self,
        name: str,
        solve: Function,
        residual: Function,
        how: tuple[str, float],
        symmetric: bool,
        tolerance: float,
        arguments: Arguments,
    ) -> None:
        super().__init__(name)
        self.solve, self.residual = solve, residual
        self.arguments = arguments
        self.equations = Equations(self._residual, name, how[0], symmetric, how[1])
        self.tolerance = tolerance
        self.shapes: list[tuple[int, ...]] = []
        self.is_checked = False

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        params = self.arguments.put_together(self.arguments.own(operands))
        what = f"what the solver of {self.name} returns"
        leaves, tree = flatten(_found(self.name, self.solve(*params)))
        found = [plain(leaf, what) for leaf in leaves]
        if not found or any(each.dtype == np.bool_ for each in found):
            shown = f"decisions in {tree}" if found else repr(tree)
            raise TypeError(f"{what} is the solution, of numbers and arrays, got {shown}")
        if not all(np.isfinite(each).all() for each in found):
            raise RuntimeError(
                f"the solver of {self.name} did not converge: its solution is not finite"
            )
        self.shapes, self.tree, self.is_checked = [each.shape for each in found], tree, False
        at = [joined(found, what), *operands]
        (left,) = _core._aside(lambda: self._residual(at))
        plain(left, f"the equations of {self.name}")
        return found, tree

    def _residual(self, leaves: Leaves) -> Leaves:
        """r of [x, *parameters], x and r as vectors."""
        params = self.arguments.put_together(self.arguments.filled(leaves[1:]))
        x = self.tree.unflatten(pieces(leaves[0], self.shapes))
        equations = flatten(self.residual(x, *params))[0]
        left = joined(equations, f"what the equations of {self.name} give")
        if left.shape != leaves[0].shape:
            raise ValueError(
                f"the Jacobian of {self.name} is not square: there are {left.size} equations for "
                f"{leaves[0].size} unknowns. The residual has as many elements as x"
            )
        return [left]

    def _require_solved(self, at: Leaves) -> None:
        """Raises if a step of Newton's method leads far away; asked once, of plain arrays."""
        if self.is_checked or any(is_traced(each) for each in at):
            return
        left = np.asarray(_core._aside(lambda: self._residual(at))[0])
        if left.any() and np.isfinite(self.tolerance):
            step = np.abs(self.equations.plainly_solved(left, at, False)).max(initial=0.0)
            size = max(1.0, np.abs(at[0]).max(initial=0.0))
            if not step <= self.tolerance * size:
                raise RuntimeError(
                    f"the solver of {self.name} did not converge: the equations are left at "
                    f"{np.abs(left).max():.1e}, and a step of Newton's method moves the solution "
                    f"by {step:.1e}, where tolerance={self.tolerance} was asked for. Solve more "
                    "accurately, or give a larger tolerance"
                )
        self.is_checked = True

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        at = [joined(results, f"the solution of {self.name}"), *operands]
        self._require_solved(at)
        w = self.equations.solved(joined(adjoints, f"a cotangent of {self.name}"), at, True)
        return pulled_back(self._residual, [-w], at, [False, *wanted])[1:]

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        at = [joined(results, f"the solution of {self.name}"), *operands]
        self._require_solved(at)
        (moved,) = pushed_forward(self._residual, at, [None, *tangents])
        if moved is None:
            return [None] * len(results)
        change = self.equations.solved(-moved, at, False)
        return pieces(change, self.shapes)

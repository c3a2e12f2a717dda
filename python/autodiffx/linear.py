"""A function's derivative as a linear map, backward and forward: vjp and linearize."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx._core import Constant
from autodiffx.arguments import require_function
from autodiffx.directions import flat_tangents, push_forward, require_shapes
from autodiffx.runs import Run, is_active, is_real, shape_of
from autodiffx.trees import flatten, mapped

__all__ = ["linearize", "vjp"]


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of a function, and the map from cotangents of its result to those of its arguments.

    The pullback is ``c -> J^T c`` with the Jacobian J of f at the primals: one reverse sweep over
    the recording of the one run of f, however often it is called.

    Args:
        f: a function of numbers, arrays and containers of them that returns any of these.
        primals: its arguments.
        has_aux: f returns ``(result, aux)``, where aux may be anything.

    Returns:
        ``(result, pullback)``, and aux if has_aux. ``pullback(cotangent)`` takes a cotangent of
        the structure and shapes of the result, and returns a tuple with one entry for each primal,
        of its structure, shapes and dtypes. All of it is plain unless a primal, a cotangent or
        what f captures is active: then it is recorded, or a Dual, and can be differentiated.

    Raises:
        TypeError: an argument or the result is no number, or a cotangent of another structure.
        ValueError: a cotangent of another shape.
        GraphError: the pullback is called in another thread, or the Graph was cleared.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> value, pullback = adx.vjp(lambda x, y: {"product": x * y, "sum": x + y}, 3.0, 4.0)
    >>> value
    {'product': 12.0, 'sum': 7.0}
    >>> pullback({"product": 1.0, "sum": 0.0})
    (4.0, 3.0)
    >>> adx.vjp(np.sin, np.zeros(2))[1](np.array([1.0, 2.0]))
    (array([1., 2.]),)
    """
    require_function("vjp", f)
    run = Run("vjp", f, primals, has_aux)

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        leaves, tree = flatten(cotangent)
        if tree != run.tree:
            raise TypeError(
                f"a cotangent has the structure of the function's result, {run.tree}, got {tree}"
            )
        leaves = [leaf.value if isinstance(leaf, Constant) else leaf for leaf in leaves]
        for leaf, output in zip(leaves, run.outputs, strict=True):
            if not is_real(leaf):
                raise TypeError(f"a cotangent holds real numbers, got {type(leaf).__name__!r}")
            if shape_of(leaf) != shape_of(output):
                raise ValueError(
                    "a cotangent has the shape of the function's result, "
                    f"{shape_of(output)}, got {shape_of(leaf)}"
                )
        if not run.outside and any(map(is_active, leaves)):
            from autodiffx.linear_maps import PulledBack

            return tuple(run.by_argument(PulledBack("pullback", run)(*leaves)))
        return tuple(run.by_argument(run.pull_back(leaves)))

    return (run.value, pullback, run.aux) if has_aux else (run.value, pullback)


def linearize(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of a function, and the map from tangents of its arguments to that of its result.

    The pushforward is ``t -> J t`` with the Jacobian J of f at the primals: one forward sweep over
    the recording of the one run of f, however often it is called. Where a primal or what f captures
    is active it runs f once more on Duals, as `jvp` does.

    Returns:
        ``(result, pushforward)``, and aux if has_aux. ``pushforward(*tangents)`` takes one tangent
        for each primal, of its structure and shapes, and returns the tangent of the result.

    Raises:
        TypeError: an argument or the result is no number, or a tangent of another structure.
        ValueError: another number of tangents, or one of another shape.

    >>> import autodiffx as adx
    >>> value, pushforward = adx.linearize(lambda x, y: x * y, 3.0, 4.0)
    >>> value, pushforward(1.0, 0.0), pushforward(0.0, 1.0)
    (12.0, 4.0, 3.0)
    """
    require_function("linearize", f)
    # Whatever is written into the arguments afterwards: the derivative is that at this point.
    primals = tuple(mapped(_own, primal) for primal in primals)
    run = Run("linearize", f, primals, has_aux)

    def pushforward(*tangents: Any) -> Any:
        _, _, leaves = flat_tangents("linearize", primals, tangents)
        require_shapes(leaves, run.inputs)
        leaves = [leaf.value if isinstance(leaf, Constant) else leaf for leaf in leaves]
        if run.outside:
            return push_forward(f, primals, tangents, has_aux)[1]
        if any(map(is_active, leaves)):
            from autodiffx.linear_maps import PushedForward

            return run.tree.unflatten(PushedForward("pushforward", run)(*leaves))
        found = run.push_forward(leaves)
        assert found is not None  # nothing is active
        return run.tree.unflatten(found)

    return (run.value, pushforward, run.aux) if has_aux else (run.value, pushforward)


def _own(leaf: Any) -> Any:
    """A copy of an array, of which nobody else knows."""
    return leaf.copy() if isinstance(leaf, np.ndarray) else leaf

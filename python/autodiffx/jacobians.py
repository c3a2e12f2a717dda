"""Matrices of derivatives: Jacobians, Hessians and products with them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.arguments import Argnums, choose, require_function
from autodiffx.directions import flat_tangents, push_forward, require_shapes
from autodiffx.runs import Run, is_active, shape_of, stacked
from autodiffx.transforms import grad
from autodiffx.trees import flatten

__all__ = ["elementwise_grad", "hessian", "hvp", "jacfwd", "jacobian", "jacrev"]


def size_of(leaves: Sequence[Any]) -> int:
    """How many numbers there are in all leaves."""
    return sum(int(np.prod(shape_of(leaf), dtype=np.int64)) for leaf in leaves)


def dtype_of(leaf: Any) -> np.dtype[Any]:
    """That of the derivatives by it."""
    dtype = getattr(leaf, "dtype", None)
    return np.dtype(np.float32 if dtype == np.float32 and shape_of(leaf) else np.float64)


def shaped(stack: Any, shape: tuple[int, ...]) -> Any:
    """A stack of derivatives in its final shape; a float for a number by a number."""
    if is_active(stack):
        return stack.reshape(shape) if shape else stack[0]
    return stack.reshape(shape) if shape else float(stack.reshape(())[()])


def by_rows(run: Run) -> list[list[Any]]:
    """For each output the derivatives by each input, a reverse sweep for each of its elements."""
    return [rows_of(run, i, output) for i, output in enumerate(run.outputs)]


def rows_of(run: Run, which: int, output: Any) -> list[Any]:
    """Those of one output."""
    shape = shape_of(output)
    if not shape and run.outside:
        return run.derivatives(output)
    if not size_of([output]):
        return [np.zeros(shape + shape_of(leaf), dtype_of(leaf)) for leaf in run.inputs]
    blocks = zip(run.rows(which), run.inputs, strict=True)
    return [shaped(block, shape + shape_of(leaf)) for block, leaf in blocks]


def by_columns(run: Run, f: Callable[..., Any], arguments: Sequence[Any]) -> list[list[Any]]:
    """The same, a forward sweep for each element of each input."""
    found: list[list[Any]] = [[] for _ in run.outputs]
    for which, leaf in enumerate(run.inputs):
        blocks = run.columns(which) if not run.outside else directions(run, f, arguments, which)
        for derivatives, output, block in zip(found, run.outputs, blocks, strict=True):
            derivatives.append(shaped(block, shape_of(output) + shape_of(leaf)))
    return found


def directions(run: Run, f: Callable[..., Any], arguments: Sequence[Any], which: int) -> list[Any]:
    """The tangents of all outputs along each element of an input, where they are not plain."""
    zeros = [np.zeros(shape_of(leaf)) if shape_of(leaf) else 0.0 for leaf in run.inputs]
    columns = []
    for index in np.ndindex(*shape_of(run.inputs[which])):
        unit = np.zeros(shape_of(run.inputs[which]))
        unit[index] = 1.0
        tangents = list(zeros)
        tangents[which] = unit if unit.shape else 1.0
        tangent = push_forward(f, arguments, run.by_argument(tangents))[1]
        columns.append(flatten(tangent)[0])
    if not columns:
        return [np.zeros((*shape_of(output), 0)) for output in run.outputs]
    stacks = [stacked(column) for column in zip(*columns, strict=True)]
    return [first_axis_last(stack, dtype_of(run.inputs[which])) for stack in stacks]


def first_axis_last(stack: Any, dtype: np.dtype[Any]) -> Any:
    """A stack with its first axis as its last; plain ones in a dtype."""
    if is_active(stack):
        from autodiffx.numpy import moveaxis

        return moveaxis(stack, 0, -1)
    return np.moveaxis(stack, 0, -1).astype(dtype, order="C")


def jacobian_by(
    who: str,
    f: Callable[..., Any],
    argnums: Argnums,
    has_aux: bool,
    forward: bool | None,
) -> Callable[..., Any]:
    """The function that `jacfwd`, `jacrev` and `jacobian` return; forward: None chooses."""
    require_function(who, f)

    @functools.wraps(f)
    def jacobian_of(*args: Any, **kwargs: Any) -> Any:
        chosen = choose(who, f, argnums, args, kwargs)
        with Run(who, chosen.call, chosen.values, has_aux) as run:
            ahead = forward
            if ahead is None:
                ahead = not run.outside and size_of(run.inputs) <= size_of(run.outputs)
            function = (lambda *given: chosen.call(*given)[0]) if has_aux else chosen.call
            found = by_columns(run, function, chosen.values) if ahead else by_rows(run)
            result = run.tree.unflatten([chosen.result(run.by_argument(each)) for each in found])
            return (result, run.aux) if has_aux else result

    return jacobian_of


def jacrev(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Function that returns the Jacobian ``df_i/dx_j``, a reverse sweep for every sixteen i.

    f runs once. Cheaper than `jacfwd` if the result is smaller than the argument.

    Args:
        f: a function of numbers, arrays and containers of them that returns any of these.
        argnums: the position or name of the argument to differentiate by, or several.
        has_aux: f returns ``(result, aux)``, where aux may be anything.

    Returns:
        A function with f's arguments. It gives the Jacobian in the structure of f's result; in
        place of each leaf stands the structure of the argument (a tuple of these if argnums is
        one), and in it arrays of shape ``result.shape + argument.shape``; floats for numbers by
        numbers. With has_aux ``(jacobian, aux)``. Plain, unless something active outside is
        involved: then it can be differentiated in turn.

    Raises:
        TypeError, ValueError: as `grad`; the result of f may be of any shape.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.jacrev(lambda x: x[1:] * x[0])(np.array([2.0, 3.0, 4.0]))
    array([[3., 2., 0.],
           [4., 0., 2.]])
    """
    return jacobian_by("jacrev", f, argnums, has_aux, False)


def jacfwd(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Function that returns the Jacobian ``df_i/dx_j``, a forward sweep for every sixteen j.

    f runs once, unless something active outside is involved. Cheaper than `jacrev` if the
    argument is smaller than the result. Arguments and result as there.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.jacfwd(lambda x: np.array([1.0, 2.0, 3.0]) * x)(2.0)
    array([1., 2., 3.])
    """
    return jacobian_by("jacfwd", f, argnums, has_aux, True)


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Function that returns the Jacobian, by `jacfwd` or `jacrev`: whichever needs fewer sweeps.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.jacobian(lambda p: {"sum": p["a"] + p["b"]})({"a": 1.0, "b": np.zeros(2)})
    {'sum': {'a': array([1., 1.]), 'b': array([[1., 0.],
           [0., 1.]])}}
    """
    return jacobian_by("jacobian", f, argnums, has_aux, None)


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Function that returns the second derivatives ``d2f/dx_i dx_j``.

    The gradient is recorded once and swept forward for sixteen j at once.

    Returns:
        A function with f's arguments. It gives, in the structure of f's result and twice that of
        the argument, arrays of shape ``result.shape + argument.shape + argument.shape``. With
        has_aux ``(hessian, aux)``.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.hessian(lambda x: x[0] ** 2 * x[1])(np.array([3.0, 4.0]))
    array([[8., 6.],
           [6., 0.]])
    >>> adx.hessian(lambda x: x**3)(2.0)
    12.0
    """
    require_function("hessian", f)
    first = jacobian_by("hessian", f, argnums, has_aux, False)
    second = jacobian_by("hessian", first, argnums, has_aux, True)
    return functools.wraps(f)(lambda *args, **kwargs: second(*args, **kwargs))


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """The Hessian of a scalar function times a direction, without the Hessian.

    The directional derivative of the gradient, forward over reverse: a few times the cost of f.

    Args:
        f: a function that returns one number.
        primals: its arguments, a tuple or list.
        tangents: the direction, as many, of the same structure and shapes.

    Returns:
        ``sum_k d2f/dx_i dx_k * tangents_k``: for one primal of its structure, for several a tuple.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.hvp(lambda x: (x**3).sum(), (np.array([1.0, 2.0]),), (np.array([1.0, 0.0]),))
    array([6., 0.])
    """
    require_function("hvp", f)
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise TypeError(
            "hvp() takes primals and tangents as tuples or lists, one entry per argument; got "
            f"{type(primals).__name__!r} and {type(tangents).__name__!r}"
        )
    _, _, leaves = flat_tangents("hvp", primals, tangents)
    with Run("hvp", f, primals) as run:
        require_shapes(leaves, run.inputs)
        found = run.hessian_product(leaves)
        if found is not None:
            products = run.by_argument(found)
            return products[0] if len(primals) == 1 else tuple(products)
    # Not of plain float64 alone; or f returns no number, which grad() says.
    gradient = grad(f, 0 if len(primals) == 1 else tuple(range(len(primals))))
    if run.outside:
        return push_forward(gradient, primals, tangents)[1]
    from autodiffx.linear import linearize

    return linearize(gradient, *primals)[1](*tangents)


def elementwise_grad(f: Callable[..., Any], argnums: Argnums = 0) -> Callable[..., Any]:
    """Function that returns the derivative of each element of f(x) by the same one of x.

    It is the gradient of the sum of all elements, and so what it says only if no element of the
    result depends on another of the argument. It has the argument's shape: where f broadcasts, what
    belongs to one element is added up.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> adx.elementwise_grad(np.sin)(np.zeros(3))
    array([1., 1., 1.])
    """
    require_function("elementwise_grad", f)

    @functools.wraps(f)
    def derivative(*args: Any, **kwargs: Any) -> Any:
        chosen = choose("elementwise_grad", f, argnums, args, kwargs)
        with Run("elementwise_grad", chosen.call, chosen.values) as run:
            ones = [np.ones(shape_of(leaf)) if shape_of(leaf) else 1.0 for leaf in run.outputs]
            return chosen.result(run.by_argument(run.pull_back(ones)))

    return derivative

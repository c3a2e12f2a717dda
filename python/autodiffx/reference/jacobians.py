"""All derivatives of all results: `jacfwd`, `jacrev`, `jacobian`, and `hessian`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.argnums import Argnums, Arguments, as_argnums
from autodiffx.reference.call import Call
from autodiffx.reference.chain import fitted
from autodiffx.reference.derivative import Derivative, Kind
from autodiffx.reference.dispatch import Number, Ranked
from autodiffx.reference.linearized import recorded
from autodiffx.reference.number import settled
from autodiffx.reference.numpy.given import in_dtype
from autodiffx.reference.numpy.joining import stack
from autodiffx.reference.transforms import require_function

__all__ = ["hessian", "jacfwd", "jacobian", "jacrev"]

# For each leaf of the result, for each input, the block of derivatives.
Blocks = list[list[Number]]


def jacfwd(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The Jacobian, J[i, j] = d f_i / d x_j, a column in each forward sweep.

    Args:
        f: returns a number, an array, or a container of them. It is called once.
        argnums, has_aux: as for `grad`; with has_aux the result is (Jacobian, aux).

    Returns:
        A function of the same arguments. It returns the structure of the result with, for each
        leaf, the structure of the argument (a tuple of these if argnums is one), holding arrays of
        shape result_leaf.shape + argument_leaf.shape in the argument's dtype: floats for a number
        by a number. What is recorded outside makes them Variables or Duals, as for `grad`.

    Raises:
        TypeError, ValueError: as for `grad`, but the result may have any shape.

    >>> jacfwd(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    >>> jacfwd(lambda p: [p["a"] * p["b"], p["a"]])({"a": 2.0, "b": 3.0})
    [{'a': 3.0, 'b': 2.0}, {'a': 1.0, 'b': 0.0}]
    """
    return _transform(f, argnums, has_aux, "jacfwd", _forwards)


def jacrev(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `jacfwd`, a row in each reverse sweep.

    >>> jacrev(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _transform(f, argnums, has_aux, "jacrev", _backwards)


def jacobian(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """As `jacfwd` or `jacrev`, whichever has fewer sweeps: as many as inputs, or as results.

    >>> jacobian(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _transform(f, argnums, has_aux, "jacobian", _cheaper)


def hessian(
    f: Callable[..., Any], argnums: Argnums = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """The second derivatives, H[i, j] = d²f / dx_i dx_j: forward over reverse.

    Args:
        f: returns one number. (Of anything else the result is that of jacfwd(jacrev(f)).)
        argnums, has_aux: as for `grad`; with has_aux the result is (Hessian, aux).

    Returns:
        A function of the same arguments. It returns the structure of the argument with, for each
        leaf, the structure of the argument again, holding arrays of shape leaf.shape +
        other_leaf.shape; with several argnums tuples of tuples of these.

    Raises:
        TypeError, ValueError: as for `grad`, but the result may have any shape.

    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([1.0, 2.0]))
    array([[4., 2.],
           [2., 0.]])
    >>> hessian(lambda x, y: x * x * y, (0, 1))(3.0, 5.0)
    ((10.0, 6.0), (6.0, 0.0))
    """
    return jacfwd(jacrev(f, argnums, has_aux), argnums, has_aux)


def _transform(
    f: Callable[..., Any],
    argnums: Argnums,
    has_aux: bool,
    name: str,
    blocks_of: Callable[[Call, Derivative], Blocks],
) -> Callable[..., Any]:
    require_function(f)
    chosen = as_argnums(argnums)

    @functools.wraps(f)
    def derivatives(*args: Any, **options: Any) -> Any:
        arguments = Arguments(f, chosen, args, options)
        call, derivative, aux = recorded(arguments, has_aux, name)
        rows = [arguments.in_form(call.arranged(blocks)) for blocks in blocks_of(call, derivative)]
        result = derivative.structure.unflatten(rows)
        return (result, aux) if has_aux else result

    return derivatives


def _forwards(call: Call, derivative: Derivative) -> Blocks:
    kinds = _kinds(call)
    blocks: Blocks = [[] for _ in derivative.kinds]
    for place, kind in enumerate(kinds):
        columns = [derivative.pushed_forward(seeds) for seeds in _units(kinds, place)]
        for result, of in enumerate(derivative.kinds):
            parts = [column[result] for column in columns]
            blocks[result].append(_block(parts, -1, of, kind))
    return blocks


def _backwards(call: Call, derivative: Derivative) -> Blocks:
    blocks: Blocks = []
    for place, of in enumerate(derivative.kinds):
        rows = [derivative.pulled_back(seeds) for seeds in _units(derivative.kinds, place)]
        blocks.append(
            [
                _block([row[argument] for row in rows], 0, of, kind)
                for argument, kind in enumerate(_kinds(call))
            ]
        )
    return blocks


def _cheaper(call: Call, derivative: Derivative) -> Blocks:
    is_wide = _size(_kinds(call)) > _size(derivative.kinds)
    return (_backwards if is_wide else _forwards)(call, derivative)


def _kinds(call: Call) -> list[Kind]:
    return [(variable.shape, variable.dtype) for variable in call.inputs]


def _size(kinds: Sequence[Kind]) -> int:
    return sum(int(np.prod(shape)) for shape, _ in kinds)


def _units(kinds: Sequence[Kind], place: int) -> list[list[Number]]:
    """For every element of one leaf, seeds that are 1 there and 0 everywhere else."""
    shape, dtype = kinds[place]
    units = []
    for position in range(int(np.prod(shape))):
        unit = np.zeros(shape, dtype)
        unit.reshape(-1)[position] = 1.0
        seeds = [fitted(0.0, *kind) for kind in kinds]
        seeds[place] = settled(unit)
        units.append(seeds)
    return units


def _block(parts: Sequence[Number], axis: int, of: Kind, by: Kind) -> Number:
    """The derivatives of one leaf by another, which are given along an axis."""
    shape = of[0] + by[0]
    if not parts:
        return fitted(0.0, shape, by[1])
    if shape == ():
        return in_dtype(parts[0], by[1])
    if any(isinstance(part, Ranked) for part in parts):
        return in_dtype(stack(parts, axis=axis), by[1]).reshape(shape)
    return np.stack(parts, axis=axis).reshape(shape).astype(by[1])

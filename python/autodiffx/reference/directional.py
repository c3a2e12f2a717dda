"""Derivatives along directions, in one forward pass: `jvp`, and `hvp` over a reverse one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.call import number_from, require_differentiable, with_aux
from autodiffx.reference.chain import fitted
from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import flatten, mapped
from autodiffx.reference.dispatch import Number, Ranked
from autodiffx.reference.dual import Dual
from autodiffx.reference.outside import closed
from autodiffx.reference.shapes import dtype_of, shape_of
from autodiffx.reference.statement import now
from autodiffx.reference.transforms import grad, require_function
from autodiffx.reference.variable import Variable

__all__ = ["hvp", "jvp"]

_levels = itertools.count(1)


def jvp(
    f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False
) -> tuple[Any, ...]:
    """f(primals) and its derivative along a direction, Σ df/dx_i * tangent_i, in one pass.

    Every call has a level of its own and takes away that level only, so that calls can be nested
    in any way.

    Args:
        f: returns a number or an array, or a container of them.
        primals: a tuple or list with the arguments: numbers, arrays or containers of them.
        tangents: the direction, as many of the same structures and shapes.
        has_aux: `f` returns a pair (value, aux), and aux comes third.

    Returns:
        The pair (value, tangent), each of the structure that `f` returns.

    Raises:
        TypeError: `primals` or `tangents` is no tuple or list, or something in them or in the
            result is no number; a primal is of bool, or an array of whole numbers; a tangent has
            another structure than its primal.
        ValueError: there are more of the ones than of the others, or their shapes differ.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    >>> jvp(lambda p: {"twice": p[0] * 2.0}, ([3.0, 4.0],), ([1.0, 0.0],))
    ({'twice': 6.0}, {'twice': 2.0})
    """
    require_function(f)
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(
                f"the {name} of jvp are a tuple or list with one entry for each argument, "
                f"not {type(given).__name__!r}"
            )
    if len(primals) != len(tangents):
        raise ValueError(
            f"jvp needs one tangent for each argument: there are {len(primals)} primals and "
            f"{len(tangents)} tangents"
        )
    mark = now()
    level = _level_above(primals, tangents)
    result = f(*_directed(primals, tangents, level))
    result, aux = with_aux(result) if has_aux else (result, None)
    where = "the result of the function given to jvp"
    leaves, structure = flatten(result)
    parts = [_part(number_from(leaf, where), level, mark) for leaf in leaves]
    value, tangent = (structure.unflatten([part[i] for part in parts]) for i in (0, 1))
    if not has_aux:
        return value, tangent
    return value, tangent, mapped(lambda leaf: _without(leaf, level, mark), aux)


def hvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> Any:
    """Hessian times direction, Σ_j d²f/dx_i dx_j * tangent_j: forward over reverse.

    Args:
        f: returns one number.
        primals, tangents: as for `jvp`.

    Returns:
        The derivative of the gradient along the direction: of one primal's structure, or for
        several a tuple with an entry for each.

    Raises:
        TypeError, ValueError: as for `grad` and `jvp`.

    >>> hvp(lambda x, y: x**3 * y, (2.0, 5.0), (1.0, 0.0))
    (60.0, 12.0)
    >>> hvp(lambda x: x**3, (2.0,), (1.0,))
    12.0
    """
    several = isinstance(primals, (tuple, list)) and len(primals) > 1
    positions = tuple(range(len(primals))) if several else 0
    return jvp(grad(f, positions), primals, tangents)[1]


def _level_above(*containers: Any) -> int:
    """A level that no call had before, above those of all numbers that are passed in."""
    level = next(_levels)
    for container in containers:
        for leaf in flatten(container)[0]:
            if isinstance(leaf, Dual):
                level = max(level, leaf.level + 1)
    return level


def _directed(primals: Sequence[Any], tangents: Sequence[Any], level: int) -> list[Any]:
    """The arguments with a Dual for each leaf."""
    arguments = []
    for primal, tangent in zip(primals, tangents, strict=True):
        leaves, structure = flatten(primal)
        directions, found = flatten(tangent)
        if found != structure:
            raise TypeError(
                f"a tangent of jvp has the structure of its argument, {structure!r}, not {found!r}"
            )
        duals = [_dual(p, t, level) for p, t in zip(leaves, directions, strict=True)]
        arguments.append(structure.unflatten(duals))
    return arguments


def _dual(primal: Any, tangent: Any, level: int) -> Dual:
    require_differentiable(primal)
    shapes = np.shape(primal), np.shape(tangent)
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"a tangent of jvp has the shape of its argument, {shapes[0]}, not {shapes[1]}"
        )
    return Dual(primal, tangent, level)


def _part(number: Number, level: int, mark: int) -> tuple[Number, Number]:
    """The value and the tangent at one level."""
    if isinstance(number, Dual):
        if number.level == level:
            return _writable(number.value, mark), _writable(number.tangent, mark)
        if number.level > level:
            parts = zip(
                _part(number.value, level, mark), _part(number.tangent, level, mark), strict=True
            )
            value, tangent = (Dual(v, t, number.level) for v, t in parts)
            return value, tangent
    return _writable(number, mark), fitted(0.0, shape_of(number), dtype_of(number))


def _without(leaf: Any, level: int, mark: int) -> Any:
    """Something returned as aux, without the tangent of this level."""
    if isinstance(leaf, Ranked):
        return _part(number_from(leaf, "aux"), level, mark)[0]
    return leaf


def _writable(part: Number, mark: int) -> Number:
    """A component as it is returned: a buffer that the function made is its numbers."""
    if isinstance(part, Variable) and not isinstance(part, Constant):
        return closed(part, mark)
    return part.copy() if isinstance(part, np.ndarray) else part

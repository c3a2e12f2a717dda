"""A function's derivative at a point as a linear map: `vjp` backwards, `linearize` forwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiffx.reference.argnums import Arguments
from autodiffx.reference.call import Call, with_aux
from autodiffx.reference.derivative import Derivative, seeds_for
from autodiffx.reference.transforms import require_function

__all__ = ["linearize", "recorded", "vjp"]


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """f(primals) and the map that takes a cotangent u of it back to the arguments: u ↦ Jᵀ u.

    Args:
        f: returns a number, an array, or a container of them. It is called once.
        primals: its arguments: numbers, arrays or containers of them.
        has_aux: `f` returns a pair (value, aux), and aux comes third.

    Returns:
        The pair (value, pullback). `pullback(cotangent)` takes one of the value's structure and
        shapes, and returns a tuple with an entry of the structure of each primal. It may be called
        any number of times, wherever one likes: what it returns depends on the cotangent, and on
        what is active outside of the call, as derivatives of derivatives need it.

    Raises:
        TypeError: a primal or the result is or holds what is no number and no array; a primal is
            of bool, or an array of whole numbers; a cotangent has another structure.
        ValueError: a leaf of a cotangent has another shape.

    >>> value, pullback = vjp(lambda x, y: {"product": x * y, "sum": x + y}, 2.0, 3.0)
    >>> value
    {'product': 6.0, 'sum': 5.0}
    >>> pullback({"product": 1.0, "sum": 10.0})
    (13.0, 12.0)
    """
    require_function(f)
    call, derivative, aux = _recorded(f, primals, has_aux, "vjp")

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = seeds_for(cotangent, derivative.structure, derivative.kinds, "cotangent")
        return tuple(call.arranged(derivative.pulled_back(seeds)))

    return (derivative.value, pullback, aux) if has_aux else (derivative.value, pullback)


def linearize(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """f(primals) and the map that takes tangents of the arguments along: t ↦ J t.

    As `jvp`, for many directions at one point: `f` is called once.

    Args:
        f, primals, has_aux: as for `vjp`.

    Returns:
        The pair (value, pushforward). `pushforward(*tangents)` takes one of the structure and
        shapes of each primal, and returns the tangent of the value.

    Raises:
        TypeError, ValueError: as for `vjp`; or there are not as many tangents as primals.

    >>> value, pushforward = linearize(lambda x, y: x * y, 2.0, 3.0)
    >>> value, pushforward(1.0, 0.0), pushforward(0.0, 1.0)
    (6.0, 3.0, 2.0)
    """
    require_function(f)
    call, derivative, aux = _recorded(f, primals, has_aux, "linearize")

    def pushforward(*tangents: Any) -> Any:
        if len(tangents) != len(primals):
            raise ValueError(
                f"the function that linearize returned takes one tangent for each argument: "
                f"{len(primals)}, not {len(tangents)}"
            )
        seeds = []
        kinds = iter([(variable.shape, variable.dtype) for variable in call.inputs])
        for tangent, structure in zip(tangents, call.structures, strict=True):
            own = [next(kinds) for _ in range(structure.size)]
            seeds += seeds_for(tangent, structure, own, "tangent")
        return derivative.structure.unflatten(derivative.pushed_forward(seeds))

    return (derivative.value, pushforward, aux) if has_aux else (derivative.value, pushforward)


def _recorded(
    f: Callable[..., Any], primals: tuple[Any, ...], has_aux: bool, name: str
) -> tuple[Call, Derivative, Any]:
    return recorded(Arguments(f, tuple(range(len(primals))), primals, {}), has_aux, name)


def recorded(arguments: Arguments, has_aux: bool, name: str) -> tuple[Call, Derivative, Any]:
    """A call, its derivative, and what the function returned beside its result."""
    with Call(arguments.chosen()) as call:
        arguments.replace(call.opened)
        result = arguments.called()
        result, aux = with_aux(result) if has_aux else (result, None)
        derivative = Derivative(call, result, f"the result of a function given to {name}")
        aux = call.aux_closed(aux)
    call.rewind_if_plain(derivative.value, aux)
    return call, derivative, aux

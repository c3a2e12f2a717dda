"""Functions of each element: a kernel, and a partial for each operand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import is_traced
from autodiffx.numpy.primitives import chain, unbroadcast
from autodiffx.numpy.rule import Rule
from autodiffx.numpy.views import broadcast_to

__all__ = ["in_float64", "pointwise"]

Partial = Callable[..., Any]


def in_float64(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """A kernel of flat float64 arrays as one of arrays that broadcast, in their own dtype."""

    def either(*operands: Any, **fixed: Any) -> Any:
        dtype = np.result_type(*operands)
        shape = np.broadcast_shapes(*(each.shape for each in operands))
        flat = [np.broadcast_to(each, shape).astype(np.float64).ravel() for each in operands]
        with np.errstate(all="ignore"):
            found = kernel(*flat, **fixed).reshape(shape)
        return found.astype(np.float32 if dtype == np.float32 else np.float64, copy=False)

    return either


def _in_their_dtypes(operands: tuple[Any, ...]) -> list[Any]:
    """All as arrays; a plain Python number takes the dtype of what it stands beside."""
    arrays = [as_array(each) for each in operands]
    weak = [not is_traced(each) and type(each) in (int, float, bool) for each in operands]
    if not any(weak) or all(weak):
        return arrays
    strong = [a.dtype for a, is_weak in zip(arrays, weak, strict=True) if not is_weak]
    common = np.result_type(*strong)
    dtype = common if common.kind == "f" else np.dtype(np.float64)
    return [a.astype(dtype) if is_weak else a for a, is_weak in zip(arrays, weak, strict=True)]


def _require_zero(name: str, reason: str, tangent: Any) -> None:
    if is_traced(tangent) or np.any(tangent):
        raise NotImplementedError(f"{name} is not differentiated by {reason}")


def pointwise(
    name: str, kernel: Callable[..., Any], *partials: Partial | str
) -> Callable[..., Any]:
    """A function of each element that is recorded as one statement.

    Args:
        name: what `.op` and error messages show.
        kernel: of ndarrays that broadcast, with NumPy's rules of dtypes.
        partials: for each operand a function ``partial(result, *operands, **fixed)``, made of
            functions that take ndarrays and Variables alike; or words that name an operand which
            has no derivative, and what to do. With these an adjoint or a tangent raises
            NotImplementedError.

    A zero adjoint or tangent passes nothing on, not even against an infinite partial.
    """

    def vjp(adjoint: Any, result: Any, *operands: Any, wanted: Any, **fixed: Any) -> Any:
        found: list[Any] = []
        for operand, partial, asked in zip(operands, partials, wanted, strict=True):
            if not asked:
                found.append(None)
                continue
            if isinstance(partial, str):
                raise NotImplementedError(f"{name} is not differentiated by {partial}")
            passed = chain(adjoint, partial(result, *operands, **fixed))
            found.append(unbroadcast(passed, tuple(operand.shape)))
        return tuple(found)

    def jvp(tangents: Any, result: Any, *operands: Any, **fixed: Any) -> Any:
        total: Any = None
        for tangent, partial in zip(tangents, partials, strict=True):
            if tangent is None:
                continue
            if isinstance(partial, str):
                _require_zero(name, partial, tangent)
                continue
            term = chain(partial(result, *operands, **fixed), tangent)
            total = term if total is None else total + term
        if total is not None and tuple(np.shape(total)) != tuple(result.shape):
            total = broadcast_to(total, tuple(result.shape))
        return (total,)

    rule = Rule(name, kernel, vjp, jvp)

    def call(*operands: Any, **fixed: Any) -> Any:
        if len(operands) != len(partials):
            noun = "argument" if len(partials) == 1 else "arguments"
            raise TypeError(f"{name}() takes {len(partials)} {noun} ({len(operands)} given)")
        return rule(*_in_their_dtypes(operands), **fixed)

    return call

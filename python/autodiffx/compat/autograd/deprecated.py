"""Methods of primitives that autograd has given up, with a warning as there."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from typing import Any

from autodiffx.compat.autograd import tracer
from autodiffx.compat.autograd.core import defvjp
from autodiffx.compat.autograd.spaces import vspace

__all__ = ["primitive"]

Function = Callable[..., Any]


def primitive(f_raw: Function) -> Any:
    """`extend.primitive`, with autograd's old methods beside ``defvjp(f, ...)``.

    ``f.defvjp(rule, argnum)``, ``f.defgrad(rule, argnum)`` and ``f.defvjp_is_zero(argnums)`` warn.

    >>> import math
    >>> from autodiffx.compat.autograd import grad
    >>> from autodiffx.compat.autograd.extend import defvjp
    >>> sine = primitive(math.sin)
    >>> defvjp(sine, lambda ans, x: lambda g: g * math.cos(x))
    >>> grad(sine)(0.0)
    np.float64(1.0)
    """
    fun = tracer.primitive(f_raw)
    makers: dict[int, Function | None] = {}

    def define(method: str, more: dict[int, Function | None]) -> None:
        warnings.warn(
            f"the method {method}() of primitives is deprecated: use defvjp(f, *vjpmakers) of "
            "autograd.extend",
            stacklevel=3,
        )
        makers.update(more)
        defvjp(fun, *makers.values(), argnums=list(makers))

    def with_defvjp(vjpmaker: Function, argnum: int = 0) -> None:
        def maker(ans: Any, *args: Any, **kwargs: Any) -> Function:
            space = vspace(args[argnum])
            return lambda g: vjpmaker(g, ans, space, vspace(g), *args, **kwargs)

        define("defvjp", {argnum: maker})

    def with_defgrad(gradfun: Function, argnum: int = 0) -> None:
        define("defgrad", {argnum: gradfun})

    def with_zero(argnums: Iterable[int] = (0,)) -> None:
        define("defvjp_is_zero", dict.fromkeys(argnums))

    methods: Any = fun
    methods.defvjp, methods.defgrad, methods.defvjp_is_zero = with_defvjp, with_defgrad, with_zero
    return fun

"""Fixed points with the derivative of the limit: autograd's ``misc.fixed_points``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiffx.compat.autograd.core import defvjp, make_vjp, primitive
from autodiffx.compat.autograd.spaces import vspace

__all__ = ["fixed_point"]

Function = Callable[..., Any]


def _iterated(f: Function, a: Any, x0: Any, distance: Function, tol: float) -> Any:
    step = f(a)
    before, x = x0, step(x0)
    while distance(x, before) > tol:
        before, x = x, step(x)
    return x


def _vjp(ans: Any, f: Function, a: Any, x0: Any, distance: Function, tol: float) -> Function:
    """w = g + (∂f/∂x)ᵀ w, itself a fixed point; then (∂f/∂a)ᵀ w."""

    def adjoint_step(given: tuple[Any, Any, Any]) -> Function:
        a, x, g = given
        pull = make_vjp(f(a), x)[0]
        space = vspace(x)
        return lambda w: space.add(g, pull(w))

    def vjp(g: Any) -> Any:
        w = fixed_point(adjoint_step, (a, ans, g), vspace(ans).zeros(), distance, tol)
        return make_vjp(lambda a: f(a)(ans), a)[0](w)

    return vjp


#: The limit x = f(a)(x) of iterating f(a) from x0: ``fixed_point(f, a, x0, distance, tol)``.
#:
#: The iteration ends when distance(x, the x before) is at most tol. Derivatives are taken by a
#: alone, of any order, by the implicit function theorem: the equation for them is solved by an
#: iteration as well, with the same distance and tol.
fixed_point = primitive(_iterated)
fixed_point.__name__ = "fixed_point"
defvjp(fixed_point, None, _vjp, None)

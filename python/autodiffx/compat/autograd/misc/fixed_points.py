"""Fixed points with the derivative of the limit: autograd's ``misc.fixed_points``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autodiffx.compat.autograd.core import defvjp, make_vjp, primitive
from autodiffx.compat.autograd.spaces import vspace

__all__ = ["fixed_point"]

Function = Callable[..., Any]


@primitive
def fixed_point(f: Function, a: Any, x0: Any, distance: Function, tol: float) -> Any:
    """The limit x = f(a)(x) of iterating f(a) from x0.

    Args:
        f: ``f(a)`` is a function of x.
        a: numbers and arrays in any containers; derivatives are taken by it alone.
        x0: where the iteration begins.
        distance: ``distance(x, y)``; the iteration ends when it is at most tol for two in a row.
        tol: see there.

    Derivatives of any order are those of the limit, by the implicit function theorem: the equation
    for them is solved by an iteration as well, with the same distance and tol.

    >>> from autodiffx.compat.autograd import grad
    >>> newton = lambda a: lambda x: 0.5 * (x + a / x)
    >>> root = lambda a: fixed_point(newton, a, 1.0, lambda x, y: abs(x - y), 1e-12)
    >>> float(root(4.0)), round(float(grad(root)(4.0)), 9)
    (2.0, 0.25)
    """
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


defvjp(fixed_point, None, _vjp, None)

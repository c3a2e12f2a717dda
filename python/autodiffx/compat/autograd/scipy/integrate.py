"""autograd's ``scipy.integrate``: `odeint`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import integrate as _scipys

from autodiffx import ode
from autodiffx.compat.autograd.tracer import takes_rules
from autodiffx.compat.autograd.values import as_autograd, holds_box

__all__ = ["odeint"]

_plain: Any = _scipys.odeint

# What LSODA, SciPy's integrator, keeps to if nothing is said.
TOLERANCE = 1.49012e-8


@takes_rules(_plain)
def odeint(
    func: Callable[..., Any],
    y0: Any,
    t: Any,
    args: tuple[Any, ...] = (),
    tfirst: bool = False,
    **options: Any,
) -> Any:
    """y at the times t, of dy/dt = func(y, t, *args) from y(t[0]) = y0.

    Args:
        func: the slope, of the shape of y.
        y0, t, args: numbers and arrays; derivatives are taken by them, not by what func captures.
        tfirst: func is ``func(t, y, *args)``.
        options: SciPy's; with Boxes among the others, rtol and atol alone mean something.

    Returns:
        An array of shape ``(len(t), len(y0))``. Of plain numbers it is SciPy's; of Boxes that of
        `autodiffx.odeint`, with derivatives of any order.

    Raises:
        NotImplementedError: Dfun, full_output or tcrit are given with Boxes.
        TypeError: func captured a Box, whose derivative would be lost.

    >>> from autodiffx.compat.autograd import grad
    >>> def last(k):
    ...     return odeint(lambda y, t, k: -k * y, 1.0, [0.0, 1.0], (k,))[-1, 0]
    >>> round(float(grad(last)(0.5)), 6)
    -0.606531
    """
    if not holds_box((y0, t, args)):
        return _plain(func, y0, t, args, tfirst=tfirst, **options)
    given: dict[str, Any] = {
        key: TOLERANCE if value is None else value
        for key, value in options.items()
        if key in ("rtol", "atol")
    }
    unknown = sorted(key for key, value in options.items() if key not in given and value)
    # mxstep and the like steer LSODA, which is not what integrates here.
    refused = [key for key in unknown if key in ("Dfun", "full_output", "tcrit")]
    if refused:
        raise NotImplementedError(
            f"odeint() of boxes takes no {', '.join(refused)}: leave it out, or call it on plain "
            "numbers"
        )
    run = as_autograd((lambda y, t, *more: func(t, y, *more)) if tfirst else func)
    from autodiffx.numpy import asarray

    def slope(y: Any, t: Any, *more: Any) -> Any:
        return asarray(run(y, t, *more))

    start = y0 if hasattr(y0, "shape") and y0.shape else asarray(y0).reshape(-1)
    return ode.odeint(slope, start, t, *args, **given)

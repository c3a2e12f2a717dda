"""Checks of derivatives against differences, as autograd's ``test_util``.

Every check raises AssertionError with both figures. They draw from `numpy.random`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import product
from typing import Any

from autodiffx.compat.autograd.core import make_jvp, make_vjp
from autodiffx.compat.autograd.spaces import vspace
from autodiffx.compat.autograd.wrap_util import get_name, unary_to_nary

__all__ = [
    "EPS",
    "RTOL",
    "TOL",
    "check_equivalent",
    "check_grads",
    "check_jvp",
    "check_vjp",
    "combo_check",
    "make_numerical_jvp",
    "scalar_close",
]

Function = Callable[..., Any]

TOL = 1e-6  # absolute
RTOL = 1e-6  # relative to the sum of both
EPS = 1e-6  # the step of differences


def scalar_close(a: Any, b: Any) -> bool:
    """Whether |a - b| is below TOL, or below RTOL times |a + b|.

    >>> scalar_close(1.0, 1.0 + 1e-7), scalar_close(1.0, 1.1)
    (True, False)
    """
    gap = abs(a - b)
    return bool(gap < TOL or gap < RTOL * abs(a + b))


def make_numerical_jvp(f: Function, x: Any) -> Function:
    """The central difference of f at x along a direction: v ↦ (f(x + hv) - f(x - hv)) / 2h.

    >>> round(float(make_numerical_jvp(lambda x: x**2, 3.0)(1.0)), 6)
    6.0
    """
    space, result = vspace(x), vspace(f(x))

    def jvp(v: Any) -> Any:
        ahead = f(space.add(x, space.scalar_mul(v, EPS / 2.0)))
        behind = f(space.add(x, space.scalar_mul(v, -EPS / 2.0)))
        gap = result.add(ahead, result.scalar_mul(behind, -1.0))
        return result.scalar_mul(gap, 1.0 / EPS)

    return jvp


def check_vjp(f: Function, x: Any) -> None:
    """Raise AssertionError unless make_vjp() agrees with a difference along a random direction.

    >>> check_vjp(lambda x: x**2, 3.0)
    """
    vjp, value = make_vjp(f, x)
    space, result = vspace(x), vspace(value)
    direction, weights = space.randn(), result.randn()
    pulled = space.covector(vjp(result.covector(weights)))
    if vspace(pulled) != space:
        raise AssertionError(
            f"the vjp of {get_name(f)} is in {vspace(pulled)}, and its argument in {space}"
        )
    exact = space.inner_prod(direction, pulled)
    difference = result.inner_prod(weights, make_numerical_jvp(f, x)(direction))
    if not scalar_close(exact, difference):
        raise AssertionError(
            f"the vjp of {get_name(f)} at {x} is wrong: along a random direction it gives {exact}, "
            f"a difference gives {difference}"
        )


def check_jvp(f: Function, x: Any) -> None:
    """Raise AssertionError unless make_jvp() agrees with a difference along a random direction.

    >>> check_jvp(lambda x: x**2, 3.0)
    """
    direction = vspace(x).randn()
    check_equivalent(make_jvp(f, x)(direction)[1], make_numerical_jvp(f, x)(direction))


def check_equivalent(x: Any, y: Any) -> None:
    """Raise AssertionError unless x and y are in one space, and close along a random direction.

    >>> check_equivalent([1.0], [1.0])
    >>> check_equivalent([1.0], (1.0,))
    Traceback (most recent call last):
        ...
    AssertionError: the spaces differ: ListVSpace([ArrayVSpace((), float64)]) and \
TupleVSpace((ArrayVSpace((), float64),))
    """
    space = vspace(x)
    if space != vspace(y):
        raise AssertionError(f"the spaces differ: {space} and {vspace(y)}")
    direction = space.randn()
    if not scalar_close(space.inner_prod(x, direction), space.inner_prod(y, direction)):
        raise AssertionError(f"the values differ: {x} and {y}")


@unary_to_nary
def check_grads(f: Function, x: Any, modes: Sequence[str] = ("fwd", "rev"), order: int = 2) -> None:
    """Function that checks the derivatives of f, at the arguments that it is given.

    Args:
        f: the function.
        argnum: by which argument, or arguments, as for `grad`.
        modes: forward mode "fwd", reverse mode "rev", or both.
        order: up to which order, in every mixture of the modes.

    Raises:
        AssertionError: a derivative differs from a difference; or a mode has another name.

    >>> check_grads(lambda x: x**3)(2.0)
    """
    if not all(mode in ("fwd", "rev") for mode in modes):
        raise AssertionError(f"modes are 'fwd' and 'rev', got {list(modes)}")
    checks = {"fwd": check_jvp, "rev": check_vjp}
    for mode in ("fwd", "rev"):
        if mode not in modes:
            continue
        checks[mode](f, x)
        if order > 1:
            _check_derivative(f, x, mode, modes, order)


def _check_derivative(f: Function, x: Any, mode: str, modes: Sequence[str], order: int) -> None:
    """The checks of the derivative as a function of x and of what it is multiplied by."""
    if mode == "fwd":
        direction = vspace(x).randn()

        def derivative(x: Any, v: Any) -> Any:
            return make_jvp(f, x)(v)[1]
    else:
        direction = vspace(f(x)).randn()

        def derivative(x: Any, v: Any) -> Any:
            return make_vjp(f, x)[0](v)

    derivative.__name__ = f"{'jvp' if mode == 'fwd' else 'vjp'}_{get_name(f)}"
    check_grads(derivative, (0, 1), modes=modes, order=order - 1)(x, direction)


def combo_check(fun: Function, *args: Any, **kwargs: Any) -> Function:
    """Function that checks fun at all combinations of the arguments that it is given lists of.

    Args:
        fun, args, kwargs: as for `check_grads`.

    >>> combo_check(lambda x, p: x**p, 0)([1.0, 2.0], p=[2, 3])
    """

    def at_all(*choices: Iterable[Any], **named: Iterable[Any]) -> None:
        columns = [[(key, value) for value in values] for key, values in named.items()]
        for given in product(*choices):
            for keywords in product(*columns):
                check_grads(fun, *args, **kwargs)(*given, **dict(keywords))

    return at_all

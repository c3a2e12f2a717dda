"""autograd's ``core``: vjp and jvp of functions of one argument, and rules of primitives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any

from autodiffx import linear, transforms
from autodiffx.compat.autograd.rules import rules_of, total
from autodiffx.compat.autograd.spaces import (
    ContainerVSpace,
    SparseObject,
    VSpace,
    sparse_add,
    vspace,
)
from autodiffx.compat.autograd.tracer import (
    Box,
    JVPNode,
    Node,
    VJPNode,
    getval,
    isbox,
    no_nodes,
    primitive,
    toposort,
    trace,
)
from autodiffx.compat.autograd.util import func, subval
from autodiffx.compat.autograd.values import (
    as_autograd,
    conformed,
    handed_out,
    like_argument,
    prepared,
    require_numbers,
    warn_if_independent,
)
from autodiffx.compat.autograd.wrap_util import get_name
from autodiffx.trees import flatten

__all__ = [
    "Box",
    "ContainerVSpace",
    "JVPNode",
    "Node",
    "SparseObject",
    "VJPNode",
    "VSpace",
    "backward_pass",
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "func",
    "getval",
    "isbox",
    "make_jvp",
    "make_vjp",
    "primitive",
    "sparse_add",
    "subval",
    "sum_outgrads",
    "toposort",
    "trace",
    "vspace",
]

Function = Callable[..., Any]


def with_checked_result(fun: Function) -> Function:
    """The function, run as for autograd, whose result is seen to be made of real numbers."""
    run = as_autograd(fun)
    name = get_name(fun)

    def checked(*args: Any) -> Any:
        result = run(*args)
        if result is None:
            raise TypeError(
                f"{name} returned None: did it forget to return? A derivative is that of "
                "a float or an array of floats"
            )
        leaves = flatten(result)[0]
        require_numbers(leaves)
        warn_if_independent(leaves)
        return result

    return checked


def make_vjp(fun: Function, x: Any) -> tuple[Function, Any]:
    """The pullback of a function of one argument, and its value: v ↦ Jᵀ v, f(x).

    Args:
        fun: a function of x, of any result.
        x: a float, an array, or lists, tuples and dicts of these.

    Returns:
        ``(vjp, value)``. ``vjp(g)`` takes a cotangent of the value's structure, in which a number
        stands for an array of itself, and gives one of x's structure. fun runs once.

    Raises:
        TypeError: x or the result holds an int, a bool or no number.
        NotImplementedError: it is complex.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> vjp, value = make_vjp(np.exp, 0.0)
    >>> value, vjp(3.0)
    (np.float64(1.0), np.float64(3.0))
    """
    given = prepared(x)
    value, pullback = linear.vjp(with_checked_result(fun), given)
    leaves, tree = flatten(value)

    def vjp(g: Any) -> Any:
        (found,) = pullback(conformed("a cotangent", g, leaves, tree))
        return like_argument(found, given)

    return vjp, handed_out(value)


def backward_pass(g: Any, end_node: Any) -> Any:
    """Not supported: it raises NotImplementedError. What `make_vjp` returns sweeps back.

    >>> make_vjp(lambda x: x * x, 3.0)[0](1.0)
    np.float64(6.0)
    """
    raise no_nodes()


def make_jvp(fun: Function, x: Any) -> Function:
    """The pushforward of a function of one argument: v ↦ (f(x), J v).

    Args:
        fun, x: as for `make_vjp`.

    Returns:
        ``jvp(v)``, which runs fun and gives the pair of its value and tangent; v has x's structure,
        and a number stands for an array of itself.

    >>> import autodiffx.compat.autograd.numpy as np
    >>> make_jvp(np.exp, 0.0)(2.0)
    (np.float64(1.0), np.float64(2.0))
    """

    def jvp(g: Any) -> tuple[Any, Any]:
        given = prepared(x)
        direction = conformed("a tangent", g, *flatten(given))
        value, tangent = transforms.jvp(with_checked_result(fun), (given,), (direction,))
        return handed_out(value), handed_out(tangent)

    return jvp


# ---- rules ---------------------------------------------------------------------------------------


def defvjp_argnums(fun: Function, vjpmaker: Function) -> None:
    """The rule of reverse mode for all arguments of a primitive at once.

    Args:
        fun: what primitive() returned.
        vjpmaker: ``vjpmaker(argnums, ans, args, kwargs)`` gives a function from the cotangent of
            the result to those of the arguments argnums, in order.

    >>> from autodiffx.compat.autograd import grad
    >>> product = primitive(lambda x, y: x * y)
    >>> defvjp_argnums(
    ...     product, lambda at, ans, args, kwargs: lambda g: [g * args[1 - i] for i in at]
    ... )
    >>> grad(product, (0, 1))(3.0, 4.0)
    (np.float64(4.0), np.float64(3.0))
    """
    rules_of(fun).set_vjp(vjpmaker, None)


def defvjp_argnum(fun: Function, vjpmaker: Function) -> None:
    """The rule of reverse mode for each argument of a primitive, by its position.

    Args:
        fun: what primitive() returned.
        vjpmaker: ``vjpmaker(argnum, ans, args, kwargs)`` gives a function from the cotangent of the
            result to that of the argument.

    >>> from autodiffx.compat.autograd import grad
    >>> product = primitive(lambda x, y: x * y)
    >>> defvjp_argnum(product, lambda i, ans, args, kwargs: lambda g: g * args[1 - i])
    >>> grad(product, 1)(3.0, 4.0)
    np.float64(3.0)
    """

    def of_all(argnums: Sequence[int], *given: Any) -> Function:
        vjps = [vjpmaker(argnum, *given) for argnum in argnums]
        return lambda g: [vjp(g) for vjp in vjps]

    rules_of(fun).set_vjp(of_all, None)


def defvjp(
    fun: Function, *vjpmakers: Function | None, argnums: Iterable[int] | None = None
) -> None:
    """The rules of reverse mode of a primitive, one for each argument.

    Args:
        fun: what primitive() returned, or a function of autograd.numpy or autograd.scipy, whose own
            derivative it replaces.
        vjpmakers: ``vjpmaker(ans, *args, **kwargs)`` gives a function from the cotangent of the
            result to that of the argument. None says that the derivative is zero. Written with
            autograd.numpy and primitives, it serves every order, and by its transpose forward mode.
        argnums: the arguments that they are for, the first ones if it is left out.

    Raises:
        TypeError: fun is no primitive, or a maker no function.

    >>> import math
    >>> from autodiffx.compat.autograd import grad
    >>> power = primitive(math.pow)
    >>> defvjp(power, lambda ans, x, y: lambda g: g * y * x ** (y - 1.0), None)
    >>> grad(power, (0, 1))(3.0, 2.0)
    (np.float64(6.0), np.float64(0.0))
    """
    makers = _by_argnum(fun, "VJP", vjpmakers, argnums)

    def of_all(chosen: Sequence[int], ans: Any, args: Any, kwargs: Any) -> Function:
        vjps = [None if makers[i] is None else makers[i](ans, *args, **kwargs) for i in chosen]
        return lambda g: [None if vjp is None else vjp(g) for vjp in vjps]

    rules_of(fun).set_vjp(of_all, makers)


def defjvp_argnums(fun: Function, jvpmaker: Function) -> None:
    """The rule of forward mode for all arguments of a primitive at once.

    Args:
        fun: what primitive() returned.
        jvpmaker: ``jvpmaker(argnums, gs, ans, args, kwargs)`` gives the tangent of the result for
            the tangents gs of the arguments argnums.

    >>> product = primitive(lambda x, y: x * y)
    >>> defjvp_argnums(
    ...     product, lambda at, gs, ans, args, kw: sum(g * args[1 - i] for i, g in zip(at, gs))
    ... )
    >>> make_jvp(lambda x: product(x, x), 3.0)(1.0)
    (np.float64(9.0), np.float64(6.0))
    """
    rules_of(fun).set_jvp(jvpmaker, None)


def defjvp_argnum(fun: Function, jvpmaker: Function) -> None:
    """The rule of forward mode for each argument of a primitive, by its position.

    Args:
        fun: what primitive() returned.
        jvpmaker: ``jvpmaker(argnum, g, ans, args, kwargs)`` gives the tangent of the result for the
            tangent g of one argument.

    >>> product = primitive(lambda x, y: x * y)
    >>> defjvp_argnum(product, lambda i, g, ans, args, kwargs: g * args[1 - i])
    >>> make_jvp(lambda x: product(x, x), 3.0)(1.0)
    (np.float64(9.0), np.float64(6.0))
    """

    def of_all(argnums: Sequence[int], gs: Sequence[Any], *given: Any) -> Any:
        return total(jvpmaker(i, g, *given) for i, g in zip(argnums, gs, strict=True))

    rules_of(fun).set_jvp(of_all, None)


def defjvp(
    fun: Function, *jvpfuns: Function | str | None, argnums: Iterable[int] | None = None
) -> None:
    """The rules of forward mode of a primitive, one for each argument.

    Args:
        fun: what primitive() returned, or a function of autograd.numpy or autograd.scipy.
        jvpfuns: ``jvpfun(g, ans, *args, **kwargs)`` gives the tangent of the result for the tangent
            g of the argument. "same" says that fun is linear in the argument, None that the
            derivative is zero. The transpose of a rule that is written out serves reverse mode
            where there is no defvjp().
        argnums: the arguments that they are for, the first ones if it is left out.

    Raises:
        TypeError: fun is no primitive, or a rule no function.

    >>> import math
    >>> sine = primitive(math.sin)
    >>> defjvp(sine, lambda g, ans, x: g * math.cos(x))
    >>> make_jvp(sine, 0.0)(2.0)
    (np.float64(0.0), np.float64(2.0))
    """
    rules = _by_argnum(fun, "JVP", jvpfuns, argnums)

    def of_one(i: int, g: Any, ans: Any, args: Any, kwargs: Any) -> Any:
        rule = rules[i]
        if rule == "same":
            return fun(*subval(args, i, g), **kwargs)
        return None if rule is None else rule(g, ans, *args, **kwargs)

    def of_all(chosen: Sequence[int], gs: Sequence[Any], *given: Any) -> Any:
        return total(of_one(i, g, *given) for i, g in zip(chosen, gs, strict=True))

    rules_of(fun).set_jvp(of_all, rules, [i for i, rule in rules.items() if rule == "same"])


def def_linear(fun: Function) -> None:
    """Says that a primitive is linear in each of its arguments alone.

    >>> product = primitive(lambda x, y: x * y)
    >>> def_linear(product)
    >>> make_jvp(lambda x: product(x, 5.0), 3.0)(1.0)
    (np.float64(15.0), np.float64(5.0))
    """
    defjvp_argnum(fun, lambda i, g, ans, args, kwargs: fun(*subval(args, i, g), **kwargs))
    rules_of(fun).linear = None


def _by_argnum(
    fun: Function, kind: str, rules: Sequence[Any], argnums: Iterable[int] | None
) -> dict[int, Any]:
    for rule in rules:
        if not (rule is None or callable(rule) or (kind == "JVP" and rule == "same")):
            raise TypeError(
                f"{rule!r} is no {kind} for {get_name(fun)}: a rule is a function, or None where "
                "the derivative is zero"
            )
    # As many as there are rules: argnums may go on.
    return dict(zip(count() if argnums is None else argnums, rules, strict=False))


def sum_outgrads(gs: Iterable[Any]) -> Any:
    """The sum of cotangents or tangents of one space.

    >>> sum_outgrads([1.0, 2.0, 3.0])
    6.0
    """
    return total(gs)

"""Boxes, and functions that are seen or not seen by derivatives: autograd's ``tracer``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, ClassVar

from autodiffx._core import Dual, Variable
from autodiffx.compat.autograd.rules import Rules, recorded, rules_of
from autodiffx.compat.autograd.util import subvals, toposort
from autodiffx.compat.autograd.values import (
    getval,
    holds_box,
    isbox,
    plain_arguments,
    register_class,
)
from autodiffx.compat.autograd.wrap_util import get_name

__all__ = [
    "Box",
    "Node",
    "box_types",
    "getval",
    "isbox",
    "new_box",
    "notrace_primitive",
    "primitive",
    "register_notrace",
    "subvals",
    "toposort",
    "trace",
]


class BoxMeta(type):
    """Whose instances are the numbers in a trace, and of a subclass what it has registered."""

    kinds: set[type]

    def __instancecheck__(cls, instance: Any) -> bool:
        if type(instance) in cls.kinds and holds_box(instance):
            return True
        return cls is Box and isbox(instance)


class Box(metaclass=BoxMeta):
    """What a number or array is while derivatives are taken: a Variable or a Dual.

    ``isinstance(x, Box)`` asks for it, ``x._value`` and ``getval(x)`` give the number. There are no
    boxes around lists, tuples and dicts: these are as they were, and hold boxes.

    >>> from autodiffx.compat.autograd import grad
    >>> kinds = []
    >>> _ = grad(lambda x: kinds.append((isinstance(x, Box), x._value)) or x)(3.0)
    >>> kinds
    [(True, 3.0)]
    """

    kinds: ClassVar[set[type]] = set()

    def __init_subclass__(cls, kinds: Iterable[type] = ()) -> None:
        cls.kinds = set(kinds)

    @classmethod
    def register(cls, value_type: type) -> None:
        """Let objects of a class be differentiated by and through.

        They are containers of their attributes then, in which boxes stand: in a trace there are
        objects of the class itself, not of this one.

        Raises:
            TypeError: objects of the class have no ``__dict__``.

        >>> from autodiffx.compat.autograd import grad
        >>> class Interval:
        ...     def __init__(self, low, high):
        ...         self.low, self.high = low, high
        >>> class IntervalBox(Box):
        ...     pass
        >>> IntervalBox.register(Interval)
        >>> vars(grad(lambda x: x.high**2 - x.low)(Interval(1.0, 3.0)))
        {'low': np.float64(-1.0), 'high': np.float64(6.0)}
        """
        register_class(value_type)
        for box in (cls, Box):
            box.kinds.add(value_type)


# What the type of a Box is.
box_types: set[type] = {Variable, Dual}


class Node:
    """The base of VJPNode and JVPNode, which name the two kinds of trace; there are no others.

    >>> Node()
    Traceback (most recent call last):
        ...
    NotImplementedError: nodes of autograd's own trace are not supported: what is recorded are \
statements of the tape of autodiffx
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise no_nodes()

    @classmethod
    def new_root(cls, *args: Any, **kwargs: Any) -> Any:
        """Not supported: it raises NotImplementedError."""
        raise no_nodes()


class VJPNode(Node):
    """Stands for reverse mode in register_notrace().

    >>> register_notrace(VJPNode, primitive(round))
    """


class JVPNode(Node):
    """Stands for forward mode in register_notrace().

    >>> register_notrace(JVPNode, primitive(round))
    """


def no_nodes() -> NotImplementedError:
    """What is raised where nodes are asked for."""
    return NotImplementedError(
        "nodes of autograd's own trace are not supported: what is recorded are statements of the "
        "tape of autodiffx"
    )


def trace(start_node: Any, fun: Callable[..., Any], x: Any) -> Any:
    """Not supported: it raises NotImplementedError. `make_vjp` and `make_jvp` run functions.

    >>> from autodiffx.compat.autograd.core import make_vjp
    >>> make_vjp(lambda x: x * x, 3.0)[1]
    np.float64(9.0)
    """
    raise no_nodes()


def new_box(value: Any, trace: Any, node: Any) -> Any:
    """Not supported: it raises NotImplementedError. Operators make boxes.

    >>> from autodiffx.compat.autograd import grad
    >>> grad(lambda x: x * 2.0 if isbox(x * 2.0) else 0.0)(3.0)
    np.float64(2.0)
    """
    raise no_nodes()


def primitive(f_raw: Callable[..., Any]) -> Callable[..., Any]:
    """A function whose derivatives are given with `defvjp` and `defjvp`.

    Args:
        f_raw: a function on plain numbers and arrays, whatever it does inside.

    Returns:
        A function of the same arguments. If one by position is a Box, or a list, tuple or dict that
        holds one, f_raw is given the numbers, and its result is a Box; else f_raw is called as it
        is.

    Raises:
        NotImplementedError: a derivative is asked for by an argument without a rule; the result is
            complex.
        TypeError: the result holds something else than numbers and arrays, a Box was passed by
            keyword, or captured by f_raw or a rule, which would lose its derivative.

    >>> import math
    >>> from autodiffx.compat.autograd import grad
    >>> from autodiffx.compat.autograd.extend import defvjp
    >>> exponential = primitive(math.exp)
    >>> defvjp(exponential, lambda ans, x: lambda g: g * ans)
    >>> grad(grad(exponential))(0.0)
    np.float64(1.0)
    """
    rules = Rules(get_name(f_raw))

    @wraps(f_raw, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def f_wrapped(*args: Any, **kwargs: Any) -> Any:
        if not holds_box(args):
            return f_raw(*args, **kwargs)
        if rules.passive and _is_passive(rules, args):
            return f_raw(*plain_arguments(args), **kwargs)
        return recorded(rules, f_raw, args, kwargs)

    return _marked(f_wrapped, f_raw, rules)


def _marked(wrapper: Any, raw: Any, rules: Rules) -> Callable[..., Any]:
    wrapper.fun = raw
    wrapper._rules = rules
    wrapper._is_autograd_primitive = True
    function: Callable[..., Any] = wrapper
    return function


def _is_passive(rules: Rules, args: Any) -> bool:
    """Whether the trace of the arguments takes the result for a constant."""
    return (JVPNode if _holds_dual(args) else VJPNode) in rules.passive


def _holds_dual(x: Any) -> bool:
    if isinstance(x, (list, tuple)):
        return any(map(_holds_dual, x))
    return isinstance(x, Dual) or (isinstance(x, dict) and any(map(_holds_dual, x.values())))


def wrapped(raw: Callable[..., Any], traced: Callable[..., Any]) -> Callable[..., Any]:
    """A function of NumPy or SciPy with derivatives, which rules of the user's take the place of.

    Args:
        raw: the function on plain arrays.
        traced: the function on Variables; called with plain arrays it is raw.
    """
    rules = Rules(get_name(raw))

    @wraps(raw, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def f_wrapped(*args: Any, **kwargs: Any) -> Any:
        if (rules.given or rules.passive) and holds_box(args):
            if rules.passive and _is_passive(rules, args):
                return raw(*plain_arguments(args), **kwargs)
            if rules.given:
                return recorded(rules, raw, args, kwargs)
        return traced(*args, **kwargs)

    return _marked(f_wrapped, raw, rules)


def takes_rules(
    raw: Callable[..., Any] | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator of a function with derivatives, whose place rules of the user's take.

    Args:
        raw: the function on plain arrays, if it is another.
    """

    def decorate(traced: Callable[..., Any]) -> Callable[..., Any]:
        made = wrapped(raw or traced, traced)
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            setattr(made, name, getattr(traced, name))
        return made

    return decorate


def notrace_primitive(f_raw: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is given the numbers of boxes, and whose result is a constant.

    >>> import numpy as np
    >>> from autodiffx.compat.autograd import grad
    >>> rounded = notrace_primitive(np.round)
    >>> grad(lambda x: x * rounded(x))(2.6)
    np.float64(3.0)
    """

    @wraps(f_raw, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
    def f_wrapped(*args: Any, **kwargs: Any) -> Any:
        return f_raw(*plain_arguments(args), **plain_arguments(kwargs))

    f_wrapped._is_primitive = True  # type: ignore[attr-defined]  # as autograd marks it
    f_wrapped.fun = f_raw  # type: ignore[attr-defined]
    return f_wrapped


def register_notrace(trace_type: Any, primitive_fun: Callable[..., Any]) -> None:
    """Let the result of a primitive be a constant to reverse mode or to forward mode.

    Args:
        trace_type: `VJPNode` or `JVPNode`.
        primitive_fun: what primitive() returned.

    >>> import math
    >>> from autodiffx.compat.autograd import grad
    >>> whole = primitive(math.floor)
    >>> register_notrace(VJPNode, whole)
    >>> grad(lambda x: x * whole(x))(2.5)
    np.float64(2.0)
    """
    rules_of(primitive_fun).passive.add(trace_type)

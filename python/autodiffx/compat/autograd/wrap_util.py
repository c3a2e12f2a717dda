"""How an operator on functions of one argument becomes one on functions of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from autodiffx.compat.autograd.util import subvals

__all__ = ["get_doc", "get_name", "unary_to_nary", "wrap_nary_f", "wraps"]

Function = TypeVar("Function", bound=Callable[..., Any])


def get_name(f: Any) -> str:
    """The name of a function.

    >>> get_name(len), get_name(3)
    ('len', '[unknown name]')
    """
    return str(getattr(f, "__name__", "[unknown name]"))


def get_doc(f: Any) -> str:
    """The docstring of a function.

    >>> get_doc(get_name)[:22]
    'The name of a function'
    """
    return str(getattr(f, "__doc__", "") or "")


def wraps(
    fun: Any, namestr: str = "{fun}", docstr: str = "{doc}", **kwargs: Any
) -> Callable[[Function], Function]:
    """Decorator that names and documents a function after another.

    Args:
        fun: the other function.
        namestr, docstr: with ``{fun}`` and ``{doc}`` for its name and docstring, and what kwargs
            name.

    >>> @wraps(len, "twice_{fun}")
    ... def twice(x):
    ...     return 2 * len(x)
    >>> twice.__name__
    'twice_len'
    """

    def named(f: Function) -> Function:
        try:
            f.__name__ = namestr.format(fun=get_name(fun), **kwargs)
            f.__doc__ = docstr.format(fun=get_name(fun), doc=get_doc(fun), **kwargs)
        except (AttributeError, TypeError, KeyError, ValueError):
            pass  # of what cannot be named, or whose name has braces, the name stays
        return f

    return named


def wrap_nary_f(fun: Any, op: Any, argnum: Any) -> Callable[[Function], Function]:
    """Decorator that names what an operator makes of a function.

    >>> @wrap_nary_f(len, sorted, 0)
    ... def f(x):
    ...     return x
    >>> f.__name__
    'sorted_of_len_wrt_argnum_0'
    """
    return wraps(
        fun,
        "{op}_of_{fun}_wrt_argnum_{argnum}",
        "The {op} of {fun}, a function of the same arguments, by argument {argnum}.",
        op=get_name(op),
        argnum=argnum,
    )


def unary_to_nary(unary_operator: Callable[..., Any]) -> Callable[..., Any]:
    """An operator on functions of any arguments, made of one on functions of one.

    Args:
        unary_operator: ``unary_operator(fun, x, ...)`` of a function of x alone.

    Returns:
        ``operator(fun, argnum=0, ...)``, which gives a function of fun's arguments. argnum is a
        position, or a tuple or list of positions: then x is the tuple of these arguments.

    Raises:
        AssertionError: argnum is something else.
        IndexError: a call has no argument at that position (when it is called).

    >>> import autodiffx as adx
    >>> slope = unary_to_nary(lambda f, x: adx.grad(f)(x))
    >>> slope(lambda x, y: x * y, 1)(2.0, 5.0)
    2.0
    """

    @wraps(unary_operator)
    def nary_operator(fun: Callable[..., Any], argnum: Any = 0, *args: Any, **kwargs: Any) -> Any:
        if type(argnum) not in (int, tuple, list):
            raise AssertionError(
                f"argnum is a position or a tuple or list of positions, got {argnum!r} of type "
                f"{type(argnum).__name__}"
            )
        return _of_function(unary_operator, fun, argnum, args, kwargs)

    return nary_operator


def _of_function(
    unary_operator: Callable[..., Any],
    fun: Callable[..., Any],
    argnum: Any,
    op_args: tuple[Any, ...],
    op_kwargs: dict[str, Any],
) -> Callable[..., Any]:
    single = type(argnum) is int
    name = get_name(fun)

    @wrap_nary_f(fun, unary_operator, argnum)
    def nary_f(*args: Any, **kwargs: Any) -> Any:
        def unary_f(x: Any) -> Any:
            given = subvals(args, [(argnum, x)] if single else zip(argnum, x, strict=True))
            return fun(*given, **kwargs)

        unary_f.__name__ = name
        try:
            x = args[argnum] if single else tuple(args[each] for each in argnum)
        except IndexError:
            raise IndexError(
                f"{name} is to be differentiated by argument {argnum}, and was given "
                f"{len(args)} arguments by position"
            ) from None
        return unary_operator(unary_f, x, *op_args, **op_kwargs)

    return nary_f

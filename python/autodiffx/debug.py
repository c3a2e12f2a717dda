"""Looking out for nan and infinity."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from autodiffx._core import _watch_begin, _watch_end

__all__ = ["debug_nans", "watching"]


class _Depth(threading.local):
    """How many of these contexts this thread is in."""

    count = 0


_depth = _Depth()


def watching() -> bool:
    """Whether this thread looks out for nan and infinity."""
    return _depth.count > 0


@contextlib.contextmanager
def debug_nans() -> Iterator[None]:
    """While it lasts, the first value that is nan or infinite raises, and says where it arose.

    Looked at are primals (what every operation on a Variable gives, also in a replay of a Graph),
    tangents (of operations on Duals, so of jvp, and after each statement of a forward sweep:
    linearize, jacfwd, hessian) and adjoints (after each statement of a reverse sweep: backward,
    grad and all that is made of them). Not looked at are arguments, which are the caller's,
    partials that meet a zero and so pass nothing on, and the sweep behind `hvp` of a Graph. It
    holds for the thread that is in it, and nests.

    Recording takes several times as long meanwhile, and the ambient tape is not collected, except
    where nothing of it is left. Otherwise it costs nothing: no operation asks for it.

    Raises:
        FloatingPointError: with the operator, its operands, and file and line of the user's code.

    >>> import autodiffx as adx
    >>> with adx.debug_nans():
    ...     adx.grad(lambda x: adx.log(x) * 2.0)(0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: log(0.0) is -inf, recorded at ...
    >>> with adx.debug_nans():
    ...     adx.grad(adx.sqrt)(0.0)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    FloatingPointError: the adjoint that sqrt(0.0) passes on to its operand 1 is inf, from ...
    """
    _watch_begin()
    _depth.count += 1
    finished = False
    try:
        yield
        finished = True
    finally:
        _depth.count -= 1
        _watch_end(finished)

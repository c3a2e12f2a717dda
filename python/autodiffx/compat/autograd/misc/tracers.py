"""Recordings that are run again: autograd's ``misc.tracers``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx import Graph, Variable
from autodiffx.compat.autograd.tracer import Node
from autodiffx.compat.autograd.values import follow, handed_out, holds_box, prepared
from autodiffx.compat.autograd.wrap_util import wraps
from autodiffx.trees import flatten

__all__ = ["const_graph", "full_graph"]

Function = Callable[..., Any]


def const_graph(fun: Function, *args: Any, **kwargs: Any) -> Function:
    """A function that is recorded at its first call, and replayed at further ones.

    Args:
        fun: a function whose operations do not depend on its arguments' values.
        args, kwargs: its first arguments and keywords, which stay the same.

    Returns:
        A function of the further arguments, floats and arrays in any containers, always of the same
        structure, shapes and dtypes. Called with boxes it is fun.

    Raises:
        ControlFlowChanged: in a later call fun would have taken another branch.
        ValueError: a later call has arguments of another structure or shape.

    >>> calls = []
    >>> twice = const_graph(lambda x: calls.append(1) or 2.0 * x)
    >>> twice(1.0), twice(5.0), len(calls)
    (np.float64(2.0), np.float64(10.0), 1)
    """
    recorded: list[_Recorded] = []

    @wraps(fun)
    def cached(*more: Any) -> Any:
        if holds_box(more):
            return fun(*args, *more, **kwargs)
        if recorded:
            return recorded[0].run(more)
        recorded.append(_Recorded(lambda *given: fun(*args, *given, **kwargs), more))
        return recorded[0].value()

    return cached


class _Recorded:
    """A function's Graph."""

    def __init__(self, function: Function, arguments: tuple[Any, ...]) -> None:
        leaves, self.tree = flatten(prepared(arguments))
        self.inputs = [Variable(leaf) for leaf in leaves]
        self.shapes = [np.shape(leaf) for leaf in leaves]
        with Graph() as self.graph, follow():
            # Copies, so that the Graph is not empty though the function returns what it is given.
            result = function(*self.tree.unflatten([each * 1.0 for each in self.inputs]))
        self.outputs, self.result = flatten(result)

    def run(self, arguments: tuple[Any, ...]) -> Any:
        leaves, tree = flatten(prepared(arguments))
        shapes = [np.shape(leaf) for leaf in leaves]
        if tree != self.tree or shapes != self.shapes:
            raise ValueError(
                f"this graph was recorded for arguments of the structure {self.tree} and the "
                f"shapes {self.shapes}, and was given {tree} and {shapes}"
            )
        for variable, leaf in zip(self.inputs, leaves, strict=True):
            variable.value = leaf
        self.graph.forward()
        return self.value()

    def value(self) -> Any:
        """What it returns, plain."""
        return handed_out(
            self.result.unflatten(
                [each.value if isinstance(each, Variable) else each for each in self.outputs]
            )
        )


def full_graph(fun: Function, *args: Any, **kwargs: Any) -> Any:
    """Not supported: it raises NotImplementedError, as nodes of autograd's trace are not.

    >>> full_graph(abs, 1.0)
    Traceback (most recent call last):
        ...
    NotImplementedError: nodes of autograd's own trace are not supported: what is recorded are \
statements of the tape of autodiffx
    """
    return Node(fun, args, kwargs)

"""Functions that are not seen into, with a derivative by each argument: `primitive`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Ranked
from autodiffx.reference.rule_call import (
    Call,
    is_traced,
    leaves_of,
    matched,
    plain,
    refilled,
    transposed,
)

__all__ = ["primitive"]

Function = Callable[..., Any]


class primitive:
    """A function on plain numbers and arrays, with a rule for each argument in either direction.

    >>> import math
    >>> sine = primitive(math.sin)
    >>> cosine = primitive(math.cos)
    >>> sine.defvjp(lambda g, y, x: g * cosine(x))
    >>> grad(sine)(0.0)
    1.0
    """

    def __init__(self, fun: Function) -> None:
        self.fun = fun
        self.name = getattr(fun, "__name__", "function")
        self.backwards: dict[int, Function | None] = {}
        self.forwards: dict[int, Function | None] = {}

    def defvjp(self, *rules: Function | None, argnums: Sequence[int] | None = None) -> None:
        """Set rules of (cotangent, result, *args); None says that the derivative is zero."""
        self.backwards.update(zip(argnums or range(len(rules)), rules, strict=True))

    def defjvp(self, *rules: Function | None, argnums: Sequence[int] | None = None) -> None:
        """Set rules of (tangent, result, *args)."""
        self.forwards.update(zip(argnums or range(len(rules)), rules, strict=True))

    def __call__(self, *args: Any, **options: Any) -> Any:
        function = functools.partial(self.fun, **options)
        if any(map(is_traced, leaves_of(list(options.values())))):
            raise TypeError(f"{self.name}() takes Variables and Duals by position only")
        if not any(isinstance(leaf, Ranked) for leaf in leaves_of(list(args))):
            result = function(*args)
            for leaf in leaves_of(result):
                if is_traced(leaf):
                    plain(leaf, self.name)
            return result
        return self._call(Call(self.name, args, function))

    def _call(self, call: Call) -> Any:
        counts = [len(leaves_of(argument)) for argument in call.args]
        ends = np.cumsum(counts)

        def argument_of(place: int) -> int:
            return int(np.searchsorted(ends, place, side="right"))

        def back_by(i: int, adjoints: list[Any], results: list[Any], args: list[Any]) -> list[Any]:
            rule = self.backwards[i]
            if rule is None:
                return [None] * counts[i]
            outcome = refilled(call.outcome, results)
            found = rule(refilled(call.outcome, adjoints), outcome, *args)
            return matched(found, args[i], f"a cotangent by a rule of {self.name}()")

        def forth_by(i: int, tangent: Any, results: list[Any], args: list[Any]) -> list[Any]:
            rule = self.forwards[i]
            if rule is None:
                return [None] * len(results)
            found = rule(tangent, refilled(call.outcome, results), *args)
            return matched(found, call.outcome, f"a tangent by a rule of {self.name}()")

        def require(i: int) -> None:
            if i not in self.backwards and i not in self.forwards:
                raise NotImplementedError(
                    f"the primitive {self.name}() has no derivative by its argument {i}: give it "
                    "one with defvjp() or defjvp()"
                )

        def back(asked: int, adjoints: list[Any], results: list[Any], operands: list[Any]) -> Any:
            i = argument_of(asked)
            require(i)
            args = call.filled(operands)
            inside = asked - (ends[i] - counts[i])
            if i in self.backwards:
                return back_by(i, adjoints, results, args)[inside]

            def linear(x: list[Any]) -> list[Any]:
                tangents = [0.0 * leaf for leaf in leaves_of(args[i])]
                tangents[inside] = x[0]
                return forth_by(i, refilled(args[i], tangents), results, args)

            return transposed(self.name, linear, [leaves_of(args[i])[inside]], adjoints)[0]

        def forth(tangents: list[Any], results: list[Any], operands: list[Any]) -> list[Any]:
            args, along = call.filled(operands), call.tangents_of(tangents, operands)
            total: list[Any] = [None] * len(results)
            moving = {argument_of(p) for p, t in zip(call.places, tangents, strict=True)
                      if t is not None}  # fmt: skip
            for i in sorted(moving):
                require(i)
                if i in self.forwards:
                    found = forth_by(i, along[i], results, args)
                else:
                    found = transposed(
                        self.name,
                        lambda u, i=i: back_by(i, u, results, args),  # type: ignore[misc]
                        results,
                        leaves_of(along[i]),
                    )
                total = [
                    b if a is None else a if b is None else a + b
                    for a, b in zip(found, total, strict=True)
                ]
            return total

        return call.run(back, forth)

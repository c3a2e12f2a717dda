"""Functions with derivatives of the user's own: `custom_vjp` and `custom_jvp`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
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

__all__ = ["custom_jvp", "custom_vjp"]

Function = Callable[..., Any]


class Custom:
    """A function, its name, and which of its arguments have no derivative."""

    def __init__(self, fun: Function, nondiff_argnums: Sequence[int] | int = ()) -> None:
        if not callable(fun):
            raise TypeError(f"a function is given a rule, not {type(fun).__name__!r}")
        self.fun = fun
        self.fixed_at = positions(nondiff_argnums)
        functools.update_wrapper(self, fun)
        self.name = getattr(fun, "__name__", "function")

    def __call__(self, *args: Any, **options: Any) -> Any:
        bound = inspect.signature(self.fun).bind(*args, **options)
        bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(f"the rules of {self.name}() take arguments by position only")
        args = bound.args
        if any(i >= len(args) for i in self.fixed_at):
            raise ValueError(
                f"nondiff_argnums {self.fixed_at} do not fit a call of {self.name}() with "
                f"{len(args)} arguments"
            )
        fixed = {i: args[i] for i in self.fixed_at}
        for i, value in fixed.items():
            if any(map(is_traced, leaves_of(value))):
                raise TypeError(
                    f"argument {i} of {self.name}() is in nondiff_argnums and is a Variable or "
                    "Dual, whose derivative would be lost"
                )
        rest = [argument for i, argument in enumerate(args) if i not in fixed]
        if not any(isinstance(leaf, Ranked) for leaf in leaves_of(rest)):
            result = self.fun(*args)
            for leaf in leaves_of(result):
                if is_traced(leaf):
                    plain(leaf, self.name)
            return result
        return self.call(fixed, rest)

    def call(self, fixed: dict[int, Any], rest: list[Any]) -> Any:
        """The result where something is traced."""
        raise NotImplementedError


def positions(given: Any) -> tuple[int, ...]:
    """One position or several, from 0 on.

    Raises:
        TypeError: they are no whole numbers.
        ValueError: one is negative, or there twice.
    """
    several = given if isinstance(given, Iterable) else (given,)
    if not all(isinstance(i, (int, np.integer)) and not isinstance(i, bool) for i in several):
        raise TypeError(f"nondiff_argnums are positions of arguments, not {given!r}")
    found = tuple(int(i) for i in several)
    if any(i < 0 for i in found) or len(set(found)) != len(found):
        raise ValueError(f"nondiff_argnums are positions from 0 on, each once, not {given!r}")
    return found


def merged(fixed: dict[int, Any], rest: Sequence[Any]) -> list[Any]:
    """All arguments in the function's order."""
    others = iter(rest)
    return [fixed[i] if i in fixed else next(others) for i in range(len(fixed) + len(rest))]


def pair(found: Any, what: str) -> Any:
    """What a rule returned, if it is two things."""
    if not isinstance(found, (tuple, list)) or len(found) != 2:
        raise TypeError(f"{what} returns a pair, not {found!r}")
    return found


class custom_vjp(Custom):
    """A function whose adjoints pass through `bwd`, as `f.defvjp(fwd, bwd)` says.

    >>> @custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda _, g: (min(max(g, -1.0), 1.0),))
    >>> grad(lambda x: 100.0 * clipped(x))(3.0)
    1.0
    """

    rules: tuple[Function, Function] | None = None

    def defvjp(self, fwd: Function, bwd: Function) -> None:
        """Set what gives (result, residuals), and what takes the adjoint of the result back."""
        self.rules = fwd, bwd

    def call(self, fixed: dict[int, Any], rest: list[Any]) -> Any:
        """The result, recorded."""
        if self.rules is None:
            raise AttributeError(f"{self.name}() has no rule: give it one with defvjp()")
        fwd, bwd = self.rules

        def evaluated(*args: Any) -> Any:
            return pair(fwd(*merged(fixed, args)), f"the fwd of {self.name}()")

        call = Call(self.name, rest, lambda *args: evaluated(*args)[0])

        def all_back(adjoints: list[Any], operands: list[Any]) -> list[Any]:
            args = call.filled(operands)
            found = bwd(*fixed.values(), evaluated(*args)[1], refilled(call.outcome, adjoints))
            if not isinstance(found, (tuple, list)) or len(found) != len(args):
                raise TypeError(
                    f"the bwd of {self.name}() returns a tuple of {len(args)} cotangents, "
                    f"not {found!r}"
                )
            what = f"a cotangent from the bwd of {self.name}()"
            return [
                leaf
                for argument, each in zip(args, found, strict=True)
                for leaf in matched(each, argument, what)
            ]

        def back(asked: int, adjoints: list[Any], results: list[Any], operands: list[Any]) -> Any:
            return all_back(adjoints, operands)[asked]

        def forth(tangents: list[Any], results: list[Any], operands: list[Any]) -> list[Any]:
            def linear(adjoints: list[Any]) -> list[Any]:
                found = all_back(adjoints, operands)
                return [found[place] for place in call.places]

            return transposed(self.name, linear, results, tangents)

        return call.run(back, forth)


class custom_jvp(Custom):
    """A function whose tangents pass through the rule that `f.defjvp(rule)` sets.

    >>> @custom_jvp
    ... def cube(x):
    ...     return x**3
    >>> cube.defjvps(lambda t, y, x: 3.0 * x * x * t)
    >>> grad(cube)(2.0)
    12.0
    """

    rule: Function | None = None

    def defjvp(self, rule: Function) -> Function:
        """Set what gives (result, tangent) of primals and tangents."""
        self.rule = rule
        return rule

    def defjvps(self, *rules: Function | None) -> None:
        """Set a rule for each argument."""

        def rule(primals: Any, tangents: Any) -> Any:
            result = self(*primals)
            total: Any = [None] * len(leaves_of(result))
            for each, tangent in zip(rules, tangents, strict=True):
                if each is not None:
                    found = leaves_of(each(tangent, result, *primals))
                    total = [a if b is None else a + b for a, b in zip(found, total, strict=True)]
            zeros = [0.0 * leaf for leaf in leaves_of(result)]
            filled = [b if a is None else a for a, b in zip(total, zeros, strict=True)]
            return result, refilled(result, filled)

        self.rule = rule

    def call(self, fixed: dict[int, Any], rest: list[Any]) -> Any:
        """The result, recorded."""
        rule = self.rule
        if rule is None:
            raise AttributeError(f"{self.name}() has no rule: give it one with defjvp()")
        call = Call(self.name, rest, lambda *args: self.fun(*merged(fixed, args)))

        def forth(tangents: list[Any], results: list[Any], operands: list[Any]) -> list[Any]:
            along = tuple(call.tangents_of(tangents, operands))
            found = rule(*fixed.values(), tuple(call.filled(operands)), along)
            what = f"the tangent from the rule of {self.name}()"
            result, tangent = pair(found, f"the rule of {self.name}()")
            matched(result, call.outcome, f"the result from the rule of {self.name}()")
            return matched(tangent, call.outcome, what)

        def back(asked: int, adjoints: list[Any], results: list[Any], operands: list[Any]) -> Any:
            at = call.places.index(asked)

            def linear(x: list[Any]) -> list[Any]:
                tangents = [None] * at + x + [None] * (len(operands) - at - 1)
                return forth(tangents, results, operands)

            return transposed(self.name, linear, [operands[at]], adjoints)[0]

        return call.run(back, forth)

"""How SciPy's functions become functions of Variables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from autodiffx.reference.dispatch import Number, Ranked, operate
from autodiffx.reference.implementations import IMPLEMENTATIONS, finished, is_any_ranked
from autodiffx.reference.loops import LOOPS
from autodiffx.reference.numpy.given import array_of
from autodiffx.reference.rule import Rule, rule

__all__ = ["SPECIAL", "errors_ignored", "of_rule", "offered", "scipys"]

# By SciPy's name.
SPECIAL: dict[str, Callable[..., Any]] = {}


def offered(name: str, traced: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function stand for SciPy's of this name; without a Variable it is SciPy's own."""
    plain = getattr(special, name)

    def called(*args: Any, **options: Any) -> Any:
        return finished(traced(*args, **options))

    def either(*args: Any, **options: Any) -> Any:
        ranked = is_any_ranked(args) or is_any_ranked(options.values())
        return (called if ranked else plain)(*args, **options)

    either.__name__ = either.__qualname__ = name
    either.__doc__ = traced.__doc__
    IMPLEMENTATIONS[plain] = called
    SPECIAL[name] = either
    return either


def scipys(name: str, *partials: Callable[..., Number] | float, doc: str = "") -> Rule:
    """A rule whose value is that of SciPy's ufunc of this name."""
    loop = getattr(special, name)
    LOOPS[name] = loop
    return rule(name, lambda *xs: float(loop(*xs)), *partials, doc=doc)


def of_rule(rule: Rule, with_order: bool = False) -> Callable[..., Any]:
    """The rule as the function that stands for SciPy's of the same name.

    With `with_order` the first operand is an order, by which there is no derivative: plain numbers,
    or a Variable whose derivative raises NotImplementedError as soon as it is asked for.
    """
    refusing = replace(rule, partials=(_refusal(rule.name), *rule.partials[1:]))

    def traced(*operands: Any) -> Any:
        if len(operands) != rule.arity:
            raise TypeError(f"{rule.name}() takes {rule.arity} arguments ({len(operands)} given)")
        chosen = refusing if with_order and is_any_ranked(operands[:1]) else rule
        return operate(chosen, *(_stacked(each, rule.name) for each in operands))

    traced.__doc__ = rule.doc
    return offered(rule.name, traced)


def _stacked(operand: Any, name: str) -> Any:
    if isinstance(operand, (list, tuple)):
        return array_of(operand, name)
    return operand.present() if isinstance(operand, Ranked) else operand


def _refusal(name: str) -> Callable[..., Number]:
    def refuse(*_: Any) -> Number:
        raise NotImplementedError(f"{name} is not differentiated by its order: give plain numbers")

    return refuse


def errors_ignored(function: Callable[..., float]) -> Callable[..., float]:
    """A primal that gives NaN and infinities without a warning."""

    def quietly(*operands: float) -> float:
        with np.errstate(all="ignore"):
            return function(*operands)

    return quietly

"""Functions with derivatives of the user's own: `custom_vjp` and `custom_jvp`."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from autodiffx.arguments import positions_of
from autodiffx.calls import ForwardCall, ReverseCall, require_same
from autodiffx.kernel import Arguments, Leaves, dense, is_traced, unrecorded
from autodiffx.trees import flatten

__all__ = ["custom_jvp", "custom_vjp"]

Function = Callable[..., Any]


class _Custom:
    """What both have in common: a function, its name, and which arguments have no derivative."""

    kind = ""  # the decorator's name

    def __init__(self, fun: Function, nondiff_argnums: Sequence[int] | int = ()) -> None:
        if not callable(fun):
            raise TypeError(f"{self.kind}() takes a function, got {type(fun).__name__!r}")
        self.fun = fun
        found = positions_of(f"nondiff_argnums of {self.kind}()", nondiff_argnums)
        self.nondiff_argnums = tuple(found)
        functools.update_wrapper(self, fun)
        self.name = str(getattr(fun, "__name__", type(fun).__name__))
        try:
            self._signature: inspect.Signature | None = inspect.signature(fun)
        except (TypeError, ValueError):  # of some functions made in C
            self._signature = None
        kinds = (
            [each.kind for each in self._signature.parameters.values()] if self._signature else []
        )
        in_place = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        # So many arguments by position are all there are.
        self._full = len(kinds) if all(kind in in_place for kind in kinds) else -1

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        args = self._positional(args, kwargs)
        fixed = self._fixed(args)
        arguments = Arguments(tuple(a for i, a in enumerate(args) if i not in fixed))
        if not arguments.places:
            if any(hasattr(type(leaf), "__autodiffx_apply__") for leaf in flatten(args)[0]):
                raise NotImplementedError(
                    f"{self.name}() has a rule for first derivatives, and none for the series of "
                    "taylor: give taylor the function without it"
                )
            return unrecorded(self.name, self.fun(*args))
        return self._run(fixed, arguments)

    def _positional(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """All arguments by position, with their defaults: as the rules are given them."""
        if len(args) == self._full and not kwargs:
            return args
        if self._signature is None:
            if kwargs:
                raise TypeError(f"{self.name}() has no signature: pass its arguments by position")
            return args
        bound = self._signature.bind(*args, **kwargs)
        bound.apply_defaults()
        if bound.kwargs:
            raise TypeError(
                f"the arguments of {self.name}() that are keyword-only have no place in its rules: "
                f"make {', '.join(map(repr, bound.kwargs))} positional"
            )
        return bound.args

    def _fixed(self, args: tuple[Any, ...]) -> dict[int, Any]:
        missing = [i for i in self.nondiff_argnums if i >= len(args)]
        if missing:
            raise ValueError(
                f"nondiff_argnums {self.nondiff_argnums} of {self.name}() do not fit a call with "
                f"{len(args)} arguments: there is no argument {missing[0]}"
            )
        fixed = {i: args[i] for i in self.nondiff_argnums}
        for i, value in fixed.items():
            if any(is_traced(leaf) for leaf in flatten(value)[0]):
                raise TypeError(
                    f"argument {i} of {self.name}() is in nondiff_argnums, but is or holds a "
                    "Variable or Dual, whose derivative would be lost: take it out of "
                    "nondiff_argnums, or pass its .value"
                )
        return fixed

    def _run(self, fixed: dict[int, Any], arguments: Arguments) -> Any:
        raise NotImplementedError


class custom_vjp(_Custom):
    """A function with a derivative of the user's own in reverse mode: x̄ = bwd(residuals, ȳ).

    Define it with ``f.defvjp(fwd, bwd)``:

    - ``fwd(*args)`` returns the pair (what f returns, residuals). It is called with all arguments
      of f in f's order.
    - ``bwd(*nondiff_args, residuals, cotangent)`` returns a tuple with the cotangent of each other
      argument, in its structure and of its shapes; None stands for zero. The cotangent that it is
      given has the structure of what f returns.

    Args:
        fun: the function, of numbers and arrays in any containers. Decorates it, too.
        nondiff_argnums: positions of arguments that may be anything, such as functions, and that
            no derivative is taken by. `bwd` is given them first.

    Returns:
        A function of the same arguments. Without a Variable or Dual among them it is `fun`.

    Under a plain derivative `fwd` and `bwd` are called with NumPy's numbers and arrays; under
    a derivative of a derivative with Variables, so that both must then be written with what can be
    differentiated, and the derivative of bwd's result is that of their operations. In forward mode
    the transpose of bwd is used, which must be linear in the cotangent for that. A Variable that
    f, fwd or bwd captures is an error: its derivative would be lost.

    Raises:
        AttributeError: called on a Variable or Dual before defvjp.
        TypeError: a rule returns another structure, or no numbers; a Variable or Dual was captured
            or passed in nondiff_argnums.
        ValueError: a cotangent has another shape than its argument; a rule that is not linear is
            asked for in forward mode; nondiff_argnums do not fit the call.

    >>> import autodiffx as adx
    >>> @adx.custom_vjp
    ... def clipped(x):
    ...     return x
    >>> clipped.defvjp(lambda x: (x, None), lambda _, g: (min(max(g, -1.0), 1.0),))
    >>> adx.grad(lambda x: 100.0 * clipped(x))(3.0)
    1.0
    """

    kind = "custom_vjp"

    def __init__(self, fun: Function, nondiff_argnums: Sequence[int] | int = ()) -> None:
        super().__init__(fun, nondiff_argnums)
        self.fwd: Function | None = None
        self.bwd: Function | None = None

    def defvjp(self, fwd: Function, bwd: Function) -> None:
        """Set the two functions that make the rule."""
        for rule in (fwd, bwd):
            if not callable(rule):
                raise TypeError(f"defvjp() takes two functions, got {type(rule).__name__!r}")
        self.fwd, self.bwd = fwd, bwd

    def _run(self, fixed: dict[int, Any], arguments: Arguments) -> Any:
        if self.fwd is None or self.bwd is None:
            raise AttributeError(f"{self.name}() has no rule: give it one with defvjp(fwd, bwd)")
        operands = arguments.operands()
        return ReverseCall(self.name, self.fwd, self.bwd, fixed, arguments).run(operands)


class custom_jvp(_Custom):
    """A function with a derivative of the user's own in forward mode: ẏ = rule(x, ẋ).

    Define it with ``f.defjvp(rule)``: ``rule(*nondiff_args, primals, tangents)`` is given two
    tuples and returns the pair (what f returns, its tangent), or with ``f.defjvps(*rules)``, one
    for each argument: ``rule(tangent, result, *args)`` gives what the argument contributes to the
    result's tangent; None in place of a rule contributes nothing.

    Args:
        fun: the function, of numbers and arrays in any containers. Decorates it, too.
        nondiff_argnums: positions of arguments that may be anything, such as functions, and that
            no derivative is taken by. The rule is given them first.

    Returns:
        A function of the same arguments. Without a Variable or Dual among them it is `fun`.

    Tangents are zeros where an argument has none. The rule is written with what can be
    differentiated, and is linear in the tangents; so reverse mode is its transpose, and derivatives
    of any order are those of the rule's own operations. Values always come from `fun`. A Variable
    that f or the rule captures is an error: its derivative would be lost.

    Raises:
        AttributeError: called on a Variable or Dual before defjvp or defjvps.
        TypeError: the rule returns another structure, or no numbers; a Variable or Dual was
            captured or passed in nondiff_argnums.
        ValueError: a tangent has another shape than the result; the rule is not linear;
            nondiff_argnums do not fit the call.

    >>> import autodiffx as adx
    >>> @adx.custom_jvp
    ... def log1pexp(x):
    ...     return adx.log(1.0 + adx.exp(x))
    >>> log1pexp.defjvps(lambda t, y, x: t * (1.0 - 1.0 / (1.0 + adx.exp(x))))
    >>> adx.grad(log1pexp)(100.0)
    1.0
    """

    kind = "custom_jvp"

    def __init__(self, fun: Function, nondiff_argnums: Sequence[int] | int = ()) -> None:
        super().__init__(fun, nondiff_argnums)
        self.rule: Function | None = None

    def defjvp(self, rule: Function) -> Function:
        """Set the rule, which is returned: this decorates it."""
        if not callable(rule):
            raise TypeError(f"defjvp() takes a function, got {type(rule).__name__!r}")
        self.rule = rule
        return rule

    def defjvps(self, *rules: Function | None) -> None:
        """Set one rule for each argument."""
        if self.nondiff_argnums:
            raise TypeError("defjvps() has no place for nondiff_argnums: use defjvp()")
        for each in rules:
            if each is not None and not callable(each):
                raise TypeError(f"defjvps() takes functions and None, got {each!r}")

        def rule(primals: tuple[Any, ...], tangents: tuple[Any, ...]) -> tuple[Any, Any]:
            if len(rules) != len(primals):
                raise TypeError(
                    f"{self.name}() was called with {len(primals)} arguments, and defjvps() has "
                    f"set {len(rules)} rules: give one for each, or None"
                )
            result = self(*primals)
            leaves, tree = flatten(result)
            total: Leaves = [None] * len(leaves)
            for tangent, each in zip(tangents, rules, strict=True):
                if each is None:
                    continue
                found, shape = flatten(each(tangent, result, *primals))
                require_same(f"a tangent by a rule of defjvps() of {self.name}()", shape, tree)
                total = [a if b is None else a + b for a, b in zip(found, total, strict=True)]
            return result, tree.unflatten(
                [dense(t, leaf) for t, leaf in zip(total, leaves, strict=True)]
            )

        self.rule = rule

    def _run(self, fixed: dict[int, Any], arguments: Arguments) -> Any:
        if self.rule is None:
            raise AttributeError(f"{self.name}() has no rule: give it one with defjvp(rule)")
        operands = arguments.operands()
        return ForwardCall(self.name, self.fun, self.rule, fixed, arguments).run(operands)

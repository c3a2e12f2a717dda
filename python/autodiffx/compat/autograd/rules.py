"""Primitives: functions whose derivatives are given by rules in autograd's form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from autodiffx.compat.autograd.spaces import SparseObject, sparse_add
from autodiffx.compat.autograd.values import follow, no_complex
from autodiffx.kernel import (
    Arguments,
    Kernel,
    Leaves,
    as_argument,
    dense,
    is_traced,
    like,
    settled,
    split,
)
from autodiffx.transpose import transposed
from autodiffx.trees import Tree, flatten

__all__ = ["Call", "Rules", "recorded", "rules_of"]

Function = Callable[..., Any]
Argnums = tuple[int, ...]


class Rules:
    """What is known of the derivatives of one primitive.

    ``vjp(argnums, ans, args, kwargs)`` gives the function from the cotangent of the result to those
    of the arguments; ``jvp(argnums, gs, ans, args, kwargs)`` the tangent of the result.
    """

    __slots__ = ("by_jvp", "by_vjp", "jvp", "linear", "name", "passive", "vjp")

    def __init__(self, name: str) -> None:
        self.name = name
        self.vjp: Function | None = None
        self.jvp: Function | None = None
        # Of which arguments each serves; None for all.
        self.by_vjp: frozenset[int] | None = frozenset()
        self.by_jvp: frozenset[int] | None = frozenset()
        self.linear: frozenset[int] | None = frozenset()  # of which it is said, and no more
        self.passive: set[Any] = set()  # the kinds of trace that see its result as a constant

    @property
    def given(self) -> bool:
        """Whether there is a rule at all."""
        return self.vjp is not None or self.jvp is not None

    def set_vjp(self, vjp: Function, argnums: Iterable[int] | None) -> None:
        """The rule of reverse mode, and of which arguments it is; None for all."""
        self.vjp, self.by_vjp = vjp, None if argnums is None else frozenset(argnums)

    def set_jvp(
        self, jvp: Function, argnums: Iterable[int] | None, linear: Iterable[int] = ()
    ) -> None:
        """The rule of forward mode, and of which arguments it is; None for all."""
        self.jvp, self.by_jvp = jvp, None if argnums is None else frozenset(argnums)
        self.linear = frozenset(linear)

    def reverse(self, argnums: Argnums) -> bool:
        """Whether the rule of reverse mode serves these arguments."""
        return self.by_vjp is None or self.by_vjp.issuperset(argnums)

    def forward(self, argnums: Argnums) -> bool:
        """Whether the rule of forward mode serves these arguments."""
        return self.by_jvp is None or self.by_jvp.issuperset(argnums)

    def require_transpose(self, argnums: Argnums) -> None:
        """Raise NotImplementedError if what is known gives no cotangent of these arguments."""
        if self.linear is None or self.linear.intersection(argnums):
            raise NotImplementedError(
                f"{self.name} has no rule for reverse mode: that it is linear in an argument says "
                f"what tangents are, not cotangents. Define one with defvjp({self.name}, ...)"
            )

    def require(self, argnums: Argnums) -> None:
        """Raise NotImplementedError if there is none for these arguments."""
        if self.reverse(argnums) or self.forward(argnums):
            return
        shown = argnums[0] if len(argnums) == 1 else argnums
        raise NotImplementedError(
            f"{self.name} has no rule for its derivative by argument {shown}: define one with "
            f"defvjp({self.name}, ..., argnums={list(argnums)}) or defjvp(), or keep the argument "
            "constant with getval()"
        )


def rules_of(fun: Any) -> Rules:
    """Those of a function that primitive() returned, or of this package's numpy and scipy.

    Raises:
        TypeError: it is another function.
    """
    rules = getattr(fun, "_rules", None)
    if not isinstance(rules, Rules):
        raise TypeError(
            f"{getattr(fun, '__name__', fun)!r} is no primitive: rules belong to what primitive() "
            "returns, and to functions of autograd.numpy and autograd.scipy"
        )
    return rules


class Call(Kernel):
    """One call of a primitive."""

    def __init__(
        self, rules: Rules, raw: Function, arguments: Arguments, kwargs: dict[str, Any]
    ) -> None:
        super().__init__(rules.name)
        self.rules = rules
        self.raw = raw
        self.arguments = arguments
        self.kwargs = kwargs

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        result = self.raw(*self._given(operands), **self.kwargs)
        if any(map(np.iscomplexobj, flatten(result)[0])):
            raise no_complex(f"{self.name}() returned a complex number")
        return settled(self.name, result)

    def _given(self, operands: Leaves) -> tuple[Any, ...]:
        return self.arguments.put_together(self.arguments.filled(operands))

    def _outcome(self, leaves: Leaves) -> Any:
        return self.tree.unflatten(map(as_argument, leaves))

    def by_argument(self, chosen: Sequence[bool]) -> dict[int, tuple[list[int], Tree]]:
        """The arguments that hold a chosen operand: where their leaves are, and structure."""
        places = {p for p, each in zip(self.arguments.places, chosen, strict=True) if each}
        found = {}
        start = 0
        marks = list(range(len(self.arguments.leaves)))
        for i, argument in enumerate(self.arguments.put_together(marks)):
            leaves, tree = flatten(argument)
            inside = list(range(start, start + len(leaves)))
            start += len(leaves)
            if places.intersection(inside):
                found[i] = inside, tree
        return found

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        chosen = self.by_argument(wanted)
        argnums = tuple(chosen)
        if not self.rules.reverse(argnums):
            self.rules.require_transpose(argnums)
            return self._pulled_by_transpose(adjoints, results, operands, wanted)
        given = self._given(operands)
        with follow():
            pullback = self._vjp()(argnums, self._outcome(results), given, self.kwargs)
            parts = tuple(pullback(self._outcome(adjoints)))
        if len(parts) != len(argnums):
            raise TypeError(
                f"the rule of defvjp_argnums() for {self.name}() gave {len(parts)} cotangents for "
                f"the arguments {argnums}"
            )
        found: Leaves = [None] * len(self.arguments.leaves)
        for i, part in zip(argnums, parts, strict=True):
            inside, tree = chosen[i]
            what = f"the cotangent of argument {i} by its rule of {self.name}()"
            pieces = [None] * len(inside) if part is None else split(tree, _dense(part), what)
            for place, piece in zip(inside, pieces, strict=True):
                found[place] = piece
        return [
            None
            if not asked or found[place] is None
            else _fitting(found[place], operand, f"a cotangent by a rule of {self.name}()")
            for place, asked, operand in zip(self.arguments.places, wanted, operands, strict=True)
        ]

    def _vjp(self) -> Function:
        assert self.rules.vjp is not None  # whoever calls it has asked reverse()
        return self.rules.vjp

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        moving = [tangent is not None for tangent in tangents]
        chosen = self.by_argument(moving)
        argnums = tuple(chosen)
        if not self.rules.forward(argnums):
            return self._pushed_by_transpose(tangents, results, operands, moving)
        given = self._given(operands)
        along = dict(zip(self.arguments.places, tangents, strict=True))
        leaves = self.arguments.filled(operands)
        gs = [
            tree.unflatten([dense(as_argument(along.get(p)), leaves[p]) for p in inside])
            for inside, tree in chosen.values()
        ]
        assert self.rules.jvp is not None  # forward() says that it is there
        with follow():
            found = self.rules.jvp(argnums, gs, self._outcome(results), given, self.kwargs)
        what = f"the tangent by the rule of {self.name}()"
        if found is None:  # zero, as of what does depend on the argument
            return [np.zeros(np.shape(result)) for result in results]
        return [
            None if each is None else _fitting(each, result, what)
            for each, result in zip(split(self.tree, _dense(found), what), results, strict=True)
        ]

    # ---- a rule of the other direction ---------------------------------------------------------

    def _pulled_by_transpose(
        self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves
    ) -> Leaves:
        count = len(results)

        def push(x: Leaves, given: Leaves) -> Leaves:
            some = iter(x)
            directions = [next(some) if asked else None for asked in wanted]
            return self.push(directions, given[:count], given[count:])

        found = iter(
            transposed(
                f"the rule of defjvp() for {self.name}(), which reverse mode transposes,",
                push,
                [operand for operand, asked in zip(operands, wanted, strict=True) if asked],
                [*results, *operands],
                adjoints,
            )
        )
        return [next(found) if asked else None for asked in wanted]

    def _pushed_by_transpose(
        self, tangents: Leaves, results: Leaves, operands: Leaves, moving: Leaves
    ) -> Leaves:
        count = len(results)
        return transposed(
            f"the rule of defvjp() for {self.name}(), which forward mode transposes,",
            lambda u, given: self.pull(u, given[:count], given[count:], moving),
            results,
            [*results, *operands],
            tangents,
        )


def _dense(part: Any) -> Any:
    """Itself, unless it is zero in most places."""
    return sparse_add(part.vs, None, part) if isinstance(part, SparseObject) else part


def _fitting(found: Any, leaf: Any, what: str) -> Any:
    """A cotangent or tangent of a leaf; a single number stands for an array of itself."""
    found = _dense(found)
    shape = np.shape(leaf)
    if np.shape(found) != shape and not isinstance(found, (list, tuple, dict)):
        from autodiffx.numpy import broadcast_to, reshape

        if np.size(found) == 1 == np.size(leaf):
            found = reshape(found, shape)
        elif np.ndim(found) == 0:
            found = broadcast_to(found, shape)
    return like(found, leaf, what)


def recorded(rules: Rules, raw: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call with a Variable or Dual among the arguments by position, as one statement."""
    for name, value in kwargs.items():
        if any(is_traced(leaf) for leaf in flatten(value)[0]):
            raise TypeError(
                f"the keyword argument {name} of {rules.name}() is or holds a Box, and rules are "
                "about arguments by position: pass it by position"
            )
    arguments = Arguments(args)
    call = Call(rules, raw, arguments, kwargs)
    rules.require(tuple(call.by_argument([True] * len(arguments.places))))
    return call.run(arguments.operands())


def total(parts: Iterable[Any]) -> Any:
    """The sum of tangents in any containers; None stands for zero."""

    def added(x: Any, y: Any) -> Any:
        if isinstance(x, (list, tuple)):
            return type(x)([added(a, b) for a, b in zip(x, y, strict=True)])
        if isinstance(x, dict):
            return {key: added(value, y[key]) for key, value in x.items()}
        return x + y

    present = [part for part in parts if part is not None]
    return reduce(added, present) if present else None

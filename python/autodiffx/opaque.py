"""Opaque functions whose derivatives are given argument by argument: `primitive`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autodiffx.arguments import positions_of
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
    unrecorded,
)
from autodiffx.transpose import transposed
from autodiffx.trees import Tree, flatten

__all__ = ["primitive"]

Rules = dict[int, Callable[..., Any] | None]


class primitive:
    """A function on plain numbers and arrays, whatever it does inside, with derivatives by rules.

    ``f.defvjp(*rules)``: ``rule(cotangent, result, *args)`` gives the cotangent of one argument,
    ȳ ∂f/∂xᵢ. ``f.defjvp(*rules)``: ``rule(tangent, result, *args)`` gives the tangent of the result
    by one argument, ∂f/∂xᵢ ẋᵢ. One of them is enough: the other direction is its transpose. None
    in place of a rule says that the derivative is zero.

    Args:
        fun: the function. It is only ever called with NumPy's numbers and arrays in the
            containers that it was given. Decorates it, too.

    Returns:
        A function of the same arguments. Rules are themselves written with what can be
        differentiated (this function among it), and then serve every order.

    Raises:
        NotImplementedError: a derivative is asked for by an argument that has no rule.
        TypeError: the function or a rule returns no numbers, or another structure; it captured
            a Variable or Dual.
        ValueError: what a rule returns has another shape than what it belongs to; it is not
            linear in its first argument, and is asked for in the other direction.

    >>> import math
    >>> import autodiffx as adx
    >>> @adx.primitive
    ... def sine(x):
    ...     return math.sin(x)
    >>> sine.defjvp(lambda t, y, x: t * adx.cos(x))
    >>> adx.grad(adx.grad(sine))(1.0) == -math.sin(1.0)
    True
    """

    def __init__(self, fun: Callable[..., Any]) -> None:
        if not callable(fun):
            raise TypeError(f"primitive() takes a function, got {type(fun).__name__!r}")
        self.fun = fun
        self.name = str(getattr(fun, "__name__", type(fun).__name__))
        self.vjps: Rules = {}
        self.jvps: Rules = {}
        functools.update_wrapper(self, fun)

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def defvjp(
        self, *rules: Callable[..., Any] | None, argnums: Sequence[int] | int | None = None
    ) -> None:
        """Set the rules of reverse mode, of the first arguments or of those of argnums."""
        self.vjps.update(_numbered("defvjp", rules, argnums))

    def defjvp(
        self, *rules: Callable[..., Any] | None, argnums: Sequence[int] | int | None = None
    ) -> None:
        """Set the rules of forward mode, of the first arguments or of those of argnums."""
        self.jvps.update(_numbered("defjvp", rules, argnums))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        for name, value in kwargs.items():
            if any(is_traced(leaf) for leaf in flatten(value)[0]):
                raise TypeError(
                    f"the keyword argument {name} of {self.name}() is or holds a Variable or Dual, "
                    "and rules are about arguments by position: pass it by position"
                )
        arguments = Arguments(args)
        if not arguments.places:
            return unrecorded(self.name, self.fun(*args, **kwargs))
        return _Call(self, arguments, kwargs).run(arguments.operands())


def _numbered(
    name: str, rules: Sequence[Callable[..., Any] | None], argnums: Sequence[int] | int | None
) -> Rules:
    positions = list(range(len(rules))) if argnums is None else positions_of(name, argnums)
    if len(positions) != len(rules):
        raise ValueError(f"{name}() takes one rule for each of argnums {argnums}, got {len(rules)}")
    for each in rules:
        if each is not None and not callable(each):
            raise TypeError(f"{name}() takes functions, and None for zero, got {each!r}")
    return dict(zip(positions, rules, strict=True))


class _Call(Kernel):
    """One call of a primitive."""

    def __init__(self, of: primitive, arguments: Arguments, kwargs: dict[str, Any]) -> None:
        super().__init__(of.name)
        self.fun, self.vjps, self.jvps = of.fun, of.vjps, of.jvps
        self.arguments = arguments
        self.kwargs = kwargs

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        return settled(self.name, self.fun(*self._given(operands), **self.kwargs))

    def _given(self, operands: Leaves) -> tuple[Any, ...]:
        return self.arguments.put_together(self.arguments.own(operands))

    def _by_argument(self, chosen: list[bool]) -> list[tuple[int, list[int], Tree]]:
        """The arguments that hold a chosen operand: which, where its leaves are, its structure."""
        places = {p for p, each in zip(self.arguments.places, chosen, strict=True) if each}
        found = []
        start = 0
        for i, argument in enumerate(self.arguments.put_together(list(self._marks()))):
            leaves, tree = flatten(argument)
            inside = list(range(start, start + len(leaves)))
            start += len(leaves)
            if places.intersection(inside):
                found.append((i, inside, tree))
        return found

    def _marks(self) -> range:
        return range(len(self.arguments.leaves))

    def _require(self, i: int) -> None:
        if i not in self.vjps and i not in self.jvps:
            raise NotImplementedError(
                f"the primitive {self.name}() has no derivative by its argument {i}: give it a "
                f"rule with defvjp() or defjvp(), or None with argnums=({i},) if it is zero"
            )

    # ---- one argument, in the direction that there is a rule for ----------------------------

    def _pull_one(
        self, i: int, tree: Tree, adjoints: Leaves, results: Leaves, operands: Leaves
    ) -> Leaves:
        rule = self.vjps[i]
        if rule is None:
            return [None] * tree.count
        found = rule(self.outcome(adjoints), self.outcome(results), *self._given(operands))
        what = f"the cotangent of argument {i} by its rule of {self.name}()"
        return [None] * tree.count if found is None else split(tree, found, what)

    def _push_one(self, i: int, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        rule = self.jvps[i]
        if rule is None:
            return [None] * len(results)
        given = self._given(operands)
        leaves, tree = flatten(given[i])
        direction = tree.unflatten(
            [dense(as_argument(t), leaf) for t, leaf in zip(tangents, leaves, strict=True)]
        )
        found = rule(direction, self.outcome(results), *given)
        what = f"the tangent by the rule for argument {i} of {self.name}()"
        return [None] * len(results) if found is None else split(self.tree, found, what)

    # ---- all ------------------------------------------------------------------------------------

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        found: Leaves = [None] * len(self.arguments.leaves)
        for i, inside, tree in self._by_argument(wanted):
            self._require(i)
            if i in self.vjps:
                parts = self._pull_one(i, tree, adjoints, results, operands)
            else:
                parts = self._pulled_by_transpose(i, inside, adjoints, results, operands)
            for place, part in zip(inside, parts, strict=True):
                found[place] = part
        return [
            None
            if not asked or found[place] is None
            else like(found[place], operand, f"a cotangent by a rule of {self.name}()")
            for place, asked, operand in zip(self.arguments.places, wanted, operands, strict=True)
        ]

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        directions: Leaves = [None] * len(self.arguments.leaves)
        for place, tangent in zip(self.arguments.places, tangents, strict=True):
            directions[place] = tangent
        total: Leaves = [None] * len(results)
        for i, inside, tree in self._by_argument([t is not None for t in tangents]):
            self._require(i)
            along = [directions[place] for place in inside]
            if i in self.jvps:
                parts = self._push_one(i, along, results, operands)
            else:
                parts = self._pushed_by_transpose(i, tree, along, results, operands)
            for k, (part, result) in enumerate(zip(parts, results, strict=True)):
                if part is not None:
                    part = like(part, result, f"a tangent by a rule of {self.name}()")
                    total[k] = part if total[k] is None else total[k] + part
        return total

    def _pulled_by_transpose(
        self, i: int, inside: list[int], adjoints: Leaves, results: Leaves, operands: Leaves
    ) -> Leaves:
        active = dict(zip(self.arguments.places, operands, strict=True))
        chosen = [place for place in inside if place in active]
        count = len(results)

        def push(x: Leaves, given: Leaves) -> Leaves:
            along = dict(zip(chosen, x, strict=True))
            tangents = [along.get(place) for place in inside]
            return self._push_one(i, tangents, given[:count], given[count:])

        found = transposed(
            f"the rule of defjvp() for argument {i} of {self.name}(), which reverse mode "
            "transposes,",
            push,
            [active[place] for place in chosen],
            [*results, *operands],
            adjoints,
        )
        parts = dict(zip(chosen, found, strict=True))
        return [parts.get(place) for place in inside]

    def _pushed_by_transpose(
        self, i: int, tree: Tree, tangents: Leaves, results: Leaves, operands: Leaves
    ) -> Leaves:
        count = len(results)
        return transposed(
            f"the rule of defvjp() for argument {i} of {self.name}(), which forward mode "
            "transposes,",
            lambda u, given: self._pull_one(i, tree, u, given[:count], given[count:]),
            results,
            [*results, *operands],
            tangents,
        )

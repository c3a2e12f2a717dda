"""Kernel: one call of a user's function, recorded as one statement with rules of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np

from autodiffx import _core
from autodiffx._core import Constant, Dual, Variable
from autodiffx.errors import GraphError
from autodiffx.numpy.rule import Rule
from autodiffx.trees import Tree, flatten

__all__ = [
    "Arguments",
    "Kernel",
    "Leaves",
    "as_argument",
    "dense",
    "is_traced",
    "kept",
    "like",
    "plain",
    "settled",
    "split",
    "unrecorded",
    "value_of",
]

Leaves = list[Any]


def is_traced(leaf: Any) -> bool:
    """Whether it is a Variable or a Dual, and no constant."""
    return isinstance(leaf, (Variable, Dual)) and not isinstance(leaf, Constant)


def value_of(leaf: Any) -> Any:
    """The numbers that a Variable or a Dual has at present."""
    while isinstance(leaf, Dual):
        leaf = leaf.value
    return np.asarray(_core._read(leaf) if isinstance(leaf, Variable) else leaf)


def as_argument(value: Any) -> Any:
    """What a user's function is given: of an array without axes NumPy's number."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


_CAPTURED = (
    "{what} depends on a Variable or Dual that is none of the arguments, so its derivative "
    "would be lost: pass it as an argument (captured by a function or held by an object, it is out "
    "of the rule's reach), or take its .value if it is constant"
)


def raise_captured(what: str) -> NoReturn:
    raise TypeError(_CAPTURED.format(what=what))


def plain(leaf: Any, what: str) -> Any:
    """A leaf of what a user's function gave for plain arguments, as an array.

    Raises:
        TypeError: it is no number or array of numbers, or a Variable or Dual.
    """
    if isinstance(leaf, Dual):
        raise_captured(what)
    if isinstance(leaf, Variable):
        # What depends on constants, or is a decision, has no derivative to lose.
        if _core._tangents_along([leaf], [], [])[0] is not None:
            raise_captured(what)
        leaf = _core._read(leaf)
    array = np.asarray(leaf)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind == "b" or array.dtype in (np.float64, np.float32):
        return array
    if array.dtype.kind == "f" and not array.dtype.isnative:
        return plain(array.astype(array.dtype.newbyteorder("=")), what)
    found = f"dtype {array.dtype}" if array.dtype != object else repr(type(leaf).__name__)
    raise TypeError(f"{what} is made of numbers and arrays of float64 or float32, got {found}")


def settled(name: str, result: Any) -> tuple[Leaves, Tree]:
    """What a user's function returned for plain arguments: arrays, and their structure."""
    leaves, tree = flatten(result)
    return [plain(leaf, f"what {name}() returns") for leaf in leaves], tree


def unrecorded(name: str, result: Any) -> Any:
    """The result of a call without a Variable or Dual among its arguments, as it is.

    Raises:
        TypeError: there is one in it, which the function captured.
    """
    for leaf in flatten(result)[0]:
        if is_traced(leaf):
            plain(leaf, f"what {name}() returns")
    return result


def like(found: Any, leaf: Any, what: str) -> Any:
    """A cotangent or tangent of a leaf, of which it must have the shape.

    Raises:
        TypeError: it is no number and no array.
        ValueError: it has another shape.
    """
    if isinstance(found, Constant):
        found = found.value
    if not isinstance(found, (Variable, Dual)):
        found = plain(found, what) if not isinstance(found, (list, dict, tuple)) else None
        if found is None:
            raise TypeError(f"{what} is a number or an array, as what it belongs to, not a list")
    if np.shape(found) != np.shape(leaf):
        raise ValueError(
            f"{what} has the shape {np.shape(leaf)} of what it belongs to, got {np.shape(found)}: "
            "sum over what broadcasting repeated"
        )
    return found


def dense(tangent: Any, leaf: Any) -> Any:
    """The tangent, zeros of the leaf's shape if it is None; None of what is no number."""
    if tangent is not None:
        return tangent
    if isinstance(leaf, (int, float)):
        return 0.0
    if isinstance(leaf, (np.ndarray, np.generic, Variable, Dual)):
        single = leaf.dtype == np.float32
        return as_argument(np.zeros(np.shape(leaf), np.float32 if single else np.float64))
    return None


def split(tree: Tree, container: Any, what: str) -> Leaves:
    """What stands in a container in the places of a structure's leaves; None for a leaf stays.

    Raises:
        TypeError: the container has another structure.
    """
    if tree.specification is None:
        return [container]
    try:
        found: Leaves = tree.specification.flatten_up_to(container)
    except (TypeError, ValueError) as error:
        shown = flatten(container)[1]
        raise TypeError(f"{what} has the structure {tree}, got {shown}") from error
    return found


def kept(array: Any) -> Any:
    """A copy that nobody can change."""
    array = array.copy()
    array.flags.writeable = False
    return array


class Arguments:
    """The arguments of a call: their traced leaves, and how to put others in the places."""

    __slots__ = ("leaves", "places", "tree")

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        leaves, self.tree = flatten(arguments)
        self.places = [i for i, leaf in enumerate(leaves) if isinstance(leaf, (Variable, Dual))]
        # Nothing changes under a recording's feet.
        self.leaves = [kept(leaf) if isinstance(leaf, np.ndarray) else leaf for leaf in leaves]

    def operands(self) -> Leaves:
        """The leaves that derivatives are taken by, which are not kept."""
        found = [self.leaves[place] for place in self.places]
        for place in self.places:
            self.leaves[place] = None
        return found

    def filled(self, operands: Sequence[Any]) -> Leaves:
        """All leaves, with the operands in their places."""
        leaves = list(self.leaves)
        for place, operand in zip(self.places, operands, strict=True):
            leaves[place] = as_argument(operand)
        return leaves

    def own(self, operands: Sequence[Any]) -> Leaves:
        """The same for code that may write into its arguments: arrays of the call's own."""
        leaves = [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in self.leaves]
        for place, operand in zip(self.places, operands, strict=True):
            leaves[place] = as_argument(operand)
        return leaves

    def put_together(self, leaves: Leaves) -> tuple[Any, ...]:
        """The arguments, made of all leaves."""
        made: tuple[Any, ...] = self.tree.unflatten(leaves)
        return made


class Kernel(Rule):
    """One call of a function. Subclasses say what is computed and how derivatives pass through.

    Operands and results are flat: arrays, or Variables and Duals in place of them. `run()` calls
    it and puts the results together in the structure that the function gave.
    """

    tree: Tree  # of the results
    dtypes: list[Any]  # of each

    def __init__(self, name: str) -> None:
        super().__init__(name, _by_method, _by_method, _by_method)

    # ---- what a subclass says ----------------------------------------------------------------

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        """The results as arrays, and their structure, of plain operands."""
        raise NotImplementedError

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        """The adjoint of each operand, None for zero or where it is not wanted."""
        raise NotImplementedError

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        """The tangent of each result; None stands for zero."""
        raise NotImplementedError

    def outcome(self, leaves: Leaves) -> Any:
        """Leaves in the structure of the results, for a user's rule."""
        return self.tree.unflatten(map(as_argument, leaves))

    # ---- the call ------------------------------------------------------------------------------

    def run(self, operands: Leaves) -> Any:
        """The results in their structure."""
        results = self(*operands)
        return self.tree.unflatten(
            [_in_dtype(each, dtype) for each, dtype in zip(results, self.dtypes, strict=True)]
        )

    def __call__(self, *operands: Any, **fixed: Any) -> Any:
        if any(isinstance(each, Dual) for each in operands):
            return self._on_duals(operands, fixed)
        if any(isinstance(each, Variable) for each in operands):
            return _core._record_rule(self, operands, fixed, False)
        return self._compute(tuple(map(np.asarray, operands)), fixed)

    def _compute(self, operands: tuple[Any, ...], fixed: dict[str, Any]) -> Any:
        with np.errstate(all="ignore"), _no_capture(self.name):
            results, self.tree = self.compute(list(operands))
        self.dtypes = [each.dtype for each in results]
        return tuple(results)

    def _pull_back(
        self,
        adjoint: Any,
        result: Any,
        operands: tuple[Any, ...],
        wanted: Sequence[bool],
        fixed: dict[str, Any],
    ) -> tuple[Any, ...]:
        leaves = [*adjoint, *result, *operands]
        ends = len(adjoint), len(adjoint) + len(result)

        def pull(leaves: Leaves) -> Leaves:
            parts = leaves[: ends[0]], leaves[ends[0] : ends[1]], leaves[ends[1] :]
            return self.pull(*parts, list(wanted))

        if any(map(is_traced, leaves)):
            # A statement in turn: what a rule does inside, such as sweeps of its own, is then
            # apart from the sweep that is being recorded.
            from autodiffx.pullback import Staged

            return tuple(Staged(f"{self.name}_pullback", pull).found(leaves))
        with np.errstate(all="ignore"), _no_capture(self.name):
            return within_reach(f"a cotangent of {self.name}", pull(leaves))

    def _push_forward(
        self,
        tangents: tuple[Any, ...],
        result: Any,
        operands: tuple[Any, ...],
        fixed: dict[str, Any],
    ) -> tuple[Any, ...]:
        given = list(tangents), list(result), list(operands)
        if any(is_traced(leaf) for leaves in given for leaf in leaves):
            with np.errstate(all="ignore"):
                found = tuple(self.push(*given))
        else:
            with np.errstate(all="ignore"), _no_capture(self.name):
                found = within_reach(f"a tangent of {self.name}", self.push(*given))
        # Decisions have no tangent.
        return tuple(
            None if dtype == np.bool_ else tangent
            for tangent, dtype in zip(found, self.dtypes, strict=True)
        )


@contextmanager
def _no_capture(name: str) -> Iterator[None]:
    """What was recorded elsewhere and turns up among plain arrays was captured."""
    try:
        yield
    except GraphError as error:
        raise TypeError(_CAPTURED.format(what=name)) from error


def _by_method(*_: Any, **__: Any) -> NoReturn:
    raise AssertionError("a Kernel computes in its methods")


def _in_dtype(result: Any, dtype: Any) -> Any:
    if not isinstance(result, (Variable, Dual)):
        return as_argument(result)
    if result.dtype == dtype:
        return result
    return _core.not_equal(result, 0.0) if dtype == np.bool_ else result.astype(dtype)


def within_reach(what: str, found: Leaves) -> tuple[Any, ...]:
    """What was computed of plain arrays, as arrays; raises if it depends on something else."""
    return tuple(None if each is None else plain(each, what) for each in found)

"""Functions of functions: `grad`, `value_and_grad` and `jvp`."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.reference.chain import fitted
from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import mapped
from autodiffx.reference.dispatch import FLOATS, NUMBERS, Number, Ranked, apply
from autodiffx.reference.dual import Dual
from autodiffx.reference.freshness import outdated, require_fresh
from autodiffx.reference.guard import Guard
from autodiffx.reference.node import as_computed
from autodiffx.reference.number import is_number, is_plain, to_array, to_float
from autodiffx.reference.record import node_of
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, shape_of
from autodiffx.reference.statement import now
from autodiffx.reference.storage import content_of, picked
from autodiffx.reference.sweep import ancestors, made_from, reverse_sweep
from autodiffx.reference.tape import open_tapes
from autodiffx.reference.variable import Variable
from autodiffx.reference.wording import stale_value

__all__ = ["grad", "jvp", "value_and_grad"]

_levels = itertools.count(1)


def grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """The derivative of a function by one argument, or by several.

    Args:
        f: returns one number; its arguments are numbers, arrays, or lists, tuples and dicts of
            these.
        argnums: the position of the argument, or several positions; then the result is a tuple.

    Returns:
        A function of the same arguments. It returns plain floats and arrays, in containers of the
        argument's structure, unless the derivative depends on something active outside: an
        argument, or a Variable or Dual that `f` uses. Then it is a recorded Variable or a Dual, so
        that it can be differentiated again.

    Raises:
        TypeError: an argument to differentiate by is or holds what is no number and no array, or
            the result of `f` is not one number.
        ValueError: there is no argument at the position.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    >>> grad(lambda p: p["a"] * p["b"])({"a": 2.0, "b": 3.0})
    {'a': 3.0, 'b': 2.0}
    """
    value_and_gradient = value_and_grad(f, argnums)

    @functools.wraps(f)
    def gradient(*args: Any, **options: Any) -> Any:
        return value_and_gradient(*args, **options)[1]

    return gradient


def value_and_grad(f: Callable[..., Any], argnums: int | Sequence[int] = 0) -> Callable[..., Any]:
    """Like `grad`, but the function returned gives the pair (value, derivative).

    >>> value_and_grad(lambda x: x**3)(2.0)
    (8.0, 12.0)
    """
    if not callable(f):
        raise TypeError(f"a function is differentiated, not {type(f).__name__!r}")
    several = not isinstance(argnums, int)
    positions: tuple[int, ...] = tuple(argnums) if several else (argnums,)  # type: ignore

    @functools.wraps(f)
    def value_and_gradient(*args: Any, **options: Any) -> Any:
        call = _Call(args, positions)
        try:
            result = call.checked(f(*call.arguments, **options))
            parts = [call.closed(part) for part in call.derivatives(result)]
            value = call.closed(result)
        except BaseException:
            call.rewind()
            raise
        finally:
            call.finish()
        if is_plain(value) and all(map(is_plain, parts)):
            call.rewind()
        # In the order in which the call has opened its arguments.
        found = iter(parts)
        gradient = tuple([mapped(lambda _: next(found), args[p]) for p in positions])
        return value, gradient if several else gradient[0]

    return value_and_gradient


class _Call:
    """One call of a function that is differentiated: a position in the recording, and its inputs.

    A plain argument becomes an input that is active during the call only; of an active one, a
    copy is recorded, so that the derivative can be told from that of its other uses.
    """

    def __init__(self, args: tuple[Any, ...], positions: tuple[int, ...]) -> None:
        self.tape = open_tapes.innermost
        self.records = len(self.tape.records)
        self.arguments = list(args)
        self.inputs: list[Variable] = []
        self.was_active: list[bool] = []
        for position in positions:
            if not -len(args) <= position < len(args):
                raise ValueError(
                    f"argnums is {position}, but the function was called with {len(args)} "
                    f"positional argument{'' if len(args) == 1 else 's'}"
                )
            self.arguments[position] = mapped(self._opened, self.arguments[position])
        self.mark = now()

    def _opened(self, argument: Any) -> Number:
        """The argument with its innermost value replaced by an input of this call."""
        if isinstance(argument, Ranked):
            argument = argument.present()
        if isinstance(argument, Dual):
            return Dual(self._opened(argument.value), argument.tangent, argument.level)
        if isinstance(argument, Variable) and argument.dtype == np.dtype(bool):
            raise TypeError(
                "an argument to differentiate by is of float64 or float32, not a Variable of bool: "
                "decisions have no derivative"
            )
        if isinstance(argument, Variable) and not isinstance(argument, Constant):
            copy = apply(RULES["positive"], argument)
            self.was_active.append(copy._is_active)
            copy._is_active = True
        else:
            if isinstance(argument, Constant):
                argument = argument.value
            if isinstance(argument, np.ndarray):
                argument = to_array(argument, "an argument to differentiate by")
            else:
                argument = to_float(argument, "an argument to differentiate by")
            copy = Variable(argument)
            self.was_active.append(False)
        self.inputs.append(copy)
        return copy

    def checked(self, result: Any) -> Number:
        shape = np.shape(result) if isinstance(result, (Ranked, np.ndarray)) else ()
        if shape != ():
            raise TypeError(
                f"grad differentiates functions that return one number, not an array of shape "
                f"{shape}: sum() it, or take a derivative along a direction with jvp"
            )
        if isinstance(result, Ranked):
            return result.present()
        if not is_number(result):
            raise TypeError(
                f"grad differentiates functions that return one number, not "
                f"{type(result).__name__!r}"
            )
        return float(result)

    def derivatives(self, result: Number) -> list[Number]:
        """The derivative of `result` by each input."""
        if isinstance(result, Dual):
            values = self.derivatives(result.value)
            tangents = self.derivatives(result.tangent)
            return [
                Dual(value, tangent, result.level)
                for value, tangent in zip(values, tangents, strict=True)
            ]
        if isinstance(result, Ranked) and not isinstance(result, Variable):
            raise TypeError(
                f"grad does not see through a {type(result).__name__}: its derivatives are those "
                "of taylor, which can be nested"
            )
        adjoints: dict[Variable, Number] = {}
        if isinstance(result, Variable):
            result = node_of(result)
            seed = fitted(1.0, result.shape, result.dtype)
            adjoints[result] = seed
            results = ancestors(result, after=self.mark)
            if results and result._is_active:
                self._require_fresh(result, results)
                if self._reaches_outside(result):
                    adjoints = reverse_sweep(results, seed, NUMBERS, _recorded)
                else:
                    adjoints = reverse_sweep(results, seed, FLOATS, lambda v: v._value)
        return [adjoints.get(variable, variable._zeros()) for variable in self.inputs]

    @staticmethod
    def _require_fresh(result: Variable, results: list[Variable]) -> None:
        """What the function computed must belong to the present inputs, in a Graph all of it."""
        for ancestor in results:
            operand = outdated(ancestor)
            if operand is not None:
                raise stale_value(operand, ancestor)
        if result._statement is not None and result._statement.tape.keeps:
            require_fresh(result)

    def _reaches_outside(self, node: Variable) -> bool:
        return reaches_outside(node, self.mark, self.inputs)

    def closed(self, number: Number) -> Number:
        """A plain number or array where nothing outside is involved."""
        if isinstance(number, Dual):
            return Dual(self.closed(number.value), self.closed(number.tangent), number.level)
        if isinstance(number, Variable):
            return closed(number, self.mark, self.inputs)
        return number.copy() if isinstance(number, np.ndarray) else number

    def finish(self) -> None:
        """The inputs of this call are inputs no more."""
        for variable, was_active in zip(self.inputs, self.was_active, strict=True):
            variable._is_active = was_active

    def rewind(self) -> None:
        """Take back what a Graph recorded, where nothing of it depends on the Graph's inputs."""
        added = self.tape.records[self.records :]
        for record in added:
            if isinstance(record, Guard):
                if any(
                    isinstance(o, Variable) and self._reaches_outside(o) for o in record.operands
                ):
                    return
            elif self._is_write_outside(record):
                return
        del self.tape.records[self.records :]

    def _is_write_outside(self, result: Variable) -> bool:
        """True of what is now the content of an array that was there before the call."""
        statement = result._statement
        if statement is None or statement.rule.name != "assign":
            return False
        before = statement.operands[0]._statement
        return before is not None and before.order <= self.mark


def reaches_outside(node: Variable, mark: int, inputs: Sequence[Variable] = ()) -> bool:
    """True where it depends on more than constants, a call's inputs and what is after its mark."""
    results = ancestors(node, after=mark)
    inside = set(results)
    for variable in (node, *(operand for r in results for operand in made_from(r))):
        if variable in inside or isinstance(variable, Constant):
            continue
        if variable._statement is not None:
            return True
        if variable._is_active and not any(variable is own for own in inputs):
            return True
    return False


def closed(number: Variable, mark: int, inputs: Sequence[Variable] = ()) -> Number:
    """The plain number or array, where nothing outside is involved."""
    content = content_of(number)
    if reaches_outside(content, mark, inputs):
        return number
    found = picked(number, content._value)
    return found.copy() if isinstance(found, np.ndarray) else found


def _recorded(node: Variable) -> Number:
    """What stands for a leaf or a result in a sweep that is recorded."""
    if isinstance(node, Constant):
        return node._value
    return as_computed(node)


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
    """f(primals) and its derivative along the direction `tangents`, in one forward pass.

    Every call has a level of its own and takes away that level only, so that calls can be nested
    in any way.

    Args:
        f: returns a number or an array, or a tuple or list of them.
        primals: a tuple or list with the arguments, numbers or arrays.
        tangents: the direction, as many of the same shapes.

    Returns:
        The pair (value, tangent), each of the structure that `f` returns.

    Raises:
        TypeError: `primals` or `tangents` is no tuple or list, or something in them or in the
            result is no number.
        ValueError: there are more of the ones than of the others.

    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    for name, given in (("primals", primals), ("tangents", tangents)):
        if not isinstance(given, (tuple, list)):
            raise TypeError(
                f"the {name} of jvp are a tuple or list with one number for each argument, "
                f"not {type(given).__name__!r}"
            )
    if len(primals) != len(tangents):
        raise ValueError(
            f"jvp needs one tangent for each argument: there are {len(primals)} primals and "
            f"{len(tangents)} tangents"
        )
    level = next(_levels)
    for number in (*primals, *tangents):
        if isinstance(number, Dual):
            level = max(level, number.level + 1)
    mark = now()
    result = f(*(_directed(p, t, level) for p, t in zip(primals, tangents, strict=True)))
    return _part(result, level, mark, 0), _part(result, level, mark, 1)


def _directed(primal: Any, tangent: Any, level: int) -> Dual:
    shapes = np.shape(primal), np.shape(tangent)
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"a tangent of jvp has the shape of its argument, {shapes[0]}, not {shapes[1]}"
        )
    return Dual(primal, tangent, level)


def _part(result: Any, level: int, mark: int, index: int) -> Any:
    """The value (index 0) or the tangent (index 1) at one level, in the structure of `result`."""
    if isinstance(result, (tuple, list)):
        return type(result)([_part(element, level, mark, index) for element in result])
    if isinstance(result, Ranked):
        result = result.present()
    if isinstance(result, Dual):
        if result.level == level:
            return _writable((result.value, result.tangent)[index], mark)
        if result.level > level:
            return Dual(
                _part(result.value, level, mark, index),
                _part(result.tangent, level, mark, index),
                result.level,
            )
    if not isinstance(result, (Ranked, np.ndarray)):
        result = to_float(result, "the result of the function given to jvp")
    if isinstance(result, np.ndarray):
        result = to_array(result, "the result of the function given to jvp")
    return (_writable(result, mark), fitted(0.0, shape_of(result), dtype_of(result)))[index]


def _writable(part: Number, mark: int) -> Number:
    """A component as it is returned: a buffer that the function made is its numbers."""
    if isinstance(part, Variable) and not isinstance(part, Constant):
        return closed(part, mark)
    return part.copy() if isinstance(part, np.ndarray) else part

"""One call of a function that is differentiated: its inputs, and what is left of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import Structure, flatten, mapped
from autodiffx.reference.dispatch import Number, Ranked, apply
from autodiffx.reference.dual import Dual
from autodiffx.reference.guard import Guard
from autodiffx.reference.number import is_plain, to_array, to_float
from autodiffx.reference.outside import closed, reaches_outside
from autodiffx.reference.rules import RULES
from autodiffx.reference.statement import now
from autodiffx.reference.tape import open_tapes
from autodiffx.reference.variable import Variable

__all__ = ["Call", "number_from", "plain_from", "require_differentiable", "with_aux"]


class Call:
    """A position in the recording, and the inputs made of some arguments.

    A plain argument becomes an input that is active during the call only; of an active one, a
    copy is recorded, so that the derivative can be told from that of its other uses.

    Raises:
        TypeError: an argument is or holds what is not differentiated by.
    """

    def __init__(self, arguments: Sequence[Any]) -> None:
        self.tape = open_tapes.innermost
        self.records = len(self.tape.records)
        self.inputs: list[Variable] = []  # one for each leaf
        self.was_active: list[bool] = []
        self.structures: list[Structure] = []  # one for each argument
        self.opened: list[Any] = []  # the arguments, with inputs as leaves
        self.mark = now()
        try:
            for argument in arguments:
                leaves, structure = flatten(argument)
                self.structures.append(structure)
                self.opened.append(structure.unflatten([self._opened(leaf) for leaf in leaves]))
        except BaseException:
            self._finish()
            self.rewind()
            raise
        self.mark = now()

    def _opened(self, argument: Any) -> Number:
        """The argument with its innermost value replaced by an input of this call."""
        if isinstance(argument, Ranked):
            argument = argument.present()
        if isinstance(argument, Dual):
            return Dual(self._opened(argument.value), argument.tangent, argument.level)
        require_differentiable(argument)
        if isinstance(argument, Variable) and not isinstance(argument, Constant):
            copy = apply(RULES["positive"], argument)
            self.was_active.append(copy._is_active)
            copy._is_active = True
        else:
            copy = Variable(plain_from(argument, "an argument to differentiate by"))
            self.was_active.append(False)
        self.inputs.append(copy)
        return copy

    def __enter__(self) -> Call:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """The inputs are inputs no more; after an error nothing is left of the call."""
        self._finish()
        if kind is not None:
            self.rewind()

    def _finish(self) -> None:
        for variable, was_active in zip(self.inputs, self.was_active, strict=True):
            variable._is_active = was_active

    def closed(self, value: Any) -> Any:
        """Plain numbers and arrays where nothing outside is involved, in containers or alone."""
        return mapped(self._closed, value)

    def _closed(self, number: Any) -> Any:
        if isinstance(number, Ranked):
            number = number.present()
        if isinstance(number, Dual):
            return Dual(self._closed(number.value), self._closed(number.tangent), number.level)
        if isinstance(number, Variable):
            return closed(number, self.mark, self.inputs)
        return number.copy() if isinstance(number, np.ndarray) else number

    def aux_closed(self, aux: Any) -> Any:
        """What a function returned beside its result; only numbers of a recording are changed."""
        return mapped(lambda leaf: self._closed(leaf) if isinstance(leaf, Ranked) else leaf, aux)

    def arranged(self, numbers: Sequence[Any]) -> list[Any]:
        """Something for each input, in the structures of the arguments."""
        found = iter(numbers)
        return [structure.filled(found) for structure in self.structures]

    def rewind_if_plain(self, *values: Any) -> None:
        """Leave nothing of the call in a Graph where none of its results depends on it."""
        leaves = [leaf for value in values for leaf in flatten(value)[0]]
        if not any(isinstance(leaf, Ranked) for leaf in leaves):
            self.rewind()

    def rewind(self) -> None:
        """Take back what a Graph recorded, where nothing of it depends on the Graph's inputs."""
        added = self.tape.records[self.records :]
        for record in added:
            if isinstance(record, Guard):
                if any(
                    isinstance(o, Variable) and reaches_outside(o, self.mark, self.inputs)
                    for o in record.operands
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


def require_differentiable(argument: Any) -> None:
    """Refuse what there is no derivative by.

    Raises:
        TypeError: it is bool, or an array of whole numbers or of bool.
    """
    found = None
    if isinstance(argument, Ranked):
        if argument.dtype.kind == "b":
            found = f"a {type(argument).__name__} of bool"
    elif isinstance(argument, bool) or getattr(argument, "dtype", None) == np.dtype(bool):
        found = "bool"
    elif getattr(argument, "ndim", 0) and argument.dtype.kind in "biu":
        found = f"an array of {argument.dtype}"
    if found is not None:
        way_out = "decisions have no derivative" if "bool" in found else ".astype(float) first"
        raise TypeError(
            f"an argument to differentiate by is of float64 or float32, not {found}: {way_out}"
        )


def plain_from(value: Any, where: str) -> Number:
    """A plain number or array of its own.

    Raises:
        TypeError: it is something else; the message begins with `where`.
    """
    if isinstance(value, Constant):
        value = value.value
    return to_array(value, where) if isinstance(value, np.ndarray) else to_float(value, where)


def number_from(value: Any, where: str) -> Number:
    """A number or array of any kind, as it is now.

    Raises:
        TypeError: it is something else.
    """
    if isinstance(value, Ranked):
        value = value.present()
        if not isinstance(value, (Variable, Dual)):
            raise TypeError(
                f"{where}: no derivative is taken through a {type(value).__name__}, whose own are "
                "those of taylor, which can be nested"
            )
        if not isinstance(value, Constant):
            return value
    if not is_plain(value) and not isinstance(value, Constant):
        raise TypeError(f"{where} is a number or an array, not {type(value).__name__!r}")
    return plain_from(value, where)


def with_aux(result: Any) -> tuple[Any, Any]:
    """What a function returned with has_aux=True.

    Raises:
        TypeError: it is no pair.
    """
    if not isinstance(result, (tuple, list)) or len(result) != 2:
        raise TypeError(
            f"with has_aux=True the function returns a pair (value, aux), not "
            f"{type(result).__name__!r}"
            + (f" of {len(result)}" if isinstance(result, (tuple, list)) else "")
        )
    return result[0], result[1]

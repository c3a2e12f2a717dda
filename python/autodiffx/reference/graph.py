"""A recording that can be run again."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from autodiffx.reference.backward import adjoints_of, backward, require_sweepable
from autodiffx.reference.chain import fitted
from autodiffx.reference.dispatch import FLOATS, NUMBERS, Number
from autodiffx.reference.dot import dot
from autodiffx.reference.dual import Dual
from autodiffx.reference.gradient_graph import GradientGraph
from autodiffx.reference.guard import Guard
from autodiffx.reference.node import as_computed, read
from autodiffx.reference.replay import refresh, replay, results_of
from autodiffx.reference.sweep import (
    ancestors,
    forward_sweep,
    leaves,
    made_from,
    operator_of,
    reverse_sweep,
)
from autodiffx.reference.tape import Tape, open_tapes
from autodiffx.reference.variable import Variable, read_only
from autodiffx.reference.wording import described

__all__ = ["Graph"]

_numbers = itertools.count(1)


class Graph:
    """Records what happens inside `with`, to be replayed with other values of its inputs.

    Args:
        name: shown in the repr and in error messages.

    >>> x = Variable(3.0)
    >>> with Graph() as graph:
    ...     y = x * x
    >>> x.value = 4.0
    >>> graph.forward()
    16.0
    >>> graph.backward()
    >>> x.grad
    8.0
    """

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"a name is a str, not {type(name).__name__!r}")
        number = next(_numbers)
        self._label = f"Graph #{number}" if name is None else f"Graph {name!r}"
        self._tape = Tape(self._label, keeps=True)

    def __enter__(self) -> Graph:
        open_tapes.enter(self._tape)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        open_tapes.leave(self._tape)

    @property
    def is_open(self) -> bool:
        """True while it records."""
        return self._tape.is_open

    @property
    def values(self) -> list[Variable]:
        """The results of its statements, in the order of recording; views are none."""
        return [as_computed(result) for result in self._results()]

    @property
    def escapes(self) -> list[str]:
        """Where values were read while they were recorded, as "file:line"."""
        return list(dict.fromkeys(str(escape.location) for escape in self._tape.escapes))

    def forward(self) -> Any:
        """Replay with the inputs' present values; returns the last value, a number or an array.

        Raises:
            ValueError: nothing was recorded, or an input has no value.
            ControlFlowChanged: a decision of the recorded program would be another one now.
        """
        last = self._last()
        replay(self._tape)
        return read_only(read(last))

    def backward(self, seed: Any = None, accumulate: bool = False) -> None:
        """`backward` of the last value, replayed first if an input has changed."""
        backward(self._last(), seed, accumulate=accumulate)

    def create_gradient_graph(self) -> GradientGraph:
        """The derivatives of the last value; leaves every `.grad` as it is."""
        last = self._last()
        results = results_of(self._tape)
        return GradientGraph(self, [*leaves(results), *results], adjoints_of(last, self._one(last)))

    def jvp(self, tangents: Mapping[Variable, Any]) -> Any:
        """The last value's derivative along a direction: Σ d(last)/d(x) * tangents[x].

        Raises:
            KeyError: a key is no input of the Graph.
        """
        last = self._last()
        directions = self._directions(tangents, "jvp")
        if not last._is_active:
            refresh(last)
            return last._zeros()
        results = require_sweepable(last)
        found = forward_sweep(results, directions, FLOATS, read)
        return found[last]

    def hvp(self, tangents: Mapping[Variable, Any]) -> dict[Variable, Any]:
        """The Hessian-vector product, exact: the derivative along a direction of the gradient.

        Returns it for every input that the last value depends on. Forward over reverse: tangents
        first, then the reverse sweep in dual numbers.

        Raises:
            KeyError: a key is no input of the Graph.
        """
        last = self._last()
        directions = self._directions(tangents, "hvp")
        seed = self._one(last)
        results = require_sweepable(last)
        found = forward_sweep(results, directions, FLOATS, read)
        adjoints = reverse_sweep(
            results,
            {last: seed},
            NUMBERS,
            lambda variable: Dual(read(variable), found.get(variable, 0.0)),
        )
        return {
            variable: adjoint.tangent if isinstance(adjoint, Dual) else variable._zeros()
            for variable, adjoint in adjoints.items()
            if variable.is_leaf
        }

    def zero_grad(self) -> None:
        """Set `.grad` of its inputs to 0."""
        for variable in leaves(results_of(self._tape)):
            variable._grad = variable._zeros()

    def clear(self) -> None:
        """Forget everything recorded; values that are still held can be read, and nothing else."""
        tape = Tape(self._label, keeps=True)
        if self._tape.is_open:
            open_tapes.exchange(self._tape, tape)
        self._tape.clear()
        self._tape = tape

    def __len__(self) -> int:
        return len(self._results())

    def __bool__(self) -> bool:
        return True

    @property
    def nbytes(self) -> int:
        """The memory of its records, in bytes."""
        size = sys.getsizeof(self._tape.records)
        for record in self._tape.records:
            size += sys.getsizeof(record)
            if not isinstance(record, Guard):
                size += sys.getsizeof(record._statement) + getattr(record._value, "nbytes", 0)
        return size

    def to_dot(self) -> str:
        """The graph in the language of graphviz."""
        return dot(self._label, results_of(self._tape))

    def __repr__(self) -> str:
        statements = len(self)
        inputs = len(self._inputs())
        return (
            f"<{self._label}: {statements} statement{'' if statements == 1 else 's'}, "
            f"{inputs} input{'' if inputs == 1 else 's'}>"
        )

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(
            "a Graph cannot be copied or pickled: copy its inputs and record it again from them"
        )

    def _results(self) -> list[Variable]:
        return [result for result in results_of(self._tape) if operator_of(result) != "view"]

    def _last(self) -> Variable:
        results = self._results()
        if not results:
            raise ValueError(f"{self._label} is empty: record something inside `with` first")
        return results[-1]

    @staticmethod
    def _one(last: Variable) -> Number:
        """The adjoint of a last value that is one number."""
        if last.size != 1:
            raise ValueError(
                f"the last value has shape {last.shape}, and one number is differentiated: "
                "sum() it, or use backward with a seed"
            )
        return fitted(1.0, last.shape, last.dtype)

    def _inputs(self) -> list[Variable]:
        """Inputs of the statements, and what they captured from enclosing recordings."""
        results = results_of(self._tape)
        values = set(results)
        captured = {
            operand: None
            for value in results
            for operand in made_from(value)
            if operand._statement is not None and operand not in values
        }
        return [*leaves(results), *captured]

    def _directions(self, tangents: Mapping[Variable, Any], name: str) -> dict[Variable, Any]:
        if not isinstance(tangents, Mapping):
            raise TypeError(
                f"{name} takes a dict from Variable to direction, not {type(tangents).__name__!r}"
            )
        results = results_of(self._tape)
        known = set(leaves([*results, *(ancestors(results[-1]) if results else [])]))
        directions = {}
        for variable, direction in tangents.items():
            if variable not in known:
                named = described(variable) if isinstance(variable, Variable) else repr(variable)
                raise KeyError(f"{named} is no input of {self!r}")
            directions[variable] = variable._fitting(direction, f"a direction of {name}")
        return directions

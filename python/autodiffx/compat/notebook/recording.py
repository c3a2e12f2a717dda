"""``Recording``: the nodes of a graph as statements on a tape, element by element."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

import autodiffx as adx
from autodiffx.compat.elements import Elements, FloatArray
from autodiffx.compat.notebook.node import Constant, DifferentiableValue, Operation
from autodiffx.compat.notebook.order import generate_topo
from autodiffx.compat.notebook.variable import Variable
from autodiffx.compat.order import inputs_first


class Recording:
    """A tape with the elements of every node recorded on it.

    It holds every node that its operations depend on, those made in another graph included, so
    that its sweeps go down to the variables wherever a node was made.
    """

    def __init__(self) -> None:
        self._tape = adx.Graph()
        self.elements: dict[DifferentiableValue, Elements] = {}
        self._versions: dict[Variable, int] = {}
        self._totals: dict[Operation, Any] = {}

    def fits(self) -> bool:
        """Whether every variable still has the shape that was recorded."""
        return all(variable.elements is self.elements[variable] for variable in self._versions)

    def is_current(self) -> bool:
        """Whether every variable still has the value of the last recording or replay."""
        return self.fits() and all(
            variable.version == version for variable, version in self._versions.items()
        )

    def replay(self) -> None:
        """Brings every value up to date with the variables' present values."""
        if len(self._tape) > 0:
            self._tape.forward()
        self._versions = {variable: variable.version for variable in self._versions}

    def extend(self, operations: Iterable[Operation]) -> None:
        """Records the operations and whatever they depend on, as far as that is new.

        Raises:
            ValueError: a variable has no value, or shapes do not broadcast.
        """
        with self._tape:
            for node in inputs_first(operations, lambda node: node.inputs, self.elements):
                if isinstance(node, Operation):
                    operands = [self.elements[operand] for operand in node.inputs]
                    self.elements[node] = node.record(operands)
                elif isinstance(node, Variable):
                    self.elements[node] = node.elements
                    self._versions[node] = node.version
                elif isinstance(node, Constant):
                    self.elements[node] = node.elements

    def value_of(self, node: DifferentiableValue) -> FloatArray:
        """The value of a recorded node."""
        items, shape = self.elements[node]
        values = [item.value if isinstance(item, adx.Variable) else item for item in items]
        return np.array(values, dtype=np.float64).reshape(shape)

    def sweep(self, operation: Operation) -> dict[DifferentiableValue, FloatArray | int]:
        """The derivative of the operation, summed over its elements, by every recorded node.

        It is 0 for Constants and for nodes that the operation does not depend on, 1 for itself.
        """
        gradients: dict[DifferentiableValue, FloatArray | int]
        gradients = dict.fromkeys(self.elements, 0)
        total = self._total(operation)
        if isinstance(total, adx.Variable):
            total.backward()
            for node in generate_topo(operation):
                items, shape = self.elements[node]
                if items and isinstance(items[0], adx.Variable):
                    adjoints = [item.grad or 0.0 for item in items]
                    gradients[node] = np.array(adjoints, dtype=np.float64).reshape(shape)
        gradients[operation] = 1
        return gradients

    def _total(self, operation: Operation) -> Any:
        items = self.elements[operation].items
        if len(items) == 1:
            return items[0]
        if operation not in self._totals:
            with self._tape:
                total = 0.0
                for item in items:
                    total = adx.add(total, item)
                self._totals[operation] = total
        return self._totals[operation]

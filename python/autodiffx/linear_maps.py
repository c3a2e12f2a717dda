"""A function's derivative at a point as a linear map, that is differentiated by its operands alone.

The recording of a run is swept for it, forward or backward, and never run again: each map is the
derivative of the other's transpose.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.errors import GraphError
from autodiffx.kernel import Kernel, Leaves, as_argument, dense
from autodiffx.runs import Run, shape_of
from autodiffx.trees import Tree, flatten

__all__ = ["PulledBack", "PushedForward"]


class _Map(Kernel):
    """One of both maps of a run whose derivatives are plain."""

    def __init__(self, name: str, run: Run) -> None:
        super().__init__(name)
        self.sweeps = run

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        found = list(map(np.asarray, self._swept(list(map(as_argument, operands)))))
        return found, flatten(found)[1]

    def _swept(self, operands: Leaves) -> Leaves:
        raise NotImplementedError

    def _transpose(self) -> _Map:
        raise NotImplementedError

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        found = self._transpose()(*map(as_argument, adjoints))
        return [each if asked else None for each, asked in zip(found, wanted, strict=True)]

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        pairs = zip(tangents, operands, strict=True)
        return list(type(self)(self.name, self.sweeps)(*(dense(t, each) for t, each in pairs)))


class PulledBack(_Map):
    """c -> J^T c: operands are cotangents, results the derivatives by each input."""

    def _transpose(self) -> _Map:
        return PushedForward("pushforward", self.sweeps)

    def _swept(self, operands: Leaves) -> Leaves:
        try:
            return self.sweeps.pull_back(operands)
        except GraphError:
            # A tape is not swept backwards while it is: then J column by column, forwards. What
            # else may be wrong is raised again.
            return [self._by_columns(i, operands) for i in range(len(self.sweeps.inputs))]

    def _by_columns(self, which: int, operands: Leaves) -> Any:
        total: Any = 0.0
        for block, each in zip(self.sweeps.columns(which), operands, strict=True):
            total = total + np.ravel(each) @ np.reshape(block, (np.size(each), -1))
        leaf = self.sweeps.inputs[which]
        return np.asarray(total, getattr(leaf, "dtype", np.float64)).reshape(shape_of(leaf))


class PushedForward(_Map):
    """t -> J t: operands are tangents of each input, results those of each output."""

    def _transpose(self) -> _Map:
        return PulledBack("pullback", self.sweeps)

    def _swept(self, operands: Leaves) -> Leaves:
        found = self.sweeps.push_forward(operands)
        assert found is not None  # nothing outside is active, and the operands are plain
        return found

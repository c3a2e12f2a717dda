"""One run of a function, recorded to be swept as often as wanted, in either direction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from autodiffx._core import Dual, Variable, _Recording
from autodiffx.arguments import with_aux
from autodiffx.trees import flatten

__all__ = ["Run", "is_active", "shape_of"]


def is_active(leaf: Any) -> bool:
    """Whether it may depend on something that is differentiated by."""
    return isinstance(leaf, (Variable, Dual))


def shape_of(leaf: Any) -> tuple[int, ...]:
    """The shape of a number or array, of which lists are none here."""
    shape = getattr(leaf, "shape", ())
    return shape if isinstance(shape, tuple) else ()


def is_number(leaf: Any) -> bool:
    """Whether a function of numbers and arrays may return it."""
    return is_active(leaf) or isinstance(leaf, (bool, int, float, np.ndarray, np.generic))


def is_real(leaf: Any) -> bool:
    """Whether it is a number or an array that is not complex."""
    return is_number(leaf) and getattr(leaf, "dtype", np.dtype(float)).kind in "biuf"


class Run:
    """A function's result, and sweeps over what it did.

    While derivatives depend on nothing active outside they are plain, and swept by the engine;
    otherwise they are recorded or Duals, and can be differentiated in turn.
    """

    def __init__(
        self, who: str, f: Callable[..., Any], arguments: Sequence[Any], has_aux: bool = False
    ) -> None:
        self.who = who
        self.inputs: list[Any] = []  # leaves of all arguments
        self.trees = []
        for argument in arguments:
            leaves, tree = flatten(argument)
            self.inputs += leaves
            self.trees.append(tree)
        self._recording = _Recording(self.inputs)
        function, aux = with_aux(who, f, has_aux)
        result = function(*self.by_argument(self._recording.given))
        outputs, self.tree = flatten(result)
        for leaf in outputs:
            if not is_number(leaf):
                raise TypeError(
                    f"{who}() needs a function that returns numbers and arrays, got "
                    f"{type(leaf).__name__!r}"
                )
        self.aux: Any = self._levelled(aux.found) if has_aux else None
        self.outside: bool = self._recording.finish(outputs)
        # What the function returned, which the caller may write into.
        self.value = self.tree.unflatten(
            [
                leaf.copy() if isinstance(leaf, np.ndarray) else self._recording.value(leaf)
                for leaf in outputs
            ]
        )

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *error: object) -> None:
        """Forget the recording, which nobody else refers to: it need not wait for a collection."""
        self._recording.close()

    def by_argument(self, leaves: Sequence[Any]) -> list[Any]:
        """Leaves in the structures of the arguments."""
        arguments, at = [], 0
        for tree in self.trees:
            arguments.append(tree.unflatten(leaves[at : at + tree.count]))
            at += tree.count
        return arguments

    @property
    def outputs(self) -> list[Any]:
        """The leaves of what the function returned, whatever has been written into it since."""
        return self._recording.outputs

    def _levelled(self, beside: Any) -> Any:
        """What was computed beside: plain, but where it depends on something active outside."""
        leaves, tree = flatten(beside)
        active = [leaf for leaf in leaves if is_active(leaf)]
        if not active:
            return beside
        self._recording.finish(active)
        return tree.unflatten(
            [self._recording.value(leaf) if is_active(leaf) else leaf for leaf in leaves]
        )

    def pull_back(self, cotangents: Sequence[Any]) -> list[Any]:
        """The derivatives of the sum of all outputs times cotangents, by each input."""
        if not self.outside and not any(map(is_active, cotangents)):
            return self._recording.pull_back(list(cotangents))
        from autodiffx.numpy import sum as total_of

        outputs = self.outputs
        levels = [each.level for each in cotangents if isinstance(each, Dual)]
        if levels and not any(isinstance(output, Dual) for output in outputs):
            # The derivative is linear in its cotangents: component by component.
            values, tangents = zip(*(split(each, max(levels)) for each in cotangents), strict=True)
            pairs = zip(self.pull_back(values), self.pull_back(tangents), strict=True)
            return [Dual(value, tangent, max(levels)) for value, tangent in pairs]
        total: Any = 0.0
        for output, cotangent in zip(outputs, cotangents, strict=True):
            if is_active(output):
                product = output * cotangent
                total = total + (total_of(product) if shape_of(product) else product)
        return self._recording.derivatives(total, any(map(is_active, cotangents)))

    def push_forward(self, tangents: Sequence[Any]) -> list[Any] | None:
        """The tangents of all outputs, or None if they are not plain."""
        if self.outside or any(map(is_active, tangents)):
            return None
        return self._recording.push_forward(list(tangents))

    def hessian_product(self, tangents: Sequence[Any]) -> list[Any] | None:
        """The Hessian of the only output, a number, times tangents; None if that is not plain."""
        if any(map(is_active, tangents)):
            return None
        return self._recording.hessian_product(list(tangents))

    def derivatives(self, number: Any) -> list[Any]:
        """Those of one number by each input, which can be differentiated in turn."""
        return self._recording.derivatives(number, False)

    def rows(self, output: int) -> list[Any]:
        """The derivatives of all elements of an output by each input, stacked."""
        if not self.outside:
            return self._recording.rows(output)
        found = [self.derivatives(one) for one in elements(self.outputs[output])]
        return [stacked(column) for column in zip(*found, strict=True)]

    def columns(self, which: int) -> list[Any]:
        """The derivatives of all outputs by each element of an input, stacked. Plain ones only."""
        return self._recording.columns(which)


def split(number: Any, level: int) -> tuple[Any, Any]:
    """Its value and its tangent at a level that none is above."""
    if isinstance(number, Dual) and number.level == level:
        return number.value, number.tangent
    shape = shape_of(number)
    return number, np.zeros(shape) if shape else 0.0


def elements(output: Any) -> Iterator[Any]:
    """Each element of an array, in NumPy's order; of a number itself."""
    shape = shape_of(output)
    if not shape:
        yield output
        return
    for index in np.ndindex(*shape):
        yield output[index]


def stacked(parts: Sequence[Any]) -> Any:
    """Numbers or arrays of one shape along a new first axis."""
    if any(map(is_active, parts)):
        from autodiffx.numpy import stack

        return stack(list(parts))
    return np.stack([np.asarray(part) for part in parts])

"""Neurons, layers and multi-layer perceptrons of ``Value``, as micrograd has them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

from autodiffx.compat.micrograd.engine import Value


class Module:
    """Something with parameters.

    >>> from autodiffx.compat.micrograd import Neuron
    >>> neuron = Neuron(2)
    >>> isinstance(neuron, Module), len(neuron.parameters())
    (True, 3)
    """

    def zero_grad(self) -> None:
        """Sets the ``grad`` of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0

    def parameters(self) -> list[Value]:
        """The values to train, in a fixed order."""
        return []


class Neuron(Module):
    """w·x + b, and its positive part if ``nonlin``.

    Args:
        nin: the number of inputs. Each weight is drawn by ``random.uniform(-1, 1)``; the bias is 0.
        nonlin: whether the sum passes through ``relu``.

    >>> Neuron(2), Neuron(2, nonlin=False)
    (ReLUNeuron(2), LinearNeuron(2))
    """

    def __init__(self, nin: int, nonlin: bool = True) -> None:
        self.w = [Value(random.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0)
        self.nonlin = nonlin

    def __call__(self, x: Sequence[Value | float]) -> Value:
        total = self.b
        for weight, entry in zip(self.w, x, strict=False):
            total = total + weight * entry
        return total.relu() if self.nonlin else total

    def parameters(self) -> list[Value]:
        return [*self.w, self.b]

    def __repr__(self) -> str:
        return f"{'ReLU' if self.nonlin else 'Linear'}Neuron({len(self.w)})"


class Layer(Module):
    """``nout`` neurons on the same ``nin`` inputs: a list of values, or the value of a single one.

    >>> Layer(3, 1)
    Layer of [ReLUNeuron(3)]
    """

    def __init__(self, nin: int, nout: int, nonlin: bool = True) -> None:
        self.neurons = [Neuron(nin, nonlin) for _ in range(nout)]

    def __call__(self, x: Sequence[Value | float]) -> Any:
        values = [neuron(x) for neuron in self.neurons]
        return values[0] if len(values) == 1 else values

    def parameters(self) -> list[Value]:
        return [parameter for neuron in self.neurons for parameter in neuron.parameters()]

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(str, self.neurons))}]"


class MLP(Module):
    """Layers one after the other, all but the last with ``relu``.

    Args:
        nin: the number of inputs.
        nouts: the number of neurons of each layer.

    >>> MLP(2, [2, 1])
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(2)]]
    """

    def __init__(self, nin: int, nouts: list[int]) -> None:
        sizes = [nin, *nouts]
        last = len(nouts) - 1
        self.layers = [
            Layer(sizes[place], sizes[place + 1], nonlin=place != last)
            for place in range(len(nouts))
        ]

    def __call__(self, x: Sequence[Value | float]) -> Any:
        signal: Any = x
        for layer in self.layers:
            signal = layer(signal)
        return signal

    def parameters(self) -> list[Value]:
        return [parameter for layer in self.layers for parameter in layer.parameters()]

    def __repr__(self) -> str:
        return f"MLP of [{', '.join(map(str, self.layers))}]"

"""micrograd 0.1.0 on the tape: the same names, printed forms, initial values and numbers.

``from micrograd.engine import Value`` becomes ``from autodiffx.compat.micrograd.engine import
Value``, ``micrograd.nn`` likewise; every name is found here too.
"""

from autodiffx.compat.micrograd.dot import draw_dot
from autodiffx.compat.micrograd.engine import Value
from autodiffx.compat.micrograd.nn import MLP, Layer, Module, Neuron

__all__ = ["MLP", "Layer", "Module", "Neuron", "Value", "draw_dot"]

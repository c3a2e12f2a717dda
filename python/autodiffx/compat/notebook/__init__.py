"""A notebook's autodiff on the tape: nodes are made inside a Graph, which runs both ways.

>>> with Graph() as graph:
...     x = Variable(2, "x")
...     y = x * x + 1
>>> graph.values
[Product(Variable('x' [2], g=0), Variable('x' [2], g=0), g=0), Sum(Product(Variable('x' [2], g=0), \
Variable('x' [2], g=0), g=0), Constant([1], g=0), g=0)]
>>> graph.forward()
array([5.])
>>> graph.create_gradient_graph().wrt(x)
array([4.])
"""

from autodiffx.compat.notebook.functions import (
    Cosh,
    Cosine,
    LeakyReLU,
    ReLU,
    Sigmoid,
    Sine,
    Sinh,
    Softmax,
    Tangent,
    Tanh,
)
from autodiffx.compat.notebook.graph import GradientGraph, Graph
from autodiffx.compat.notebook.node import (
    Constant,
    DifferentiableValue,
    OperatorLike,
    Power,
    Product,
    Sum,
    generate_operation,
)
from autodiffx.compat.notebook.order import generate_topo
from autodiffx.compat.notebook.variable import Variable

__all__ = [
    "Constant",
    "Cosh",
    "Cosine",
    "DifferentiableValue",
    "GradientGraph",
    "Graph",
    "LeakyReLU",
    "OperatorLike",
    "Power",
    "Product",
    "ReLU",
    "Sigmoid",
    "Sine",
    "Sinh",
    "Softmax",
    "Sum",
    "Tangent",
    "Tanh",
    "Variable",
    "generate_operation",
    "generate_topo",
]

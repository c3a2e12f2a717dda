"""Automatic differentiation in plain Python, written for reading.

The same classes and functions as `autodiffx`, made independently: no rule, table or helper is
shared, only the exceptions. It is the teaching copy, and the witness that the fast one is checked
against. Read it in this order:

    rules.py                 every operator: its value and its partials, for scalars
    loops.py, shapes.py      the same for arrays; linear.py: what moves elements without computing;
                             multilinear.py: products, and choices
    dispatch.py              which kind of number carries an operation out
    arithmetic.py            Python's operators; functions.py, numpy_protocol.py: the other ways in
    tape.py, statement.py    where recording goes, and what is recorded
    variable.py, record.py   recording; node.py: what is recorded, apart from what is shown of it
    storage.py               arrays and their views: arrangement.py, key.py; assignment.py: writing
    chain.py                 the chain rule for one statement
    sweep.py, backward.py    the two sweeps, and gradients
    graph.py, replay.py      recordings that are run again; guard.py, freshness.py: their safety
    dual.py                  forward mode
    transforms.py            derivatives of functions, to any order
    custom.py, declared.py   functions with derivatives of the user's own; call.py: one call of
                             such a function, recorded as an operation of opaque.py
    series.py, taylor.py     Taylor coefficients, by the formulas of recurrences.py
    numpy/                   NumPy's functions of arrays; implementations.py: how they are found
    scipy/                   SciPy's functions
"""

from __future__ import annotations

from typing import Any

from autodiffx.errors import ControlFlowChanged, EscapeWarning, GraphError, StaleValueError
from autodiffx.reference import numpy
from autodiffx.reference.constant import Constant
from autodiffx.reference.custom import custom_jvp, custom_vjp
from autodiffx.reference.declared import primitive
from autodiffx.reference.dual import Dual
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.gradient_graph import GradientGraph
from autodiffx.reference.graph import Graph
from autodiffx.reference.taylor import taylor
from autodiffx.reference.transforms import grad, jvp, value_and_grad
from autodiffx.reference.variable import Variable

globals().update(FUNCTIONS)

__all__ = [
    "Constant",
    "ControlFlowChanged",
    "Dual",
    "EscapeWarning",
    "GradientGraph",
    "Graph",
    "GraphError",
    "StaleValueError",
    "Variable",
    "custom_jvp",
    "custom_vjp",
    "grad",
    "jvp",
    "numpy",
    "primitive",
    "taylor",
    "value_and_grad",
]
__all__ += sorted(FUNCTIONS)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"autodiffx.reference has no operator or class named {name!r}")

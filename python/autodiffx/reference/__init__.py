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
    containers.py            what functions take and return: numbers, arrays, and nests of them
    call.py, derivative.py   one call of a function, and its derivative as a linear map, to any
                             order; outside.py: what of it depends on something else as well
    transforms.py            gradients; linearized.py, directional.py, jacobians.py: the others
    custom.py, declared.py   functions with derivatives of the user's own; rule_call.py: one call
                             of such a function, recorded as an operation of opaque.py
    watch.py                 looking out for nan and infinity
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
from autodiffx.reference.directional import hvp, jvp
from autodiffx.reference.dual import Dual
from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.gradient_graph import GradientGraph
from autodiffx.reference.graph import Graph
from autodiffx.reference.jacobians import hessian, jacfwd, jacobian, jacrev
from autodiffx.reference.linearized import linearize, vjp
from autodiffx.reference.segments import checkpoint
from autodiffx.reference.stopping import stop_gradient
from autodiffx.reference.taylor import taylor
from autodiffx.reference.transforms import elementwise_grad, grad, value_and_grad
from autodiffx.reference.variable import Variable
from autodiffx.reference.watch import debug_nans

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
    "checkpoint",
    "custom_jvp",
    "custom_vjp",
    "debug_nans",
    "elementwise_grad",
    "grad",
    "hessian",
    "hvp",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "linearize",
    "numpy",
    "primitive",
    "stop_gradient",
    "taylor",
    "value_and_grad",
    "vjp",
]
__all__ += sorted(FUNCTIONS)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"autodiffx.reference has no operator or class named {name!r}")

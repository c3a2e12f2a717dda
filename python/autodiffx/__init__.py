"""autodiffx differentiates ordinary Python.

Arithmetic on a `Variable` is recorded; `backward()` of a result sets the gradient of
every Variable that it depends on. A `Graph` keeps a recording and runs it again. `Dual`
and `jvp` carry derivatives forward; `grad` differentiates functions, to any order.

>>> import autodiffx as adx
>>> x = adx.Variable(2.0)
>>> y = x * adx.sin(x)
>>> y.backward()
>>> round(x.grad, 6)
0.077004
"""

from typing import TYPE_CHECKING

# The classes, OPS, and one function for each open row of the operator table.
from autodiffx._core import *  # noqa: F403
from autodiffx._core import __version__ as __version__
from autodiffx.debug import debug_nans as debug_nans
from autodiffx.errors import ControlFlowChanged as ControlFlowChanged
from autodiffx.errors import EscapeWarning as EscapeWarning
from autodiffx.errors import GraphError as GraphError
from autodiffx.errors import StaleValueError as StaleValueError
from autodiffx.jacobians import elementwise_grad as elementwise_grad
from autodiffx.jacobians import hessian as hessian
from autodiffx.jacobians import hvp as hvp
from autodiffx.jacobians import jacfwd as jacfwd
from autodiffx.jacobians import jacobian as jacobian
from autodiffx.jacobians import jacrev as jacrev
from autodiffx.linear import linearize as linearize
from autodiffx.linear import vjp as vjp
from autodiffx.series.taylor import taylor as taylor
from autodiffx.stopping import stop_gradient as stop_gradient
from autodiffx.transforms import grad as grad
from autodiffx.transforms import jvp as jvp
from autodiffx.transforms import value_and_grad as value_and_grad

if TYPE_CHECKING:
    from autodiffx import optimisers as optimisers
    from autodiffx.custom import custom_jvp as custom_jvp
    from autodiffx.custom import custom_vjp as custom_vjp
    from autodiffx.implicit import implicit_fixed_point as implicit_fixed_point
    from autodiffx.implicit import implicit_minimum as implicit_minimum
    from autodiffx.implicit import implicit_root as implicit_root
    from autodiffx.objectives import objective as objective
    from autodiffx.ode import odeint as odeint
    from autodiffx.opaque import primitive as primitive
    from autodiffx.optimize import minimize as minimize
    from autodiffx.roots import least_squares as least_squares
    from autodiffx.roots import root as root
    from autodiffx.segments import checkpoint as checkpoint
    from autodiffx.trajectories import solve_ivp as solve_ivp

_MODULES = ("numpy", "optimisers", "scipy")

# What is imported when it is first asked for, and from where.
_LATER = {
    "checkpoint": "segments",
    "custom_jvp": "custom",
    "custom_vjp": "custom",
    "implicit_fixed_point": "implicit",
    "implicit_minimum": "implicit",
    "implicit_root": "implicit",
    "least_squares": "roots",
    "minimize": "optimize",
    "objective": "objectives",
    "odeint": "ode",
    "primitive": "opaque",
    "root": "roots",
    "solve_ivp": "trajectories",
}


def __getattr__(name: str) -> object:
    # adx.numpy without an import of its own; who needs no arrays does not wait for it.
    if name not in _MODULES and name not in _LATER:
        raise AttributeError(f"module 'autodiffx' has no attribute {name!r}")
    from importlib import import_module

    if name not in _LATER:
        return import_module(f"autodiffx.{name}")
    found = globals()[name] = getattr(import_module(f"autodiffx.{_LATER[name]}"), name)
    return found


def __dir__() -> list[str]:
    # What is imported later can be completed and found, too.
    return sorted({*globals(), *_LATER, *_MODULES})

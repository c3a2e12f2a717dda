"""autograd's ``misc``: containers as one vector, optimisers, fixed points, constant graphs.

>>> vector, unflatten = flatten({"w": [1.0, 2.0], "b": 3.0})
>>> vector
array([3., 1., 2.])
"""

from autodiffx.compat.autograd.misc.flatten import flatten
from autodiffx.compat.autograd.misc.tracers import const_graph

__all__ = ["const_graph", "flatten"]

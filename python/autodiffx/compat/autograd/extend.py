"""What new primitives are made with: autograd's ``extend``.

>>> import scipy.special
>>> from autodiffx.compat.autograd import grad
>>> lambert = primitive(lambda x: scipy.special.lambertw(x).real)
>>> defvjp(lambert, lambda ans, x: lambda g: g * ans / (x * (1.0 + ans)))
>>> round(float(grad(lambert)(1.0)), 6)
0.361896
"""

from autodiffx.compat.autograd.core import (
    JVPNode,
    SparseObject,
    VJPNode,
    VSpace,
    def_linear,
    defjvp,
    defjvp_argnum,
    defjvp_argnums,
    defvjp,
    defvjp_argnum,
    defvjp_argnums,
    vspace,
)
from autodiffx.compat.autograd.tracer import Box, notrace_primitive, primitive, register_notrace

__all__ = [
    "Box",
    "JVPNode",
    "SparseObject",
    "VJPNode",
    "VSpace",
    "def_linear",
    "defjvp",
    "defjvp_argnum",
    "defjvp_argnums",
    "defvjp",
    "defvjp_argnum",
    "defvjp_argnums",
    "notrace_primitive",
    "primitive",
    "register_notrace",
    "vspace",
]

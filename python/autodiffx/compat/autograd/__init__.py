"""HIPS autograd 1.9 on autodiffx: programs written for it run after changing their imports.

``import autograd.numpy as np`` becomes ``import autodiffx.compat.autograd.numpy as np``; or
`install()` lets ``import autograd`` find this package, for programs that are left as they are. The
page "Programs written for autograd" says what is there, what raises and what differs.

Rules are defined with ``autodiffx.compat.autograd.extend``, derivatives are checked with
``autodiffx.compat.autograd.test_util``, numbers are looked at with
``autodiffx.compat.autograd.tracer``, and ``autodiffx.compat.autograd.builtins`` has the containers.

>>> from autodiffx.compat.autograd import grad
>>> import autodiffx.compat.autograd.numpy as np
>>> grad(lambda x: np.tanh(x))(0.0)
np.float64(1.0)
"""

from autodiffx.compat.autograd import extend as extend
from autodiffx.compat.autograd import numpy as numpy
from autodiffx.compat.autograd.builtins import dict, isinstance, list, tuple, type
from autodiffx.compat.autograd.deprecated import primitive
from autodiffx.compat.autograd.differential_operators import (
    checkpoint,
    deriv,
    elementwise_grad,
    grad,
    grad_and_aux,
    grad_named,
    hessian,
    hessian_tensor_product,
    hessian_vector_product,
    holomorphic_grad,
    jacobian,
    jacobian_vector_product,
    jvp,
    make_ggnvp,
    make_hvp,
    make_jvp,
    make_jvp_reversemode,
    make_vjp,
    multigrad_dict,
    tensor_jacobian_product,
    value_and_grad,
    vector_jacobian_product,
)
from autodiffx.compat.autograd.importing import install, uninstall

__all__ = [
    "checkpoint",
    "deriv",
    "dict",
    "elementwise_grad",
    "extend",
    "grad",
    "grad_and_aux",
    "grad_named",
    "hessian",
    "hessian_tensor_product",
    "hessian_vector_product",
    "holomorphic_grad",
    "install",
    "isinstance",
    "jacobian",
    "jacobian_vector_product",
    "jvp",
    "list",
    "make_ggnvp",
    "make_hvp",
    "make_jvp",
    "make_jvp_reversemode",
    "make_vjp",
    "multigrad_dict",
    "numpy",
    "primitive",
    "tensor_jacobian_product",
    "tuple",
    "type",
    "uninstall",
    "value_and_grad",
    "vector_jacobian_product",
]

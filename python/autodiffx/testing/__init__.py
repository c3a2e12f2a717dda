"""Finding mistakes: derivatives against differences, and the engine against its reference.

>>> import numpy as np
>>> from autodiffx.testing import check_grads, compare_backends
>>> check_grads(np.sin, (0.5,))
>>> compare_backends(lambda x: np.exp(-x @ x), (np.array([0.1, 0.2]),))
"""

from autodiffx.testing.agreement import compare_backends as compare_backends
from autodiffx.testing.checks import check_grads as check_grads
from autodiffx.testing.checks import check_jvp as check_jvp
from autodiffx.testing.checks import check_vjp as check_vjp

"""NumPy's functions, on Variables and Duals as on arrays: customarily `anp`.

Called without any Variable they return NumPy's own result. NumPy's functions themselves, called
with a Variable, do what these do. Read in this order:

    given.py, axes.py              what users give, and along which axes
    reductions.py, folds.py,       sums, and what is made of them; products and their like
    ignoring_nan.py
    choices.py, extremes.py,       elements chosen by their size
    order.py, places.py
    joining.py, pieces.py,         elements moved
    picking.py, padding.py
    contraction.py, notation.py,   products of arrays
    products.py, linalg.py
    differences.py, convolution.py slopes, areas, interpolation
    making.py                      arrays to be written into
    ufuncs.py, methods.py          the other ways in

>>> import numpy as np
>>> from autodiffx.reference import Variable
>>> x = Variable([[1.0, 2.0], [3.0, 4.0]])
>>> np.mean(x, axis=0).value
array([2., 3.])
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.implementations import NAMESPACES
from autodiffx.reference.numpy.making import MAKING
from autodiffx.reference.numpy.methods import give_methods
from autodiffx.reference.numpy_protocol import ARRANGEMENTS

# Functions stand in the namespace once the file that has them is imported.
_FILES = (
    "convolution", "differences", "extremes", "folds", "ignoring_nan", "joining", "linalg",
    "notation", "order", "padding", "picking", "pieces", "places", "products", "reductions",
)  # fmt: skip

for _file in _FILES:
    import_module(f"{__name__}.{_file}")
give_methods()

_TABLE: dict[str, Callable[..., Any]] = {
    # NumPy's functions of these names ask a Variable among their arguments what to do.
    **{name: getattr(np, name) for name in FUNCTIONS if hasattr(np, name)},
    **{function.__name__: function for function in ARRANGEMENTS},
    **NAMESPACES["numpy"],
    **{name: getattr(np, name) for name in ("concat", "ndim", "permute_dims", "shape", "size")},
    **MAKING,
}
__all__ = sorted(_TABLE)


def __getattr__(name: str) -> Any:
    if name in _TABLE:
        return _TABLE[name]
    raise AttributeError(f"autodiffx.reference.numpy has no function named {name!r}")

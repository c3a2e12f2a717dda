"""list, dict, tuple, isinstance and type, as autograd has them.

Containers hold boxes as they are, so that the first three are Python's own; the other two look at
the number in a box.

>>> import numpy as np
>>> from autodiffx.compat.autograd import grad
>>> seen = []
>>> def f(x):
...     seen.append((isinstance(x, np.ndarray), type(x) is np.ndarray))
...     return x.sum()
>>> _ = grad(f)(np.ones(2))
>>> seen
[(True, True)]
"""

from __future__ import annotations

import builtins
from typing import Any

from autodiffx.compat.autograd.values import getval

__all__ = ["dict", "isinstance", "list", "tuple", "type"]

dict = builtins.dict
list = builtins.list
tuple: Any = builtins.tuple


def isinstance(x: Any, kind: Any) -> bool:
    """Whether the number in a box, or x itself if it is none, is of a type, or of one of several.

    >>> isinstance(1.0, float)
    True
    """
    return builtins.isinstance(getval(x), kind)


def type(x: Any) -> Any:
    """The type of the number in a box, or of x itself if it is none.

    >>> type([1.0])
    <class 'list'>
    """
    return builtins.type(getval(x))

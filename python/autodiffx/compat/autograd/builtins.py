"""list, dict, tuple, isinstance and type, as autograd has them, and what it calls their boxes.

Containers hold boxes as they are, so that the first three are Python's own; the other two look at
the number in a box. `DictBox` and `SequenceBox` are for isinstance() and annotations.

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

from autodiffx.compat.autograd.tracer import Box
from autodiffx.compat.autograd.values import getval

__all__ = ["DictBox", "SequenceBox", "dict", "isinstance", "list", "tuple", "type"]

dict = builtins.dict
list = builtins.list
tuple: Any = builtins.tuple


class DictBox(Box, kinds=[dict]):
    """What a dict is while derivatives are taken by something in it, to ``isinstance``.

    >>> from autodiffx.compat.autograd import grad
    >>> kinds = []
    >>> _ = grad(lambda x: kinds.append(builtins.isinstance(x, DictBox)) or x["a"])({"a": 1.0})
    >>> kinds, builtins.isinstance({"a": 1.0}, DictBox)
    ([True], False)
    """


class SequenceBox(Box, kinds=[list, tuple]):
    """What a list or tuple is while derivatives are taken by something in it, to ``isinstance``.

    >>> from autodiffx.compat.autograd import grad
    >>> kinds = []
    >>> _ = grad(lambda x: kinds.append(builtins.isinstance(x, SequenceBox)) or x[0])((1.0,))
    >>> kinds, builtins.isinstance((1.0,), SequenceBox)
    ([True], False)
    """


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

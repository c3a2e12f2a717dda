"""SciPy's distributions, in plain Python. Read in this order:

    family.py, families.py   what a family is; the formulas of the continuous ones
    areas.py                 distribution functions that are integrals
    continuous.py            what loc and scale do
    counts.py                distributions of whole numbers
    triangles.py, vectors.py distributions of vectors and matrices

>>> from autodiffx.reference import Variable
>>> from autodiffx.reference.scipy import stats
>>> mean = Variable(1.0)
>>> stats.norm.logpdf([2.0, 4.0], mean).sum().backward()
>>> mean.grad
4.0
"""

from __future__ import annotations

from typing import Any

from autodiffx.reference.scipy.stats.continuous import Continuous
from autodiffx.reference.scipy.stats.counts import COUNTS, Counts
from autodiffx.reference.scipy.stats.families import FAMILIES
from autodiffx.reference.scipy.stats.vectors import VECTORS, Vectors

_TABLE: dict[str, Any] = {
    **{name: Continuous(name, family) for name, family in FAMILIES.items()},
    **{name: Counts(name, family) for name, family in COUNTS.items()},
    **{name: Vectors(name, row) for name, row in VECTORS.items()},
}
__all__ = sorted(_TABLE)


def __getattr__(name: str) -> Any:
    if name in _TABLE:
        return _TABLE[name]
    raise AttributeError(
        f"autodiffx.reference.scipy.stats has no {name!r}, only {', '.join(__all__)}"
    )

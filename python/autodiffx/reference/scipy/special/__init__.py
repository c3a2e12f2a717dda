"""SciPy's special functions, on Variables and Duals as on arrays.

Called without any Variable they return SciPy's own result. SciPy's ufuncs themselves, called with a
Variable, do what these do. Values are SciPy's; the derivatives are written here:

    own.py                   how a function stands for SciPy's
    exponentials.py          sums of exponentials; SciPy's names for the operators
    entropies.py, bessel.py  derivatives in closed form
    integrals.py             derivatives that are integrals and sums: exprel, zeta
    gammas_and_betas.py      incomplete gamma and beta functions; tails.py: their integrals
    more.py                  inverses, powers, losses

>>> from autodiffx.reference import Variable
>>> x = Variable([1.0, 2.0])
>>> gammainc(2.0, x).sum().backward()
>>> x.grad
array([0.36787944, 0.27067057])
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autodiffx.reference.scipy.special.own import SPECIAL

for _file in ("bessel", "entropies", "exponentials", "gammas_and_betas", "integrals", "more"):
    import_module(f"{__name__}.{_file}")

globals().update(SPECIAL)
__all__ = sorted(SPECIAL)


def __getattr__(name: str) -> Any:
    raise AttributeError(f"autodiffx.reference.scipy.special has no function named {name!r}")

"""NumPy's linear algebra, on Variables and Duals as on arrays.

Called without any Variable its functions return NumPy's own result. Read in this order:

    matrices.py                    what they share, among it operations that solve an equation
    products.py                    products, powers, diagonals
    inverses.py, elimination.py    equations; factors that are found column by column
    spectra.py, least_squares.py   eigenvalues, singular values, and what is made of them
    determinants.py, norms.py
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autodiffx.reference.implementations import NAMESPACES

_FILES = (
    "products", "inverses", "elimination", "spectra", "least_squares", "determinants", "norms",
)  # fmt: skip

for _file in _FILES:
    import_module(f"{__name__}.{_file}")


def __getattr__(name: str) -> Any:
    if name in NAMESPACES["numpy.linalg"]:
        return NAMESPACES["numpy.linalg"][name]
    raise AttributeError(f"autodiffx.reference.numpy.linalg has no function named {name!r}")

"""Which of NumPy's functions the core has not yet, as tests name them."""

from __future__ import annotations

__all__ = ["FUNCTIONS_NOT_YET", "OF_FUNCTIONS", "TESTS_NOT_YET"]

# Files whose tests have the name of a function in brackets.
OF_FUNCTIONS = (
    "test_array_joining.py::",
    "test_array_products.py::",
    "test_array_reductions.py::",
)
FUNCTIONS_NOT_YET: frozenset[str] = frozenset()

# Beginnings of the other tests.
TESTS_NOT_YET: tuple[str, ...] = ()

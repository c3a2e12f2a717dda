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
TESTS_NOT_YET: tuple[str, ...] = (
    "test_array_joining.py::test_a_graph_ends",
    "test_array_joining.py::test_what_functions_make_of_duals",
    "test_array_products.py::test_a_graph_ends",
    "test_array_products.py::test_the_operator_between_duals",
    "test_array_products.py::test_zero_meets",
    "test_array_reductions.py::test_a_graph_ends",
)

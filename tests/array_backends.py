"""Which implementations have arrays, and which tests of arrays ask for what one has not yet."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["ARRAY_BACKENDS", "has_arrays", "is_left_out"]

LISTED = {"core": "autodiffx", "reference": "autodiffx.reference"}


def _makes_arrays(module: str) -> bool:
    try:
        return tuple(importlib.import_module(module).Variable([1.0, 2.0]).shape) == (2,)
    except (TypeError, AttributeError):
        return False


ARRAY_BACKENDS = {name: module for name, module in LISTED.items() if _makes_arrays(module)}

# Beginnings of tests that are left out for the core: it refuses to write into arrays, and to
# record a sweep through operations on arrays, each with an error that says so.
NOT_YET = (
    "test_array_assignment.py::",
    "test_array_bad_input.py::test_broadcast_views_are_read_only",
    "test_array_bad_input.py::test_leaves_are_not_assigned_to",
    "test_array_bad_input.py::test_writing_words_are_numpys",
    "test_array_bad_input.py::test_wrong_assignments_change_nothing",
    "test_array_copies.py::test_what_is_assigned_is_copied",
    "test_array_python.py::test_a_write_belongs_to_the_recording_of_its_array",
    "test_array_python.py::test_an_array_after_a_write",
    "test_array_python.py::test_graphs_describe_themselves",
    "test_array_python.py::test_results_outlive_what_they_were_made_of",
    "test_array_random_programs.py::",
    "test_array_random_writes.py::",
    "test_array_transforms.py::test_active_arguments_give_recorded_results",
    "test_array_transforms.py::test_assignment_inside",
    "test_array_transforms.py::test_closures_over_arrays",
    "test_array_transforms.py::test_reverse_over_reverse",
    "test_array_transforms.py::test_third_order",
    "test_array_views.py::test_flatten_is_always_a_copy",
)
# Of these only the case that writes into an array.
NOT_YET_ASSIGNED = "test_array_graphs.py::"


def is_left_out(test: str) -> bool:
    """Whether the test, as pytest names it, asks the core for what it has not yet."""
    name = test.rpartition("/")[2]
    if "[core" not in name and not name.endswith("::test_core_and_reference_agree"):
        return False
    return name.startswith(NOT_YET) or (
        name.startswith(NOT_YET_ASSIGNED) and "assigned" in name.partition("[")[2]
    )


def has_arrays(backend: Any) -> bool:
    """Whether arrays are operands and values there, or strangers."""
    return backend.__name__ in ARRAY_BACKENDS.values()

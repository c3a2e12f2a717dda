"""Which implementations have arrays, and which tests of arrays ask for what one has not yet."""

from __future__ import annotations

import importlib
from typing import Any

from numpy_functions_not_yet import FUNCTIONS_NOT_YET, OF_FUNCTIONS, TESTS_NOT_YET

__all__ = ["ARRAY_BACKENDS", "has_arrays", "is_left_out"]

LISTED = {"core": "autodiffx", "reference": "autodiffx.reference"}


def _makes_arrays(module: str) -> bool:
    try:
        return tuple(importlib.import_module(module).Variable([1.0, 2.0]).shape) == (2,)
    except (TypeError, AttributeError):
        return False


ARRAY_BACKENDS = {name: module for name, module in LISTED.items() if _makes_arrays(module)}

# Beginnings of tests that are left out for the core.
NOT_YET: tuple[str, ...] = ()


def is_left_out(test: str) -> bool:
    """Whether the test, as pytest names it, asks the core for what it has not yet."""
    name = test.rpartition("/")[2]
    if "[core" not in name and "::test_core_and_reference_agree" not in name:
        return False
    function = name.partition("[")[2].rstrip("]").removeprefix("core-")
    if name.startswith(OF_FUNCTIONS) and function in FUNCTIONS_NOT_YET:
        return True
    return name.startswith((*NOT_YET, *TESTS_NOT_YET))


def has_arrays(backend: Any) -> bool:
    """Whether arrays are operands and values there, or strangers."""
    return backend.__name__ in ARRAY_BACKENDS.values()

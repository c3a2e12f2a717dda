"""Which implementations have arrays."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["ARRAY_BACKENDS", "has_arrays"]

LISTED = {"core": "autodiffx", "reference": "autodiffx.reference"}


def _makes_arrays(module: str) -> bool:
    try:
        return tuple(importlib.import_module(module).Variable([1.0, 2.0]).shape) == (2,)
    except (TypeError, AttributeError):
        return False


ARRAY_BACKENDS = {name: module for name, module in LISTED.items() if _makes_arrays(module)}


def has_arrays(backend: Any) -> bool:
    """Whether arrays are operands and values there, or strangers."""
    return backend.__name__ in ARRAY_BACKENDS.values()

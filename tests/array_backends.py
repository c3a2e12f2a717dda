"""Which implementations have arrays: every test of arrays runs on those."""

from __future__ import annotations

import importlib

__all__ = ["ARRAY_BACKENDS"]

# Add the core here when its arrays are ready.
LISTED = {"reference": "autodiffx.reference"}


def _makes_arrays(module: str) -> bool:
    try:
        return tuple(importlib.import_module(module).Variable([1.0, 2.0]).shape) == (2,)
    except (TypeError, AttributeError):
        return False


ARRAY_BACKENDS = {name: module for name, module in LISTED.items() if _makes_arrays(module)}

"""Which BLAS there is: NumPy's behind its products, SciPy's as functions shown to others."""

from __future__ import annotations

import sys
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["numpy_has_blas", "products_of_matrices"]

NAME = "scipy.linalg.cython_blas"
WANTED = ("dgemm", "sgemm")


def _file() -> Path | None:
    scipy = find_spec("scipy")
    for folder in (scipy.submodule_search_locations or []) if scipy else []:
        for suffix in EXTENSION_SUFFIXES:
            path = Path(folder, "linalg", "cython_blas" + suffix)
            if path.exists():
                return path
    return None


def _module() -> Any:
    """The extension by itself: the rest of scipy.linalg takes ten times as long to import."""
    if NAME in sys.modules:
        return sys.modules[NAME]
    path = _file()
    spec = path and spec_from_file_location(NAME, path, loader=ExtensionFileLoader(NAME, str(path)))
    if not spec or not spec.loader:
        return None
    try:
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:  # a SciPy that is put together in another way
        return None
    return module


def products_of_matrices() -> dict[str, Any]:
    """Capsules of dgemm and sgemm with integers of 32 bits; empty where there are none."""
    capsules = getattr(_module(), "__pyx_capi__", {})
    # A capsule's name is its signature: with wider integers the pointers would be read wrongly.
    return {
        name: capsules[name]
        for name in WANTED
        if name in capsules and "char *, char *, int *" in repr(capsules[name])
    }


def numpy_has_blas() -> bool:
    """Whether NumPy was built with a BLAS: without one its products are plain loops."""
    try:
        found = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["found"]
    except (KeyError, TypeError):  # a NumPy that describes itself in another way
        return False
    return found is True

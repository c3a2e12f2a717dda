"""`install()`: ``import autograd`` finds this package."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

__all__ = ["install", "uninstall"]

ALIAS = "autograd"
PACKAGE = "autodiffx.compat.autograd"


class _AliasLoader(Loader):
    """Gives the module of this package, which stays what it is."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self.name)
        self.spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self.spec
        # What it has imported is known by both names: a later import would put the module
        # misc.flatten in the place of the function of that name.
        for name in list(sys.modules):
            if name.startswith(f"{self.name}."):
                sys.modules.setdefault(ALIAS + name[len(PACKAGE) :], sys.modules[name])


class _AliasFinder(MetaPathFinder):
    """Finds autograd and its modules in this package."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != ALIAS and not fullname.startswith(f"{ALIAS}."):
            return None
        name = PACKAGE + fullname[len(ALIAS) :]
        found = find_spec(name)
        if found is None:
            return None
        is_package = found.submodule_search_locations is not None
        return ModuleSpec(fullname, _AliasLoader(name), is_package=is_package)


_finder = _AliasFinder()


def install() -> None:
    """Let ``import autograd``, and every module of it, find this package from now on.

    For packages that import autograd themselves; call it before they are imported. Once is enough,
    and again does nothing. `uninstall` undoes it.

    Raises:
        ImportError: the real autograd has been imported already.

    >>> install()
    >>> import autograd.numpy as np
    >>> from autograd import grad
    >>> grad(np.sin)(0.0)
    np.float64(1.0)
    >>> uninstall()
    """
    there = sys.modules.get(ALIAS)
    if there is not None and there is not sys.modules[PACKAGE]:
        raise ImportError(
            f"autograd has been imported already, from {getattr(there, '__file__', None)}: call "
            f"{PACKAGE}.install() before anything imports autograd"
        )
    if _finder not in sys.meta_path:
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Let ``import autograd`` find the real one again, if there is one.

    What has been imported in between stays as it is.

    >>> uninstall()
    """
    if _finder not in sys.meta_path:
        return
    sys.meta_path.remove(_finder)
    for name in list(sys.modules):
        if name == ALIAS or name.startswith(f"{ALIAS}."):
            del sys.modules[name]

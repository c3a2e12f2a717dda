"""Writes the pages of the API reference: every public name of every public module, by the code.

    python docs/api_reference.py FOLDER

Sphinx has them written before it reads them (docs/conf.py), and fills in the docstrings. Nothing is
listed by hand. A package is public, and so is a module that the docstring of its package names. In
a module those names are public that `__all__` has; without one, what it defines itself and, if it
is a package, what it takes from elsewhere in autodiffx; in a counterpart of NumPy, what has NumPy's
names. What comes from outside of autodiffx is described elsewhere. Names stand under the first line
of the module that they come from.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

from docstrings import escaped

PACKAGE = "autodiffx"
ENGINE = f"{PACKAGE}._core"
PARTS = ("numpy", "scipy", "optimisers", "testing", "compat")
COUNTERPARTS = {"autodiffx.numpy": "numpy", "autodiffx.numpy.linalg": "numpy.linalg"}

OPENING = """\
API reference
=============

Every public name, with its docstring. :doc:`coverage </docs/coverage>` lists the functions of NumPy
and SciPy by whether they can be differentiated, and :doc:`operators </docs/operators>` the
operators with their partials. ``autodiffx.reference`` has the names of ``autodiffx``, in plain
Python.

.. toctree::
   :maxdepth: 1

"""


def public_modules() -> list[str]:
    """The modules that users import, each once, the package itself first."""
    found = [PACKAGE]
    for part in PARTS:
        module = import_module(f"{PACKAGE}.{part}")
        found.append(module.__name__)
        for each in walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
            above = import_module(each.name.rpartition(".")[0])
            if each.ispkg or f"``{each.name}``" in (above.__doc__ or ""):
                found.append(each.name)
    return found


def home_of(thing: Any) -> str:
    """The module that something was defined in; of an instance, that of its class."""
    if isinstance(thing, Mapping):  # the engine's table
        return ENGINE
    module = getattr(thing, "__module__", None)
    return module if isinstance(module, str) else type(thing).__module__


def public_names(module: ModuleType) -> list[str]:
    """The names that a module offers, without the modules in it."""
    name, listed = module.__name__, list(getattr(module, "__all__", ()))
    names = [each for each in listed or dir(module) if not each.startswith("_")]
    # A plain module without a list offers what it defines, and not what it uses.
    ours = f"{PACKAGE}." if listed or hasattr(module, "__path__") else f"{name}."
    if name in COUNTERPARTS:
        theirs = import_module(COUNTERPARTS[name])
        names = [each for each in dir(module) if hasattr(theirs, each) and each[0] != "_"]
    return [
        each
        for each in sorted(set(names))
        if not isinstance(getattr(module, each), ModuleType)
        and f"{home_of(getattr(module, each))}.".startswith(ours)
    ]


def heading(module: ModuleType, thing: Any) -> str:
    """What a name of a module stands under."""
    home = home_of(thing)
    if home in (PACKAGE, ENGINE):
        return "The engine" if isinstance(thing, type) else "Operators"
    if home == module.__name__:
        return "Names"
    return (import_module(home).__doc__ or home).partition("\n")[0].rstrip(".")


def sections(module: ModuleType) -> dict[str, list[str]]:
    """The public names of a module by heading; the operators, which are many, come last."""
    found: dict[str, list[str]] = {}
    for name in public_names(module):
        found.setdefault(heading(module, getattr(module, name)), []).append(name)
    return dict(sorted(found.items(), key=lambda pair: pair[0] == "Operators"))


def entry(name: str, thing: Any) -> Iterator[str]:
    """The directive that documents one name, given in full."""
    if isinstance(thing, Mapping):
        kind = type(next(iter(thing.values()))).__name__
        module, _, short = name.rpartition(".")
        yield f".. py:data:: {short}\n   :module: {module}\n"
        yield f"   From names to :class:`{kind}`: {len(thing)} of them.\n"
    elif isinstance(getattr(thing, "__name__", None), str) and not isinstance(thing, type):
        yield f".. autofunction:: {name}\n"
    elif not isinstance(thing, type):
        yield f".. autodata:: {name}\n   :no-value:\n"
        for words in ("parameters", "methods"):  # of distributions
            if hasattr(thing, words):
                listed = " ".join(f"``{each}``" for each in getattr(thing, words))
                yield f"   {words.capitalize()}: {listed}.\n"
    elif issubclass(thing, BaseException):
        yield f".. autoexception:: {name}\n"
    else:
        # Operators are documented once, as functions, and not again as methods.
        methods = [each for each in import_module(PACKAGE).OPS if hasattr(thing, each)]
        left_out = f"   :exclude-members: {', '.join(methods)}\n" if len(methods) > 9 else ""
        yield f".. autoclass:: {name}\n   :members:\n{left_out}"


def page(name: str) -> str:
    """The page of one module."""
    module = import_module(name)
    lines = [name, "=" * len(name), "", f".. automodule:: {name}\n   :no-members:\n"]
    for title, names in sections(module).items():
        text = escaped(title)
        lines += [text, "-" * len(text), ""]
        for each in names:
            lines += entry(f"{name}.{each}", getattr(module, each))
    return "\n".join(lines)


def write(folder: Path) -> None:
    """Write all pages into a folder; what is there as it should be is left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name: page(name) for name in public_modules()}
    texts["index"] = OPENING + "".join(f"   {name}\n" for name in texts)
    for file in set(folder.glob("*.rst")) - {folder / f"{name}.rst" for name in texts}:
        file.unlink()
    for name, text in texts.items():
        file = folder / f"{name}.rst"
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

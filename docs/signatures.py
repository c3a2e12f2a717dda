"""Signatures of the extension's functions and methods, which only its stub has."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import autodiffx

STUB = Path(autodiffx.__file__).with_name("_core.pyi")


@cache
def signatures() -> dict[str, str]:
    """The arguments of everything that can be called in the stub, by name."""
    found = {}
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        prefix = f"{node.name}." if isinstance(node, ast.ClassDef) else ""
        for each in inside:
            if isinstance(each, ast.FunctionDef):
                found[prefix + each.name] = arguments(each.args)
    return found


def arguments(given: ast.arguments) -> str:
    """The arguments without their types, as in a call."""
    for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs):
        argument.annotation = None
    for rest in (given.vararg, given.kwarg):
        if rest is not None:
            rest.annotation = None
    for names in (given.posonlyargs, given.args):
        names[:] = [each for each in names if each.arg != "self"]
    return f"({ast.unparse(given)})"


def of_stub(
    _app: Any, what: str, name: str, thing: Any, _options: Any, signature: str | None, _result: Any
) -> tuple[str, None] | None:
    """What stands behind a name of the engine, or None for what Python knows itself."""
    if what not in ("class", "exception", "function", "method"):
        return None
    home = getattr(thing, "__module__", None) or getattr(
        getattr(thing, "__objclass__", None), "__module__", ""
    )
    if home not in ("autodiffx", "autodiffx._core"):
        return None
    inside = ".".join(name.split(".")[1:])
    key = f"{inside}.__init__" if what in ("class", "exception") else inside
    found = signatures().get(key)
    return None if found is None else (found, None)

"""Everything public is in the API reference, with a docstring that says what it has to say."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import autodiffx as adx

ROOT = Path(__file__).resolve().parent.parent
STUB = ROOT / "python" / "autodiffx" / "_core.pyi"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

# Of a function that is NumPy's or SciPy's by name the docstring says what is ours, and whose the
# rest is: `numpy.cumsum`. What such a function does is tested for all of them alike.
THEIRS = re.compile(r"\b(numpy|scipy)\.\w")
ARGUMENTS = re.compile(r"^( *)Args:\n((?:\1    .*\n|\n(?=\1    ))+)", re.MULTILINE)


@cache
def reference() -> ModuleType:
    """The module that makes the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        return importlib.import_module("api_reference")


def public() -> Iterator[tuple[str, str, Any]]:
    """The module, name and value of everything that the reference has."""
    for name in reference().public_modules():
        module = importlib.import_module(name)
        for each in reference().public_names(module):
            yield name, each, getattr(module, each)


def described() -> set[str]:
    return {f"{module}.{name}" for module, name, _ in public()}


def docstring(thing: Any) -> str:
    """The docstring of a function or a class; of an instance that of its class."""
    return inspect.cleandoc(thing.__doc__ or "")


def test_everything_the_engine_exports_is_in_the_reference() -> None:
    names = set()
    for node in ast.parse(STUB.read_text(encoding="utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    assert {f"autodiffx.{name}" for name in names if name[0] != "_"} - described() == set()


def test_what_is_imported_later_is_in_the_reference_and_can_be_completed() -> None:
    later = set(adx._LATER)
    assert later, "nothing is imported later any more"
    assert {f"autodiffx.{name}" for name in later} - described() == set()
    assert later - set(dir(adx)) == set()


def test_what_the_pages_use_is_in_the_reference() -> None:
    # The pages call modules so.
    modules = {
        "adx": "autodiffx",
        "anp": "autodiffx.numpy",
        "adx.optimisers": "autodiffx.optimisers",
    }
    used = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, modules))})\.(\w+)")
    found = {
        (modules[short], name)
        for page in PAGES
        for short, name in used.findall(page.read_text(encoding="utf-8"))
    }
    assert len(found) > 40
    missing = {f"{module}.{name}" for module, name in found} - described()
    # Modules, and what is NumPy's own there.
    for module, name in found:
        thing = getattr(importlib.import_module(module), name, None)
        if isinstance(thing, ModuleType) or not reference().home_of(thing).startswith("autodiffx"):
            missing.discard(f"{module}.{name}")
    assert missing == set()


def test_no_name_of_the_reference_is_private_or_a_module() -> None:
    wrong = [
        f"{module}.{name}"
        for module, name, thing in public()
        if name[0] == "_" or isinstance(thing, ModuleType)
    ]
    assert wrong == []


def test_pages_of_the_reference_have_each_name_once(tmp_path: Path) -> None:
    reference().write(tmp_path)
    for name in reference().public_modules():
        text = (tmp_path / f"{name}.rst").read_text(encoding="utf-8")
        directive = rf"^\.\. (?:auto\w+|py:data):: (?:{re.escape(name)}\.)?"
        for each in reference().public_names(importlib.import_module(name)):
            found = re.findall(rf"{directive}{each}$", text, re.MULTILINE)
            assert len(found) == 1, f"{name}.{each}"


def test_every_public_name_has_a_docstring() -> None:
    assert [
        f"{module}.{name}"
        for module, name, thing in public()
        if not isinstance(thing, dict) and not docstring(thing)
    ] == []


def test_every_public_docstring_shows_an_example() -> None:
    assert [
        f"{module}.{name}"
        for module, name, thing in public()
        if not isinstance(thing, dict)
        and ">>> " not in docstring(thing)
        and not THEIRS.search(docstring(thing))
    ] == []


def arguments(text: str) -> list[str]:
    """The names in the section Args of a docstring."""
    found = ARGUMENTS.search(text + "\n")
    if found is None:
        return []
    lines = [line[len(found[1]) + 4 :] for line in found[2].splitlines()]
    heads = [line.partition(":")[0] for line in lines if line and not line.startswith(" ")]
    return [name.strip("* `") for head in heads for name in head.split(",")]


def test_arguments_that_docstrings_describe_are_those_of_the_function() -> None:
    wrong = {}
    for module, name, thing in public():
        if not callable(thing):
            continue
        text = docstring(thing)
        try:
            parameters = inspect.signature(thing).parameters
        except ValueError:  # the stub has it
            continue
        if any(each.kind is each.VAR_KEYWORD for each in parameters.values()):
            continue
        known = set(parameters)
        said = set(arguments(text))
        # What is SciPy's by name has SciPy's other arguments.
        left_out = known - said if said and "The other arguments" not in text else set()
        if said - known or (left_out and not module.startswith("autodiffx.scipy")):
            wrong[f"{module}.{name}"] = sorted(said - known | left_out)
    assert wrong == {}


def test_sections_of_arguments_are_read() -> None:
    text = (
        "One.\n\nArgs:\n    a, b: two\n        of them.\n\n    *rest: more.\n\nReturns:\n    c: no."
    )
    assert arguments(text) == ["a", "b", "rest"]
    assert arguments(docstring(adx.minimize))[:3] == ["f", "x0", "args"]
    assert arguments("No section.") == []


@pytest.mark.parametrize("name", ["minimize", "custom_vjp", "OPS", "Variable"])
def test_names_of_all_kinds_are_described(name: str) -> None:
    assert f"autodiffx.{name}" in described()

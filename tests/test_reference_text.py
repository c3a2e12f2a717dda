"""Docstrings become text without markup by mistake, and compiled functions have signatures."""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import autodiffx as adx

FOLDER = Path(__file__).resolve().parent.parent / "docs"


@cache
def beside(name: str) -> ModuleType:
    """A module of the folder of the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(FOLDER))
        return importlib.import_module(name)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x**2 + |y|", r"x\*\*2 + \|y\|"),
        ("`x**2` is ``|x|``", "`x**2` is ``|x|``"),
        ("a trailing_ underscore, not one_inside", r"a trailing\_ underscore, not one_inside"),
        ("at file:line, and so: on", r"at file\:line, and so: on"),
        ("a back\\slash", r"a back\\slash"),
    ],
)
def test_only_code_is_markup(line: str, expected: str) -> None:
    assert beside("docstrings").to_text([line]) == [expected]


def test_examples_stay_as_they_are() -> None:
    lines = [">>> 2 ** 3", "8", "", "a * b"]
    assert beside("docstrings").to_text(lines) == [*lines[:3], r"a \* b"]


def test_what_stands_below_a_colon_keeps_its_lines() -> None:
    made = beside("docstrings").to_text(["Partials:", "    a: b * c", "    b: a", "", "a * b"])
    assert made == ["Partials::", "", "    a: b * c", "    b: a", "", r"a \* b"]


def test_sections_are_no_such_lines_and_neither_are_their_items() -> None:
    made = beside("docstrings").to_text(["Raises:", "    TypeError: a * b:", "        more."])
    assert made == ["Raises:", r"    TypeError: a \* b:", "        more."]


@pytest.mark.parametrize(
    ("what", "name", "thing", "expected"),
    [
        ("class", "autodiffx.Variable", adx.Variable, "(value=None, name=None, dtype=None)"),
        ("function", "autodiffx.logaddexp", adx.logaddexp, "(a, b, /)"),
        ("method", "autodiffx.Graph.jvp", adx.Graph.jvp, "(tangents)"),
    ],
)
def test_signatures_of_the_extension_come_from_its_stub(
    what: str, name: str, thing: object, expected: str
) -> None:
    found = beside("signatures").of_stub(None, what, name, thing, None, None, None)
    assert found == (expected, None)


def test_signatures_of_python_are_left_to_python() -> None:
    given = (None, "function", "autodiffx.grad", adx.grad, None, "(f)", None)
    assert beside("signatures").of_stub(*given) is None

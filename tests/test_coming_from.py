"""Every right-hand side of the tables in docs/coming-from.md runs, and gives finite numbers."""

from __future__ import annotations

import doctest
import re
import warnings
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autodiffx as adx

PAGE = Path(__file__).resolve().parent.parent / "docs" / "coming-from.md"
LIBRARIES = ("JAX", "autograd", "PyTorch", "CasADi")
CODE = re.compile(r"`([^`]+)`")


def rows() -> Iterator[tuple[str, str, str]]:
    """The library, its own spelling and ours, of each row below the heads of the tables."""
    library = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            library = line[3:]
        elif line.startswith(("| `", "| the same")):
            theirs, ours = line.strip("| ").split(" | ")
            yield library, theirs, ours


@cache
def opening() -> str:
    """The source of the first snippet: what all right-hand sides are written with."""
    snippet = re.search(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
    assert snippet is not None
    return "".join(each.source for each in doctest.DocTestParser().get_examples(snippet[1]))


def run(code: str) -> Any:
    """What the last of some statements gives, None if that is no expression."""
    names: dict[str, Any] = {}
    exec(opening(), names)
    *before, last = re.split("; ", code)
    for statement in before:
        exec(statement, names)
    try:
        return eval(last, names)
    except SyntaxError:
        exec(last, names)
        return None


def numbers(result: Any) -> Iterator[np.ndarray[Any, Any]]:
    """The numbers in what a cell gives; functions, texts and reports of SciPy have none."""
    if isinstance(result, (tuple, list)):
        for each in result:
            yield from numbers(each)
    elif isinstance(result, (adx.Variable, adx.Dual)):
        if not (isinstance(result, adx.Variable) and result.name):  # a placeholder has no value
            yield np.asarray(result.value)
    elif isinstance(result, (int, float, np.ndarray)):
        yield np.asarray(result)


@pytest.mark.parametrize(("library", "theirs", "ours"), list(rows()))
def test_right_hand_side_runs(library: str, theirs: str, ours: str) -> None:
    cells = CODE.findall(ours)
    assert cells or ours.startswith("nothing"), "there is no code in this row"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for code in cells:
            assert all(np.isfinite(each).all() for each in numbers(run(code))), code


def test_each_library_has_a_table() -> None:
    found = [library for library, _, _ in rows()]
    assert set(found) == set(LIBRARIES)
    assert min(found.count(library) for library in LIBRARIES) >= 15


@pytest.mark.parametrize("code", ["adx.hessian(f)(x)", "adx.hvp(f, (x,), (v,))"])
def test_a_cell_gives_what_it_says(code: str) -> None:
    x, v = np.array([0.5, 1.0, 2.0]), np.array([1.0, 0.0, -1.0])
    expected = {"adx.hessian(f)(x)": np.diag(6.0 * x), "adx.hvp(f, (x,), (v,))": 6.0 * x * v}
    np.testing.assert_allclose(run(code), expected[code], rtol=1e-15)

"""Every snippet of every page runs, every docstring's example runs, made pages are current."""

from __future__ import annotations

import doctest
import importlib
import json
import pkgutil
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SNIPPET = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PACKAGES = ("autodiffx", "bench")


def run(text: str, name: str, names: dict[str, Any], line: int = 0) -> doctest.TestResults:
    """Run one text's examples in the given namespace, and return how many there were and failed."""
    test = doctest.DocTestParser().get_doctest(text, names, name, name, line)
    runner = doctest.DocTestRunner(verbose=False)
    result = runner.run(test, clear_globs=False)
    names.update(test.globs)
    return result


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_snippets_of_a_page_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    names: dict[str, Any] = {"__name__": "page"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failed = sum(
            run(match[1], page.name, names, text.count("\n", 0, match.start())).failed
            for match in SNIPPET.finditer(text)
        )
    assert failed == 0


@pytest.mark.parametrize("name", ["README.md", "docs/quickstart.md", "docs/how-it-works.md"])
def test_pages_have_snippets(name: str) -> None:
    examples = [
        example
        for match in SNIPPET.finditer((ROOT / name).read_text(encoding="utf-8"))
        for example in doctest.DocTestParser().get_examples(match[1])
    ]
    assert len(examples) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    links = LINK.findall(CODE.sub("", page.read_text(encoding="utf-8")))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_index_leads_to_every_page() -> None:
    folder = ROOT / "docs"
    links = LINK.findall((folder / "index.md").read_text(encoding="utf-8"))
    assert len(links) == len(set(links))
    reached = {(folder / link).resolve() for link in links}
    assert {*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "cpp" / "README.md"} - reached == {
        folder / "index.md"
    }


def modules() -> Iterator[str]:
    """All modules of the package and of the measurements, without those that run on import."""
    for package in PACKAGES:
        yield package
        imported = importlib.import_module(package)
        for found in pkgutil.walk_packages(imported.__path__, f"{package}."):
            if not found.name.endswith(".__main__"):
                yield found.name


def docstrings(module: ModuleType) -> Iterator[tuple[str, str]]:
    """Names and docstrings of a module, its classes, functions and methods, compiled ones too."""
    yield module.__name__, module.__doc__ or ""
    for name, thing in vars(module).items():
        if getattr(thing, "__module__", None) != module.__name__:
            continue
        yield f"{module.__name__}.{name}", getattr(thing, "__doc__", None) or ""
        if isinstance(thing, type):
            for part, member in vars(thing).items():
                text = getattr(member, "__doc__", None)
                if isinstance(text, str):
                    yield f"{module.__name__}.{name}.{part}", text


@pytest.mark.parametrize("name", list(modules()))
def test_examples_in_docstrings_run(name: str) -> None:
    module = importlib.import_module(name)
    # An example may use every public name, and `adx`, wherever the docstring stands.
    package = "autodiffx.reference" if name.startswith("autodiffx.reference") else "autodiffx"
    adx = importlib.import_module(package)
    names = {**vars(adx), **vars(module), "adx": adx}
    failed = [
        title
        for title, text in docstrings(module)
        if ">>>" in text and run(text, title, dict(names)).failed
    ]
    assert failed == []


def test_page_of_operators_is_current(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    page = importlib.import_module("operators_page")
    measured = json.loads(page.DIGITS.read_text(encoding="utf-8"))
    operators = importlib.import_module("autodiffx").OPS
    assert page.PAGE.read_text(encoding="utf-8") == page.page(operators, measured), (
        "docs/operators.md is not what the table says: run `python docs/operators_page.py`"
    )


def test_every_public_operator_has_measured_digits() -> None:
    operators = importlib.import_module("autodiffx").OPS
    measured = json.loads((ROOT / "docs" / "digits.json").read_text(encoding="utf-8"))["ulps"]
    expected = {
        name
        for name, operator in operators.items()
        if operator.public and operator.smoothness != "passive"
    }
    assert measured.keys() == expected, (
        "docs/digits.json is not about this table: run `python docs/operators_page.py --measure`"
    )
    assert {name: errors for name, errors in measured.items() if max(errors) > 4.0} == {}


def test_readme_names_the_two_commands_and_no_other_installation() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\npip install . && python -m autodiffx demo\n" in text
    assert "\npip install '.[test]' && python -m pytest\n" in text
    assert "pip install autodiffx" not in text

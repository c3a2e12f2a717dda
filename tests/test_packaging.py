"""What is installed is what the project says it is."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import autodiffx

ROOT = Path(__file__).parents[1]
INSTALLED = Path(autodiffx.__file__).parent


def pyproject() -> str:
    """The text of pyproject.toml; Python 3.10 has no parser for it."""
    return (ROOT / "pyproject.toml").read_text()


def test_version_stands_in_one_place() -> None:
    stated = re.search(r'^version = "(.+)"$', pyproject(), re.MULTILINE)
    assert stated is not None
    assert autodiffx.__version__ == stated[1]
    assert importlib.metadata.version("autodiffx") == stated[1]
    number = re.compile(rf"version\W{{1,5}}{re.escape(stated[1])}", re.IGNORECASE)
    assert number.search(pyproject())
    code = [*(ROOT / "python").rglob("*.py"), *(ROOT / "cpp").rglob("*pp"), ROOT / "CMakeLists.txt"]
    assert not [str(path) for path in code if number.search(path.read_text())]


def test_changelog_knows_this_version() -> None:
    assert f"## {autodiffx.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_data_and_types_are_installed() -> None:
    for name in ("py.typed", "_core.pyi", "data/iris.csv"):
        assert (INSTALLED / name).is_file(), name


def test_dependencies_are_numpy_optree_and_scipy() -> None:
    required = importlib.metadata.requires("autodiffx") or []
    names = {re.split(r"[^\w-]", line)[0] for line in required if "extra ==" not in line}
    assert names == {"numpy", "optree", "scipy"}


def test_python_has_no_upper_bound() -> None:
    assert importlib.metadata.metadata("autodiffx")["Requires-Python"] == ">=3.10"


def test_licence_travels_along() -> None:
    data = importlib.metadata.metadata("autodiffx")
    assert data["License-Expression"] == "BSD-3-Clause"
    files = importlib.metadata.files("autodiffx") or []
    assert any(file.name == "LICENSE" for file in files)


def test_release_flags_keep_the_arithmetic() -> None:
    flags = re.sub(r"#.*", "", (ROOT / "CMakeLists.txt").read_text())
    assert "-ffp-contract=off" in flags
    for breaks_it in ("-ffast-math", "-Ofast", "-march=native", "-funsafe-math-optimizations"):
        assert breaks_it not in flags, breaks_it


def test_readme_never_installs_the_other_autodiffx() -> None:
    # The name on the package index belongs to another project.
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        assert not re.search(r"pip3? install [^\n&|]*\bautodiffx\b", page.read_text()), page.name

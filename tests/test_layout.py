"""What may depend on what: arena → tape → record → sweep → program → bindings → python."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CPP = ROOT / "cpp"
PYTHON = ROOT / "python" / "autodiffx"

# From the bottom up. A header includes what stands in its own line or above it, and a source what
# its header may. The operator table stands beside the arena: neither knows of the other.
LAYERS = (
    ("error.hpp", "inline.hpp", "formulas.hpp", "special.hpp", "twofold.hpp", "bernoulli.hpp"),
    ("ops.def", "op.hpp", "dual.hpp", "fused.hpp"),
    ("arena.hpp", "buffer.hpp", "zeroed.hpp", "view.hpp"),
    (
        "loops.hpp",
        "matrix.hpp",
        "normal_loops.hpp",
        "partial_loops.hpp",
        "statement.hpp",
        "extent.hpp",
    ),
    ("leaf.hpp",),
    ("handle.hpp", "adjoints.hpp"),
    ("tape.hpp", "block.hpp"),
    ("partials.hpp",),
    ("array.hpp", "draft.hpp", "reduction.hpp", "unpacked.hpp"),
    ("field.hpp", "runs.hpp", "singles.hpp"),
    ("lanes.hpp",),
    ("external.hpp", "join.hpp"),
    ("record.hpp",),
    ("flat.hpp", "reach.hpp", "rows.hpp", "sources.hpp", "sweep.hpp"),
)
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}

SOURCE_SUFFIXES = {".hpp", ".cpp", ".def", ".inc", ".h"}
TEXT_SUFFIXES = SOURCE_SUFFIXES | {".py", ".pyi", ".md", ".toml", ".json", ".txt", ".supp", ".csv"}
NOT_OURS = {"build", "dist", "coverage"}


def sources(*folders: Path) -> list[Path]:
    """Every C++ file below the folders."""
    return [p for f in folders for p in sorted(f.rglob("*")) if p.suffix in SOURCE_SUFFIXES]


def includes(path: Path) -> list[str]:
    """What the file includes, as written, without quotes or brackets."""
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text(), re.MULTILINE)


def modules(folder: Path) -> list[Path]:
    """Every Python file below the folder."""
    return sorted(folder.rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Absolute names of the modules that the file imports, with their lines."""
    here = path.relative_to(PYTHON.parent).with_suffix("").parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: -node.level], *(node.module or "").split(".")] if node.level else []
            module = ".".join(filter(None, base)) if node.level else (node.module or "")
            yield module, node.lineno
            for alias in node.names:
                yield f"{module}.{alias.name}", node.lineno


def tracked_texts() -> Iterator[Path]:
    """Every text file of the project, as far as it is not built."""
    for top in sorted(ROOT.iterdir()):
        if top.name in NOT_OURS or (top.name.startswith(".") and top.name != ".ci"):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and (path.suffix in TEXT_SUFFIXES or not path.suffix):
                yield path


ENGINE = sources(CPP / "include", CPP / "src")


def test_the_engine_is_found() -> None:
    assert {"arena.hpp", "tape.hpp", "sweep.hpp", "reverse.cpp"} <= {path.name for path in ENGINE}


def test_every_header_has_a_layer() -> None:
    assert {path.name for path in (CPP / "include/autodiffx").iterdir()} == set(LAYER), (
        "say in LAYERS where it stands"
    )


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_includes_point_down(path: Path) -> None:
    # A source without a header of its name serves the highest one that it includes.
    own = LAYER.get(path.name, LAYER.get(f"{path.stem}.hpp", len(LAYERS)))
    up = [name for name in includes(path) if LAYER.get(Path(name).name, -1) > own]
    assert not up, f"{path.name} includes {up}, which stand above it"


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_the_engine_includes_nothing_but_itself(path: Path) -> None:
    standard = re.compile(r"^[a-z_]+$")
    own = ("dispatch.inc", "sys/mman.h")  # the latter for memory on large pages
    strange = [
        name
        for name in includes(path)
        if not standard.match(name) and not name.startswith("autodiffx/") and name not in own
    ]
    assert not strange


def test_arenas_know_no_differentiation() -> None:
    own = [name for name in includes(CPP / "include/autodiffx/arena.hpp") if "autodiffx" in name]
    assert own in ([], ["autodiffx/error.hpp"])


def test_only_bindings_know_python() -> None:
    outside = [p for p in sources(CPP) if (CPP / "bindings") not in p.parents]
    forbidden = re.compile(r"^(Python\.h|pybind11/|numpy/|structmember\.h)")
    found = {
        str(path.relative_to(ROOT)): name
        for path in outside
        for name in includes(path)
        if forbidden.match(name)
    }
    assert not found


@pytest.mark.parametrize("path", modules(PYTHON / "reference"), ids=lambda path: path.name)
def test_reference_imports_the_standard_library_and_numpy_only(path: Path) -> None:
    allowed = {*sys.stdlib_module_names, "numpy"}
    if (PYTHON / "reference" / "scipy") in path.parents:
        allowed.add("scipy")  # which is imported with what stands for its functions
    if path.name == "containers.py":
        allowed.add("optree")  # which says how users' classes are taken apart
    strange = [
        f"{name} (line {line})"
        for name, line in imports(path)
        if name.split(".")[0] not in allowed
        # Its own modules, and the exception classes, which are one set for both.
        and not re.match(r"autodiffx\.(reference|errors)(\.|$)", name)
    ]
    assert not strange


@pytest.mark.parametrize("path", modules(PYTHON), ids=lambda path: str(path.relative_to(PYTHON)))
def test_only_the_command_line_and_the_checks_reach_for_the_reference(path: Path) -> None:
    part = path.relative_to(PYTHON).parts[0]
    if part in ("reference", "demo", "testing", "__main__.py"):
        return
    found = [line for name, line in imports(path) if name.startswith("autodiffx.reference")]
    assert not found, f"the core's own modules do without the reference: lines {found}"


def test_no_path_of_somebodys_machine() -> None:
    machine = re.compile(r"(?<![\w.])/(root|home|work|Users)/\w")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked_texts()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1)
        if machine.search(line)
    ]
    assert not found


def test_files_are_short_and_lines_fit() -> None:
    code = [*sources(CPP), *modules(ROOT / "python"), *modules(ROOT / "tests")]
    long_files = []
    long_lines = []
    for path in code:
        lines = path.read_text().splitlines()
        name = str(path.relative_to(ROOT))
        if len(lines) > 400:
            long_files.append(f"{name}: {len(lines)} lines")
        if path.name == "ops.def":  # a row is a line, however long
            continue
        long_lines += [f"{name}:{n}" for n, line in enumerate(lines, 1) if len(line) > 100]
    assert not long_files, "split by concept"
    assert not long_lines

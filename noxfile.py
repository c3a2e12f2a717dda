"""The longer runs, each one command: nox -s NAME. CONTRIBUTING.md says when."""

from __future__ import annotations

import os
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PYTHONS = ["3.10", "3.11", "3.12", "3.13"]
SANITIZED = "address,undefined,float-cast-overflow"

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["lint", "tests", "cpp"]


def find_pyenv_interpreters() -> None:
    """Puts every Python that pyenv has installed on PATH; its shims find the chosen one only."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = [str(folder) for folder in sorted(root.glob("versions/3.*/bin"))]
    os.environ["PATH"] = os.pathsep.join([*found, os.environ["PATH"]])


def group(name: str) -> tuple[str, ...]:
    """The tools that pyproject.toml names for a kind of work."""
    return nox.project.dependency_groups(nox.project.load_toml("pyproject.toml"), name)


find_pyenv_interpreters()


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """The Python suite on every installed CPython; the others are skipped."""
    session.install(".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, types and the stub of the extension."""
    session.install(".[test]", *group("dev"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    allowed = ("--ignore-disjoint-bases", "--allowlist", "tests/stub_allowlist.txt")
    session.run("python", "-m", "mypy.stubtest", "autodiffx._core", *allowed)


@nox.session
@nox.parametrize("preset", ["release", "dev", "asan", "ubsan", "tsan"])
def cpp(session: nox.Session, preset: str) -> None:
    """The C++ tests, plain and under each sanitizer, with nothing suppressed."""
    session.install(*group("dev"))
    session.run("cmake", "--preset", preset)
    session.run("cmake", "--build", "--preset", preset, "-j2")
    session.run("ctest", "--preset", preset)


@nox.session
def tidy(session: nox.Session) -> None:
    """clang-tidy over every C++ file. Needs clang++ and clang-tidy on PATH."""
    session.install(*group("dev"))
    session.run("cmake", "--preset", "tidy")
    session.run("cmake", "--build", "--preset", "tidy", "-j2", "--clean-first")


@nox.session
def sanitize(session: nox.Session) -> None:
    """The Python suite under the address, leak and undefined-behaviour sanitizers. Needs GCC.

    The reference's half is left out, which has no C++; so is mypy, which the stub's test runs,
    what limits the address space, of which the address sanitizer alone needs more,
    what measures resident memory, of which it keeps what was freed,
    what imports SciPy's optimisers or SciPy in a process of its own, which leave memory behind,
    and what imports NumPy alone: nothing of ours runs there, and CPython leaves floats behind.
    """
    session.install(
        ".[test]",
        "-Ccmake.build-type=Debug",
        "-Cinstall.strip=false",
        f"-Ccmake.define.AUTODIFFX_SANITIZE={SANITIZED}",
    )
    limits = "memory_that_cannot_be_had or little_address_space or test_growth or test_import_"
    limits += " or test_scipy_is_imported"
    chosen = session.posargs or ["-k", f"not (reference or {limits})"]
    session.run(
        *("cpp/tests/sanitized", "python", "-m", "pytest", "-n0", "--capture=sys"),
        *("--ignore=tests/test_stub.py", "--ignore=tests/test_array_examples.py", *chosen),
        env={"AUTODIFFX_DIGITS": "1"},  # what the digits show needs no sanitizer
        external=True,
    )


@nox.session
def fuzz(session: nox.Session) -> None:
    """20,000 random programs: engine and reference agree in every derivative."""
    session.install(".[test]")
    arguments = session.posargs or ["--programs", "20000"]
    session.run("python", "-m", "pytest", "tests/test_random_programs.py", *arguments)


@nox.session
def digits(session: nox.Session) -> None:
    """2,000 random points for each operator, in every mode and order, against 50 digits."""
    session.install(".[test]")
    points = {"AUTODIFFX_DIGITS": "2000"}
    session.run("python", "-m", "pytest", "tests/test_digits.py", *session.posargs, env=points)


@nox.session
def coverage(session: nox.Session) -> None:
    """Lines run by both suites, C++ and Python: totals on the terminal, pages in coverage/."""
    build = ROOT / "build" / "coverage-python"
    session.install(
        ".[test]",
        *group("dev"),
        "-Ccmake.build-type=Debug",
        "-Ccmake.define.AUTODIFFX_COVERAGE=ON",
        f"-Cbuild-dir={build}",
    )
    session.run("cmake", "--preset", "coverage")
    session.run("cmake", "--build", "--preset", "coverage", "-j2")
    session.run("ctest", "--preset", "coverage")
    pages = ROOT / "coverage"
    (pages / "cpp").mkdir(parents=True, exist_ok=True)
    report = [
        "-n0",
        "--cov=autodiffx",
        "--cov-report=term",
        f"--cov-report=html:{pages / 'python'}",
    ]
    session.run("python", "-m", "pytest", *report, *session.posargs)
    folders = [str(build), str(ROOT / "build" / "coverage")]
    session.run(
        "gcovr",
        "--filter=cpp/(include|src|bindings)/",
        "--txt",
        f"--html-details={pages}/cpp/",
        *folders,
    )


@nox.session
def docs(session: nox.Session) -> None:
    """The site of README.md, docs/ and the docstrings, in build/site; warnings are errors."""
    # Docstrings are the same without optimisation, which is most of what compiling takes.
    plain = ("-Ccmake.build-type=Debug", "-Ccmake.define.CMAKE_CXX_FLAGS_DEBUG=-O0")
    session.install(".", *plain, *group("docs"))
    # Everything anew: what has not changed is not looked at otherwise, and warns no more.
    session.run("sphinx-build", "-EW", "--keep-going", "-q", "-c", "docs", ".", "build/site")
    session.log("the site begins at build/site/index.html")


@nox.session
def bench(session: nox.Session) -> None:
    """Every benchmark, against whichever peers can be imported."""
    session.install(".")
    session.run("python", "-m", "bench", *session.posargs)

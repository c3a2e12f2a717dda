"""What `import autodiffx` brings into the process."""

from __future__ import annotations

import json
import subprocess
import sys

import autodiffx

PROBE = """
import json, sys
before = set(sys.modules)
{code}
print(json.dumps(sorted({{name.split(".")[0] for name in set(sys.modules) - before}})))
"""


def imported_by(code: str) -> set[str]:
    """Names of the packages that a fresh interpreter has imported after the code."""
    probe = PROBE.format(code=code)
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def third_party(names: set[str]) -> set[str]:
    """Those that are neither Python's own nor autodiffx."""
    return names - set(sys.stdlib_module_names) - {"autodiffx"}


def test_import_brings_numpy_and_nothing_else() -> None:
    assert third_party(imported_by("import autodiffx")) - third_party(
        imported_by("import numpy")
    ) <= {"numpy"}


def test_probe_sees_what_is_imported() -> None:
    assert "mpmath" in third_party(imported_by("import mpmath"))


def test_reference_brings_numpy_and_nothing_else() -> None:
    code = "import autodiffx.reference, autodiffx.reference.scipy.linalg"
    assert third_party(imported_by(code)) <= {"autodiffx", "numpy"}


def test_scipys_modules_wait_for_a_call() -> None:
    code = "import autodiffx.scipy.linalg as la; la.expm, la.solve_triangular"
    assert third_party(imported_by(code)) <= {"autodiffx", "numpy"}
    one = "autodiffx.Variable([[1.0]])"
    # What is made of NumPy's own needs no SciPy at all.
    code = f"import autodiffx; la = autodiffx.scipy.linalg; la.cho_factor({one}); la.inv({one})"
    assert third_party(imported_by(code)) <= {"autodiffx", "numpy"}


def test_solvers_wait_for_a_call() -> None:
    solvers = "a.minimize, a.root, a.least_squares, a.solve_ivp, a.objective, a.optimisers"
    found = third_party(imported_by(f"import autodiffx as a; {solvers}"))
    assert found <= {"autodiffx", "numpy"}
    assert "scipy" in third_party(imported_by("import autodiffx as a; a.minimize(abs, 1.0)"))


def test_compat_brings_numpy_and_nothing_else() -> None:
    code = "import autodiffx.compat.notebook, autodiffx.compat.dual, autodiffx.compat.micrograd"
    assert third_party(imported_by(code)) <= {"autodiffx", "numpy"}


def test_import_leaves_the_slow_standard_modules_alone() -> None:
    # Each of these costs a good part of what importing autodiffx itself may cost.
    slow = {"asyncio", "importlib.metadata", "multiprocessing", "unittest", "xml"}
    with_numpy = imported_by("import numpy")
    assert not (imported_by("import autodiffx") - with_numpy) & slow


def test_version_is_a_release() -> None:
    assert [part.isdigit() for part in autodiffx.__version__.split(".")] == [True, True, True]

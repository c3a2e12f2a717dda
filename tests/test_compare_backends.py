"""`compare_backends`, and the checks as fixtures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import autodiffx
from autodiffx.testing import compare_backends

V = np.array([0.3, -0.7, 1.9])


def is_core(adx: ModuleType) -> bool:
    return adx is autodiffx


def test_agreement() -> None:
    compare_backends(lambda p, x: np.exp(-p["v"] @ p["v"]) * x, ({"v": V}, 2.0))
    compare_backends(lambda v: (v * v, v.sum()), (V.astype(np.float32),))
    compare_backends(lambda x, *, adx: adx.relu(x) + abs(x), (0.0,))  # the same conventions
    compare_backends(np.log, (-1.0,))  # nan in both


def spoiled(what: str) -> Any:
    """A function that is x * x, but in the core another one, in the value or a derivative."""

    def f(v: Any, x: Any, *, adx: ModuleType) -> Any:
        result = v * v * x
        if not is_core(adx) or isinstance(v, np.ndarray):
            return result
        if what == "value":
            return result + np.array([0.0, 1e-6, 0.0])
        if what == "tangent" and isinstance(v, adx.Dual):
            return result + (v - v.value)
        if what == "gradient" and type(v) is adx.Variable:
            return result + (v - v.value)
        return result

    return f


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("value", "the value of the result, element [1] differs"),
        ("tangent", "the tangent of the result, element [0] differs"),
        ("gradient", "the gradient by argument 0, element [0] differs"),
    ],
)
def test_what_differs_is_named(what: str, words: str) -> None:
    with pytest.raises(AssertionError) as caught:
        compare_backends(spoiled(what), (V, 2.0))
    assert words in str(caught.value)
    assert "autodiffx.reference  " in str(caught.value)
    compare_backends(spoiled(what), (V, 2.0), atol=10.0)


def test_an_error_of_one_alone() -> None:
    def f(x: Any, *, adx: ModuleType) -> Any:
        if is_core(adx):
            raise ArithmeticError("never")
        return x

    with pytest.raises(AssertionError, match="only autodiffx raises ArithmeticError: never"):
        compare_backends(f, (1.0,))
    with pytest.raises(AssertionError, match="keyword-only parameter adx"):
        compare_backends(lambda x: autodiffx.relu(x), (1.0,))


def test_an_error_of_both() -> None:
    def f(x: Any) -> Any:
        raise ArithmeticError("always")

    with pytest.raises(ArithmeticError, match="always"):
        compare_backends(f, (1.0,))


USE = """
import numpy as np

def test_right(check_grads, check_jvp, check_vjp, compare_backends):
    check_grads(np.sin, (0.5,))
    check_jvp(np.sin, (0.5,))
    check_vjp(np.sin, (0.5,))
    compare_backends(np.sin, (0.5,))

def test_wrong(check_grads):
    check_grads(abs, (0.0,))  # the line that is shown
"""


def test_fixtures(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["autodiffx.testing.pytest_plugin"]\n')
    (tmp_path / "test_use.py").write_text(USE)
    options = ["-p", "no:cacheprovider", "-W", "error"]
    command = [sys.executable, "-m", "pytest", *options, "test_use.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "test_wrong" in done.stdout
    assert "has a kink at the point" in done.stdout
    assert "checks.py" not in done.stdout  # the caller's line, not ours


def test_pytest_loads_nothing_unasked() -> None:
    code = (
        "import sys, pytest; pytest.main(['--version', '-p', 'no:cacheprovider']); "
        "assert 'autodiffx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    probe = "import sys, autodiffx; assert 'autodiffx.testing' not in sys.modules"
    subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True)

"""The examples do what they say; the measured functions are the functions they claim to be."""

from __future__ import annotations

import functools
import json
import math
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy.optimize import rosen_der

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.demo.descent import difference_gradient, reverse_gradient
from bench import arrays, child, clock, command, functions, rows, transforms
from bench.array_functions import ARRAY_PROGRAMS
from bench.rows import Row
from bench.transform_functions import SCALAR_PROGRAMS, VECTOR_PROGRAMS

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def example(name: str) -> dict[str, Any]:
    """The names that an example defines."""
    return runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name=name)


# ---- examples ----------------------------------------------------------------------------------


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_example_runs_as_a_script(file: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", str(file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout != ""


def test_linear_regression_finds_the_line() -> None:
    script = example("linear_regression")
    assert script["train"](script["make_points"]()) == pytest.approx((3.0, -2.0), abs=0.01)


def test_logistic_regression_is_no_worse_than_the_truth(core: ModuleType) -> None:
    script = example("logistic_regression")
    labels = script["make_labels"]()
    truth = script["log_loss"](core.Dual(3.0), core.Dual(-2.0), labels).value
    slope, intercept, loss = script["train"](labels)
    assert loss <= truth
    assert slope > 0.0 > intercept


def test_seven_parameters_learn_the_band() -> None:
    script = example("seven_parameters")
    losses = script["train"](script["make_labels"]())
    assert len(losses) == 101
    assert losses[-1] < losses[0] / 10.0


def test_iris_is_told_apart() -> None:
    assert example("iris")["main"]() >= 0.93


def test_newton_reaches_the_bottom_of_the_valley_and_the_guard_speaks() -> None:
    script = example("replay")
    values = script["newton"]()
    assert values[0] == pytest.approx(24.2)
    assert values[-1] < 1e-25
    assert "was True when recorded at" in script["guarded"]()


# ---- the measured functions --------------------------------------------------------------------


@pytest.mark.parametrize("program", functions.PROGRAMS, ids=lambda program: program.name)
def test_measured_function_takes_the_operations_it_says(
    backend: ModuleType, program: functions.Program
) -> None:
    variables = [backend.Variable(number) for number in program.at]
    with backend.Graph() as graph:
        program.function(backend, variables)
    assert len(graph) == program.operations


@pytest.mark.parametrize("program", functions.PROGRAMS, ids=lambda program: program.name)
def test_measured_function_has_the_value_and_gradient_of_the_float_code(
    backend: ModuleType, program: functions.Program
) -> None:
    def function(numbers: Any) -> Any:
        return program.function(backend, numbers)

    value, gradient = reverse_gradient(backend, function, program.at)
    assert value == program.function(math, list(program.at))
    some = range(0, len(program.at), max(1, len(program.at) // 5))

    def restricted(numbers: Any) -> Any:
        everything = list(program.at)
        for index, number in zip(some, numbers, strict=True):
            everything[index] = number
        return program.function(math, everything)

    _, differences = difference_gradient(restricted, [program.at[index] for index in some])
    assert [gradient[index] for index in some] == pytest.approx(differences, rel=1e-7, abs=1e-7)


# ---- measuring ---------------------------------------------------------------------------------


def test_cases_are_measured_in_turns() -> None:
    calls: list[str] = []
    found = clock.interleaved(
        {name: lambda name=name: calls.append(name) for name in "ab"},  # type: ignore[misc]
        seconds=0.02,
    )
    assert found.keys() == {"a", "b"}
    assert min(found.values()) > 0.0
    changes = sum(first != second for first, second in pairwise(calls))
    assert changes >= 2 * clock.FEWEST_SAMPLES


@pytest.mark.parametrize("word", [word for word in ARRAY_PROGRAMS if word not in arrays.LARGE])
def test_derivatives_written_by_hand_are_those_of_autodiffx(word: str) -> None:
    program = ARRAY_PROGRAMS[word]()
    cases = arrays.cases_of(program)
    (value, gradient), (by_hand, written) = cases["core"](), cases["by hand"]()
    tolerance = 1e-4 if program.at[0].dtype == np.float32 else 1e-11
    assert value == pytest.approx(by_hand, rel=tolerance)
    assert len(written) in (0, len(gradient))  # some are compared with the value alone
    for each, other in zip(gradient, written, strict=False):
        assert each.dtype == other.dtype
        assert np.allclose(each, other, rtol=0.0, atol=tolerance * np.abs(other).max())


def test_arrays_are_measured_in_one_thread() -> None:
    found = child.ask("bench.arrays", "products", "0.01", environment=child.ONE_THREAD)
    assert set(found) == set(arrays.WHO)
    assert min(found.values()) > 0.0


def by_differences(function: Callable[[Any], Any], x: Any) -> Any:
    """The derivative of each result by each element, by central differences."""
    steps = 1e-6 * np.eye(x.size)
    return np.stack([(function(x + h) - function(x - h)) / 2e-6 for h in steps], axis=-1)


@pytest.mark.parametrize("word", SCALAR_PROGRAMS)
def test_second_derivatives_that_are_measured(word: str) -> None:
    program, cases = SCALAR_PROGRAMS[word](), transforms.cases_of(word)
    gradient = cases["gradient"]()
    hessian = cases["hessian"]()
    slopes = by_differences(functools.partial(program.function, np), program.at)
    curvatures = by_differences(adx.grad(functools.partial(program.function, anp)), program.at)
    assert np.allclose(gradient, slopes, rtol=1e-6, atol=1e-6 * np.abs(slopes).max())
    assert np.allclose(hessian, curvatures, rtol=1e-6, atol=1e-6 * np.abs(curvatures).max())
    direction = np.cos(np.arange(program.at.size))
    assert np.allclose(cases["hvp"](), hessian @ direction, rtol=1e-12)
    if "jax hessian" in cases:
        assert np.allclose(cases["jax gradient"](), gradient, rtol=1e-10)
        assert np.allclose(cases["jax hessian"](), hessian, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("word", VECTOR_PROGRAMS)
def test_jacobians_that_are_measured(word: str) -> None:
    program, cases = VECTOR_PROGRAMS[word](), transforms.cases_of(word)
    jacobian = cases["jacobian"]()
    expected = by_differences(functools.partial(program.function, np), program.at)
    assert np.allclose(jacobian, expected, rtol=1e-6, atol=1e-6)
    if "jax jacobian" in cases:
        assert np.allclose(cases["jax jacobian"](), jacobian, rtol=1e-12, atol=1e-14)


def test_loops_of_transforms_that_are_measured() -> None:
    one, loop = transforms.cases_of("grad"), transforms.cases_of("loop")
    assert one["grad"]() == one["by hand"]() == one["grad, in a dict"]()["x"]
    value, _ = loop["float"]()
    for who in ("core, a list", "core, an array"):
        found, gradient = loop[who]()
        assert found == pytest.approx(value, rel=1e-14)
        assert gradient == pytest.approx(rosen_der(np.array(functions.ROSENBROCK.at)), rel=1e-11)


def test_transforms_are_measured_in_one_thread() -> None:
    found = transforms.timed("grad", 0.01)
    assert set(found) == {"by hand", "grad", "grad, in a dict"}
    assert min(found.values()) > 0.0


def test_best_median_ignores_a_busy_moment() -> None:
    quiet, busy = [1.0, 1.1, 1.2], [9.0, 9.0, 9.0]
    assert clock.best_median(busy + quiet + busy + busy + busy) == 1.1


def test_requirements_are_judged() -> None:
    assert Row("work", "core", 2.0, "MB", at_most=2.0).met is True
    assert Row("work", "core", 2.1, "MB", at_most=2.0).met is False
    assert Row("work", "core", 9.0, "times", at_least=10.0).met is False
    assert Row("work", "core", 9.0, "us").met is None
    assert rows.line(Row("work", "core", 9.0, "times", at_least=10.0)).endswith("at least 10  NO")


def test_results_are_written_as_json(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    rows.write_json([Row("work", "core", 2.0, "MB", at_most=3.0)], file)
    found = json.loads(file.read_text())
    assert found["rows"][0] == {
        "work": "work",
        "who": "core",
        "value": 2.0,
        "unit": "MB",
        "at_most": 3.0,
        "at_least": None,
        "met": True,
    }
    assert found["machine"]["cores"] == os.cpu_count()


def test_results_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "results.png"
    rows.draw([Row("work", who, len(who), "us") for who in ("core", "float", "another")], file)
    assert file.read_bytes().startswith(b"\x89PNG")


def test_child_processes_answer_and_fail_aloud() -> None:
    found = child.ask("bench.training", "2000")
    assert found["slope"] > 0.0
    with pytest.raises(RuntimeError, match=r"bench\.memory Graph none failed"):
        child.ask("bench.memory", "Graph", "none")


def test_measurements_run_from_the_command_line(tmp_path: Path) -> None:
    file = tmp_path / "load.json"
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", "--seconds", "0.01", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr  # 1: a requirement was missed on a busy machine
    units = [row["unit"] for row in json.loads(file.read_text())["rows"]]
    assert units == ["us", "us", "times", "times"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hesian"], "no part 'hesian': take one of half, whole"),
        (["--seconds", "-1"], "takes a positive number of seconds, got '-1'"),
        (["--seconds", "soon"], "takes a positive number of seconds, got 'soon'"),
    ],
)
def test_a_wrong_word_for_a_measurement_is_named(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = dict.fromkeys(("half", "whole"), lambda seconds: iter(()))
    with pytest.raises(SystemExit):
        command.run([], words, parts)
    assert message in capsys.readouterr().err


def test_a_part_is_measured_alone(capsys: pytest.CaptureFixture[str]) -> None:
    parts = {"half": lambda seconds: iter([Row("work", "core", seconds, "s")])}
    assert command.run([], ["half", "--seconds", "0.5"], parts) == 0
    assert "work" in capsys.readouterr().out

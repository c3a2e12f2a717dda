"""Random array programs: each implementation agrees with differences, and both with each other.

`--programs 20000` compares that many; the count stands at the end of the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings

from array_programs import NAMES, Plain, Program, programs
from array_shapes import Array, assert_same_bits
from programs import unused_allowed

# What an error of NOISE in every step may change: programs that it changes more say nothing.
NOISE = 1e-10
LARGEST_EFFECT = 1e-6
SMALLEST_MARGIN = 1e-6
AGREEMENT = 1e-9


@dataclass
class Derivatives:
    """What one implementation makes of a program."""

    value: float
    gradient: list[Array]
    tangents: list[float]  # along two directions
    products: list[list[Array]]  # of Hessian and either direction


def derivatives(adx: Any, program: Program) -> Derivatives:
    inputs = [adx.Variable(array) for array in program.inputs()]
    with adx.Graph() as graph:
        result = program.run(adx, inputs)
    result.backward()
    gradient = [np.zeros(x.shape) if x.grad is None else np.asarray(x.grad) for x in inputs]
    used = [x.grad is not None for x in inputs]
    tangents, products = [], []
    for which in (0, 1):
        directions = program.directions(which)
        along = {x: d for x, d, u in zip(inputs, directions, used, strict=True) if u}
        tangents.append(float(graph.jvp(along)))
        found = graph.hvp(along)
        products.append([np.asarray(found.get(x, np.zeros(x.shape))) for x in inputs])
    return Derivatives(result.value, gradient, tangents, products)


def is_telling(program: Program) -> bool:
    """False for what depends on nothing, comes near a jump, or is decided by rounding."""
    plain = Plain()
    result = program.run(plain, program.inputs())
    if plain.margin < SMALLEST_MARGIN or not math.isfinite(result):
        return False
    exact = program.derivative(program.directions(0))
    noisy = program.derivative(program.directions(0), NOISE)
    scale = max(1.0, *map(abs, exact))
    effect = max(abs(a - b) for a, b in zip(exact, noisy, strict=True))
    return scale < 1e6 and effect < LARGEST_EFFECT * scale


def dot(a: list[Array], b: list[Array]) -> float:
    return float(sum(np.vdot(x, y) for x, y in zip(a, b, strict=True)))


def agree(a: Any, b: Any, scale: float) -> bool:
    return bool(np.all(np.abs(np.asarray(a) - np.asarray(b)) <= AGREEMENT * scale))


def scale_of(found: Derivatives) -> float:
    """The largest entry of anything computed."""
    numbers = [found.value, *found.tangents, 1.0]
    arrays = [*found.gradient, *(p for product in found.products for p in product)]
    return float(max(*map(abs, numbers), *(np.max(np.abs(a), initial=0.0) for a in arrays)))


def examples(count: int) -> settings:
    return settings(max_examples=count, derandomize=count <= 200)


def test_derivatives_are_differences(array_backend: Any, pytestconfig: pytest.Config) -> None:
    used: set[str] = set()
    count, enough = 0, pytestconfig.getoption("--programs") // 3

    @examples(enough)
    @given(programs())
    def compare(program: Program) -> None:
        nonlocal count
        assume(is_telling(program))
        found = derivatives(array_backend, program)
        scale = scale_of(found)
        for which in (0, 1):
            directions = program.directions(which)
            value, tangent = program.derivative(directions)
            assert agree(found.value, value, scale), program
            assert agree(found.tangents[which], tangent, scale), program
            assert agree(dot(found.gradient, directions), tangent, scale), program
        crossed = [dot(found.products[i], program.directions(1 - i)) for i in (0, 1)]
        assert agree(crossed[0], crossed[1], scale), program
        used.update(step.name for step in program.steps)
        count += 1

    compare()
    assert count >= enough
    assert len(set(NAMES) - used) <= unused_allowed(count, NAMES)


def test_core_and_reference_agree(
    core: ModuleType,
    reference: ModuleType,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    used: set[str] = set()
    largest = [0, 0]

    @examples(pytestconfig.getoption("--programs"))
    @given(programs())
    def compare(program: Program) -> None:
        assume(is_telling(program))
        expected, found = derivatives(reference, program), derivatives(core, program)
        scale = scale_of(expected)
        assert agree(found.value, expected.value, scale), program
        for a, b in zip(found.gradient, expected.gradient, strict=True):
            assert agree(a, b, scale), program
        for which in (0, 1):
            assert agree(found.tangents[which], expected.tangents[which], scale), program
            for a, b in zip(found.products[which], expected.products[which], strict=True):
                assert agree(a, b, scale), program
        used.update(step.name for step in program.steps)
        largest[0] += 1
        largest[1] = max(largest[1], len(program.steps))

    compare()
    record_property(
        "says",
        f"{largest[0]} random array programs of up to {largest[1]} steps: core and reference "
        "agree in value, gradient, tangent and Hessian-vector product",
    )
    assert largest[0] >= pytestconfig.getoption("--programs")
    assert len(set(NAMES) - used) <= unused_allowed(largest[0], NAMES)


def test_a_replay_is_a_new_recording(array_backend: Any) -> None:
    """The same bits, and the same gradients, at the first inputs and at others."""

    @settings(max_examples=20)
    @given(programs())
    def compare(program: Program) -> None:
        assume(is_telling(program))
        inputs = [array_backend.Variable(array) for array in program.inputs()]
        with array_backend.Graph() as graph:
            result = program.run(array_backend, inputs)
        first = result.value
        for arrays in (program.directions(3), program.inputs()):
            for x, array in zip(inputs, arrays, strict=True):
                x.value = array
            fresh = [array_backend.Variable(array) for array in arrays]
            eager = program.run(array_backend, fresh)
            assert_same_bits(graph.forward(), eager.value)
            graph.backward()
            eager.backward()
            for x, y in zip(inputs, fresh, strict=True):
                assert (x.grad is None) is (y.grad is None)
                if y.grad is not None:
                    assert_same_bits(x.grad, y.grad)
        assert_same_bits(result.value, first)

    compare()


def test_a_gradient_is_the_transforms(array_backend: Any) -> None:
    @settings(max_examples=20)
    @given(programs(longest=15))
    def compare(program: Program) -> None:
        assume(is_telling(program))
        found = derivatives(array_backend, program)
        scale, inputs = scale_of(found), program.inputs()

        def f(*arrays: Any) -> Any:
            return program.run(array_backend, list(arrays))

        gradient = array_backend.grad(f, tuple(range(len(inputs))))
        for a, b in zip(gradient(*inputs), found.gradient, strict=True):
            assert agree(a, b, scale), program
        value, tangent = array_backend.jvp(f, tuple(inputs), tuple(program.directions(0)))
        assert agree(value, found.value, scale), program
        assert agree(tangent, found.tangents[0], scale), program

    compare()

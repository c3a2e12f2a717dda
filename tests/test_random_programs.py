"""Random programs: the core agrees with the reference, and each with itself.

`--programs 20000` compares that many; the count stands at the end of the report.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from hypothesis import assume, given, settings

from programs import MOST_OPERATIONS, OPERATORS, Program, Witness, programs, unused_allowed

# Two correct implementations differ by a few ulps per operation, and a difference grows by the
# condition of what follows. Programs of a larger condition say nothing about correctness.
LARGEST_CONDITION = 1e4
SMALLEST_MARGIN = 1e-6
AGREEMENT = 1e-9


@dataclass
class Derivatives:
    """What one implementation makes of a program."""

    value: float
    gradient: list[float]
    tangent: float
    product: list[float]  # of Hessian and direction
    condition: float


def derivatives(adx: Any, program: Program) -> Derivatives:
    inputs = [adx.Variable(number) for number in program.inputs]
    with adx.Graph() as graph:
        result = program.run(adx, inputs)
    assert len(graph) <= MOST_OPERATIONS
    value = result.value
    result.backward()
    condition = sum(abs(v.grad * v.value) for v in graph.values if v.grad is not None)
    gradient = [0.0 if x.grad is None else x.grad for x in inputs]
    direction = {x: d for x, d in zip(inputs, program.direction, strict=True) if x.grad is not None}
    product = graph.hvp(direction)
    return Derivatives(
        value=value,
        gradient=gradient,
        tangent=graph.jvp(direction),
        product=[product.get(x, 0.0) for x in inputs],
        condition=condition,
    )


def is_telling(reference: Any, program: Program) -> bool:
    """False for programs near a jump, or so ill-conditioned that rounding decides the result."""
    witness = Witness()
    value = program.run(reference, list(program.inputs), witness)
    return witness.margin > SMALLEST_MARGIN and math.isfinite(value)


def agree(a: float, b: float, scale: float) -> bool:
    return abs(a - b) <= AGREEMENT * max(1.0, abs(a), abs(b), scale)


def all_agree(a: list[float], b: list[float], scale: float) -> bool:
    return all(agree(x, y, scale) for x, y in zip(a, b, strict=True))


def examples(config: pytest.Config) -> settings:
    count = config.getoption("--programs")
    return settings(max_examples=count, derandomize=count <= 200)


def test_core_and_reference_agree(
    core: ModuleType,
    reference: ModuleType,
    pytestconfig: pytest.Config,
    record_property: Callable[[str, object], None],
) -> None:
    used: set[str] = set()
    largest = [0, 0]

    @examples(pytestconfig)
    @given(programs())
    def compare(program: Program) -> None:
        assume(is_telling(reference, program))
        expected = derivatives(reference, program)
        scale = max(1.0, *map(abs, expected.gradient), *map(abs, expected.product))
        assume(expected.condition < LARGEST_CONDITION and scale < LARGEST_CONDITION**2)
        found = derivatives(core, program)
        assert agree(found.value, expected.value, 1.0), program
        assert all_agree(found.gradient, expected.gradient, scale), program
        assert agree(found.tangent, expected.tangent, scale), program
        assert all_agree(found.product, expected.product, scale), program
        used.update(step.name for step in program.steps)
        largest[0] += 1
        largest[1] = max(largest[1], len(program.steps))

    compare()
    record_property(
        "says",
        f"{largest[0]} random programs of up to {largest[1]} steps: core and reference agree in "
        "value, gradient, tangent and Hessian-vector product",
    )
    assert largest[0] >= pytestconfig.getoption("--programs")
    unused = set(OPERATORS) - used
    assert len(unused) <= unused_allowed(largest[0], OPERATORS), unused


@pytest.mark.parametrize("ambient", [True, False], ids=["ambient", "graph"])
def test_forward_and_reverse_agree(backend: Any, reference: ModuleType, ambient: bool) -> None:
    """<Jv, u> = <v, J'u>, by duals, tangent sweeps and nested transforms."""

    @settings(max_examples=40)
    @given(programs())
    def compare(program: Program) -> None:
        assume(is_telling(reference, program))
        found = derivatives(backend, program)
        scale = max(1.0, found.condition, *map(abs, found.gradient), *map(abs, found.product))
        assume(scale < LARGEST_CONDITION)
        along = sum(g * d for g, d in zip(found.gradient, program.direction, strict=True))
        assert agree(found.tangent, along, scale), program
        value, tangent = backend.jvp(
            lambda *xs: program.run(backend, list(xs)), program.inputs, program.direction
        )
        assert value == found.value
        assert agree(tangent, along, scale), program
        gradient = backend.grad(
            lambda *xs: program.run(backend, list(xs)), tuple(range(len(program.inputs)))
        )
        assert all_agree(list(gradient(*program.inputs)), found.gradient, scale), program
        if ambient:
            return
        _, product = backend.jvp(gradient, program.inputs, program.direction)
        assert all_agree(list(product), found.product, scale), program

    compare()


def test_a_sweep_twice_is_the_same(backend: Any, reference: ModuleType) -> None:
    @settings(max_examples=40)
    @given(programs())
    def compare(program: Program) -> None:
        inputs = [backend.Variable(number) for number in program.inputs]
        result = program.run(backend, inputs)
        assume(math.isfinite(result.value))
        result.backward()
        first = [x.grad for x in inputs]
        result.backward()
        assert [repr(x.grad) for x in inputs] == list(map(repr, first))
        result.backward(accumulate=True)
        twice = [None if g is None else g + g for g in first]
        assert [repr(x.grad) for x in inputs] == list(map(repr, twice))

    compare()


def test_a_replay_gives_the_same_bits(backend: Any) -> None:
    @settings(max_examples=40)
    @given(programs())
    def compare(program: Program) -> None:
        inputs = [backend.Variable(number) for number in program.inputs]
        eager = program.run(backend, inputs)
        with backend.Graph() as graph:
            result = program.run(backend, inputs)
        recorded = [repr(value.value) for value in graph.values]
        assert repr(result.value) == repr(eager.value)
        for x, number in zip(inputs, program.inputs, strict=True):
            x.value = number
        assert repr(graph.forward()) == repr(eager.value)
        assert [repr(value.value) for value in graph.values] == recorded

    compare()


def test_rewinding_is_never_having_recorded(backend: Any, reference: ModuleType) -> None:
    """A gradient of plain numbers inside a Graph changes nothing of what stands beside it."""

    @settings(max_examples=40)
    @given(programs(), programs())
    def compare(kept: Program, rewound: Program) -> None:
        alone = derivatives(backend, kept)
        inputs = [backend.Variable(number) for number in kept.inputs]
        with backend.Graph() as graph:
            slope = backend.grad(lambda x: rewound.run(backend, [x]))(rewound.inputs[0])
            result = kept.run(backend, inputs)
            assert type(slope) is float
        assert repr(result.value) == repr(alone.value)
        result.backward()
        gradient = [0.0 if x.grad is None else x.grad for x in inputs]
        assert list(map(repr, gradient)) == list(map(repr, alone.gradient))
        assert repr(graph.forward()) == repr(alone.value)

    compare()

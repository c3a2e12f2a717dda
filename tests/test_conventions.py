"""Derivatives at kinks, poles and infinities, in reverse, forward and second order alike."""

import itertools
import math
from types import ModuleType
from typing import Any

import pytest

from autodiffx.reference.rules import RULES
from conventions import CONVENTIONS, INF, NAN, SECOND, SPECIAL, assert_same

each_convention = pytest.mark.parametrize(
    ("name", "operands", "partials"), CONVENTIONS, ids=[f"{n}{x}" for n, x, _ in CONVENTIONS]
)


def unit(length: int, place: int) -> list[float]:
    return [float(i == place) for i in range(length)]


@each_convention
def test_convention_in_reverse(
    backend: ModuleType, name: str, operands: tuple[float, ...], partials: tuple[float, ...]
) -> None:
    leaves = [backend.Variable(x) for x in operands]
    getattr(backend, name)(*leaves).backward()
    for i, (leaf, partial) in enumerate(zip(leaves, partials, strict=True)):
        if name == "where" and i == 0:
            continue  # the condition is passive
        assert_same(leaf.grad, partial, f"{name}{operands} by operand {i}")


@each_convention
def test_convention_in_forward(
    backend: ModuleType, name: str, operands: tuple[float, ...], partials: tuple[float, ...]
) -> None:
    for i, partial in enumerate(partials):
        directions = unit(len(operands), i)
        tangent = backend.jvp(getattr(backend, name), operands, directions)[1]
        assert_same(float(tangent), partial, f"{name}{operands} by operand {i}")


@each_convention
def test_convention_by_a_constant_operand(
    backend: ModuleType, name: str, operands: tuple[float, ...], partials: tuple[float, ...]
) -> None:
    """One operand active at a time: the others' partials, however infinite, do not come in."""
    for i, partial in enumerate(partials):
        if name == "where" and i == 0:
            continue
        mixed: list[Any] = list(operands)
        mixed[i] = backend.Variable(operands[i])
        getattr(backend, name)(*mixed).backward()
        assert_same(mixed[i].grad, partial, f"{name}{operands} by operand {i} alone")


@pytest.mark.parametrize(("name", "x", "expected"), SECOND)
def test_second_derivative(backend: ModuleType, name: str, x: float, expected: float) -> None:
    function = getattr(backend, name)
    leaf = backend.Variable(x)
    with backend.Graph() as graph:
        function(leaf)
    assert_same(graph.hvp({leaf: 1.0})[leaf], expected, f"{name}''({x}) by hvp")
    nested = backend.jvp(backend.grad(function), (x,), (1.0,))[1]
    assert_same(float(nested), expected, f"{name}''({x}) by jvp of grad")
    twice = backend.grad(backend.grad(function))(x)
    assert_same(float(twice), expected, f"{name}''({x}) by grad of grad")


PUBLIC = [rule for rule in RULES.values() if rule.public and rule.kind != "passive"]


@pytest.mark.parametrize("rule", PUBLIC, ids=[rule.name for rule in PUBLIC])
def test_no_exception_and_no_warning_anywhere(backend: ModuleType, rule: Any) -> None:
    """Any operands, any mode: the answer is a float (warnings are errors in this suite)."""
    function = getattr(backend, rule.name)
    few = (0.0, -0.0, INF, -INF, NAN, 1.0, -1.0, 5e-324, -2.5, 1e300)
    operands = SPECIAL if rule.arity == 1 else few if rule.arity == 2 else few[:7]
    if rule.name == "polygamma":
        function, arity = (lambda x: backend.polygamma(1, x)), 1
    else:
        arity = rule.arity
    leaves = [backend.Variable(1.0) for _ in range(arity)]
    with backend.Graph() as graph:
        function(*leaves)
    for point in itertools.product(operands, repeat=arity):
        assert type(function(*point)) is float
        for leaf, x in zip(leaves, point, strict=True):
            leaf.value = x
        graph.backward()
        products = graph.hvp({leaves[-1]: 1.0})
        assert all(type(leaf.grad) in (float, type(None)) for leaf in leaves)
        assert all(type(product) is float for product in products.values())


def test_zero_adjoint_against_an_infinite_partial(backend: ModuleType) -> None:
    """where(x > 0, sqrt(x), 0) has the derivative 0 at 0, in every mode and order."""

    def guarded(x: Any) -> Any:
        return backend.where(backend.greater(x, 0.0), backend.sqrt(x), 0.0)

    leaf = backend.Variable(0.0)
    guarded(leaf).backward()
    assert leaf.grad == 0.0
    assert backend.jvp(guarded, (0.0,), (1.0,)) == (0.0, 0.0)
    assert backend.grad(guarded)(0.0) == 0.0
    assert backend.grad(backend.grad(guarded))(0.0) == 0.0
    with backend.Graph() as graph:
        guarded(leaf)
    assert graph.hvp({leaf: 1.0}) == {leaf: 0.0}


def test_zero_tangent_against_an_infinite_partial(backend: ModuleType) -> None:
    value, tangent = backend.jvp(lambda x, y: backend.sqrt(x) + y, (0.0, 1.0), (0.0, 1.0))
    assert (value, tangent) == (1.0, 1.0)
    assert math.isnan(backend.jvp(backend.sqrt, (-1.0,), (1.0,))[1])
    assert backend.jvp(backend.sqrt, (-1.0,), (0.0,))[1] == 0.0


def test_a_zero_value_of_a_dual_adjoint_still_carries_its_tangent(backend: ModuleType) -> None:
    """d/dy of the gradient of x y at y = 0: the adjoint of x is (0, 1)."""
    x, y = backend.Variable(3.0), backend.Variable(0.0)
    with backend.Graph() as graph:
        backend.sqrt(x) * y
    products = graph.hvp({y: 1.0})
    assert products[x] == pytest.approx(0.5 / math.sqrt(3.0), rel=1e-15)
    assert products[y] == 0.0

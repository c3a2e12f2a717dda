"""Functions of arrays: values, derivatives of every order and in both directions, replay.

Everything that NumPy and SciPy's linear algebra have, at random shapes, dtypes and layouts; the
conventions and errors of each kind of function stand in files of their own.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import array_joining
import array_linear_algebra
import array_products
import array_reductions
import array_scipy_linalg
from array_checks import (
    check_agreement,
    check_gradient,
    check_graph,
    check_last,
    check_nesting,
    check_value,
    namespaces,
)
from array_functions import Sampler
from array_shapes import seeds
from array_slopes import SLOPES


class Function(NamedTuple):
    """A function, how it can be reached, and how many calls of it are drawn."""

    sampler: Sampler
    name: str
    methods: tuple[str, ...] = ()  # names of those that arrays have as methods
    gradients: int = 12
    graphs: int = 5
    nestings: int = 3
    agreements: int = 5
    has_last: bool = True  # the result is the last that is recorded
    is_everywhere: bool = True  # reached through numpy and the package's own namespace alike

    def ways(self, adx: ModuleType, call: Any) -> list[Any]:
        return namespaces(adx, self.name, self.methods) if self.is_everywhere else [call.home(adx)]


# Calls that use one of several results, which need not be the last.
ONE_OF_SEVERAL = {"lstsq", "lstsq-wide", "lstsq-residuals", "slogdet"}


def of_numpy(samplers: dict[str, Sampler], methods: tuple[str, ...] = ()) -> dict[str, Function]:
    return {name: Function(sampler, name, methods) for name, sampler in samplers.items()}


def of_matrices(samplers: dict[str, Sampler]) -> dict[str, Function]:
    return {
        name: Function(
            sampler,
            name,
            gradients=6,
            graphs=3,
            nestings=2,
            agreements=6,
            has_last=name not in ONE_OF_SEVERAL,
            is_everywhere=False,
        )
        for name, sampler in samplers.items()
    }


PRODUCTS = of_numpy(array_products.PRODUCTS, array_products.METHODS)
PRODUCTS["einsum"] = PRODUCTS["einsum"]._replace(gradients=40, graphs=15, agreements=15)

FUNCTIONS: dict[str, Function] = {
    f"{kind}-{name}": function
    for kind, functions in (
        ("reduction", of_numpy(array_reductions.REDUCTIONS, array_reductions.METHODS)),
        ("joining", of_numpy(array_joining.JOINING, array_joining.METHODS)),
        ("slope", of_numpy(SLOPES)),
        ("product", PRODUCTS),
        ("linalg", of_matrices(array_linear_algebra.FUNCTIONS)),
        ("scipy", of_matrices(array_scipy_linalg.FUNCTIONS)),
    )
    for name, function in functions.items()
}
each = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))


@each
def test_values_and_gradients(array_backend: Any, function: Function) -> None:
    @settings(max_examples=function.gradients)
    @given(function.sampler, st.data(), seeds)
    def compare(call: Any, data: Any, seed: int) -> None:
        namespace = data.draw(st.sampled_from(function.ways(array_backend, call)))
        check_value(array_backend, call, namespace)
        check_gradient(array_backend, call, namespace, seed)

    compare()


@each
def test_graphs(array_backend: Any, function: Function) -> None:
    @settings(max_examples=function.graphs)
    @given(function.sampler, seeds)
    def compare(call: Any, seed: int) -> None:
        check_graph(array_backend, call, call.home(array_backend), seed)
        if function.has_last:
            check_last(array_backend, call)

    compare()


@each
def test_nesting(array_backend: Any, function: Function) -> None:
    @settings(max_examples=function.nestings)
    @given(function.sampler, seeds)
    def compare(call: Any, seed: int) -> None:
        check_nesting(array_backend, call, call.home(array_backend), seed)

    compare()


@each
def test_core_and_reference_agree(
    core: ModuleType, reference: ModuleType, function: Function
) -> None:
    @settings(max_examples=function.agreements)
    @given(function.sampler, seeds)
    def compare(call: Any, seed: int) -> None:
        check_agreement(core, reference, call, seed)

    compare()


@pytest.mark.parametrize("name", array_scipy_linalg.OF_NUMPY)
def test_what_scipy_has_as_numpy(core: ModuleType, name: str) -> None:
    @settings(max_examples=4)
    @given(array_scipy_linalg.OF_NUMPY[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_value(core, call, call.home(core))
        check_gradient(core, call, call.home(core), seed)

    compare()

"""SciPy's linear algebra on arrays: values, derivatives of every order, conventions, errors."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings

import autodiffx as adx
from array_checks import (
    check_agreement,
    check_gradient,
    check_graph,
    check_last,
    check_nesting,
    check_value,
)
from array_scipy_linalg import FUNCTIONS, OF_NUMPY
from array_shapes import seeds

each = pytest.mark.parametrize("name", FUNCTIONS)


@each
def test_values_and_gradients(array_backend: Any, name: str) -> None:
    @settings(max_examples=6)
    @given(FUNCTIONS[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_value(array_backend, call, call.home(array_backend))
        check_gradient(array_backend, call, call.home(array_backend), seed)

    compare()


@each
def test_graphs(array_backend: Any, name: str) -> None:
    @settings(max_examples=3)
    @given(FUNCTIONS[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_last(array_backend, call)
        check_graph(array_backend, call, call.home(array_backend), seed)

    compare()


@each
def test_nesting(array_backend: Any, name: str) -> None:
    @settings(max_examples=2)
    @given(FUNCTIONS[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_nesting(array_backend, call, call.home(array_backend), seed)

    compare()


@each
def test_core_and_reference_agree(core: ModuleType, reference: ModuleType, name: str) -> None:
    @settings(max_examples=6)
    @given(FUNCTIONS[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_agreement(core, reference, call, seed)

    compare()


@pytest.mark.parametrize("name", OF_NUMPY)
def test_what_numpy_has_too(name: str) -> None:
    @settings(max_examples=4)
    @given(OF_NUMPY[name], seeds)
    def compare(call: Any, seed: int) -> None:
        check_value(adx, call, call.home(adx))
        check_gradient(adx, call, call.home(adx), seed)

    compare()

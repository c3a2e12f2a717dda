"""Distributions of scipy.stats: SciPy's values, and derivatives of every order."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_checks import (
    check_agreement,
    check_gradient,
    check_graph,
    check_nesting,
    check_value,
)
from array_distributions import CASES, Case
from array_shapes import seeds

each = pytest.mark.parametrize("case", CASES, ids=repr)


@each
@settings(max_examples=6)
@given(data=st.data(), seed=seeds)
def test_values_and_gradients(array_backend: Any, case: Case, data: Any, seed: int) -> None:
    call = data.draw(case.sampler)
    check_value(array_backend, call, np)
    check_gradient(array_backend, call, np, seed % 1000)


@each
@settings(max_examples=3)
@given(data=st.data(), seed=seeds)
def test_graphs(array_backend: Any, case: Case, data: Any, seed: int) -> None:
    check_graph(array_backend, data.draw(case.sampler), np, seed % 1000)


@each
@settings(max_examples=2)
@given(data=st.data(), seed=seeds)
def test_nesting(array_backend: Any, case: Case, data: Any, seed: int) -> None:
    check_nesting(array_backend, data.draw(case.sampler), np, seed % 1000)


@each
@settings(max_examples=5)
@given(data=st.data(), seed=seeds)
def test_core_and_reference_agree(
    core: ModuleType, reference: ModuleType, case: Case, data: Any, seed: int
) -> None:
    check_agreement(core, reference, data.draw(case.sampler), seed % 1000)

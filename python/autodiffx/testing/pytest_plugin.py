"""The checks as pytest's fixtures.

They are there once a conftest.py says ``pytest_plugins = ["autodiffx.testing.pytest_plugin"]``;
where nobody says so, nothing of autodiffx is loaded, and pytest starts as it did.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autodiffx import testing

__all__ = ["check_grads", "check_jvp", "check_vjp", "compare_backends"]


@pytest.fixture(scope="session")
def check_grads() -> Callable[..., None]:
    """`autodiffx.testing.check_grads`: ``check_grads(f, args, order=2)`` in a test."""
    return testing.check_grads


@pytest.fixture(scope="session")
def check_jvp() -> Callable[..., None]:
    """`autodiffx.testing.check_jvp`."""
    return testing.check_jvp


@pytest.fixture(scope="session")
def check_vjp() -> Callable[..., None]:
    """`autodiffx.testing.check_vjp`."""
    return testing.check_vjp


@pytest.fixture(scope="session")
def compare_backends() -> Callable[..., None]:
    """`autodiffx.testing.compare_backends`."""
    return testing.compare_backends

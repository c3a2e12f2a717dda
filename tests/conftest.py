"""The two implementations that every test of behaviour runs on, and options of the suite."""

from __future__ import annotations

import importlib
import os
from types import ModuleType
from typing import Any

# The suite runs a process for each processor: threads of BLAS beside them would only wait for each
# other. Read when NumPy is imported, and inherited by the scripts that tests run.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings

from array_backends import ARRAY_BACKENDS

settings.register_profile(
    "suite",
    deadline=None,  # two cores shared with other work say nothing about an example
    derandomize=True,  # the same programs in every run; --programs asks for others
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

BACKENDS = {"core": "autodiffx", "reference": "autodiffx.reference"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--programs",
        type=int,
        default=150,
        metavar="N",
        help="how many random programs the core and the reference are compared on",
    )
    parser.addoption(
        "--apart",
        type=int,
        default=64,
        metavar="N",
        help="from how many slots on arrays of the core lie outside of the slots",
    )


def pytest_configure(config: pytest.Config) -> None:
    from autodiffx import _core

    _core._lay_apart_from(config.getoption("--apart"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=operator_examined)


def operator_examined(item: pytest.Item) -> str:
    """What the order of tests goes by: those that ask for the same exact values run in a row,
    in one process, and find them computed. All others come first, in their own order."""
    callspec = getattr(item, "callspec", None)
    oracle = callspec.params.get("oracle") if callspec else None
    return oracle.name if oracle else ""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The lines that tests have recorded as "says", from whatever process they ran in."""
    for report in terminalreporter.getreports("passed"):
        for name, line in report.user_properties:
            if name == "says":
                terminalreporter.write_line(line)


@pytest.fixture(scope="session", params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> ModuleType:
    """`autodiffx`, then `autodiffx.reference`: the same names, made independently."""
    return importlib.import_module(BACKENDS[request.param])


@pytest.fixture(scope="session", params=list(ARRAY_BACKENDS))
def array_backend(request: pytest.FixtureRequest) -> ModuleType:
    """As `backend`, of those that have arrays."""
    return importlib.import_module(ARRAY_BACKENDS[request.param])


@pytest.fixture(scope="session")
def core() -> ModuleType:
    return importlib.import_module(BACKENDS["core"])


@pytest.fixture(scope="session")
def reference() -> ModuleType:
    return importlib.import_module(BACKENDS["reference"])

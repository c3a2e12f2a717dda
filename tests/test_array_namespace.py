"""Every function of NumPy that can be given a Variable works, or raises and names itself."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy
from numpy.testing.overrides import (
    get_overridable_numpy_array_functions,
    get_overridable_numpy_ufuncs,
)

import autodiffx as adx
import autodiffx.numpy as anp

DOCS = Path(__file__).parents[1] / "docs"
POINT = np.array([[2.5, 0.5, -1.0], [0.75, 3.0, 1.0], [0.25, -0.5, 1.5]])

Call = Callable[[Any], Any]


def arguments(function: Callable[..., Any]) -> dict[str, Call]:
    """How a function is called that takes more than one array, by its name."""
    f: Any = function
    mask = POINT > 0.6
    return {
        "append": lambda x: f(x, x),
        "apply_along_axis": lambda x: f(lambda line: line * 2.0, 0, x),
        "apply_over_axes": lambda x: f(np.sum, x, [0]),
        "argpartition": lambda x: f(x, 1),
        "array_split": lambda x: f(x, 2),
        "astype": lambda x: f(x, np.float32),
        "bincount": lambda x: f([0, 1, 1], x[0]),
        "broadcast_to": lambda x: f(x, (2, 3, 3)),
        "choose": lambda x: f([0, 1, 0], [x[0], x[1]]),
        "column_stack": lambda x: f([x, x]),
        "compress": lambda x: f([True, False, True], x),
        "concatenate": lambda x: f([x, x]),
        "convolve": lambda x: f(x[0], x[1]),
        "copyto": lambda x: f(x.copy(), x),
        "correlate": lambda x: f(x[0], x[1]),
        "cross": lambda x: f(x, x[::-1]),
        "cumulative_prod": lambda x: f(x, axis=0),
        "cumulative_sum": lambda x: f(x, axis=1),
        "delete": lambda x: f(x, 1, 0),
        "digitize": lambda x: f(x, [0.0, 1.0]),
        "dsplit": lambda x: f(x.reshape(3, 1, 3), 3),
        "einsum": lambda x: f("ij->j", x),
        "einsum_path": lambda x: f("ij,jk->ik", x, x),
        "expand_dims": lambda x: f(x, 0),
        "extract": lambda x: f(mask, x),
        "fill_diagonal": lambda x: f(x.copy(), 1.0),
        "full_like": lambda x: f(x, 2.0),
        "geomspace": lambda x: f(x[1] + 4.0, 9.0, 4),
        "insert": lambda x: f(x, 1, 5.0, 0),
        "interp": lambda x: f(x, [0.0, 1.0], [1.0, 2.0]),
        "linspace": lambda x: f(x[0], 9.0, 4),
        "logspace": lambda x: f(x[0], 2.0, 4),
        "lstsq": lambda x: f(x, x[0]),
        "matrix_power": lambda x: f(x, 2),
        "moveaxis": lambda x: f(x, 0, 1),
        "multi_dot": lambda x: f([x, x, x]),
        "pad": lambda x: f(x, 1),
        "partition": lambda x: f(x, 1),
        "percentile": lambda x: f(x, 30.0),
        "piecewise": lambda x: f(x, [x > 0.0], [1.0, 2.0]),
        "place": lambda x: f(x.copy(), mask, [1.0]),
        "polyfit": lambda x: f(x[0], x[1], 1),
        "polyval": lambda x: f(x[0], x),
        "put": lambda x: f(x.copy(), [1], 2.0),
        "put_along_axis": lambda x: f(x.copy(), np.array([[0, 1, 2]]), 1.0, 0),
        "putmask": lambda x: f(x.copy(), mask, 1.0),
        "quantile": lambda x: f(x, 0.3),
        "nanquantile": lambda x: f(x, 0.3),
        "nanpercentile": lambda x: f(x, 30.0),
        "repeat": lambda x: f(x, 2),
        "reshape": lambda x: f(x, (9,)),
        "resize": lambda x: f(x, (4, 4)),
        "roll": lambda x: f(x, 1),
        "rollaxis": lambda x: f(x, 1),
        "searchsorted": lambda x: f([0.0, 1.0], x),
        "select": lambda x: f([x > 0.0], [x], 0.0),
        "solve": lambda x: f(x, x),
        "split": lambda x: f(x, 3),
        "hsplit": lambda x: f(x, 3),
        "vsplit": lambda x: f(x, 3),
        "sliding_window_view": lambda x: f(x, (2, 2)),
        "swapaxes": lambda x: f(x, 0, 1),
        "take": lambda x: f(x, [0, 2]),
        "take_along_axis": lambda x: f(x, np.array([[0, 1, 2]]), 0),
        "tensordot": lambda x: f(x, x),
        "tensorinv": lambda x: f(x.reshape(3, 3), 1),
        "tensorsolve": lambda x: f(x, x[0]),
        "tile": lambda x: f(x, 2),
        "trim_zeros": lambda x: f(x[0]),
        "unwrap": lambda x: f(x),
        "vander": lambda x: f(x[0]),
        "cholesky": lambda x: f(x @ x.T),
        "linalg.outer": lambda x: f(x[0], x[1]),
        "linalg.cross": lambda x: f(x, x[::-1]),
        "block": lambda x: f([[x, x]]),
        "polydiv": lambda x: f(x[0], x[1, 1:]),
        "eig": lambda x: f(x + x.T),
        "eigvals": lambda x: f(x + x.T),
        # These can be given a Variable by like= alone.
        "fromfile": lambda x: f("no file", like=x),
        "genfromtxt": lambda x: f([], like=x),
        "loadtxt": lambda x: f([], like=x),
        "tri": lambda x: f(3, like=x),
        "where": lambda x: f(x > 0.0, x, 0.0),
        "lexsort": lambda x: f([x[0], x[1]]),
        "broadcast_arrays": lambda x: f(x, x[0]),
        "meshgrid": lambda x: f(x[0], x[1]),
        "poly": lambda x: f(x[0]),
    }


ONE_LINE = {"polyadd", "polyder", "polyint", "polymul", "polysub"}
PLAIN_RESULTS = (int, bool, str, tuple, type, np.dtype, type(None))
NOT_CALLED = "recfunctions"  # of structured arrays, which no Variable is


def call_of(function: Callable[..., Any]) -> Call:
    """A call of the function with a Variable."""
    name = function.__name__
    known = arguments(function)
    for key in (full_name(function).removeprefix("numpy."), name):
        if key in known:
            return known[key]
    nin = function.nin if isinstance(function, np.ufunc) else None
    lined = name in ONE_LINE

    def call(x: Any) -> Any:
        x = x[0] if lined else x
        if nin is not None:
            return function(*(x,) * nin)
        try:
            return function(x)
        except TypeError as error:
            if "missing" not in str(error) or "argument" not in str(error):
                raise
            return function(x, x)

    return call


def overridable() -> list[Callable[..., Any]]:
    """All of NumPy's functions that Variables can take over."""
    functions: list[Any] = [
        *get_overridable_numpy_array_functions(),
        *get_overridable_numpy_ufuncs(),
    ]
    return sorted((each for each in functions if NOT_CALLED not in full_name(each)), key=full_name)


def full_name(function: Callable[..., Any]) -> str:
    """Where NumPy has a function."""
    return f"{getattr(function, '__module__', 'numpy')}.{function.__name__}"


def flattened(result: Any) -> list[Any]:
    """What a result consists of."""
    if isinstance(result, (tuple, list)):
        return [each for part in result for each in flattened(part)]
    return [result]


@pytest.mark.parametrize("function", overridable(), ids=full_name)
def test_it_works_or_names_itself(function: Callable[..., Any]) -> None:
    y = adx.Variable(POINT) * 1.0
    refused = None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            result = call_of(function)(y)
        except (NotImplementedError, TypeError) as error:
            refused, result = str(error), None
    # NumPy's own half of a function that takes like= refuses that by itself.
    named = (function.__name__, "Variable", "`like`")
    assert refused is None or any(word in refused for word in named)
    for each in flattened(result):
        assert isinstance(each, (adx.Variable, np.ndarray, np.generic, *PLAIN_RESULTS, float, list))
        # Nothing falls back to a plain array of numbers that had a derivative, or of objects.
        if isinstance(each, np.ndarray):
            assert each.dtype.kind in "biu" or each.size == 0 or not each.any()


def test_the_coverage_page_is_up_to_date() -> None:
    sys.path.insert(0, str(DOCS))
    try:
        module = importlib.import_module("coverage_page")
        page = module.PAGE.read_text(encoding="utf-8")
        differentiable, missing, left_out = module.by_kind()
        # It lists the functions of one NumPy and one SciPy; of others' only those that both have
        # are compared.
        versions = f"NumPy {module.release(np)}", f"SciPy {module.release(scipy)}"
        if all(f"(as of {version})" in page for version in versions):
            assert page == module.page(), (
                "docs/coverage.md is not what the package has: run `python docs/coverage_page.py`"
            )
            assert set(left_out) <= set(module.public_functions())
        listed = page.partition("## Differentiable")[2].partition("\n## ")[0]
        told_otherwise = {
            name for name in differentiable if f"`{name}`" in page and f"`{name}`" not in listed
        }
        assert told_otherwise == set()
        assert len(differentiable) >= 0.9 * (len(differentiable) + len(missing))
        assert all(missing.values()), "what is not supported has a reason"
        for each in module.MODULES:
            assert all(module.of_scipy(*each)[1].values()), f"{each} is silent about a function"
    finally:
        sys.path.remove(str(DOCS))


def test_what_is_no_function_is_numpys() -> None:
    assert anp.pi is np.pi
    assert anp.float32 is np.float32
    assert anp.newaxis is None
    with pytest.raises(AttributeError, match=r"no attribute 'sinus'"):
        anp.sinus  # noqa: B018
    with pytest.raises(AttributeError, match=r"no attribute 'invert_it'"):
        anp.linalg.invert_it  # noqa: B018


@pytest.mark.parametrize(
    "name", ["sin", "sum", "concatenate", "einsum", "sort", "linspace", "where"]
)
def test_without_variables_it_is_numpys_own(name: str) -> None:
    given = {
        "sin": (POINT,),
        "sum": (POINT, 1),
        "concatenate": ([POINT, POINT],),
        "einsum": ("ij->i", POINT),
        "sort": (POINT,),
        "linspace": (0, 1, 5),
        "where": (POINT > 0.0, POINT, 0),
    }[name]
    found, expected = getattr(anp, name)(*given), getattr(np, name)(*given)
    assert type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)

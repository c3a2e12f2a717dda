"""SciPy's special functions of arrays: shapes, dtypes, both sweeps, every order, agreement."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special as scipys

from array_checks import (
    check_agreement,
    check_gradient,
    check_graph,
    check_nesting,
    check_value,
)
from array_functions import Call, axes_for, calls, dtypes, operand
from array_shapes import LAYOUTS, broadcasting, laid_out, seeds, shapes
from special_functions import FUNCTIONS, SpecialFunction

each = pytest.mark.parametrize("function", FUNCTIONS.values(), ids=list(FUNCTIONS))
few = settings(max_examples=10)


class Namespace:
    """SciPy's functions for plain arrays, an implementation's own for Variables."""

    def __init__(self, module: str) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module(self.module), name)


OWN = {
    "autodiffx": Namespace("autodiffx.scipy.special"),
    "autodiffx.reference": Namespace("autodiffx.reference.scipy.special"),
}


def of_scipy(namespace: Any) -> Any:
    """What a call's function is to be taken from: NumPy stands for plain arrays."""
    return scipys if namespace is np else namespace


def elementwise(function: SpecialFunction) -> st.SearchStrategy[Call]:
    """Calls with operands of shapes that broadcast, of one dtype, in any memory layout."""

    def sample(draw: Any) -> Call:
        dtype = draw(dtypes)
        rng = np.random.default_rng(draw(seeds))
        layouts = st.sampled_from(LAYOUTS)
        arrays = [
            laid_out(interval.draw(rng, shape).astype(dtype), draw(layouts))
            for interval, shape in zip(
                function.operands, draw(broadcasting(len(function.operands))), strict=True
            )
        ]
        active = function.active

        def called(namespace: Any, *operands: Any) -> Any:
            everything: list[Any] = list(arrays)
            for i, x in zip(active, operands, strict=True):
                everything[i] = x
            return getattr(of_scipy(namespace), function.name)(*everything)

        words = f"{function.name} in {dtype.__name__}"
        return Call(called, tuple(arrays[i] for i in active), words, not function.is_tabled)

    return calls(sample)


def summed(draw: Any) -> Call:
    """logsumexp, softmax or log_softmax along axes."""
    name = draw(st.sampled_from(("logsumexp", "softmax", "log_softmax", "weighted")))
    shape = tuple(max(1, n) for n in draw(shapes(1, 3)))
    axis, dtype = axes_for(draw, len(shape)), draw(dtypes)
    x = operand(draw, shape, dtype)
    if name != "weighted":
        return Call(lambda n, a: getattr(of_scipy(n), name)(a, axis=axis), (x,), f"{name}({axis})")
    factors = operand(draw, shape, dtype, 0.2, 2.0)

    def weighted(n: Any, a: Any, b: Any) -> Any:
        return of_scipy(n).logsumexp(a, axis=axis, b=b, keepdims=True)

    return Call(weighted, (x, factors), f"logsumexp({axis}, b)")


def check_all(adx: ModuleType, call: Call, seed: int) -> None:
    namespace = OWN[adx.__name__]
    check_value(adx, call, namespace)
    check_gradient(adx, call, namespace, seed)
    if all(array.size for array in call.arrays):
        check_graph(adx, call, namespace, seed)


@each
@given(data=st.data(), seed=seeds)
@few
def test_shapes(core: ModuleType, function: SpecialFunction, data: Any, seed: int) -> None:
    call = data.draw(elementwise(function))
    namespace = OWN[core.__name__]
    found = check_value(core, call, namespace)
    leaves = [core.Variable(a, dtype=a.dtype.newbyteorder("=")) for a in call.arrays]
    result = call.function(namespace, *leaves)
    result.backward(np.ones(result.shape))
    for leaf in leaves:
        assert leaf.grad is None or np.shape(leaf.grad) == leaf.shape
    assert len(found) == 1


@each
def test_both_implementations_agree(
    core: ModuleType, reference: ModuleType, function: SpecialFunction
) -> None:
    @given(call=elementwise(function), seed=seeds)
    @few
    def agree(call: Call, seed: int) -> None:
        def dispatched(namespace: Any, *operands: Any) -> Any:
            module = type(operands[0]).__module__
            name = (
                "autodiffx.reference" if module.startswith("autodiffx.reference") else "autodiffx"
            )
            return call.function(OWN[name], *operands)

        check_agreement(core, reference, Call(dispatched, call.arrays, call.words), seed)

    agree()


@each
@pytest.mark.parametrize("seed", [1, 2])
def test_graphs_and_nesting(backend: ModuleType, function: SpecialFunction, seed: int) -> None:
    rng = np.random.default_rng(seed)
    arrays = function.draw(rng, (2, 2))
    active = function.active

    def called(namespace: Any, *operands: Any) -> Any:
        everything: list[Any] = list(arrays)
        for i, x in zip(active, operands, strict=True):
            everything[i] = x
        # Moderate results, so that a difference quotient has digits.
        return np.arctan(getattr(of_scipy(namespace), function.name)(*everything))

    call = Call(called, tuple(arrays[i] for i in active), function.name)
    check_nesting(backend, call, OWN[backend.__name__], seed)
    check_graph(backend, call, OWN[backend.__name__], seed)


@given(call=calls(summed), seed=seeds)
@settings(max_examples=40)
def test_sums_of_exponentials(backend: ModuleType, call: Call, seed: int) -> None:
    check_all(backend, call, seed)
    check_nesting(backend, call, OWN[backend.__name__], seed)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_multigammaln(backend: ModuleType, d: int) -> None:
    special: Any = OWN[backend.__name__]
    a = np.array([[2.5, 3.0], [7.25, 4.0]])
    call = Call(lambda n, x: of_scipy(n).multigammaln(x, d), (a,), f"multigammaln({d})")
    check_all(backend, call, 3)
    check_nesting(backend, call, special, 3)
    in_float32 = special.multigammaln(backend.Variable(a, dtype=np.float32), d)
    expected = scipys.multigammaln(a.astype(np.float32), d)
    assert in_float32.dtype == expected.dtype
    np.testing.assert_allclose(in_float32.value, expected, rtol=1e-6)


def test_numbers_take_the_dtype_of_what_they_stand_beside(backend: ModuleType) -> None:
    special: Any = OWN[backend.__name__]
    x = backend.Variable(np.array([0.25, 0.5], np.float32))
    for found in (special.gammainc(2, x), special.betainc(2.0, 3, x), special.jv(1, x)):
        assert found.dtype == np.float32
    y = special.betainc(backend.Variable([2.0, 3.0]), 3.0, x)
    assert y.dtype == np.float64
    y.sum().backward()
    assert x.grad.dtype == np.float32


def test_numbers(backend: ModuleType) -> None:
    special: Any = OWN[backend.__name__]
    x = backend.Variable(2.0)
    y = special.gammainc(x, 1.5) * special.i0e(x)
    assert y.shape == ()
    y.backward()
    slope = backend.grad(lambda t: special.gammainc(t, 1.5) * special.i0e(t))(2.0)
    assert slope == pytest.approx(x.grad, rel=1e-15)
    assert backend.jvp(lambda t: special.entr(t), (2.0,), (1.0,))[1] == -np.log(2.0) - 1.0


def test_out_is_refused_by_scipys_name(core: Any) -> None:
    x = core.Variable([2.0, 3.0])
    for ufunc in (scipys.gammaln, scipys.psi, scipys.gammainc):
        given = (x,) * ufunc.nin
        with pytest.raises(TypeError, match=rf"scipy\.special\.{ufunc.__name__} of Variables"):
            ufunc(*given, out=np.zeros(2))

"""Every operator on arrays: NumPy's values, and the derivatives of scalars element by element."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from array_operators import ALL, NUMPYS, OTHERS, PASSIVE, function_of, operands_of
from array_shapes import (
    DTYPES,
    LAYOUTS,
    Array,
    assert_close,
    assert_same_bits,
    broadcasting,
    laid_out,
    leaf,
    seeds,
    shapes,
    uniform,
)
from array_sums import inner, unbroadcast
from autodiffx import reference
from conventions import SPECIAL

Shapes = tuple[tuple[int, ...], ...]
ACTIVE = [name for name in ALL if name not in PASSIVE]


def test_every_operator_is_here(array_backend: Any) -> None:
    from autodiffx.reference.rules import RULES

    public = {rule.name for rule in RULES.values() if rule.public}
    assert public == {*ALL, "where"}


def drawn(data: st.DataObject, name: str) -> tuple[Shapes, int, Any, str]:
    """Shapes that broadcast, a seed for the numbers, a dtype, a layout."""
    return data.draw(
        st.tuples(
            broadcasting(len(ALL[name])), seeds, st.sampled_from(DTYPES), st.sampled_from(LAYOUTS)
        )
    )


def numpys(name: str, operands: list[Array]) -> Array:
    with np.errstate(all="ignore"):
        return np.asarray(getattr(np, name)(*operands))


@pytest.mark.parametrize("name", NUMPYS)
@given(data=st.data())
@settings(max_examples=6)
def test_values_are_numpys(array_backend: Any, name: str, data: st.DataObject) -> None:
    given_shapes, seed, dtype, layout = drawn(data, name)
    operands = [laid_out(a, layout) for a in operands_of(name, seed, given_shapes, dtype)]
    expected = numpys(name, [np.array(a, dtype) for a in operands])
    result = getattr(array_backend, name)(*(leaf(array_backend, a) for a in operands))
    assert isinstance(result, array_backend.Variable)
    assert result.op == name
    assert result.shape == expected.shape
    assert result.size == expected.size
    if expected.shape:  # a scalar's decisions are 0.0 and 1.0
        assert result.dtype == expected.dtype
        assert_same_bits(result.value, expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", NUMPYS)
def test_special_values_are_numpys(array_backend: Any, name: str, dtype: type) -> None:
    arity = len(NUMPYS[name])
    with np.errstate(over="ignore"):
        line: Array = np.array(SPECIAL if arity < 3 else SPECIAL[:12], dtype)
    grid = [line.reshape((-1,) + (1,) * i) for i in range(arity)]
    expected = numpys(name, grid)
    found = getattr(array_backend, name)(*map(array_backend.Variable, grid))
    assert_same_bits(found.value, expected)


@pytest.mark.parametrize("name", NUMPYS)
def test_long_arrays_are_numpys(array_backend: Any, name: str) -> None:
    """Longer than any block that a loop may be cut into, and of an odd length."""
    for dtype in DTYPES:
        operands = operands_of(name, 3, ((10_007,),) * len(NUMPYS[name]), dtype)
        found = getattr(array_backend, name)(*map(array_backend.Variable, operands))
        assert_same_bits(found.value, numpys(name, operands))


# Shapes of a first operand and of the others.
ROWS = {
    "line": ((1_100,), (1_100,)),
    "rows": ((2, 24), (2, 24)),
    "one row": ((2, 24), (24,)),
    "one column": ((2, 24), (2, 1)),
    "to rows": ((2, 1), (2, 24)),
    "number": ((2, 24), ()),
}


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", ACTIVE)
def test_single_gradients_of_rows(array_backend: Any, name: str, rows: str) -> None:
    """Of rows so long that they are swept as such: the reference's in float64, with two uses."""
    first, others = ROWS[rows]
    operands = operands_of(name, 11, (first, *(others,) * (len(ALL[name]) - 1)), np.float32)
    weights = uniform(12, np.broadcast_shapes(*(a.shape for a in operands)), np.float32)
    weights.flat[0] = 0.0
    gradients = []
    for adx, dtype in ((array_backend, np.float32), (reference, np.float64)):
        leaves = [leaf(adx, a.astype(dtype)) for a in operands]
        function = function_of(adx, name)
        total = (function(*leaves) * weights.astype(dtype)).sum()
        (total + sum((x * x).sum() for x in leaves)).backward()
        gradients.append([x.grad for x in leaves])
    for found, expected in zip(*gradients, strict=True):
        assert_close(np.asarray(found, np.float32), np.asarray(expected, np.float32))


@pytest.mark.parametrize("name", NUMPYS)
def test_plain_arrays_give_plain_arrays(array_backend: Any, name: str) -> None:
    for dtype in DTYPES:
        operands = operands_of(name, 5, ((2, 3),) * len(NUMPYS[name]), dtype)
        found = getattr(array_backend, name)(*operands)
        assert type(found) is np.ndarray
        assert_same_bits(found, numpys(name, operands))


def scalar_results(adx: Any, name: str, operands: list[Array]) -> tuple[Array, list[Array]]:
    """Values and partials of the operator on scalar Variables, at every element."""
    points = [np.array(a, np.float64) for a in np.broadcast_arrays(*operands)]
    value = np.zeros(points[0].shape)
    partials = [np.zeros(value.shape) for _ in points]
    for index in np.ndindex(*value.shape):
        leaves = [adx.Variable(float(a[index])) for a in points]
        result = function_of(adx, name)(*leaves)
        value[index] = result.value
        if name not in PASSIVE:
            result.backward()
            for partial, x in zip(partials, leaves, strict=True):
                partial[index] = x.grad
    return value, partials


@pytest.mark.parametrize("name", OTHERS)
@given(data=st.data())
@settings(max_examples=5)
def test_values_are_the_scalar_operators(
    array_backend: Any, name: str, data: st.DataObject
) -> None:
    given_shapes, seed, dtype, layout = drawn(data, name)
    operands = operands_of(name, seed, given_shapes, dtype)
    leaves = [leaf(array_backend, laid_out(a, layout)) for a in operands]
    result = function_of(array_backend, name)(*leaves)
    expected, _ = scalar_results(array_backend, name, operands)
    assert result.dtype == dtype
    assert_close(result.value, expected.astype(dtype))
    assert result.op == name
    if expected.ndim:
        plain = function_of(array_backend, name)(*operands)
        assert plain.dtype == dtype
        assert_close(plain, expected.astype(dtype))


@pytest.mark.parametrize("name", ACTIVE)
@given(data=st.data())
@settings(max_examples=5)
def test_derivatives_are_the_scalar_operators(
    array_backend: Any, name: str, data: st.DataObject
) -> None:
    given_shapes, seed, dtype, layout = drawn(data, name)
    operands = operands_of(name, seed, given_shapes, dtype)
    leaves = [leaf(array_backend, laid_out(a, layout)) for a in operands]
    with array_backend.Graph() as graph:
        result = function_of(array_backend, name)(*leaves)
    seed_array = uniform(seed + 1, result.shape, dtype)
    directions = [uniform(seed + 2 + i, a.shape, dtype) for i, a in enumerate(operands)]
    _, partials = scalar_results(array_backend, name, operands)

    result.backward(seed_array)
    for x, partial in zip(leaves, partials, strict=True):
        assert np.asarray(x.grad).dtype == dtype
        assert_close(x.grad, unbroadcast(partial * seed_array, x.shape).astype(dtype))

    tangent = graph.jvp(dict(zip(leaves, directions, strict=True)))
    expected = sum((p * d for p, d in zip(partials, directions, strict=True)), np.float64(0.0))
    assert np.asarray(tangent).dtype == dtype
    assert_close(tangent, np.asarray(expected).astype(dtype))


@pytest.mark.parametrize("name", ACTIVE)
@given(data=st.data())
@settings(max_examples=2)
def test_second_derivatives_are_the_scalar_operators(
    array_backend: Any, name: str, data: st.DataObject
) -> None:
    given_shapes, seed, _, _ = drawn(data, name)
    operands = operands_of(name, seed, given_shapes, np.float64)
    leaves = [array_backend.Variable(a) for a in operands]
    with array_backend.Graph() as graph:
        result = function_of(array_backend, name)(*leaves)
        weights = uniform(seed, result.shape)
        loss = inner(result, weights)
    if isinstance(loss, float):  # of no elements
        return
    directions = [uniform(seed + 2 + i, a.shape) for i, a in enumerate(operands)]
    found = graph.hvp(dict(zip(leaves, directions, strict=True)))

    points = np.broadcast_arrays(*operands)
    along = [np.broadcast_to(d, weights.shape) for d in directions]
    products = [np.zeros(weights.shape) for _ in points]
    for index in np.ndindex(*weights.shape):
        scalars = [array_backend.Variable(float(a[index])) for a in points]
        with array_backend.Graph() as alone:
            function_of(array_backend, name)(*scalars) * float(weights[index])
        each = alone.hvp({x: float(d[index]) for x, d in zip(scalars, along, strict=True)})
        for product, x in zip(products, scalars, strict=True):
            product[index] = each[x]
    for x, product in zip(leaves, products, strict=True):
        assert_close(found[x], unbroadcast(product, x.shape), digits=11)


@pytest.mark.parametrize("name", PASSIVE)
@given(data=st.data())
@settings(max_examples=5)
def test_decisions_are_passive_booleans(array_backend: Any, name: str, data: st.DataObject) -> None:
    operands = [
        np.rint(uniform(data.draw(seeds), shape, data.draw(st.sampled_from(DTYPES)), -1.4, 1.4))
        for shape in data.draw(broadcasting(len(ALL[name])))
    ]
    expected = numpys(name, operands)
    if expected.ndim == 0:
        return
    leaves = [leaf(array_backend, a) for a in operands]
    result = getattr(array_backend, name)(*leaves)
    assert result.dtype == np.bool_
    assert_same_bits(result.value, expected)
    with pytest.raises(ValueError, match=r"no Variable"):
        result.backward(np.ones(result.shape))
    assert_same_bits(np.asarray(result), expected)
    y = result * leaves[0]
    y.backward(np.ones(y.shape))
    by_hand = unbroadcast(np.broadcast_to(expected, y.shape).astype(float), operands[0].shape)
    assert_close(leaves[0].grad, by_hand)
    assert all(x.grad is None for x in leaves[1:])


@given(drawn_shapes=broadcasting(3), seed=seeds, dtype=st.sampled_from(DTYPES))
@settings(max_examples=25)
def test_where(array_backend: Any, drawn_shapes: Shapes, seed: int, dtype: type) -> None:
    condition, a, b = (uniform(seed + i, s, dtype) for i, s in enumerate(drawn_shapes))
    expected = np.asarray(np.where(condition > 0, a, b))
    c, x, y = (leaf(array_backend, array) for array in (condition, a, b))
    seed_array = uniform(seed, expected.shape)
    chosen = seed_array * np.broadcast_to(condition > 0, expected.shape)
    for test in (c > 0, condition > 0):
        for where in (array_backend.where, np.where):
            x.grad = y.grad = None
            result: Any = where(test, x, y)
            assert_same_bits(result.value, expected)
            result.backward(seed_array)
            assert_close(x.grad, unbroadcast(chosen, a.shape).astype(dtype))
            assert_close(y.grad, unbroadcast(seed_array - chosen, b.shape).astype(dtype))
    assert c.grad is None


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "round", "clip"])
def test_plain_arguments(array_backend: Any, name: str) -> None:
    array = np.array([[-1.75, 0.3], [2.26, -0.125]])
    x = array_backend.Variable(array)
    if name == "round":
        assert_same_bits(array_backend.round(x, 1).value, np.round(array, 1))
        assert_same_bits(x.round(decimals=1).value, np.round(array, 1))
        assert_same_bits(np.round(x, 1).value, np.round(array, 1))
        assert_same_bits(array_backend.round(x).value, np.round(array))
    elif name == "clip":
        for clip in (array_backend.clip, np.clip):
            result = clip(x, -1.0, np.array([1.0, 0.0]))
            assert_same_bits(result.value, np.clip(array, -1.0, np.array([1.0, 0.0])))
            result.backward(np.ones((2, 2)))
            assert x.grad.tolist() == [[0.0, 0.0], [0.0, 1.0]]
    else:
        function = getattr(array_backend, name)
        option = {"leaky_relu": "negative_slope", "elu": "alpha"}[name]
        for result in (function(x, **{option: 0.5}), getattr(x, name)(0.5), function(x, 0.5)):
            assert_close(result.value, np.vectorize(lambda v: function(v, 0.5))(array))
            assert result.op == name


@pytest.mark.parametrize("name", ACTIVE)
def test_methods_are_functions(array_backend: Any, name: str) -> None:
    operands = operands_of(name, 7, ((2, 3),) * len(ALL[name]), np.float64)
    x, *others = (array_backend.Variable(a) for a in operands)
    if name == "polygamma":
        method, function = x.polygamma(2), array_backend.polygamma(2, x)
    else:
        method = getattr(x, name)(*others)
        function = getattr(array_backend, name)(x, *others)
    assert_same_bits(method.value, function.value)
    assert method.op == function.op == name
    if name in NUMPYS and name != "clip":
        assert_same_bits(getattr(np, name)(x, *others).value, function.value)
        assert_same_bits(getattr(np, name)(x, *operands[1:]).value, function.value)


def test_no_warning_anywhere(array_backend: Any) -> None:
    """Warnings are errors in this suite: overflow, division by zero and NaN raise none."""
    line = np.array(SPECIAL)
    for name, intervals in ALL.items():
        if name in ("beta", "betaln", "polygamma"):
            continue
        grid = [line.reshape((-1,) + (1,) * i) for i in range(len(intervals))]
        leaves = [array_backend.Variable(a) for a in grid]
        with array_backend.Graph() as graph:
            result = getattr(array_backend, name)(*leaves)
        if name not in PASSIVE:
            result.backward(np.ones(result.shape))
        graph.jvp({x: np.ones(x.shape) for x in leaves})
    assert math.isnan(array_backend.log(array_backend.Variable([-1.0])).value[0])


@given(shape=shapes(least=1), seed=seeds)
@settings(max_examples=25)
def test_scipys_ufuncs(array_backend: Any, shape: tuple[int, ...], seed: int) -> None:
    from scipy import special

    array = uniform(seed, shape, low=0.1, high=0.9)
    x = array_backend.Variable(array)
    for name, op in (("erf", "erf"), ("expit", "sigmoid"), ("gammaln", "lgamma"), ("ndtri",) * 2):
        result = getattr(special, name)(x)
        assert result.op == op
        assert_close(result.value, getattr(special, name)(array))
    assert_close(special.xlogy(x, array).value, special.xlogy(array, array))


# What SciPy calls operators that it has loops for.
SCIPYS = {
    **{name: name for name in ("erf", "erfc", "erfinv", "ndtr", "log_ndtr", "ndtri", "gamma")},
    **{name: name for name in ("beta", "betaln", "logit", "xlogy", "xlog1py")},
    "digamma": "psi",
    "lgamma": "gammaln",
    "log_sigmoid": "log_expit",
    "sigmoid": "expit",
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SCIPYS)
def test_the_core_has_scipys_bits(name: str, dtype: type) -> None:
    from scipy import special

    import autodiffx as adx

    plain = getattr(special, SCIPYS[name])
    operands = operands_of(name, 4, ((1_003,),) * len(ALL[name]), dtype)
    expected = plain(*operands)
    with adx.Graph() as graph:
        leaves = [adx.Variable(a) for a in operands]
        result = getattr(adx, name)(*leaves)
    assert_same_bits(result.value, expected)
    assert_same_bits(getattr(adx, name)(*operands), expected)
    for leaf_, operand in zip(leaves, operands, strict=True):
        leaf_.value = operand[::-1]
    graph.forward()
    assert_same_bits(result.value, plain(*(a[::-1] for a in operands)))


def test_scipy_is_imported_when_its_loops_are_needed() -> None:
    code = """
import sys
import numpy as np
import autodiffx as adx
x = adx.Variable(np.ones(3))
adx.exp(x)
assert "scipy" not in sys.modules
y = adx.softplus(x).sum()
assert "scipy.special" in sys.modules
y.backward()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

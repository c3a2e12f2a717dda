"""Every operator as function, as method, on plain, recorded and dual numbers; signatures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest


def words(text: str) -> list[str]:
    return text.split()


PASSIVE = words(
    "less less_equal greater greater_equal equal not_equal logical_and logical_or logical_not "
    "isnan isfinite isinf"
)
UNARY = words(
    "negative positive absolute sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arctanh "
    "exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sign floor ceil rint trunc "
    "deg2rad rad2deg sinc sigmoid logit log_sigmoid softplus relu leaky_relu elu selu gelu silu "
    "softsign erf erfc erfinv ndtr log_ndtr ndtri gamma lgamma digamma logical_not isnan isfinite "
    "isinf round"
)
BINARY = words(
    "add subtract multiply divide floor_divide remainder power arctan2 hypot logaddexp maximum "
    "minimum fmax fmin copysign beta betaln xlogy xlog1py less less_equal greater greater_equal "
    "equal not_equal logical_and logical_or"
)
# Every public operator, with arguments inside its domain.
PUBLIC: dict[str, tuple[float, ...]] = {
    **dict.fromkeys(UNARY, (0.625,)),
    **dict.fromkeys(BINARY, (2.5, 1.75)),
    "arccosh": (1.625,),
    "clip": (2.5, 0.5, 1.75),
    "where": (1.0, 2.5, 1.75),
    "polygamma": (1, 2.5),
}
ALIASES = {
    "abs": "absolute", "mod": "remainder", "pow": "power", "true_divide": "divide",
    "expit": "sigmoid", "gammaln": "lgamma", "radians": "deg2rad", "degrees": "rad2deg",
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "atan2": "arctan2", "asinh": "arcsinh",
    "acosh": "arccosh", "atanh": "arctanh",
}  # fmt: skip


def wrapped(backend: Any, name: str, arguments: tuple[float, ...]) -> list[Any]:
    """The arguments as Variables, an integer order excepted."""
    return [a if isinstance(a, int) else backend.Variable(a) for a in arguments]


@pytest.mark.parametrize("name", PUBLIC)
def test_plain_numbers_give_plain_numbers(backend: Any, name: str) -> None:
    function, arguments = getattr(backend, name), PUBLIC[name]
    result = function(*arguments)
    assert type(result) is (bool if name in PASSIVE else float)
    if name not in ("polygamma",):
        assert function(*map(np.float64, arguments)) == result
        assert function(*(np.array(a) for a in arguments)) == result


@pytest.mark.parametrize("name", PUBLIC)
def test_variables_give_the_same_value(backend: Any, name: str) -> None:
    function, arguments = getattr(backend, name), PUBLIC[name]
    plain = float(function(*arguments))
    result = function(*wrapped(backend, name, arguments))
    assert isinstance(result, backend.Variable)
    assert repr(result.value) == repr(plain)
    if name not in PASSIVE:
        result.backward()


@pytest.mark.parametrize("name", PUBLIC)
def test_methods_are_functions(backend: Any, name: str) -> None:
    arguments = wrapped(backend, name, PUBLIC[name])
    result = getattr(backend, name)(*arguments)
    if name == "polygamma":
        order, x = arguments
        method = x.polygamma(order)
    else:
        method = getattr(arguments[0], name)(*arguments[1:])
    assert repr(method.value) == repr(result.value)
    assert method.op == result.op


@pytest.mark.parametrize("name", [name for name in PUBLIC if name not in PASSIVE])
def test_duals_agree_with_gradients(backend: Any, name: str) -> None:
    function, arguments = getattr(backend, name), PUBLIC[name]
    for position, argument in enumerate(arguments):
        if isinstance(argument, int):
            continue
        inputs: list[Any] = list(arguments)
        inputs[position] = backend.Dual(argument, 1.0)
        dual = function(*inputs)
        inputs[position] = x = backend.Variable(argument)
        recorded = function(*inputs)
        recorded.backward()
        assert dual.value == recorded.value
        assert dual.tangent == pytest.approx(x.grad, rel=1e-14)


@pytest.mark.parametrize("alias", ALIASES)
def test_aliases(backend: Any, alias: str) -> None:
    name = ALIASES[alias]
    arguments = wrapped(backend, name, PUBLIC[name])
    result = getattr(backend, alias)(*arguments)
    assert result.op == name
    assert result.value == getattr(backend, name)(*arguments).value
    assert getattr(backend, alias)(*PUBLIC[name]) == getattr(backend, name)(*PUBLIC[name])


def test_both_have_the_same_names(core: Any, reference: Any) -> None:
    public = {name for name in dir(reference) if not name.startswith("_")} & set(reference.__all__)
    missing = {name for name in public if not hasattr(core, name)}
    assert missing == set()
    for name in (*PUBLIC, *ALIASES, "softmax", "log_softmax", "logsumexp"):
        assert name in public


def test_optional_arguments(backend: Any) -> None:
    x = backend.Variable(-2.0)
    assert backend.leaky_relu(x).value == -0.02
    assert backend.leaky_relu(x, 0.5).value == -1.0
    assert backend.leaky_relu(x, negative_slope=0.5).value == -1.0
    assert backend.leaky_relu(-2.0, negative_slope=0.5) == -1.0
    assert backend.elu(x).value == math.expm1(-2.0)
    assert backend.elu(x, 2.0).value == 2.0 * math.expm1(-2.0)
    assert backend.elu(x, alpha=2.0).value == 2.0 * math.expm1(-2.0)
    assert x.elu(2.0).value == 2.0 * math.expm1(-2.0)
    assert backend.round(x * 1.06, decimals=1).value == -2.1
    slope = backend.Variable(0.5)
    backend.leaky_relu(x, slope).backward()
    assert (x.grad, slope.grad) == (0.5, -2.0)


def test_polygamma(backend: Any) -> None:
    x = backend.Variable(2.5)
    assert backend.polygamma(0, x).value == pytest.approx(backend.digamma(2.5), rel=1e-14)
    y = backend.polygamma(1, x)
    y.backward()
    assert x.grad == pytest.approx(backend.polygamma(2, 2.5), rel=1e-14)
    with pytest.raises(TypeError):
        backend.polygamma(backend.Variable(1.0), 2.5)
    with pytest.raises(TypeError):
        backend.polygamma(x, x)
    for order in (-1, 1.5, np.array([1, 2])):
        with pytest.raises((TypeError, ValueError)):
            backend.polygamma(order, x)


def test_logsumexp(backend: Any) -> None:
    numbers = [0.5, -1.0, 2.0, 3.0, 0.0]
    expected = math.log(sum(map(math.exp, numbers)))
    assert backend.logsumexp(*numbers) == pytest.approx(expected, rel=1e-15)
    assert backend.logsumexp(numbers) == backend.logsumexp(*numbers)
    assert backend.logsumexp(tuple(numbers)) == backend.logsumexp(*numbers)
    assert backend.logsumexp(1000.0, 1000.0) == pytest.approx(1000.0 + math.log(2), rel=1e-15)
    xs = [backend.Variable(v) for v in numbers]
    total = backend.logsumexp(xs)
    total.backward()
    for x, v in zip(xs, numbers, strict=True):
        assert x.grad == pytest.approx(math.exp(v - expected), rel=1e-13)
    assert backend.logsumexp(3.0) == 3.0
    assert backend.logsumexp(xs[0], 1.0).value == backend.logsumexp(0.5, 1.0)


def test_softmax(backend: Any) -> None:
    numbers = [0.5, -1.0, 2.0]
    total = sum(map(math.exp, numbers))
    parts = backend.softmax(*numbers)
    assert isinstance(parts, tuple)
    assert parts == backend.softmax(numbers)
    for part, v in zip(parts, numbers, strict=True):
        assert part == pytest.approx(math.exp(v) / total, rel=1e-14)
    logs = backend.log_softmax(numbers)
    for log, part in zip(logs, parts, strict=True):
        assert log == pytest.approx(math.log(part), rel=1e-14)
    assert backend.softmax(1000.0, 0.0) == (1.0, pytest.approx(0.0, abs=1e-300))
    xs = [backend.Variable(v) for v in numbers]
    first = backend.softmax(*xs)[0]
    first.backward()
    p = [math.exp(v) / total for v in numbers]
    assert [x.grad for x in xs] == pytest.approx(
        [p[0] * (1 - p[0]), -p[0] * p[1], -p[0] * p[2]], rel=1e-13
    )
    assert backend.softmax(7.0) == (1.0,)


def test_functions_have_names_and_documentation(backend: Any) -> None:
    for name in PUBLIC:
        function = getattr(backend, name)
        assert function.__name__ == name
        assert function.__doc__

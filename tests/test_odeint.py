"""odeint: values and derivatives by y0, t and params, against closed forms and differences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
import autodiffx.numpy as anp

TIMES = np.array([0.2, 0.5, 1.0, 2.0])
WEIGHTS = np.array([0.3, -1.0, 2.0, 0.5])


def decay(y0: Any, k: Any, t: Any, **options: Any) -> Any:
    return (adx.odeint(lambda y, t, k: -k * y, y0, t, k, **options) * WEIGHTS).sum()


def exactly(y0: Any, k: Any, t: Any) -> Any:
    return (y0 * anp.exp(-k * (t - t[0])) * WEIGHTS).sum()


POINT = (1.5, 0.7, TIMES)
ALONG = (1.0, -2.0, np.array([0.1, 0.2, -0.3, 0.4]))


def flat(nested: Any) -> list[float]:
    if isinstance(nested, tuple):
        return [number for each in nested for number in flat(each)]
    return [float(number) for number in np.ravel(nested)]


ORDERS: dict[str, Callable[[Any], Any]] = {
    "value": lambda f: f(*POINT),
    "gradient": lambda f: adx.grad(f, (0, 1, 2))(*POINT),
    "tangent": lambda f: adx.jvp(f, POINT, ALONG),
    "gradient of gradient": lambda f: adx.grad(adx.grad(f, 1), (0, 1, 2))(*POINT),
    "tangent of gradient by k": lambda f: adx.jvp(adx.grad(f, 1), POINT, ALONG),
    "tangent of gradient by t": lambda f: adx.jvp(adx.grad(f, 2), POINT, ALONG),
    "gradient of tangent": lambda f: adx.grad(lambda *x: adx.jvp(f, x, ALONG)[1], (0, 1))(*POINT),
    "tangent of tangent": lambda f: adx.jvp(lambda *x: adx.jvp(f, x, ALONG)[1], POINT, ALONG),
}


@pytest.mark.parametrize("order", ORDERS)
def test_exponential_decay(order: str) -> None:
    mine, theirs = ORDERS[order](decay), ORDERS[order](exactly)
    np.testing.assert_allclose(flat(mine), flat(theirs), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("method", ["RK45", "Radau", "BDF", "LSODA"])
def test_other_methods(method: str) -> None:
    def f(*x: Any) -> Any:
        return decay(*x, method=method, rtol=1e-9, atol=1e-11)

    for order in ("value", "gradient", "tangent"):
        np.testing.assert_allclose(
            flat(ORDERS[order](f)), flat(ORDERS[order](exactly)), rtol=1e-5, atol=1e-6
        )


def test_recordings() -> None:
    k = adx.Variable(0.7)
    with adx.Graph() as graph:
        decay(1.5, k, TIMES)
    graph.backward()
    slope = adx.grad(exactly, 1)
    assert k.grad == pytest.approx(slope(1.5, 0.7, TIMES), rel=1e-6)
    assert graph.jvp({k: 2.0}) == pytest.approx(2.0 * k.grad, rel=1e-6)
    bend = adx.grad(slope, 1)(1.5, 0.7, TIMES)
    assert graph.hvp({k: 1.0})[k] == pytest.approx(bend, rel=1e-6)
    k.value = 1.3
    assert graph.forward() == pytest.approx(exactly(1.5, 1.3, TIMES), rel=1e-6)
    graph.backward()
    assert k.grad == pytest.approx(slope(1.5, 1.3, TIMES), rel=1e-6)


def test_a_harmonic_oscillator_in_containers_and_backwards_in_time() -> None:
    def f(y: Any, t: Any, p: Any) -> Any:
        return {"x": y["v"], "v": [-(p["w"] ** 2) * y["x"][0]]}

    def turned(y: Any, t: Any, p: Any) -> Any:
        change = f({"x": [y["x"]], "v": y["v"][0]}, t, p)
        return {"x": change["x"], "v": change["v"]}

    times = np.array([1.0, 0.5, -0.5])

    def end(x0: Any, v0: Any, w: Any) -> Any:
        return adx.odeint(turned, {"x": x0, "v": [v0]}, times, {"w": w})["x"][-1]

    def exact(x0: Any, v0: Any, w: Any) -> Any:
        return x0 * anp.cos(w * -1.5) + v0 / w * anp.sin(w * -1.5)

    at = (0.8, -0.3, 2.0)
    for mine, theirs in (
        (adx.grad(end, (0, 1, 2))(*at), adx.grad(exact, (0, 1, 2))(*at)),
        (adx.grad(adx.grad(end, 2), (0, 1, 2))(*at), adx.grad(adx.grad(exact, 2), (0, 1, 2))(*at)),
        (adx.jvp(end, at, (1.0, 2.0, 3.0)), adx.jvp(exact, at, (1.0, 2.0, 3.0))),
    ):
        np.testing.assert_allclose(mine, theirs, rtol=1e-6, atol=1e-7)


def test_lotka_volterra() -> None:
    def f(y: Any, t: Any, p: Any) -> Any:
        return anp.stack([p[0] * y[0] - p[1] * y[0] * y[1], -p[2] * y[1] + p[3] * y[0] * y[1]])

    times = np.linspace(0.0, 8.0, 17)
    p, y0 = np.array([1.1, 0.4, 0.9, 0.2]), np.array([3.0, 2.0])

    def misfit(p: Any, y0: Any) -> Any:
        y = adx.odeint(f, y0, times, p, rtol=1e-10, atol=1e-10)
        return ((y - 2.5) ** 2).sum()

    by_p, by_y0 = adx.grad(misfit, (0, 1))(p, y0)
    step = 1e-5
    for i, unit in enumerate(np.eye(4)):
        ends = misfit(p + step * unit, y0), misfit(p - step * unit, y0)
        assert by_p[i] == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=1e-6)
    for i, unit in enumerate(np.eye(2)):
        ends = misfit(p, y0 + step * unit), misfit(p, y0 - step * unit)
        assert by_y0[i] == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=1e-6)
        tangent = adx.jvp(misfit, (p, y0), (0.0 * p, unit))[1]
        assert tangent == pytest.approx(by_y0[i], rel=1e-7)
    along = np.array([0.3, -0.1, 0.2, 0.5])
    slope = adx.grad(misfit)
    bend = (slope(p + step * along, y0) - slope(p - step * along, y0)) / (2.0 * step)
    found = adx.jvp(lambda p: slope(p, y0), (p,), (along,))[1]
    np.testing.assert_allclose(found, bend, rtol=1e-5)


def test_fast_decay_is_differentiated_beside_the_integrated_y() -> None:
    def end(k: Any) -> Any:
        return adx.odeint(lambda y, t, k: -k * (y - anp.cos(t)), 3.0, [0.0, 1.0], k)[-1]

    # Of y' = -k (y - cos t) all but the forced part is gone by then.
    exact = adx.grad(lambda k: (k * k * anp.cos(1.0) + k * anp.sin(1.0)) / (k * k + 1.0))
    assert adx.grad(end)(40.0) == pytest.approx(exact(40.0), rel=1e-4)
    by_tangents = adx.jvp(lambda k: adx.jvp(end, (k,), (1.0,))[1], (40.0,), (1.0,))[1]
    assert by_tangents == pytest.approx(adx.grad(exact)(40.0), rel=1e-2)
    with pytest.raises(RuntimeError, match="Ask for more times"):
        adx.grad(adx.grad(end))(40.0)


def test_without_variables_and_float32() -> None:
    y = adx.odeint(lambda y, t: -y, np.ones(3, np.float32), [0.0, 1.0])
    assert type(y) is np.ndarray
    assert (y.dtype, y.shape) == (np.float32, (2, 3))
    np.testing.assert_allclose(y[1], np.exp(-1.0), rtol=1e-6)
    slope = adx.grad(lambda y0: adx.odeint(lambda y, t: -y, y0, [0.0, 1.0])[-1].sum())(
        np.ones(3, np.float32)
    )
    assert slope.dtype == np.float32
    np.testing.assert_allclose(slope, np.exp(-1.0), rtol=1e-6)
    assert adx.odeint(lambda y, t: -y, 2.0, [0.0]) == [2.0]
    assert adx.grad(lambda y0: adx.odeint(lambda y, t: -y, y0, [0.0])[0])(2.0) == 1.0


def test_faults() -> None:
    w = adx.Variable(2.0)
    for times in ([0.0, 1.0, 0.5], [0.0, 0.0], [], [[0.0, 1.0]], [0.0, np.nan]):
        with pytest.raises(ValueError, match="rise or fall"):
            adx.odeint(lambda y, t: -y, 1.0, np.array(times))
    with pytest.raises(ValueError, match="shapes"):
        adx.odeint(lambda y, t: np.ones(3), np.ones(2), [0.0, 1.0])
    with pytest.raises(RuntimeError, match="stiff"):
        adx.odeint(lambda y, t: y * y, 1.0, [0.0, 2.0])
    with pytest.raises(ValueError, match="method"):
        adx.odeint(lambda y, t: -y, 1.0, [0.0, 1.0], method="euler")
    with pytest.raises(TypeError, match="function"):
        adx.odeint(3.0, 1.0, [0.0, 1.0])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="would be lost"):
        adx.odeint(lambda y, t: -w * y, 1.0, [0.0, 1.0])
    with pytest.raises(TypeError, match="would be lost"):
        adx.grad(lambda y: adx.odeint(lambda y, t: -w * y, y, [0.0, 1.0])[1])(1.0)
    with pytest.raises(TypeError, match="would be lost"):
        adx.grad(lambda w: adx.odeint(lambda y, t: -w * y, 1.0, [0.0, 1.0])[1])(1.0)


SHORT = np.array([0.0, 0.5, 1.0])


@pytest.mark.parametrize(
    ("f", "y0", "error", "message"),
    [
        (lambda y, t: 1j * y, 1.0, TypeError, "real numbers.*complex"),
        (lambda y, t: (y["v"], -y["x"]), {"x": 1.0, "v": 0.0}, TypeError, "structure of y"),
        (lambda y, t: -y, True, TypeError, "real numbers, got a bool"),
        (lambda y, t: -y, None, TypeError, "real numbers, got none"),
        (lambda y, t: y, [], TypeError, "real numbers, got none"),
    ],
)
def test_what_would_be_another_equation(f: Any, y0: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        adx.odeint(f, y0, SHORT)


@pytest.mark.parametrize("t", [None, 1.0, [], [0.0, 0.0], [0.0, np.nan], [0.0, np.inf]])
def test_times_that_are_none(t: Any) -> None:
    with pytest.raises(ValueError, match="times of odeint"):
        adx.odeint(lambda y, t: -y, 1.0, t)


def test_lists_and_tuples_stand_for_each_other() -> None:
    x, v = adx.odeint(lambda y, t: [y[1], -y[0]], (1.0, 0.0), SHORT)
    np.testing.assert_allclose([x, v], [np.cos(SHORT), -np.sin(SHORT)], atol=1e-7)


def test_a_function_that_writes_into_its_argument() -> None:
    """The integrator's y is not what it is given, with derivatives or without."""

    def slope(y: Any, t: Any) -> Any:
        y *= -0.5
        return y

    y0 = np.array([1.0, 2.0])
    expected = np.exp(-0.5 * SHORT)[:, None] * y0
    np.testing.assert_allclose(adx.odeint(slope, y0, SHORT), expected, rtol=1e-7)
    gradient = adx.grad(lambda y: adx.odeint(slope, y, SHORT)[-1].sum())(y0)
    np.testing.assert_allclose(gradient, np.exp(-0.5) * np.ones(2), rtol=1e-7)
    assert y0.tolist() == [1.0, 2.0]

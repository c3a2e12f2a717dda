"""solve_ivp: containers in and out, and exact Jacobians for the stiff methods."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
import autodiffx.numpy as anp

integrate: Any = importlib.import_module("scipy.integrate")

STIFF = ["Radau", "BDF", "LSODA"]
ALL = ["RK45", "RK23", "DOP853", *STIFF]
MU = 1000.0


def van_der_pol(t: float, y: Any) -> Any:
    return [y[1], MU * (1.0 - y[0] ** 2) * y[1] - y[0]]


def slopes(t: float, y: Any) -> Any:
    return np.array([[0.0, 1.0], [-2.0 * MU * y[0] * y[1] - 1.0, MU * (1.0 - y[0] ** 2)]])


@pytest.mark.parametrize("method", STIFF)
def test_stiff_van_der_pol(method: str) -> None:
    """To 2000 with μ = 1000, which is 2 in the time of the problem vdpol, where the end is known.

    F. Mazzia and C. Magherini (2008), Test set for initial value problem solvers, release 2.4:
    y(2) = 1.706167732170483, with the rate -0.8928097010247975 there, μ times as much as here.
    """
    start = np.array([2.0, 0.0])
    tolerances: dict[str, Any] = {"rtol": 1e-8, "atol": 1e-10}
    found = adx.solve_ivp(van_der_pol, (0.0, 2000.0), start, method, **tolerances)
    by_hand = integrate.solve_ivp(
        van_der_pol, (0.0, 2000.0), start, method, jac=slopes, **tolerances
    )
    assert found.success
    assert found.y[0, -1] == pytest.approx(1.706167732170483, rel=1e-4)
    assert found.y[1, -1] == pytest.approx(-0.8928097010247975e-3, rel=1e-3)
    assert found.njev > 0
    # A quarter more at most: rounding decides some of the steps' lengths.
    assert found.nfev <= 1.25 * by_hand.nfev


def robertson(t: float, y: Any, rates: Any) -> Any:
    slow, fast, middle = (rates[name] for name in ("slow", "fast", "middle"))
    made = slow * y["a"] - middle * y["b"] * y["c"]
    used = fast * y["b"] * y["b"]
    return {"a": -made, "b": made - used, "c": used}


@pytest.mark.parametrize("method", STIFF)
def test_robertsons_reaction_in_a_container(method: str) -> None:
    """The problem rober of the same test set, whose y at 40 is known from its authors."""
    rates = {"slow": 0.04, "fast": 3e7, "middle": 1e4}
    found = adx.solve_ivp(
        robertson,
        (0.0, 40.0),
        {"a": 1.0, "b": 0.0, "c": 0.0},
        method,
        args=rates,
        rtol=1e-8,
        atol=1e-12,
    )
    assert found.y["a"].shape == found.t.shape
    assert found.y["a"][-1] == pytest.approx(0.7158270687, rel=1e-6)
    assert found.y["b"][-1] == pytest.approx(0.9185534765e-5, rel=1e-6)
    assert found.y["c"][-1] == pytest.approx(0.2841637457, rel=1e-6)


@pytest.mark.parametrize("method", ALL)
def test_containers_and_dense_output(method: str) -> None:
    matrix = np.array([[-1.0, 0.5], [0.0, -2.0]])

    def f(t: float, y: Any, m: Any) -> Any:
        return {"v": m @ y["v"], "n": -y["n"] * t}

    start = {"v": np.array([[1.0], [2.0]]), "n": 1}
    found = adx.solve_ivp(
        f,
        (0, 1),
        start,
        method,
        t_eval=[0.0, 0.5, 1.0],
        dense_output=True,
        args=(matrix,),
        rtol=1e-8,
        atol=1e-10,
    )
    assert found.y["v"].shape == (2, 1, 3)
    assert found.y["n"].shape == (3,)
    assert found.y["n"][-1] == pytest.approx(np.exp(-0.5), rel=1e-6)
    assert found.y["v"][1, 0] == pytest.approx(2.0 * np.exp([-0.0, -1.0, -2.0]), rel=1e-6)
    one, many = found.sol(0.5), found.sol(np.array([0.25, 0.5]))
    assert type(one["n"]) is float
    assert one["v"].shape == (2, 1)
    assert many["v"].shape == (2, 1, 2)
    assert many["n"][1] == pytest.approx(one["n"])
    assert one["n"] == pytest.approx(np.exp(-0.125), rel=1e-5)


@pytest.mark.parametrize("method", ALL)
def test_who_gets_a_jacobian(method: str) -> None:
    kinds = set()

    def f(t: float, y: Any) -> Any:
        kinds.add(type(y["x"]))
        return {"x": -1e4 * (y["x"] - np.cos(t))}  # LSODA takes its stiff method for that only

    adx.solve_ivp(f, (0.0, 0.1), {"x": 2.0}, method)
    assert (kinds == {float}) == (method not in STIFF)


def test_a_vector_is_as_in_scipy() -> None:
    found = adx.solve_ivp(lambda t, y: -y, (0, 1), np.ones(2), "BDF", dense_output=True)
    known = integrate.solve_ivp(
        lambda t, y: -y, (0, 1), np.ones(2), "BDF", jac=-np.eye(2), dense_output=True
    )
    assert found.y == pytest.approx(known.y)
    assert found.sol(0.3) == pytest.approx(known.sol(0.3))
    assert type(found) is type(known)
    by_class = adx.solve_ivp(lambda t, y: -y, (0, 1), np.ones(2), integrate.BDF)
    assert by_class.njev == found.njev > 0
    assert (by_class.y == found.y).all()


@pytest.mark.parametrize("method", ["RK45", "Radau"])
@pytest.mark.parametrize("y0", [[1.0, 0.0], (1.0, 0.0), np.array([1.0, 0.0])])
def test_sequences_may_be_returned_for_sequences(method: str, y0: Any) -> None:
    end = []
    for f in (
        lambda t, y: [y[1], -y[0]],
        lambda t, y: (y[1], -y[0]),
        lambda t, y: anp.stack([y[1], -y[0]]),
    ):
        found = adx.solve_ivp(f, (0.0, 1.0), y0, method, rtol=1e-6)
        last = [row[-1] for row in found.y]
        end.append(last)
        assert type(found.y) is type(y0)
        assert last == pytest.approx([np.cos(1.0), -np.sin(1.0)], abs=1e-4)
    assert end[0] == end[1] == end[2]


def test_events() -> None:
    def falling(t: float, y: Any, gravity: float) -> Any:
        return {"height": y["speed"], "speed": -gravity}

    def ground(t: float, y: Any, gravity: float) -> Any:
        return y["height"]

    ground.terminal = True  # type: ignore[attr-defined]
    ground.direction = -1  # type: ignore[attr-defined]
    start = {"height": 0.0, "speed": 10.0}
    for events in (ground, [ground, lambda t, y, gravity: y["speed"]]):
        for method in ("RK45", "Radau"):
            found = adx.solve_ivp(
                falling, (0, 100), start, method, events=events, args=(10.0,), rtol=1e-8
            )
            assert found.t_events[0] == pytest.approx([2.0])
            assert found.y_events[0]["speed"] == pytest.approx([-10.0])
            assert found.status == 1
    assert found.y_events[1]["height"] == pytest.approx([5.0])


@pytest.mark.parametrize("method", STIFF)
def test_branches_on_y(method: str) -> None:
    found = adx.solve_ivp(lambda t, y: y if y < 1.0 else 1.0, (0.0, 2.0), 0.5, method, rtol=1e-6)
    assert found.y[-1] == pytest.approx(3.0 - np.log(2.0), rel=1e-3)


@pytest.mark.parametrize(
    ("f", "y0", "error", "words"),
    [
        (lambda t, y: {"b": y["a"]}, {"a": 1.0}, TypeError, "return y0's structure"),
        (lambda t, y: [y["a"]], {"a": 1.0}, TypeError, "return y0's structure"),
        (lambda t, y: y[:1], np.ones(2), ValueError, "return 2 numbers, as y0 has, got 1"),
        (lambda t, y: [y, y], np.ones(2), ValueError, "return 2 numbers, as y0 has, got 4"),
        (lambda t, y: None, 1.0, TypeError, "return y0's structure"),
        (lambda t, y: "text", 1.0, TypeError, "real numbers"),
        (lambda t, y: y, 1j, TypeError, "y0 is of type 'complex'"),
    ],
)
@pytest.mark.parametrize("method", ["RK45", "BDF"])
def test_what_does_not_fit(
    f: Any, y0: Any, error: type[Exception], words: str, method: str
) -> None:
    with pytest.raises(error, match=words):
        adx.solve_ivp(f, (0.0, 1.0), y0, method)


@pytest.mark.parametrize("method", ["RK45", "BDF"])
@pytest.mark.parametrize(
    ("y0", "f"),
    [
        ({"a": np.ones(2), "b": np.ones(3)}, lambda t, y: {"a": y["b"], "b": y["a"]}),
        (np.ones((2, 3)), lambda t, y: y.T),
    ],
)
def test_shapes_in_another_order(method: str, y0: Any, f: Any) -> None:
    """As many numbers as y0 has, but not in its places."""
    with pytest.raises(ValueError, match=r"shape \(2,"):
        adx.solve_ivp(f, (0.0, 1.0), y0, method)


@pytest.mark.parametrize("t_span", [3.0, (0.0,), (0.0, 1.0, 2.0), None])
def test_spans_that_are_none(t_span: Any) -> None:
    with pytest.raises(TypeError, match="t_span"):
        adx.solve_ivp(lambda t, y: -y, t_span, 1.0)

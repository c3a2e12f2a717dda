"""custom_vjp, custom_jvp and primitive when their rules do not fit: no derivative is lost."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autodiffx as adx


def vjp_of(backend: Any, bwd: Any, fwd: Any = None) -> Any:
    f = backend.custom_vjp(lambda x, y: x * y)
    f.defvjp(fwd or (lambda x, y: (x * y, (x, y))), bwd)
    return f


ARRAY = np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("bwd", "error", "message"),
    [
        (lambda r, g: g, TypeError, r"tuple of 2"),
        (lambda r, g: (g,), TypeError, r"tuple of 2"),
        (lambda r, g: (g, g, g), TypeError, r"tuple of 2"),
        (lambda r, g: (g.sum(), None), ValueError, r"shape \(2,\).*\(\)"),
        (lambda r, g: (g, g), ValueError, r"shape \(\).*\(2,\)"),
        (lambda r, g: ({"u": g}, None), TypeError, r"number"),
        (lambda r, g: ("slope", None), (TypeError, ValueError), r"."),
    ],
)
def test_cotangents_that_do_not_fit(backend: Any, bwd: Any, error: Any, message: str) -> None:
    f = vjp_of(backend, bwd)
    with pytest.raises(error, match=message):
        backend.grad(lambda x, y: f(x, y).sum(), (0, 1))(ARRAY, 3.0)
    assert backend.grad(lambda x: x * x)(2.0) == 4.0


def test_cotangents_of_another_structure(backend: Any) -> None:
    f = backend.custom_vjp(lambda p: p["u"] * p["v"])
    f.defvjp(lambda p: (p["u"] * p["v"], p), lambda p, g: ({"u": g},))
    with pytest.raises(TypeError, match="structure"):
        backend.grad(f)({"u": 1.0, "v": 2.0})


def test_fwd_returns_a_pair(backend: Any) -> None:
    f = vjp_of(backend, lambda r, g: (g, g), lambda x, y: x * y)
    with pytest.raises(TypeError, match="pair"):
        backend.grad(f)(2.0, 3.0)


@pytest.mark.parametrize(
    ("rule", "error", "message"),
    [
        (lambda p, t: p[0], TypeError, r"pair"),
        (lambda p, t: (p[0], t[0].sum()), ValueError, r"shape \(2,\).*\(\)"),
        (lambda p, t: ((p[0], p[0]), t[0]), (TypeError, ValueError), r"structure|number"),
        (lambda p, t: (p[0], (t[0], t[0])), (TypeError, ValueError), r"structure|number"),
        (lambda p, t: (p[0], t[0] ** 3), ValueError, r"not linear"),
        (lambda p, t: (p[0], abs(t[0])), ValueError, r"not linear"),
    ],
)
def test_tangents_that_do_not_fit(backend: Any, rule: Any, error: Any, message: str) -> None:
    f = backend.custom_jvp(lambda x: x * 2.0)
    f.defjvp(rule)
    with pytest.raises(error, match=message):
        backend.grad(lambda x: f(x).sum())(ARRAY)


def test_a_bwd_that_is_not_linear_has_no_forward_mode(backend: Any) -> None:
    f = backend.custom_vjp(lambda x: x)
    f.defvjp(lambda x: (x, None), lambda _, g: (np.clip(g, -1.0, 1.0),))
    with pytest.raises(ValueError, match="not linear"):
        backend.jvp(f, (2.0,), (1.0,))


def test_a_rule_that_is_missing(backend: Any) -> None:
    for f in (backend.custom_vjp(lambda x: x), backend.custom_jvp(lambda x: x)):
        assert f(2.0) == 2.0
        with pytest.raises(AttributeError, match="no rule"):
            backend.grad(f)(2.0)
    p = backend.primitive(lambda x, y: math.hypot(x, y))
    p.defvjp(lambda g, r, x, y: g * x / r)
    assert backend.grad(p)(3.0, 4.0) == 0.6
    assert backend.grad(p)(backend.Constant(3.0), 4.0) == 0.6
    with pytest.raises(NotImplementedError, match=r"lambda.* argument 1"):
        backend.grad(p, 1)(3.0, 4.0)
    with pytest.raises(NotImplementedError, match=r"lambda.* argument 1"):
        backend.jvp(p, (3.0, 4.0), (0.0, 1.0))
    p.defvjp(None, argnums=(1,))
    assert backend.grad(p, 1)(3.0, 4.0) == 0.0
    assert backend.jvp(p, (3.0, 4.0), (1.0, 1.0))[1] == pytest.approx(0.6)


def capturing(backend: Any, w: Any) -> dict[str, Any]:
    """Functions of x that use w without being given it, each in another place."""
    by_f = backend.custom_vjp(lambda x: x * w)
    by_f.defvjp(lambda x: (x * w, x), lambda x, g: (g,))
    by_residual = backend.custom_vjp(lambda x: x)
    by_residual.defvjp(lambda x: (x, w), lambda w, g: (g * w,))
    by_bwd = backend.custom_vjp(lambda x: x)
    by_bwd.defvjp(lambda x: (x, x), lambda x, g: (g * w,))
    by_value = backend.custom_jvp(lambda x: x * w)
    by_value.defjvp(lambda p, t: (p[0], t[0]))
    opaque = backend.primitive(lambda x: x * w)
    opaque.defvjp(lambda g, y, x: g)
    by_rule = backend.primitive(lambda x: x)
    by_rule.defvjp(lambda g, y, x: g * w)
    return {
        "f": by_f,
        "residual": by_residual,
        "bwd": by_bwd,
        "value": by_value,
        "opaque": opaque,
        "rule": by_rule,
    }


@pytest.mark.parametrize("where", ["f", "residual", "bwd", "value", "opaque", "rule"])
def test_what_is_captured_is_not_lost(backend: Any, where: str) -> None:
    w = backend.Variable(5.0)
    with pytest.raises(TypeError, match="would be lost"):
        backend.grad(capturing(backend, w)[where])(2.0)
    with pytest.raises(TypeError, match="would be lost"):
        backend.grad(lambda w: backend.grad(capturing(backend, w)[where])(2.0))(3.0)
    for constant in (backend.Constant(5.0), 5.0):
        backend.grad(capturing(backend, constant)[where])(2.0)


@pytest.mark.parametrize("where", ["f", "value", "opaque"])
def test_what_is_captured_is_not_lost_among_plain_arguments(backend: Any, where: str) -> None:
    with pytest.raises(TypeError, match="would be lost"):
        capturing(backend, backend.Variable(5.0))[where](2.0)


def test_variables_in_fixed_arguments(backend: Any) -> None:
    f = backend.custom_vjp(lambda k, x: k * x, nondiff_argnums=(0,))
    f.defvjp(lambda k, x: (k * x, x), lambda k, x, g: (k * g,))
    assert backend.grad(lambda x: f(3.0, x))(1.0) == 3.0
    with pytest.raises(TypeError, match="nondiff_argnums"):
        backend.grad(lambda k: f(k, 1.0))(3.0)
    p = backend.primitive(lambda x, k: k * x)
    with pytest.raises(TypeError, match="by position"):
        backend.grad(lambda k: p(1.0, k=k))(3.0)


def test_results_that_are_no_numbers(backend: Any) -> None:
    f = backend.primitive(lambda x: "one")
    f.defvjp(lambda g, y, x: g)
    with pytest.raises(TypeError, match="numbers"):
        backend.grad(f)(1.0)


def test_what_the_user_raises_passes(backend: Any) -> None:
    def fail(*_: Any) -> Any:
        raise KeyError("the user's own")

    p = backend.primitive(lambda x: x)
    p.defvjp(fail)
    for f in (backend.primitive(fail), p, vjp_of(backend, fail), vjp_of(backend, fail, fail)):
        arguments = (1.0, 2.0) if isinstance(f, backend.custom_vjp) else (1.0,)
        with pytest.raises(KeyError, match="own"):
            backend.grad(f)(*arguments)
    assert backend.grad(lambda x: x * x)(2.0) == 4.0


def test_what_is_not_callable(backend: Any) -> None:
    for kind in (backend.custom_vjp, backend.custom_jvp):
        with pytest.raises(TypeError, match="function"):
            kind(3.0)


def test_arrays_can_be_changed_after_the_call(backend: Any) -> None:
    scale = np.array([1.0, 2.0])
    f = backend.primitive(lambda x, k: x * k)
    f.defvjp(lambda g, y, x, k: g * k, lambda g, y, x, k: g * x)
    x = backend.Variable([1.0, 1.0])
    y = f(x, scale).sum()
    scale[:] = 100.0
    y.backward()
    np.testing.assert_array_equal(x.grad, [1.0, 2.0])


def doubled_in_place(k: Any) -> Any:
    """What an overwriting routine does to its argument."""
    k *= 2.0
    return k.sum()


def test_constants_that_rules_write_into(backend: Any) -> None:
    """Each evaluation is given arrays of its own, so that all of them give the same."""
    scale = np.array([1.0, 1.0])
    f = backend.custom_vjp(lambda x, k: x * k.sum())
    f.defvjp(lambda x, k: (x * doubled_in_place(k), k), lambda k, g: (g * k.sum(), None))
    p = backend.primitive(lambda x, k: x * doubled_in_place(k))
    p.defvjp(lambda g, y, x, k: g * doubled_in_place(k), None)
    for function in (f, p):
        x = backend.Variable(1.0)
        with backend.Graph() as graph:
            y = function(x, scale)
        assert y.value == 4.0
        graph.forward()
        assert y.value == 4.0
        y.backward()
        assert x.grad == 4.0
        assert scale.tolist() == [1.0, 1.0]
        assert backend.grad(lambda x, f=function: f(x, scale))(1.0) == 4.0


@pytest.mark.parametrize(
    ("positions", "error"),
    [
        (-1, ValueError),
        ((1, 1), ValueError),
        (True, TypeError),
        ("y", TypeError),
        (None, TypeError),
        (1.0, TypeError),
    ],
)
def test_positions_that_are_none(backend: Any, positions: Any, error: Any) -> None:
    for kind in (backend.custom_vjp, backend.custom_jvp):
        with pytest.raises(error, match="nondiff_argnums"):
            kind(lambda x, y: x * y, nondiff_argnums=positions)


def test_positions_beyond_the_call(backend: Any) -> None:
    """The rules would be given fewer arguments than they expect."""
    f = backend.custom_vjp(lambda x, y: x * y, nondiff_argnums=(2,))
    f.defvjp(lambda x, y: (x * y, y), lambda k, y, g: (g * y, None))
    with pytest.raises(ValueError, match=r"nondiff_argnums.*2 arguments"):
        backend.grad(f)(2.0, 3.0)


def test_positions_of_numpy_in_rules(backend: Any) -> None:
    f = backend.custom_vjp(lambda x, y: x * y, nondiff_argnums=np.int64(1))
    f.defvjp(lambda x, y: (x * y, None), lambda y, r, g: (g * y,))
    assert backend.grad(f)(2.0, 3.0) == 3.0


@pytest.mark.parametrize("cotangent", [2, np.float32(2.0), np.array(2.0), True])
def test_cotangents_that_are_plain_numbers(backend: Any, cotangent: Any) -> None:
    f = backend.custom_vjp(lambda x: 2.0 * x)
    f.defvjp(lambda x: (2.0 * x, None), lambda r, g: (cotangent,))
    assert backend.grad(f)(1.0) == float(cotangent)


def test_rules_of_what_returns_nothing(backend: Any) -> None:
    f = backend.custom_vjp(lambda x: None)
    f.defvjp(lambda x: (None, None), lambda r, g: (None,))
    assert backend.grad(lambda x: (f(x), x)[1])(1.0) == 1.0


@pytest.mark.parametrize(
    ("positions", "error"),
    [((-1,), ValueError), (("y",), TypeError), ((True,), TypeError), ((0, 1), ValueError)],
)
def test_positions_of_rules_of_a_primitive(positions: Any, error: Any) -> None:
    p = adx.primitive(lambda x, y: x * y)
    with pytest.raises(error, match=r"argnums|positions"):
        p.defvjp(lambda g, r, x, y: g * x, argnums=positions)
    p.defvjp(lambda g, r, x, y: g * x, argnums=1)
    assert adx.grad(p, 1)(2.0, 3.0) == 2.0


def test_results_in_another_byte_order() -> None:
    p = adx.primitive(lambda x: x.astype(">f8"))
    p.defvjp(lambda g, r, x: (2.0 * g).astype(">f8"))
    assert adx.grad(lambda x: p(x).sum())(ARRAY).tolist() == [2.0, 2.0]


def test_what_is_captured_is_told_from_threads() -> None:
    """There is one thread here, and no word of another."""

    def f(y: Any) -> Any:
        g = adx.custom_vjp(lambda x: x * y)
        g.defvjp(lambda x: (x * y, None), lambda r, c: (c,))
        return g(y)

    with pytest.raises(TypeError, match="none of the arguments") as caught:
        adx.grad(f)(2.0)
    assert "thread" not in str(caught.value)

"""SciPy's special functions where derivatives are conventions, and where there is none."""

from __future__ import annotations

import importlib
import math
import subprocess
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from scipy import special as scipys

from conventions import INF, NAN
from special_functions import FUNCTIONS, mp

# Each row: function, operands, partials by each operand; None for plain orders.
CONVENTIONS: list[tuple[str, tuple[float, ...], tuple[float | None, ...]]] = [
    ("entr", (0.0,), (INF,)),
    ("entr", (-1.0,), (NAN,)),
    ("entr", (INF,), (-INF,)),
    ("entr", (NAN,), (NAN,)),
    ("rel_entr", (0.0, 0.0), (NAN, 0.0)),
    ("rel_entr", (0.0, 2.0), (-INF, 0.0)),
    ("rel_entr", (2.0, 0.0), (INF, -INF)),
    ("rel_entr", (1.0, -1.0), (NAN, NAN)),
    ("rel_entr", (-1.0, -1.0), (NAN, NAN)),
    ("rel_entr", (0.0, NAN), (NAN, NAN)),
    ("kl_div", (0.0, 0.0), (NAN, 1.0)),
    ("kl_div", (0.0, 2.0), (-INF, 1.0)),
    ("kl_div", (2.0, 2.0), (0.0, 0.0)),
    ("kl_div", (2.0, 0.0), (INF, -INF)),
    ("kl_div", (-1.0, -1.0), (NAN, NAN)),
    ("xlogy", (0.0, 0.0), (-INF, NAN)),
    ("i0e", (0.0,), (0.0,)),
    ("i0e", (-0.0,), (0.0,)),
    ("i1e", (0.0,), (0.5,)),
    ("ive", (0.0, 0.0), (None, 0.0)),
    ("ive", (1.0, 0.0), (None, 0.5)),
    ("ive", (2.0, 0.0), (None, 0.0)),
    ("i0", (0.0,), (0.0,)),
    ("i1", (0.0,), (0.5,)),
    ("j0", (0.0,), (0.0,)),
    ("j1", (0.0,), (0.5,)),
    ("jv", (2.0, 0.0), (None, 0.0)),
    ("y0", (0.0,), (INF,)),
    ("y0", (-1.0,), (NAN,)),
    ("k0", (0.0,), (-INF,)),
    ("k0", (INF,), (0.0,)),
    ("expi", (0.0,), (INF,)),
    ("expi", (-INF,), (0.0,)),
    ("exp1", (0.0,), (-INF,)),
    ("exp1", (-1.0,), (NAN,)),
    ("exprel", (0.0,), (0.5,)),
    ("exprel", (-INF,), (0.0,)),
    ("loggamma", (-0.5,), (NAN,)),
    ("zeta", (1.0, 1.0), (-INF, -1.6449340668482264)),
    ("zeta", (0.5, 1.0), (NAN, NAN)),
    ("gammainc", (0.5, 0.0), (0.0, INF)),
    ("gammainc", (1.0, 0.0), (0.0, 1.0)),
    ("gammainc", (2.0, 0.0), (0.0, 0.0)),
    ("gammainc", (2.0, INF), (0.0, 0.0)),
    ("gammainc", (-1.0, 1.0), (NAN, NAN)),
    ("gammainc", (1.0, -1.0), (NAN, NAN)),
    ("gammaincc", (1.0, 0.0), (0.0, -1.0)),
    ("pdtr", (-1.0, 2.0), (None, NAN)),
    ("pdtr", (1.5, 2.0), (None, -2.0 * math.exp(-2.0))),
    ("chdtr", (2.0, 0.0), (0.0, 0.5)),
    ("k0e", (0.0,), (NAN,)),
    ("kve", (2.0, 0.0), (None, NAN)),
    ("betainc", (1.0, 3.0, 0.0), (0.0, 0.0, 3.0)),
    ("betainc", (0.5, 3.0, 0.0), (0.0, 0.0, INF)),
    ("betainc", (2.0, 3.0, 0.0), (0.0, 0.0, 0.0)),
    ("betainc", (3.0, 1.0, 1.0), (0.0, 0.0, 3.0)),
    ("betainc", (3.0, 0.5, 1.0), (0.0, 0.0, INF)),
    ("betainc", (1.0, 1.0, 1.5), (NAN, NAN, NAN)),
    ("betainc", (-1.0, 1.0, 0.5), (NAN, NAN, NAN)),
]


def of(adx: ModuleType, name: str) -> Any:
    return getattr(importlib.import_module(f"{adx.__name__}.scipy.special"), name)


@pytest.mark.parametrize(("name", "operands", "partials"), CONVENTIONS)
def test_conventions(
    backend: ModuleType,
    name: str,
    operands: tuple[float, ...],
    partials: tuple[float | None, ...],
) -> None:
    leaves: list[Any] = [
        x if partial is None else backend.Variable(x)
        for x, partial in zip(operands, partials, strict=True)
    ]
    result = of(backend, name)(*leaves)
    np.testing.assert_array_equal(result.value, getattr(scipys, name)(*operands))
    result.backward()
    arrays: list[Any] = [x if isinstance(x, float) else backend.Variable([x.value]) for x in leaves]
    of(backend, name)(*arrays).backward([1.0])
    for scalar, array, expected in zip(leaves, arrays, partials, strict=True):
        if expected is not None:
            np.testing.assert_allclose(scalar.grad, expected, rtol=1e-13)
            np.testing.assert_allclose(array.grad, [expected], rtol=1e-13)


def test_a_zero_adjoint_meets_no_infinity(backend: ModuleType) -> None:
    x = backend.Variable([0.0, 1.0])
    (of(backend, "entr")(x) * np.array([0.0, 1.0])).sum().backward()
    assert x.grad.tolist() == [0.0, -1.0]
    value, slope = backend.jvp(of(backend, "entr"), (np.array([0.0, 1.0]),), (np.array([0.0, 1]),))
    assert np.asarray(slope).tolist() == [0.0, -1.0]
    assert np.asarray(value).tolist() == [0.0, 0.0]


def test_joints_of_a_loss(backend: ModuleType) -> None:
    huber = of(backend, "huber")
    for at, expected in ((0.5, 1.0), (1.0, 0.5), (-1.0, 0.5), (2.0, 0.0)):
        assert backend.grad(backend.grad(lambda x: huber(1.0, x)))(at) == expected
    for at, expected in ((0.5, -1.0), (1.0, -0.5), (2.0, 0.0)):
        assert backend.grad(backend.grad(lambda d: huber(d, 1.0)))(at) == expected


def test_second_derivatives_at_zero(core: ModuleType) -> None:
    for name, expected in (("j0", -0.5), ("j1", 0.0), ("i0", 0.5), ("i1", 0.0), ("exprel", 1 / 3)):
        assert core.grad(core.grad(of(core, name)))(0.0) == pytest.approx(expected, rel=1e-15)
    assert core.grad(core.grad(lambda x: of(core, "jv")(2, x)))(0.0) == 0.25


@pytest.mark.parametrize("name", ["jv", "yv", "yn", "iv", "kv", "kn", "ive", "kve", "expn", "pdtr"])
def test_no_derivative_by_an_order_is_dropped(backend: ModuleType, name: str) -> None:
    function = of(backend, name)
    v, x = backend.Variable(2.0), backend.Variable([1.0, 2.0])
    y = function(v, x)
    np.testing.assert_array_equal(y.value, getattr(scipys, name)(2.0, x.value))
    with pytest.raises(NotImplementedError, match=f"{name} is not differentiated by"):
        y.sum().backward()
    with pytest.raises(NotImplementedError, match=f"{name} is not differentiated by"):
        backend.jvp(lambda t: function(t, 1.5), (2.0,), (1.0,))
    with pytest.raises(NotImplementedError, match=f"{name} is not differentiated by"):
        backend.grad(lambda t: function(t, 1.5))(2.0)


def test_equal_infinities_share(core: ModuleType) -> None:
    for numbers, shares in (
        ([INF, INF, 1.0], [0.5, 0.5, 0.0]),
        ([-INF, -INF], [0.5, 0.5]),
        ([-INF, 1.0], [0.0, 1.0]),
    ):
        x = core.Variable(numbers)
        y = of(core, "logsumexp")(x)
        assert y.value == scipys.logsumexp(numbers)
        y.backward()
        assert x.grad.tolist() == shares


def test_logsumexp_of_factors_of_either_sign(backend: ModuleType) -> None:
    logsumexp = of(backend, "logsumexp")
    a, b = backend.Variable([1.0, 2.0, 0.5]), backend.Variable([1.0, -2.0, 0.0])
    y, sign = logsumexp(a, b=b, return_sign=True)
    expected = scipys.logsumexp(a.value, b=b.value, return_sign=True)
    assert (y.value, sign.value) == (pytest.approx(expected[0], rel=1e-15), expected[1])
    y.backward()
    total = float(np.sum(b.value * np.exp(a.value)))
    np.testing.assert_allclose(a.grad, b.value * np.exp(a.value) / total, rtol=1e-14)
    np.testing.assert_allclose(b.grad, np.exp(a.value) / total, rtol=1e-14)
    assert np.isnan(logsumexp(a, b=b).value)
    x = backend.Variable([[0.0, 1.0]])
    y, sign = logsumexp(x, axis=1, return_sign=True)
    assert (y.shape, np.shape(sign)) == ((1,), (1,))


@pytest.mark.parametrize("name", ["airy", "ellipk", "wofz", "bdtrc", "pro_ang1_cv"])
def test_what_is_not_supported_names_itself(backend: ModuleType, name: str) -> None:
    ufunc = getattr(scipys, name)
    for x, error in ((backend.Variable([1.0, 2.0]), NotImplementedError), (1.0, TypeError)):
        leaf = x if error is NotImplementedError else backend.Variable(x)
        with pytest.raises(error, match=f"scipy.special.{ufunc.__name__}"):
            ufunc(*[leaf] * ufunc.nin)
        with pytest.raises(error, match=r"(numpy|np)\.isnat"):
            np.isnat(leaf)
    with pytest.raises(NotImplementedError, match=r"scipy\.special\.lambertw"):
        scipys.lambertw(backend.Variable([1.0]))


def test_the_namespace_refuses_what_it_has_not(core: ModuleType) -> None:
    special: Any = importlib.import_module("autodiffx.scipy.special")
    assert special.ellipk(0.5) == scipys.ellipk(0.5)
    assert special.comb(5, 2) == 10
    with pytest.raises(NotImplementedError, match=r"scipy\.special\.ellipk of Variables"):
        special.ellipk(core.Variable(0.5))
    with pytest.raises(NotImplementedError, match=r"scipy\.special\.comb of Variables"):
        special.comb(core.Variable(5.0), 2)
    with pytest.raises(AttributeError, match="no_such"):
        _ = special.no_such


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_without_elements_as_scipy(
    backend: ModuleType, name: str, axis: Any, shape: tuple[int, int]
) -> None:
    x = backend.Variable(np.zeros(shape))
    try:
        with np.errstate(all="ignore"):
            expected = getattr(scipys, name)(np.zeros(shape), axis=axis)
    except Exception as error:
        with pytest.raises(type(error)):
            of(backend, name)(x, axis=axis)
    else:
        np.testing.assert_array_equal(of(backend, name)(x, axis=axis).value, expected)


def test_of_one_number(backend: ModuleType) -> None:
    x = backend.Variable(2.0)
    for name, value, slope in (("logsumexp", 2.0, 1.0), ("softmax", 1.0, 0.0)):
        y = of(backend, name)(x)
        assert (y.value, y.shape) == (value, ())
        y.backward()
        assert x.grad == slope


def test_every_function_is_tested_and_both_have_it(core: ModuleType) -> None:
    special: Any = importlib.import_module("autodiffx.scipy.special")
    reference: Any = importlib.import_module("autodiffx.reference.scipy.special")
    assert set(special.__all__) == set(reference.__all__)
    elsewhere = {"gammasgn", "log_softmax", "logsumexp", "multigammaln", "polygamma", "round",
                 "softmax"} | {"cbrt", "exp2", "expm1", "log1p", "softplus"}  # fmt: skip
    assert set(special.__all__) - elsewhere == set(FUNCTIONS)
    refused = [*special.UNSUPPORTED.values(), *special.WITHOUT_DERIVATIVE.values()]
    names = " ".join(refused).split()
    assert len(set(names)) == len(names)
    assert not set(names) & set(special.__all__)


def test_passive_and_stepped(backend: ModuleType) -> None:
    x = backend.Variable([-0.5, 1.5])
    y = of(backend, "gammasgn")(x)
    assert y.value.tolist() == [-1.0, 1.0]
    (x * y + of(backend, "round")(x)).sum().backward()
    assert x.grad.tolist() == [-1.0, 1.0]
    z = of(backend, "polygamma")(2, x)
    np.testing.assert_allclose(z.value, scipys.polygamma(2, x.value), rtol=1e-14)
    with pytest.raises(TypeError):
        of(backend, "polygamma")(x, 2.0)


def test_bad_input(backend: ModuleType) -> None:
    x = backend.Variable([1.0, 2.0])
    with pytest.raises(ValueError, match="broadcast"):
        of(backend, "gammainc")(x, np.ones(3))
    with pytest.raises(TypeError, match=r"takes 2 .*arguments"):
        of(backend, "gammainc")(*[x] * 3)
    with pytest.raises(TypeError):
        of(backend, "gammainc")(x, "2")
    with pytest.raises(TypeError):
        of(backend, "gammainc")(x, np.array([1j, 2j]))
    with pytest.raises(ValueError, match="condition"):
        of(backend, "multigammaln")(x, 5)
    with pytest.raises(TypeError, match="plain integer"):
        of(backend, "multigammaln")(3.0, x)
    with pytest.raises(TypeError):
        scipys.gammainc(x, x, out=np.empty(2))
    for name in ("logsumexp", "softmax", "log_softmax"):
        with pytest.raises(np.exceptions.AxisError):
            of(backend, name)(x, axis=3)


def test_what_fails_leaves_the_recording(backend: ModuleType) -> None:
    x = backend.Variable([1.0, 2.0])
    with backend.Graph() as graph:
        y = of(backend, "gammainc")(2.0, x)
        with pytest.raises(ValueError, match="broadcast"):
            of(backend, "gammainc")(x, np.ones(3))
        np.sum(y)
    graph.backward()
    np.testing.assert_allclose(x.grad, x.value * np.exp(-x.value), rtol=1e-14)


def test_without_variables_scipys_own(backend: ModuleType) -> None:
    for name, function in FUNCTIONS.items():
        arrays = function.draw(np.random.default_rng(0), (2,))
        numbers = [float(a[0]) for a in arrays]
        found = of(backend, name)(*numbers)
        assert type(found) is type(getattr(scipys, name)(*numbers))


def test_ufuncs_have_outer_and_accumulate(backend: ModuleType) -> None:
    x, y = backend.Variable([0.5, 1.0]), backend.Variable([1.0, 2.0, 3.0])
    found = scipys.xlogy.outer(x, y)
    np.testing.assert_allclose(found.value, scipys.xlogy.outer(x.value, y.value), rtol=1e-15)


def test_scipy_is_imported_when_it_is_needed() -> None:
    code = (
        "import sys, autodiffx, autodiffx.numpy, autodiffx.reference, autodiffx.scipy\n"
        "import autodiffx.reference.scipy\n"
        "x = autodiffx.Variable([1.0]); autodiffx.numpy.exp(x); autodiffx.erf(x[0])\n"
        "assert 'scipy.special' not in sys.modules, 'imported too early'\n"
        "import scipy.special\n"
        "for adx in (autodiffx, autodiffx.reference):\n"
        "    assert scipy.special.gammainc(2.0, adx.Variable([1.0])).op == 'gammainc'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


FAR = [
    (1e-3, 1e-4), (1e-3, 3.0), (0.02, 40.0), (5.0, 0.01), (5.0, 60.0), (29.9, 29.0), (30.1, 29.0),
    (30.1, 31.5), (300.0, 250.0), (300.0, 420.0), (300.0, 1100.0),
    (5000.0, 4900.0), (5000.0, 5200.0),
]  # fmt: skip


@pytest.mark.parametrize(("a", "x"), FAR)
def test_gammainc_by_its_shape_far_out(core: ModuleType, a: float, x: float) -> None:
    """Twelve digits of the derivative itself, also in tails of 1e-100."""
    with mp.workdps(80):
        below = x < a

        def tail(shape: Any) -> Any:
            ends = (0, mp.mpf(x)) if below else (mp.mpf(x), mp.inf)
            return mp.gammainc(shape, *ends, regularized=True)

        step = mp.mpf(a) / 10**20
        slope = (tail(a + step) - tail(a - step)) / (2 * step)
        curvature = (tail(a + step) - 2 * tail(mp.mpf(a)) + tail(a - step)) / step**2
        sign = 1 if below else -1
    first = core.grad(lambda t: of(core, "gammainc")(t, x))
    assert first(a) == pytest.approx(float(sign * slope), rel=1e-12, abs=0.0)
    scale = abs(float(slope)) / a
    found = core.grad(first)(a)
    assert found == pytest.approx(float(sign * curvature), rel=1e-11, abs=1e-13 * scale)


WIDE = [
    (0.01, 0.02, 0.3), (0.01, 30.0, 1e-5), (0.3, 400.0, 0.01), (30.0, 0.05, 0.999), (2.0, 3.0, 0.4),
    (200.0, 0.1, 0.99999), (50.0, 80.0, 0.2), (50.0, 80.0, 0.39), (50.0, 80.0, 0.7),
    (2000.0, 3000.0, 0.41),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b", "x"), WIDE)
def test_betainc_by_its_shapes_far_out(core: ModuleType, a: float, b: float, x: float) -> None:
    with mp.workdps(80):
        below = x < a / (a + b)

        def tail(p: Any, q: Any) -> Any:
            if below:
                return mp.betainc(p, q, 0, mp.mpf(x), regularized=True)
            return -mp.betainc(q, p, 0, 1 - mp.mpf(x), regularized=True)

        h, k = mp.mpf(a) / 10**20, mp.mpf(b) / 10**20
        by_a = (tail(a + h, mp.mpf(b)) - tail(a - h, mp.mpf(b))) / (2 * h)
        by_b = (tail(mp.mpf(a), b + k) - tail(mp.mpf(a), b - k)) / (2 * k)
        corners = tail(a + h, b + k) - tail(a + h, b - k) - tail(a - h, b + k) + tail(a - h, b - k)
        by_both = corners / (4 * h * k)
    gradient = core.grad(of(core, "betainc"), argnums=(0, 1))
    found = gradient(a, b, x)
    np.testing.assert_allclose(found, [float(by_a), float(by_b)], rtol=1e-12)
    mixed = core.grad(core.grad(of(core, "betainc")), argnums=1)(a, b, x)
    assert mixed == pytest.approx(float(by_both), rel=1e-10)


@pytest.mark.parametrize("x", [38.0, 50.0, 1e3, 1e6, 1e12])
@pytest.mark.parametrize("v", [0.0, 1.0, 2.5])
def test_scaled_bessel_functions_far_out(core: ModuleType, v: float, x: float) -> None:
    """The derivatives are by 1/x smaller than what they are differences of."""
    with mp.workdps(60):
        z = mp.mpf(x)
        near = [mp.besseli(v + k, z) * mp.exp(-z) for k in (-1, 0, 1)]
        falling = float((near[0] + near[2]) / 2 - near[1])
        near = [mp.besselk(v + k, z) * mp.exp(z) for k in (-1, 0, 1)]
        rising = float(near[1] - (near[0] + near[2]) / 2)
    for name, expected in (("ive", falling), ("kve", rising)):
        function = of(core, name)
        assert core.grad(lambda t, f=function: f(v, t))(x) == pytest.approx(expected, rel=1e-12)
    for name, order, expected in (
        ("i0e", 0.0, falling),
        ("i1e", 1.0, falling),
        ("k0e", 0.0, rising),
        ("k1e", 1.0, rising),
    ):
        if order == v:
            assert core.grad(of(core, name))(x) == pytest.approx(expected, rel=1e-12)

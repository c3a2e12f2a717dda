"""autograd.numpy and autograd.scipy: every name, plain results, and derivatives."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import scipy.signal
import scipy.special
import scipy.stats

import autodiffx as adx
import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import grad, hessian, jacobian, make_jvp
from autodiffx.compat.autograd.core import vspace
from autodiffx.compat.autograd.numpy import numpy_jvps, numpy_vjps, numpy_wrapper
from autodiffx.compat.autograd.numpy.numpy_boxes import ArrayBox
from autodiffx.compat.autograd.scipy import integrate, linalg, misc, signal, special, stats
from autodiffx.compat.autograd.test_util import check_grads
from autodiffx.compat.autograd.tracer import getval, isbox

Function = Callable[..., Any]

_plain_convolve: Any = scipy.signal.convolve

A = numpy.array([[0.4, -1.2, 0.7], [1.5, 0.3, -0.8], [-0.6, 0.9, 2.2]])
X = numpy.array([0.4, -1.2, 2.5])
POSITIVE = numpy.array([0.3, 1.4, 2.6])
SYMMETRIC = A @ A.T + numpy.eye(3)

# Functions of one array, each at a point where it is smooth.
NAMES = """exp sin cos tanh arctan sinh arcsinh expm1 square abs sinc sum mean prod var std max min
    cumsum ravel diff flip sort atleast_2d"""
OF_POSITIVE = "log sqrt log1p log2 log10 reciprocal cbrt"
SMOOTH: dict[str, tuple[Function, Any]] = {
    **{name: (getattr(np, name), X) for name in NAMES.split()},
    **{name: (getattr(np, name), POSITIVE) for name in OF_POSITIVE.split()},
}
SMOOTH |= {
    "power": (lambda x: x**2.5, POSITIVE),
    "dot": (lambda x: np.dot(A, x), X),
    "tensordot": (lambda x: np.tensordot(A, x, 1), A),
    "einsum": (lambda x: np.einsum("ij,kj->ik", x, A), A),
    "matmul": (lambda x: x @ x.T, A),
    "outer": (lambda x: np.outer(x, x), X),
    "kron": (lambda x: np.kron(x, A[:2]), A),
    "where": (lambda x: np.where(x > 0.0, x**2, np.sin(x)), X),
    "select": (lambda x: np.select([x > 1.0, x < 0.0], [x**2, x**3]), X),
    "clip": (lambda x: np.clip(x, -1.0, 1.0), X),
    "array": (lambda x: np.array([[x[0], 1.0], [x[1] * x[2], x[1]]]), X),
    "array of more axes": (lambda x: np.array(x, ndmin=2) @ np.array([x, x], ndmin=3)[0].T, X),
    "stack": (lambda x: np.stack([x, x**2], axis=1), X),
    "of generators": (
        lambda x: np.stack(row**2 for row in x) @ np.concatenate(x for _ in "ab")[:3],
        A,
    ),
    "lists": (lambda x: (x * [1.0, 2.0, 3.0] + (0.5, 0.0, 1.0)) / [x[0], 2.0, 1.0], X),
    "lists before": (lambda x: [1.0, 2.0, 3.0] - x + [x[1], 1.0, 1.0] * x, X),
    "concatenate": (lambda x: np.concatenate((x, [1.0], x[1:]), axis=0), X),
    "vstack": (lambda x: np.vstack([x, A]), X),
    "hstack": (lambda x: np.hstack([x, x[:2]]), X),
    "column_stack": (lambda x: np.column_stack([x, A]), X),
    "append": (lambda x: np.append(A, x), X),
    "r_": (lambda x: np.r_[x, 1.0, 0:2, [x[0], 2.0], x[2]], X),
    "c_": (lambda x: np.c_[x, A, [x[0], 1.0, x[1]]], X),
    "make_diagonal": (lambda x: np.make_diagonal(x, offset=0, axis1=-1, axis2=-2), A),
    "concatenate_args": (lambda x: np.concatenate_args(1, x, A), A),
    "array_from_args": (lambda x: np.array_from_args((), {}, x[0], x[1] ** 2), X),
    "index": (lambda x: x[[0, 0, 2]] * x[::-1], X),
    "rot90": (np.rot90, A),
    "ravel in order F": (lambda x: np.ravel(x, order="F") * x.ravel("F"), A),
    "reshape in order F": (lambda x: np.reshape(x[:2], (3, 2), order="F") ** 2, A),
    "vectorize": (np.vectorize(lambda x: x**2 if x > 0.0 else np.sin(x)), A),
    "vectorize with a signature": (np.vectorize(np.linalg.norm, signature="(n)->()"), A),
    "inv": (np.linalg.inv, SYMMETRIC),
    "det": (np.linalg.det, SYMMETRIC),
    "slogdet": (lambda x: np.linalg.slogdet(x)[1], SYMMETRIC),
    "solve": (lambda x: np.linalg.solve(x, X), SYMMETRIC),
    "norm": (np.linalg.norm, A),
    "svd": (lambda x: np.linalg.svd(x, full_matrices=False)[1], A),
    "pinv": (np.linalg.pinv, A),
    "eigh": (lambda x: np.linalg.eigh(x)[0], SYMMETRIC),
    "eigh of the upper": (lambda x: np.linalg.eigh(x, "U")[1] ** 2, SYMMETRIC),
    "logsumexp": (lambda x: special.logsumexp(x, axis=1, keepdims=True), A),
    "gammaln": (special.gammaln, POSITIVE),
    "rgamma": (special.rgamma, POSITIVE),
    "erf": (special.erf, X),
    "expit": (special.expit, X),
    "iv": (lambda x: special.iv(1.5, x), POSITIVE),
    "multigammaln": (lambda x: special.multigammaln(x, 2), POSITIVE + 1.0),
    "norm.logcdf": (lambda x: stats.norm.logcdf(x, 0.5, scale=2.0), X),
    "t.logpdf": (lambda x: stats.t.logpdf(x, 3.0, x[0], 1.5), X),
    "gamma.cdf": (lambda x: stats.gamma.cdf(x, 1.5), POSITIVE),
    "beta.pdf": (lambda x: stats.beta.pdf(x, 1.5, 2.5), POSITIVE / 3.0),
    "chi2.logpdf": (lambda x: stats.chi2.logpdf(x, 3.0), POSITIVE),
    "poisson.pmf": (lambda x: stats.poisson.pmf([0, 1, 4], x), POSITIVE),
    "dirichlet.logpdf": (lambda x: stats.dirichlet.logpdf([0.2, 0.3, 0.5], x), POSITIVE),
    "multivariate_normal": (lambda x: stats.multivariate_normal.logpdf(A, x, SYMMETRIC), X),
    "solve_triangular": (
        lambda x: linalg.solve_triangular(x, X, lower=True),
        numpy.tril(SYMMETRIC),
    ),
    "convolve": (lambda x: signal.convolve(x, A[:2, :2], mode="valid"), A),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_derivatives(name: str) -> None:
    f, x = SMOOTH[name]
    numpy.random.seed(1)  # noqa: NPY002  # check_grads draws from it
    check_grads(f, order=1 if name in ("svd", "eigh", "eigh of the upper") else 2)(x)


def test_every_name_of_numpy_is_there() -> None:
    own = ("where", "c_", "r_")
    for module, plain in ((np, numpy), (np.linalg, numpy.linalg), (np.random, numpy.random)):
        for name, found in vars(plain).items():
            if name.startswith("_") or name in own or isinstance(found, type(numpy)):
                continue
            ours = getattr(module, name)
            if callable(found) and not isinstance(found, type):
                assert ours.fun is found, name
    assert numpy_wrapper.numpy_version == np.__version__ == numpy.__version__
    with pytest.raises(AttributeError, match="no_such"):
        _ = np.no_such


def test_plain_numbers_stay_numpys() -> None:
    assert type(np.zeros(2)) is type(np.array([1.0])) is type(np.full(2, 1.0)) is numpy.ndarray
    assert type(np.sin(1.0)) is numpy.float64
    z = np.zeros((2, 2))
    z[0] = 1.0
    assert z.tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert np.random.RandomState(0).randn(2).shape == (2,)


def test_what_has_no_derivative_is_plain() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.extend(
            [x > 0.0, x == x, np.floor(x), np.sign(x), np.argsort(x), np.isnan(x), np.zeros_like(x)]
        )
        seen.extend([np.greater(x, 0.0), ~(x > 0.0) | (x < 1.0), np.round(x, 1), np.shape(x)])
        seen.extend([np.argmax(x), np.any(x > 0.0), np.int64(x[2]), x.shape, len(x)])
        return np.sum(x) * (x > 0.0).sum()

    for operator in (grad, lambda f: lambda x: make_jvp(f)(x)(x), hessian):
        seen.clear()
        operator(f)(X)
        assert not any(isinstance(each, (adx.Variable, adx.Dual)) for each in seen)
        assert numpy.array_equal(seen[0], [True, False, True])
        assert seen[-3:] == [2, (3,), 3]
    assert set(numpy_vjps.nograd_functions) >= {np.floor, np.sign, np.argmax, np.zeros_like}


def test_decisions_are_numpys() -> None:
    def f(x: Any) -> Any:
        small = ~(x > 2.0)
        return x**2 if small else x**3

    for operator in (grad, lambda f: lambda x: make_jvp(f)(x)(1.0)[1]):
        assert operator(f)(3.0) == 27.0
        assert operator(f)(1.0) == 2.0
    assert type(adx.Variable(3.0) > 2.0) is bool


def test_copies() -> None:
    def f(p: Any) -> Any:
        again = copy.deepcopy(p)
        return copy.copy(p["x"]) * again["x"] + np.sum(copy.copy(again["y"]) * p["y"])

    found = grad(f)({"x": 3.0, "y": X})
    assert found["x"] == 6.0
    assert found["y"].tolist() == (2.0 * X).tolist()
    assert make_jvp(f)({"x": 3.0, "y": X})({"x": 1.0, "y": X})[1] == 6.0 + 2.0 * X @ X


def test_graphs_keep_what_was_decided() -> None:
    x = adx.Variable(X)
    with adx.Graph() as graph:
        y = grad(lambda z: np.sum(np.where(z > 0.0, z**2, z) * x))(x)
    x.value = -X
    graph.forward()
    numpy.testing.assert_allclose(y.value, numpy.where(-X > 0.0, 2.0 * -X, 1.0) * -X)


def test_where() -> None:
    assert np.where([True, False], [1, 2], [3, 4]) == [1, 4]
    assert np.where(True, 1.0, y=2.0) == 1.0
    assert np.where(X > 0.0)[0].tolist() == [0, 2]
    assert grad(lambda x: np.sum(np.where([True, False, True], x, 0.0)))(X).tolist() == [1, 0, 1]
    with pytest.raises(ValueError, match="both"):
        np.where(X > 0.0, X)


def test_types() -> None:
    assert np.dtype(np.int64) == numpy.int64
    assert X.astype(np.int32).dtype == numpy.int32
    assert isinstance(numpy.int64(3), np.int64)
    assert np.float64 is numpy.float64
    assert numpy_wrapper.metadata(X) == ((3,), 1, numpy.dtype(float), False)


def test_one_triangle_of_a_symmetric_matrix() -> None:
    for name, half in (("L", numpy.tril), ("U", numpy.triu)):
        found = grad(lambda x, name=name: np.sum(np.linalg.eigh(x, name)[0] ** 2))(SYMMETRIC)
        numpy.testing.assert_array_equal(found, half(found))
        whole = 2.0 * SYMMETRIC
        numpy.testing.assert_allclose(found, half(whole) + half(whole, -1 if name == "L" else 1))


def test_what_raises_by_name() -> None:
    with pytest.raises(NotImplementedError, match=r"numpy\.fft\.fft"):
        grad(lambda x: np.sum(np.real(np.fft.fft(x))))(X)
    numpy.testing.assert_array_equal(np.fft.fft(X), numpy.fft.fft(X))
    with pytest.raises(NotImplementedError, match=r"numpy\.random\.normal"):
        grad(lambda x: np.random.normal(x[0]))(X)
    with pytest.raises(NotImplementedError, match=r"numpy\.histogram"):
        grad(lambda x: np.sum(np.histogram(x)[0]))(X)
    with pytest.raises(NotImplementedError, match="offset=0"):
        np.make_diagonal(X)
    with pytest.raises(NotImplementedError, match="string"):
        grad(lambda x: np.sum(np.r_["0,2", x, x]))(X)
    with pytest.raises(NotImplementedError, match=r"special\.lambertw"):
        grad(special.lambertw)(1.0)
    assert special.lambertw(0.0) == 0.0


def test_helpers_of_rules() -> None:
    meta = numpy_wrapper.metadata(numpy.ones((1, 3)))
    assert numpy_vjps.unbroadcast(numpy.ones((4, 2, 3)), meta).tolist() == [[8.0, 8.0, 8.0]]
    assert numpy_vjps.unbroadcast(numpy.ones((3, 4)), numpy_wrapper.metadata(X), -1).shape == (3,)
    assert numpy_vjps.unbroadcast_f(2.0, lambda g: 3.0 * g)(X) == pytest.approx(3.0 * X.sum())
    assert numpy_vjps.balanced_eq(X, X, X).tolist() == [0.5] * 3
    check_grads(lambda x: numpy_vjps.replace_zero(x, 2.0))(X)
    check_grads(lambda x: numpy_vjps.unbroadcast(x, meta))(A)
    for axis in (None, 0, -1, (0, 1)):
        shape = numpy.ones((2, 3)).sum(axis=axis).shape
        back, count = numpy_vjps.repeat_to_match_shape(
            numpy.ones(shape), (2, 3), float, axis, False
        )
        assert back.shape == (2, 3)
        assert count * numpy.prod(shape, initial=1.0) == 6
    sparse = numpy_vjps.untake(numpy.array([1.0, 2.0]), [0, 0], vspace(X))
    assert sparse.mut_add(numpy.zeros(3)).tolist() == [3.0, 0.0, 0.0]
    assert numpy_jvps.broadcast(X, A).shape == (3, 3)
    assert numpy_vjps.match_complex(X, 2.0) == 2.0
    with pytest.raises(NotImplementedError, match="complex"):
        numpy_vjps.match_complex(1j, 2.0)


@pytest.mark.parametrize("mode", ["full", "valid", "same"])
@pytest.mark.parametrize("shapes", [((6,), (3,)), ((4, 5), (2, 3)), ((5,), (5,))])
def test_convolutions_are_scipys(mode: str, shapes: Any) -> None:
    random = numpy.random.default_rng(0)
    a, b = (random.normal(size=shape) for shape in shapes)
    numpy.testing.assert_allclose(
        signal.convolve(a, b, mode=mode), _plain_convolve(a, b, mode), rtol=1e-12, atol=1e-13
    )
    check_grads(lambda a, b: signal.convolve(a, b, mode=mode), (0, 1))(a, b)


def test_convolutions_along_chosen_axes() -> None:
    random = numpy.random.default_rng(0)
    images, filters = random.normal(size=(2, 3, 5, 6)), random.normal(size=(3, 4, 2, 3))
    found = signal.convolve(
        images, filters, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid"
    )
    assert found.shape == (2, 4, 4, 4)
    expected = sum(_plain_convolve(images[1, c], filters[c, 2], "valid") for c in range(3))
    numpy.testing.assert_allclose(found[1, 2], expected, rtol=1e-12)
    with pytest.raises(AssertionError, match="mode"):
        signal.convolve(X, X, mode="circular")
    with pytest.raises(ValueError, match="longer"):
        signal.convolve(A[:2], A[:, :2], mode="valid")


def test_ordinary_differential_equations() -> None:
    def slope(y: Any, t: Any, a: Any, b: Any) -> Any:
        return np.array([a * y[0] - y[0] * y[1], y[0] * y[1] - b * y[1] + 0.1 * t])

    times, fine = numpy.linspace(0.0, 1.0, 4), {"rtol": 1e-12, "atol": 1e-12}

    def last(p: Any) -> Any:
        return integrate.odeint(slope, p[2:], times, (p[0], p[1]), **fine)[-1, 0]

    p, v = numpy.array([1.1, 0.7, 1.0, 2.0]), numpy.array([1.0, -0.5, 2.0, 0.3])
    slope_along = (last(p + 1e-5 * v) - last(p - 1e-5 * v)) / 2e-5
    assert grad(last)(p) @ v == pytest.approx(slope_along, rel=1e-6)

    def turned(k: Any) -> Any:
        return integrate.odeint(lambda t, y, k: -k * y, 1.0, [0.0, 1.0], (k,), tfirst=True)[-1, 0]

    assert grad(turned)(0.5) == pytest.approx(-math.exp(-0.5), rel=1e-6)
    start = p[2:]
    with pytest.raises(NotImplementedError, match="full_output"):
        grad(lambda a: integrate.odeint(slope, start, [0.0, 1.0], (a, 1.0), full_output=True))(1.0)
    with pytest.raises(TypeError, match="pass it"):
        grad(lambda a: integrate.odeint(lambda y, t: a * y, start + 0.0 * a, [0.0, 1.0])[1, 0])(1.0)


def test_distributions() -> None:
    assert stats.norm.pdf(0.3, 0.1, 2.0) == scipy.stats.norm.pdf(0.3, 0.1, 2.0)
    cov = numpy.array([[2.0, 0.3], [0.3, 1.0]])
    entropy = stats.multivariate_normal.entropy
    assert entropy(numpy.zeros(2), cov) == scipy.stats.multivariate_normal.entropy(None, cov)
    numpy.testing.assert_allclose(
        grad(lambda c: entropy(numpy.zeros(2), c))(cov), 0.5 * numpy.linalg.inv(cov), rtol=1e-13
    )
    assert stats.dirichlet.rvs([1.0, 1.0], random_state=0).shape == (1, 2)
    assert grad(lambda s: stats.norm.logpdf(1.0, loc=0.0, scale=s))(2.0) == -0.5 + 0.125
    assert misc.logsumexp is special.logsumexp


def test_values_inside() -> None:
    seen = []

    def f(x: Any) -> Any:
        seen.append((isbox(x), isinstance(x, ArrayBox), getval(x).tolist(), x.ndim, x.T.shape))
        return np.ravel(x) * 2.0

    assert jacobian(f)(A).shape == (9, 3, 3)
    assert seen == [(True, True, A.tolist(), 2, (3, 3))]

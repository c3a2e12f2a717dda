"""Distributions of vectors and matrices: the shapes that SciPy takes, and what is refused."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats

from array_distributions import positive_definite
from array_shapes import uniform

COV = positive_definite(1, 3)
TWO = positive_definite(2, 2)
POINTS = uniform(3, (2, 4, 3))
Use = Callable[[Any, Any], Any]

# Calls of a module of distributions, with something that makes a Variable of what it is given.
CALLS: dict[str, Use] = {
    "normal": lambda s, v: s.multivariate_normal.logpdf(v(POINTS), np.ones(3), COV),
    "normal-of-cov": lambda s, v: s.multivariate_normal.logpdf(POINTS, np.ones(3), v(COV)),
    "normal-by-name": lambda s, v: s.multivariate_normal.logpdf(POINTS, cov=v(COV)),
    "normal-of-diagonal": lambda s, v: s.multivariate_normal.logpdf(
        POINTS, np.ones(3), v([1.0, 2.0, 3.0])
    ),
    "normal-of-number": lambda s, v: s.multivariate_normal.logpdf(POINTS, np.ones(3), v(2.0)),
    "normal-without-cov": lambda s, v: s.multivariate_normal.logpdf(POINTS, v(np.ones(3))),
    "normal-cov-none": lambda s, v: s.multivariate_normal.logpdf(v(POINTS), np.ones(3), None),
    "normal-of-one": lambda s, v: s.multivariate_normal.logpdf(v([0.5, 1.5]), 0.5, 2.0),
    "normal-of-points": lambda s, v: s.multivariate_normal.logpdf(v([0.5, 1.5])),
    "normal-of-number-x": lambda s, v: s.multivariate_normal.logpdf(v(0.5)),
    "normal-repeated": lambda s, v: s.multivariate_normal.logpdf(v(0.5), [0.0, 1.0], TWO),
    "normal-column": lambda s, v: s.multivariate_normal.logpdf(
        v([[0.5], [1.0], [2.0]]), [0.0, 1.0], TWO
    ),
    "normal-squeezed": lambda s, v: s.multivariate_normal.logpdf(v(POINTS[:, :1]), cov=COV),
    "normal-empty": lambda s, v: s.multivariate_normal.logpdf(v(POINTS[:0]), cov=COV),
    "t": lambda s, v: s.multivariate_t.logpdf(v(POINTS), np.ones(3), COV, 2.5),
    "t-of-df": lambda s, v: s.multivariate_t.pdf(POINTS, np.ones(3), COV, v(2.5)),
    "t-by-name": lambda s, v: s.multivariate_t.logpdf(POINTS, shape=v(COV), df=3),
    "t-of-one": lambda s, v: s.multivariate_t.logpdf(v([0.5, 1.5])),
    "dirichlet": lambda s, v: s.dirichlet.logpdf(v([0.2, 0.3, 0.5]), [1.0, 2.0, 3.0]),
    "dirichlet-shorter": lambda s, v: s.dirichlet.pdf(v([0.2, 0.3]), [1.0, 2.0, 3.0]),
    "dirichlet-points": lambda s, v: s.dirichlet.logpdf(
        v([[0.2, 0.1], [0.3, 0.8]]), [1.0, 2.0, 3.0]
    ),
    "dirichlet-at-0": lambda s, v: s.dirichlet.logpdf([0.0, 1.0], v([1.0, 2.0])),
    "wishart": lambda s, v: s.wishart.logpdf(v(TWO), 4, TWO + 1.0),
    "wishart-of-df": lambda s, v: s.wishart.pdf(TWO, v(3.5), TWO),
    "wishart-points": lambda s, v: s.wishart.logpdf(np.stack([TWO, TWO + 1], -1), 4, v(TWO)),
    "wishart-of-diagonal": lambda s, v: s.wishart.logpdf(v([2.0, 3.0]), 4, [1.0, 2.0]),
    "wishart-of-number": lambda s, v: s.wishart.logpdf(v(2.0), 4, TWO),
    "wishart-of-ones": lambda s, v: s.wishart.logpdf(v([2.0, 3.0]), 4, 1.5),
}


def stats_of(adx: Any) -> Any:
    return importlib.import_module(f"{adx.__name__}.scipy.stats")


@pytest.mark.parametrize("name", CALLS)
def test_shapes_and_values_are_scipys(array_backend: Any, name: str) -> None:
    expected = np.asarray(CALLS[name](scipy.stats, np.asarray if "df" not in name else float))
    found = CALLS[name](stats_of(array_backend), array_backend.Variable)
    assert isinstance(found, array_backend.Variable)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.value, expected, rtol=1e-13)


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), cov=-COV),
            np.linalg.LinAlgError,
            "definite",
        ),
        (
            lambda s, v: s.multivariate_normal.logpdf(v([0.0, 0.0]), cov=np.ones((2, 2))),
            np.linalg.LinAlgError,
            "definite",
        ),
        (lambda s, v: s.multivariate_normal.logpdf(v([0.0, 0.0]), cov=COV), ValueError, "3"),
        (lambda s, v: s.multivariate_normal.logpdf(v(POINTS), cov=COV[:2]), ValueError, "shape"),
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), cov=[1.0, 2.0, 3.0]),
            ValueError,
            "1",
        ),
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), np.ones(3), np.ones(2)),
            ValueError,
            "3",
        ),
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), np.ones((2, 3)), COV),
            ValueError,
            "vector",
        ),
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), None, COV, True),
            NotImplementedError,
            "allow_singular",
        ),
        (
            lambda s, v: s.multivariate_normal.logpdf(v(POINTS), covariance=COV),
            TypeError,
            "covariance",
        ),
        (lambda s, v: s.multivariate_t.logpdf(v(POINTS), None, COV, -1.0), ValueError, "df"),
        (lambda s, v: s.multivariate_t.logpdf(v(POINTS), None, COV, [1.0]), ValueError, "df"),
        (lambda s, v: s.dirichlet.logpdf(v([0.2, 0.7]), [1.0, 2.0]), ValueError, "add up"),
        (lambda s, v: s.dirichlet.logpdf(v([-0.2, 1.2]), [1.0, 2.0]), ValueError, "0 and 1"),
        (lambda s, v: s.dirichlet.logpdf(v([0.0, 1.0]), [0.5, 2.0]), ValueError, "alpha"),
        (lambda s, v: s.dirichlet.logpdf([0.5, 0.5], v([-1.0, 2.0])), ValueError, "positive"),
        (
            lambda s, v: s.dirichlet.logpdf(v([0.5, 0.5]), [1.0, 2.0, 3.0, 4.0]),
            ValueError,
            "components",
        ),
        (lambda s, v: s.wishart.logpdf(v(TWO), 0.5, TWO), ValueError, "df"),
        (lambda s, v: s.wishart.logpdf(v(-TWO), 4, TWO), np.linalg.LinAlgError, "definite"),
        (lambda s, v: s.wishart.logpdf(v(COV), 4, TWO), ValueError, "2 by 2"),
        (lambda s, v: s.wishart.logpdf(v(TWO), df=4), TypeError, "scale"),
        (lambda s, v: s.wishart.rvs(v(4.0), TWO), NotImplementedError, "rvs"),
        (lambda s, v: s.multivariate_normal.cdf(v(POINTS)), NotImplementedError, "cdf"),
    ],
)
def test_what_is_refused_leaves_the_recording(
    array_backend: Any, use: Use, error: type[Exception], message: str
) -> None:
    adx = array_backend
    x = adx.Variable(2.0)
    with adx.Graph() as graph:
        y = x * x
        with pytest.raises(error, match=message):
            use(stats_of(adx), adx.Variable)
        y * 3.0
    graph.backward()
    assert x.grad == 12.0


def test_derivatives_by_matrices_are_symmetric(array_backend: Any) -> None:
    stats = stats_of(array_backend)
    uses: tuple[Callable[[Any], Any], ...] = (
        lambda c: stats.multivariate_normal.logpdf(POINTS[0], cov=c).sum(),
        lambda c: stats.multivariate_t.logpdf(POINTS[0], shape=c, df=3.0).sum(),
        lambda c: stats.wishart.logpdf(COV + 1.0, 5.0, c),
        lambda c: stats.wishart.logpdf(c, 6.0, COV),
    )
    for use in uses:
        cov = array_backend.Variable(COV)
        use(cov).backward()
        np.testing.assert_allclose(cov.grad, cov.grad.T, rtol=1e-14)
        step = uniform(9, (3, 3))
        step = step + step.T
        values = [float(use(array_backend.Variable(COV + h * step)).value) for h in (1e-5, -1e-5)]
        np.testing.assert_allclose(np.vdot(cov.grad, step), (values[0] - values[1]) / 2e-5, 1e-7)


def test_a_replay_finds_what_is_no_longer_valid(array_backend: Any) -> None:
    adx, stats = array_backend, stats_of(array_backend)
    alpha = adx.Variable([1.0, 2.0])
    with adx.Graph() as graph:
        stats.dirichlet.logpdf([0.5, 0.5], alpha)
    alpha.value = [3.0, 2.0]
    expected = scipy.stats.dirichlet.logpdf([0.5, 0.5], [3.0, 2.0])
    assert graph.forward() == pytest.approx(expected, rel=1e-14)
    alpha.value = [-1.0, 2.0]
    with pytest.raises(adx.ControlFlowChanged):
        graph.forward()


def test_many_components(array_backend: Any) -> None:
    """From some length on triangles are solved as triangles."""
    stats, size = stats_of(array_backend), 70
    numbers = uniform(5, (size, size))
    cov = numbers @ numbers.T / size + np.eye(size)
    point = uniform(6, (size,))
    mean, x = array_backend.Variable(np.zeros(size)), array_backend.Variable(cov)
    stats.multivariate_normal.logpdf(point, mean, x).backward()
    inverse = np.linalg.inv(cov)
    along = inverse @ point
    np.testing.assert_allclose(mean.grad, along, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(x.grad, 0.5 * (np.outer(along, along) - inverse), atol=1e-11)
    stats.wishart.logpdf(cov, 80.0, x).backward()
    expected = 0.5 * (inverse @ cov @ inverse - 80.0 * inverse)
    np.testing.assert_allclose(x.grad, expected, atol=1e-9)

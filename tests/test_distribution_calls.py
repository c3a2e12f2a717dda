"""How distributions are called: names of arguments, plain numbers, what is refused."""

from __future__ import annotations

import copy
import importlib
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.stats

from array_distributions import CONTINUOUS, COUNTS

Use = Callable[[Any, Any], Any]
VECTORS = ("multivariate_normal", "multivariate_t", "dirichlet", "wishart")


def stats_of(adx: Any) -> Any:
    return importlib.import_module(f"{adx.__name__}.scipy.stats")


def test_the_names_are_these(array_backend: Any) -> None:
    stats = stats_of(array_backend)
    assert sorted(stats.__all__) == sorted([*CONTINUOUS, *COUNTS, *VECTORS])
    with pytest.raises(AttributeError, match=r"zipf.*norm.*weibull_min"):
        _ = stats.zipf


def test_other_functions_are_scipys_and_refuse_variables(core: Any) -> None:
    stats, x = stats_of(core), core.Variable([1.0, 2.0, 4.0])
    assert stats.gmean([1.0, 4.0]) == scipy.stats.gmean([1.0, 4.0])
    with pytest.raises(NotImplementedError, match=r"scipy\.stats\.gmean of .*autodiffx\.numpy"):
        stats.gmean(x)
    with pytest.raises(NotImplementedError, match=r"scipy\.stats\.kstest .*hypothesis tests"):
        stats.kstest([1.0], "norm", args=(x[0], 1.0))


def test_without_a_variable_it_is_scipys(core: Any) -> None:
    stats = stats_of(core)
    for name, row in CONTINUOUS.items():
        shapes = [0.5 * (low + high) for low, high in row.shapes.values()]
        for method in (*row.methods, "ppf"):
            found = getattr(getattr(stats, name), method)([0.25, 0.75], *shapes, loc=0.1)
            expected = getattr(getattr(scipy.stats, name), method)([0.25, 0.75], *shapes, loc=0.1)
            assert type(found) is type(expected)
            np.testing.assert_array_equal(found, expected)
    assert stats.poisson.pmf(2, 3.0) == scipy.stats.poisson.pmf(2, 3.0)
    assert stats.dirichlet.pdf([0.5, 0.5], [1.0, 1.0]) == 1.0


def test_plain_numbers_give_plain_numbers(reference: Any) -> None:
    stats = stats_of(reference)
    assert stats.norm.logpdf(0.0) == pytest.approx(scipy.stats.norm.logpdf(0.0), rel=1e-15)
    found = stats.gamma.cdf(np.array([0.5, 2.0]), 2.5)
    np.testing.assert_allclose(found, scipy.stats.gamma.cdf([0.5, 2.0], 2.5), rtol=1e-14)
    assert stats.multivariate_normal.pdf([0.0, 0.0], np.zeros(2)) == pytest.approx(0.5 / np.pi)


def test_arguments_by_place_and_by_name_are_the_same(array_backend: Any) -> None:
    stats, v = stats_of(array_backend), array_backend.Variable
    x = [0.5, 1.5]
    frozen = stats.dirichlet(v([1.0, 2.0]))
    for one, other in (
        (
            stats.gamma.logpdf(x, v(2.5), 0.1, 1.5),
            stats.gamma.logpdf(x, scale=1.5, a=v(2.5), loc=0.1),
        ),
        (stats.norm.cdf(v(x), 1.0), stats.norm.cdf(x=v(x), loc=1.0)),
        (stats.norm.ppf(v(0.3), 1.0), stats.norm.ppf(q=v(0.3), loc=1.0)),
        (stats.binom.pmf(2, 5, v(0.3)), stats.binom.pmf(k=2, n=5, p=v(0.3))),
        (stats.beta.pdf(0.3, v(2.0), 3.0), stats.beta(v(2.0), b=3.0).pdf(0.3)),
        (stats.dirichlet.pdf([0.5, 0.5], v([1.0, 2.0])), frozen.pdf([0.5, 0.5])),
        (stats.poisson.logpmf(3, v(2.0)), stats.poisson(mu=v(2.0)).logpmf(3)),
    ):  # fmt: skip
        np.testing.assert_array_equal(one.value, other.value)


def test_fixed_parameters_leave_the_point(core: Any) -> None:
    stats, v = stats_of(core), core.Variable
    frozen = stats.norm(v(1.0))
    assert frozen.logpdf(2.0).value == frozen.logpdf(x=2.0).value
    assert frozen.ppf(q=0.5).value == 1.0
    assert stats.norm(1.0).logpdf(v(2.0)).value == frozen.logpdf(2.0).value
    for given in ((), (1.0, 2.0)):
        with pytest.raises(TypeError, match=r"norm.logpdf .*takes the point alone"):
            frozen.logpdf(*given)
    with pytest.raises(TypeError, match=r"takes the point alone"):
        frozen.logpdf(loc=2.0)
    with pytest.raises(NotImplementedError, match=r"norm.std of Variables"):
        frozen.std()
    with pytest.raises(NotImplementedError, match=r"norm.rvs of Variables"):
        frozen.rvs(size=3)


def test_other_methods_are_scipys_without_a_variable(core: Any) -> None:
    stats = stats_of(core)
    assert stats.norm.fit([1.0, 2.0, 6.0]) == scipy.stats.norm.fit([1.0, 2.0, 6.0])
    assert stats.gamma.mean(2.0, scale=3.0) == 6.0
    assert stats.poisson.ppf(0.5, 2.0) == scipy.stats.poisson.ppf(0.5, 2.0)
    drawn = stats.norm(1.0, 2.0).rvs(size=3, random_state=1)
    np.testing.assert_array_equal(drawn, scipy.stats.norm(1.0, 2.0).rvs(size=3, random_state=1))
    assert stats.norm(1.0, scale=2.0).std() == 2.0


@pytest.mark.parametrize("method", ["pdf", "logpdf", "cdf", "logcdf", "sf", "logsf"])
def test_a_shape_that_is_not_valid_gives_nan(array_backend: Any, method: str) -> None:
    stats, v = stats_of(array_backend), array_backend.Variable
    for name in ("weibull_min", "gamma", "beta", "lognorm"):
        shapes = (0.0, 1.0) if name == "beta" else (0.0,)
        for point in (v(0.5), v([0.5, 0.7])):
            assert np.isnan(getattr(getattr(stats, name), method)(point, *shapes).value).all()


@pytest.mark.parametrize("name", CONTINUOUS)
def test_nothing_warns_at_the_ends(core: Any, name: str) -> None:
    # Warnings are errors here; SciPy's own functions are silent.
    row, distribution = CONTINUOUS[name], getattr(stats_of(core), name)
    shapes = [0.5 * (low + high) for low, high in row.shapes.values()]
    scale = core.Variable(2.0)
    for method in distribution.methods:
        for ends in (np.array([0.0, 1.0]), np.array([0, 1])):
            getattr(distribution, method)(ends, *shapes, scale=scale)


def test_a_graph_ends_with_the_density(array_backend: Any) -> None:
    stats, v = stats_of(array_backend), array_backend.Variable
    eye = np.eye(2)
    uses: list[Callable[[], Any]] = [
        lambda: stats.multivariate_normal.logpdf([1.0, 2.0], v([0.0, 1.0])),
        lambda: stats.multivariate_normal.logpdf([[1.0, 2.0], [0.0, 1.0]], v([0.0, 1.0])),
        lambda: stats.multivariate_t.logpdf([1.0, 2.0], v([0.0, 1.0]), eye, 3.0),
        lambda: stats.dirichlet.logpdf([0.5, 0.5], v([1.0, 2.0])),
        lambda: stats.wishart.logpdf(eye, 3.0, v(eye)),
    ]
    for use in uses:
        with array_backend.Graph() as graph:
            found = use()
        again = graph.forward()
        assert np.shape(again) == found.shape
        np.testing.assert_array_equal(again, found.value)


def test_lists_of_variables_are_arrays(array_backend: Any) -> None:
    v = array_backend.Variable
    x, y = v(0.5), v(1.5)
    found = stats_of(array_backend).norm.logpdf([x, y], scale=2.0)
    found.sum().backward()
    assert [x.grad, y.grad] == [-0.125, -0.375]


REFUSED: list[tuple[Use, type[Exception], str]] = [
    (lambda s, v: s.norm.logpdf(v(1.0), mean=2.0), TypeError, "mean"),
    (lambda s, v: s.norm.logpdf(v(1.0), 0.0, 1.0, 2.0), TypeError, "loc, scale"),
    (lambda s, v: s.norm.logpdf(v(1.0), 0.0, loc=2.0), TypeError, "loc"),
    (lambda s, v: s.gamma.logpdf(v(1.0)), TypeError, "a"),
    (lambda s, v: s.gamma.logpdf(a=v(1.0)), TypeError, "point|argument"),
    (lambda s, v: s.beta.logpdf(v(1.0), b=2.0), TypeError, "a"),
    (lambda s, v: s.poisson.logpmf(1, v(1.0), scale=2.0), TypeError, "scale"),
    (lambda s, v: s.norm.logpdf(v([1.0, 2.0]), [1.0, 2.0, 3.0]), ValueError, "broadcast"),
    (lambda s, v: s.gamma.cdf([1.0, 2.0], v([1.0, 2.0, 3.0])), ValueError, "broadcast"),
    (lambda s, v: s.norm.logpdf(v(1.0), "zero"), TypeError, "norm.logpdf"),
    (lambda s, v: s.norm.logpdf(1.0j, v(1.0)), TypeError, "complex"),
    (lambda s, v: s.norm.logpdf(np.array([None]), v(1.0)), TypeError, "object"),
    (lambda s, v: s.poisson.pmf(v(1.0), 2.0), TypeError, "value"),
    (lambda s, v: s.poisson.pmf(1, 2.0, loc=v(1.0)), TypeError, "value"),
    (lambda s, v: s.binom.logpmf(1, v(2.0), 0.5), TypeError, "value"),
    (lambda s, v: s.norm.rvs(v(1.0)), NotImplementedError, "norm.rvs"),
    (lambda s, v: s.norm.fit([v(1.0), 2.0]), NotImplementedError, "logpdf"),
    (lambda s, v: s.gamma.moment(1, v(1.0)), NotImplementedError, "gamma.moment"),
    (lambda s, v: s.t.ppf(v(0.5), 2.0), NotImplementedError, "t.ppf"),
    (lambda s, v: s.poisson.ppf(0.5, v(2.0)), NotImplementedError, "poisson.ppf"),
]  # fmt: skip


@pytest.mark.parametrize(("use", "error", "message"), REFUSED)
def test_what_is_refused(
    array_backend: Any, use: Use, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        use(stats_of(array_backend), array_backend.Variable)


def test_von_mises_has_second_derivatives_at_the_uniform(array_backend: Any) -> None:
    adx, stats = array_backend, stats_of(array_backend)
    y, kappa = adx.Variable(0.7), adx.Variable(0.0)
    with adx.Graph() as graph:
        stats.vonmises.logpdf(y, kappa)
    products = graph.hvp({kappa: 1.0})
    assert products[kappa] == pytest.approx(-0.5, rel=1e-14)
    assert products[y] == pytest.approx(-np.sin(0.7), rel=1e-14)
    with adx.Graph() as graph:
        stats.vonmises.cdf(y, kappa)
    graph.backward()
    assert kappa.grad == pytest.approx(np.sin(0.7) / (2.0 * np.pi), rel=1e-14)
    curvature = np.sin(1.4) / (8.0 * np.pi)
    assert graph.hvp({kappa: 1.0})[kappa] == pytest.approx(curvature, rel=1e-13)


def test_von_mises_winds_around_the_circle(array_backend: Any) -> None:
    stats = stats_of(array_backend)
    x = array_backend.Variable([-7.0, 0.5, 4.0, 12.0])
    for method in ("pdf", "logpdf", "cdf", "sf"):
        found = getattr(stats.vonmises, method)(x, 1.5, scale=0.7)
        expected = getattr(scipy.stats.vonmises, method)(x.value, 1.5, scale=0.7)
        np.testing.assert_allclose(found.value, expected, rtol=1e-13)


def test_float32_stays_float32(array_backend: Any) -> None:
    stats = stats_of(array_backend)
    x = array_backend.Variable(np.array([0.5, 1.5], np.float32), dtype=np.float32)
    for found in (
        stats.norm.logpdf(x),
        stats.gamma.cdf(x, 2.5),
        stats.t.logsf(x, 3),
        stats.vonmises.logpdf(x, 2),
        stats.vonmises.cdf(x, 2),
        stats.beta.sf(x / 4, 2, 3.0),
        stats.lognorm.ppf(x / 4, 2),
        stats.poisson.pmf(2, x),
        stats.nbinom.cdf(2, x, 0.5),
        stats.gamma.logpdf(x, x, -x, x),
        stats.multivariate_normal.logpdf(x, np.zeros(2, np.float32)),
        stats.multivariate_normal.logpdf(x, np.zeros(2, np.float32), 2.0),
        stats.multivariate_t.logpdf(0.5, x, 2.0, 3.0),
        stats.dirichlet.logpdf(np.array([0.5, 0.5], np.float32), x),
        stats.wishart.logpdf(2.0, 3.0, x),
    ):
        assert found.dtype == np.float32
    assert stats.norm.logpdf(x, np.zeros(2)).dtype == np.float64


def test_distributions_can_be_copied_and_pickled(core: Any) -> None:
    stats = stats_of(core)
    for name in stats.__all__:
        distribution = getattr(stats, name)
        assert copy.deepcopy(distribution) is distribution
        assert pickle.loads(pickle.dumps(distribution)) is distribution
        assert name in repr(distribution)
    frozen = pickle.loads(pickle.dumps(stats.norm(1.0, scale=2.0)))
    assert frozen.pdf(0.0) == scipy.stats.norm.pdf(0.0, 1.0, 2.0)


def test_importing_brings_no_part_of_scipy() -> None:
    code = (
        "import sys, autodiffx as adx; from autodiffx.scipy.stats import norm\n"
        "norm.logpdf(adx.Variable(1.0)).backward()\n"
        "print([name for name in sys.modules if name.split('.')[0] == 'scipy'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_log_density_is_a_few_statements(core: Any) -> None:
    stats, v = stats_of(core), core.Variable

    def count(use: Use) -> int:
        with core.Graph() as graph:
            use(stats, v)
        return len(graph)

    assert count(lambda s, v: s.norm.logpdf(v([1.0, 2.0]))) == 3
    assert count(lambda s, v: s.norm.logpdf([1.0, 2.0], v(0.5))) == 4
    assert count(lambda s, v: s.norm.logpdf([1.0, 2.0], v(0.5), v(2.0))) <= 10

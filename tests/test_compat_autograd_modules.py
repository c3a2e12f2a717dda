"""Every module and name of autograd's that compat.autograd has; install(), misc and test_util."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import numpy
import pytest

import autodiffx as adx
import autodiffx.compat.autograd as autograd
import autodiffx.compat.autograd.numpy as np
from autodiffx.compat.autograd import grad, make_jvp, test_util
from autodiffx.compat.autograd.extend import defvjp
from autodiffx.compat.autograd.misc import const_graph, flatten
from autodiffx.compat.autograd.misc.flatten import flatten_func
from autodiffx.compat.autograd.misc.optimizers import adam, rmsprop, sgd
from autodiffx.compat.autograd.misc.tracers import full_graph
from autodiffx.compat.autograd.numpy.numpy_vspaces import ComplexArrayVSpace
from autodiffx.compat.autograd.tracer import getval

NAMES = {
    "": """grad value_and_grad grad_and_aux jacobian hessian elementwise_grad deriv holomorphic_grad
        make_vjp make_jvp make_hvp make_ggnvp make_jvp_reversemode hessian_tensor_product
        tensor_jacobian_product hessian_vector_product vector_jacobian_product grad_named
        jacobian_vector_product multigrad_dict checkpoint jvp primitive isinstance type list tuple
        dict numpy install uninstall extend""",
    "differential_operators": """grad value_and_grad grad_and_aux jacobian hessian elementwise_grad
        deriv holomorphic_grad make_vjp make_jvp make_hvp make_ggnvp make_jvp_reversemode
        hessian_tensor_product tensor_jacobian_product multigrad_dict checkpoint grad_named""",
    "core": """make_vjp make_jvp vspace VSpace SparseObject VJPNode JVPNode defvjp defjvp
        defvjp_argnum defvjp_argnums defjvp_argnum defjvp_argnums def_linear primitive getval isbox
        Box Node trace toposort sparse_add sum_outgrads func subval backward_pass""",
    "extend": """primitive defvjp defvjp_argnum defvjp_argnums defjvp defjvp_argnum defjvp_argnums
        def_linear notrace_primitive register_notrace Box VSpace SparseObject VJPNode JVPNode
        vspace""",
    "tracer": """getval isbox Box Node trace new_box primitive notrace_primitive register_notrace
        toposort subvals box_types""",
    "builtins": "list dict tuple isinstance type DictBox SequenceBox",
    "util": "subvals subval func toposort",
    "wrap_util": "unary_to_nary wraps wrap_nary_f get_name get_doc",
    "test_util": """check_grads check_vjp check_jvp combo_check check_equivalent scalar_close
        make_numerical_jvp TOL RTOL EPS""",
    "misc": "flatten const_graph",
    "misc.flatten": "flatten flatten_func",
    "misc.optimizers": "adam sgd rmsprop unflatten_optimizer",
    "misc.fixed_points": "fixed_point",
    "misc.tracers": "const_graph full_graph",
    "numpy": "linalg fft random numpy_boxes numpy_vjps numpy_jvps numpy_wrapper numpy_vspaces sum",
    "numpy.numpy_boxes": "ArrayBox",
    "numpy.numpy_vspaces": "ArrayVSpace ComplexArrayVSpace",
    "numpy.numpy_vjps": """unbroadcast unbroadcast_f balanced_eq replace_zero match_complex
        repeat_to_match_shape untake nograd_functions""",
    "numpy.numpy_jvps": "broadcast def_linear",
    "numpy.numpy_wrapper": """concatenate_args array_from_args make_diagonal metadata wrap_namespace
        wrap_intdtype numpy_version stack append""",
    "numpy.linalg": "inv det slogdet solve norm eigh eig cholesky svd pinv LinAlgError",
    "numpy.fft": "fft ifft rfft irfft fftn fftshift",
    "numpy.random": "rand randn seed RandomState normal",
    "scipy": "special stats linalg misc integrate signal",
    "scipy.special": """beta betainc betaln polygamma psi digamma gamma gammaln gammainc gammaincc
        gammasgn rgamma multigammaln j0 y0 j1 y1 jn yn i0 i1 iv ive erf erfc erfinv erfcinv logit
        expit logsumexp""",
    "scipy.misc": "logsumexp",
    "scipy.linalg": "sqrtm solve_sylvester solve_banded solve_triangular",
    "scipy.integrate": "odeint",
    "scipy.signal": "convolve",
    "scipy.stats": "norm t gamma beta chi2 poisson dirichlet multivariate_normal",
    "scipy.stats.norm": "pdf cdf sf logpdf logcdf logsf",
    "scipy.stats.t": "pdf cdf logpdf logcdf",
    "scipy.stats.gamma": "pdf cdf logpdf",
    "scipy.stats.beta": "pdf cdf logpdf",
    "scipy.stats.chi2": "pdf cdf logpdf",
    "scipy.stats.poisson": "pmf cdf logpmf",
    "scipy.stats.dirichlet": "pdf logpdf rvs",
    "scipy.stats.multivariate_normal": "pdf logpdf entropy",
}


@pytest.mark.parametrize("module", NAMES)
def test_every_name_is_there(module: str) -> None:
    found = importlib.import_module(f"{autograd.__name__}.{module}".rstrip("."))
    missing = [name for name in NAMES[module].split() if not hasattr(found, name)]
    assert not missing


def in_another_process(code: str) -> str:
    """What a program prints."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not run.stderr, run.stderr
    return run.stdout.strip()


def test_install() -> None:
    assert (
        in_another_process("""
from autodiffx.compat import autograd as ours
ours.install()
ours.install()
import sys, autograd, autograd.numpy as np
import autograd.misc.flatten, autograd.scipy.integrate as integrate
from autograd.misc import flatten
from autograd.misc.optimizers import adam
from autograd.numpy.numpy_boxes import ArrayBox
assert autograd is ours and callable(flatten), flatten
assert integrate is sys.modules["autodiffx.compat.autograd.scipy.integrate"]
assert autograd.__spec__.name == autograd.__name__ == "autodiffx.compat.autograd"
assert sys.meta_path.count(sys.meta_path[0]) == 1
try:
    import autograd.no_such
except ModuleNotFoundError as error:
    assert error.name == "autograd.no_such", error.name
ours.uninstall()
ours.uninstall()
assert "autograd" not in sys.modules and "autograd.numpy" not in sys.modules
print(autograd.grad(np.sin)(0.0), adam.__name__)
""")
        == "1.0 adam"
    )


def test_install_comes_before_the_real_one() -> None:
    assert in_another_process("""
import sys, types
sys.modules["autograd"] = types.ModuleType("autograd")
import autodiffx.compat.autograd as ours
try:
    ours.install()
except ImportError as error:
    print(error)
""").startswith("autograd has been imported already")


def test_what_is_imported() -> None:
    code = "import sys, autodiffx{}; print(*sorted(m for m in sys.modules if m.count('.') == {}))"
    plain = in_another_process(code.format("", 1))
    assert "autodiffx.compat" not in plain
    with_autograd = in_another_process(code.format(", autodiffx.compat.autograd", 0)).split()
    assert "scipy" not in with_autograd
    assert "optree" not in with_autograd


def test_flatten() -> None:
    value = {"b": numpy.ones((2, 2)), "a": [1.5, (2.5, numpy.arange(3.0))]}
    vector, unflatten = flatten(value)
    assert vector.tolist() == [1.5, 2.5, 0.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0]
    again = unflatten(vector)
    test_util.check_equivalent(again, value)
    assert list(again) == ["b", "a"]
    assert type(again["a"][1]) is tuple
    test_util.check_grads(lambda x: flatten(x)[0])(value)
    test_util.check_grads(lambda x: unflatten(x))(vector)
    assert flatten([])[0].size == 0
    assert flatten(numpy.ones(2))[0].tolist() == [1.0, 1.0]
    own = numpy.ones(2)
    flatten(own)[0][0] = 5.0
    assert own[0] == 1.0
    with pytest.raises(TypeError, match="vector space for 3"):
        flatten([1.0, 3])
    with pytest.raises(ValueError, match="8 elements, and the container 9"):
        unflatten(vector[1:])
    f, _, start = flatten_func(lambda p, s: {"x": s * p["x"] ** 2}, {"x": numpy.ones(2)})
    assert f(start, 3.0).tolist() == [3.0, 3.0]


@pytest.mark.parametrize("optimizer", [adam, sgd, rmsprop])
def test_optimizers(optimizer: Any) -> None:
    """They go down, call back before each step with the structure, and are differentiated."""
    seen: list[Any] = []

    def loss(p: Any) -> Any:
        return np.sum((p["a"] - 1.0) ** 2) + (p["b"] + 2.0) ** 2

    start = {"a": numpy.zeros(2), "b": 0.0}
    found = optimizer(
        lambda p, i: grad(loss)(p),
        start,
        callback=lambda p, i, g: seen.append((i, loss(p), g["b"])),
        num_iters=300,
        step_size=0.1,
    )
    assert loss(found) < 1e-2
    assert [i for i, _, _ in seen] == list(range(300))
    assert seen[0][1:] == (6.0, 4.0)

    def after_training(size: Any) -> Any:
        return loss(optimizer(lambda p, i: grad(loss)(p), start, num_iters=5, step_size=size))

    test_util.check_grads(after_training, modes=["rev"], order=1)(0.1)


def test_one_step_of_each_optimizer() -> None:
    def once(optimizer: Any) -> Any:
        return float(optimizer(lambda x, i: 2.0 * x, 3.0, num_iters=1, step_size=0.5))

    assert once(sgd) == pytest.approx(3.0 - 0.5 * 0.1 * 6.0)
    assert once(rmsprop) == pytest.approx(3.0 - 0.5 * 6.0 / numpy.sqrt(0.9 + 0.1 * 36.0))
    assert once(adam) == pytest.approx(2.5)


def test_constant_graphs() -> None:
    calls = []

    def f(scale: float, x: Any, y: Any) -> Any:
        calls.append(1)
        return {"sum": scale * np.sum(np.exp(x)) * y}

    g = const_graph(f, 2.0)
    for k in range(3):
        x = numpy.array([0.1 * k, 1.0])
        assert g(x, 3.0 + k)["sum"] == pytest.approx(2.0 * numpy.exp(x).sum() * (3.0 + k))
    assert len(calls) == 1
    slope = grad(lambda y: g(numpy.array([0.2, 1.0]), y)["sum"])(5.0)
    assert slope == pytest.approx(2.0 * (numpy.exp(0.2) + numpy.e))
    with pytest.raises(ValueError, match="recorded for"):
        g(numpy.ones(3), 1.0)
    branching = const_graph(lambda x: x if x > 0.0 else -x)
    assert branching(2.0) == 2.0
    with pytest.raises(adx.ControlFlowChanged):
        branching(-2.0)
    with pytest.raises(NotImplementedError, match="nodes"):
        full_graph(f, 1.0)


def test_checks_find_what_is_wrong() -> None:
    wrong = autograd.primitive(lambda x: x**2)
    defvjp(wrong, lambda ans, x: lambda g: 2.5 * g * x)
    for check in (test_util.check_vjp, test_util.check_jvp):
        with pytest.raises(AssertionError):
            check(wrong, 1.5)
    first = autograd.primitive(lambda x: x**2)
    defvjp(first, lambda ans, x: lambda g: 2.0 * g * getval(x))
    test_util.check_grads(first, order=1)(1.5)
    with pytest.raises(AssertionError, match="vjp"):
        test_util.check_grads(first, modes=["rev"], order=2)(1.5)
    with pytest.raises(AssertionError):
        test_util.combo_check(wrong, 0, order=1)([0.0, 1.5])
    test_util.combo_check(lambda x, y, p: x**p * y, (0, 1))([1.0, 2.0], [0.5], p=[1.0, 3.0])
    assert test_util.scalar_close(1e9, 1e9 + 1.0)
    assert not test_util.scalar_close(1.0, 1.01)
    assert not test_util.scalar_close(numpy.nan, 1.0)


def test_nodes_of_its_own_trace_are_refused() -> None:
    tracer = autograd.tracer
    for call in (
        lambda: autograd.core.backward_pass(1.0, None),
        lambda: tracer.Node(),
        lambda: tracer.Node.new_root(),
        lambda: tracer.trace(None, abs, 1.0),
        lambda: tracer.new_box(1.0, 0, None),
    ):
        with pytest.raises(NotImplementedError, match="nodes"):
            call()
    with pytest.raises(NotImplementedError, match="complex"):
        ComplexArrayVSpace(1j)
    # Each before its parents.
    assert list(tracer.toposort(4, lambda n: [n - 2, n - 1] if n > 1 else []))[:3] == [4, 3, 2]


def test_forward_mode_runs_on_duals_of_any_level() -> None:
    found = []

    def f(x: Any) -> Any:
        y = x
        y *= 2.0
        found.append((isinstance(x > 0.0, numpy.ndarray), float(getval(x).sum())))
        return np.sum(x * y)

    x = numpy.array([1.0, 2.0])
    assert make_jvp(lambda x: make_jvp(f)(x)(x)[1])(x)(x) == (20.0, 40.0)
    assert found == [(True, 3.0)]
    assert x.tolist() == [1.0, 2.0]

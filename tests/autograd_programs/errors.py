"""What goes wrong, and how it is said."""

import math
import warnings

import autograd.numpy as np
import numpy
from autograd import elementwise_grad, grad, jacobian, make_jvp, value_and_grad
from autograd.extend import defvjp, primitive
from autograd.scipy.stats import poisson
from autograd.test_util import check_equivalent, check_grads, combo_check, scalar_close

from autograd_programs.differences import agree, raises


def gradients_of_what_is_no_scalar():
    raises(TypeError, "jacobian", lambda: grad(np.sin)(np.ones(3)))
    raises(TypeError, "jacobian", lambda: value_and_grad(np.sin)(np.ones(3)))
    agree(grad(lambda x: x**2)(np.array([3.0])), [6.0])
    agree(grad(lambda x: np.reshape(np.sum(x), (1, 1)))(np.ones(2)), np.ones(2))


def types_without_a_derivative():
    raises(TypeError, "int", lambda: grad(lambda x: x**2)(3))
    raises(TypeError, "str", lambda: grad(lambda x: 1.0)("three"))
    raises(TypeError, "bool", lambda: grad(lambda x: x * 1.0)(True))
    raises(TypeError, "NoneType", lambda: grad(lambda x: 1.0)(None))
    agree(grad(lambda x, n: x**n)(3.0, 2), 6.0)


def writing_into_an_array():
    def f(x):
        x[0] = 1.0
        return np.sum(x)

    raises(TypeError, "item assignment", lambda: grad(f)(np.ones(2)))

    def g(x):
        plain = np.zeros(2)
        plain[0] = x
        return np.sum(plain)

    raises((TypeError, ValueError), "", lambda: grad(g)(1.0))


def conversions_that_lose_the_derivative():
    for convert in (float, math.exp):
        raises(TypeError, "", lambda convert=convert: grad(lambda x: convert(x) * x)(1.0))


def functions_without_a_rule():
    @primitive
    def strange(x):
        return x

    raises(NotImplementedError, "strange", lambda: grad(strange)(1.0))
    raises(NotImplementedError, "strange", lambda: make_jvp(strange)(1.0)(1.0))
    for of_counts in (poisson.logpmf, poisson.pmf, poisson.cdf):
        raises(NotImplementedError, "", lambda f=of_counts: grad(f)(2.0, 3.0))
    defvjp(strange, lambda ans, x: lambda g: g)
    agree(grad(strange)(1.0), 1.0)
    agree(strange(1.0), 1.0)


def results_that_do_not_depend_on_the_argument():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        agree(grad(lambda x: 3.0)(2.0), 0.0)
        agree(jacobian(lambda x: np.ones(2))(np.ones(3)), np.zeros((2, 3)))
        agree(elementwise_grad(lambda x: np.zeros(3))(np.ones(3)), np.zeros(3))
    assert len(caught) >= 3
    assert all("independent of input" in str(warning.message) for warning in caught)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        raises(UserWarning, "independent", lambda: grad(lambda x: 3.0)(2.0))


def what_went_wrong_inside_comes_out():
    def f(x):
        return x[5] * {}["missing"]

    raises(IndexError, "5", lambda: grad(f)(np.ones(3)))
    raises(KeyError, "missing", lambda: grad(lambda x: x * {}["missing"])(1.0))
    raises(ValueError, "", lambda: grad(lambda x: np.sum(x + np.ones(4)))(np.ones(3)))
    raises(
        numpy.linalg.LinAlgError,
        "",
        lambda: grad(lambda x: np.sum(np.linalg.inv(x)))(np.zeros((2, 2))),
    )
    raises(IndexError, "", lambda: grad(lambda x: x, 3)(1.0))


def checks_of_right_and_wrong_rules():
    def f(x, y):
        return np.sin(x) * y[0] + np.sum(y**2)

    check_grads(f, (0, 1), modes=["rev"], order=2)(0.3, np.ones(2))
    check_grads(f, 0, modes=["fwd", "rev"], order=3)(0.3, np.ones(2))
    check_grads(lambda x: np.exp(x) / x)(1.1)

    @primitive
    def wrong(x):
        return x**2

    defvjp(wrong, lambda ans, x: lambda g: 2.1 * g * x)
    raises(AssertionError, "", lambda: check_grads(wrong, modes=["rev"], order=1)(1.5))


def checks_of_combinations():
    seen = []

    def f(x, y, power=1):
        seen.append((numpy.shape(x), power))
        return np.sum(x * y) ** power

    check = combo_check(f, (0, 1), modes=["rev"], order=1)
    check([1.0, np.array([1.0, 2.0])], [0.5], power=[1, 2])
    kinds = {kind for kind in seen if isinstance(kind[1], int)}
    assert kinds == {((), 1), ((), 2), ((2,), 1), ((2,), 2)}


def closeness_and_equivalence():
    assert scalar_close(1.0, 1.0 + 1e-9)
    assert scalar_close(1e9, 1e9 + 1.0)
    assert not scalar_close(1.0, 1.001)
    check_equivalent({"a": np.ones(2)}, {"a": np.ones(2) + 1e-9})
    raises(AssertionError, "", lambda: check_equivalent(np.ones(2), np.ones(2) + 0.1))
    raises(AssertionError, "", lambda: check_equivalent(np.ones(2), np.ones(3)))

"""Lists, tuples and dicts of numbers and arrays, inside functions and at their ends."""

import builtins
import copy

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, grad_and_aux, make_vjp, multigrad_dict, value_and_grad
from autograd.builtins import DictBox, SequenceBox, dict, isinstance, list, tuple, type
from autograd.differential_operators import grad_named
from autograd.misc import flatten

from autograd_programs.differences import agree, check_gradient


def parameters_in_a_dict():
    def energy(parameters):
        total = parameters["offset"]
        for name, value in parameters.items():
            if name != "offset":
                total = total + np.sum(value**2) * len(name)
        assert "missing" not in parameters
        assert parameters.get("missing", 7) == 7
        assert len(parameters) == len(parameters.keys()) == len(parameters.values()) == 3
        return np.exp(-total)

    parameters = {"offset": 0.3, "ab": np.array([0.1, 0.2]), "xyz": np.array([[0.4]])}
    gradient = grad(energy)(parameters)
    assert builtins.isinstance(gradient, builtins.dict)
    check_gradient(energy, parameters, gradient)
    agree(gradient["offset"], -energy(parameters))


def trees_by_recursion():
    def fold(tree):
        if isinstance(tree, (list, tuple)):
            result = 1.0
            for branch in tree:
                result = result + 0.5 * fold(branch)
            return np.sin(result)
        return np.sum(tree)

    tree = [1.2, (0.3, np.array([0.4, 0.5])), [[-0.6], 0.7]]
    gradient = grad(fold)(tree)
    check_gradient(fold, tree, gradient)
    assert builtins.type(gradient[1]) is builtins.tuple


def kinds_seen_through_boxes():
    kinds = []

    def f(value):
        kinds.append((type(value), isinstance(value, dict), builtins.isinstance(value, dict)))
        return value["x"] * 2.0

    agree(grad(f)({"x": 3.0})["x"], 2.0)
    f({"x": 3.0})
    assert kinds[0][:2] == kinds[1][:2] == (builtins.dict, True)


def containers_made_inside():
    def f(x):
        pair = tuple((x, x**2))
        named = dict(a=pair[0], b=pair[1])
        many = list([named["a"], named["b"], x * pair[1]])
        assert len(many) == 3
        return many[0] + 2 * many[1] + 3 * many[2]

    agree(grad(f)(0.5), 1 + 4 * 0.5 + 9 * 0.25)
    agree(grad(grad(f))(0.5), 4 + 18 * 0.5)


def sequences_added_and_sliced():
    def f(items):
        longer = items + [2.0 * items[0], items[1] ** 2]  # noqa: RUF005
        first, *_, last = longer
        return first * last + longer[-2] + sum(part for part in longer[1:3])

    items = [0.3, 1.2, -0.4]
    check_gradient(f, items, grad(f)(items))

    def g(pair):
        turned = (pair[1],) + pair[:1]  # noqa: RUF005
        return turned[0] * np.exp(turned[1])

    check_gradient(g, (0.3, 0.7), grad(g)((0.3, 0.7)))


def several_arguments_at_once():
    def f(x, y, *rest, power=2):
        return np.sum(x * y**power) + sum(np.sum(np.sin(r)) for r in rest)

    x, y, z = np.array([1.0, 2.0]), np.array([0.5, -0.5]), 0.8
    by_x, by_z = grad(f, (0, 2))(x, y, z, power=3)
    agree(by_x, y**3)
    agree(by_z, np.cos(0.8))
    by_list = grad(f, [1])(x, y, z)
    agree(by_list[0], 2 * x * y)
    agree(grad_named(lambda a, b: a * b**2, "b")(3.0, 2.0), 12.0)
    value, (gradient,) = value_and_grad(f, (0,))(x, y)
    agree(value, np.sum(x * y**2))
    agree(gradient, y**2)


def gradients_by_name():
    levels = np.array([1.0, 2.0, 4.0])

    def f(slope, offset, x=levels):
        return np.sum(np.tanh(slope * x + offset))

    gradients = multigrad_dict(f)(0.3, offset=-0.2)
    assert builtins.list(gradients) == ["slope", "offset", "x"]
    assert gradients["x"].shape == (3,)
    check_gradient(
        lambda p: f(p["slope"], p["offset"], p["x"]),
        {"slope": 0.3, "offset": -0.2, "x": levels},
        builtins.dict(gradients),
    )


def gradient_with_what_else_was_found():
    def f(x):
        rest = x - np.array([1.0, 2.0])
        return np.sum(rest**2), dict(rest=rest, largest=np.max(np.abs(rest)))

    gradient, found = grad_and_aux(f)(np.array([4.0, 2.5]))
    agree(gradient, [6.0, 1.0])
    agree(found["rest"], [3.0, 0.5])
    agree(found["largest"], 3.0)
    assert builtins.type(found["rest"]) is np.ndarray


def parameters_that_are_copied():
    def step(parameters):
        moved = copy.copy(parameters["where"])
        pace = copy.copy(parameters["pace"])
        return moved * pace**2 + parameters["where"]

    parameters = {"where": 1.5, "pace": 0.5}
    gradient = grad(step)(parameters)
    agree(gradient["where"], 1.25)
    agree(gradient["pace"], 1.5)


def outputs_that_are_containers():
    def f(x):
        return dict(sine=np.sin(x), parts=tuple((x[0], x[1:] ** 2)))

    x = np.array([0.1, 0.2, 0.3])
    vjp, value = make_vjp(f)(x)
    agree(value["sine"], np.sin(x))
    seed = {"sine": np.ones(3), "parts": (5.0, np.array([1.0, 10.0]))}
    agree(vjp(seed), np.cos(x) + np.array([5.0, 2 * 0.2, 20 * 0.3]))


def flattened_and_back():
    random = npr.RandomState(0)
    value = {"b": [random.randn(2, 2), 1.5], "a": (random.randn(1), {"z": random.randn(3)})}
    vector, unflatten = flatten(value)
    agree(vector[:1], value["a"][0])
    agree(vector[-1], 1.5)
    agree(unflatten(vector), value)
    assert unflatten(vector)["b"][0].shape == (2, 2)

    def norm(value):
        return np.sqrt(np.sum(flatten(value)[0] ** 2))

    check_gradient(norm, value, grad(norm)(value))


def unused_parts_have_zero_derivatives():
    def f(parameters):
        return parameters["used"][0] ** 2

    gradient = grad(f)({"used": [3.0, 4.0], "unused": {"w": np.ones((2, 2))}})
    agree(gradient["used"], [6.0, 0.0])
    assert gradient["unused"]["w"].shape == (2, 2)
    agree(gradient["unused"]["w"], np.zeros((2, 2)))


def containers_known_by_their_boxes():
    def scaled(parameters):
        assert builtins.isinstance(parameters, DictBox)
        assert builtins.isinstance(parameters["pair"], SequenceBox)
        low, high = parameters["pair"]
        return low * high**2

    parameters = {"pair": (2.0, 3.0)}
    low, high = grad(scaled)(parameters)["pair"]
    agree(low, 9.0)
    agree(high, 12.0)
    assert not builtins.isinstance(parameters, DictBox)

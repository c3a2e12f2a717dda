"""`compat.micrograd`: the numbers, the printed forms and the pictures of micrograd 0.1.0.

The expected numbers were measured with micrograd 0.1.0 itself: in an environment with
`pip install micrograd==0.1.0`, the functions of this file give them when `Value` and `MLP` are
imported from `micrograd.engine` and `micrograd.nn`.
"""

import copy
import random
import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.compat.micrograd import MLP, Layer, Module, Neuron, Value, draw_dot
from autodiffx.compat.micrograd import engine as engine_module
from autodiffx.compat.micrograd import nn as nn_module

# train(20)[1]: the loss of each step.
LOSSES = [
    0.9508289047158914, 0.8151102229516952, 0.6158547778931968, 0.5450508233472008,
    0.4623761090774937, 0.5944452617130883, 0.9933044972088994, 0.867150400104076,
    0.5142375342160636, 0.3942015557459236, 0.46256123685413464, 0.5207070819287588,
    0.6103756851399056, 0.5914403713725112, 0.4243823084217121, 0.46172782357099207,
    0.5399276784413972, 0.39793486101204995, 0.3010537563845302, 0.2873806838785819,
]  # fmt: skip
# The sums of data and of abs(grad) over the parameters that it ends with.
SUM_OF_DATA = 9.239146086037591
SUM_OF_GRAD = 0.566267077084131


def train(steps: int) -> tuple[MLP, list[float]]:
    random.seed(1337)
    model = MLP(2, [8, 8, 1])
    points = [
        ([random.uniform(-1, 1), random.uniform(-1, 1)], random.choice([-1, 1])) for _ in range(12)
    ]
    losses = []
    for step in range(steps):
        scores = [model(list(map(Value, x))) for x, _ in points]
        hinge: list[Any] = [
            (1 + -y * score).relu() for (_, y), score in zip(points, scores, strict=True)
        ]
        data_loss: Any = sum(hinge) * (1.0 / len(hinge))
        penalty: Any = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + penalty
        model.zero_grad()
        total.backward()
        rate = 1.0 - 0.9 * step / 100
        for p in model.parameters():
            p.data -= rate * p.grad
        losses.append(total.data)
    return model, losses


def test_a_seeded_training_gives_the_numbers_of_micrograd() -> None:
    model, losses = train(20)
    assert losses == pytest.approx(LOSSES, rel=1e-12)
    assert sum(p.data for p in model.parameters()) == pytest.approx(SUM_OF_DATA, rel=1e-12)
    assert sum(abs(p.grad) for p in model.parameters()) == pytest.approx(SUM_OF_GRAD, rel=1e-12)


def test_initial_values_come_from_random_in_the_same_order() -> None:
    random.seed(7)
    model = MLP(3, [2, 1])
    assert str(model) == (
        "MLP of [Layer of [ReLUNeuron(3), ReLUNeuron(3)], Layer of [LinearNeuron(2)]]"
    )
    assert repr(model.parameters()) == (
        "[Value(data=-0.35233447033367526, grad=0), Value(data=-0.6983016521509962, grad=0), "
        "Value(data=0.3018689460797075, grad=0), Value(data=0, grad=0), "
        "Value(data=-0.8551274266649145, grad=0), Value(data=0.0717640086133784, grad=0), "
        "Value(data=-0.2686221661748289, grad=0), Value(data=0, grad=0), "
        "Value(data=-0.8840021504505864, grad=0), Value(data=0.014871466378840514, grad=0), "
        "Value(data=0, grad=0)]"
    )


def expression() -> tuple[Value, Value, Value]:
    a, b = Value(-4.0), Value(2.0)
    c = a + b
    d = a * b + b**3
    c = c + (c + 1)
    c = c + (1 + c + (-a))
    d = d + (d * 2 + (b + a).relu())
    d = d + (3 * d + (b - a).relu())
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    return a, b, g


def test_a_long_expression() -> None:
    a, b, g = expression()
    g.backward()
    assert (a.data, b.data) == (-4.0, 2.0)
    assert g.data == pytest.approx(24.70408163265306, rel=1e-15)
    assert a.grad == pytest.approx(138.83381924198252, rel=1e-15)
    assert b.grad == pytest.approx(645.5772594752186, rel=1e-15)


TWO: Any = np.int64(2)
PRINTED = [
    (lambda: Value(2.5), "Value(data=2.5, grad=0)"),
    (lambda: Value(2) * 3 + 1, "Value(data=7, grad=0)"),
    (lambda: 2 - Value(5), "Value(data=-3, grad=0)"),
    (lambda: Value(2) ** 3, "Value(data=8, grad=0)"),
    (lambda: Value(2) ** -1, "Value(data=0.5, grad=0)"),
    (lambda: Value(2) / 4, "Value(data=0.5, grad=0)"),
    (lambda: 6 / Value(4.0), "Value(data=1.5, grad=0)"),
    (lambda: Value(-2.5).relu(), "Value(data=0, grad=0)"),
    (lambda: Value(2.5).relu(), "Value(data=2.5, grad=0)"),
    (lambda: Value(3).relu(), "Value(data=3, grad=0)"),
    (lambda: -Value(1.5), "Value(data=-1.5, grad=0)"),
    (lambda: Value(2) + 1.0, "Value(data=3.0, grad=0)"),
    (lambda: np.float64(2) * Value(3), "Value(data=6.0, grad=0)"),
    (lambda: TWO * Value(3), "Value(data=6, grad=0)"),
]


@pytest.mark.parametrize(("make", "printed"), PRINTED)
def test_printed_forms(make: Callable[[], Any], printed: str) -> None:
    assert repr(make()) == printed


def test_integers_stay_integers_backwards() -> None:
    a, b = Value(2), Value(-3)
    c = a * b
    c.backward()
    assert repr([a, b, c]) == (
        "[Value(data=2, grad=-3), Value(data=-3, grad=2), Value(data=-6, grad=1)]"
    )
    large = Value(10**200) * Value(10**200)
    large.backward()
    assert repr(large) == "Value(data=inf, grad=1)"


OPERATIONS = [
    (lambda a: a + 2, "+", {2}),
    (lambda a: 2 * a, "*", {2}),
    (lambda a: -a, "*", {-1}),
    (lambda a: a**3, "**3", set()),
    (lambda a: a.relu(), "ReLU", set()),
    (lambda a: a.tanh(), "tanh", set()),
    (lambda a: a.exp(), "exp", set()),
]


@pytest.mark.parametrize(("operate", "op", "constants"), OPERATIONS)
def test_operands_and_operation(
    operate: Callable[[Value], Value], op: str, constants: set[float]
) -> None:
    a = Value(5.0)
    result = operate(a)
    assert result._op == op
    assert a in result._prev
    assert {value.data for value in result._prev - {a}} == constants
    assert (a._prev, a._op, a.label) == (set(), "", "")


def test_division_and_subtraction_are_made_of_the_same_steps() -> None:
    a, b = Value(6.0), Value(4.0)
    quotient = a / b
    (power,) = quotient._prev - {a}
    assert (quotient._op, power._op, power._prev) == ("*", "**-1", {b})
    difference = a - b
    (negative,) = difference._prev - {a}
    assert (difference._op, negative._op) == ("+", "*")
    assert (a + a)._prev == {a}


def test_every_value_of_the_graph_gets_its_gradient() -> None:
    a = Value(3.0)
    product = a * 4
    (four,) = product._prev - {a}
    total = product + a
    total.backward()
    assert (total.grad, product.grad, four.grad, a.grad) == (1, 1.0, 3.0, 5.0)


def test_gradients_add_up_until_they_are_zeroed() -> None:
    x = Value(3.0)
    for times in (1, 2, 3):
        (x * x).backward()
        assert x.grad == 6.0 * times
    x.grad = 0
    (x * x).backward()
    assert x.grad == 6.0
    x.grad += 1
    assert x.grad == 7.0


def test_values_shared_by_two_backwards_count_once_each() -> None:
    x = Value(3.0)
    shared = x * x
    first, second = shared * 2, shared * 5
    first.backward()
    second.backward()
    assert shared.grad == 7.0
    assert x.grad == 6.0 * 7


def test_backward_of_a_leaf() -> None:
    x = Value(3.0)
    x.backward()
    assert x.grad == 1


def test_data_is_assignable() -> None:
    x = Value(3)
    x.data -= 0.5
    assert repr(x) == "Value(data=2.5, grad=0)"
    y = x * x
    assert y.data == 6.25
    x.data = 10.0
    assert y.data == 6.25
    with pytest.raises(adx.StaleValueError):
        y.backward()
    z = x * x
    z.backward()
    assert x.grad == 20.0


def test_data_of_a_result_is_assignable() -> None:
    x = Value(3.0)
    y = x * x
    before = y * 2
    y.data = 0.1
    assert y.data == 0.1
    after = y * y
    (before + after).backward()
    assert after.data == 0.1 * 0.1
    assert y.grad == pytest.approx(2.2, rel=1e-15)
    assert x.grad == pytest.approx(2.2 * 6, rel=1e-15)


STRANGERS: list[Any] = ["a", None, [1.0]]


def test_strangers_are_refused() -> None:
    x = Value(1.0)
    for stranger in STRANGERS:
        with pytest.raises(TypeError, match="unsupported operand"):
            x + stranger
        with pytest.raises(TypeError):
            x * stranger
    with pytest.raises(TypeError, match="unsupported operand"):
        x ** STRANGERS[1]
    with pytest.raises(TypeError):
        Value(STRANGERS[0])


def test_a_deep_graph_needs_no_recursion() -> None:
    x = y = Value(0.5)
    for _ in range(100_000):
        y = y * 1.00001
    y.backward()
    assert x.grad == pytest.approx(1.00001**100_000, rel=1e-9)
    assert draw_dot(y).count("\n") > 100_000


def test_modules() -> None:
    assert Module().parameters() == []
    neuron = Neuron(2, nonlin=False)
    assert isinstance(neuron, Module)
    assert str(neuron) == "LinearNeuron(2)"
    assert len(neuron.parameters()) == 3
    assert neuron.parameters()[-1] is neuron.b
    layer = Layer(2, 3, nonlin=False)
    assert str(layer) == "Layer of [LinearNeuron(2), LinearNeuron(2), LinearNeuron(2)]"
    assert len(layer([1.0, 2.0])) == 3
    assert isinstance(Layer(2, 1)([1.0, 2.0]), Value)
    model = MLP(2, [3, 1])
    model([1.0, 2.0]).backward()
    assert any(p.grad for p in model.parameters())
    model.zero_grad()
    assert {p.grad for p in model.parameters()} == {0}


def test_neurons_weigh_and_cut() -> None:
    neuron = Neuron(2)
    for parameter, data in zip(neuron.parameters(), (0.5, -2.0, 0.25), strict=True):
        parameter.data = data
    assert neuron([1.0, 0.5]).data == 0
    neuron.nonlin = False
    assert neuron([1.0, 0.5]).data == -0.25


def test_models_can_be_copied() -> None:
    model = MLP(2, [2, 1])
    twin = copy.deepcopy(model)
    model.parameters()[0].data = 9.0
    assert twin.parameters()[0].data != 9.0
    assert [p.data for p in twin.parameters()[1:]] == [p.data for p in model.parameters()[1:]]


def test_the_modules_of_micrograd_have_their_names() -> None:
    assert engine_module.Value is Value
    assert nn_module.MLP is MLP


def test_the_picture_names_every_value_and_operation() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b|c")
    d = a * b + a
    d.backward()
    text = draw_dot(d)
    assert text.startswith("digraph {\n  rankdir=LR;")
    assert 'label="{ a | data 2.0000 | grad -2.0000 }"' in text
    assert 'label="{ b\\|c | data -3.0000 | grad 2.0000 }"' in text
    assert len(re.findall(r"shape=record", text)) == 4
    assert len(re.findall(r"->", text)) == 6
    assert "rankdir=TB" in draw_dot(d, rankdir="TB")
    with pytest.raises(ValueError, match="rankdir is 'XY'"):
        draw_dot(d, rankdir="XY")


@pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed")
def test_graphviz_draws_the_picture() -> None:
    _, _, g = expression()
    drawn = subprocess.run(
        ["dot", "-Tsvg"], input=draw_dot(g), capture_output=True, text=True, check=True
    )
    assert drawn.stderr == ""
    assert drawn.stdout.count("ReLU") == 2

"""`compat.notebook`: the nodes, the graphs and the printed forms of the notebook."""

from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest

import autodiffx as adx
from autodiffx.compat.notebook import (
    Constant,
    Cosh,
    Cosine,
    DifferentiableValue,
    GradientGraph,
    Graph,
    LeakyReLU,
    OperatorLike,
    Power,
    Product,
    ReLU,
    Sigmoid,
    Sine,
    Sinh,
    Softmax,
    Sum,
    Tangent,
    Tanh,
    Variable,
    generate_operation,
    generate_topo,
)

FUNCTIONS = [
    (Sine, mpmath.sin),
    (Cosine, mpmath.cos),
    (Tangent, mpmath.tan),
    (Sinh, mpmath.sinh),
    (Cosh, mpmath.cosh),
    (Tanh, mpmath.tanh),
    (Sigmoid, lambda x: 1 / (1 + mpmath.exp(-x))),
    (ReLU, lambda x: x if x > 0 else mpmath.mpf(0)),
    (LeakyReLU, lambda x: x if x > 0 else mpmath.mpf(0.01) * x),
]


@pytest.mark.parametrize(("kind", "function"), FUNCTIONS)
@pytest.mark.parametrize("at", [-1.3, 0.7, 2.2])
def test_every_function_and_its_derivative(
    kind: Callable[..., Any], function: Callable[..., Any], at: float
) -> None:
    with Graph() as graph:
        x = Variable(at, "x")
        y = kind(x)
    assert type(y) is kind
    assert isinstance(y, OperatorLike)
    with mpmath.workdps(50):
        value, derivative = function(mpmath.mpf(at)), mpmath.diff(function, mpmath.mpf(at))
    np.testing.assert_allclose(graph.forward(), [float(value)], rtol=1e-15)
    assert graph.backward() is y
    np.testing.assert_allclose(x.gradient, [float(derivative)], rtol=2e-15)


def test_leaky_relu_takes_its_slope() -> None:
    with Graph() as graph:
        x = Variable(-2.0)
        y = LeakyReLU(x, negative_slope=0.25)
    assert y.negative_slope == 0.25
    assert graph.forward() == [-0.5]
    assert graph.create_gradient_graph().wrt(x) == [0.25]


def test_relu_has_derivative_zero_at_zero() -> None:
    with Graph() as graph:
        x = Variable(0.0)
        ReLU(x)
    assert graph.create_gradient_graph().wrt(x) == [0.0]


BUILT = [
    (lambda a, b: a + b, "Sum(A, B)"),
    (lambda a, b: a - b, "Sum(A, Product(B, Constant([-1])))"),
    (lambda a, b: a * b, "Product(A, B)"),
    (lambda a, b: a / b, "Product(A, Power(B, Constant([-1])))"),
    (lambda a, b: a**b, "Power(A, B)"),
    (lambda a, b: -a, "Product(A, Constant([-1]))"),
    (lambda a, b: a + 2, "Sum(A, Constant([2]))"),
    (lambda a, b: a - 2, "Sum(A, Constant([-2]))"),
    (lambda a, b: a * 2.5, "Product(A, Constant([2.5]))"),
    (lambda a, b: a / 4, "Product(A, Constant([0.25]))"),
    (lambda a, b: a**2, "Power(A, Constant([2]))"),
    (lambda a, b: 2 + a, "Sum(Constant([2]), A)"),
    (lambda a, b: 2 - a, "Sum(Constant([2]), Product(A, Constant([-1])))"),
    (lambda a, b: 2 * a, "Product(Constant([2]), A)"),
    (lambda a, b: 2 / a, "Product(Constant([2]), Power(A, Constant([-1])))"),
    (lambda a, b: 2**a, "Power(Constant([2]), A)"),
    (lambda a, b: np.float64(2.5) * a, "Product(Constant([2.5]), A)"),
    (lambda a, b: a - np.uint8(2), "Sum(A, Constant([-2.]))"),
    (lambda a, b: a - True, "Sum(A, Constant([-1]))"),
    (lambda a, b: np.array([1, 2]) * a, "Product(Constant([1 2]), A)"),
    (lambda a, b: a - np.array([1, 2]), "Sum(A, Constant([-1 -2]))"),
]


@pytest.mark.parametrize(("expression", "expected"), BUILT)
def test_operators_build_the_notebooks_nodes(expression: Callable[..., Any], expected: str) -> None:
    with Graph():
        a, b = Variable(3.0, "A"), Variable(4.0, "B")
        built = repr(expression(a, b))
    built = built.replace("Variable('A' [3.], g=0)", "A").replace("Variable('B' [4.], g=0)", "B")
    assert built.replace(", g=0", "") == expected


VALUES = [
    (lambda x: 2 * x + 3, 9.0, 2.0),
    (lambda x: 2 - x, -1.0, -1.0),
    (lambda x: 6 / x, 2.0, -2 / 3),
    (lambda x: x / 2, 1.5, 0.5),
    (lambda x: x**2 - x, 6.0, 5.0),
    (lambda x: 2**x, 8.0, 8 * np.log(2)),
    (lambda x: x**x, 27.0, 27 * (1 + np.log(3))),
    (lambda x: x * x * x, 27.0, 27.0),
    (lambda x: -x, -3.0, -1.0),
]


@pytest.mark.parametrize(("expression", "value", "derivative"), VALUES)
def test_arithmetic_and_its_derivatives(
    expression: Callable[..., Any], value: float, derivative: float
) -> None:
    with Graph() as graph:
        x = Variable(3.0, "x")
        expression(x)
    np.testing.assert_allclose(graph.forward(), [value], rtol=1e-15)
    wrt = graph.create_gradient_graph().wrt(x)
    assert np.shape(wrt) == (1,)
    np.testing.assert_allclose(wrt, [derivative], rtol=1e-15)


@pytest.mark.parametrize("stranger", ["a", None, [1.0], 1j, np.array(["a"]), object()])
def test_strangers_are_refused_by_name(stranger: Any) -> None:
    with Graph() as graph:
        x = Variable(1.0)
        for operate in (
            lambda: generate_operation(Sum, x, stranger),
            lambda: x + stranger,
            lambda: x - stranger,
            lambda: x / stranger,
            lambda: Sine(stranger),
        ):
            with pytest.raises(TypeError, match="Incompatible type for operation: "):
                operate()
    assert graph.values == []


def test_generate_operation_makes_constants_of_numbers() -> None:
    with Graph():
        x = Variable(1.0)
        made = generate_operation(Power, x, 3)
    assert isinstance(made, Power)
    assert made.inputs[0] is x
    assert isinstance(made.inputs[1], Constant)


def test_the_base_is_abstract_and_every_class_counts() -> None:
    base: Any = DifferentiableValue
    with pytest.raises(TypeError, match="abstract"):
        base()
    every, sines, constants = DifferentiableValue.count, Sine.count, Constant.count
    with Graph():
        x = Variable(1.0)
        Sine(Sine(x)) + 2
    assert Sine.count == sines + 2
    assert Constant.count == constants + 1
    assert DifferentiableValue.count == every + 5


def test_ids_are_unique() -> None:
    with Graph() as graph:
        x = Variable(1.0)
        y = Sine(x) + Cosine(x) + 1 + 1
    nodes = generate_topo(y)
    assert len({node.id for node in nodes}) == len(nodes) == 8
    assert len(graph.values) == 5


def test_topological_order_has_inputs_first_and_each_node_once() -> None:
    with Graph():
        x = Variable(1.0, "x")
        a = Sine(x)
        b = a * x
        c = b + a
    assert generate_topo(c) == [x, a, b, c]
    assert generate_topo(x) == [x]
    assert c.inputs == (b, a)
    assert x.inputs == ()


def test_values_holds_operations_in_the_order_made() -> None:
    with Graph() as graph:
        x = Variable(1.0)
        a = Sine(x)
        b = x * 3
        c = a - b
    product = c.inputs[1]
    assert graph.values == [a, b, product, c]
    with graph:
        d = Cosine(c)
    assert graph.values[-1] is d
    np.testing.assert_allclose(graph.forward(), np.cos(np.sin(1) - 3), rtol=1e-15)


def test_graph_and_gradient_graph_print() -> None:
    with Graph() as graph:
        x = Variable(3.0, "x")
        y = x * x
    gradient_graph = graph.create_gradient_graph()
    assert isinstance(gradient_graph, GradientGraph)
    assert gradient_graph.graph is graph
    assert repr(graph) == f"Graph: [{y!r}]"
    assert repr(gradient_graph) == f"GradientGraph: [{y!r}]"
    assert repr(Constant(-2)) == "Constant([-2], g=0)"
    assert repr(Variable(2)) == "Variable([2], g=0)"
    assert repr(Variable(name="p")) == "Variable('p' None, g=0)"


def test_gradients_by_every_node_and_by_strangers() -> None:
    with Graph() as graph:
        x, unused = Variable(3.0, "x"), Variable(1.0, "unused")
        square = x * x
        Sine(unused)
        y = 2 * square
    gradients = graph.create_gradient_graph()
    assert gradients.wrt(x) == [12.0]
    assert gradients.wrt(square) == [2.0]
    assert gradients.wrt(y) == 1
    assert gradients.wrt(unused) == 0
    with pytest.raises(KeyError, match="stranger"):
        gradients.wrt(Variable(1.0, "stranger"))
    with pytest.raises(KeyError, match="Constant-"):
        gradients.wrt(Constant(1.0))


def backward_is_due(graph: Graph) -> bool:
    return not graph.has_backwarded


def test_gradient_graph_runs_backward_only_if_it_is_due() -> None:
    with Graph() as graph:
        x = Variable(3.0, "x")
        x * x
    assert backward_is_due(graph)
    first = graph.create_gradient_graph()
    assert not backward_is_due(graph)
    x.value = 5.0
    assert backward_is_due(graph)
    assert first.wrt(x) == [6.0]
    assert graph.create_gradient_graph().wrt(x) == [10.0]
    graph.forward()
    assert not backward_is_due(graph)
    with graph:
        x * 7
    assert backward_is_due(graph)
    assert graph.create_gradient_graph().wrt(x) == [7.0]


def test_a_value_read_between_does_not_hide_that_backward_is_due() -> None:
    with Graph() as graph:
        x = Variable(3.0, "x")
        y = x * x
    graph.backward()
    x.value = 5.0
    assert y.value == [25.0]
    assert backward_is_due(graph)


def test_nodes_run_by_themselves() -> None:
    with Graph() as graph:
        x = Variable(2.0, "x")
        a = x * x
        Sine(a)
    assert a.forward() == [4.0]
    assert a.backward() is a
    assert x.gradient == [4.0]
    assert a.gradient == 1
    assert graph.values[-1].gradient == 0
    assert x.forward() == [2.0]
    assert x.backward() is x
    assert x.gradient == 1
    two = Constant(2)
    assert two.forward() == [2.0]
    assert two.backward() is two


def test_arrays_are_differentiated_element_by_element() -> None:
    with Graph() as graph:
        x = Variable(np.array([[0.5, -1.0], [2.0, 0.25]]), "x")
        s = Variable(3.0, "s")
        y = Sine(x) * s + x / np.array([1.0, 2.0])
    at = x.value
    np.testing.assert_allclose(graph.forward(), np.sin(at) * 3 + at / np.array([1, 2]), rtol=1e-15)
    gradients = graph.create_gradient_graph()
    np.testing.assert_allclose(gradients.wrt(x), 3 * np.cos(at) + [1.0, 0.5], rtol=1e-15)
    np.testing.assert_allclose(gradients.wrt(s), [np.sin(at).sum()], rtol=1e-15)
    assert np.shape(gradients.wrt(y.inputs[0])) == (2, 2)
    assert y.gradient == 1


def test_shapes_that_do_not_broadcast_are_named_and_can_be_mended() -> None:
    with Graph() as graph:
        x = Variable(np.ones(2))
        x + Variable(np.ones(3))
    with pytest.raises(ValueError, match="shape"):
        graph.forward()
    x.value = 2.0
    np.testing.assert_array_equal(graph.forward(), [3.0, 3.0, 3.0])
    np.testing.assert_array_equal(graph.create_gradient_graph().wrt(x), [3.0])


def test_softmax_of_several_inputs() -> None:
    points = [0.3, -1.2, 2.0]
    with Graph() as graph:
        inputs = [Variable(point) for point in points]
        y = Softmax(*inputs)
        Sum(Product(y, np.array([1.0, 0.0, 0.0])), 0)
    exact = np.exp(points) / np.exp(points).sum()
    np.testing.assert_allclose(y.value, exact, rtol=1e-14)
    graph.backward()
    expected = exact[0] * (np.array([1, 0, 0]) - exact)
    for variable, derivative in zip(inputs, expected, strict=True):
        assert np.shape(variable.gradient) == (1,)
        np.testing.assert_allclose(variable.gradient, [derivative], rtol=1e-14)


def test_softmax_of_one_array() -> None:
    points = np.array([[0.3, -1.2], [2.0, 0.0]])
    with Graph() as graph:
        x = Variable(points)
        y = Softmax(x)
        y * np.array([[0.0, 1.0], [0.0, 0.0]])
    exact = np.exp(points) / np.exp(points).sum()
    np.testing.assert_allclose(y.value, exact, rtol=1e-14)
    np.testing.assert_allclose(y.softmax(), exact, rtol=1e-14)
    np.testing.assert_allclose(y.softmax([1.0, 1.0]), [0.5, 0.5], rtol=1e-15)
    graph.backward()
    chosen = np.array([[0, 1], [0, 0]])
    np.testing.assert_allclose(x.gradient, exact[0, 1] * (chosen - exact), rtol=1e-14)
    with pytest.raises(TypeError, match="without inputs"), graph:
        Softmax()


def test_sigmoid_of_plain_numbers() -> None:
    assert Sigmoid.sigmoid(0.0) == 0.5
    np.testing.assert_array_equal(Sigmoid.sigmoid(np.zeros(2)), [0.5, 0.5])


def test_own_operations_need_a_formula_only() -> None:
    class Cube(Sine):
        formula = staticmethod(lambda x: x * x * x)

    with Graph() as graph:
        x = Variable(2.0)
        Cube(x)
    assert Cube.count == 1
    assert graph.forward() == [8.0]
    assert graph.create_gradient_graph().wrt(x) == [12.0]


def test_training_with_the_graph_run_again_and_again() -> None:
    with Graph() as graph:
        slope, offset = Variable(0.0, "slope"), Variable(0, "offset")
        error = slope * np.array([0.0, 1.0, 2.0]) + offset - np.array([-2.0, 1.0, 4.0])
        error**2
    for _ in range(400):
        graph.forward()
        graph.backward()
        slope.value -= 0.1 * slope.gradient
        offset.value -= 0.1 * offset.gradient
    np.testing.assert_allclose(slope.value, [3.0], atol=1e-9)
    np.testing.assert_allclose(offset.value, [-2.0], atol=1e-9)


def test_constants_alone() -> None:
    with Graph() as graph:
        y = Constant(1) / Constant(0) + 1
    assert graph.forward() == [np.inf]
    assert graph.backward() is y
    assert y.gradient == 1
    assert y.inputs[0].gradient == 0


def test_public_tape_errors_are_the_librarys() -> None:
    with pytest.raises(adx.GraphError, match="Sum was made outside any Graph"):
        Variable(1.0) + 1

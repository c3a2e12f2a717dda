"""Networks of layers, whose parameters are lists, tuples and dicts of arrays."""

from itertools import pairwise

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import grad, value_and_grad
from autograd.misc import flatten
from autograd.misc.optimizers import adam, rmsprop, sgd
from autograd.scipy.signal import convolve
from autograd.scipy.special import logsumexp

from autograd_programs.differences import agree, check_gradient


def _layers(sizes, random):
    return [
        (random.randn(inner, outer) / np.sqrt(inner), np.zeros(outer))
        for inner, outer in pairwise(sizes)
    ]


def _perceptron(layers, inputs):
    for weights, offset in layers[:-1]:
        inputs = np.tanh(np.dot(inputs, weights) + offset)
    weights, offset = layers[-1]
    return np.dot(inputs, weights) + offset


def perceptron_trained_by_adam():
    inputs = np.linspace(-2.0, 2.0, 30)[:, None]
    targets = np.sin(2 * inputs)
    layers = _layers([1, 8, 1], npr.RandomState(0))

    def loss(layers, step):
        return np.mean((_perceptron(layers, inputs) - targets) ** 2)

    check_gradient(lambda x: loss(x, 0), layers, grad(loss)(layers, 0))
    seen = []

    def callback(layers, step, gradient):
        assert isinstance(layers, list)
        assert len(layers) == 2
        assert gradient[0][0].shape == (1, 8)
        seen.append((step, loss(layers, step)))

    trained = adam(grad(loss), layers, callback=callback, num_iters=120, step_size=0.05)
    assert [step for step, _ in seen] == list(range(120))
    assert loss(trained, 0) < 0.2 * seen[0][1]


def optimizers_take_the_steps_of_their_formulas():
    curvature = np.array([1.0, 4.0])
    gradient = grad(lambda x, i: 0.5 * np.sum(curvature * x**2))
    start = np.array([1.0, -2.0])

    x, speed = start, np.zeros(2)
    for _ in range(5):
        speed = 0.8 * speed - 0.2 * curvature * x
        x = x + 0.1 * speed
    agree(sgd(gradient, start, num_iters=5, step_size=0.1, mass=0.8), x)

    x, square = start, np.ones(2)
    for _ in range(5):
        square = 0.9 * square + 0.1 * (curvature * x) ** 2
        x = x - 0.1 * curvature * x / (np.sqrt(square) + 1e-8)
    agree(rmsprop(gradient, start, num_iters=5), x)

    x, mean, square = start, np.zeros(2), np.zeros(2)
    for i in range(1, 6):
        mean = 0.9 * mean + 0.1 * curvature * x
        square = 0.999 * square + 0.001 * (curvature * x) ** 2
        x = x - 0.01 * (mean / (1 - 0.9**i)) / (np.sqrt(square / (1 - 0.999**i)) + 1e-8)
    agree(adam(gradient, start, num_iters=5, step_size=0.01), x)


def training_is_differentiated_by_its_step_size():
    def after_training(log_step):
        step = np.exp(log_step)
        x = sgd(lambda x, i: 2 * x, np.array([1.0, 3.0]), num_iters=4, step_size=step, mass=0.0)
        return np.sum(x**2)

    at = np.log(0.1)
    check_gradient(after_training, at, grad(after_training)(at))
    agree(grad(after_training)(at), 10.0 * 8 * 0.8**7 * -2 * 0.1)


def flattened_parameters():
    random = npr.RandomState(2)
    parameters = {"layers": _layers([3, 4, 2], random), "scale": 0.5, "shift": random.randn(2)}
    vector, unflatten = flatten(parameters)
    assert vector.shape == (3 * 4 + 4 + 4 * 2 + 2 + 1 + 2,)
    again = unflatten(vector)
    assert sorted(again) == ["layers", "scale", "shift"]
    agree(flatten(again)[0], vector)
    inputs = random.randn(5, 3)

    def loss(vector):
        parameters = unflatten(vector)
        outputs = _perceptron(parameters["layers"], inputs)
        return np.sum((outputs * parameters["scale"] + parameters["shift"]) ** 2)

    check_gradient(loss, vector, grad(loss)(vector))


def recurrent_network_over_a_sequence():
    random = npr.RandomState(4)
    parameters = {
        "input": 0.5 * random.randn(2, 3),
        "memory": 0.5 * random.randn(3, 3),
        "output": random.randn(3),
        "start": random.randn(3),
    }
    sequence, targets = random.randn(6, 2), random.randn(6)

    def loss(parameters):
        state, total = parameters["start"], 0.0
        for x, target in zip(sequence, targets, strict=True):
            state = np.tanh(x @ parameters["input"] + state @ parameters["memory"])
            total = total + (state @ parameters["output"] - target) ** 2
        return total / len(targets)

    check_gradient(loss, parameters, grad(loss)(parameters))


def long_short_term_memory():
    random = npr.RandomState(5)
    gates = {name: 0.5 * random.randn(2 + 3 + 1, 3) for name in ("keep", "write", "show", "new")}
    sequence = random.randn(5, 4, 2)

    def sigmoid(x):
        return 0.5 * (np.tanh(x / 2) + 1.0)

    def step(gates, x, hidden, cell):
        joined = np.hstack((x, hidden, np.ones((hidden.shape[0], 1))))
        keep, write, show = (
            sigmoid(np.dot(joined, gates[name])) for name in ("keep", "write", "show")
        )
        cell = keep * cell + write * np.tanh(np.dot(joined, gates["new"]))
        return show * np.tanh(cell), cell

    def loss(gates):
        hidden = cell = np.zeros((4, 3))
        for x in sequence:
            hidden, cell = step(gates, x, hidden, cell)
        return np.sum(hidden**2) + np.sum(cell)

    value, gradient = value_and_grad(loss)(gates)
    agree(value, loss(gates))
    check_gradient(loss, gates, gradient)


def convolutional_network():
    random = npr.RandomState(6)
    images = random.randn(3, 1, 6, 6)
    parameters = (0.3 * random.randn(1, 2, 3, 3), random.randn(2 * 2 * 2, 2), random.randn(2))
    labels = np.array([0, 1, 1])

    def scores(parameters):
        filters, weights, offset = parameters
        maps = convolve(images, filters, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid")
        maps = maps.reshape((3, 2, 2, 2, 2, 2))
        pooled = np.max(np.max(maps, axis=3), axis=4)
        return np.tanh(pooled).reshape((3, 8)) @ weights + offset

    def loss(parameters):
        outputs = scores(parameters)
        return np.sum(logsumexp(outputs, axis=1) - outputs[np.arange(3), labels])

    assert scores(parameters).shape == (3, 2)
    check_gradient(loss, parameters, grad(loss)(parameters))


def attention_over_a_set():
    random = npr.RandomState(7)
    items = random.randn(2, 5, 4)
    parameters = [random.randn(4, 3) for _ in range(3)]

    def loss(parameters):
        queries, keys, values = (np.einsum("bnd,dk->bnk", items, w) for w in parameters)
        scores = np.einsum("bnk,bmk->bnm", queries, keys) / np.sqrt(3.0)
        weights = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
        weights = weights / np.sum(weights, axis=-1, keepdims=True)
        outputs = np.matmul(weights, values)
        return np.sum(np.sin(outputs))

    check_gradient(loss, parameters, grad(loss)(parameters))


def normalised_layers_with_dropout():
    random = npr.RandomState(8)
    inputs = random.randn(6, 5)
    kept = random.rand(6, 5) < 0.8

    def loss(gain, offset, weights):
        centred = inputs @ weights
        centred = centred - np.mean(centred, axis=1, keepdims=True)
        outputs = gain * centred / np.std(centred, axis=1, keepdims=True) + offset
        return np.var(np.maximum(outputs * kept / 0.8, 0.1 * outputs))

    arguments = (random.rand(5) + 0.5, random.randn(5), random.randn(5, 5))
    gradients = grad(loss, (0, 1, 2))(*arguments)
    assert isinstance(gradients, tuple)
    check_gradient(lambda x: loss(*x), arguments, gradients)

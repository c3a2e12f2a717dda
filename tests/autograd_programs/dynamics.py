"""What moves in time: filters, recursions and differential equations."""

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import checkpoint, grad, jacobian
from autograd.builtins import tuple
from autograd.scipy.integrate import odeint
from autograd.scipy.stats import multivariate_normal

from autograd_programs.differences import agree, check_gradient, check_jacobian


def kalman_filter():
    random = npr.RandomState(0)
    seen = np.cumsum(random.randn(6, 2), axis=0)

    def parts(parameters):
        turn = parameters["turn"]
        moves = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        noise = np.exp(parameters["log_noise"])
        return moves, np.diag(noise), 0.5 * np.eye(2)

    def log_likelihood(parameters):
        moves, process, sensor = parts(parameters)
        mean, covariance, total = np.zeros(2), np.eye(2), 0.0
        for y in seen:
            mean = np.dot(moves, mean)
            covariance = np.dot(np.dot(moves, covariance), moves.T) + process
            total = total + multivariate_normal.logpdf(y, mean, covariance + sensor)
            gain = np.linalg.solve(covariance + sensor, covariance).T
            mean = mean + np.dot(gain, y - mean)
            covariance = covariance - np.dot(gain, covariance)
        return total

    parameters = {"turn": 0.3, "log_noise": np.array([-0.5, 0.2])}
    gradient = grad(log_likelihood)(parameters)
    check_gradient(log_likelihood, parameters, gradient)

    def at_once(parameters):
        """All that was seen is one draw from one Gaussian."""
        moves, process, sensor = parts(parameters)
        now = np.dot(np.dot(moves, np.eye(2)), moves.T) + process
        rows = [[None] * 6 for _ in range(6)]
        for i in range(6):
            block = now
            for j in range(i, 6):
                rows[i][j] = block.T
                rows[j][i] = block
                block = np.dot(moves, block)
            rows[i][i] = now + sensor
            now = np.dot(np.dot(moves, now), moves.T) + process
        covariance = np.vstack([np.hstack(row) for row in rows])
        return multivariate_normal.logpdf(np.ravel(seen), np.zeros(12), covariance)

    agree(log_likelihood(parameters), at_once(parameters))
    direct = grad(at_once)(parameters)
    agree(gradient["turn"], direct["turn"], 1e-9)
    agree(gradient["log_noise"], direct["log_noise"], 1e-9)


def moving_average_of_a_series():
    series = np.sin(np.arange(15.0)) + 0.1 * np.arange(15.0)

    def loss(parameters):
        decay = 1 / (1 + np.exp(-parameters[0]))
        level, slope, total = series[0], parameters[1], 0.0
        for value in series[1:]:
            predicted = level + slope
            total += (value - predicted) ** 2
            new = decay * value + (1 - decay) * predicted
            slope = 0.3 * (new - level) + 0.7 * slope
            level = new
        return total

    parameters = np.array([0.4, 0.1])
    check_gradient(loss, parameters, grad(loss)(parameters))


def decay_by_odeint():
    times = np.linspace(0.0, 2.0, 5)

    def rate(y, t, k):
        return -k * y

    def total(k, start):
        path = odeint(rate, start, times, tuple((k,)), rtol=1e-11, atol=1e-11)
        return np.sum(path)

    k, start = np.array([0.7]), np.array([1.5])
    closed = 1.5 * np.exp(-0.7 * times)
    agree(total(k, start), np.sum(closed), 1e-8)
    agree(grad(total)(k, start), [np.sum(-times * closed)], 1e-6)
    agree(grad(total, 1)(k, start), [np.sum(closed) / 1.5], 1e-6)


def measurement_times_of_odeint():
    def swing(y, t, stiffness):
        return np.array([y[1], -stiffness * np.sin(y[0])])

    def last(times, start):
        path = odeint(swing, start, times, tuple((4.0,)), rtol=1e-11, atol=1e-11)
        return path[-1, 0]

    times, start = np.array([0.0, 0.4, 1.1]), np.array([0.5, 0.1])
    by_time = grad(last)(times, start)
    check_gradient(lambda x: last(x, start), times, by_time, 1e-6)
    agree(by_time[1], 0.0, 1e-6)
    check_gradient(lambda x: last(times, x), start, grad(last, 1)(times, start), 1e-6)


def predators_and_prey_fitted_through_odeint():
    times = np.linspace(0.0, 3.0, 7)

    def rates(y, t, logs):
        birth, eaten, grown, death = np.exp(logs)
        prey, predators = y
        return np.array([prey * (birth - eaten * predators), predators * (grown * prey - death)])

    truth = np.log(np.array([1.0, 0.5, 0.3, 0.8]))
    start = np.array([2.0, 1.0])
    seen = odeint(rates, start, times, tuple((truth,)), rtol=1e-11, atol=1e-11)

    def loss(logs):
        path = odeint(rates, start, times, tuple((logs,)), rtol=1e-11, atol=1e-11)
        return np.mean((np.log(path) - np.log(seen)) ** 2)

    logs = truth + np.array([0.1, -0.1, 0.05, 0.1])
    gradient = grad(loss)(logs)
    check_gradient(loss, logs, gradient, 1e-6)
    assert loss(logs - 0.2 * gradient) < loss(logs)


def euler_steps_in_a_loop():
    def fall(drag, count=50):
        height, speed, step = 10.0, 0.0, 0.02
        for _ in range(count):
            height, speed = height + step * speed, speed - step * (9.81 + drag * speed * abs(speed))
        return height

    check_gradient(fall, 0.3, grad(fall)(0.3))
    check_gradient(grad(fall), 0.3, grad(grad(fall))(0.3))


def runge_kutta_with_a_monodromy_matrix():
    def field(y):
        return np.array([y[1], (1 - y[0] ** 2) * y[1] - y[0]])

    def step(y, h):
        a = field(y)
        b = field(y + 0.5 * h * a)
        c = field(y + 0.5 * h * b)
        d = field(y + h * c)
        return y + h / 6 * (a + 2 * b + 2 * c + d)

    def flow(y):
        for _ in range(40):
            y = step(y, 0.05)
        return y

    y = np.array([0.8, -0.3])
    monodromy = jacobian(flow)(y)
    check_jacobian(flow, y, monodromy)
    # Liouville: the volume changes by the integral of the divergence.
    divergence, at = 0.0, y
    for _ in range(40):
        half = step(at, 0.025)
        after = step(at, 0.05)
        mean = (1 - at[0] ** 2) + 4 * (1 - half[0] ** 2) + (1 - after[0] ** 2)
        divergence, at = divergence + 0.05 / 6 * mean, after
    agree(np.linalg.det(monodromy), np.exp(divergence), 1e-5)


def long_chain_with_checkpoints():
    weights = 0.5 * npr.RandomState(3).randn(3, 3)
    runs = []

    def segment(state, weights):
        runs.append(1)
        for _ in range(5):
            state = np.tanh(np.dot(state, weights) + 0.1)
        return state

    thrifty = checkpoint(segment)

    def total(weights, step):
        state = np.ones(3)
        for _ in range(4):
            state = step(state, weights)
        return np.sum(state)

    plain = grad(total)(weights, segment)
    runs.clear()
    saving = grad(total)(weights, thrifty)
    assert len(runs) > 4, "each segment is computed again on the way back"
    agree(saving, plain)
    check_gradient(lambda w: total(w, segment), weights, saving)


def heat_spreads_on_a_rod():
    def evolve(start, conductivity):
        state = start
        for _ in range(10):
            bend = np.roll(state, 1) - 2 * state + np.roll(state, -1)
            state = state + conductivity * bend
        return state

    start = np.exp(-(np.linspace(-2, 2, 9) ** 2))
    target = evolve(start, 0.2)

    def loss(start):
        return np.sum((evolve(start, 0.2) - target) ** 2)

    agree(grad(lambda s: np.sum(evolve(s, 0.2)))(start), np.ones(9))
    check_gradient(loss, 0.5 * start, grad(loss)(0.5 * start))
    jac = jacobian(evolve)(start, 0.2)
    agree(jac, jac.T)
    modes = (1 - 0.4 * (1 - np.cos(2 * np.pi * np.arange(9) / 9))) ** 10
    agree(np.sort(np.linalg.eigvalsh(jac)), np.sort(modes))

"""Optimisers against single steps by hand and closed forms; a loop that keeps nothing back."""

from __future__ import annotations

import copy
import dataclasses
import io
import math
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autodiffx as adx
from autodiffx.optimisers import Optimiser

make = adx.optimisers

ALL: list[Callable[[], Optimiser]] = [
    lambda: make.sgd(0.1),
    lambda: make.momentum(0.05),
    lambda: make.momentum(0.05, nesterov=True),
    lambda: make.rmsprop(0.05),
    lambda: make.adam(0.3),
    lambda: make.adamw(0.3, weight_decay=1e-3),
    lambda: make.lbfgs(),
    lambda: make.lbfgs(objective=bowl),
]
NAMES = ["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw", "lbfgs", "lbfgs-searching"]


class Layer(NamedTuple):
    weights: Any
    bias: Any


@dataclasses.dataclass
class Model:
    layers: Any
    scale: Any


def start() -> Any:
    return {"m": Model([Layer(np.ones((2, 2)), np.zeros(2)), None], 1.0), "t": (2, np.ones(1))}


def bowl(p: Any) -> Any:
    """Least, 0, where every number is 3."""
    layer = p["m"].layers[0]
    return (
        ((layer.weights - 3.0) ** 2).sum()
        + 2.0 * ((layer.bias - 3.0) ** 2).sum()
        + (p["m"].scale - 3.0) ** 2
        + (p["t"][0] - 3.0) ** 2
        + ((p["t"][1] - 3.0) ** 2).sum()
    )


def updates(optimiser: Optimiser, gradients: list[float], first: float) -> list[float]:
    """Params after each update by the given gradients."""
    params: Any = first
    state = optimiser.init(params)
    out = []
    for gradient in gradients:
        params, state = optimiser.update(gradient, state, params)
        out.append(params)
    return out


# ---- by hand -----------------------------------------------------------------------------------


def test_sgd_by_hand() -> None:
    assert updates(make.sgd(0.5), [2.0, -4.0], 1.0) == [0.0, 2.0]


def test_momentum_by_hand() -> None:
    # m: 2, 2·0.5 − 4 = −3.
    assert updates(make.momentum(0.1, decay=0.5), [2.0, -4.0], 1.0) == pytest.approx([0.8, 1.1])
    # Ahead: 0.5·2 + 2 = 3, 0.5·(−3) − 4 = −5.5.
    ahead = updates(make.momentum(0.1, decay=0.5, nesterov=True), [2.0, -4.0], 1.0)
    assert ahead == pytest.approx([0.7, 1.25])


def test_rmsprop_by_hand() -> None:
    # s: 0.25·4 = 1, 0.75·1 + 0.25·16 = 4.75.
    found = updates(make.rmsprop(0.1, decay=0.75, tiny=0.0), [2.0, -4.0], 1.0)
    assert found == pytest.approx([0.8, 0.8 + 0.4 / math.sqrt(4.75)])


def test_adam_by_hand() -> None:
    # m: 1, −1.5; without bias 2, −1.5 / 0.75. s: 1, 4.75; without bias 4, 4.75 / 0.4375.
    found = updates(make.adam(0.1, decay=0.5, square_decay=0.75, tiny=0.5), [2.0, -4.0], 1.0)
    first = 1.0 - 0.1 * 2.0 / (2.0 + 0.5)
    assert found == pytest.approx([first, first + 0.1 * 2.0 / (math.sqrt(4.75 / 0.4375) + 0.5)])


def test_adam_takes_first_steps_of_the_rate() -> None:
    for gradient in (1e-3, 1.0, 1e5):
        assert updates(make.adam(0.25), [gradient], 1.0) == pytest.approx([0.75], rel=1e-4)


def test_adamw_is_adam_and_shrinking() -> None:
    gradients = [1.0, -2.0, 0.5]
    assert updates(make.adamw(0.1, weight_decay=0.0), gradients, 2.0) == updates(
        make.adam(0.1), gradients, 2.0
    )
    assert updates(make.adamw(0.1, weight_decay=0.5), [0.0, 0.0], 2.0) == pytest.approx(
        [2.0 * 0.95, 2.0 * 0.95**2]
    )


def test_closed_forms_on_a_parabola() -> None:
    # x ↦ (1 − rate·h) x for the gradient h x; with momentum a linear recurrence of order two.
    curvature, rate, decay = 4.0, 0.1, 0.5
    for optimiser, matrix in (
        (make.sgd(rate), np.array([[1.0 - rate * curvature, 0.0], [0.0, 0.0]])),
        (
            make.momentum(rate, decay),
            np.array([[1.0 - rate * curvature, -rate * decay], [curvature, decay]]),
        ),
    ):
        x: Any = 1.0
        state = optimiser.init(x)
        for step in range(1, 20):
            x, state = optimiser.update(curvature * x, state, x)
            assert x == pytest.approx((np.linalg.matrix_power(matrix, step) @ [1.0, 0.0])[0])


def test_lbfgs_ends_on_a_quadratic() -> None:
    matrix = np.diag([1.0, 10.0, 100.0])
    gradient = adx.grad(lambda x: 0.5 * x @ matrix @ x)
    optimiser = make.lbfgs(objective=lambda x: 0.5 * x @ matrix @ x)
    x: Any = np.ones(3)
    state = optimiser.init(x)
    for _ in range(30):
        x, state = optimiser.update(gradient(x), state, x)
    assert np.abs(x).max() < 1e-10


def test_lbfgs_has_the_secant_property() -> None:
    # With one pair (s, y) the direction for the gradient y is s itself: H y = s.
    optimiser = make.lbfgs(rate=1.0)
    x = np.array([1.0, 2.0])
    _, state = optimiser.update(np.array([0.3, -0.4]), optimiser.init(x), x)
    step = np.array([0.5, 0.25])
    change = np.array([2.0, 1.0])
    state = state._replace(params=x - step, gradient=np.zeros(2))
    moved, state = optimiser.update(change, state, x)
    assert moved == pytest.approx(x - step)
    assert len(state.pairs) == 1


def test_lbfgs_keeps_so_many_pairs_and_leaves_out_the_bent() -> None:
    optimiser = make.lbfgs(rate=0.1, memory=3)
    x: Any = np.ones(2)
    state = optimiser.init(x)
    for _ in range(6):
        x, state = optimiser.update(2.0 * x, state, x)
    assert len(state.pairs) == 3
    concave = make.lbfgs(rate=0.1)
    y: Any = np.ones(2)
    other = concave.init(y)
    for _ in range(4):
        y, other = concave.update(-2.0 * y, other, y)
    assert other.pairs == ()
    assert np.isfinite(y).all()


def test_lbfgs_stays_where_no_step_lowers() -> None:
    optimiser = make.lbfgs(objective=lambda x: -x)
    assert optimiser.update(1.0, optimiser.init(2.0), 2.0)[0] == 2.0


# ---- containers, states ------------------------------------------------------------------------


@pytest.mark.parametrize("optimiser", ALL, ids=NAMES)
def test_containers_come_to_the_minimum(optimiser: Callable[[], Optimiser]) -> None:
    best, values = make.train(bowl, start(), optimiser(), steps=400)
    assert values[0] == bowl(start())
    assert values[-1] < 1e-2
    assert type(best["m"]) is Model
    assert type(best["m"].layers[0]) is Layer
    assert best["m"].layers[1] is None
    assert type(best["m"].scale) is float
    assert type(best["t"][0]) is float
    assert best["m"].layers[0].weights == pytest.approx(np.full((2, 2), 3.0), abs=0.05)


@pytest.mark.parametrize("optimiser", ALL[:-1], ids=NAMES[:-1])
def test_updates_are_functions(optimiser: Callable[[], Optimiser]) -> None:
    pair = optimiser()
    params = {"a": np.array([1.0, -2.0]), "b": 3.0}
    gradient = {"a": np.array([0.5, 1.0]), "b": -1.0}
    state = pair.init(params)
    for _ in range(3):
        before = copy.deepcopy((gradient, state, params))
        first = pair.update(gradient, state, params)
        again = pair.update(gradient, pickle.loads(pickle.dumps(state)), params)
        assert repr(first) == repr(again)
        assert repr((gradient, state, params)) == repr(before)
        params, state = first


@pytest.mark.parametrize("optimiser", ALL[:-1], ids=NAMES[:-1])
def test_dtypes_and_shapes_stay(optimiser: Callable[[], Optimiser]) -> None:
    params = [np.ones(3, np.float32), np.array(1.0), 2]
    gradient: list[Any] = [np.ones(3, np.float32), np.array(0.5), 1.0]
    pair = optimiser()
    moved, state = pair.update(gradient, pair.init(params), params)
    gradient[0] = np.ones(3)  # float64 for params of float32
    moved, _ = pair.update(gradient, state, moved)
    assert moved[0].dtype == np.float32
    assert type(moved[1]) is np.ndarray
    assert moved[1].shape == ()
    assert type(moved[2]) is float


SCHEDULED: list[Callable[[Callable[[int], float]], Optimiser]] = [
    make.sgd,
    make.momentum,
    make.rmsprop,
    make.adam,
    make.adamw,
    make.lbfgs,
]


@pytest.mark.parametrize("scheduled", SCHEDULED)
def test_a_schedule_is_told_the_number_of_updates(
    scheduled: Callable[[Callable[[int], float]], Optimiser],
) -> None:
    asked = []

    def rate(done: int) -> float:
        asked.append(done)
        return 0.1

    updates(scheduled(rate), [1.0, 0.5, 0.2], 1.0)
    assert asked == [0, 1, 2]


def test_rates_may_follow_a_schedule() -> None:
    rates = [np.float64(0.5), 0.25]
    assert updates(make.sgd(lambda done: rates[done]), [1.0, 1.0], 0.0) == [-0.5, -0.75]
    params = [np.ones(1, np.float32)]
    pair = make.adam(lambda done: np.float64(0.1))
    assert pair.update(params, pair.init(params), params)[0][0].dtype == np.float32


# ---- the loop ----------------------------------------------------------------------------------


def test_train_by_batches() -> None:
    seen = []

    def f(p: Any, batch: Any) -> Any:
        seen.append(batch)
        return (p - batch) ** 2

    best, values = make.train(f, 0.0, make.sgd(0.5), batches=[1.0, 2.0, 5.0])
    assert best == 5.0
    assert values == [1.0, 1.0, 9.0]
    make.train(f, 0.0, make.sgd(0.5), steps=2, batches=iter(range(9)))
    assert seen == [1.0, 2.0, 5.0, 0, 1]


def test_train_shows_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("autodiffx.progress.SECONDS_BETWEEN_DRAWINGS", 0.0)
    for progress in (True, False):
        stream = Terminal()
        monkeypatch.setattr("sys.stderr", stream)
        make.train(lambda p: p**2, 1.0, make.sgd(0.1), steps=4, progress=progress)
        assert ("train [###############" in stream.getvalue()) == progress


# ---- what does not fit -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: make.sgd(0.0), "sgd.. needs a rate above 0, got 0.0"),
        (lambda: make.momentum(-1.0), "momentum.. needs a rate above 0"),
        (lambda: make.momentum(1.0, decay=1.0), r"momentum.. needs a decay in \[0, 1\), got 1.0"),
        (lambda: make.rmsprop(tiny=-1.0), "rmsprop.. needs a tiny of at least 0"),
        (lambda: make.adam(square_decay=2.0), "adam.. needs a square_decay"),
        (lambda: make.adamw(weight_decay=-1.0), "adamw.. needs a weight_decay of at least 0"),
        (lambda: make.adam(math.nan), "adam.. needs a rate above 0, got nan"),
        (lambda: make.lbfgs(memory=0), "memory of at least 1, got 0"),
    ],
)
def test_settings(build: Callable[[], Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        build()


def test_gradients_that_do_not_fit() -> None:
    pair = make.adam()
    params = {"a": np.ones(2)}
    state = pair.init(params)
    with pytest.raises(TypeError, match="structure of the params"):
        pair.update([np.ones(2)], state, params)
    with pytest.raises(ValueError, match=r"params' shape \(2,\), got \(3,\)"):
        pair.update({"a": np.ones(3)}, state, params)
    with pytest.raises(TypeError, match=r"params\['a'\] is an array of int64"):
        pair.init({"a": np.array([1, 2])})


def test_the_loop_refuses() -> None:
    with pytest.raises(ValueError, match="steps, or batches"):
        make.train(lambda p: p, 1.0, make.sgd(0.1))
    with pytest.raises(FloatingPointError, match=r"value .* in step \d+: lower the rate"):
        make.train(lambda p: p**2, 1.0, make.sgd(1e100), steps=9)
    with pytest.raises(TypeError, match="one number"):
        make.train(lambda p: p * 2.0, np.ones(2), make.sgd(0.1), steps=1)
    with pytest.raises(ZeroDivisionError):
        make.train(lambda p: 1 / 0, 1.0, make.sgd(0.1), steps=1)


@pytest.mark.parametrize("steps", [-1, 2.5, "3"])
def test_steps_that_are_none(steps: Any) -> None:
    with pytest.raises(ValueError, match="number of steps"):
        adx.optimisers.train(lambda p: p * p, 1.0, adx.optimisers.sgd(0.1), steps)


@pytest.mark.parametrize("optimiser", [adx.optimisers.adam, None, 0.1])
def test_what_is_no_optimiser(optimiser: Any) -> None:
    with pytest.raises(TypeError, match="needs an optimiser"):
        adx.optimisers.train(lambda p: p * p, 1.0, optimiser, 1)


@pytest.mark.parametrize("rate", ["fast", None, np.array([0.1, 0.2]), lambda count: None])
def test_rates_that_are_none(rate: Any) -> None:
    with pytest.raises(TypeError, match=r"rate .*is a number"):
        adx.optimisers.train(lambda p: p * p, 1.0, adx.optimisers.sgd(rate), 1)


@pytest.mark.parametrize(
    ("gradient", "params", "word"),
    [(np.array([1.5]), np.array([3]), "params"), (np.array([1j]), np.array([3.0]), "gradient")],
)
def test_updates_that_would_be_cut(gradient: Any, params: Any, word: str) -> None:
    """An array of whole numbers would round, one of float64 lose an imaginary part."""
    descent = adx.optimisers.sgd(0.1)
    with pytest.raises(TypeError, match=word):
        descent.update(gradient, descent.init(np.ones(1)), params)

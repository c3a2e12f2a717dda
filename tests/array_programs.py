"""Random programs on arrays: operators, broadcasting, views, decisions and assignments.

A program is a list of whole numbers. It runs alike on Variables and on NumPy's arrays, real or
complex; a run on complex ones gives its derivative along a direction without any rule. Where
numbers grow too large they are squeezed, which the run on real numbers decides.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import strategies as st

from array_shapes import Array, uniform
from array_sums import inner

__all__ = ["NAMES", "Plain", "Program", "programs"]

SHAPES = ((2, 3), (3,), (2, 1), (1, 3), ())
CONSTANTS = (1.0, 2.0, -1.0, 0.5, 3.0, -0.25, 0.1, 1.7, 2, -3)
TINY = 1e-100


def real(x: Any) -> Any:
    return np.real(x)


class Plain:
    """NumPy's functions for real and complex arrays, with the conventions at kinks.

    `margin` is how near a decision came to falling otherwise. With `noise`, every step is off by
    about that much, relatively.
    """

    def __init__(self, noise: float = 0.0) -> None:
        self.margin = math.inf
        self.noise = noise
        self.rng = np.random.default_rng(5)

    sin, cos, tanh, exp, log, sqrt = (
        staticmethod(f) for f in (np.sin, np.cos, np.tanh, np.exp, np.log, np.sqrt)
    )
    logical_and, logical_or, logical_not = (
        staticmethod(f) for f in (np.logical_and, np.logical_or, np.logical_not)
    )

    def rounded(self, x: Any) -> Any:
        if not self.noise:
            return x
        return x * (1.0 + self.noise * self.rng.standard_normal(np.shape(x)))

    def near(self, distance: Any) -> Any:
        self.margin = min(self.margin, np.min(np.abs(real(distance)), initial=math.inf))

    def less(self, x: Any, y: Any) -> Any:
        self.near(x - y)
        return real(x) < real(y)

    def where(self, condition: Any, x: Any, y: Any) -> Any:
        return np.where(condition, x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        self.near(x - y)
        return np.where(real(x) > real(y), x, y)

    def relu(self, x: Any) -> Any:
        return self.maximum(x, 0.0 * x)

    def absolute(self, x: Any) -> Any:
        self.near(x)
        return x * np.sign(real(x))

    def sigmoid(self, x: Any) -> Any:
        return 1.0 / (1.0 + np.exp(-x))

    def logaddexp(self, x: Any, y: Any) -> Any:
        return np.log(np.exp(x) + np.exp(y))


def positive(x: Any) -> Any:
    return x * x + 0.5


def moderate(adx: Any, x: Any) -> Any:
    return adx.tanh(x) * 2.0


def masked(adx: Any, x: Any, y: Any, c: Any) -> Any:
    small, large, other = adx.less(x, c), adx.less(0.3, y), adx.less(y, x - 1.0)
    if x.ndim and y.ndim:
        return (small & ~large) | other
    return adx.logical_or(adx.logical_and(small, adx.logical_not(large)), other)


def reversed_flat(x: Any) -> Any:
    return (x.reshape(-1)[::-1] * 0.5).reshape(x.shape)


def corner(x: Any) -> Any:
    return x[(-1,) * x.ndim] if x.ndim else x


def in_full(x: Any) -> Any:
    return np.broadcast_to(x, (2, 3))


def apart(adx: Any, x: Any) -> Any:
    """Elements whose order decides something, at least in a line of its own."""
    line = x if x.ndim else x.reshape(1)
    if isinstance(adx, Plain) and line.size:
        adx.near(np.diff(np.sort(real(line), axis=-1), axis=-1))
    return line


numpys: Any = np  # whose types know plain arrays only
Compute = Callable[[Any, Any, Any, Any], Any]
REDUCED: dict[str, Compute] = {
    "sum": lambda adx, x, y, c: numpys.sum(x, axis=-1, keepdims=True) if x.ndim else x * 1.0,
    "mean": lambda adx, x, y, c: numpys.mean(x) * c,
    "mean of rows": lambda adx, x, y, c: numpys.mean(in_full(x) * y, axis=0),
    "product": lambda adx, x, y, c: numpys.prod(in_full(x), axis=1, keepdims=True),
    "running sum": lambda adx, x, y, c: numpys.cumsum(in_full(x), axis=1),
    "running product": lambda adx, x, y, c: numpys.cumprod(in_full(x), axis=0),
    "largest": lambda adx, x, y, c: numpys.max(apart(adx, x * y + 0.3 * x), axis=-1, keepdims=True),
    "smallest": lambda adx, x, y, c: numpys.min(apart(adx, y - x * c), axis=-1, keepdims=True),
    "sorted": lambda adx, x, y, c: numpys.sort(apart(adx, x * y - x), axis=-1),
}
JOINED: dict[str, Compute] = {
    "joined": lambda adx, x, y, c: numpys.concatenate([in_full(x)[:1], in_full(y * c)[1:]]),
    "stacked": lambda adx, x, y, c: numpys.stack([in_full(x)[0], in_full(y)[1] * c]),
    "rolled": lambda adx, x, y, c: numpys.roll(x, 1) * y,
    "index arrays": lambda adx, x, y, c: in_full(x)[[1, 0]] + in_full(y)[:, [2, 2, 0]],
    "taken": lambda adx, x, y, c: numpys.take(in_full(x), [2, 0, 2], axis=1),
    "lower triangle": lambda adx, x, y, c: numpys.tril(in_full(x)) * c,
    "differences": lambda adx, x, y, c: numpys.diff(in_full(x), append=in_full(y)[:, :1]),
    "matrices": lambda adx, x, y, c: numpys.matmul(in_full(x), in_full(y).T[:, :1]) * 0.3,
    "einsum": lambda adx, x, y, c: numpys.einsum("ij,ij->i", in_full(x), in_full(y))[:, None],
    "outer": lambda adx, x, y, c: numpys.outer(in_full(x)[:, 0], in_full(y)[0]),
    "convolved": lambda adx, x, y, c: numpys.convolve(in_full(x)[0], in_full(y)[1], "same"),
}


def times_one(function: Compute) -> Compute:
    """The result of an operator, so that writing into what functions give is no matter here."""
    return lambda adx, x, y, c: function(adx, x, y, c) * 1.0


COMPUTED: dict[str, Compute] = {
    "add": lambda adx, x, y, c: x + y,
    "subtract": lambda adx, x, y, c: x - y,
    "multiply": lambda adx, x, y, c: x * y,
    "divide": lambda adx, x, y, c: x / positive(y),
    "constant times": lambda adx, x, y, c: c * x,
    "constant minus": lambda adx, x, y, c: c - x,
    "plus an array": lambda adx, x, y, c: x + c * np.array([0.5, -1.0, 0.25]),
    "constant over": lambda adx, x, y, c: c / positive(x),
    "square": lambda adx, x, y, c: x**2,
    "cube": lambda adx, x, y, c: x**3,
    "power": lambda adx, x, y, c: positive(x) ** moderate(adx, y),
    "negative": lambda adx, x, y, c: -x,
    "sin": lambda adx, x, y, c: adx.sin(x),
    "cos": lambda adx, x, y, c: adx.cos(x),
    "tanh": lambda adx, x, y, c: adx.tanh(x),
    "exp": lambda adx, x, y, c: adx.exp(moderate(adx, x)),
    "log": lambda adx, x, y, c: adx.log(positive(x)),
    "sqrt": lambda adx, x, y, c: adx.sqrt(positive(x)),
    "sigmoid": lambda adx, x, y, c: adx.sigmoid(x),
    "logaddexp": lambda adx, x, y, c: adx.logaddexp(x, y),
    "maximum": lambda adx, x, y, c: adx.maximum(x, y * 0.5 + c),
    "relu": lambda adx, x, y, c: adx.relu(x + 0.1),
    "absolute": lambda adx, x, y, c: adx.absolute(x - 0.1),
    "where": lambda adx, x, y, c: adx.where(adx.less(x, y + c), x * y, adx.cos(x)),
    "mask": lambda adx, x, y, c: adx.less(x, y * 0.5 + c) * (x + y),
    "masks": lambda adx, x, y, c: adx.where(masked(adx, x, y, c), x, adx.sin(y)),
    "transposed": lambda adx, x, y, c: (x.T * c).T,
    "reversed flat": lambda adx, x, y, c: reversed_flat(x),
    "spread": lambda adx, x, y, c: np.broadcast_to(x, (2, 3)) * y,
    "copy": lambda adx, x, y, c: x.copy(),
    "sum of elements": lambda adx, x, y, c: sum(list(x.reshape(-1)), 0.0) * 0.3,
    **{name: times_one(function) for name, function in {**REDUCED, **JOINED}.items()},
}
LOOKED: dict[str, Callable[[Any], Any]] = {
    "reversed": lambda x: x[..., ::-1],
    "row": lambda x: x[-1],
    "column": lambda x: x[:, :1],
    "first row kept": lambda x: x[:1],
    "corner": corner,
}
NEEDED_DIMENSIONS = {"reversed": 1, "row": 2, "column": 2, "first row kept": 2, "corner": 1}


def write_element(y: Any, x: Any, c: Any) -> None:
    y[(0,) * y.ndim] = corner(x) * c


def write_slice(y: Any, x: Any, c: Any) -> None:
    y[..., 1:] = corner(x) + y[..., :-1]


def write_rows(y: Any, x: Any, c: Any) -> None:
    y[...] = x if np.broadcast_shapes(x.shape, y.shape) == y.shape else c


def write_reversed(y: Any, x: Any, c: Any) -> None:
    y[:] = y[::-1] if y.ndim < 2 else y[::-1, ::-1]


def write_shifted(y: Any, x: Any, c: Any) -> None:
    y[1:] = y[:-1]


def swap_elements(y: Any, x: Any, c: Any) -> None:
    first, last = (0,) * y.ndim, (-1,) * y.ndim
    y[first], y[last] = y[last], y[first]


def add_in_place(y: Any, x: Any, c: Any) -> None:
    y += x if np.broadcast_shapes(x.shape, y.shape) == y.shape else c


def multiply_slice_in_place(y: Any, x: Any, c: Any) -> None:
    y[..., ::2] *= corner(x)


def accumulate(y: Any, x: Any, c: Any) -> None:
    flat = y[0] if y.ndim > 1 else y
    for i in range(1, len(flat)):
        flat[i] = flat[i] * 0.5 + flat[i - 1]


def write_constant(y: Any, x: Any, c: Any) -> None:
    y[..., -1:] = c


WRITTEN: dict[str, Callable[[Any, Any, Any], None]] = {
    f.__name__: f
    for f in (
        write_element, write_slice, write_rows, write_reversed, write_shifted, swap_elements,
        add_in_place, multiply_slice_in_place, accumulate, write_constant,
    )
}  # fmt: skip
NAMES = (*COMPUTED, *LOOKED, *WRITTEN)


@dataclass(frozen=True)
class Step:
    """An operation, the arrays so far that it takes (counted back), and a constant."""

    name: str
    left: int
    right: int
    constant: float


@dataclass
class Program:
    """Steps on arrays of several shapes; the result joins the last three arrays."""

    shapes: tuple[tuple[int, ...], ...]
    seed: int
    steps: list[Step]
    squeezed: list[bool] = field(default_factory=list, repr=False)

    def inputs(self) -> list[Array]:
        return [uniform(self.seed + i, shape) for i, shape in enumerate(self.shapes)]

    def directions(self, which: int) -> list[Array]:
        start = self.seed + 100 * (which + 1)
        return [uniform(start + i, shape) for i, shape in enumerate(self.shapes)]

    def run(self, adx: Any, inputs: list[Any]) -> Any:
        """A number; by the functions of a module or of `Plain`."""
        decides = isinstance(adx, Plain) and not self.squeezed
        squeezed: list[bool] = []
        arrays, writable = list(inputs), [False] * len(inputs)
        for position, step in enumerate(self.steps):
            left = len(arrays) - 1 - step.left % len(arrays)
            x, y = arrays[left], arrays[-1 - step.right % len(arrays)]
            if step.name in WRITTEN:
                places = [i for i, may in enumerate(writable) if may]
                if places:
                    target = arrays[places[-1 - step.left % len(places)]]
                    WRITTEN[step.name](target, y, step.constant)
                continue
            if step.name in LOOKED:
                if x.ndim >= NEEDED_DIMENSIONS[step.name]:
                    arrays.append(LOOKED[step.name](x))
                    writable.append(writable[left] and arrays[-1].ndim > 0)
                continue
            result = COMPUTED[step.name](adx, x, y, step.constant)
            if isinstance(adx, Plain):
                result = adx.rounded(result)
            if decides:
                squeezed += [False] * (position - len(squeezed))
                squeezed.append(bool(np.max(np.abs(result), initial=0.0) > 4.0))
            if (squeezed if decides else self.squeezed)[position]:
                result = 4.0 * adx.tanh(result * 0.25)
            arrays.append(result)
            writable.append(result.ndim > 0)
        if decides:
            self.squeezed = squeezed
        last = (arrays * 3)[-3:]
        return sum(inner(a, np.cos(np.arange(a.size).reshape(a.shape) + 1.0)) for a in last)

    def derivative(self, directions: list[Array], noise: float = 0.0) -> tuple[float, float]:
        """Value and derivative along the directions, by a complex step."""
        plain = Plain(noise)
        moved = [x + TINY * 1j * d for x, d in zip(self.inputs(), directions, strict=True)]
        result = self.run(plain, moved)
        return float(np.real(result)), float(np.imag(result)) / TINY


@st.composite
def programs(draw: st.DrawFn, longest: int = 25) -> Program:
    """Programs on two to four arrays of shapes that broadcast."""
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    largest = len(NAMES) * len(CONSTANTS) * 32 * 32 - 1
    length = draw(st.integers(1, longest))
    steps = []
    codes = draw(st.lists(st.integers(0, largest), min_size=length, max_size=length))
    for position, code in enumerate(codes):
        # Small codes, which are drawn most often, and equal ones are different steps.
        code = (code * 2_654_435_761 + position * 40_503) % (largest + 1)
        code, name = divmod(code, len(NAMES))
        code, constant = divmod(code, len(CONSTANTS))
        steps.append(Step(NAMES[name], code // 32, code % 32, CONSTANTS[constant]))
    return Program(((2, 3), *shapes), draw(st.integers(0, 2**20)), steps)

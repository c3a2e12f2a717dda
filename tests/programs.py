"""Random programs: a list of numbers is a program, which runs on any kind of number.

A program applies operators to its inputs, to constants and to what it computed before. Arguments
are kept inside the operators' domains, results are kept small by a branch on their size, and a
witness on plain floats tells how close the program comes to a jump or a kink, where two correct
implementations may differ.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

__all__ = ["MOST_OPERATIONS", "OPERATORS", "Program", "Witness", "programs", "unused_allowed"]

Number = Any
MOST_OPERATIONS = 200
CONSTANTS = (1.0, 2.0, -1.0, 0.5, 3.0, -0.25, 0.1, 1.7, -2.5, 10.0, 0.0, 1, 2, -3)


class Witness:
    """How near the run of a program on floats came to a place where it is not smooth."""

    def __init__(self) -> None:
        self.margin = math.inf

    def jump(self, distance: Number) -> None:
        """A jump or a kink lies at this distance; only plain floats are looked at."""
        if isinstance(distance, float):
            self.margin = min(self.margin, abs(distance))


@dataclass(frozen=True)
class Operator:
    """A step of a program: what it computes from two operands and a constant."""

    apply: Callable[[Any, Number, Number, float], Number]
    operations: int  # the most statements that it records
    jump: Callable[[Any, Number, Number, float], Number] | None = None


def _positive(adx: Any, x: Number) -> Number:
    return x * x + 0.5


def _unit(adx: Any, x: Number) -> Number:
    return adx.tanh(x) * 0.9


def _fraction(adx: Any, x: Number) -> Number:
    return adx.sigmoid(x) * 0.9 + 0.05


def _moderate(adx: Any, x: Number) -> Number:
    return adx.tanh(x) * 2.0


def _to_integer(x: Number) -> Number:
    return x - math.floor(x + 0.5)


def _unary(name: str, prepare: Callable[[Any, Number], Number] | None = None) -> Operator:
    if prepare is None:
        return Operator(lambda adx, x, y, c: getattr(adx, name)(x), 1)
    return Operator(lambda adx, x, y, c: getattr(adx, name)(prepare(adx, x)), 4)


def _kinked(name: str, jump: Callable[[Number], Number]) -> Operator:
    return Operator(lambda adx, x, y, c: getattr(adx, name)(x), 1, lambda adx, x, y, c: jump(x))


def _compared(name: str) -> Operator:
    return Operator(
        lambda adx, x, y, c: getattr(adx, name)(x, y * 0.5 + c), 3,
        lambda adx, x, y, c: x - (y * 0.5 + c),
    )  # fmt: skip


def _branch(adx: Any, x: Number, y: Number, c: float) -> Number:
    if x < y + c:
        return x * y
    return adx.sin(x) - y


def _softmax(adx: Any, x: Number, y: Number, c: float) -> Number:
    return adx.softmax(x, y, c)[1]


def _log_softmax(adx: Any, x: Number, y: Number, c: float) -> Number:
    return adx.log_softmax([x, y, x * c])[2]


OPERATORS: dict[str, Operator] = {
    "add": Operator(lambda adx, x, y, c: x + y, 1),
    "multiply": Operator(lambda adx, x, y, c: x * y, 1),
    "subtract": Operator(lambda adx, x, y, c: x - y, 1),
    "constant times": Operator(lambda adx, x, y, c: c * x, 1),
    "constant minus": Operator(lambda adx, x, y, c: c - x, 1),
    "plus constant": Operator(lambda adx, x, y, c: x + c, 1),
    "constant over": Operator(lambda adx, x, y, c: c / _positive(adx, x), 3),
    "divide": Operator(lambda adx, x, y, c: x / _positive(adx, y), 3),
    "square": Operator(lambda adx, x, y, c: x**2, 1),
    "cube": Operator(lambda adx, x, y, c: x**3, 1),
    "inverse power": Operator(lambda adx, x, y, c: _positive(adx, x) ** -1.5, 3),
    "power": Operator(lambda adx, x, y, c: _positive(adx, x) ** _moderate(adx, y), 5),
    "constant to the": Operator(lambda adx, x, y, c: (abs(c) + 0.5) ** _moderate(adx, x), 3),
    "negative": Operator(lambda adx, x, y, c: -x, 1),
    "positive": Operator(lambda adx, x, y, c: +x, 1),
    "arctan2": Operator(lambda adx, x, y, c: adx.arctan2(x, _positive(adx, y)), 3),
    "hypot": Operator(lambda adx, x, y, c: adx.hypot(x, _positive(adx, y)), 3),
    "logaddexp": Operator(lambda adx, x, y, c: adx.logaddexp(x, y), 1),
    "logsumexp": Operator(lambda adx, x, y, c: adx.logsumexp(x, y, c), 2),
    "softmax": Operator(_softmax, 8),
    "log_softmax": Operator(_log_softmax, 6),
    "beta": Operator(lambda adx, x, y, c: adx.beta(_fraction(adx, x), _positive(adx, y)), 6),
    "betaln": Operator(lambda adx, x, y, c: adx.betaln(_positive(adx, x), _fraction(adx, y)), 6),
    "xlogy": Operator(lambda adx, x, y, c: adx.xlogy(x, _positive(adx, y)), 3),
    "xlog1py": Operator(lambda adx, x, y, c: adx.xlog1py(x, _positive(adx, y)), 3),
    "polygamma": Operator(lambda adx, x, y, c: adx.polygamma(1, _positive(adx, x)), 3),
    "elu": Operator(lambda adx, x, y, c: adx.elu(x, alpha=0.5), 1, lambda adx, x, y, c: x),
    "leaky_relu": Operator(
        lambda adx, x, y, c: adx.leaky_relu(x, negative_slope=0.2), 1, lambda adx, x, y, c: x
    ),
    "copysign": Operator(
        lambda adx, x, y, c: adx.copysign(x, y), 1,
        lambda adx, x, y, c: x if abs(x) < abs(y) else y,
    ),
    "clip": Operator(
        lambda adx, x, y, c: adx.clip(x, -1.25, 1.75), 1,
        lambda adx, x, y, c: x + 1.25 if x < 0 else x - 1.75,
    ),
    "where": Operator(
        lambda adx, x, y, c: adx.where(adx.less(x, y + c), x * y, adx.cos(x)), 5,
        lambda adx, x, y, c: x - (y + c),
    ),
    "logical": Operator(
        lambda adx, x, y, c: x * adx.logical_and(adx.greater_equal(x, 0.3), adx.not_equal(y, c)), 4,
        lambda adx, x, y, c: x - 0.3 if abs(x - 0.3) < abs(y - c) else y - c,
    ),
    "branch": Operator(_branch, 3, lambda adx, x, y, c: x - (y + c)),
    "remainder": Operator(
        lambda adx, x, y, c: x % _positive(adx, y), 3,
        lambda adx, x, y, c: _to_integer(x / _positive(adx, y)),
    ),
    "floor_divide": Operator(
        lambda adx, x, y, c: x // _positive(adx, y), 3,
        lambda adx, x, y, c: _to_integer(x / _positive(adx, y)),
    ),
    "round": Operator(
        lambda adx, x, y, c: adx.round(x, 1), 3, lambda adx, x, y, c: _to_integer(10.0 * x + 0.5)
    ),
    **{name: _compared(name) for name in ("maximum", "minimum", "fmax", "fmin")},
    **{name: _kinked(name, lambda x: x) for name in ("absolute", "relu", "selu", "sign")},
    **{name: _kinked(name, _to_integer) for name in ("floor", "ceil", "trunc")},
    "rint": _kinked("rint", lambda x: _to_integer(x + 0.5)),
    **{
        name: _unary(name)
        for name in (
            "sin", "cos", "arctan", "tanh", "arcsinh", "sigmoid", "softplus", "log_sigmoid",
            "gelu", "silu", "softsign", "erf", "erfc", "ndtr", "log_ndtr", "sinc", "deg2rad",
            "rad2deg",
        )
    },
    **{
        name: _unary(name, _positive)
        for name in (
            "log", "log2", "log10", "log1p", "sqrt", "cbrt", "reciprocal", "lgamma", "digamma",
        )
    },
    **{
        name: _unary(name, _moderate)
        for name in ("exp", "exp2", "expm1", "sinh", "cosh")
    },
    **{name: _unary(name, _unit) for name in ("tan", "arcsin", "arccos", "arctanh", "erfinv")},
    **{name: _unary(name, _fraction) for name in ("logit", "ndtri")},
    "arccosh": _unary("arccosh", lambda adx, x: _positive(adx, x) + 1.0),
    "gamma": _unary("gamma", lambda adx, x: _fraction(adx, x) + 1.0),
}  # fmt: skip
NAMES = tuple(OPERATORS)


@dataclass(frozen=True)
class Step:
    """An operator, which two of the numbers so far it takes, and a constant."""

    name: str
    left: int  # counted back from the latest number
    right: int
    constant: float


@dataclass(frozen=True)
class Program:
    """Steps on a number of inputs; the result joins the last three numbers."""

    inputs: tuple[float, ...]
    direction: tuple[float, ...]
    steps: tuple[Step, ...] = field(repr=False)

    @staticmethod
    def decoded(inputs: list[float], direction: list[float], codes: list[int]) -> Program:
        """The program that a list of whole numbers stands for."""
        steps = []
        operations = 4  # the result's own
        for code in codes:
            code, operator = divmod(code, len(NAMES))
            code, constant = divmod(code, len(CONSTANTS))
            right, left = divmod(code, 64)
            step = Step(NAMES[operator], left, right % 64, CONSTANTS[constant])
            operations += OPERATORS[step.name].operations + 3  # three to keep it small
            if operations > MOST_OPERATIONS:
                break
            steps.append(step)
        return Program(tuple(inputs), tuple(direction), tuple(steps))

    def run(self, adx: Any, inputs: list[Number], witness: Witness | None = None) -> Number:
        """The result for inputs of any kind of number, by the functions of a module."""
        numbers = list(inputs)
        for step in self.steps:
            x = numbers[-1 - step.left % len(numbers)]
            y = numbers[-1 - step.right % len(numbers)]
            operator = OPERATORS[step.name]
            if witness is not None and operator.jump is not None:
                witness.jump(operator.jump(adx, x, y, step.constant))
            result = operator.apply(adx, x, y, step.constant)
            if witness is not None:
                witness.jump(abs(result) - 8.0)
            if abs(result) > 8.0:
                result = 8.0 * adx.tanh(result / 8.0)
            numbers.append(result)
        a, b, c = (numbers * 3)[-3:]
        return a * b + c * 0.5 + a

    def __str__(self) -> str:
        lines = [f"inputs {self.inputs}, direction {self.direction}"]
        lines += [f"{s.name}({s.left}, {s.right}, {s.constant})" for s in self.steps]
        return "\n".join(lines)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of up to `MOST_OPERATIONS` operations on one to four inputs."""
    count = draw(st.integers(1, 4))
    number = st.floats(-2.0, 2.0, allow_subnormal=False).map(lambda x: round(x, 6))
    inputs = draw(st.lists(number, min_size=count, max_size=count))
    direction = draw(st.lists(number, min_size=count, max_size=count))
    length = draw(st.integers(1, 40))
    largest = len(NAMES) * len(CONSTANTS) * 64 * 64 - 1
    codes = draw(st.lists(st.integers(0, largest), min_size=length, max_size=length))
    return Program.decoded(inputs, direction, codes)


def unused_allowed(count: int, operators: Collection[str]) -> int:
    """How many operators may be missing from so many random programs: none from a thousand."""
    return 0 if count >= 1_000 else len(operators) // 10 if count >= 50 else len(operators)

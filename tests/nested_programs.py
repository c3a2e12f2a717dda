"""Random programs of nested transforms, whose values are whole numbers and known exactly.

A program is a tree of sums and products in which any part may be the derivative of a function at a
point; the function's body is such a tree again and may use the variables of all functions around
it. Whatever confuses the derivative by one of them with that by another changes the number.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from polynomials import VARIABLES, Polynomial, number, variable

__all__ = ["CONTAINERS", "OnPurposeError", "Program", "Record", "plain", "programs"]

Point = namedtuple("Point", "first second")


@dataclass(frozen=True)
class Record:
    """A container of the user's own."""

    weight: Any
    rest: Any = None


class OnPurposeError(Exception):
    """Thrown in the middle of a function that is differentiated."""


# How an argument is passed: put into a container, and found in one of the same structure.
CONTAINERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "number": (lambda x: x, lambda p: p),
    "list": (lambda x: [None, [x]], lambda p: p[1][0]),
    "tuple": (lambda x: (x,), lambda p: p[0]),
    "dict": (lambda x: {"b": x, "a": ()}, lambda p: p["b"]),
    "named tuple": (lambda x: Point(None, x), lambda p: p.second),
    "dataclass": (lambda x: Record([x]), lambda p: p.weight[0]),
}
ARGNUMS = (0, 1, -1, "x", "keyword", (0,), (1, 0), [-1], ("other", "x"))

FIRST_ORDER = ("grad", "value_and_grad", "elementwise_grad", "jacfwd", "jacrev", "jacobian")
ALONG = ("jvp", "vjp", "linearize")
SECOND_ORDER = ("hessian", "hvp")


@dataclass(frozen=True)
class How:
    """A transform, and how its function is called."""

    transform: str
    container: str
    argnums: Any  # of which the first is differentiated by
    result: str  # the container that the function returns its number in
    has_aux: bool
    takes: str  # "derivative", "value", or "aux": the value once more

    @property
    def order(self) -> int:
        return 2 if self.transform in SECOND_ORDER else 1

    def taken(self, adx: Any, body: Callable[[Any], Any], at: Any) -> Any:
        """What it says of a function of one number."""
        put, found = CONTAINERS[self.container]
        wrap, unwrap = CONTAINERS[self.result]

        def value_at(p: Any) -> Any:
            y = body(found(p))
            # A copy, so that what is returned beside the value is no result of the function.
            return (wrap(y), y) if self.has_aux else wrap(y)

        if self.transform in (*ALONG, "hvp"):
            value, derivative, aux = self._along(adx, value_at, put, at)
        else:
            value, derivative, aux = self._by_argnums(adx, value_at, put(at))
        if self.transform in (*ALONG, "value_and_grad") and self.takes == "value":
            return unwrap(value)
        if self.has_aux and self.takes == "aux":
            return aux
        if self.transform in ("jacfwd", "jacrev", "jacobian", "hessian"):
            derivative = unwrap(derivative)  # a container of the result's kind comes first
        elif self.transform in ("jvp", "linearize"):
            return unwrap(derivative)
        if not isinstance(self.argnums, int | str) and self.transform not in (*ALONG, "hvp"):
            if len(derivative) == 2 and self.transform != "hessian":
                assert plain(derivative[1 - self._place()]) == 0.0
            derivative = derivative[self._place()]
            if self.transform == "hessian":
                return found(found(derivative)[self._place()])
        derivative = found(derivative)
        return found(derivative) if self.transform == "hessian" else derivative

    def tells(self) -> str:
        """Which of "derivative" and "value" the number is."""
        if self.takes == "value" and self.transform in (*ALONG, "value_and_grad"):
            return "value"
        return "value" if self.takes == "aux" and self.has_aux else "derivative"

    def _place(self) -> int:
        """Where in a tuple of derivatives that by the point is: after the other argument's."""
        return len(self.argnums) - 1 if self.argnums != (1, 0) else 0

    def _along(
        self, adx: Any, value_at: Callable[..., Any], put: Callable[[Any], Any], at: Any
    ) -> tuple[Any, Any, Any]:
        def f(other: Any, p: Any) -> Any:
            return value_at(p)

        primals, direction = ({"other": [2.0]}, put(at)), ({"other": [3.0]}, put(1.0))
        options = {"has_aux": True} if self.has_aux else {}
        if self.transform == "hvp":
            return None, adx.hvp(f, primals, direction)[1], None
        if self.transform == "jvp":
            value, tangent, *aux = adx.jvp(f, primals, direction, **options)
            return value, tangent, aux[0] if aux else None
        value, linear, *aux = getattr(adx, self.transform)(f, *primals, **options)
        if self.transform == "linearize":
            return value, linear(*direction), aux[0] if aux else None
        by_other, by_point = linear(CONTAINERS[self.result][0](1.0))
        assert plain(by_other["other"][0]) == 0.0
        return value, by_point, aux[0] if aux else None

    def _by_argnums(
        self, adx: Any, value_at: Callable[..., Any], point: Any
    ) -> tuple[Any, Any, Any]:
        arguments: tuple[Any, ...] = (2.0, point)
        options = {}

        def f(other: Any, x: Any) -> Any:
            return value_at(x)

        argnums = self.argnums
        if argnums in (0, (0,)):
            arguments = (point,)
            f = value_at
        elif argnums == (1, 0):
            pass
        elif argnums == "keyword":
            arguments, options = (2.0,), {"x": point}
            argnums = "x"
        derivative_of = getattr(adx, self.transform)
        auxiliary = {"has_aux": True} if self.has_aux else {}
        found = derivative_of(f, argnums, **auxiliary)(*arguments, **options)
        if self.transform == "value_and_grad":
            value, derivative = found
            return (value[0], derivative, value[1]) if self.has_aux else (value, derivative, None)
        return (None, *found) if self.has_aux else (None, found, None)


def plain(x: Any) -> Any:
    """The number itself, without any derivative."""
    while hasattr(x, "value"):
        x = x.value
    return x


class Program:
    """A part of a program: what it is exactly, and what a library makes of it."""

    def exact(self, depth: int) -> Polynomial:
        """In the variables of the functions around it, of which there are `depth`."""
        raise NotImplementedError

    def run(self, adx: Any, numbers: list[Any]) -> Any:
        """With numbers for these variables."""
        raise NotImplementedError


@dataclass(frozen=True)
class Given(Program):
    """A variable or a number."""

    variable: int | None
    number: int

    def exact(self, depth: int) -> Polynomial:
        return number(self.number) if self.variable is None else variable(self.variable)

    def run(self, adx: Any, numbers: list[Any]) -> Any:
        return float(self.number) if self.variable is None else numbers[self.variable]


@dataclass(frozen=True)
class Join(Program):
    """A sum or a product."""

    is_sum: bool
    left: Program
    right: Program

    def exact(self, depth: int) -> Polynomial:
        left, right = self.left.exact(depth), self.right.exact(depth)
        return left + right if self.is_sum else left * right

    def run(self, adx: Any, numbers: list[Any]) -> Any:
        left, right = self.left.run(adx, numbers), self.right.run(adx, numbers)
        return left + right if self.is_sum else left * right


@dataclass(frozen=True)
class Derive(Program):
    """What a transform says of a function at a point, in a program that may have failed before."""

    how: How
    body: Program
    at: Program
    fails_first: bool

    def exact(self, depth: int) -> Polynomial:
        body = self.body.exact(depth + 1)
        if self.how.tells() == "derivative":
            for _ in range(self.how.order):
                body = body.by(depth)
        return body.at(depth, self.at.exact(depth))

    def run(self, adx: Any, numbers: list[Any]) -> Any:
        at = self.at.run(adx, numbers)
        if self.fails_first:
            try:
                self.how.taken(adx, lambda x: self.fail(adx, [*numbers, x]), at)
            except OnPurposeError:
                pass
            else:
                raise AssertionError("an error was lost")
        return self.how.taken(adx, lambda x: self.body.run(adx, [*numbers, x]), at)

    def fail(self, adx: Any, numbers: list[Any]) -> Any:
        raise OnPurposeError(self.body.run(adx, numbers))


@st.composite
def hows(draw: st.DrawFn) -> How:
    transform = draw(st.sampled_from((*FIRST_ORDER, *ALONG, *SECOND_ORDER)))
    one_number = transform in ("grad", "value_and_grad", "hvp", "hessian", "elementwise_grad")
    return How(
        transform,
        draw(st.sampled_from(tuple(CONTAINERS))),
        draw(st.sampled_from(ARGNUMS)),
        "number" if one_number else draw(st.sampled_from(tuple(CONTAINERS))),
        transform not in ("hvp", "elementwise_grad") and draw(st.booleans()),
        draw(st.sampled_from(("derivative", "derivative", "value", "aux"))),
    )


@st.composite
def parts(draw: st.DrawFn, depth: int) -> Program:
    """A variable of a function around it, most often the innermost, or a small number."""
    if depth and draw(st.integers(0, 4)):
        return Given(draw(st.sampled_from([*range(depth), depth - 1])), 0)
    return Given(None, draw(st.sampled_from((2, -1, 1, 3, -2, 0))))


@st.composite
def programs(draw: st.DrawFn, depth: int = 0, most: int = 6) -> Program:
    """Programs with `depth` functions around them, and at most as many derivatives in a row."""
    assert depth < VARIABLES
    if depth == 0 or (most > 0 and draw(st.integers(0, 3))):
        body = draw(programs(depth + 1, most - 1))
        for _ in range(draw(st.integers(0, 2))):
            is_nest = most > 2 and draw(st.integers(0, 4)) == 0
            beside = programs(depth + 1, most - 3) if is_nest else parts(depth + 1)
            body = Join(draw(st.integers(0, 3)) == 0, body, draw(beside))
        at = draw(parts(depth))
        if draw(st.integers(0, 3)) == 0:
            at = Join(draw(st.booleans()), at, draw(parts(depth)))
        return Derive(draw(hows()), body, at, draw(st.integers(0, 5)) == 0)
    program = draw(parts(depth))
    for _ in range(draw(st.integers(2, 3 + depth))):
        program = Join(draw(st.integers(0, 4)) == 0, program, draw(parts(depth)))
    return program

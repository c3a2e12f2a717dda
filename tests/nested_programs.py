"""Random programs of nested transforms, whose values are whole numbers and known exactly.

A program is a tree of sums and products in which any part may be the derivative of a function at a
point; the function's body is such a tree again and may use the variables of all functions around
it. Whatever confuses the derivative by one of them with that by another changes the number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from nested_containers import NUMBER, Container, containers
from polynomials import VARIABLES, Polynomial, number, variable

__all__ = ["Fuse", "OnPurposeError", "Program", "programs"]


class OnPurposeError(Exception):
    """Thrown in the middle of a function that is differentiated."""


class Fuse:
    """Counts what is evaluated, and throws an error at the evaluation that it is told."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.count = 0
        self.blown = False
        self.error = OnPurposeError(f"at evaluation {at}")

    def evaluate(self) -> None:
        """One more, before which the error may be thrown."""
        if self.count == self.at:
            self.blown = True
            raise self.error
        self.count += 1

    def burn(self, run: Callable[[Fuse], Any]) -> bool:
        """Run what may throw the error, which must arrive if it was thrown: whether it was."""
        arrived: Exception | None = None
        try:
            run(self)
        except OnPurposeError as error:
            arrived = error
        # What runs again on the way back, later, is not to blow it.
        self.at = None
        assert arrived is (self.error if self.blown else None)
        return self.blown


ARGNUMS = (0, 1, -1, "x", "keyword", (0,), (1, 0), [-1], ("other", "x"))

FIRST_ORDER = ("grad", "value_and_grad", "elementwise_grad", "jacfwd", "jacrev", "jacobian")
ALONG = ("jvp", "vjp", "linearize")
SECOND_ORDER = ("hessian", "hvp")
REWOUND = ("grad", "value_and_grad", "jvp")


@dataclass(frozen=True)
class How:
    """A transform, and how its function is called."""

    transform: str
    container: Container  # of the argument
    argnums: Any  # of which the first is differentiated by
    result: Container  # of what the function returns
    has_aux: bool
    takes: str  # "derivative", "value", or "aux": the value once more

    @property
    def order(self) -> int:
        return 2 if self.transform in SECOND_ORDER else 1

    @property
    def checkpointed(self) -> bool:
        """Whether the function runs again on the way back: a third of all."""
        return (len(self.transform) + len(repr(self.argnums))) % 3 == 0

    def taken(self, adx: Any, body: Callable[[Any], Any], at: Any) -> Any:
        """What it says of a function of one number."""

        def value_at(p: Any) -> Any:
            y = body(self.container.number(p))
            # A container of its own, so that what is returned beside the value is no result.
            return (
                (self.result.put(adx, y), self.result.put(adx, y))
                if self.has_aux
                else (self.result.put(adx, y))
            )

        if self.checkpointed:
            value_at = adx.checkpoint(value_at)

        point = self.container.put(adx, at)
        if self.transform in (*ALONG, "hvp"):
            value, derivative, aux = self._along(adx, value_at, point)
        else:
            value, derivative, aux = self._by_argnums(adx, value_at, point)
        if self.transform in (*ALONG, "value_and_grad") and self.takes == "value":
            return self.result.number(value)
        if self.has_aux and self.takes == "aux":
            return self.result.number(aux)
        return self._number(derivative)

    def tells(self) -> str:
        """Which of "derivative" and "value" the number is."""
        if self.takes == "value" and self.transform in (*ALONG, "value_and_grad"):
            return "value"
        return "value" if self.takes == "aux" and self.has_aux else "derivative"

    def _number(self, derivative: Any) -> Any:
        """The derivative by the number, out of all containers, plus what is zero."""
        if self.transform in ("jvp", "linearize"):
            return self.result.total(derivative)
        if self.transform in ("vjp", "hvp"):
            by_other, by_point = derivative
            return self.container.total(by_point) + by_other["other"][0]
        is_jacobian = self.transform in ("jacfwd", "jacrev", "jacobian")
        if is_jacobian:
            derivative = self.result.leaf(derivative)  # a container of the result's kind is first
        by_point, others = self._of_several(derivative)
        if self.transform == "hessian":
            rows = self._of_several(self.container.leaf(by_point))[0]
            return self.container.entry(self.container.entry(self.container.leaf(rows)))
        zeros = sum(map(self.result.entry, others))
        if is_jacobian:
            block = self.result.entry(self.container.leaf(by_point))
            return self.container.entry(block) + zeros
        return self.container.total(by_point) + zeros

    def _of_several(self, derivative: Any) -> tuple[Any, list[Any]]:
        """The derivative by the point out of a tuple, if argnums is one, and those by others."""
        if isinstance(self.argnums, int | str):
            return derivative, []
        place = len(self.argnums) - 1 if self.argnums != (1, 0) else 0
        return derivative[place], [by for i, by in enumerate(derivative) if i != place]

    def _along(self, adx: Any, value_at: Callable[..., Any], point: Any) -> tuple[Any, Any, Any]:
        def f(other: Any, p: Any) -> Any:
            return value_at(p)

        primals = ({"other": [2.0]}, point)
        direction = ({"other": [3.0]}, self.container.put(adx, 1.0))
        options = {"has_aux": True} if self.has_aux else {}
        if self.transform == "hvp":
            return None, adx.hvp(f, primals, direction), None
        if self.transform == "jvp":
            value, tangent, *aux = adx.jvp(f, primals, direction, **options)
            return value, tangent, aux[0] if aux else None
        value, linear, *aux = getattr(adx, self.transform)(f, *primals, **options)
        applied = direction if self.transform == "linearize" else [self.result.put(adx, 1.0)]
        return value, linear(*applied), aux[0] if aux else None

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


class Program:
    """A part of a program: what it is exactly, and what a library makes of it."""

    def exact(self, depth: int) -> Polynomial:
        """In the variables of the functions around it, of which there are `depth`."""
        raise NotImplementedError

    def run(self, adx: Any, numbers: list[Any], fuse: Fuse) -> Any:
        """With numbers for these variables."""
        raise NotImplementedError

    def is_rewound(self) -> bool:
        """Whether an open Graph is afterwards what it was, to the last statement.

        What fails, is handed out aside, or is swept several times may leave statements that nobody
        can reach: a thread's own tape gets rid of them, a Graph replays them until it is cleared.
        """
        return True


@dataclass(frozen=True)
class Given(Program):
    """A variable or a number."""

    variable: int | None
    number: int

    def exact(self, depth: int) -> Polynomial:
        return number(self.number) if self.variable is None else variable(self.variable)

    def run(self, adx: Any, numbers: list[Any], fuse: Fuse) -> Any:
        fuse.evaluate()
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

    def run(self, adx: Any, numbers: list[Any], fuse: Fuse) -> Any:
        left, right = self.left.run(adx, numbers, fuse), self.right.run(adx, numbers, fuse)
        fuse.evaluate()
        return left + right if self.is_sum else left * right

    def is_rewound(self) -> bool:
        return self.left.is_rewound() and self.right.is_rewound()


@dataclass(frozen=True)
class Derive(Program):
    """What a transform says of a function at a point.

    The function may be a product of its body, of its own derivative `again` times over, and of
    what a generator yields that was begun outside of it and goes on inside.
    """

    how: How
    body: Program
    at: Program
    fails_first: int | None  # an attempt fails at this evaluation, and then all is done anew
    carried: Program | None
    again: int

    def exact(self, depth: int) -> Polynomial:
        body = self.body.exact(depth + 1)
        if self.carried is not None:
            body = body * self.carried.exact(depth)
        value = body
        for _ in range(self.again):
            value = body * self._derived(value, depth)
        return self._derived(value, depth).at(depth, self.at.exact(depth))

    def run(self, adx: Any, numbers: list[Any], fuse: Fuse) -> Any:
        at = self.at.run(adx, numbers, fuse)
        if self.fails_first is not None:
            Fuse(self.fails_first).burn(lambda own: self._taken(adx, numbers, own, at))
        return self._taken(adx, numbers, fuse, at)

    def is_rewound(self) -> bool:
        inside = self.body.is_rewound() and self.at.is_rewound()
        once = self.how.transform in REWOUND and not self.how.has_aux
        return inside and once and self.fails_first is None

    def _derived(self, body: Polynomial, depth: int) -> Polynomial:
        if self.how.tells() == "derivative":
            for _ in range(self.how.order):
                body = body.by(depth)
        return body

    def _taken(self, adx: Any, numbers: list[Any], fuse: Fuse, at: Any) -> Any:
        factors = self._factors(adx, numbers, fuse)
        next(factors)

        return self._at(adx, numbers, fuse, factors, self.again, at)

    def _at(
        self, adx: Any, numbers: list[Any], fuse: Fuse, factors: Iterator[Any], again: int, at: Any
    ) -> Any:
        # It calls itself by this method: a function in a cycle of references would keep its
        # variables, and with them what is recorded.
        def function(x: Any) -> Any:
            y = self.body.run(adx, [*numbers, x], fuse)
            if self.carried is not None:
                y = y * next(factors)
            return y if again == 0 else y * self._at(adx, numbers, fuse, factors, again - 1, x)

        return self.how.taken(adx, function, at)

    def _factors(self, adx: Any, numbers: list[Any], fuse: Fuse) -> Iterator[Any]:
        while True:
            yield 1.0 if self.carried is None else self.carried.run(adx, numbers, fuse)


@st.composite
def hows(draw: st.DrawFn) -> How:
    transform = draw(st.sampled_from((*FIRST_ORDER, *ALONG, *SECOND_ORDER)))
    one_number = transform in ("grad", "value_and_grad", "hvp", "hessian", "elementwise_grad")
    return How(
        transform,
        draw(containers()),
        draw(st.sampled_from(ARGNUMS)),
        NUMBER if one_number else draw(containers()),
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
        return Derive(
            draw(hows()),
            body,
            at,
            draw(st.integers(0, 12)) if draw(st.integers(0, 5)) == 0 else None,
            draw(parts(depth)) if draw(st.integers(0, 5)) == 0 else None,
            draw(st.integers(0, 1)) if draw(st.integers(0, 5)) == 0 else 0,
        )
    program = draw(parts(depth))
    for _ in range(draw(st.integers(2, 3 + depth))):
        program = Join(draw(st.integers(0, 4)) == 0, program, draw(parts(depth)))
    return program

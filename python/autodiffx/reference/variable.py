"""Variables: inputs that can be set, and results that know how they were made."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any, TypeVar

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.dispatch import Number, Question
from autodiffx.reference.guard import Guard
from autodiffx.reference.location import users_location
from autodiffx.reference.number import to_float
from autodiffx.reference.numpy_protocol import NumpyProtocol
from autodiffx.reference.tape import Escape, Tape, changes, open_tapes
from autodiffx.reference.wording import described, dropped_derivative, missing_value

if TYPE_CHECKING:
    from autodiffx.reference.rules import Rule

__all__ = ["Constant", "Statement", "Variable", "now", "read"]

_clock = itertools.count(1)  # every statement of the process has its own moment


def now() -> int:
    """A moment after every statement so far and before all to come."""
    return next(_clock)


class Statement:
    """How a result was made: operator, operands, and where it was recorded."""

    __slots__ = (
        "adjoint", "adjoint_moment", "fresh_at", "operands", "order", "rule", "seen", "tape",
    )  # fmt: skip

    def __init__(self, rule: Rule, operands: tuple[Variable, ...], tape: Tape) -> None:
        self.rule = rule
        self.operands = operands
        self.tape = tape
        self.order = next(_clock)  # operands have a lower one than their results
        self.seen: tuple[int, ...] = ()  # the operands' versions that the result was computed from
        self.fresh_at = -1  # the count of changes at which its value was known to be up to date
        self.adjoint = 0.0
        self.adjoint_moment = -1  # the tape's moment that the adjoint belongs to


class Variable(NumpyProtocol, Arithmetic):
    """A number that is differentiated by.

    Args:
        value: an int, float, bool, real NumPy scalar or 0-d array. Without a value the Variable is
            a placeholder, which a Graph can record; set `.value` before evaluating.
        name: shown in the repr and in error messages.

    Raises:
        TypeError: `value` is no plain real number, or `name` is no string.

    >>> x = Variable(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> x.grad
    6.0
    """

    __slots__ = (
        "__weakref__", "_grad", "_is_active", "_name", "_statement", "_value", "_version",
    )  # fmt: skip

    def __init__(self, value: Any = None, name: str | None = None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"a name is a str, not {type(name).__name__!r}")
        self._value = None if value is None else _plain(value, type(self).__name__)
        self._name = name
        self._grad: float | None = None
        self._version = 0  # counts how often the value was set or replayed
        self._is_active = True
        self._statement: Statement | None = None

    @property
    def rank(self) -> int:
        """Below every dual number."""
        return -1

    @property
    def value(self) -> float:
        """The number.

        Raises:
            ValueError: it depends on a placeholder that has no value yet.
            StaleValueError: it was recorded in a Graph, and an input was set since.
        """
        value = read(self)
        note_escape(self)
        return value

    @value.setter
    def value(self, value: Any) -> None:
        if self._statement is not None:
            raise AttributeError(
                "the value of an intermediate follows from its inputs: "
                "set an input's .value, or make a Variable of its own"
            )
        self._value = _plain(value, "Variable.value")
        self._version += 1
        changes.count += 1

    @property
    def grad(self) -> float | None:
        """For an input: what `backward` left here, None before.

        For a result: its adjoint in its tape's last reverse sweep, None once that tape has
        recorded or replayed.
        """
        if self._statement is None:
            return self._grad
        tape = self._statement.tape
        if tape.swept_at != tape.moment or not self._is_active:
            return None
        return self._statement.adjoint if self._statement.adjoint_moment == tape.moment else 0.0

    @grad.setter
    def grad(self, grad: Any) -> None:
        if self._statement is not None:
            raise AttributeError("the .grad of an intermediate is set by sweeps only")
        self._grad = None if grad is None else _plain(grad, "Variable.grad")

    @property
    def name(self) -> str | None:
        return self._name

    @name.setter
    def name(self, name: str | None) -> None:
        if name is not None and not isinstance(name, str):
            raise TypeError(f"a name is a str, not {type(name).__name__!r}")
        self._name = name

    @property
    def is_leaf(self) -> bool:
        """True for inputs and constants, False for what an operation made."""
        return self._statement is None

    @property
    def op(self) -> str | None:
        """The name of the operation that made it, None for inputs."""
        return None if self._statement is None else self._statement.rule.name

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """The operands of the operation that made it; inputs have none."""
        return () if self._statement is None else self._statement.operands

    def backward(self, seed: Any = 1.0, accumulate: bool = False) -> None:
        """Set `.grad` of every input that this value depends on: seed * d(self)/d(input).

        Args:
            seed: the adjoint of this value, a plain number.
            accumulate: add to `.grad` instead.

        Raises:
            ValueError: the value depends on no Variable, or on a placeholder without a value.
            StaleValueError: an input was set after the value was computed on the ambient tape.
            GraphError: it depends on a Graph that has been cleared.
        """
        from autodiffx.reference.backward import backward

        backward(self, to_float(seed, "the seed of backward"), accumulate=accumulate)

    def combine(self, rule: Rule, operands: tuple[Number, ...]) -> Variable:
        """Record a statement.

        Raises:
            GraphError: an operand was recorded where it cannot be continued.
            ValueError: an operand has no value, and no Graph records.
        """
        tape = open_tapes.innermost
        variables = tuple(
            [o if isinstance(o, Variable) else _made(Constant, o, False) for o in operands]
        )
        is_active = False
        for operand in variables:
            made = operand._statement
            if made is not None and made.tape is not tape:
                open_tapes.require(made.tape, described(operand))
            is_active = is_active or operand._is_active
        if rule.kind == "passive":
            is_active = False
        is_constant = not is_active and all(isinstance(o, Constant) for o in variables)
        statement = Statement(rule, variables, tape)
        result = _made(Variable, None, is_active, statement)
        result._evaluate()
        if not tape.keeps and result._value is None:
            raise missing_value(next(o for o in variables if o._value is None))
        if is_constant:
            return _made(Constant, result._value, False)
        if result._value is not None and all(_is_known_fresh(o) for o in variables):
            statement.fresh_at = changes.count
        tape.moment += 1
        if tape.keeps:
            tape.records.append(result)
        return result

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """Answer; while a Graph records, the answer becomes a guard."""
        answer = question.function(
            *(read(operand) if isinstance(operand, Variable) else operand for operand in operands)
        )
        tape = open_tapes.innermost
        variables = [o for o in operands if isinstance(o, Variable) and not isinstance(o, Constant)]
        if tape.keeps and variables:
            for variable in variables:
                if variable._statement is not None:
                    open_tapes.require(variable._statement.tape, described(variable))
            tape.records.append(Guard(question, operands, answer, users_location()))
        return answer

    def _evaluate(self) -> None:
        """Compute a result from its operands' present values; without them it has none."""
        statement = self._statement
        assert statement is not None
        values = [operand._value for operand in statement.operands]
        self._value = None if None in values else statement.rule.primal(*values)
        self._version += 1
        statement.seen = tuple([operand._version for operand in statement.operands])

    def __float__(self) -> float:
        if self._is_active:
            raise dropped_derivative("Variable", "derivative")
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __repr__(self) -> str:
        parts = [] if self._value is None else [repr(self._value)]
        if self._name is not None:
            parts.append(f"name={self._name!r}")
        if self._statement is not None:
            parts = self._result_parts(self._statement)
        return f"{type(self).__name__}({', '.join(parts)})"

    def _result_parts(self, statement: Statement) -> list[str]:
        """What the repr of a result says; it never raises."""
        from autodiffx.reference.freshness import is_stale

        value = "no value" if self._value is None else repr(self._value)
        if statement.tape.cleared:
            return [value, "cleared"]
        if self._value is not None and statement.tape.keeps and is_stale(self):
            value = "stale"
        return [value, f"op={statement.rule.name!r}"]

    def __reduce_ex__(self, protocol: Any) -> Any:
        if self._statement is not None:
            raise TypeError(
                "an intermediate belongs to its recording and cannot be copied or pickled: "
                "use its .value"
            )
        return super().__reduce_ex__(max(protocol, 2))


class Constant(Variable):
    """A number that nothing is differentiated by; its partials are never computed.

    Args:
        value: as for `Variable`.

    >>> x = Variable(-2.0)
    >>> y = x ** Constant(3)
    >>> y.backward()
    >>> x.grad
    12.0
    """

    __slots__ = ()

    def __init__(self, value: Any) -> None:
        super().__init__(_plain(value, "Constant"))
        self._is_active = False

    @property
    def value(self) -> float:
        """The number, which stays what it is."""
        assert self._value is not None
        return self._value

    @value.setter
    def value(self, value: Any) -> None:
        raise AttributeError("a Constant keeps its value: use a Variable for one that changes")

    @property
    def grad(self) -> None:
        """None: nothing is differentiated by a constant."""
        return None

    @grad.setter
    def grad(self, grad: Any) -> None:
        raise AttributeError("a Constant has no .grad: nothing is differentiated by it")


Kind = TypeVar("Kind", bound=Variable)


def _made(
    kind: type[Kind], value: float | None, is_active: bool, statement: Statement | None = None
) -> Kind:
    """A Variable that comes from an operation and not from the user."""
    made = kind.__new__(kind)
    made._value = value
    made._name = None
    made._grad = None
    made._version = 0
    made._is_active = is_active
    made._statement = statement
    return made


def _is_known_fresh(variable: Variable) -> bool:
    statement = variable._statement
    return statement is None or statement.fresh_at == changes.count


def _plain(value: Any, where: str) -> float:
    if isinstance(value, Arithmetic):
        raise TypeError(
            f"{where} takes a plain number, not a {type(value).__name__}: pass its .value"
        )
    return to_float(value, where)


def read(variable: Variable) -> float:
    """The value, where it is one that may be shown."""
    statement = variable._statement
    if statement is not None and statement.tape.keeps and not statement.tape.cleared:
        from autodiffx.reference.freshness import require_fresh

        require_fresh(variable)
    if variable._value is None:
        raise missing_value(variable)
    return variable._value


def note_escape(variable: Variable) -> None:
    """Remember that the user saw a value which a Graph is recording."""
    statement = variable._statement
    if statement is not None and statement.tape.keeps and statement.tape.is_open:
        statement.tape.escapes.append(Escape(variable, users_location()))

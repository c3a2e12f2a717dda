"""Variables: inputs that can be set, and results that know how they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic
from autodiffx.reference.dispatch import Number, Operation, Question, apply
from autodiffx.reference.linear import Linear, cast, gather
from autodiffx.reference.node import adjoint_of, as_computed, made, note_escape, read
from autodiffx.reference.number import FLOAT64, Array, to_array, to_dtype, to_float
from autodiffx.reference.numpy_protocol import NumpyProtocol
from autodiffx.reference.representation import result_parts, shown
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import Shape
from autodiffx.reference.statement import now
from autodiffx.reference.storage import Storage, Stored, content_of, picked
from autodiffx.reference.sweep import made_from
from autodiffx.reference.tape import changes
from autodiffx.reference.wording import dropped_derivative

if TYPE_CHECKING:
    from autodiffx.reference.statement import Statement

__all__ = ["Variable", "plain", "read_only"]


class Variable(NumpyProtocol, Stored):
    """A number, or an array of numbers, that is differentiated by.

    Args:
        value: an int, float, bool, real NumPy scalar or 0-d array; or an array of them, or lists.
            It is copied. Without a value the Variable is a placeholder for a number, which a
            Graph can record; set `.value` before evaluating.
        name: shown in the repr and in error messages.
        dtype: float64 or float32, before or after the name. Without it arrays of float32 stay
            what they are and everything else becomes float64.

    Raises:
        TypeError: `value` holds something else than real numbers, or `name` is no string.
        ValueError: lists of unequal lengths.

    >>> x = Variable(3.0)
    >>> y = x * x
    >>> y.backward()
    >>> x.grad
    6.0
    >>> w = Variable([1.0, 2.0])
    >>> (w * w)[1].backward()
    >>> w.grad
    array([0., 4.])
    """

    __slots__ = (
        "__weakref__", "_born", "_dtype", "_grad", "_is_active", "_name", "_positions", "_shape",
        "_statement", "_storage", "_value", "_version",
    )  # fmt: skip

    def __init__(
        self, value: Any = None, *name_or_dtype: Any, name: str | None = None, dtype: Any = None
    ) -> None:
        name, dtype = _arguments(name_or_dtype, name, dtype)
        kind = None if dtype is None else to_dtype(dtype)
        self._shape: Shape = ()
        self._dtype: np.dtype[Any] = FLOAT64 if kind is None else kind
        self._value: Any = None  # float or ndarray
        if value is not None:
            self._settle(plain(value, type(self).__name__, kind))
        self._name = name
        self._grad: Any = None
        self._version = 0  # counts how often the value was set or replayed
        self._born = now()  # 0 of what an operation made
        self._is_active = True
        self._statement: Statement | None = None
        self._storage = None
        self._positions = None

    @property
    def rank(self) -> int:
        """Below every dual number."""
        return -1

    @property
    def shape(self) -> Shape:
        """Lengths of the axes, () for a scalar."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """float64 or float32; bool of what was decided element by element."""
        return self._dtype

    @property
    def value(self) -> Any:
        """The number, or a read-only array.

        Raises:
            ValueError: it depends on a placeholder that has no value yet, or on setting: the
                shape is another one.
            StaleValueError: it was recorded in a Graph, and an input was set since.
        """
        if self.present() is not self:
            return self.present().value
        content = self._content()
        value = read(content)
        note_escape(content)
        return read_only(picked(self, value))

    @value.setter
    def value(self, value: Any) -> None:
        if not self.is_leaf:
            raise AttributeError(
                "the value of an intermediate follows from its inputs: "
                "set an input's .value, or make a Variable of its own"
            )
        self._settle(self._fitting(value, "Variable.value"))
        self._version += 1
        changes.count += 1

    @property
    def grad(self) -> Any:
        """For an input: what `backward` left here, None before.

        For a result: its adjoint in its tape's last reverse sweep, None once that tape has
        recorded or replayed. Of an array it is a new array at each reading.
        """
        found = picked(self, adjoint_of(self._content()))
        return found.copy() if isinstance(found, np.ndarray) else found

    @grad.setter
    def grad(self, grad: Any) -> None:
        if not self.is_leaf:
            raise AttributeError("the .grad of an intermediate is set by sweeps only")
        self._grad = None if grad is None else self._fitting(grad, "Variable.grad")

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
        """True for inputs and constants, False for views and for what an operation made."""
        return self._statement is None and self._storage is None

    @property
    def op(self) -> str | None:
        """The name of the operation that made it, None for inputs."""
        if self._positions is not None:
            return "view"
        statement = self._content()._statement
        return None if statement is None else statement.rule.name

    @property
    def inputs(self) -> tuple[Variable, ...]:
        """The operands of the operation that made it; inputs have none."""
        content = self._content()
        if self._positions is not None:
            return (content,)
        return () if content._statement is None else tuple(map(as_computed, made_from(content)))

    def backward(self, seed: Any = None, accumulate: bool = False) -> None:
        """Set `.grad` of every input that this value depends on: Σ seed * d(self)/d(input).

        Args:
            seed: the adjoint of this value, of its shape; 1 where that is one number.
            accumulate: add to `.grad` instead.

        Raises:
            ValueError: the value depends on no Variable, or on a placeholder without a value, or
                has several elements and there is no seed.
            StaleValueError: an input was set after the value was computed on the ambient tape.
            GraphError: it depends on a Graph that has been cleared.
        """
        from autodiffx.reference.backward import backward

        backward(self, seed, accumulate=accumulate)

    def combine(self, rule: Operation, operands: tuple[Number, ...]) -> Variable:
        """Record a statement."""
        from autodiffx.reference.record import operation

        return operation(rule, operands)

    def decide(self, question: Question, operands: tuple[Number, ...]) -> float | bool:
        """Answer; while a Graph records, the answer becomes a guard."""
        from autodiffx.reference.record import decided

        return decided(question, operands)

    def written(self, assignment: Linear, values: Number) -> Variable:
        """The statement of a write; it belongs where the array was made."""
        from autodiffx.reference.record import written

        return written(self, assignment, values)

    @property
    def is_made(self) -> bool:
        """True where its elements are those of a result."""
        return self.present() is not self or self._content()._statement is not None

    def view(self, storage: Storage, positions: Array) -> Variable:
        """A Variable that has no statement."""
        view = made(Variable, None)
        view._shape, view._dtype = positions.shape, self._dtype
        view._storage, view._positions = storage, positions
        return view

    def gathered(self, positions: Array, name: str) -> Variable:
        """A statement that copies elements."""
        from autodiffx.reference.record import record

        content = self._content()
        return record(gather(positions, content._shape, name), (content,))

    def astype(self, dtype: Any, copy: bool = True) -> Variable:
        """The numbers in another dtype, recorded.

        Args:
            dtype: float64 or float32; bool gives what is not 0, without a derivative.
            copy: False returns the Variable itself where the dtype is its own.

        Raises:
            TypeError: it is another dtype.
        """
        wanted = np.dtype(bool) if _is_bool(dtype) else to_dtype(dtype)
        if wanted == self._dtype:
            return self.copy() if copy else self
        if wanted != np.dtype(bool):
            return apply(cast(self._dtype, wanted), self)  # type: ignore[no-any-return]
        if self._is_scalar:
            return self.reshape(1).astype(bool).reshape(())
        return apply(RULES["not_equal"], self, 0.0)  # type: ignore[no-any-return]

    def item(self, *args: Any) -> Any:
        """One element of a passive value as a plain number.

        Raises:
            TypeError: the value is active: `.value` is the number without its derivative.
        """
        return self.__array__().item(*args)

    def _content(self) -> Variable:
        """The leaf or the result that is shown.

        Raises:
            TypeError: a Dual was written into this array, which therefore is no longer recorded.
        """
        content = content_of(self)
        if not isinstance(content, Variable):
            raise TypeError(
                "a Dual was written into this array, and what has a tangent is not recorded: "
                "use it in operations, return it from the function given to jvp, or read .value"
            )
        return content

    @property
    def _is_scalar(self) -> bool:
        return self._shape == () and self._dtype == FLOAT64

    def _settle(self, value: Any) -> None:
        """Take a value, and its shape and dtype."""
        self._value = value
        if type(value) is float:
            self._shape, self._dtype = (), FLOAT64
        else:
            value.setflags(write=False)
            self._shape, self._dtype = value.shape, value.dtype

    def _fitting(self, value: Any, where: str) -> Any:
        """A plain value of this leaf's shape, in its dtype."""
        if self._is_scalar:
            return to_float(plain(value, where, None), where)
        found = plain(value, where, self._dtype)
        shape = () if type(found) is float else found.shape
        if shape != self._shape:
            raise ValueError(
                f"{where} takes an array of shape {self._shape}, the Variable's own, not of shape "
                f"{shape}: reshape it, or make a new Variable"
            )
        return found

    def _zeros(self) -> Any:
        return 0.0 if self._is_scalar else np.zeros(self._shape, self._dtype)

    def __float__(self) -> float:
        if self._content()._is_active:
            raise dropped_derivative("Variable", "derivative")
        if self._shape != ():
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return float(self.value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Array:
        if self._content()._is_active:
            raise dropped_derivative("Variable", "derivative")
        return np.array(self.value, dtype=dtype)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __repr__(self) -> str:
        if self.present() is not self:
            return repr(self.present())
        content = self._content()
        value = None if content._value is None else shown(picked(self, content._value))
        parts = [] if value is None else [value]
        if content._statement is not None:
            parts = result_parts(content, value)
        if not self.is_leaf and (content._statement is None or not content._statement.tape.cleared):
            parts.append(f"op={self.op!r}")
        elif self._name is not None:
            parts.append(f"name={self._name!r}")
        return f"{type(self).__name__}({', '.join(parts)})"

    def __reduce_ex__(self, protocol: Any) -> Any:
        if not self.is_leaf:
            raise TypeError(
                "an intermediate belongs to its recording and cannot be copied or pickled: "
                "use its .value"
            )
        return super().__reduce_ex__(max(protocol, 2))


def _arguments(given: tuple[Any, ...], name: Any, dtype: Any) -> tuple[str | None, Any]:
    """Name and dtype, which are told apart by what they are."""
    for argument in given:
        if isinstance(argument, (type, np.dtype)) and dtype is None:
            dtype = argument
        elif argument is not None and name is None:
            name = argument
        elif argument is not None or len(given) > 2:
            raise TypeError(
                f"a Variable takes a value, one name and one dtype: {argument!r} is too much"
            )
    if name is not None and not isinstance(name, str):
        raise TypeError(f"a name is a str, not {type(name).__name__!r}")
    return name, dtype


def _is_bool(dtype: Any) -> bool:
    return isinstance(dtype, (type, str, np.dtype)) and np.dtype(dtype) == np.dtype(bool)


def plain(value: Any, where: str, dtype: np.dtype[Any] | None) -> Any:
    """What a user gave as a value, of whoever `where` names."""
    if isinstance(value, Arithmetic):
        raise TypeError(
            f"{where} takes plain numbers, not a {type(value).__name__}: pass its .value"
        )
    return to_array(value, where, dtype)


def read_only(value: Any) -> Any:
    """An array as it is shown: nobody can write into it."""
    if isinstance(value, np.ndarray):
        value = value.view()
        value.setflags(write=False)
    return value

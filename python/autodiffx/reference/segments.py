"""Functions that are run and forgotten, and run again on the way back: `checkpoint`."""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx.errors import GraphError
from autodiffx.reference.chain import fitted
from autodiffx.reference.constant import Constant
from autodiffx.reference.containers import flatten
from autodiffx.reference.dispatch import Number, Ranked, apply
from autodiffx.reference.dual import Dual
from autodiffx.reference.guard import Guard
from autodiffx.reference.node import made
from autodiffx.reference.opaque import Opaque
from autodiffx.reference.record import node_of, record
from autodiffx.reference.rule_call import dot, transposed
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import dtype_of, is_array, shape_of
from autodiffx.reference.stand_ins import Layer, stand_ins
from autodiffx.reference.statement import now
from autodiffx.reference.storage import content_of, picked
from autodiffx.reference.sweep import ancestors, made_from
from autodiffx.reference.tape import open_tapes
from autodiffx.reference.transforms import grad, require_function
from autodiffx.reference.variable import Variable

__all__ = ["checkpoint"]

_OTHER = (
    "the function given to checkpoint() runs again on the way back, and gives something else than "
    "when it was called: pass what changes, such as random numbers, as an argument"
)


def checkpoint(f: Callable[..., Any]) -> Callable[..., Any]:
    """The same function as one operation, whose derivative runs it again.

    With y = f(x), where x is everything that f reads, an adjoint u of y passes on ∇ₓ <u, f(x)>,
    which is found by running f on x once more. In forward mode f simply runs on dual numbers.

    Raises:
        TypeError: it is no function.
        GraphError: f writes into an array that was there before, or gives another result when it
            runs again.

    >>> grad(checkpoint(lambda x: x * x))(3.0)
    6.0
    """
    require_function(f)

    @functools.wraps(f)
    def checkpointed(*args: Any, **options: Any) -> Any:
        leaves, structure = flatten((args, options))
        # Nothing changes under a recording's feet.
        kept = [leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in leaves]
        if any(isinstance(leaf, Dual) for leaf in leaves):
            return f(*args, **options)
        given, named = structure.unflatten(kept)
        again = _with_own_cells(f)
        segment = _Segment(lambda: f(*given, **named), lambda: again(*given, **named), kept)
        return segment.result()

    return checkpointed


class _Segment:
    """One call: what was read, what was returned, and how it is computed again."""

    def __init__(
        self, run: Callable[[], Any], once_more: Callable[[], Any], given: Sequence[Any]
    ) -> None:
        self.once_more = once_more
        self.around = stand_ins.layers
        tape = open_tapes.innermost
        arguments = [
            node_of(each)
            for each in given
            if isinstance(each, Variable) and not isinstance(each, Constant)
        ]
        self.mark = now()
        before, escapes = len(tape.records), len(tape.escapes)
        try:
            self.leaves, self.structure = flatten(run())
        except BaseException:
            _require_no_writes(tape.records[before:], (), self.mark)
            del tape.records[before:]
            raise
        self.leaves = [each.present() if isinstance(each, Ranked) else each for each in self.leaves]
        self.is_forward = any(isinstance(leaf, Dual) for leaf in self.leaves)
        if self.is_forward:
            return
        self.results = _results(self.leaves, self.mark)
        # Whoever is given an array may write into it.
        self.constants = [
            leaf.copy() if isinstance(leaf, np.ndarray) else leaf for leaf in self.leaves
        ]
        self.values = [np.asarray(node._value) for node in self.results if node is not None]
        self.is_one = len(self.values) == 1 and self.values[0].dtype != np.bool_
        # What is given is read, if only to decide on it.
        self.operands = tuple(dict.fromkeys([*arguments, *_read(self.results, self.mark)]))
        self.read = [operand._value for operand in self.operands]
        _require_no_writes(tape.records[before:], self.results, self.mark)
        # Whatever was read and decided on the way is so again in each replay.
        del tape.records[before:], tape.escapes[escapes:]

    def result(self) -> Any:
        """What the function has returned, of which what it computed is recorded as one result."""
        if self.is_forward or not self.values:
            return self.structure.unflatten(self.leaves)
        whole: Any = record(Opaque("checkpoint", self.primal, self.back, self.forth), self.operands)
        parts = iter(self.pieces(whole))
        return self.structure.unflatten(
            [
                leaf if node is None else next(parts)
                for leaf, node in zip(self.leaves, self.results, strict=True)
            ]
        )

    # ---- once more -------------------------------------------------------------------------------

    def again(self, operands: Sequence[Number]) -> list[Any]:
        """The results, computed from other numbers, which may be recorded ones."""
        nodes = [
            node_of(each) if isinstance(each, Variable) else made(Variable, each)
            for each in operands
        ]
        layer = Layer(dict(zip(self.operands, nodes, strict=True)))
        escapes = open_tapes.innermost.escapes
        before = len(escapes)
        with stand_ins.within((*self.around, layer)):
            leaves, structure = flatten(self.once_more())
            # What is returned as it was found, or a view of it, is read while it has a stand-in.
            leaves = [
                stand_ins.standing_for(node_of(leaf)) if isinstance(leaf, Variable) else leaf
                for leaf in leaves
            ]
        del escapes[before:]  # the first run has not told either
        if structure != self.structure:
            raise GraphError(f"{_OTHER}; {structure!r} in place of {self.structure!r}")
        found = []
        for leaf, constant, node in zip(leaves, self.constants, self.results, strict=True):
            if node is None:
                _require_same_constant(leaf, constant)
                continue
            if not isinstance(leaf, (Variable, float, np.ndarray, np.generic)):
                raise GraphError(f"{_OTHER}; {type(leaf).__name__!r} in place of a number")
            if shape_of(leaf) != node.shape:
                raise GraphError(f"{_OTHER}; shape {shape_of(leaf)} in place of {node.shape}")
            found.append(leaf)
        results = [leaf for leaf in found if isinstance(leaf, Variable)]
        for node in (*results, *_read(results, layer.begun)):
            if node._is_active and not layer.is_known(node):
                raise GraphError(
                    "the function given to checkpoint() runs again on the way back, and reads a "
                    "Variable that it did not read when it was called, or that was assigned to "
                    "since: pass what changes as an argument"
                )
        return found

    def checked(self, operands: Sequence[Number], result: Number) -> list[Any]:
        """The results of the same numbers, which must be what they were."""
        found = self.again(operands)
        for leaf, before in zip(found, self.pieces(_value(result)), strict=True):
            now_here, there = np.asarray(_value(leaf)), np.asarray(before)
            single = np.float32 in (now_here.dtype, there.dtype)
            scale = np.abs(there[np.isfinite(there)]).max(initial=0.0) if there.size else 0.0
            tolerance = (1e-3 if single else 1e-10) * scale
            if not np.allclose(now_here, there, rtol=0.0, atol=tolerance, equal_nan=True):
                raise GraphError(_OTHER)
        return found

    def primal(self, *operands: Any) -> Any:
        """The result that the function returns, or all numbers in several as one vector."""
        values = self.values
        if any(now is not then for now, then in zip(operands, self.read, strict=True)):
            values = [np.asarray(_value(leaf)) for leaf in self.again(operands)]
        if self.is_one:
            return float(values[0]) if not is_array(values[0]) else values[0]
        single = all(value.dtype == np.float32 for value in values)
        dtype = np.float32 if single else np.float64
        return np.concatenate([value.ravel() for value in values]).astype(dtype)

    def pieces(self, vector: Any) -> list[Any]:
        """The results in their shapes and dtypes, out of one vector."""
        if self.is_one:
            return [vector]
        found, start = [], 0
        for value in self.values:
            part = vector[start : start + value.size]
            part = part.reshape(value.shape) if value.shape else part[0]
            if value.dtype == np.bool_:
                part = apply(RULES["not_equal"], part, 0.0)
            elif dtype_of(part) != value.dtype:
                part = part.astype(value.dtype)
            found.append(part)
            start += value.size
        return found

    # ---- derivatives -----------------------------------------------------------------------------

    def gradient(
        self, adjoint: Any, operands: Sequence[Any], result: Any, asked: Sequence[int]
    ) -> list[Any]:
        """∇ <adjoint, f> by the operands at the positions; of Duals component by component."""
        level = max(
            (each.level for each in (adjoint, *operands) if isinstance(each, Dual)), default=None
        )
        if level is None:

            def paired(*x: Any) -> Any:
                full = list(operands)
                for i, each in zip(asked, x, strict=True):
                    full[i] = each
                smooth = [
                    0.0 if value.dtype == np.bool_ else leaf
                    for leaf, value in zip(self.checked(full, result), self.values, strict=True)
                ]
                weights = [
                    None if value.dtype == np.bool_ else weight
                    for weight, value in zip(self.pieces(adjoint), self.values, strict=True)
                ]
                return dot(weights, smooth)

            return list(grad(paired, tuple(range(len(asked))))(*(operands[i] for i in asked)))
        at = [_split(each, level)[0] for each in operands]
        primal, change = _split(adjoint, level)
        value = _split(result, level)[0]
        found = self.gradient(primal, at, value, asked)
        # d/dt ∇<u + t u', f>(x + t x') = ∇<u', f> + ∇ <∇<u, f>, x'>: the Hessian is symmetric.
        moving = [i for i, each in enumerate(operands) if isinstance(each, Dual)]
        along = [_split(operands[i], level)[1] for i in moving]

        def rate(*x: Any) -> Any:
            full = list(at)
            for i, each in zip(asked, x, strict=True):
                full[i] = each
            return dot(along, self.gradient(primal, full, value, moving))

        rates = self.gradient(change, at, value, asked) if isinstance(adjoint, Dual) else None
        if moving:
            bent = grad(rate, tuple(range(len(asked))))(*(at[i] for i in asked))
            rates = (
                list(bent) if rates is None else [a + b for a, b in zip(rates, bent, strict=True)]
            )
        assert rates is not None
        return [Dual(a, b, level) for a, b in zip(found, rates, strict=True)]

    def back(self, index: int, adjoint: Number, operands: Sequence[Number], result: Number) -> Any:
        """What the adjoint of the vector passes on to one operand."""
        found = self.gradient(adjoint, operands, result, [index])[0]
        return fitted(found, shape_of(operands[index]), dtype_of(operands[index]))

    def forth(
        self, tangents: Sequence[Number | None], operands: Sequence[Number], result: Number
    ) -> Any:
        """The tangent of the vector: the transpose of what adjoints do."""
        moving = [i for i, tangent in enumerate(tangents) if tangent is not None]

        def linear(adjoints: list[Any]) -> list[Any]:
            return self.gradient(adjoints[0], operands, result, moving)

        along = [tangents[i] for i in moving]
        found = transposed("checkpoint", linear, [result], along)[0]
        return fitted(found, shape_of(result), dtype_of(result))


def _with_own_cells(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python that sees what its free variables are bound to now, ever after."""
    if not isinstance(f, types.FunctionType) or not f.__closure__:
        return f
    seen = inspect.getclosurevars(f).nonlocals
    wrapped: Any = getattr(f, "__wrapped__", None)
    seen = {name: _with_own_cells(x) if x is wrapped else x for name, x in seen.items()}
    cells = tuple(
        types.CellType(seen[name]) if name in seen else cell
        for name, cell in zip(f.__code__.co_freevars, f.__closure__, strict=True)
    )
    bound = types.FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__, cells)
    bound.__kwdefaults__ = f.__kwdefaults__
    return bound


def _results(leaves: Sequence[Any], mark: int) -> list[Variable | None]:
    """The nodes that the call has made, None for what is something else."""
    found: list[Variable | None] = []
    for leaf in leaves:
        is_recorded = isinstance(leaf, Variable) and not isinstance(leaf, Constant)
        node = node_of(leaf) if is_recorded else None
        statement = None if node is None else node._statement
        found.append(node if statement is not None and statement.order > mark else None)
    return found


def _read(results: Sequence[Variable | None], mark: int) -> tuple[Variable, ...]:
    """What they were made from that was there before the call, and the leaves."""
    found: dict[Variable, None] = {}
    for result in results:
        for ancestor in [] if result is None else ancestors(result, after=mark):
            for operand in made_from(ancestor):
                statement = operand._statement
                is_older = statement is None or statement.order <= mark
                if is_older and not isinstance(operand, Constant):
                    found[operand] = None
    return tuple(found)


def _require_no_writes(records: Sequence[Any], results: Sequence[Any], mark: int) -> None:
    """Raises GraphError if the call wrote into an array that was there before it."""
    made_here = [r for r in records if not isinstance(r, Guard)]
    for result in results:
        made_here += [] if result is None else ancestors(result, after=mark)
    for each in made_here:
        statement = each._statement
        if statement.rule.name != "assign":
            continue
        before = statement.operands[0]._statement
        if before is not None and before.order <= mark:
            raise GraphError(
                "the function given to checkpoint() writes into an array that was there before: "
                "let it assign into x.copy(), and return that"
            )


def _require_same_constant(found: Any, expected: Any) -> None:
    """Of two runs, where the first has returned a plain number or array."""
    if not isinstance(expected, (int, float, np.ndarray)):
        return
    is_plain = isinstance(found, (int, float, np.ndarray))
    if not is_plain or not np.array_equal(found, expected, equal_nan=True):
        raise GraphError(f"{_OTHER}; {found!r} in place of {expected!r}, which was a constant")


def _value(number: Any) -> Any:
    """The plain number or array that it is at present."""
    while isinstance(number, Dual):
        number = number.value
    return picked(number, content_of(number)._value) if isinstance(number, Variable) else number


def _split(number: Any, level: int) -> tuple[Any, Any]:
    if isinstance(number, Dual) and number.level == level:
        return number.value, number.tangent
    return number, fitted(0.0, shape_of(number), dtype_of(number))

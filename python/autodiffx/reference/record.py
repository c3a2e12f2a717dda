"""Recording: what a thread's innermost tape is told."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.errors import GraphError
from autodiffx.reference.constant import Constant
from autodiffx.reference.dispatch import Number, Operation, Question
from autodiffx.reference.guard import Guard, askable
from autodiffx.reference.linear import Linear, gather
from autodiffx.reference.location import users_location
from autodiffx.reference.loops import computed
from autodiffx.reference.node import made, read
from autodiffx.reference.number import to_array
from autodiffx.reference.rules import Rule
from autodiffx.reference.shapes import common_dtype
from autodiffx.reference.stand_ins import stand_ins
from autodiffx.reference.statement import Statement
from autodiffx.reference.storage import content_of, picked
from autodiffx.reference.tape import Tape, changes, open_tapes
from autodiffx.reference.variable import Variable
from autodiffx.reference.watch import look_at_result, watch
from autodiffx.reference.wording import described, missing_value

__all__ = ["decided", "evaluate", "node_of", "operation", "record", "written"]


def operation(rule: Operation, operands: tuple[Number, ...]) -> Variable:
    """The result of an operator, recorded.

    Raises:
        GraphError: an operand was recorded where it cannot be continued.
        ValueError: an operand has no value, and no Graph records; shapes do not broadcast.
    """
    nodes = tuple(
        [
            node_of(operand) if isinstance(operand, Variable) else made(Constant, _own(operand))
            for operand in operands
        ]
    )
    dtype = common_dtype(rule.name, operands) if isinstance(rule, Rule) else None
    return record(rule, nodes, dtype)


def _own(operand: Number) -> Number:
    """A number, or a copy of an array: its owner may write into that."""
    if isinstance(operand, np.ndarray) and operand.dtype.kind != "b":
        return to_array(operand, "an operand")
    return operand if type(operand) is float else operand.copy()


def node_of(variable: Variable) -> Variable:
    """What stands for the variable in a statement: for a view, its elements gathered."""
    content: Variable = content_of(variable)
    if variable._positions is None:
        return content
    return record(gather(variable._positions, content._shape, "view"), (content,))


def record(
    rule: Operation, operands: tuple[Variable, ...], dtype: np.dtype[Any] | None = None
) -> Variable:
    """A statement on leaves and results as they are."""
    tape = open_tapes.innermost
    is_active = False
    if stand_ins.layers:
        operands = tuple(map(stand_ins.standing_for, operands))
    for operand in operands:
        statement = operand._statement
        if statement is not None and statement.tape is not tape:
            open_tapes.require(statement.tape, described(operand))
        is_active = is_active or operand._is_active
    if rule.kind == "passive":
        is_active = False
    is_constant = rule.name != "copy" and all(isinstance(o, Constant) for o in operands)
    made_by = Statement(rule, operands, tape, dtype)
    if watch.depth:
        made_by.location = users_location()
    result = made(Variable, None, is_active, made_by)
    evaluate(result)
    if not tape.keeps and result._value is None:
        raise missing_value(next(o for o in operands if o._value is None))
    if is_constant:
        return made(Constant, result._value)
    return _kept(result, tape)


def written(content: Variable, assignment: Linear, values: Number) -> Variable:
    """An array's content after a write.

    Raises:
        GraphError: the array was made in another recording, which the write would not be part of.
    """
    statement, tape = content._statement, open_tapes.innermost
    assert statement is not None
    if statement.tape is not tape:
        open_tapes.require(statement.tape, described(content))
        raise GraphError(
            f"{described(content)} was recorded in {statement.tape.label}, and what is written "
            f"into it would be recorded in {tape.label}: assign into a copy() made here"
        )
    is_recorded = isinstance(values, Variable)
    return record(assignment, (content, node_of(values) if is_recorded else made(Constant, values)))


def _kept(result: Variable, tape: Tape) -> Variable:
    statement = result._statement
    assert statement is not None
    if result._value is not None and all(_is_known_fresh(o) for o in statement.operands):
        statement.fresh_at = changes.count
    tape.moment += 1
    if tape.keeps:
        tape.records.append(result)
    return result


def _is_known_fresh(variable: Variable) -> bool:
    statement = variable._statement
    return statement is None or statement.fresh_at == changes.count


def evaluate(result: Variable) -> None:
    """Compute a result from its operands' present values; without them it has none."""
    statement = result._statement
    assert statement is not None
    values = [operand._value for operand in statement.operands]
    if any(value is None for value in values):
        # Shape and dtype do not depend on the numbers.
        zeros = [o._zeros() for o in statement.operands]
        result._settle(_value(statement, zeros))
        result._value = None
    else:
        result._settle(_value(statement, values))
    if watch.looks:
        look_at_result(result._value, statement)
    result._version += 1
    statement.seen = tuple([operand._version for operand in statement.operands])


def _value(statement: Statement, values: list[Any]) -> Any:
    rule = statement.rule
    if isinstance(rule, Rule) and statement.dtype is not None:
        return computed(rule, statement.dtype, tuple(values))
    return rule.primal(*values)


def decided(question: Question, operands: tuple[Number, ...]) -> float | bool:
    """Answer; while a Graph records, the answer becomes a guard."""
    answer = question.function(
        *(
            askable(picked(operand, read(stand_ins.standing_for(content_of(operand)))))
            if isinstance(operand, Variable)
            else operand
            for operand in operands
        )
    )
    tape = open_tapes.innermost
    variables = [o for o in operands if isinstance(o, Variable) and not isinstance(o, Constant)]
    if tape.keeps and variables:
        for variable in variables:
            content = content_of(variable)
            if content._statement is not None:
                open_tapes.require(content._statement.tape, described(variable))
        nodes = tuple([node_of(o) if isinstance(o, Variable) else o for o in operands])
        tape.records.append(Guard(question, nodes, answer, users_location()))
    return answer

"""Leaves and results themselves, whatever the user's Variables show of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from autodiffx.reference.location import users_location
from autodiffx.reference.number import FLOAT64
from autodiffx.reference.storage import Storage
from autodiffx.reference.tape import Escape
from autodiffx.reference.wording import missing_value

if TYPE_CHECKING:
    from autodiffx.reference.statement import Statement
    from autodiffx.reference.variable import Variable

__all__ = ["adjoint_of", "as_computed", "made", "note_escape", "read"]

Kind = TypeVar("Kind", bound="Variable")


def made(
    kind: type[Kind], value: Any, is_active: bool = False, statement: Statement | None = None
) -> Kind:
    """A Variable that comes from an operation and not from the user."""
    result = kind.__new__(kind)
    result._shape, result._dtype, result._value = (), FLOAT64, None
    if value is not None:
        result._settle(value)
    result._name = None
    result._grad = None
    result._version = 0
    result._born = 0
    result._is_active = is_active
    result._statement = statement
    result._storage = None
    result._positions = None
    return result


def as_computed(node: Variable) -> Variable:
    """A leaf or a result as it is in its statement, whatever was written since where it showed."""
    if node._storage is None or node._storage.content is node:
        return node
    before: Variable = made(type(node), None)
    before._shape, before._dtype, before._storage = node._shape, node._dtype, Storage(node)
    return before


def adjoint_of(node: Variable) -> Any:
    """What the last sweep left at a leaf or a result, None where that is not known any more."""
    statement = node._statement
    if statement is None:
        return node._grad
    tape = statement.tape
    if tape.swept_at != tape.moment or not node._is_active:
        return None
    return statement.adjoint if statement.adjoint_moment == tape.moment else node._zeros()


def read(node: Variable) -> Any:
    """The value of a leaf or a result, where it is one that may be shown."""
    statement = node._statement
    if statement is not None and statement.tape.keeps and not statement.tape.cleared:
        from autodiffx.reference.freshness import require_fresh

        require_fresh(node)
    if node._value is None:
        raise missing_value(node)
    return node._value


def note_escape(node: Variable) -> None:
    """Remember that the user saw a value which a Graph is recording."""
    statement = node._statement
    if statement is not None and statement.tape.keeps and statement.tape.is_open:
        statement.tape.escapes.append(Escape(node, users_location()))

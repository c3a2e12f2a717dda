"""Looking into arrays: what is a view, and what is a copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.dispatch import apply
from autodiffx.reference.linear import cast, gather
from autodiffx.reference.number import Array, settled, to_dtype
from autodiffx.reference.record import record
from autodiffx.reference.rules import RULES
from autodiffx.reference.shapes import is_array
from autodiffx.reference.storage import Storage, content_of, positions_of, storage_of
from autodiffx.reference.variable import Constant, Variable, made

if TYPE_CHECKING:
    from autodiffx.reference.arrangement import Arrangement

__all__ = ["arranged", "astype"]


def arranged(variable: Variable, arrangement: Arrangement, name: str) -> Variable:
    """The variable's elements as an arrangement has them.

    NumPy arranges the positions of the elements. Where it answers with a view of the positions,
    the elements are a view as well.
    """
    before = positions_of(variable)
    positions = arrangement(before)
    content = content_of(variable)
    if isinstance(positions, np.generic):  # an element is a number: later writes are not seen
        return _view(variable, Storage(content), np.asarray(positions))
    if np.may_share_memory(positions, before):
        return _view(variable, storage_of(variable), positions)
    return record(gather(positions, content._shape, name), (content,))


def _view(variable: Variable, storage: Storage, positions: Array) -> Variable:
    content = storage.content
    if isinstance(content, Constant):
        return made(Constant, settled(np.asarray(content._value).reshape(-1)[positions]))
    view = made(Variable, None)
    view._shape, view._dtype = positions.shape, variable._dtype
    view._storage, view._positions = storage, positions
    return view


def astype(variable: Variable, dtype: Any, copy: bool) -> Variable:
    """The variable's numbers in another dtype."""
    is_bool = isinstance(dtype, (type, str, np.dtype)) and np.dtype(dtype) == np.dtype(bool)
    wanted = np.dtype(bool) if is_bool else to_dtype(dtype)
    if wanted == variable._dtype:
        return variable.copy() if copy else variable
    if is_bool:
        operand = variable if is_array(variable) else variable.reshape(1)
        result: Variable = apply(RULES["not_equal"], operand, 0.0)
        return result if is_array(variable) else result.reshape(())
    return apply(cast(variable._dtype, wanted), variable)  # type: ignore[no-any-return]

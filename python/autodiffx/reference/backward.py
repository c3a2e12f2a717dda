"""From a result to the gradients of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autodiffx.reference.chain import fitted
from autodiffx.reference.dispatch import FLOATS, Number, Ranked, apply
from autodiffx.reference.freshness import outdated, require_values
from autodiffx.reference.linear import gather
from autodiffx.reference.number import to_array, to_float
from autodiffx.reference.replay import refresh
from autodiffx.reference.shapes import shape_of
from autodiffx.reference.storage import content_of
from autodiffx.reference.sweep import ancestors, reverse_sweep
from autodiffx.reference.tape import open_tapes
from autodiffx.reference.wording import described, missing_value, stale_value

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["adjoints_of", "backward", "require_sweepable", "seed_of"]


def backward(result: Variable, seed: Any, *, accumulate: bool) -> None:
    """Set, or add to, the `.grad` of every input that the result depends on."""
    start = seed_of(result, seed)
    for node, adjoint in adjoints_of(result._content(), start).items():
        if node._statement is None:
            before = node._grad if accumulate else None
            with np.errstate(all="ignore"):
                node._grad = adjoint if before is None else before + adjoint


def seed_of(result: Variable, seed: Any) -> Number:
    """The adjoint that a sweep starts from, of the shape of the result's content.

    Raises:
        TypeError: the seed is no number and no array of numbers.
        ValueError: it does not broadcast to the result's shape, or there is none where the
            result has several elements.
    """
    shape = result._shape
    if seed is None:
        if result.size != 1:
            raise ValueError(
                f"backward starts from one number, not from an array of shape {shape}: sum() it, "
                f"or give seed= an array of shape {shape}"
            )
        seed = 1.0
    if isinstance(seed, Ranked):
        raise TypeError(
            f"the seed of backward is a plain number or array, not a {type(seed).__name__}: "
            "pass its .value"
        )
    if shape == ():
        seed = to_float(seed, "the seed of backward")
    found = to_array(seed, "the seed of backward", None if type(seed) is float else result._dtype)
    try:
        start = fitted(found, shape, result._dtype)
    except ValueError:
        raise ValueError(
            f"the seed of backward has shape {shape_of(found)}, which does not broadcast to the "
            f"result's shape {shape}: give seed= an array of shape {shape}"
        ) from None
    if result._positions is None:
        return start
    return apply(gather(result._positions, content_of(result)._shape).transposes[0](), start)


def adjoints_of(node: Variable, seed: Number) -> dict[Variable, Any]:
    """The adjoint of everything active that a leaf or result depends on, itself included.

    Raises:
        ValueError: the result depends on no Variable, or on a placeholder without a value.
        StaleValueError: an input was set after a value was computed on the ambient tape.
        GraphError: the result depends on a Graph that has been cleared.
    """
    if node._statement is None:
        if not node._is_active:
            raise ValueError(f"{node!r} is a constant: there is nothing to differentiate by")
        if node._value is None:
            raise missing_value(node)
        return {node: seed}
    results = require_sweepable(node)
    for tape in {ancestor._statement.tape for ancestor in results if ancestor._statement}:
        tape.moment += 1
        tape.swept_at = tape.moment
    adjoints = reverse_sweep(results, {node: seed}, FLOATS, lambda variable: variable._value)
    for variable, adjoint in adjoints.items():
        statement = variable._statement
        if statement is not None:
            statement.adjoint = adjoint
            statement.adjoint_moment = statement.tape.moment
    return adjoints


def require_sweepable(result: Variable) -> list[Variable]:
    """The results from which `result` was made, up to date, or the reason why not.

    Graphs whose inputs have changed are replayed; the ambient tape cannot be.
    """
    if not result._is_active:
        raise ValueError(
            f"{described(result)} depends on no Variable: there is nothing to differentiate by"
        )
    results = ancestors(result)
    for ancestor in results:
        statement = ancestor._statement
        assert statement is not None
        if statement.tape.cleared:
            open_tapes.require(statement.tape, described(ancestor))
    require_values(results)
    for ancestor in results:
        statement = ancestor._statement
        assert statement is not None
        operand = outdated(ancestor)
        if operand is not None and not statement.tape.keeps:
            raise stale_value(operand, ancestor)
    refresh(result)
    return results

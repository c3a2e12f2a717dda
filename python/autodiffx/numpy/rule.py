"""Rule: a kernel with its derivatives, recorded as one statement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Dual, Variable

__all__ = ["Rule"]

Arrays = tuple[Any, ...]


def _with_axes(x: Any) -> Any:
    """NumPy's number for Python's, which knows neither shape nor dtype."""
    return np.float64(x) if type(x) is float else x


class Rule:
    """A kernel y = f(x1, x2, ...) on whole arrays, and how derivatives pass through it.

    A call on ndarrays computes, one on Variables records, one on Duals carries tangents along.

    Args:
        name: what `.op` and drawings show.
        forward: ``forward(*ndarrays, **fixed)``, an ndarray or a tuple of them.
        vjp: ``vjp(adjoint, result, *operands, wanted, **fixed)``, the adjoint of each operand (the
            adjoint of the one operand, if there is one only), None for zero. ``wanted`` says which
            are asked for. Of several results adjoint and result are tuples. It is written with
            `autodiffx.numpy` and operators, for it is given ndarrays in a plain sweep, Variables
            in one that is recorded. It is linear in the adjoint. Without it the results are
            decisions: recorded, evaluated again by a replay, and without derivative.
        jvp: ``jvp(tangents, result, *operands, **fixed)``, the tangent of each result, None for
            zero, and None among the tangents for zero. Without it the transpose of vjp is used.

    Whatever the kernel raises leaves the recording as it was. ``fixed`` are keyword arguments of
    the call that no derivative is taken by.

    >>> import numpy as np
    >>> import autodiffx as adx
    >>> cube = Rule("cube", lambda x: x**3, lambda g, y, x, wanted: g * 3.0 * x**2)
    >>> x = adx.Variable([1.0, 2.0])
    >>> y = cube(x)
    >>> y.backward(seed=[1.0, 1.0])
    >>> x.grad
    array([ 3., 12.])
    """

    __slots__ = ("forward", "jvp", "name", "vjp")

    def __init__(
        self,
        name: str,
        forward: Callable[..., Any],
        vjp: Callable[..., Any] | None = None,
        jvp: Callable[..., Any] | None = None,
    ) -> None:
        self.name = name
        self.forward = forward
        self.vjp = vjp
        self.jvp = jvp

    def __repr__(self) -> str:
        return f"<Rule {self.name}>"

    def __call__(self, *operands: Any, **fixed: Any) -> Any:
        if any(isinstance(each, Dual) for each in operands):
            return self._on_duals(operands, fixed)
        if any(isinstance(each, Variable) for each in operands):
            return _core._record_rule(self, operands, fixed, self.vjp is None)
        return self.forward(*map(np.asarray, operands), **fixed)

    def _on_duals(self, operands: Arrays, fixed: dict[str, Any]) -> Any:
        level = max(each.level for each in operands if isinstance(each, Dual))
        primals: list[Any] = []
        tangents: list[Any] = []
        for each in operands:
            split = isinstance(each, Dual) and each.level == level
            primals.append(_with_axes(each.value) if split else each)
            tangents.append(_with_axes(each.tangent) if split else None)
        result = self(*primals, **fixed)
        if self.vjp is None:
            return result
        found = self._push_forward(tuple(tangents), result, tuple(primals), fixed)

        def joined(primal: Any, tangent: Any) -> Any:
            if tangent is None:
                return primal
            # A copy is one's own, which can be written into.
            return (
                Dual(primal, tangent, level).copy()
                if np.ndim(primal)
                else Dual(primal, tangent, level)
            )

        if not isinstance(result, tuple):
            return joined(result, found[0])
        return tuple(map(joined, result, found))

    # ---- what the engine asks for ------------------------------------------------------------

    def _compute(self, operands: Arrays, fixed: dict[str, Any]) -> Any:
        """What the kernel gives; values that are not finite come without warnings, as always."""
        with np.errstate(all="ignore"):
            return self.forward(*operands, **fixed)

    def _forward(self, operands: Arrays, fixed: dict[str, Any]) -> Arrays:
        """The results anew."""
        results = self._compute(operands, fixed)
        return results if isinstance(results, tuple) else (results,)

    def _pull_back(
        self,
        adjoint: Any,
        result: Any,
        operands: Arrays,
        wanted: Sequence[bool],
        fixed: dict[str, Any],
    ) -> Arrays:
        """The adjoint of each operand."""
        if self.vjp is None:
            return (None,) * len(operands)
        with np.errstate(all="ignore"):
            found = self.vjp(adjoint, result, *operands, wanted=wanted, **fixed)
        return found if isinstance(found, tuple) else (found,)

    def _push_forward(
        self, tangents: Arrays, result: Any, operands: Arrays, fixed: dict[str, Any]
    ) -> Arrays:
        """The tangent of each result."""
        if self.jvp is None:
            return self._transposed(tangents, result, operands, fixed)
        with np.errstate(all="ignore"):
            found = self.jvp(tangents, result, *operands, **fixed)
        return found if isinstance(found, tuple) else (found,)

    def _transposed(
        self, tangents: Arrays, result: Any, operands: Arrays, fixed: dict[str, Any]
    ) -> Arrays:
        """What the vjp passes on is linear in the adjoint; its own gradient is the tangent.

        <vjp(u), t> = <u, jvp(t)> for every adjoint u.
        """
        results = result if isinstance(result, tuple) else (result,)
        wanted = tuple(tangent is not None for tangent in tangents)

        def passed_on(*adjoints: Any) -> list[tuple[Any, Any]]:
            adjoint = adjoints if isinstance(result, tuple) else adjoints[0]
            found = self._pull_back(adjoint, result, operands, wanted, fixed)
            return [
                (each, tangent)
                for each, tangent in zip(found, tangents, strict=True)
                if each is not None and tangent is not None
            ]

        if any(isinstance(each, (Variable, Dual)) for each in (*operands, *results, *tangents)):
            from autodiffx.transforms import grad

            def paired(*adjoints: Any) -> Any:
                total: Any = 0.0
                for each, tangent in passed_on(*adjoints):
                    product = each * tangent
                    total = total + (product.sum() if np.ndim(product) else product)
                return total

            ones = [np.ones(each.shape, each.dtype) for each in results]
            return tuple(grad(paired, argnums=tuple(range(len(ones))))(*ones))

        def plainly() -> Arrays:
            adjoints = [Variable(np.ones_like(each)) for each in results]
            for each, tangent in passed_on(*adjoints):
                if isinstance(each, Variable):
                    each.backward(seed=tangent if each.ndim else float(tangent), accumulate=True)
            return tuple(each.grad for each in adjoints)

        found: Arrays = _core._aside(plainly)
        return found

    def _pull_back_twofold(
        self,
        adjoint: Any,
        result: Any,
        operands: Arrays,
        wanted: Sequence[bool],
        adjoint_tangents: Arrays,
        result_tangents: Arrays,
        operand_tangents: Arrays,
        fixed: dict[str, Any],
    ) -> tuple[Arrays, Arrays]:
        """The adjoint of each operand and its tangent: forward over reverse.

        What the vjp computes is recorded, on a tape that is forgotten, and tangents are carried
        through it. Called with that tape in use.
        """
        leaves: list[Any] = []
        directions: list[Any] = []

        def varying(primal: Any, tangent: Any) -> Any:
            if tangent is None or primal.dtype == np.bool_ or not tangent.any():
                return primal
            leaves.append(Variable(primal))
            directions.append(tangent)
            return leaves[-1]

        def all_varying(primals: Any, tangents: Arrays) -> Any:
            if isinstance(primals, tuple):
                return tuple(map(varying, primals, tangents))
            return varying(primals, tangents[0])

        found = self._pull_back(
            all_varying(adjoint, adjoint_tangents),
            all_varying(result, result_tangents),
            all_varying(operands, operand_tangents),
            wanted,
            fixed,
        )
        values = tuple(_core._read(each) if isinstance(each, Variable) else each for each in found)
        return values, tuple(_core._tangents_along(list(found), leaves, directions))

"""Ordinary differential equations: `odeint`, on SciPy's integrators, with the adjoint equation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.kernel import Arguments, Kernel, Leaves, as_argument, is_traced, plain, value_of
from autodiffx.numpy import concatenate, ravel, reshape, stack
from autodiffx.pullback import pairing, pulled_back, pushed_forward
from autodiffx.replayed import Replayed
from autodiffx.trees import Row, Tree, flatten
from autodiffx.vectors import joined, pieces

__all__ = ["odeint"]

Function = Callable[..., Any]


def odeint(
    f: Function,
    y0: Any,
    t: Any,
    *params: Any,
    rtol: float = 1.4e-8,
    atol: float = 1.4e-8,
    method: str = "DOP853",
) -> Any:
    """y at the times t, of dy/dt = f(y, t, params) with y(t[0]) = y0.

    Args:
        f: ``f(y, t, *params)``, the derivative in the structure of y, written with what can be
            differentiated. It is called with NumPy's numbers and arrays, and with Variables where
            its derivatives are needed; what it recorded is run again at other times and y, unless
            it decides otherwise there or has read numbers.
        y0: numbers and arrays in any containers.
        t: the times, finite, rising or falling, of shape (n,).
        params: whatever f is given beside; derivatives are taken by the numbers and arrays in it.
        rtol, atol: of the integrator, for y and for adjoints and tangents alike.
        method: one of those of `scipy.integrate.solve_ivp`; "Radau", "BDF" and "LSODA" are for
            stiff equations.

    Returns:
        y in the structure of y0, each leaf with a first axis of length n. It is differentiated by
        y0, t and params to any order. In reverse mode the adjoint equation da/dt = -(∂f/∂y)ᵀ a
        is integrated from each time to the one before, beside the integrated y for the first
        order; for higher orders y is integrated backwards with it. In forward mode, tangents are
        integrated beside y. Derivatives have errors of the size that rtol and atol say.

    Raises:
        RuntimeError: the integrator failed, or y integrated backwards does not come back to
            where it came from.
        ValueError: the times do not rise or fall throughout, f gives other shapes than y has, or
            there is no such method.
        TypeError: y0 or what f gives holds no real numbers, or f gives another structure than y
            has; or f captured a Variable or Dual, whose derivative would be lost: pass it in
            params.

    Source: Pontryagin's adjoint equation, as in Chen et al., Neural Ordinary Differential
    Equations (2018), appendix B.

    >>> import autodiffx as adx
    >>> import numpy as np
    >>> t = np.array([0.0, 1.0])
    >>> round(adx.grad(lambda k: adx.odeint(lambda y, t, k: -k * y, 1.0, t, k)[-1])(0.5), 6)
    -0.606531
    """
    if not callable(f):
        raise TypeError(f"odeint() takes a function, got {type(f).__name__!r}")
    if isinstance(t, (list, tuple)) and any(map(is_traced, t)):
        t = stack(list(t))
    elif not is_traced(t):
        t = np.asarray(t, float)
    arguments = Arguments((y0, t, params))
    trajectory = _Trajectory(f, arguments, {"rtol": rtol, "atol": atol, "method": method})
    if arguments.places:
        return trajectory.run(arguments.operands())
    leaves, tree = trajectory.compute([])
    return tree.unflatten(leaves)


class _Trajectory(Kernel):
    """One call: operands are the traced leaves of (y0, t, params), results the leaves of y."""

    solution: Any  # the integrated y as a function of time, None of a single time

    def __init__(self, f: Function, arguments: Arguments, options: dict[str, Any]) -> None:
        super().__init__("odeint")
        self.f = f
        self.arguments = arguments
        self.options = options
        y0 = arguments.put_together(arguments.leaves)[0]
        self.of_y0 = flatten(y0)[1].count

    # ---- vectors and containers ----------------------------------------------------------------

    def _split(self, operands: Leaves) -> tuple[Leaves, Any, Leaves]:
        """The leaves of y0, t, and those of the operands that are in params."""
        leaves = self.arguments.filled(operands)
        k = self.of_y0
        inside = [o for p, o in zip(self.arguments.places, operands, strict=True) if p > k]
        return leaves[:k], leaves[k], inside

    def _slope(self, leaves: Leaves) -> Leaves:
        """f of [y, t, *operands in params], as a vector."""
        given = iter(leaves[2:])
        of_call = list(self.arguments.leaves)
        for place in self.arguments.places:
            of_call[place] = as_argument(next(given)) if place > self.of_y0 else None
        params = self.arguments.put_together(of_call)[2]
        y = self.structure.unflatten(pieces(leaves[0], self.shapes))
        found, structure = flatten(self.f(y, as_argument(leaves[1]), *params))
        if [np.shape(each) for each in found] != self.shapes:
            raise ValueError(
                f"the f of odeint() gives the shapes {[np.shape(each) for each in found]}, and y "
                f"has {self.shapes}: the derivative of y has the structure of y"
            )
        # A list and a tuple of numbers are in an order of their own, and stand for each other.
        rows = isinstance(structure, Row) and isinstance(self.structure, Row)
        if structure != self.structure and not rows:
            raise TypeError(
                f"the f of odeint() gives the structure of y, {self.structure}, got {structure}"
            )
        return [joined(found, "what the f of odeint() gives")]

    # ---- forwards ------------------------------------------------------------------------------

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        start, t, inside = self._split(operands)
        start = [plain(each, "the y0 of odeint()") for each in start]
        if not start or any(each.dtype == np.bool_ for each in start):
            found = "a bool" if start else "none"
            raise TypeError(f"the y0 of odeint() is made of real numbers, got {found}")
        self.structure = flatten(self.arguments.put_together(self.arguments.filled(operands))[0])[1]
        self.shapes = [each.shape for each in start]
        self.solution = None
        t = np.asarray(t, float)
        steps = np.diff(t) if t.ndim == 1 and np.isfinite(t).all() else np.zeros(1)
        if t.size == 0 or not (np.all(steps > 0) or np.all(steps < 0)):
            raise ValueError(
                "the times of odeint() are an array of one axis, finite, and rise or fall "
                f"throughout, got {t}"
            )

        def slope(s: float, y: Any) -> Any:
            # f may write into the y that it is given, which is the integrator's.
            found = self._slope([y.copy(), np.float64(s), *inside])[0]
            return plain(found, "what the f of odeint() gives")

        y = joined(start, "the y0 of odeint()")
        if t.size == 1:
            values = y[None]
        else:
            values, self.solution = self._integrated(slope, t, y, bool(operands))
        leaves, at = [], 0
        for each in start:
            part = values[:, at : at + each.size].reshape(t.size, *each.shape)
            leaves.append(part.astype(each.dtype))
            at += each.size
        return leaves, self.structure

    def _integrated(self, slope: Function, t: Any, y: Any, dense: bool) -> tuple[Any, Any]:
        """y at the times, and between them."""
        from scipy.integrate import solve_ivp

        with np.errstate(all="ignore"):
            found = solve_ivp(slope, (t[0], t[-1]), y, t_eval=t, dense_output=dense, **self.options)
        if found.status != 0 or not np.isfinite(found.y).all():
            raise RuntimeError(
                f"odeint() by {self.options['method']} came from t = {t[0]} to "
                f"{found.t[-1] if found.t.size else t[0]} of {t[-1]} only: {found.message} Try a "
                "method for stiff equations ('Radau', 'BDF', 'LSODA'), looser rtol and atol, or "
                "look for a pole in the solution"
            )
        return found.y.T, found.sol

    # ---- derivatives ---------------------------------------------------------------------------

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        start, t, inside = self._split(operands)
        given = dict(zip(self.arguments.places, tangents, strict=True))
        k = self.of_y0
        along = [each for place, each in given.items() if place > k]
        moving = [i for i, each in enumerate(along) if each is not None]
        count = sum(int(np.prod(shape, dtype=np.intp)) for shape in self.shapes)
        replayed = Replayed(self._slope)

        def both(state: Any, s: Any, *others: Any) -> Any:
            at = [state[:count], s, *others[: len(inside)]]
            direction: Leaves = [None] * len(inside)
            for i, each in zip(moving, others[len(inside) :], strict=True):
                direction[i] = each
            tangents = [state[count:], None, *direction]
            if not any(map(is_traced, (*at, *tangents))):
                found = replayed.push(at, tangents)
                if found is not None:
                    return np.concatenate(found)
            change = pushed_forward(self._slope, at, tangents)[0]
            return concatenate([self._slope(at)[0], change])

        y = joined(start, "the y0 of odeint()")
        along_y = [
            np.zeros(shape) if given.get(i) is None else given[i]
            for i, shape in enumerate(self.shapes)
        ]
        change = joined(along_y, "a tangent of odeint()")
        shift = given.get(k)
        if shift is not None:
            change = change - self._slope([y, t[0], *inside])[0] * shift[0]
        along_moving = [along[i] for i in moving]
        state = concatenate([y, change])
        found = odeint(both, state, t, *inside, *along_moving, **self.options)[:, count:]
        if shift is not None:
            values = _matrix(results)
            slopes = [self._slope([values[i], t[i], *inside])[0] for i in range(len(t))]
            found = found + stack(slopes) * reshape(shift, (-1, 1))
        return self._columns(found)

    def _columns(self, matrix: Any) -> Leaves:
        """Leaves of the results' shapes of a vector for each time."""
        leaves: Leaves = []
        at = 0
        for shape in self.shapes:
            size = int(np.prod(shape, dtype=np.intp))
            leaves.append(reshape(matrix[:, at : at + size], (matrix.shape[0], *shape)))
            at += size
        return leaves

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        _, t, inside = self._split(operands)
        asked = dict(zip(self.arguments.places, wanted, strict=True))
        k = self.of_y0
        of_params = [each for place, each in asked.items() if place > k]
        values, given = _matrix(results), _matrix(adjoints)
        all_plain = not any(is_traced(each) for each in (*adjoints, *results, *operands))
        back = self._back_beside if all_plain else self._back_together
        replayed = Replayed(self._slope)
        adjoint = given[-1]
        total = np.zeros(sum(int(np.size(o)) for o, a in zip(inside, of_params, strict=True) if a))
        by_time: Leaves = [None] * len(t)
        for i in range(len(t) - 1, 0, -1):
            if asked.get(k):
                by_time[i] = pairing([given[i]], self._slope([values[i], t[i], *inside]))
            span = stack([t[i], t[i - 1]])
            adjoint, total = back(replayed, values, i, span, adjoint, total, inside, of_params)
            if i == 1 and asked.get(k):
                by_time[0] = -pairing([adjoint], self._slope([values[0], t[0], *inside]))
            adjoint = adjoint + given[i - 1]
        if asked.get(k) and len(t) == 1:
            by_time[0] = 0.0
        found: dict[int, Any] = dict(enumerate(pieces(adjoint, self.shapes)))
        found[k] = stack(by_time) if asked.get(k) else None
        start = 0
        params = [place for place in asked if place > k]
        for place, operand in zip(params, inside, strict=True):
            if asked[place]:
                size = int(np.size(operand))
                found[place] = reshape(total[start : start + size], np.shape(operand))
                start += size
        return [found.get(place) if each else None for place, each in asked.items()]

    def _adjoint_slope(
        self, replayed: Replayed, at: Leaves, adjoint: Any, of_params: list[bool]
    ) -> Leaves:
        """What adjoints change by in time: of y, and of the params that are asked for."""
        wanted = [True, False, *of_params]
        if not any(map(is_traced, (adjoint, *at))):
            found = replayed.pull(at, adjoint)
            if found is not None:
                return [-ravel(each) for each, asked in zip(found, wanted, strict=True) if asked]
        found = pulled_back(self._slope, [adjoint], at, wanted)
        return [-ravel(each) for each in found if each is not None]

    def _back_beside(
        self,
        replayed: Replayed,
        values: Any,
        i: int,
        span: Any,
        adjoint: Any,
        total: Any,
        inside: Leaves,
        of_params: list[bool],
    ) -> tuple[Any, Any]:
        """Adjoints at the time before, beside y as it was integrated: of plain arrays."""
        count = adjoint.size

        def slope(s: float, state: Any) -> Any:
            at = [self.solution(s), np.float64(s), *inside]
            return np.concatenate(self._adjoint_slope(replayed, at, state[:count], of_params))

        state = np.concatenate([adjoint, total])
        found = self._integrated(slope, span, state, False)[0][-1]
        return found[:count], found[count:]

    def _back_together(
        self,
        replayed: Replayed,
        values: Any,
        i: int,
        span: Any,
        adjoint: Any,
        total: Any,
        inside: Leaves,
        of_params: list[bool],
    ) -> tuple[Any, Any]:
        """The same with y integrated backwards, as an odeint() that has derivatives in turn."""
        count = adjoint.shape[0]

        def slope(state: Any, s: Any, *others: Any) -> Any:
            at = [state[:count], s, *others]
            bent = self._adjoint_slope(replayed, at, state[count : 2 * count], of_params)
            return concatenate([*self._slope(at), *bent])

        state = concatenate([values[i], adjoint, total])
        found = odeint(slope, state, span, *inside, **self.options)[-1]
        there, back = value_of(values[i - 1]), value_of(found[:count])
        size = max(1.0, np.abs(value_of(values)).max(initial=0.0))
        error = np.abs(there - back).max(initial=0.0)
        if not error <= 1e3 * (self.options["atol"] + self.options["rtol"] * size):
            raise RuntimeError(
                f"odeint(), integrated backwards for a derivative of higher order, came back to "
                f"t = {value_of(span)[1]} with an error of {error:.1e}: the equations forget where "
                "they came from too fast. Ask for more times t in between, or take the inner "
                "derivative forward, with jvp()"
            )
        return found[count : 2 * count], found[2 * count :]


def _matrix(leaves: Leaves) -> Any:
    """A row for each time."""
    count = np.shape(leaves[0])[0]
    flat = [reshape(each, (count, -1)) for each in leaves]
    joined = flat[0] if len(flat) == 1 else concatenate(flat, axis=1)
    return joined if joined.dtype == np.float64 else joined.astype(np.float64)

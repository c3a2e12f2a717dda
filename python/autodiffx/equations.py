"""Linear equations with a Jacobian that is given as code: dense, or by products alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from autodiffx import _core
from autodiffx._core import Variable
from autodiffx.kernel import Kernel, Leaves
from autodiffx.pullback import Flat, pulled_back, pushed_forward
from autodiffx.trees import Tree, flatten

__all__ = ["METHODS", "Equations", "LinearSolve"]

METHODS = ("auto", "dense", "cg", "gmres")
DENSE_UP_TO = 500  # unknowns


@dataclass(frozen=True)
class Equations:
    """r(x, parameters) = 0 in vectors, and how linear equations with ∂r/∂x are solved.

    Attributes:
        residual: r, of the list [x, *parameters] to the list [r]; x and r are vectors.
        name: whose it is, for messages.
        method: one of METHODS.
        symmetric: ∂r/∂x is, so that "auto" means conjugate gradients.
        tolerance: of an iteration, relative to the right-hand side.
    """

    residual: Flat
    name: str
    method: str
    symmetric: bool
    tolerance: float

    def solved(self, b: Any, at: Leaves, transpose: bool) -> Any:
        """w of J w = b, or Jᵀ w = b, with J = ∂r/∂x at [x, *parameters]."""
        return LinearSolve(self, transpose)(b, *at)[0]

    def plainly_solved(self, b: Any, at: Leaves, transpose: bool) -> Any:
        """The same of plain arrays."""
        dense = self.method == "dense" or (self.method == "auto" and b.size <= DENSE_UP_TO)
        return (self._dense if dense else self._iterated)(b, at, transpose)

    def _dense(self, b: Any, at: Leaves, transpose: bool) -> Any:
        jacobian = _core._aside(lambda: self._rows(at))
        if not np.isfinite(jacobian).all():
            raise FloatingPointError(
                f"the Jacobian of the equations of {self.name} has elements that are not finite at "
                "the solution: there is no derivative there"
            )
        matrix = jacobian.T if transpose else jacobian
        try:
            inverse = np.linalg.inv(matrix)
            size = np.abs(matrix).sum(axis=0).max(initial=0.0)
            condition = size * np.abs(inverse).sum(axis=0).max(initial=0.0)
        except np.linalg.LinAlgError:
            condition = np.inf
        if not condition < 1.0 / np.finfo(float).eps:
            raise np.linalg.LinAlgError(
                f"the Jacobian of the equations of {self.name}, {len(b)} by {len(b)}, is singular "
                f"at the solution (condition number {condition:.1e}): the solution is not isolated "
                "there, and has no derivative. Remove equations that say the same, or look for "
                "a double root"
            )
        return np.linalg.solve(matrix, b)

    def _rows(self, at: Leaves) -> Any:
        """∂r/∂x: recorded once and swept from each of its elements."""
        x = Variable(at[0])
        (result,) = self.residual([x, *at[1:]])
        jacobian = np.zeros((result.size, x.size))
        if not isinstance(result, Variable):
            return jacobian
        for row, seed in zip(jacobian, np.eye(result.size), strict=True):
            result.backward(seed=seed)
            row[:] = 0.0 if x.grad is None else x.grad
        return jacobian

    def _iterated(self, b: Any, at: Leaves, transpose: bool) -> Any:
        from scipy.sparse.linalg import LinearOperator, cg, gmres

        def product(w: Any) -> Any:
            return self.product(w.reshape(b.shape), at, transpose)

        by_conjugation = self.method == "cg" or (self.method == "auto" and self.symmetric)
        operator = LinearOperator((b.size, b.size), matvec=product, dtype=np.float64)
        if by_conjugation:
            found, failed = cg(operator, b, rtol=self.tolerance, maxiter=20 * b.size)
        else:
            restart = min(b.size, 50)
            found, failed = gmres(operator, b, rtol=self.tolerance, restart=restart, maxiter=100)
        error = np.linalg.norm(product(found) - b)
        if failed or not error <= 10.0 * self.tolerance * np.linalg.norm(b):
            iteration = "conjugate gradients" if by_conjugation else "GMRES"
            raise RuntimeError(
                f"{iteration} for the derivative of {self.name} did not converge: the remaining "
                f"error is {error:.1e} beside {np.linalg.norm(b):.1e}, and linear_tolerance is "
                f"{self.tolerance}. Loosen that, or use linear='dense' (or 'gmres', if the "
                "Jacobian is not symmetric and positive definite)"
            )
        return found

    def product(self, w: Any, at: Leaves, transpose: bool) -> Any:
        """J w, or Jᵀ w."""
        still: Leaves = [None] * (len(at) - 1)
        if transpose:
            found = pulled_back(self.residual, [w], at, [True] + [False] * len(still))
        else:
            found = pushed_forward(self.residual, at, [w, *still])
        return np.zeros(w.shape) if found[0] is None else found[0]


class LinearSolve(Kernel):
    """w of J w = b or Jᵀ w = b, as a statement with the operands b, x and the parameters."""

    def __init__(self, equations: Equations, transpose: bool) -> None:
        super().__init__("linear_solve")
        self.equations = equations
        self.transpose = transpose

    def compute(self, operands: Leaves) -> tuple[Leaves, Tree]:
        found = self.equations.plainly_solved(operands[0], operands[1:], self.transpose)
        return [found], flatten([found])[1]

    def _product(self, leaves: Leaves) -> Leaves:
        """J w or Jᵀ w of [w, x, *parameters]."""
        return [self.equations.product(leaves[0], leaves[1:], self.transpose)]

    def pull(self, adjoints: Leaves, results: Leaves, operands: Leaves, wanted: Leaves) -> Leaves:
        v = self.equations.solved(adjoints[0], operands[1:], not self.transpose)
        if not any(wanted[1:]):
            return [v] + [None] * (len(operands) - 1)
        by_rest = pulled_back(self._product, [-v], [*results, *operands[1:]], [False, *wanted[1:]])
        return [v, *by_rest[1:]]

    def push(self, tangents: Leaves, results: Leaves, operands: Leaves) -> Leaves:
        right = tangents[0]
        if any(each is not None for each in tangents[1:]):
            at = [*results, *operands[1:]]
            moved = pushed_forward(self._product, at, [None, *tangents[1:]])[0]
            right = -moved if right is None else right - moved
        return [self.equations.solved(right, operands[1:], self.transpose)]

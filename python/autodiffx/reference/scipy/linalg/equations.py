"""Equations that become a system of linear equations when they are written out."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Number
from autodiffx.reference.implementations import finished
from autodiffx.reference.numpy.given import array_of, floating, together
from autodiffx.reference.numpy.linalg.inverses import solved
from autodiffx.reference.numpy.linalg.matrices import identity, matrices, squares, transposed
from autodiffx.reference.scipy.linalg.triangles import require_finite
from autodiffx.reference.shapes import shape_of

__all__ = ["solve_banded", "solve_continuous_lyapunov", "solve_sylvester", "sylvester"]


def sylvester(a: Number, b: Number, q: Number) -> Number:
    """The x with a x + x b = q.

    Σ_kl (a_ik δ_jl + δ_ik b_lj) x_kl = q_ij.
    """
    m, n = shape_of(a)[-1], shape_of(b)[-1]
    before, after, turned = shape_of(a)[:-2], shape_of(b)[:-2], transposed(b)
    from_left = np.reshape(a, (*before, m, 1, m, 1)) * identity(b).reshape(1, n, 1, n)
    from_right = identity(a).reshape(m, 1, m, 1) * np.reshape(turned, (*after, 1, n, 1, n))
    both = from_left + from_right
    system = np.reshape(both, (*shape_of(both)[:-4], m * n, m * n))
    right = np.reshape(q, (*shape_of(q)[:-2], m * n, 1))
    found = solved(system, right)
    return np.reshape(found, (*shape_of(found)[:-2], m, n))


def solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """The x with a x + x b = q.

    Raises:
        LinAlgError: an eigenvalue of a is one of -b; a or b is not square.
        ValueError: the shapes do not go together.
    """
    x, y = squares(a, "scipy.linalg.solve_sylvester"), squares(b, "scipy.linalg.solve_sylvester")
    z = matrices(q, "scipy.linalg.solve_sylvester")
    if shape_of(z)[-2:] != (shape_of(x)[-1], shape_of(y)[-1]):
        raise ValueError(f"q has the shape {shape_of(z)[-2:]}, which does not fit a and b")
    return finished(sylvester(x, y, z))


def solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    """The x with a x + x aᵀ = q."""
    x = squares(a, "scipy.linalg.solve_continuous_lyapunov")
    return solve_sylvester(x, transposed(x), q)


def solve_banded(
    l_and_u: Any,
    ab: Any,
    b: Any,
    overwrite_ab: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The x with a x = b, where a_ij is ab[u + i - j, j] within the band.

    Raises:
        LinAlgError: a is singular.
        ValueError: ab has not l + u + 1 rows; the shapes do not go together; something is not
            finite.
    """
    below, above = l_and_u
    band = matrices(ab, "scipy.linalg.solve_banded")
    right = floating(array_of(b, "scipy.linalg.solve_banded"))
    for x in (band, right) if check_finite else ():
        require_finite(x)
    *_, height, length = shape_of(band)
    if height != below + above + 1:
        raise ValueError(f"{below} + {above} + 1 diagonals are not the {height} rows of ab")
    row, column = np.indices((length, length))
    place = above + row - column

    def written_out(numbers: Any) -> Any:
        inside = (place >= 0) & (place < height)
        return np.where(inside, numbers[..., np.clip(place, 0, height - 1), column], 0)

    return finished(solved(together(written_out, [band]), right))

"""Least-squares fits of three species at once, and which flower each of them hangs on.

    python examples/least_squares.py

For each species of iris the petal width is fitted by the other three measurements: three matrices
of 50 rows in one stack. The slopes are functions of all 600 measurements, and the gradient through
`np.linalg.pinv` says how each of them moves the slope by petal length: the influence of the
flower. The singular value decomposition and `np.linalg.lstsq` give the same fit and the same
gradient, and all agree with the closed form.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import autodiffx as adx
import autodiffx.numpy as anp
from autodiffx.demo.flowers import SPECIES, flowers

PETAL_LENGTH = 3  # the column whose slope is asked for: 1, sepal length, sepal width, petal length

Array = np.ndarray[Any, Any]
Fit = Callable[[Any, Any], Any]


def read() -> tuple[Array, Array]:
    """The three matrices of ones and measurements, 3 × 50 × 4, and the petal widths, 3 × 50."""
    features = np.array([flower.features for flower in flowers()]).reshape(3, 50, 4)
    return np.concatenate([np.ones((3, 50, 1)), features[..., :3]], axis=2), features[..., 3]


# ---- three ways to fit --------------------------------------------------------------------------


def fit_by_pinv(a: Any, b: Any) -> Any:
    """The coefficients a⁺ b of every matrix of the stack."""
    return (np.linalg.pinv(a) @ b[..., None])[..., 0]


def fit_by_svd(a: Any, b: Any) -> Any:
    """V Σ⁻¹ Uᵀ b of every matrix of the stack."""
    u, s, vh = np.linalg.svd(a, full_matrices=False)
    inside = np.einsum("...ij,...i->...j", u, b) / s
    return np.einsum("...ji,...j->...i", vh, inside)


def fit_by_lstsq(a: Any, b: Any) -> Any:
    """The same, one matrix after the other: `np.linalg.lstsq` takes no stacks."""
    return anp.stack([np.linalg.lstsq(a[i], b[i])[0] for i in range(len(a))])


FITS: dict[str, Fit] = {"pinv": fit_by_pinv, "svd": fit_by_svd, "lstsq": fit_by_lstsq}


# ---- influence ----------------------------------------------------------------------------------


def influence(fit: Fit, a: Array, b: Array) -> tuple[Array, Array]:
    """How the slopes by petal length move with every entry of a and of b.

    The species do not touch each other, so the gradient of the sum of the three slopes holds the
    gradient of each.
    """

    def slopes(a: Any, b: Any) -> Any:
        return np.sum(fit(a, b)[:, PETAL_LENGTH])

    by_a, by_b = adx.grad(slopes, argnums=(0, 1))(a, b)
    return by_a, by_b


def closed_form(a: Array, b: Array) -> tuple[Array, Array, Array]:
    """The coefficients x, and the influence by the normal equations.

    With z = (AᵀA)⁻¹ e, e the unit vector of the slope, and r = b - A x what is left: the derivative
    of eᵀx by b is A z, and by A it is r zᵀ - A z xᵀ (from the
    derivative of the pseudo-inverse, Golub and Pereyra 1973).
    """
    turned = a.swapaxes(1, 2)
    normal = turned @ a
    x = np.linalg.solve(normal, turned @ b[..., None])
    z = np.linalg.inv(normal)[:, :, PETAL_LENGTH, None]
    by_b = a @ z
    left = b[..., None] - a @ x
    return x[..., 0], left @ z.swapaxes(1, 2) - by_b @ x.swapaxes(1, 2), by_b[..., 0]


def main() -> float:
    """Fit, print, and return how far the gradients are from the closed form, relatively."""
    a, b = read()
    x, true_by_a, true_by_b = closed_form(a, b)
    worst = 0.0
    for name, fit in FITS.items():
        by_a, by_b = influence(fit, a, b)
        of_x = np.abs(fit(a, b) - x).max() / np.abs(x).max()
        of_a = np.abs(by_a - true_by_a).max() / np.abs(true_by_a).max()
        of_b = np.abs(by_b - true_by_b).max() / np.abs(true_by_b).max()
        print(f"{name:>5}: fit {of_x:.0e}, gradient {max(of_a, of_b):.0e} from the closed form")
        worst = max(worst, of_x, of_a, of_b)
    # A wider petal by 1 mm, of the flower that matters most.
    for species, slope, by_width in zip(SPECIES, x[:, PETAL_LENGTH], by_b, strict=True):
        flower = int(np.abs(by_width).argmax())
        print(
            f"{species:>10}: petal width grows by {slope:+.3f} per petal length; "
            f"1 mm more at flower {flower + 1} makes it {slope + 0.1 * by_width[flower]:+.3f}"
        )
    return float(worst)


if __name__ == "__main__":
    main()

"""Programs that assign: each changes `y`, which starts as `x`, and returns what is looked at.

They run on NumPy's arrays and on Variables alike.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["ON_MATRICES", "ON_VECTORS"]

Assignment = Callable[[Any, Any], Any]
ON_VECTORS: dict[str, Assignment] = {}
ON_MATRICES: dict[str, Assignment] = {}


def vector(f: Assignment) -> Assignment:
    ON_VECTORS[f.__name__] = f
    return f


def matrix(f: Assignment) -> Assignment:
    ON_MATRICES[f.__name__] = f
    return f


@vector
def an_element(y: Any, x: Any) -> Any:
    y[1] = y[0] * y[2]
    return y


@vector
def an_element_by_itself(y: Any, x: Any) -> Any:
    y[-1] = y[-1] ** 2
    y[-1] = np.sin(y[-1])
    return y


@vector
def a_swap_through_a_temporary(y: Any, x: Any) -> Any:
    t = y[0]
    y[0] = y[1]
    y[1] = t
    return y * y


@vector
def a_swap_of_a_pair(y: Any, x: Any) -> Any:
    y[0], y[3] = y[3], y[0]
    return y + 2 * x


@vector
def a_swap_through_a_view(y: Any, x: Any) -> Any:
    t = y[:2]
    y[:2] = y[2:4]
    y[2:4] = t  # a view: it has changed by now
    return y * y


@vector
def a_swap_through_a_copy(y: Any, x: Any) -> Any:
    t = y[:2].copy()
    y[:2] = y[2:4]
    y[2:4] = t
    return y * y


@vector
def reversed_in_place(y: Any, x: Any) -> Any:
    y[:] = y[::-1]
    return y * x


@vector
def shifted(y: Any, x: Any) -> Any:
    y[1:] = y[:-1]
    return y * x


@vector
def shifted_back(y: Any, x: Any) -> Any:
    y[:-1] = y[1:]
    return y * x


@vector
def every_second_onto_the_first(y: Any, x: Any) -> Any:
    y[:3] = y[::2]
    y[1::2] = y[2:0:-1]
    return y * x


@vector
def shifted_in_place(y: Any, x: Any) -> Any:
    y[1:] *= y[:-1]
    y[:-1] += y[1:]
    return y


@vector
def a_running_product(y: Any, x: Any) -> Any:
    for i in range(1, len(y)):
        y[i] = y[i - 1] * y[i]
    return y


@vector
def a_running_sum_in_place(y: Any, x: Any) -> Any:
    for i in range(1, len(y)):
        y[i] += y[i - 1] ** 2
    return y


@vector
def the_same_element_again_and_again(y: Any, x: Any) -> Any:
    for _ in range(4):
        y[0] = y[0] * y[1] + x[2]
        y[1] -= y[0]
    return y


@vector
def a_write_after_a_read(y: Any, x: Any) -> Any:
    z = y * y
    y[0] = 5.0
    return z + y


@vector
def a_write_after_reading_elements(y: Any, x: Any) -> Any:
    read = list(y)
    for i in range(len(y)):
        y[i] = read[-1 - i] * read[i]
    return y * read[0] + read[2]


@vector
def an_element_read_twice(y: Any, x: Any) -> Any:
    before = y[1]
    y[1] = before * 3.0
    after = y[1]
    y[1] = 7.0
    return y * before + after


@vector
def constants(y: Any, x: Any) -> Any:
    y[1] = 2
    y[2] = 0.25
    y[3:] = np.array([1, 2])
    return y * x


@vector
def constants_everywhere(y: Any, x: Any) -> Any:
    y[...] = 1.5
    y[:] += x[0]
    return y


@vector
def a_number_into_a_slice(y: Any, x: Any) -> Any:
    y[1:4] = y[0] * 2.0
    return y


@vector
def a_single_into_a_slice(y: Any, x: Any) -> Any:
    y[1:4] = x[4:]
    y[None, :2] = x[:1]
    return y


@vector
def through_a_view(y: Any, x: Any) -> Any:
    view = y[1:4]
    view[0] = y[0] * 2.0
    view[1:] *= view[0]
    return y * y


@vector
def through_a_reversed_view(y: Any, x: Any) -> Any:
    view = y[::-2]
    view[1:] = view[:-1] * 2.0
    return y


@vector
def a_view_sees_later_writes(y: Any, x: Any) -> Any:
    view = y[1:3]
    before = view * 1.0
    y[1] = y[0] * y[4]
    return view * before


@vector
def a_row_of_views(y: Any, x: Any) -> Any:
    a, b = y[:3], y[2:]
    a *= b
    b += a
    return y


@vector
def whole_arrays_in_place(y: Any, x: Any) -> Any:
    z = y
    y += x
    y *= 3.0
    y -= x[0]
    y /= x * x + 1.0
    return y + z


@vector
def powers_in_place(y: Any, x: Any) -> Any:
    y **= 2
    y **= 3
    return y


@vector
def nothing_at_all(y: Any, x: Any) -> Any:
    y[2:2] = 1.0
    y[5:] = np.zeros(0)
    y[2:2] *= y[2:2]
    return y * x


@vector
def what_is_overwritten_without_being_read(y: Any, x: Any) -> Any:
    y[0] = np.sqrt(x[0] * 0.0)
    y[0] = x[1]
    return y


@vector
def into_a_new_array(y: Any, x: Any) -> Any:
    z = y * 0.0
    for i in range(len(z)):
        z[i] = y[i] * x[-1 - i]
        y[i] = z[i] * z[0]
    return z * y


@vector
def into_a_copy(y: Any, x: Any) -> Any:
    z = y.copy()
    z[0] = 9.0 * y[1]
    y[1] = z[0] * 2.0
    return z * y


@matrix
def a_row(y: Any, x: Any) -> Any:
    y[1] = y[0] * y[1]
    return y


@matrix
def rows_swapped_by_views(y: Any, x: Any) -> Any:
    y[0], y[1] = y[1], y[0]
    return y * x


@matrix
def a_column(y: Any, x: Any) -> Any:
    y[:, 0] = y[:, 2] * 2.0
    y[:, 1:2] = y[:, :1] + y[:, 2:]
    return y


@matrix
def elements(y: Any, x: Any) -> Any:
    for i in range(2):
        for j in range(3):
            y[i, j] = y[i, j - 1] * y[i - 1, j] + 1.0
    return y


@matrix
def elements_of_rows(y: Any, x: Any) -> Any:
    for row in y:
        for j in range(1, 3):
            row[j] += row[j - 1] ** 2
    return y


@matrix
def through_the_transpose(y: Any, x: Any) -> Any:
    t = y.T
    t[0] = t[1] * t[2]
    t[1:, 0] = t[:2, 1]
    return y * y


@matrix
def the_square_part_transposed(y: Any, x: Any) -> Any:
    y[:, :2] = y[:, 1:].T
    y[:, 1:] *= y[:, :2].T
    return y


@matrix
def through_a_reshape(y: Any, x: Any) -> Any:
    flat = y.reshape(-1)
    flat[1:5] = flat[2:6] * flat[0]
    return y * flat[1]


@matrix
def through_a_reshape_that_copies(y: Any, x: Any) -> Any:
    flat = y.T.reshape(-1)
    flat[1:5] = 3.0 * flat[0]
    y[0, 0] = 2.0 * y[1, 1]
    return y * flat[1] + flat[:3]


@matrix
def broadcasting(y: Any, x: Any) -> Any:
    y[:] = y[1]
    y[:, 1:] = y[:, :1] * y[0, 0]
    return y * x


@matrix
def a_row_everywhere(y: Any, x: Any) -> Any:
    row = y[0]
    y[...] = row * 2.0
    y[:] += row
    return y * x


@matrix
def reversed_both_ways(y: Any, x: Any) -> Any:
    y[:] = y[::-1, ::-1]
    y[::-1] -= 2.0 * y[:, ::-1]
    return y * y


@matrix
def whole_matrices_in_place(y: Any, x: Any) -> Any:
    row = y[1]
    y *= y
    row += x[0]
    y -= row
    return y


@matrix
def through_moved_axes(y: Any, x: Any) -> Any:
    moved = np.moveaxis(y[None], 0, -1)
    moved[0, :, 0] = moved[1, ::-1, 0]
    np.squeeze(moved)[1] *= 2.0
    np.expand_dims(y, 0)[0, 0, 0] = y[1, 1] * y[0, 2]
    return y * x


@matrix
def through_flips(y: Any, x: Any) -> Any:
    np.flip(y, 1)[0] = y[1]
    y.swapaxes(0, 1)[2] *= y[:, 0]
    return y * y

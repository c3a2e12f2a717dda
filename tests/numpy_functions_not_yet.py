"""Which of NumPy's functions the core has not yet, as tests name them."""

from __future__ import annotations

__all__ = ["FUNCTIONS_NOT_YET", "OF_FUNCTIONS", "TESTS_NOT_YET"]

# Files whose tests have the name of a function in brackets.
OF_FUNCTIONS = (
    "test_array_joining.py::",
    "test_array_products.py::",
    "test_array_reductions.py::",
)
FUNCTIONS_NOT_YET = frozenset(
    (
        "sum", "prod", "mean", "average", "var", "std", "max", "min", "amax", "amin", "ptp",
        "median", "quantile", "percentile", "nansum", "nanmean", "nanmax", "nanmin", "cumsum",
        "cumprod", "sort", "partition", "argmax", "argmin", "argsort", "add.reduce",
        "multiply.reduce", "maximum.reduce", "minimum.reduce", "logaddexp.reduce", "add.accumulate",
        "multiply.accumulate", "getitem", "concatenate", "stack", "hstack", "vstack", "dstack",
        "column_stack", "block", "append", "insert", "meshgrid", "atleast_1d", "atleast_2d",
        "atleast_3d", "split", "hsplit", "vsplit", "dsplit", "array_split", "tile", "repeat",
        "pad-constant", "pad-edge", "pad-reflect", "pad-symmetric", "pad-wrap", "pad-odd",
        "pad-linear_ramp", "pad-mean", "pad-maximum", "roll", "rot90", "flip", "fliplr", "flipud",
        "where", "select", "choose", "take", "take_along_axis", "compress", "extract", "delete",
        "unique", "tril", "triu", "diag", "diagflat", "nan_to_num", "clip", "diff", "ediff1d",
        "gradient", "trapezoid", "interp", "convolve", "correlate", "@", "matmul", "dot", "vdot",
        "inner", "outer", "tensordot", "einsum", "einsum-lists", "kron", "cross", "trace", "vander",
        "linalg.multi_dot", "linalg.matrix_power", "linalg.vecdot", "vecdot", "linalg.outer",
        "linalg.matmul", "add.outer", "multiply.outer",
    )
)  # fmt: skip

# Beginnings of the other tests.
TESTS_NOT_YET = (
    "test_array_products.py::test_a_path",
    "test_array_products.py::test_every",
    "test_array_products.py::test_mistakes",
    "test_array_products.py::test_one_array",
    "test_array_products.py::test_plain_factors",
    "test_array_products.py::test_the_zeroth",
    "test_array_products.py::test_what",
    "test_array_joining.py::test_arrays_that",
    "test_array_joining.py::test_functions_that",
    "test_array_joining.py::test_indices_are",
    "test_array_joining.py::test_interpolation",
    "test_array_joining.py::test_lists",
    "test_array_joining.py::test_mistakes",
    "test_array_joining.py::test_pieces",
    "test_array_joining.py::test_repeated",
    "test_array_joining.py::test_what",
    "test_array_joining.py::test_writ",
    "test_array_reductions.py::test_a_spread",
    "test_array_reductions.py::test_equal_elements",
    "test_array_reductions.py::test_infinities",
    "test_array_reductions.py::test_logsumexp",
    "test_array_reductions.py::test_mistakes",
    "test_array_reductions.py::test_nan_has",
    "test_array_reductions.py::test_of_no_elements",
    "test_array_reductions.py::test_products_with_zeros",
    "test_array_reductions.py::test_sorting",
    "test_array_reductions.py::test_ties",
    "test_array_reductions.py::test_what",
    "test_array_reductions.py::test_without_a_variable",
)

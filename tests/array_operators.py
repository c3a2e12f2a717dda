"""The operators as functions of arrays: where they are smooth, and whose value is theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from array_shapes import Array

__all__ = ["ALL", "NUMPYS", "OTHERS", "PASSIVE", "function_of", "operands_of"]

Interval = tuple[float, float]
ANY, POSITIVE, UNIT, FRACTION = (-2.0, 2.0), (0.3, 3.0), (-0.9, 0.9), (0.1, 0.9)

# Operators that NumPy has by the same name, with an interval for each operand that is free of
# kinks, so far as the operator has an interval without any.
NUMPYS: dict[str, tuple[Interval, ...]] = {
    **dict.fromkeys(
        (
            "negative", "positive", "absolute", "sin", "cos", "tan", "arctan", "sinh", "cosh",
            "tanh", "arcsinh", "exp", "exp2", "expm1", "square", "sign", "floor", "ceil", "rint",
            "trunc", "deg2rad", "rad2deg", "logical_not", "isnan", "isfinite", "isinf",
        ),
        (ANY,),
    ),
    **dict.fromkeys(("log", "log2", "log10", "log1p", "sqrt", "cbrt", "reciprocal"), (POSITIVE,)),
    **dict.fromkeys(("arcsin", "arccos", "arctanh"), (UNIT,)),
    "arccosh": ((1.2, 4.0),),
    **dict.fromkeys(
        (
            "add", "subtract", "multiply", "arctan2", "hypot", "logaddexp", "maximum", "minimum",
            "fmax", "fmin", "copysign", "less", "less_equal", "greater", "greater_equal", "equal",
            "not_equal", "logical_and", "logical_or",
        ),
        (ANY, ANY),
    ),
    **dict.fromkeys(("divide", "floor_divide", "remainder"), (ANY, POSITIVE)),
    "power": (POSITIVE, ANY),
    "clip": (ANY, (-2.0, -0.5), (0.5, 2.0)),
}  # fmt: skip

# The others: their value is the scalar operator's.
OTHERS: dict[str, tuple[Interval, ...]] = {
    **dict.fromkeys(
        (
            "sigmoid", "log_sigmoid", "softplus", "relu", "selu", "gelu", "silu", "softsign",
            "erf", "erfc", "ndtr", "log_ndtr", "sinc",
        ),
        (ANY,),
    ),
    **dict.fromkeys(("logit", "ndtri"), (FRACTION,)),
    "erfinv": (UNIT,),
    **dict.fromkeys(("gamma", "lgamma", "digamma", "polygamma"), ((2.2, 4.0),)),
    **dict.fromkeys(("leaky_relu", "elu"), (ANY, POSITIVE)),
    **dict.fromkeys(("beta", "betaln"), (POSITIVE, POSITIVE)),
    **dict.fromkeys(("xlogy", "xlog1py"), (ANY, POSITIVE)),
}  # fmt: skip

ALL = {**NUMPYS, **OTHERS}
PASSIVE = (
    "logical_not", "isnan", "isfinite", "isinf", "less", "less_equal", "greater", "greater_equal",
    "equal", "not_equal", "logical_and", "logical_or",
)  # fmt: skip


def function_of(adx: Any, name: str) -> Any:
    """The operator of a module, as a function of arrays only."""
    if name == "polygamma":
        return lambda x: adx.polygamma(1, x)
    return getattr(adx, name)


def operands_of(
    name: str, seed: int, shapes: tuple[tuple[int, ...], ...], dtype: Any
) -> list[Array]:
    """Random operands inside the operator's intervals."""
    rng = np.random.default_rng(seed)
    return [
        np.asarray(rng.uniform(*interval, shape)).astype(dtype)
        for interval, shape in zip(ALL[name], shapes, strict=True)
    ]

"""SciPy's names for operators of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import special

from autodiffx import _core
from autodiffx.numpy.arrays import as_array
from autodiffx.numpy.dispatch import function

__all__ = ["TABLED"]

# By SciPy's name, the operator's where that is another one.
NAMES = {
    "beta": "beta",
    "betaln": "betaln",
    "cbrt": "cbrt",
    "digamma": "digamma",
    "erf": "erf",
    "erfc": "erfc",
    "erfinv": "erfinv",
    "exp2": "exp2",
    "expit": "sigmoid",
    "expm1": "expm1",
    "gamma": "gamma",
    "gammaln": "lgamma",
    "log1p": "log1p",
    "log_expit": "log_sigmoid",
    "log_ndtr": "log_ndtr",
    "logit": "logit",
    "ndtr": "ndtr",
    "ndtri": "ndtri",
    "polygamma": "polygamma",
    "psi": "digamma",
    "round": "round",
    "sinc": "sinc",
    "softplus": "softplus",
    "xlog1py": "xlog1py",
    "xlogy": "xlogy",
}


def _as_scipys(name: str, operator: str) -> Callable[..., Any]:
    own = getattr(_core, operator)

    def traced(*operands: Any) -> Any:
        return own(*(as_array(x) if isinstance(x, (list, tuple)) else x for x in operands))

    traced.__name__ = traced.__qualname__ = name
    traced.__doc__ = (
        f"As `scipy.special.{name}`: on Variables the operator `autodiffx.{operator}`.\n\n"
        f"{own.__doc__}"
    )
    plain = getattr(special, name)
    return function(plain)(traced)


TABLED = {
    name: _as_scipys(name, operator)
    for name, operator in NAMES.items()
    if hasattr(special, name)  # softplus is younger than the oldest SciPy
}

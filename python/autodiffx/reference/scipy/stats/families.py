"""The continuous families, each a row of formulas of y and its shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autodiffx.reference.functions import FUNCTIONS
from autodiffx.reference.scipy.stats.areas import AREAS, QUANTILES, log_share, von_mises
from autodiffx.reference.scipy.stats.family import Family, everywhere

__all__ = ["FAMILIES", "power_log"]

absolute, arctan2, betaln, exp, expm1, lgamma, log, log1p = map(
    FUNCTIONS.__getitem__,
    ("absolute", "arctan2", "betaln", "exp", "expm1", "lgamma", "log", "log1p"),
)
log_ndtr, ndtr, ndtri, power, softplus, tan, where, xlogy = map(
    FUNCTIONS.__getitem__,
    ("log_ndtr", "ndtr", "ndtri", "power", "softplus", "tan", "where", "xlogy"),
)
less, equal, both = map(FUNCTIONS.__getitem__, ("less", "equal", "logical_and"))

HALF_LOG_2_PI = 0.5 * math.log(2.0 * math.pi)


def power_log(exponent: Any, base: Any) -> Any:
    """log(base**exponent). 0**0 is 1 whatever is near it."""
    is_one = both(equal(exponent, 0.0), equal(base, 0.0))
    return where(is_one, 0.0, xlogy(exponent, base))


def from_log(log_density: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """pdf and logpdf."""

    def density(y: Any, *shapes: Any) -> Any:
        logarithm = log_density(y, *shapes)
        # Infinite at an end, where a derivative would be a difference of infinities.
        return exp(where(equal(logarithm, math.inf), math.inf, logarithm))

    return {"logpdf": log_density, "pdf": density}


def from_areas(name: str) -> dict[str, Callable[..., Any]]:
    """cdf, sf and their logarithms, and their inverses as far as there are."""
    below, above = AREAS[name]
    return {
        **dict(zip(("ppf", "isf"), QUANTILES.get(name, ()), strict=False)),
        "cdf": below,
        "sf": above,
        "logcdf": lambda y, *shapes: log_share(below(y, *shapes), above(y, *shapes)),
        "logsf": lambda y, *shapes: log_share(above(y, *shapes), below(y, *shapes)),
    }


# ---- the normal distribution --------------------------------------------------------------------

_NORMAL: dict[str, Callable[..., Any]] = {
    **from_log(lambda y: -0.5 * (y * y) - HALF_LOG_2_PI),
    "cdf": lambda y: ndtr(y),
    "sf": lambda y: ndtr(-y),
    "logcdf": lambda y: log_ndtr(y),
    "logsf": lambda y: log_ndtr(-y),
    "ppf": lambda q: ndtri(q),
    "isf": lambda q: -ndtri(q),
}
# The logarithm of y is s times a normal number.
_LOG_NORMAL = {
    **from_log(lambda y, s: _NORMAL["logpdf"](log(y) / s) - log(s * y)),
    **{
        method: lambda y, s, method=method: _NORMAL[method](log(y) / s)
        for method in ("cdf", "sf", "logcdf", "logsf")
    },
    **{
        method: lambda q, s, method=method: exp(s * _NORMAL[method](q)) for method in ("ppf", "isf")
    },
}

# ---- long tails ---------------------------------------------------------------------------------


def _student(y: Any, df: Any) -> Any:
    half = 0.5 * df
    constant = lgamma(half + 0.5) - lgamma(half) - 0.5 * log(df * math.pi)
    value = constant - (half + 0.5) * log1p(y * (y / df))
    infinite = FUNCTIONS["isinf"](df)
    if everywhere(FUNCTIONS["logical_not"](infinite)):
        return value
    return where(infinite, _NORMAL["logpdf"](y), value)


def _cauchy_quantile(q: Any) -> Any:
    # -cot(pi q): near the ends by what is left to them.
    near = where(less(q, 0.25), -1.0 / tan(math.pi * q), tan(math.pi * (q - 0.5)))
    return where(less(0.75, q), 1.0 / tan(math.pi * (1.0 - q)), near)


def _cauchy_tail(y: Any) -> Any:
    return arctan2(1.0, y) / math.pi


def _log_cauchy_tail(y: Any) -> Any:
    return where(less(y, 0.0), log1p(-_cauchy_tail(-y)), log(_cauchy_tail(y)))


_CAUCHY = {
    "logpdf": lambda y: -math.log(math.pi) - 2.0 * log(FUNCTIONS["hypot"](1.0, y)),
    "pdf": lambda y: 1.0 / (math.pi * (1.0 + y * y)),
    "cdf": lambda y: _cauchy_tail(-y),
    "sf": _cauchy_tail,
    "logcdf": lambda y: _log_cauchy_tail(-y),
    "logsf": _log_cauchy_tail,
    "ppf": _cauchy_quantile,
    "isf": lambda q: -_cauchy_quantile(q),
}

# ---- exponentials -------------------------------------------------------------------------------

_EXPONENTIAL: dict[str, Callable[..., Any]] = {
    **from_log(lambda y: -y),
    "cdf": lambda y: -expm1(-y),
    "sf": lambda y: exp(-y),
    "logcdf": lambda y: where(less(y, 1.0), log(-expm1(-y)), log1p(-exp(-y))),
    "logsf": lambda y: -y,
    "ppf": lambda q: -log1p(-q),
    "isf": lambda q: -log(q),
}
# y**c is an exponential number.
_WEIBULL = {
    **from_log(lambda y, c: log(c) + power_log(c - 1.0, y) - power(y, c)),
    **{
        method: lambda y, c, method=method: _EXPONENTIAL[method](power(y, c))
        for method in ("cdf", "sf", "logcdf", "logsf")
    },
    **{
        method: lambda q, c, method=method: power(_EXPONENTIAL[method](q), 1.0 / c)
        for method in ("ppf", "isf")
    },
}


def _laplace_tail(y: Any) -> Any:
    return where(less(0.0, y), exp(-y) / 2.0, 1.0 - exp(y) / 2.0)


def _log_laplace_tail(y: Any) -> Any:
    return where(less(0.0, y), -y - math.log(2.0), log1p(-exp(y) / 2.0))


def _laplace_quantile(q: Any) -> Any:
    return where(less(0.5, q), -log(2.0 - 2.0 * q), log(2.0 * q))


_LAPLACE = {
    **from_log(lambda y: -absolute(y) - math.log(2.0)),
    "cdf": lambda y: _laplace_tail(-y),
    "sf": _laplace_tail,
    "logcdf": lambda y: _log_laplace_tail(-y),
    "logsf": _log_laplace_tail,
    "ppf": _laplace_quantile,
    "isf": lambda q: -_laplace_quantile(q),
}
_LOGISTIC = {
    **from_log(lambda y: -softplus(y) - softplus(-y)),
    "cdf": lambda y: exp(-softplus(-y)),
    "sf": lambda y: exp(-softplus(y)),
    "logcdf": lambda y: -softplus(-y),
    "logsf": lambda y: -softplus(y),
    "ppf": lambda q: FUNCTIONS["logit"](q),
    "isf": lambda q: -FUNCTIONS["logit"](q),
}
_UNIFORM = {
    "pdf": lambda y: where(equal(y, y), 1.0, y),
    "logpdf": lambda y: where(equal(y, y), 0.0, y),
    "cdf": lambda y: y,
    "sf": lambda y: 1.0 - y,
    "logcdf": lambda y: log(y),
    "logsf": lambda y: log1p(-y),
    "ppf": lambda q: q,
    "isf": lambda q: 1.0 - q,
}

# ---- powers and exponentials --------------------------------------------------------------------


def _gamma(y: Any, a: Any) -> Any:
    return power_log(a - 1.0, y) - y - lgamma(a)


def _beta(y: Any, a: Any, b: Any) -> Any:
    return power_log(a - 1.0, y) + power_log(b - 1.0, 1.0 - y) - betaln(a, b)


FAMILIES: dict[str, Family] = {
    "norm": Family({}, _NORMAL),
    "lognorm": Family({"s": "positive"}, _LOG_NORMAL, 0.0, open=True),
    "t": Family({"df": "positive"}, {**from_log(_student), **from_areas("t")}),
    "cauchy": Family({}, _CAUCHY),
    "expon": Family({}, _EXPONENTIAL, 0.0),
    "weibull_min": Family({"c": "positive"}, _WEIBULL, 0.0),
    "laplace": Family({}, _LAPLACE),
    "logistic": Family({}, _LOGISTIC),
    "uniform": Family({}, _UNIFORM, 0.0, 1.0),
    "vonmises": Family(
        {"kappa": "not negative"}, {**from_log(von_mises), **from_areas("vonmises")}
    ),
    "gamma": Family({"a": "positive"}, {**from_log(_gamma), **from_areas("gamma")}, 0.0),
    "invgamma": Family(
        {"a": "positive"},
        {
            **from_log(lambda y, a: -(a + 1.0) * log(y) - 1.0 / y - lgamma(a)),
            **from_areas("invgamma"),
        },
        0.0,
        open=True,
    ),
    "chi2": Family(
        {"df": "positive"},
        {
            # y / 2 is a gamma number.
            **from_log(lambda y, df: _gamma(0.5 * y, 0.5 * df) - math.log(2.0)),
            **from_areas("chi2"),
        },
        0.0,
    ),
    "beta": Family(
        {"a": "positive", "b": "positive"}, {**from_log(_beta), **from_areas("beta")}, 0.0, 1.0
    ),
}

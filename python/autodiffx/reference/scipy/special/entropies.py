"""Rules of the entropies, term by term."""

from __future__ import annotations

import numpy as np

from autodiffx.reference.rule import Number, Numbers
from autodiffx.reference.scipy.special.own import of_rule, scipys

__all__: list[str] = []


def _logs(n: Numbers, x: Number, y: Number) -> Number:
    """log x - log y, which is NaN where either is negative."""
    return n.subtract(n.log(x), n.log(y))


def _share(n: Numbers, x: Number, y: Number) -> Number:
    """x / y, 0 where x is 0, and NaN where either is negative."""
    quotient = n.where(n.equal(x, 0.0), 0.0, n.divide(x, y))
    negative = n.logical_or(n.less(x, 0.0), n.less(y, 0.0))
    outside = n.logical_or(negative, n.logical_or(n.isnan(x), n.isnan(y)))
    return n.where(outside, np.nan, quotient)


of_rule(
    scipys(
        "entr",
        lambda n, x, r: n.negative(n.add(1.0, n.log(x))),
        doc="-x log x, 0 at 0, -inf below;  slope -1 - log x",
    )
)
of_rule(
    scipys(
        "rel_entr",
        lambda n, x, y, r: n.add(1.0, _logs(n, x, y)),
        lambda n, x, y, r: n.negative(_share(n, x, y)),
        doc="x log(x/y), 0 at x = 0;  by x: log(x/y) + 1, by y: -x/y",
    )
)
of_rule(
    scipys(
        "kl_div",
        lambda n, x, y, r: _logs(n, x, y),
        lambda n, x, y, r: n.subtract(1.0, _share(n, x, y)),
        doc="x log(x/y) - x + y, y at x = 0;  by x: log(x/y), by y: 1 - x/y",
    )
)

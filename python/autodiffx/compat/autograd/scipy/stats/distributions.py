"""Functions of SciPy's distributions, one by one, as autograd's modules have them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import scipy.stats as plain

from autodiffx.compat.autograd.tracer import wrapped
from autodiffx.compat.autograd.values import holds_box
from autodiffx.scipy import stats as traced

__all__ = ["function"]


def function(distribution: str, method: str) -> Callable[..., Any]:
    """A function of a distribution.

    Args:
        distribution: its name in `scipy.stats`.
        method: such as "logpdf".

    >>> function("norm", "cdf")(0.0)
    np.float64(0.5)
    """
    family = getattr(plain, distribution)
    raw = getattr(family, method)
    counts = hasattr(family, "pmf")
    on_boxes = getattr(getattr(traced, distribution), method)

    @wraps(raw)
    def either(*args: Any, **kwargs: Any) -> Any:
        if counts and holds_box((args[:1], kwargs.get("k"))):
            raise NotImplementedError(
                f"{distribution}.{method} has no derivative by k, which is a whole number: pass "
                "getval(k)"
            )
        chosen = on_boxes if holds_box(args) or holds_box(kwargs) else raw
        return chosen(*args, **kwargs)

    return wrapped(raw, either)

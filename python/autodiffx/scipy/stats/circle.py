"""Angles: the von Mises distribution."""

from __future__ import annotations

import math
from typing import Any

from autodiffx import _core
from autodiffx.scipy.stats.arguments import not_negative
from autodiffx.scipy.stats.continuous import Continuous

__all__ = ["vonmises"]


class VonMises(Continuous):
    """exp(kappa cos(y)) / (2 pi I0(kappa)), of which cdf(y + 2 pi) = cdf(y) + 1, as in SciPy.

    cdf, sf and their logarithms are differentiated by kappa up to three times.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import vonmises
    >>> round(adx.grad(vonmises.logpdf)(0.0, 2.0, 0.5), 6)
    0.958851
    """

    def _log_density(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.stats.von_mises import log_norm

        (kappa,) = shapes
        cosine_less_1 = -2.0 * _core.square(_core.sin(0.5 * y))
        return kappa * cosine_less_1 - math.log(2.0 * math.pi) - log_norm(kappa)

    def _below(self, y: Any, *shapes: Any) -> Any:
        from autodiffx.scipy.stats.von_mises import distribution_function

        return distribution_function(y, *shapes)

    def _above(self, y: Any, *shapes: Any) -> Any:
        return self._below(-y, *shapes)


vonmises = VonMises("vonmises", kappa=not_negative)

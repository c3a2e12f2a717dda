"""What all distributions share: names of arguments, and what is left to SciPy."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from autodiffx.numpy.dispatch import any_traced

__all__ = ["Distribution", "Frozen"]

# Methods of SciPy's that have no derivative here, with what to use.
_NO_DERIVATIVE = {
    **dict.fromkeys(
        ("rvs",), "draw plain numbers u with scipy.stats, and transform them: loc + scale * u"
    ),
    **dict.fromkeys(
        ("fit", "fit_loc_scale", "nnlf"),
        "minimise -logpdf(data, ...).sum(), of which there is a gradient",
    ),
    **dict.fromkeys(
        ("entropy", "expect", "interval", "mean", "median", "moment", "std", "stats", "var"),
        "write its formula with autodiffx.numpy",
    ),
    **dict.fromkeys(
        ("cdf", "conditional", "isf", "logcdf", "logsf", "marginal", "mode", "ppf", "sf"),
        "write its formula with autodiffx.numpy",
    ),
    "support": "call it on plain numbers",
}


class Distribution:
    """A distribution with SciPy's name, parameters and methods."""

    name: str
    parameters: tuple[str, ...]  # in SciPy's order, without the point
    defaults: Mapping[str, Any]  # by parameter; those without one have to be given
    methods: tuple[str, ...] = ()

    def _bound(self, method: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """The parameters in order, however they were given."""
        place = f"{self.name}.{method}"
        takes = f"it takes the point, and then {', '.join(self.parameters)}"
        if len(arguments) > len(self.parameters):
            raise TypeError(f"{place} was given {len(arguments)} parameters: {takes}")
        values = dict(zip(self.parameters, arguments, strict=False))
        for key, value in keywords.items():
            if key not in self.parameters:
                raise TypeError(f"{place} got an unexpected keyword argument {key!r}: {takes}")
            if key in values:
                raise TypeError(f"{place} got several values for {key!r}: {takes}")
            values[key] = value
        values = {**self.defaults, **values}
        missing = [each for each in self.parameters if each not in values]
        if missing:
            raise TypeError(f"{place} is missing {', '.join(missing)}: {takes}")
        return [values[each] for each in self.parameters]

    def _plainly(self, method: str, *arguments: Any, **keywords: Any) -> Any:
        """SciPy's own result."""
        plain = getattr(import_module("scipy.stats"), self.name)
        return getattr(plain, method)(*arguments, **keywords)

    def __call__(self, *arguments: Any, **keywords: Any) -> Frozen:
        """The distribution with its parameters fixed."""
        self._bound("__call__", arguments, keywords)
        return Frozen(self, arguments, keywords)

    def __getattr__(self, name: str) -> Any:
        if name not in _NO_DERIVATIVE:
            raise AttributeError(
                f"a distribution of autodiffx.scipy.stats has no {name!r}: it has "
                f"{', '.join(self.methods)}"
            )

        def for_plain_numbers(*arguments: Any, **keywords: Any) -> Any:
            if any_traced(arguments) or any_traced(keywords.values()):
                raise self._unsupported(name)
            return self._plainly(name, *arguments, **keywords)

        return for_plain_numbers

    def _unsupported(self, name: str) -> NotImplementedError:
        return NotImplementedError(
            f"{self.name}.{name} of Variables is not supported: {_NO_DERIVATIVE[name]}, or call "
            f"scipy.stats.{self.name}.{name} with plain numbers"
        )

    def __reduce__(self) -> str:
        return self.name  # the one of that name

    def __repr__(self) -> str:
        return f"<autodiffx.scipy.stats.{self.name}({', '.join(self.parameters)})>"


class Frozen:
    """A distribution with its parameters fixed: methods take the point alone.

    >>> import autodiffx as adx
    >>> from autodiffx.scipy.stats import norm
    >>> deviation = adx.Variable(2.0)
    >>> norm(scale=deviation).logpdf(0.0).backward()
    >>> deviation.grad
    -0.5
    """

    def __init__(
        self, dist: Distribution, arguments: tuple[Any, ...], keywords: dict[str, Any]
    ) -> None:
        self.dist = dist
        self.args = arguments
        self.kwds = keywords

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        is_plain = not any_traced(self.args) and not any_traced(self.kwds.values())
        if is_plain and name not in self.dist.methods:
            plain = getattr(import_module("scipy.stats"), self.dist.name)
            return getattr(plain(*self.args, **self.kwds), name)
        method = getattr(self.dist, name)
        if name not in self.dist.methods:  # it refuses Variables
            return lambda *given, **named: method(*self.args, *given, **self.kwds, **named)

        def at(*given: Any, **named: Any) -> Any:
            points = [*given, *named.values()]
            if len(points) != 1 or not named.keys() <= {"x", "k", "q"}:
                raise TypeError(
                    f"{self.dist.name}.{name} with its parameters fixed takes the point alone, "
                    f"and was given {len(points)} arguments"
                )
            return method(points[0], *self.args, **self.kwds)

        return at

    def __repr__(self) -> str:
        return f"{self.dist!r} with {self.args} {self.kwds}"

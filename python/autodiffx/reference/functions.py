"""The operators as functions, and as methods of everything that is more than a float.

They are made from the rules, so that a new rule needs no line here. Given plain numbers only, they
return plain numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autodiffx.reference.arithmetic import Arithmetic, power, rounded
from autodiffx.reference.dispatch import Number, Ranked, apply, checked, operate
from autodiffx.reference.loops import LOOPS
from autodiffx.reference.rules import RULES, Rule
from autodiffx.reference.shapes import is_array

__all__ = ["ALIASES", "FUNCTIONS", "log_softmax", "logsumexp", "softmax"]

ALIASES = {
    "abs": "absolute",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "degrees": "rad2deg",
    "expit": "sigmoid",
    "gammaln": "lgamma",
    "mod": "remainder",
    "pow": "power",
    "radians": "deg2rad",
    "true_divide": "divide",
}


def _function(rule: Rule) -> Callable[..., Any]:
    """The rule as a function that counts its arguments."""

    def function(*operands: Number) -> Any:
        if len(operands) != rule.arity:
            noun = "argument" if rule.arity == 1 else "arguments"
            raise TypeError(f"{rule.name}() takes {rule.arity} {noun} ({len(operands)} given)")
        if any(map(_is_plain_array, operands)) and rule.name in LOOPS:
            return _plain_result(rule, *operands)
        result = operate(rule, *operands)
        return bool(result) if rule.kind == "passive" and type(result) is float else result

    return _named(function, rule.name, rule.doc)


def _is_plain_array(operand: Any) -> bool:
    return isinstance(operand, np.ndarray) and operand.ndim > 0


def _plain_result(rule: Rule, *operands: Any) -> Any:
    """NumPy's own result, of the dtype that NumPy gives it, where no Variable is involved."""
    if any(isinstance(operand, Ranked) for operand in operands):
        return operate(rule, *operands)
    checked(operands, rule.name)
    with np.errstate(all="ignore"):
        return LOOPS[rule.name](*operands)


def _named(function: Callable[..., Any], name: str, doc: str | None) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = doc
    return function


def _leaky_relu(x: Number, negative_slope: Number = 0.01) -> Any:
    return operate(RULES["leaky_relu"], x, negative_slope)


def _elu(x: Number, alpha: Number = 1.0) -> Any:
    return operate(RULES["elu"], x, alpha)


def _clip(x: Number, lo: Number, hi: Number) -> Any:
    if any(map(_is_plain_array, (x, lo, hi))):
        return _plain_result(RULES["clip"], x, lo, hi)
    return operate(RULES["clip"], x, lo, hi)


def _where(condition: Number, x: Number, y: Number) -> Any:
    if any(map(_is_plain_array, (condition, x, y))):
        return _plain_result(RULES["where"], condition, x, y)
    return operate(RULES["where"], condition, x, y)


def _power(base: Number, exponent: Number) -> Any:
    if isinstance(base, Ranked) or isinstance(exponent, Ranked):
        return power(base, exponent)
    if _is_plain_array(base) or _is_plain_array(exponent):
        return _plain_result(RULES["power"], base, exponent)
    return power(*checked((base, exponent), "power"))


def _polygamma(n: int, x: Number) -> Any:
    if isinstance(n, Ranked):
        raise TypeError(
            "polygamma(n, x) is differentiated by x only: n is a plain non-negative integer, "
            f"not a {type(n).__name__}"
        )
    order = checked((n,), "polygamma")[0]
    if order != int(order) or order < 0:
        raise ValueError(f"polygamma(n, x) needs a non-negative integer n, not {n!r}")
    return operate(RULES["polygamma"], order, x)


def _polygamma_method(x: Number, n: int) -> Any:
    return _polygamma(n, x)


def _scalars(arguments: tuple[Any, ...], name: str) -> tuple[Number, ...]:
    """Several arguments, or the elements of a single list or tuple."""
    if len(arguments) == 1 and isinstance(arguments[0], (list, tuple)):
        arguments = tuple(arguments[0])
    if not arguments:
        raise TypeError(f"{name}() needs at least one number")
    if any(_is_plain_array(a) or (isinstance(a, Ranked) and is_array(a)) for a in arguments):
        raise NotImplementedError(
            f"{name}() of several arrays is not supported: it takes one, or numbers"
        )
    return checked(arguments, name)


def _is_one_array(arguments: tuple[Any, ...]) -> bool:
    return len(arguments) == 1 and (
        is_array(arguments[0])
        if isinstance(arguments[0], Ranked)
        else _is_plain_array(arguments[0])
    )


def logsumexp(*xs: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(Σ exp(x_i)) without overflow: neighbours are joined by logaddexp, pair by pair.

    Args:
        xs: numbers, or one list or tuple of them, or one array.
        axis, keepdims: of an array, which axes are reduced, by default all.

    Raises:
        TypeError: there are none.

    >>> logsumexp(0.0, 0.0)
    0.6931471805599453
    """
    if _is_one_array(xs):
        from autodiffx.reference.numpy import folds

        return folds.logsumexp(xs[0], axis, keepdims)
    terms = list(_scalars(xs, "logsumexp"))
    while len(terms) > 1:
        pairs = [
            apply(RULES["logaddexp"], a, b) for a, b in zip(terms[::2], terms[1::2], strict=False)
        ]
        terms = pairs + terms[2 * len(pairs) :]
    return terms[0]


def log_softmax(*xs: Any, axis: Any = None) -> Any:
    """x_i - log(Σ exp(x_j)) for every i, as a tuple; of an array, as an array.

    Args:
        xs: numbers, or one list or tuple of them, or one array.
        axis: of an array, along which axes i runs, by default all.

    Raises:
        TypeError: there are none.
    """
    if _is_one_array(xs):
        from autodiffx.reference.numpy import folds

        return folds.log_softmax(xs[0], axis)
    terms = _scalars(xs, "log_softmax")
    total = logsumexp(*terms)
    return tuple(apply(RULES["subtract"], x, total) for x in terms)


def softmax(*xs: Any, axis: Any = None) -> Any:
    """exp(x_i) / Σ exp(x_j) for every i, as a tuple; of an array, as an array.

    Args:
        xs: numbers, or one list or tuple of them, or one array.
        axis: of an array, along which axes i runs, by default all.

    Raises:
        TypeError: there are none.

    >>> softmax(0.0, 0.0)
    (0.5, 0.5)
    """
    if _is_one_array(xs):
        from autodiffx.reference.numpy import folds

        return folds.softmax(xs[0], axis)
    return tuple(apply(RULES["exp"], x) for x in log_softmax(*_scalars(xs, "softmax")))


_SIGNATURES: dict[str, Callable[..., Any]] = {
    "clip": _clip,
    "elu": _elu,
    "leaky_relu": _leaky_relu,
    "polygamma": _polygamma,
    "power": _power,
    "where": _where,
}

FUNCTIONS: dict[str, Callable[..., Any]] = {}

for _rule in RULES.values():
    if not _rule.public:
        continue
    if _rule.name in _SIGNATURES:
        FUNCTIONS[_rule.name] = _named(_SIGNATURES[_rule.name], _rule.name, _rule.doc)
    else:
        FUNCTIONS[_rule.name] = _function(_rule)

FUNCTIONS["round"] = _named(rounded, "round", rounded.__doc__)
FUNCTIONS["logsumexp"] = logsumexp
FUNCTIONS["log_softmax"] = log_softmax
FUNCTIONS["softmax"] = softmax
for _name, _method in FUNCTIONS.items():
    setattr(Arithmetic, _name, _method)
Arithmetic.polygamma = _polygamma_method  # type: ignore[attr-defined]  # as x.polygamma(n)

FUNCTIONS.update({alias: FUNCTIONS[name] for alias, name in ALIASES.items()})

"""A small forward mode: a ``Variable`` is a value with its derivative, on ``autodiffx.Dual``.

>>> (Variable(3) * Variable(4, 1)).grad
3.0
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

import autodiffx as adx
from autodiffx.compat.elements import Elements, FloatArray, apply, to_array

Number: TypeAlias = "float | FloatArray"
Operand: TypeAlias = "Variable | float | FloatArray"
Several: TypeAlias = "Operand | Sequence[Variable | float]"

# What logloss takes a predicted probability to be at least, and at most one minus.
SMALLEST_PROBABILITY = 1e-15


class Variable:
    """A number, or an array of numbers, with its derivative by whatever was given ``grad`` 1.

    Args:
        value: a real number or an ndarray of them.
        grad: its derivative, a number or an array of the value's shape; 0 for a constant.

    Both may be assigned. Operators take Variables and plain numbers; arrays broadcast.

    >>> Variable(2.0, 1.0) ** Variable(3.0)
    Variable(8.0, grad=12.0)
    """

    # So that an ndarray or a NumPy number on the left leaves the operation to this class.
    __array_ufunc__ = None

    def __init__(self, value: Number, grad: Number = 0) -> None:
        self.value = value
        self.grad = grad

    def __add__(self, other: Operand) -> Variable:
        return _operation(adx.add, self, other)

    def __radd__(self, other: Operand) -> Variable:
        return _operation(adx.add, other, self)

    def __sub__(self, other: Operand) -> Variable:
        return _operation(adx.subtract, self, other)

    def __rsub__(self, other: Operand) -> Variable:
        return _operation(adx.subtract, other, self)

    def __mul__(self, other: Operand) -> Variable:
        return _operation(adx.multiply, self, other)

    def __rmul__(self, other: Operand) -> Variable:
        return _operation(adx.multiply, other, self)

    def __truediv__(self, other: Operand) -> Variable:
        return _operation(adx.divide, self, other)

    def __rtruediv__(self, other: Operand) -> Variable:
        return _operation(adx.divide, other, self)

    def __pow__(self, other: Operand) -> Variable:
        return _operation(adx.power, self, other)

    def __rpow__(self, other: Operand) -> Variable:
        return _operation(adx.power, other, self)

    def __neg__(self) -> Variable:
        return _evaluate(adx.negative, self)

    def __repr__(self) -> str:
        return f"Variable({self.value}, grad={self.grad})"


class Log:
    """log x, the natural logarithm; its instance is ``log``.

    >>> log(Variable(2.0, 1.0)).grad
    0.5
    """

    def __call__(self, x: Operand) -> Variable:
        return _evaluate(adx.log, x)


class Exp:
    """eˣ; its instance is ``exp``.

    >>> exp(Variable(0.0, 1.0))
    Variable(1.0, grad=1.0)
    """

    def __call__(self, x: Operand) -> Variable:
        return _evaluate(adx.exp, x)


class Sigmoid:
    """1 / (1 + e⁻ˣ); its instance is ``sigmoid``.

    >>> sigmoid(Variable(0.0, 1.0))
    Variable(0.5, grad=0.25)
    """

    def __call__(self, x: Operand) -> Variable:
        return _evaluate(adx.sigmoid, x)


log = Log()
exp = Exp()
sigmoid = Sigmoid()


def mse(a: Several, b: Several) -> Variable:
    """The mean of (a - b)², the mean squared error.

    Args:
        a: a Variable, a plain number, an array, or a sequence of Variables and numbers.
        b: the same; the two broadcast.

    Returns:
        A Variable with one number as its value.

    >>> mse(Variable(3.0, 1.0), Variable(1.0))
    Variable(4.0, grad=4.0)
    """
    return _mean(lambda left, right: adx.square(left - right), a, b)


def logloss(true: Several, pred: Several) -> Variable:
    """The mean of -(t log p + (1 - t) log(1 - p)), the log loss of probabilities.

    Args:
        true: labels, 0 or 1: a Variable, a number, an array or a sequence of such.
        pred: predicted probabilities of the label 1, likewise. The value is clipped to
            [1e-15, 1 - 1e-15]; the gradient is passed through unchanged, also where it is.

    Returns:
        A Variable with one number as its value.

    >>> logloss(1, Variable(0.5, 1.0))
    Variable(0.6931471805599453, grad=-2.0)
    """
    return _mean(_log_loss, true, pred)


def _log_loss(true: Any, pred: Any) -> Any:
    inside = adx.Dual(
        adx.clip(pred.value, SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY), pred.tangent
    )
    return -(true * adx.log(inside) + (1 - true) * adx.log1p(-inside))


def _mean(formula: Callable[..., Any], a: Several, b: Several) -> Variable:
    losses = apply(formula, [_duals(a), _duals(b)]).items
    if not losses:
        raise ValueError("the mean of no values: expected at least one pair to compare")
    mean: Any = sum(losses, adx.Dual(0.0)) / len(losses)
    return Variable(mean.value, mean.tangent)


def _operation(formula: Callable[..., Any], left: Operand, right: Operand) -> Variable:
    """What an operator returns: NotImplemented for strangers, so that Python names them."""
    for operand in (left, right):
        if not isinstance(operand, (Variable, int, float, np.number, np.bool_, np.ndarray)):
            return NotImplemented
    return _evaluate(formula, left, right)


def _evaluate(formula: Callable[..., Any], *operands: Operand) -> Variable:
    items, shape = apply(formula, [_duals(operand) for operand in operands])
    values = [item.value for item in items]
    grads = [item.tangent for item in items]
    if shape == ():
        return Variable(values[0], grads[0])
    return Variable(np.array(values).reshape(shape), np.array(grads).reshape(shape))


def _duals(operand: Any) -> Elements:
    """The operand as Duals; its shape is () for a single number."""
    if isinstance(operand, (list, tuple)):
        parts = [_duals(part) for part in operand]
        if any(part.shape != () for part in parts):
            raise TypeError(
                "found an array within a sequence: pass one Variable of an array, "
                "or a sequence of Variables of numbers"
            )
        return Elements([part.items[0] for part in parts], (len(parts),))
    if not isinstance(operand, Variable):
        operand = Variable(operand)
    shape = np.shape(operand.value)
    values = to_array(operand.value).ravel().tolist()
    tangents = to_array(operand.grad).ravel().tolist()
    if len(tangents) == 1:
        tangents *= math.prod(shape)
    if len(tangents) != len(values):
        raise ValueError(
            f"grad has {len(tangents)} elements where value has {len(values)}: "
            "give it one number or the value's shape"
        )
    return Elements(list(map(adx.Dual, values, tangents)), shape)

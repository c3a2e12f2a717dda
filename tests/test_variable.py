"""Variable and Constant: construction, attributes, and what stays true of every handle."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

from array_backends import has_arrays
from operands import ARRAYS, PLAIN, SEQUENCES, STRANGERS


@pytest.mark.parametrize(("given", "value"), PLAIN, ids=repr)
def test_a_variable_takes_any_plain_number(backend: Any, given: Any, value: float) -> None:
    x = backend.Variable(given)
    assert type(x.value) is float
    assert math.copysign(1.0, x.value) == math.copysign(1.0, value)
    assert x.value == value
    assert type(backend.Constant(given).value) is float


@pytest.mark.parametrize(
    "stranger",
    [s for s in STRANGERS if s is not None] + ARRAYS + SEQUENCES,
    ids=lambda s: type(s).__name__,
)
def test_a_variable_takes_nothing_else(backend: Any, stranger: object) -> None:
    if (
        isinstance(stranger, (list, tuple, np.ndarray))
        and np.ndim(stranger)
        and has_arrays(backend)
    ):
        assert backend.Variable(stranger).shape == np.shape(stranger)
        assert backend.Constant(stranger).shape == np.shape(stranger)
    else:
        with pytest.raises(TypeError):
            backend.Variable(stranger)
        with pytest.raises(TypeError):
            backend.Constant(stranger)
    x = backend.Variable(1.0)
    with pytest.raises(TypeError):
        x.value = stranger
    assert x.value == 1.0


def test_a_variable_of_a_variable_names_its_value(backend: Any) -> None:
    x = backend.Variable(1.0)
    for make in (backend.Variable, backend.Constant):
        for given in (x, x * 2, backend.Constant(1.0), backend.Dual(1.0)):
            with pytest.raises(TypeError, match=r"\.value"):
                make(given)
    with pytest.raises(TypeError, match=r"\.value"):
        x.value = x * 2
    with pytest.raises(TypeError):
        x.value = None


def test_a_number_too_large_for_a_float_is_an_overflow(backend: Any) -> None:
    with pytest.raises(OverflowError):
        backend.Variable(10**400)
    x = backend.Variable(1.0)
    with pytest.raises(OverflowError):
        x + 10**400
    with pytest.raises(OverflowError):
        10**400 * x
    with pytest.raises(OverflowError):
        backend.sin(10**400)


def test_not_a_number_is_a_value(backend: Any) -> None:
    x = backend.Variable(math.nan)
    assert math.isnan(x.value)
    assert x != x
    assert hash(x) == hash(x)


def test_names_are_text(backend: Any) -> None:
    assert backend.Variable(1.0).name is None
    assert backend.Variable(1.0, "weight").name == "weight"
    assert backend.Variable(1.0, name="weight").name == "weight"
    with pytest.raises(TypeError):
        backend.Variable(1.0, name=3)
    assert (backend.Variable(1.0, "weight") * 2).name is None


def test_leaves_and_intermediates(backend: Any) -> None:
    x, y = backend.Variable(2.0, "x"), backend.Variable(3.0, "y")
    assert x.is_leaf
    assert x.op is None
    assert x.inputs == ()
    z = x * y
    assert not z.is_leaf
    assert z.op == "multiply"
    assert len(z.inputs) == 2
    assert z.inputs[0] is x
    assert z.inputs[1] is y
    w = backend.sin(z) - 1.5
    assert w.op == "subtract"
    assert w.inputs[0].op == "sin"
    assert w.inputs[0].value == math.sin(6.0)
    assert isinstance(w.inputs[1], backend.Constant)
    assert w.inputs[1].value == 1.5


def test_an_operand_used_twice_is_an_input_twice(backend: Any) -> None:
    x = backend.Variable(2.0)
    y = x * x
    assert len(y.inputs) == 2
    assert y.inputs[0] is x
    assert y.inputs[1] is x


def test_intermediates_cannot_be_set(backend: Any) -> None:
    x = backend.Variable(2.0)
    y = x * x
    with pytest.raises(AttributeError):
        y.value = 3.0
    with pytest.raises(AttributeError):
        y.grad = 1.0
    with pytest.raises(AttributeError):
        y.grad = None
    with pytest.raises(AttributeError):
        y.op = "add"
    with pytest.raises(AttributeError):
        del x.value
    with pytest.raises(AttributeError):
        del x.grad
    assert (x.value, y.value) == (2.0, 4.0)


def test_setting_a_value_makes_a_float(backend: Any) -> None:
    x = backend.Variable(2.0)
    for given, value in PLAIN:
        x.value = given
        assert type(x.value) is float
        assert x.value == value


def test_grad_is_none_or_a_float(backend: Any) -> None:
    x = backend.Variable(2.0)
    assert x.grad is None
    x.grad = 3
    assert type(x.grad) is float
    assert x.grad == 3.0
    x.grad = np.float32(0.5)
    assert type(x.grad) is float
    x.grad = None
    assert x.grad is None
    for stranger in ("1", 1j, [1.0], x):
        with pytest.raises(TypeError):
            x.grad = stranger


def test_constants(backend: Any) -> None:
    c = backend.Constant(2)
    assert isinstance(c, backend.Variable)
    assert c.value == 2.0
    assert c.is_leaf
    assert c.grad is None
    assert c.op is None
    with pytest.raises(AttributeError):
        c.value = 3.0
    with pytest.raises(AttributeError):
        c.grad = 3.0
    with pytest.raises(ValueError, match=r"constant"):
        c.backward()
    x = backend.Variable(3.0)
    y = x * c
    y.backward()
    assert x.grad == 2.0
    assert c.grad is None
    assert y.inputs[1].value == 2.0


def test_constants_fold(backend: Any) -> None:
    folded = backend.Constant(2.0) * backend.Constant(3.0) + 1
    assert folded.is_leaf
    assert folded.op is None
    assert folded.value == 7.0
    assert folded.inputs == ()
    with pytest.raises(ValueError, match=r"constant"):
        folded.backward()
    assert backend.sin(backend.Constant(1.0)).value == math.sin(1.0)
    x = backend.Variable(5.0)
    y = x * folded
    y.backward()
    assert x.grad == 7.0


def test_nothing_is_drawn_from_a_mixture_of_constant_and_passive(backend: Any) -> None:
    x = backend.Variable(2.0)
    decision = backend.less(x, 3.0) * backend.Constant(2.0)
    assert decision.value == 2.0
    with pytest.raises(ValueError, match=r"constant|no Variable"):
        decision.backward()
    assert x.grad is None


def test_repr(backend: Any) -> None:
    x = backend.Variable(0.458, "x")
    assert repr(x) == "Variable(0.458, name='x')"
    assert str(x) == repr(x)
    assert repr(backend.Variable(0.458)) == "Variable(0.458)"
    assert repr(backend.Variable(2)) == "Variable(2.0)"
    assert repr(backend.Variable(name="x")) == "Variable(name='x')"
    assert repr(backend.Constant(2)) == "Constant(2.0)"
    assert repr(backend.Variable(0.5) * 0.5) == "Variable(0.25, op='multiply')"
    assert repr(backend.Variable(math.nan)) == "Variable(nan)"
    assert repr(backend.Variable(1.0, "a'b")) == 'Variable(1.0, name="a\'b")'


def test_repr_stays_short_on_deep_graphs(backend: Any) -> None:
    y = backend.Variable(1.0)
    for _ in range(20_000):
        y = y + 1.0
    assert repr(y) == "Variable(20001.0, op='add')"


def test_format_is_the_values(backend: Any) -> None:
    x = backend.Variable(2.0 / 3.0, "x")
    assert f"{x}" == str(2.0 / 3.0)
    assert f"{x:.3f}" == "0.667"
    assert f"{x:>10.2e}" == "  6.67e-01"
    assert f"{x * 3:g}" == "2"
    assert f"{backend.Constant(2.0):.1f}" == "2.0"
    assert f"{backend.Dual(2.0, 1.0):.2f}" == "2.00"
    with pytest.raises(ValueError, match=r"format"):
        f"{x:nonsense}"
    assert f"{x!r}" == repr(x)


def test_hash_is_identity(backend: Any) -> None:
    a, b = backend.Variable(1.0), backend.Variable(1.0)
    y = a + 0.0
    table = {a: "a", b: "b", y: "y"}
    assert (table[a], table[b], table[y]) == ("a", "b", "y")
    a.value = 2.0
    assert table[a] == "a"
    assert len({a, b, a}) == 2


@pytest.mark.parametrize(
    ("left", "right"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0), (math.nan, 1.0), (0.0, -0.0)]
)
def test_comparisons_compare_values(backend: Any, left: float, right: float) -> None:
    x, y = backend.Variable(left), backend.Variable(right)
    for a, b in ((x, y), (x, right), (left, y), (x + 0.0, y), (x, backend.Constant(right))):
        assert (a < b) is (left < right)
        assert (a <= b) is (left <= right)
        assert (a > b) is (left > right)
        assert (a >= b) is (left >= right)
        assert (a == b) is (left == right)
        assert (a != b) is (left != right)
    assert bool(x < np.float64(right)) is (left < right)
    assert bool(np.float64(left) < y) is (left < right)
    assert bool(np.array(left) == y) is (left == right)


def test_comparisons_with_strangers(backend: Any) -> None:
    x = backend.Variable(1.0)
    for stranger in ("1", None, [1.0], 1j, object()):
        assert (x == stranger) is False
        assert (x != stranger) is True
        with pytest.raises(TypeError):
            x < stranger  # noqa: B015
        with pytest.raises(TypeError):
            x >= stranger  # noqa: B015


def test_truth_and_whole_numbers(backend: Any) -> None:
    x = backend.Variable(-2.5)
    assert bool(x) is True
    assert bool(backend.Variable(0.0)) is False
    assert bool(backend.Variable(-0.0)) is False
    assert bool(backend.Variable(math.nan)) is True
    for convert, whole in (
        (int, -2),
        (math.floor, -3),
        (math.ceil, -2),
        (math.trunc, -2),
        (round, -2),
    ):
        assert convert(x) == whole
        assert type(convert(x)) is int
    with pytest.raises(ValueError, match=r"NaN"):
        int(backend.Variable(math.nan))
    with pytest.raises(OverflowError):
        int(backend.Variable(math.inf))


def test_a_variable_is_no_float(backend: Any) -> None:
    x = backend.Variable(1.0)
    for drop in (float, math.sin, math.sqrt, complex, math.isnan):
        with pytest.raises(TypeError, match=r"x\.value") as caught:
            drop(x)
        assert "adx.sin" in str(caught.value)
        with pytest.raises(TypeError, match=r"x\.value"):
            drop(x * 2)


def test_passive_values_are_floats(backend: Any) -> None:
    x = backend.Variable(1.0)
    assert float(backend.Constant(0.5)) == 0.5
    assert math.sin(backend.Constant(0.5)) == math.sin(0.5)
    assert float(backend.less(x, 2.0)) == 1.0
    assert float(backend.isnan(x)) == 0.0
    assert int(backend.Constant(2.5)) == 2


def test_a_variable_is_no_index_and_no_sequence(backend: Any) -> None:
    x = backend.Variable(1.0)
    with pytest.raises(TypeError):
        [1, 2][x]
    with pytest.raises(TypeError):
        range(x)
    with pytest.raises(TypeError):
        len(x)
    with pytest.raises(TypeError):
        iter(x)
    with pytest.raises(TypeError):
        x[0]
    with pytest.raises(TypeError):
        x[0] = 1.0
    with pytest.raises(TypeError):
        1.0 in x  # noqa: B015
    with pytest.raises(TypeError):
        operator.mul([1, 2], x)
    with pytest.raises(TypeError):
        operator.add([1, 2], x)
    with pytest.raises(TypeError):
        pow(x, 2, 3)


def test_subclasses(backend: Any) -> None:
    class Weight(backend.Variable):  # type: ignore[misc]
        def __init__(self, value: float, rate: float) -> None:
            super().__init__(value, name="weight")
            self.rate = rate

        def step(self) -> None:
            self.value -= self.rate * self.grad

    w = Weight(3.0, rate=0.5)
    assert isinstance(w, backend.Variable)
    loss = w * w
    assert type(loss) is backend.Variable
    assert type(w + w) is backend.Variable
    assert type(-w) is backend.Variable
    assert type(backend.sin(w)) is backend.Variable
    assert loss.inputs[0] is w
    loss.backward()
    w.step()
    assert w.value == 0.0
    w.note = "any attribute"
    assert w.note == "any attribute"

"""grad and value_and_grad of functions of lists, tuples and dicts of numbers and arrays."""

from __future__ import annotations

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from array_backends import has_arrays
from array_shapes import assert_same_bits
from array_sums import total

Layer = namedtuple("Layer", "weights bias")

structures = st.recursive(
    st.floats(0.5, 2.0),
    lambda parts: (
        st.lists(parts, max_size=3)
        | st.lists(parts, max_size=3).map(tuple)
        | st.dictionaries(st.sampled_from("abc"), parts, max_size=3)
    ),
    max_leaves=8,
)


def numbers_in(value: Any) -> list[Any]:
    """The numbers of a structure, in the order in which it is written."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [number for element in value for number in numbers_in(element)]
    return [value]


def shape_of(value: Any) -> Any:
    """The structure with its numbers left out."""
    if isinstance(value, dict):
        return type(value), [(key, shape_of(element)) for key, element in value.items()]
    if isinstance(value, (list, tuple)):
        return type(value), [shape_of(element) for element in value]
    return None


def weighted(structure: Any) -> Any:
    """Every number squared, times its place."""
    result = 0.0
    for place, number in enumerate(numbers_in(structure)):
        result = result + (place + 1) * number * number
    return result


@given(structure=structures)
def test_the_derivative_has_the_structure_of_the_argument(backend: Any, structure: Any) -> None:
    value, slope = backend.value_and_grad(weighted)(structure)
    assert value == weighted(structure)
    assert shape_of(slope) == shape_of(structure)
    expected = [2.0 * (i + 1) * number for i, number in enumerate(numbers_in(structure))]
    assert numbers_in(slope) == pytest.approx(expected, rel=1e-15)
    assert all(type(number) is float for number in numbers_in(slope))


def test_several_arguments(backend: Any) -> None:
    def f(a: Any, s: Any, b: Any) -> Any:
        return a["x"] * s * b[0] * b[1]

    by_b, by_s = backend.grad(f, (2, 1))({"x": 2.0}, 3.0, (4.0, 5.0))
    assert by_b == (30.0, 24.0)
    assert by_s == 40.0
    assert backend.grad(f)({"x": 2.0}, 3.0, [4.0, 5.0]) == {"x": 60.0}


def test_named_and_ordered(backend: Any) -> None:
    slope = backend.grad(lambda layer: layer.weights * layer.bias)(Layer(2.0, 3.0))
    assert type(slope) is Layer
    assert slope == Layer(3.0, 2.0)
    ordered = OrderedDict([("z", 2.0), ("a", 3.0)])
    slope = backend.grad(lambda p: p["z"] * p["a"])(ordered)
    assert (type(slope), list(slope.items())) == (OrderedDict, [("z", 3.0), ("a", 2.0)])
    found = backend.grad(lambda p: p["a"] * p["a"])(defaultdict(float, a=2.0))
    assert (type(found), found["a"], found.default_factory) == (defaultdict, 4.0, float)


class Metres(float):
    """A number whose type nobody knows."""


@pytest.mark.parametrize("kind", [list, tuple])
def test_structures_do_not_depend_on_the_types_of_leaves(backend: Any, kind: Any) -> None:
    def f(p: Any) -> Any:
        return p[0] * p[1]

    plain, known = kind((2.0, 3.0)), kind((Metres(2.0), Metres(3.0)))
    for primal in (plain, known):
        assert backend.grad(f)(primal) == kind((3.0, 2.0))
        for tangent in (plain, known):
            assert backend.jvp(f, (primal,), (tangent,)) == (6.0, 12.0)
    value, pullback = backend.vjp(lambda p: kind((p[0] * p[1], p[0])), known)
    assert value == kind((6.0, 2.0))
    assert pullback(plain) == pullback(known) == (kind((9.0, 4.0)),)
    assert backend.grad(f)([np.float64(2.0), 3]) == [3.0, 2.0]
    others: Any = ({1.0: 0.0, 2.0: 0.0}, kind([1.0]), kind((1.0, [1.0])), kind((1.0, 1.0, 1.0)))
    for other in (*others, {list: tuple, tuple: list}[kind](plain)):
        with pytest.raises(TypeError, match="structure"):
            backend.jvp(f, (plain,), (other,))


def test_what_holds_nothing(backend: Any) -> None:
    empties: tuple[Any, ...] = ([], (), {}, [[], {}])
    for empty in empties:
        assert backend.value_and_grad(lambda p: 2.0)(empty) == (2.0, empty)
    assert backend.grad(lambda p: p[0] * p[0])([3.0, None]) == [6.0, None]


def test_arguments_are_left_alone(backend: Any) -> None:
    inner = {"b": [2.0]}
    given_in = [1.0, inner]

    def f(p: Any) -> Any:
        p[1]["b"].append(p[0])
        return p[1]["b"][0] * p[1]["b"][1]

    assert backend.grad(f)(given_in) == [2.0, {"b": [1.0]}]
    assert given_in == [1.0, {"b": [2.0]}]
    assert given_in[1] is inner


def test_strangers_inside(backend: Any) -> None:
    for stranger in ("a", b"a", 1j, {1.0}, object()):
        with pytest.raises(TypeError):
            backend.grad(lambda p: 1.0)([1.0, (stranger,)])
    with pytest.raises(TypeError, match="number"):
        backend.grad(lambda p: p)([1.0])


def test_active_numbers_inside(backend: Any) -> None:
    x = backend.Variable(3.0)
    slope = backend.grad(lambda p: p["x"] ** 3 * p["s"])({"x": x, "s": 2.0})
    assert slope["x"].value == 54.0
    slope["x"].backward()
    assert x.grad == 36.0
    dual = backend.grad(lambda p: p[0] ** 3)([backend.Dual(2.0, 1.0)])[0]
    assert (dual.value, dual.tangent) == (12.0, 12.0)


def test_higher_orders(backend: Any) -> None:
    def f(p: Any) -> Any:
        return p["x"] ** 3 * p["y"][0]

    def slope(p: Any) -> Any:
        by = backend.grad(f)(p)
        return by["x"] * by["y"][0]

    # (3 x² y) x³: by x 15 x⁴ y, by y 3 x⁵
    found = backend.grad(slope)({"x": 2.0, "y": (5.0,)})
    assert found == {"x": 1200.0, "y": (96.0,)}


def test_arrays_inside(array_backend: Any) -> None:
    assert has_arrays(array_backend)
    layers = [
        {"w": np.array([[1.0, 2.0]], np.float32), "b": 3.0},
        {"w": np.array([4.0, 5.0]), "b": np.ones((2, 2))},
    ]

    def f(p: Any, scale: float) -> Any:
        return total(p[0]["w"] * p[1]["w"]) * scale + p[0]["b"] * p[1]["b"][0, 1]

    value, slope = array_backend.value_and_grad(f)(layers, 10.0)
    assert value == 14.0 * 10.0 + 3.0
    assert_same_bits(slope[0]["w"], np.array([[40.0, 50.0]], np.float32))
    assert (type(slope[0]["b"]), slope[0]["b"]) == (float, 1.0)
    assert_same_bits(slope[1]["w"], np.array([10.0, 20.0]))
    assert_same_bits(slope[1]["b"], np.array([[0.0, 3.0], [0.0, 0.0]]))
    for bad in (np.array([1j]), np.array(["a"]), np.ones(2, np.float16)):
        with pytest.raises(TypeError):
            array_backend.grad(lambda p: 1.0)({"w": bad})


def test_dicts_keep_their_order_and_may_have_any_keys(backend: Any) -> None:
    given = {"b": 2.0, "a": 3.0, 7: np.array([1.0, 2.0])}
    found = backend.grad(lambda p: p["b"] * p["a"] + p[7][0] * p["b"])(given)
    assert list(found) == ["b", "a", 7]
    assert (found["b"], found["a"]) == (4.0, 2.0)
    np.testing.assert_array_equal(found[7], [2.0, 0.0])
    assert backend.grad(lambda p: 1.0)({}) == {}
    with pytest.raises(TypeError, match="bool"):
        backend.grad(lambda p: p["a"])({"a": True})

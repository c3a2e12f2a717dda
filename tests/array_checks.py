"""What must hold for a call of any of NumPy's functions on Variables."""

from __future__ import annotations

import importlib
import math
from types import ModuleType
from typing import Any

import numpy as np

from array_functions import Call
from array_shapes import Array, assert_close, assert_same_bits, leaf, uniform
from array_sums import inner

__all__ = [
    "as_methods",
    "check_agreement",
    "check_gradient",
    "check_graph",
    "check_last",
    "check_nesting",
    "check_value",
    "namespaces",
]

STEP = 1e-5


class AsMethods:
    """A namespace whose functions are the methods of their first argument."""

    def __getattr__(self, name: str) -> Any:
        return lambda x, *args, **options: getattr(x, name)(*args, **options)


as_methods = AsMethods()


def namespaces(adx: ModuleType, name: str, methods: tuple[str, ...]) -> list[Any]:
    """The ways in which a function can be reached."""
    ways: list[Any] = [np, importlib.import_module(f"{adx.__name__}.numpy")]
    return [*ways, as_methods] if name in methods else ways


def parts(result: Any) -> list[Any]:
    """The arrays of a result, which may be one."""
    return list(result) if isinstance(result, (list, tuple)) else [result]


def plain(call: Call, arrays: list[Array]) -> list[Array]:
    if call.package != "numpy":  # SciPy's compiled functions know one order of bytes, aligned
        arrays = [np.array(array, array.dtype.newbyteorder("=")) for array in arrays]
    with np.errstate(all="ignore"):
        return [np.asarray(part) for part in parts(call.function(call.home(), *arrays))]


def in_float64(arrays: Any) -> list[Array]:
    return [np.array(a, np.float64) for a in arrays]


def directions(arrays: Any, seed: int) -> list[Array]:
    return [uniform(seed + i, a.shape) for i, a in enumerate(arrays)]


def weights_of(results: list[Any], seed: int) -> list[Array]:
    return [uniform(seed + i, tuple(r.shape), np.float64, 0.5) for i, r in enumerate(results)]


def dot(a: list[Array], b: list[Array]) -> float:
    """The sum of all products; what is NaN in an operand has no part in it."""
    return float(sum(np.vdot(x, y) for x, y in zip(a, in_float64(b), strict=True)))


def moved(arrays: list[Array], along: list[Array], step: float) -> list[Array]:
    return [a + step * d for a, d in zip(arrays, along, strict=True)]


def gradients(leaves: list[Any]) -> list[Array]:
    return [np.zeros(x.shape) if x.grad is None else np.asarray(x.grad) for x in leaves]


def used_of(leaves: list[Any], tangents: list[Array]) -> dict[Any, Array]:
    """Directions of what a Graph that was swept has as an input: not of what has no elements."""
    return {x: t for x, t in zip(leaves, tangents, strict=True) if x.grad is not None}


def leaves_of(adx: Any, arrays: Any) -> list[Any]:
    return [leaf(adx, np.asarray(a)) for a in arrays]


def check_value(adx: Any, call: Call, namespace: Any) -> list[Any]:
    """NumPy's value, shape and dtype; the results."""
    expected = plain(call, list(call.arrays))
    found = parts(call.function(namespace, *leaves_of(adx, call.arrays)))
    assert len(found) == len(expected)
    for part, array in zip(found, expected, strict=True):
        assert isinstance(part, adx.Variable)
        assert part.shape == array.shape
        native = array.dtype.newbyteorder("=")
        assert part.dtype == native
        if call.exact:
            assert_same_bits(np.asarray(part.value, native), array.astype(native))
        else:
            digits = (5 if native == np.float32 else 14) - math.log10(call.condition)
            assert_close(np.asarray(part.value, native), array, digits)
    return found


def check_last(adx: Any, call: Call) -> None:
    """A Graph that ends with the call ends with its result."""
    with adx.Graph() as graph:
        found = parts(call.function(call.home(adx), *leaves_of(adx, call.arrays)))
    if len(found) == 1 and not call.exact and not found[0].is_leaf:
        again = np.asarray(graph.forward(), found[0].dtype)
        assert_same_bits(again, np.asarray(found[0].value, found[0].dtype))


def check_gradient(adx: Any, call: Call, namespace: Any, seed: int) -> None:
    """The gradient of <w, f(x)> is what differences along a direction give."""
    leaves = leaves_of(adx, call.arrays)
    results = parts(call.function(namespace, *leaves))
    weights = weights_of(results, seed)
    for part, w in zip(results, weights, strict=True):
        part.backward(w, accumulate=True)
    found = gradients(leaves)
    for x, g in zip(leaves, found, strict=True):
        assert x.grad is None or (g.dtype == x.dtype and g.shape == x.shape)
    arrays = in_float64(call.arrays)
    along = directions(arrays, seed)
    values = [dot(weights, plain(call, moved(arrays, along, h))) for h in (STEP, -STEP)]
    expected = (values[0] - values[1]) / (2 * STEP)
    scale = max(1.0, *(float(np.max(np.abs(g), initial=0.0)) for g in found), abs(values[0]))
    tolerance = 1e-4 if np.float32 in [x.dtype for x in leaves] else 1e-7
    assert abs(dot(along, found) - expected) <= tolerance * scale * 10, (call, expected)


def loss(call: Call, namespace: Any, operands: list[Any], seed: int, adx: Any) -> Any:
    """One number made of all elements of the results, of which none enters linearly."""
    result: Any = 0.0
    for i, part in enumerate(parts(call.function(namespace, *operands))):
        weights = uniform(seed + i, tuple(part.shape), np.float64, 0.5)
        result = result + inner(adx.sin(part), weights)
    return result


def check_graph(adx: Any, call: Call, namespace: Any, seed: int) -> None:
    """Both sweeps agree, a replay is a new recording, products with the Hessian are differences."""
    arrays = in_float64(call.arrays)
    along, across = directions(arrays, seed), directions(arrays, seed + 1)
    leaves = leaves_of(adx, arrays)
    with adx.Graph() as graph:
        value = loss(call, namespace, leaves, seed, adx)
    if not isinstance(value, adx.Variable):  # there are no elements
        return
    first = value.value

    def at(point: list[Array]) -> list[Array]:
        for x, a in zip(leaves, point, strict=True):
            x.value = a
        graph.backward()
        return gradients(leaves)

    gradient = at(arrays)
    scale = max(1.0, *(float(np.max(np.abs(g), initial=0.0)) for g in gradient))
    tangent = float(graph.jvp(used_of(leaves, along)))
    assert abs(tangent - dot(along, gradient)) <= 1e-12 * scale * 10
    products = graph.hvp(used_of(leaves, along))
    product = [np.asarray(products.get(x, np.zeros(x.shape))) for x in leaves]
    crossed = graph.hvp(used_of(leaves, across))
    other = [np.asarray(crossed.get(x, np.zeros(x.shape))) for x in leaves]
    scale = max(scale, *(float(np.max(np.abs(p), initial=0.0)) for p in product))
    assert abs(dot(across, product) - dot(along, other)) <= 1e-11 * scale * 10
    up, down = at(moved(arrays, along, STEP)), at(moved(arrays, along, -STEP))
    fresh = leaves_of(adx, moved(arrays, along, -STEP))
    eager = loss(call, namespace, fresh, seed, adx)
    assert_same_bits(graph.forward(), eager.value)
    eager.backward()
    for x, again in zip(down, gradients(fresh), strict=True):
        assert_same_bits(x, again)
    for p, a, b in zip(product, up, down, strict=True):
        difference = (a - b) / (2 * STEP)
        assert np.all(np.abs(p - difference) <= 1e-5 * scale), (call, p, difference)
    at(arrays)
    assert_same_bits(graph.forward(), first)


def check_nesting(adx: Any, call: Call, namespace: Any, seed: int) -> None:
    """grad of grad, jvp of grad and grad of jvp are the Graph's Hessian-vector product."""
    arrays = in_float64(call.arrays)
    along = directions(arrays, seed)[0]
    others = arrays[1:]

    def f(x: Any) -> Any:
        return loss(call, namespace, [x, *others], seed, adx)

    x = leaf(adx, arrays[0])
    with adx.Graph() as graph:
        value = f(x)
    if not isinstance(value, adx.Variable):
        return
    expected = graph.hvp({x: along})[x]
    value.backward()
    gradient = adx.grad(f)

    def product_along(y: Any) -> Any:
        slope = gradient(y)  # a plain number where it depends on nothing
        return inner(slope, along) if hasattr(slope, "shape") else slope * float(along)

    lost = math.log10(call.condition)
    assert_close(gradient(arrays[0]), x.grad, digits=11 - lost)
    assert_close(adx.grad(product_along)(arrays[0]), expected, digits=10 - lost)
    slope, product = adx.jvp(gradient, (arrays[0],), (along,))
    assert_close(slope, x.grad, digits=11 - lost)
    assert_close(product, expected, digits=10 - lost)
    directional = adx.grad(lambda y: adx.jvp(f, (y,), (along,))[1])
    assert_close(directional(arrays[0]), expected, digits=10 - lost)


def check_agreement(core: Any, reference: Any, call: Call, seed: int) -> None:
    """Value, gradient and tangent of both implementations."""
    found: list[list[Array]] = []
    for adx in (core, reference):
        leaves = leaves_of(adx, call.arrays)
        with adx.Graph() as graph:
            results = parts(call.function(call.home(adx), *leaves))
            weights = weights_of(results, seed)
            last = sum(inner(r, w) for r, w in zip(results, weights, strict=True))
        values = [np.asarray(part.value) for part in results]
        if not isinstance(last, adx.Variable):
            found.append(values)
            continue
        graph.backward()
        along = directions(call.arrays, seed)
        tangent = graph.jvp(used_of(leaves, along))
        found.append([*values, *gradients(leaves), np.asarray(tangent, leaves[0].dtype)])
    for a, b in zip(*found, strict=True):
        digits = (5 if a.dtype == np.float32 else 12) - math.log10(call.condition)
        assert_close(a, b, digits)

"""The witness: derivatives by differences of plain values, which share nothing with autograd."""

import numpy


def flat(value):
    """All numbers of an array, or of dicts, lists and tuples of such, in one vector."""
    if isinstance(value, dict):
        value = [value[key] for key in sorted(value)]
    if isinstance(value, (list, tuple)):
        return numpy.concatenate([numpy.zeros(0), *map(flat, value)])
    return numpy.ravel(numpy.asarray(value, dtype=float))


def refilled(value, numbers):
    """A container like `value`, of the numbers of a vector."""
    if isinstance(value, dict):
        keys = sorted(value)
        return dict(zip(keys, refilled([value[key] for key in keys], numbers), strict=True))
    if isinstance(value, (list, tuple)):
        parts = []
        for part in value:
            size = flat(part).size
            parts.append(refilled(part, numbers[:size]))
            numbers = numbers[size:]
        return type(value)(parts)
    return numbers.reshape(numpy.shape(value)) if numpy.ndim(value) else float(numbers[0])


def outline(value):
    """The structure of a container, with the shapes of what it holds."""
    if isinstance(value, dict):
        return {key: outline(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(outline, value))
    return numpy.shape(value)


def differences(f, x):
    """The Jacobian of f, a column for each number of x, to about eleven digits."""
    start = flat(x)
    columns = []
    for i, number in enumerate(start):
        step = 1e-3 * max(1.0, abs(number))

        def at(distance, i=i):
            moved = start.copy()
            moved[i] += distance
            return flat(f(refilled(x, moved)))

        near, far = at(step) - at(-step), at(2 * step) - at(-2 * step)
        columns.append((8 * near - far) / (12 * step))
    return numpy.stack(columns, axis=-1)


def agree(found, expected, tolerance=1e-10):
    """Asserts that all numbers are the same, to within a fraction of the largest one."""
    found, expected = flat(found), flat(expected)
    assert found.shape == expected.shape, (found.shape, expected.shape)
    off = numpy.max(numpy.abs(found - expected), initial=0.0)
    scale = numpy.max(numpy.abs(expected), initial=1e-3)
    assert off <= tolerance * scale, (found, expected)


def check_gradient(f, x, gradient, tolerance=1e-7):
    """Asserts that it is the gradient of the scalar function f, in a container like x."""
    assert outline(gradient) == outline(x), (outline(gradient), outline(x))
    agree(gradient, differences(f, x), tolerance)


def check_jacobian(f, x, jacobian, tolerance=1e-7):
    """Asserts that it is the Jacobian of f at the array x, with the axes of f(x) first."""
    assert numpy.shape(jacobian) == numpy.shape(f(x)) + numpy.shape(x)
    agree(jacobian, differences(f, x), tolerance)


def raises(error, words, action):
    """Asserts that the action raises just this, in a message with the words."""
    said = None
    try:
        action()
    except error as caught:
        said = str(caught)
    assert said is not None, f"{error} is not raised"
    assert words in said, said

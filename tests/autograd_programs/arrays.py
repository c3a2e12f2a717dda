"""What autograd.numpy has of NumPy: shapes, indices, sums, orders and products."""

import warnings

import autograd.numpy as np
import autograd.numpy.random as npr
from autograd import elementwise_grad, grad, jacobian

from autograd_programs.differences import agree, check_gradient, check_jacobian


def _check(f, *shapes, seed=0):
    """Checks the first and second derivatives of a combination of the numbers of f(*arrays)."""
    random = npr.RandomState(seed)
    arrays = tuple(random.rand(*shape) + 0.3 for shape in shapes)
    weights, direction = random.randn(*np.shape(f(*arrays))), random.randn(*shapes[0])

    def total(arrays):
        return np.sum(weights * f(*arrays) ** 2)

    check_gradient(total, arrays, grad(total)(arrays))

    def slope(arrays):
        return np.sum(direction * grad(total)(arrays)[0])

    check_gradient(slope, arrays, grad(slope)(arrays), 1e-6)


def rows_picked_by_number():
    which = np.array([0, 2, 2, 1])
    _check(lambda x: x[which] * x[[1, 0, 0, 2]], (3, 2))
    _check(lambda x: x[np.array([[0, 1], [1, 0]]), :, 1], (2, 3, 2))
    _check(lambda x: x[x > 0.8], (4, 3))
    _check(lambda x: x[..., None, ::-2] + x[-1, 1:, None], (2, 3))
    embedding = npr.RandomState(0).randn(5, 2)
    counts = grad(lambda e: np.sum(e[np.array([1, 1, 4])]))(embedding)
    agree(counts[:, 0], [0.0, 2.0, 0.0, 0.0, 1.0])


def products_in_the_notation_of_einstein():
    _check(lambda a, b: np.einsum("ij,jk->ik", a, b), (2, 3), (3, 2))
    _check(lambda a, b: np.einsum("bij,bj->bi", a, b), (2, 3, 2), (2, 2))
    _check(lambda a: np.einsum("ij,ji->i", a, a) * np.einsum("ij,ij", a, a), (3, 3))
    _check(lambda a, b, c: np.einsum("i,ij,j->", a, b, c), (2,), (2, 3), (3,))
    _check(lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [0, 2]), (2, 3), (3, 2))
    _check(lambda a, b: np.einsum("...i,...i->...", a, b), (2, 3, 2), (3, 2))


def products_of_arrays():
    _check(lambda a, b: np.tensordot(a, b, axes=2), (2, 3, 2), (3, 2, 2))
    _check(lambda a, b: np.tensordot(a, b, axes=([1, 0], [0, 1])), (2, 3), (3, 2))
    _check(np.dot, (3,), (3,))
    _check(np.dot, (2, 3), (3,))
    _check(np.matmul, (2, 2, 3), (3, 2))
    _check(lambda a, b: a @ b, (3,), (3, 2))
    _check(np.inner, (2, 3), (4, 3))
    _check(np.outer, (2,), (3,))
    _check(np.kron, (2, 2), (1, 3))
    _check(lambda a, b: np.cross(a, b), (2, 3), (2, 3))


def sorted_and_partitioned():
    _check(np.sort, (7,))
    _check(lambda x: np.partition(x, 3)[:3], (7,))
    _check(lambda x: x[np.argsort(x)][::-1], (5,))
    x = npr.RandomState(1).rand(6)
    ranks = np.argsort(np.argsort(x))
    agree(grad(lambda x: np.dot(np.sort(x), np.arange(6.0)))(x), ranks)

    def median(x):
        return np.sort(x)[len(x) // 2]

    agree(grad(median)(np.array([3.0, 1.0, 2.0])), [0.0, 0.0, 1.0])


def values_chosen_by_conditions():
    _check(lambda x, y: np.where(x > y, x * y, y**2), (3, 2), (3, 2))
    _check(lambda x: np.select([x > 1.0, x > 0.7], [x**2, np.sin(x)], default=0.1), (6,))
    _check(lambda x: np.clip(x, 0.5, 1.0), (6,))
    _check(np.maximum, (3, 2), (2,))
    _check(np.fmin, (4,), (4,))
    # The branch that is not taken may be infinite.
    safe = np.where(np.array([True, False]), np.array([4.0, 1.0]), 1.0)
    agree(elementwise_grad(np.sqrt)(safe), [0.25, 0.5])


def running_sums():
    _check(np.cumsum, (5,))
    _check(lambda x: np.cumsum(x, axis=1), (2, 3))
    _check(lambda x: np.diff(x, axis=0), (4, 2))
    _check(lambda x: np.diff(x, n=2), (6,))
    _check(lambda x: np.gradient(x), (6,))
    agree(jacobian(np.cumsum)(np.ones(4)), np.tril(np.ones((4, 4))))


def sums_means_and_spreads():
    _check(lambda x: np.sum(x, axis=(0, 2)), (2, 3, 2))
    _check(lambda x: np.mean(x, axis=1, keepdims=True) * x, (2, 3))
    _check(lambda x: np.var(x, axis=0, ddof=1), (4, 2))
    _check(lambda x: np.std(x), (4, 2))
    _check(lambda x: np.prod(x, axis=1), (2, 3))
    _check(lambda x: np.max(x, axis=0) - np.min(x, axis=0), (4, 2))
    _check(lambda x: x.sum(axis=0) + x.mean() + x.std(axis=1)[0] + x.prod(), (3, 2))
    x = npr.RandomState(2).rand(5)
    agree(grad(np.var)(x), 2 * (x - np.mean(x)) / 5)
    agree(grad(np.prod)(x), np.prod(x) / x)


def shapes_changed():
    _check(lambda x: np.reshape(x, (3, 2)) @ x, (2, 3))
    _check(lambda x: x.T.reshape(-1) + np.ravel(x) + x.flatten(), (2, 3))
    _check(
        lambda x: np.transpose(x, (2, 0, 1)) + np.swapaxes(np.moveaxis(x, 0, 2), 0, 1), (2, 2, 2)
    )
    _check(lambda x: np.squeeze(np.expand_dims(x, 1), axis=1), (2, 3))
    _check(lambda x: np.roll(x, 2, axis=1) + np.flipud(np.fliplr(x)), (2, 3))
    _check(lambda x: np.rot90(x) * np.rot90(x, 3), (2, 3))
    _check(lambda x: np.repeat(x, 2, axis=0), (2, 3))
    _check(lambda x: np.tile(x, (2, 2)), (2, 3))
    _check(lambda x: np.broadcast_to(x, (4, 3)), (1, 3))
    _check(lambda x: np.pad(x, 1, mode="constant"), (2, 3))
    _check(lambda x: np.atleast_2d(x) + np.atleast_1d(x), (3,))


def arrays_joined_and_split():
    _check(lambda a, b: np.concatenate((a, b), axis=1), (2, 1), (2, 3))
    _check(lambda a, b: np.concatenate([a, b**2]), (2,), (3,))
    _check(lambda a, b: np.vstack((a, b)), (3,), (2, 3))
    _check(lambda a, b: np.hstack((a, b, np.array([1.0]))), (2,), (3,))
    _check(lambda a, b: np.stack((a, b), axis=1), (2, 3), (2, 3))
    _check(lambda a, b: np.column_stack((a, b)), (3,), (3,))
    _check(lambda a, b: np.append(a, b), (2, 2), (3,))
    _check(lambda a: np.split(a, 2)[1] * np.split(a, [1])[0], (4, 2))
    _check(lambda a: np.array([[a[0], 1.0], [a[1] * a[0], np.sum(a)]]), (2,))
    _check(lambda a: np.array([a, 2 * a]), (3,))


def arrays_joined_from_what_can_be_gone_through():
    _check(lambda x: np.stack(row**2 for row in x), (2, 3))
    _check(lambda x: np.vstack(map(np.sin, x)), (2, 3))
    _check(lambda x: np.hstack(x[i] for i in (1, 0)), (2, 3))
    _check(lambda x: np.column_stack(row for row in x), (2, 3))
    _check(lambda x: np.concatenate(part for part in (x, x**2)), (3,))
    parts = {"a": np.array([1.0, 2.0]), "b": np.array([3.0, 4.0])}
    spread = grad(lambda parts: np.sum(np.var(np.stack(parts.values()), axis=0)))(parts)
    agree(spread["a"], [-1.0, -1.0])


def arrays_joined_in_brackets():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # autograd says that it is slow
        _check(lambda x: np.r_[x, 1.0, x[:1] ** 2], (3,))
        _check(lambda x: np.c_[x, x**2, np.ones(3)], (3,))
        _check(lambda x: np.c_[x, x[:, :1]], (2, 3))


def lists_beside_arrays():
    _check(lambda x: x * [1.0, 2.0, 3.0] + (0.5, 0.0, -0.5), (3,))
    _check(lambda x: [1.0, 2.0] - x[:, None], (3,))
    _check(lambda x: np.array([2.0, 1.0]) @ x / [4.0, 2.0, 1.0], (2, 3))
    _check(lambda x: np.multiply([x[0], 2 * x[1]], 3.0), (2,))
    _check(lambda x: np.sum([number**2 for number in x]), (3,))
    _check(lambda x: np.mean([x[0], x[1] * x[0]]), (2,))


def diagonals_and_triangles():
    _check(lambda x: np.diag(x) + np.diag(x[:-1], 1), (3,))
    _check(lambda x: np.diagonal(x, axis1=-1, axis2=-2) * np.trace(x), (3, 3))
    _check(lambda x: np.tril(x) @ np.triu(x, 1), (3, 3))
    _check(lambda x: np.diag(x, -1), (3, 3))


def functions_of_every_element():
    x = np.linspace(0.15, 0.85, 5)
    closed = {
        "exp": np.exp(x), "exp2": np.log(2) * 2**x, "expm1": np.exp(x),
        "log": 1 / x, "log2": 1 / x / np.log(2), "log10": 1 / x / np.log(10), "log1p": 1 / (1 + x),
        "sin": np.cos(x), "cos": -np.sin(x), "tan": 1 + np.tan(x) ** 2,
        "arcsin": (1 - x**2) ** -0.5, "arccos": -((1 - x**2) ** -0.5), "arctan": 1 / (1 + x**2),
        "sinh": np.cosh(x), "cosh": np.sinh(x), "tanh": 1 - np.tanh(x) ** 2,
        "arcsinh": (1 + x**2) ** -0.5, "arctanh": 1 / (1 - x**2),
        "sqrt": 0.5 / np.sqrt(x), "square": 2 * x, "reciprocal": -(x**-2.0),
        "degrees": np.full(5, 180 / np.pi), "deg2rad": np.full(5, np.pi / 180),
        "sinc": (np.cos(np.pi * x) - np.sinc(x)) / x, "absolute": np.ones(5),
    }  # fmt: skip
    for name, slope in closed.items():
        agree(elementwise_grad(getattr(np, name))(x), slope, 1e-11)
    agree(elementwise_grad(np.arccosh)(x + 1), ((x + 1) ** 2 - 1) ** -0.5)
    _check(np.arctan2, (4,), (4,))
    _check(np.logaddexp, (4,), (3, 4))
    _check(np.power, (4,), (4,))
    _check(lambda x, y: x % 0.37 + np.mod(y, 0.29), (4,), (4,))
    _check(lambda x, y: x / y - 2.0 / x + (y + 1) ** -3 + 2.0**x, (3, 1), (4,))


def methods_and_attributes_of_boxes():
    def f(x):
        assert x.shape == (2, 3)
        assert x.ndim == 2
        assert x.size == 6
        assert x.dtype == np.float64
        assert len(x) == 2
        assert np.argmax(x) == x.argmax()
        assert x[0, 1] == abs(x)[0, 1] == -np.negative(x)[0, 1]
        first, second = x
        rows = [np.sum(row) for row in x]
        return first @ second + rows[0] * rows[1] + x.max() * x.min() + x.T[2, 0] * x[1].std()

    x = npr.RandomState(3).rand(2, 3)
    check_gradient(f, x, grad(f)(x))


def half_the_digits():
    x = np.array([0.5, 1.5], dtype=np.float32)
    gradient = grad(lambda x: np.sum(np.exp(x) * np.float32(2.0)))(x)
    assert gradient.dtype == np.float32
    agree(gradient, 2 * np.exp(x), 1e-6)
    mixed = grad(lambda x: np.sum(x.astype(np.float64) ** 2))(x)
    assert mixed.dtype in (np.float32, np.float64)
    agree(mixed, [1.0, 3.0], 1e-6)


def fields_on_a_grid():
    def energy(field):
        across = field - np.roll(field, 1, axis=0)
        along = field - np.roll(field, 1, axis=1)
        return 0.5 * np.sum(across**2 + along**2)

    field = npr.RandomState(4).randn(4, 5)
    neighbours = sum(np.roll(field, by, axis) for by in (1, -1) for axis in (0, 1))
    agree(grad(energy)(field), 4 * field - neighbours)
    check_jacobian(grad(energy), field, jacobian(grad(energy))(field))


def columns_after_one_another():
    _check(lambda a: np.ravel(a, order="F") * np.arange(6.0), (2, 3))
    _check(lambda a: a.flatten("F") + a.ravel(order="F") ** 2, (2, 3))
    _check(lambda a: np.reshape(a, (3, 2), order="F") @ a, (2, 3))
    last = jacobian(lambda a: a.reshape((3, 2), order="F")[2])(np.ones((2, 3)))
    agree(last, [[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])


def a_function_of_each_element():
    def height(x, steepness=1.0):
        return x**2 * steepness if x > 0.5 else np.sin(x)

    x = np.array([[0.1, 0.9]])
    agree(grad(lambda x: np.sum(np.vectorize(height)(x)))(x), [[np.cos(0.1), 1.8]])
    agree(grad(lambda x: np.sum(np.vectorize(height)(x, 2.0)))(x), [[np.cos(0.1), 3.6]])
    squares = np.vectorize(lambda row: np.sum(row**2), signature="(n)->()")
    agree(grad(lambda x: np.sum(squares(x) * np.array([1.0, 2.0])))(np.eye(2)), [[2, 0], [0, 4]])

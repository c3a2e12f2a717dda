"""Vector spaces: what zero, a basis and an inner product are for a value of some type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

import numpy as np

from autodiffx.compat.autograd.util import subval
from autodiffx.compat.autograd.values import getval, isbox, no_complex

__all__ = [
    "ArrayVSpace",
    "ContainerVSpace",
    "DictVSpace",
    "ListVSpace",
    "NamedTupleVSpace",
    "SequenceVSpace",
    "SparseObject",
    "TupleVSpace",
    "VSpace",
    "sparse_add",
    "vspace",
]


class VSpace:
    """The vectors of one shape: what `vspace(value)` returns.

    Subclasses define zeros, ones, standard_basis, randn and what has an underscore; those for types
    of one's own are registered with ``VSpace.register(type)``.

    >>> import numpy as np
    >>> space = vspace(np.array([1.0, 2.0]))
    >>> space.zeros(), float(space.inner_prod(np.array([1.0, 2.0]), space.ones()))
    (array([0., 0.]), 3.0)
    >>> space == vspace(np.zeros(2))
    True
    """

    mappings: ClassVar[dict[type, Callable[[Any], VSpace]]] = {}
    iscomplex = False
    shape: Any = ()

    def __init__(self, value: Any) -> None:
        pass

    @property
    def size(self) -> int:
        """How many numbers a vector has."""
        raise NotImplementedError(f"{type(self).__name__} does not say its size")

    def zeros(self) -> Any:
        """The vector of zeros."""
        raise NotImplementedError(f"{type(self).__name__} does not say its zeros")

    def ones(self) -> Any:
        """The vector of ones."""
        raise NotImplementedError(f"{type(self).__name__} does not say its ones")

    def standard_basis(self) -> Iterator[Any]:
        """The vectors with a single one, in order."""
        raise NotImplementedError(f"{type(self).__name__} does not say its basis")

    def randn(self) -> Any:
        """A vector of normal numbers from `numpy.random`."""
        raise NotImplementedError(f"{type(self).__name__} does not say its random vectors")

    def add(self, x_prev: Any, x_new: Any) -> Any:
        """x_prev + x_new."""
        return self._add(x_prev, x_new)

    def mut_add(self, x_prev: Any, x_new: Any) -> Any:
        """x_prev + x_new, in x_prev if it can be written into; None stands for zeros."""
        return self._mut_add(self.zeros() if x_prev is None else x_prev, x_new)

    def scalar_mul(self, x: Any, a: Any) -> Any:
        """x times the number a."""
        return self._scalar_mul(x, a)

    def inner_prod(self, x: Any, y: Any) -> Any:
        """The sum of all products of an element of x and the same one of y."""
        return self._inner_prod(x, y)

    def covector(self, x: Any) -> Any:
        """x as a cotangent: the same for real numbers."""
        return self._covector(x)

    def _add(self, x: Any, y: Any) -> Any:
        return x + y

    def _mut_add(self, x: Any, y: Any) -> Any:
        if isinstance(x, np.ndarray) and x.ndim and not isbox(y):
            x += y
            return x
        return self._add(x, y)

    def _scalar_mul(self, x: Any, a: Any) -> Any:
        return x * a

    def _inner_prod(self, x: Any, y: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__} does not say its inner product")

    def _covector(self, x: Any) -> Any:
        return x

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape})"

    @classmethod
    def register(
        cls, value_type: type, vspace_maker: Callable[[Any], VSpace] | None = None
    ) -> None:
        """Let vspace() of a value_type be one of this class, or what vspace_maker returns."""
        VSpace.mappings[value_type] = vspace_maker or cls


class ArrayVSpace(VSpace):
    """Arrays of one shape and dtype; a number has the shape ().

    >>> ArrayVSpace(2.5)
    ArrayVSpace((), float64)
    """

    def __init__(self, value: Any) -> None:
        array = np.asarray(value)
        self.shape = array.shape
        self.dtype = array.dtype

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=np.intp))

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    def zeros(self) -> Any:
        return np.zeros(self.shape, self.dtype)

    def ones(self) -> Any:
        return np.ones(self.shape, self.dtype)

    def standard_basis(self) -> Iterator[Any]:
        for index in np.ndindex(*self.shape):
            unit = self.zeros()
            unit[index] = 1
            yield unit

    def randn(self) -> Any:
        drawn = np.random.standard_normal(self.shape)  # noqa: NPY002  # as programs seed it
        return np.asarray(drawn).astype(self.dtype)

    def _inner_prod(self, x: Any, y: Any) -> Any:
        from autodiffx.numpy import ravel

        return ravel(x) @ ravel(y) if self.shape else x * y

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.shape}, {self.dtype})"


class ContainerVSpace(VSpace):
    """Containers of vectors; its shape is the container of their spaces."""

    def __init__(self, value: Any) -> None:
        self.shape = value
        self.shape = self._map(vspace)

    def _map(self, function: Callable[..., Any], *vectors: Any) -> Any:
        """A container of function(space, element of each vector)."""
        raise NotImplementedError

    def _items(self, container: Any) -> Iterable[tuple[Any, Any]]:
        raise NotImplementedError

    def _subval(self, x: Any, key: Any, value: Any) -> Any:
        """x with another element at the key."""
        raise NotImplementedError

    @property
    def size(self) -> int:
        return sum(space.size for _, space in self._items(self.shape))

    def zeros(self) -> Any:
        return self._map(lambda space: space.zeros())

    def ones(self) -> Any:
        return self._map(lambda space: space.ones())

    def randn(self) -> Any:
        return self._map(lambda space: space.randn())

    def standard_basis(self) -> Iterator[Any]:
        for key, space in self._items(self.shape):
            for unit in space.standard_basis():
                yield self._subval(self.zeros(), key, unit)

    def _add(self, x: Any, y: Any) -> Any:
        return self._map(lambda space, a, b: space._add(a, b), x, y)

    def _mut_add(self, x: Any, y: Any) -> Any:
        return self._map(lambda space, a, b: space._mut_add(a, b), x, y)

    def _scalar_mul(self, x: Any, a: Any) -> Any:
        return self._map(lambda space, element: space._scalar_mul(element, a), x)

    def _inner_prod(self, x: Any, y: Any) -> Any:
        products = self._map(lambda space, a, b: space._inner_prod(a, b), x, y)
        return sum(product for _, product in self._items(products))

    def _covector(self, x: Any) -> Any:
        return self._map(lambda space, element: space._covector(element), x)


class SequenceVSpace(ContainerVSpace):
    """Lists or tuples of vectors."""

    seq_type: Callable[..., Any] = list

    def _map(self, function: Callable[..., Any], *vectors: Any) -> Any:
        return self.seq_type(map(function, self.shape, *vectors))

    def _items(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return enumerate(container)

    def _subval(self, x: Any, key: Any, value: Any) -> Any:
        return self.seq_type(subval(x, key, value))


class ListVSpace(SequenceVSpace):
    """Lists of vectors.

    >>> vspace([1.0, 2.0]).size
    2
    """


class TupleVSpace(SequenceVSpace):
    """Tuples of vectors.

    >>> vspace((1.0, 2.0)).ones()
    (array(1.), array(1.))
    """

    seq_type = tuple


class NamedTupleVSpace(SequenceVSpace):
    """Named tuples of vectors, such as NumPy's decompositions are; subclasses name the type."""

    def _map(self, function: Callable[..., Any], *vectors: Any) -> Any:
        return self.seq_type(*map(function, self.shape, *vectors))

    def _subval(self, x: Any, key: Any, value: Any) -> Any:
        return self.seq_type(*subval(x, key, value))


class DictVSpace(ContainerVSpace):
    """Dicts of vectors.

    >>> vspace({"a": 1.0}).zeros()
    {'a': array(0.)}
    """

    def _map(self, function: Callable[..., Any], *vectors: Any) -> Any:
        return {
            key: function(space, *(vector[key] for vector in vectors))
            for key, space in self.shape.items()
        }

    def _items(self, container: Any) -> Iterable[tuple[Any, Any]]:
        return list(container.items())

    def _subval(self, x: Any, key: Any, value: Any) -> Any:
        return {**x, key: value}


def vspace(value: Any) -> VSpace:
    """The vector space of a number, an array, or a list, tuple or dict of these.

    Args:
        value: what is in the space, or a Box of it.

    Raises:
        TypeError: it is an int, a bool, a string, or another type that has no space.
        NotImplementedError: it is complex.

    >>> import numpy as np
    >>> vspace({"w": np.zeros((2, 3)), "b": 1.0}).size
    7
    >>> vspace("text")
    Traceback (most recent call last):
        ...
    TypeError: there is no vector space for 'text', of type str: there is one for floats, arrays, \
lists, tuples and dicts; others are registered with VSpace.register()
    """
    value = getval(value)
    maker = VSpace.mappings.get(type(value))
    if maker is not None:
        return maker(value)
    if np.iscomplexobj(value):
        raise no_complex("a complex value")
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        space = type("NamedTupleVSpace", (NamedTupleVSpace,), {"seq_type": type(value)})
        VSpace.mappings[type(value)] = space
        return space(value)  # type: ignore[no-any-return]  # a class of VSpace's
    raise TypeError(
        f"there is no vector space for {value!r}, of type {type(value).__name__}: there is one for "
        "floats, arrays, lists, tuples and dicts; others are registered with VSpace.register()"
    )


def _of_array(value: Any) -> VSpace:
    if np.iscomplexobj(value):
        raise no_complex("a complex array")
    return ArrayVSpace(value)


for _kind in (float, np.float64, np.float32, np.float16, np.longdouble):
    ArrayVSpace.register(_kind)
VSpace.register(np.ndarray, _of_array)
ListVSpace.register(list)
TupleVSpace.register(tuple)
DictVSpace.register(dict)


class SparseObject:
    """A cotangent that is zero in most places, as a rule may return it.

    Args:
        vs: the space it lies in.
        mut_add: ``mut_add(x)`` adds it to x, a vector of the space, and returns that.

    It is added to zeros where it arrives.

    >>> import numpy as np
    >>> def at_one(x):
    ...     x[1] += 5.0
    ...     return x
    >>> sparse_add(vspace(np.zeros(3)), None, SparseObject(vspace(np.zeros(3)), at_one))
    array([0., 5., 0.])
    """

    __slots__ = ("mut_add", "vs")

    def __init__(self, vs: VSpace, mut_add: Callable[[Any], Any]) -> None:
        self.vs = vs
        self.mut_add = mut_add


VSpace.register(SparseObject, lambda sparse: sparse.vs)


def sparse_add(vs: VSpace, x_prev: Any, x_new: SparseObject) -> Any:
    """x_prev with a SparseObject added to it; None stands for zeros.

    >>> sparse_add(vspace(1.0), None, SparseObject(vspace(1.0), lambda x: x + 2.0))
    np.float64(2.0)
    """
    return x_new.mut_add(vs.zeros() if x_prev is None else x_prev)

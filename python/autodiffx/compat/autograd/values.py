"""What autograd's functions take and hand out, and what is a number while they run."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autodiffx._core import Constant, Dual, Variable, _follow_autograd
from autodiffx.trees import NAMESPACE, Tree, flatten

__all__ = [
    "as_autograd",
    "follow",
    "getval",
    "handed_out",
    "holds_box",
    "isbox",
    "like_argument",
    "plain_arguments",
    "prepared",
    "require_numbers",
    "warn_if_independent",
]

INDEPENDENT = (
    "the output is independent of input, so the derivative is zero (did the function use float(), "
    "a value of getval() or another argument?)"
)


def isbox(x: Any) -> bool:
    """Whether x is a number that derivatives are taken through: a Variable or a Dual in a trace.

    >>> from autodiffx.compat.autograd import grad
    >>> isbox(2.0)
    False
    >>> seen = []
    >>> _ = grad(lambda x: seen.append(isbox(x)) or x * x)(2.0)
    >>> seen
    [True]
    """
    if isinstance(x, Variable):
        return not isinstance(x, Constant) and x.dtype != np.bool_
    return isinstance(x, Dual)


def getval(x: Any) -> Any:
    """The number or array without derivatives, of as many derivatives as are being taken.

    Args:
        x: anything; what is no Box comes back as it is.

    Returns:
        A float64 or an ndarray. No derivative is taken through it.

    >>> from autodiffx.compat.autograd import grad
    >>> grad(lambda x: x * getval(x))(3.0)
    np.float64(3.0)
    """
    while isinstance(x, Dual):
        x = x.value
    if isinstance(x, Variable):
        x = x.value
        return np.float64(x) if type(x) is float else x
    return x


# Classes whose objects are containers of their attributes, as Box.register() makes them.
CLASSES: set[type] = set()


def register_class(kind: type) -> None:
    """Make objects of a class containers of their attributes, for all transforms.

    Functions, strings and bools among the attributes belong to the structure; all others are
    differentiated by.

    Raises:
        TypeError: its objects have no attributes of their own to look at.
    """
    if kind in CLASSES:
        return
    if not getattr(kind, "__dictoffset__", 0):
        raise TypeError(
            f"objects of {kind.__name__} have no __dict__, so it is not known what is in them: "
            "register the class with optree.register_pytree_node(..., namespace='autodiffx')"
        )
    import optree

    def is_part(value: Any) -> bool:
        # Whatever stands for a leaf, such as its number, has to be one too.
        return not (callable(value) or isinstance(value, (str, bytes, bool)))

    def taken_apart(instance: Any) -> tuple[list[Any], Any, tuple[str, ...]]:
        attributes = vars(instance)
        names = tuple(name for name, value in attributes.items() if is_part(value))
        rest = tuple((name, value) for name, value in attributes.items() if name not in names)
        return [attributes[name] for name in names], (names, rest), names

    def put_together(structure: Any, parts: Iterable[Any]) -> Any:
        names, rest = structure
        made: Any = object.__new__(kind)
        vars(made).update(rest)
        vars(made).update(zip(names, parts, strict=True))
        return made

    optree.register_pytree_node(kind, taken_apart, put_together, namespace=NAMESPACE)
    CLASSES.add(kind)


def plain_arguments(x: Any) -> Any:
    """getval() of whatever stands in lists, tuples, dicts and objects of registered classes."""
    if type(x) in (list, tuple):
        return type(x)(map(plain_arguments, x))
    if type(x) is dict:
        return {key: plain_arguments(value) for key, value in x.items()}
    if type(x) in CLASSES:
        leaves, tree = flatten(x)
        return tree.unflatten(map(getval, leaves))
    return getval(x)


def holds_box(x: Any) -> bool:
    """Whether it is a Variable or Dual, or a list, tuple or dict that holds one."""
    if isinstance(x, (Variable, Dual)):
        return True
    if isinstance(x, (list, tuple)):
        return any(map(holds_box, x))
    if isinstance(x, dict):
        return any(map(holds_box, x.values()))
    return type(x) in CLASSES and any(map(holds_box, vars(x).values()))


# ---- while user code runs ------------------------------------------------------------------------


@contextmanager
def follow() -> Iterator[None]:
    """Within it, y += x makes a new array, and comparisons of arrays give plain ones."""
    before = _follow_autograd(True)
    try:
        yield
    finally:
        _follow_autograd(before)


def as_autograd(function: Any) -> Any:
    """The function, run as code written for autograd expects."""

    def following(*args: Any, **kwargs: Any) -> Any:
        before = _follow_autograd(True)
        try:
            return function(*args, **kwargs)
        finally:
            _follow_autograd(before)

    return following


# ---- arguments -----------------------------------------------------------------------------------


def prepared(x: Any) -> Any:
    """An argument as the transforms take it.

    Raises:
        TypeError: a leaf is an int, a bool or no number; only floats and arrays are differentiated
            by.
        NotImplementedError: a leaf is complex.
    """
    if type(x) is float or type(x) is np.float64:
        return x
    leaves, tree = flatten(x)
    if tree.specification is None or x is None:
        return _prepared_leaf(x)
    return tree.unflatten([_prepared_leaf(leaf) for leaf in leaves])


def _prepared_leaf(leaf: Any) -> Any:
    kind = type(leaf)
    if kind in (float, np.float64, np.float32) or isinstance(leaf, (Variable, Dual)):
        return leaf
    if isinstance(leaf, np.ndarray):
        if leaf.dtype.kind in "iu":
            return leaf.astype(np.float64)
        if leaf.dtype in (np.float64, np.float32):
            return leaf
    if np.iscomplexobj(leaf):
        raise no_complex("a complex argument")
    what = f"{kind.__name__} of dtype {leaf.dtype}" if hasattr(leaf, "dtype") else kind.__name__
    raise TypeError(
        f"cannot differentiate by {leaf!r}, which is of type {what}: give a float or an array of "
        "float64 or float32, as by float(x) or x.astype(float)"
    )


def no_complex(what: str) -> NotImplementedError:
    """The exception that says so."""
    return NotImplementedError(
        f"{what}: derivatives of complex numbers are not supported. Take the real and the "
        "imaginary part as two real arrays"
    )


# ---- results -------------------------------------------------------------------------------------


def require_numbers(leaves: list[Any]) -> None:
    """Raise TypeError if something among what a function returned is no real number."""
    for leaf in leaves:
        dtype = getattr(leaf, "dtype", None)
        if np.iscomplexobj(leaf):
            raise no_complex("a complex result")
        if type(leaf) is float or (dtype is not None and dtype.kind == "f"):
            continue
        if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "iu":
            continue
        what = f"{type(leaf).__name__} of dtype {dtype}" if dtype else type(leaf).__name__
        raise TypeError(
            f"the function returned {leaf!r}, which is of type {what}: a derivative is that of a "
            "float or an array of floats, or of lists, tuples and dicts of these"
        )


def warn_if_independent(leaves: list[Any]) -> None:
    """Warn if nothing among the results is traced."""
    if not any(isinstance(leaf, (Variable, Dual)) for leaf in leaves):
        warnings.warn(INDEPENDENT, UserWarning, stacklevel=4)


def handed_out(result: Any) -> Any:
    """NumPy's numbers for Python's, wherever they stand; what is traced stays."""
    if type(result) is float:
        return np.float64(result)
    if type(result) is np.ndarray or isinstance(result, (Variable, Dual)):
        return result
    leaves, tree = flatten(result)
    return tree.unflatten([np.float64(x) if type(x) is float else x for x in leaves])


def like_argument(derivative: Any, x: Any) -> Any:
    """The derivative by x as it is handed out: float32 of a float32."""
    if type(derivative) is float:
        return np.float32(derivative) if type(x) is np.float32 else np.float64(derivative)
    if type(derivative) is np.ndarray or isinstance(derivative, (Variable, Dual)):
        return derivative
    leaves, tree = flatten(derivative)
    others = flatten(x)[0]
    return tree.unflatten(map(like_argument, leaves, others))


def conformed(what: str, given: Any, values: list[Any], tree: Tree) -> Any:
    """Cotangents or tangents in the structure and shapes of what they belong to.

    Args:
        what: how messages call them.
        given: numbers and arrays; a number stands for an array of itself, ints for floats.
        values: the leaves of what they belong to.
        tree: its structure.

    Raises:
        TypeError: the structure differs.
        ValueError: a shape does not fit.
    """
    leaves, found = flatten(given)
    if found != tree:
        raise TypeError(f"{what} has the structure {tree} of what it belongs to, got {found}")
    return tree.unflatten([_fitted(what, *each) for each in zip(leaves, values, strict=True)])


def _fitted(what: str, leaf: Any, value: Any) -> Any:
    shape = np.shape(value)
    if np.iscomplexobj(leaf):
        raise no_complex(what)
    if not isinstance(leaf, (Variable, Dual)):
        leaf = np.asarray(
            leaf, np.float32 if getattr(value, "dtype", None) == np.float32 else float
        )
        leaf = leaf[()]
    if np.shape(leaf) == shape:
        return leaf
    from autodiffx.numpy import broadcast_to

    try:
        return broadcast_to(leaf, shape).copy() if shape else leaf.reshape(())
    except ValueError:
        raise ValueError(
            f"{what} has the shape {shape} of what it belongs to, got {np.shape(leaf)}"
        ) from None

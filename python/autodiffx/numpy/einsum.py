"""Einstein sums, as transposes, reshapes, products and matrix products of pairs."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.numpy.arrays import as_array, own
from autodiffx.numpy.dispatch import function, is_traced, refuse_keywords
from autodiffx.numpy.primitives import matrix_product, sum_over
from autodiffx.numpy.views import diagonal, moveaxis, reshape

__all__ = ["einsum", "einsum_path"]

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _parsed(operands: tuple[Any, ...]) -> tuple[list[str], str, list[Any]]:
    """Subscripts of each operand and of the result, with letters in place of an ellipsis."""
    if isinstance(operands[0], str):
        text = operands[0].replace(" ", "")
        arrays = [as_array(each) for each in operands[1:]]
    else:
        parts = list(operands)
        given = parts.pop() if len(parts) % 2 else None
        arrays = [as_array(each) for each in parts[::2]]

        def written(subscripts: Any) -> str:
            return "".join("..." if i is Ellipsis else LETTERS[i] for i in subscripts)

        text = ",".join(written(each) for each in parts[1::2])
        if given is not None:
            text += "->" + written(given)
    inputs, arrow, output = text.partition("->")
    terms = inputs.split(",")
    if len(terms) != len(arrays):
        raise ValueError(
            f"einsum: {len(terms)} subscripts of operands, but {len(arrays)} operands were given"
        )
    free = [letter for letter in LETTERS if letter not in text]
    longest = 0
    for place, (term, x) in enumerate(zip(terms, arrays, strict=True)):
        named = term.replace("...", "")
        if not all(letter in LETTERS for letter in named):
            raise ValueError(f"einsum: the subscripts {term!r} are not letters")
        extra = x.ndim - len(named)
        if extra < 0 or (extra > 0 and "..." not in term):
            raise ValueError(
                f"einsum: operand has {x.ndim} dimensions, the subscripts {term!r} name "
                f"{len(named)}"
            )
        longest = max(longest, extra)
        # The last of the letters, as broadcasting aligns.
        terms[place] = term.replace("...", "\0" * extra)
    rest = free[:longest]
    for place, term in enumerate(terms):
        count = term.count("\0")
        letters = "".join(rest[longest - count :])
        terms[place] = term.replace("\0" * count, letters) if count else term
    if arrow:
        result = output.replace("...", "".join(rest))
    else:
        once = [i for i in set("".join(terms)) if "".join(terms).count(i) == 1 and i not in rest]
        result = "".join(rest) + "".join(sorted(once))
    if len(set(result)) != len(result):
        raise ValueError(f"einsum: a subscript of the result appears more than once: {output!r}")
    unknown = set(result) - set("".join(terms))
    if unknown:
        raise ValueError(f"einsum: the result has subscripts that no operand has: {unknown}")
    return terms, result, arrays


def _diagonals(term: str, x: Any) -> tuple[str, Any]:
    """Repeated subscripts taken as a diagonal."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            first = term.index(letter)
            second = term.index(letter, first + 1)
            if x.shape[first] != x.shape[second]:
                raise ValueError(
                    f"einsum: the subscript {letter!r} has the lengths {x.shape[first]} and "
                    f"{x.shape[second]} in one operand"
                )
            x = diagonal(x, 0, first, second)
            term = term[:first] + term[first + 1 : second] + term[second + 1 :] + letter
    return term, x


def _summed(term: str, x: Any, kept: set[str]) -> tuple[str, Any]:
    """Added up along the subscripts that are needed no more."""
    axes = tuple(i for i, letter in enumerate(term) if letter not in kept)
    if not axes:
        return term, x
    return "".join(letter for letter in term if letter in kept), sum_over(x, axes)


def _arranged(term: str, x: Any, order: str) -> Any:
    """Axes in an order, those that are missing with length one."""
    present = [letter for letter in order if letter in term]
    places = tuple(term.index(letter) for letter in present)
    if places != tuple(range(len(places))):
        x = x.transpose(places)
    lengths = iter(x.shape)
    return reshape(x, [next(lengths) if letter in term else 1 for letter in order])


def _contracted(one: tuple[str, Any], other: tuple[str, Any], kept: set[str]) -> tuple[str, Any]:
    """The product of two, added up along what both have and nobody needs."""
    (a, x), (b, y) = _summed(*one, kept | set(other[0])), _summed(*other, kept | set(one[0]))
    sizes: dict[str, int] = {}
    for letter, length in (*zip(a, x.shape, strict=True), *zip(b, y.shape, strict=True)):
        if length != 1 and sizes.get(letter, 1) not in (1, length):
            raise ValueError(
                "operands could not be broadcast together: einsum subscript "
                f"{letter!r} has the lengths {sizes[letter]} and {length}"
            )
        sizes[letter] = max(length, sizes.get(letter, 1)) if length else 0
    gone = [i for i in a if i in b and i not in kept]
    both = [i for i in a if i in b and i in kept]
    of_a = [i for i in a if i not in b]
    of_b = [i for i in b if i not in a]
    whole = all(x.shape[a.index(i)] == y.shape[b.index(i)] == sizes[i] for i in (*gone, *both))
    if not gone or not whole:
        order = "".join((*both, *of_a, *of_b, *gone))
        product = _arranged(a, x, order) * _arranged(b, y, order)
        return _summed(order, product, kept)

    def size(letters: list[str]) -> int:
        return int(np.prod([sizes[i] for i in letters], dtype=np.intp))

    batch = [sizes[i] for i in both]
    left = reshape(
        _arranged(a, x, "".join((*both, *of_a, *gone))), (*batch, size(of_a), size(gone))
    )
    right = reshape(
        _arranged(b, y, "".join((*both, *gone, *of_b))), (*batch, size(gone), size(of_b))
    )
    result = matrix_product(left, right)
    shape = [*batch, *(sizes[i] for i in of_a), *(sizes[i] for i in of_b)]
    return "".join((*both, *of_a, *of_b)), reshape(result, shape)


def _path(terms: list[str], arrays: list[Any], result: str, optimize: Any) -> list[Any]:
    if isinstance(optimize, (list, tuple)) and optimize and optimize[0] == "einsum_path":
        return list(optimize[1:])
    if len(arrays) <= 2:
        return [tuple(range(len(arrays)))]
    if optimize is False:
        return [(0, 1)] * (len(arrays) - 1)
    shapes = [np.broadcast_to(np.float64(0), each.shape) for each in arrays]
    how = "greedy" if optimize is True else optimize
    path: list[Any] = np.einsum_path(",".join(terms) + "->" + result, *shapes, optimize=how)[0]
    return path[1:]


@function(np.einsum)
def einsum(
    *operands: Any,
    out: Any = None,
    dtype: Any = None,
    order: Any = None,
    casting: Any = None,
    optimize: Any = False,
) -> Any:
    """Sums of products by subscripts, as `numpy.einsum`, with ellipsis and repeated subscripts.

    Three operands and more are multiplied pair by pair, from the left or along the path that
    optimize= asks for.

    >>> import autodiffx as adx
    >>> x = adx.Variable([[1.0, 2.0], [3.0, 4.0]])
    >>> einsum("ij,j->i", x, [1.0, -1.0]).value
    array([-1., -1.])
    """
    refuse_keywords("einsum", out=out)
    terms, result, arrays = _parsed(operands)
    if dtype is not None:
        arrays = [each.astype(dtype) for each in arrays]
    numbers = [each.astype(np.float64) if each.dtype == np.bool_ else each for each in arrays]
    waiting = [_diagonals(term, x) for term, x in zip(terms, numbers, strict=True)]
    for chosen in _path([term for term, _ in waiting], [x for _, x in waiting], result, optimize):
        taken = [waiting[i] for i in chosen]
        waiting = [each for i, each in enumerate(waiting) if i not in chosen]
        needed = set(result).union(*(term for term, _ in waiting))
        current = taken[0]
        for place, other in enumerate(taken[1:], 2):
            later = needed.union(*(term for term, _ in taken[place:]))
            current = _contracted(current, other, later)
        waiting.append(_summed(current[0], current[1], needed))
    term, x = _summed(waiting[0][0], waiting[0][1], set(result))
    places = [term.index(letter) for letter in result]
    return own(x if places == list(range(len(places))) else moveaxis(x, places, range(len(places))))


@function(np.einsum_path)
def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """The order of contractions that costs least, as `numpy.einsum_path`; from shapes alone."""
    plain = [np.empty(each.shape) if is_traced(each) else each for each in operands]
    return np.einsum_path(*plain, optimize=optimize)

"""Keys of arrays: what stands between the brackets."""

from __future__ import annotations

from typing import Any

import numpy as np

from autodiffx.reference.dispatch import Question, Ranked

__all__ = ["plain_key"]


def _true_at(mask: Any) -> Any:
    return tuple(np.flatnonzero(mask).tolist())


# What a mask chooses is decided while recording, so a replay must find it chosen again.
_CHOSEN = Question("the places where the mask {} is true", _true_at)


def plain_key(key: Any) -> Any:
    """The key in NumPy's terms: boolean Variables in it become plain masks.

    Raises:
        IndexError: a Variable in it is not boolean.
    """
    if isinstance(key, tuple):
        return tuple(map(plain_key, key))
    if not isinstance(key, Ranked):
        return key
    if key.dtype != np.dtype(bool):
        raise IndexError(
            "arrays used as indices must be of integer (or boolean) type: "
            f"a {type(key).__name__} of {key.dtype} is neither, index by plain numbers"
        )
    mask = np.zeros(key.shape, dtype=bool)
    chosen: Any = key.decide(_CHOSEN, (key,))
    mask.reshape(-1)[list(chosen)] = True
    return mask

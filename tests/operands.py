"""Plain numbers of every kind, and what is none."""

from __future__ import annotations

import math

import numpy as np

__all__ = ["ARRAYS", "PLAIN", "SEQUENCES", "STRANGERS"]

# As given, and as a float.
PLAIN = [
    (3, 3.0),
    (2.5, 2.5),
    (True, 1.0),
    (np.float64(1.5), 1.5),
    (np.float32(0.25), 0.25),
    (np.float16(0.5), 0.5),
    (np.int64(-7), -7.0),
    (np.uint8(200), 200.0),
    (np.bool_(True), 1.0),
    (np.array(4.0), 4.0),
    (np.array(4, dtype=np.int32), 4.0),
    (math.inf, math.inf),
    (-0.0, -0.0),
    (2**53, float(2**53)),
]
STRANGERS: list[object] = [
    "1", b"1", 1j, np.complex128(1), None, {}, object(), np.array("a"),
    np.datetime64("2026-01-01"), np.array(None, dtype=object),
]  # fmt: skip
# Arrays where an implementation has them, strangers where it has not.
ARRAYS: list[object] = [np.array([1.0, 2.0]), np.array([1.0])]
SEQUENCES: list[object] = [[1.0], (1.0,)]

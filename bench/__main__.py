"""``python -m bench``: every measurement, one table."""

from __future__ import annotations

import sys

from bench import arrays, checkpoints, eager, load, memory, package, replay, training, transforms
from bench.command import run

sys.exit(
    run(
        [
            eager.measure,
            arrays.measure,
            transforms.measure,
            replay.measure,
            load.measure,
            memory.measure,
            checkpoints.measure,
            training.measure,
            package.measure,
        ]
    )
)

"""What the package costs to import and to ship."""

from __future__ import annotations

import importlib
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.child import CHECKOUT, answer, ask
from bench.command import main
from bench.peers import installed
from bench.rows import Row

MOST_MILLISECONDS = 25.0
MOST_MEGABYTES = 2.0
IMPORTS_PER_SECOND = 15
PEERS = ("xad", "casadi", "autograd", "torch", "jax")


def import_seconds(module: str) -> dict[str, float]:
    """Seconds that ``import module`` takes in this process once NumPy is there."""
    importlib.import_module("numpy")
    start = time.perf_counter()
    importlib.import_module(module)
    return {"seconds": time.perf_counter() - start}


def milliseconds(module: str, times: int) -> float:
    """The median over fresh processes."""
    return 1e3 * statistics.median(
        ask("bench.package", module)["seconds"] for _ in range(max(3, times))
    )


def wheel_megabytes() -> float:
    """Build the wheel from the checkout and weigh it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, "."]
        subprocess.run(command, cwd=CHECKOUT, check=True)
        return next(Path(folder).glob("*.whl")).stat().st_size / 1e6


def measure(seconds: float) -> Iterator[Row]:
    """Import time beyond NumPy's, for the core and the peers, and the size of the wheel."""
    times = int(IMPORTS_PER_SECOND * seconds)
    yield Row(
        "import, beyond numpy",
        "core",
        milliseconds("autodiffx", times),
        "ms",
        at_most=MOST_MILLISECONDS,
    )
    for peer in PEERS:
        if installed(peer):
            yield Row("import, beyond numpy", peer, milliseconds(peer, times // 5), "ms")
    yield Row("wheel", "core", wheel_megabytes(), "MB", at_most=MOST_MEGABYTES)


if __name__ == "__main__":
    if len(sys.argv) == 2 and sys.argv[1] in ("autodiffx", *PEERS):
        answer(import_seconds(sys.argv[1]))
    else:
        main(measure)

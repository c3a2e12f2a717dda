"""Measurements that need a process of their own: run a function there, get back numbers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
# Read by the BLAS libraries when they are loaded: everybody's products stay in one thread.
ONE_THREAD = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "MKL", "OMP")}


def ask(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run ``python -m module arguments`` in the checkout and read the JSON it prints last.

    Args:
        module: the module to run.
        arguments: its command line.
        environment: variables of the environment beside those of this process.

    Raises:
        RuntimeError: the process failed; its errors are in the message.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def answer(numbers: Mapping[str, float]) -> None:
    """Print what `ask` reads."""
    print(json.dumps(dict(numbers)))


def resident_bytes() -> int:
    """Resident memory of this process now; where the system does not tell, its peak so far."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return peak_bytes()
    return pages * os.sysconf("SC_PAGE_SIZE")


def peak_bytes() -> int:
    """Resident memory of this process at its highest."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    # The system's own count for a process begins with its parent's.
    return int(status.split("VmHWM:")[1].split()[0]) * 1024

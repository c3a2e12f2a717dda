"""The stub of the extension says what the extension has, no more and no less."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ALLOWED = Path(__file__).with_name("stub_allowlist.txt")


def test_stub_matches_the_extension() -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "mypy.stubtest", "autodiffx._core"),
            # Marking them needs a decorator that Python has only from 3.15 on.
            "--ignore-disjoint-bases",
            *("--allowlist", str(ALLOWED)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""The stub of the extension says what the extension has, no more and no less."""

from __future__ import annotations

import subprocess
import sys


def test_stub_matches_the_extension() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "autodiffx._core"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

"""The command line that every measurement shares, and what it asks for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.rows import HEADING, Row, draw, line, machine, write_json

Measure = Callable[[float], Iterator[Row]]


def run(measurements: Sequence[Measure], arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table row by row, and write what was asked for.

    Args:
        measurements: functions from the seconds to spend on each case to rows.
        arguments: the words of the command line; those of this process when None.

    Returns:
        the exit status: 0 if every requirement is met, else 1.
    """
    parser = argparse.ArgumentParser(description="Measure autodiffx beside floats and its peers.")
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="time for each case (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the results (takes matplotlib)"
    )
    options = parser.parse_args(arguments)
    print(", ".join(f"{key} {value}" for key, value in machine().items()))
    print(HEADING)
    rows = []
    for measure in measurements:
        for row in measure(options.seconds):
            rows.append(row)
            print(line(row), flush=True)
    if options.json is not None:
        write_json(rows, options.json)
    if options.plot is not None:
        draw(rows, options.plot)
    missed = sum(row.met is False for row in rows)
    required = sum(row.met is not None for row in rows)
    print(f"{required - missed} of {required} requirements met")
    return 1 if missed else 0


def main(measure: Measure) -> None:
    """Run one measurement as a script."""
    sys.exit(run([measure]))

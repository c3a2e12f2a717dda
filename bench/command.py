"""The command line that every measurement shares, and what it asks for."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bench.rows import HEADING, Row, draw, line, machine, write_json

Measure = Callable[[float], Iterator[Row]]


def seconds(word: str) -> float:
    """A time from the command line.

    Raises:
        ArgumentTypeError: it is no positive number.
    """
    try:
        found = float(word)
    except ValueError:
        found = math.nan
    if not 0.0 < found < math.inf:
        raise argparse.ArgumentTypeError(f"takes a positive number of seconds, got {word!r}")
    return found


def run(
    measurements: Sequence[Measure],
    arguments: Sequence[str] | None = None,
    parts: Mapping[str, Measure] | None = None,
) -> int:
    """Measure, print the table row by row, and write what was asked for.

    Args:
        measurements: functions from the seconds to spend on each case to rows.
        arguments: the words of the command line; those of this process when None.
        parts: measurements that are made in their place where the command line names them.

    Returns:
        the exit status: 0 if every requirement is met, else 1.
    """
    parser = argparse.ArgumentParser(description="Measure autodiffx beside floats and its peers.")
    parser.add_argument(
        "--seconds", type=seconds, default=1.0, help="time for each case (default: %(default)s)"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results as JSON")
    parser.add_argument(
        "--plot", type=Path, metavar="FILE", help="draw the results (takes matplotlib)"
    )
    if parts:
        known = ", ".join(parts)
        parser.add_argument("part", nargs="*", help=f"what is measured, of {known} (default: all)")
    options = parser.parse_args(arguments)
    if parts and options.part:
        for word in options.part:
            if word not in parts:
                parser.error(f"there is no part {word!r}: take one of {', '.join(parts)}")
        measurements = [parts[word] for word in options.part]
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

"""The command line: ``python -m autodiffx demo``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

import autodiffx
import autodiffx.reference
from autodiffx import demo
from autodiffx.demo import plot


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Args:
        arguments: the words after ``python -m autodiffx``; those of this process when None.
    """
    parser = argparse.ArgumentParser(
        prog="python -m autodiffx", description="Automatic differentiation of ordinary Python."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    tour = commands.add_parser(
        "demo",
        help="train four models, check their gradients, time them (under 20 seconds)",
        description="Train four models, check their gradients, and time them.",
    )
    plot.add_option(tour, "draw the loss curves")
    tour.add_argument(
        "--seed", type=int, default=1, help="where all chance comes from (default: %(default)s)"
    )
    options = parser.parse_args(arguments)
    return demo.run(autodiffx, autodiffx.reference, options.seed, options.plot)


if __name__ == "__main__":
    sys.exit(main())

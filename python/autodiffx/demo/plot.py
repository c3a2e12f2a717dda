"""Loss curves as a picture, where --plot asks for it; matplotlib is imported only for that."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

INK = "#1b4f72"
MISSING = (
    "drawing takes matplotlib, which is not installed: "
    "run `pip install matplotlib`, or leave --plot out"
)


def check(file: Path) -> None:
    """Raise a ValueError now if `draw` could not write ``file`` later."""
    if find_spec("matplotlib") is None:
        raise ValueError(MISSING)
    if not file.absolute().parent.is_dir():
        raise ValueError(
            f"the picture cannot be written to {file}: "
            f"there is no folder {file.parent}; make it first"
        )
    from matplotlib.backend_bases import FigureCanvasBase

    endings = sorted(FigureCanvasBase.get_supported_filetypes())
    if file.suffix.lstrip(".").lower() not in endings:
        raise ValueError(
            f"the picture cannot be written to {file}: the name should end in one of "
            f"{', '.join('.' + ending for ending in endings)}"
        )


def add_option(parser: ArgumentParser, drawn: str) -> None:
    """Give a command the option --plot FILE, refused at once where nothing could be drawn to FILE.

    Args:
        parser: of the command; what it parses gets `plot`, a Path or None.
        drawn: what the option does, for the help.
    """

    def checked(name: str) -> Path:
        try:
            check(Path(name))
        except ValueError as problem:
            raise ArgumentTypeError(str(problem)) from None
        return Path(name)

    parser.add_argument("--plot", type=checked, metavar="FILE", help=f"{drawn} (takes matplotlib)")


def draw(curves: Mapping[str, Sequence[float]], file: Path) -> None:
    """Draw one panel for each curve of losses, on logarithmic axes of the loss.

    Args:
        curves: the title of each panel and the loss after each step, from 0 on.
        file: where to write; the ending (.png, .svg, .pdf) chooses the format.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9.0, 6.0), layout="constrained")
    panels = figure.subplots(min(2, len(curves)), (len(curves) + 1) // 2, squeeze=False).flat
    for panel in panels[len(curves) :]:
        panel.set_axis_off()
    for panel, (title, losses) in zip(panels, curves.items(), strict=False):
        panel.plot(range(len(losses)), losses, color=INK, linewidth=1.5)
        panel.set_yscale("log")
        panel.set_title(title, fontsize=11)
        panel.set_xlabel("epoch" if "epoch" in title else "step")
        panel.set_ylabel("loss")
        panel.grid(True, which="major", alpha=0.3)
    figure.savefig(file, dpi=120)

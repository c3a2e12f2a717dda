"""What a measurement yields, and how it is shown: rows of a table, JSON, a picture."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

INK = {"core": "#1b4f72", "float": "#7f8c8d"}
OTHERS = "#5dade2"


@dataclass(frozen=True)
class Row:
    """One measured number, and what is required of it if anything is.

    Args:
        work: what was measured.
        who: the library, or the two whose ratio this is.
        value: the number.
        unit: its unit ("times" for a ratio).
        at_most: the largest value that is good enough.
        at_least: the smallest value that is good enough.
    """

    work: str
    who: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def required(self) -> str:
        """The requirement in words, empty if there is none."""
        if self.at_most is not None:
            return f"at most {self.at_most:g}"
        return f"at least {self.at_least:g}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """Whether the requirement is met; None if there is none."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.value >= self.at_least if self.at_least is not None else None


HEADING = f"{'work':<46}{'who':<24}{'measured':>12} {'unit':<7}{'required':>13}  met"


def line(row: Row) -> str:
    """A row as a line of the table.

    >>> line(Row("import", "core", 12.345, "ms", at_most=25.0)).split()
    ['import', 'core', '12.35', 'ms', 'at', 'most', '25', 'yes']
    """
    met = {None: "", True: "yes", False: "NO"}[row.met]
    text = f"{row.work:<46}{row.who:<24}{number(row.value):>12} {row.unit:<7}{row.required:>13}"
    return f"{text}  {met}".rstrip()


def number(value: float) -> str:
    """A number with about four digits that mean something.

    >>> number(0.012345), number(1.2345), number(123456.7)
    ('0.0123', '1.23', '123,457')
    """
    if abs(value) >= 999.995:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1.0 else f"{value:.4f}"


def machine() -> dict[str, str | int | None]:
    """Where the numbers were measured."""
    return {
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": platform.system(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
    }


def write_json(rows: Iterable[Row], file: Path) -> None:
    """Write the machine and all rows, requirements and whether they are met."""
    found = [{**asdict(row), "met": row.met} for row in rows]
    file.write_text(json.dumps({"machine": machine(), "rows": found}, indent=1) + "\n")


def draw(rows: Sequence[Row], file: Path) -> None:
    """Draw one panel for each piece of work that several libraries did, on a logarithmic axis."""
    from matplotlib.figure import Figure

    groups: dict[str, list[Row]] = {}
    for row in rows:
        if row.unit != "times":
            groups.setdefault(f"{row.work} ({row.unit})", []).append(row)
    groups = {title: group for title, group in groups.items() if len(group) > 2}
    height = sum(0.7 + 0.24 * len(group) for group in groups.values())
    figure = Figure(figsize=(9.0, max(height, 2.0)), layout="constrained")
    panels = figure.subplots(
        max(len(groups), 1),
        1,
        squeeze=False,
        height_ratios=[1 + len(group) for group in groups.values()] or None,
    ).flat
    for panel, (title, group) in zip(panels, groups.items(), strict=False):
        names = [row.who for row in group]
        colours = [INK.get(row.who.split(",")[0], OTHERS) for row in group]
        panel.scatter([row.value for row in group], names, color=colours, zorder=2)
        for row in group:
            panel.annotate(
                number(row.value),
                (row.value, row.who),
                (7, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
            )
        panel.set_xscale("log")
        panel.grid(True, axis="x", alpha=0.3)
        panel.margins(x=0.15, y=0.15)
        panel.invert_yaxis()
        panel.set_title(title, loc="left", fontsize=10)
        panel.tick_params(labelsize=8)
    figure.savefig(file, dpi=120)

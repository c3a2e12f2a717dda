"""Writes docs/coverage.md: every public function of numpy and numpy.linalg, and what Variables do.

    python docs/coverage_page.py

What is differentiable is asked of the package itself. docs/coverage_excluded.json lists the
functions that have no floating-point derivative, by the reason; the rest is what is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import autodiffx.numpy as anp
from autodiffx import OPS
from autodiffx.numpy import making
from autodiffx.numpy.dispatch import SUPPORTED
from autodiffx.numpy.elementwise import UFUNCS
from autodiffx.numpy.unsupported import REASONS

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "coverage.md"
EXCLUDED = FOLDER / "coverage_excluded.json"

OPENING = """\
# Coverage of NumPy

<!-- Made by `python docs/coverage_page.py`: change the package, not this page. -->

Every public function of `numpy` and `numpy.linalg` (as of NumPy {version}), and what becomes of
it when it is given array Variables: {differentiable} of the {counted} that have a floating-point
derivative are differentiable ({share:.0%}). [arrays.md](arrays.md) says what they do at ties and
kinks. The arrays that are made from nothing or from lists (`array`, `full` …) are those of
`autodiffx.numpy`; all others are reached through `numpy` too.
"""


def public_functions() -> dict[str, Callable[..., Any]]:
    """Every public callable of numpy and numpy.linalg that is no class, by name."""
    found = {}
    for module, prefix in ((np, ""), (np.linalg, "linalg.")):
        for name in sorted(set(module.__all__)):
            plain = getattr(module, name)
            if callable(plain) and not isinstance(plain, type):
                found[prefix + name] = plain
    return found


def excluded() -> dict[str, str]:
    """The reason for each function that is not counted, by name."""
    reasons = json.loads(EXCLUDED.read_text(encoding="utf-8"))
    return {name: reason for reason, names in reasons.items() for name in names.split()}


def is_differentiable(name: str, plain: Callable[..., Any]) -> bool:
    """Whether the package has it: asked of functions that have a derivative."""
    if plain in SUPPORTED or plain in UFUNCS:
        return True
    if isinstance(plain, np.ufunc):
        return plain.__name__ in OPS or hasattr(anp._core, plain.__name__)
    return name in making.__all__


def by_kind() -> tuple[list[str], dict[str, str], dict[str, str]]:
    """Names of what is differentiable; what is not, with the reason; what is not counted."""
    left_out = excluded()
    differentiable, missing = [], {}
    for name, plain in public_functions().items():
        if name in left_out:
            continue
        if is_differentiable(name, plain):
            differentiable.append(name)
        else:
            missing[name] = REASONS.get(name, "")
    return differentiable, missing, left_out


def listed(names: list[str]) -> str:
    """Names as code, in lines that fit."""
    lines = [""]
    for name in names:
        word = f"`{name}`"
        if len(lines[-1]) + len(word) > 96:
            lines.append("")
        lines[-1] += f"{' ' if lines[-1] else ''}{word}"
    return "\n".join(lines)


def sections() -> Iterator[str]:
    """The parts of the page."""
    differentiable, missing, left_out = by_kind()
    counted = len(differentiable) + len(missing)
    yield OPENING.format(
        version=".".join(np.__version__.split(".")[:2]),
        counted=counted,
        differentiable=len(differentiable),
        share=len(differentiable) / counted,
    )
    yield "## Differentiable\n\n" + listed(differentiable) + "\n"
    if missing:
        rows = "\n".join(f"| `{name}` | {reason} |" for name, reason in missing.items())
        yield f"## Not supported\n\n| function | |\n|---|---|\n{rows}\n"
    yield "## Without a floating-point derivative\n"
    public = public_functions()
    for reason in dict.fromkeys(left_out.values()):
        names = [name for name, why in left_out.items() if why == reason and name in public]
        yield f"{reason[0].upper()}{reason[1:]}:\n\n{listed(names)}\n"


def page() -> str:
    """The whole page."""
    return "\n".join(sections())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

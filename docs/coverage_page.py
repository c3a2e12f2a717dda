"""Writes docs/coverage.md: every public function of NumPy and of SciPy's modules that have a
counterpart, and what Variables do with it.

    python docs/coverage_page.py

What is differentiable is asked of the package itself. docs/coverage_excluded.json lists NumPy's
functions that have no floating-point derivative, by the reason; the rest is what is counted. A
counterpart of a module of SciPy says the same of its own: `__all__` is what is differentiable,
`WITHOUT_DERIVATIVE` and `UNSUPPORTED` are names, separated by blanks, by the reason. Distributions
say which of their methods are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import scipy

import autodiffx.numpy as anp
from autodiffx import OPS
from autodiffx.numpy import making
from autodiffx.numpy.dispatch import SUPPORTED
from autodiffx.numpy.elementwise import UFUNCS
from autodiffx.numpy.unsupported import REASONS
from autodiffx.scipy import stats

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "coverage.md"
EXCLUDED = FOLDER / "coverage_excluded.json"

# Modules of SciPy and their counterparts, each a section of the page.
MODULES = (
    ("scipy.linalg", "autodiffx.scipy.linalg"),
    ("scipy.special", "autodiffx.scipy.special"),
    ("scipy.stats", "autodiffx.scipy.stats"),
)

OPENING = """\
# Coverage of NumPy and SciPy

<!-- Made by `python docs/coverage_page.py`: change the package, not this page. -->

Every public function of `numpy` and `numpy.linalg` (as of NumPy {version}), and what becomes of
it when it is given array Variables: {differentiable} of the {counted} that have a floating-point
derivative are differentiable ({share:.0%}). [arrays.md](arrays.md) says what they do at ties and
kinks. The arrays that are made from nothing or from lists (`array`, `full` …) are those of
`autodiffx.numpy`; all others are reached through `numpy` too. [SciPy's modules](#scipy) follow.
"""

SCIPY = """\
## SciPy

Every public function of some modules of SciPy (as of SciPy {version}). Import them from the
counterpart of the module, where functions that are not supported stand too, for plain numbers. Of
SciPy's own functions only the ufuncs of `scipy.special` know Variables.
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
        version=release(np),
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
    yield from by_reason({name: why for name, why in left_out.items() if name in public})


def named(reasons: Mapping[str, str]) -> dict[str, str]:
    """The reason for each name, of a table of names by reason."""
    return {name: reason for reason, names in reasons.items() for name in names.split()}


def of_scipy(module: str, counterpart: str) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """As by_kind, of a module of SciPy."""
    ours, theirs = import_module(counterpart), import_module(module)
    without, unsupported = named(ours.WITHOUT_DERIVATIVE), named(ours.UNSUPPORTED)
    differentiable, missing, left_out = [], {}, {}
    for name in sorted(set(theirs.__all__)):
        plain = getattr(theirs, name)
        if not callable(plain) or isinstance(plain, type) or is_distribution(plain):
            continue
        if name in ours.__all__:
            differentiable.append(name)
        elif name in without:
            left_out[name] = without[name]
        else:
            missing[name] = unsupported.get(name, "")
    return differentiable, missing, left_out


def is_distribution(plain: Any) -> bool:
    """Whether it is one of SciPy's distributions; not all of them can be drawn from."""
    return not isinstance(plain, type) and (hasattr(plain, "rvs") or hasattr(plain, "logpmf"))


def table_of_distributions() -> str:
    """Those that there are, with their parameters and the methods that are differentiated."""
    rows = ["| distribution | parameters | methods |", "|---|---|---|"]
    for name in stats.__all__:
        found = getattr(stats, name)
        columns = (name, " ".join(found.parameters), " ".join(found.methods))
        rows.append("".join(f"| `{column}` " for column in columns) + "|")
    return "\n".join(rows)


def other_distributions() -> list[str]:
    """SciPy's distributions that there are not."""
    theirs = import_module("scipy.stats")
    public = sorted(set(theirs.__all__) - set(stats.__all__))
    return [name for name in public if is_distribution(getattr(theirs, name))]


def by_reason(names: Mapping[str, str]) -> Iterator[str]:
    """A paragraph for each reason, with the names that it stands for."""
    for reason in dict.fromkeys(names.values()):
        those = [name for name, why in names.items() if why == reason]
        yield f"{reason[0].upper()}{reason[1:]}:\n\n{listed(those)}\n"


def scipy_sections() -> Iterator[str]:
    """The parts of the page that are about SciPy."""
    yield SCIPY.format(version=release(scipy))
    for module, counterpart in MODULES:
        differentiable, missing, left_out = of_scipy(module, counterpart)
        refusing = len(missing) + len(left_out)
        yield f"## {module}\n"
        if differentiable:
            yield (
                f"`{counterpart}` differentiates {len(differentiable)} functions, and {refusing} "
                f"refuse Variables:\n\n{listed(differentiable)}\n"
            )
        else:
            yield from distribution_sections(counterpart, refusing)
        for title, names in (("not supported", missing), ("without a derivative", left_out)):
            if names:
                yield f"### {module}: {title}\n"
                yield from by_reason(names)


def distribution_sections(counterpart: str, refusing: int) -> Iterator[str]:
    """What there is of SciPy's distributions, and what there is not."""
    yield (
        f"`{counterpart}` has {len(stats.__all__)} distributions, differentiated by the point and\n"
        "by all real parameters ([stats.md](stats.md)). Their other methods and\n"
        f"{refusing} functions refuse Variables.\n"
    )
    yield table_of_distributions() + "\n"
    others = other_distributions()
    yield (
        f"{len(others)} other distributions are not there (write the formula of their logpdf with\n"
        f"`autodiffx.numpy` and `autodiffx.scipy.special`):\n\n{listed(others)}\n"
    )


def release(package: Any) -> str:
    """The first two numbers of a version."""
    return ".".join(package.__version__.split(".")[:2])


def page() -> str:
    """The whole page."""
    return "\n".join((*sections(), *scipy_sections()))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

"""Writes docs/operators.md: every operator of the table with partials, kinks and measured digits.

    python docs/operators_page.py               from the table and docs/digits.json
    python docs/operators_page.py --measure     measures docs/digits.json anew first (minutes)

The page is made from `autodiffx.OPS`, which the extension makes from the operator table; nothing in
it is written by hand but the text between the tables. Measuring takes mpmath.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PAGE = FOLDER / "operators.md"
DIGITS = FOLDER / "digits.json"
OPERANDS = "abc"

OPENING = """\
# Operators and kinks

<!-- Made by `python docs/operators_page.py`: change the operator table, not this page. -->

Every operator is a function (`adx.tanh(x)`), a method (`x.tanh()`) and, where NumPy has it, NumPy's
own function (`np.tanh(x)`). In the tables the operands are a, b, c and the result is r. A partial
is written in the operands, the result and other operators, so that it can be differentiated again.
Names that are no function of the package are helpers, listed at the end.

Digits are the worst errors of the value, the first and the second derivatives in units in the last
place, against 50-digit arithmetic: at points of all magnitudes over the whole domain, tails, zeros
and poles included, {points} for each operator. An error counts from the nearest exact value at an
argument within one unit of the given one. Measured by `python docs/operators_page.py --measure`
with {machine}.

## Conventions

- **A zero adjoint or tangent contributes nothing, even against an infinite or undefined partial**,
  in every mode and for every component.
- A tie of `maximum`, `minimum`, `fmax`, `fmin` splits evenly.
- Steps (`floor`, `sign`, `//` …) have derivative 0 and stay active: their inputs get a gradient
  of 0.
- Partials by constants are never computed: `x**3` has a derivative at negative x.
- Values follow NumPy: inf and nan instead of exceptions, Python's signs for `//` and `%`.
- `x**2` with the plain exponent 2 is `square`; any other exponent is `power`.
"""

COMPOSED = """\
## Made of several operators

| function | made as |
|---|---|
| `logsumexp(a, b, …)` | a balanced fold of `logaddexp` |
| `log_softmax(a, b, …)` | each operand minus their `logsumexp`; a tuple |
| `softmax(a, b, …)` | `exp` of `log_softmax`; a tuple |
| `round(a, decimals=0)` | `rint(a * 10**decimals) / 10**decimals` |
| `x.__divmod__`, `divmod(a, b)` | the quotient as a guarded plain float, and `remainder` |

## Other names

`abs` absolute · `mod` remainder · `pow` power · `true_divide` divide · `expit` sigmoid ·
`gammaln` lgamma · `radians` deg2rad · `degrees` rad2deg · `asin acos atan atan2 asinh acosh atanh`
arcsin, arccos, arctan, arctan2, arcsinh, arccosh, arctanh
"""

SECTIONS = {
    "smooth": "Smooth wherever they are finite",
    "kinked": "With kinks",
    "stepped": "Steps",
    "passive": "Decisions",
}
INTRODUCTIONS = {
    "kinked": "The convention stands beside each operator.",
    "stepped": "Derivative 0 by convention.",
    "passive": (
        "The result is 0 or 1 and passive; a replay decides anew, without a guard. "
        "The operators `<`, `<=` … give a Python bool, and a Graph guards it."
    ),
}


def signature(operator: Any) -> str:
    """The operator as it is called: `hypot(a, b)`."""
    return f"{operator.name}({', '.join(OPERANDS[: operator.arity])})"


def cell(text: str) -> str:
    """Text that may stand in a table."""
    return text.replace("|", "\\|")


def partials(operator: Any) -> str:
    """The partial by each operand."""
    named = zip(OPERANDS, operator.partials, strict=False)
    return "<br>".join(f"{operand}: `{cell(partial)}`" for operand, partial in named)


def worst(measured: Mapping[str, Any], operator: Any) -> str:
    """The measured errors of value, first and second derivatives."""
    errors = measured["ulps"].get(operator.name)
    return "" if errors is None else " / ".join(f"{error:.1f}" for error in errors)


def table(operators: list[Any], measured: Mapping[str, Any], passive: bool) -> Iterator[str]:
    """The lines of one table."""
    if passive:
        yield from ("| operator |", "|---|", *(f"| `{signature(each)}` |" for each in operators))
        return
    yield "| operator | partials | note | digits: f / f′ / f″ (ulp) |"
    yield "|---|---|---|---|"
    for each in operators:
        yield (
            f"| `{signature(each)}` | {partials(each)} | {cell(each.note)} "
            f"| {worst(measured, each)} |"
        )


def page(operators: Mapping[str, Any], measured: Mapping[str, Any]) -> str:
    """The whole page.

    Args:
        operators: `autodiffx.OPS`.
        measured: what docs/digits.json holds.
    """
    lines = [OPENING.format(points=measured["points"], machine=measured["machine"])]
    for smoothness, title in SECTIONS.items():
        chosen = [
            each for each in operators.values() if each.smoothness == smoothness and each.public
        ]
        lines += [f"## {title}", ""]
        if smoothness in INTRODUCTIONS:
            lines += [INTRODUCTIONS[smoothness], ""]
        lines += [*table(chosen, measured, smoothness == "passive"), ""]
    lines.append(COMPOSED)
    hidden = [each for each in operators.values() if not each.public]
    lines += ["## Helpers", "", "They stand in partials only: no functions of the package.", ""]
    lines += ["| operator | partials | what it is |", "|---|---|---|"]
    lines += [f"| `{signature(each)}` | {partials(each)} | {cell(each.note)} |" for each in hidden]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure if asked to, and write the page."""
    parser = argparse.ArgumentParser(description="Write docs/operators.md.")
    parser.add_argument("--measure", action="store_true", help="measure the digits anew first")
    if parser.parse_args().measure:
        from digits import measure

        DIGITS.write_text(json.dumps(measure(), indent=1) + "\n", encoding="utf-8")
    from autodiffx import OPS

    PAGE.write_text(page(OPS, json.loads(DIGITS.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()

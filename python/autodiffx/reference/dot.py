"""A picture of a recording, in the language of graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autodiffx.reference.representation import shown
from autodiffx.reference.sweep import made_from, operator_of

if TYPE_CHECKING:
    from autodiffx.reference.variable import Variable

__all__ = ["dot"]


def dot(title: str, results: list[Variable]) -> str:
    """One node for each result and each of its operands, an arrow from operand to result."""
    numbers: dict[Variable, int] = {}
    lines = [f"digraph {_quoted(title)} {{", "  rankdir=LR;"]
    for result in results:
        for variable in (*made_from(result), result):
            if variable not in numbers:
                numbers[variable] = len(numbers)
                shape = "ellipse" if variable.is_leaf else "box"
                lines.append(
                    f"  n{numbers[variable]} [shape={shape}, label={_quoted(_label(variable))}];"
                )
        lines.extend(
            f"  n{numbers[operand]} -> n{numbers[result]};" for operand in made_from(result)
        )
    return "\n".join([*lines, "}"]) + "\n"


def _label(variable: Variable) -> str:
    parts = [part for part in (variable.name, operator_of(variable)) if part is not None]
    if variable._value is not None:
        parts.append(shown(variable._value))
    return "\n".join(parts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'

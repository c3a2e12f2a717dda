"""``draw_dot``: the graph behind a ``Value`` as graphviz text."""

from __future__ import annotations

from autodiffx.compat.micrograd.engine import Value
from autodiffx.compat.order import inputs_first

_ESCAPES = str.maketrans({mark: f"\\{mark}" for mark in '\\"{}|<>'} | {"\n": "\\n"})


def draw_dot(root: Value, rankdir: str = "LR") -> str:
    """The graph of everything that ``root`` was computed from, in graphviz' language.

    Args:
        root: the value to draw.
        rankdir: ``"LR"`` from left to right, ``"TB"`` from top to bottom.

    Returns:
        Text for ``dot -Tsvg``: a box for every value with its label, data and grad, an oval
        for every operation.

    Raises:
        ValueError: another direction.

    >>> print(draw_dot(Value(2.0, label="x").relu()))
    digraph {
      rankdir=LR;
      value0 [label="{ x | data 2.0000 | grad 0.0000 }", shape=record];
      value1 [label="{ data 2.0000 | grad 0.0000 }", shape=record];
      op1 [label="ReLU"];
      op1 -> value1;
      value0 -> op1;
    }
    """
    if rankdir not in ("LR", "TB"):
        raise ValueError(f"rankdir is {rankdir!r}: expected 'LR' or 'TB'")
    lines = ["digraph {", f"  rankdir={rankdir};"]
    names: dict[Value, str] = {}
    for value in inputs_first([root], lambda value: value._inputs):
        number = len(names)
        names[value] = f"value{number}"
        fields = [f"data {value.data:.4f}", f"grad {value.grad:.4f}"]
        if value.label:
            fields.insert(0, str(value.label).translate(_ESCAPES))
        lines.append(f'  value{number} [label="{{ {" | ".join(fields)} }}", shape=record];')
        if value._op:
            lines.append(f'  op{number} [label="{value._op}"];')
            lines.append(f"  op{number} -> value{number};")
            lines.extend(f"  {names[operand]} -> op{number};" for operand in value._inputs)
    return "\n".join([*lines, "}"])

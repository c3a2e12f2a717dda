"""Docstrings as reStructuredText: they are plain text with examples, and `code` in backticks.

A star is a multiplication or a power, not emphasis, and what is indented below a line that ends
with a colon keeps its lines. Sections (Args, Returns, Raises) stay as they are.
"""

from __future__ import annotations

import re

SECTION = re.compile(r"(Args|Arguments|Returns|Yields|Raises|Example|Examples|Note|Attributes):$")
CODE = re.compile(r"(``.+?``|`[^`]+`)")


def indent_of(line: str) -> int:
    return len(line) - len(line.lstrip())


def escaped(line: str) -> str:
    """The line with nothing in it that would be markup but `code`."""
    pieces = CODE.split(line)
    for i in range(0, len(pieces), 2):
        pieces[i] = re.sub(r"([*|\\]|_(?!\w)|(?<=\w):(?=\w))", r"\\\1", pieces[i])
    return "".join(pieces)


def to_text(lines: list[str]) -> list[str]:
    """The lines of one docstring, with nothing in them that is taken for markup by mistake."""
    made: list[str] = []
    example = table = literal = False
    for i, line in enumerate(lines):
        literal = literal and (not line.strip() or indent_of(line) > 0)
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        table = line.lstrip().startswith("===") or (table and bool(line.strip()))
        if example or table or literal:
            made.append(line)
            continue
        following = next((each for each in lines[i + 1 :] if each.strip()), "")
        # Deeper lines are those of a section, whose items may end with a colon.
        if line.endswith(":") and indent_of(line) == 0 and indent_of(following) > 0:
            literal = not SECTION.match(line)
        if literal:
            made += [escaped(line) + ":", ""]
        else:
            made.append(escaped(line))
    return made

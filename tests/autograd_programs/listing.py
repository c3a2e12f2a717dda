"""Which programs there are, found without importing them: autograd need not be there yet."""

import ast
from pathlib import Path

HERE = Path(__file__).parent


def programs_of(path):
    """The functions of the module that take nothing, save those that are not public."""
    return [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not ast.unparse(node.args)
    ]


SUBJECTS = sorted(
    path for path in HERE.glob("*.py") if path.stem not in ("__init__", "__main__", "listing")
)
PROGRAMS = [(path.stem, name) for path in SUBJECTS for name in programs_of(path)]

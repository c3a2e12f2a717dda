"""The rules: every operator of the reference, its value and its partials.

Written from the mathematics, independently of the core. Each line of the tables reads: name,
function of floats, partial by each operand (over `n`, the operators of whatever number type is
in use), the formula in words.
"""

from typing import Any

from autodiffx.reference.rule import Number, Numbers, Partial, Rule
from autodiffx.reference.rules_arithmetic import ARITHMETIC, DECISIONS, SCALES, SELECTION, STEPS
from autodiffx.reference.rules_elementary import ELEMENTARY
from autodiffx.reference.rules_gamma import GAMMA
from autodiffx.reference.rules_special import SPECIAL

__all__ = ["RULES", "FloatNumbers", "Number", "Numbers", "Partial", "Rule"]

RULES: dict[str, Rule] = {
    rule.name: rule
    for table in (ARITHMETIC, SELECTION, STEPS, SCALES, DECISIONS, ELEMENTARY, SPECIAL, GAMMA)
    for rule in table
}

# The operators over plain floats, nothing recorded: `FloatNumbers.sin(0.5)`.
FloatNumbers: Any = type(
    "FloatNumbers", (), {name: staticmethod(rule.primal) for name, rule in RULES.items()}
)

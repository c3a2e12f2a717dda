"""Engine and reference at every special point: the same infinities, NaNs and signs of zero."""

import itertools
import math
from types import ModuleType
from typing import Any

import pytest

from autodiffx.reference.rules import RULES
from conventions import INF, NAN, SUBNORMAL

POINTS = (0.0, -0.0, INF, -INF, NAN, SUBNORMAL, -SUBNORMAL, 0.5, -0.5, 1.0, -1.0, 2.0, -2.5, 3.0,
          -3.0, 1e300, -1e300)  # fmt: skip
FEW = (*POINTS[:5], 1.0, -2.5)

# Derivatives of the beta functions have their digits where both operands are positive.
ROUGH = ("beta", "betaln")
PUBLIC = [rule for rule in RULES.values() if rule.public]
SMOOTH = [rule for rule in PUBLIC if rule.kind != "passive" and rule.name not in ROUGH]


def points(rule: Any) -> list[tuple[Any, ...]]:
    if rule.name == "polygamma":
        return [(order, x) for order in range(4) for x in POINTS]
    return list(itertools.product(FEW if rule.arity > 2 else POINTS, repeat=rule.arity))


def same(a: float, b: float) -> bool:
    """Equal to 12 digits; a zero has the other's sign unless the other is about to underflow."""
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    signs = math.copysign(1.0, a) == math.copysign(1.0, b) or (
        a != b and max(abs(a), abs(b)) < 1e-300
    )
    return signs and math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-300)


def assert_agreement(found: list[tuple[Any, Any, Any]]) -> None:
    wrong = [f"{where}: core {a!r}, reference {b!r}" for where, a, b in found if not same(a, b)]
    assert not wrong, f"{len(wrong)} of {len(found)}\n" + "\n".join(wrong[:12])


@pytest.mark.parametrize("rule", PUBLIC, ids=[rule.name for rule in PUBLIC])
def test_values_agree(core: ModuleType, reference: ModuleType, rule: Any) -> None:
    def value(backend: ModuleType, point: tuple[Any, ...]) -> float:
        return float(getattr(backend, rule.name)(*point))

    assert_agreement([(p, value(core, p), value(reference, p)) for p in points(rule)])


@pytest.mark.parametrize("rule", SMOOTH, ids=[rule.name for rule in SMOOTH])
def test_gradients_agree(core: ModuleType, reference: ModuleType, rule: Any) -> None:
    def gradient(backend: ModuleType, point: tuple[Any, ...]) -> list[float]:
        plain = point[:1] if rule.name == "polygamma" else ()
        leaves = [backend.Variable(x) for x in point[len(plain) :]]
        getattr(backend, rule.name)(*plain, *leaves).backward()
        return [0.0 if leaf.grad is None else leaf.grad for leaf in leaves]

    found = []
    for point in points(rule):
        pairs = zip(gradient(core, point), gradient(reference, point), strict=True)
        found += [((point, i), a, b) for i, (a, b) in enumerate(pairs)]
    assert_agreement(found)

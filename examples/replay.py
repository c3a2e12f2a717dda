"""Record a function once, replay it at other inputs: Newton's method on Rosenbrock's valley.

    python examples/replay.py

A `Graph` keeps the statements that ran inside ``with``. `forward` runs them again at native speed
with the variables' present values, `create_gradient_graph` sweeps back and keeps the gradient,
`hvp` gives exact second derivatives. A branch taken on a value is a guard: a replay that would have
to go the other way says so.
"""

from __future__ import annotations

import autodiffx as adx


def newton(start: tuple[float, float] = (-1.2, 1.0), steps: int = 8) -> list[float]:
    """Minimise 100 (y - x**2)**2 + (1 - x)**2; the value before each step and at the end."""
    x, y = adx.Variable(start[0], name="x"), adx.Variable(start[1], name="y")
    with adx.Graph() as valley:
        _ = 100.0 * (y - x * x) ** 2 + (1.0 - x) ** 2
    values = [valley.forward()]
    for _ in range(steps):
        gradient = valley.create_gradient_graph()
        by_x, by_y = gradient.wrt(x), gradient.wrt(y)
        along_x, along_y = valley.hvp({x: 1.0}), valley.hvp({y: 1.0})
        a, b, d = along_x[x], along_x[y], along_y[y]
        determinant = a * d - b * b
        x.value, y.value = (
            x.value - (d * by_x - b * by_y) / determinant,
            y.value - (a * by_y - b * by_x) / determinant,
        )
        values.append(valley.forward())
    return values


def guarded() -> str:
    """What a replay says when a recorded branch would go the other way."""
    x = adx.Variable(2.0, name="x")
    with adx.Graph() as graph:
        _ = x * x if x > 0.0 else -x
    x.value = -2.0
    try:
        graph.forward()
    except adx.ControlFlowChanged as changed:
        return str(changed)
    return "the branch was not noticed"


if __name__ == "__main__":
    for step, value in enumerate(newton()):
        print(f"step {step}: {value:.3e}")
    print(guarded())

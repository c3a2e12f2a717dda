"""`compat.notebook` runs the published program as it stands, and prints correct numbers."""

import contextlib
import io

import mpmath
import numpy as np

from autodiffx.compat.notebook import Graph, Sigmoid, Sinh, Variable

PROGRAM = """
from autodiffx.compat.notebook import Graph, Sigmoid, Sinh, Variable, generate_topo
with Graph() as graph:
    x = Variable(0.458, "x")
    y = Sigmoid(Sinh(x))
print(graph.values)
print(*generate_topo(y), sep="\\n")
print(graph.forward()); graph.backward()
print(graph.values)
print(graph.create_gradient_graph().wrt(x))
"""


def true_sample() -> tuple[float, float, float]:
    """sigmoid(sinh 0.458), and its derivatives by sinh 0.458 and by 0.458, from 50 digits."""
    with mpmath.workdps(50):
        x = mpmath.mpf(0.458)
        value = 1 / (1 + mpmath.exp(-mpmath.sinh(x)))
        slope = value * (1 - value)
        return float(value), float(slope), float(slope * mpmath.cosh(x))


def test_the_published_program_prints_correct_numbers() -> None:
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(PROGRAM, {})
    value, slope, derivative = true_sample()
    with np.printoptions(precision=8):
        shown_slope, shown = np.array([slope]), np.array([derivative])
        assert printed.getvalue().splitlines() == [
            "[Sinh(Variable('x' [0.458], g=0), g=0), "
            "Sigmoid(Sinh(Variable('x' [0.458], g=0), g=0), g=0)]",
            "Variable('x' [0.458], g=0)",
            "Sinh(Variable('x' [0.458], g=0), g=0)",
            "Sigmoid(Sinh(Variable('x' [0.458], g=0), g=0), g=0)",
            f"{np.array([value])}",
            f"[Sinh(Variable('x' [0.458], g={shown}), g={shown_slope}), "
            f"Sigmoid(Sinh(Variable('x' [0.458], g={shown}), g={shown_slope}), g=1)]",
            f"{shown}",
        ]


def test_the_sample_agrees_with_fifty_digits() -> None:
    with Graph() as graph:
        x = Variable(0.458, "x")
        Sigmoid(Sinh(x))
    value, _, derivative = true_sample()
    np.testing.assert_array_max_ulp(graph.forward(), np.array([value]), maxulp=2)
    wrt = graph.create_gradient_graph().wrt(x)
    np.testing.assert_array_max_ulp(np.asarray(wrt), np.array([derivative]), maxulp=4)


def test_the_published_numbers_belong_to_another_function() -> None:
    with mpmath.workdps(50):
        x = mpmath.mpf(0.458)
        wrong = 1 / (1 + mpmath.exp(-mpmath.cosh(x)))
        slope = wrong * (1 - wrong) * mpmath.cosh(x)
        assert mpmath.nstr(wrong, 8) == "0.75151865"
        assert mpmath.nstr(slope, 8) == "0.20666863"
    value, _, derivative = true_sample()
    assert abs(value - 0.75151865) > 0.1
    assert abs(derivative - 0.20666863) > 0.05

"""Functions of NumPy that Variables are not given to, each with the reason or the way out."""

from __future__ import annotations

__all__ = ["REASONS", "reason_for"]

COMPLEX = "its result is complex, and Variables are real"
COUNTS = "it counts: call it on x.value; np.bincount takes Variables as weights"
INTEGERS = "it takes integers"
SETS = "use np.unique and np.isin"

# By the name without the leading `numpy.`.
REASONS = {
    "array2string": "print x, or x.value",
    "array_repr": "print x, or x.value",
    "array_str": "print x, or x.value",
    "gcd": INTEGERS,
    "histogram": COUNTS,
    "histogram2d": COUNTS,
    "histogram_bin_edges": "call it on x.value",
    "histogramdd": COUNTS,
    "in1d": "NumPy has given it up: use np.isin",
    "intersect1d": SETS,
    "lcm": INTEGERS,
    "left_shift": INTEGERS,
    "nextafter": "it has no derivative: call it on x.value",
    "right_shift": INTEGERS,
    "roots": COMPLEX,
    "setdiff1d": SETS,
    "setxor1d": SETS,
    "sort_complex": COMPLEX,
    "spacing": "it has no derivative: call it on x.value",
    "trapz": "NumPy has given it up: use np.trapezoid",
    "union1d": SETS,
}


def reason_for(name: str) -> str:
    """Why a function is not supported, or what to use instead."""
    short = name.removeprefix("numpy.")
    if short in REASONS:
        return REASONS[short]
    if short.startswith(("fft.", "lib.scimath.")):
        return COMPLEX
    if name.startswith("scipy.special."):
        from autodiffx.scipy import calling, special

        reasons = special.UNSUPPORTED | special.WITHOUT_DERIVATIVE
        return calling.reason_for("scipy.special", name.removeprefix("scipy.special."), reasons)
    return "see autodiffx.numpy for what is, or call it on x.value for numbers without derivative"

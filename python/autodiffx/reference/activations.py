"""Piecewise activations: linear to the right of 0, something else to its left."""

from autodiffx.reference.elementary import exp, expm1

# Klambauer et al. 2017, the fixed point of mean 0 and variance 1, to full length:
# scale 1.0507009873554804934193349852946, alpha 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554805
SELU_DECAY = 1.7580993408473768  # scale alpha = 1.758099340847376859940217520812


def leaky_relu(x: float, slope: float) -> float:
    return slope * x if x < 0 else x


def leaky_relu_by_x(x: float, slope: float) -> float:
    return slope if x < 0 else 1.0


def elu(x: float, alpha: float) -> float:
    return alpha * expm1(x) if x < 0 else x


def elu_by_x(x: float, alpha: float) -> float:
    return alpha * exp(x) if x < 0 else 1.0


def elu_unit(x: float) -> float:
    return expm1(x) if x < 0 else 0.0


def elu_decay(x: float) -> float:
    return exp(x) if x < 0 else 0.0


def selu(x: float) -> float:
    return SELU_DECAY * expm1(x) if x <= 0 else SELU_SCALE * x


def selu_by_x(x: float) -> float:
    return SELU_DECAY * exp(x) if x < 0 else SELU_SCALE

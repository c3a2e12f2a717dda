"""The normal distribution and the error functions in sixty digits.

Everything comes from two expansions (Abramowitz and Stegun 26.2.11 and 26.2.14):

    Phi(x) - 1/2 = phi(x) (x + x^3/3 + x^5/(3 5) + x^7/(3 5 7) + ...)
    Phi(-t) / phi(t) = 1/(t + 1/(t + 2/(t + 3/(t + ...))))                for t > 0
"""

import math
from decimal import Decimal, getcontext, localcontext
from statistics import NormalDist

from autodiffx.reference.precise import HALF, NEGLIGIBLE, ONE, PI, SQRT_2, TWO, ZERO, precise

# From here on the continued fraction is the quicker one; the series loses 9 digits of 60 there.
TAIL = Decimal(6)


def density(x: Decimal) -> Decimal:
    """phi(x) = exp(-x^2/2) / sqrt(2 pi)."""
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def central(x: Decimal) -> Decimal:
    """Phi(x) - 1/2, with all digits near 0."""
    term = total = x
    k = 1
    while abs(term) > NEGLIGIBLE * abs(total):
        k += 2
        term *= x * x / k
        total += term
    return density(x) * total


def excess(t: Decimal) -> Decimal:
    """phi(t)/Phi(-t) - t = 1/(t + 2/(t + 3/(t + ...))) for t >= 6, without cancellation.

    How many terms it takes was tried out. Far out each gives twice the digits that t has.
    """
    digits = getcontext().prec
    slow = int(2 * digits**2 / (t * t))
    fraction = t
    for k in range(2 + digits // (t.adjusted() + 1) + slow, 1, -1):
        fraction = t + k / fraction
    return ONE / fraction


def cumulative(x: Decimal) -> Decimal:
    """Phi(x), with all digits in the lower tail."""
    if x.is_infinite():
        return ONE if x > 0 else ZERO
    if x <= -TAIL:
        return density(x) / (excess(-x) - x)
    if x >= TAIL:
        return ONE - cumulative(-x)
    return HALF + central(x)


def hazard(x: Decimal) -> Decimal:
    """phi(x) / Phi(x), the slope of log Phi; about -x in the lower tail."""
    if x <= -TAIL:
        return -x if x.is_infinite() else excess(-x) - x
    return density(x) / cumulative(x)


def quantile(q: Decimal, from_centre: bool) -> Decimal:
    """The x with Phi(x) = q, or with Phi(x) - 1/2 = q, by Newton's method.

    The centre is solved for Phi - 1/2 and the lower tail for log Phi, so that both keep the
    digits of q; the upper tail is the lower one, mirrored.
    """
    offset = q if from_centre else q - HALF
    lower = q + HALF if from_centre else q
    if lower.is_nan() or lower < 0 or lower > 1:
        return Decimal("NaN")
    if lower == 0 or lower == 1:
        return Decimal("-Infinity") if lower == 0 else Decimal("Infinity")
    if abs(offset) < Decimal("0.47"):
        x = offset * (TWO * PI).sqrt()
        if abs(offset) > Decimal("1e-5"):
            x = Decimal(NormalDist().inv_cdf(float(lower)))
        for _ in range(6):
            x -= (central(x) - offset) / density(x)
        return x
    if offset > 0:
        return -quantile(HALF - offset, False)
    x = Decimal(NormalDist().inv_cdf(float(lower)))
    logarithm = lower.ln()
    for _ in range(4):
        x -= (cumulative(x).ln() - logarithm) / hazard(x)
    return x


def ndtr(x: float) -> float:
    """Phi(x)."""
    return 0.5 + 0.5 * math.erf(x / math.sqrt(2.0)) if x > 0 else _ndtr(x)


@precise
def _ndtr(x: Decimal) -> Decimal:
    return cumulative(x)


@precise
def ndtr_by_x(x: Decimal) -> Decimal:
    """phi(x)."""
    return density(x)


@precise
def ndtr_by_xx(x: Decimal) -> Decimal:
    """-x phi(x)."""
    return ZERO if x.is_infinite() else -x * density(x)


@precise
def log_ndtr(x: Decimal) -> Decimal:
    if x > 0:
        # log(1 - p) = -(p + p^2/2 + p^3/3 + ...) keeps its digits where p is tiny
        p = cumulative(-x)
        if p > Decimal("1e-9"):
            return (ONE - p).ln()
        return sum((p**k / k for k in range(1, 8)), ZERO).copy_negate()
    if x <= -TAIL:
        # density and quotient apart: exp(-x^2/2) may be beyond any exponent
        return -x * x / 2 - (2 * PI).sqrt().ln() - hazard(x).ln()
    return cumulative(x).ln()


@precise
def log_ndtr_by_x(x: Decimal) -> Decimal:
    return hazard(x)


@precise
def log_ndtr_by_xx(x: Decimal) -> Decimal:
    """-h (x + h) with the hazard h."""
    if x.is_infinite():
        return -ONE if x < 0 else ZERO
    if x <= -TAIL:
        return -hazard(x) * excess(-x)
    return -hazard(x) * (x + hazard(x))


@precise
def log_ndtr_derivative(order: Decimal, x: Decimal) -> Decimal:
    """The derivative of any order from 1: of order - 1 of the hazard h.

    h' = -h (x + h), compared power by power, gives one Taylor coefficient of h after the other.
    On the left each cancels by x^2, for which there are more digits.
    """
    if x.is_infinite():
        return ZERO
    count = int(order)
    with localcontext() as context:
        if x < 0:
            context.prec += 2 * count * (max(x.adjusted(), 0) + 1)
        found = [hazard(x)]
        for k in range(count - 1):
            total = x * found[k] + (found[k - 1] if k else ZERO)
            total += sum((found[j] * found[k - j] for j in range(k + 1)), ZERO)
            found.append(-total / (k + 1))
        return found[-1] * math.factorial(count - 1)


@precise
def ndtri(p: Decimal) -> Decimal:
    return quantile(p, False)


@precise
def ndtri_by_x(p: Decimal) -> Decimal:
    """1 / phi(Phi^-1(p))."""
    return ONE / density(quantile(p, False))


@precise
def ndtri_by_xx(p: Decimal) -> Decimal:
    """x / phi(x)^2 at x = Phi^-1(p)."""
    x = quantile(p, False)
    return x / density(x) ** 2


@precise
def erfinv(p: Decimal) -> Decimal:
    return quantile(p / 2, True) / SQRT_2


@precise
def erfinv_by_x(p: Decimal) -> Decimal:
    """sqrt(pi)/2 exp(y^2) at y = erfinv(p), which is 1 / (2 sqrt(2) phi(sqrt(2) y))."""
    return ONE / (2 * SQRT_2 * density(quantile(p / 2, True)))


@precise
def erfinv_by_xx(p: Decimal) -> Decimal:
    """2 y (erfinv')^2."""
    x = quantile(p / 2, True)
    return SQRT_2 * x / (2 * SQRT_2 * density(x)) ** 2


@precise
def erf_by_x(x: Decimal) -> Decimal:
    """2 exp(-x^2) / sqrt(pi)."""
    return 2 * (-x * x).exp() / PI.sqrt()


@precise
def erf_by_xx(x: Decimal) -> Decimal:
    """-4 x exp(-x^2) / sqrt(pi)."""
    return ZERO if x.is_infinite() else -4 * x * (-x * x).exp() / PI.sqrt()


@precise
def gelu(x: Decimal) -> Decimal:
    """x Phi(x)."""
    if x.is_infinite():
        return x if x > 0 else ZERO.copy_negate()
    return x * cumulative(x)


@precise
def gelu_by_x(x: Decimal) -> Decimal:
    """Phi(x) + x phi(x)."""
    if x.is_infinite():
        return ONE if x > 0 else ZERO
    return cumulative(x) + x * density(x)


@precise
def gelu_by_xx(x: Decimal) -> Decimal:
    """(2 - x^2) phi(x)."""
    return ZERO if x.is_infinite() else (2 - x * x) * density(x)

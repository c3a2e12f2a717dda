"""Sixty-digit arithmetic: how the reference gets its digits.

A formula that loses digits in binary floating point (`1 - tanh(x)**2`, say) is evaluated here as
it stands in the book, in the standard library's `decimal`, and rounded once at the end. `Decimal`
has no overflow to speak of and follows IEEE rules for infinities and NaN when no signal is
trapped, so formulas need no case distinctions for huge or tiny arguments.
"""

import functools
import math
from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext

# Enough for a result correct to 17 digits after a cancellation of 40.
CONTEXT = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])

PI = Decimal(
    "3.1415926535897932384626433832795028841971693993751058209749445923078164062862089986280348"
)
LOG_2 = Decimal(
    "0.6931471805599453094172321214581765680755001343602552541206800094933936219696947156058633"
)
SQRT_2 = Decimal(
    "1.4142135623730950488016887242096980785696718753769480731766797379907324784621070388503875"
)
ZERO, ONE, TWO, HALF = Decimal(0), Decimal(1), Decimal(2), Decimal("0.5")

# Relative size below which a further term of a series is dropped.
NEGLIGIBLE = Decimal("1e-62")

Precise = Callable[..., Decimal]


def precise(function: Precise) -> Callable[..., float]:
    """Make a function of floats from one of Decimals: exact operands in, one rounding out."""

    @functools.wraps(function)
    def rounded(*operands: float) -> float:
        with localcontext(CONTEXT):
            return float(function(*map(CONTEXT.create_decimal_from_float, operands)))

    return rounded


def sin_pi(x: Decimal) -> Decimal:
    """sin(pi x), its argument reduced exactly: 0 at every integer."""
    if abs(x) >= 2**53:
        return abs(ZERO * x)  # beyond 2**53 every float is an even integer; NaN at infinity
    turned = x % TWO  # in (-2, 2), the sign of x
    nearest = (turned * TWO).to_integral_value()  # quarter turns, so that |rest| <= 1/4
    rest = PI * (turned - nearest / TWO)
    return (_sin(rest), _cos(rest), -_sin(rest), -_cos(rest))[int(nearest) % 4]


def cos_pi(x: Decimal) -> Decimal:
    """cos(pi x), its argument reduced exactly: 0 at every half-integer."""
    if abs(x) >= 2**53:
        return ONE + ZERO * x
    turned = x % TWO
    nearest = (turned * TWO).to_integral_value()
    rest = PI * (turned - nearest / TWO)
    return (_cos(rest), -_sin(rest), -_cos(rest), _sin(rest))[int(nearest) % 4]


def _sin(y: Decimal) -> Decimal:
    """Taylor's series y - y^3/3! + y^5/5! - ..., for |y| < 1."""
    term = total = y
    k = 1
    while abs(term) > NEGLIGIBLE * abs(total):
        term *= -y * y / ((k + 1) * (k + 2))
        total += term
        k += 2
    return total


def _cos(y: Decimal) -> Decimal:
    """Taylor's series 1 - y^2/2! + y^4/4! - ..., for |y| < 1."""
    term = total = ONE
    k = 0
    while abs(term) > NEGLIGIBLE:
        term *= -y * y / ((k + 1) * (k + 2))
        total += term
        k += 2
    return total


def sinc(order: int, x: Decimal) -> Decimal:
    """The derivative of any order of s(x) = sin(pi x) / (pi x).

    Near 0 from the series sum (-1)^k (pi x)^(2k) / (2k+1)!, differentiated term by term.
    Elsewhere from x s = sin(pi x) / pi: differentiated k times it says
    x s_k + k s_(k-1) = pi^(k-1) times the k-th derivative of the sine.
    """
    if abs(x) >= ONE:
        sine, cosine = sin_pi(x), cos_pi(x)
        value = ZERO
        for k in range(order + 1):
            slope = (sine, cosine, -sine, -cosine)[k % 4]
            value = (PI**k / PI * slope - k * value) / x
        return value + ZERO  # a zero without a sign
    coefficient, total = ONE, ZERO
    for k in range(200):
        exponent = 2 * k - order
        if exponent >= 0:
            term = coefficient * math.perm(2 * k, order) * (x**exponent if exponent else ONE)
            total += term
            if abs(term) <= NEGLIGIBLE * abs(total):
                break
        coefficient *= -PI * PI / ((2 * k + 2) * (2 * k + 3))
    return total

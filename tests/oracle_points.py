"""Where each operator is examined: the domains of its operands and its hard points."""

import itertools
import math
import random
from dataclasses import dataclass

INF = math.inf
Point = tuple[float, ...]


@dataclass(frozen=True)
class Domain:
    """Where an operand may lie, and points that deserve a crowd around them."""

    low: float = -INF
    high: float = INF
    centres: tuple[float, ...] = (0.0, 1.0, -1.0)
    moderate: tuple[float, float] = (1e-3, 50.0)
    smallest: int = -1074  # the least exponent of 2 drawn
    largest: int = 1023
    integer: bool = False

    def draw(self, rng: random.Random) -> float:
        """A random operand: of any magnitude, of everyday size, or close to a centre."""
        while True:
            x = self._draw(rng)
            if self.low <= x <= self.high and math.isfinite(x):
                return x

    def _draw(self, rng: random.Random) -> float:
        if self.integer:
            return float(rng.randint(int(self.low), int(self.high)))
        sign = rng.choice((-1.0, 1.0))
        way = rng.random()
        if way < 0.35:
            return sign * math.ldexp(
                rng.uniform(1.0, 2.0), rng.randint(self.smallest, self.largest)
            )
        if way < 0.7:
            low, high = map(math.log, self.moderate)
            return sign * math.exp(rng.uniform(low, high))
        centre = rng.choice(self.centres)
        nearness = math.ldexp(rng.uniform(1.0, 2.0), -rng.randint(2, 52))
        return centre + sign * (abs(centre) or 1.0) * nearness


REAL = Domain()
POSITIVE = Domain(low=5e-324, centres=(1.0,))
UNIT = Domain(-1.0, 1.0, moderate=(1e-3, 1.0))
PROBABILITY = Domain(5e-324, 1.0 - 2.0**-53, centres=(0.5, 1.0), moderate=(1e-6, 1.0))
TURNS = Domain(centres=(0.0, math.pi / 2, math.pi, 2 * math.pi, 11.0, 355.0))
# The digits of beta are those of differences of psi, which take the oracle as many digits as the
# operands are apart; farther out they are sampled by hand.
SHAPE = Domain(low=1e-12, high=1e9, centres=(0.0, 1.0, 2.0), smallest=-30, largest=30)
# Between poles a polygamma function of odd order has a turning point near the half.
BETWEEN_POLES = (0.0, 1.0, -1.0, -0.5, -1.5, -2.5, -3.5, -10.5)

DOMAINS: dict[str, tuple[Domain, ...]] = {
    **dict.fromkeys(("sin", "cos", "tan"), (TURNS,)),
    **dict.fromkeys(("arcsin", "arccos", "arctanh", "erfinv"), (UNIT,)),
    **dict.fromkeys(("log", "log2", "log10", "sqrt"), (POSITIVE,)),
    **dict.fromkeys(("logit", "ndtri"), (PROBABILITY,)),
    "arccosh": (Domain(low=1.0, centres=(1.0,)),),
    "log1p": (Domain(low=-1.0 + 2.0**-53),),
    "sinc": (Domain(centres=(0.0, 1.0, -2.0, 1.4302966531242027, 0.25, 17.0)),),
    "gelu": (Domain(centres=(0.0, -0.7517915246935645, math.sqrt(2.0), -6.0, -38.0)),),
    "silu": (Domain(centres=(0.0, -1.2784645427610738, 2.3993572805154668, -740.0)),),
    "ndtr": (Domain(centres=(0.0, -6.0, -38.0, 8.0)),),
    "log_ndtr": (Domain(centres=(0.0, -6.0, 6.0, 38.0)),),
    "gamma": (Domain(low=-200.0, centres=(1.0, 1.4616321449683623, -1.0, -0.504083, -7.0, 171.0)),),
    "lgamma": (Domain(centres=(1.0, 2.0, -1.0, -2.4570247382208006, -3.14358, 0.0)),),
    "digamma": (Domain(centres=(1.4616321449683623, -0.5040830082644554, -1.0, -2.0, 0.0)),),
    "polygamma": (
        Domain(0.0, 7.0, integer=True),
        Domain(low=-1000.0, centres=BETWEEN_POLES),
    ),
    **dict.fromkeys(("beta", "betaln"), (SHAPE, SHAPE)),
    "power": (Domain(low=0.0, centres=(1.0, math.e)), Domain(centres=(0.0, 1.0, -1.0, 2.0, 0.5))),
    "xlogy": (REAL, POSITIVE),
    "xlog1py": (REAL, Domain(low=-1.0 + 2.0**-53)),
    "clip": (REAL, REAL, REAL),
    "where": (Domain(0.0, 1.0, integer=True), REAL, REAL),
}

# Magnitudes at which something underflows, overflows or stops to matter.
MAGNITUDES = (
    5e-324, 2.2250738585072014e-308, 1e-300, 1e-160, 1e-154, 1e-100, 1e-20, 1e-9, 1e-8, 1e-4, 0.1,
    0.25, 0.5, 1.0 - 2.0**-53, 1.0, 1.0 + 2.0**-52, 1.5, 2.0, 5.0, 6.0, 10.0, 20.0, 37.0, 100.0,
    700.0, 1e4, 1e8, 1e16, 1e100, 1.3e154, 1.4e154, 1e160, 1e300, 1.7976931348623157e308,
)  # fmt: skip

_FEW = (5e-324, 1e-200, 1e-9, 1.0, 3.0, 1e9, 1e200, 1e308)

# Beside the magnitudes: roots, turning points, ends of the range, and arguments known to be hard.
EXTRA: dict[str, tuple[float, ...]] = {
    "sin": (math.pi, 355.0, 1e22, math.ldexp(6381956970095103, 797)),
    "cos": (math.pi / 2, 11.0, 1e22, math.ldexp(6381956970095103, 797)),
    "tan": (math.pi / 2, math.pi, 11.0, 1e22),
    "sinh": (709.5, 710.2, 710.4758600739439, -710.4758600739439, 711.0),
    "cosh": (709.5, 710.2, 710.4758600739439, 711.0),
    "tanh": (19.0, 22.0, 300.0, 354.0, 370.0, 372.0, -372.5, 373.0),
    "exp": (-708.5, -745.0, -745.2, 709.78, 709.79),
    "exp2": (-1022.5, -1073.5, -1074.9, -1075.1, 1023.99, 1024.2, 1024.4, 1024.6, 1025.1),
    "expm1": (709.78, 709.79, -36.0, -38.0, -745.0),
    "sigmoid": (-37.0, -708.5, -745.0, 745.0, 36.7),
    "log_sigmoid": (-745.0, 745.0, 36.7, 709.8),
    "softplus": (-745.0, 745.0, -36.7, -709.8),
    "silu": (-1.2784645427610738, 2.3993572805154668, -708.5, -745.0, -750.0, -752.0, 745.0),
    "logit": (0.25, 0.75, 0.5 + 2.0**-53, 0.5 - 2.0**-54, 0.4999, 0.5001, 2e-267),
    "gelu": (-0.7517915246935645, math.sqrt(2.0), -37.5, -38.4, -38.6, 38.6, -6.0, -5.99),
    "erf": (0.5, 5.9, 6.0, 26.5, 27.2, -27.2),
    "erfc": (0.5, 5.9, 6.0, 26.5, 27.2, -5.9),
    "erfinv": (0.94, 0.95, 1.0 - 2.0**-30, -0.9999, -1.0 + 2.0**-53),
    "ndtr": (-37.5, -38.4, -38.5, 8.2, 8.3),
    "ndtri": (0.02, 0.03, 0.975, 1e-310, 1.0 - 2.0**-50, 0.5 + 2.0**-53, 0.5 - 2.0**-54),
    "log_ndtr": (-37.5, 38.4, 38.5, 8.2, 8.3, -1e5, 6.01, -6.01),
    "gamma": (
        1.4616321449683623, -0.5040830082644554, 171.6, 171.62, 171.63, 170.5, -170.5, -171.5,
        -175.5, -183.5, 5.6e-309, 5.5e-309, -1.5734984731623905, -20.000000000000004,
    ),
    "lgamma": (
        -2.4570247382208006, -2.7476826467274127, -3.143580888349980, -10.000000000000002, 2.5e305,
        2.6e305, 1.4616321449683623, -1000.5, -123456.75,
    ),
    "digamma": (
        1.4616321449683623, -0.5040830082644554, -1.5734984731623905, -10.75, -1000.5, -123456.75,
        -7.0 - 2.0**-50,
    ),
    "sinc": (0.5, 1.5, 1.4302966531242027, 2.459024, 0.6626, 3.0, 1e5 + 0.5, 2.0**52 + 0.5),
    "floor": (2.0**52 + 0.5, -0.5), "ceil": (2.0**52 + 0.5, -0.5),
    "rint": (2.5, 3.5, -0.5, 0.49999999999999994, 2.0**52 + 0.5), "trunc": (-0.5, -1.5),
    "log1p": (-1.0 + 2.0**-53, -0.5, -0.9),
    "arccosh": (1.0 + 2.0**-52, 1.0 + 2.0**-40),
    "softsign": (1.3e154, 1e200),
}  # fmt: skip

PAIRS: dict[str, tuple[Point, ...]] = {
    "power": (
        (10.0, 308.2), (1.0 + 2.0**-52, 1e17), (1.0 + 2.0**-52, 3.1e18),
        (2.0, -1074.0), (0.5, 1074.5), (1e300, 1e-3), (1e-300, 1e-3), (1e300, 1e-300),
        (10.0, 308.9), (1e-300, 0.9),
        (2.0, -1.0 / math.log(2.0)), (3.0, 2.0), (3.0, 0.5), (-8.0, 3.0), (-8.0, -2.0),
        (-1e200, 3.0), (0.0, 3.0), (0.0, 2.5), (5e-324, 0.5), (1e5, 62.0), (1.5, 1750.0),
        (1.5, 1751.0), (6.068061532993609e-09, 0.053565353637050124),
    ),
    "logaddexp": (
        (-math.log(2.0), -math.log(2.0)), (-1.0, math.log(1.0 - math.exp(-1.0))),
        (math.log(0.1), math.log(0.9)), (1000.0, 1000.0), (-1000.0, -1745.0), (0.0, -745.0),
        (0.0, -30.0), (1e300, -1e300), (1e16, 1e16 + 2.0), (-350.1, 350.2), (-1e-20, -46.0),
    ),
    "hypot": ((3.0, 4.0), (1.5e308, 1.5e308), (5e-324, 5e-324), (1e-160, 1e-161), (1e200, 1e190)),
    "arctan2": (
        (1e-310, 1.0), (1e300, 1e308), (1e-200, -1e-200), (1.0, 1.0), (1.0, 1.0 + 2.0**-52),
    ),
    "betaln": (
        (1.0, 1.0), (1.0, 1.0 + 2.0**-52), (1e10, 1e-10), (1e-10, 1e-10), (1e15, 2.0), (1e-20, 3.0),
        (1e20, 0.5), (1e5, 1e5), (0.5, 0.5), (1e-30, 1e-30), (1e40, 1e40), (2.0, 0.5),
        (0.9999999999517482, 0.9999999978506229),
    ),
    "beta": (
        (1.0, 1.0), (1.0, 1.0 + 2.0**-52), (1e10, 1e-10), (1e-10, 1e-10), (1e15, 2.0), (1e-20, 3.0),
        (1e20, 0.5), (500.0, 560.0), (0.5, 0.5), (1e-14, 1e-14), (512.0, 512.0), (300.0, 10.0),
        (1e-30, 1e-3), (2e-7, 0.3), (0.22663171606841487, 0.0001628365137334841),
        (0.31290407945574517, 5.289663534811106e-6), (29216.859722740715, 5.8643592214141456e-5),
        (341935711.1496189, 0.00021532818694900267), (13.969997007392502, 1.4870986365931032),
    ),
    "divide": ((1e308, 1e-10), (1e-308, 1e10), (1.0, 5.5e-309), (1e300, 1e160), (1e-310, 1e-155)),
    "remainder": ((5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (-1e-300, 1.0), (1e300, 3.0), (1.0, 0.1)),
    "floor_divide": ((5.0, 3.0), (-5.0, 3.0), (5.0, -3.0), (-1e-300, 1.0), (1.0, 0.1), (6.0, 0.1)),
    "xlogy": ((0.0, 2.0), (1e-310, 1e-5), (1e300, 1.0 + 2.0**-52), (3.0, 1.0)),
    "xlog1py": ((0.0, 2.0), (1e-310, 1e5), (1e300, 1e-300), (3.0, -1.0 + 2.0**-53)),
    "elu": ((-1.0, 1.0), (-0.5, 1.67), (2.0, 1.0), (-745.0, 3.0), (-1e-20, 1.0)),
    "leaky_relu": ((-1.0, 0.01), (2.0, 0.01), (-1e-310, 0.01)),
    "copysign": ((-3.0, 2.0), (3.0, -5e-324), (1e308, -1.0)),
    "polygamma": (
        (1.0, 1e-100), (1.0, -0.5), (2.0, -2.75), (3.0, 1e100), (5.0, -10.25), (20.0, 3.0),
        (100.0, 40.0), (0.0, 1.4616321449683623), (2.0, -0.5 + 1e-9), (4.0, 1e-60), (7.0, 1e-30),
        (3.0, -0.49886875041720186), (7.0, -0.49992457162485787), (7.0, -2.5000954202707835),
    ),
}  # fmt: skip


# Points that cost the oracle thousands of digits: examined in the thorough mode only.
SLOW: dict[str, tuple[Point, ...]] = {
    "beta": (
        (1e-30, 1e-30),
        (1e-100, 1.0),
        (1e-100, 1e-3),
        (1e-310, 0.3),
        (20.0, 5e-324),
        (1e-200, 1e-200),
        (1.0, 1e160),
    ),
    "betaln": ((1e-30, 1e-30), (1e-100, 1.0), (1e100, 1.0)),
}


def hard_points(name: str, domains: tuple[Domain, ...]) -> tuple[Point, ...]:
    """The hard points of an operator that lie in its domain, both signs of everything."""
    if len(domains) == 1:
        candidates: list[Point] = [(sign * x,) for x in MAGNITUDES for sign in (1.0, -1.0)]
        candidates += [(x,) for x in EXTRA.get(name, ())]
    elif len(domains) == 2 and name not in ("beta", "betaln", "polygamma"):
        signed = [sign * x for x in _FEW for sign in (1.0, -1.0)]
        candidates = list(itertools.product(signed, repeat=2))
    else:
        candidates = []
    inside = [
        point
        for point in candidates
        if all(d.low <= x <= d.high for d, x in zip(domains, point, strict=True))
    ]
    return (*inside, *PAIRS.get(name, ()))

"""Rules of the Bessel functions, by DLMF 10.6.2 and 10.29.2.

Away from zero the derivative of order v is that function times v / z, and its neighbour of order
v + 1; at zero, where this is 0 / 0, it is made of both neighbours.
"""

from __future__ import annotations

from autodiffx.reference.dispatch import apply
from autodiffx.reference.rule import Number, Numbers, Rule
from autodiffx.reference.scipy.special.own import SPECIAL, of_rule, scipys

__all__: list[str] = []


def _family(name: str, own: float, others: float, neighbour: str | None = None) -> Rule:
    """Functions of an order and an argument, whose derivative is (v/z) f_v + own f_(v+1).

    At zero it is (others f_(v-1) + own f_(v+1)) / 2. The neighbours may have another name: they
    are of the same family, for orders that are no integers as well.
    """
    family: list[Rule] = []

    def near(n: Numbers, v: Number, z: Number, step: float) -> Number:
        return apply(family[0], n.add(v, step), z)

    def slope(n: Numbers, v: Number, z: Number, r: Number) -> Number:
        above = n.multiply(own, near(n, v, z, 1.0))
        at_zero = n.multiply(0.5, n.add(n.multiply(others, near(n, v, z, -1.0)), above))
        elsewhere = n.add(n.multiply(n.divide(v, z), r), above)
        return n.where(n.equal(z, 0.0), at_zero, elsewhere)

    found = scipys(name, 0.0, slope, doc=f"{name}(v, z)")
    family.append(found if neighbour is None else RULES[neighbour])
    return found


def _of_order(name: str, order: float, family: str) -> Rule:
    """One order of a family, of which SciPy has a function of its own."""

    def slope(n: Numbers, z: Number, r: Number) -> Number:
        return RULES[family].partials[1](n, (order, z), r)

    return scipys(name, slope, doc=f"{family}({order:g}, z)")


RULES: dict[str, Rule] = {}
for _name, _own, _others, _neighbour in (
    ("jv", -1.0, 1.0, None),
    ("yv", -1.0, 1.0, None),
    ("iv", 1.0, 1.0, None),
    ("kv", -1.0, -1.0, None),
    ("yn", -1.0, 1.0, "yv"),
    ("kn", -1.0, -1.0, "kv"),
):
    RULES[_name] = _family(_name, _own, _others, _neighbour)
for _name, _order, _of in (
    ("j0", 0.0, "jv"),
    ("j1", 1.0, "jv"),
    ("y0", 0.0, "yv"),
    ("y1", 1.0, "yv"),
    ("i0", 0.0, "iv"),
    ("i1", 1.0, "iv"),
    ("k0", 0.0, "kv"),
    ("k1", 1.0, "kv"),
):
    RULES[_name] = _of_order(_name, _order, _of)


def _scaled(n: Numbers, v: Number, z: Number, r: Number) -> Number:
    """(ive_(v-1) + ive_(v+1)) / 2 - sign(z) ive_v: 0 at the kink of ive_0."""
    below, above = apply(SCALED, n.subtract(v, 1.0), z), apply(SCALED, n.add(v, 1.0), z)
    return n.subtract(n.multiply(0.5, n.add(below, above)), n.multiply(n.sign(z), r))


SCALED: Rule = scipys("ive", 0.0, _scaled, doc="iv(v, z) e^-|z|")
RULES["ive"] = SCALED
RULES["i0e"] = scipys("i0e", lambda n, z, r: _scaled(n, 0.0, z, r), doc="i0(z) e^-|z|")
RULES["i1e"] = scipys("i1e", lambda n, z, r: _scaled(n, 1.0, z, r), doc="i1(z) e^-|z|")


def _scaled_up(n: Numbers, v: Number, z: Number, r: Number) -> Number:
    """kve_v - (kve_(v-1) + kve_(v+1)) / 2."""
    below, above = apply(SCALED_UP, n.subtract(v, 1.0), z), apply(SCALED_UP, n.add(v, 1.0), z)
    return n.subtract(r, n.multiply(0.5, n.add(below, above)))


SCALED_UP: Rule = scipys("kve", 0.0, _scaled_up, doc="kv(v, z) e^z")
RULES["kve"] = SCALED_UP
RULES["k0e"] = scipys("k0e", lambda n, z, r: _scaled_up(n, 0.0, z, r), doc="k0(z) e^z")
RULES["k1e"] = scipys("k1e", lambda n, z, r: _scaled_up(n, 1.0, z, r), doc="k1(z) e^z")

for _rule in RULES.values():
    of_rule(_rule, with_order=_rule.arity == 2)
SPECIAL["jn"] = SPECIAL["jv"]

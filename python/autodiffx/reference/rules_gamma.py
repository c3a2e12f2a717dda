"""Rules of the gamma function and its relatives."""

from autodiffx.reference import gammas
from autodiffx.reference.rule import Number, Numbers, hidden, rule


def _sum(n: Numbers, *terms: Number) -> Number:
    total = terms[0]
    for term in terms[1:]:
        total = n.add(total, term)
    return total


def _product(n: Numbers, *factors: Number) -> Number:
    total = factors[0]
    for factor in factors[1:]:
        total = n.multiply(total, factor)
    return total


def _gamma_third(n: Numbers, x: Number) -> Number:
    """Gamma (psi^3 + 3 psi psi_1 + psi_2)."""
    p, q = n.digamma(x), n.polygamma(1.0, x)
    bracket = _sum(n, n.power(p, 3.0), _product(n, 3.0, p, q), n.polygamma(2.0, x))
    return n.multiply(n.gamma(x), bracket)


def _beta_aaa(n: Numbers, a: Number, b: Number) -> Number:
    """B (d^3 + 3 d d' + d'') with d = psi(a) - psi(a+b)."""
    d, slope = n.betaln_by_a(a, b), n.betaln_by_aa(a, b)
    curve = n.subtract(n.polygamma(2.0, a), n.polygamma(2.0, n.add(a, b)))
    return n.multiply(n.beta(a, b), _sum(n, n.power(d, 3.0), _product(n, 3.0, d, slope), curve))


def _beta_aab(n: Numbers, a: Number, b: Number) -> Number:
    """B (e (d^2 + d') - 2 d psi_1(a+b) - psi_2(a+b)) with e = psi(b) - psi(a+b)."""
    d, slope, e = n.betaln_by_a(a, b), n.betaln_by_aa(a, b), n.betaln_by_a(b, a)
    both = n.add(a, b)
    bracket = _sum(
        n,
        n.multiply(e, n.add(n.square(d), slope)),
        _product(n, -2.0, d, n.polygamma(1.0, both)),
        n.negative(n.polygamma(2.0, both)),
    )
    return n.multiply(n.beta(a, b), bracket)


GAMMA = [
    rule("gamma", gammas.gamma, lambda n, x, r: n.gamma_by_x(x), doc="Gamma;  slope Gamma psi"),
    hidden("gamma_by_x", gammas.gamma_by_x, lambda n, x, r: n.gamma_by_xx(x)),
    hidden(
        "gamma_by_xx",
        gammas.gamma_by_xx,
        lambda n, x, r: _gamma_third(n, x),
        doc="Gamma (psi^2 + psi_1);  slope Gamma (psi^3 + 3 psi psi_1 + psi_2)",
    ),
    rule("lgamma", gammas.lgamma, lambda n, x, r: n.digamma(x), doc="log |Gamma|;  slope psi"),
    rule(
        "digamma",
        gammas.digamma,
        lambda n, x, r: n.polygamma(1.0, x),
        doc="psi = (log Gamma)';  slope psi_1",
    ),
    # the order is a plain number: it has no derivative
    rule(
        "polygamma",
        gammas.polygamma,
        0.0,
        lambda n, order, x, r: n.polygamma(n.add(order, 1.0), x),
        doc="psi_n, the derivative of psi of order n;  by x: psi_(n+1)",
    ),
    rule(
        "beta",
        gammas.beta,
        lambda n, a, b, r: n.beta_by_a(a, b),
        lambda n, a, b, r: n.beta_by_a(b, a),
        doc="B = Gamma(a) Gamma(b) / Gamma(a+b);  by a: B (psi(a) - psi(a+b))",
    ),
    hidden(
        "beta_by_a",
        gammas.beta_by_a,
        lambda n, a, b, r: n.beta_by_aa(a, b),
        lambda n, a, b, r: n.beta_by_ab(a, b),
    ),
    hidden(
        "beta_by_aa",
        gammas.beta_by_aa,
        lambda n, a, b, r: _beta_aaa(n, a, b),
        lambda n, a, b, r: _beta_aab(n, a, b),
    ),
    hidden(
        "beta_by_ab",
        gammas.beta_by_ab,
        lambda n, a, b, r: _beta_aab(n, a, b),
        lambda n, a, b, r: _beta_aab(n, b, a),
    ),
    rule(
        "betaln",
        gammas.betaln,
        lambda n, a, b, r: n.betaln_by_a(a, b),
        lambda n, a, b, r: n.betaln_by_a(b, a),
        doc="log |B|;  by a: psi(a) - psi(a+b)",
    ),
    hidden(
        "betaln_by_a",
        gammas.betaln_by_a,
        lambda n, a, b, r: n.betaln_by_aa(a, b),
        lambda n, a, b, r: n.negative(n.polygamma(1.0, n.add(a, b))),
    ),
    hidden(
        "betaln_by_aa",
        gammas.betaln_by_aa,
        lambda n, a, b, r: n.subtract(n.polygamma(2.0, a), n.polygamma(2.0, n.add(a, b))),
        lambda n, a, b, r: n.negative(n.polygamma(2.0, n.add(a, b))),
    ),
]

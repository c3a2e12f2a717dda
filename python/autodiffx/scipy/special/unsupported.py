"""Functions of scipy.special that Variables are not given to, by the reason or the way out."""

from __future__ import annotations

__all__ = ["UNSUPPORTED", "WITHOUT_DERIVATIVE", "reason_for"]

# Names, separated by blanks, by what keeps them from having a derivative.
WITHOUT_DERIVATIVE = {
    "integers in, numbers out": (
        "bernoulli comb euler factorial factorial2 factorialk perm stirling2"
    ),
    "zeros of functions, by their number": (
        "ai_zeros bei_zeros beip_zeros ber_zeros berp_zeros bi_zeros erf_zeros fresnel_zeros "
        "fresnelc_zeros fresnels_zeros jn_zeros jnjnp_zeros jnp_zeros jnyn_zeros kei_zeros "
        "keip_zeros kelvin_zeros ker_zeros kerp_zeros y0_zeros y1_zeros y1p_zeros yn_zeros "
        "ynp_zeros"
    ),
    "polynomials as objects, and their nodes and weights": (
        "c_roots cg_roots chebyc chebys chebyt chebyu gegenbauer genlaguerre h_roots he_roots "
        "hermite hermitenorm j_roots jacobi js_roots l_roots la_roots laguerre legendre p_roots "
        "ps_roots roots_chebyc roots_chebys roots_chebyt roots_chebyu roots_gegenbauer "
        "roots_genlaguerre roots_hermite roots_hermitenorm roots_jacobi roots_laguerre "
        "roots_legendre roots_sh_chebyt roots_sh_chebyu roots_sh_jacobi roots_sh_legendre s_roots "
        "sh_chebyt sh_chebyu sh_jacobi sh_legendre t_roots ts_roots u_roots us_roots"
    ),
    "how errors are handled": "geterr seterr",
}

GAMMA = "write it with gammainc or gammaincc"
GAMMA_INVERSE = "write it with gammaincinv or gammainccinv"
BETA = "write it with betainc or betaincc"
BETA_INVERSE = "write it with betaincinv"
COMPLEX = "its result is complex, and Variables are real"

UNSUPPORTED = {
    COMPLEX: (
        "h1vp h2vp hankel1 hankel1e hankel2 hankel2e kelvin lambertw modfresnelm modfresnelp "
        "sph_harm_y sph_harm_y_all wofz"
    ),
    GAMMA: "gdtr gdtrc",
    GAMMA_INVERSE: "chdtri gdtrix pdtri",
    BETA: "bdtr bdtrc fdtr fdtrc nbdtr nbdtrc stdtr",
    BETA_INVERSE: "fdtri stdtrit",
    "write it with gammaln or gamma": "binom poch rgamma",
    "write it with jv, yv, iv or kv": (
        "ivp jve jvp kvp lmbda spherical_in spherical_jn spherical_kn spherical_yn yve yvp"
    ),
    "write it with zeta": "zetac",
    "write it with powers and expm1": "inv_boxcox inv_boxcox1p powm1",
    "write it with the functions of radians": "cosdg cotdg diric radian sindg tandg",
}

_REASONS = {
    name: reason
    for table in (WITHOUT_DERIVATIVE, UNSUPPORTED)
    for reason, names in table.items()
    for name in names.split()
}


def reason_for(name: str) -> str:
    """Why a function, named without its module, is not supported, or what to use instead."""
    return _REASONS.get(
        name,
        "see autodiffx.scipy.special for what is, or call it on x.value for numbers without "
        "derivative",
    )

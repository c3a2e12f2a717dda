"""Functions of scipy.special that Variables are not given to, by the reason or the way out."""

from __future__ import annotations

__all__ = ["UNSUPPORTED", "WITHOUT_DERIVATIVE"]

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
    "distributions and inverses without a rule for derivatives: call it on x.value": (
        "bdtri bdtrik bdtrin btdtria btdtrib chdtriv chndtr chndtridf chndtrinc chndtrix "
        "fdtridfd gdtria gdtrib nbdtri nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn "
        "ncfdtrinc nctdtr nctdtridf nctdtrinc nctdtrit nrdtrimn nrdtrisd pdtrik stdtridf"
    ),
    "there is no rule for its derivatives: call it on x.value for numbers without": (
        "agm airy airye assoc_laguerre assoc_legendre_p assoc_legendre_p_all bei beip ber "
        "berp besselpoly dawsn ellip_harm ellip_harm_2 ellip_normal ellipe ellipeinc ellipj "
        "ellipk ellipkinc ellipkm1 elliprc elliprd elliprf elliprg elliprj erfi eval_chebyc "
        "eval_chebys eval_chebyt eval_chebyu eval_gegenbauer eval_genlaguerre eval_hermite "
        "eval_hermitenorm eval_jacobi eval_laguerre eval_legendre eval_sh_chebyt "
        "eval_sh_chebyu eval_sh_jacobi eval_sh_legendre fresnel hyp0f1 hyp1f1 hyp2f1 hyperu "
        "it2i0k0 it2j0y0 it2struve0 itairy iti0k0 itj0y0 itmodstruve0 itstruve0 kei keip ker "
        "kerp kolmogi kolmogorov legendre_p legendre_p_all log_wright_bessel lpmv lqmn lqn "
        "mathieu_a mathieu_b mathieu_cem mathieu_even_coef mathieu_modcem1 mathieu_modcem2 "
        "mathieu_modsem1 mathieu_modsem2 mathieu_odd_coef mathieu_sem modstruve ndtri_exp "
        "obl_ang1 obl_ang1_cv obl_cv obl_cv_seq obl_rad1 obl_rad1_cv obl_rad2 obl_rad2_cv "
        "owens_t pbdn_seq pbdv pbdv_seq pbvv pbvv_seq pbwa pro_ang1 pro_ang1_cv pro_cv "
        "pro_cv_seq pro_rad1 pro_rad1_cv pro_rad2 pro_rad2_cv riccati_jn riccati_yn shichi "
        "sici smirnov smirnovi spence sph_legendre_p sph_legendre_p_all struve tklmbda "
        "voigt_profile wright_bessel wrightomega"
    ),
}

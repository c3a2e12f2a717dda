"""Functions of scipy.linalg that Variables are not given to, by the reason or the way out."""

from __future__ import annotations

__all__ = ["UNSUPPORTED", "WITHOUT_DERIVATIVE"]

UNSUPPORTED = {
    "take the function of autodiffx.numpy.linalg": "eig eigvals lstsq",
    "take autodiffx.numpy.stack and concatenate": (
        "companion convolution_matrix diagsvd fiedler fiedler_companion leslie"
    ),
    "take autodiffx.numpy.einsum": "khatri_rao",
    "take solve_continuous_lyapunov": "solve_lyapunov",
    "take solve, of a product made by autodiffx.numpy.kron": "solve_discrete_lyapunov",
    "its result is complex, and Variables are real": "cdf2rdf rsf2csf",
    "take autodiffx.numpy.linalg.eigh of the whole matrix": (
        "eig_banded eigh_tridiagonal eigvals_banded eigvalsh_tridiagonal"
    ),
    "take solve of the whole matrix": (
        "cholesky_banded cho_solve_banded solve_circulant solve_toeplitz solveh_banded"
    ),
    "take toeplitz(c, r) @ x": "matmul_toeplitz",
    "take svd, of which it is made": "null_space orth orthogonal_procrustes polar subspace_angles",
    "take pinv": "pinvh",
    "take expm of [[a, e], [0, a]], of which it is a block": "expm_frechet",
    "take autodiffx.numpy.linalg.qr": "qr_delete qr_insert qr_multiply qr_update rq",
    "take autodiffx.numpy.linalg.eig or eigh": "cossin hessenberg ordqz qz schur",
    "take lu or cholesky": "ldl",
    "solve it by steps, each with solve": "solve_continuous_are solve_discrete_are",
    "take expm and logm": "fractional_matrix_power funm",
    "it is chosen by rounding": "matrix_balance",
}

WITHOUT_DERIVATIVE = {
    "of plain lengths": "dft hadamard helmert hilbert invhilbert invpascal pascal",
    "decisions, or steps": "bandwidth ishermitian issymmetric signm",
    "random": "clarkson_woodruff_transform",
    "an estimate of another function's condition": "expm_cond",
    "access to BLAS and LAPACK": "find_best_blas_type get_blas_funcs get_lapack_funcs",
}

"""SciPy's linear algebra, on Variables and Duals as on arrays. Read in this order:

    triangles.py       systems of equations with a triangle; Cholesky's and Gauss's factors
    equations.py       Sylvester's equation; bands
    functions.py       exponential, logarithm, square root; curves.py: sines and cosines
    patterns.py        matrices made of what is given

>>> import numpy as np
>>> from autodiffx.reference import Variable
>>> from autodiffx.reference.scipy import linalg
>>> linalg.expm(Variable([[0.0, 1.0], [0.0, 0.0]])).value
array([[1., 1.],
       [0., 1.]])
"""

from __future__ import annotations

from autodiffx.reference.scipy.linalg.curves import coshm as coshm
from autodiffx.reference.scipy.linalg.curves import cosm as cosm
from autodiffx.reference.scipy.linalg.curves import sinhm as sinhm
from autodiffx.reference.scipy.linalg.curves import sinm as sinm
from autodiffx.reference.scipy.linalg.curves import tanhm as tanhm
from autodiffx.reference.scipy.linalg.curves import tanm as tanm
from autodiffx.reference.scipy.linalg.equations import solve_banded as solve_banded
from autodiffx.reference.scipy.linalg.equations import (
    solve_continuous_lyapunov as solve_continuous_lyapunov,
)
from autodiffx.reference.scipy.linalg.equations import solve_sylvester as solve_sylvester
from autodiffx.reference.scipy.linalg.functions import expm as expm
from autodiffx.reference.scipy.linalg.functions import logm as logm
from autodiffx.reference.scipy.linalg.functions import sqrtm as sqrtm
from autodiffx.reference.scipy.linalg.patterns import block_diag as block_diag
from autodiffx.reference.scipy.linalg.patterns import circulant as circulant
from autodiffx.reference.scipy.linalg.patterns import hankel as hankel
from autodiffx.reference.scipy.linalg.patterns import toeplitz as toeplitz
from autodiffx.reference.scipy.linalg.triangles import cho_factor as cho_factor
from autodiffx.reference.scipy.linalg.triangles import cho_solve as cho_solve
from autodiffx.reference.scipy.linalg.triangles import cholesky as cholesky
from autodiffx.reference.scipy.linalg.triangles import lu as lu
from autodiffx.reference.scipy.linalg.triangles import lu_factor as lu_factor
from autodiffx.reference.scipy.linalg.triangles import lu_solve as lu_solve
from autodiffx.reference.scipy.linalg.triangles import solve_triangular as solve_triangular

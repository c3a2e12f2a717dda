"""`compat.autograd` runs programs written for autograd as they stand, with right derivatives.

The programs are in `autograd_programs`, and check themselves. Each was run with autograd 1.9.1 too.
"""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import autograd_programs
from autodiffx.compat import autograd as compat
from autograd_programs.listing import PROGRAMS, SUBJECTS

# Everything that programs for autograd import, by its own name. What needs complex numbers,
# holomorphic_grad and numpy.fft, is not for programs that run on both.
NAMES = """
grad value_and_grad grad_and_aux jacobian hessian elementwise_grad deriv make_vjp make_jvp make_hvp
make_ggnvp make_jvp_reversemode hessian_tensor_product tensor_jacobian_product
hessian_vector_product vector_jacobian_product multigrad_dict checkpoint
autograd.numpy autograd.numpy.linalg autograd.numpy.random autograd.numpy.numpy_boxes
autograd.numpy.numpy_vjps unbroadcast_f
autograd.scipy.special autograd.scipy.stats autograd.scipy.linalg solve_triangular
autograd.scipy.integrate odeint autograd.scipy.signal convolve
norm t gamma beta chi2 poisson dirichlet multivariate_normal
autograd.extend primitive defvjp defjvp defvjp_argnum defjvp_argnum notrace_primitive
def_linear register_notrace Box ArrayBox VSpace vspace SparseObject
autograd.builtins list dict tuple isinstance type
autograd.misc flatten const_graph autograd.misc.optimizers sgd rmsprop adam
autograd.misc.fixed_points fixed_point
autograd.test_util check_grads combo_check check_equivalent scalar_close
autograd.tracer getval autograd.core
"""


def of_programs(name: str) -> bool:
    """Whether the module is found as autograd, or has imported what was."""
    subjects = [f"{autograd_programs.__name__}.{path.stem}" for path in SUBJECTS]
    return name == "autograd" or name.startswith("autograd.") or name in subjects


@contextmanager
def installed() -> Iterator[None]:
    """`import autograd` finds what is installed, and after that what it found before."""
    finders = sys.meta_path.copy()
    before = {name: sys.modules.pop(name) for name in list(sys.modules) if of_programs(name)}
    compat.install()
    try:
        yield
    finally:
        sys.meta_path[:] = finders
        for name in list(filter(of_programs, sys.modules)):
            del sys.modules[name]
        sys.modules.update(before)


@pytest.fixture(scope="module")
def subjects() -> Iterator[dict[str, ModuleType]]:
    """The modules of programs by their names."""
    with installed():
        yield {
            path.stem: import_module(f"{autograd_programs.__name__}.{path.stem}")
            for path in SUBJECTS
        }


@pytest.mark.parametrize(("subject", "name"), PROGRAMS)
def test_the_program_runs(subjects: dict[str, ModuleType], subject: str, name: str) -> None:
    state = np.random.get_state()  # noqa: NPY002  # which programs of autograd's age draw from
    np.random.seed(0)  # noqa: NPY002
    try:
        getattr(subjects[subject], name)()
    finally:
        np.random.set_state(state)  # noqa: NPY002


def words_of(path: Path) -> Iterator[str]:
    """Names that the module imports or uses, and the modules that it imports them from."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def test_the_programs_use_every_name() -> None:
    used = {word for path in SUBJECTS for word in words_of(path)}
    assert not [name for name in NAMES.split() if name not in used]


def test_there_are_many_programs() -> None:
    assert len(PROGRAMS) == len(set(PROGRAMS)) >= 64


def test_installing_is_undone() -> None:
    before = sys.modules.get("autograd"), sys.meta_path.copy()
    with installed():
        assert import_module("autograd.numpy").__name__.endswith("autograd.numpy")
        assert "autograd" in sys.modules
    assert (sys.modules.get("autograd"), sys.meta_path) == before

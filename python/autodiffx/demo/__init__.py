"""The tour behind ``python -m autodiffx demo``: models trained, gradients checked and timed.

Each model is a module of its own, written as a user would write it, except that the module that
differentiates comes in as the argument ``adx``: the core or `autodiffx.reference`.
"""

from autodiffx.demo.tour import run

__all__ = ["run"]

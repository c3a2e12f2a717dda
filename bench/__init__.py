"""Measurements of autodiffx beside plain floats and whichever peers are installed.

``python -m bench`` from the checkout runs them all, ``python -m bench.eager`` (or any other file
with a ``measure`` function) runs one.
"""

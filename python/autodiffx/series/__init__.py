"""Truncated power series: what `adx.taylor` carries through a function.

Read it in this order:

    products.py    sums and products of coefficients
    system.py      unknown series advanced together, one coefficient after the other, by the
                   partials of the operator table
    equations.py   operators whose partials lead on and on: equations that close
    series.py      Series, a number or an array with its coefficients
    arrays.py      NumPy's functions of arrays; linear.py, multilinear.py, reductions.py
    protocol.py    what NumPy calls when its own functions are given a Series
    taylor.py      the transform
"""

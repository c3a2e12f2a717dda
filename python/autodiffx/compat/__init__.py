"""Code written for other libraries runs here after changing only its imports.

==============================  =====================================================
module                          stands for
==============================  =====================================================
``autodiffx.compat.notebook``   a notebook's nodes: ``Variable``, ``Sigmoid``, ``Graph``
``autodiffx.compat.dual``       a module of dual numbers: ``Variable(value, grad)``
``autodiffx.compat.micrograd``  micrograd 0.1.0: ``Value``, ``MLP``
``autodiffx.compat.autograd``   HIPS autograd 1.9: ``grad``, ``numpy``, ``primitive``
==============================  =====================================================

The first three keep the names, the shapes and the printed forms of well-known teaching programs,
the last the names and the semantics of its original. None has a rule of differentiation of its own:
every derivative comes from the tape or from ``autodiffx.Dual``.
"""

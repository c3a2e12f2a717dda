"""Code written for three well-known teaching programs runs here after changing only its imports.

==============================  =====================================================
module                          stands for
==============================  =====================================================
``autodiffx.compat.notebook``   a notebook's nodes: ``Variable``, ``Sigmoid``, ``Graph``
``autodiffx.compat.dual``       a module of dual numbers: ``Variable(value, grad)``
``autodiffx.compat.micrograd``  micrograd 0.1.0: ``Value``, ``MLP``
==============================  =====================================================

Each keeps the names, the shapes and the printed forms of its original. None has a rule of
differentiation of its own: every derivative comes from the tape or from ``autodiffx.Dual``.
"""

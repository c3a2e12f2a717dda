"""SciPy's functions on Variables, module by module."""

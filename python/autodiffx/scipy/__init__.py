"""SciPy's functions on Variables, each module under SciPy's name for it."""

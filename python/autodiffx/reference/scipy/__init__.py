"""SciPy's functions on Variables and Duals, computed here without SciPy."""

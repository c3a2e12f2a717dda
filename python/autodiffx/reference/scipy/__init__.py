"""SciPy's functions, on Variables and Duals as on arrays, module by module."""

"""SciPy's functions on Variables, each module under SciPy's name for it."""


def __getattr__(name: str) -> object:
    # adx.scipy.linalg without an import of its own.
    from importlib import import_module

    module = f"autodiffx.scipy.{name}"
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise AttributeError(f"module 'autodiffx.scipy' has no attribute {name!r}") from None

"""Runs every program on whatever `import autograd` finds, and says which ones failed."""

import inspect
import sys
import traceback
import warnings
from importlib import import_module

from autograd_programs.listing import PROGRAMS

# multigrad_dict of autograd asks for a package that only old versions of Python can import;
# what it is asked for is in the standard library now.
sys.modules.setdefault("funcsigs", inspect)
warnings.simplefilter("error")

failed = []
for subject, name in PROGRAMS:
    if sys.argv[1:] and not any(word in f"{subject}.{name}" for word in sys.argv[1:]):
        continue
    try:
        getattr(import_module(f"autograd_programs.{subject}"), name)()
    except Exception:
        traceback.print_exc()
        failed.append(f"{subject}.{name}")
autograd = import_module("autograd")
print(f"{len(PROGRAMS)} programs on {autograd.__file__}; failed: {failed or 'none'}")
sys.exit(bool(failed))

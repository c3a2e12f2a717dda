"""Runs every program on whatever `import autograd` finds, and says which ones failed.

Arguments are parts of names, of the programs to run.
"""

import inspect
import sys
import traceback
import warnings
from importlib import import_module

from autograd_programs.listing import PROGRAMS

# autograd's multigrad_dict imports a package that is not installed with it, for what the standard
# library has by the same name.
sys.modules.setdefault("funcsigs", inspect)
warnings.simplefilter("error")

count, failed = 0, []
for subject, name in PROGRAMS:
    if sys.argv[1:] and not any(word in f"{subject}.{name}" for word in sys.argv[1:]):
        continue
    count += 1
    try:
        getattr(import_module(f"autograd_programs.{subject}"), name)()
    except Exception:
        traceback.print_exc()
        failed.append(f"{subject}.{name}")
autograd = import_module("autograd")
print(f"{count} programs on {autograd.__file__}; failed: {failed or 'none'}")
sys.exit(bool(failed))

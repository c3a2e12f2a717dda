// Stands first on the include path of everything but the bindings.
#error "only cpp/bindings/ may include Python.h"

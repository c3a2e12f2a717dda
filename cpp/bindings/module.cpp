// The extension module: one registration per concept.
#include "array_joining.hpp"
#include "external.hpp"
#include "segment.hpp"

PYBIND11_MODULE(_core, module) {
    using namespace autodiffx::bindings;
    module.doc() = "The core of autodiffx: tape, operators and sweeps.";
    module.attr("__version__") = AUTODIFFX_VERSION;
    register_errors();
    register_table(module);
    register_functions(module);
    register_arrays();
    register_variable(module);
    register_array_protocol(module);
    register_products(module);
    register_reductions(module);
    register_joining(module);
    register_externals(module);
    register_dual(module);
    register_graph(module);
    register_transforms(module);
    register_recording(module);
    register_segments(module);
    register_watch(module);
    register_autograd(module);
}

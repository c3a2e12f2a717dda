// GradientGraph to Python.
#include "gradient_graph.hpp"

namespace autodiffx::bindings {

py::object GradientGraph::wrt(const py::object& variable) const {
    if (!is_variable(variable.ptr())) {
        raise_type_error("wrt() takes a Variable, got '" + type_name(variable.ptr()) + "'");
    }
    Handle const& handle = handle_of(variable.ptr());
    if (handle.state == Handle::State::leaf) {
        if (by_leaf_.contains(handle.leaf)) return by_leaf_.read(variable);
    } else if (handle.tape == tape_ && handle.tape != nullptr && handle.slot < by_slot_.size()) {
        if (!handle.array) return py::float_(by_slot_[handle.slot]);
        ArrayView const& view = view_of(variable.ptr());
        return to_numpy(by_slot_.data() + handle.slot + 1 - view.slots, view, true);
    }
    raise(PyExc_KeyError, std::string(py::repr(variable)) + " is not in " + tape_->describe());
}

void register_gradient_graph(py::module_& module) {
    py::class_<GradientGraph>(module, "GradientGraph",
                              "The gradient of a Graph's last value, taken once.\n\n"
                              ">>> import autodiffx as adx\n"
                              ">>> x = adx.Variable(3.0)\n"
                              ">>> with adx.Graph() as graph:\n"
                              "...     y = x * x\n"
                              ">>> graph.create_gradient_graph().wrt(x)\n"
                              "6.0\n")
        .def("wrt", &GradientGraph::wrt, py::arg("variable"),
             "The derivative of the last value by a Variable of the graph, a float; 0.0 if it does "
             "not depend on it.\n\n"
             "Raises KeyError, with the name, for a Variable that is not in the graph.")
        .def_property_readonly("graph", &GradientGraph::graph, "The Graph.");
}

}  // namespace autodiffx::bindings

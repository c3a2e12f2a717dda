// Exceptions: the core's become Python's.
#include "common.hpp"

namespace autodiffx::bindings {

PyObject* graph_error_type = nullptr;
PyObject* stale_error_type = nullptr;
PyObject* control_flow_error_type = nullptr;
PyObject* escape_warning_type = nullptr;

void raise_current_exception() noexcept {
    try {
        throw;
    } catch (py::error_already_set& error) {
        error.restore();
    } catch (const graph_error& error) {
        PyErr_SetString(graph_error_type, error.what());
    } catch (const stale_error& error) {
        PyErr_SetString(stale_error_type, error.what());
    } catch (const control_flow_changed& error) {
        PyErr_SetString(control_flow_error_type, error.what());
    } catch (const missing_value& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const passive_error& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::bad_alloc&) {
        PyErr_SetString(PyExc_MemoryError,
                        "no memory for another statement: what is recorded is intact; drop values "
                        "or clear() a Graph");
    } catch (const not_supported& error) {
        PyErr_SetString(PyExc_NotImplementedError, error.what());
    } catch (const shape_error& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::length_error&) {
        PyErr_SetString(
            PyExc_MemoryError,
            "the tape is full: it holds at most 2**32 slots; clear() the Graph or drop values");
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    } catch (...) {
        PyErr_SetString(PyExc_RuntimeError, "an unknown C++ exception");
    }
}

void raise(PyObject* type, const std::string& message) {
    PyErr_SetString(type, message.c_str());
    throw py::error_already_set();
}
void raise_type_error(const std::string& message) { raise(PyExc_TypeError, message); }
void raise_value_error(const std::string& message) { raise(PyExc_ValueError, message); }

std::string type_name(PyObject* object) {
    return py::str(py::handle(reinterpret_cast<PyObject*>(Py_TYPE(object))).attr("__name__"));
}

void register_errors() {
    // The classes are Python's, shared with the reference.
    py::module_ const errors = py::module_::import("autodiffx.errors");
    auto const take = [&](char const* name) {
        return py::object(errors.attr(name)).release().ptr();
    };
    graph_error_type = take("GraphError");
    stale_error_type = take("StaleValueError");
    control_flow_error_type = take("ControlFlowChanged");
    escape_warning_type = take("EscapeWarning");
    py::register_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) std::rethrow_exception(pointer);
        } catch (const graph_error&) {
            raise_current_exception();
        } catch (const stale_error&) {
            raise_current_exception();
        } catch (const control_flow_changed&) {
            raise_current_exception();
        } catch (const missing_value&) {
            raise_current_exception();
        } catch (const passive_error&) {
            raise_current_exception();
        } catch (const std::bad_alloc&) {
            raise_current_exception();
        } catch (const std::length_error&) {
            raise_current_exception();
        } catch (const shape_error&) {
            raise_current_exception();
        } catch (const not_supported&) {
            raise_current_exception();
        }
    });
    // A long sweep can be interrupted.
    sweep_poll = [] {
        if (PyErr_CheckSignals() != 0) throw py::error_already_set();
    };
}

}  // namespace autodiffx::bindings

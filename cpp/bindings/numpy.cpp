// NumPy's protocols: its functions on Variables record, its conversions refuse.
#include "arrays.hpp"
#include "functions.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

// The function of autodiffx that a NumPy function stands for; null if none.
py::object counterpart(const std::string& name) {
    static py::dict const* const functions = [] {
        py::module_ const core = py::module_::import("autodiffx._core");
        py::dict result;
        for (auto const item : py::reinterpret_borrow<py::dict>(core.attr("OPS"))) {
            if (py::cast<bool>(item.second.attr("public")))
                result[item.first] = core.attr(item.first);
        }
        for (Alias const& alias : aliases) result[alias.name] = core.attr(alias.name);
        for (const char* rounding : {"round", "around"}) result[rounding] = core.attr("round");
        return new py::dict(std::move(result));
    }();
    return functions->contains(name) ? py::object((*functions)[name.c_str()]) : py::object();
}

PyObject* array_ufunc(PyObject*, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        auto const all = py::reinterpret_borrow<py::tuple>(arguments);
        if (all.size() < 2)
            raise_type_error("__array_ufunc__() takes a ufunc, a method and its inputs");
        std::string const name = py::str(all[0].attr("__name__"));
        std::string const method = py::str(all[1]);
        bool const alone = keywords == nullptr || PyDict_Size(keywords) == 0;
        if (alone && name == "matmul" && method == "__call__" && all.size() == 4) {
            PyObject* const product = product_of_matrices(all[2].ptr(), all[3].ptr());
            if (product != nullptr) return product;
        }
        if (!counterpart(name) || method != "__call__") {
            py::object const apply = py::module_::import("autodiffx.numpy").attr("_apply_ufunc");
            auto const inputs = py::reinterpret_steal<py::tuple>(
                PyTuple_GetSlice(arguments, 2, PyTuple_GET_SIZE(arguments)));
            auto const named =
                keywords != nullptr ? py::reinterpret_borrow<py::dict>(keywords) : py::dict();
            return py::object(apply(all[0], method, inputs, named)).release().ptr();
        }
        if (keywords != nullptr && PyDict_GetItemString(keywords, "out") != nullptr) {
            raise_type_error("numpy." + name +
                             " of Variables takes no out=: a NumPy array cannot keep derivatives; "
                             "write y = y + x instead of y += x, or make y with anp.zeros");
        }
        if (!alone) {
            raise_type_error(
                "numpy." + name +
                " of Variables takes no keywords: what is recorded has no out=, where= or dtype=");
        }
        py::object const function = counterpart(name);
        auto const inputs = py::reinterpret_steal<py::tuple>(
            PyTuple_GetSlice(arguments, 2, PyTuple_GET_SIZE(arguments)));
        return function(*inputs).release().ptr();
    });
}

PyObject* array_function(PyObject*, PyObject* arguments, PyObject*) {
    return guarded([&]() -> PyObject* {
        auto const all = py::reinterpret_borrow<py::tuple>(arguments);
        if (all.size() != 4)
            raise_type_error("__array_function__() takes a function, types, args and kwargs");
        py::object const apply = py::module_::import("autodiffx.numpy").attr("_apply_function");
        return py::object(apply(all[0], all[2], all[3])).release().ptr();
    });
}

PyObject* array(PyObject* self, PyObject*, PyObject*) {
    return guarded([&]() -> PyObject* {
        Handle const& handle = handle_of(self);
        if (handle.state == Handle::State::constant || handle.state == Handle::State::varying) {
            if (handle.array) return array_value(self);
            double const value = read_value(handle);
            note_escape(handle);
            return py::module_::import("numpy").attr("array")(value).release().ptr();
        }
        raise_type_error(
            "a NumPy array of a Variable would drop its derivative: use x.value for the number, "
            "adx.sin(x) and the like "
            "for functions, anp.stack([x, ...]) to join and anp.zeros(n) to fill arrays of "
            "Variables");
    });
}

}  // namespace

const std::vector<PyMethodDef>& numpy_methods() {
    auto const with_keywords = [](PyObject* (*function)(PyObject*, PyObject*, PyObject*)) {
        return reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
    };
    static const std::vector<PyMethodDef> methods = {
        {"__array_ufunc__", with_keywords(array_ufunc), METH_VARARGS | METH_KEYWORDS, nullptr},
        {"__array_function__", with_keywords(array_function), METH_VARARGS | METH_KEYWORDS,
         nullptr},
        {"__array__", with_keywords(array), METH_VARARGS | METH_KEYWORDS, nullptr},
    };
    return methods;
}

}  // namespace autodiffx::bindings

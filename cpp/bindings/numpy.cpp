// NumPy's protocols: its functions on Variables record, its conversions refuse.
#include "array_joining.hpp"
#include "array_reductions.hpp"
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

// What is behind an attribute of a module, kept for as long as the process runs.
struct Kept {
    PyObject* object;
    Kept(const char* module, const char* name)
        : object(py::object(py::module_::import(module).attr(name)).release().ptr()) {}
};

// The same of a ufunc, which is looked up by its name once.
PyObject* counterpart(PyObject* ufunc) {
    static PyObject* const known = py::dict().release().ptr();
    if (PyObject* const found = PyDict_GetItemWithError(known, ufunc)) return found;
    if (PyErr_Occurred() != nullptr) throw py::error_already_set();
    py::object function = counterpart(std::string(py::str(py::handle(ufunc).attr("__name__"))));
    if (!function) function = py::none();
    if (PyDict_SetItem(known, ufunc, function.ptr()) != 0) throw py::error_already_set();
    return PyDict_GetItemWithError(known, ufunc);
}

PyObject* called(PyObject* function, PyObject* const* arguments, std::size_t count) {
    PyObject* const result = PyObject_Vectorcall(function, arguments, count, nullptr);
    if (result == nullptr) throw py::error_already_set();
    return result;
}

// A ufunc called with nothing but its inputs; null if it takes another way.
PyObject* plain_call(PyObject* ufunc, PyObject* const* inputs, std::size_t count) {
    static Kept const matmul("numpy", "matmul");
    if (ufunc == matmul.object && count == 2) return product_of_matrices(inputs[0], inputs[1]);
    PyObject* const function = counterpart(ufunc);
    return function == Py_None ? nullptr : called(function, inputs, count);
}

PyObject* array_ufunc(PyObject*, PyObject* arguments, PyObject* keywords) {
    return guarded([&]() -> PyObject* {
        auto const count = static_cast<std::size_t>(PyTuple_GET_SIZE(arguments));
        if (count < 2) raise_type_error("__array_ufunc__() takes a ufunc, a method and its inputs");
        PyObject* const* const all = &PyTuple_GET_ITEM(arguments, 0);
        PyObject *const ufunc = all[0], *const method = all[1];
        bool const alone = keywords == nullptr || PyDict_Size(keywords) == 0;
        bool const called_so =
            PyUnicode_Check(method) && PyUnicode_CompareWithASCIIString(method, "__call__") == 0;
        if (alone && called_so) {
            if (PyObject* const result = plain_call(ufunc, all + 2, count - 2)) return result;
        }
        if (PyUnicode_Check(method) && PyUnicode_CompareWithASCIIString(method, "reduce") == 0) {
            if (PyObject* const result = reduced_by_ufunc(ufunc, all + 2, count - 2, keywords))
                return result;
        }
        static Kept const apply("autodiffx.numpy", "_apply_ufunc");
        auto const inputs = py::reinterpret_steal<py::tuple>(
            PyTuple_GetSlice(arguments, 2, PyTuple_GET_SIZE(arguments)));
        auto const named =
            keywords != nullptr ? py::reinterpret_borrow<py::dict>(keywords) : py::dict();
        PyObject* const given[] = {ufunc, method, inputs.ptr(), named.ptr()};
        return called(apply.object, given, 4);
    });
}

PyObject* array_function(PyObject*, PyObject* arguments, PyObject*) {
    return guarded([&]() -> PyObject* {
        if (PyTuple_GET_SIZE(arguments) != 4)
            raise_type_error("__array_function__() takes a function, types, args and kwargs");
        PyObject *const function = PyTuple_GET_ITEM(arguments, 0),
                        *const positional = PyTuple_GET_ITEM(arguments, 2),
                        *const named = PyTuple_GET_ITEM(arguments, 3);
        if (PyObject* const result = reduced_by_function(function, positional, named))
            return result;
        if (PyObject* const result = joined_by_function(function, positional, named)) return result;
        static Kept const apply("autodiffx.numpy", "_apply_function");
        PyObject* const given[] = {function, positional, named};
        return called(apply.object, given, 3);
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
            "adx.sin(x) and the like for functions, autodiffx.scipy for those of SciPy, "
            "anp.stack([x, ...]) to join and anp.zeros(n) to fill arrays of "
            "Variables, and to_numpy() of what pandas holds");
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

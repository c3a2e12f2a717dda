// Reductions of array Variables along axes, where nothing but axes is asked for.
#include "array_reductions.hpp"

#include <algorithm>
#include <array>

#include "autodiffx/field.hpp"

namespace autodiffx::bindings {

namespace {

bool mark_axis(PyObject* axis, int ndim, bool* marked) {
    if (!PyLong_CheckExact(axis)) return false;
    int overflow = 0;
    long const given = PyLong_AsLongAndOverflow(axis, &overflow);
    long const found = given < 0 ? given + ndim : given;
    if (overflow != 0 || found < 0 || found >= ndim || marked[found]) return false;
    return marked[found] = true;
}

// Which axes are meant. False if these are none, or named twice.
bool mark_axes(PyObject* axis, int ndim, bool* marked) {
    std::fill_n(marked, ndim, axis == nullptr || axis == Py_None);
    if (axis == nullptr || axis == Py_None) return true;
    if (!PyTuple_CheckExact(axis)) return mark_axis(axis, ndim, marked);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(axis); ++i) {
        if (!mark_axis(PyTuple_GET_ITEM(axis, i), ndim, marked)) return false;
    }
    return true;
}

bool has_none(const ArrayView& view, const bool* marked) {
    for (int i = 0; i < view.ndim; ++i) {
        if (marked[i] && view.shape()[i] == 0) return true;
    }
    return false;
}

ArrayResult record_mean(Tape& tape, const ArrayOperand& operand, const bool* marked, bool kept) {
    std::int64_t count = 1;
    for (int i = 0; i < operand.ndim; ++i) count *= marked[i] ? operand.shape[i] : 1;
    ArrayResult const sum = record_sum_over(tape, operand, marked, kept);
    std::int64_t strides[max_ndim];
    ArrayOperand number;
    number.dtype = operand.dtype;
    number.first = number_slot(tape, static_cast<double>(count), number.dtype);
    ArrayOperand const operands[] = {as_operand(sum, strides), number};
    return record_array(tape, Op::divide, operands);
}

struct NumPyName {
    const char* name;
    Reduction how;
};
constexpr std::array functions = {
    NumPyName{"sum", Reduction::sum},      NumPyName{"mean", Reduction::mean},
    NumPyName{"max", Reduction::largest},  NumPyName{"amax", Reduction::largest},
    NumPyName{"min", Reduction::smallest}, NumPyName{"amin", Reduction::smallest}};
constexpr std::array ufuncs = {
    NumPyName{"add", Reduction::sum}, NumPyName{"maximum", Reduction::largest},
    NumPyName{"minimum", Reduction::smallest}, NumPyName{"logaddexp", Reduction::logsumexp}};

// Which of them an object of NumPy is; null if none.
template <std::size_t count>
const NumPyName* named(PyObject* object, const std::array<NumPyName, count>& names,
                       std::array<PyObject*, count>& objects) {
    if (objects[0] == nullptr) {
        py::module_ const numpy = py::module_::import("numpy");
        for (std::size_t i = 0; i < count; ++i)
            objects[i] = py::object(numpy.attr(names[i].name)).release().ptr();
    }
    auto const found = std::find(objects.begin(), objects.end(), object);
    return found == objects.end() ? nullptr
                                  : &names[static_cast<std::size_t>(found - objects.begin())];
}

template <Reduction how>
PyObject* function(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&]() -> PyObject* {
        if (count != 3) raise_type_error("a reduction takes an array, axes and keepdims");
        PyObject* const result = reduced(how, arguments[0], {arguments[1], arguments[2]});
        if (result == nullptr) Py_RETURN_NONE;
        return result;
    });
}

template <Reduction how>
PyMethodDef definition(const char* name) {
    auto const pointer = function<how>;
    return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(pointer)),
            METH_FASTCALL, nullptr};
}

}  // namespace

bool AxesGiven::read(PyObject* const* positional, std::size_t count, PyObject* keywords) {
    if (count > 1) return false;
    if (count == 1) axis = positional[0];
    if (keywords == nullptr) return true;
    Py_ssize_t place = 0;
    PyObject *key, *value;
    while (PyDict_Next(keywords, &place, &key, &value) != 0) {
        if (count == 0 && PyUnicode_CompareWithASCIIString(key, "axis") == 0) axis = value;
        else if (PyUnicode_CompareWithASCIIString(key, "keepdims") == 0) keepdims = value;
        else return false;
    }
    return true;
}

PyObject* reduced(Reduction how, PyObject* array, const AxesGiven& given) {
    if (!is_array(array)) return nullptr;
    ArrayView const& view = view_of(array);
    if (view.dtype == Dtype::boolean || view.ndim == 0) return nullptr;
    bool const kept = given.keepdims == Py_True;
    if (given.keepdims != nullptr && !PyBool_Check(given.keepdims)) return nullptr;
    bool marked[max_ndim];
    if (!mark_axes(given.axis, view.ndim, marked)) return nullptr;
    bool const is_extreme = how == Reduction::largest || how == Reduction::smallest;
    if (is_extreme && has_none(view, marked)) return nullptr;
    Tape& tape = current_tape();
    tape.make_room();
    ArrayOperand const operand = array_operand(tape, array);
    switch (how) {
        case Reduction::sum:
            return new_array(tape, record_sum_over(tape, operand, marked, kept));
        case Reduction::mean:
            return new_array(tape, record_mean(tape, operand, marked, kept));
        case Reduction::largest:
            return new_array(tape,
                             record_extreme_over(tape, operand, ArrayOp::largest, marked, kept));
        case Reduction::smallest:
            return new_array(tape,
                             record_extreme_over(tape, operand, ArrayOp::smallest, marked, kept));
        case Reduction::shift:
            return kept ? new_array(tape, record_shift_over(tape, operand, marked)) : nullptr;
        case Reduction::logsumexp:
            return new_array(tape, record_logsumexp_over(tape, operand, marked, kept));
    }
    return nullptr;
}

PyObject* reduced_by_function(PyObject* function, PyObject* arguments, PyObject* keywords) {
    static std::array<PyObject*, functions.size()> objects{};
    NumPyName const* const found = named(function, functions, objects);
    AxesGiven given;
    Py_ssize_t const count = PyTuple_GET_SIZE(arguments);
    if (found == nullptr || count == 0) return nullptr;
    PyObject* const* const all = &PyTuple_GET_ITEM(arguments, 0);
    if (!given.read(all + 1, static_cast<std::size_t>(count - 1), keywords)) return nullptr;
    return reduced(found->how, all[0], given);
}

PyObject* reduced_by_ufunc(PyObject* ufunc, PyObject* const* inputs, std::size_t count,
                           PyObject* keywords) {
    static std::array<PyObject*, ufuncs.size()> objects{};
    static PyObject* const first =
        PyLong_FromLong(0);  // the axis that is meant where none is named
    NumPyName const* const found = named(ufunc, ufuncs, objects);
    AxesGiven given{first, nullptr};
    if (found == nullptr || count == 0 || !given.read(inputs + 1, count - 1, keywords))
        return nullptr;
    return reduced(found->how, inputs[0], given);
}

void register_reductions(py::module_& module) {
    static PyMethodDef methods[] = {
        definition<Reduction::sum>("_sum"),     definition<Reduction::mean>("_mean"),
        definition<Reduction::largest>("_max"), definition<Reduction::smallest>("_min"),
        definition<Reduction::shift>("_shift"), definition<Reduction::logsumexp>("_logsumexp"),
        {nullptr, nullptr, 0, nullptr}};
    if (PyModule_AddFunctions(module.ptr(), methods) != 0) throw py::error_already_set();
}

}  // namespace autodiffx::bindings

// Arrays joined along an axis that they have, or along a new one.
#include "array_joining.hpp"

#include <algorithm>
#include <vector>

#include "array_reductions.hpp"
#include "autodiffx/join.hpp"

namespace autodiffx::bindings {

namespace {

int ndim_of_any(PyObject* object) {
    if (is_array(object)) return view_of(object).ndim;
    return is_ndarray(object) ? ndim_of(object) : 0;
}

// What is known without looking further. Other numbers than these have a dtype of their own.
bool is_operand(PyObject* object) {
    return is_variable(object) || is_ndarray(object) || PyFloat_CheckExact(object) ||
           PyLong_CheckExact(object);
}

bool may_be_joined(PyObject* arrays, bool has_axis) {
    Py_ssize_t const count = PyTuple_GET_SIZE(arrays);
    if (count == 0) return false;
    int const ndim = ndim_of_any(PyTuple_GET_ITEM(arrays, 0));
    if (has_axis ? ndim == 0 : ndim == max_ndim) return false;
    bool any = false;
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const each = PyTuple_GET_ITEM(arrays, i);
        if (!is_operand(each) || ndim_of_any(each) != ndim) return false;
        any = any || is_variable(each);
    }
    return any;
}

bool find_axis(PyObject* given, int ndim, int& axis) {
    if (!PyLong_CheckExact(given)) return false;
    int overflow = 0;
    long const found = PyLong_AsLongAndOverflow(given, &overflow);
    if (overflow != 0 || found < -ndim || found >= ndim) return false;
    axis = static_cast<int>(found < 0 ? found + ndim : found);
    return true;
}

// Shape and strides of operands, which have an axis of length one more if they are stacked.
class Shapes {
public:
    Shapes(std::size_t count, int ndim)
        : ndim_(ndim), dims_(count * 2 * static_cast<std::size_t>(ndim)) {}
    [[nodiscard]] std::int64_t* shape(std::size_t i) {
        return dims_.data() + i * 2 * static_cast<std::size_t>(ndim_);
    }
    [[nodiscard]] std::int64_t* strides(std::size_t i) { return shape(i) + ndim_; }
    void insert_axis(ArrayOperand& operand, std::size_t i, int axis) {
        insert(operand.shape, operand.ndim, shape(i), axis, 1);
        insert(operand.strides, operand.ndim, strides(i), axis, 0);
        operand.shape = shape(i);
        operand.strides = strides(i);
        ++operand.ndim;
    }

private:
    // In place, if need be.
    static void insert(const std::int64_t* from, int count, std::int64_t* to, int at,
                       std::int64_t number) {
        std::copy_backward(from + at, from + count, to + count + 1);
        std::copy(from, from + at, to);
        to[at] = number;
    }
    int ndim_;
    std::vector<std::int64_t> dims_;
};

bool agree(const std::vector<ArrayOperand>& operands, int axis) {
    ArrayOperand const& first = operands[0];
    for (ArrayOperand const& each : operands) {
        for (int i = 0; i < first.ndim; ++i)
            if (i != axis && each.shape[i] != first.shape[i]) return false;
    }
    return true;
}

enum class How { join, stack };

PyObject* joined(PyObject* given, PyObject* given_axis, How how) {
    bool const is_list = PyList_CheckExact(given);
    if (!is_list && !PyTuple_CheckExact(given)) return nullptr;
    // One's own: converting an operand may run anything.
    auto const arrays = is_list ? py::reinterpret_steal<py::tuple>(PyList_AsTuple(given))
                                : py::reinterpret_borrow<py::tuple>(given);
    if (!may_be_joined(arrays.ptr(), how == How::join)) return nullptr;
    std::size_t const count = arrays.size();
    int const ndim = ndim_of_any(PyTuple_GET_ITEM(arrays.ptr(), 0)) + (how == How::stack ? 1 : 0);
    int axis;
    if (!find_axis(given_axis, ndim, axis)) return nullptr;

    Tape& tape = current_tape();
    tape.make_room();
    Position const before = tape.position();
    try {
        Shapes shapes(count, ndim);
        std::vector<ArrayOperand> operands(count);
        for (std::size_t i = 0; i < count; ++i) {
            PyObject* const each = PyTuple_GET_ITEM(arrays.ptr(), static_cast<Py_ssize_t>(i));
            find_array_operand(tape, each, Dtype::float64, operands[i], shapes.shape(i),
                               shapes.strides(i));
            if (how == How::stack) shapes.insert_axis(operands[i], i, axis);
        }
        // In a stack nothing but the new axis may be left out of account.
        if (agree(operands, axis)) return new_array(tape, record_join(tape, operands, axis));
    } catch (...) {
        tape.rewind(before);
        throw;
    }
    tape.rewind(before);
    return nullptr;
}

template <How how>
PyObject* joining(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
    return guarded([&]() -> PyObject* {
        if (count != 2) raise_type_error("joining takes arrays and an axis");
        PyObject* const result = joined(arguments[0], arguments[1], how);
        if (result == nullptr) Py_RETURN_NONE;
        return result;
    });
}

template <How how>
PyMethodDef joining_method(const char* name) {
    auto const pointer = joining<how>;
    return {name, reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(pointer)),
            METH_FASTCALL, nullptr};
}

}  // namespace

PyObject* joined_by_function(PyObject* function, PyObject* arguments, PyObject* keywords) {
    auto const numpys = [](const char* name) {
        return py::object(py::module_::import("numpy").attr(name)).release().ptr();
    };
    static PyObject* const concatenate = numpys("concatenate");
    static PyObject* const stack = numpys("stack");
    static PyObject* const first = PyLong_FromLong(0);  // the axis that is meant by default
    if (function != concatenate && function != stack) return nullptr;
    Py_ssize_t const count = PyTuple_GET_SIZE(arguments);
    if (count == 0) return nullptr;
    PyObject* const* const all = &PyTuple_GET_ITEM(arguments, 0);
    AxesGiven given{first, nullptr};
    if (!given.read(all + 1, static_cast<std::size_t>(count - 1), keywords)) return nullptr;
    if (given.keepdims != nullptr) return nullptr;
    return joined(all[0], given.axis, function == stack ? How::stack : How::join);
}

void register_joining(py::module_& module) {
    static PyMethodDef methods[] = {joining_method<How::join>("_join"),
                                    joining_method<How::stack>("_stack"),
                                    {nullptr, nullptr, 0, nullptr}};
    if (PyModule_AddFunctions(module.ptr(), methods) != 0) throw py::error_already_set();
}

}  // namespace autodiffx::bindings

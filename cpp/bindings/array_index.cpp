// Indexing: integers, slices, ... and None give views and elements, arrays and masks copies.
#include <algorithm>

#include "array_axes.hpp"

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_index(const std::string& message) { raise(PyExc_IndexError, message); }

bool may_be_indices(PyObject* item) {
    if (PyFloat_Check(item)) return false;
    return is_ndarray(item) || is_variable(item) || PyList_Check(item) || PyTuple_Check(item) ||
           PyBool_Check(item) || PyObject_HasAttrString(item, "__array__") != 0;
}

// A boolean Variable in a key as a plain mask. Which elements it chooses is decided now, so while
// a Graph records a replay must find the same.
py::object plain_item(PyObject* item) {
    if (!is_variable(item)) return py::reinterpret_borrow<py::object>(item);
    bool const truths = is_array(item) ? view_of(item).dtype == Dtype::boolean
                                       : handle_of(item).state == Handle::State::varying;
    if (!truths) {
        raise_index(
            "arrays used as indices must be of integer (or boolean) type: a Variable is neither, "
            "index by plain numbers or by a comparison");
    }
    return decided(item);
}

}  // namespace

bool is_basic_key(PyObject* key) {
    bool const is_tuple = PyTuple_Check(key) != 0;
    Py_ssize_t const count = is_tuple ? PyTuple_GET_SIZE(key) : 1;
    bool basic = true;
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const each = is_tuple ? PyTuple_GET_ITEM(key, i) : key;
        if (each == Py_Ellipsis || each == Py_None || PySlice_Check(each) || is_plain_index(each))
            continue;
        if (!may_be_indices(each)) {
            raise_index(
                "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and "
                "integer or boolean arrays are valid indices");
        }
        basic = false;
    }
    return basic;
}

py::object positions(const ArrayView& view, PyObject* key) {
    py::object plain;
    if (PyTuple_Check(key) != 0) {
        py::tuple items(static_cast<std::size_t>(PyTuple_GET_SIZE(key)));
        for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(key); ++i)
            items[static_cast<std::size_t>(i)] = plain_item(PyTuple_GET_ITEM(key, i));
        plain = std::move(items);
    } else {
        plain = plain_item(key);
    }
    py::tuple shape(static_cast<std::size_t>(view.ndim)), strides(shape.size());
    for (int i = 0; i < view.ndim; ++i) {
        shape[static_cast<std::size_t>(i)] = view.shape()[i];
        strides[static_cast<std::size_t>(i)] = view.strides()[i];
    }
    return py::module_::import("autodiffx.numpy.positions")
        .attr("positions")(shape, strides, view.offset, plain);
}

PyObject* subscript(PyObject* self, PyObject* key) {
    if (!is_array(self)) {
        raise_type_error("a scalar Variable cannot be indexed: it has no axes");
    }
    if (is_basic_key(key)) return new_view(self, basic_view(view_of(self), key));
    Indices const places(positions(view_of(self), key));
    Tape& tape = current_tape();
    tape.make_room();
    return new_array(tape, record_take(tape, array_operand(tape, self), places.indices,
                                       places.shape.data(), static_cast<int>(places.shape.size())));
}

ArrayView* basic_view(const ArrayView& of, PyObject* key) {
    bool const is_tuple = PyTuple_Check(key) != 0;
    Py_ssize_t const count = is_tuple ? PyTuple_GET_SIZE(key) : 1;
    auto const item = [&](Py_ssize_t i) { return is_tuple ? PyTuple_GET_ITEM(key, i) : key; };
    int taken = 0, added = 0, ellipses = 0;
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const each = item(i);
        if (each == Py_Ellipsis) ++ellipses;
        else if (each == Py_None) ++added;
        else ++taken;
    }
    if (ellipses > 1) raise_index("an index can only have a single ellipsis ('...')");
    if (taken > of.ndim) {
        raise_index("too many indices for array: array is " + std::to_string(of.ndim) +
                    "-dimensional, but " + std::to_string(taken) + " were indexed");
    }
    if (of.ndim + added > max_ndim)
        raise_index("number of dimensions must be within [0, 64], indexing result would have " +
                    std::to_string(of.ndim + added));
    OwnedView made(like(of, of.ndim + added));
    std::int64_t shape[max_ndim], strides[max_ndim];
    int axis = 0, to = 0;
    auto const keep = [&](int axes) {
        for (; axes > 0; --axes, ++axis) {
            shape[to] = of.shape()[axis];
            strides[to++] = of.strides()[axis];
        }
    };
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const each = item(i);
        if (each == Py_Ellipsis) {
            keep(of.ndim - taken);
        } else if (each == Py_None) {
            shape[to] = 1;
            strides[to++] = 0;
        } else if (PySlice_Check(each)) {
            Py_ssize_t start, stop, step;
            if (PySlice_Unpack(each, &start, &stop, &step) != 0) throw py::error_already_set();
            Py_ssize_t const length = PySlice_AdjustIndices(of.shape()[axis], &start, &stop, step);
            if (length > 0) made.view->offset += start * of.strides()[axis];
            shape[to] = length;
            strides[to++] = step * of.strides()[axis];
            ++axis;
        } else {
            Py_ssize_t const given = PyNumber_AsSsize_t(each, PyExc_IndexError);
            if (given == -1 && PyErr_Occurred() != nullptr) throw py::error_already_set();
            std::int64_t const length = of.shape()[axis];
            std::int64_t const place = given < 0 ? given + length : given;
            if (place < 0 || place >= length) {
                raise_index("index " + std::to_string(given) + " is out of bounds for axis " +
                            std::to_string(axis) + " with size " + std::to_string(length));
            }
            made.view->offset += place * of.strides()[axis];
            ++axis;
        }
    }
    keep(of.ndim - axis);
    made.view->ndim = to;
    std::copy(shape, shape + to, made.view->shape());
    std::copy(strides, strides + to, made.view->strides());
    count_elements(*made.view);
    return made.release();
}

}  // namespace autodiffx::bindings

// Basic indexing: integers, slices, ... and None. It gives views and elements.
#include <algorithm>

#include "array_axes.hpp"

namespace autodiffx::bindings {

namespace {

[[noreturn]] void raise_index(const std::string& message) { raise(PyExc_IndexError, message); }

}  // namespace

PyObject* subscript(PyObject* self, PyObject* key) {
    if (!is_array(self)) {
        raise_type_error("a scalar Variable cannot be indexed: it has no axes");
    }
    ArrayView const& of = view_of(self);
    bool const is_tuple = PyTuple_Check(key) != 0;
    Py_ssize_t const count = is_tuple ? PyTuple_GET_SIZE(key) : 1;
    auto const item = [&](Py_ssize_t i) { return is_tuple ? PyTuple_GET_ITEM(key, i) : key; };
    int taken = 0, added = 0, ellipses = 0;
    for (Py_ssize_t i = 0; i < count; ++i) {
        PyObject* const each = item(i);
        if (each == Py_Ellipsis) ++ellipses;
        else if (each == Py_None) ++added;
        else if (PySlice_Check(each) || is_plain_index(each)) ++taken;
        else {
            bool const array_like = is_ndarray(each) || is_variable(each) || PyList_Check(each) ||
                                    PyTuple_Check(each) || PyBool_Check(each) ||
                                    PyObject_HasAttrString(each, "__array__") != 0;
            if (!array_like || PyFloat_Check(each)) {
                raise_index(
                    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and "
                    "integer or boolean arrays are valid indices");
            }
            raise(PyExc_NotImplementedError,
                  "indexing a Variable by an object of type '" + type_name(each) +
                      "' is not supported yet: use integers, slices, ... and None");
        }
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
    return new_view(self, made.release());
}

}  // namespace autodiffx::bindings

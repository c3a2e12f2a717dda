// Axes of array Variables: what making views of them shares.
#pragma once

#include <utility>
#include <vector>

#include "arrays.hpp"

namespace autodiffx::bindings {

// A view that nobody has taken over yet.
struct OwnedView {
    ArrayView* view;
    explicit OwnedView(ArrayView* made) : view(made) {}
    OwnedView(const OwnedView&) = delete;
    OwnedView& operator=(const OwnedView&) = delete;
    ~OwnedView() {
        if (view != nullptr) free_view(view);
    }
    ArrayView* release() { return std::exchange(view, nullptr); }
};

// A view of the same extent with room for so many axes.
ArrayView* like(const ArrayView& of, int ndim);
// Sets the size by the shape. Throws ValueError if it cannot be counted.
void count_elements(ArrayView& view);
// An axis from the end if negative. Throws NumPy's AxisError.
int checked_axis(Py_ssize_t axis, int ndim);
// An integer as an index, not an array of one.
bool is_plain_index(PyObject* item);
// Integers given one by one or as one sequence.
std::vector<Py_ssize_t> integers(const py::args& arguments, const char* what);

PyObject* reshape(PyObject* self, const std::vector<Py_ssize_t>& wanted);
PyObject* transpose(PyObject* self, const std::vector<Py_ssize_t>& axes);
PyObject* squeeze(PyObject* self, const py::object& axis);
PyObject* diagonal(PyObject* self, Py_ssize_t offset, Py_ssize_t axis1, Py_ssize_t axis2);

}  // namespace autodiffx::bindings

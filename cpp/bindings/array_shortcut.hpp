// The shortcut for operators on arrays.
#pragma once

#include "arrays.hpp"

namespace autodiffx::bindings {

// A float64 ndarray as it lies in memory, in C order.
struct Ndarray {
    const double* data = nullptr;
    const std::int64_t* shape = nullptr;
    int ndim = 0;
    std::int64_t size = 0;
};
// False if it is none of these: numpy_io.cpp.
bool find_ndarray(PyObject* object, Ndarray& array);

// A new Variable for an array that was recorded last; takes the view over.
PyObject* new_whole_array(Tape& tape, Extent& extent, Kind kind, ArrayView* view);

// An operator on arguments of which one at least is an array Variable. Null,
// without an error, if it is not so simple.
PyObject* arrays_at_once(Op op, PyObject* const* arguments, int arity);

}  // namespace autodiffx::bindings

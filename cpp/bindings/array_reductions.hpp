// Reductions of array Variables along axes, where nothing but axes is asked for.
#pragma once

#include "arrays.hpp"

namespace autodiffx::bindings {

enum class Reduction { sum, mean, largest, smallest, shift, logsumexp };

// What is said of axes in a call: null where it says nothing.
struct AxesGiven {
    PyObject* axis = nullptr;
    PyObject* keepdims = nullptr;

    // Reads `axis` from what follows the array, and keywords. False if anything else is there.
    bool read(PyObject* const* positional, std::size_t count, PyObject* keywords);
};

// The reduction of an array Variable of floats along axes, all of them if `axis` is null or None.
// Null, without error, if the arguments are others: autodiffx.numpy knows what to do or to say.
PyObject* reduced(Reduction how, PyObject* array, const AxesGiven& given);

// The same where NumPy was called: one of its functions, or a ufunc's reduce.
PyObject* reduced_by_function(PyObject* function, PyObject* arguments, PyObject* keywords);
PyObject* reduced_by_ufunc(PyObject* ufunc, PyObject* const* inputs, std::size_t count,
                           PyObject* keywords);

// _sum(array, axis, keepdims) and so on; None where `reduced` gives null.
void register_reductions(py::module_& module);

}  // namespace autodiffx::bindings

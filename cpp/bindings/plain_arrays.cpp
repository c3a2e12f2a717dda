// Operators on ndarrays and plain numbers alone: nothing is recorded.
#include <algorithm>
#include <cstring>

#include "arrays.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx::bindings {

namespace {

py::object numpy(const char* name) { return py::module_::import("numpy").attr(name); }

// An operand or result as loops reach it, through Python's buffers. Strides count bytes.
class Reach {
public:
    Reach() = default;
    Reach(const Reach&) = delete;
    Reach& operator=(const Reach&) = delete;
    ~Reach() {
        if (buffer_.obj != nullptr) PyBuffer_Release(&buffer_);
    }

    // Of an ndarray if it has elements of the dtype that can be read where they are.
    bool open(const py::object& array, Dtype dtype, int flags) {
        if (PyObject_GetBuffer(array.ptr(), &buffer_, flags | PyBUF_STRIDES | PyBUF_FORMAT) != 0) {
            PyErr_Clear();  // what has no buffer is copied
            return false;
        }
        char const wanted = dtype == Dtype::float64 ? 'd' : dtype == Dtype::float32 ? 'f' : '?';
        auto const item = static_cast<Py_ssize_t>(item_size(dtype));
        bool fits = buffer_.format[0] == wanted && buffer_.format[1] == '\0' &&
                    reinterpret_cast<std::uintptr_t>(buffer_.buf) % item_size(dtype) == 0;
        for (int i = 0; fits && i < buffer_.ndim; ++i) fits = buffer_.strides[i] % item == 0;
        if (!fits) {
            PyBuffer_Release(&buffer_);
            return false;
        }
        data = static_cast<char*>(buffer_.buf);
        std::copy(buffer_.shape, buffer_.shape + buffer_.ndim, shape_);
        std::copy(buffer_.strides, buffer_.strides + buffer_.ndim, strides_);
        view.ndim = buffer_.ndim;
        view.shape = shape_;
        view.strides = strides_;
        return true;
    }
    void open(double number, Dtype dtype) {
        data = number_;
        if (dtype == Dtype::float64) {
            std::memcpy(number_, &number, sizeof number);
        } else if (dtype == Dtype::float32) {
            auto const single = static_cast<float>(number);
            std::memcpy(number_, &single, sizeof single);
        } else {
            number_[0] = number != 0.0 ? 1 : 0;
        }
    }

    char* data = nullptr;
    View view;

private:
    Py_buffer buffer_{};
    std::int64_t shape_[max_ndim], strides_[max_ndim];
    alignas(double) char number_[sizeof(double)];
};

void run(const Loop& loop, const std::int64_t* lengths, std::int64_t (*strides)[max_ndim],
         int loops, int arity, char** pointers) {
    int const inner = loops - 1;
    std::ptrdiff_t steps[4];
    for (int k = 0; k <= arity; ++k) steps[k] = strides[k][inner];
    std::int64_t at[max_ndim] = {};
    for (;;) {
        char* here[4];
        std::copy(pointers, pointers + arity + 1, here);
        loop(here, lengths[inner], steps);
        int axis = inner - 1;
        for (; axis >= 0; --axis) {
            for (int k = 0; k <= arity; ++k) pointers[k] += strides[k][axis];
            if (++at[axis] < lengths[axis]) break;
            for (int k = 0; k <= arity; ++k) pointers[k] -= strides[k][axis] * lengths[axis];
            at[axis] = 0;
        }
        if (axis < 0) return;
    }
}

}  // namespace

PyObject* apply_to_ndarrays(Op op, PyObject* const* arguments) {
    require_loops(op);
    int const arity = arity_of(op), first = op == Op::where ? 1 : 0;
    // The dtype to calculate in: booleans only where there is a loop for them.
    Strength strongest = Strength::weak;
    for (int k = first; k < arity; ++k) strongest = std::max(strongest, strength_of(arguments[k]));
    bool const decides = loop_of(op, Dtype::boolean).function != nullptr;
    Dtype const dtype = strongest == Strength::float32              ? Dtype::float32
                        : strongest == Strength::boolean && decides ? Dtype::boolean
                                                                    : Dtype::float64;
    Dtype const made = decides ? Dtype::boolean : dtype;

    Reach reached[4];
    py::object copies[3];
    View views[3];
    for (int k = 0; k < arity; ++k) {
        Dtype const wanted = k < first ? Dtype::boolean : dtype;
        double number;
        if (is_ndarray(arguments[k])) require_numbers(arguments[k]);
        if (!is_ndarray(arguments[k])) {
            if (!read_number(arguments[k], number)) Py_RETURN_NOTIMPLEMENTED;
            reached[k].open(number, wanted);
        } else if (!reached[k].open(py::reinterpret_borrow<py::object>(arguments[k]), wanted, 0)) {
            copies[k] = numpy("array")(py::handle(arguments[k]), dtype_to_python(wanted));
            reached[k].open(copies[k], wanted, 0);
        }
        views[k] = reached[k].view;
    }
    std::int64_t lengths[max_ndim], strides[4][max_ndim];
    int const ndim = broadcast_shape(views, arity, lengths);
    py::tuple shape(static_cast<std::size_t>(ndim));
    for (int i = 0; i < ndim; ++i) shape[static_cast<std::size_t>(i)] = py::int_(lengths[i]);
    py::object result = numpy("empty")(shape, dtype_to_python(made));
    if (!reached[arity].open(result, made, PyBUF_WRITABLE))
        raise(PyExc_RuntimeError, "numpy.empty() gave an array of another kind");
    bool const empty = std::find(lengths, lengths + ndim, 0) != lengths + ndim;
    if (empty) return result.release().ptr();
    char* pointers[4];
    for (int k = 0; k <= arity; ++k) {
        broadcast_strides(reached[k].view, ndim, strides[k]);
        pointers[k] = reached[k].data;
    }
    int const loops = join_axes(lengths, strides[0], arity + 1, ndim);
    run(loop_of(op, dtype), lengths, strides, loops, arity, pointers);
    return result.release().ptr();
}

}  // namespace autodiffx::bindings

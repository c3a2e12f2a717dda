// The shortcut for arrays: an operator on whole float64 arrays of one shape, or on one and a
// number. Whatever is not so simple is left as it was, for the long way.
#include "array_shortcut.hpp"

#include <algorithm>
#include <limits>

#include "autodiffx/flat.hpp"
#include "shortcut.hpp"

namespace autodiffx::bindings {

namespace {

// What the operands have in common.
struct Shape {
    const std::int64_t* lengths = nullptr;
    int ndim = 0;
    std::int64_t size = 0;

    // Whether it is the same, or the first that is seen.
    bool take(const std::int64_t* other, int other_ndim, std::int64_t other_size) {
        if (lengths != nullptr)
            return ndim == other_ndim && size == other_size &&
                   (ndim == 1 || std::equal(other, other + other_ndim, lengths));
        lengths = other;
        ndim = other_ndim;
        size = other_size;
        return true;
    }
};

// An array Variable that is plain: all of a float64 array in its own order.
bool find_array(Tape& tape, PyObject* object, FlatOperand& operand, Shape& shape) {
    Handle const& handle = handle_of(object);
    if (!handle.array || handle.deferred) return false;
    ArrayView const& view = view_of(object);
    if (!view.is_whole || view.dtype != Dtype::float64) return false;
    if (handle.state == Handle::State::result) {
        if (handle.tape != &tape) return false;
        operand.kind = Kind::result;
        operand.first = handle.slot + 1 - view.slots;
    } else if (handle.state == Handle::State::leaf) {
        if (!handle.leaf->has_value) return false;
        operand.kind = Kind::leaf;
        operand.first = tape.input(*handle.leaf);
    } else {
        return false;
    }
    operand.extent = tape.extent_at(operand.first);
    Extent const& extent = tape.extents[operand.extent];
    return !extent.assigned && !extent.forgotten && shape.take(view.shape(), view.ndim, view.size);
}

bool find_number(Tape& tape, PyObject* object, FlatOperand& operand) {
    Py_ssize_t integer;
    if (PyFloat_CheckExact(object)) operand.first = tape.constant(PyFloat_AS_DOUBLE(object));
    else if (read_integer(object, integer))
        operand.first = tape.constant(static_cast<double>(integer));
    else return false;
    return true;
}

template <int arity>
PyObject* at_once(Op op, PyObject* const* arguments) {
    Tape* const tape = tape_in_use;
    // Decisions are booleans, and what chooses by them reads these.
    if (tape == nullptr || decides(op) || op == Op::where) return nullptr;
    tape->make_room();
    Shape shape;
    FlatOperand operands[3];
    const double* data[3];  // of ndarrays
    Ndarray array;
    for (int k = 0; k < arity; ++k) {
        PyObject* const each = arguments[k];
        data[k] = nullptr;
        if (Py_TYPE(each) == variable_type) {
            if (!find_array(*tape, each, operands[k], shape)) return nullptr;
        } else if (find_ndarray(each, array)) {
            if (!shape.take(array.shape, array.ndim, array.size)) return nullptr;
            data[k] = array.data;
        } else if (!find_number(*tape, each, operands[k])) {
            return nullptr;
        }
    }
    if (shape.size == 0 || shape.ndim == 0) return nullptr;
    if (shape.size > std::numeric_limits<std::uint32_t>::max()) return nullptr;
    for (int k = 0; k < arity; ++k) {
        if (data[k] == nullptr) continue;
        operands[k].extent = tape->constants_of(data[k], static_cast<std::size_t>(shape.size));
        operands[k].first = tape->extents[operands[k].extent].first;
    }
    Kind kind;
    auto const elements = static_cast<std::uint32_t>(shape.size);
    std::uint32_t const extent =
        record_flat(*tape, op, operands, shape.lengths, shape.ndim, elements, kind);
    ArrayView* const view = allocate_view(shape.ndim);
    view->slots = elements;
    view->dtype = Dtype::float64;
    view->size = shape.size;
    view->is_whole = true;
    std::int64_t step = 1;
    for (int i = shape.ndim; i-- > 0; step *= shape.lengths[i]) {
        AUTODIFFX_OPAQUE(i);  // mostly one or two
        view->shape()[i] = shape.lengths[i];
        view->strides()[i] = step;
    }
    return new_whole_array(*tape, tape->extents[extent], kind, view);
}

}  // namespace

PyObject* arrays_at_once(Op op, PyObject* const* arguments, int arity) {
    return arity == 2   ? at_once<2>(op, arguments)
           : arity == 1 ? at_once<1>(op, arguments)
                        : at_once<3>(op, arguments);
}

}  // namespace autodiffx::bindings

// Views in another arrangement. None of them records a statement, except where NumPy itself
// would copy.
#include <algorithm>

#include "array_axes.hpp"

namespace autodiffx::bindings {

namespace {

// ---- reshape -----------------------------------------------------------------

// Strides under which the elements, in C order, have another shape; false if there are none.
bool reshaped_strides(const ArrayView& of, const std::int64_t* shape, int ndim,
                      std::int64_t* strides) {
    // Axes of length one take no part.
    std::int64_t lengths[max_ndim], steps[max_ndim];
    int count = 0;
    for (int i = 0; i < of.ndim; ++i) {
        if (of.shape()[i] == 1) continue;
        lengths[count] = of.shape()[i];
        steps[count++] = of.strides()[i];
    }
    int from = 0, to = 0;
    while (from < count && to < ndim) {
        // The shortest groups of old and of new axes with the same number of elements.
        std::int64_t old_size = lengths[from], new_size = shape[to];
        int old_end = from + 1, new_end = to + 1;
        while (old_size != new_size) {
            if (new_size < old_size) new_size *= shape[new_end++];
            else old_size *= lengths[old_end++];
        }
        for (int i = from; i + 1 < old_end; ++i) {
            if (steps[i] != steps[i + 1] * lengths[i + 1]) return false;
        }
        std::int64_t step = steps[old_end - 1];
        for (int i = new_end; i-- > to;) {
            strides[i] = step;
            step *= shape[i];
        }
        from = old_end;
        to = new_end;
    }
    for (; to < ndim; ++to) strides[to] = 1;
    return true;
}

PyObject* reshaped(PyObject* self, const std::int64_t* shape, int ndim) {
    ArrayView const& of = view_of(self);
    OwnedView made(like(of, ndim));
    std::copy(shape, shape + ndim, made.view->shape());
    if (of.size == 0) {
        dense_strides(shape, ndim, made.view->strides());
        return new_view(self, made.release());
    }
    if (reshaped_strides(of, shape, ndim, made.view->strides())) {
        return new_view(self, made.release());
    }
    Tape& tape = current_tape();
    tape.make_room();
    return new_array(
        tape, record_reshaped(tape, array_operand(tape, self), ArrayOp::gather, shape, ndim));
}

}  // namespace

PyObject* reshape(PyObject* self, const std::vector<Py_ssize_t>& wanted) {
    ArrayView const& of = view_of(self);
    if (wanted.size() > static_cast<std::size_t>(max_ndim))
        raise_value_error("an array has at most 64 axes, got " + std::to_string(wanted.size()));
    std::int64_t shape[max_ndim];
    int const ndim = static_cast<int>(wanted.size());
    std::int64_t known = 1;
    int unknown = -1;
    for (int i = 0; i < ndim; ++i) {
        shape[i] = wanted[static_cast<std::size_t>(i)];
        if (shape[i] == -1) {
            if (unknown >= 0) raise_value_error("can only specify one unknown dimension");
            unknown = i;
        } else if (shape[i] < 0) {
            raise_value_error("negative dimensions are not allowed: " + shape_text(shape, i + 1));
        } else {
            known = shape[i] != 0 && known > of.size ? known : known * shape[i];
        }
    }
    bool fits = known == of.size;
    if (unknown >= 0 && known != 0 && of.size % known == 0) {
        shape[unknown] = of.size / known;
        fits = true;
    }
    if (!fits) {
        raise_value_error("cannot reshape array of size " + std::to_string(of.size) +
                          " into shape " + shape_text(shape, ndim));
    }
    return reshaped(self, shape, ndim);
}

PyObject* transpose(PyObject* self, const std::vector<Py_ssize_t>& axes) {
    ArrayView const& of = view_of(self);
    OwnedView made(like(of, of.ndim));
    if (!axes.empty() && static_cast<int>(axes.size()) != of.ndim)
        raise_value_error("axes don't match array");
    bool seen[max_ndim] = {};
    for (int i = 0; i < of.ndim; ++i) {
        int const axis = axes.empty() ? of.ndim - 1 - i
                                      : checked_axis(axes[static_cast<std::size_t>(i)], of.ndim);
        if (seen[axis]) raise_value_error("repeated axis in transpose");
        seen[axis] = true;
        made.view->shape()[i] = of.shape()[axis];
        made.view->strides()[i] = of.strides()[axis];
    }
    return new_view(self, made.release());
}

PyObject* squeeze(PyObject* self, const py::object& axis) {
    ArrayView const& of = view_of(self);
    bool chosen[max_ndim] = {};
    if (axis.is_none()) {
        for (int i = 0; i < of.ndim; ++i) chosen[i] = of.shape()[i] == 1;
    } else {
        for (Py_ssize_t each : integers(py::args(py::make_tuple(axis)), "squeeze()")) {
            int const at = checked_axis(each, of.ndim);
            if (of.shape()[at] != 1)
                raise_value_error(
                    "cannot select an axis to squeeze out which has size not equal to one");
            chosen[at] = true;
        }
    }
    OwnedView made(like(of, of.ndim));
    int kept = 0;
    for (int i = 0; i < of.ndim; ++i) kept += chosen[i] ? 0 : 1;
    OwnedView smaller(like(of, kept));
    for (int i = 0, to = 0; i < of.ndim; ++i) {
        if (chosen[i]) continue;
        smaller.view->shape()[to] = of.shape()[i];
        smaller.view->strides()[to++] = of.strides()[i];
    }
    return new_view(self, smaller.release());
}

// A number as an array without axes: to look into its slot.
static ArrayView* view_of_number(PyObject* object) {
    Handle const& handle = handle_of(object);
    ArrayView* const view = allocate_view(0);
    bool const of_leaf = handle.state == Handle::State::leaf;
    view->slots = of_leaf ? handle.leaf->slots() : 1;
    view->dtype = Dtype::float64;
    view->size = 1;
    view->offset = of_leaf ? handle.slot : 0;
    return view;
}
static py::object constant_of_number(PyObject* object) {
    auto elements = std::make_unique<LeafArray>();
    elements->size = 1;
    elements->value = {1, handle_of(object).value};
    return py::reinterpret_steal<py::object>(new_constant_array(std::move(elements)));
}
PyObject* broadcast_to(PyObject* self, const py::object& shape) {
    std::vector<Py_ssize_t> const wanted =
        integers(py::args(py::make_tuple(shape)), "broadcast_to()");
    py::object array = py::reinterpret_borrow<py::object>(self);
    OwnedView number(nullptr);
    if (!is_array(self)) {
        if (wanted.empty()) return array.release().ptr();
        if (handle_of(self).state == Handle::State::constant) {
            array = constant_of_number(self);
        } else {
            number.view = view_of_number(self);
        }
    }
    ArrayView const& of = number.view != nullptr ? *number.view : view_of(array.ptr());
    int const ndim = static_cast<int>(wanted.size());
    OwnedView made(like(of, ndim));
    for (int i = 0; i < ndim; ++i) {
        int const axis = i - (ndim - of.ndim);
        std::int64_t const length = wanted[static_cast<std::size_t>(i)];
        bool const repeats = axis < 0 || of.shape()[axis] == 1;
        if (length < 0 || ndim < of.ndim || (!repeats && of.shape()[axis] != length)) {
            std::vector<std::int64_t> const lengths(wanted.begin(), wanted.end());
            raise_value_error("operands could not be broadcast together with remapped shapes: " +
                              shape_text(of.shape(), of.ndim) + " into " +
                              shape_text(lengths.data(), ndim));
        }
        made.view->shape()[i] = length;
        made.view->strides()[i] = repeats ? 0 : of.strides()[axis];
    }
    if (ndim < of.ndim) raise_value_error("input operand has more dimensions than allowed");
    count_elements(*made.view);
    return new_view(array.ptr(), made.release());
}

PyObject* diagonal(PyObject* self, Py_ssize_t offset, Py_ssize_t axis1, Py_ssize_t axis2) {
    ArrayView const& of = view_of(self);
    if (of.ndim < 2) raise_value_error("diag requires an array of at least two dimensions");
    int const first = checked_axis(axis1, of.ndim), second = checked_axis(axis2, of.ndim);
    if (first == second) raise_value_error("axis1 and axis2 cannot be the same");
    OwnedView made(like(of, of.ndim - 1));
    int to = 0;
    for (int i = 0; i < of.ndim; ++i) {
        if (i == first || i == second) continue;
        made.view->shape()[to] = of.shape()[i];
        made.view->strides()[to++] = of.strides()[i];
    }
    std::int64_t const rows = of.shape()[first] - (offset < 0 ? -offset : 0);
    std::int64_t const columns = of.shape()[second] - (offset > 0 ? offset : 0);
    made.view->shape()[to] = std::max<std::int64_t>(0, std::min(rows, columns));
    made.view->strides()[to] = of.strides()[first] + of.strides()[second];
    if (made.view->shape()[to] > 0) {
        made.view->offset +=
            offset < 0 ? -offset * of.strides()[first] : offset * of.strides()[second];
    }
    count_elements(*made.view);
    return new_view(self, made.release());
}

}  // namespace autodiffx::bindings

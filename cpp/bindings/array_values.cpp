// Values and gradients of array Variables, to NumPy and back.
#include <algorithm>
#include <cstring>

#include "arrays.hpp"
#include "attributes.hpp"

namespace autodiffx::bindings {

namespace {

bool is_whole_leaf(PyObject* self) {
    Handle const& handle = handle_of(self);
    return handle.state == Handle::State::leaf && handle.leaf->object == self;
}

// An array_like of the very shape that is wanted, as packed elements.
std::unique_ptr<LeafArray> of_shape(char const* what, PyObject* value, const ArrayView& view,
                                    bool broadcasts) {
    if (is_variable(value) || is_dual(value)) {
        raise_type_error(std::string(what) + " takes plain numbers, got a " + type_name(value) +
                         ", whose derivative would be dropped: use its .value");
    }
    py::object const dtype = dtype_to_python(view.dtype);
    std::unique_ptr<LeafArray> elements = from_numpy(what, value, dtype.ptr());
    int const ndim = static_cast<int>(elements->shape.size());
    bool const same = ndim == view.ndim &&
                      std::equal(elements->shape.begin(), elements->shape.end(), view.shape());
    if (same) return elements;
    if (broadcasts) {
        py::module_ const numpy = py::module_::import("numpy");
        py::list shape;
        for (int i = 0; i < view.ndim; ++i) shape.append(view.shape()[i]);
        int const extra = view.ndim - ndim;
        bool fits = extra >= 0;
        for (int i = 0; fits && i < ndim; ++i) {
            std::int64_t const length = elements->shape[static_cast<std::size_t>(i)];
            fits = length == 1 || length == view.shape()[i + extra];
        }
        if (fits) {
            py::object const spread = numpy.attr("broadcast_to")(
                py::reinterpret_borrow<py::object>(value), py::tuple(shape));
            return from_numpy(what, spread.ptr(), dtype.ptr());
        }
    }
    raise_value_error(std::string(what) + " takes an array of shape " +
                      shape_text(view.shape(), view.ndim) + ", got " +
                      shape_text(elements->shape.data(), ndim));
}

}  // namespace

PyObject* array_value(PyObject* self) {
    const double* const elements = read_elements(self);
    Handle const& handle = handle_of(self);
    if (handle.on_tape()) note_escape(handle);
    // The buffer of a leaf is never written to: setting the value puts another in its place.
    bool const of_leaf = !handle.on_tape() && handle.leaf->array;
    py::object const array = of_leaf ? to_numpy(handle.leaf->array->value, view_of(self))
                                     : to_numpy(elements, view_of(self), false);
    // What has no axis is a NumPy scalar.
    if (view_of(self).ndim == 0) return py::object(array[py::tuple()]).release().ptr();
    return py::object(array).release().ptr();
}

void set_array_value(PyObject* self, PyObject* value) {
    if (!is_whole_leaf(self)) {
        raise(PyExc_AttributeError,
              "only whole leaves can be set, this array is a view or was computed: set the "
              "Variables it came from");
    }
    Leaf& leaf = *handle_of(self).leaf;
    auto const elements = of_shape(".value", value, view_of(self), false);
    leaf.array->value = std::move(elements->value);
    leaf.touch();
}

PyObject* array_grad(PyObject* self) {
    Handle const& handle = handle_of(self);
    ArrayView const& view = view_of(self);
    if (handle.state == Handle::State::leaf) {
        if (!handle.leaf->has_grad) Py_RETURN_NONE;
        Leaf const& leaf = *handle.leaf;
        const double* const grad = leaf.array ? leaf.array->grad.data() : &leaf.grad;
        return to_numpy(grad, view, true).release().ptr();
    }
    if (handle.state != Handle::State::result) Py_RETURN_NONE;
    Tape const& tape = *handle.tape;
    if (tape.swept_statements != tape.statements.size()) Py_RETURN_NONE;
    Slot const first = handle.slot + 1 - view.slots;
    std::uint32_t const extent = tape.extent_at(first);
    bool const known = extent != no_extent && extent < tape.adjoints.apart.size();
    if (known && tape.adjoints.apart[extent] != nullptr)
        return to_numpy(tape.adjoints.apart[extent], view, true).release().ptr();
    bool const was_reached = handle.slot < tape.adjoints.reached.size() &&
                             tape.adjoints.reached[handle.slot] == reached_actively;
    if (known && was_reached && tape.is_apart(extent)) {
        throw missing_value(
            "the gradient of this array was given back, for no Variable showed it when backward() "
            "passed: keep the Variable, or record in a Graph");
    }
    Buffer<double> adjoints(view.slots);
    double* const to = adjoints.writable();
    for (std::uint32_t i = 0; i < view.slots; ++i) to[i] = tape.adjoints.at(first + i);
    return to_numpy(to, view, true).release().ptr();
}

void set_array_grad(PyObject* self, PyObject* value) {
    if (!is_whole_leaf(self)) {
        raise(PyExc_AttributeError,
              "only the grad of a whole leaf can be set, not that of a view or a computed value");
    }
    Leaf& leaf = *handle_of(self).leaf;
    if (value == Py_None) {
        leaf.has_grad = false;
        return;
    }
    leaf.array->grad = std::move(of_shape(".grad", value, view_of(self), false)->value);
    leaf.has_grad = true;
}

Buffer<double> elements_like(char const* what, PyObject* value, PyObject* array) {
    return std::move(of_shape(what, value, view_of(array), false)->value);
}

Seed<double> array_seed(PyObject* self, PyObject* seed) {
    ArrayView const& view = view_of(self);
    py::object one;
    if (seed == nullptr || seed == Py_None) {
        if (view.size != 1) {
            raise_value_error("backward() of an array of shape " +
                              shape_text(view.shape(), view.ndim) +
                              ": sum() it first, or give seed=, an array of that shape");
        }
        one = py::float_(1.0);
        seed = one.ptr();
    }
    auto const elements = of_shape("the seed of backward()", seed, view, true);
    // Into the places that the view shows.
    Seed<double> result{0, 0.0};
    result.dtype = view.dtype;
    result.extent = Buffer<double>(view.slots, 0.0);
    std::size_t const item = item_size(view.dtype);
    double* const sums = result.extent.writable();
    auto* const to = reinterpret_cast<char*>(sums);
    auto const* const from = reinterpret_cast<const char*>(elements->value.data());
    std::int64_t at[max_ndim] = {};
    for (std::int64_t i = 0; i < view.size; ++i) {
        std::int64_t place = view.offset;
        for (int axis = 0; axis < view.ndim; ++axis) place += at[axis] * view.strides()[axis];
        if (view.dtype == Dtype::float64) {
            sums[place] += elements->value[static_cast<std::size_t>(i)];
        } else {
            float sum, term;
            std::memcpy(&sum, to + static_cast<std::size_t>(place) * item, item);
            std::memcpy(&term, from + static_cast<std::size_t>(i) * item, item);
            sum += term;
            std::memcpy(to + static_cast<std::size_t>(place) * item, &sum, item);
        }
        for (int axis = view.ndim; axis-- > 0;) {
            if (++at[axis] < view.shape()[axis]) break;
            at[axis] = 0;
        }
    }
    if (handle_of(self).on_tape()) result.slot = handle_of(self).slot + 1 - view.slots;
    return result;
}

std::string array_text(PyObject* self) {
    py::module_ const numpy = py::module_::import("numpy");
    Handle const& handle = handle_of(self);
    std::string const prefix =
        (handle.state == Handle::State::constant ? std::string("Constant") : type_name(self)) + "(";
    std::string text;
    // A repr never raises: what is stale is said to be so.
    try {
        py::object const value = to_numpy(read_elements(self), view_of(self), false);
        text = py::str(numpy.attr("array2string")(value, py::arg("separator") = ", ",
                                                  py::arg("prefix") = prefix));
        if (view_of(self).size == 0)
            text += ", shape=" + shape_text(view_of(self).shape(), view_of(self).ndim);
    } catch (const stale_error&) {
        text = "stale";
    } catch (const missing_value&) {
        text = "no value";
    }
    text = prefix + text;
    if (view_of(self).dtype == Dtype::float32) text += ", dtype=float32";
    if (view_of(self).dtype == Dtype::boolean) text += ", dtype=bool";
    if (is_whole_leaf(self) && handle.leaf->has_name)
        text += ", name=" + std::string(py::repr(py::str(handle.leaf->name)));
    if (handle.state == Handle::State::detached) text += ", cleared";
    return text;
}

}  // namespace autodiffx::bindings

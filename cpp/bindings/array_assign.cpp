// Writing into arrays: y[i] = v, y[1:3] += v, by masks and index arrays, y += v.
#include <algorithm>

#include "array_axes.hpp"

namespace autodiffx::bindings {

namespace {

// What is written, as an operand in the target's terms.
struct Written {
    ArrayOperand operand;
    std::int64_t shape[max_ndim], strides[max_ndim];
    py::object array;  // of an array_like

    Written(Tape& tape, PyObject* value, Dtype dtype) {
        Dtype const weak = dtype == Dtype::float32 ? dtype : Dtype::float64;
        PyObject* found = value;
        if (is_dual(value)) {
            raise_type_error(
                "a Dual cannot be written into an array Variable, which has no tangent: make the "
                "array with np.zeros_like(x) of a Dual x, or join Duals with anp.stack");
        }
        double ignored;
        if (!is_variable(value) && !is_ndarray(value) && !read_number(value, ignored)) {
            array = py::module_::import("numpy").attr("asarray")(
                py::reinterpret_borrow<py::object>(value));
            found = array.ptr();
            if (!is_ndarray(found)) {
                raise_type_error("an assignment takes numbers, Variables and arrays, got '" +
                                 type_name(value) + "'");
            }
        }
        if (!find_array_operand(tape, found, weak, operand, shape, strides)) {
            raise_type_error("an assignment takes numbers, Variables and arrays, got '" +
                             type_name(value) + "'");
        }
    }
};

ArrayOperand viewed(const ArrayOperand& whole, const ArrayView& view) {
    ArrayOperand target = whole;
    static_cast<View&>(target) = located(view, whole.first);
    return target;
}

bool repeats(const ArrayView& view) {
    for (int i = 0; i < view.ndim; ++i) {
        if (view.strides()[i] == 0 && view.shape()[i] > 1) return true;
    }
    return false;
}

std::string without_blanks(std::string text) {
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

// Of several elements for one place the last is written: `sources` receives which these are.
void make_distinct(std::vector<std::int64_t>& places, std::vector<std::int64_t>& sources) {
    std::vector<std::int64_t> order(places.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int64_t>(i);
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
        auto const x = places[static_cast<std::size_t>(a)], y = places[static_cast<std::size_t>(b)];
        return x < y || (x == y && a < b);
    });
    std::vector<std::int64_t> kept;
    for (std::size_t i = 0; i < order.size(); ++i) {
        auto const here = static_cast<std::size_t>(order[i]);
        bool const last =
            i + 1 == order.size() || places[static_cast<std::size_t>(order[i + 1])] != places[here];
        if (last) kept.push_back(order[i]);
    }
    if (kept.size() == places.size()) return;
    std::sort(kept.begin(), kept.end());
    std::vector<std::int64_t> distinct;
    for (std::int64_t each : kept) distinct.push_back(places[static_cast<std::size_t>(each)]);
    places = std::move(distinct);
    sources = std::move(kept);
}

void assign_at(Tape& tape, PyObject* self, const Indices& chosen, PyObject* value) {
    Written written(tape, value, view_of(self).dtype);
    ArrayOperand const target = array_operand(tape, self);
    int const ndim = static_cast<int>(chosen.shape.size());
    std::int64_t spread[max_ndim];
    broadcast_into(written.operand, chosen.shape.data(), ndim, spread);
    std::vector<std::int64_t> places(chosen.indices, chosen.indices + chosen.count);
    std::vector<std::int64_t> sources;
    make_distinct(places, sources);
    ArrayOperand source = written.operand;
    bool const single = elements_of(source.shape, source.ndim) == 1;
    ArrayResult taken;
    std::int64_t strides[max_ndim];
    if (!single) {
        source.shape = chosen.shape.data();
        source.strides = spread;
        source.ndim = ndim;
        if (!sources.empty()) {
            taken = record_copy(tape, source, source.dtype, ArrayOp::gather);
            source = as_operand(taken, strides);
            std::int64_t const count = static_cast<std::int64_t>(sources.size());
            taken = record_take(tape, source, sources.data(), &count, 1);
            source = as_operand(taken, strides);
        }
    }
    record_write_at(tape, target, places.data(), static_cast<std::int64_t>(places.size()), source);
}

}  // namespace

Indices::Indices(py::object found) : array(std::move(found)) {
    auto const buffer = py::reinterpret_borrow<py::buffer>(array).request();
    indices = static_cast<const std::int64_t*>(buffer.ptr);
    count = static_cast<std::int64_t>(buffer.size);
    shape.assign(buffer.shape.begin(), buffer.shape.end());
}

void require_writable(PyObject* self) {
    Handle const& handle = handle_of(self);
    ArrayView const& view = view_of(self);
    if (view.ndim == 0)
        raise_type_error("a " + type_name(self) +
                         " without dimensions has no elements that can be assigned to");
    if (handle.state == Handle::State::constant)
        raise_type_error("a Constant is read-only: assign into its copy()");
    if (handle.state == Handle::State::detached) {
        throw graph_error("this array was recorded in Graph #" + std::to_string(handle.slot) +
                          ", which has been cleared: compute it again");
    }
    bool const made = handle.on_tape() && handle.tape->statement_of(handle.slot) != Tape::npos;
    if (!made) {
        raise_type_error("this " + type_name(self) +
                         " is a leaf (or a view of one): set it as a whole, w.value = a, or "
                         "assign into w.copy()");
    }
    if (handle.tape != &current_tape()) {
        throw graph_error("an array of " + handle.tape->describe() +
                          " cannot be written into while " + current_tape().describe() +
                          " records: assign into its copy()");
    }
    if (repeats(view))
        raise_value_error("assignment destination is read-only: assign into a copy()");
}

void assign(PyObject* self, PyObject* key, PyObject* value) {
    require_writable(self);
    Tape& tape = current_tape();
    tape.make_room();
    if (!is_basic_key(key)) {
        assign_at(tape, self, Indices(positions(view_of(self), key)), value);
        return;
    }
    OwnedView const part(basic_view(view_of(self), key));
    Written const written(tape, value, view_of(self).dtype);
    record_write(tape, viewed(array_operand(tape, self), *part.view), written.operand);
}

void assign_result(PyObject* self, PyObject* value) {
    ArrayView const& view = view_of(self);
    Tape& tape = current_tape();
    tape.make_room();
    Written const written(tape, value, view.dtype);
    ArrayOperand const& operand = written.operand;
    bool const same = operand.ndim == view.ndim &&
                      std::equal(operand.shape, operand.shape + operand.ndim, view.shape());
    if (!same) {
        raise_value_error("non-broadcastable output operand with shape " +
                          without_blanks(shape_text(view.shape(), view.ndim)) +
                          " doesn't match the broadcast shape " +
                          without_blanks(shape_text(operand.shape, operand.ndim)));
    }
    if ((view.dtype == Dtype::boolean) != (operand.dtype == Dtype::boolean)) {
        raise_type_error(
            "in-place arithmetic gives numbers, which an array of bool cannot hold: write y = y + "
            "v");
    }
    record_write(tape, array_operand(tape, self), operand);
}

}  // namespace autodiffx::bindings

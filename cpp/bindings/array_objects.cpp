// Array Variables as Python objects: how one is made, and where its elements are.
#include <algorithm>
#include <cstdlib>
#include <new>

#include "array_shortcut.hpp"

namespace autodiffx::bindings {

SpareViews spare_views;

ArrayView* allocate_view(int ndim) {
    ArrayView* view = nullptr;
    if (ndim <= SpareViews::axes && spare_views.count > 0) {
        view = spare_views.views[--spare_views.count];
    } else {
        std::size_t const axes = static_cast<std::size_t>(std::max(ndim, SpareViews::axes));
        void* const memory = std::malloc(sizeof(ArrayView) + (2 * axes - 1) * sizeof(std::int64_t));
        if (memory == nullptr) throw std::bad_alloc();
        view = static_cast<ArrayView*>(memory);
        view->is_spare = ndim <= SpareViews::axes;
    }
    view->ndim = ndim;
    view->is_view = view->is_whole = false;
    view->offset = 0;
    return view;
}

ArrayView* dense_view(const std::int64_t* shape, int ndim, Dtype dtype, std::uint32_t slots) {
    ArrayView* const view = allocate_view(ndim);
    view->slots = slots;
    view->dtype = dtype;
    view->size = 1;
    std::copy(shape, shape + ndim, view->shape());
    dense_strides(shape, ndim, view->strides());
    for (int i = 0; i < ndim; ++i) view->size *= shape[i];
    // An extent may hold several arrays.
    view->is_whole = slots_for(view->size, dtype) == slots;
    return view;
}

View located(const ArrayView& view, Slot first) {
    View result;
    result.first = first;
    result.slots = view.slots;
    result.offset = view.offset;
    result.shape = view.shape();
    result.strides = view.strides();
    result.ndim = view.ndim;
    result.dtype = view.dtype;
    return result;
}

const double* extent_elements(Tape& tape, Slot first) {
    std::uint32_t const extent = tape.extent_at(first);
    tape.require_kept(extent);
    return tape.places().at(first, extent);
}

const double* read_elements(PyObject* object) {
    Handle const& handle = handle_of(object);
    if (!handle.on_tape()) {
        read_value(handle);  // raises for a placeholder
        Leaf const& leaf = *handle.leaf;
        return leaf.array ? leaf.array->value.data() : &leaf.value;
    }
    if (handle.tape->is_graph() && handle.tape->may_be_stale())
        handle.tape->require_current(handle.slot);
    return extent_elements(*handle.tape, handle.slot + 1 - view_of(object).slots);
}

namespace {

// An object whose view is freed if anything goes wrong before it is complete.
VariableObject* with_view(ArrayView* view) {
    VariableObject* object = nullptr;
    try {
        object = allocate();
    } catch (...) {
        free_view(view);
        throw;
    }
    object->view = view;
    object->handle.tape = nullptr;
    object->handle.deferred = false;
    object->handle.array = true;
    object->handle.slot = 0;
    return object;
}

PyObject* on_tape(Tape& tape, Slot last, Handle::State state, bool deferred, ArrayView* view,
                  bool old) {
    VariableObject* const object = with_view(view);
    if (old) tape.link_old(object->handle, last, state, deferred);
    else tape.link(object->handle, last, state, deferred);
    object->handle.array = true;
    if (view->slots >= apart_from) tape.show(last);
    return reinterpret_cast<PyObject*>(object);
}

Handle::State state_of(Kind kind) { return static_cast<Handle::State>(kind); }

}  // namespace

PyObject* new_whole_array(Tape& tape, Extent& extent, Kind kind, ArrayView* view) {
    VariableObject* const object = with_view(view);
    tape.link(object->handle, extent.last(), state_of(kind));
    object->handle.array = true;
    if (view->slots >= apart_from) ++extent.handles;
    return reinterpret_cast<PyObject*>(object);
}

PyObject* new_constant_array(std::unique_ptr<LeafArray> elements) {
    auto holder = std::make_unique<Leaf>();
    holder->has_value = true;
    holder->array = std::move(elements);
    LeafArray const& array = *holder->array;
    VariableObject* const object = with_view(dense_view(
        array.shape.data(), static_cast<int>(array.shape.size()), array.dtype, holder->slots()));
    object->handle.state = Handle::State::constant;
    object->handle.leaf = holder.release();
    return reinterpret_cast<PyObject*>(object);
}

static PyObject* array_of(Tape& tape, const ArrayResult& result, bool old) {
    if (result.ndim == 0 && result.dtype == Dtype::float64) {
        if (result.kind == Kind::constant) return new_constant(tape.primals[result.first]);
        Operand const number{result.first, result.kind, result.deferred};
        return old ? handle_on_old(tape, number) : new_result(tape, number);
    }
    if (result.kind == Kind::constant) {
        auto elements = std::make_unique<LeafArray>();
        elements->dtype = result.dtype;
        elements->shape.assign(result.shape, result.shape + result.ndim);
        elements->size = elements_of(result.shape, result.ndim);
        elements->value = Buffer<double>(tape.places().at(result), result.slots);
        return new_constant_array(std::move(elements));
    }
    return on_tape(tape, result.last(), state_of(result.kind), result.deferred,
                   dense_view(result.shape, result.ndim, result.dtype, result.slots), old);
}

PyObject* new_array(Tape& tape, const ArrayResult& result) { return array_of(tape, result, false); }
PyObject* old_array(Tape& tape, const ArrayResult& result) { return array_of(tape, result, true); }

namespace {

bool is_in_use(const Tape& tape) {
    for (Tape* each = &current_tape(); each != nullptr; each = each->enclosing) {
        if (each == &tape || each->stand_ins != nullptr) return true;
    }
    return false;
}

// An element of a result (the view is taken over): what it is now, whatever is written later. That
// is its slot, which then stays as it is; of an array that is being assigned to it is a copy, and
// of one that lies apart while a sweep runs over it: then it cannot be moved into its slots.
PyObject* element_of(PyObject* array, ArrayView* view) {
    Handle const& handle = handle_of(array);
    Tape& tape = *handle.tape;
    Slot const first = handle.slot + 1 - view->slots;
    std::uint32_t const extent = tape.extent_at(handle.slot);
    std::int64_t const place = view->offset;
    // Where nothing can be recorded the next write moves the array.
    bool const moves = extent != no_extent && (tape.extents[extent].assigned ||
                                               (tape.sweeping && tape.apart[extent] != nullptr));
    if (moves && is_in_use(tape)) {
        free_view(view);
        Tape& present = current_tape();
        present.make_room();
        ArrayOperand element = array_operand(present, array);
        element.offset = place;
        element.ndim = 0;
        return new_array(present, record_copy(present, element, element.dtype, ArrayOp::gather));
    }
    if (extent != no_extent) tape.extents[extent].require(Need::always);
    if (view->dtype != Dtype::float64) {
        PyObject* const shown =
            on_tape(tape, handle.slot, handle.state, handle.deferred, view, true);
        handle_of(shown).stays = true;
        return shown;
    }
    free_view(view);
    tape.has_elements = true;
    if (extent != no_extent) tape.settle(extent);
    return handle_on_old(
        tape, {first + static_cast<Slot>(place), static_cast<Kind>(handle.state), handle.deferred});
}

}  // namespace

PyObject* new_view(PyObject* array, ArrayView* view) {
    view->is_view = true;
    Handle const& handle = handle_of(array);
    bool const number = view->ndim == 0 && view->dtype == Dtype::float64;
    auto const place = static_cast<Slot>(view->offset);
    if (handle.on_tape()) {
        if (view->ndim == 0) return element_of(array, view);
        return on_tape(*handle.tape, handle.slot, handle.state, handle.deferred, view, true);
    }
    Leaf& leaf = *handle.leaf;
    if (number) {
        free_view(view);
        return handle.state == Handle::State::leaf ? new_element(leaf, place)
                                                   : new_constant(leaf.array->value[place]);
    }
    VariableObject* const object = with_view(view);
    object->handle.state = handle.state;
    object->handle.leaf = &leaf;
    leaf.retain();
    return reinterpret_cast<PyObject*>(object);
}

PyObject* array_on_old(Tape& tape, Slot last, Kind kind, bool deferred) {
    std::size_t const at = tape.statement_of(last);
    if (at != Tape::npos && tape.statements[at].op == Op::array) {
        Statement const& statement = tape.statements[at];
        ArrayRecord const record(tape, statement);
        if (record.ndim() == 0 && record.dtype() == Dtype::float64) {
            return handle_on_old(tape, {last, kind, deferred});
        }
        ArrayView* const view =
            dense_view(record.shape(), record.ndim(), record.dtype(), record.result().slots);
        return on_tape(tape, last, state_of(kind), deferred, view, true);
    }
    const Input* const input = tape.input_at(last);
    if (input != nullptr && input->leaf != nullptr) return object_of_leaf(*input->leaf);
    if (input != nullptr && input->captured && input->captured->on_tape()) {
        Handle const& captured = *input->captured;
        return array_on_old(*captured.tape, captured.slot, static_cast<Kind>(captured.state),
                            captured.deferred);
    }
    return handle_on_old(tape, {last, kind, deferred});
}

// What a statement reads of an array (taken over): the whole, or a view of its loops' shape.
static PyObject* seen_by(const ArrayPart& part, const ArrayRecord& record, PyObject* array) {
    py::object const whole = py::reinterpret_steal<py::object>(array);
    int axes = 0;
    std::int64_t elements = 1;
    for (int i = 0; i < record.loops(); ++i) {
        if (part.strides[i] == 0) continue;
        ++axes;
        elements *= record.lengths()[i];
    }
    if (!is_array(array) || (part.offset == 0 && elements == view_of(array).size)) {
        return py::object(whole).release().ptr();
    }
    ArrayView* const view = allocate_view(axes);
    view->slots = part.slots;
    view->dtype = part.dtype;
    view->offset = part.offset;
    view->size = elements;
    for (int i = 0, to = 0; i < record.loops(); ++i) {
        if (part.strides[i] == 0) continue;
        view->shape()[to] = record.lengths()[i];
        view->strides()[to++] = part.strides[i];
    }
    return new_view(array, view);
}

PyObject* object_of_part(Tape& tape, const ArrayPart& part, const ArrayRecord& record) {
    if (part.kind != Kind::constant) {
        std::size_t const at = tape.statement_of(part.last());
        bool const whole =
            part.slots > 1 || (at != Tape::npos && tape.slots_of(tape.statements[at]) == 1 &&
                               tape.statements[at].op == Op::array);
        const Input* const input = tape.input_at(part.last());
        bool const input_array =
            input != nullptr && input->slots == part.slots &&
            (input->leaf != nullptr ? input->leaf->array != nullptr : input->captured->array);
        if (whole || input_array) {
            Kind const kind = part.kind == Kind::leaf ? Kind::result : part.kind;
            return seen_by(part, record, array_on_old(tape, part.last(), kind, false));
        }
        return object_of_slot(tape, part.first, part.kind);
    }
    // What the statement reads of a constant, repeated axes left out.
    auto elements = std::make_unique<LeafArray>();
    elements->dtype = part.dtype;
    for (int i = 0; i < record.loops(); ++i) {
        if (part.strides[i] != 0) elements->shape.push_back(record.lengths()[i]);
    }
    if (elements->shape.empty() && part.dtype == Dtype::float64) {
        return object_of_slot(tape, part.first, Kind::constant);
    }
    elements->size = elements_of(elements->shape.data(), static_cast<int>(elements->shape.size()));
    elements->value = Buffer<double>(tape.places().at(part), part.slots);
    return new_constant_array(std::move(elements));
}

}  // namespace autodiffx::bindings

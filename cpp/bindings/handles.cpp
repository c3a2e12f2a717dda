// Handles and Python objects: how one is made from the other.
#include "arrays.hpp"

namespace autodiffx::bindings {

FreeList free_list;

static VariableObject* allocate_one() {
    auto* const object = PyObject_New(VariableObject, variable_type);
    if (object == nullptr) return nullptr;
    object->weak_references = nullptr;
    object->view = nullptr;
    return object;
}

VariableObject* allocate_slowly() {
    VariableObject* const object = allocate_one();
    if (object == nullptr) throw py::error_already_set();
#if !defined(Py_REF_DEBUG) && !defined(Py_TRACE_REFS)
    // Some in reserve, for nothing is done at once while there is none.
    for (int i = 0; i < 15; ++i) {
        VariableObject* const spare = allocate_one();
        if (spare == nullptr) {
            PyErr_Clear();
            break;
        }
        free_list.push(reinterpret_cast<PyObject*>(spare));
    }
#endif
    return object;
}

PyObject* new_constant(double value) {
    VariableObject* const object = allocate();
    object->handle.tape = nullptr;
    object->handle.state = Handle::State::constant;
    object->handle.array = false;
    object->handle.value = value;
    return reinterpret_cast<PyObject*>(object);
}

PyObject* object_of_leaf(Leaf& leaf) {
    if (leaf.object != nullptr) {
        Py_INCREF(static_cast<PyObject*>(leaf.object));
        return static_cast<PyObject*>(leaf.object);
    }
    VariableObject* const object = allocate();
    object->handle.tape = nullptr;
    object->handle.state = Handle::State::leaf;
    object->handle.deferred = false;
    object->handle.array = leaf.array != nullptr;
    object->handle.slot = 0;
    object->handle.leaf = &leaf;
    leaf.retain();
    leaf.object = object;
    if (leaf.array) {
        object->view =
            dense_view(leaf.array->shape.data(), static_cast<int>(leaf.array->shape.size()),
                       leaf.array->dtype, leaf.slots());
    }
    return reinterpret_cast<PyObject*>(object);
}

PyObject* handle_on_old(Tape& tape, Operand operand) {
    VariableObject* const object = allocate();
    tape.link_old(object->handle, operand.slot, static_cast<Handle::State>(operand.kind),
                  operand.deferred);
    return reinterpret_cast<PyObject*>(object);
}

PyObject* object_of_slot(Tape& tape, Slot slot, Kind kind) {
    tape.settle_at(slot);
    if (kind == Kind::constant) {
        py::object const type =
            py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(constant_type));
        return type(tape.primals[slot]).release().ptr();
    }
    const Input* const input = tape.input_at(slot);
    if (input != nullptr && input->leaf != nullptr) {
        return input->leaf->array ? new_element(*input->leaf, slot - input->slot)
                                  : object_of_leaf(*input->leaf);
    }
    if (input != nullptr && input->captured && input->captured->on_tape() && input->slots == 1) {
        Handle const& captured = *input->captured;
        return handle_on_old(
            *captured.tape,
            {captured.slot, captured.state == Handle::State::result ? Kind::result : Kind::varying,
             captured.deferred});
    }
    std::size_t const at = tape.statement_of(slot);
    bool const deferred =
        at != Tape::npos && (tape.statements[at].flags & Statement::deferred_bit) != 0;
    return handle_on_old(tape,
                         {slot, kind == Kind::varying ? Kind::varying : Kind::result, deferred});
}

[[noreturn]] static void raise_cleared(const Handle& handle) {
    throw graph_error("backward(): the value was recorded in Graph #" +
                      std::to_string(handle.slot) + ", which has been cleared: compute it again");
}

[[noreturn]] static void raise_passive() {
    throw passive_error(
        "backward() of a value that depends on no Variable: there is nothing to differentiate by "
        "(constants and decisions are passive)");
}

// The gradient of an element by the array leaf that it belongs to.
static Buffer<double> element_seed(const Handle& handle, double seed) {
    if (!handle.leaf->array) return {};
    Buffer<double> extent(handle.leaf->slots(), 0.0);
    extent.writable()[handle.slot] = seed;
    return extent;
}

void backward_from(const Handle& handle, double seed, bool accumulate) {
    switch (handle.state) {
        case Handle::State::leaf:
            if (!handle.leaf->has_value) read_value(handle);
            store_gradient({{handle.leaf, seed, element_seed(handle, seed)}}, accumulate);
            return;
        case Handle::State::result: {
            bring_up_to_date(*handle.tape, handle.slot);
            store_gradient(gradient(*handle.tape, {handle.slot, seed}), accumulate);
            return;
        }
        case Handle::State::detached:
            raise_cleared(handle);
        default:
            raise_passive();
    }
}

void require_active(const Handle& handle) {
    if (handle.state == Handle::State::detached) raise_cleared(handle);
    if (handle.state != Handle::State::leaf && handle.state != Handle::State::result)
        raise_passive();
}

void backward_from_array(const Handle& handle, Seed<double> seed, bool accumulate) {
    switch (handle.state) {
        case Handle::State::leaf:
            // A number may be seen as an array too.
            store_gradient({{handle.leaf, seed.extent[0], std::move(seed.extent)}}, accumulate);
            return;
        case Handle::State::result:
            bring_up_to_date(*handle.tape, handle.slot);
            store_gradient(gradient(*handle.tape, std::move(seed)), accumulate);
            return;
        case Handle::State::detached:
            raise_cleared(handle);
        default:
            raise_passive();
    }
}

}  // namespace autodiffx::bindings

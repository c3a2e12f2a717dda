// What a segment's function reads when it runs again: stand-ins for what it read at first.
#include <algorithm>

#include "segment.hpp"

namespace autodiffx::bindings {

// An array as a new one of the tape, that is active though it was made of nothing.
Lifted stand_in(Tape& tape, const py::object& array) {
    Lifted lifted;
    if (ndim_of(array.ptr()) == 0 && py::str(array.attr("dtype")).equal(py::str("float64"))) {
        Operand const number{tape.argument(py::cast<double>(array)), Kind::result, false};
        lifted.given = py::reinterpret_steal<py::object>(new_result(tape, number));
        lifted.variable = reinterpret_cast<VariableObject*>(lifted.given.ptr());
        return lifted;
    }
    py::object const constant =
        py::reinterpret_steal<py::object>(new_constant_array(operand_from_numpy(array.ptr())));
    ArrayOperand operand = array_operand(tape, constant.ptr());
    operand.kind = operand.dtype == Dtype::boolean ? Kind::varying : Kind::result;
    ArrayResult const copy = record_copy(tape, operand, operand.dtype, ArrayOp::copy);
    lifted.given = py::reinterpret_steal<py::object>(new_array(tape, copy));
    // If the function writes into its argument that moves, and this stays.
    lifted.original = py::reinterpret_steal<py::object>(
        array_on_old(tape, copy.last(), copy.kind, copy.deferred));
    lifted.variable = reinterpret_cast<VariableObject*>(lifted.original.ptr());
    lifted.variable->handle.stays = true;
    return lifted;
}

Leaf* Run::leaf_at(std::size_t which) const {
    ArrayOperand const& operand = (*operands_)[which];
    if (operand.kind != Kind::leaf) return nullptr;
    const Input* const input = home_.input_at(operand.first);
    return input == nullptr ? nullptr : input->leaf;
}

std::optional<Slot> Run::stand_in_at(Slot last, std::uint32_t slots) {
    for (Row const& row : rows_) {
        if (last - row.first >= row.slots) continue;
        Lifted const& lifted = innermost_[row.which];
        if (lifted.variable == nullptr) continue;
        if (slots == 1 && row.slots > 1) tape().settle_at(lifted.variable->handle.slot);
        return lifted.variable->handle.slot + 1 - row.slots + (last - row.first);
    }
    return std::nullopt;
}

Slot Run::find(const Handle& value, std::uint32_t slots) {
    // As the home knew it when it recorded: itself, or what stood for it on a tape around.
    Handle known = value;
    for (Tape* around = &home_; around != nullptr; around = around->enclosing) {
        if (value.tape == around) break;
        if (around->stand_ins == nullptr) continue;
        known.slot = around->stand_ins->find(value, slots);
        known.tape = around;
        break;
    }
    if (known.tape == &home_) {
        if (auto const found = stand_in_at(known.slot, slots)) return *found;
    }
    for (Input const& input : home_.inputs) {
        bool const is_it = input.captured && input.captured->tape == known.tape &&
                           input.captured->slot == known.slot && input.slots == slots;
        if (!is_it) continue;
        if (auto const found = stand_in_at(input.slot + input.slots - 1, slots)) return *found;
    }
    return stranger(value, slots);
}

// What was not read at first, or was and is forgotten since nothing came of it. It may be read
// again, but no result must depend on it.
Slot Run::stranger(const Handle& value, std::uint32_t slots) {
    for (Stranger const& known : strangers_)
        if (known.tape == value.tape && known.last == value.slot && known.slots == slots)
            return known.lifted.variable->handle.slot;
    Tape& other = *value.tape;
    std::uint32_t const extent = other.extent_at(value.slot);
    other.require_kept(extent);
    Operands whole;
    if (value.array) {
        whole.add_whole(other, value.slot, Kind::constant, dtype_of(other, value), false, 0);
    } else {
        ArrayOperand number;
        number.first = value.slot;
        whole.add(number);
    }
    py::object const array = whole.read({other.primals.data(), other.apart.data()}).front();
    strangers_.push_back({&other, value.slot, slots, stand_in(tape(), array)});
    return strangers_.back().lifted.variable->handle.slot;
}

// Throws graph_error if the results depend on what was not read at first, as a sweep has told. A
// leaf that nobody else refers to was made by the function for itself.
template <class T>
void Run::require_known(const Adjoints<T>& at) const {
    auto const is_reached = [&](Slot last) {
        return last < at.reached.size() && at.reached[last] == reached_actively;
    };
    std::string found;
    for (Stranger const& each : strangers_)
        if (is_reached(each.lifted.variable->handle.slot)) found = "a Variable";
    for (Input const& input : tape().inputs) {
        if (input.leaf == nullptr || !is_reached(input.slot + input.slots - 1)) continue;
        bool known = false;
        for (Row const& row : rows_)
            known = known || leaf_at(function_.adjoints() + row.which) == input.leaf;
        auto const own = std::count_if(tape().inputs.begin(), tape().inputs.end(),
                                       [&](const Input& each) { return each.leaf == input.leaf; });
        if (known || input.leaf->references == own) continue;
        found = input.leaf->has_name ? input.leaf->name : std::string("a Variable");
    }
    if (found.empty()) return;
    throw graph_error("the function given to checkpoint() runs again on the way back, and reads " +
                      found +
                      " that it did not read when it was called, or that was assigned to since: "
                      "pass what changes, such as random numbers, as an argument");
}

template void Run::require_known(const Adjoints<double>& at) const;
template void Run::require_known(const Adjoints<dual<double>>& at) const;

}  // namespace autodiffx::bindings

// How a segment is recorded, and when it lets go of its function.
#include <algorithm>

#include "segment.hpp"

namespace autodiffx::bindings {

namespace {

// What a first run has read of other tapes, and leaves, as operands.
void add_captured(Tape& home, const Tape& from, Operands& operands) {
    std::size_t const given = operands.size();
    for (Input const& input : from.inputs) {
        if (input.leaf != nullptr) {
            Leaf& leaf = *input.leaf;
            auto const own =
                std::count_if(from.inputs.begin(), from.inputs.end(),
                              [&](const Input& each) { return each.leaf == input.leaf; });
            if (leaf.references == own) continue;  // the function made it for itself
            if (leaf.version != input.version) {
                throw stale_error((leaf.has_name ? leaf.name : std::string("a Variable")) +
                                  " was set by the function given to checkpoint(), which reads "
                                  "it: set it before or after, not inside");
            }
            Slot const last = home.input(leaf) + leaf.slots() - 1;
            operands.add_whole(home, last, Kind::leaf,
                               leaf.array ? leaf.array->dtype : Dtype::float64, !leaf.has_value,
                               given);
            continue;
        }
        if (!input.captured) continue;
        Handle const& captured = *input.captured;
        bool const varies = captured.state == Handle::State::varying;
        Handle known = known_to(home, captured, input.slots);
        Kind kind = static_cast<Kind>(known.state);
        if (known.tape != &home) {
            known.slot = home.capture(*known.tape, known, input.slots) + input.slots - 1;
            kind = varies ? Kind::varying : Kind::leaf;
        }
        std::uint32_t const extent = home.extent_at(known.slot);
        if (extent != no_extent) home.extents[extent].require(Need::always);
        Dtype const dtype = extent == no_extent ? Dtype::float64 : dtype_of(home, known);
        operands.add_whole(home, known.slot, kind, dtype, known.deferred, given);
    }
}

// A result as it is handed out, in its own dtype.
py::object handed_out(Tape& tape, const py::object& whole, const ArrayResult& extent,
                      const ExternalResult& result, Dtype dtype) {
    std::int64_t strides[max_ndim];
    ArrayOperand const part = part_of(extent, result, strides);
    if (dtype == Dtype::boolean && extent.dtype != dtype) {
        ArrayOperand zero;
        zero.dtype = extent.dtype;
        zero.first = tape.constant(0.0);
        ArrayOperand const pair[] = {part, zero};
        return py::reinterpret_steal<py::object>(
            new_array(tape, record_array(tape, Op::not_equal, pair)));
    }
    // A number in the extent of an array gets a slot of its own: that extent may stay apart.
    bool const is_number = result.ndim == 0 && extent.slots >= apart_from;
    if (dtype != extent.dtype || is_number) {
        return py::reinterpret_steal<py::object>(new_array(
            tape, record_copy(tape, part, dtype,
                              dtype == extent.dtype ? ArrayOp::gather : ArrayOp::astype)));
    }
    ArrayView* const view = dense_view(result.shape, result.ndim, extent.dtype, extent.slots);
    view->offset = result.offset;
    return py::reinterpret_steal<py::object>(new_view(whole.ptr(), view));
}

// Tapes without a Graph whose entries may hold handles on them.
std::vector<Tape*> abandoned;

// Calls the function with what the operands are, and records what it gave of that: Variables in
// the place of what it computed, everything else as it is.
py::list record_segment(const py::object& call, const py::list& given) {
    look_after_abandoned();
    Tape& home = current_tape();
    home.make_room();
    Operands operands;
    for (py::handle const each : given)
        operands.add(place_operand(home, py::reinterpret_borrow<py::object>(each)).operand);
    Function function{call, operands.size(), 0, {}, {}};
    py::list outcome;
    std::vector<py::object> values;
    {
        std::vector<py::object> const arrays = operands.read(std::as_const(home).places());
        Run run(function, home, nullptr, arrays);
        run.evaluate(nullptr);
        py::list const outputs = run.outputs();
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            py::object const output = outputs[i];
            bool const computed =
                is_variable(output.ptr()) && handle_of(output.ptr()).tape == &run.tape();
            if (computed) {
                function.chosen.push_back(i);
                values.push_back(run.value_of(output));
            }
            outcome.append(computed ? py::object(py::none()) : output);
        }
        add_captured(home, run.tape(), operands);
        function.captured = operands.size() - function.given;
    }
    if (values.empty()) return outcome;
    Computed computed(values);
    values.clear();
    std::vector<std::size_t> const chosen = function.chosen;
    ArrayResult const extent =
        record_external(home, new_segment(std::move(function), home), operands.all(),
                        computed.results, computed.dtype, false);
    py::object const whole = py::reinterpret_steal<py::object>(new_array(home, extent));
    for (std::size_t i = 0; i < chosen.size(); ++i) {
        outcome[chosen[i]] =
            chosen.size() == 1
                ? whole
                : handed_out(home, whole, extent, computed.results[i], computed.dtypes[i]);
    }
    return outcome;
}

}  // namespace

void look_after_abandoned() {
    std::vector<Tape*> const waiting = std::exchange(abandoned, {});  // what goes may add to them
    for (Tape* const each : waiting) {
        if (!each->sweeping && !each->open) each->let_go(Position{});
        if (each->newest() == each->end_of_handles()) each->release();
        else abandoned.push_back(each);
    }
}

void abandon(Tape& tape) {
    bool const may_hold_itself =
        std::any_of(tape.externals.begin(), tape.externals.end(),
                    [](const auto& entry) { return entry->may_hold_handles(); });
    if (!may_hold_itself) return tape.release();
    abandoned.push_back(&tape);
    look_after_abandoned();
}

void register_segments(py::module_& module) {
    module.def("_record_segment", &record_segment);
    // Bytes of arrays that lie apart, of this thread's tapes and leaves.
    module.def("_bytes_apart", &Memory::in_use);
}

}  // namespace autodiffx::bindings

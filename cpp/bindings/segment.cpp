// Segments on a tape: how they are recorded, and how they take part in sweeps.
#include "segment.hpp"

#include <algorithm>

namespace autodiffx::bindings {

namespace {

bool is_all_zero(const std::vector<py::object>& arrays) {
    return std::none_of(arrays.begin(), arrays.end(), [](const py::object& each) {
        return !each.is_none() && py::cast<bool>(each.attr("any")());
    });
}

Operands operands_of(const ExternalRecord& record) {
    Operands all;
    for (int k = 0; k < record.arity(); ++k) all.add(record.operand(k));
    return all;
}

py::object shape_of(const View& view) {
    py::tuple shape(static_cast<std::size_t>(view.ndim));
    for (int i = 0; i < view.ndim; ++i) shape[static_cast<std::size_t>(i)] = view.shape[i];
    return shape;
}

template <class T, class... Component>
std::vector<py::object> results_of(const ExternalRecord& record, Places<T> places,
                                   Component... component) {
    std::vector<py::object> arrays;
    for (int k = 0; k < record.results(); ++k) {
        ArrayOperand const result = record.result(k);
        arrays.push_back(array_at(places.at(result), result, component...));
    }
    return arrays;
}

// Those of active operands, None for the others.
std::vector<py::object> tangents_of(const ExternalRecord& record, Places<const double> tangents) {
    std::vector<py::object> arrays;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayOperand const operand = record.operand(k);
        arrays.push_back(is_active(operand.kind) ? array_at(tangents.at(operand), operand)
                                                 : py::object(py::none()));
    }
    return arrays;
}

struct Computed {
    std::vector<std::unique_ptr<LeafArray>> arrays;
    std::vector<ExternalResult> results;
    std::vector<Dtype> dtypes;  // of each
    Dtype dtype = Dtype::boolean;

    // Arrays as results of one extent: in the widest of their dtypes.
    explicit Computed(const std::vector<py::object>& values) {
        for (py::object const& each : values) {
            arrays.push_back(operand_from_numpy(each.ptr()));
            dtypes.push_back(arrays.back()->dtype);
            dtype = std::min(dtype, dtypes.back());
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (dtypes[i] != dtype) {
                py::object const wide = values[i].attr("astype")(dtype_to_python(dtype));
                arrays[i] = operand_from_numpy(wide.ptr());
            }
        }
        for (auto const& each : arrays) {
            ExternalResult result;
            result.ndim = static_cast<int>(each->shape.size());
            result.shape = each->shape.data();
            result.packed = each->value.data();
            results.push_back(result);
        }
    }
};

// A result as an operand: a part of their extent.
ArrayOperand part_of(const ArrayResult& extent, const ExternalResult& result,
                     std::int64_t (&strides)[max_ndim]) {
    dense_strides(result.shape, result.ndim, strides);
    ArrayOperand part;
    part.first = extent.first;
    part.extent = extent.extent;
    part.slots = extent.slots;
    part.offset = result.offset;
    part.ndim = result.ndim;
    part.shape = result.shape;
    part.strides = strides;
    part.dtype = extent.dtype;
    part.kind = extent.kind;
    part.deferred = extent.deferred;
    return part;
}

struct Segment : External {
    Function function;
    Tape& home;  // of its statement

    Segment(Function of, Tape& on) : function(std::move(of)), home(on) {}

    [[nodiscard]] std::string_view name() const override {
        return function.derivatives.empty() ? "checkpoint" : "checkpoint_pullback";
    }
    // Sweeps upwards and replays still come by, though nobody can ask for what they would find.
    void let_go() override { function.call = py::object(); }
    [[nodiscard]] bool may_hold_handles() const override { return true; }

    void forward(const ExternalRecord& record, Places<double> primals) override {
        if (!function.call) return;
        Operands const operands = operands_of(record);
        std::vector<py::object> const arrays = operands.read({primals.arena, primals.apart});
        Run run(function, home, &operands.all(), arrays);
        run.evaluate(nullptr);
        for (int k = 0; k < record.results(); ++k) {
            ArrayOperand const result = record.result(k);
            py::object const value = run.value_of(run.results()[static_cast<std::size_t>(k)]);
            py::object const shape = value.attr("shape");
            if (result.dtype == Dtype::boolean && shape.equal(shape_of(result)))
                put_in(primals.at(result), result, *operand_from_numpy(value.ptr()));
            else put_in(primals.at(result), result, *elements_for(result, value, "checkpoint()"));
        }
    }

    void tangent(const ExternalRecord& record, Places<const double> primals,
                 Places<double> tangents) override {
        ArrayOperand const first = record.result(0);
        std::fill_n(tangents.at(first), first.slots, 0.0);
        Places<const double> const given{tangents.arena, tangents.apart};
        std::vector<py::object> const along = tangents_of(record, given);
        if (!function.call || is_all_zero(along)) return;
        Operands const operands = operands_of(record);
        std::vector<py::object> const arrays = operands.read(primals);
        Run run(function, home, &operands.all(), arrays);
        run.evaluate(expected(record, primals).get());
        std::vector<py::object> const found = run.push_forward(along);
        for (int k = 0; k < record.results(); ++k) {
            py::object const& array = found[static_cast<std::size_t>(k)];
            if (array.is_none()) continue;
            ArrayOperand const result = record.result(k);
            put_in(tangents.at(result), result, *elements_for(result, array, "a tangent"));
        }
    }
    // What the function gave; derivatives have that among their operands.
    std::unique_ptr<std::vector<py::object>> expected(const ExternalRecord& record,
                                                      Places<const double> primals) const {
        if (!function.derivatives.empty()) return nullptr;
        return std::make_unique<std::vector<py::object>>(results_of(record, primals));
    }

    void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) override {
        std::vector<py::object> const given = results_of(record, at.adjoints);
        if (is_all_zero(given)) return;
        Operands const operands = operands_of(record);
        std::vector<py::object> const arrays = operands.read(at.primals);
        Run run(function, home, &operands.all(), arrays);
        run.evaluate(expected(record, at.primals).get());
        add_found(record, run.pull_back(given), at.adjoints, 1, 0);
    }

    void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) override {
        std::vector<py::object> const given = results_of(record, at.adjoints, 0);
        std::vector<py::object> const rates = results_of(record, at.adjoints, 1);
        if (is_all_zero(given) && is_all_zero(rates)) return;
        Operands const operands = operands_of(record);
        std::vector<py::object> const arrays = operands.read(at.primals);
        Run run(function, home, &operands.all(), arrays);
        run.evaluate(expected(record, at.primals).get());
        Run::Twofold const found = run.pull_back(given, rates, tangents_of(record, at.tangents));
        add_found(record, found.first, at.adjoints, 2, 0);
        add_found(record, found.second, at.adjoints, 2, 1);
    }

    template <class T>
    void add_found(const ExternalRecord& record, const std::vector<py::object>& found,
                   Places<T> adjoints, int components, int component) const {
        for (int k = 0; k < record.arity(); ++k) {
            py::object const& array = found[static_cast<std::size_t>(k)];
            if (!array) continue;
            ArrayOperand const operand = record.operand(k);
            add_to(adjoints.at(operand), operand, *elements_for(operand, array, "an adjoint"),
                   components, component);
        }
    }

    // A segment again: what it computes is what a plain sweep gives.
    std::vector<ArrayResult> reverse(Tape& tape, const std::vector<ArrayOperand>& adjoints,
                                     const std::vector<ArrayOperand>& results,
                                     const std::vector<ArrayOperand>& operands,
                                     const std::vector<bool>& wanted) override {
        std::vector<ArrayResult> passed_on(wanted.size());
        for (ArrayResult& each : passed_on) each.slots = 0;
        if (std::none_of(wanted.begin(), wanted.end(), [](bool each) { return each; }))
            return passed_on;
        Operands all;
        for (ArrayOperand const& each : adjoints) all.add(each);
        for (ArrayOperand const& each : operands) all.add(each);
        Function derivative = function;
        derivative.derivatives.push_back({adjoints.size(), wanted});
        std::vector<bool>& asked = derivative.derivatives.back().wanted;
        if (function.derivatives.empty()) {
            for (ArrayOperand each : results) {
                each.kind = Kind::varying;
                all.add(each);
                asked.push_back(false);
            }
        }
        std::vector<py::object> values;
        {
            std::vector<py::object> arrays = all.read(std::as_const(tape).places());
            auto const middle = arrays.begin() + static_cast<std::ptrdiff_t>(adjoints.size());
            std::vector<py::object> const given(arrays.begin(), middle);
            std::vector<py::object> const primals(
                middle, middle + static_cast<std::ptrdiff_t>(operands.size()));
            std::vector<py::object> const gave(
                middle + static_cast<std::ptrdiff_t>(operands.size()), arrays.end());
            Run run(function, home, &operands, primals);
            run.evaluate(function.derivatives.empty() ? &gave : nullptr);
            std::vector<py::object> const found = run.pull_back(given);
            py::object const zeros_like = py::module_::import("numpy").attr("zeros_like");
            for (std::size_t k = 0; k < wanted.size(); ++k) {
                if (!wanted[k]) continue;
                py::object value = found[k] ? found[k] : zeros_like(primals[k]);
                values.push_back(py::module_::import("numpy").attr("asarray")(value));
            }
        }
        Computed computed(values);
        ArrayResult const extent =
            record_external(tape, std::make_unique<Segment>(derivative, home), all.all(),
                            computed.results, computed.dtype, false);
        std::size_t next = 0;
        for (std::size_t k = 0; k < wanted.size(); ++k) {
            if (!wanted[k]) continue;
            ExternalResult const& result = computed.results[next++];
            std::int64_t strides[max_ndim];
            ArrayOperand const part = part_of(extent, result, strides);
            passed_on[k] =
                record_copy(tape, part, operands[k].dtype,
                            extent.dtype == operands[k].dtype ? ArrayOp::gather : ArrayOp::astype);
        }
        return passed_on;
    }
};

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
        record_external(home, std::make_unique<Segment>(std::move(function), home), operands.all(),
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

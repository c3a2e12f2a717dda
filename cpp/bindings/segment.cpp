// Segments on a tape: how they take part in sweeps.
#include "segment.hpp"

#include <algorithm>

#include "autodiffx/lanes.hpp"

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

ArrayPart whole_of(const ArrayOperand& operand) {
    return {operand.first, operand.extent, operand.slots,  operand.dtype,
            operand.kind,  operand.offset, operand.strides};
}

// The numbers of one lane in the slots of a view's extent.
std::vector<double> lane_of(Lanes& lanes, const ArrayOperand& view, std::size_t lane) {
    std::vector<double> numbers(view.slots);
    const double* const from = lanes.at(whole_of(view)) + lane;
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = from[i * Lanes::count];
    return numbers;
}

void add_to_lane(Lanes& lanes, const ArrayOperand& view, std::size_t lane,
                 const py::object& array) {
    std::vector<double> numbers(view.slots);
    add_to(numbers.data(), view, *elements_for(view, array, "a derivative"), 1, 0);
    double* const to = lanes.at(whole_of(view)) + lane;
    for (std::size_t i = 0; i < numbers.size(); ++i) to[i * Lanes::count] += numbers[i];
}

// Slots of float64 are numbers, which lanes can be added to.
bool goes_in_lanes(const ExternalRecord& record) {
    bool all = record.result(0).dtype == Dtype::float64;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayOperand const operand = record.operand(k);
        all = all && (!is_active(operand.kind) || operand.dtype == Dtype::float64);
    }
    return all;
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

    // The function runs once for all lanes, when one is found that is not zero.
    bool push_lanes(const ExternalRecord& record, Lanes& tangents) override {
        if (!goes_in_lanes(record)) return false;
        ArrayPart const whole = whole_of(record.result(0));
        tangents.clear(whole);
        Places<const double> const primals = std::as_const(home).places();
        Operands const operands = operands_of(record);
        std::optional<Run> run;
        for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
            std::vector<py::object> along;
            for (ArrayOperand const& each : operands.all()) {
                bool const moves = function.call && tangents.hold(each.kind, each.first);
                along.emplace_back(moves ? array_at(lane_of(tangents, each, lane).data(), each)
                                         : py::none());
            }
            if (is_all_zero(along)) continue;
            if (!run) begin(run, record, operands, primals);
            std::vector<py::object> const found = run->push_forward(along);
            for (int k = 0; k < record.results(); ++k) {
                py::object const& array = found[static_cast<std::size_t>(k)];
                if (!array.is_none()) add_to_lane(tangents, record.result(k), lane, array);
            }
        }
        if (run) tangents.fill(whole);
        return true;
    }
    bool pull_lanes(const ExternalRecord& record, Lanes& adjoints) override {
        if (!goes_in_lanes(record)) return false;
        Places<const double> const primals = std::as_const(home).places();
        Operands const operands = operands_of(record);
        std::optional<Run> run;
        for (std::size_t lane = 0; lane < Lanes::count; ++lane) {
            std::vector<py::object> given;
            for (int k = 0; k < record.results(); ++k) {
                ArrayOperand const result = record.result(k);
                given.push_back(array_at(lane_of(adjoints, result, lane).data(), result));
            }
            if (is_all_zero(given)) continue;
            if (!run) begin(run, record, operands, primals);
            std::vector<py::object> const found = run->pull_back(given);
            for (std::size_t k = 0; k < operands.size(); ++k) {
                ArrayOperand const& operand = operands.all()[k];
                if (!found[k] || !adjoints.hold(operand.kind, operand.first)) continue;
                add_to_lane(adjoints, operand, lane, found[k]);
                adjoints.fill(whole_of(operand));
            }
        }
        return true;
    }
    void begin(std::optional<Run>& run, const ExternalRecord& record, const Operands& operands,
               Places<const double> primals) const {
        run.emplace(function, home, &operands.all(), operands.read(primals));
        run->evaluate(expected(record, primals).get());
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

}  // namespace

std::unique_ptr<External> new_segment(Function function, Tape& home) {
    return std::make_unique<Segment>(std::move(function), home);
}

}  // namespace autodiffx::bindings

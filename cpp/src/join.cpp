// Arrays joined along an axis, in every sweep: each of them has its place in the result.
#include "autodiffx/join.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

#include "autodiffx/lanes.hpp"

namespace autodiffx {

namespace {

// Elements that lie evenly in an operand, and evenly in the result.
struct Stretch {
    std::int64_t operand, result;  // the first, counted from where the extents begin
    std::int64_t operand_step, result_step;
    std::int64_t count;
};

// Calls use(stretch) for those of an operand that stands in the result from `start` on.
template <class Use>
void for_each_run(const ArrayOperand& operand, const ArrayOperand& result, int axis,
                  std::int64_t start, Use use) {
    std::int64_t lengths[max_ndim], strides[2][max_ndim], at[max_ndim] = {};
    std::copy(operand.shape, operand.shape + operand.ndim, lengths);
    if (std::find(lengths, lengths + operand.ndim, 0) != lengths + operand.ndim) return;
    std::copy(operand.strides, operand.strides + operand.ndim, strides[0]);
    std::copy(result.strides, result.strides + operand.ndim, strides[1]);
    int const inner = join_axes(lengths, strides[0], 2, operand.ndim) - 1;
    Stretch run{operand.offset, result.offset + start * result.strides[axis], strides[0][inner],
                strides[1][inner], lengths[inner]};
    for (int i = inner; i >= 0;) {
        use(std::as_const(run));
        for (i = inner - 1; i >= 0; --i) {
            run.operand += strides[0][i];
            run.result += strides[1][i];
            if (++at[i] < lengths[i]) break;
            run.operand -= strides[0][i] * lengths[i];
            run.result -= strides[1][i] * lengths[i];
            at[i] = 0;
        }
    }
}

// to = from, or to += from.
template <class S>
void assign(S* to, std::int64_t to_step, const S* from, std::int64_t from_step,
            std::int64_t count) {
    if (to_step == 1 && from_step == 1) {
        std::copy(from, from + count, to);
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) to[i * to_step] = from[i * from_step];
}
template <class S>
void add(S* to, std::int64_t to_step, const S* from, std::int64_t from_step, std::int64_t count) {
    if (to_step == 1 && from_step == 1) {
        for (std::int64_t i = 0; i < count; ++i) to[i] += from[i];
        return;
    }
    for (std::int64_t i = 0; i < count; ++i) to[i * to_step] += from[i * from_step];
}

// Calls use(an element): primals and derivatives lie packed as elements of the dtype do.
template <class Use>
void with_element(Dtype dtype, Use use) {
    switch (dtype) {
        case Dtype::float64:
            return use(double{});
        case Dtype::float32:
            return use(float{});
        case Dtype::boolean:
            return use(bool{});
    }
}

// The elements of an operand to where they stand in the result.
void put(Places<double> places, const ArrayOperand& operand, const ArrayOperand& result, int axis,
         std::int64_t start) {
    with_element(result.dtype, [&](auto element) {
        using S = decltype(element);
        auto* const to = reinterpret_cast<S*>(places.at(result));
        const auto* const from = reinterpret_cast<const S*>(places.at(operand));
        for_each_run(operand, result, axis, start, [&](const Stretch& run) {
            assign(to + run.result, run.result_step, from + run.operand, run.operand_step,
                   run.count);
        });
    });
}

// To the adjoints of an operand those of its part of the result.
template <class T>
void pass_back(Places<T> adjoints, bool assigns, const ArrayOperand& operand,
               const ArrayOperand& result, int axis, std::int64_t start) {
    constexpr std::int64_t components = sizeof(T) / sizeof(double);
    with_element(result.dtype, [&](auto element) {
        using S = decltype(element);
        if constexpr (!std::is_same_v<S, bool>) {
            auto* const to = reinterpret_cast<S*>(adjoints.at(operand));
            const auto* const from = reinterpret_cast<const S*>(adjoints.at(result));
            for_each_run(operand, result, axis, start, [&](const Stretch& run) {
                bool const dense = run.operand_step == 1 && run.result_step == 1;
                // Dense components are as many more numbers.
                std::int64_t const joined = dense ? components : 1;
                for (std::int64_t c = 0; c < components; c += joined) {
                    auto const pass = assigns ? assign<S> : add<S>;
                    pass(to + run.operand * components + c,
                         dense ? 1 : run.operand_step * components,
                         from + run.result * components + c,
                         dense ? 1 : run.result_step * components, run.count * joined);
                }
            });
        }
    });
}

ArrayPart part_of(const ArrayOperand& operand) {
    return {operand.first, operand.extent, operand.slots,  operand.dtype,
            operand.kind,  operand.offset, operand.strides};
}

// Its operands have the dtype of the result: casts come first.
bool goes_in_lanes(const ArrayOperand& result) { return result.dtype == Dtype::float64; }

// From the lanes of one of them to those of the other, as far as they may be other than zero.
void pass_lanes(Lanes& lanes, const ArrayOperand& operand, const ArrayOperand& result, int axis,
                std::int64_t start, bool up) {
    ArrayPart const from = part_of(up ? operand : result), to = part_of(up ? result : operand);
    Support const support = lanes.support(from);
    if (support.is_empty()) return;
    Support grown = lanes.support(to);
    double* const target = lanes.at(to);
    const double* const source = lanes.at(from);
    constexpr auto width = static_cast<std::int64_t>(Lanes::count);
    double const one = 1.0;
    for_each_run(operand, result, axis, start, [&](const Stretch& run) {
        std::int64_t const first = up ? run.operand : run.result;
        std::int64_t const step = up ? run.operand_step : run.result_step;
        std::int64_t const to_first = up ? run.result : run.operand;
        std::int64_t const to_step = up ? run.result_step : run.operand_step;
        Within const within(support, first, step, run.count);
        if (within.begin >= within.end) return;
        std::int64_t const begin = to_first + within.begin * to_step;
        std::int64_t const last = to_first + (within.end - 1) * to_step;
        chain_lanes(
            {target + begin * width, to_step, source + (first + within.begin * step) * width, step,
             &one, 0, static_cast<std::size_t>(within.end - within.begin)},
            !up);
        grown.include(std::min(begin, last), std::max(begin, last));
    });
    lanes.set_support(to, grown);
}

struct Join : External {
    int axis;

    explicit Join(int along) : axis(along) {}

    [[nodiscard]] std::string_view name() const override { return "concatenate"; }
    [[nodiscard]] bool reads_primals() const override { return false; }

    // Calls use(operand, result, start) for each operand, which stands in the result from there.
    template <class Use>
    void for_each(const ExternalRecord& record, Use use) const {
        ArrayOperand const result = record.result(0);
        std::int64_t start = 0;
        for (int k = 0; k < record.arity(); ++k) {
            ArrayOperand const operand = record.operand(k);
            use(operand, result, start);
            start += operand.shape[axis];
        }
    }

    void forward(const ExternalRecord& record, Places<double> primals) override {
        for_each(record, [&](const ArrayOperand& operand, const ArrayOperand& result,
                             std::int64_t start) { put(primals, operand, result, axis, start); });
    }
    void tangent(const ExternalRecord& record, Places<const double>,
                 Places<double> tangents) override {
        ArrayOperand const whole = record.result(0);
        std::fill_n(tangents.at(whole), whole.slots, 0.0);
        for_each(record,
                 [&](const ArrayOperand& operand, const ArrayOperand& result, std::int64_t start) {
                     if (is_active(operand.kind)) put(tangents, operand, result, axis, start);
                 });
    }
    template <class T>
    void pass_all_back(const ExternalRecord& record, const AdjointPlaces<T>& at) const {
        unsigned assigns = at.assigns;
        for_each(record,
                 [&](const ArrayOperand& operand, const ArrayOperand& result, std::int64_t start) {
                     if (is_active(operand.kind))
                         pass_back(at.adjoints, (assigns & 1u) != 0, operand, result, axis, start);
                     assigns >>= 1;
                 });
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) override {
        pass_all_back(record, at);
    }
    void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) override {
        pass_all_back(record, at);
    }
    // An array that comes again is passed to later, and then added to.
    [[nodiscard]] bool reaches_all(const ExternalRecord& record, int k) const override {
        ArrayOperand const operand = record.operand(k);
        std::int64_t step = 1;
        for (int i = operand.ndim; i-- > 0; step *= operand.shape[i])
            if (operand.shape[i] != 1 && operand.strides[i] != step) return false;
        return step != 0 && operand.offset == 0 && slots_for(step, operand.dtype) == operand.slots;
    }
    std::vector<ArrayResult> reverse(Tape& tape, const std::vector<ArrayOperand>& adjoints,
                                     const std::vector<ArrayOperand>&,
                                     const std::vector<ArrayOperand>& operands,
                                     const std::vector<bool>& wanted) override {
        std::vector<ArrayResult> passed_on(operands.size());
        ArrayOperand part = adjoints[0];
        for (std::size_t k = 0; k < operands.size(); ++k) {
            part.shape = operands[k].shape;
            passed_on[k].slots = 0;
            if (wanted[k]) passed_on[k] = record_copy(tape, part, part.dtype, ArrayOp::copy);
            part.offset += part.shape[axis] * part.strides[axis];
        }
        return passed_on;
    }

    bool push_lanes(const ExternalRecord& record, Lanes& tangents) override {
        ArrayOperand const whole = record.result(0);
        if (!goes_in_lanes(whole)) return false;
        tangents.clear(part_of(whole));
        for_each(record,
                 [&](const ArrayOperand& operand, const ArrayOperand& result, std::int64_t start) {
                     if (tangents.hold(operand.kind, operand.first))
                         pass_lanes(tangents, operand, result, axis, start, true);
                 });
        return true;
    }
    bool pull_lanes(const ExternalRecord& record, Lanes& adjoints) override {
        if (!goes_in_lanes(record.result(0))) return false;
        for_each(record,
                 [&](const ArrayOperand& operand, const ArrayOperand& result, std::int64_t start) {
                     if (adjoints.hold(operand.kind, operand.first))
                         pass_lanes(adjoints, operand, result, axis, start, false);
                 });
        return true;
    }
};

// What is cast before it is joined, and the strides of that.
struct Cast {
    ArrayResult result;
    std::int64_t strides[max_ndim];
};

}  // namespace

ArrayResult record_join(Tape& tape, std::vector<ArrayOperand> operands, int axis) {
    std::int64_t shape[max_ndim], length = 0;
    Dtype dtype = Dtype::boolean;
    for (ArrayOperand const& operand : operands) {
        dtype = std::min(dtype, operand.dtype);
        length += operand.shape[axis];
    }
    std::deque<Cast> casts;  // whose members stay where they are
    for (ArrayOperand& operand : operands) {
        if (operand.dtype == dtype) continue;
        Cast& cast = casts.emplace_back();
        cast.result = record_copy(tape, operand, dtype);
        operand = as_operand(cast.result, cast.strides);
    }
    int const ndim = operands[0].ndim;
    std::copy(operands[0].shape, operands[0].shape + ndim, shape);
    shape[axis] = length;

    std::vector<ExternalResult> results(1);
    results[0].ndim = ndim;
    results[0].shape = shape;
    ArrayResult const joined = record_external(tape, std::make_unique<Join>(axis), operands,
                                               results, dtype, dtype == Dtype::boolean);
    std::int64_t strides[max_ndim];
    ArrayOperand const result = as_operand(joined, strides);
    Places<double> const places = tape.places();
    places.at(result)[result.slots - 1] = 0.0;  // what fills it up
    std::int64_t start = 0;
    for (ArrayOperand const& operand : operands) {
        put(places, operand, result, axis, start);
        start += operand.shape[axis];
    }
    return joined;
}

}  // namespace autodiffx

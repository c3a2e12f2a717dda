// Float32 statements in a plain reverse sweep, stretch by stretch of the inner loop.
#include "autodiffx/singles.hpp"

#include <algorithm>
#include <type_traits>

#include "autodiffx/block.hpp"
#include "autodiffx/fused.hpp"
#include "autodiffx/loops.hpp"
#include "autodiffx/partial_loops.hpp"

namespace autodiffx {

namespace {

// Elements that are done at once.
constexpr std::int64_t longest = Scratch::block_length;
// A row shorter than this is done sooner as a part of a block.
constexpr std::int64_t shortest_row = 8;

// A partial that is one operator of the operand, as far as it is known: see Arithmetic.
struct Sole : number_type {
    Op op = Op::count_;
    bool is_operand = false;

    constexpr Sole(double = 0.0) {}
    static constexpr Sole operand() {
        Sole sole;
        sole.is_operand = true;
        return sole;
    }
    template <Op made_by, class... Operands>
    static constexpr Sole apply(const Operands&... operands) {
        Sole sole;
        if (sizeof...(Operands) == 1 && (operands.is_operand && ...)) sole.op = made_by;
        return sole;
    }
};
template <Op op, int i>
constexpr Op sole_operator() {
    if constexpr (Row<op>::arity == 1)
        return Row<op>::template partial<i>(Sole::operand(), Sole()).op;
    else return Op::count_;
}
constexpr bool has_loop(Op op) { return op == Op::sech2 || op == Op::logistic_density; }

// Whether the partial is of a kind that is seen to here.
template <Op op, int i>
constexpr bool is_single() {
    if constexpr (Row<op>::smoothness == Smoothness::passive || Row<op>::arity > 2) return false;
    else
        return partial_reads<op, i>() == 0 || can_fuse<op, i>() || has_loop(sole_operator<op, i>());
}

AUTODIFFX_CLONES
void pass(float* to, const float* given, std::size_t count, bool adds) {
    if (adds) {
        for (std::size_t j = 0; j < count; ++j) to[j] += given[j];
    } else {
        std::copy_n(given, count, to);
    }
}
// `partial` is an array, or a number for all.
template <bool adds, class Partial>
AUTODIFFX_INLINE void pass_by(float* to, const float* given, Partial partial, std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) {
        float passed;
        if constexpr (std::is_pointer_v<Partial>) passed = chained(given[j], partial[j]);
        else passed = chained(given[j], partial);
        to[j] = adds ? to[j] + passed : passed;
    }
}
AUTODIFFX_CLONES
void pass_scaled(float* to, const float* given, float partial, std::size_t count, bool adds) {
    if (adds) pass_by<true>(to, given, partial, count);
    else pass_by<false>(to, given, partial, count);
}
AUTODIFFX_CLONES
void pass_chain(float* to, const float* given, const float* partial, std::size_t count, bool adds) {
    if (adds) pass_by<true>(to, given, partial, count);
    else pass_by<false>(to, given, partial, count);
}

template <Op op, int i>
struct Fused;
#define FUSED(name, i)                                                                             \
    AUTODIFFX_CLONES                                                                               \
    void fuse_##name##_##i(float* to, const float* given, const float* a, const float* b,          \
                           const float* r, std::size_t count, bool adds) {                         \
        if constexpr (can_fuse<Op::name, i>()) fuse<Op::name, i>(to, given, a, b, r, count, adds); \
    }                                                                                              \
    template <>                                                                                    \
    struct Fused<Op::name, i> {                                                                    \
        static constexpr auto* run = fuse_##name##_##i;                                            \
    };
#define UNARY(name, ...) FUSED(name, 0)
#define BINARY(name, ...) FUSED(name, 0) FUSED(name, 1)
#define TERNARY(name, ...)
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
#undef FUSED

// Elements of the inner loop: of each array so many neighbours.
struct Stretch {
    std::size_t count;
    const float* given;  // the adjoint of the result
    const float* result;
    const float* operands[2];
    float* found[2];  // the adjoints of the operands; null where none is wanted
    bool repeats[2];  // one adjoint for all of them
    bool adds[2];
};

template <Op op, int i>
void contribute(const Stretch& at) {
    if constexpr (is_single<op, i>()) {
        if (at.found[i] == nullptr) return;
        float passed[longest];
        float* const to = at.repeats[i] ? passed : at.found[i];
        bool const adds = at.adds[i] && !at.repeats[i];
        if constexpr (partial_reads<op, i>() == 0) {
            double const x = 0.0;
            double partial;
            if constexpr (Row<op>::arity == 1) partial = Row<op>::template partial<i>(x, x);
            else partial = Row<op>::template partial<i>(x, x, x);
            if (partial == 1.0) pass(to, at.given, at.count, adds);
            else pass_scaled(to, at.given, static_cast<float>(partial), at.count, adds);
        } else if constexpr (can_fuse<op, i>()) {
            Fused<op, i>::run(to, at.given, at.operands[0], at.operands[1], at.result, at.count,
                              adds);
        } else {
            float partial[longest];
            char* pointers[] = {reinterpret_cast<char*>(const_cast<float*>(at.operands[0])),
                                reinterpret_cast<char*>(partial)};
            std::ptrdiff_t const steps[] = {sizeof(float), sizeof(float)};
            loop_of(sole_operator<op, i>(), Dtype::float32)(
                pointers, static_cast<std::ptrdiff_t>(at.count), steps);
            pass_chain(to, at.given, partial, at.count, adds);
        }
        if (!at.repeats[i]) return;
        double sum = 0.0;
        for (std::size_t j = 0; j < at.count; ++j) sum += double{passed[j]};
        *at.found[i] = static_cast<float>(double{*at.found[i]} + sum);
    }
}

template <Op op>
void pull_back(const Stretch& at) {
    contribute<op, 0>(at);
    if constexpr (Row<op>::arity == 2) contribute<op, 1>(at);
}

struct Rule {
    void (*run)(const Stretch&);
    unsigned operands;  // bit k: the partial by operand k is of a kind that is seen to here
    unsigned reads[2];
};
template <Op op>
constexpr Rule rule_of() {
    Rule rule{pull_back<op>, 0, {0, 0}};
    if constexpr (is_single<op, 0>()) {
        rule.operands |= 1u;
        rule.reads[0] = partial_reads<op, 0>();
    }
    if constexpr (Row<op>::arity == 2) {
        if constexpr (is_single<op, 1>()) {
            rule.operands |= 2u;
            rule.reads[1] = partial_reads<op, 1>();
        }
    }
    return rule;
}
constexpr Rule rules[] = {
#define UNARY(name, ...) rule_of<Op::name>(),
#define BINARY(name, ...) rule_of<Op::name>(),
#define TERNARY(name, ...) rule_of<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

// An array along the loops: the stretch at hand as it lies or, if it repeats, written out.
struct Way {
    float* at = nullptr;  // null: not read
    const std::int64_t* strides = nullptr;
    bool repeats = false;
    float* filled = nullptr;
    const float* filled_from = nullptr;
    std::size_t filled_count = 0;

    // False if its elements lie in another way.
    bool lay(double* extent, const ArrayPart& part, const ArrayRecord& record) {
        std::int64_t const length = record.lengths()[record.loops() - 1];
        std::int64_t const step = part.strides[record.loops() - 1];
        at = reinterpret_cast<float*>(extent) + part.offset;
        strides = part.strides;
        repeats = step == 0 && length != 1;
        return step == 1 || step == 0 || length == 1;
    }
    const float* read(std::size_t count) {
        if (at == nullptr || !repeats) return at;
        if (filled_from == at && filled_count >= count) return filled;
        std::fill_n(filled, count, *at);
        filled_from = at;
        filled_count = count;
        return filled;
    }
};

// All arrays of a statement: the adjoint of the result, the result, the operands, their adjoints.
struct Ways {
    enum { given, result, operands, found = operands + 2, count = found + 2 };
    Way all[count];
    float memory[found][longest];

    Ways() {
        for (int k = 0; k < found; ++k) all[k].filled = memory[k];
    }
    void move(int axis, std::int64_t elements) {
        for (Way& each : all) {
            if (each.at != nullptr) each.at += each.strides[axis] * elements;
        }
    }
};

// Calls use(count) for each stretch, the ways having been moved there.
template <class Use>
void for_each_stretch(const ArrayRecord& record, Ways& ways, Use use) {
    int const inner = record.loops() - 1;
    const std::int64_t* const lengths = record.lengths();
    std::int64_t at[max_ndim] = {};
    for (;;) {
        for (std::int64_t from = 0; from < lengths[inner]; from += longest) {
            std::int64_t const count = std::min(longest, lengths[inner] - from);
            use(static_cast<std::size_t>(count));
            ways.move(inner, count);
        }
        ways.move(inner, -lengths[inner]);
        int axis = inner - 1;
        for (; axis >= 0; --axis) {
            ways.move(axis, 1);
            if (++at[axis] < lengths[axis]) break;
            ways.move(axis, -lengths[axis]);
            at[axis] = 0;
        }
        if (axis < 0) return;
    }
}

// Of what only moves elements, or adds them up, the adjoint passes on as it is.
bool find_rule(const ArrayRecord& record, Rule& rule) {
    switch (record.op()) {
        case ArrayOp::spread:
        case ArrayOp::sum:
        case ArrayOp::copy:
        case ArrayOp::gather:
        case ArrayOp::fill:
        case ArrayOp::move:
            rule = rules[static_cast<std::size_t>(Op::positive)];
            return true;
        default:
            if (!is_elementwise(record.op()) || record.arity() > 2) return false;
            rule = rules[static_cast<std::size_t>(record.op())];
            return rule.operands != 0;
    }
}

}  // namespace

bool pull_back_single(const ArrayRecord& record, const AdjointPlaces<double>& at) {
    Rule rule;
    if (record.dtype() != Dtype::float32 || record.total() == 0 || !find_rule(record, rule))
        return false;
    if (record.loops() > 1 && record.lengths()[record.loops() - 1] < shortest_row) return false;
    Ways ways;
    ArrayPart const result = record.result();
    unsigned reads = 0;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayPart const part = record.operand(k);
        if (part.dtype != Dtype::float32) return false;
        if (!is_active(part.kind) || (at.skips >> k & 1u) != 0) continue;
        if ((rule.operands >> k & 1u) == 0) return false;
        if (!ways.all[Ways::found + k].lay(at.adjoints.at(part), part, record)) return false;
        reads |= rule.reads[k];
    }
    auto const lay = [&](int way, const double* extent, const ArrayPart& part) {
        return ways.all[way].lay(const_cast<double*>(extent), part, record);
    };
    if (!lay(Ways::given, at.adjoints.at(result), result)) return false;
    if ((reads & Reads::result) != 0 && !lay(Ways::result, at.primals.at(result), result))
        return false;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayPart const part = record.operand(k);
        if ((reads >> k & 1u) != 0 && !lay(Ways::operands + k, at.primals.at(part), part))
            return false;
    }
    for_each_stretch(record, ways, [&](std::size_t count) {
        auto* const all = ways.all;
        Stretch stretch{count,
                        all[Ways::given].read(count),
                        all[Ways::result].read(count),
                        {all[Ways::operands].read(count), all[Ways::operands + 1].read(count)},
                        {all[Ways::found].at, all[Ways::found + 1].at},
                        {all[Ways::found].repeats, all[Ways::found + 1].repeats},
                        {(at.assigns & 1u) == 0, (at.assigns & 2u) == 0}};
        rule.run(stretch);
    });
    return true;
}

}  // namespace autodiffx

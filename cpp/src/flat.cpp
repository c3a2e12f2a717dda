// Flat statements: recorded, and swept block by block.
#include "autodiffx/flat.hpp"

#include <algorithm>
#include <functional>

#include "autodiffx/draft.hpp"
#include "autodiffx/fused.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx {

namespace {

template <Op op>
void compute_few(double* const* pointers, std::size_t count, const std::ptrdiff_t* steps) {
    const double *a = pointers[0], *b = pointers[1];
    std::ptrdiff_t const a_step = steps[0], b_step = steps[1];
    for (double* result = pointers[2]; count > 0; --count, a += a_step, b += b_step) {
        AUTODIFFX_OPAQUE(count);  // vector instructions would take longer to begin than this does
        *result++ = Row<op>::primal(*a, *b);
    }
}

// What is rounded correctly has the bits of NumPy's loops without these.
void compute(Op op, double* const* pointers, std::size_t count, std::ptrdiff_t* steps) {
    if (count <= few) {
        if (op == Op::multiply) return compute_few<Op::multiply>(pointers, count, steps);
        if (op == Op::add) return compute_few<Op::add>(pointers, count, steps);
        if (op == Op::subtract) return compute_few<Op::subtract>(pointers, count, steps);
        if (op == Op::divide) return compute_few<Op::divide>(pointers, count, steps);
    }
    char* bytes[4];
    for (int k = 0; k <= arity_of(op); ++k) {
        bytes[k] = reinterpret_cast<char*>(pointers[k]);
        steps[k] *= sizeof(double);
    }
    loop_of(op, Dtype::float64)(bytes, static_cast<std::ptrdiff_t>(count), steps);
}

// Said apart for each arity, for there is more to the loops over operands than to what they do.
template <int arity>
std::uint32_t record(Tape& tape, Op op, const FlatOperand* operands, const std::int64_t* shape,
                     int ndim, std::uint32_t elements, Kind& kind) {
    std::size_t const at = tape.words.size();
    std::size_t const count = ArrayRecord::head + static_cast<std::size_t>(ndim) + 2 +
                              4 * static_cast<std::size_t>(arity);
    if (at + count > std::numeric_limits<Slot>::max()) throw std::length_error("a tape is full");
    tape.words.reserve_more(count);
    tape.reserve_extent(elements);
    tape.statements.reserve_more(1);
    std::uint32_t const extent = tape.add_extent(elements);

    Kind kinds[3];
    bool active = false;
    for (int k = 0; k < arity; ++k) {
        kinds[k] = operands[k].kind;
        active = active || is_active(kinds[k]);
    }
    kind = active ? Kind::result : Kind::varying;
    std::int64_t* word = tape.words.data() + at;
    *word++ = static_cast<std::int64_t>(static_cast<std::uint64_t>(op) |
                                        static_cast<std::uint64_t>(arity) << 16 | 1ull << 24 |
                                        static_cast<std::uint64_t>(ndim) << 32);
    *word++ = extent;
    *word++ = 0;  // the offset
    *word++ = 0;  // no indices
    for (int i = 0; i < ndim; ++i) {
        AUTODIFFX_OPAQUE(i);  // mostly one or two
        *word++ = shape[i];
    }
    *word++ = elements;
    *word++ = 1;  // the stride of the result
    double* pointers[4];
    std::ptrdiff_t steps[4];  // in elements
    Places<double> const primals = tape.places();
    for (int k = 0; k < arity; ++k) {
        bool const repeats = operands[k].extent == no_extent;
        *word++ = ArrayRecord::place_word(operands[k].first, operands[k].extent);
        *word++ = static_cast<std::int64_t>(kinds[k]) << 8;
        *word++ = operands[k].offset;
        *word++ = repeats ? 0 : 1;
        pointers[k] = primals.at(operands[k]) + operands[k].offset;
        steps[k] = repeats ? 0 : 1;
    }
    tape.words.extend_unchecked(count);
    Extent& made = tape.extents[extent];
    pointers[arity] = primals.at(made.first, extent);
    steps[arity] = 1;
    compute(op, pointers, elements, steps);

    unsigned const needed = needed_by_partials(op, kinds);
    for (int k = 0; k < arity; ++k) {
        if ((needed >> k & 1u) == 0 || operands[k].extent == no_extent) continue;
        Extent& read = tape.extents[operands[k].extent];
        read.require(read.slots == elements ? Need::flat : Need::always);
    }
    if ((needed & Reads::result) != 0) made.require(Need::flat);
    tape.statements.push_unchecked(
        {Op::array,
         static_cast<std::uint16_t>(Statement::array_bit | Statement::decision_bit |
                                    Statement::flat_bit | (active ? 0u : Statement::passive_bit)),
         static_cast<Slot>(at), static_cast<Slot>(count), made.last()});
    tape.note_growth();
    return extent;
}

}  // namespace

std::uint32_t record_flat(Tape& tape, Op op, const FlatOperand* operands, const std::int64_t* shape,
                          int ndim, std::uint32_t elements, Kind& kind) {
    switch (arity_of(op)) {
        case 1:
            return record<1>(tape, op, operands, shape, ndim, elements, kind);
        case 2:
            return record<2>(tape, op, operands, shape, ndim, elements, kind);
        default:
            return record<3>(tape, op, operands, shape, ndim, elements, kind);
    }
}

// ---- sweep -------------------------------------------------------------------------

namespace {

struct FlatBlock {
    const FlatStep& step;
    std::size_t from;
    std::size_t count;

    // What is a block by itself begins anew with each.
    [[nodiscard]] const double* elements(int k) const {
        return step.operands[k] + ((step.again >> k & 1u) != 0 ? 0 : from);
    }
    [[nodiscard]] Block primal(int k) const {
        return (step.numbers >> k & 1u) != 0 ? Block(*step.operands[k]) : Block(elements(k));
    }
    [[nodiscard]] Block adjoint() const {
        return Block(step.adjoint + ((step.blocks & 8u) != 0 ? 0 : from));
    }
    // Where the block's adjoints of operand k are.
    [[nodiscard]] double* sum(int k) const {
        return step.found[k] + ((step.blocks >> k & 1u) != 0 ? 0 : from);
    }
    void pass(int k, const Block& partial) const {
        Block const given = adjoint();
        if ((step.numbers >> k & 1u) != 0) {
            Block const passed = chain(given, partial);
            *step.found[k] += passed.data == nullptr ? passed.value * static_cast<double>(count)
                                                     : total_of(passed.data, count);
            return;
        }
        double* const to = sum(k);
        if ((step.assigns >> k & 1u) != 0) assign(to, given.data, partial, count);
        else add(to, given.data, partial, count);
    }
    static void assign(double* to, const double* given, const Block& partial, std::size_t count) {
        if (partial.data != nullptr) return assign_chain(to, given, partial.data, count);
        if (partial.value == 1.0) std::copy_n(given, count, to);
        else if (partial.value == 0.0) std::fill_n(to, count, 0.0);
        else assign_chain(to, given, partial.value, count);
    }
    static void add(double* to, const double* given, const Block& partial, std::size_t count) {
        if (partial.data != nullptr) {
            if (count > few) return accumulate_chain(to, given, partial.data, count);
            for (std::size_t i = 0; i < count; ++i)
                to[i] += table::chain(given[i], partial.data[i]);
            return;
        }
        if (partial.value == 1.0) accumulate(to, given, count);
        else if (partial.value != 0.0) accumulate_chain(to, given, partial.value, count);
    }
};

// What is one operand already is no work.
template <Op op, int i>
constexpr bool is_fused() {
    return op != Op::multiply && can_fuse<op, i>();
}

template <Op op, int i>
struct Fused;
#define FUSED(name, i)                                                                             \
    AUTODIFFX_CLONES                                                                               \
    void fuse_##name##_##i(double* to, const double* given, const double* a, const double* b,      \
                           const double* r, std::size_t count, bool adds) {                        \
        if constexpr (is_fused<Op::name, i>()) fuse<Op::name, i>(to, given, a, b, r, count, adds); \
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

template <Op op, int i>
void contribute(const FlatBlock& at) {
    constexpr int arity = Row<op>::arity;
    if (at.step.found[i] == nullptr) return;
    constexpr unsigned reads = partial_reads<op, i>();
    if constexpr (is_fused<op, i>()) {
        if ((at.step.numbers & (reads | 1u << i)) == 0) {
            const double* const a = at.elements(0);
            const double* const b = arity > 1 ? at.elements(1) : nullptr;
            bool const adds = (at.step.assigns >> i & 1u) == 0;
            Fused<op, i>::run(at.sum(i), at.adjoint().data, a, b, at.step.result + at.from,
                              at.count, adds);
            return;
        }
    }
    Block values[arity], result;
    for (int k = 0; k < arity; ++k) {
        if ((reads >> k & 1u) != 0) values[k] = at.primal(k);
    }
    if constexpr ((reads & Reads::result) != 0) result = Block(at.step.result + at.from);
    if constexpr (arity == 1) {
        at.pass(i, Row<op>::template partial<i>(values[0], result));
    } else if constexpr (arity == 2) {
        at.pass(i, Row<op>::template partial<i>(values[0], values[1], result));
    } else {
        at.pass(i, Row<op>::template partial<i>(values[0], values[1], values[2], result));
    }
}

// Both contributions of a product in one pass.
template <bool assigns_a>
AUTODIFFX_INLINE void pass_product(double* __restrict to_a, double* __restrict to_b,
                                   const double* given, const double* a, const double* b,
                                   std::size_t count) {
    for (std::size_t j = 0; j < count; ++j) {
        double const by_a = table::chain(given[j], b[j]), by_b = table::chain(given[j], a[j]);
        to_a[j] = assigns_a ? by_a : to_a[j] + by_a;
        to_b[j] += by_b;
    }
}
AUTODIFFX_CLONES
void pass_product(double* to_a, double* to_b, const double* given, const double* a, const double* b,
                  std::size_t count, bool assigns_a) {
    if (assigns_a) pass_product<true>(to_a, to_b, given, a, b, count);
    else pass_product<false>(to_a, to_b, given, a, b, count);
}
// False, and nothing done, if it is not one of two arrays that lie apart from each other.
bool pull_back_product(const FlatBlock& at) {
    FlatStep const& step = at.step;
    bool const assigns = (step.assigns & 3u) != 0;
    if (step.numbers != 0 || step.found[0] == nullptr || step.found[1] == nullptr) return false;
    if ((step.assigns & 3u) == 3u) return false;
    int const a = (step.assigns & 2u) != 0 ? 1 : 0, b = 1 - a;
    double *const to_a = at.sum(a), *const to_b = at.sum(b);
    std::less_equal<> const is_below;
    if (!is_below(to_a + at.count, to_b) && !is_below(to_b + at.count, to_a)) return false;
    pass_product(to_a, to_b, at.adjoint().data, at.elements(a), at.elements(b), at.count, assigns);
    return true;
}

template <Op op>
void pull_back(const FlatBlock& at) {
    if constexpr (op == Op::multiply) {
        if (pull_back_product(at)) return;
    }
    if constexpr (Row<op>::smoothness != Smoothness::passive) {
        contribute<op, 0>(at);
        if constexpr (Row<op>::arity > 1) contribute<op, 1>(at);
        if constexpr (Row<op>::arity > 2) contribute<op, 2>(at);
    }
}

}  // namespace

void make_flat(const FlatStep& step, std::size_t from, std::size_t length) {
    char* pointers[4];
    std::ptrdiff_t steps[4];
    int const arity = arity_of(step.op);
    for (int k = 0; k < arity; ++k) {
        bool const repeats = (step.numbers >> k & 1u) != 0;
        bool const is_block = repeats || (step.again >> k & 1u) != 0;
        pointers[k] =
            reinterpret_cast<char*>(const_cast<double*>(step.operands[k] + (is_block ? 0 : from)));
        steps[k] = repeats ? 0 : sizeof(double);
    }
    pointers[arity] = reinterpret_cast<char*>(step.made);
    steps[arity] = sizeof(double);
    loop_of(step.op, Dtype::float64)(pointers, static_cast<std::ptrdiff_t>(length), steps);
}

void pull_back_flat(const FlatStep& step, std::size_t from, Scratch& scratch) {
    using Step = void (*)(const FlatBlock&);
    static constexpr Step steps[] = {
#define UNARY(name, ...) pull_back<Op::name>,
#define BINARY(name, ...) pull_back<Op::name>,
#define TERNARY(name, ...) pull_back<Op::name>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    };
    steps[static_cast<std::size_t>(step.op)]({step, from, scratch.length});
    scratch.give_back();
}

}  // namespace autodiffx

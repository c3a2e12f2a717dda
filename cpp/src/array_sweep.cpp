// Array statements in the sweeps, block by block. The arithmetic comes from the table.
#include <algorithm>

#include "autodiffx/runs.hpp"
#include "autodiffx/singles.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

constexpr auto block_length = static_cast<std::int64_t>(Scratch::block_length);

// Calls use(from) for every block of the loops, with Scratch set to its length.
template <class Use>
void for_each_block(const ArrayRecord& record, Use use) {
    Scratch& scratch = Scratch::here();
    std::int64_t const total = record.total();
    for (std::int64_t from = 0; from < total; from += block_length) {
        scratch.length = static_cast<std::size_t>(std::min(block_length, total - from));
        use(from);
        scratch.give_back();
    }
}

// The numbers of a sweep, block-wise: how to read and add them.
struct Plain {
    using Number = Block;
    AdjointPlaces<double> const& at;

    [[nodiscard]] Block primal(const ArrayRecord& record, const ArrayPart& part,
                               std::int64_t from) const {
        return Run(at.primals.at(part), part, record).read(from);
    }
    [[nodiscard]] Block adjoint(const ArrayRecord& record, std::int64_t from) const {
        ArrayPart const result = record.result();
        return Run(at.adjoints.at(result), result, record).read(from);
    }
    void add(const ArrayRecord& record, int k, std::int64_t from, const Block& adjoint,
             const Block& partial) const {
        ArrayPart const part = record.operand(k);
        Run const run(at.adjoints.at(part), part, record);
        if ((at.assigns >> k & 1u) != 0) run.assign_chain(from, adjoint, partial);
        else run.add_chain(from, adjoint, partial);
    }
    void clear(const ArrayRecord& record, std::int64_t from) const {
        ArrayPart const result = record.result();
        Run(at.adjoints.at(result), result, record).write(from, 0.0);
    }
};

struct Twofold {
    using Number = dual<Block>;
    AdjointPlaces<dual<double>> const& at;

    [[nodiscard]] Number primal(const ArrayRecord& record, const ArrayPart& part,
                                std::int64_t from) const {
        return {Run(at.primals.at(part), part, record).read(from),
                part.dtype == Dtype::boolean ? Block(0.0)
                                             : Run(at.tangents.at(part), part, record).read(from)};
    }
    [[nodiscard]] Number adjoint(const ArrayRecord& record, std::int64_t from) const {
        ArrayPart const result = record.result();
        auto* const adjoints = at.adjoints.at(result);
        return {Run(adjoints, result, record, 2, 0).read(from),
                Run(adjoints, result, record, 2, 1).read(from)};
    }
    void add(const ArrayRecord& record, int k, std::int64_t from, const Number& adjoint,
             const Number& partial) const {
        ArrayPart const part = record.operand(k);
        Number const number = chain(adjoint, partial);
        auto* const adjoints = at.adjoints.at(part);
        Run(adjoints, part, record, 2, 0).add(from, number.value);
        Run(adjoints, part, record, 2, 1).add(from, number.tangent);
    }
    void clear(const ArrayRecord& record, std::int64_t from) const {
        ArrayPart const result = record.result();
        auto* const adjoints = at.adjoints.at(result);
        Run(adjoints, result, record, 2, 0).write(from, 0.0);
        Run(adjoints, result, record, 2, 1).write(from, 0.0);
    }
};

// ---- reverse ----------------------------------------------------------------

template <Op op, int i, class Numbers>
void contribute(const Numbers& numbers, const ArrayRecord& record, std::int64_t from) {
    using Number = typename Numbers::Number;
    constexpr int arity = Row<op>::arity;
    // A truth value has no derivative, also where it was assigned to.
    if (!is_active(record.operand(i).kind) || record.operand(i).dtype == Dtype::boolean) return;
    if ((numbers.at.skips >> i & 1u) != 0) return;
    // Only what the partial reads is fetched: the rest may have been overwritten since.
    constexpr unsigned reads = partial_reads<op, i>();
    Number values[arity], result(0.0);
    for (int k = 0; k < arity; ++k) {
        if ((reads >> k & 1u) != 0) values[k] = numbers.primal(record, record.operand(k), from);
    }
    if constexpr ((reads & Reads::result) != 0) {
        result = numbers.primal(record, record.result(), from);
    }
    Number partial(0.0);
    if constexpr (arity == 1) {
        partial = Row<op>::template partial<i>(values[0], result);
    } else if constexpr (arity == 2) {
        partial = Row<op>::template partial<i>(values[0], values[1], result);
    } else {
        partial = Row<op>::template partial<i>(values[0], values[1], values[2], result);
    }
    numbers.add(record, i, from, numbers.adjoint(record, from), partial);
}

template <Op op, class Numbers>
void reverse(const Numbers& numbers, const ArrayRecord& record) {
    if constexpr (Row<op>::smoothness != Smoothness::passive) {
        for_each_block(record, [&](std::int64_t from) {
            contribute<op, 0>(numbers, record, from);
            if constexpr (Row<op>::arity > 1) contribute<op, 1>(numbers, record, from);
            if constexpr (Row<op>::arity > 2) contribute<op, 2>(numbers, record, from);
        });
    }
}

// take, put and write_at: the adjoints go the way back. S: as an element lies in the slots.
template <class S>
void carry_back(const ArrayRecord& record, S* operand, S* result) {
    const std::int64_t* const indices = record.index_list();
    std::int64_t const count = record.indices(), step = record.operand(0).strides[0];
    if (record.op() == ArrayOp::take) {
        for (std::int64_t i = 0; i < count; ++i) {
            S& sum = operand[indices[i]];
            sum = sum + result[i];
        }
        return;
    }
    bool const active = is_active(record.operand(0).kind);
    for (std::int64_t i = 0; active && i < count; ++i) {
        S& sum = operand[i * step];
        sum = sum + result[indices[i]];
    }
    if (record.op() != ArrayOp::write_at) return;
    for (std::int64_t i = 0; i < count; ++i) result[indices[i]] = S();
}

// Two components of an element, added as one.
struct FloatPair {
    float value = 0.0f, tangent = 0.0f;
    FloatPair operator+(const FloatPair& other) const {
        return {value + other.value, tangent + other.tangent};
    }
};

template <class Numbers>
void reverse_indexed(const Numbers& numbers, const ArrayRecord& record) {
    ArrayPart const operand = record.operand(0), result = record.result();
    if (record.dtype() == Dtype::boolean) return;
    auto* const to = numbers.at.adjoints.at(operand);
    auto* const from = numbers.at.adjoints.at(result);
    if (record.dtype() == Dtype::float64) {
        carry_back(record, to + operand.offset, from);
        return;
    }
    using Single = std::conditional_t<std::is_same_v<Numbers, Plain>, float, FloatPair>;
    carry_back(record, reinterpret_cast<Single*>(to) + operand.offset,
               reinterpret_cast<Single*>(from));
}

template <class Numbers>
void reverse_any(const Numbers& numbers, const ArrayRecord& record) {
    using Step = void (*)(const Numbers&, const ArrayRecord&);
    static constexpr Step steps[] = {
#define UNARY(name, ...) reverse<Op::name, Numbers>,
#define BINARY(name, ...) reverse<Op::name, Numbers>,
#define TERNARY(name, ...) reverse<Op::name, Numbers>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    };
    if (is_elementwise(record.op())) {
        steps[static_cast<std::size_t>(record.op())](numbers, record);
        return;
    }
    if (has_indices(record.op())) return reverse_indexed(numbers, record);
    if (record.op() == ArrayOp::logsumexp) return reverse<Op::logsumexp>(numbers, record);
    // Each summand of a sum has the result's adjoint, and so has what is copied.
    reverse<Op::positive>(numbers, record);
    if (record.op() == ArrayOp::write) {
        for_each_block(record, [&](std::int64_t from) { numbers.clear(record, from); });
    }
}

// ---- forward ----------------------------------------------------------------

struct Forward {
    Places<const double> primals;
    Places<double> tangents;

    // The primal only if it is needed: it may have been overwritten since.
    [[nodiscard]] dual<Block> read(const ArrayRecord& record, int k, std::int64_t from,
                                   bool needed) const {
        ArrayPart const part = record.operand(k);
        return {
            needed ? Run(primals.at(part), part, record).read(from) : Block(0.0),
            is_active(part.kind) ? Run(tangents.at(part), part, record).read(from) : Block(0.0)};
    }
};

template <Op op, int i, class... Values>
Block passed(const dual<Block>& operand, const Values&... values) {
    if (vanishes(operand.tangent)) return 0.0;
    return chain(operand.tangent, Row<op>::template partial<i>(values...));
}

// What the partials by the active operands read.
template <Op op>
unsigned all_reads(const ArrayRecord& record) {
    unsigned reads = is_active(record.operand(0).kind) ? partial_reads<op, 0>() : 0u;
    if constexpr (Row<op>::arity > 1) {
        if (is_active(record.operand(1).kind)) reads |= partial_reads<op, 1>();
    }
    if constexpr (Row<op>::arity > 2) {
        if (is_active(record.operand(2).kind)) reads |= partial_reads<op, 2>();
    }
    return reads;
}

template <Op op>
Block tangent_of(const Forward& at, const ArrayRecord& record, std::int64_t from) {
    if constexpr (Row<op>::smoothness == Smoothness::passive) {
        return 0.0;
    } else {
        constexpr int arity = Row<op>::arity;
        unsigned const reads = all_reads<op>(record);
        ArrayPart const result = record.result();
        Block const r = (reads & Reads::result) != 0
                            ? Run(at.primals.at(result), result, record).read(from)
                            : Block(0.0);
        dual<Block> const a = at.read(record, 0, from, (reads & 1u) != 0);
        if constexpr (arity == 1) return passed<op, 0>(a, a.value, r);
        dual<Block> const b = at.read(record, (arity > 1) ? 1 : 0, from, (reads & 2u) != 0);
        if constexpr (arity == 2) {
            return passed<op, 0>(a, a.value, b.value, r) + passed<op, 1>(b, a.value, b.value, r);
        } else if constexpr (arity == 3) {
            dual<Block> const c = at.read(record, 2, from, (reads & 4u) != 0);
            return passed<op, 0>(a, a.value, b.value, c.value, r) +
                   passed<op, 1>(b, a.value, b.value, c.value, r) +
                   passed<op, 2>(c, a.value, b.value, c.value, r);
        }
    }
}

template <class S>
void carry(const ArrayRecord& record, const S* operand, S* result) {
    const std::int64_t* const indices = record.index_list();
    std::int64_t const count = record.indices(), step = record.operand(0).strides[0];
    bool const active = is_active(record.operand(0).kind);
    for (std::int64_t i = 0; i < count; ++i) {
        if (record.op() == ArrayOp::take) result[i] = operand[indices[i]];
        else if (record.op() == ArrayOp::put) result[indices[i]] += operand[i * step];
        else result[indices[i]] = active ? operand[i * step] : S(0);
    }
}

void forward_indexed(const ArrayRecord& record, Places<double> tangents) {
    ArrayPart const operand = record.operand(0), result = record.result();
    const double* const from = tangents.at(operand);
    double* const to = tangents.at(result);
    if (record.dtype() == Dtype::float64) {
        carry(record, from + operand.offset, to);
    } else {
        carry(record, reinterpret_cast<const float*>(from) + operand.offset,
              reinterpret_cast<float*>(to));
    }
}

}  // namespace

void push_forward(const ArrayRecord& record, Places<const double> primals,
                  Places<double> tangents) {
    using Step = Block (*)(const Forward&, const ArrayRecord&, std::int64_t);
    static constexpr Step steps[] = {
#define UNARY(name, ...) tangent_of<Op::name>,
#define BINARY(name, ...) tangent_of<Op::name>,
#define TERNARY(name, ...) tangent_of<Op::name>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    };
    ArrayPart const result = record.result();
    bool const writes = record.op() == ArrayOp::write || record.op() == ArrayOp::write_at;
    if (!writes) std::fill_n(tangents.at(result), result.slots, 0.0);
    if (result.dtype == Dtype::boolean) return;
    if (record.op() == ArrayOp::matmul) return push_matmul(record, primals, tangents);
    if (is_extreme(record.op())) return push_extreme(record, primals, tangents);
    if (has_indices(record.op())) return forward_indexed(record, tangents);
    Run const written(tangents.at(result), result, record);
    bool const powers = record.op() == ArrayOp::logsumexp;
    bool const adds = record.op() == ArrayOp::sum || record.op() == ArrayOp::spread || powers;
    Step const step = is_elementwise(record.op()) ? steps[static_cast<std::size_t>(record.op())]
                      : powers                    ? tangent_of<Op::logsumexp>
                                                  : tangent_of<Op::positive>;
    Forward const at{primals, tangents};
    for_each_block(record, [&](std::int64_t from) {
        Block const tangent = step(at, record, from);
        if (adds) written.add(from, tangent);
        else written.write(from, tangent);
    });
}

void pull_back(const ArrayRecord& record, const AdjointPlaces<double>& at) {
    if (record.op() == ArrayOp::matmul) return pull_matmul(record, at);
    if (is_extreme(record.op())) return pull_extreme(record, at);
    if (!pull_back_single(record, at)) reverse_any(Plain{at}, record);
}

void pull_back(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at) {
    if (record.op() == ArrayOp::matmul) return pull_matmul(record, at);
    if (is_extreme(record.op())) return pull_extreme(record, at);
    reverse_any(Twofold{at}, record);
}

bool passes_as_it_is(const ArrayRecord& record, int k) {
    ArrayOp const op = record.op();
    bool const is_copy = op == ArrayOp::copy || op == array_op(Op::positive);
    if (op != array_op(Op::add) && !(op == array_op(Op::subtract) && k == 0) && !is_copy)
        return false;
    ArrayPart const part = record.operand(k), result = record.result();
    if (part.slots != result.slots || part.dtype != result.dtype || result.offset != 0)
        return false;
    std::int64_t step = 1;
    for (int i = record.loops(); i-- > 0; step *= record.lengths()[i]) {
        if (record.lengths()[i] == 1) continue;
        if (part.strides[i] != step || result.strides[i] != step) return false;
    }
    return true;
}

bool reaches_all(const ArrayRecord& record, int k) {
    ArrayOp const op = record.op();
    if (has_indices(op) || op == ArrayOp::external || record.total() == 0) return false;
    ArrayPart const part = record.operand(k);
    if (part.offset != 0 || part.dtype == Dtype::boolean) return false;
    for (int i = 0; i < record.arity(); ++i) {
        if (i != k && record.operand(i).extent == part.extent) return false;
    }
    // Each loop goes on where the inner ones end, in whatever order.
    std::int64_t elements = 1;
    int left = 0;
    for (int i = 0; i < record.loops(); ++i) {
        if (record.lengths()[i] == 1) continue;
        // A product adds up along the loop that its operand does not have.
        bool const is_foreign = op == ArrayOp::matmul && i == 1 - k;
        if (part.strides[i] == 0 && !is_foreign) return false;
        left += part.strides[i] != 0 ? 1 : 0;
    }
    for (bool found = true; found && left > 0;) {
        found = false;
        for (int i = record.loops(); i-- > 0;) {
            if (part.strides[i] != elements || record.lengths()[i] == 1) continue;
            elements *= record.lengths()[i];
            --left;
            found = true;
            break;
        }
    }
    return left == 0 && slots_for(elements, part.dtype) == part.slots;
}

}  // namespace autodiffx

// Array statements in the sweeps, block by block. The arithmetic comes from the table.
#include <algorithm>

#include "autodiffx/runs.hpp"
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
    const double* primals;
    double* adjoints;

    [[nodiscard]] Block primal(const ArrayRecord& record, const ArrayPart& part,
                               std::int64_t from) const {
        return Run(primals, part, record).read(from);
    }
    [[nodiscard]] Block adjoint(const ArrayRecord& record, std::int64_t from) const {
        return Run(adjoints, record.result(), record).read(from);
    }
    void add(const ArrayRecord& record, const ArrayPart& part, std::int64_t from,
             const Block& block) const {
        Run(adjoints, part, record).add(from, block);
    }
};

struct Twofold {
    using Number = dual<Block>;
    const double* primals;
    const double* tangents;
    dual<double>* adjoints;

    [[nodiscard]] Number primal(const ArrayRecord& record, const ArrayPart& part,
                                std::int64_t from) const {
        return {Run(primals, part, record).read(from),
                part.dtype == Dtype::boolean ? Block(0.0) : Run(tangents, part, record).read(from)};
    }
    [[nodiscard]] Number adjoint(const ArrayRecord& record, std::int64_t from) const {
        ArrayPart const result = record.result();
        return {Run(adjoints, result, record, 2, 0).read(from),
                Run(adjoints, result, record, 2, 1).read(from)};
    }
    void add(const ArrayRecord& record, const ArrayPart& part, std::int64_t from,
             const Number& number) const {
        Run(adjoints, part, record, 2, 0).add(from, number.value);
        Run(adjoints, part, record, 2, 1).add(from, number.tangent);
    }
};

// ---- reverse ----------------------------------------------------------------

template <Op op, int i, class Numbers>
void contribute(const Numbers& numbers, const ArrayRecord& record, std::int64_t from) {
    using Number = typename Numbers::Number;
    constexpr int arity = Row<op>::arity;
    ArrayPart const part = record.operand(i);
    if (!is_active(part.kind)) return;
    // Only what the partial reads is fetched; a dual's tangent partial reads more.
    constexpr unsigned reads = std::is_same_v<Number, Block> ? partial_reads<op, i>() : 0xFu;
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
    numbers.add(record, part, from, chain(numbers.adjoint(record, from), partial));
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
        // Each summand of a sum has the result's adjoint, and so has what is copied.
        reverse<Op::positive, Numbers>,
        reverse<Op::positive, Numbers>,
        reverse<Op::positive, Numbers>,
        reverse<Op::positive, Numbers>,
    };
    steps[static_cast<std::size_t>(record.op())](numbers, record);
}

// ---- forward ----------------------------------------------------------------

struct Forward {
    const double* primals;
    double* tangents;

    [[nodiscard]] dual<Block> read(const ArrayRecord& record, int k, std::int64_t from) const {
        ArrayPart const part = record.operand(k);
        return {Run(primals, part, record).read(from),
                is_active(part.kind) ? Run(tangents, part, record).read(from) : Block(0.0)};
    }
};

template <Op op, int i, class... Values>
Block passed(const dual<Block>& operand, const Values&... values) {
    if (vanishes(operand.tangent)) return 0.0;
    return chain(operand.tangent, Row<op>::template partial<i>(values...));
}

template <Op op>
Block tangent_of(const Forward& at, const ArrayRecord& record, std::int64_t from) {
    Block const r = Run(at.primals, record.result(), record).read(from);
    dual<Block> const a = at.read(record, 0, from);
    if constexpr (Row<op>::smoothness == Smoothness::passive) {
        return 0.0;
    } else if constexpr (Row<op>::arity == 1) {
        return passed<op, 0>(a, a.value, r);
    } else {
        dual<Block> const b = at.read(record, 1, from);
        if constexpr (Row<op>::arity == 2) {
            return passed<op, 0>(a, a.value, b.value, r) + passed<op, 1>(b, a.value, b.value, r);
        } else {
            dual<Block> const c = at.read(record, 2, from);
            return passed<op, 0>(a, a.value, b.value, c.value, r) +
                   passed<op, 1>(b, a.value, b.value, c.value, r) +
                   passed<op, 2>(c, a.value, b.value, c.value, r);
        }
    }
}

}  // namespace

void push_forward(const ArrayRecord& record, const double* primals, double* tangents) {
    using Step = Block (*)(const Forward&, const ArrayRecord&, std::int64_t);
    static constexpr Step steps[] = {
#define UNARY(name, ...) tangent_of<Op::name>,
#define BINARY(name, ...) tangent_of<Op::name>,
#define TERNARY(name, ...) tangent_of<Op::name>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
        tangent_of<Op::positive>,
        tangent_of<Op::positive>,
        tangent_of<Op::positive>,
        tangent_of<Op::positive>,
    };
    ArrayPart const result = record.result();
    std::fill(tangents + result.first, tangents + result.last() + 1, 0.0);
    if (result.dtype == Dtype::boolean) return;
    Run const written(tangents, result, record);
    Step const step = steps[static_cast<std::size_t>(record.op())];
    Forward const at{primals, tangents};
    for_each_block(record, [&](std::int64_t from) {
        Block const tangent = step(at, record, from);
        if (record.op() == ArrayOp::sum) written.add(from, tangent);
        else written.write(from, tangent);
    });
}

template <>
void pull_back(const ArrayRecord& record, const double* primals, const double*, double* adjoints) {
    reverse_any(Plain{primals, adjoints}, record);
}

template <>
void pull_back(const ArrayRecord& record, const double* primals, const double* tangents,
               dual<double>* adjoints) {
    reverse_any(Twofold{primals, tangents, adjoints}, record);
}

}  // namespace autodiffx

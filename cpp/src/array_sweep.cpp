// Array statements in the sweeps, block by block. The arithmetic comes from the table.
#include <algorithm>

#include "autodiffx/partials.hpp"
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

template <class Numbers>
void contribute(const Numbers& numbers, const ArrayRecord& record, const Partials& row, int i,
                std::int64_t from) {
    using Number = typename Numbers::Number;
    // A truth value has no derivative, also where it was assigned to.
    if (!is_active(record.operand(i).kind) || record.operand(i).dtype == Dtype::boolean) return;
    if ((numbers.at.skips >> i & 1u) != 0) return;
    // Only what the partial reads is fetched: the rest may have been overwritten since.
    Number values[3], result(0.0);
    for (int k = 0; k < row.arity; ++k) {
        if ((row.reads[i] >> k & 1u) != 0)
            values[k] = numbers.primal(record, record.operand(k), from);
    }
    if ((row.reads[i] & Reads::result) != 0) result = numbers.primal(record, record.result(), from);
    numbers.add(record, i, from, numbers.adjoint(record, from), row.at(i, values, result));
}

template <class Numbers>
void reverse(const Numbers& numbers, const ArrayRecord& record, Op op) {
    Partials const& row = partials_of(op);
    if (row.passive) return;
    for_each_block(record, [&](std::int64_t from) {
        for (int i = 0; i < row.arity; ++i) contribute(numbers, record, row, i, from);
    });
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
    if (has_indices(record.op())) return reverse_indexed(numbers, record);
    reverse(numbers, record, row_of(record.op()));
    if (record.op() == ArrayOp::write) {
        for_each_block(record, [&](std::int64_t from) { numbers.clear(record, from); });
    }
}

// ---- forward ----------------------------------------------------------------

Block tangent_of(const ArrayRecord& record, const Partials& row, Places<const double> primals,
                 Places<const double> tangents, std::int64_t from) {
    auto const read = [&](const ArrayPart& part, Places<const double> places) {
        return Run(places.at(part), part, record).read(from);
    };
    unsigned reads = 0;
    for (int k = 0; k < row.arity; ++k) {
        if (is_active(record.operand(k).kind)) reads |= row.reads[k];
    }
    // Primals only if they are needed: they may have been overwritten since.
    Block values[3], result, tangent;
    for (int k = 0; k < row.arity; ++k) {
        if ((reads >> k & 1u) != 0) values[k] = read(record.operand(k), primals);
    }
    if ((reads & Reads::result) != 0) result = read(record.result(), primals);
    for (int k = 0; k < row.arity; ++k) {
        if (!is_active(record.operand(k).kind)) continue;
        Block const given = read(record.operand(k), tangents);
        if (!vanishes(given)) tangent = tangent + chain(given, row.at(k, values, result));
    }
    return tangent;
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
    ArrayPart const result = record.result();
    bool const writes = record.op() == ArrayOp::write || record.op() == ArrayOp::write_at;
    if (!writes) std::fill_n(tangents.at(result), result.slots, 0.0);
    if (result.dtype == Dtype::boolean) return;
    if (record.op() == ArrayOp::matmul) return push_matmul(record, primals, tangents);
    if (is_extreme(record.op())) return push_extreme(record, primals, tangents);
    if (has_indices(record.op())) return forward_indexed(record, tangents);
    Run const written(tangents.at(result), result, record);
    bool const adds = adds_up(record.op());
    Partials const& row = partials_of(row_of(record.op()));
    for_each_block(record, [&](std::int64_t from) {
        Block const tangent =
            row.passive ? Block() : tangent_of(record, row, primals, {tangents.arena}, from);
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

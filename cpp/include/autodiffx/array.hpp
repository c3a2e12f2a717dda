// Array statements: an operation on whole arrays as the tape keeps it.
//
// A Statement of Op::array says where in Tape::words its record stands. The record lists, in this
// order: a head, the slots of the result, the result's shape, the lengths of the loops to run, the
// result's stride along each loop, and for each operand its extent, its kind and dtype, its offset
// and its stride along each loop. Strides count elements; zero repeats an operand, or sums into
// the result. Nothing in it depends on where the tape lies in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiffx/tape.hpp"
#include "autodiffx/view.hpp"

namespace autodiffx {

// What an array statement does: an operator of the table, or one of these.
enum class ArrayOp : std::uint16_t {
    sum = static_cast<std::uint16_t>(table_size),  // adds the operand up along some loops
    copy,    // its elements, whatever the name of what asked for them:
    astype,  // in another dtype,
    gather,  // in another order
    count_,
};
inline constexpr ArrayOp array_op(Op op) { return static_cast<ArrayOp>(op); }

// One array in a record.
struct ArrayPart {
    Slot first;
    std::uint32_t slots;
    Dtype dtype;
    Kind kind;
    std::int64_t offset;
    const std::int64_t* strides;  // one per loop
    [[nodiscard]] Slot last() const { return first + slots - 1; }
};

// Reads a record. It points into the tape's words, which move when the tape grows.
class ArrayRecord {
public:
    ArrayRecord(const Tape& tape, const Statement& statement)
        : words_(tape.words.data() + statement.a), result_last_(statement.result) {}

    [[nodiscard]] ArrayOp op() const { return static_cast<ArrayOp>(field(0, 16)); }
    [[nodiscard]] int arity() const { return static_cast<int>(field(16, 8)); }
    [[nodiscard]] int loops() const { return static_cast<int>(field(24, 8)); }
    [[nodiscard]] int ndim() const { return static_cast<int>(field(32, 8)); }
    [[nodiscard]] Dtype dtype() const { return static_cast<Dtype>(field(40, 8)); }
    [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(words_[1]); }
    [[nodiscard]] const std::int64_t* shape() const { return words_ + 2; }
    [[nodiscard]] const std::int64_t* lengths() const { return shape() + ndim(); }
    [[nodiscard]] ArrayPart result() const {
        return {result_last_ - slots() + 1, slots(), dtype(), Kind::result, 0, lengths() + loops()};
    }
    [[nodiscard]] ArrayPart operand(int k) const {
        const std::int64_t* const at = words_ + operand_word(k);
        auto const extent = static_cast<std::uint64_t>(at[0]);
        return {static_cast<Slot>(extent),
                static_cast<std::uint32_t>(extent >> 32),
                static_cast<Dtype>(at[1] & 0xff),
                static_cast<Kind>(at[1] >> 8),
                at[2],
                at + 3};
    }
    // Elements that the loops run over.
    [[nodiscard]] std::int64_t total() const {
        std::int64_t total = 1;
        for (int i = 0; i < loops(); ++i) total *= lengths()[i];
        return total;
    }

    // Where in the record operand k begins; its first word holds the extent.
    [[nodiscard]] std::size_t operand_word(int k) const {
        auto const n = static_cast<std::size_t>(loops());
        return 2 + static_cast<std::size_t>(ndim()) + 2 * n + static_cast<std::size_t>(k) * (3 + n);
    }
    static std::int64_t extent_word(Slot first, std::uint32_t slots) {
        return static_cast<std::int64_t>(first | std::uint64_t{slots} << 32);
    }

private:
    [[nodiscard]] std::uint64_t field(int shift, int bits) const {
        return static_cast<std::uint64_t>(words_[0]) >> shift & ((1ull << bits) - 1);
    }
    const std::int64_t* words_;
    Slot result_last_;
};

// Calls visit(first slot, slots, kind) for every operand of a statement, scalar or array.
template <class Visit>
void for_each_operand(const Tape& tape, const Statement& statement, Visit visit) {
    if (statement.op == Op::array) {
        ArrayRecord const record(tape, statement);
        for (int k = 0; k < record.arity(); ++k) {
            ArrayPart const part = record.operand(k);
            visit(part.first, part.slots, part.kind);
        }
        return;
    }
    Slot slots[3];
    int const arity = tape.operands(statement, slots);
    for (int k = 0; k < arity; ++k) visit(slots[k], std::uint32_t{1}, statement.kind(k));
}

// ---- recording --------------------------------------------------------------

// An array or scalar as an operand: a view, and how it takes part.
struct ArrayOperand : View {
    Kind kind = Kind::constant;
    bool deferred = false;  // depends on a placeholder
};

// What was recorded: the extent of a new array in C order. If no operand varies it is a constant
// and no statement stands behind it.
struct ArrayResult {
    Slot first = 0;
    std::uint32_t slots = 1;
    Dtype dtype = Dtype::float64;
    Kind kind = Kind::constant;
    bool deferred = false;
    int ndim = 0;
    std::int64_t shape[max_ndim];

    [[nodiscard]] Slot last() const { return first + slots - 1; }
};

// An operator of the table, element by element, with broadcasting. Operands of a smaller dtype
// are cast first. make_room has been called. Throws shape_error, std::length_error,
// std::bad_alloc, the recording as it was.
ArrayResult record_array(Tape& tape, Op op, const ArrayOperand* operands);

// A copy in C order, in another dtype if need be. `how` is copy, astype or gather.
ArrayResult record_copy(Tape& tape, const ArrayOperand& operand, Dtype dtype,
                        ArrayOp how = ArrayOp::astype);

// The same with the elements in another shape, of as many.
ArrayResult record_reshaped(Tape& tape, const ArrayOperand& operand, ArrayOp how,
                            const std::int64_t* shape, int ndim);

// The operand added up along all axes that the smaller shape lacks or has with length one.
ArrayResult record_sum(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                       int ndim);

// The result as an operand. `strides` receives those of C order.
ArrayOperand as_operand(const ArrayResult& result, std::int64_t (&strides)[max_ndim]);

// ---- sweeps over one statement -------------------------------------------------

// The primal of a statement, from those of its operands.
void evaluate(const ArrayRecord& record, double* primals);

// The tangent of a statement's result, from those of its operands.
void push_forward(const ArrayRecord& record, const double* primals, double* tangents);

// Adds to the adjoints of a statement's active operands what its result passes on.
// A dual's tangents are those of the primals; doubles take none.
template <class T>
void pull_back(const ArrayRecord& record, const double* primals, const double* tangents,
               T* adjoints);

}  // namespace autodiffx

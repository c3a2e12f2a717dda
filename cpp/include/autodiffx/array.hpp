// Array statements: an operation on whole arrays as the tape keeps it.
//
// A Statement of Op::array or Op::write says where in Tape::words its record stands. The record
// lists, in this order: a head, the extent of the result, the offset in it where the loops begin,
// the number of indices, the result's shape, the lengths of the loops to run, the result's stride
// along each loop, for each operand its extent and first slot, its kind and dtype, its offset and
// its stride along each loop, and the indices. Offsets and strides count elements; a stride of
// zero repeats an operand, or sums into the result. Nothing in it depends on where the tape lies
// in memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "autodiffx/dual.hpp"
#include "autodiffx/tape.hpp"
#include "autodiffx/view.hpp"

namespace autodiffx {

// What an array statement does: an operator of the table, or one of these.
enum class ArrayOp : std::uint16_t {
    spread = static_cast<std::uint16_t>(table_size),  // adds the operand to zeros, where it belongs
    sum,                                              // the same where it adds up along axes
    copy,      // the elements of the operand, whatever the name of what asked for them:
    astype,    // in another dtype,
    gather,    // in another order,
    fill,      // as the content of an array that is to be assigned to,
    move,      // or that is, and is needed as it was
    take,      // the elements at indices
    put,       // adds the operand's elements to zeros, at indices
    write,     // replaces elements of an array that is there (a statement of Op::write)
    write_at,  // the same at indices
    matmul,    // the product of two matrices: loops along m, n and k
    // along axes, the largest and the smallest; those that tie share the derivative evenly
    largest,
    smallest,
    // along axes, the largest element, or zero where that is not finite; a decision
    shift,
    // log(sum(exp(x - shift))) along axes
    logsumexp,
    external,  // what a kernel of somebody else's does: see external.hpp
    count_,
};
inline constexpr ArrayOp array_op(Op op) { return static_cast<ArrayOp>(op); }
inline constexpr bool is_elementwise(ArrayOp op) { return op < ArrayOp::spread; }
inline constexpr bool is_extreme(ArrayOp op) {
    return op == ArrayOp::largest || op == ArrayOp::smallest;
}
inline constexpr bool has_indices(ArrayOp op) {
    return op == ArrayOp::take || op == ArrayOp::put || op == ArrayOp::write_at;
}

// The row by whose partials a statement passes derivatives on: each summand has that of the sum,
// and so has what is copied.
inline constexpr Op row_of(ArrayOp op) {
    if (is_elementwise(op)) return static_cast<Op>(op);
    return op == ArrayOp::logsumexp ? Op::logsumexp : Op::positive;
}
// Whether several elements of the operand may go into one of the result.
inline constexpr bool adds_up(ArrayOp op) {
    return op == ArrayOp::sum || op == ArrayOp::spread || op == ArrayOp::logsumexp;
}

// One array in a record.
struct ArrayPart {
    Slot first;
    std::uint32_t extent;  // no_extent: a number
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
        : extents_(tape.extents.data()), words_(tape.words.data() + statement.a) {}

    [[nodiscard]] ArrayOp op() const { return static_cast<ArrayOp>(field(0, 16)); }
    static constexpr std::size_t max_arity = (std::size_t{1} << 24) - 1;
    [[nodiscard]] int arity() const { return static_cast<int>(field(16, 8) | field(48, 16) << 8); }
    [[nodiscard]] int loops() const { return static_cast<int>(field(24, 8)); }
    [[nodiscard]] int ndim() const { return static_cast<int>(field(32, 8)); }
    [[nodiscard]] Dtype dtype() const { return static_cast<Dtype>(field(40, 8)); }
    [[nodiscard]] std::int64_t indices() const { return words_[3]; }
    [[nodiscard]] const std::int64_t* shape() const { return words_ + head; }
    [[nodiscard]] const std::int64_t* lengths() const { return shape() + ndim(); }
    [[nodiscard]] ArrayPart result() const {
        auto const extent = static_cast<std::uint32_t>(words_[1]);
        return {extents_[extent].first, extent,    extents_[extent].slots, dtype(),
                Kind::result,           words_[2], lengths() + loops()};
    }
    [[nodiscard]] ArrayPart operand(int k) const {
        const std::int64_t* const at = words_ + operand_word(k);
        auto const place = static_cast<std::uint64_t>(at[0]);
        auto const extent = static_cast<std::uint32_t>(place >> 32);
        return {static_cast<Slot>(place),
                extent,
                extent == no_extent ? 1 : extents_[extent].slots,
                static_cast<Dtype>(at[1] & 0xff),
                static_cast<Kind>(at[1] >> 8),
                at[2],
                at + 3};
    }
    [[nodiscard]] const std::int64_t* index_list() const { return words_ + operand_word(arity()); }
    // Elements that the loops run over.
    [[nodiscard]] std::int64_t total() const {
        std::int64_t total = 1;
        for (int i = 0; i < loops(); ++i) total *= lengths()[i];
        return total;
    }

    static constexpr std::size_t head = 4;         // words before the shape
    static constexpr std::size_t extent_word = 1;  // which of them holds the result's extent
    // Where in the record operand k begins; its first word holds the extent and first slot.
    [[nodiscard]] std::size_t operand_word(int k) const {
        auto const n = static_cast<std::size_t>(loops());
        return head + static_cast<std::size_t>(ndim()) + 2 * n +
               static_cast<std::size_t>(k) * (3 + n);
    }
    [[nodiscard]] std::size_t lengths_word() const {
        return head + static_cast<std::size_t>(ndim());
    }
    static std::int64_t place_word(Slot first, std::uint32_t extent) {
        return static_cast<std::int64_t>(first | std::uint64_t{extent} << 32);
    }

private:
    [[nodiscard]] std::uint64_t field(int shift, int bits) const {
        return static_cast<std::uint64_t>(words_[0]) >> shift & ((1ull << bits) - 1);
    }
    const Extent* extents_;
    const std::int64_t* words_;
};

// Calls visit(first slot, slots, kind) for every operand of a statement, scalar or array.
template <class Visit>
void for_each_operand(const Tape& tape, const Statement& statement, Visit visit) {
    if (statement.is_array()) {
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
    std::uint32_t extent = no_extent;
    Kind kind = Kind::constant;
    bool deferred = false;  // depends on a placeholder
};

// What was recorded: the extent of a new array in C order. If no operand varies it is a constant
// and no statement stands behind it.
struct ArrayResult {
    Slot first = 0;
    std::uint32_t extent = no_extent;
    std::uint32_t slots = 1;
    Dtype dtype = Dtype::float64;
    Kind kind = Kind::constant;
    bool deferred = false;
    int ndim = 0;
    std::int64_t shape[max_ndim];

    [[nodiscard]] Slot last() const { return first + slots - 1; }
};

// All of these: make_room has been called. They throw std::length_error and std::bad_alloc, and
// then the recording is as it was.

// An operator of the table, element by element, with broadcasting. Operands of a smaller dtype
// are cast first. Throws shape_error.
ArrayResult record_array(Tape& tape, Op op, const ArrayOperand* operands);
// The same numbers, passive.
ArrayResult record_stopped(Tape& tape, const ArrayOperand& operand);

// A copy in C order, in another dtype if need be. `how` is copy, astype or gather.
ArrayResult record_copy(Tape& tape, const ArrayOperand& operand, Dtype dtype,
                        ArrayOp how = ArrayOp::astype);

// The same with the elements in another shape, of as many.
ArrayResult record_reshaped(Tape& tape, const ArrayOperand& operand, ArrayOp how,
                            const std::int64_t* shape, int ndim);

// The operand added up along the marked axes; these stay with length one if they are kept.
ArrayResult record_sum_over(Tape& tape, const ArrayOperand& operand, const bool* marked, bool kept);
// All of it added up.
ArrayResult record_total(Tape& tape, const ArrayOperand& operand);

// The largest or smallest along the marked axes, which have elements.
ArrayResult record_extreme_over(Tape& tape, const ArrayOperand& operand, ArrayOp which,
                                const bool* marked, bool kept);

// What can be subtracted along the marked axes, which stay, so that exp does not overflow.
ArrayResult record_shift_over(Tape& tape, const ArrayOperand& operand, const bool* marked);
// log(sum(exp(operand))) along the marked axes.
ArrayResult record_logsumexp_over(Tape& tape, const ArrayOperand& operand, const bool* marked,
                                  bool kept);

// The product of two matrices of one dtype, of fitting shapes.
ArrayResult record_matmul(Tape& tape, const ArrayOperand& a, const ArrayOperand& b);

// Zeros in a shape, to which the operand is added at a view of them: `strides` along each of its
// axes, from `offset` on.
ArrayResult record_spread(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                          int ndim, std::int64_t offset, const std::int64_t* strides);

// An array of its own with the operand's elements, repeated into a shape: active, so that it can
// be assigned to.
ArrayResult record_fill(Tape& tape, const ArrayOperand& operand, const std::int64_t* shape,
                        int ndim, Dtype dtype);

// The same with the operand's shape; active if it is, or if what will be assigned is.
ArrayResult record_moved(Tape& tape, const ArrayOperand& operand, bool active);

// The elements at indices, which count from the first of the operand's extent; in a shape.
ArrayResult record_take(Tape& tape, const ArrayOperand& operand, const std::int64_t* indices,
                        const std::int64_t* shape, int ndim);

// Zeros in a shape, to whose elements at the indices those of the operand are added, in C order.
ArrayResult record_put(Tape& tape, const ArrayOperand& operand, const std::int64_t* indices,
                       const std::int64_t* shape, int ndim);

// Replaces the elements of a view by those of the operand, which is broadcast and cast. What was
// computed from them before keeps its numbers: if need be the array moves to a new extent, and so
// do the handles of Python's objects. Returns the extent that was written.
std::uint32_t record_write(Tape& tape, const ArrayOperand& target, const ArrayOperand& operand);

// The same for the elements at indices, all different.
std::uint32_t record_write_at(Tape& tape, const ArrayOperand& target, const std::int64_t* indices,
                              std::int64_t count, const ArrayOperand& operand);

// The result as an operand. `strides` receives those of C order.
ArrayOperand as_operand(const ArrayResult& result, std::int64_t (&strides)[max_ndim]);

// An operand whose primals are to stay what they are: itself, or a copy if it is being assigned to.
ArrayOperand as_needed(Tape& tape, const ArrayOperand& operand, ArrayResult& copy,
                       std::int64_t (&strides)[max_ndim]);

// ---- sweeps over one statement -------------------------------------------------

// What a reverse sweep reads and adds to at a statement. A dual's tangents are those of the
// primals; doubles take none.
template <class T>
struct AdjointPlaces {
    Places<const double> primals;
    Places<const double> tangents;
    Places<T> adjoints;
    unsigned assigns = 0;  // bit k: nothing has been contributed to operand k yet, its memory holds
                           // anything, and the statement reaches all of it
    unsigned skips = 0;    // bit k: operand k is seen to elsewhere
};

// The primal of a statement, from those of its operands.
void evaluate(const ArrayRecord& record, Places<double> primals);

// The same of extremes.
void evaluate_extreme(const ArrayRecord& record, Places<double> primals);
void push_extreme(const ArrayRecord& record, Places<const double> primals, Places<double> tangents);
void pull_extreme(const ArrayRecord& record, const AdjointPlaces<double>& at);
void pull_extreme(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at);

// The same of a logarithm of sums, and of what is subtracted before.
void evaluate_logsumexp(const ArrayRecord& record, Places<double> primals);

// The same of a product of matrices.
void evaluate_matmul(const ArrayRecord& record, Places<double> primals);
void push_matmul(const ArrayRecord& record, Places<const double> primals, Places<double> tangents);
void pull_matmul(const ArrayRecord& record, const AdjointPlaces<double>& at);
void pull_matmul(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at);

// Whether the adjoint of operand k can be assigned as a whole where nothing was contributed before:
// the statement reaches each of its elements, and no other operand shares them.
bool reaches_all(const ArrayRecord& record, int k);

// Whether all that the statement passes on to operand k is the adjoint of its result as it lies.
bool passes_as_it_is(const ArrayRecord& record, int k);

// The tangent of a statement's result, from those of its operands.
void push_forward(const ArrayRecord& record, Places<const double> primals, Places<double> tangents);

// Adds to the adjoints of a statement's active operands what its result passes on. A write also
// clears the adjoints of what it replaced.
void pull_back(const ArrayRecord& record, const AdjointPlaces<double>& at);
void pull_back(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at);

}  // namespace autodiffx

// External statements: how they are recorded and read, and found again.
#include "autodiffx/external.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace autodiffx {

namespace {

// What an operand has in place of strides, at the least: its number of axes. And the lengths of
// the loops have two places.
std::size_t loops_for(const std::vector<ArrayOperand>& operands) {
    int ndim = 1;
    for (ArrayOperand const& operand : operands) ndim = std::max(ndim, operand.ndim);
    return 1 + 2 * static_cast<std::size_t>(ndim);
}

std::int64_t head_word(std::size_t arity, std::size_t loops, int ndim, Dtype dtype) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(ArrayOp::external) |
                                     (arity & 0xff) << 16 | loops << 24 |
                                     static_cast<std::uint64_t>(ndim) << 32 |
                                     static_cast<std::uint64_t>(dtype) << 40 | (arity >> 8) << 48);
}

// The operands as derivatives will find them: what is being assigned to is copied first.
class Kept {
public:
    Kept(Tape& tape, std::vector<ArrayOperand>& operands) {
        for (ArrayOperand& operand : operands) {
            if (operand.extent == no_extent || !tape.extents[operand.extent].assigned) continue;
            copies_.push_back(std::make_unique<Copy>());
            operand = as_needed(tape, operand, copies_.back()->result, copies_.back()->strides);
        }
    }

private:
    struct Copy {
        ArrayResult result;
        std::int64_t strides[max_ndim];
    };
    std::vector<std::unique_ptr<Copy>> copies_;
};

}  // namespace

ArrayOperand ExternalRecord::operand(int k) const {
    ArrayPart const part = record_.operand(k);
    ArrayOperand operand;
    operand.first = part.first;
    operand.extent = part.extent;
    operand.slots = part.slots;
    operand.offset = part.offset;
    operand.ndim = static_cast<int>(part.strides[0]);
    operand.shape = part.strides + 1;
    operand.strides = part.strides + 1 + operand.ndim;
    operand.dtype = part.dtype;
    operand.kind = part.kind;
    return operand;
}

ArrayOperand ExternalRecord::result(int k) const {
    ArrayPart const extent = record_.result();
    const std::int64_t* at = record_.index_list();
    for (; k > 0; --k) at += 2 + 2 * at[1];
    ArrayOperand view;
    view.first = extent.first;
    view.extent = extent.extent;
    view.slots = extent.slots;
    view.offset = at[0];
    view.ndim = static_cast<int>(at[1]);
    view.shape = at + 2;
    view.strides = at + 2 + view.ndim;
    view.dtype = extent.dtype;
    return view;
}

ArrayResult record_external(Tape& tape, std::unique_ptr<External> external,
                            std::vector<ArrayOperand> operands,
                            std::vector<ExternalResult>& results, Dtype dtype, bool passive) {
    ArrayResult extent;
    extent.dtype = dtype;
    auto const per_slot = static_cast<std::int64_t>(8 / item_size(dtype));
    std::int64_t slots = 0;
    std::size_t result_words = 0;
    for (ExternalResult& result : results) {
        result.offset = slots * per_slot;
        std::int64_t const elements = elements_of(result.shape, result.ndim);
        slots += static_cast<std::int64_t>(slots_for(elements, dtype));
        result_words += 2 + 2 * static_cast<std::size_t>(result.ndim);
    }
    if (results.size() == 1) {
        extent.ndim = results[0].ndim;
        std::copy(results[0].shape, results[0].shape + extent.ndim, extent.shape);
    } else {
        extent.ndim = 1;
        extent.shape[0] = slots * per_slot;
    }
    elements_of(&slots, 1);  // so many slots can be counted
    extent.slots = static_cast<std::uint32_t>(slots);
    bool active = false, varies = false;
    for (ArrayOperand const& operand : operands) {
        active = active || is_active(operand.kind);
        varies = varies || operand.kind != Kind::constant;
        extent.deferred = extent.deferred || operand.deferred;
    }
    active = active && !passive;
    extent.kind = active ? Kind::result : varies ? Kind::varying : Kind::constant;

    std::size_t const loops = loops_for(operands), arity = operands.size();
    std::size_t const words = ArrayRecord::head + static_cast<std::size_t>(extent.ndim) +
                              2 * loops + arity * (3 + loops) + result_words;
    if (arity > ArrayRecord::max_arity ||
        tape.words.size() + words > std::numeric_limits<Slot>::max())
        throw std::length_error("a tape is full");
    std::optional<Kept> kept;
    bool const keeps = active && external->reads_primals();
    if (keeps) kept.emplace(tape, operands);
    std::size_t const at = tape.words.size();
    // If memory ends here, the recording is as it was.
    tape.externals.reserve(tape.externals.size() + 1);
    tape.words.reserve_more(words);
    tape.reserve_extent(extent.slots);
    tape.statements.reserve_more(1);

    extent.extent = tape.add_extent(extent.slots);
    extent.first = tape.extents[extent.extent].first;
    for (ExternalResult const& result : results) {
        std::size_t const count = slots_for(elements_of(result.shape, result.ndim), dtype);
        if (result.packed == nullptr) continue;
        std::copy(result.packed, result.packed + count,
                  tape.places().at(extent) + result.offset / per_slot);
    }
    tape.note_growth();
    if (!varies) return extent;

    // Whatever the kernel computes derivatives from has to stay.
    if (keeps) {
        tape.extents[extent.extent].require(Need::always);
        for (ArrayOperand const& operand : operands)
            if (operand.extent != no_extent) tape.extents[operand.extent].require(Need::always);
    }
    auto const push = [&tape](std::int64_t word) { tape.words.push_unchecked(word); };
    push(head_word(arity, loops, extent.ndim, dtype));
    push(extent.extent);
    push(0);
    push(static_cast<std::int64_t>(result_words));
    for (int i = 0; i < extent.ndim; ++i) push(extent.shape[i]);
    push(static_cast<std::int64_t>(tape.externals.size()));
    push(static_cast<std::int64_t>(results.size()));
    for (std::size_t i = 2; i < 2 * loops; ++i) push(0);
    for (ArrayOperand const& operand : operands) {
        push(ArrayRecord::place_word(operand.first, operand.extent));
        push(static_cast<std::int64_t>(operand.dtype) | static_cast<std::int64_t>(operand.kind)
                                                            << 8);
        push(operand.offset);
        push(operand.ndim);
        for (int i = 0; i < operand.ndim; ++i) push(operand.shape[i]);
        for (int i = 0; i < operand.ndim; ++i) push(operand.strides[i]);
        for (std::size_t i = 1 + 2 * static_cast<std::size_t>(operand.ndim); i < loops; ++i)
            push(0);
    }
    std::int64_t strides[max_ndim];
    for (ExternalResult const& result : results) {
        push(result.offset);
        push(result.ndim);
        dense_strides(result.shape, result.ndim, strides);
        for (int i = 0; i < result.ndim; ++i) push(result.shape[i]);
        for (int i = 0; i < result.ndim; ++i) push(strides[i]);
    }
    tape.externals.push_back(std::move(external));
    tape.statements.push_unchecked(
        {Op::array,
         static_cast<std::uint16_t>(Statement::array_bit | Statement::decision_bit |
                                    (active ? 0u : Statement::passive_bit) |
                                    (extent.deferred ? Statement::deferred_bit : 0u)),
         static_cast<Slot>(at), static_cast<Slot>(words), extent.last()});
    return extent;
}

External* external_of(const Tape& tape, const Statement& statement) {
    if (statement.op != Op::array) return nullptr;
    if (ArrayRecord(tape, statement).op() != ArrayOp::external) return nullptr;
    return static_cast<External*>(tape.externals[ExternalRecord(tape, statement).index()].get());
}

}  // namespace autodiffx

// Primals that are computed again: given back when nobody can ask for them any more, though
// flat statements read them in a sweep.
//
// A large array that is made by cheap arithmetic costs more to keep than to make. A sweep makes
// it block by block where it is read, see flat_run.cpp; whoever else wants it has it restored.
#include <algorithm>

#include "autodiffx/array.hpp"
#include "autodiffx/flat.hpp"

namespace autodiffx {

namespace {

// Every so many statements in a row one is kept: what a sweep makes of one block in between has to
// fit into the caches.
constexpr std::uint8_t farthest = 32;

bool is_cheap(Op op) {
    return op == Op::add || op == Op::subtract || op == Op::multiply || op == Op::negative ||
           op == Op::square;
}

// The distance at which the primals would be, or 0: they are to be kept.
std::uint8_t distance_of(const Tape& tape, const Extent& extent, const FlatRecord& record) {
    if (!is_cheap(record.op()) || extent.assigned) return 0;
    std::uint8_t distance = 0;
    for (int k = 0; k < record.arity(); ++k) {
        FlatOperand const operand = record.operand(k);
        if (operand.extent == no_extent) continue;
        Extent const& from = tape.extents[operand.extent];
        if (from.slots != extent.slots || from.assigned) return 0;
        if (from.distance != 0) {
            distance = std::max(distance, from.distance);
            continue;
        }
        // Nothing is kept for this alone.
        bool const stays =
            operand.kind == Kind::leaf || operand.kind == Kind::constant || from.need != Need::none;
        if (tape.apart[operand.extent] == nullptr || !stays) return 0;
    }
    return distance < farthest ? static_cast<std::uint8_t>(distance + 1) : std::uint8_t{0};
}

}  // namespace

void Tape::forget(std::uint32_t at) {
    Extent& extent = extents[at];
    if (extent.need == Need::always) return;
    std::uint8_t distance = 0;
    std::size_t const made_by = extent.slots >= recompute_from ? statement_of(extent.last()) : npos;
    if (made_by != npos && (statements[made_by].flags & Statement::flat_bit) != 0) {
        FlatRecord const record(*this, statements[made_by]);
        distance = distance_of(*this, extent, record);
        for (int k = 0; distance != 0 && k < record.arity(); ++k) {
            std::uint32_t const from = record.operand(k).extent;
            if (from != no_extent && extents[from].distance == 0)
                extents[from].require(Need::always);
        }
    }
    if (distance == 0 && extent.need != Need::none) return;
    Memory::release(std::exchange(apart[at], nullptr));
    extent.forgotten = true;
    given_back_ += extent.slots;
    extent.distance = distance;
}

void Tape::restore(std::uint32_t at) {
    if (extents[at].distance == 0) return;
    Statement const& statement = statements[statement_of(extents[at].last())];
    ArrayRecord const record(*this, statement);
    for (int k = 0; k < record.arity(); ++k) {
        std::uint32_t const from = record.operand(k).extent;
        if (from != no_extent) restore(from);
    }
    apart[at] = Buffer<double>(extents[at].slots).release();
    extents[at].forgotten = false;
    given_back_ -= extents[at].slots;
    extents[at].distance = 0;
    evaluate(record, places());
}

void Tape::restore_all() {
    if (given_back_ == 0) return;
    for (std::size_t i = 0; i < extents.size(); ++i) restore(static_cast<std::uint32_t>(i));
}

}  // namespace autodiffx

// Path: which statements results depend on.
#include <algorithm>

#include "autodiffx/lanes.hpp"

namespace autodiffx {

namespace {

class Search {
public:
    Search(const Tape& tape, Slot base, std::vector<std::uint8_t>& uses)
        : tape_(tape), base_(base), uses_(uses), found_(tape.primals.size() - base, 0) {}

    void find(Slot slot) {
        found_[slot - base_] = 1;
        if (!tape_.has_elements) return;
        // An array is found by its last slot.
        if (std::uint32_t const extent = tape_.extent_at(slot); extent != no_extent) {
            uses_[extent] |= Path::by_element;
            found_[tape_.extents[extent].last() - base_] = 1;
        }
    }
    void find(const ArrayPart& part) {
        if (part.extent == no_extent) find(part.first);
        else found_[part.last() - base_] = 1;
    }
    void find_operands(const Statement& statement) {
        if (statement.is_array()) {
            ArrayRecord const record(tape_, statement);
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                if (part.kind == Kind::result && part.first >= base_) find(part);
            }
            return;
        }
        Slot slots[3];
        int const arity = tape_.operands(statement, slots);
        for (int k = 0; k < arity; ++k) {
            if (statement.kind(k) == Kind::result && slots[k] >= base_) find(slots[k]);
        }
    }
    [[nodiscard]] bool needs(const Statement& statement) const {
        if (statement.op == Op::guard) return false;
        Slot const last =
            statement.is_array() ? ArrayRecord(tape_, statement).result().last() : statement.result;
        return found_[last - base_] != 0;
    }

private:
    const Tape& tape_;
    Slot base_;
    std::vector<std::uint8_t>& uses_;
    std::vector<std::uint8_t> found_;  // by slot
};

}  // namespace

Path::Path(const Tape& tape, const std::vector<ArrayPart>& results, Slot base, std::size_t from)
    : uses(tape.extents.size(), 0) {
    Search search(tape, base, uses);
    for (ArrayPart const& part : results) search.find(part);
    for (std::size_t i = tape.statements.size(); i-- > from;) {
        Statement const& statement = tape.statements[i];
        if (!search.needs(statement)) continue;
        if (statement.op == Op::write)
            uses[ArrayRecord(tape, statement).result().extent] |= written;
        search.find_operands(statement);
        statements.push_back(i);
    }
    std::reverse(statements.begin(), statements.end());
}

}  // namespace autodiffx

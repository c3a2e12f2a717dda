// Guards: recorded decisions.
#include "autodiffx/record.hpp"

#include <cmath>

namespace autodiffx {

double decide(Relation relation, double a, double b) {
    switch (relation) {
        case Relation::less:
            return a < b;
        case Relation::less_equal:
            return a <= b;
        case Relation::equal:
            return a == b;
        case Relation::truth:
            return a != 0.0;
        case Relation::trunc:
            return std::trunc(a);
        case Relation::floor:
            return std::floor(a);
        case Relation::ceil:
            return std::ceil(a);
        case Relation::rint:
            return std::nearbyint(a);
    }
    return 0.0;
}

std::size_t record_guard(Tape& tape, Relation relation, Operand a, Operand b, bool outcome) {
    unsigned const flags = detail::kind_bits(a, 0) | detail::kind_bits(b, 1) |
                           Statement::passive_bit | Statement::decision_bit |
                           (outcome ? Statement::outcome_bit : 0u) |
                           (static_cast<unsigned>(relation) << Statement::relation_shift);
    tape.statements.reserve_more(1);
    tape.guards.push_back(static_cast<std::uint32_t>(tape.statements.size()));
    tape.statements.push_unchecked({Op::guard, static_cast<std::uint16_t>(flags), a.slot, b.slot,
                                    static_cast<Slot>(tape.primals.size())});
    return tape.guards.size() - 1;
}

}  // namespace autodiffx

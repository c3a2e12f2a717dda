// Flat statements on few elements of arrays that lie in the slots: what is made for many would
// take longer to begin than to run.
#include "autodiffx/flat.hpp"
#include "autodiffx/inline.hpp"
#include "autodiffx/reach.hpp"

namespace autodiffx {

namespace {

// Where the first of the elements are.
struct Few {
    std::size_t count;
    const double* adjoint;
    const double* result;
    const double* operands[2];
    std::size_t steps[2];  // 0: a single number
    double* found[2];      // adjoints of the operands; null where none is wanted
};

template <Op op, int i>
AUTODIFFX_INLINE void contribute(const Few& at) {
    constexpr unsigned reads = partial_reads<op, i>();
    constexpr bool reads_result = (reads & Reads::result) != 0;
    double* const to = at.found[i];
    if (to == nullptr) return;
    for (std::size_t j = 0; j < at.count; ++j) {
        AUTODIFFX_OPAQUE(j);
        double const x = (reads & 1u) != 0 ? at.operands[0][j * at.steps[0]] : 0.0;
        double const y = (reads & 2u) != 0 ? at.operands[1][j * at.steps[1]] : 0.0;
        double const z = reads_result ? at.result[j] : 0.0;
        double partial;
        if constexpr (Row<op>::arity == 1) partial = Row<op>::template partial<i>(x, z);
        else partial = Row<op>::template partial<i>(x, y, z);
        double const given = at.adjoint[j];
        if (given != 0.0 && partial != 0.0) to[j] += given * partial;
    }
}

using Step = bool (*)(Reach<double>&, const Statement&, const FlatRecord&);

template <Op op>
bool pull_back(Reach<double>& reach, const Statement& statement, const FlatRecord& record) {
    Tape const& tape = *reach.tape;
    std::uint32_t const extent = record.extent();
    if (reach.is_apart(extent)) return false;
    Extent const& result = tape.extents[extent];
    std::uint8_t const how = reach.reach_of(result.first, extent, result.slots);
    if (how == 0) return true;
    bool const passive =
        how == reached_passively || (statement.flags & Statement::passive_bit) != 0;
    const double* const primals = tape.primals.data();
    Few at;
    at.count = record.length();
    at.adjoint = reach.values + result.first;
    at.result = primals + result.first;
    for (int k = 0; k < Row<op>::arity; ++k) {
        FlatOperand const operand = record.operand(k);
        bool const is_number = operand.extent == no_extent;
        if (is_number ? operand.kind != Kind::constant : reach.is_apart(operand.extent))
            return false;
        Slot const first = operand.first + static_cast<Slot>(operand.offset);
        at.operands[k] = primals + first;
        at.steps[k] = is_number ? 0 : 1;
        at.found[k] = nullptr;
        if (operand.kind == Kind::constant) continue;
        bool const passes = !passive && operand.kind != Kind::varying;
        reach.reach(operand.first, operand.extent, tape.extents[operand.extent].slots, operand.kind,
                    passes ? reached_actively : reached_passively);
        if (passes) at.found[k] = reach.values + first;
    }
    if (passive) return true;
    contribute<op, 0>(at);
    if constexpr (Row<op>::arity > 1) contribute<op, 1>(at);
    return true;
}

// Null unless all partials are nothing but arithmetic: then they have the same bits everywhere.
template <Op op>
constexpr Step step_of() {
    if constexpr (Row<op>::arity < 3 && Row<op>::smoothness != Smoothness::passive) {
        if constexpr (is_arithmetic<op, 0>() && is_arithmetic<op, Row<op>::arity - 1>())
            return pull_back<op>;
    }
    return nullptr;
}
constexpr Step steps[] = {
#define UNARY(name, ...) step_of<Op::name>(),
#define BINARY(name, ...) step_of<Op::name>(),
#define TERNARY(name, ...) step_of<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

}  // namespace

bool pull_back_few(Reach<double>& reach, const Statement& statement) {
    FlatRecord const record(*reach.tape, statement);
    if (record.length() > few) return false;
    Step const step = steps[static_cast<std::size_t>(record.op())];
    return step != nullptr && step(reach, statement, record);
}

}  // namespace autodiffx

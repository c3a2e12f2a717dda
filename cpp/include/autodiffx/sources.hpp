// Sources: where a reverse sweep reads values, by number type.
#pragma once

#include "autodiffx/dual.hpp"
#include "autodiffx/record.hpp"

namespace autodiffx {

// The first two hold addresses,
// since the tape does not grow under them.
struct PrimalSource {
    using Number = double;
    const Tape* tape;
    const Statement* statements;
    const double* primals;
    const Pair* pairs;
    static constexpr const double* tangents = nullptr;
    explicit PrimalSource(const Tape& of)
        : tape(&of),
          statements(of.statements.data()),
          primals(of.primals.data()),
          pairs(of.pairs.data()) {}
    [[nodiscard]] Statement const& statement(std::size_t i) const { return statements[i]; }
    [[nodiscard]] Pair pair(Slot i) const { return pairs[i]; }
    [[nodiscard]] double read(Slot slot, Kind, bool) const { return primals[slot]; }
};

struct DualSource {
    using Number = dual<double>;
    const Tape* tape;
    const Statement* statements;
    const double* primals;
    const double* tangents;
    const Pair* pairs;
    DualSource(const Tape& of, const Arena<double>& with)
        : tape(&of),
          statements(of.statements.data()),
          primals(of.primals.data()),
          tangents(with.data()),
          pairs(of.pairs.data()) {}
    [[nodiscard]] Statement const& statement(std::size_t i) const { return statements[i]; }
    [[nodiscard]] Pair pair(Slot i) const { return pairs[i]; }
    [[nodiscard]] dual<double> read(Slot slot, Kind, bool) const {
        return {primals[slot], tangents[slot]};
    }
};

// The tape grows while this sweep runs: everything is read afresh.
struct RecordedSource {
    using Number = Recorded;
    Tape* tape;
    Statement present{};
    [[nodiscard]] Statement const& statement(std::size_t i) {
        return present = tape->statements[i];
    }
    [[nodiscard]] Pair pair(Slot i) const { return tape->pairs[i]; }
    [[nodiscard]] Recorded read(Slot slot, Kind kind, bool deferred) const {
        if (kind == Kind::constant) return tape->primals[slot];
        return {*tape, {slot, kind, deferred}};
    }
};

}  // namespace autodiffx

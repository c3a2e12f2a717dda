// External statements in recorded sweeps: the entry records what its kernel passes on.
#include <algorithm>

#include "autodiffx/external.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

// Views whose shapes and strides are their own: records move when the tape grows.
class Views {
public:
    explicit Views(std::size_t count) {
        operands_.reserve(count);
        dims_.reserve(count);
    }
    void add(ArrayOperand operand) {
        dims_.emplace_back(operand.shape, operand.shape + operand.ndim);
        dims_.back().insert(dims_.back().end(), operand.strides, operand.strides + operand.ndim);
        operand.shape = dims_.back().data();
        operand.strides = dims_.back().data() + operand.ndim;
        operands_.push_back(operand);
    }
    [[nodiscard]] const std::vector<ArrayOperand>& operands() const { return operands_; }

private:
    std::vector<ArrayOperand> operands_;
    std::vector<std::vector<std::int64_t>> dims_;
};

}  // namespace

void pull_back(Tape& tape, const Statement& statement, External& external,
               RecordedAdjoints& adjoints) {
    ArrayPart const extent = ArrayRecord(tape, statement).result();
    if (extent.dtype == Dtype::boolean) return;
    bool const deferred = (statement.flags & Statement::deferred_bit) != 0;
    RecordedAdjoints::Array const adjoint = settled(tape, statement, adjoints);

    ExternalRecord const record(tape, statement);
    auto const count = static_cast<std::size_t>(record.results());
    Views operands(static_cast<std::size_t>(record.arity())), results(count), passed(count);
    std::vector<bool> wanted;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayOperand operand = record.operand(k);
        operand.deferred = deferred;
        wanted.push_back(operand.kind == Kind::result && operand.first >= adjoints.base);
        operands.add(operand);
    }
    for (int k = 0; k < record.results(); ++k) {
        ArrayOperand result = record.result(k);
        result.kind = Kind::result;
        result.deferred = deferred;
        results.add(result);
        result.first = adjoint.first;
        result.extent = adjoint.extent;
        result.kind = adjoint.kind;
        result.deferred = adjoint.deferred;
        passed.add(result);
    }
    std::vector<ArrayResult> found(wanted.size());
    if (adjoint.present) {
        found = external.reverse(tape, passed.operands(), results.operands(), operands.operands(),
                                 wanted);
    }
    for (std::size_t k = 0; k < wanted.size(); ++k) {
        if (!wanted[k]) continue;
        bool const is_zero = !adjoint.present || found[k].slots == 0;
        pass_on(tape, adjoints, operands.operands()[k], is_zero ? nullptr : &found[k]);
    }
}

}  // namespace autodiffx

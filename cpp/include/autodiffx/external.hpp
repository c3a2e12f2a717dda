// Externals: kernels from outside the engine, as statements like any other.
//
// A statement of ArrayOp::external holds an index into Tape::externals, where an entry says how
// its results, their tangents and its operands' adjoints are computed. The record is laid out as
// that of any array statement, and what does not fit stands in other places: the lengths of the
// loops are the index and the number of results; what would be an operand's strides are its number
// of axes, its shape and its strides; the list of indices are the results, each with its offset in
// the extent (in elements), number of axes, shape and strides. All results have one dtype and lie
// one after the other in one extent.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "autodiffx/array.hpp"
#include "autodiffx/dual.hpp"

namespace autodiffx {

class Lanes;

// Reads the record of an external statement, which moves when the tape grows.
class ExternalRecord {
public:
    ExternalRecord(const Tape& tape, const Statement& statement) : record_(tape, statement) {}

    [[nodiscard]] std::size_t index() const {
        return static_cast<std::size_t>(record_.lengths()[0]);
    }
    [[nodiscard]] int results() const { return static_cast<int>(record_.lengths()[1]); }
    [[nodiscard]] int arity() const { return record_.arity(); }
    // Shape and strides of both point into the record.
    [[nodiscard]] ArrayOperand operand(int k) const;
    [[nodiscard]] ArrayOperand result(int k) const;

private:
    ArrayRecord record_;
};

// An entry of Tape::externals; each belongs to one statement. Whatever a member throws leaves the
// recording as it was, and none may record on the tape of its statement.
struct External : Entry {
    [[nodiscard]] virtual std::string_view name() const = 0;
    // Whether derivatives are computed from primals, so that these have to stay.
    [[nodiscard]] virtual bool reads_primals() const { return true; }
    // Computes the results anew, in the shapes that they have.
    virtual void forward(const ExternalRecord& record, Places<double> primals) = 0;
    // Sets the tangents of the results from those of active operands.
    virtual void tangent(const ExternalRecord& record, Places<const double> primals,
                         Places<double> tangents) = 0;
    // Adds to the adjoints of active operands what the results pass on.
    virtual void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) = 0;
    // Whether it assigns the adjoint of operand k as a whole where `at` says that it is the first
    // to contribute. Not asked beyond the bits that say so.
    [[nodiscard]] virtual bool reaches_all(const ExternalRecord&, int) const { return false; }
    virtual void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) = 0;
    // The same as statements on the tape: from the adjoints of the results and the results
    // themselves, one adjoint for each operand that is wanted; without slots if it is zero.
    virtual std::vector<ArrayResult> reverse(Tape& tape, const std::vector<ArrayOperand>& adjoints,
                                             const std::vector<ArrayOperand>& results,
                                             const std::vector<ArrayOperand>& operands,
                                             const std::vector<bool>& wanted) = 0;
    // Sets the tangents of the results in all lanes; adds to the adjoints of the operands that
    // have lanes. False, and nothing done, if it goes lane by lane.
    virtual bool push_lanes(const ExternalRecord&, Lanes&) { return false; }
    virtual bool pull_lanes(const ExternalRecord&, Lanes&) { return false; }
};

// A result as a kernel has computed it.
struct ExternalResult {
    int ndim = 0;
    const std::int64_t* shape = nullptr;
    const double* packed = nullptr;  // elements in C order; null: they are set afterwards
    std::int64_t offset = 0;         // set by record_external: its place in the extent, in elements
};

// Records what a kernel has computed; make_room has been called. Gives the extent: if there is
// one result it has its shape. Of decisions (`passive`) no derivative is asked. Throws
// std::length_error, std::bad_alloc, the recording as it was.
ArrayResult record_external(Tape& tape, std::unique_ptr<External> external,
                            std::vector<ArrayOperand> operands,
                            std::vector<ExternalResult>& results, Dtype dtype, bool passive);

// The entry of an external statement, null for every other.
External* external_of(const Tape& tape, const Statement& statement);

}  // namespace autodiffx

// Flat statements in sweeps of several lanes: they scale what they are given, element by element.
#include <cfloat>
#include <cmath>

#include "autodiffx/flat.hpp"
#include "autodiffx/lanes.hpp"
#include "autodiffx/partials.hpp"

namespace autodiffx {

namespace {

Support shifted(const Support& support, std::int64_t offset, std::int64_t length) {
    Support const found{std::max<std::int64_t>(support.from - offset, 0),
                        std::min(support.to - offset, length)};
    return found.is_empty() ? Support{} : found;
}

// A statement that may scale: a flat one, or one that copies all of an array in its order.
class Scaling {
public:
    Scaling(const Tape& tape, const Statement& statement) {
        if ((statement.flags & Statement::flat_bit) != 0) {
            FlatRecord const record(tape, statement);
            row_ = &partials_of(record.op());
            length_ = record.length();
            extent_ = record.extent();
            for (int k = 0; k < arity(); ++k) operands_[k] = record.operand(k);
            return;
        }
        ArrayRecord const record(tape, statement);
        if (!copies(record.op())) return;
        ArrayPart const from = record.operand(0), to = record.result();
        if (from.extent == no_extent || !is_dense(record, from) || !is_dense(record, to)) return;
        if (to.offset != 0 || record.total() != to.slots) return;
        row_ = &partials_of(Op::positive);
        length_ = to.slots;
        extent_ = to.extent;
        operands_[0] = {from.first, from.extent, from.kind, from.offset};
    }
    [[nodiscard]] bool is_none() const { return row_ == nullptr; }
    [[nodiscard]] const Partials& row() const { return *row_; }
    [[nodiscard]] int arity() const { return row_->arity; }
    [[nodiscard]] std::size_t length() const { return length_; }
    [[nodiscard]] std::uint32_t extent() const { return extent_; }
    [[nodiscard]] const FlatOperand& operand(int k) const { return operands_[k]; }

private:
    static bool copies(ArrayOp op) {
        return op == ArrayOp::copy || op == ArrayOp::gather || op == ArrayOp::spread;
    }
    static bool is_dense(const ArrayRecord& record, const ArrayPart& part) {
        std::int64_t step = 1;
        for (int i = record.loops(); i-- > 0; step *= record.lengths()[i]) {
            if (record.lengths()[i] != 1 && part.strides[i] != step) return false;
        }
        return part.dtype == Dtype::float64;
    }

    const Partials* row_ = nullptr;
    std::size_t length_ = 0;
    std::uint32_t extent_ = no_extent;
    FlatOperand operands_[3];
};

// What the lanes of a statement's result are made of.
struct Scale {
    std::uint32_t source = no_extent;
    std::int64_t offset = 0;
    std::uint64_t operands[3] = {Scaled::nothing, Scaled::nothing, Scaled::nothing};
    const double* factors[3] = {};  // of operands that are scaled themselves

    // False if it is made of several.
    bool find(const Scaling& statement, Lanes& tangents) {
        for (int k = 0; k < statement.arity(); ++k) {
            FlatOperand const& operand = statement.operand(k);
            if (!tangents.hold(operand.kind, operand.first)) continue;
            if (tangents.support(operand.first, operand.extent).is_empty()) continue;
            if (operand.extent == no_extent) return false;
            std::uint32_t from = operand.extent;
            std::int64_t at = operand.offset;
            operands[k] = Scaled::lanes_themselves;
            if (Scaled const* const scaled = tangents.scaled_at(operand.extent)) {
                operands[k] = scaled->version;
                factors[k] = scaled->factors.data() + operand.offset;
                from = scaled->source;
                at += scaled->offset;
            }
            if (source != no_extent && (source != from || offset != at)) return false;
            source = from;
            offset = at;
        }
        return source != no_extent;
    }
};

Block block_of(const Places<const double>& primals, const FlatOperand& operand, std::size_t from) {
    const double* const first = primals.at(operand.first, operand.extent);
    return operand.extent == no_extent ? Block(*first) : Block(first + operand.offset + from);
}

// sums (+)= partial * factors, as derivatives are passed on. False if one of them is no normal
// number, though it might be one if it was multiplied in another order.
bool add_products(double* sums, const Block& partial, const double* factors, std::size_t count,
                  bool adds) {
    bool normal = true;
    for (std::size_t i = 0; i < count; ++i) {
        double const one = partial.data == nullptr ? partial.value : partial.data[i];
        double const other = factors == nullptr ? 1.0 : factors[i];
        double const product = one * other;
        double const sum = adds ? sums[i] + product : product;
        bool const fits = std::fabs(product) >= DBL_MIN && std::fabs(sum) <= DBL_MAX;
        normal &= fits || (one == 0.0 && std::fabs(sum) <= DBL_MAX) ||
                  (other == 0.0 && std::fabs(one) <= DBL_MAX);
        sums[i] = sum;
    }
    return normal;
}

bool make_factors(const Tape& tape, const Scaling& statement, const Scale& scale, double* factors) {
    Partials const& row = statement.row();
    Scratch& scratch = Scratch::here();
    Places<const double> const primals = tape.places();
    FlatOperand result;
    result.extent = statement.extent();
    result.first = tape.extents[result.extent].first;
    for (std::size_t from = 0; from < statement.length(); from += Scratch::block_length) {
        scratch.length = std::min(Scratch::block_length, statement.length() - from);
        bool adds = false;
        for (int i = 0; i < statement.arity(); ++i) {
            if (scale.operands[i] == Scaled::nothing) continue;
            // Only what the partial reads is there for certain.
            Block operands[3], of_result;
            for (int k = 0; k < statement.arity(); ++k) {
                if ((row.reads[i] >> k & 1u) != 0)
                    operands[k] = block_of(primals, statement.operand(k), from);
            }
            if ((row.reads[i] & Reads::result) != 0) of_result = block_of(primals, result, from);
            Block const partial = row.at(i, operands, of_result);
            const double* const other = scale.factors[i];
            bool const normal =
                add_products(factors + from, partial, other == nullptr ? nullptr : other + from,
                             scratch.length, adds);
            scratch.give_back();
            if (!normal) return false;
            adds = true;
        }
    }
    return true;
}

}  // namespace

bool scale_lanes(const Tape& tape, const Statement& statement, const Path& path, Lanes& tangents) {
    Scaling const scaling(tape, statement);
    if (scaling.is_none()) return false;
    // Who asks for a single element, or writes, goes by slots alone.
    if (path.uses[scaling.extent()] != 0) return false;
    Scale scale;
    if (!scale.find(scaling, tangents)) return false;
    if ((path.uses[scale.source] & Path::written) != 0) return false;
    Scaled& before = tangents.scaled_before(scaling.extent());
    if (!std::equal(scale.operands, scale.operands + 3, before.operands)) {
        if (before.factors.size() == 0) before.factors = Buffer<double>(scaling.length());
        if (!make_factors(tape, scaling, scale, before.factors.writable())) {
            std::fill_n(before.operands, 3, Scaled::nothing);
            return false;
        }
        std::copy_n(scale.operands, 3, before.operands);
        before.version = tangents.new_version();
    }
    tangents.scale(scaling.extent(), scale.source, scale.offset);
    return true;
}

void Lanes::scale(std::uint32_t extent, std::uint32_t source, std::int64_t offset) {
    Scaled& scaled = scaled_[extent];
    if (scaled.source == no_extent) scaled.left = supports_[extent];
    scaled.source = source;
    scaled.offset = offset;
    scaled.waits = true;
    supports_[extent] = shifted(supports_[source], offset, tape_.extents[extent].slots);
}

void Lanes::end_scaling(std::uint32_t extent) {
    Scaled* const scaled = scaled_at(extent);
    if (scaled == nullptr) return;
    supports_[extent] = scaled->left;
    scaled->source = no_extent;
    scaled->waits = false;
}

void Lanes::multiply(std::uint32_t extent) {
    Scaled& scaled = scaled_[extent];
    scaled.waits = false;
    Extent const& own = tape_.extents[extent];
    Extent const& other = tape_.extents[scaled.source];
    clear_chunks(own.first - base_, own.last() - base_);
    double* const to = numbers_.writable() + (own.first - base_) * count;
    Support const support = supports_[extent];
    Support& left = scaled.left;
    if (left.from != support.from || left.to != support.to) {
        if (!left.is_empty())
            std::fill_n(to + left.from * std::int64_t{count},
                        (left.to - left.from) * std::int64_t{count}, 0.0);
        left = support;
    }
    if (support.is_empty()) return;
    auto const elements = static_cast<std::size_t>(support.to - support.from);
    auto const first = static_cast<std::size_t>(support.from);
    // The source is not scaled itself, and has been asked for: its lanes are there.
    const double* const from = numbers_.data() + (other.first - base_ + scaled.offset) * count;
    chain_lanes({to + first * count, 1, from + first * count, 1, scaled.factors.data() + first, 1,
                 elements},
                false);
}

}  // namespace autodiffx

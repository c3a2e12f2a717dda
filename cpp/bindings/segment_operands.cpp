// The operands of a segment: views with shapes and strides of their own, and their numbers.
#include <algorithm>

#include "segment.hpp"

namespace autodiffx::bindings {

void Operands::add(const ArrayOperand& operand) {
    auto const ndim = static_cast<std::size_t>(operand.ndim);
    dims_.push_back(std::make_unique<std::int64_t[]>(2 * ndim));
    std::copy_n(operand.shape, ndim, dims_.back().get());
    std::copy_n(operand.strides, ndim, dims_.back().get() + ndim);
    operands_.push_back(operand);
    operands_.back().shape = dims_.back().get();
    operands_.back().strides = dims_.back().get() + ndim;
}

void Operands::add_whole(const Tape& tape, Slot last, Kind kind, Dtype dtype, bool deferred,
                         std::size_t from) {
    ArrayOperand operand;
    operand.kind = kind;
    operand.deferred = deferred;
    operand.dtype = dtype;
    operand.first = last;
    operand.extent = tape.extent_at(last);
    std::int64_t length = 1;
    std::int64_t const stride = 1;
    if (operand.extent != no_extent) {
        Extent const& extent = tape.extents[operand.extent];
        operand.first = extent.first;
        operand.slots = extent.slots;
        operand.ndim = 1;
        length = std::int64_t{extent.slots} * 8 / static_cast<std::int64_t>(item_size(dtype));
    }
    for (std::size_t i = from; i < operands_.size(); ++i)
        if (operands_[i].first == operand.first) return;
    operand.shape = &length;
    operand.strides = &stride;
    add(operand);
}

std::vector<py::object> Operands::read(Places<const double> places) const {
    std::vector<py::object> arrays;
    for (ArrayOperand const& each : operands_) arrays.push_back(array_at(places.at(each), each));
    return arrays;
}

}  // namespace autodiffx::bindings

// The operands and results of a segment: views with shapes and strides, and their numbers.
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

Computed::Computed(const std::vector<py::object>& values) {
    for (py::object const& each : values) {
        arrays.push_back(operand_from_numpy(each.ptr()));
        dtypes.push_back(arrays.back()->dtype);
        dtype = std::min(dtype, dtypes.back());
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (dtypes[i] != dtype) {
            py::object const wide = values[i].attr("astype")(dtype_to_python(dtype));
            arrays[i] = operand_from_numpy(wide.ptr());
        }
    }
    for (auto const& each : arrays) {
        ExternalResult result;
        result.ndim = static_cast<int>(each->shape.size());
        result.shape = each->shape.data();
        result.packed = each->value.data();
        results.push_back(result);
    }
}

ArrayOperand part_of(const ArrayResult& extent, const ExternalResult& result,
                     std::int64_t (&strides)[max_ndim]) {
    dense_strides(result.shape, result.ndim, strides);
    ArrayOperand part;
    part.first = extent.first;
    part.extent = extent.extent;
    part.slots = extent.slots;
    part.offset = result.offset;
    part.ndim = result.ndim;
    part.shape = result.shape;
    part.strides = strides;
    part.dtype = extent.dtype;
    part.kind = extent.kind;
    part.deferred = extent.deferred;
    return part;
}

}  // namespace autodiffx::bindings

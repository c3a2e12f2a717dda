// Arrays long enough to lie apart from the slots whatever the variation, and what they take.
#pragma once

#include <vector>

#include "arrays.hpp"

namespace recording {

using autodiffx::record_array;

inline constexpr std::int64_t length = 100;
inline constexpr std::size_t one = 896;  // bytes that an array of so many takes

inline Elements counted(double from, double step) {
    Elements result(length);
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = from + step * double(i);
    return result;
}
template <class Function>
Elements each_of(const Elements& x, Function function) {
    Elements result;
    for (double each : x) result.push_back(function(each));
    return result;
}

inline ArrayResult apply(Tape& tape, Op op, const ArrayOperand& operand) {
    return record_array(tape, op, &operand);
}
inline ArrayResult apply(Tape& tape, Op op, const ArrayOperand& a, const ArrayOperand& b) {
    ArrayOperand const operands[] = {a, b};
    return record_array(tape, op, operands);
}

inline Elements const ones(length, 1.0);

// Bytes in use that were not when it began.
struct Since {
    std::size_t const begun = autodiffx::Memory::in_use();
    [[nodiscard]] std::size_t bytes() const { return autodiffx::Memory::in_use() - begun; }
    [[nodiscard]] std::size_t arrays() const { return bytes() / one; }
};

}  // namespace recording

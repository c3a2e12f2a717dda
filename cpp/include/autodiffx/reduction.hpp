// Reduction: how the elements of an operand fall to those of a result, line by line.
#pragma once

#include <algorithm>

#include "autodiffx/array.hpp"
#include "autodiffx/inline.hpp"

namespace autodiffx {

// Elements along the inner loop, and the one of the result, or those, that they are reduced to.
template <class T>
struct Line {
    const T* x;
    std::int64_t step, to, to_step;
    std::int64_t length;
    std::int64_t done;  // elements of the block before them
};

// Nested loops over an operand and the result, which is a row of elements.
template <class T>
struct Reduction {
    const T* x;
    const std::int64_t *x_strides, *result_strides, *lengths;
    int loops;

    // Of a record's first operand, whose extent begins at `operand`.
    Reduction(const ArrayRecord& record, const double* operand)
        : x(reinterpret_cast<const T*>(operand) + record.operand(0).offset),
          x_strides(record.operand(0).strides),
          result_strides(record.result().strides),
          lengths(record.lengths()),
          loops(record.loops()) {}

    // Calls use(line) for the lines of a block that begins at `from`.
    template <class Use>
    AUTODIFFX_INLINE void for_each_line(std::int64_t from, std::int64_t count, Use use) const {
        if (count == 0) return;  // lengths may be zero
        std::int64_t at[max_ndim], rest = from;
        int const inner = loops - 1;
        Line<T> line{x, x_strides[inner], 0, result_strides[inner], 0, 0};
        for (int i = loops; i-- > 0; rest /= lengths[i]) {
            at[i] = rest % lengths[i];
            line.x += at[i] * x_strides[i];
            line.to += at[i] * result_strides[i];
        }
        while (line.done < count) {
            line.length = std::min(count - line.done, lengths[inner] - at[inner]);
            use(static_cast<const Line<T>&>(line));
            line.done += line.length;
            line.x += line.length * line.step;
            line.to += line.length * line.to_step;
            at[inner] += line.length;
            for (int i = inner; i > 0 && at[i] == lengths[i]; --i) {
                line.x += x_strides[i - 1] - x_strides[i] * lengths[i];
                line.to += result_strides[i - 1] - result_strides[i] * lengths[i];
                at[i] = 0;
                ++at[i - 1];
            }
        }
    }
};

}  // namespace autodiffx

// Matrix: where a matrix lies, and products of such.
#pragma once

#include <algorithm>
#include <cstdint>

namespace autodiffx {

// A matrix where it lies; strides in elements.
template <class T>
struct Matrix {
    T* data;
    std::int64_t rows, columns, row_step, column_step;

    [[nodiscard]] Matrix transposed() const { return {data, columns, rows, column_step, row_step}; }
    [[nodiscard]] T& at(std::int64_t i, std::int64_t j) const {
        return data[i * row_step + j * column_step];
    }
    // Whether the elements of a row are neighbours, and the rows at least a row apart.
    [[nodiscard]] bool has_rows() const {
        return (column_step == 1 || columns == 1) && (row_step >= columns || rows == 1);
    }
    [[nodiscard]] int row_distance() const {
        return static_cast<int>(std::max<std::int64_t>(rows == 1 ? columns : row_step, 1));
    }
};

// c += a b, or c = a b.
template <class T>
void multiply(Matrix<T> a, Matrix<T> b, Matrix<T> c, bool adds);

// c += a b, or c = a b, of a derivative and a value. If it does not add, no element of c stands
// for another.
template <class T>
void pass(const Matrix<T>& a, const Matrix<T>& b, const Matrix<T>& c, bool adds);

}  // namespace autodiffx

// View: how an array lies in the slots.
//
// An array takes neighbouring slots, its extent. A view shows some of its elements: where the
// first stands and how far it is to the next along each axis. Making one costs no statement, and
// what is written into an element is seen by every view of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace autodiffx {

using Slot = std::uint32_t;

enum class Dtype : std::uint8_t { float64, float32, boolean };

inline std::size_t item_size(Dtype dtype) {
    return dtype == Dtype::float64 ? 8 : dtype == Dtype::float32 ? 4 : 1;
}

// NumPy's limit.
inline constexpr int max_ndim = 64;

// The slots that so many elements take: float64 one each, smaller ones packed.
// An array without elements takes one slot, so that it has a place.
std::size_t slots_for(std::int64_t elements, Dtype dtype);

// Elements of a shape. Throws std::length_error if there are more than slots.
std::int64_t elements_of(const std::int64_t* shape, int ndim);

// Strides in elements of an array in C order.
void dense_strides(const std::int64_t* shape, int ndim, std::int64_t* strides);

// A view as an operation sees it. Shape and strides (in elements) belong to whoever made it.
struct View {
    Slot first = 0;           // of the array's extent
    std::uint32_t slots = 1;  // of the array's extent
    std::int64_t offset = 0;  // elements from the array's first to the view's first
    const std::int64_t* shape = nullptr;
    const std::int64_t* strides = nullptr;
    int ndim = 0;
    Dtype dtype = Dtype::float64;

    [[nodiscard]] Slot last() const { return first + slots - 1; }
};

// The shape that operands broadcast to. Throws shape_error, worded as NumPy's own.
struct shape_error : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};
int broadcast_shape(const View* views, int count, std::int64_t (&shape)[max_ndim]);

// "(3,)", "(2, 4)": as NumPy's messages have it.
std::string shape_text(const std::int64_t* shape, int ndim);

// Strides of a view in a larger shape, zero where it repeats.
void broadcast_strides(const View& view, int ndim, std::int64_t* strides);

// The same where the larger shape is given, as in an assignment: axes of length one that the view
// has in front of it are left out. Throws shape_error.
void broadcast_into(const View& view, const std::int64_t* shape, int ndim, std::int64_t* strides);

// Joins neighbouring axes along which all of `count` stride lists go on evenly, and drops axes of
// length one: fewer and longer runs, in the same order. `lists` holds `count` times max_ndim
// strides. Returns the number of axes left, at least one.
int join_axes(std::int64_t* lengths, std::int64_t* lists, int count, int ndim);

}  // namespace autodiffx

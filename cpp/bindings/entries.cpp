// Entries: from views to places, and from places to lanes.
#include "entries.hpp"

#include <algorithm>
#include <cstring>

namespace autodiffx::bindings {

// One seed at a time costs less than so many lanes of which few are used.
static constexpr std::size_t few_seeds = 3;
// Lanes take so many times the memory of the recording.
static constexpr std::size_t most_lane_bytes = std::size_t{1} << 28;

bool are_lanes_worth(std::size_t seeds, std::size_t slots) {
    return seeds > few_seeds && slots < most_lane_bytes / (Lanes::count * sizeof(double));
}

void set_part(const py::object& matrix, const py::object& place, const py::object& numbers) {
    py::object const all = py::module_::import("numpy").attr("ravel")(numbers);
    if (PyObject_SetItem(matrix.ptr(), place.ptr(), all.ptr()) != 0) throw py::error_already_set();
}

std::size_t number_of_elements(PyObject* object) {
    if (is_array(object)) return static_cast<std::size_t>(view_of(object).size);
    return is_ndarray(object) ? py::cast<std::size_t>(py::handle(object).attr("size")) : 1;
}

ArrayPart Entries::part_of(const Tape& tape, PyObject* object) {
    ArrayPart part{};
    part.first = handle_of(object).slot;
    part.slots = 1;
    part.extent = no_extent;
    part.dtype = Dtype::float64;
    if (!is_array(object)) return part;
    part.dtype = view_of(object).dtype;
    part.slots = view_of(object).slots;
    part.first = part.first + 1 - part.slots;
    part.extent = tape.extent_at(part.first);
    return part;
}

Entries::Entries(const Tape& tape, PyObject* object) : part(part_of(tape, object)) {
    if (!is_array(object)) return;
    ArrayView const& view = view_of(object);
    places.clear();
    std::int64_t at[max_ndim] = {};
    for (std::int64_t i = 0; i < view.size; ++i) {
        std::int64_t place = view.offset;
        for (int axis = 0; axis < view.ndim; ++axis) place += at[axis] * view.strides()[axis];
        places.push_back(static_cast<std::size_t>(place));
        for (int axis = view.ndim; axis-- > 0;) {
            if (++at[axis] < view.shape()[axis]) break;
            at[axis] = 0;
        }
    }
}

void Entries::put(double* slots, std::size_t entry, double number) const {
    if (dtype() == Dtype::float64) {
        slots[places[entry]] = number;
    } else {
        auto const single = static_cast<float>(number);
        std::memcpy(reinterpret_cast<char*>(slots) + places[entry] * sizeof single, &single,
                    sizeof single);
    }
}

void Entries::seed(Lanes& lanes, std::size_t from) const {
    for_each_lane(from, [&](std::size_t entry, std::size_t lane) {
        lanes.set_element(part, places[entry], lane, 1.0);
        auto const place = static_cast<std::int64_t>(places[entry]);
        Support support = lanes.support(part);
        support.include(place, place);
        lanes.set_support(part, support);
    });
    if (dtype() != Dtype::float64) lanes.fill(part);
}

void Entries::copy_row(Lanes& lanes, std::size_t entry, const NewMatrix& to,
                       std::size_t column) const {
    std::size_t const count = std::min(Lanes::count, to.columns - column);
    if (dtype() != Dtype::float64 || to.dtype != Dtype::float64) {
        for (std::size_t lane = 0; lane < count; ++lane)
            to.set(entry, column + lane, read(lanes, entry, lane));
        return;
    }
    Support const support = lanes.support(part);
    auto const place = static_cast<std::int64_t>(places[entry]);
    if (place < support.from || place >= support.to) return;  // zeros, as there are
    std::memcpy(static_cast<double*>(to.elements) + entry * to.columns + column,
                lanes.at(part) + places[entry] * Lanes::count, count * sizeof(double));
}

void Entries::copy_column(Lanes& lanes, std::size_t entry, const NewMatrix& to, std::size_t row,
                          std::size_t count) const {
    if (dtype() != Dtype::float64 || to.dtype != Dtype::float64) {
        for (std::size_t lane = 0; lane < count; ++lane)
            to.set(row + lane, entry, read(lanes, entry, lane));
        return;
    }
    const double* const from = lanes.at(part) + places[entry] * Lanes::count;
    double* const first = static_cast<double*>(to.elements) + row * to.columns + entry;
    for (std::size_t lane = 0; lane < count; ++lane) first[lane * to.columns] = from[lane];
}

py::object Entries::tangents_in(const Adjoints<dual<double>>& adjoints, PyObject* object) const {
    auto const found = [&](std::size_t entry) {
        return adjoints.at(part.first + places[entry]).tangent;
    };
    if (!is_array(object)) return py::float_(found(0));
    NewMatrix const row = new_matrix(1, size(), Dtype::float64);
    for (std::size_t k = 0; k < size(); ++k) row.set(0, k, found(k));
    return row.array.attr("reshape")(py::handle(object).attr("shape"));
}

}  // namespace autodiffx::bindings

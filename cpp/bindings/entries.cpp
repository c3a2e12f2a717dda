// Entries: from views to places, and from places to lanes.
#include "entries.hpp"

#include <cstring>

namespace autodiffx::bindings {

std::size_t number_of_elements(PyObject* object) {
    return is_array(object) ? static_cast<std::size_t>(view_of(object).size) : 1;
}

Entries::Entries(PyObject* object) : first(handle_of(object).slot) {
    if (!is_array(object)) return;
    ArrayView const& view = view_of(object);
    first = first + 1 - view.slots;
    dtype = view.dtype;
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
    if (dtype == Dtype::float64) {
        slots[places[entry]] = number;
    } else {
        auto const single = static_cast<float>(number);
        std::memcpy(reinterpret_cast<char*>(slots) + places[entry] * sizeof single, &single,
                    sizeof single);
    }
}

void Entries::seed(Lanes& lanes, std::size_t from, double number) const {
    for_each_lane(from, [&](std::size_t entry, std::size_t lane) {
        lanes.set_element(first, places[entry], lane, dtype, number);
    });
}

std::vector<Slot> Entries::slots(std::size_t from) const {
    std::vector<Slot> all;
    for_each_lane(from, [&](std::size_t entry, std::size_t) {
        std::size_t const place = dtype == Dtype::float64 ? places[entry] : places[entry] / 2;
        all.push_back(first + static_cast<Slot>(place));
    });
    return all;
}

}  // namespace autodiffx::bindings

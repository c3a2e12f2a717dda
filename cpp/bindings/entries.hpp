// The elements of an output or an argument one by one: where each lies, to be a seed or be read.
#pragma once

#include <vector>

#include "arrays.hpp"
#include "autodiffx/lanes.hpp"

namespace autodiffx::bindings {

// Whether to sweep so many seeds in lanes over a recording of so many slots, or one by one.
bool are_lanes_worth(std::size_t seeds, std::size_t slots);
// matrix[place] = numbers of any shape
void set_part(const py::object& matrix, const py::object& place, const py::object& numbers);
// How many there are: of a number one.
std::size_t number_of_elements(PyObject* object);

// Of a Variable with slots.
struct Entries {
    ArrayPart part{};                    // the slots alone; a number has no extent
    std::vector<std::size_t> places{0};  // from the first slot on, in NumPy's order

    Entries(const Tape& tape, PyObject* object);
    static ArrayPart part_of(const Tape& tape, PyObject* object);

    [[nodiscard]] std::size_t size() const { return places.size(); }
    [[nodiscard]] Dtype dtype() const { return part.dtype; }
    // Puts a number into the slots of the extent.
    void put(double* slots, std::size_t entry, double number) const;

    // Calls use(entry, lane) for those from `from` on, as many as there are lanes.
    template <class Use>
    void for_each_lane(std::size_t from, Use use) const {
        for (std::size_t lane = 0; lane < Lanes::count && from + lane < size(); ++lane)
            use(from + lane, lane);
    }
    // Each of these is one in a lane of its own.
    void seed(Lanes& lanes, std::size_t from) const;
    // The lanes of an entry into a row of a new matrix, from a column on.
    void copy_row(Lanes& lanes, std::size_t entry, const NewMatrix& to, std::size_t column) const;
    // The lanes of an entry into the column of that number, from a row on.
    void copy_column(Lanes& lanes, std::size_t entry, const NewMatrix& to, std::size_t row,
                     std::size_t count) const;
    // The tangents of adjoints, as a number or an array of float64.
    [[nodiscard]] py::object tangents_in(const Adjoints<dual<double>>& adjoints,
                                         PyObject* object) const;
    [[nodiscard]] double read(Lanes& lanes, std::size_t entry, std::size_t lane) const {
        return lanes.element(part, places[entry], lane);
    }
};

}  // namespace autodiffx::bindings

// Gradients by leaf.
#pragma once

#include <unordered_map>
#include <vector>

#include "arrays.hpp"

namespace autodiffx::bindings {

// What was found for each leaf, added up: one number, or the packed elements of an array.
class LeafSums {
public:
    // Makes the leaf known, with zero.
    void add(Leaf& leaf) {
        if (!sums_.emplace(&leaf, Buffer<double>(leaf.slots(), 0.0)).second) return;
        order_.push_back(&leaf);
    }
    void add(const LeafAdjoint& found) {
        add(*found.leaf);
        double* const sum = sums_[found.leaf].writable();
        if (found.extent.empty()) sum[0] += found.adjoint;
        else add_packed(sum, found.extent, found.leaf->array->dtype);
    }
    [[nodiscard]] bool contains(const Leaf* leaf) const { return sums_.count(leaf) != 0; }
    // A float, or an array of what the Variable shows of the leaf.
    [[nodiscard]] py::object read(const py::object& variable) const {
        Handle const& handle = handle_of(variable.ptr());
        Buffer<double> const& sum = sums_.at(handle.leaf);
        if (handle.array) return to_numpy(sum.data(), view_of(variable.ptr()), true);
        return py::float_(sum[handle.slot]);
    }
    [[nodiscard]] py::dict to_dict() const {
        py::dict result;
        for (Leaf* leaf : order_) {
            auto const variable = py::reinterpret_steal<py::object>(object_of_leaf(*leaf));
            result[variable] = read(variable);
        }
        return result;
    }

private:
    std::unordered_map<const Leaf*, Buffer<double>> sums_;
    std::vector<Leaf*> order_;
};

}  // namespace autodiffx::bindings

// GradientGraph: the gradient of a Graph's last value.
#pragma once

#include <vector>

#include "leaf_sums.hpp"

namespace autodiffx::bindings {

// Gradients of a graph's last value, taken once.
class GradientGraph {
public:
    GradientGraph(py::object graph, LeafSums by_leaf, std::vector<double> by_slot, Tape* tape)
        : graph_(std::move(graph)),
          by_leaf_(std::move(by_leaf)),
          by_slot_(std::move(by_slot)),
          tape_(tape) {}

    [[nodiscard]] py::object wrt(const py::object& variable) const;
    [[nodiscard]] py::object graph() const { return graph_; }

private:
    py::object graph_;
    LeafSums by_leaf_;
    std::vector<double> by_slot_;
    Tape* tape_;  // kept alive by the graph
};
void register_gradient_graph(py::module_& module);

}  // namespace autodiffx::bindings

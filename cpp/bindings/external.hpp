// Kernels written in Python: what the files about them share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "autodiffx/external.hpp"

namespace autodiffx::bindings {

// ---- arrays that kernels see: external_arrays.cpp ------------------------------------

// A copy of a view of an extent.
py::object array_at(const double* extent, const View& view);
// One component of dual numbers, which stand side by side as their dtype is packed.
py::object array_at(const dual<double>* extent, const View& view, int component);
// What a kernel returned as elements for a view. Throws ValueError for another shape.
std::unique_ptr<LeafArray> elements_for(const View& view, const py::object& array,
                                        const std::string& what);
// Adds elements to those of a view, in slots of so many numbers each.
void add_to(void* extent, const View& view, const LeafArray& elements, int components,
            int component);
// Puts elements in place of those of a result, which lie densely.
void put_in(double* extent, const View& view, const LeafArray& elements);

struct OperandOfTape {
    ArrayOperand operand;
    std::vector<std::int64_t> dims;  // of what has no view of its own
};
// A Variable, ndarray or number under the name of the tape in use.
OperandOfTape place_operand(Tape& tape, const py::object& object);
// An operand as a Variable.
py::object object_of_operand(Tape& tape, const ArrayOperand& operand);
// The operands of an external statement as Variables.
py::tuple inputs_of_external(Tape& tape, const Statement& statement);

void register_externals(py::module_& module);

}  // namespace autodiffx::bindings

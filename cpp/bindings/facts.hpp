// What a row of the operator table says, as data: for what is done to every operator alike.
#pragma once

#include "autodiffx/op.hpp"

namespace autodiffx::bindings {

struct RowFacts {
    std::string_view name;
    int arity;
    Visibility visibility;
    Smoothness smoothness;
    const Interval* intervals;
    const char* const* partial_texts;
    const char* note;
    double (*primal)(const double* operands);
};

const RowFacts& facts_of(Op op);

}  // namespace autodiffx::bindings

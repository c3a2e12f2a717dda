// The operator table as a Python dict: OPS.
#include <pybind11/stl.h>

#include "common.hpp"

namespace autodiffx::bindings {

namespace {

struct Operator {
    std::string name;
    int arity;
    bool open;
    std::string smoothness;
    std::vector<std::pair<double, double>> intervals;
    std::vector<std::string> partials;
    std::string note;
};

const char* text_of(Smoothness smoothness) {
    switch (smoothness) {
        case Smoothness::smooth:
            return "smooth";
        case Smoothness::kinked:
            return "kinked";
        case Smoothness::stepped:
            return "stepped";
        case Smoothness::passive:
            return "passive";
    }
    return "";
}

template <Op op>
Operator facts() {
    using R = Row<op>;
    Operator result{std::string(R::name),
                    R::arity,
                    R::visibility == Visibility::open,
                    text_of(R::smoothness),
                    {},
                    {},
                    R::note};
    for (int i = 0; i < R::arity; ++i) {
        result.intervals.emplace_back(R::intervals[i].low, R::intervals[i].high);
        result.partials.emplace_back(R::partial_texts[i]);
    }
    return result;
}

}  // namespace

void register_table(py::module_& module) {
    py::class_<Operator>(module, "Operator", "What the table says of one operator.")
        .def_readonly("name", &Operator::name)
        .def_readonly("arity", &Operator::arity)
        .def_readonly("public", &Operator::open)
        .def_readonly("smoothness", &Operator::smoothness)
        .def_readonly("intervals", &Operator::intervals)
        .def_readonly("partials", &Operator::partials)
        .def_readonly("note", &Operator::note)
        .def("__repr__", [](const Operator& self) { return "<Operator " + self.name + ">"; });
    py::dict operators;
#define UNARY(name_, ...) operators[#name_] = facts<Op::name_>();
#define BINARY(name_, ...) operators[#name_] = facts<Op::name_>();
#define TERNARY(name_, ...) operators[#name_] = facts<Op::name_>();
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    module.attr("OPS") = operators;
}

}  // namespace autodiffx::bindings

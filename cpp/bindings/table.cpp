// The operator table as a Python dict: OPS.
#include <pybind11/stl.h>

#include "facts.hpp"
#include "number.hpp"

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
    Op op;
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

void check_count(const Operator& self, std::size_t given, std::size_t wanted) {
    if (given == wanted) return;
    raise_type_error(self.name + " has " + std::to_string(self.arity) + " operands: expected " +
                     std::to_string(wanted) + " arguments, got " + std::to_string(given));
}

py::object apply_operator(const Operator& self, const py::args& operands) {
    check_count(self, operands.size(), static_cast<std::size_t>(self.arity));
    std::vector<PyObject*> pointers;
    for (py::handle each : operands) pointers.push_back(each.ptr());
    return py::reinterpret_steal<py::object>(apply_or_raise(self.op, pointers.data()));
}

py::object apply_partial(const Operator& self, int index, const py::args& operands) {
    check_count(self, operands.size(), static_cast<std::size_t>(self.arity) + 1);
    if (index < 0 || index >= self.arity) {
        throw py::index_error(self.name + " has " + std::to_string(self.arity) +
                              " operands, counted from 0, and no operand " + std::to_string(index));
    }
    std::vector<Number> numbers;
    for (py::handle each : operands) numbers.emplace_back(py::reinterpret_borrow<py::object>(each));
    return partial_of(self.op, index, numbers.data(), numbers.back()).to_python();
}

template <Op op>
constexpr RowFacts row_facts() {
    using R = Row<op>;
    return {R::name,
            R::arity,
            R::visibility,
            R::smoothness,
            R::intervals,
            R::partial_texts,
            R::note,
            [](const double* operands) {
                if constexpr (R::arity == 1) return R::primal(operands[0]);
                else if constexpr (R::arity == 2) return R::primal(operands[0], operands[1]);
                else return R::primal(operands[0], operands[1], operands[2]);
            }};
}
constexpr RowFacts all_facts[] = {
#define UNARY(name, ...) row_facts<Op::name>(),
#define BINARY(name, ...) row_facts<Op::name>(),
#define TERNARY(name, ...) row_facts<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

Operator operator_of(Op op) {
    RowFacts const& row = facts_of(op);
    Operator result{std::string(row.name),
                    row.arity,
                    row.visibility == Visibility::open,
                    text_of(row.smoothness),
                    {},
                    {},
                    row.note,
                    op};
    for (int i = 0; i < row.arity; ++i) {
        result.intervals.emplace_back(row.intervals[i].low, row.intervals[i].high);
        result.partials.emplace_back(row.partial_texts[i]);
    }
    return result;
}

}  // namespace

const RowFacts& facts_of(Op op) { return all_facts[static_cast<std::size_t>(op)]; }

void register_table(py::module_& module) {
    py::class_<Operator>(module, "Operator",
                         "What the table says of one operator.\n\n"
                         ">>> OPS['sin'].partials, OPS['sin'].smoothness\n"
                         "(['cos(a)'], 'smooth')\n")
        .def_readonly("name", &Operator::name, "The name of its row.")
        .def_readonly("arity", &Operator::arity, "How many operands it takes.")
        .def_readonly("public", &Operator::open, "Whether the package has a function of its name.")
        .def_readonly(
            "smoothness", &Operator::smoothness,
            "\"smooth\", \"kinked\", \"stepped\" with derivative 0, or \"passive\" without.")
        .def_readonly("intervals", &Operator::intervals,
                      "The lowest and the highest value that tests draw for each operand.")
        .def_readonly("partials", &Operator::partials,
                      "The partial by each operand, in operands a, b, c, the result r and "
                      "other operators.")
        .def_readonly("note", &Operator::note, "What holds at kinks and at ends of the domain.")
        .def("__call__", &apply_operator,
             "The operator of numbers of any kind, hidden rows included.\n\n"
             ">>> OPS['add'](1.0, 2.0)\n3.0\n")
        .def("partial", &apply_partial, py::arg("index"),
             "partial(index, a, ..., r): the partial by an operand, at operands and result of any "
             "kind.\n\n>>> OPS['divide'].partial(1, 1.0, 2.0, 0.5)\n-0.25\n")
        .def("__repr__", [](const Operator& self) { return "<Operator " + self.name + ">"; });
    py::dict operators;
    for (std::size_t i = 0; i < table_size; ++i) {
        Operator const made = operator_of(static_cast<Op>(i));
        operators[made.name.c_str()] = made;
    }
    module.attr("OPS") = operators;
}

}  // namespace autodiffx::bindings

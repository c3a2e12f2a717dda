// Operators on any mixture of plain numbers, Variables and Duals.
#include <algorithm>

#include "arrays.hpp"
#include "autodiffx/external.hpp"
#include "functions.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

namespace {

// Keeps a chain of nested levels from running over the C stack.
struct Depth {
    Depth() {
        if (Py_EnterRecursiveCall(" while applying an operator to nested Duals") != 0)
            throw py::error_already_set();
    }
    ~Depth() { Py_LeaveRecursiveCall(); }
};

// What the table says of an operator, for numbers of Python's.
struct Rule {
    Number (*primal)(const Number* values);
    Number (*partials[3])(const Number* values, const Number& r);
    int arity;
    int first;  // the first operand that is calculated with: the condition of a choice is not
    bool passive;
};
template <Op op, std::size_t... i>
Number primal_by(const Number* values, std::index_sequence<i...>) {
    return Number::apply<op>(values[i]...);
}
template <Op op, int of, std::size_t... i>
Number partial_by(const Number* values, const Number& r, std::index_sequence<i...>) {
    return Row<op>::template partial<of>(values[i]..., r);
}
template <Op op>
constexpr Rule rule_of() {
    constexpr int arity = Row<op>::arity;
    using indices = std::make_index_sequence<arity>;
    Rule rule{[](const Number* values) { return primal_by<op>(values, indices{}); },
              {[](const Number* values, const Number& r) {
                  return partial_by<op, 0>(values, r, indices{});
              }},
              arity,
              op == Op::where ? 1 : 0,
              Row<op>::smoothness == Smoothness::passive};
    if constexpr (arity > 1) {
        rule.partials[1] = [](const Number* values, const Number& r) {
            return partial_by<op, 1>(values, r, indices{});
        };
    }
    if constexpr (arity > 2) {
        rule.partials[2] = [](const Number* values, const Number& r) {
            return partial_by<op, 2>(values, r, indices{});
        };
    }
    return rule;
}
constexpr Rule rules[] = {
#define UNARY(name, ...) rule_of<Op::name>(),
#define BINARY(name, ...) rule_of<Op::name>(),
#define TERNARY(name, ...) rule_of<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

// Gives the result arrays of its own: neither an operand, which may be written into, nor one array
// twice. Recorded ones may be shared, since Duals do not write into those.
void own(Number& r, Number& tangent, int arity, const Number* values, const Number* tangents) {
    auto const copied = [](Number& number, auto... others) {
        if (is_variable(number.object.ptr())) return;
        if ((number.object.is(others) || ...)) {
            number = Number(py::object(number.object.attr("copy")()));
        }
    };
    for (int i = 0; i < arity; ++i) {
        copied(r, values[i].object, tangents[i].object);
        copied(tangent, values[i].object, tangents[i].object);
    }
    copied(tangent, r.object);
}

// The forward rule: r = op(values), and its tangent the sum of tangent times
// partial over the arguments of the highest level; the others are constants to it.
PyObject* apply_to_duals(Op op, PyObject* const* arguments) {
    Depth const depth;
    Rule const& rule = rules[static_cast<std::size_t>(op)];
    int const arity = rule.arity;
    long long level = std::numeric_limits<long long>::min();
    for (int i = 0; i < arity; ++i) {
        if (is_dual(arguments[i])) level = std::max(level, dual_of(arguments[i]).level);
    }
    Number values[3], tangents[3];
    bool array = false;
    for (int i = 0; i < arity; ++i) array = array || is_array_like(arguments[i]);
    for (int i = 0; i < arity; ++i) {
        if (is_dual(arguments[i]) && dual_of(arguments[i]).level == level) {
            values[i] = dual_of(arguments[i]).value;
            tangents[i] = dual_of(arguments[i]).tangent;
        } else {
            double number;
            if (is_dual(arguments[i]) || is_variable(arguments[i]) || is_ndarray(arguments[i])) {
                values[i] = Number(py::reinterpret_borrow<py::object>(arguments[i]));
            } else if (!read_number(arguments[i], number)) {
                return apply_to_lists(op, arguments);
            } else if (array && !PyLong_Check(arguments[i])) {
                // NumPy's numbers have a say in the dtype.
                values[i] = Number(py::reinterpret_borrow<py::object>(arguments[i]));
            } else {
                values[i] = Number(number);
            }
        }
    }
    Number r = rule.primal(values);
    if (rule.passive) {
        if (r.is_plain()) return PyBool_FromLong(r.value != 0.0);
        return r.to_python().release().ptr();
    }
    // Values and tangents in the dtype of the result; one operand has it already.
    for (int i = rule.first; array && arity > 1 && i < arity; ++i) {
        values[i] = aligned(std::move(values[i]), r);
        tangents[i] = aligned(std::move(tangents[i]), r);
    }
    Number tangent;
    for (int i = 0; i < arity; ++i) {
        if (!tangents[i].is(0.0))
            tangent = tangent + chain(tangents[i], rule.partials[i](values, r));
    }
    if (array) {
        tangent = fitted(std::move(tangent), r);
        own(r, tangent, arity, values, tangents);
    }
    return new_dual(std::move(r), std::move(tangent), level);
}

template <Op op, std::size_t... i>
double primal_of(const double* values, std::index_sequence<i...>) {
    return Row<op>::primal(values[i]...);
}
template <Op op, std::size_t... i>
Operand record_of(Tape& tape, const Operand* operands, std::index_sequence<i...>) {
    return record<op>(tape, operands[i]...);
}

// What the arguments of an operator are, all in all.
enum class Arguments : std::uint8_t {
    numbers,
    constants,
    recorded,
    arrays,
    ndarrays,
    duals,
    other
};

// Said apart for each arity, not for each operator. Sets `values` of numbers and constants,
// `operands` of what is recorded.
template <int arity>
Arguments read(Tape& tape, PyObject* const* arguments, double* values, Operand* operands) {
    Term terms[arity];
    bool constant = true, variable = false, array = false;
    for (int i = 0; i < arity; ++i) {
        Found const found = find_term(tape, arguments[i], terms[i]);
        if (found == Found::dual) return Arguments::duals;
        if (found == Found::array) array = true;
        // A later Dual does not make this a number.
        if (found == Found::none) return Arguments::other;
        constant = constant && terms[i].operand.kind == Kind::constant;
        variable = variable || terms[i].variable;
    }
    if (array) return variable ? Arguments::arrays : Arguments::ndarrays;
    if (constant) {
        for (int i = 0; i < arity; ++i) values[i] = terms[i].value;
        return variable ? Arguments::constants : Arguments::numbers;
    }
    for (int i = 0; i < arity; ++i) operands[i] = place(tape, terms[i]);
    return Arguments::recorded;
}

template <Op op>
PyObject* apply_to_any(PyObject* const* arguments) {
    constexpr int arity = Row<op>::arity;
    using indices = std::make_index_sequence<arity>;
    Tape& tape = current_tape();
    tape.make_room();
    double values[arity];
    Operand operands[arity];
    switch (read<arity>(tape, arguments, values, operands)) {
        case Arguments::recorded:
            return new_result(tape, record_of<op>(tape, operands, indices{}));
        case Arguments::constants:
            return new_constant(primal_of<op>(values, indices{}));
        case Arguments::numbers:
            if (Row<op>::smoothness == Smoothness::passive)
                return PyBool_FromLong(primal_of<op>(values, indices{}) != 0.0);
            return PyFloat_FromDouble(primal_of<op>(values, indices{}));
        case Arguments::arrays:
            return apply_to_arrays(op, arguments);
        case Arguments::ndarrays:
            return apply_to_ndarrays(op, arguments);
        case Arguments::duals:
            return apply_to_duals(op, arguments);
        case Arguments::other:
            break;
    }
    return apply_to_lists(op, arguments);
}

}  // namespace

const Apply applications[] = {
#define UNARY(name, ...) apply_to_any<Op::name>,
#define BINARY(name, ...) apply_to_any<Op::name>,
#define TERNARY(name, ...) apply_to_any<Op::name>,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

Number partial_of(Op op, int index, const Number* operands, const Number& result) {
    return rules[static_cast<std::size_t>(op)].partials[index](operands, result);
}

std::string_view name_of(Op op) {
    static constexpr std::string_view names[] = {
#define UNARY(name, ...) #name,
#define BINARY(name, ...) #name,
#define TERNARY(name, ...) #name,
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
        "guard", "array", "write"};
    return names[static_cast<std::size_t>(op)];
}

std::string_view name_of(const Tape& tape, const Statement& statement) {
    if (!statement.is_array()) return name_of(statement.op);
    ArrayOp const op = ArrayRecord(tape, statement).op();
    static constexpr std::string_view names[] = {
        "spread", "sum",    "copy",   "astype", "gather", "fill", "assign", "take",
        "put",    "assign", "assign", "matmul", "max",    "min",  "shift",  "logsumexp"};
    static_assert(std::size(names) == static_cast<std::size_t>(ArrayOp::external) - table_size);
    if (is_elementwise(op)) return name_of(static_cast<Op>(op));
    if (op == ArrayOp::external) return external_of(tape, statement)->name();
    return names[static_cast<std::size_t>(op) - table_size];
}

py::object foreign_method_of(PyObject* object) {
    static PyObject* const name = PyUnicode_InternFromString("__autodiffx_apply__");
    PyObject* const type = reinterpret_cast<PyObject*>(Py_TYPE(object));
    PyObject* const method = PyObject_GetAttr(type, name);
    if (method == nullptr) PyErr_Clear();
    return py::reinterpret_steal<py::object>(method);
}

PyObject* apply_or_raise(Op op, PyObject* const* arguments) {
    PyObject* const result = apply(op, arguments);
    if (result == nullptr) throw py::error_already_set();
    if (result != Py_NotImplemented) return result;
    Py_DECREF(result);
    for (int i = 0; i < arity_of(op); ++i) {
        py::object const method = foreign_method_of(arguments[i]);
        if (!method) continue;
        py::tuple operands(arity_of(op));
        for (int k = 0; k < arity_of(op); ++k)
            operands[k] = py::reinterpret_borrow<py::object>(arguments[k]);
        py::object found = method(py::handle(arguments[i]), name_of(op), operands);
        if (found.ptr() != Py_NotImplemented) return found.release().ptr();
    }
    std::string types;
    for (int i = 0; i < arity_of(op); ++i)
        types += (i == 0 ? "'" : ", '") + type_name(arguments[i]) + "'";
    raise_type_error(std::string(name_of(op)) + "() takes numbers, Variables and Duals, got " +
                     types);
}

}  // namespace autodiffx::bindings

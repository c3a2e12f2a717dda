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

// Values and tangents in the dtype of the result; the condition of a choice stays what it is.
template <Op op>
void align(Number* values, Number* tangents, const Number& r) {
    if constexpr (Row<op>::smoothness != Smoothness::passive) {
        for (int i = op == Op::where ? 1 : 0; i < Row<op>::arity; ++i) {
            values[i] = aligned(std::move(values[i]), r);
            tangents[i] = aligned(std::move(tangents[i]), r);
        }
    }
}

// Gives the result arrays of its own: neither an operand, which may be written into, nor one array
// twice. Recorded ones may be shared, since Duals do not write into those.
template <int arity>
void own(Number& r, Number& tangent, const Number (&values)[arity],
         const Number (&tangents)[arity]) {
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
template <Op op>
PyObject* apply_to_duals(PyObject* const* arguments) {
    Depth const depth;
    constexpr int arity = Row<op>::arity;
    long long level = std::numeric_limits<long long>::min();
    for (int i = 0; i < arity; ++i) {
        if (is_dual(arguments[i])) level = std::max(level, dual_of(arguments[i]).level);
    }
    Number values[arity], tangents[arity];
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
                Py_RETURN_NOTIMPLEMENTED;
            } else if (array && !PyLong_Check(arguments[i])) {
                // NumPy's numbers have a say in the dtype.
                values[i] = Number(py::reinterpret_borrow<py::object>(arguments[i]));
            } else {
                values[i] = Number(number);
            }
        }
    }
    Number r, tangent;
    if constexpr (arity == 1) {
        r = Number::apply<op>(values[0]);
        if constexpr (Row<op>::smoothness != Smoothness::passive) {
            if (!tangents[0].is(0.0)) {
                tangent = chain(tangents[0], Row<op>::template partial<0>(values[0], r));
            }
        }
    } else if constexpr (arity == 2) {
        r = Number::apply<op>(values[0], values[1]);
        if (array) align<op>(values, tangents, r);
        if constexpr (Row<op>::smoothness != Smoothness::passive) {
            if (!tangents[0].is(0.0)) {
                tangent = chain(tangents[0], Row<op>::template partial<0>(values[0], values[1], r));
            }
            if (!tangents[1].is(0.0)) {
                tangent = tangent +
                          chain(tangents[1], Row<op>::template partial<1>(values[0], values[1], r));
            }
        }
    } else {
        r = Number::apply<op>(values[0], values[1], values[2]);
        if (array) align<op>(values, tangents, r);
        if constexpr (Row<op>::smoothness != Smoothness::passive) {
            if (!tangents[0].is(0.0)) {
                tangent = chain(tangents[0],
                                Row<op>::template partial<0>(values[0], values[1], values[2], r));
            }
            if (!tangents[1].is(0.0)) {
                tangent = tangent + chain(tangents[1], Row<op>::template partial<1>(
                                                           values[0], values[1], values[2], r));
            }
            if (!tangents[2].is(0.0)) {
                tangent = tangent + chain(tangents[2], Row<op>::template partial<2>(
                                                           values[0], values[1], values[2], r));
            }
        }
    }
    if constexpr (Row<op>::smoothness == Smoothness::passive) {
        if (r.is_plain()) return PyBool_FromLong(r.value != 0.0);
        return r.to_python().release().ptr();
    }
    if (array) {
        tangent = fitted(std::move(tangent), r);
        own(r, tangent, values, tangents);
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

template <Op op>
PyObject* apply_to_any(PyObject* const* arguments) {
    constexpr int arity = Row<op>::arity;
    constexpr bool passive = Row<op>::smoothness == Smoothness::passive;
    using indices = std::make_index_sequence<arity>;
    Tape& tape = current_tape();
    tape.make_room();
    Term terms[arity];
    bool constant = true, variable = false, array = false;
    for (int i = 0; i < arity; ++i) {
        Found const found = find_term(tape, arguments[i], terms[i]);
        if (found == Found::dual) {
            return apply_to_duals<op>(arguments);
        }
        if (found == Found::array) array = true;
        if (found == Found::none) {
            // A later Dual does not make this a number.
            Py_RETURN_NOTIMPLEMENTED;
        }
        constant = constant && terms[i].operand.kind == Kind::constant;
        variable = variable || terms[i].variable;
    }
    if (array) {
        return variable ? apply_to_arrays(op, arguments) : apply_to_ndarrays(op, arguments);
    }
    if (constant) {
        double values[arity];
        for (int i = 0; i < arity; ++i) values[i] = terms[i].value;
        double const result = primal_of<op>(values, indices{});
        if (variable) return new_constant(result);
        if constexpr (passive) return PyBool_FromLong(result != 0.0);
        else return PyFloat_FromDouble(result);
    }
    Operand operands[arity];
    for (int i = 0; i < arity; ++i) operands[i] = place(tape, terms[i]);
    return new_result(tape, record_of<op>(tape, operands, indices{}));
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

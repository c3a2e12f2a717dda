// Every public operator of the table as a function and as a method.
#include "functions.hpp"

#include <array>
#include <deque>
#include <string>

#include "arithmetic.hpp"
#include "facts.hpp"
#include "number.hpp"
#include "shortcut.hpp"

namespace autodiffx::bindings {

namespace {

// Operands that may be left out, from the end: name and value.
struct Default {
    Op op;
    const char* name;
    double value;
};
constexpr Default defaults[] = {{Op::leaky_relu, "negative_slope", 0.01}, {Op::elu, "alpha", 1.0}};

constexpr const Default* default_of(Op op) {
    for (Default const& entry : defaults) {
        if (entry.op == op) return &entry;
    }
    return nullptr;
}

void check_order(PyObject* order) {
    // Arrays have __index__ too, which fails for all but one integer.
    PyObject* const whole = is_variable(order) ? nullptr : PyNumber_Index(order);
    if (whole == nullptr) {
        PyErr_Clear();
        raise_type_error("the order of polygamma() is a plain non-negative int, got '" +
                         type_name(order) + "': it is not differentiable by the order");
    }
    if (py::cast<double>(py::reinterpret_steal<py::object>(whole)) < 0) {
        raise_value_error("the order of polygamma() is a plain non-negative int, got " +
                          std::string(py::repr(order)));
    }
}

[[noreturn]] void raise_count(const RowFacts& row, std::size_t count) {
    raise_type_error(std::string(row.name) + "() takes " + std::to_string(row.arity) +
                     " arguments, got " + std::to_string(count));
}

// Positional and keyword arguments in the operator's order.
PyObject* call(Op op, PyObject* const* arguments, std::size_t count, PyObject* keywords) {
    RowFacts const& row = facts_of(op);
    auto const arity = static_cast<std::size_t>(row.arity);
    const Default* const fallback = default_of(op);
    PyObject* all[3] = {};
    py::object filled;  // keeps the default alive
    if (count > arity) raise_count(row, count);
    for (std::size_t i = 0; i < count; ++i) all[i] = arguments[i];
    if (keywords != nullptr) {
        for (Py_ssize_t k = 0; k < PyTuple_GET_SIZE(keywords); ++k) {
            std::string const given =
                py::cast<std::string>(py::handle(PyTuple_GET_ITEM(keywords, k)));
            if (fallback == nullptr || given != fallback->name || all[arity - 1] != nullptr) {
                raise_type_error(std::string(row.name) + "() got an unexpected keyword argument '" +
                                 given + "'");
            }
            all[arity - 1] = arguments[count + static_cast<std::size_t>(k)];
        }
    }
    if (fallback != nullptr && all[arity - 1] == nullptr) {
        filled = py::float_(fallback->value);
        all[arity - 1] = filled.ptr();
    }
    for (std::size_t i = 0; i < arity; ++i) {
        if (all[i] == nullptr) raise_count(row, count);
    }
    if (op == Op::polygamma) check_order(all[0]);
    if (op == Op::power) return apply_or_raise(power_or_square(all[0], all[1]), all);
    return apply_or_raise(op, all);
}

// x.clip(0.0), x.clip(max=1.0): a bound may be left out.
PyObject* clip_method(PyObject* self, PyObject* const* arguments, std::size_t given,
                      PyObject* keywords) {
    std::vector<PyObject*> all{self};
    Py_ssize_t const named = keywords == nullptr ? 0 : PyTuple_GET_SIZE(keywords);
    all.insert(all.end(), arguments, arguments + given + static_cast<std::size_t>(named));
    py::object const function = py::module_::import("autodiffx.numpy").attr("clip");
    PyObject* const result = PyObject_Vectorcall(function.ptr(), all.data(), given + 1, keywords);
    if (result == nullptr) throw py::error_already_set();
    return result;
}

PyObject* call_method(Op op, PyObject* self, PyObject* const* arguments, std::size_t given,
                      PyObject* keywords) {
    std::size_t const named =
        keywords == nullptr ? 0 : static_cast<std::size_t>(PyTuple_GET_SIZE(keywords));
    std::vector<PyObject*> all{self};
    all.insert(all.end(), arguments, arguments + given + named);
    // x.polygamma(n) is polygamma(n, x): the order comes first.
    if (op == Op::polygamma && given == 1) std::swap(all[0], all[1]);
    // numpy.clip() calls it with out=None.
    if (op == Op::clip && named == 1 && given == 2 && arguments[given] == Py_None)
        keywords = nullptr;
    else if (op == Op::clip && (given != 2 || named != 0))
        return clip_method(self, arguments, given, keywords);
    return call(op, all.data(), given + 1, keywords);
}

template <Op op>
PyObject* function(PyObject*, PyObject* const* arguments, Py_ssize_t count, PyObject* keywords) {
    return guarded([&] { return call(op, arguments, static_cast<std::size_t>(count), keywords); });
}

template <Op op>
PyObject* unary_function(PyObject*, PyObject* argument) {
    if constexpr (Row<op>::smoothness != Smoothness::passive) {
        if (PyObject* const result = unary_at_once<op>(argument)) return result;
    }
    return guarded([&] { return apply_or_raise(op, &argument); });
}

template <Op op>
PyObject* unary_method(PyObject* self, PyObject*) {
    return unary_function<op>(nullptr, self);
}

template <Op op>
PyObject* method(PyObject* self, PyObject* const* arguments, Py_ssize_t count, PyObject* keywords) {
    return guarded([&] {
        return call_method(op, self, arguments, static_cast<std::size_t>(count), keywords);
    });
}

const char* kind_of(Smoothness smoothness) {
    switch (smoothness) {
        case Smoothness::smooth:
            return "Smooth where it is finite.";
        case Smoothness::kinked:
            return "Has kinks.";
        case Smoothness::stepped:
            return "Piecewise constant: recorded, with derivative zero.";
        case Smoothness::passive:
            return "A decision: passive, 0 or 1, evaluated anew in every replay; no guard.";
    }
    return "";
}

// The docstring, from the row: signature, partials, kinks, and an example that
// runs, in the middle of the interval the row gives.
const char* documentation(Op op, bool as_method) {
    RowFacts const& row = facts_of(op);
    static const char* const letters[] = {"a", "b", "c"};
    std::string parameters = as_method ? "$self" : "", operands, partials, arguments;
    double values[3] = {};
    for (int i = 0; i < row.arity; ++i) {
        values[i] = 0.5 * (row.intervals[i].low + row.intervals[i].high) + 0.25;
        if (op == Op::polygamma && i == 0) values[i] = 1.0;
        std::string const comma = i == 0 ? "" : ", ";
        if (!as_method || i > 0)
            parameters += (parameters.empty() ? "" : ", ") + std::string(letters[i]);
        operands += comma + letters[i];
        bool const whole = op == Op::polygamma && i == 0;
        arguments +=
            comma + std::string(whole ? py::str(py::int_(1)) : py::str(py::float_(values[i])));
        if (row.smoothness != Smoothness::passive && row.smoothness != Smoothness::stepped) {
            partials += "\n    by " + std::string(letters[i]) + ": " + row.partial_texts[i];
        }
    }
    const Default* const fallback = default_of(op);
    if (fallback != nullptr) {
        std::size_t const last = parameters.rfind(", ") + 2;
        parameters = parameters.substr(0, last) + "/, " + fallback->name + "=" +
                     std::string(py::str(py::float_(fallback->value)));
    } else {
        parameters += ", /";
    }
    double const result = row.primal(values);
    std::string const shown = row.smoothness == Smoothness::passive
                                  ? std::string(py::repr(py::bool_(result != 0.0)))
                                  : std::string(py::repr(py::float_(result)));
    std::string text = std::string(row.name) + "(" + parameters + ")\n--\n\nThe operator " +
                       std::string(row.name) + "(" + operands +
                       "): of plain numbers a plain number, of Variables recorded, of Duals with "
                       "its tangent.\n\n" +
                       kind_of(row.smoothness) +
                       (*row.note == 0 ? "" : std::string(" Convention: ") + row.note + ".");
    if (!partials.empty()) text += "\n\nPartials (r is the result):" + partials;
    text +=
        "\n\nRaises TypeError for what is no number. Values follow NumPy: inf and nan, no "
        "exception.";
    if (!as_method)
        text += "\n\n>>> adx." + std::string(row.name) + "(" + arguments + ")\n" + shown;
    // Method tables point to it for as long as the process runs, longer than static objects live.
    static auto* const texts = new std::deque<std::string>;
    return texts->emplace_back(text + "\n").c_str();
}

template <Op op>
void add(std::vector<PyMethodDef>& list, bool as_method) {
    if constexpr (Row<op>::visibility == Visibility::open) {
        const char* const name = Row<op>::name.data();
        if constexpr (Row<op>::arity == 1) {
            const char* const text = documentation(op, as_method);
            if (as_method) list.push_back({name, unary_method<op>, METH_NOARGS, text});
            else list.push_back({name, unary_function<op>, METH_O, text});
        } else {
            auto const pointer = as_method ? method<op> : function<op>;
            list.push_back({name,
                            reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(pointer)),
                            METH_FASTCALL | METH_KEYWORDS, documentation(op, as_method)});
        }
    }
}

std::vector<PyMethodDef> operators(bool as_methods) {
    std::vector<PyMethodDef> list;
#define UNARY(name, ...) add<Op::name>(list, as_methods);
#define BINARY(name, ...) add<Op::name>(list, as_methods);
#define TERNARY(name, ...) add<Op::name>(list, as_methods);
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
    return list;
}

// ---- functions of several arguments, composed of operators --------------------

std::vector<py::object> several(const char* name, const py::args& arguments) {
    py::sequence values = arguments;
    if (arguments.size() == 1 &&
        (py::isinstance<py::list>(arguments[0]) || py::isinstance<py::tuple>(arguments[0]))) {
        values = arguments[0];
    }
    if (py::len(values) == 0)
        raise_value_error(std::string(name) + "() needs at least one argument");
    std::vector<py::object> list;
    for (py::handle each : values) {
        if (is_array_like(each.ptr())) {
            raise(PyExc_NotImplementedError,
                  std::string(name) +
                      "() of several arrays is not supported: it takes one, or "
                      "numbers; join them with anp.stack");
        }
        list.push_back(py::reinterpret_borrow<py::object>(each));
    }
    return list;
}

py::object binary(Op op, const py::object& a, const py::object& b) {
    PyObject* const arguments[] = {a.ptr(), b.ptr()};
    return py::reinterpret_steal<py::object>(apply_or_raise(op, arguments));
}
py::object unary(Op op, const py::object& a) {
    PyObject* const argument = a.ptr();
    return py::reinterpret_steal<py::object>(apply_or_raise(op, &argument));
}

// log(sum(exp(x))): a balanced fold, so that the rounding grows with the
// logarithm of the number of arguments.
py::object logsumexp_of(std::vector<py::object> values) {
    if (values.size() == 1) return unary(Op::positive, values[0]);
    while (values.size() > 1) {
        std::vector<py::object> halved;
        for (std::size_t i = 0; i + 1 < values.size(); i += 2) {
            halved.push_back(binary(Op::logaddexp, values[i], values[i + 1]));
        }
        if (values.size() % 2 == 1) halved.push_back(values.back());
        values = std::move(halved);
    }
    return values[0];
}

// One array, along axes: what autodiffx.numpy makes of it.
bool is_one_array(const py::args& arguments) {
    if (arguments.size() != 1) return false;
    py::object const one = arguments[0];
    return is_array_like(one.ptr()) ||
           (foreign_method_of(one.ptr()) && py::cast<int>(one.attr("ndim")) > 0);
}
py::object along_axes(const char* name) {
    return py::module_::import("autodiffx.numpy.exponentials").attr(name);
}

py::object logsumexp(const py::args& arguments, const py::object& axis, bool keepdims) {
    if (is_one_array(arguments)) return along_axes("logsumexp")(arguments[0], axis, keepdims);
    return logsumexp_of(several("logsumexp", arguments));
}

py::object shifted(const char* name, const py::args& arguments, const py::object& axis,
                   bool exponential) {
    if (is_one_array(arguments)) return along_axes(name)(arguments[0], axis);
    std::vector<py::object> const values = several(name, arguments);
    py::object const total = logsumexp_of(values);
    py::tuple result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        py::object const log_share = binary(Op::subtract, values[i], total);
        result[i] = exponential ? unary(Op::exp, log_share) : log_share;
    }
    return result;
}

py::object round_function(const py::object& x, const py::object& decimals) {
    return py::reinterpret_steal<py::object>(rounded(x.ptr(), decimals.ptr()));
}

}  // namespace

std::vector<PyMethodDef> operator_methods() { return operators(true); }

void register_functions(py::module_& module) {
    static std::vector<PyMethodDef> functions = operators(false);
    functions.push_back({nullptr, nullptr, 0, nullptr});
    if (PyModule_AddFunctions(module.ptr(), functions.data()) != 0) throw py::error_already_set();
    for (Alias const& alias : aliases) module.attr(alias.name) = module.attr(alias.op);
    module.def("logsumexp", &logsumexp, py::arg("axis") = py::none(), py::arg("keepdims") = false,
               "log(exp(x1) + exp(x2) + ...) of several numbers, or of one list of them, without "
               "overflow; of one array along axes, all of them by default.\n\n"
               ">>> adx.logsumexp(1000.0, 1000.0)\n1000.6931471805599\n");
    module.def(
        "softmax",
        [](const py::args& arguments, const py::object& axis) {
            return shifted("softmax", arguments, axis, true);
        },
        py::arg("axis") = py::none(),
        "exp(xi - logsumexp(x1, x2, ...)) of several numbers, or of one list of them: a tuple; of "
        "one array along axes: an array.\n\n"
        ">>> adx.softmax(0.0, 0.0)\n(0.5, 0.5)\n");
    module.def(
        "log_softmax",
        [](const py::args& arguments, const py::object& axis) {
            return shifted("log_softmax", arguments, axis, false);
        },
        py::arg("axis") = py::none(),
        "xi - logsumexp(x1, x2, ...) of several numbers, or of one list of them: a tuple; of one "
        "array along axes: an array.\n\n"
        ">>> adx.log_softmax(0.0, 0.0)\n(-0.6931471805599453, -0.6931471805599453)\n");
    module.def(
        "round", &round_function, py::arg("x"), py::arg("decimals") = 0,
        "x rounded to decimals, halves to even, as numpy.round; recorded, with derivative zero.\n\n"
        ">>> adx.round(2.675, 2)\n2.68\n");
}

}  // namespace autodiffx::bindings

// What array Variables leave to autodiffx.numpy: methods and @.
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "array_reductions.hpp"

namespace autodiffx::bindings {

namespace {

struct Delegate {
    const char* method;
    const char* function;  // of autodiffx.numpy, which takes the array first
    const char* documentation;
};

constexpr std::array delegates = {
    Delegate{"sum", "sum", "sum($self, /, *args, **kwargs)\n--\n\nThe sum along axes."},
    Delegate{"prod", "prod", "prod($self, /, *args, **kwargs)\n--\n\nThe product along axes."},
    Delegate{"mean", "mean", "mean($self, /, *args, **kwargs)\n--\n\nThe mean along axes."},
    Delegate{"std", "std",
             "std($self, /, *args, **kwargs)\n--\n\nThe standard deviation along axes."},
    Delegate{"var", "var", "var($self, /, *args, **kwargs)\n--\n\nThe variance along axes."},
    Delegate{"max", "max", "max($self, /, *args, **kwargs)\n--\n\nThe largest along axes."},
    Delegate{"min", "min", "min($self, /, *args, **kwargs)\n--\n\nThe smallest along axes."},
    Delegate{"cumsum", "cumsum",
             "cumsum($self, /, *args, **kwargs)\n--\n\nThe sum of the elements up to each."},
    Delegate{"cumprod", "cumprod",
             "cumprod($self, /, *args, **kwargs)\n--\n\nThe product of the elements up to each."},
    Delegate{"argmax", "argmax",
             "argmax($self, /, *args, **kwargs)\n--\n\nThe places of the largest: plain integers."},
    Delegate{
        "argmin", "argmin",
        "argmin($self, /, *args, **kwargs)\n--\n\nThe places of the smallest: plain integers."},
    Delegate{"argsort", "argsort",
             "argsort($self, /, *args, **kwargs)\n--\n\nThe places in order: plain integers."},
    Delegate{"argpartition", "argpartition",
             "argpartition($self, /, *args, **kwargs)\n--\n\nThe places in a partition: plain "
             "integers."},
    Delegate{"all", "all", "all($self, /, *args, **kwargs)\n--\n\nWhether all are true."},
    Delegate{"any", "any", "any($self, /, *args, **kwargs)\n--\n\nWhether any is true."},
    Delegate{"sort", "_sort_in_place",
             "sort($self, /, *args, **kwargs)\n--\n\nSorts the array in place."},
    Delegate{"partition", "_partition_in_place",
             "partition($self, /, *args, **kwargs)\n--\n\nPartitions the array in place."},
    Delegate{"fill", "_fill_in_place",
             "fill($self, /, *args, **kwargs)\n--\n\nSets every element to a number."},
    Delegate{"take", "take", "take($self, /, *args, **kwargs)\n--\n\nThe elements at indices."},
    Delegate{"repeat", "repeat",
             "repeat($self, /, *args, **kwargs)\n--\n\nEach element several times."},
    Delegate{"dot", "dot", "dot($self, /, *args, **kwargs)\n--\n\nThe dot product."},
    Delegate{"trace", "trace", "trace($self, /, *args, **kwargs)\n--\n\nThe sum along a diagonal."},
    Delegate{
        "nonzero", "nonzero",
        "nonzero($self, /, *args, **kwargs)\n--\n\nThe places that are not zero: plain integers."},
    Delegate{"compress", "_compress",
             "compress($self, /, *args, **kwargs)\n--\n\nSlices where a condition holds."},
    Delegate{"choose", "choose",
             "choose($self, /, *args, **kwargs)\n--\n\nElements of several arrays."},
    Delegate{
        "searchsorted", "searchsorted",
        "searchsorted($self, /, *args, **kwargs)\n--\n\nWhere elements belong: plain integers."},
    Delegate{"conj", "conjugate",
             "conj($self, /, *args, **kwargs)\n--\n\nThe array itself: it is real."},
    Delegate{"conjugate", "conjugate",
             "conjugate($self, /, *args, **kwargs)\n--\n\nThe array itself: it is real."},
};

// The shorter way that a method may take.
constexpr std::optional<Reduction> reduction_of(std::string_view method) {
    if (method == "sum") return Reduction::sum;
    if (method == "mean") return Reduction::mean;
    if (method == "max") return Reduction::largest;
    if (method == "min") return Reduction::smallest;
    return std::nullopt;
}

py::object function_of(const char* name) {
    return py::module_::import("autodiffx.numpy").attr(name);
}

template <std::size_t index>
PyObject* delegated(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return guarded([&] {
        constexpr std::optional<Reduction> how = reduction_of(delegates[index].method);
        if constexpr (how.has_value()) {
            AxesGiven given;
            auto const count = static_cast<std::size_t>(PyTuple_GET_SIZE(arguments));
            if (given.read(&PyTuple_GET_ITEM(arguments, 0), count, keywords)) {
                if (PyObject* const result = reduced(*how, self, given)) return result;
            }
        }
        py::tuple const rest = py::reinterpret_borrow<py::tuple>(arguments);
        py::dict const named =
            keywords != nullptr ? py::reinterpret_borrow<py::dict>(keywords) : py::dict();
        return py::object(function_of(delegates[index].function)(
                              py::reinterpret_borrow<py::object>(self), *rest, **named))
            .release()
            .ptr();
    });
}

template <std::size_t index>
PyMethodDef method_of() {
    using Function = PyObject* (*)(PyObject*, PyObject*, PyObject*);
    Function const function = delegated<index>;
    return {delegates[index].method,
            reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function)),
            METH_VARARGS | METH_KEYWORDS, delegates[index].documentation};
}

template <std::size_t... indices>
std::vector<PyMethodDef> methods_of(std::index_sequence<indices...>) {
    return {method_of<indices>()...};
}

PyObject* matrix_multiply(PyObject* a, PyObject* b) {
    return guarded([&]() -> PyObject* {
        if (PyObject* const product = product_of_matrices(a, b)) return product;
        for (PyObject* const each : {a, b}) {
            double number;
            bool const takes_part = is_variable(each) || is_dual(each) || is_ndarray(each) ||
                                    PyList_Check(each) != 0 || read_number(each, number);
            if (!takes_part) Py_RETURN_NOTIMPLEMENTED;
        }
        return py::object(function_of("matmul")(py::handle(a), py::handle(b))).release().ptr();
    });
}

}  // namespace

const std::vector<PyMethodDef>& delegated_methods() {
    static const std::vector<PyMethodDef> methods =
        methods_of(std::make_index_sequence<delegates.size()>());
    return methods;
}

const std::vector<PyType_Slot>& delegated_slots() {
    static const std::vector<PyType_Slot> slots = {
        {Py_nb_matrix_multiply, reinterpret_cast<void*>(matrix_multiply)}};
    return slots;
}

}  // namespace autodiffx::bindings

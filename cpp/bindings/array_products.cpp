// Products of matrices as statements of the engine's own.
#include <algorithm>

#include "array_axes.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx::bindings {

namespace {

// Products as NumPy computes them, and BLAS as SciPy has it for those that are added to something:
// looked up when the first is recorded. What cannot be found leaves the engine's own loops.
void find_blas() {
    static bool const found = [] {
        py::module_ const module = py::module_::import("autodiffx.numpy.blas");
        if (py::cast<bool>(module.attr("numpy_has_blas")())) install_products();
        py::dict const capsules = module.attr("products_of_matrices")();
        for (auto const item : capsules) {
            std::string const name = py::str(item.first);
            void* const pointer =
                PyCapsule_GetPointer(item.second.ptr(), PyCapsule_GetName(item.second.ptr()));
            if (pointer == nullptr) throw py::error_already_set();
            if (name == "dgemm") blas.gemm = reinterpret_cast<Blas::Double>(pointer);
            if (name == "sgemm") blas.single_gemm = reinterpret_cast<Blas::Single>(pointer);
        }
        return true;
    }();
    (void)found;
}

bool is_matrix(PyObject* object) {
    if (is_array(object))
        return view_of(object).ndim == 2 && view_of(object).dtype != Dtype::boolean;
    return is_ndarray(object) && strength_of(object) >= Strength::float32 && ndim_of(object) == 2;
}

}  // namespace

PyObject* product_of_matrices(PyObject* a, PyObject* b) {
    bool const variable = is_array(a) || is_array(b);
    if (!variable || !is_matrix(a) || !is_matrix(b)) return nullptr;
    find_blas();
    Tape& tape = current_tape();
    tape.make_room();
    ArrayOperand operands[2];
    ArrayResult casts[2];
    std::int64_t shapes[2][max_ndim], strides[2][max_ndim], dense[2][max_ndim];
    find_array_operand(tape, a, Dtype::float64, operands[0], shapes[0], strides[0]);
    find_array_operand(tape, b, Dtype::float64, operands[1], shapes[1], strides[1]);
    if (operands[0].shape[1] != operands[1].shape[0]) return nullptr;  // said in NumPy's words
    Dtype const dtype = std::min(operands[0].dtype, operands[1].dtype);
    for (int i = 0; i < 2; ++i) {
        if (operands[i].dtype == dtype) continue;
        casts[i] = record_copy(tape, operands[i], dtype);
        operands[i] = as_operand(casts[i], dense[i]);
    }
    return new_array(tape, record_matmul(tape, operands[0], operands[1]));
}

void register_products(py::module_& module) {
    module.def("_matmul", [](const py::object& a, const py::object& b) -> py::object {
        PyObject* const product = product_of_matrices(a.ptr(), b.ptr());
        if (product == nullptr) return py::none();
        return py::reinterpret_steal<py::object>(product);
    });
}

}  // namespace autodiffx::bindings

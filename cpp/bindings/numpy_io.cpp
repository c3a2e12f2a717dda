// NumPy's arrays and loops: the only file that knows its C interface.
#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_2_0_API_VERSION
#include "array_shortcut.hpp"

#include <numpy/arrayobject.h>  // needs Python.h before it
#include <numpy/ufuncobject.h>

#include <algorithm>
#include <cstring>

#include "autodiffx/loops.hpp"
#include "autodiffx/normal_loops.hpp"

namespace autodiffx::bindings {

namespace {

// One and the same, under whatever names.
static_assert(sizeof(npy_intp) == sizeof(std::int64_t));
const npy_intp* to_intp(const std::int64_t* lengths) {
    return reinterpret_cast<const npy_intp*>(lengths);
}

int type_number(Dtype dtype) {
    return dtype == Dtype::float64 ? NPY_DOUBLE : dtype == Dtype::float32 ? NPY_FLOAT : NPY_BOOL;
}

PyArrayObject* as_array(const py::object& object) {
    return reinterpret_cast<PyArrayObject*>(object.ptr());
}

py::object checked(PyObject* object) {
    if (object == nullptr) throw py::error_already_set();
    return py::reinterpret_steal<py::object>(object);
}

// The elements, cast and packed in C order.
std::unique_ptr<LeafArray> pack(const py::object& array, Dtype dtype) {
    py::object const dense = checked(PyArray_FromArray(
        as_array(array), PyArray_DescrFromType(type_number(dtype)),
        NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | NPY_ARRAY_NOTSWAPPED | NPY_ARRAY_FORCECAST));
    auto packed = std::make_unique<LeafArray>();
    packed->dtype = dtype;
    PyArrayObject* const from = as_array(dense);
    packed->shape.assign(PyArray_DIMS(from), PyArray_DIMS(from) + PyArray_NDIM(from));
    packed->size = elements_of(packed->shape.data(), PyArray_NDIM(from));
    packed->value = Buffer<double>(slots_for(packed->size, dtype));
    double* const to = packed->value.writable();
    to[packed->value.size() - 1] = 0.0;
    std::memcpy(to, PyArray_DATA(from), static_cast<std::size_t>(packed->size) * item_size(dtype));
    return packed;
}

[[noreturn]] void raise_dtype(char const* what, PyArrayObject* array) {
    py::object const dtype =
        py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(PyArray_DESCR(array)));
    std::string const name = py::str(dtype);
    std::string const hint =
        PyArray_ISCOMPLEX(array) ? "take x.real and x.imag"
        : PyArray_DESCR(array)->kind == 'O'
            ? "make it of numbers with x.astype(np.float64), and join Variables with anp.stack"
            : "convert it with x.astype(np.float64)";
    raise_type_error(std::string(what) +
                     " takes arrays of float64, float32, integers or booleans, "
                     "got dtype " +
                     name + ": " + hint);
}

bool is_supported(PyArrayObject* array) {
    int const type = PyArray_TYPE(array);
    return type == NPY_DOUBLE || type == NPY_FLOAT || PyTypeNum_ISINTEGER(type) || type == NPY_BOOL;
}

// As much of float32 as NumPy keeps beside integers: those of 16 bits and fewer.
bool is_small(PyArrayObject* array) {
    int const type = PyArray_TYPE(array);
    return type == NPY_FLOAT || type == NPY_BYTE || type == NPY_UBYTE || type == NPY_SHORT ||
           type == NPY_USHORT;
}

// NumPy's loop for the operator on a dtype, in place of the plain one.
void install_loop(PyUFuncObject* ufunc, Op op, Dtype dtype) {
    Loop& loop = loop_of(op, dtype);
    int const arity = arity_of(op);
    if (loop.function == nullptr || ufunc->nin != arity || ufunc->nout != 1) return;
    bool const decides = loop_of(op, Dtype::boolean).function != nullptr;
    char const in = static_cast<char>(type_number(dtype));
    char const out = decides ? static_cast<char>(NPY_BOOL) : in;
    for (int i = 0; i < ufunc->ntypes; ++i) {
        const char* const types = ufunc->types + i * (arity + 1);
        bool fits = types[arity] == out;
        for (int k = 0; k < arity; ++k) fits = fits && types[k] == in;
        if (!fits || ufunc->functions[i] == nullptr) continue;
        // On the platforms that NumPy supports npy_intp is std::ptrdiff_t.
        loop.function = reinterpret_cast<Loop::Function>(ufunc->functions[i]);
        loop.data = ufunc->data != nullptr ? const_cast<void*>(ufunc->data[i]) : nullptr;
        return;
    }
}

// That of an operator which stands for none of the table: the same dtype throughout.
Loop loop_of_ufunc(PyUFuncObject* ufunc, Dtype dtype) {
    char const type = static_cast<char>(type_number(dtype));
    for (int i = 0; i < ufunc->ntypes; ++i) {
        const char* const types = ufunc->types + i * ufunc->nargs;
        bool const fits =
            std::all_of(types, types + ufunc->nargs, [type](char each) { return each == type; });
        if (!fits || ufunc->functions[i] == nullptr) continue;
        return {reinterpret_cast<Loop::Function>(ufunc->functions[i]),
                ufunc->data != nullptr ? const_cast<void*>(ufunc->data[i]) : nullptr};
    }
    return {};
}

// NumPy's loop for power goes by a shortcut where one exponent serves all, which rounds and
// treats infinities in another way; whether NumPy itself takes it depends on how it walks
// through its operands. Without it a power depends on its operands alone.
template <class T>
struct Power {
    static inline Loop own;
    static void loop(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                     void*) {
        if (steps[1] != 0) {
            own(pointers, *length, steps);
            return;
        }
        constexpr std::ptrdiff_t block = 256;
        T exponents[block], exponent;
        std::memcpy(&exponent, pointers[1], sizeof exponent);
        std::fill_n(exponents, std::min(block, *length), exponent);
        for (std::ptrdiff_t i = 0; i < *length; i += block) {
            char* at[] = {pointers[0] + i * steps[0], reinterpret_cast<char*>(exponents),
                          pointers[2] + i * steps[2]};
            std::ptrdiff_t const strides[] = {steps[0], sizeof(T), steps[2]};
            own(at, std::min(block, *length - i), strides);
        }
    }
    static void install(Dtype dtype) {
        Loop& installed = loop_of(Op::power, dtype);
        own = installed;
        installed = {loop};
    }
};

// What SciPy calls the operators that it has loops for.
struct ScipyName {
    Op op;
    const char* name;
};
constexpr ScipyName scipy_names[] = {
    {Op::erf, "erf"},           {Op::erfc, "erfc"},
    {Op::erfinv, "erfinv"},     {Op::ndtr, "ndtr"},
    {Op::log_ndtr, "log_ndtr"}, {Op::ndtri, "ndtri"},
    {Op::gamma, "gamma"},       {Op::lgamma, "gammaln"},
    {Op::digamma, "psi"},       {Op::beta, "beta"},
    {Op::betaln, "betaln"},     {Op::sigmoid, "expit"},
    {Op::logit, "logit"},       {Op::log_sigmoid, "log_expit"},
    {Op::xlogy, "xlogy"},       {Op::xlog1py, "xlog1py"},
};

// Whether its values or its derivatives are made by loops of SciPy's.
bool reads_scipys(Op op) {
    auto const is_it = [op](const ScipyName& each) { return each.op == op; };
    return op == Op::softplus || std::any_of(std::begin(scipy_names), std::end(scipy_names), is_it);
}

void install_scipys() {
    py::module_ const special = py::module_::import("scipy.special");
    for (ScipyName const& each : scipy_names) {
        if (!py::hasattr(special, each.name)) continue;
        py::object const ufunc = special.attr(each.name);
        if (!PyObject_TypeCheck(ufunc.ptr(), &PyUFunc_Type)) continue;
        for (Dtype const dtype : {Dtype::float64, Dtype::float32})
            install_loop(reinterpret_cast<PyUFuncObject*>(ufunc.ptr()), each.op, dtype);
        Loop& installed = loop_of(each.op, Dtype::float64);
        installed = quicker_loop(each.op, installed);
    }
}

void install_loops() {
    py::module_ const numpy = py::module_::import("numpy");
    for (std::size_t i = 0; i < table_size; ++i) {
        Op const op = static_cast<Op>(i);
        std::string const name(name_of(op));
        py::object ufunc;
        if (py::hasattr(numpy, name.c_str())) ufunc = numpy.attr(name.c_str());
        if (!ufunc || !PyObject_TypeCheck(ufunc.ptr(), &PyUFunc_Type)) continue;
        for (Dtype dtype : {Dtype::float64, Dtype::float32, Dtype::boolean}) {
            install_loop(reinterpret_cast<PyUFuncObject*>(ufunc.ptr()), op, dtype);
        }
    }
    Power<double>::install(Dtype::float64);
    Power<float>::install(Dtype::float32);
}

}  // namespace

void install_products() {
    py::object const matmul = py::module_::import("numpy").attr("matmul");
    if (!PyObject_TypeCheck(matmul.ptr(), &PyUFunc_Type)) return;
    auto* const ufunc = reinterpret_cast<PyUFuncObject*>(matmul.ptr());
    blas.product = loop_of_ufunc(ufunc, Dtype::float64);
    blas.single_product = loop_of_ufunc(ufunc, Dtype::float32);
}

bool is_ndarray(PyObject* object) {
    return PyArray_Check(object) && PyArray_NDIM(reinterpret_cast<PyArrayObject*>(object)) > 0;
}

int ndim_of(PyObject* ndarray) { return PyArray_NDIM(reinterpret_cast<PyArrayObject*>(ndarray)); }

namespace {

// From so many slots on NumPy's memory is fresh each time, and that costs more than a copy.
constexpr std::size_t own_memory_from = std::size_t{1} << 13;

// An array of memory that a buffer holds; the array holds the buffer.
py::object in_buffer(const Buffer<double>& buffer, int ndim, const npy_intp* shape,
                     npy_intp* strides, std::int64_t offset, Dtype dtype, bool writeable) {
    auto held = std::make_unique<Buffer<double>>(buffer);
    auto* const start = reinterpret_cast<char*>(const_cast<double*>(held->data()));
    auto const item = static_cast<std::int64_t>(item_size(dtype));
    py::object array = checked(PyArray_NewFromDescr(
        &PyArray_Type, PyArray_DescrFromType(type_number(dtype)), ndim, shape, strides,
        start + offset * item, writeable ? NPY_ARRAY_WRITEABLE : 0, nullptr));
    PyObject* const holder = PyCapsule_New(held.get(), nullptr, [](PyObject* capsule) {
        delete static_cast<Buffer<double>*>(PyCapsule_GetPointer(capsule, nullptr));
    });
    if (holder == nullptr) throw py::error_already_set();
    held.release();
    if (PyArray_SetBaseObject(as_array(array), holder) != 0) throw py::error_already_set();
    return array;
}

}  // namespace

py::object to_numpy(const Buffer<double>& buffer, const ArrayView& view) {
    if (buffer.size() < own_memory_from) return to_numpy(buffer.data(), view, false);
    npy_intp strides[max_ndim];
    auto const item = static_cast<npy_intp>(item_size(view.dtype));
    for (int i = 0; i < view.ndim; ++i) strides[i] = view.strides()[i] * item;
    return in_buffer(buffer, view.ndim, to_intp(view.shape()), strides, view.offset, view.dtype,
                     false);
}

NewMatrix new_matrix(std::size_t rows, std::size_t columns, Dtype dtype) {
    npy_intp shape[] = {static_cast<npy_intp>(rows), static_cast<npy_intp>(columns)};
    py::object const array = checked(PyArray_ZEROS(2, shape, type_number(dtype), 0));
    return {array, PyArray_DATA(as_array(array)), columns, dtype};
}

py::object to_numpy(const double* extent, const ArrayView& view, bool writeable) {
    if (view.is_whole && view.slots >= own_memory_from) {
        Buffer<double> const copy(extent, view.slots);
        return in_buffer(copy, view.ndim, to_intp(view.shape()), nullptr, 0, view.dtype, writeable);
    }
    npy_intp strides[max_ndim];
    auto const item = static_cast<npy_intp>(item_size(view.dtype));
    for (int i = 0; i < view.ndim; ++i) strides[i] = view.strides()[i] * item;
    auto* const data = reinterpret_cast<char*>(const_cast<double*>(extent)) + view.offset * item;
    py::object const shown =
        checked(PyArray_NewFromDescr(&PyArray_Type, PyArray_DescrFromType(type_number(view.dtype)),
                                     view.ndim, to_intp(view.shape()), strides, data, 0, nullptr));
    py::object copy = checked(PyArray_NewCopy(as_array(shown), NPY_CORDER));
    if (!writeable) PyArray_CLEARFLAGS(as_array(copy), NPY_ARRAY_WRITEABLE);
    return copy;
}

bool find_ndarray(PyObject* object, Ndarray& found) {
    if (Py_TYPE(object) != &PyArray_Type) return false;
    auto* const array = reinterpret_cast<PyArrayObject*>(object);
    if (PyArray_TYPE(array) != NPY_DOUBLE || PyArray_NDIM(array) == 0) return false;
    if (!PyArray_ISCARRAY_RO(array)) return false;
    found = {static_cast<const double*>(PyArray_DATA(array)),
             reinterpret_cast<const std::int64_t*>(PyArray_DIMS(array)), PyArray_NDIM(array), 1};
    for (int i = 0; i < found.ndim; ++i) found.size *= found.shape[i];
    return true;
}

Dtype dtype_from(PyObject* object) {
    PyArray_Descr* descriptor = nullptr;
    if (PyArray_DescrConverter(object, &descriptor) == 0) throw py::error_already_set();
    auto const held = py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(descriptor));
    if (descriptor->type_num == NPY_DOUBLE) return Dtype::float64;
    if (descriptor->type_num == NPY_FLOAT) return Dtype::float32;
    raise_type_error("the dtype of a Variable is float64 or float32, got " +
                     std::string(py::str(held)));
}

py::object dtype_to_python(Dtype dtype) {
    return checked(reinterpret_cast<PyObject*>(PyArray_DescrFromType(type_number(dtype))));
}

std::unique_ptr<LeafArray> from_numpy(char const* what, PyObject* object, PyObject* dtype) {
    py::object const array = checked(PyArray_FromAny(object, nullptr, 0, 0, 0, nullptr));
    require_plain_array(what, array.ptr());
    if (!is_supported(as_array(array))) raise_dtype(what, as_array(array));
    Dtype const wanted = dtype != nullptr                             ? dtype_from(dtype)
                         : PyArray_TYPE(as_array(array)) == NPY_FLOAT ? Dtype::float32
                                                                      : Dtype::float64;
    return pack(array, wanted);
}

void require_numbers(PyObject* object) {
    auto* const array = reinterpret_cast<PyArrayObject*>(object);
    require_plain_array("an operation with a Variable", object);
    if (!is_supported(array)) raise_dtype("an operation with a Variable", array);
}

std::unique_ptr<LeafArray> operand_from_numpy(PyObject* object) {
    require_numbers(object);
    auto* const array = reinterpret_cast<PyArrayObject*>(object);
    Dtype const dtype = PyArray_TYPE(array) == NPY_BOOL ? Dtype::boolean
                        : is_small(array)               ? Dtype::float32
                                                        : Dtype::float64;
    return pack(py::reinterpret_borrow<py::object>(object), dtype);
}

void lay_constant(Tape& tape, PyObject* object, ArrayOperand& operand, std::int64_t* shape,
                  std::int64_t* strides) {
    auto* const array = reinterpret_cast<PyArrayObject*>(object);
    if (!PyArray_CheckExact(object)) require_numbers(object);
    int const type = PyArray_TYPE(array);
    bool const as_it_is =
        (type == NPY_DOUBLE || type == NPY_FLOAT || type == NPY_BOOL) && PyArray_ISCARRAY_RO(array);
    if (as_it_is) {
        operand.dtype = type == NPY_DOUBLE  ? Dtype::float64
                        : type == NPY_FLOAT ? Dtype::float32
                                            : Dtype::boolean;
        operand.ndim = PyArray_NDIM(array);
        std::copy(PyArray_DIMS(array), PyArray_DIMS(array) + operand.ndim, shape);
        std::int64_t const elements = elements_of(shape, operand.ndim);
        std::size_t const slots = slots_for(elements, operand.dtype);
        operand.extent = tape.constants(slots);
        operand.first = tape.extents[operand.extent].first;
        double* const to = tape.places().at(operand);
        to[slots - 1] = 0.0;
        std::memcpy(to, PyArray_DATA(array),
                    static_cast<std::size_t>(elements) * item_size(operand.dtype));
    } else {
        std::unique_ptr<LeafArray> const packed = operand_from_numpy(object);
        operand.extent = tape.constants(packed->value);
        operand.first = tape.extents[operand.extent].first;
        operand.ndim = static_cast<int>(packed->shape.size());
        operand.dtype = packed->dtype;
        std::copy(packed->shape.begin(), packed->shape.end(), shape);
    }
    operand.slots = tape.extents[operand.extent].slots;
    dense_strides(shape, operand.ndim, strides);
    operand.shape = shape;
    operand.strides = strides;
}

Strength strength_of(PyObject* object) {
    if (is_array(object)) {
        Dtype const dtype = view_of(object).dtype;
        return dtype == Dtype::float64   ? Strength::float64
               : dtype == Dtype::float32 ? Strength::float32
                                         : Strength::boolean;
    }
    if (is_variable(object)) return Strength::float64;
    bool const plain = PyFloat_CheckExact(object) || PyLong_Check(object);
    if (plain) return Strength::weak;
    if (PyArray_Check(object)) {
        auto* const array = reinterpret_cast<PyArrayObject*>(object);
        if (PyArray_TYPE(array) == NPY_BOOL) return Strength::boolean;
        return is_small(array) ? Strength::float32 : Strength::float64;
    }
    if (!PyArray_IsScalar(object, Generic)) return Strength::weak;
    py::object const array = checked(PyArray_FromAny(object, nullptr, 0, 0, 0, nullptr));
    if (PyArray_TYPE(as_array(array)) == NPY_BOOL) return Strength::boolean;
    return is_small(as_array(array)) ? Strength::float32 : Strength::float64;
}

void require_loops(Op op) {
    static bool installed = false;
    if (installed || !reads_scipys(op)) return;
    install_scipys();
    installed = true;
}

void register_arrays() {
    if (_import_array() < 0 || _import_umath() < 0) throw py::error_already_set();
    install_loops();
}

}  // namespace autodiffx::bindings

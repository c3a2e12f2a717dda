// Array Variables: what the files about them share.
#pragma once

#include <cstdlib>

#include "autodiffx/array.hpp"
#include "common.hpp"

namespace autodiffx::bindings {

// How the elements of an array Variable lie in its extent; owned by the object.
struct ArrayView {
    std::uint32_t slots;  // of the extent
    Dtype dtype;
    bool is_view;   // of another Variable, which is what was recorded
    bool is_whole;  // shows all of its extent, in C order
    bool is_spare;  // has room for the few axes that most have, whatever ndim is
    int ndim;
    std::int64_t offset;
    std::int64_t size;     // elements
    std::int64_t dims[1];  // ndim lengths, then ndim strides; the struct is made longer

    [[nodiscard]] const std::int64_t* shape() const { return dims; }
    [[nodiscard]] const std::int64_t* strides() const { return dims + ndim; }
    std::int64_t* shape() { return dims; }
    std::int64_t* strides() { return dims + ndim; }
};
ArrayView* allocate_view(int ndim);
ArrayView* dense_view(const std::int64_t* shape, int ndim, Dtype dtype, std::uint32_t slots);

// Views of few axes, kept for the next. Only with the GIL held.
struct SpareViews {
    static constexpr int axes = 4;
    static constexpr std::size_t limit = 256;
    ArrayView* views[limit];
    std::size_t count = 0;
};
extern SpareViews spare_views AUTODIFFX_HIDDEN;
inline void free_view(ArrayView* view) {
    if (view->is_spare && spare_views.count < SpareViews::limit) {
        spare_views.views[spare_views.count++] = view;
        return;
    }
    std::free(view);
}

inline bool is_array(PyObject* object) { return is_variable(object) && handle_of(object).array; }
// An ndarray with at least one axis.
bool is_ndarray(PyObject* object);
int ndim_of(PyObject* ndarray);
inline const ArrayView& view_of(PyObject* object) {
    return *reinterpret_cast<VariableObject*>(object)->view;
}

// The view in slots that begin at `first`.
View located(const ArrayView& view, Slot first);
// Where an array Variable's elements are, with the checks that reading them
// needs: packed slots of its extent.
const double* read_elements(PyObject* object);
const double* extent_elements(Tape& tape, Slot first);

// ---- results ---------------------------------------------------------------

// A new array Variable, or a scalar one if the result is a single float64.
PyObject* new_array(Tape& tape, const ArrayResult& result);
// The same for what was recorded before other things.
PyObject* old_array(Tape& tape, const ArrayResult& result);
// The same array seen in another way; takes the view over. A single float64
// becomes a scalar Variable.
PyObject* new_view(PyObject* array, ArrayView* view);
// An array Variable for a whole extent that was there before.
PyObject* array_on_old(Tape& tape, Slot last, Kind kind, bool deferred);
// A passive array from packed elements.
PyObject* new_constant_array(std::unique_ptr<LeafArray> elements);
// The Variable for an operand of an array statement.
PyObject* object_of_part(Tape& tape, const ArrayPart& part, const ArrayRecord& record);

// ---- operators ---------------------------------------------------------------

// Looks for SciPy's loops when an operator of arrays first needs them: to import SciPy takes long.
void require_loops(Op op);

// An operator on arguments of which one is an array; as apply().
PyObject* apply_to_arrays(Op op, PyObject* const* arguments);
// The same where all are ndarrays and plain numbers: the result is an ndarray.
PyObject* apply_to_ndarrays(Op op, PyObject* const* arguments);
// a @ b if both are matrices of fitting shapes, one at least a Variable; else null, without error.
PyObject* product_of_matrices(PyObject* a, PyObject* b);
void register_products(py::module_& module);
// An array Variable as an operand on the tape in use.
ArrayOperand array_operand(Tape& tape, PyObject* object);
// & | ^ on truth values. Throws TypeError for other numbers.
PyObject* logical(Op op, PyObject* a, PyObject* b);
// a ** b on arrays as NumPy shortens it.
Op power_of_array(PyObject* exponent);

// ---- NumPy: numpy_io.cpp --------------------------------------------------------

void register_arrays();
// NumPy's products of matrices in place of the engine's.
void install_products();
void register_array_protocol(py::module_& module);
// A new ndarray of two axes, of zeros, and where its elements are.
struct NewMatrix {
    py::object array;
    void* elements;
    std::size_t columns;
    Dtype dtype;

    void set(std::size_t row, std::size_t column, double number) const {
        std::size_t const at = row * columns + column;
        if (dtype == Dtype::float64) static_cast<double*>(elements)[at] = number;
        else static_cast<float*>(elements)[at] = static_cast<float>(number);
    }
};
NewMatrix new_matrix(std::size_t rows, std::size_t columns, Dtype dtype);
// A new ndarray of a view's elements.
py::object to_numpy(const double* extent, const ArrayView& view, bool writeable);
// A read-only ndarray of them; what is large it shows where it is.
py::object to_numpy(const Buffer<double>& buffer, const ArrayView& view);
// Packed elements from anything that NumPy makes an array of. Without a dtype
// float32 stays what it is and integers, booleans and lists become float64.
std::unique_ptr<LeafArray> from_numpy(char const* what, PyObject* object, PyObject* dtype);
// The elements of an ndarray operand as they are calculated with.
std::unique_ptr<LeafArray> operand_from_numpy(PyObject* object);
// Throws TypeError for an ndarray of what is not calculated with.
void require_numbers(PyObject* array);
// Throws TypeError for an ndarray that calculates in ways of its own: with a mask, in units.
void require_plain_array(char const* what, PyObject* array);
// An ndarray as a constant of the tape, of which it is a copy.
void lay_constant(Tape& tape, PyObject* object, ArrayOperand& operand, std::int64_t* shape,
                  std::int64_t* strides);
// Whether an object has the dtype float32, or none: a Python number.
enum class Strength { weak, boolean, float32, float64 };
Strength strength_of(PyObject* object);
Dtype dtype_from(PyObject* object);
py::object dtype_to_python(Dtype dtype);

// ---- what attributes and methods of array Variables do ---------------------------

PyObject* array_value(PyObject* self);
void set_array_value(PyObject* self, PyObject* value);
PyObject* array_grad(PyObject* self);
void set_array_grad(PyObject* self, PyObject* value);
std::string array_text(PyObject* self);
// A seed of the array's shape: `seed` null is one if there is a single element.
Seed<double> array_seed(PyObject* self, PyObject* seed);
// Packed elements from an array_like of the shape of an array Variable.
Buffer<double> elements_like(char const* what, PyObject* value, PyObject* array);
extern PyGetSetDef array_attributes[];
const std::vector<PyMethodDef>& array_methods();
const std::vector<PyMethodDef>& array_protocol_methods();
const std::vector<PyType_Slot>& array_slots();
PyObject* subscript(PyObject* self, PyObject* key);
// Whether a key takes a view: integers, slices, ... and None. Throws IndexError for what is none.
bool is_basic_key(PyObject* key);
// What such a key chooses; owned by the caller.
ArrayView* basic_view(const ArrayView& of, PyObject* key);
// The place in the extent of each element that any key chooses, an array of integers.
py::object positions(const ArrayView& view, PyObject* key);
// The value of something passive, decided on: while a Graph records, a replay must find the same.
py::object decided(PyObject* passive);
// Such positions as they are recorded; keeps them alive.
struct Indices {
    explicit Indices(py::object array);
    py::object array;
    const std::int64_t* indices;
    std::int64_t count;
    std::vector<std::int64_t> shape;
};
// y[key] = value
void assign(PyObject* self, PyObject* key, PyObject* value);
// y op= value, where `value` is what the operator gave.
void assign_result(PyObject* self, PyObject* value);
// Throws what writing into an array Variable throws whatever is written.
void require_writable(PyObject* self);
// Raises while code written for autograd runs, whose arrays are not assigned to.
void require_assignable(PyObject* self);
// What an operator makes of operands that are no numbers: of lists and tuples arrays, while such
// code runs, and else nothing.
PyObject* apply_to_lists(Op op, PyObject* const* arguments);
// An object as an operand on the tape in use: an array Variable, an ndarray, any number. Numbers
// without a dtype of their own take on `weak`. False if it is none.
bool find_array_operand(Tape& tape, PyObject* object, Dtype weak, ArrayOperand& operand,
                        std::int64_t* shape, std::int64_t* strides);
PyObject* broadcast_to(PyObject* self, const py::object& shape);
// What autodiffx.numpy does: array_delegates.cpp.
const std::vector<PyMethodDef>& delegated_methods();
const std::vector<PyType_Slot>& delegated_slots();

}  // namespace autodiffx::bindings

// Guards on arrays: what the program chose by them a replay must find again.
#include "arithmetic.hpp"
#include "arrays.hpp"

namespace autodiffx::bindings {

py::object decided(PyObject* passive) {
    Tape& tape = current_tape();
    Handle const& handle = handle_of(passive);
    if (!handle.array) return py::bool_(PyObject_IsTrue(passive) == 1);
    py::object value = to_numpy(read_elements(passive), view_of(passive), false);
    if (!tape.is_graph() || handle.state == Handle::State::constant) return value;
    tape.make_room();
    // One number tells whether any element has changed.
    ArrayOperand operands[2] = {array_operand(tape, passive), {}};
    std::int64_t shape[max_ndim], strides[max_ndim], dense[2][max_ndim];
    find_array_operand(tape, value.ptr(), Dtype::float64, operands[1], shape, strides);
    ArrayResult const differs = record_array(tape, Op::not_equal, operands);
    ArrayResult const numbers =
        record_copy(tape, as_operand(differs, dense[0]), Dtype::float64, ArrayOp::astype);
    ArrayResult const count = record_total(tape, as_operand(numbers, dense[1]));
    Operand const changed{count.first, count.kind, count.deferred};
    Operand const none{tape.constant(0.0), Kind::constant, false};
    guard(tape, Relation::equal, changed, none, true);
    return value;
}

}  // namespace autodiffx::bindings

// Arrays between tapes and kernels: what a kernel sees are copies, what it gives is copied.
#include <algorithm>
#include <memory>
#include <vector>

#include "external.hpp"

namespace autodiffx::bindings {

py::object array_at(const double* extent, const View& view) {
    std::unique_ptr<ArrayView, void (*)(ArrayView*)> const made(allocate_view(view.ndim),
                                                                free_view);
    made->slots = view.slots;
    made->dtype = view.dtype;
    made->offset = view.offset;
    std::copy(view.shape, view.shape + view.ndim, made->shape());
    std::copy(view.strides, view.strides + view.ndim, made->strides());
    return to_numpy(extent, *made, true);
}
py::object array_at(const dual<double>* twofold, const View& view, int component) {
    std::vector<double> extent(view.slots);
    auto const take = [&](auto element) {
        using S = decltype(element);
        auto const* const from = reinterpret_cast<const S*>(twofold);
        auto* const to = reinterpret_cast<S*>(extent.data());
        for (std::size_t i = 0; i < extent.size() * 8 / sizeof(S); ++i)
            to[i] = from[2 * i + static_cast<std::size_t>(component)];
    };
    if (view.dtype == Dtype::float32) take(0.0f);
    else take(0.0);
    return array_at(extent.data(), view);
}

std::unique_ptr<LeafArray> elements_for(const View& view, const py::object& array,
                                        const std::string& what) {
    auto elements = from_numpy(what.c_str(), array.ptr(), dtype_to_python(view.dtype).ptr());
    bool same = static_cast<int>(elements->shape.size()) == view.ndim;
    for (int i = 0; same && i < view.ndim; ++i)
        same = elements->shape[static_cast<std::size_t>(i)] == view.shape[i];
    if (!same) {
        raise_value_error(
            what + " has the shape " + shape_text(view.shape, view.ndim) + ", got one of " +
            shape_text(elements->shape.data(), static_cast<int>(elements->shape.size())));
    }
    return elements;
}

namespace {

// Adds elements to those of a view in slots of `components` numbers each.
template <class S>
void add_elements(void* extent, const View& view, const LeafArray& elements, int components,
                  int component) {
    auto* const to = static_cast<S*>(extent) + view.offset * components + component;
    auto const* const from = reinterpret_cast<const S*>(elements.value.data());
    std::int64_t at[max_ndim] = {}, place = 0;
    for (std::int64_t i = 0; i < elements.size; ++i) {
        to[place * components] += from[i];
        for (int axis = view.ndim; axis-- > 0;) {
            place += view.strides[axis];
            if (++at[axis] < view.shape[axis]) break;
            place -= view.strides[axis] * view.shape[axis];
            at[axis] = 0;
        }
    }
}

}  // namespace

void add_to(void* extent, const View& view, const LeafArray& elements, int components,
            int component) {
    if (view.dtype == Dtype::float32)
        add_elements<float>(extent, view, elements, components, component);
    else add_elements<double>(extent, view, elements, components, component);
}

void put_in(double* extent, const View& view, const LeafArray& elements) {
    auto const per_slot = static_cast<std::int64_t>(8 / item_size(view.dtype));
    std::copy(elements.value.begin(), elements.value.end(), extent + view.offset / per_slot);
}

// ---- operands --------------------------------------------------------------------

OperandOfTape place_operand(Tape& tape, const py::object& object) {
    OperandOfTape result;
    if (is_variable(object.ptr())) {
        find_array_operand(tape, object.ptr(), Dtype::float64, result.operand, nullptr, nullptr);
        return result;
    }
    // Numbers too are arrays of their own, so that they keep their dtype.
    py::object const array = py::module_::import("numpy").attr("asarray")(object);
    std::unique_ptr<LeafArray> const elements = operand_from_numpy(array.ptr());
    ArrayOperand& operand = result.operand;
    operand.extent = tape.constants(elements->value);
    operand.first = tape.extents[operand.extent].first;
    operand.slots = static_cast<std::uint32_t>(elements->value.size());
    operand.ndim = static_cast<int>(elements->shape.size());
    operand.dtype = elements->dtype;
    result.dims.resize(2 * elements->shape.size());
    std::copy(elements->shape.begin(), elements->shape.end(), result.dims.begin());
    operand.shape = result.dims.data();
    operand.strides = result.dims.data() + operand.ndim;
    dense_strides(operand.shape, operand.ndim, result.dims.data() + operand.ndim);
    return result;
}

py::object object_of_operand(Tape& tape, const ArrayOperand& operand) {
    bool const number = operand.ndim == 0 && operand.dtype == Dtype::float64;
    bool const stays =
        operand.extent != no_extent && tape.sweeping && tape.apart[operand.extent] != nullptr;
    if (number && stays) {
        // While a sweep runs over what lies apart it stays there, and its elements are copies.
        if (operand.kind == Kind::constant)
            return py::reinterpret_steal<py::object>(
                new_constant(tape.apart[operand.extent][operand.offset]));
        return py::reinterpret_steal<py::object>(
            new_array(tape, record_copy(tape, operand, Dtype::float64, ArrayOp::gather)));
    }
    if (number) {
        auto const slot = static_cast<Slot>(operand.first + operand.offset);
        return py::reinterpret_steal<py::object>(object_of_slot(tape, slot, operand.kind));
    }
    if (operand.kind == Kind::constant) {
        auto elements = std::make_unique<LeafArray>();
        elements->dtype = operand.dtype;
        elements->shape.assign(operand.shape, operand.shape + operand.ndim);
        elements->size = elements_of(operand.shape, operand.ndim);
        py::object const array = array_at(tape.places().at(operand), operand);
        elements->value = std::move(operand_from_numpy(array.ptr())->value);
        return py::reinterpret_steal<py::object>(new_constant_array(std::move(elements)));
    }
    Kind const kind = operand.kind == Kind::leaf ? Kind::result : operand.kind;
    py::object whole = py::reinterpret_steal<py::object>(
        array_on_old(tape, operand.last(), kind, operand.deferred));
    auto const shows_it = [&](const ArrayView& view) {
        return view.ndim == operand.ndim && view.offset == operand.offset &&
               std::equal(operand.shape, operand.shape + operand.ndim, view.shape()) &&
               std::equal(operand.strides, operand.strides + operand.ndim, view.strides());
    };
    bool const same = is_array(whole.ptr()) && shows_it(view_of(whole.ptr()));
    if (same) return whole;
    ArrayView* const view = allocate_view(operand.ndim);
    view->slots = operand.slots;
    view->dtype = operand.dtype;
    view->offset = operand.offset;
    view->size = elements_of(operand.shape, operand.ndim);
    std::copy(operand.shape, operand.shape + operand.ndim, view->shape());
    std::copy(operand.strides, operand.strides + operand.ndim, view->strides());
    return py::reinterpret_steal<py::object>(new_view(whole.ptr(), view));
}

py::tuple inputs_of_external(Tape& tape, const Statement& statement) {
    ExternalRecord const record(tape, statement);
    py::tuple inputs(static_cast<std::size_t>(record.arity()));
    for (int k = 0; k < record.arity(); ++k) {
        ArrayOperand const operand = record.operand(k);
        bool const number = operand.extent == no_extent && operand.dtype == Dtype::float64;
        auto const slot = static_cast<Slot>(operand.first + operand.offset);
        // One that was stacked is shown itself, without the axis that it was given.
        inputs[static_cast<std::size_t>(k)] =
            number ? py::reinterpret_steal<py::object>(object_of_slot(tape, slot, operand.kind))
                   : object_of_operand(tape, operand);
    }
    return inputs;
}

}  // namespace autodiffx::bindings

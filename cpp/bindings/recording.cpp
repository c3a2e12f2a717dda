// A function that was run once to be differentiated more than once: for vjp, linearize and
// Jacobians.
#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

#include "region.hpp"

namespace autodiffx::bindings {

namespace {

std::size_t number_of_elements(PyObject* output) {
    return is_array(output) ? static_cast<std::size_t>(view_of(output).size) : 1;
}

// Calls use(place) for each element of a view, in NumPy's order.
template <class Use>
void for_each_place(const ArrayView& view, Use use) {
    std::int64_t at[max_ndim] = {};
    for (std::int64_t i = 0; i < view.size; ++i) {
        std::int64_t place = view.offset;
        for (int axis = 0; axis < view.ndim; ++axis) place += at[axis] * view.strides()[axis];
        use(static_cast<std::size_t>(place));
        for (int axis = view.ndim; axis-- > 0;) {
            if (++at[axis] < view.shape()[axis]) break;
            at[axis] = 0;
        }
    }
}

// Elements of a dtype in slots.
void put(double* slots, std::size_t place, double element, Dtype dtype) {
    if (dtype == Dtype::float64) {
        slots[place] = element;
    } else {
        auto const single = static_cast<float>(element);
        std::memcpy(reinterpret_cast<char*>(slots) + place * sizeof single, &single, sizeof single);
    }
}

void set_row(const py::object& stack, Py_ssize_t row, const py::object& derivative) {
    if (PyObject_SetItem(stack.ptr(), py::int_(row).ptr(), derivative.ptr()) != 0)
        throw py::error_already_set();
}

class Recording {
public:
    explicit Recording(const py::sequence& leaves) : region_(current_tape()) {
        for (py::handle const leaf : leaves) {
            if (is_dual(leaf.ptr())) has_duals_ = true;
            lifted_.push_back(region_.lift(leaf.ptr()));
        }
        region_.start.emplace(region_.tape);
    }

    // What the function is to be given.
    [[nodiscard]] py::list given() const {
        py::list all;
        for (Lifted const& each : lifted_) all.append(each.given);
        return all;
    }

    // Says what the function made of it. True if derivatives of it depend on something active
    // outside: then only derivatives() can give them.
    bool finish(const py::list& outputs) {
        outputs_.clear();
        bool outside = region_.active || has_duals_;
        std::vector<Seed<double>> seeds;
        for (py::handle const output : outputs) {
            outputs_.push_back(kept(py::reinterpret_borrow<py::object>(output)));
            if (is_dual(output.ptr())) outside = true;
        }
        if (outside) return outside_ = true;
        require_usable();
        for (py::object const& output : outputs_) {
            if (!is_variable(output.ptr())) continue;
            if (!add_seed(output.ptr(), nullptr, seeds)) return outside_ = true;
        }
        if (!seeds.empty() && !region_.pull_back(lifted_, seeds)) outside_ = true;
        return outside_;
    }

    [[nodiscard]] py::object value(const py::object& output) const {
        return outer_value(output, outside_);
    }

    [[nodiscard]] py::list outputs() const {
        py::list all;
        for (py::object const& each : outputs_) all.append(each);
        return all;
    }

    // The derivatives of a scalar by all arguments, which can be differentiated in turn; also by
    // what is newer than the arguments, if it was made of that.
    py::list derivatives(const py::object& output, bool made_of_active) {
        require_usable();
        bool outside = outside_;
        py::list all;
        for (Number const& each :
             region_.differentiate(lifted_, output.ptr(), outside, made_of_active))
            all.append(each.to_python());
        return all;
    }

    // Those of the sum of all outputs times plain cotangents of their shapes.
    py::list pull_back(const py::list& cotangents) {
        require_usable();
        std::vector<Seed<double>> seeds;
        for (std::size_t i = 0; i < outputs_.size(); ++i)
            add_seed(outputs_[i].ptr(), py::object(cotangents[i]).ptr(), seeds);
        return swept(seeds);
    }

    // By each argument the derivatives of all elements of an output, stacked.
    py::list rows(std::size_t output) {
        require_usable();
        PyObject* const object = outputs_.at(output).ptr();
        py::list all = stacks(
            number_of_elements(object), [&](std::size_t i) { return lifted_[i].object(); },
            lifted_.size());
        Py_ssize_t row = 0;
        auto const add = [&](const std::vector<Seed<double>>& seeds) {
            py::list const found = swept(seeds);
            for (std::size_t i = 0; i < lifted_.size(); ++i) set_row(all[i], row, found[i]);
            ++row;
        };
        if (!is_active(object)) return all;
        Handle const& handle = handle_of(object);
        if (!is_array(object)) {
            add({{slot_of(object), 1.0}});
            return all;
        }
        ArrayView const& view = view_of(object);
        for_each_place(view, [&](std::size_t place) {
            Seed<double> seed{handle.slot + 1 - view.slots, 0.0};
            seed.dtype = view.dtype;
            seed.extent = Buffer<double>(view.slots, 0.0);
            put(seed.extent.writable(), place, 1.0, view.dtype);
            add({seed});
        });
        return all;
    }

    // The tangents of all outputs for plain tangents of the arguments.
    py::list push_forward(const py::list& tangents) {
        require_usable();
        clear_tangents();
        for (std::size_t i = 0; i < lifted_.size(); ++i) set_tangent(i, tangents[i]);
        return pushed();
    }

    // Of all outputs the derivatives by each element of an argument, stacked.
    py::list columns(std::size_t argument) {
        require_usable();
        PyObject* const object = lifted_.at(argument).object();
        std::size_t const elements = number_of_elements(object);
        py::list all =
            stacks(elements, [&](std::size_t i) { return outputs_[i].ptr(); }, outputs_.size());
        // Nothing else has to be cleared in between: a sweep sets the tangents of all that is
        // active.
        clear_tangents();
        Handle const& handle = handle_of(object);
        Dtype const dtype = is_array(object) ? view_of(object).dtype : Dtype::float64;
        std::uint32_t const slots = is_array(object) ? view_of(object).slots : 1;
        double* const own = tangents_.data() + handle.slot + 1 - slots;
        for (std::size_t k = 0; k < elements; ++k) {
            put(own, k, 1.0, dtype);
            py::list const found = pushed();
            put(own, k, 0.0, dtype);
            for (std::size_t i = 0; i < outputs_.size(); ++i)
                set_row(all[i], static_cast<Py_ssize_t>(k), found[i]);
        }
        return all;
    }

private:
    // An output as it is now, whatever is written into it later: that moves, and this stays.
    [[nodiscard]] py::object kept(const py::object& output) const {
        if (is_dual(output.ptr()) && is_array_like(output.ptr()))
            return py::reinterpret_borrow<py::object>(output).attr("copy")();
        if (!is_array(output.ptr()) || !is_active(output.ptr())) return output;
        std::uint32_t const extent = region_.tape.extent_at(handle_of(output.ptr()).slot);
        if (extent != no_extent) region_.tape.extents[extent].require(Need::always);
        py::object own = output[py::ellipsis()];
        handle_of(own.ptr()).stays = true;
        return own;
    }
    // Of the tape of this region: nothing else passes anything on to the arguments.
    [[nodiscard]] bool is_active(PyObject* output) const {
        return is_variable(output) && handle_of(output).tape == &region_.tape &&
               handle_of(output).state == Handle::State::result;
    }
    static Slot slot_of(PyObject* number) { return handle_of(number).slot; }

    // False if what it belongs to lies outside.
    bool add_seed(PyObject* output, PyObject* cotangent, std::vector<Seed<double>>& seeds) {
        if (!is_variable(output)) return true;
        Handle const& handle = handle_of(output);
        if (handle.state == Handle::State::leaf) return false;
        if (!is_active(output)) return handle.tape == nullptr || handle.tape == &region_.tape;
        if (handle.slot < region_.before.position.slots) return false;
        if (!is_array(output)) {
            double number = 1.0;
            if (cotangent != nullptr) read_number(cotangent, number);
            seeds.push_back({slot_of(output), number});
        } else {
            ArrayView const& view = view_of(output);
            if (view.size == 0) return true;
            py::object given = py::reinterpret_borrow<py::object>(cotangent);
            if (cotangent == nullptr)
                given = py::module_::import("numpy").attr("ones")(py::handle(output).attr("shape"));
            seeds.push_back(array_seed(output, given.ptr()));
        }
        return true;
    }

    py::list swept(const std::vector<Seed<double>>& seeds) {
        auto const found = region_.pull_back(lifted_, seeds);
        if (!found)
            throw graph_error("what is differentiated has come to depend on something outside");
        py::list all;
        for (Number const& each : *found) all.append(each.to_python());
        return all;
    }

    template <class ObjectAt>
    static py::list stacks(std::size_t elements, ObjectAt object_at, std::size_t count) {
        py::object const zeros = py::module_::import("numpy").attr("zeros");
        py::list all;
        for (std::size_t i = 0; i < count; ++i) {
            PyObject* const object = object_at(i);
            py::list shape;
            shape.append(py::int_(elements));
            bool single = false;
            if (is_array(object)) {
                ArrayView const& view = view_of(object);
                for (int axis = 0; axis < view.ndim; ++axis) shape.append(view.shape()[axis]);
                single = view.dtype == Dtype::float32;
            } else if (is_array_like(object)) {
                for (py::handle const length : py::handle(object).attr("shape"))
                    shape.append(length);
                single = py::str(py::handle(object).attr("dtype")).equal(py::str("float32"));
            }
            all.append(zeros(py::tuple(shape), single ? "float32" : "float64"));
        }
        return all;
    }

    void clear_tangents() {
        tangents_.truncate(0);
        tangents_.extend_zeroed(region_.tape.primals.size());
    }
    void set_tangent(std::size_t argument, const py::object& tangent) {
        PyObject* const object = lifted_[argument].object();
        Handle const& handle = handle_of(object);
        if (!is_array(object)) {
            double number = 0.0;
            read_number(tangent.ptr(), number);
            tangents_[handle.slot] = number;
            return;
        }
        ArrayView const& view = view_of(object);
        Buffer<double> const packed = elements_like("a tangent", tangent.ptr(), object);
        std::copy(packed.begin(), packed.end(), tangents_.data() + handle.slot + 1 - view.slots);
    }
    py::list pushed() {
        forward_sweep(region_.tape, tangents_, region_.start->position.statements);
        py::list all;
        for (py::object const& output : outputs_) {
            if (!is_active(output.ptr())) {
                all.append(fitted(0.0, Number(output)).to_python());
            } else if (is_array(output.ptr())) {
                ArrayView const& view = view_of(output.ptr());
                Slot const first = handle_of(output.ptr()).slot + 1 - view.slots;
                all.append(to_numpy(tangents_.data() + first, view, true));
            } else {
                all.append(py::float_(tangents_[slot_of(output.ptr())]));
            }
        }
        return all;
    }

    void require_usable() const {
        if (std::this_thread::get_id() != thread_)
            throw graph_error("a pullback is called in the thread that made it");
        bool cleared = region_.before.tape == nullptr;
        for (Lifted const& each : lifted_) cleared = cleared || !each.variable->handle.on_tape();
        if (cleared)
            throw graph_error("the Graph on which the function was recorded was cleared since");
    }

    std::thread::id const thread_ = std::this_thread::get_id();
    Region region_;  // first: what follows refers to its tape
    std::vector<Lifted> lifted_;
    std::vector<py::object> outputs_;
    Arena<double> tangents_;
    bool has_duals_ = false;
    bool outside_ = false;
};

}  // namespace

void register_recording(py::module_& module) {
    py::class_<Recording>(module, "_Recording")
        .def(py::init<const py::sequence&>())
        .def_property_readonly("given", &Recording::given)
        .def("finish", &Recording::finish)
        .def_property_readonly("outputs", &Recording::outputs)
        .def("value", &Recording::value)
        .def("derivatives", &Recording::derivatives)
        .def("pull_back", &Recording::pull_back)
        .def("rows", &Recording::rows)
        .def("push_forward", &Recording::push_forward)
        .def("columns", &Recording::columns);
}

}  // namespace autodiffx::bindings

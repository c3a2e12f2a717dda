// A function that was run once to be differentiated more than once: for vjp, linearize and
// Jacobians.
#include <algorithm>
#include <cstring>
#include <memory>
#include <thread>

#include "entries.hpp"
#include "region.hpp"

namespace autodiffx::bindings {

namespace {

class Recording {
public:
    explicit Recording(const py::sequence& leaves) : region_(current_tape()) {
        region_.rewinds = false;
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
        end_ = region_.tape.statements.size();
        outputs_.clear();
        bool outside = region_.active || has_duals_;
        for (py::handle const output : outputs) {
            outputs_.push_back(kept(py::reinterpret_borrow<py::object>(output)));
            if (is_dual(output.ptr())) outside = true;
        }
        if (outside) return outside_ = true;
        require_usable();
        for (py::object const& output : outputs_) {
            if (lies_outside(output.ptr())) return outside_ = true;
        }
        // Whether the outputs depend on it as well only a sweep can tell.
        if (!region_.reads_outside()) return outside_ = false;
        std::vector<Seed<double>> seeds;
        for (py::object const& output : outputs_) add_seed(output.ptr(), nullptr, seeds);
        return outside_ = !seeds.empty() && !region_.pull_back(lifted_, seeds);
    }

    // What the function computed as its caller is to have it: plain, unless that very number or
    // array depends on something active outside.
    [[nodiscard]] py::object value(const py::object& computed) {
        if (is_dual(computed.ptr())) {
            DualObject const& dual = dual_of(computed.ptr());
            return py::reinterpret_steal<py::object>(
                new_dual(Number(value(dual.value.to_python())),
                         Number(value(dual.tangent.to_python())), dual.level));
        }
        return outer_value(computed, outside_ && is_variable(computed.ptr()) && depends(computed));
    }

    // No sweep is wanted any more. A Graph keeps what was recorded after it, handles or not.
    void close() {
        lifted_.clear();
        outputs_.clear();
        closed_ = true;
        if (!region_.tape.is_graph() || end_ == region_.tape.statements.size()) region_.rewind();
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

    // By each argument the derivatives of an output: a row for each element of that, a column for
    // each of this.
    py::list rows(std::size_t output) {
        require_usable();
        PyObject* const object = outputs_.at(output).ptr();
        std::size_t const elements = number_of_elements(object);
        std::vector<NewMatrix> blocks;
        for (Lifted const& each : lifted_) {
            blocks.push_back(new_matrix(elements, number_of_elements(each.object()),
                                        dtype_of_derivatives(each.object())));
        }
        if (is_active(object) && elements > 0) {
            if (use_lanes(elements)) fill_rows(Entries(region_.tape, object), blocks);
            else fill_rows_singly(object, blocks);
        }
        return arrays_of(blocks);
    }

    // The tangents of all outputs for plain tangents of the arguments.
    py::list push_forward(const py::list& tangents) {
        require_usable();
        clear_tangents();
        for (std::size_t i = 0; i < lifted_.size(); ++i) set_tangent(i, tangents[i]);
        return pushed();
    }

    // The Hessian of the only output, one number, times plain tangents of the arguments: forward
    // over reverse. None where that is not plain, or not of float64 alone.
    py::object hessian_product(const py::list& tangents) {
        require_usable();
        if (outside_ || watching || outputs_.size() != 1 || is_array(outputs_[0].ptr()))
            return py::none();
        for (Lifted const& each : lifted_) {
            if (is_array(each.object()) && view_of(each.object()).dtype != Dtype::float64)
                return py::none();
        }
        Tape& tape = region_.tape;
        Adjoints<dual<double>> adjoints;
        if (is_active(outputs_[0].ptr())) {
            std::size_t const stop = region_.start->position.statements;
            clear_tangents();
            for (std::size_t i = 0; i < lifted_.size(); ++i) set_tangent(i, tangents[i]);
            forward_sweep(tape, tangents_, stop);
            std::vector<Seed<dual<double>>> const seeds{
                {slot_of(outputs_[0].ptr()), dual<double>(1.0)}};
            reverse_sweep(tape, tangents_, adjoints, seeds, stop);
        }
        py::list all;
        for (Lifted const& each : lifted_) {
            Entries const entries(tape, each.object());
            all.append(entries.tangents_in(adjoints, each.object()));
        }
        return all;
    }

    // Of all outputs the derivatives by an argument: a row for each element of those, a column for
    // each of this.
    py::list columns(std::size_t argument) {
        require_usable();
        PyObject* const object = lifted_.at(argument).object();
        std::size_t const elements = number_of_elements(object);
        std::vector<NewMatrix> blocks;
        for (py::object const& each : outputs_) {
            blocks.push_back(
                new_matrix(number_of_elements(each.ptr()), elements, dtype_of_derivatives(object)));
        }
        Entries const entries(region_.tape, object);
        if (use_lanes(elements)) fill_columns(entries, blocks);
        else fill_columns_singly(entries, blocks);
        return arrays_of(blocks);
    }

private:
    // Whether something active outside takes part in it. Of decisions no sweep can tell.
    bool depends(const py::object& variable) {
        if (is_array(variable.ptr()) && view_of(variable.ptr()).dtype == Dtype::boolean)
            return true;
        if (lies_outside(variable.ptr())) return true;
        if (!region_.active && !region_.reads_outside()) return false;
        std::vector<Seed<double>> seeds;
        add_seed(variable.ptr(), nullptr, seeds);
        return !seeds.empty() && !region_.pull_back(lifted_, seeds);
    }
    [[nodiscard]] Slot base() const { return static_cast<Slot>(region_.before.position.slots); }
    [[nodiscard]] bool use_lanes(std::size_t seeds) const {
        std::size_t const slots = region_.tape.primals.size() - base();
        return !watching && are_lanes_worth(seeds, slots);
    }
    static Dtype dtype_of_derivatives(PyObject* argument) {
        return is_array(argument) && view_of(argument).ndim > 0 ? view_of(argument).dtype
                                                                : Dtype::float64;
    }
    static py::list arrays_of(const std::vector<NewMatrix>& blocks) {
        py::list all;
        for (NewMatrix const& each : blocks) all.append(each.array);
        return all;
    }

    void fill_rows(const Entries& output, const std::vector<NewMatrix>& blocks) {
        std::vector<Entries> arguments;
        for (Lifted const& each : lifted_) arguments.emplace_back(region_.tape, each.object());
        Lanes lanes(region_.tape, base());
        for (std::size_t from = 0; from < output.size(); from += Lanes::count) {
            std::size_t const seeds = std::min(Lanes::count, output.size() - from);
            output.seed(lanes, from);
            reverse_sweep(region_.tape, lanes, output.part, region_.start->position.statements);
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                Entries const& to = arguments[i];
                for (std::size_t k = 0; k < to.size(); ++k)
                    to.copy_column(lanes, k, blocks[i], from, seeds);
                // What was passed on to single elements is not known.
                lanes.fill(to.part);
                lanes.clear(to.part);
            }
        }
    }
    void fill_rows_singly(PyObject* output, const std::vector<NewMatrix>& blocks) {
        Entries const elements(region_.tape, output);
        for (std::size_t row = 0; row < elements.size(); ++row) {
            Seed<double> seed{elements.part.first, 1.0};
            if (is_array(output)) {
                seed.dtype = elements.dtype();
                seed.extent = Buffer<double>(view_of(output).slots, 0.0);
                elements.put(seed.extent.writable(), row, 1.0);
            }
            py::list const found = swept({seed});
            for (std::size_t i = 0; i < blocks.size(); ++i)
                set_part(blocks[i].array, py::int_(row), found[i]);
        }
    }

    void fill_columns(const Entries& argument, const std::vector<NewMatrix>& blocks) {
        std::vector<std::optional<Entries>> outputs;
        for (py::object const& each : outputs_) {
            outputs.emplace_back();
            if (is_active(each.ptr())) outputs.back().emplace(region_.tape, each.ptr());
        }
        std::vector<ArrayPart> results;
        for (auto const& each : outputs) {
            if (each) results.push_back(each->part);
        }
        std::size_t const start = region_.start->position.statements;
        Path const path(region_.tape, results, base(), start);
        Lanes lanes(region_.tape, base());
        for (std::size_t from = 0; from < argument.size(); from += Lanes::count) {
            argument.seed(lanes, from);
            forward_sweep(region_.tape, lanes, path);
            for (std::size_t i = 0; i < blocks.size(); ++i) {
                if (!outputs[i]) continue;
                Entries const& of = *outputs[i];
                for (std::size_t row = 0; row < of.size(); ++row)
                    of.copy_row(lanes, row, blocks[i], from);
            }
            lanes.clear(argument.part);
        }
    }
    void fill_columns_singly(const Entries& argument, const std::vector<NewMatrix>& blocks) {
        // Nothing else has to be cleared in between: a sweep sets the tangents of all that is
        // active.
        clear_tangents();
        double* const own = tangents_.data() + argument.part.first;
        for (std::size_t column = 0; column < argument.size(); ++column) {
            argument.put(own, column, 1.0);
            py::list const found = pushed();
            argument.put(own, column, 0.0);
            py::tuple const place =
                py::make_tuple(py::slice(py::none(), py::none(), py::none()), py::int_(column));
            for (std::size_t i = 0; i < blocks.size(); ++i)
                set_part(blocks[i].array, place, found[i]);
        }
    }

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

    // Whether it is active outside.
    [[nodiscard]] bool lies_outside(PyObject* output) const {
        if (!is_variable(output)) return false;
        Handle const& handle = handle_of(output);
        if (handle.state == Handle::State::leaf) return true;
        if (!is_active(output)) return handle.tape != nullptr && handle.tape != &region_.tape;
        return handle.slot < region_.before.position.slots;
    }
    // Ones if no cotangent is given.
    void add_seed(PyObject* output, PyObject* cotangent, std::vector<Seed<double>>& seeds) {
        if (!is_active(output)) return;
        if (!is_array(output)) {
            double number = 1.0;
            if (cotangent != nullptr) read_number(cotangent, number);
            seeds.push_back({slot_of(output), number});
        } else if (view_of(output).size > 0) {
            py::object given = py::reinterpret_borrow<py::object>(cotangent);
            if (cotangent == nullptr)
                given = py::module_::import("numpy").attr("ones")(py::handle(output).attr("shape"));
            seeds.push_back(array_seed(output, given.ptr()));
        }
    }

    py::list swept(const std::vector<Seed<double>>& seeds) {
        auto const found = region_.pull_back(lifted_, seeds);
        if (!found)
            throw graph_error("what is differentiated has come to depend on something outside");
        py::list all;
        for (Number const& each : *found) all.append(each.to_python());
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
        if (closed_) throw graph_error("the recording of the function was closed");
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
    std::size_t end_ = 0;  // statements when the function had run
    bool closed_ = false;
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
        .def("columns", &Recording::columns)
        .def("close", &Recording::close)
        .def("hessian_product", &Recording::hessian_product);
}

}  // namespace autodiffx::bindings

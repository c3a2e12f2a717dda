// Graph: a tape that the user opens, keeps and runs again.
#include <algorithm>
#include <cstdio>
#include <thread>
#include <unordered_map>

#include <pybind11/stl.h>

#include "arrays.hpp"
#include "draw.hpp"
#include "gradient_graph.hpp"

namespace autodiffx::bindings {

namespace {

class Graph {
public:
    explicit Graph(const py::object& name) : tape_(new Tape(Tape::Role::graph)) {
        tape_->retain();
        if (name.is_none()) return;
        if (!py::isinstance<py::str>(name)) {
            tape_->release();
            raise_type_error("the name of a Graph is a str or None, got '" + type_name(name.ptr()) +
                             "'");
        }
        tape_->name = py::cast<std::string>(name);
    }
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;
    ~Graph() { abandon(*tape_); }

    [[nodiscard]] Tape& tape() const { return *tape_; }

    void enter() {
        if (tape_->open) {
            throw graph_error(
                thread_ == std::this_thread::get_id()
                    ? tape_->describe() + " is already open: a Graph is entered once at a time"
                    : tape_->describe() +
                          " is open in another thread: two threads cannot record in one Graph");
        }
        Tape& outer = current_tape();
        tape_->enclosing = &outer;
        outer.retain();
        tape_->retain();
        tape_->open = true;
        thread_ = std::this_thread::get_id();
        tape_in_use = tape_;
        tape_->look_closer();
    }

    void exit() {
        if (!tape_->open || thread_ != std::this_thread::get_id()) {
            throw graph_error(tape_->describe() + " is not open in this thread");
        }
        // Usually the innermost; a generator may leave them in another order.
        Tape* const outer = tape_->enclosing;
        if (tape_in_use == tape_) {
            tape_in_use = outer;
        } else {
            for (Tape* inner = tape_in_use; inner != nullptr; inner = inner->enclosing) {
                if (inner->enclosing != tape_) continue;
                inner->enclosing = outer;
                outer->retain();
                tape_->release();
                break;
            }
        }
        tape_->enclosing = nullptr;
        tape_->open = false;
        outer->release();
        tape_->release();
    }

    // The slot of the last value, or an error that says what is missing.
    [[nodiscard]] Slot last(const char* what) const {
        for (std::size_t i = tape_->statements.size(); i-- > 0;) {
            Statement const& statement = tape_->statements[i];
            if (statement.has_result()) return statement.result;
            if (statement.op == Op::write) return ArrayRecord(*tape_, statement).result().last();
        }
        raise_value_error(std::string(what) + " of " + tape_->describe() +
                          ", which is empty: record something in `with graph:` first");
    }

    [[nodiscard]] py::list values() const {
        py::list list;
        for (std::size_t i = 0; i < tape_->statements.size(); ++i) {
            Statement const& statement = tape_->statements[i];
            if (!statement.has_result()) continue;
            Kind const kind =
                (statement.flags & Statement::passive_bit) != 0 ? Kind::varying : Kind::result;
            bool const deferred = (statement.flags & Statement::deferred_bit) != 0;
            list.append(py::reinterpret_steal<py::object>(
                statement.op == Op::array
                    ? array_on_old(*tape_, statement.result, kind, deferred)
                    : new_result(*tape_, {statement.result, kind, deferred})));
        }
        return list;
    }

    py::object forward() {
        Slot const slot = last("forward()");
        replay_with_report(*tape_);
        return shown(slot, extent_elements(*tape_, first_of(slot)));
    }

    void backward(const py::object& seed, bool accumulate) {
        double adjoint = 1.0;
        Slot const slot = last("backward()");
        require_active(slot);
        py::object const array = array_at(slot);
        Seed<double> start{slot, adjoint};
        if (array) {
            start = array_seed(array.ptr(), seed.ptr());
        } else if (!seed.is_none() && !read_number(seed.ptr(), start.adjoint)) {
            raise_type_error("the seed of backward() takes a number, got '" +
                             type_name(seed.ptr()) + "'");
        }
        bring_up_to_date(*tape_, slot);
        store_gradient(gradient(*tape_, std::move(start)), accumulate);
    }

    static GradientGraph create_gradient_graph(const py::object& self) {
        Graph& graph = py::cast<Graph&>(self);
        Slot const slot = graph.last("create_gradient_graph()");
        graph.require_active(slot);
        Tape& tape = *graph.tape_;
        bring_up_to_date(tape, slot);
        py::object const array = graph.array_at(slot);
        Seed<double> const seed =
            array ? array_seed(array.ptr(), nullptr) : Seed<double>{slot, 1.0};
        LeafSums by_leaf;
        for (Tape* each : capture_order(tape)) {
            for (Input const& input : each->inputs) {
                if (input.leaf != nullptr && each->is_graph()) by_leaf.add(*input.leaf);
            }
        }
        for (LeafAdjoint const& entry : gradient(tape, seed)) by_leaf.add(entry);
        std::vector<double> by_slot(tape.primals.size(), 0.0);
        for (std::size_t s = tape.adjoints.low; s < tape.adjoints.high; ++s)
            by_slot[s] = tape.adjoints.at(s);
        std::size_t const extents = std::min(tape.adjoints.apart.size(), tape.extents.size());
        for (std::size_t i = 0; i < extents; ++i) {
            const double* const own = tape.adjoints.apart[i];
            Extent const& extent = tape.extents[i];
            if (own != nullptr) std::copy_n(own, extent.slots, by_slot.data() + extent.first);
        }
        return {self, std::move(by_leaf), std::move(by_slot), &tape};
    }

    py::object jvp(const py::dict& tangents) {
        Slot const slot = last("jvp()");
        auto const seeds = direction("jvp()", tangents);
        bring_up_to_date(*tape_, slot);
        Slot const first = first_of(slot);
        Buffer<double> const found = tangent(*tape_, first, slot, seeds);
        return shown(slot, found.data());
    }

    py::dict hvp(const py::dict& tangents) {
        Slot const slot = last("hvp()");
        require_active(slot);
        auto const seeds = direction("hvp()", tangents);
        bring_up_to_date(*tape_, slot);
        py::object const array = array_at(slot);
        Seed<double> const one = array ? array_seed(array.ptr(), nullptr) : Seed<double>{slot, 1.0};
        LeafSums sums;
        for (LeafAdjoint const& entry : hessian_product(*tape_, one, seeds)) {
            sums.add(entry);
        }
        return sums.to_dict();
    }

    void zero_grad() const {
        for (Input const& input : tape_->inputs) {
            if (input.leaf == nullptr) continue;
            if (input.leaf->array) input.leaf->array->grad = {input.leaf->slots(), 0.0};
            input.leaf->grad = 0.0;
            input.leaf->has_grad = true;
        }
    }

    void clear() const {
        if (tape_->sweeping)
            throw graph_error("a sweep of " + tape_->describe() +
                              " is under way: it cannot be cleared now");
        tape_->clear();
    }

    // Statements, guards and moves not counted: a move belongs to the write that made it necessary.
    [[nodiscard]] std::size_t size() const {
        std::size_t moves = 0;
        for (std::size_t i = 0; tape_->has_elements && i < tape_->statements.size(); ++i) {
            Statement const& statement = tape_->statements[i];
            moves += static_cast<std::size_t>(statement.op == Op::array &&
                                              ArrayRecord(*tape_, statement).op() == ArrayOp::move);
        }
        return tape_->statements.size() - tape_->guards.size() - moves;
    }
    [[nodiscard]] std::size_t bytes() const { return tape_->bytes(); }
    [[nodiscard]] bool is_open() const { return tape_->open; }

    [[nodiscard]] std::vector<std::string> escapes() const {
        std::vector<std::string> places;
        if (tape_->notes) {
            for (Escape const& escape : notes_of(*tape_).escapes)
                places.push_back(escape.place.text());
        }
        return places;
    }

    [[nodiscard]] std::string represent() const {
        std::string const name =
            tape_->name.empty() ? "#" + std::to_string(tape_->number) : "'" + tape_->name + "'";
        auto const count = [](std::size_t n, const char* what) {
            return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
        };
        return "<Graph " + name + ": " + count(size(), "statement") + ", " +
               count(inputs(), "input") + (tape_->open ? ", open>" : ">");
    }

    [[nodiscard]] std::string to_dot() const { return draw(*tape_); }

private:
    // Distinct leaves and captured values.
    [[nodiscard]] std::size_t inputs() const {
        std::vector<const void*> seen;
        std::size_t captured = 0;
        for (Input const& input : tape_->inputs) {
            if (input.leaf == nullptr) ++captured;
            else seen.push_back(input.leaf);
        }
        std::sort(seen.begin(), seen.end());
        return captured +
               static_cast<std::size_t>(std::unique(seen.begin(), seen.end()) - seen.begin());
    }

    [[nodiscard]] Slot first_of(Slot last) const {
        return last + 1 - tape_->slots_of(tape_->statements[tape_->statement_of(last)]);
    }
    // The result that ends at the slot as an array Variable; null for a number.
    [[nodiscard]] py::object array_at(Slot last) const {
        Statement const& statement = tape_->statements[tape_->statement_of(last)];
        if (statement.op != Op::array) return {};
        auto const object =
            py::reinterpret_steal<py::object>(array_on_old(*tape_, last, Kind::result, false));
        return is_array(object.ptr()) ? object : py::object();
    }
    // What stands in the slots of the result that ends at `last`, to be read from `slots`.
    [[nodiscard]] py::object shown(Slot last, const double* extent) const {
        py::object const array = array_at(last);
        if (!array) return py::float_(*extent);
        return to_numpy(extent, view_of(array.ptr()), true);
    }

    void require_active(Slot slot) const {
        Statement const& statement = tape_->statements[tape_->statement_of(slot)];
        if ((statement.flags & Statement::passive_bit) == 0) return;
        throw passive_error("the last value of " + tape_->describe() +
                            " is a decision that depends on no Variable differentiably: there is "
                            "nothing to differentiate");
    }

    [[nodiscard]] std::vector<LeafTangent> direction(const char* what,
                                                     const py::dict& tangents) const {
        std::vector<Tape*> const tapes = capture_order(*tape_);
        std::vector<LeafTangent> result;
        for (auto const item : tangents) {
            if (!is_variable(item.first.ptr())) {
                raise_type_error(std::string(what) +
                                 " takes a dict from Variable to direction, got a key of type '" +
                                 type_name(item.first.ptr()) + "'");
            }
            Handle const& handle = handle_of(item.first.ptr());
            double number = 0.0;
            if (!handle.array && !read_number(item.second.ptr(), number)) {
                raise_type_error(std::string(what) + " takes numbers as directions, got '" +
                                 type_name(item.second.ptr()) + "'");
            }
            bool known = false;
            for (Tape* each : tapes) {
                for (Input const& input : each->inputs) {
                    known = known ||
                            (handle.state == Handle::State::leaf && input.leaf == handle.leaf &&
                             input.leaf->object == item.first.ptr());
                }
            }
            if (!known)
                raise(PyExc_KeyError, std::string(py::repr(item.first)) + " is not an input of " +
                                          tape_->describe());
            Buffer<double> extent;
            if (handle.array) {
                std::string const whose = std::string("a direction of ") + what;
                extent = elements_like(whose.c_str(), item.second.ptr(), item.first.ptr());
            }
            result.push_back({handle.leaf, number, std::move(extent)});
        }
        return result;
    }

    Tape* tape_;
    std::thread::id thread_;
};

}  // namespace

void register_graph(py::module_& module) {
    register_gradient_graph(module);
    py::class_<Graph>(module, "Graph",
                      "Graph(name=None)\n\n"
                      "A recording that can be run again. Operations inside `with graph:` are kept "
                      "until clear() or\n"
                      "its end; entering again appends. After a Variable was set, forward() "
                      "computes everything anew\n"
                      "at the speed of the core; comparisons on values are guards, and a replay in "
                      "which one comes out\n"
                      "differently raises ControlFlowChanged.\n\n"
                      ">>> import autodiffx as adx\n"
                      ">>> x = adx.Variable(2.0, name=\"x\")\n"
                      ">>> with adx.Graph() as graph:\n"
                      "...     y = x * x + 1\n"
                      ">>> x.value = 3.0\n"
                      ">>> graph.forward()\n"
                      "10.0\n"
                      ">>> graph.backward()\n"
                      ">>> x.grad\n"
                      "6.0\n")
        .def(py::init<const py::object&>(), py::arg("name") = py::none())
        .def("__enter__",
             [](const py::object& self) {
                 py::cast<Graph&>(self).enter();
                 return self;
             })
        .def("__exit__", [](Graph& self, const py::args&) { self.exit(); })
        .def("__len__", &Graph::size)
        .def("__bool__", [](const Graph&) { return true; })
        .def("__repr__", &Graph::represent)
        .def("forward", &Graph::forward,
             "Computes everything anew from the Variables' present values; returns the last value, "
             "a float.\n\n"
             "Raises ValueError for an empty graph or a placeholder without value, "
             "ControlFlowChanged if a decision\n"
             "comes out differently; warns (EscapeWarning) if a value read while recording has "
             "changed.")
        .def("backward", &Graph::backward, py::arg("seed") = py::none(),
             py::arg("accumulate") = false,
             "Sets the grad of every leaf that the last value depends on; replays first if a "
             "Variable was set.")
        .def("create_gradient_graph", &Graph::create_gradient_graph,
             "The gradient of the last value as an object with .wrt(variable); no grad is touched.")
        .def("jvp", &Graph::jvp, py::arg("tangents"),
             "The tangent of the last value, a float, along a dict from Variable to direction.\n\n"
             "Raises KeyError for a Variable that is not an input of the graph.")
        .def("hvp", &Graph::hvp, py::arg("tangents"),
             "The Hessian of the last value times a direction, a dict from Variable to float; "
             "exact, by a reverse\n"
             "sweep over dual numbers. Raises KeyError for a Variable that is not an input of the "
             "graph.")
        .def("zero_grad", &Graph::zero_grad, "Sets the grad of every leaf of the graph to 0.0.")
        .def("clear", &Graph::clear,
             "Forgets everything recorded. Values that were read stay readable.")
        .def("to_dot", &Graph::to_dot, "The graph as graphviz text.")
        .def_property_readonly("values", &Graph::values,
                               "The results in the order recorded, a list of Variables.")
        .def_property_readonly("nbytes", &Graph::bytes, "Bytes of memory that the recording takes.")
        .def_property_readonly(
            "escapes", &Graph::escapes,
            "Where .value of a result was read while the graph recorded: a list of file:line.")
        .def_property_readonly("is_open", &Graph::is_open, "True inside `with graph:`.");
}

}  // namespace autodiffx::bindings

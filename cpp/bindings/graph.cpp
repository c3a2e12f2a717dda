// Graph: a tape that the user opens, keeps and runs again.
#include <algorithm>
#include <cstdio>
#include <thread>
#include <unordered_map>

#include <pybind11/stl.h>

#include "common.hpp"
#include "draw.hpp"

namespace autodiffx::bindings {

namespace {

class Graph;

// Gradients of a graph's last value, taken once.
class GradientGraph {
public:
    GradientGraph(py::object graph, std::unordered_map<const Leaf*, double> by_leaf,
                  std::vector<double> by_slot, Tape* tape)
        : graph_(std::move(graph)),
          by_leaf_(std::move(by_leaf)),
          by_slot_(std::move(by_slot)),
          tape_(tape) {}

    double wrt(const py::object& variable) const;
    [[nodiscard]] py::object graph() const { return graph_; }

private:
    py::object graph_;
    std::unordered_map<const Leaf*, double> by_leaf_;
    std::vector<double> by_slot_;
    Tape* tape_;  // kept alive by the graph
};

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
    ~Graph() { tape_->release(); }

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
            if (tape_->statements[i].op != Op::guard) return tape_->statements[i].result;
        }
        raise_value_error(std::string(what) + " of " + tape_->describe() +
                          ", which is empty: record something in `with graph:` first");
    }

    [[nodiscard]] py::list values() const {
        py::list list;
        for (std::size_t i = 0; i < tape_->statements.size(); ++i) {
            Statement const& statement = tape_->statements[i];
            if (statement.op == Op::guard) continue;
            Kind const kind =
                (statement.flags & Statement::passive_bit) != 0 ? Kind::varying : Kind::result;
            list.append(py::reinterpret_steal<py::object>(new_result(
                *tape_,
                {statement.result, kind, (statement.flags & Statement::deferred_bit) != 0})));
        }
        return list;
    }

    double forward() {
        Slot const slot = last("forward()");
        replay_with_report(*tape_);
        return tape_->primals[slot];
    }

    void backward(const py::object& seed, bool accumulate) {
        double adjoint = 1.0;
        if (!read_number(seed.ptr(), adjoint)) {
            raise_type_error("the seed of backward() takes a number, got '" +
                             type_name(seed.ptr()) + "'");
        }
        Slot const slot = last("backward()");
        require_active(slot);
        bring_up_to_date(*tape_, slot);
        store_gradient(gradient(*tape_, slot, adjoint), accumulate);
    }

    static GradientGraph create_gradient_graph(const py::object& self) {
        Graph& graph = py::cast<Graph&>(self);
        Slot const slot = graph.last("create_gradient_graph()");
        graph.require_active(slot);
        Tape& tape = *graph.tape_;
        bring_up_to_date(tape, slot);
        std::unordered_map<const Leaf*, double> by_leaf;
        for (Tape* each : capture_order(tape)) {
            for (Input const& input : each->inputs) {
                if (input.leaf != nullptr && each->is_graph()) by_leaf[input.leaf] = 0.0;
            }
        }
        for (LeafAdjoint const& entry : gradient(tape, slot, 1.0))
            by_leaf[entry.leaf] += entry.adjoint;
        std::vector<double> by_slot(tape.primals.size(), 0.0);
        for (std::size_t s = tape.adjoints.low; s < tape.adjoints.high; ++s)
            by_slot[s] = tape.adjoints.at(s);
        return {self, std::move(by_leaf), std::move(by_slot), &tape};
    }

    double jvp(const py::dict& tangents) {
        Slot const slot = last("jvp()");
        auto const seeds = direction("jvp()", tangents);
        bring_up_to_date(*tape_, slot);
        return tangent(*tape_, slot, seeds);
    }

    py::dict hvp(const py::dict& tangents) {
        Slot const slot = last("hvp()");
        require_active(slot);
        auto const seeds = direction("hvp()", tangents);
        bring_up_to_date(*tape_, slot);
        std::unordered_map<Leaf*, double> sums;
        std::vector<Leaf*> order;
        for (LeafAdjoint const& entry : hessian_product(*tape_, slot, seeds)) {
            if (sums.emplace(entry.leaf, 0.0).second) order.push_back(entry.leaf);
            sums[entry.leaf] += entry.adjoint;
        }
        py::dict result;
        for (Leaf* leaf : order)
            result[py::reinterpret_steal<py::object>(object_of_leaf(*leaf))] = sums[leaf];
        return result;
    }

    void zero_grad() const {
        for (Input const& input : tape_->inputs) {
            if (input.leaf == nullptr) continue;
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

    [[nodiscard]] std::size_t size() const {
        return tape_->statements.size() - tape_->guards.size();
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
            double number;
            if (!read_number(item.second.ptr(), number)) {
                raise_type_error(std::string(what) + " takes numbers as directions, got '" +
                                 type_name(item.second.ptr()) + "'");
            }
            Handle const& handle = handle_of(item.first.ptr());
            bool known = false;
            for (Tape* each : tapes) {
                for (Input const& input : each->inputs) {
                    known =
                        known || (handle.state == Handle::State::leaf && input.leaf == handle.leaf);
                }
            }
            if (!known)
                raise(PyExc_KeyError, std::string(py::repr(item.first)) + " is not an input of " +
                                          tape_->describe());
            result.push_back({handle.leaf, number});
        }
        return result;
    }

    Tape* tape_;
    std::thread::id thread_;
};

double GradientGraph::wrt(const py::object& variable) const {
    if (!is_variable(variable.ptr())) {
        raise_type_error("wrt() takes a Variable, got '" + type_name(variable.ptr()) + "'");
    }
    Handle const& handle = handle_of(variable.ptr());
    if (handle.state == Handle::State::leaf) {
        auto const at = by_leaf_.find(handle.leaf);
        if (at != by_leaf_.end()) return at->second;
    } else if (handle.tape == tape_ && handle.tape != nullptr && handle.slot < by_slot_.size()) {
        return by_slot_[handle.slot];
    }
    raise(PyExc_KeyError, std::string(py::repr(variable)) + " is not in " + tape_->describe());
}

}  // namespace

void register_graph(py::module_& module) {
    py::class_<GradientGraph>(module, "GradientGraph",
                              "The gradient of a Graph's last value, taken once.")
        .def("wrt", &GradientGraph::wrt, py::arg("variable"),
             "The derivative of the last value by a Variable of the graph, a float; 0.0 if it does "
             "not depend on it.\n\n"
             "Raises KeyError, with the name, for a Variable that is not in the graph.")
        .def_property_readonly("graph", &GradientGraph::graph, "The Graph.");
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
        .def("backward", &Graph::backward, py::arg("seed") = 1.0, py::arg("accumulate") = false,
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

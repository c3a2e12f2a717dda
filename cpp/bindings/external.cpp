// Kernels written in Python as external statements. A Rule (python/autodiffx/numpy/rule.py) says
// what is computed; this file hands it arrays and takes what it gives.
#include "external.hpp"

#include "autodiffx/flat.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace autodiffx::bindings {

namespace {

// A kernel runs on a tape of its own: what it records for itself is forgotten, and the tape that
// is being recorded or swept stays as it is.
class Aside {
public:
    Aside() : tape_(new Tape(Tape::Role::ambient)), before_(&current_tape()) {
        tape_->retain();
        tape_in_use = tape_;
    }
    Aside(const Aside&) = delete;
    Aside& operator=(const Aside&) = delete;
    ~Aside() {
        tape_in_use = before_;
        tape_->release();
    }

private:
    Tape* tape_;
    Tape* before_;
};

// ---- the entry ---------------------------------------------------------------------

bool is_all_zero(const py::object& array) { return !py::cast<bool>(array.attr("any")()); }

struct PythonExternal : External {
    py::object rule;
    py::dict fixed;      // what the rule is given beside its operands
    bool several;        // it gives a tuple of results
    std::string called;  // its name

    PythonExternal(py::object of, py::dict with, bool gives_several)
        : rule(std::move(of)),
          fixed(std::move(with)),
          several(gives_several),
          called(py::str(rule.attr("name"))) {}

    [[nodiscard]] std::string_view name() const override { return called; }

    [[nodiscard]] py::object one_or_all(const py::tuple& results) const {
        return several ? py::object(results) : py::object(results[0]);
    }
    [[nodiscard]] std::string described(const char* what) const {
        return std::string(what) + " of " + called;
    }
    // What a member of the rule gives, as many as were expected.
    template <class... Arguments>
    [[nodiscard]] py::tuple ask(const char* member, std::size_t expected,
                                const Arguments&... arguments) const {
        Aside const aside;
        py::tuple const given(rule.attr(member)(arguments..., fixed));
        if (given.size() != expected) {
            raise_value_error(described(member) + " gives " + std::to_string(expected) +
                              " arrays, got " + std::to_string(given.size()));
        }
        return given;
    }

    template <class T, class... Component>
    static py::tuple operands_of(const ExternalRecord& record, Places<T> places, bool active_only,
                                 Component... component) {
        py::tuple arrays(static_cast<std::size_t>(record.arity()));
        for (int k = 0; k < record.arity(); ++k) {
            ArrayOperand const operand = record.operand(k);
            auto const at = static_cast<std::size_t>(k);
            if (active_only && !is_active(operand.kind)) arrays[at] = py::none();
            else arrays[at] = array_at(places.at(operand), operand, component...);
        }
        return arrays;
    }
    template <class T, class... Component>
    static py::tuple results_of(const ExternalRecord& record, Places<T> places,
                                Component... component) {
        py::tuple arrays(static_cast<std::size_t>(record.results()));
        for (int k = 0; k < record.results(); ++k) {
            ArrayOperand const result = record.result(k);
            arrays[static_cast<std::size_t>(k)] = array_at(places.at(result), result, component...);
        }
        return arrays;
    }
    static bool vanish(const py::tuple& arrays) {
        return std::all_of(arrays.begin(), arrays.end(), [](py::handle each) {
            return each.is_none() || is_all_zero(py::reinterpret_borrow<py::object>(each));
        });
    }
    static py::tuple wanted_of(const ExternalRecord& record) {
        py::tuple wanted(static_cast<std::size_t>(record.arity()));
        for (int k = 0; k < record.arity(); ++k)
            wanted[static_cast<std::size_t>(k)] = py::bool_(is_active(record.operand(k).kind));
        return wanted;
    }

    void forward(const ExternalRecord& record, Places<double> primals) override {
        py::tuple const given = ask("_forward", static_cast<std::size_t>(record.results()),
                                    operands_of(record, primals, false));
        for (int k = 0; k < record.results(); ++k) {
            ArrayOperand const result = record.result(k);
            put_primal(primals.at(result), result, py::object(given[static_cast<std::size_t>(k)]));
        }
    }
    void put_primal(double* extent, const View& result, const py::object& array) const {
        if (result.dtype != Dtype::boolean) {
            put_in(extent, result, *elements_for(result, array, described("the result")));
            return;
        }
        auto const elements = operand_from_numpy(array.ptr());
        if (elements->dtype != Dtype::boolean ||
            elements->size != elements_of(result.shape, result.ndim))
            raise_value_error(described("the result") + " is another than when it was recorded");
        put_in(extent, result, *elements);
    }

    void tangent(const ExternalRecord& record, Places<const double> primals,
                 Places<double> tangents) override {
        ArrayOperand const first = record.result(0);
        std::fill_n(tangents.at(first), first.slots, 0.0);
        py::tuple const given = operands_of(record, tangents, true);
        if (vanish(given)) return;
        py::tuple const found =
            ask("_push_forward", static_cast<std::size_t>(record.results()), given,
                one_or_all(results_of(record, primals)), operands_of(record, primals, false));
        for (int k = 0; k < record.results(); ++k) {
            py::object const array = found[static_cast<std::size_t>(k)];
            if (array.is_none()) continue;
            ArrayOperand const result = record.result(k);
            put_in(tangents.at(result), result,
                   *elements_for(result, array, described("the tangent")));
        }
    }

    void reverse(const ExternalRecord& record, const AdjointPlaces<double>& at) override {
        py::tuple const given = results_of(record, at.adjoints);
        if (vanish(given)) return;
        py::tuple const found = ask("_pull_back", static_cast<std::size_t>(record.arity()),
                                    one_or_all(given), one_or_all(results_of(record, at.primals)),
                                    operands_of(record, at.primals, false), wanted_of(record));
        add_found(record, found, at.adjoints, 1, 0);
    }

    void reverse(const ExternalRecord& record, const AdjointPlaces<dual<double>>& at) override {
        py::tuple const given = results_of(record, at.adjoints, 0);
        py::tuple const tangents_given = results_of(record, at.adjoints, 1);
        if (vanish(given) && vanish(tangents_given)) return;
        py::tuple const found = ask(
            "_pull_back_twofold", 2, one_or_all(given), one_or_all(results_of(record, at.primals)),
            operands_of(record, at.primals, false), wanted_of(record), tangents_given,
            results_of(record, at.tangents), operands_of(record, at.tangents, true));
        add_found(record, py::tuple(found[0]), at.adjoints, 2, 0);
        add_found(record, py::tuple(found[1]), at.adjoints, 2, 1);
    }
    template <class T>
    void add_found(const ExternalRecord& record, const py::tuple& found, Places<T> adjoints,
                   int components, int component) const {
        for (int k = 0; k < record.arity(); ++k) {
            ArrayOperand const operand = record.operand(k);
            py::object const array = found[static_cast<std::size_t>(k)];
            if (array.is_none() || !is_active(operand.kind)) continue;
            add_to(adjoints.at(operand), operand,
                   *elements_for(operand, array, described("an adjoint of an operand")), components,
                   component);
        }
    }

    std::vector<ArrayResult> reverse(Tape& tape, const std::vector<ArrayOperand>& adjoints,
                                     const std::vector<ArrayOperand>& results,
                                     const std::vector<ArrayOperand>& operands,
                                     const std::vector<bool>& wanted) override {
        auto const objects = [&tape](const std::vector<ArrayOperand>& all) {
            py::tuple made(all.size());
            for (std::size_t i = 0; i < all.size(); ++i) made[i] = object_of_operand(tape, all[i]);
            return made;
        };
        py::tuple asked(wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) asked[i] = py::bool_(wanted[i]);
        py::tuple const found(rule.attr("_pull_back")(one_or_all(objects(adjoints)),
                                                      one_or_all(objects(results)),
                                                      objects(operands), asked, fixed));
        std::vector<ArrayResult> passed_on(wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            passed_on[i].slots = 0;
            py::object const array = found[i];
            if (!wanted[i] || array.is_none()) continue;
            OperandOfTape const placed = place_operand(tape, array);
            passed_on[i] = record_copy(tape, placed.operand, operands[i].dtype, ArrayOp::copy);
        }
        return passed_on;
    }
};

// ---- what Python calls ----------------------------------------------------------------

// Computes by the rule's kernel and records it.
py::object record_rule(const py::object& rule, const py::tuple& arguments, const py::dict& fixed,
                       bool passive) {
    Tape& tape = current_tape();
    tape.make_room();
    Position const before = tape.position();
    std::vector<OperandOfTape> placed;
    std::vector<ExternalResult> results;
    std::vector<std::unique_ptr<LeafArray>> computed;
    ArrayResult extent;
    bool several = false;
    try {
        std::vector<ArrayOperand> operands;
        py::tuple arrays(arguments.size());
        placed.reserve(arguments.size());
        for (std::size_t i = 0; i < arguments.size(); ++i)
            placed.push_back(place_operand(tape, arguments[i]));
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            operands.push_back(placed[i].operand);
            ArrayOperand const& operand = placed[i].operand;
            arrays[i] = array_at(tape.places().at(operand), operand);
        }
        py::object given;
        {
            Aside const aside;
            given = rule.attr("_compute")(arrays, fixed);
        }
        several = py::isinstance<py::tuple>(given);
        py::tuple const all = several ? py::tuple(given) : py::make_tuple(given);
        py::module_ const numpy = py::module_::import("numpy");
        Dtype dtype = Dtype::boolean;
        for (py::handle const each : all) {
            computed.push_back(operand_from_numpy(py::object(numpy.attr("asarray")(each)).ptr()));
            dtype = std::min(dtype, computed.back()->dtype);
        }
        for (std::unique_ptr<LeafArray>& each : computed) {
            if (each->dtype != dtype) {
                py::object const array = numpy.attr("asarray")(all[results.size()]);
                each = from_numpy("a result", array.ptr(), dtype_to_python(dtype).ptr());
            }
            ExternalResult result;
            result.ndim = static_cast<int>(each->shape.size());
            result.shape = each->shape.data();
            result.packed = each->value.data();
            results.push_back(result);
        }
        extent = record_external(tape, std::make_unique<PythonExternal>(rule, fixed, several),
                                 operands, results, dtype, passive || dtype == Dtype::boolean);
    } catch (...) {
        tape.rewind(before);
        throw;
    }
    py::object const whole = py::reinterpret_steal<py::object>(new_array(tape, extent));
    if (!several) return whole;
    py::tuple objects(results.size());
    for (std::size_t i = 0; i < results.size(); ++i) {
        ArrayView* const view =
            dense_view(results[i].shape, results[i].ndim, extent.dtype, extent.slots);
        view->offset = results[i].offset;
        objects[i] = py::reinterpret_steal<py::object>(new_view(whole.ptr(), view));
    }
    return objects;
}

// The tangents of what was computed here along a direction: an array or None for each output.
py::list tangents_along(const py::list& outputs, const py::list& leaves,
                        const py::list& directions) {
    Tape& tape = current_tape();
    std::vector<LeafTangent> direction;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
        py::object const leaf = leaves[i], along = directions[i];
        if (along.is_none() || handle_of(leaf.ptr()).state != Handle::State::leaf) continue;
        Leaf const* const of = handle_of(leaf.ptr()).leaf;
        if (is_array(leaf.ptr()))
            direction.push_back({of, 0.0, elements_like("a tangent", along.ptr(), leaf.ptr())});
        else direction.push_back({of, py::cast<double>(along)});
    }
    py::list found;
    for (py::handle const each : outputs) {
        if (!is_variable(each.ptr())) {
            found.append(py::none());
            continue;
        }
        OperandOfTape const placed = place_operand(tape, py::reinterpret_borrow<py::object>(each));
        ArrayOperand const& operand = placed.operand;
        if (!is_active(operand.kind)) {
            found.append(py::none());
            continue;
        }
        Buffer<double> const extent = tangent(tape, operand.first, operand.last(), direction);
        found.append(array_at(extent.data(), operand));
    }
    return found;
}

// The numbers that a Variable has at present, read to decide something that becomes a guard.
py::object read(const py::object& variable) {
    PyObject* const object = variable.ptr();
    if (is_array(object)) return to_numpy(read_elements(object), view_of(object), true);
    return py::module_::import("numpy").attr("asarray")(read_value(handle_of(object)));
}

}  // namespace

void register_externals(py::module_& module) {
    module.def("_record_rule", &record_rule);
    module.def("_tangents_along", &tangents_along);
    module.def("_read", &read);
    // Runs a function on a tape of its own, which is forgotten.
    module.def("_aside", [](const py::object& function) {
        Aside const aside;
        return function();
    });
    // The product of an adjoint and a partial, in which a zero wins against infinity.
    module.def("_chain", [](const py::object& adjoint, const py::object& partial) {
        PyObject* const factors[] = {adjoint.ptr(), partial.ptr()};
        return py::reinterpret_steal<py::object>(apply_or_raise(Op::chain, factors));
    });
    module.def("_lay_apart_from", [](std::uint32_t slots) {
        if (slots < 2) raise_value_error("numbers never lie apart");
        run_from = slots < 64 ? 2 : 4 * static_cast<std::uint32_t>(Scratch::block_length);
        recompute_from = slots < 64 ? 2 : 16 * static_cast<std::uint32_t>(Scratch::block_length);
        return std::exchange(apart_from, slots);
    });
    module.def("_records_guards", [] { return current_tape().is_graph(); });
}

}  // namespace autodiffx::bindings

// One run of a segment's function: stand-ins for its operands, and sweeps over what it did.
#include <algorithm>
#include <cstring>

#include "segment.hpp"

namespace autodiffx::bindings {

Beneath::Beneath(bool sees_enclosing)
    : tape_(new Tape(Tape::Role::ambient)), before_(&current_tape()) {
    tape_->retain();
    before_->retain();
    if (sees_enclosing) tape_->enclosing = before_;
    tape_in_use = tape_;
}

Beneath::~Beneath() {
    tape_in_use = before_;
    tape_->clear();  // what has escaped says so
    tape_->enclosing = nullptr;
    tape_->stand_ins = nullptr;
    tape_->release();
    before_->release();
}

void Beneath::require_in_use() const {
    if (&current_tape() == tape_) return;
    throw graph_error(
        "the function given to checkpoint() left another tape in use: close the Graphs that it "
        "opens");
}

namespace {

std::uint32_t slots_of(const Lifted& lifted) {
    return is_array(lifted.object()) ? view_of(lifted.object()).slots : 1;
}

// Packed elements of an array, as they lie in slots.
Buffer<double> packed(const py::object& array) {
    return std::move(operand_from_numpy(array.ptr())->value);
}

// Adjoints of an array as duals, packed.
Buffer<dual<double>> joined(const Seed<double>& values, const Seed<double>& tangents) {
    Buffer<dual<double>> both(values.extent.size());
    auto const interleave = [&](auto element) {
        using S = decltype(element);
        auto* const to = reinterpret_cast<S*>(both.writable());
        auto const* const a = reinterpret_cast<const S*>(values.extent.data());
        auto const* const b = reinterpret_cast<const S*>(tangents.extent.data());
        for (std::size_t i = 0; i < both.size() * sizeof(double) / sizeof(S); ++i) {
            to[2 * i] = a[i];
            to[2 * i + 1] = b[i];
        }
    };
    if (values.dtype == Dtype::float32) interleave(0.0f);
    else interleave(0.0);
    return both;
}

}  // namespace

Run::Run(const Function& function, Tape& home, const std::vector<ArrayOperand>* operands,
         const std::vector<py::object>& arrays)
    : function_(function), home_(home), operands_(operands), beneath_(operands == nullptr) {
    Tape& tape = beneath_.tape();
    tape.is_segment = true;
    if (operands != nullptr) tape.stand_ins = this;
    std::size_t const first = function.adjoints() + function.given;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
        bool const is_captured = i >= first && i < first + function.captured;
        if (is_captured) {
            ArrayOperand const& operand = (*operands)[i];
            rows_.push_back({operand.first, operand.slots, i - function.adjoints()});
        }
        const Leaf* const leaf = operands == nullptr ? nullptr : leaf_at(i);
        if (leaf != nullptr && home.input_at((*operands)[i].first)->version != leaf->version) {
            throw stale_error((leaf->has_name ? leaf->name : std::string("a Variable")) +
                              " was set after checkpoint() was called with it: compute the value "
                              "again, or record with Graph");
        }
        // A leaf that is captured stands for itself.
        tape.make_room();
        lifted_.push_back(is_captured && leaf != nullptr ? Lifted() : stand_in(tape, arrays[i]));
    }
    start_.emplace(tape);
}

Run::~Run() {
    // Handles go before the tape is cleared, for else it would keep their numbers.
    results_.clear();
    innermost_.clear();
    strangers_.clear();
    start_.reset();
    lifted_.clear();
}

bool Run::is_result(const py::object& object) const {
    return is_variable(object.ptr()) && handle_of(object.ptr()).tape == &tape() &&
           handle_of(object.ptr()).state == Handle::State::result;
}

// ---- the function ----------------------------------------------------------------------------

void Run::evaluate(const std::vector<py::object>* expected) {
    results_ = evaluate(function_.derivatives.size(), lifted_);
    if (expected == nullptr) return;
    py::object const require_same = py::module_::import("autodiffx.segments").attr("require_same");
    for (std::size_t i = 0; i < results_.size(); ++i)
        require_same(value_of(results_[i]), (*expected)[i], !strangers_.empty());
}

std::vector<py::object> Run::evaluate(std::size_t order, std::vector<Lifted> lifted) {
    std::vector<py::object> results;
    if (order == 0) {
        if (!function_.call) {
            throw graph_error(
                "a function given to checkpoint() is to run again, and has been let go of: this "
                "must not happen, please report it");
        }
        innermost_ = std::move(lifted);
        py::list given;
        for (std::size_t i = 0; i < function_.given; ++i) given.append(innermost_[i].given);
        py::object const call = function_.call;  // which may be let go of meanwhile
        py::list const all(call(given));
        beneath_.require_in_use();
        if (operands_ == nullptr) {
            for (std::size_t i = 0; i < function_.given; ++i) {
                Lifted const& each = innermost_[i];
                bool const stays = !each.original ||
                                   handle_of(each.given.ptr()).slot == each.variable->handle.slot;
                if (stays) continue;
                throw graph_error(
                    "the function given to checkpoint() writes into its argument, of which it "
                    "has a copy: let it assign into x.copy(), and return that");
            }
            for (py::handle const each : all)
                results.push_back(py::reinterpret_borrow<py::object>(each));
            return results;
        }
        for (std::size_t const each : function_.chosen) results.push_back(all[each]);
        // Of a derivative they are among its operands.
        std::size_t const first = function_.given + function_.captured;
        if (innermost_.size() == first) return results;
        py::object const require_same =
            py::module_::import("autodiffx.segments").attr("require_same");
        for (std::size_t i = 0; i < results.size(); ++i)
            require_same(value_of(results[i]), value_of(innermost_[first + i].given),
                         !strangers_.empty());
        return results;
    }
    Derivative const& derivative = function_.derivatives[order - 1];
    Tape& here = tape();
    Region region(here);
    std::vector<Lifted> below;
    for (std::size_t i = derivative.adjoints; i < lifted.size(); ++i) {
        bool const stays =
            lifted[i].variable == nullptr ||
            (is_array(lifted[i].object()) && view_of(lifted[i].object()).dtype == Dtype::boolean);
        below.push_back(stays ? lifted[i] : region.lift(lifted[i].given.ptr()));
    }
    region.start.emplace(here);
    std::vector<py::object> const outputs = evaluate(order - 1, below);
    py::list adjoints, vectors;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        bool const is_smooth =
            is_result(outputs[i]) &&
            !(is_array(outputs[i].ptr()) && view_of(outputs[i].ptr()).dtype == Dtype::boolean);
        adjoints.append(is_smooth ? lifted[i].given : py::object(py::none()));
        vectors.append(outputs[i]);
    }
    py::object const total =
        py::module_::import("autodiffx.pullback").attr("pairing")(adjoints, vectors);
    bool outside = true;
    std::vector<Lifted> asked;
    for (std::size_t i = 0; i < below.size(); ++i)
        if (derivative.wanted[i]) asked.push_back(below[i]);
    for (Number const& each : region.differentiate(asked, total.ptr(), outside, true))
        results.push_back(each.to_python());
    return results;
}

py::list Run::outputs() {
    py::list all;
    for (py::object const& each : results_) all.append(each);
    results_.clear();
    return all;
}

py::object Run::value_of(const py::object& result) const {
    if (is_array(result.ptr()))
        return to_numpy(read_elements(result.ptr()), view_of(result.ptr()), true);
    if (is_variable(result.ptr()))
        return py::module_::import("numpy").attr("asarray")(read_value(handle_of(result.ptr())));
    return py::module_::import("numpy").attr("asarray")(result);
}

// ---- sweeps ----------------------------------------------------------------------------------

// For each operand what take(last slot, slots, operand) finds at its stand-in; of a leaf, as an
// operand, the sum over its inputs.
template <class Take>
std::vector<py::object> Run::collect(Take take) const {
    std::vector<py::object> found(lifted_.size());
    for (std::size_t i = 0; i < lifted_.size(); ++i) {
        ArrayOperand const& operand = (*operands_)[i];
        if (!is_active(operand.kind)) continue;
        if (lifted_[i].variable != nullptr) {
            found[i] = take(lifted_[i].variable->handle.slot, slots_of(lifted_[i]),
                            lifted_[i].object(), operand);
            continue;
        }
        const Leaf* const leaf = leaf_at(i);
        for (Input const& input : tape().inputs) {
            if (input.leaf != leaf) continue;
            py::object const part =
                take(input.slot + input.slots - 1, input.slots, nullptr, operand);
            found[i] = found[i] ? found[i].attr("__add__")(part) : part;
        }
    }
    return found;
}

std::vector<py::object> Run::pull_back(const std::vector<py::object>& adjoints) {
    std::vector<Seed<double>> seeds;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        PyObject* const result = results_[i].ptr();
        if (!is_result(results_[i])) continue;
        if (!is_array(result)) {
            seeds.push_back({handle_of(result).slot, py::cast<double>(adjoints[i])});
        } else if (view_of(result).size != 0 && view_of(result).dtype != Dtype::boolean) {
            seeds.push_back(array_seed(result, adjoints[i].ptr()));
        }
    }
    Tape& here = tape();
    if (seeds.empty()) return std::vector<py::object>(lifted_.size());
    reverse_sweep(here, here.adjoints, seeds, start_->position.statements);
    Adjoints<double> const& at = here.adjoints;
    require_known(at);
    return collect([&](Slot last, std::uint32_t slots, PyObject* object,
                       const ArrayOperand& operand) -> py::object {
        if (object != nullptr && is_array(object))
            return py::reinterpret_steal<py::object>(array_grad(object));
        if (object != nullptr) return py::float_(at.at(last));
        Slot const first = last + 1 - slots;
        std::uint32_t const extent = here.extent_at(first);
        std::vector<double> zeros;
        const double* from = nullptr;
        if (extent != no_extent && extent < at.apart.size()) from = at.apart[extent];
        bool const in_values =
            from == nullptr && last < at.high && (extent == no_extent || !here.is_apart(extent));
        if (in_values) from = at.values.data() + first;
        if (from == nullptr) {
            zeros.resize(slots);
            from = zeros.data();
        }
        return array_at(from, operand);
    });
}

Run::Twofold Run::pull_back(const std::vector<py::object>& adjoints,
                            const std::vector<py::object>& adjoint_tangents,
                            const std::vector<py::object>& tangents) {
    std::vector<Seed<dual<double>>> seeds;
    for (std::size_t i = 0; i < results_.size(); ++i) {
        PyObject* const result = results_[i].ptr();
        if (!is_result(results_[i])) continue;
        if (!is_array(result)) {
            seeds.push_back(
                {handle_of(result).slot, dual<double>(py::cast<double>(adjoints[i]),
                                                      py::cast<double>(adjoint_tangents[i]))});
        } else if (view_of(result).size != 0 && view_of(result).dtype != Dtype::boolean) {
            Seed<double> const values = array_seed(result, adjoints[i].ptr());
            Seed<double> const rates = array_seed(result, adjoint_tangents[i].ptr());
            Seed<dual<double>> seed{values.slot, dual<double>(0.0)};
            seed.dtype = values.dtype;
            seed.extent = joined(values, rates);
            seeds.push_back(std::move(seed));
        }
    }
    Tape& here = tape();
    if (seeds.empty()) {
        std::vector<py::object> const none(lifted_.size());
        return {none, none};
    }
    Arena<double> arena;
    set_tangents(arena, tangents);
    forward_sweep(here, arena, start_->position.statements);
    Adjoints<dual<double>> at;
    reverse_sweep(here, arena, at, seeds);
    require_known(at);
    auto const component = [&](int which) {
        return collect([&](Slot last, std::uint32_t slots, PyObject* object,
                           const ArrayOperand& operand) -> py::object {
            std::vector<dual<double>> const zeros(last < at.high ? 0 : slots, dual<double>(0.0));
            const dual<double>* const from =
                last < at.high ? at.values.data() + (last + 1 - slots) : zeros.data();
            bool const own_shape = object != nullptr && is_array(object);
            View view = operand;
            if (own_shape) view = located(view_of(object), last + 1 - slots);
            return array_at(from, view, which);
        });
    };
    return {component(0), component(1)};
}

void Run::set_tangents(Arena<double>& arena, const std::vector<py::object>& tangents) const {
    arena.extend_zeroed(tape().primals.size());
    auto const put = [&](Slot last, std::uint32_t slots, const py::object& tangent) {
        Buffer<double> const elements = packed(tangent);
        std::copy(elements.begin(), elements.end(), arena.data() + (last + 1 - slots));
    };
    for (std::size_t i = 0; i < lifted_.size(); ++i) {
        if (tangents[i].is_none()) continue;
        if (lifted_[i].variable != nullptr) {
            put(lifted_[i].variable->handle.slot, slots_of(lifted_[i]), tangents[i]);
            continue;
        }
        for (Input const& input : tape().inputs)
            if (input.leaf != nullptr && input.leaf == leaf_at(i))
                put(input.slot + input.slots - 1, input.slots, tangents[i]);
    }
}

std::vector<py::object> Run::push_forward(const std::vector<py::object>& tangents) {
    if (!strangers_.empty() || !tape().inputs.empty()) {
        // A sweep the other way tells what the results depend on.
        std::vector<py::object> ones;
        for (py::object const& each : results_)
            ones.push_back(py::module_::import("numpy").attr("ones_like")(value_of(each)));
        pull_back(ones);
    }
    Arena<double> arena;
    set_tangents(arena, tangents);
    forward_sweep(tape(), arena, start_->position.statements);
    std::vector<py::object> found;
    for (py::object const& each : results_) {
        if (!is_result(each)) {
            found.emplace_back(py::none());
        } else if (is_array(each.ptr())) {
            ArrayView const& view = view_of(each.ptr());
            Slot const first = handle_of(each.ptr()).slot + 1 - view.slots;
            found.push_back(to_numpy(arena.data() + first, view, true));
        } else {
            found.push_back(
                py::module_::import("numpy").attr("asarray")(arena[handle_of(each.ptr()).slot]));
        }
    }
    return found;
}

}  // namespace autodiffx::bindings

// Derivatives by leaves, through captured inputs into the enclosing tapes.
#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include "autodiffx/array.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

Dtype dtype_of(const Tape& tape, const Handle& handle) {
    std::size_t const at = tape.statement_of(handle.slot);
    if (at != Tape::npos) {
        Statement const& statement = tape.statements[at];
        return statement.op == Op::array ? ArrayRecord(tape, statement).dtype() : Dtype::float64;
    }
    const Input* const input = tape.input_at(handle.slot);
    if (input == nullptr) return Dtype::float64;
    if (input->leaf != nullptr)
        return input->leaf->array ? input->leaf->array->dtype : Dtype::float64;
    return input->captured->on_tape() ? dtype_of(*input->captured->tape, *input->captured)
                                      : Dtype::float64;
}

namespace {

std::atomic<std::uint64_t> backward_calls{0};

[[noreturn]] void throw_cleared(const Tape& tape) {
    throw graph_error(tape.describe() +
                      " uses a value of a graph that has been cleared: record it again");
}

bool is_array(const Input& input) {
    return input.leaf != nullptr ? input.leaf->array != nullptr : input.captured->array;
}

// Seeds that wait, by tape.
template <class T>
using Pending = std::vector<std::pair<Tape*, std::vector<Seed<T>>>>;

// An array leaf may be there twice on a tape: apart, and in the slots for its elements.
template <class T>
void add_found(std::vector<LeafFound<T>>& found, LeafFound<T> one) {
    if (one.leaf->array && one.leaf->has_elements) {
        for (LeafFound<T>& other : found) {
            if (other.leaf != one.leaf) continue;
            add_packed(other.extent.writable(), one.extent, one.leaf->array->dtype);
            return;
        }
    }
    found.push_back(std::move(one));
}

// Takes the adjoints of the inputs that a sweep touched: leaves are added to
// `found`, what belongs to an enclosing tape to `pending`.
template <class T>
void harvest(Tape& tape, Adjoints<T>& adjoints, std::vector<LeafFound<T>>& found,
             Pending<T>& pending) {
    Slot* const first = adjoints.touched.data();
    Slot* const last = first + adjoints.touched.size();
    if (!std::is_sorted(first, last)) std::sort(first, last);
    auto input = tape.inputs.begin();
    const Input* array_done = nullptr;
    for (Slot const* slot = first; slot != last; ++slot) {
        // Neighbours on the list are mostly neighbours among the inputs.
        if (input == tape.inputs.end() || input->slot != *slot) {
            input = std::prev(
                std::upper_bound(tape.inputs.begin(), tape.inputs.end(), *slot,
                                 [](Slot wanted, const Input& one) { return wanted < one.slot; }));
        }
        if (array_done == &*input) continue;  // another element of the same
        T const adjoint = adjoints.values[*slot];
        bool passive = true;
        Buffer<T> extent;
        if (input->slots == 1 && !is_array(*input)) {
            passive = (adjoints.reached[*slot] & 3u) == reached_passively;
        } else {
            array_done = &*input;
            for (; slot + 1 != last && slot[1] < input->slot + input->slots; ++slot) {
                passive = passive && (adjoints.reached[*slot] & 3u) == reached_passively;
            }
            passive = passive && (adjoints.reached[*slot] & 3u) == reached_passively;
            std::uint32_t const at = tape.extent_at(input->slot);
            if (std::is_same_v<T, double> && tape.is_apart(at)) {
                extent = adjoints.apart[at] != nullptr ? adjoints.take(at, input->slots)
                                                       : Buffer<T>(input->slots, T(0.0));
            } else {
                extent = Buffer<T>(adjoints.values.data() + input->slot, input->slots);
            }
        }
        if (input->leaf != nullptr) {
            if (input->leaf->version != input->version) {
                throw stale_error(
                    (input->leaf->has_name ? input->leaf->name : std::string("a Variable")) +
                    " was set after this value was computed: compute it again, or record with "
                    "Graph");
            }
            if (!passive) add_found(found, {input->leaf, adjoint, std::move(extent)});
        } else {
            Tape* const outer = input->captured->tape;
            if (outer == nullptr) throw_cleared(tape);
            auto at = std::find_if(pending.begin(), pending.end(),
                                   [outer](auto const& entry) { return entry.first == outer; });
            if (at == pending.end()) {
                pending.emplace_back(outer, std::vector<Seed<T>>{});
                at = std::prev(pending.end());
            }
            Slot const place = input->captured->slot + 1 - input->slots;
            at->second.push_back(
                {place, adjoint, passive, std::move(extent), dtype_of(*outer, *input->captured)});
        }
        if (array_done != &*input) ++input;
    }
}

// Sweeps `tape` and then every tape that it captures from, each after all that
// capture from it, so that each is swept once.
template <class T, class Sweep>
std::vector<LeafFound<T>> gather(Tape& tape, Seed<T> seed, Sweep sweep) {
    std::vector<LeafFound<T>> found;
    Pending<T> pending;
    pending.emplace_back(&tape, std::vector<Seed<T>>{seed});
    std::vector<Tape*> swept;
    std::vector<Tape*> order;  // looked up only once two tapes wait at the same time
    while (!pending.empty()) {
        auto next = pending.begin();
        if (pending.size() > 1) {
            if (order.empty()) order = capture_order(tape);
            auto const place = [&](Tape* each) {
                return std::find(order.begin(), order.end(), each);
            };
            next = std::max_element(pending.begin(), pending.end(),
                                    [&](auto const& one, auto const& other) {
                                        return place(one.first) < place(other.first);
                                    });
        }
        auto const [at, seeds] = std::move(*next);
        pending.erase(next);
        swept.push_back(at);
        try {
            sweep(*at, seeds,
                  [&, at = at](Adjoints<T>& adjoints) { harvest(*at, adjoints, found, pending); });
        } catch (...) {
            // What was refused is not to be read from intermediates either.
            for (Tape* each : swept) each->swept_statements = Tape::npos;
            throw;
        }
    }
    return found;
}

void bring_up_to_date(Tape& tape, Slot slot) {
    if (tape.is_graph() && tape.may_be_stale() && !tape.is_current(slot)) replay(tape);
}

// The tangents of all slots of `tape` and of the tapes it captures from.
std::unordered_map<Tape*, Arena<double>> tangents_of(Tape& tape,
                                                     const std::vector<LeafTangent>& direction) {
    std::unordered_map<const Leaf*, const LeafTangent*> seeds;
    for (LeafTangent const& entry : direction) seeds[entry.leaf] = &entry;
    std::unordered_map<Tape*, Arena<double>> all;
    for (Tape* each : capture_order(tape)) {
        Arena<double>& tangents = all[each];
        tangents.extend_zeroed(each->primals.size());
        for (Input const& input : each->inputs) {
            if (input.leaf != nullptr) {
                auto const at = seeds.find(input.leaf);
                if (at == seeds.end()) continue;
                Buffer<double> const& extent = at->second->extent;
                if (extent.empty()) tangents[input.slot] = at->second->tangent;
                else std::copy(extent.begin(), extent.end(), tangents.data() + input.slot);
            } else {
                if (!input.captured->on_tape()) throw_cleared(*each);
                Tape& outer = *input.captured->tape;
                if (!outer.is_graph()) outer.require_current(input.captured->slot);
                const double* const end = all.at(&outer).data() + input.captured->slot + 1;
                std::copy(end - input.slots, end, tangents.data() + input.slot);
            }
        }
        forward_sweep(*each, tangents);
    }
    return all;
}

// The adjoints of an array as duals, packed.
Buffer<dual<double>> without_tangents(const Seed<double>& seed) {
    Buffer<dual<double>> extent(seed.extent.size(), dual<double>(0.0));
    dual<double>* const twofold = extent.writable();
    if (seed.dtype == Dtype::float32) {
        auto const* const from = reinterpret_cast<const float*>(seed.extent.data());
        auto* const to = reinterpret_cast<float*>(twofold);
        for (std::size_t i = 0; i < 2 * extent.size(); ++i) to[2 * i] = from[i];
    } else {
        for (std::size_t i = 0; i < extent.size(); ++i) twofold[i] = dual<double>(seed.extent[i]);
    }
    return extent;
}

// The tangents of packed dual adjoints, packed.
Buffer<double> tangents_in(const Leaf& leaf, const Buffer<dual<double>>& extent) {
    Buffer<double> tangents(extent.size());
    double* const result = tangents.writable();
    if (leaf.array && leaf.array->dtype == Dtype::float32) {
        auto const* const from = reinterpret_cast<const float*>(extent.data());
        auto* const to = reinterpret_cast<float*>(result);
        for (std::size_t i = 0; i < 2 * extent.size(); ++i) to[i] = from[2 * i + 1];
    } else {
        for (std::size_t i = 0; i < extent.size(); ++i) result[i] = extent[i].tangent;
    }
    return tangents;
}

}  // namespace

std::vector<LeafAdjoint> gradient(Tape& tape, Seed<double> seed) {
    bring_up_to_date(tape, seed.last());
    return gather<double>(tape, std::move(seed), [](Tape& at, auto const& seeds, auto take) {
        reverse_sweep(at, at.adjoints, seeds);
        take(at.adjoints);
    });
}

void store_gradient(std::vector<LeafAdjoint> found, bool accumulate) {
    std::uint64_t const call = ++backward_calls;
    for (LeafAdjoint& entry : found) {
        Leaf& leaf = *entry.leaf;
        bool const first = leaf.written != call;
        bool const add = !first || (accumulate && leaf.has_grad);
        if (leaf.array) {
            Buffer<double>& grad = leaf.array->grad;
            if (add) add_packed(grad.writable(), entry.extent, leaf.array->dtype);
            else grad = std::move(entry.extent);
        } else {
            leaf.grad = add ? leaf.grad + entry.adjoint : entry.adjoint;
        }
        leaf.has_grad = true;
        leaf.written = call;
    }
}

Buffer<double> tangent(Tape& tape, Slot first, Slot last,
                       const std::vector<LeafTangent>& direction) {
    bring_up_to_date(tape, last);
    auto const all = tangents_of(tape, direction);
    const double* const tangents = all.at(&tape).data();
    return {tangents + first, std::size_t{last} + 1 - first};
}

std::vector<LeafAdjoint> hessian_product(Tape& tape, const Seed<double>& seed,
                                         const std::vector<LeafTangent>& direction) {
    bring_up_to_date(tape, seed.last());
    Seed<dual<double>> twofold{seed.slot, dual<double>(seed.adjoint)};
    twofold.dtype = seed.dtype;
    twofold.extent = without_tangents(seed);
    auto const tangents = tangents_of(tape, direction);
    auto const found =
        gather<dual<double>>(tape, std::move(twofold), [&](Tape& at, auto const& seeds, auto take) {
            Adjoints<dual<double>> adjoints;
            reverse_sweep(at, tangents.at(&at), adjoints, seeds);
            take(adjoints);
        });
    std::vector<LeafAdjoint> result;
    result.reserve(found.size());
    for (auto const& [leaf, adjoint, extent] : found) {
        result.push_back({leaf, adjoint.tangent, tangents_in(*leaf, extent)});
    }
    return result;
}

}  // namespace autodiffx

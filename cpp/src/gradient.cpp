// Derivatives by leaves, through captured inputs into the enclosing tapes.
#include <algorithm>
#include <atomic>
#include <unordered_map>
#include <utility>

#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

std::atomic<std::uint64_t> backward_calls{0};

[[noreturn]] void throw_cleared(const Tape& tape) {
    throw graph_error(tape.describe() +
                      " uses a value of a graph that has been cleared: record it again");
}

// Seeds that wait, by tape.
template <class T>
using Pending = std::vector<std::pair<Tape*, std::vector<Seed<T>>>>;

// Takes the adjoints of the inputs that a sweep touched: leaves are added to
// `found`, what belongs to an enclosing tape to `pending`.
template <class T>
void harvest(Tape& tape, Adjoints<T>& adjoints, std::vector<std::pair<Leaf*, T>>& found,
             Pending<T>& pending) {
    Slot* const first = adjoints.touched.data();
    Slot* const last = first + adjoints.touched.size();
    if (!std::is_sorted(first, last)) std::sort(first, last);
    auto input = tape.inputs.begin();
    for (Slot const* slot = first; slot != last; ++slot) {
        // Neighbours on the list are mostly neighbours among the inputs.
        if (input == tape.inputs.end() || input->slot != *slot) {
            input =
                std::lower_bound(tape.inputs.begin(), tape.inputs.end(), *slot,
                                 [](const Input& one, Slot wanted) { return one.slot < wanted; });
        }
        T const adjoint = adjoints.values[*slot];
        bool const passive = adjoints.reached[*slot] == reached_passively;
        if (input->leaf != nullptr) {
            if (input->leaf->version != input->version) {
                throw stale_error(
                    (input->leaf->has_name ? input->leaf->name : std::string("a Variable")) +
                    " was set after this value was computed: compute it again, or record with "
                    "Graph");
            }
            if (!passive) found.emplace_back(input->leaf, adjoint);
        } else {
            Tape* const outer = input->captured->tape;
            if (outer == nullptr) throw_cleared(tape);
            auto at = std::find_if(pending.begin(), pending.end(),
                                   [outer](auto const& entry) { return entry.first == outer; });
            if (at == pending.end()) {
                pending.emplace_back(outer, std::vector<Seed<T>>{});
                at = std::prev(pending.end());
            }
            at->second.push_back({input->captured->slot, adjoint, passive});
        }
        ++input;
    }
}

// Sweeps `tape` and then every tape that it captures from, each after all that
// capture from it, so that each is swept once.
template <class T, class Sweep>
std::vector<std::pair<Leaf*, T>> gather(Tape& tape, Seed<T> seed, Sweep sweep) {
    std::vector<std::pair<Leaf*, T>> found;
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
    std::unordered_map<const Leaf*, double> seeds;
    for (LeafTangent const& entry : direction) seeds[entry.leaf] += entry.tangent;
    std::unordered_map<Tape*, Arena<double>> all;
    for (Tape* each : capture_order(tape)) {
        Arena<double>& tangents = all[each];
        tangents.extend_zeroed(each->primals.size());
        for (Input const& input : each->inputs) {
            if (input.leaf != nullptr) {
                auto const at = seeds.find(input.leaf);
                if (at != seeds.end()) tangents[input.slot] = at->second;
            } else {
                if (!input.captured->on_tape()) throw_cleared(*each);
                Tape& outer = *input.captured->tape;
                if (!outer.is_graph()) outer.require_current(input.captured->slot);
                tangents[input.slot] = all.at(&outer)[input.captured->slot];
            }
        }
        forward_sweep(*each, tangents);
    }
    return all;
}

}  // namespace

std::vector<LeafAdjoint> gradient(Tape& tape, Slot slot, double seed) {
    bring_up_to_date(tape, slot);
    auto const found =
        gather<double>(tape, {slot, seed}, [](Tape& at, auto const& seeds, auto take) {
            reverse_sweep(at, at.adjoints, seeds);
            take(at.adjoints);
        });
    std::vector<LeafAdjoint> result;
    result.reserve(found.size());
    for (auto const& [leaf, adjoint] : found) result.push_back({leaf, adjoint});
    return result;
}

void store_gradient(const std::vector<LeafAdjoint>& found, bool accumulate) {
    std::uint64_t const call = ++backward_calls;
    for (LeafAdjoint const& entry : found) {
        Leaf& leaf = *entry.leaf;
        bool const first = leaf.written != call;
        bool const add = !first || (accumulate && leaf.has_grad);
        leaf.grad = add ? leaf.grad + entry.adjoint : entry.adjoint;
        leaf.has_grad = true;
        leaf.written = call;
    }
}

double tangent(Tape& tape, Slot slot, const std::vector<LeafTangent>& direction) {
    bring_up_to_date(tape, slot);
    return tangents_of(tape, direction).at(&tape)[slot];
}

std::vector<LeafAdjoint> hessian_product(Tape& tape, Slot slot,
                                         const std::vector<LeafTangent>& direction) {
    bring_up_to_date(tape, slot);
    auto const tangents = tangents_of(tape, direction);
    auto const found = gather<dual<double>>(
        tape, {slot, dual<double>(1.0)}, [&](Tape& at, auto const& seeds, auto take) {
            Adjoints<dual<double>> adjoints;
            reverse_sweep(at, tangents.at(&at), adjoints, seeds);
            take(adjoints);
        });
    std::vector<LeafAdjoint> result;
    result.reserve(found.size());
    for (auto const& [leaf, adjoint] : found) result.push_back({leaf, adjoint.tangent});
    return result;
}

}  // namespace autodiffx

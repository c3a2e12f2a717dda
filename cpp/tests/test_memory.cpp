// Memory that ends at every possible place: the tape is as it was, and the same again succeeds.
//
// The linker sends realloc, from which arenas grow, through __wrap_realloc.
#include <cstdlib>
#include <cstring>
#include <new>

#include "check.hpp"
#include "recording.hpp"

namespace {
// Allocations that still succeed; negative: all.
long remaining = -1;

bool refused() {
    if (remaining < 0) return false;
    if (remaining == 0) return true;
    --remaining;
    return false;
}
}  // namespace

extern "C" {
void* __real_realloc(void* block, std::size_t bytes);
void* __wrap_realloc(void* block, std::size_t bytes);
void* __wrap_realloc(void* block, std::size_t bytes) {
    return refused() ? nullptr : __real_realloc(block, bytes);
}
}

// Not inlined: GCC would see free() called on what it takes for memory of its own operator new.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    if (refused()) throw std::bad_alloc();
    if (void* block = std::malloc(bytes)) return block;
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace recording;
using autodiffx::gradient;
using autodiffx::record;
using autodiffx::Relation;

namespace {

// Calls `work` with ever more memory until it succeeds; returns how often it failed.
template <class Work>
int until_it_succeeds(const Work& work) {
    for (int failures = 0;; ++failures) {
        remaining = failures;
        try {
            work();
            remaining = -1;
            return failures;
        } catch (const std::bad_alloc&) {
            remaining = -1;
        }
    }
}

// Every kind of statement, on its own so that each can be tried again.
template <class Try>
Operand record_all(Tape& tape, const Variable& x, const Variable& y, const Try& attempt) {
    Operand result{0, Kind::constant, false};
    attempt([&] { result = record<Op::multiply>(tape, x.on(tape), y.on(tape)); });
    attempt([&] { result = record<Op::sin>(tape, result); });
    for (int i = 0; i < 2000; ++i) {
        attempt([&] { result = record<Op::add>(tape, result, number(tape, i * 0.5)); });
        attempt([&] { result = record<Op::where>(tape, number(tape, 1.0), result, y.on(tape)); });
    }
    if (tape.is_graph()) {
        attempt([&] {
            autodiffx::record_guard(tape, Relation::less, result, number(tape, 1e9), true);
        });
    }
    return result;
}

}  // namespace

TEST(recording_survives_the_end_of_memory) {
    const Variable x(0.7), y(-1.3);
    Graph calm, troubled;
    record_all(calm, x, y, [](const auto& work) { work(); });
    int failures = 0;
    record_all(troubled, x, y, [&](const auto& work) { failures += until_it_succeeds(work); });
    CHECK(failures > 20);
    CHECK_EQUAL(troubled->statements.size(), calm->statements.size());
    CHECK_EQUAL(troubled->primals.size(), calm->primals.size());
    CHECK_EQUAL(troubled->pairs.size(), calm->pairs.size());
    CHECK_EQUAL(troubled->guards.size(), calm->guards.size());
    CHECK_EQUAL(troubled->inputs.size(), calm->inputs.size());
    CHECK(std::memcmp(troubled->primals.data(), calm->primals.data(),
                      calm->primals.size() * sizeof(double)) == 0);
}

TEST(sweeps_and_replays_survive_the_end_of_memory) {
    const Variable x(0.7), y(-1.3);
    Graph graph;
    const auto once = [](const auto& work) { work(); };
    const Held f(graph, record_all(graph, x, y, once));
    const double wanted = adjoint_of(gradient(graph, {f.slot, 1.0}), x);

    Graph fresh;  // whose adjoints have no room yet
    const Held g(fresh, record_all(fresh, x, y, once));
    double found = 0.0;
    CHECK(until_it_succeeds([&] { found = adjoint_of(gradient(fresh, {g.slot, 1.0}), x); }) > 3);
    CHECK_EQUAL(found, wanted);

    const double along = autodiffx::tangent(graph, f.slot, f.slot, {{x.leaf, 1.0}})[0];
    CHECK_EQUAL(along, wanted);
    CHECK(until_it_succeeds(
              [&] { found = autodiffx::tangent(graph, f.slot, f.slot, {{x.leaf, 1.0}})[0]; }) > 2);
    CHECK_EQUAL(found, along);

    const auto product = [&] {
        return adjoint_of(autodiffx::hessian_product(graph, {f.slot, 1.0}, {{x.leaf, 1.0}}), x);
    };
    const double curvature = product();
    CHECK(until_it_succeeds([&] { found = product(); }) > 4);
    CHECK_EQUAL(found, curvature);

    x.leaf->set(0.2);
    until_it_succeeds([&] { autodiffx::replay(graph); });
    Graph anew;
    const Held h(anew, record_all(anew, x, y, once));
    CHECK_EQUAL(f.primal(), h.primal());
}

TEST(without_memory_to_collect_the_tape_stays_as_it_is) {
    const Variable x(0.7), y(-1.3);
    Ambient tape;
    const Held f(tape, record_all(tape, x, y, [](const auto& work) { work(); }));
    const std::size_t before = tape->statements.size();
    const double primal = f.primal();
    remaining = 0;
    tape->collect();
    remaining = -1;
    CHECK_EQUAL(tape->statements.size(), before);
    CHECK_EQUAL(f.primal(), primal);
}

// Memory that ends at every possible place: the tape is as it was, and the same again succeeds.
//
// The linker sends realloc, from which arenas grow, through __wrap_realloc; likewise calloc, which
// gives zeros, and aligned_alloc, which gives buffers.
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>

#include "arrays.hpp"
#include "autodiffx/flat.hpp"
#include "autodiffx/loops.hpp"
#include "check.hpp"

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
void* __real_calloc(std::size_t count, std::size_t bytes);
void* __wrap_calloc(std::size_t count, std::size_t bytes);
void* __wrap_calloc(std::size_t count, std::size_t bytes) {
    return refused() ? nullptr : __real_calloc(count, bytes);
}
void* __real_aligned_alloc(std::size_t alignment, std::size_t bytes);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t bytes);
void* __wrap_aligned_alloc(std::size_t alignment, std::size_t bytes) {
    return refused() ? nullptr : __real_aligned_alloc(alignment, bytes);
}
}

// Not inlined: GCC would see free() called on what it takes for memory of its own operator new.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    if (refused()) throw std::bad_alloc();
    if (void* block = std::malloc(bytes)) return block;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return refused() ? nullptr : std::malloc(bytes);
}
[[gnu::noinline]] void operator delete(void* block) noexcept { std::free(block); }
[[gnu::noinline]] void operator delete(void* block, std::size_t) noexcept { std::free(block); }

using namespace recording;
using autodiffx::gradient;
using autodiffx::record;
using autodiffx::Relation;

namespace {

// Calls `work` with ever more memory until it succeeds; returns how often it failed. Each time in a
// thread of its own: there no buffers wait that would make up for what is refused.
template <class Work>
int until_it_succeeds(const Work& work) {
    bool done = false;
    for (int failures = 0;; ++failures) {
        std::thread thread([&] {
            remaining = failures;
            try {
                work();
                remaining = -1;
                done = true;
            } catch (const std::bad_alloc&) {
                remaining = -1;
            }
        });
        thread.join();
        if (done) return failures;
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

// Until no slot is left without growing.
void fill_up(Tape& tape) {
    for (double each = 0.5; tape.primals.size() < tape.primals.capacity(); each += 1.0)
        number(tape, each);
}

// What stands for BLAS: a product needs memory of its own where operands lie scattered.
void no_product(char*, char*, int*, int*, int*, double*, double*, int*, double*, int*, double*,
                double*, int*) {}

TEST(array_statements_leave_the_recording_as_it_was_without_memory) {
    autodiffx::blas.gemm = no_product;
    const Array x({2, 3}, {1, 2, 3, 4, 5, 6}), y({600}, Elements(600, 2.0));
    const Array fresh({80}, Elements(80, 3.0)), indexed({80}, Elements(80, 4.0));
    indexed.leaf->want_elements();
    std::int64_t const places[] = {3, 1}, two = 2, long_shape[] = {4, 600};
    int failures = 0;
    // Each on tapes of its own: where the arenas are full everything has to grow, elsewhere only
    // what a kernel asks for can be refused.
    const auto attempt = [&](const auto& work) {
        for (bool const is_full : {false, true}) {
            Graph tape;
            Shown const z(tape, zeros(tape, {4}));
            x.on(tape), y.on(tape);
            number(tape, 0.0);
            if (is_full) {
                fill_up(tape);
                while (tape->words.size() < tape->words.capacity()) tape->words.push(0);
            } else {
                tape->reserve_extent(5000);
                tape->words.reserve_more(5000);
                tape->statements.reserve_more(5000);
            }
            autodiffx::Position const before = tape->position();
            failures += until_it_succeeds([&] {
                try {
                    work(*tape.tape, z);
                } catch (const std::bad_alloc&) {
                    remaining = -1;  // a check that fails wants memory for its words
                    autodiffx::Position const after = tape->position();
                    CHECK_EQUAL(after.statements, before.statements);
                    CHECK_EQUAL(after.slots, before.slots);
                    CHECK_EQUAL(after.words, before.words);
                    CHECK_EQUAL(after.extents, before.extents);
                    CHECK_EQUAL(after.inputs, before.inputs);
                    CHECK_EQUAL(tape->apart.size(), tape->extents.size());
                    CHECK(z.elements() == (Elements{0, 0, 0, 0}));
                    for (std::size_t i = 0; i < before.extents; ++i)
                        CHECK(tape->extents[i].need == autodiffx::Need::none);
                    throw;
                }
            });
        }
    };
    attempt([&](Tape& tape, const Shown&) {
        ArrayOperand const operand = x.on(tape);
        record_array(tape, Op::sin, &operand);
    });
    attempt([&](Tape& tape, const Shown&) {
        ArrayOperand const operand = x.on(tape);
        autodiffx::FlatOperand const flat{operand.first, operand.extent, operand.kind};
        Kind kind;
        record_flat(tape, Op::sin, &flat, operand.shape, 2, 6, kind);
    });
    attempt([&](Tape& tape, const Shown&) { fresh.on(tape); });
    attempt([&](Tape& tape, const Shown&) { indexed.on(tape); });
    attempt([&](Tape& tape, const Shown&) { tape.constants(packed({1, 2, 3})); });
    attempt([&](Tape& tape, const Shown&) {
        record_fill(tape, y.on(tape), long_shape, 2, Dtype::float64);
    });
    attempt([&](Tape& tape, const Shown&) { record_total(tape, x.on(tape)); });
    attempt([&](Tape& tape, const Shown&) { record_take(tape, x.on(tape), places, &two, 1); });
    attempt([&](Tape& tape, const Shown&) {
        Seen const part(x.on(tape), {2}, {2});
        std::int64_t const stride = 2;
        record_spread(tape, part.operand(), long_shape, 1, 0, &stride);
    });
    attempt([&](Tape& tape, const Shown& z) {
        record_write(tape, z.view({2}, {2}).operand(), Seen(x.on(tape), {2}, {1}).operand());
    });
    attempt([&](Tape& tape, const Shown& z) {
        record_write_at(tape, z.operand(), places, 2, scalar(number(tape, 0.0)));
    });
    attempt([&](Tape& tape, const Shown&) {
        Seen const a(x.on(tape), {1, 2}, {1, 2}), b(x.on(tape), {2, 2}, {3, 2});
        record_matmul(tape, a.operand(), b.operand());
    });
    autodiffx::blas = {};
    CHECK(failures > 20);
}

TEST(an_array_that_has_to_move_keeps_its_elements_without_memory) {
    Graph tape;
    const Array x({3}, {1, 2, 3});
    ArrayOperand const operand = x.on(tape);
    Shown const y(tape, record_fill(tape, operand, operand.shape, 1, Dtype::float64));
    ArrayOperand const filled = y.operand();
    Shown const squares(tape, record_array(tape, Op::square, &filled));
    Operand const nine = number(tape, 9.0);
    fill_up(tape);
    int const failures = until_it_succeeds([&] {
        try {
            record_write(tape, y.view({}, {}, 1).operand(), scalar(nine));
        } catch (const std::bad_alloc&) {
            remaining = -1;
            CHECK(y.elements() == (Elements{1, 2, 3}));
            throw;
        }
    });
    CHECK(failures > 0);
    CHECK(y.elements() == (Elements{1, 9, 3}));
    CHECK(adjoints_of(gradient(tape, seed_of(squares.operand(), {1, 1, 1})), x) ==
          (Elements{2, 4, 6}));
    CHECK(adjoints_of(gradient(tape, seed_of(y.operand(), {1, 1, 1})), x) == (Elements{1, 0, 1}));
}

TEST(array_sweeps_survive_the_end_of_memory) {
    Graph tape;
    const Array x({3}, {1, 2, 3});
    ArrayOperand const operand = x.on(tape);
    Shown const squares(tape, record_array(tape, Op::square, &operand));
    Elements found;
    CHECK(until_it_succeeds([&] {
              found = adjoints_of(gradient(tape, seed_of(squares.operand(), {1, 1, 1})), x);
          }) > 3);
    CHECK(found == (Elements{2, 4, 6}));
    CHECK(until_it_succeeds([&] {
              found = adjoints_of(hessian_product(tape, seed_of(squares.operand(), {1, 1, 1}),
                                                  {along(x, {1, 0, 2})}),
                                  x);
          }) > 3);
    CHECK(found == (Elements{2, 0, 4}));
}

TEST(memory_is_given_back_without_memory) {
    std::vector<autodiffx::Buffer<double>> made;
    for (int i = 0; i < 3; ++i) made.emplace_back(100, 1.0);
    // By threads that have not taken any.
    until_it_succeeds([&] {
        made.pop_back();
        if (!made.empty()) throw std::bad_alloc();
    });
    CHECK(made.empty());
}

TEST(zeros_that_cannot_be_had_leave_none) {
    autodiffx::Zeroed<double> zeros;
    zeros.extend(10);
    CHECK_EQUAL(until_it_succeeds([&] {
                    try {
                        zeros.extend(1000);
                    } catch (const std::bad_alloc&) {
                        CHECK_EQUAL(zeros.size(), 0u);
                        throw;
                    }
                }),
                1);
    CHECK_EQUAL(zeros[999], 0.0);
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

// Eight threads, each with tapes and variables of its own, share nothing but counters.
#include <cmath>
#include <thread>
#include <vector>

#include "arrays.hpp"
#include "check.hpp"

using namespace recording;
using autodiffx::gradient;
using autodiffx::record;

TEST(threads_record_sweep_and_replay_side_by_side) {
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int number_of_thread = 0; number_of_thread < 8; ++number_of_thread) {
        threads.emplace_back([number_of_thread] {
            const double start = 0.1 * number_of_thread;
            Ambient ambient;
            const Variable x(start), y(1.25);
            for (int step = 0; step < 2000; ++step) {
                ambient->make_room();
                const Held f(ambient, wave(ambient, x.on(ambient), y.on(ambient)));
                const double by_x = 1.0 / 1.25 + std::cos(x.leaf->value * 1.25) * 1.25;
                CHECK_EQUAL(adjoint_of(gradient(ambient, {f.slot, 1.0}), x), by_x);
                x.leaf->set(x.leaf->value - 1e-3 * by_x);
            }
            Graph graph;
            const Held f(graph, wave(graph, x.on(graph), y.on(graph)));
            for (int step = 0; step < 200; ++step) {
                x.leaf->set(start + 0.01 * step);
                autodiffx::replay(graph);
                const double value = x.leaf->value;
                CHECK_EQUAL(f.primal(), std::sin(value * 1.25) + value / 1.25);
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(arrays_are_shared_from_thread_to_thread_one_after_the_other) {
    // Each thread has its own memory for arrays; what one made others read, keep and let go.
    const Array x({3000}, Elements(3000, 2.0));
    std::vector<LeafAdjoint> found;
    for (int i = 0; i < 4; ++i) {
        std::thread thread([&] {
            Ambient tape;
            for (int step = 0; step < 50; ++step) {
                tape->make_room();
                ArrayOperand const operand = x.on(tape);
                Shown const squares(tape, record_array(tape, Op::square, &operand));
                found = gradient(tape, seed_of(squares.operand(), Elements(3000, 1.0)));
            }
        });
        thread.join();
        CHECK(adjoints_of(found, x) == Elements(3000, x.leaf->array->value[0] * 2.0));
        x.set(Elements(3000, 3.0 + i));
    }
}

TEST(arrays_are_recorded_and_swept_side_by_side) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([i] {
            const Array x({3000}, Elements(3000, 1.0 + i));
            Ambient tape;
            for (int step = 0; step < 100; ++step) {
                tape->make_room();
                ArrayOperand const operand = x.on(tape);
                Shown const squares(tape, record_array(tape, Op::square, &operand));
                auto const found = gradient(tape, seed_of(squares.operand(), Elements(3000, 1.0)));
                CHECK(of(found, x).extent == Elements(3000, 2.0 + 2.0 * i));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
}

TEST(handles_die_in_another_thread) {
    std::vector<std::unique_ptr<Held>> results(8);
    std::vector<std::unique_ptr<Variable>> variables(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < results.size(); ++i) {
        threads.emplace_back([&, i] {
            Ambient ambient;  // the thread's tape: its owner ends before its handle does
            variables[i] = std::make_unique<Variable>(0.5 + static_cast<double>(i));
            const Operand x = variables[i]->on(ambient);
            results[i] = std::make_unique<Held>(ambient, record<Op::square>(ambient, x));
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < results.size(); ++i) {
        const double x = 0.5 + static_cast<double>(i);
        CHECK_EQUAL(results[i]->primal(), x * x);
        results[i].reset();
        CHECK_EQUAL(variables[i]->leaf->references, 1u);
    }
}

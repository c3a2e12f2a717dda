// Memory that is counted and kept: who shares it, what comes back, how much waits. And zeros.
#include <cstdint>
#include <cstring>
#include <new>
#include <random>
#include <thread>
#include <vector>

#include "autodiffx/buffer.hpp"
#include "autodiffx/zeroed.hpp"
#include "check.hpp"

using autodiffx::Buffer;
using autodiffx::Memory;
using autodiffx::Zeroed;

namespace {

// In a thread of its own, where nothing is in use or kept yet.
template <class Body>
void afresh(const Body& body) {
    std::thread thread([&] {
        CHECK_EQUAL(Memory::in_use() + Memory::kept(), 0u);
        body();
        CHECK_EQUAL(Memory::in_use(), 0u);
    });
    thread.join();
}

// What a buffer of so many bytes takes.
std::size_t taken_by(std::size_t bytes) {
    std::size_t const before = Memory::in_use();
    Buffer<unsigned char> const buffer(bytes);
    return Memory::in_use() - before;
}

}  // namespace

TEST(a_copy_shares_until_somebody_writes) {
    Buffer<double> a(3, 1.5);
    Buffer<double> b = a;
    const double* const shared = a.data();
    CHECK(b.data() == shared);
    b.writable()[1] = 7.0;
    CHECK(b.data() != shared);
    CHECK(a.data() == shared);
    CHECK_EQUAL(a[1], 1.5);
    CHECK_EQUAL(b[0] + b[1] + b[2], 10.0);
    // Neither is shared any more.
    CHECK(a.writable() == shared);
    const double* const own = b.data();
    CHECK(b.writable() == own);
    {
        Buffer<double> const c = a;
        CHECK(Memory::is_shared(a.data()));
    }
    CHECK(a.writable() == shared);
}

TEST(memory_lives_as_long_as_anybody_who_has_it) {
    afresh([] {
        Buffer<double> a(100, 2.0);
        std::size_t const one = Memory::in_use();
        CHECK(one >= 800);
        Buffer<double> b = a;
        CHECK_EQUAL(Memory::in_use(), one);
        a = Buffer<double>();
        CHECK(a.empty());
        CHECK(a.data() == nullptr);
        CHECK_EQUAL(Memory::in_use(), one);
        CHECK_EQUAL(b[99], 2.0);
        b = Buffer<double>(b);
        CHECK_EQUAL(b[99], 2.0);
        Buffer<double> c = std::move(b);
        CHECK_EQUAL(b.size(), 0u);
        CHECK_EQUAL(c[0], 2.0);
        // A reference can be given away, and taken over.
        double* const alone = c.release();
        CHECK_EQUAL(c.size(), 0u);
        CHECK_EQUAL(Memory::in_use(), one);
        Buffer<double> const d = Buffer<double>::adopt(alone, 100);
        CHECK_EQUAL(d[50], 2.0);
        CHECK(!Memory::is_shared(d.data()));
    });
}

TEST(buffers_are_made_in_every_way) {
    double const numbers[] = {1.0, 2.0, 3.0};
    Buffer<double> const copied(numbers, 3);
    CHECK(copied.data() != numbers);
    CHECK(std::memcmp(copied.data(), numbers, sizeof numbers) == 0);
    CHECK_EQUAL(copied.end() - copied.begin(), 3);
    CHECK_EQUAL(reinterpret_cast<std::uintptr_t>(copied.data()) % 64, 0u);
    Buffer<double> nothing(0);
    CHECK(nothing.empty());
    CHECK(nothing.writable() == nullptr);
    Buffer<double> const again = nothing;
    CHECK(again.data() == nullptr);
}

TEST(sizes_are_rounded_up_a_little) {
    afresh([] {
        for (std::size_t bytes = 1; bytes < (std::size_t{1} << 23); bytes += 1 + bytes / 7) {
            std::size_t const taken = taken_by(bytes);
            CHECK(taken >= bytes);
            CHECK(taken <= std::max(bytes + bytes / 4, bytes + 63));
            // What is taken is a size of its own: the next larger one takes more.
            CHECK_EQUAL(taken_by(taken), taken);
            CHECK(taken_by(taken + 1) > taken);
        }
    });
}

TEST(what_was_given_back_comes_again_for_the_sizes_that_fit_in) {
    for (std::size_t bytes : {1, 64, 65, 255, 256, 257, 1000, 5000, 70000, 5000000}) {
        afresh([bytes] {
            std::size_t const taken = taken_by(bytes);
            CHECK_EQUAL(Memory::kept(), taken);
            const void* place = nullptr;
            {
                Buffer<unsigned char> const first(bytes);
                place = first.data();
                CHECK_EQUAL(Memory::kept(), 0u);
            }
            CHECK_EQUAL(Memory::kept(), taken);
            Buffer<unsigned char> all(taken);
            Buffer<unsigned char> const more(taken);
            CHECK(all.data() == place);
            CHECK(more.data() != place);
            std::memset(all.writable(), 1, taken);
        });
    }
}

TEST(as_much_again_is_kept_as_was_in_use_at_once) {
    afresh([] {
        for (int i = 0; i < 100; ++i) taken_by(1000);
        CHECK_EQUAL(Memory::kept(), taken_by(1000));
        // With three at a time three wait.
        {
            Buffer<double> const a(125), b(125), c(125);
        }
        CHECK_EQUAL(Memory::kept(), 3 * taken_by(1000));
        // Of whatever sizes, which come one by one.
        for (std::size_t bytes = 64; bytes <= 2048; bytes *= 2) taken_by(bytes);
        CHECK(Memory::kept() <= 2 * 3 * taken_by(1000));
        // The largest make room, and what is used again and again is there.
        for (int i = 0; i < 8; ++i) taken_by(static_cast<std::size_t>(64 << (i % 2)));
        CHECK(Memory::kept() >= taken_by(64) + taken_by(128));
    });
    std::mt19937 random(7);
    afresh([&] {
        std::vector<Buffer<double>> held;
        std::size_t most = 0, ever_kept = 0;
        for (int i = 0; i < 20000; ++i) {
            if (held.empty() || random() % 2 == 0) {
                held.emplace_back(std::size_t{1} << random() % 12);
                most = std::max(most, Memory::in_use());
            } else {
                std::swap(held[random() % held.size()], held.back());
                held.pop_back();
            }
            ever_kept = std::max(ever_kept, Memory::kept());
            CHECK(Memory::kept() + Memory::in_use() <= 2 * most);
        }
        CHECK(ever_kept > most / 2);
    });
}

TEST(memory_that_cannot_be_had_is_bad_alloc) {
    afresh([] {
        std::size_t const everything = static_cast<std::size_t>(-1);
        CHECK_THROWS(std::bad_alloc, Memory::take(everything));
        CHECK_THROWS(std::bad_alloc, Memory::take(everything / 2));
        CHECK_THROWS(std::bad_alloc, Buffer<double>(everything / 16));
        CHECK_EQUAL(Memory::in_use() + Memory::kept(), 0u);
        Buffer<double> const small(8, 1.0);
        CHECK_EQUAL(small[7], 1.0);
    });
}

TEST(what_one_thread_took_another_gives_back) {
    std::vector<Buffer<double>> made(8);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < made.size(); ++i)
        threads.emplace_back([&, i] { made[i] = Buffer<double>(1000 * (i + 1), double(i)); });
    for (std::thread& thread : threads) thread.join();
    for (std::size_t i = 0; i < made.size(); ++i) CHECK_EQUAL(made[i][1000 * i], double(i));
    afresh([&] {
        made.clear();
        // It does not count as in use here, and nothing waits for what never was.
        CHECK_EQUAL(Memory::in_use(), 0u);
        CHECK_EQUAL(Memory::kept(), 0u);
    });
}

TEST(a_buffer_may_be_the_last_thing_in_its_thread) {
    std::thread thread([] {
        // Made before anything of this thread's memory, it goes after that.
        thread_local Buffer<double> last;
        last = Buffer<double>(100, 1.0);
        CHECK_EQUAL(last[99], 1.0);
    });
    thread.join();
}

TEST(zeros_grow_while_they_are_zeros) {
    Zeroed<double> zeros;
    CHECK_EQUAL(zeros.size(), 0u);
    std::size_t last = 0;
    for (std::size_t size = 1; size < 400000; size = size * 3 / 2 + 1) {
        zeros.extend(size);
        CHECK(zeros.size() >= size);
        CHECK(zeros.size() == last || zeros.size() >= 2 * last);
        last = zeros.size();
        for (std::size_t i = 0; i < last; ++i) {
            if (zeros[i] != 0.0) CHECK_EQUAL(zeros[i], 0.0);
        }
        const double* const before = zeros.data();
        zeros.extend(size / 2);
        CHECK(zeros.data() == before);
        // Whoever writes clears before it grows again.
        zeros[last - 1] = 3.0;
        zeros[last - 1] = 0.0;
    }
    Zeroed<double> moved = std::move(zeros);
    CHECK_EQUAL(zeros.size(), 0u);
    CHECK_EQUAL(moved.size(), last);
    moved = Zeroed<double>();
    CHECK_EQUAL(moved.size(), 0u);
}

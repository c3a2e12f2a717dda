// Arenas with blocks of four elements and memory that ends when the test says so.
#include "autodiffx/arena.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

#include "check.hpp"

namespace {

// Every resize moves: an address kept too long is found by the address sanitizer.
struct Tiny {
    static constexpr std::size_t first_elements = 4;
    static inline std::size_t largest = static_cast<std::size_t>(-1);  // bytes that can be had
    static inline int resizes = 0;
    static inline int blocks = 0;  // not yet released

    // In front of each block stands its size.
    static constexpr std::size_t header = alignof(std::max_align_t);

    // Not inlined: GCC would warn of what could only happen if the refusals below did not throw.
    [[gnu::noinline]] static void* resize(void* block, std::size_t bytes) noexcept {
        ++resizes;
        if (bytes > largest) return nullptr;
        auto* moved = static_cast<char*>(std::malloc(header + bytes));
        if (moved == nullptr) return nullptr;
        std::memcpy(moved, &bytes, sizeof bytes);
        if (block != nullptr) {
            char* old = static_cast<char*>(block) - header;
            std::size_t kept = 0;
            std::memcpy(&kept, old, sizeof kept);
            std::memcpy(moved + header, block, kept < bytes ? kept : bytes);
            std::free(old);
        } else {
            ++blocks;
        }
        return moved + header;
    }
    static void release(void* block) noexcept {
        if (block == nullptr) return;
        --blocks;
        std::free(static_cast<char*>(block) - header);
    }
};

using Numbers = autodiffx::Arena<std::uint64_t, Tiny>;

struct Fresh {  // sets Tiny back, whatever the test before has done
    Fresh() {
        Tiny::largest = static_cast<std::size_t>(-1);
        Tiny::resizes = 0;
    }
    ~Fresh() { Tiny::largest = static_cast<std::size_t>(-1); }
};

void fill(Numbers& numbers, std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) numbers.push(i * i);
}

// How many of the first `count` elements are what `fill` put there.
std::uint64_t right_ones(const Numbers& numbers, std::uint64_t count) {
    std::uint64_t right = 0;
    for (std::uint64_t i = 0; i < count; ++i) right += numbers[i] == i * i ? 1 : 0;
    return right;
}

}  // namespace

TEST(elements_survive_growth) {
    Fresh fresh;
    Numbers numbers;
    CHECK(numbers.empty());
    fill(numbers, 1000);
    CHECK_EQUAL(numbers.size(), 1000u);
    CHECK_EQUAL(right_ones(numbers, 1000), 1000u);
    // Doubling from 4: 4, 8, …, 1024.
    CHECK_EQUAL(Tiny::resizes, 9);
}

TEST(a_refused_block_leaves_the_elements) {
    Fresh fresh;
    Numbers numbers;
    fill(numbers, 4);
    Tiny::largest = 4 * sizeof(std::uint64_t);
    CHECK_THROWS(std::bad_alloc, numbers.push(99));
    CHECK_THROWS(std::bad_alloc, numbers.reserve_more(1));
    CHECK_THROWS(std::bad_alloc, numbers.extend_zeroed(5));
    CHECK_EQUAL(numbers.size(), 4u);
    CHECK_EQUAL(numbers.capacity(), 4u);
    CHECK_EQUAL(right_ones(numbers, 4), 4u);

    Tiny::largest = static_cast<std::size_t>(-1);
    numbers.push(16);
    CHECK_EQUAL(right_ones(numbers, 5), 5u);
}

TEST(less_than_double_is_taken_before_giving_up) {
    Fresh fresh;
    Numbers numbers;
    fill(numbers, 16);
    // Neither 32 nor 17 + 2 elements can be had, 17 can.
    Tiny::largest = 17 * sizeof(std::uint64_t);
    numbers.push(16 * 16);
    CHECK_EQUAL(numbers.capacity(), 17u);
    CHECK_EQUAL(right_ones(numbers, 17), 17u);
    CHECK_THROWS(std::bad_alloc, numbers.push(0));
    CHECK_EQUAL(right_ones(numbers, 17), 17u);
}

TEST(no_room_at_all) {
    Fresh fresh;
    Numbers numbers;
    Tiny::largest = 0;
    CHECK_THROWS(std::bad_alloc, numbers.push(1));
    CHECK(numbers.empty());
    CHECK_EQUAL(numbers.capacity(), 0u);
}

TEST(the_limit_is_reached_and_not_passed) {
    Fresh fresh;
    Numbers numbers;
    numbers.limit(6);
    fill(numbers, 6);
    CHECK_EQUAL(numbers.capacity(), 6u);
    CHECK_THROWS(std::length_error, numbers.push(0));
    CHECK_THROWS(std::length_error, numbers.extend_zeroed(7));
    CHECK_EQUAL(right_ones(numbers, 6), 6u);
}

TEST(reserved_room_takes_unchecked_pushes) {
    Fresh fresh;
    Numbers numbers;
    fill(numbers, 3);
    numbers.reserve_more(5);
    const int before = Tiny::resizes;
    for (std::uint64_t i = 3; i < 8; ++i) numbers.push_unchecked(i * i);
    CHECK_EQUAL(Tiny::resizes, before);
    CHECK_EQUAL(right_ones(numbers, 8), 8u);
}

TEST(extension_is_zeroed_even_where_something_stood) {
    Fresh fresh;
    Numbers numbers;
    fill(numbers, 8);
    numbers.truncate(2);
    numbers.extend_zeroed(8);
    CHECK_EQUAL(right_ones(numbers, 2), 2u);
    for (std::size_t i = 2; i < 8; ++i) CHECK_EQUAL(numbers[i], 0u);
    numbers.extend_zeroed(3);
    CHECK_EQUAL(numbers.size(), 8u);
}

TEST(every_block_is_given_back) {
    Fresh fresh;
    const int before = Tiny::blocks;
    {
        Numbers first, second;
        fill(first, 100);
        fill(second, 10);
        Numbers third(std::move(first));
        CHECK_EQUAL(right_ones(third, 100), 100u);
        third = std::move(second);
        CHECK_EQUAL(third.size(), 10u);
        CHECK_EQUAL(right_ones(third, 10), 10u);
        third.release();
        CHECK_EQUAL(third.capacity(), 0u);
        fill(third, 5);
        CHECK_EQUAL(right_ones(third, 5), 5u);
    }
    CHECK_EQUAL(Tiny::blocks, before);
}

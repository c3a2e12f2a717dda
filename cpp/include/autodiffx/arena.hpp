// Arena: one growing run of plain values. It knows no differentiation.
//
// What is stable is the index of an element, not its address. Growth doubles
// and asks the allocator to resize in place (for large blocks the C library
// then moves page tables, not bytes, and untouched pages cost nothing). Where
// doubling cannot be had, it settles for less before it gives up; giving up is
// std::bad_alloc, and what the arena held is untouched.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace autodiffx {

// Where arenas get their memory. Tests put failing allocators in its place.
struct Heap {
    static constexpr std::size_t first_elements = 32;
    // As realloc: null if it cannot be had, and then `block` is still valid.
    static void* resize(void* block, std::size_t bytes) noexcept {
        return std::realloc(block, bytes);
    }
    static void release(void* block) noexcept { std::free(block); }
};

template <class T, class Memory = Heap>
class Arena {
    static_assert(std::is_trivially_copyable_v<T>, "growth moves elements as bytes");

public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;
    Arena(Arena&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Arena& operator=(Arena&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
        return *this;
    }
    ~Arena() { Memory::release(data_); }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return capacity_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    T* data() { return data_; }
    const T* data() const { return data_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

    // Room for `count` more elements; afterwards push_unchecked may be used so often.
    void reserve_more(std::size_t count) {
        if (capacity_ - size_ < count) grow(size_ + count);
    }
    void push(T value) {
        if (size_ == capacity_) grow(size_ + 1);
        data_[size_++] = value;
    }
    void push_unchecked(T value) { data_[size_++] = value; }
    // `count` more elements whose values are the caller's business.
    void extend_unchecked(std::size_t count) { size_ += count; }

    // Extends with zero bytes; never shrinks.
    void extend_zeroed(std::size_t size) {
        if (size <= size_) return;
        if (size > capacity_) grow(size);
        std::memset(static_cast<void*>(data_ + size_), 0, (size - size_) * sizeof(T));
        size_ = size;
    }
    void truncate(std::size_t size) { size_ = size; }
    // More elements than this are refused with std::length_error.
    void limit(std::size_t elements) { limit_ = elements; }

    // Forgets the elements and gives the memory back.
    void release() {
        Memory::release(data_);
        data_ = nullptr;
        size_ = capacity_ = 0;
    }

private:
    void grow(std::size_t needed) {
        std::size_t wanted =
            capacity_ < Memory::first_elements / 2 ? Memory::first_elements : capacity_ * 2;
        if (wanted < needed) wanted = needed;
        if (needed > limit_) throw std::length_error("an arena is full");
        // Three tries, each more modest: double, an eighth more, just what is needed.
        std::size_t const tries[] = {wanted, needed + needed / 8, needed};
        for (std::size_t capacity : tries) {
            capacity = std::min(capacity, limit_);
            if (void* block = Memory::resize(data_, capacity * sizeof(T))) {
                data_ = static_cast<T*>(block);
                capacity_ = capacity;
                return;
            }
        }
        throw std::bad_alloc();
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
    std::size_t limit_ = static_cast<std::size_t>(-1) / sizeof(T);
};

}  // namespace autodiffx

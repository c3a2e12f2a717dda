// Buffers: memory for the numbers of one array, counted by reference.
//
// Committed pages are worth more than anything that is computed on them, so what is given back is
// kept for the next buffer of about the same size, as much again as has been in use at once.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

namespace autodiffx {

// Memory by itself: aligned to 64 bytes, with its count of references in front of it.
struct Memory {
    // Not initialised. Throws std::bad_alloc.
    static void* take(std::size_t bytes);
    static void retain(void* memory) noexcept { ++head(memory).references; }
    static void release(void* memory) noexcept {
        if (--head(memory).references == 0) give_back(memory);
    }
    [[nodiscard]] static bool is_shared(const void* memory) noexcept {
        return head(const_cast<void*>(memory)).references > 1;
    }
    // Bytes in use by this thread, and kept for the next.
    static std::size_t in_use();
    static std::size_t kept();

    struct alignas(64) Head {
        std::size_t references;
        std::size_t bytes;  // after the head
        Head* next;         // while it is kept
    };

private:
    static Head& head(void* memory) noexcept { return static_cast<Head*>(memory)[-1]; }
    static void give_back(void* memory) noexcept;
};

// So many numbers, as a std::vector without growth. A copy shares them; who writes asks for
// `writable`, which makes them its own.
template <class T>
class Buffer {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    Buffer() = default;
    // Uninitialised.
    explicit Buffer(std::size_t size) : size_(size) {
        if (size != 0) data_ = static_cast<T*>(Memory::take(size * sizeof(T)));
    }
    Buffer(std::size_t size, const T& value) : Buffer(size) { std::fill_n(data_, size, value); }
    Buffer(const T* from, std::size_t size) : Buffer(size) { std::copy_n(from, size, data_); }
    Buffer(const Buffer& other) noexcept : data_(other.data_), size_(other.size_) {
        if (data_ != nullptr) Memory::retain(data_);
    }
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Buffer& operator=(Buffer other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Buffer() {
        if (data_ != nullptr) Memory::release(data_);
    }
    // Takes over a reference to memory that holds so many.
    static Buffer adopt(T* data, std::size_t size) {
        Buffer buffer;
        buffer.data_ = data;
        buffer.size_ = size;
        return buffer;
    }
    // Gives the reference away.
    T* release() {
        size_ = 0;
        return std::exchange(data_, nullptr);
    }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] const T* data() const { return data_; }
    [[nodiscard]] const T* begin() const { return data_; }
    [[nodiscard]] const T* end() const { return data_ + size_; }
    const T& operator[](std::size_t i) const { return data_[i]; }
    T* writable() {
        if (data_ != nullptr && Memory::is_shared(data_)) *this = Buffer(data_, size_);
        return data_;
    }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace autodiffx

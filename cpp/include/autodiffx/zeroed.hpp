// Zeroed: a run of zeros that grows while it is all zeros. What is never written to is not even
// committed, however long it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/mman.h>
#endif

namespace autodiffx {

template <class T>
class Zeroed {
    static_assert(std::is_trivially_copyable_v<T>, "zero is a number of zero bytes");

public:
    Zeroed() = default;
    Zeroed(const Zeroed&) = delete;
    Zeroed& operator=(const Zeroed&) = delete;
    Zeroed(Zeroed&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    Zeroed& operator=(Zeroed&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~Zeroed() { release(); }

    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::size_t capacity() const { return size_; }
    T* data() { return data_; }
    const T* data() const { return data_; }
    T& operator[](std::size_t i) { return data_[i]; }
    const T& operator[](std::size_t i) const { return data_[i]; }

    // At least so many elements. Those that are there are zero, so they need not be kept.
    void extend(std::size_t size) {
        if (size <= size_) return;
        std::size_t const wanted = std::max({size, 2 * size_, std::size_t{32}});
        release();
        if (!take(wanted) && !take(size)) throw std::bad_alloc();
    }

private:
    // From so many bytes on the zeros come from the system: calloc clears what it has had before.
    static constexpr std::size_t mapped_from = std::size_t{1} << 20;

    static bool is_mapped([[maybe_unused]] std::size_t size) {
#if defined(__unix__) || defined(__APPLE__)
        return size * sizeof(T) >= mapped_from;
#else
        return false;
#endif
    }
    bool take(std::size_t size) {
        if (size > std::numeric_limits<std::size_t>::max() / sizeof(T)) return false;
        void* zeros = nullptr;
        if (!is_mapped(size)) {
            zeros = std::calloc(size, sizeof(T));
        } else {
#if defined(__unix__) || defined(__APPLE__)
            zeros = mmap(nullptr, size * sizeof(T), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (zeros == MAP_FAILED) zeros = nullptr;
#endif
        }
        if (zeros == nullptr) return false;
        data_ = static_cast<T*>(zeros);
        size_ = size;
        return true;
    }
    void release() {
        if (!is_mapped(size_)) {
            std::free(static_cast<void*>(data_));
        } else {
#if defined(__unix__) || defined(__APPLE__)
            munmap(static_cast<void*>(data_), size_ * sizeof(T));
#endif
        }
        data_ = nullptr;
        size_ = 0;
    }

    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace autodiffx

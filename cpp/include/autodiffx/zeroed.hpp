// Zeroed: a run of zeros that grows while it is all zeros. What is never written to is not even
// committed, however long it is.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

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
    ~Zeroed() { std::free(static_cast<void*>(data_)); }

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
        std::free(static_cast<void*>(std::exchange(data_, nullptr)));
        size_ = 0;
        data_ = static_cast<T*>(std::calloc(wanted, sizeof(T)));
        if (data_ != nullptr) {
            size_ = wanted;
            return;
        }
        data_ = static_cast<T*>(std::calloc(size, sizeof(T)));
        if (data_ == nullptr) throw std::bad_alloc();
        size_ = size;
    }

private:
    T* data_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace autodiffx

// Where buffers get their memory, and where it waits.
#include "autodiffx/buffer.hpp"

#include <cstdlib>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace autodiffx {

namespace {

constexpr std::size_t alignment = 64;
constexpr std::size_t huge_page = std::size_t{1} << 21;

// Sizes are rounded up, to four between one power of two and the next.
constexpr std::size_t classes = 4 * 60;
std::size_t class_of(std::size_t bytes, std::size_t& rounded) {
    std::size_t power = 0;  // of the largest power of two that fits in
    while (bytes >> (power + 4) != 0) power += 4;
    while (bytes >> (power + 1) != 0) ++power;
    std::size_t const step = std::size_t{1} << (power < 8 ? 6 : power - 2);
    rounded = (bytes + step - 1) / step * step;
    if (power < 8) return rounded / step;
    return 4 * (power - 7) + (rounded - (std::size_t{1} << power)) / step;
}

// What this thread has given back, by class; the last first, for it is still in the caches.
struct Pool {
    Memory::Head* first[classes] = {};
    std::size_t in_use = 0, most = 0, kept = 0;

    // Twice of what has been in use at once may be there in all: work of two sizes in turn finds
    // both again. What is more goes, the largest first.
    void make_room(std::size_t bytes) {
        for (std::size_t i = classes; i-- > 0 && in_use + kept + bytes > 2 * most;) {
            while (first[i] != nullptr && in_use + kept + bytes > 2 * most) {
                kept -= first[i]->bytes;
                std::free(std::exchange(first[i], first[i]->next));
            }
        }
    }
    ~Pool() {
        for (Memory::Head*& list : first) {
            while (list != nullptr) std::free(std::exchange(list, list->next));
        }
    }
};
// Behind a pointer: threads have little room of their own for what a module brings along. There is
// none without memory for it, nor as the thread ends: then nothing waits.
struct PoolOfThread {
    static thread_local Pool* pool;
    static thread_local bool ended;
    ~PoolOfThread() {
        delete std::exchange(pool, nullptr);
        ended = true;
    }
};
thread_local Pool* PoolOfThread::pool = nullptr;
thread_local bool PoolOfThread::ended = false;

Pool* pool() noexcept {
    if (PoolOfThread::pool == nullptr && !PoolOfThread::ended) {
        thread_local PoolOfThread owner;
        PoolOfThread::pool = new (std::nothrow) Pool;
    }
    return PoolOfThread::pool;
}

Memory::Head* allocate(std::size_t bytes) {
    std::size_t const total = sizeof(Memory::Head) + bytes;
    bool const is_large = total >= 2 * huge_page;
    std::size_t const aligned_to = is_large ? huge_page : alignment;
    std::size_t const size = (total + aligned_to - 1) / aligned_to * aligned_to;
    void* const memory = std::aligned_alloc(aligned_to, size);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (is_large) madvise(memory, size, MADV_HUGEPAGE);  // a wish
#endif
    return static_cast<Memory::Head*>(memory);
}

}  // namespace

void* Memory::take(std::size_t bytes) {
    Pool* const here = pool();
    std::size_t rounded;
    if (bytes > static_cast<std::size_t>(-1) / 4) throw std::bad_alloc();
    std::size_t const size_class = class_of(std::max<std::size_t>(bytes, 1), rounded);
    Head* head = here != nullptr ? here->first[size_class] : nullptr;
    if (head != nullptr) {
        here->first[size_class] = head->next;
        here->kept -= rounded;
    } else {
        head = allocate(rounded);
        head->bytes = rounded;
    }
    head->references = 1;
    if (here != nullptr) {
        here->in_use += rounded;
        here->most = std::max(here->most, here->in_use);
        here->make_room(0);
    }
    return head + 1;
}

void Memory::give_back(void* memory) noexcept {
    Pool* const here = pool();
    Head* const head = &Memory::head(memory);
    std::size_t const bytes = head->bytes;
    if (here == nullptr) {
        std::free(head);
        return;
    }
    // What another thread took is not counted here.
    here->in_use -= std::min(here->in_use, bytes);
    here->make_room(bytes);
    if (here->in_use + here->kept + bytes > 2 * here->most) {  // it was never in use here
        std::free(head);
        return;
    }
    std::size_t rounded;
    Head*& list = here->first[class_of(bytes, rounded)];
    head->next = list;
    list = head;
    here->kept += bytes;
}

std::size_t Memory::in_use() { return pool() != nullptr ? pool()->in_use : 0; }
std::size_t Memory::kept() { return pool() != nullptr ? pool()->kept : 0; }

}  // namespace autodiffx

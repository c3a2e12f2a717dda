// Versions of leaves.
#include "autodiffx/leaf.hpp"

namespace autodiffx {

std::atomic<std::uint64_t> leaf_epoch{1};

void Leaf::set(double v) {
    value = v;
    touch();
}

void Leaf::touch() {
    has_value = true;
    ++version;
    cached_key = 0;
    leaf_epoch.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace autodiffx

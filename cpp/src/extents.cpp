// Extents of a tape: how they come, where their numbers are, who shows them.
#include <algorithm>
#include <cstring>
#include <utility>

#include "autodiffx/tape.hpp"

namespace autodiffx {

// Bit by bit.
static bool are_same(const double* a, const double* b, std::size_t count) {
    if (count > few) return std::memcmp(a, b, count * sizeof *a) == 0;
    std::size_t i = 0;
    while (i < count && std::memcmp(a + i, b + i, sizeof *a) == 0) ++i;
    return i == count;
}

std::uint32_t Tape::constants(const double* packed, std::size_t slots) {
    std::uint32_t const extent = constants(slots);
    std::copy(packed, packed + slots, places().at(extents[extent].first, extent));
    return extent;
}

std::uint32_t Tape::constants_of(const double* packed, std::size_t slots) {
    ConstantArray& entry = arrays_[reinterpret_cast<std::uintptr_t>(packed) / 16 % constant_arrays];
    if (entry.from == packed && entry.generation == generation_) {
        Extent const& extent = extents[entry.extent];
        if (extent.slots == slots &&
            are_same(places().at(extent.first, entry.extent), packed, slots))
            return entry.extent;
    }
    entry = {packed, generation_, constants(packed, slots)};
    return entry.extent;
}

std::uint32_t Tape::constants(const Buffer<double>& packed) {
    if (packed.size() < apart_from) return constants(packed.data(), packed.size());
    reserve_extent(packed.size());
    std::uint32_t const extent = add_slots(static_cast<std::uint32_t>(packed.size()));
    apart[extent] = Buffer<double>(packed).release();
    note_growth();
    return extent;
}

std::uint32_t Tape::constants(std::size_t slots) {
    reserve_extent(slots);
    std::uint32_t const extent = add_extent(static_cast<std::uint32_t>(slots));
    note_growth();
    return extent;
}

// The memory comes first: if it cannot be had nothing has changed.
std::uint32_t Tape::add_extent(std::uint32_t slots) {
    double* const own = slots < apart_from ? nullptr : Buffer<double>(slots).release();
    std::uint32_t const extent = add_slots(slots);
    apart[extent] = own;
    return extent;
}

std::uint32_t Tape::add_slots(std::uint32_t slots) {
    Extent extent;
    extent.first = static_cast<Slot>(primals.size());
    extent.slots = slots;
    primals.extend_unchecked(slots);
    extents.push_unchecked(extent);
    apart.push_unchecked(nullptr);
    return static_cast<std::uint32_t>(extents.size() - 1);
}

void Tape::drop_extents(std::size_t from) {
    for (std::size_t i = from; i < apart.size(); ++i) {
        if (apart[i] != nullptr) Memory::release(apart[i]);
        else if (extents[i].forgotten) given_back_ -= extents[i].slots;
    }
    extents.truncate(std::min(from, extents.size()));
    apart.truncate(std::min(from, apart.size()));
}

void Tape::require_kept(std::uint32_t extent) {
    if (extent == no_extent || !extents[extent].forgotten) return;
    if (extents[extent].distance != 0) return restore(extent);
    throw missing_value(
        "the elements of this array were given back when no Variable showed it any more: keep the "
        "Variable, or record in a Graph");
}

void Tape::settle(std::uint32_t extent) {
    require_kept(extent);
    if (apart[extent] == nullptr) return;
    if (sweeping) {
        throw graph_error("elements of an array cannot be taken while a sweep of " + describe() +
                          " is under way: take them before, or use its .value");
    }
    std::copy_n(apart[extent], extents[extent].slots, primals.data() + extents[extent].first);
    Memory::release(std::exchange(apart[extent], nullptr));
}

void Tape::settle_at(Slot slot) {
    std::uint32_t const extent = extents.empty() ? no_extent : extent_at(slot);
    if (extent != no_extent) settle(extent);
}

double Tape::adjoint_at(Slot slot) const {
    std::uint32_t const extent = adjoints.apart.empty() ? no_extent : extent_at(slot);
    bool const apart =
        extent != no_extent && extent < adjoints.apart.size() && adjoints.apart[extent] != nullptr;
    return apart ? adjoints.apart[extent][slot - extents[extent].first] : adjoints.at(slot);
}

void Tape::hide(Slot last) {
    std::uint32_t const at = extent_at(last);
    if (at == no_extent || extents[at].handles == 0) return;
    Extent& extent = extents[at];
    // A graph shows all its results, also when they are asked for later.
    if (--extent.handles != 0 || is_graph() || sweeping) return;
    if (apart[at] != nullptr) forget(at);
}

std::uint32_t Tape::find_extent(Slot slot) const {
    // Mostly one of the newest: look there in growing steps first.
    std::size_t high = extents.size(), step = 1;
    while (step < high && extents[high - step].first > slot) {
        high -= step;
        step *= 2;
    }
    std::size_t const low = step < high ? high - step : 0;
    const Extent* const from = extents.data();
    const Extent* const after =
        std::upper_bound(from + low, from + high, slot,
                         [](Slot wanted, const Extent& extent) { return wanted < extent.first; });
    if (after == from) return no_extent;
    auto const found = static_cast<std::uint32_t>(after - from - 1);
    return slot - extents[found].first < extents[found].slots ? found : no_extent;
}

void Tape::move_handles(std::uint32_t from, std::uint32_t to, Kind kind) {
    Slot const old = extents[from].last(), last = extents[to].last();
    std::vector<Handle*> moving;
    for (Handle* handle = newest(); handle != &ring_; handle = handle->older) {
        if (handle->slot < extents[from].first && ordered_) break;
        bool const shows = handle->array && !handle->stays && handle->slot == old &&
                           handle->state != Handle::State::mark;
        if (shows) moving.push_back(handle);
    }
    // To the front of the list: they show what is newer than any mark.
    for (Handle* handle : moving) {
        bool const deferred = handle->deferred;
        handle->newer->older = handle->older;
        handle->older->newer = handle->newer;
        link(*handle, last, static_cast<Handle::State>(kind), deferred);
        handle->array = true;
        show(last);
        hide(old);
    }
}

void Tape::list_apart(std::size_t low, std::size_t high, Arena<Pair>& list) const {
    const Extent* const begin = extents.data();
    const Extent* const end = begin + extents.size();
    auto const is_below = [](const Extent& extent, std::size_t slot) {
        return extent.first < slot;
    };
    for (const Extent* at = std::lower_bound(begin, end, low, is_below);
         at != end && at->first < high; ++at) {
        if (is_apart(static_cast<std::uint32_t>(at - begin))) list.push({at->first, at->slots});
    }
}

}  // namespace autodiffx

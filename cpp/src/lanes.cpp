// Array statements in sweeps of several lanes.
#include "autodiffx/lanes.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "autodiffx/inline.hpp"
#include "autodiffx/partials.hpp"
#include "autodiffx/runs.hpp"

namespace autodiffx {

namespace {

constexpr auto width = static_cast<std::ptrdiff_t>(Lanes::count);
constexpr auto block_length = static_cast<std::int64_t>(Scratch::block_length);

// Neighbouring lanes as the processor takes them, wherever they lie (`auto` would forget that). A
// loop over so few is unrolled before it could become vector instructions.
typedef double Vector __attribute__((vector_size(64), aligned(sizeof(double)), may_alias));
constexpr std::ptrdiff_t vectors = width * sizeof(double) / sizeof(Vector);

// Of a factor that is infinite or nan: where the other is zero, the product is.
AUTODIFFX_NOINLINE void chain_carefully(double* to, const double* from, double factor, bool adds) {
    for (std::ptrdiff_t lane = 0; lane < width; ++lane) {
        double const each = table::chain(from[lane], factor);
        to[lane] = adds ? to[lane] + each : each;
    }
}

template <bool adds>
AUTODIFFX_INLINE void chain_apart(const LaneRun& run) {
    double* to = run.to;
    const double* from = run.from;
    const double* partial = run.partial;
    for (std::size_t i = 0; i < run.count; ++i) {
        double const factor = *partial;
        if (AUTODIFFX_UNLIKELY(!std::isfinite(factor))) {
            chain_carefully(to, from, factor, adds);
        } else if (factor == 0.0) {  // what is infinite does not come through
            if (!adds) std::fill_n(to, width, 0.0);
        } else {
            Vector* const sums = reinterpret_cast<Vector*>(to);
            const Vector* const terms = reinterpret_cast<const Vector*>(from);
            for (std::ptrdiff_t k = 0; k < vectors; ++k)
                sums[k] = adds ? sums[k] + terms[k] * factor : terms[k] * factor + 0.0;
        }
        to += run.to_step * width;
        from += run.from_step * width;
        partial += run.partial_step;
    }
}
// Into one element: summed where the processor keeps it.
AUTODIFFX_INLINE void chain_together(const LaneRun& run) {
    Vector sums[vectors] = {};
    const double* from = run.from;
    const double* partial = run.partial;
    for (std::size_t i = 0; i < run.count; ++i) {
        double const factor = *partial;
        if (AUTODIFFX_UNLIKELY(!std::isfinite(factor))) {
            chain_carefully(run.to, from, factor, true);
        } else if (factor != 0.0) {
            const Vector* const terms = reinterpret_cast<const Vector*>(from);
            for (std::ptrdiff_t k = 0; k < vectors; ++k) sums[k] += terms[k] * factor;
        }
        from += run.from_step * width;
        partial += run.partial_step;
    }
    Vector* const to = reinterpret_cast<Vector*>(run.to);
    for (std::ptrdiff_t k = 0; k < vectors; ++k) to[k] += sums[k];
}
AUTODIFFX_CLONES
void chain_assigning(const LaneRun& run) { chain_apart<false>(run); }
AUTODIFFX_CLONES
void chain_adding(const LaneRun& run) {
    if (run.to_step == 0 && run.count > 1) chain_together(run);
    else chain_apart<true>(run);
}

// Calls use(first element of a, of b, index in the block, count) for stretches of the inner loop.
template <class Use>
void for_each_stretch(const ArrayRecord& record, const ArrayPart& a, const ArrayPart& b,
                      std::int64_t from, std::int64_t count, Use use) {
    const std::int64_t* const lengths = record.lengths();
    std::int64_t at[max_ndim], rest = from, place_a = a.offset, place_b = b.offset;
    for (int i = record.loops(); i-- > 0;) {
        at[i] = rest % lengths[i];
        rest /= lengths[i];
        place_a += at[i] * a.strides[i];
        place_b += at[i] * b.strides[i];
    }
    int const inner = record.loops() - 1;
    for (std::int64_t done = 0; done < count;) {
        std::int64_t const run = inner < 0 ? 1 : std::min(count - done, lengths[inner] - at[inner]);
        use(place_a, place_b, done, static_cast<std::size_t>(run));
        done += run;
        if (inner < 0) return;
        place_a += run * a.strides[inner];
        place_b += run * b.strides[inner];
        at[inner] += run;
        for (int i = inner; i > 0 && at[i] == lengths[i]; --i) {
            place_a += a.strides[i - 1] - a.strides[i] * lengths[i];
            place_b += b.strides[i - 1] - b.strides[i] * lengths[i];
            at[i] = 0;
            ++at[i - 1];
        }
    }
}

std::int64_t step_of(const ArrayRecord& record, const ArrayPart& part) {
    return record.loops() == 0 ? 0 : part.strides[record.loops() - 1];
}

// From the lanes of one array to those of another, for a block. The support of the latter grows.
void pass(const ArrayRecord& record, Lanes& lanes, const ArrayPart& to, const ArrayPart& from,
          const Block& partial, std::int64_t first, bool adds) {
    double* const target = lanes.at(to);
    const double* const source = lanes.at(from);
    Support const support = lanes.support(from);
    Support grown = lanes.support(to);
    bool const number = partial.data == nullptr;
    const double* const factors = number ? &partial.value : partial.data;
    std::int64_t const to_step = step_of(record, to), from_step = step_of(record, from);
    auto const count = static_cast<std::int64_t>(Scratch::here().length);
    for_each_stretch(record, to, from, first, count,
                     [&](std::int64_t place, std::int64_t of, std::int64_t done, std::size_t each) {
                         Within const within(support, of, from_step,
                                             static_cast<std::int64_t>(each));
                         if (within.begin >= within.end) return;
                         std::int64_t const begin = place + within.begin * to_step;
                         std::int64_t const last = place + (within.end - 1) * to_step;
                         LaneRun const run{target + begin * width,
                                           to_step,
                                           source + (of + within.begin * from_step) * width,
                                           from_step,
                                           factors + (number ? 0 : done + within.begin),
                                           number ? 0 : 1,
                                           static_cast<std::size_t>(within.end - within.begin)};
                         chain_lanes(run, adds);
                         grown.include(std::min(begin, last), std::max(begin, last));
                     });
    lanes.set_support(to, grown);
}

template <class Use>
void for_each_block(const ArrayRecord& record, Use use) {
    Scratch& scratch = Scratch::here();
    std::int64_t const total = record.total();
    for (std::int64_t from = 0; from < total; from += block_length) {
        scratch.length = static_cast<std::size_t>(std::min(block_length, total - from));
        use(from);
        scratch.give_back();
    }
}

// Zeros in what the record says of a part.
void clear_part(const ArrayRecord& record, Lanes& lanes, const ArrayPart& part) {
    double* const target = lanes.at(part);
    std::int64_t const step = step_of(record, part);
    for_each_stretch(record, part, part, 0, record.total(),
                     [&](std::int64_t place, std::int64_t, std::int64_t, std::size_t count) {
                         for (std::size_t i = 0; i < count; ++i, place += step)
                             std::fill_n(target + place * width, width, 0.0);
                     });
}

// What a statement is about to set. What is written into an array leaves the rest of that.
void begin_with_zeros(const ArrayRecord& record, Lanes& tangents, const ArrayPart& result) {
    if (record.op() == ArrayOp::write) clear_part(record, tangents, result);
    else tangents.clear(result);
}

Block partial_of(const ArrayRecord& record, Places<const double> primals, const Partials& row,
                 int i, std::int64_t from) {
    // Only what the partial reads is fetched: the rest may have been overwritten since.
    Block operands[3], result;
    for (int k = 0; k < row.arity; ++k) {
        if ((row.reads[i] >> k & 1u) == 0) continue;
        ArrayPart const part = record.operand(k);
        operands[k] = Run(primals.at(part), part, record).read(from);
    }
    if ((row.reads[i] & Reads::result) != 0) {
        ArrayPart const part = record.result();
        result = Run(primals.at(part), part, record).read(from);
    }
    return row.blocks[i](operands, result);
}

bool goes_in_lanes(const ArrayRecord& record) {
    ArrayOp const op = record.op();
    if (is_extreme(op) || record.dtype() != Dtype::float64) return false;
    for (int k = 0; k < record.arity(); ++k) {
        ArrayPart const part = record.operand(k);
        if (is_active(part.kind) && part.dtype != Dtype::float64) return false;
    }
    return true;
}

// take, put and write_at: elements at indices.
void push_indexed(const ArrayRecord& record, Lanes& tangents) {
    ArrayPart const operand = record.operand(0), result = record.result();
    bool const holds = tangents.hold(operand.kind, operand.first);
    const std::int64_t* const indices = record.index_list();
    double* const to = tangents.at(result);
    if (record.op() != ArrayOp::write_at) std::fill_n(to, result.slots * Lanes::count, 0.0);
    if (!holds && record.op() != ArrayOp::write_at) return;
    const double* const from = holds ? tangents.at(operand) + operand.offset * width : nullptr;
    double const one = 1.0;
    for (std::int64_t i = 0; i < record.indices(); ++i) {
        bool const takes = record.op() == ArrayOp::take;
        double* const target = to + (takes ? i : indices[i]) * width;
        if (!holds) {
            std::fill_n(target, width, 0.0);
            continue;
        }
        const double* const source = from + (takes ? indices[i] : i * operand.strides[0]) * width;
        chain_lanes({target, 1, source, 1, &one, 0, 1}, record.op() == ArrayOp::put);
    }
}
void pull_indexed(const ArrayRecord& record, Lanes& adjoints) {
    ArrayPart const operand = record.operand(0), result = record.result();
    const std::int64_t* const indices = record.index_list();
    double* const from = adjoints.at(result);
    bool const takes = record.op() == ArrayOp::take;
    double const one = 1.0;
    if (adjoints.hold(operand.kind, operand.first)) {
        double* const to = adjoints.at(operand) + operand.offset * width;
        for (std::int64_t i = 0; i < record.indices(); ++i) {
            double* const target = to + (takes ? indices[i] : i * operand.strides[0]) * width;
            chain_lanes({target, 1, from + (takes ? i : indices[i]) * width, 1, &one, 0, 1}, true);
        }
        adjoints.fill(operand);
    }
    if (record.op() != ArrayOp::write_at) return;
    for (std::int64_t i = 0; i < record.indices(); ++i)
        std::fill_n(from + indices[i] * width, width, 0.0);
}

}  // namespace

void Lanes::clear(const ArrayPart& part) {
    end_scaling(part.extent);
    Support const found = support(part);
    if (found.is_empty()) return;
    auto const elements = static_cast<std::size_t>(found.to - found.from);
    std::fill_n(at(part) + static_cast<std::size_t>(found.from) * count, elements * count, 0.0);
    set_support(part, {});
}
void Lanes::clear_chunks(std::size_t first, std::size_t last) {
    std::uint8_t* const ends = cleared_.data() + last / chunk + 1;
    for (std::uint8_t* at = cleared_.data() + first / chunk; at != ends; ++at) {
        at = std::find(at, ends, std::uint8_t{0});
        if (at == ends) return;
        *at = 1;
        auto const from = static_cast<std::size_t>(at - cleared_.data()) * chunk;
        std::size_t const to = std::min(from + chunk, slots_);
        std::fill_n(numbers_.writable() + from * count, (to - from) * count, 0.0);
    }
}
double Lanes::element(const ArrayPart& part, std::size_t place, std::size_t lane) {
    if (part.dtype == Dtype::float64) return at(part)[place * count + lane];
    float element;
    const double* const slot = at(part) + place / 2 * count + lane;
    std::memcpy(&element, reinterpret_cast<const char*>(slot) + place % 2 * sizeof element,
                sizeof element);
    return double{element};
}
void Lanes::set_element(const ArrayPart& part, std::size_t place, std::size_t lane, double number) {
    if (part.dtype == Dtype::float64) {
        at(part)[place * count + lane] = number;
        return;
    }
    auto const element = static_cast<float>(number);
    double* const slot = at(part) + place / 2 * count + lane;
    std::memcpy(reinterpret_cast<char*>(slot) + place % 2 * sizeof element, &element,
                sizeof element);
}

Within::Within(const Support& support, std::int64_t first, std::int64_t step, std::int64_t count)
    : end(count) {
    if (step == 0 || count == 1) {
        if (first < support.from || first >= support.to) end = 0;
        return;
    }
    // The elements in the order in which they lie.
    std::int64_t const lowest = step > 0 ? first : first + step * (count - 1);
    std::int64_t const stride = step > 0 ? step : -step;
    auto const at_least = [&](std::int64_t place) {
        return place <= lowest ? 0 : std::min((place - lowest + stride - 1) / stride, count);
    };
    begin = at_least(support.from);
    end = at_least(support.to);
    if (step < 0) {
        std::int64_t const flipped = count - end;
        end = count - begin;
        begin = flipped;
    }
}

void chain_lanes(const LaneRun& run, bool adds) {
    if (adds) chain_adding(run);
    else chain_assigning(run);
}

bool push_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& tangents) {
    if (!goes_in_lanes(record)) return false;
    if (record.op() == ArrayOp::matmul) {
        push_matmul(record, primals, tangents);
        return true;
    }
    if (has_indices(record.op())) {
        push_indexed(record, tangents);
        tangents.fill(record.result());
        return true;
    }
    ArrayPart const result = record.result();
    ArrayOp const op = record.op();
    Partials const& row = partials_of(row_of(op));
    // Of what is zero nearly everywhere the rest is added to zeros.
    bool written = false;
    for (int i = 0; i < record.arity(); ++i) {
        ArrayPart const part = record.operand(i);
        if (!tangents.hold(part.kind, part.first) || tangents.support(part).is_empty()) continue;
        if (!written && (adds_up(op) || !tangents.is_filled(part))) {
            begin_with_zeros(record, tangents, result);
            written = true;
        }
        for_each_block(record, [&](std::int64_t from) {
            Block const partial = partial_of(record, primals, row, i, from);
            pass(record, tangents, result, part, partial, from, written);
        });
        written = true;
    }
    if (!written) begin_with_zeros(record, tangents, result);
    return true;
}

bool pull_lanes(const ArrayRecord& record, Places<const double> primals, Lanes& adjoints) {
    if (!goes_in_lanes(record)) return false;
    if (record.op() == ArrayOp::matmul) {
        pull_matmul(record, primals, adjoints);
        return true;
    }
    if (has_indices(record.op())) {
        pull_indexed(record, adjoints);
        return true;
    }
    ArrayPart const result = record.result();
    if (adjoints.support(result).is_empty()) return true;
    Partials const& row = partials_of(row_of(record.op()));
    for (int i = 0; i < record.arity(); ++i) {
        ArrayPart const part = record.operand(i);
        if (!adjoints.hold(part.kind, part.first)) continue;
        for_each_block(record, [&](std::int64_t from) {
            Block const partial = partial_of(record, primals, row, i, from);
            pass(record, adjoints, part, result, partial, from, true);
        });
    }
    if (record.op() == ArrayOp::write) clear_part(record, adjoints, result);
    return true;
}

}  // namespace autodiffx

// log(sum(exp(x - shift))) along axes: primals.
#include <algorithm>
#include <cmath>
#include <limits>

#include "autodiffx/loops.hpp"
#include "autodiffx/reduction.hpp"

namespace autodiffx {

namespace {

constexpr std::int64_t block_length = 1024;
constexpr std::int64_t long_run = 32;  // elements for which a loop of its own pays

// The largest of neighbours. Eight at a time, for one comparison waits for the one before.
template <class T>
AUTODIFFX_INLINE T largest_of_any(const T* x, std::int64_t length) {
    constexpr std::int64_t width = 8;
    T largest[width];
    std::fill_n(largest, width, -std::numeric_limits<T>::infinity());
    std::int64_t i = 0;
    for (; i + width <= length; i += width) {
        for (std::int64_t j = 0; j < width; ++j) largest[j] = std::max(largest[j], x[i + j]);
    }
    for (; i < length; ++i) largest[0] = std::max(largest[0], x[i]);
    return *std::max_element(largest, largest + width);
}
AUTODIFFX_CLONES
double largest_of(const double* x, std::int64_t length) { return largest_of_any(x, length); }
AUTODIFFX_CLONES
float largest_of(const float* x, std::int64_t length) { return largest_of_any(x, length); }

// Added up in double.
template <class T>
double sum_of(const T* x, std::int64_t length) {
    if constexpr (std::is_same_v<T, double>) {
        if (length >= long_run) return total_of(x, static_cast<std::size_t>(length));
    }
    double sum = 0.0;
    for (std::int64_t i = 0; i < length; ++i) sum += static_cast<double>(x[i]);
    return sum;
}

// If nan loses here, it wins when exp is added up.
template <class T>
void shift_of(const Reduction<T>& over, std::int64_t total, T* shifts, std::int64_t results) {
    std::fill_n(shifts, results, -std::numeric_limits<T>::infinity());
    over.for_each_line(0, total, [shifts](const Line<T>& line) {
        T* const to = shifts + line.to;
        if (line.to_step != 0) {
            for (std::int64_t i = 0; i < line.length; ++i)
                to[i * line.to_step] = std::max(to[i * line.to_step], line.x[i * line.step]);
        } else if (line.step == 1 && line.length >= long_run) {
            *to = std::max(*to, largest_of(line.x, line.length));
        } else {
            for (std::int64_t i = 0; i < line.length; ++i)
                *to = std::max(*to, line.x[i * line.step]);
        }
    });
    for (std::int64_t i = 0; i < results; ++i) {
        if (!std::isfinite(shifts[i])) shifts[i] = T(0);
    }
}

template <class T>
void apply_loop(Op op, T* x, std::int64_t length) {
    char* const at = reinterpret_cast<char*>(x);
    char* pointers[] = {at, at};
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(T));
    std::ptrdiff_t const steps[] = {item, item};
    loop_of(op, sizeof(T) == 8 ? Dtype::float64 : Dtype::float32)(pointers, length, steps);
}

template <class T>
void logsumexp_of(const Reduction<T>& over, std::int64_t total, const T* shifts, T* sums,
                  std::int64_t results) {
    T memory[block_length];
    T* const block = memory;
    std::fill_n(sums, results, T(0));
    for (std::int64_t from = 0; from < total; from += block_length) {
        std::int64_t const count = std::min(block_length, total - from);
        over.for_each_line(from, count, [=](const Line<T>& line) {
            if (line.to_step == 0 && line.length <= few) {
                T const shift = shifts[line.to];
                for (std::int64_t i = 0; i < line.length; ++i) {
                    AUTODIFFX_OPAQUE(i);  // vector instructions would take longer to begin
                    block[line.done + i] = line.x[i * line.step] - shift;
                }
                return;
            }
            for (std::int64_t i = 0; i < line.length; ++i)
                block[line.done + i] = line.x[i * line.step] - shifts[line.to + i * line.to_step];
        });
        apply_loop(Op::exp, block, count);
        over.for_each_line(from, count, [=](const Line<T>& line) {
            const T* const powers = block + line.done;
            T* const to = sums + line.to;
            if (line.to_step == 0) {
                *to = static_cast<T>(static_cast<double>(*to) + sum_of(powers, line.length));
            } else {
                for (std::int64_t i = 0; i < line.length; ++i) to[i * line.to_step] += powers[i];
            }
        });
    }
    apply_loop(Op::log, sums, results);
}

template <class T>
void evaluate_in(const ArrayRecord& record, Places<double> primals) {
    ArrayPart const result = record.result();
    Reduction<T> const over(record, primals.at(record.operand(0)));
    T* const to = reinterpret_cast<T*>(primals.at(result));
    std::int64_t const results = elements_of(record.shape(), record.ndim());
    if (record.op() == ArrayOp::shift) return shift_of(over, record.total(), to, results);
    auto const* const shifts = reinterpret_cast<const T*>(primals.at(record.operand(1)));
    logsumexp_of(over, record.total(), shifts, to, results);
}

}  // namespace

void evaluate_logsumexp(const ArrayRecord& record, Places<double> primals) {
    ArrayPart const result = record.result();
    primals.at(result)[result.slots - 1] = 0.0;  // also what fills up a slot
    if (record.dtype() == Dtype::float64) evaluate_in<double>(record, primals);
    else evaluate_in<float>(record, primals);
}

}  // namespace autodiffx

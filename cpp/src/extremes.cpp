// The largest and the smallest along axes: values, sweeps, and what recorded sweeps multiply by.
#include <cmath>
#include <limits>
#include <vector>

#include "autodiffx/dual.hpp"
#include "autodiffx/field.hpp"
#include "autodiffx/loops.hpp"
#include "autodiffx/reduction.hpp"

namespace autodiffx {

namespace {

constexpr std::int64_t long_run = 8;  // elements for which NumPy's loop pays

// nan wins.
template <class T>
T better(T a, T b, bool largest) {
    bool const first = largest ? a >= b : a <= b;
    return first || std::isnan(a) ? a : b;
}

template <class T>
void evaluate_in(const ArrayRecord& record, Places<double> primals) {
    bool const largest = record.op() == ArrayOp::largest;
    T* const result = reinterpret_cast<T*>(primals.at(record.result()));
    T const worst = std::numeric_limits<T>::infinity() * (largest ? T(-1) : T(1));
    std::fill_n(result, elements_of(record.shape(), record.ndim()), worst);
    Loop const& loop = loop_of(largest ? Op::maximum : Op::minimum, record.dtype());
    Reduction<T> const over(record, primals.at(record.operand(0)));
    over.for_each_line(0, record.total(), [=](const Line<T>& line) {
        T* const to = result + line.to;
        if (line.length < long_run) {
            for (std::int64_t i = 0; i < line.length; ++i) {
                T& best = to[i * line.to_step];
                best = better(best, line.x[i * line.step], largest);
            }
            return;
        }
        char* const at = reinterpret_cast<char*>(to);
        char* pointers[] = {at, reinterpret_cast<char*>(const_cast<T*>(line.x)), at};
        constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(T));
        std::ptrdiff_t const steps[] = {line.to_step * item, line.step * item, line.to_step * item};
        loop(pointers, line.length, steps);
    });
}

// Who ties with the result, and how many do.
template <class T>
struct Ties {
    Reduction<T> over;
    const T* result;
    std::int64_t total;
    std::vector<double> counts;

    Ties(const ArrayRecord& record, Places<const double> primals)
        : over(record, primals.at(record.operand(0))),
          result(reinterpret_cast<const T*>(primals.at(record.result()))),
          total(record.total()),
          counts(static_cast<std::size_t>(elements_of(record.shape(), record.ndim()))) {
        double* const sums = counts.data();
        for_each(
            [sums](std::int64_t, std::int64_t to, bool ties) { sums[to] += ties ? 1.0 : 0.0; });
    }
    // Calls use(place of the element from the operand's first, place of the result, whether they
    // tie) for each.
    template <class Use>
    void for_each(Use use) const {
        over.for_each_line(0, total, [&](const Line<T>& line) {
            std::int64_t const place = line.x - over.x;
            for (std::int64_t i = 0; i < line.length; ++i) {
                T const x = line.x[i * line.step], r = result[line.to + i * line.to_step];
                bool const ties = x == r || (std::isnan(x) && std::isnan(r));
                use(place + i * line.step, line.to + i * line.to_step, ties);
            }
        });
    }
};

template <class T>
T* elements(double* extent, const ArrayPart& part) {
    return reinterpret_cast<T*>(extent) + part.offset;
}

template <class T>
void push_in(const ArrayRecord& record, Places<const double> primals, Places<double> tangents) {
    ArrayPart const operand = record.operand(0);
    if (!is_active(operand.kind)) return;
    Ties<T> const ties(record, primals);
    const T* const from = elements<T>(tangents.at(operand), operand);
    T* const to = elements<T>(tangents.at(record.result()), record.result());
    ties.for_each([&](std::int64_t x, std::int64_t r, bool tie) {
        if (tie) to[r] += static_cast<T>(from[x] / ties.counts[static_cast<std::size_t>(r)]);
    });
}

// One component of adjoints that have several.
template <class T>
void pull_component(const Ties<T>& ties, const T* from, T* to, int components, bool assigns) {
    ties.for_each([&](std::int64_t x, std::int64_t r, bool tie) {
        double const count = ties.counts[static_cast<std::size_t>(r)];
        T const share = tie ? static_cast<T>(from[r * components] / count) : T(0);
        T& sum = to[x * components];
        sum = assigns ? share : static_cast<T>(sum + share);
    });
}

template <class T, class S>
void pull_in(const ArrayRecord& record, const AdjointPlaces<S>& at) {
    ArrayPart const operand = record.operand(0), result = record.result();
    if (!is_active(operand.kind)) return;
    constexpr int components = sizeof(S) / sizeof(double);
    Ties<T> const ties(record, at.primals);
    T* const to = reinterpret_cast<T*>(at.adjoints.at(operand)) + operand.offset * components;
    const T* const from = reinterpret_cast<const T*>(at.adjoints.at(result));
    for (int i = 0; i < components; ++i)
        pull_component(ties, from + i, to + i, components, (at.assigns & 1u) != 0);
}

}  // namespace

void evaluate_extreme(const ArrayRecord& record, Places<double> primals) {
    ArrayPart const result = record.result();
    primals.at(result)[result.slots - 1] = 0.0;  // also what fills up a slot
    if (record.dtype() == Dtype::float64) evaluate_in<double>(record, primals);
    else evaluate_in<float>(record, primals);
}

void push_extreme(const ArrayRecord& record, Places<const double> primals,
                  Places<double> tangents) {
    if (record.dtype() == Dtype::float64) push_in<double>(record, primals, tangents);
    else push_in<float>(record, primals, tangents);
}

void pull_extreme(const ArrayRecord& record, const AdjointPlaces<double>& at) {
    if (record.dtype() == Dtype::float64) pull_in<double>(record, at);
    else pull_in<float>(record, at);
}
void pull_extreme(const ArrayRecord& record, const AdjointPlaces<dual<double>>& at) {
    if (record.dtype() == Dtype::float64) pull_in<double>(record, at);
    else pull_in<float>(record, at);
}

Field shares_of_ties(const Field& x, const Field& extreme) {
    Field const both = table::logical_and(table::isnan(x), table::isnan(extreme));
    Field const ties = table::logical_or(table::equal(x, extreme), both);
    ArrayOperand const decided = ties.operand();
    Field const ones(*x.tape, record_copy(*x.tape, decided, x.dtype));
    bool marked[max_ndim];
    for (int i = 0; i < x.ndim; ++i) marked[i] = extreme.strides[i] == 0;
    ArrayOperand const summands = ones.operand();
    Field const counts(*x.tape, record_sum_over(*x.tape, summands, marked, true));
    return ones / counts;
}

}  // namespace autodiffx

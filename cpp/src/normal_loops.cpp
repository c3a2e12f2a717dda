// ndtr, erf and erfc over runs, by the rational approximations of the Cephes library, which SciPy
// takes as well: S. L. Moshier, Methods and Programs for Mathematical Functions, 1989, and its file
// ndtr.c. Element by element it branches on what cannot be foretold, and that costs more than the
// arithmetic; so here all elements are taken as near ones, and those that are not are done again,
// side by side. Each rounds as the installed function does: the same operations in the same order,
// and libm's exponential.
#include "autodiffx/normal_loops.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "autodiffx/inline.hpp"

namespace autodiffx {

namespace {

constexpr double sqrt_half = 0.70710678118654752440084436210484904;
constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(double));
constexpr std::ptrdiff_t block = 512;

// Where z = x, or x / sqrt(2) for ndtr, lies further out than this, or is nan, the installed loop
// is called: exponentials underflow there, and SciPy has errors to report. Up to here nothing does.
constexpr double limit = 26.0;
// |z| from which erfc is a rational function times exp(-z**2), and from which it is another one.
constexpr double near = 1.0, far = 8.0;

// Coefficients, highest powers first; of the denominators the first, which is 1, is left out.
// erf(z) = z T(z**2) / U(z**2) for |z| <= 1
constexpr double erf_t[] = {
    9.60497373987051638749e0, 9.00260197203842689217e1, 2.23200534594684319226e3,
    7.00332514112805075473e3, 5.55923013010394962768e4,
};
constexpr double erf_u[] = {
    3.35617141647503099647e1, 5.21357949780152679795e2, 4.59432382970980127987e3,
    2.26290000613890934246e4, 4.92673942608635921086e4,
};
// erfc(z) = exp(-z**2) P(z) / Q(z) for 1 <= z < 8
constexpr double erfc_p[] = {
    2.46196981473530512524e-10, 5.64189564831068821977e-1, 7.46321056442269912687e0,
    4.86371970985681366614e1,   1.96520832956077098242e2,  5.26445194995477358631e2,
    9.34528527171957607540e2,   1.02755188689515710272e3,  5.57535335369399327526e2,
};
constexpr double erfc_q[] = {
    1.32281951154744992508e1, 8.67072140885989742329e1, 3.54937778887819891062e2,
    9.75708501743205489753e2, 1.82390916687909736289e3, 2.24633760818710981792e3,
    1.65666309194161350182e3, 5.57535340817727675546e2,
};
// erfc(z) = exp(-z**2) R(z) / S(z) for 8 <= z
constexpr double erfc_r[] = {
    5.64189583547755073984e-1, 1.27536670759978104416e0, 5.01905042251180477414e0,
    6.16021097993053585195e0,  7.40974269950448939160e0, 2.97886665372100240670e0,
};
constexpr double erfc_s[] = {
    2.26052863220117276590e0, 9.39603524938001434673e0, 1.20489539808096656605e1,
    1.70814450747565897222e1, 9.60896809063285878198e0, 3.36907645100081516050e0,
};

template <std::size_t n>
AUTODIFFX_INLINE double go_on(double sum, double x, const double (&rest)[n], std::size_t from) {
    for (std::size_t k = from; k < n; ++k) sum = sum * x + rest[k];
    return sum;
}
template <std::size_t n>
AUTODIFFX_INLINE double polynomial(double x, const double (&all)[n]) {
    return go_on(all[0], x, all, 1);
}
template <std::size_t n>
AUTODIFFX_INLINE double monic(double x, const double (&rest)[n]) {
    return go_on(x + rest[0], x, rest, 1);
}

template <Op op>
AUTODIFFX_INLINE double argument_of(double x) {
    return op == Op::ndtr ? x * sqrt_half : x;
}

// The bits of |x|, which are in order as the numbers are, with nan above all.
AUTODIFFX_INLINE std::int64_t size_of(double x) {
    std::int64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits & std::numeric_limits<std::int64_t>::max();
}

// Marks elements that are not near. Whether all are within the limit; if not, nothing else holds.
template <Op op>
AUTODIFFX_INLINE bool mark_of(std::int64_t* marks, const double* x, std::ptrdiff_t length) {
    // At the border itself erf is near.
    std::int64_t const border = size_of(near) + (op == Op::erf ? 1 : 0), most = size_of(limit);
    std::int64_t beyond = 0;
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        std::int64_t const size = size_of(argument_of<op>(x[i]));
        beyond |= size > most ? 1 : 0;
        marks[i] = size >= border ? 1 : 0;
    }
    return beyond == 0;
}
AUTODIFFX_CLONES
bool mark(Op op, std::int64_t* marks, const double* x, std::ptrdiff_t length) {
    if (op == Op::ndtr) return mark_of<Op::ndtr>(marks, x, length);
    if (op == Op::erfc) return mark_of<Op::erfc>(marks, x, length);
    return mark_of<Op::erf>(marks, x, length);
}

template <Op op>
AUTODIFFX_INLINE void near_values_of(double* result, const double* x, std::ptrdiff_t length) {
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        double const z = argument_of<op>(x[i]), square = z * z;
        double const erf = z * polynomial(square, erf_t) / monic(square, erf_u);
        result[i] = op == Op::ndtr ? 0.5 + 0.5 * erf : op == Op::erfc ? 1.0 - erf : erf;
    }
}
AUTODIFFX_CLONES
void near_values(Op op, double* result, const double* x, std::ptrdiff_t length) {
    if (op == Op::ndtr) near_values_of<Op::ndtr>(result, x, length);
    else if (op == Op::erfc) near_values_of<Op::erfc>(result, x, length);
    else near_values_of<Op::erf>(result, x, length);
}

template <Op op, bool also_far>
AUTODIFFX_INLINE void values_apart_of(double* values, const double* z, std::ptrdiff_t count) {
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        double const size = std::abs(z[i]);
        double p = polynomial(size, erfc_p), q = monic(size, erfc_q);
        if constexpr (also_far) {
            double const r = polynomial(size, erfc_r), s = monic(size, erfc_s);
            p = size < far ? p : r;
            q = size < far ? q : s;
        }
        double const erfc = values[i] * p / q;
        if constexpr (op == Op::ndtr) values[i] = z[i] > 0.0 ? 1.0 - 0.5 * erfc : 0.5 * erfc;
        else if constexpr (op == Op::erfc) values[i] = z[i] < 0.0 ? 2.0 - erfc : erfc;
        else values[i] = std::copysign(1.0 - erfc, z[i]);
    }
}
template <Op op>
AUTODIFFX_INLINE void values_apart_of(double* values, const double* z, std::ptrdiff_t count,
                                      bool also_far) {
    if (also_far) values_apart_of<op, true>(values, z, count);
    else values_apart_of<op, false>(values, z, count);
}
AUTODIFFX_CLONES
void values_apart(Op op, double* values, const double* z, std::ptrdiff_t count, bool also_far) {
    if (op == Op::ndtr) values_apart_of<Op::ndtr>(values, z, count, also_far);
    else if (op == Op::erfc) values_apart_of<Op::erfc>(values, z, count, also_far);
    else values_apart_of<Op::erf>(values, z, count, also_far);
}

// False if an element is beyond the limit; then nothing has been written.
template <Op op>
bool run_block(double* result, const double* x, std::ptrdiff_t length) {
    std::int64_t marks[block];
    std::uint16_t places[block];
    double z[block], values[block];
    if (!mark(op, marks, x, length)) return false;
    std::ptrdiff_t count = 0;
    for (std::ptrdiff_t i = 0; i < length; ++i) {
        places[count] = static_cast<std::uint16_t>(i);
        count += marks[i];
    }
    double most = 0.0;
    for (std::ptrdiff_t k = 0; k < count; ++k) {
        z[k] = argument_of<op>(x[places[k]]);
        most = std::max(most, std::abs(z[k]));
        values[k] = std::exp(-z[k] * z[k]);
    }
    // The result may lie where x does: x is not read again.
    if (count < length) near_values(op, result, x, length);
    if (count > 0) values_apart(op, values, z, count, most >= far);
    for (std::ptrdiff_t k = 0; k < count; ++k) result[places[k]] = values[k];
    return true;
}

// `data` is the installed loop.
template <Op op>
void run(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps, void* data) {
    Loop const& installed = *static_cast<const Loop*>(data);
    bool const fit = steps[0] == item && steps[1] == item;
    if (!fit) return installed(pointers, *length, steps);
    for (std::ptrdiff_t from = 0; from < *length; from += block) {
        std::ptrdiff_t const count = std::min(block, *length - from);
        char* at[] = {pointers[0] + from * item, pointers[1] + from * item};
        auto const* const x = reinterpret_cast<const double*>(at[0]);
        if (!run_block<op>(reinterpret_cast<double*>(at[1]), x, count)) installed(at, count, steps);
    }
}

// Where both loops are tried: all sizes of both signs up to the limit, the neighbours of every
// border, and numbers that lie close from one end to the other.
std::vector<double> trials(Op op) {
    double const unit = op == Op::ndtr ? 1.0 / sqrt_half : 1.0, most = 0.999 * limit * unit;
    std::vector<double> result = {0.0};
    for (int power = -1074; power <= 4; ++power) result.push_back(std::ldexp(1.0, power));
    for (double const border : {near, near * sqrt_half, far}) {
        double below = border * unit, above = below;
        for (int i = 0; i < 16; ++i) {
            result.push_back(below);
            result.push_back(above);
            below = std::nextafter(below, 0.0);
            above = std::nextafter(above, most);
        }
    }
    constexpr int close = 3000;
    for (int i = 1; i <= close; ++i) {
        // Closer towards zero, where most numbers are.
        double const part = i / static_cast<double>(close);
        result.push_back(most * part * part);
    }
    std::size_t const half = result.size();
    for (std::size_t i = 0; i < half; ++i) result.push_back(-result[i]);
    return result;
}

bool agree(Op op, const Loop& ours, const Loop& installed) {
    std::vector<double> x = trials(op), results[2] = {x, x};
    std::ptrdiff_t const steps[] = {item, item};
    for (int k = 0; k < 2; ++k) {
        char* pointers[] = {reinterpret_cast<char*>(x.data()),
                            reinterpret_cast<char*>(results[k].data())};
        (k == 0 ? ours : installed)(pointers, static_cast<std::ptrdiff_t>(x.size()), steps);
    }
    return std::memcmp(results[0].data(), results[1].data(), x.size() * sizeof(double)) == 0;
}

template <Op op>
Loop tried(Loop installed) {
    static Loop kept;
    kept = installed;
    Loop const ours = {run<op>, &kept};
    return agree(op, ours, installed) ? ours : installed;
}

}  // namespace

Loop quicker_loop(Op op, Loop installed) {
    switch (op) {
        case Op::ndtr:
            return tried<Op::ndtr>(installed);
        case Op::erf:
            return tried<Op::erf>(installed);
        case Op::erfc:
            return tried<Op::erfc>(installed);
        default:
            return installed;
    }
}

}  // namespace autodiffx
